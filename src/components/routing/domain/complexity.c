/* complexity.c - the counting. */
#include "complexity_impl.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

typedef struct part_row {
    const char *name;
    double each, most;
} part_row;

static const part_row part_rows[RTE_PART_COUNT] = {
    [RTE_CLAUSES] = {"clauses", 0.5, 2.0},       [RTE_QUESTIONS] = {"questions", 0.5, 1.5},
    [RTE_COMPARISON] = {"comparison", 2.0, 3.0}, [RTE_ENUMERATION] = {"enumeration", 1.0, 2.0},
    [RTE_REASONING] = {"reasoning", 1.5, 3.0},   [RTE_LENGTH] = {"length", 1.0 / 12, 3.0},
    [RTE_HISTORY] = {"history", 0.5, 0.5},
};

const char *rte_part_name(rte_part_id part)
{
    return part_rows[part].name;
}

/* ---- words ---- */

static bool is_inner(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool begins_word(anc_str text, size_t i)
{
    return is_inner((unsigned char)text.ptr[i]) &&
           (i == 0 || !is_inner((unsigned char)text.ptr[i - 1]));
}

/* Byte i in lower case: ASCII, and the letters of Latin-1, which are two bytes of UTF-8. */
static unsigned char lower_at(anc_str text, size_t i)
{
    const unsigned char c = (unsigned char)text.ptr[i];
    if (c >= 'A' && c <= 'Z')
        return (unsigned char)(c + 32);
    const bool upper = i > 0 && (unsigned char)text.ptr[i - 1] == 0xC3 && c >= 0x80 && c <= 0x9E;
    return upper && c != 0x97 ? (unsigned char)(c + 32) : c;
}

/* Whether the words stand at i, as whole words. */
static bool stands_at(anc_str text, size_t i, anc_str words)
{
    if (words.len > text.len - i)
        return false;
    for (size_t k = 0; k < words.len; k++)
        if (lower_at(text, i + k) != (unsigned char)words.ptr[k])
            return false;
    const size_t end = i + words.len;
    return end == text.len || !is_inner((unsigned char)text.ptr[end]);
}

static double count_words(anc_str text, const char *list)
{
    double n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!begins_word(text, i))
            continue;
        anc_str rest = anc_str_of(list);
        anc_str words;
        while (anc_str_split(&rest, '|', &words))
            n += stands_at(text, i, words);
    }
    return n;
}

static double count_runs(anc_str text)
{
    double n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += begins_word(text, i);
    return n;
}

static double count_byte(anc_str text, char c)
{
    double n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == c;
    return n;
}

/* ---- the parts ---- */

/* The words of each part, in the language that most of them and of its common words speak for; the first of
 * the table where none does. */
static void count_parts(anc_str question, double ret[RTE_PART_COUNT])
{
    double most = -1;
    for (size_t l = 0; l < RTE_LANGUAGES; l++) {
        double counts[RTE_WORD_PARTS];
        double sum = count_words(question, rte_word_lists[l].common);
        for (size_t p = 0; p < RTE_WORD_PARTS; p++)
            sum += counts[p] = count_words(question, rte_word_lists[l].parts[p]);
        if (sum <= most)
            continue;
        most = sum;
        memcpy(ret, counts, sizeof counts);
    }
}

void rte_rate(anc_str question, size_t turns, double ret[RTE_PART_COUNT])
{
    enum { LINE_OF_THINGS = 2 }; /* commas: "a, b, c" */
    count_parts(question, ret);
    ret[RTE_CLAUSES] += count_byte(question, ';');
    ret[RTE_ENUMERATION] += count_byte(question, ',') >= LINE_OF_THINGS ? 1 : 0;
    ret[RTE_QUESTIONS] += fmax(0, count_byte(question, '?') - 1);
    ret[RTE_LENGTH] = count_runs(question);
    ret[RTE_HISTORY] = (double)turns;
    for (size_t p = 0; p < RTE_PART_COUNT; p++)
        ret[p] = fmin(part_rows[p].most, part_rows[p].each * ret[p]);
}

double rte_weigh(double parts[RTE_PART_COUNT], const double weights[RTE_PART_COUNT])
{
    double sum = 0;
    for (size_t p = 0; p < RTE_PART_COUNT; p++)
        sum += parts[p] *= weights[p];
    return round(fmin(RTE_SCORE_MOST, sum) * 10) / 10;
}

unsigned rte_tier_of(double score, double second_from, double third_from)
{
    return score < second_from ? 0 : score < third_from ? 1 : 2;
}
