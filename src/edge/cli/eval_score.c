/* eval_score.c - NDCG, precision, recall, reciprocal rank; SQuAD's normal form of a text. */
#include "eval_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { DEPTH = 10 };

static int grade_of(const eval_query *query, anc_str document)
{
    for (size_t i = 0; i < query->n_judgements; i++)
        if (anc_str_eq(query->judgements[i].document, document))
            return query->judgements[i].grade;
    return 0;
}

static int descending(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x < y) - (x > y);
}

/* The best DCG@10 that the judgements allow; counts the relevant ones. */
static double ideal_dcg(const eval_query *query, size_t *ret_relevant)
{
    int *grades = malloc((query->n_judgements + 1) * sizeof *grades);
    double dcg = 0;
    *ret_relevant = 0;
    if (grades == NULL)
        return 0;
    for (size_t i = 0; i < query->n_judgements; i++) {
        grades[i] = query->judgements[i].grade > 0 ? query->judgements[i].grade : 0;
        *ret_relevant += grades[i] > 0;
    }
    qsort(grades, query->n_judgements, sizeof *grades, descending);
    for (size_t i = 0; i < query->n_judgements && i < DEPTH; i++)
        dcg += grades[i] / log2((double)i + 2);
    free(grades);
    return dcg;
}

eval_measures eval_measure(const eval_query *query, const anc_str *documents, size_t n)
{
    eval_measures m = {0};
    size_t relevant, found5 = 0, found10 = 0;
    const double ideal = ideal_dcg(query, &relevant);
    double dcg = 0;
    for (size_t i = 0; i < n && i < DEPTH; i++) {
        const int grade = grade_of(query, documents[i]);
        if (grade <= 0)
            continue;
        dcg += grade / log2((double)i + 2);
        found10++;
        found5 += i < 5;
        if (m.mrr10 <= 0)
            m.mrr10 = 1.0 / ((double)i + 1);
    }
    m.ndcg10 = ideal > 0 ? dcg / ideal : 0;
    m.p5 = (double)found5 / 5;
    m.r10 = relevant > 0 ? (double)found10 / (double)relevant : 0;
    return m;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double eval_percentile(double *values, size_t n, double p)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, ascending);
    const size_t i = (size_t)ceil(p * (double)n);
    return values[i > 0 ? i - 1 : 0];
}

/* Bytes of a marker "[12]" at `at`, 0 where there is none. */
static size_t marker_bytes(anc_str s, size_t at)
{
    size_t i = at + 1;
    if (s.ptr[at] != '[')
        return 0;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    return i > at + 1 && i < s.len && s.ptr[i] == ']' ? i + 1 - at : 0;
}

static bool is_article(anc_str word)
{
    return anc_str_eq(word, ANC_STR("a")) || anc_str_eq(word, ANC_STR("an")) ||
           anc_str_eq(word, ANC_STR("the"));
}

/* string.punctuation of the reference: ASCII only. */
static bool is_punctuation(unsigned char c)
{
    return c > 0x20 && c < 0x7F &&
           !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

/* ASCII, Latin-1, Greek and Cyrillic capitals that stand in pairs with their small letters. */
static uint32_t lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
        (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177))
        return c | 1;
    return c;
}

anc_str eval_normalise(anc_arena *mem, anc_str text)
{
    char *plain = anc_arena_alloc(mem, text.len * 2 + 8, 1);
    char *out = anc_arena_alloc(mem, text.len * 2 + 8, 1);
    size_t n = 0, o = 0;
    if (plain == NULL || out == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0, bytes; i < text.len; i += bytes) {
        const uint32_t c = anc_utf8_at(text, i, &bytes);
        const size_t marker = marker_bytes(text, i);
        if (marker > 0) {
            bytes = marker;
            plain[n++] = ' ';
        } else if (c <= 0x20 || c == 0xA0 || c == 0x202F || c == 0x2009) {
            plain[n++] = ' ';
        } else if (c >= 0x80 || !is_punctuation((unsigned char)c)) {
            n += anc_utf8_put(lower(c), plain + n);
        }
    }
    anc_str rest = {plain, n}, word;
    while (anc_str_split(&rest, ' ', &word)) {
        if (word.len == 0 || is_article(word))
            continue;
        if (o > 0)
            out[o++] = ' ';
        memcpy(out + o, word.ptr, word.len);
        o += word.len;
    }
    return (anc_str){out, o};
}

bool eval_holds_gold(anc_arena *mem, const eval_query *query, anc_str answer)
{
    const anc_str text = eval_normalise(mem, answer);
    for (size_t i = 0; i < query->n_gold; i++) {
        const anc_str gold = eval_normalise(mem, query->gold[i]);
        if (gold.len > 0 && anc_str_find(text, gold) != SIZE_MAX)
            return true;
    }
    return false;
}
