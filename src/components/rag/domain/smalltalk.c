/* smalltalk.c - a text that phrases of small talk make up (smalltalk_table.c).
 *
 * A text is small talk when phrases of the table cover all of its words and one of them is more than
 * an ornament: "Hello, what is the warranty?" is a question.
 */
#include "rag/domain/smalltalk.h"

#include "base/str.h"
#include "smalltalk_impl.h"

enum { TEXT_MAX_BYTES = 120 };

size_t rag_talk_sign_bytes(anc_str text, size_t i)
{
    static const anc_str marks[] = {ANC_STR_INIT("\xe2\x80\x99"), ANC_STR_INIT("\xc2\xa1"),
                                    ANC_STR_INIT("\xc2\xbf"), ANC_STR_INIT("\xc2\xa0"),
                                    ANC_STR_INIT("\xe2\x80\xaf")};
    const char c = text.ptr[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      (unsigned char)c >= 0x80;
    for (size_t k = 0; k < ANC_COUNT(marks); k++)
        if (anc_str_starts(anc_str_sub(text, i, text.len), marks[k]))
            return marks[k].len;
    return word ? 0 : 1;
}

/* Words in lower case (É and À too) with one blank between; false when it is too long for talk. */
static bool words_of(anc_str text, anc_buf *out)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const size_t sign = rag_talk_sign_bytes(text, i);
        if (sign > 0) {
            blank = out->len > 0;
            i += sign - 1;
            continue;
        }
        if (blank)
            (void)anc_buf_add_char(out, ' ');
        blank = false;
        const bool accent = i > 0 && text.ptr[i - 1] == '\xc3' && (unsigned char)c < 0x9f;
        (void)anc_buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 32)
                                    : accent             ? (char)(c + 0x20)
                                                         : c);
    }
    return !out->refused;
}

/* A phrase that was found, and its row; `row` NULL: none. */
typedef struct talked {
    const phrase_row *row;
    size_t len;
} talked;

/* The longest phrase that `rest` begins with; the first row's of two that are as long. */
static talked phrase_at(anc_str rest)
{
    talked longest = {NULL, 0};
    for (size_t i = 0; i < rag_talk_phrases_n; i++) {
        anc_str all = anc_str_of(rag_talk_phrases[i].phrases);
        for (anc_str p; anc_str_split(&all, '|', &p);)
            if (p.len > longest.len && anc_str_starts(rest, p) &&
                (rest.len == p.len || rest.ptr[p.len] == ' '))
                longest = (talked){&rag_talk_phrases[i], p.len};
    }
    return longest;
}

/* Which of two is more of talk: what is said about this program, then what was said first; an ornament or an aside least. */
static const phrase_row *more_talk(const phrase_row *a, const phrase_row *b)
{
    if (a == NULL)
        return b;
    const bool may = a->kind < GREETING || (b->kind == ABOUT && a->kind != ABOUT);
    return may && b->kind > a->kind ? b : a;
}

/* Whether phrases cover all of it; `ret`: the one that is most of talk. */
static bool is_talk(anc_str text, const phrase_row **ret)
{
    ANC_BUF(words, TEXT_MAX_BYTES);
    *ret = NULL;
    if (text.len > TEXT_MAX_BYTES || !words_of(text, &words) || words.len == 0)
        return false;
    for (anc_str rest = anc_buf_view(&words); rest.len > 0;) {
        const talked found = phrase_at(rest);
        if (found.row == NULL)
            return false;
        *ret = more_talk(*ret, found.row);
        rest = anc_str_sub(rest, found.len + 1, rest.len);
    }
    return true;
}

anc_str rag_small_talk_reply(anc_str question)
{
    const phrase_row *said;
    if (!is_talk(question, &said) || said->kind < GREETING)
        return ANC_STR_NONE;
    return rag_talk_replies[said->kind][said->language];
}

bool rag_is_aside(anc_str question)
{
    const phrase_row *said;
    return is_talk(question, &said) && said->kind < GREETING;
}

/* " - ", " – ": bytes of a dash between blanks at byte `i`; 0: none is there. */
static size_t dash_bytes(anc_str text, size_t i)
{
    static const anc_str dashes[] = {ANC_STR_INIT(" - "), ANC_STR_INIT(" \xe2\x80\x93 "),
                                     ANC_STR_INIT(" \xe2\x80\x94 "), ANC_STR_INIT(": ")};
    for (size_t k = 0; k < ANC_COUNT(dashes); k++)
        if (anc_str_starts(anc_str_sub(text, i, text.len), dashes[k]))
            return dashes[k].len;
    return 0;
}

/* Where the first sentence ends, or what a comma or a dash parts from the rest: the byte behind its mark; 0: nothing follows it. */
static size_t first_end(anc_str text, bool *ret_comma)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const size_t dash = dash_bytes(text, i);
        *ret_comma = c == ',' || dash > 0;
        if (dash > 0)
            return i + dash;
        if (c == '.' || c == '!' || c == '?' || c == ',' || c == ';' || c == '\n')
            return i + 1;
    }
    return 0;
}

static bool has_word(anc_str text)
{
    for (size_t i = 0; i < text.len; i += rag_talk_sign_bytes(text, i))
        if (rag_talk_sign_bytes(text, i) == 0)
            return true;
    return false;
}

anc_str rag_without_small_talk(anc_str question)
{
    anc_str rest = question;
    for (;;) {
        const phrase_row *said;
        bool comma = false;
        const size_t end = first_end(rest, &comma);
        const anc_str behind = anc_str_trim(anc_str_sub(rest, end, rest.len));
        if (end == 0 || !has_word(behind) || !is_talk(anc_str_sub(rest, 0, end), &said) ||
            (comma && said->kind == ORNAMENT) || said->kind == ABOUT)
            return rest;
        rest = behind;
    }
}
