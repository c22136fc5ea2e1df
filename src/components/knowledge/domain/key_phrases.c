/* key_phrases.c - see key_phrases.h. */
#include "knowledge/domain/key_phrases.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "text/normalize.h"
#include "text/unicode.h"

enum {
    PHRASE_WORDS = 4,
    RUN_WORDS = 8,
    WORD_BYTES = 40,
    LEAST_LETTERS = 3,
    ENOUGH = 3 /* phrases that occur twice */
};

typedef struct word {
    uint32_t frequency, degree;
} word;

typedef struct phrase {
    anc_str text; /* in the folded text */
    uint32_t words[PHRASE_WORDS];
    uint32_t n_words, count, order;
    uint32_t covered; /* how often the most frequent phrase occurs that it is a part of */
    bool whole;       /* it was a run by itself, not only a part of one */
    double score;
} phrase;

typedef struct reader {
    anc_arena *mem;
    txt_language language;
    anc_map *word_ids, *phrase_ids;
    word *words; /* [n_words of cap_words] */
    phrase *phrases;
    size_t n_words, cap_words, n_phrases, cap_phrases;
    /* the run at hand */
    uint32_t run[RUN_WORDS];
    size_t starts[RUN_WORDS], ends[RUN_WORDS];
    size_t run_words;
    anc_str text; /* folded */
} reader;

static bool grow(anc_arena *mem, void **items, size_t *cap, size_t n, size_t item_bytes)
{
    if (n < *cap)
        return true;
    const size_t more = *cap == 0 ? 256 : 2 * *cap;
    void *copy = anc_arena_alloc(mem, more, item_bytes);
    if (copy == NULL)
        return false;
    if (n > 0)
        memcpy(copy, *items, n * item_bytes);
    *items = copy;
    *cap = more;
    return true;
}

/* ---- runs ---------------------------------------------------------------------------------- */

/* Counts words [from, from + n) of the run as a phrase. False: no memory. */
static bool add_phrase(reader *r, size_t from, size_t n)
{
    const bool whole = n == r->run_words;
    const anc_str key = {(const char *)(r->run + from), n * sizeof *r->run};
    uint64_t at;
    if (anc_map_find(r->phrase_ids, key, &at)) {
        r->phrases[at].count++;
        r->phrases[at].whole = r->phrases[at].whole || whole;
        return true;
    }
    void *phrases = r->phrases;
    if (!grow(r->mem, &phrases, &r->cap_phrases, r->n_phrases, sizeof *r->phrases))
        return false;
    r->phrases = phrases;
    phrase *p = &r->phrases[r->n_phrases];
    *p = (phrase){
        .text = anc_str_sub(r->text, r->starts[from], r->ends[from + n - 1] - r->starts[from]),
        .n_words = (uint32_t)n,
        .count = 1,
        .order = (uint32_t)r->n_phrases,
        .whole = whole};
    memcpy(p->words, r->run + from, n * sizeof *r->run);
    return anc_map_put(r->phrase_ids, key, r->n_phrases++);
}

/* Counts the run that ends here and its parts. */
static bool end_run(reader *r)
{
    for (size_t i = 0; i < r->run_words; i++)
        r->words[r->run[i]].degree += (uint32_t)r->run_words;
    for (size_t from = 0; from < r->run_words; from++)
        for (size_t n = 1; n <= PHRASE_WORDS && from + n <= r->run_words; n++)
            if (!add_phrase(r, from, n))
                return false;
    r->run_words = 0;
    return true;
}

static bool add_word(reader *r, size_t start, size_t end)
{
    const anc_str text = anc_str_sub(r->text, start, end - start);
    uint64_t id;
    if (!anc_map_find(r->word_ids, text, &id)) {
        void *words = r->words;
        if (!grow(r->mem, &words, &r->cap_words, r->n_words, sizeof *r->words))
            return false;
        r->words = words;
        id = r->n_words++;
        r->words[id] = (word){0};
        if (!anc_map_put(r->word_ids, text, id))
            return false;
    }
    r->words[id].frequency++;
    if (r->run_words == RUN_WORDS && !end_run(r))
        return false;
    r->starts[r->run_words] = start;
    r->ends[r->run_words] = end;
    r->run[r->run_words++] = (uint32_t)id;
    return true;
}

/* Whether a run of letters and digits can be a word of a phrase. */
static bool counts(const reader *r, anc_str text)
{
    size_t letters = 0, bytes;
    for (size_t i = 0; i < text.len; i += bytes) {
        const txt_category c = txt_category_of(anc_utf8_at(text, i, &bytes));
        letters += c >= TXT_LU && c <= TXT_LO;
    }
    const txt_language language = r->language == TXT_UND ? TXT_EN : r->language;
    return text.len <= WORD_BYTES && letters >= LEAST_LETTERS && !txt_is_stop_word(language, text);
}

static bool is_word_char(uint32_t c)
{
    const txt_category k = txt_category_of(c);
    return (k >= TXT_LU && k <= TXT_LO) || (k >= TXT_MN && k <= TXT_ME) ||
           (k >= TXT_ND && k <= TXT_NO);
}

/* The end of the word at `at`; a hyphen between letters belongs to it. */
static size_t word_end(anc_str text, size_t at)
{
    size_t bytes, ahead;
    while (at < text.len) {
        const uint32_t c = anc_utf8_at(text, at, &bytes);
        const bool joins =
            c == '-' && at + 1 < text.len && is_word_char(anc_utf8_at(text, at + 1, &ahead));
        if (!is_word_char(c) && !joins)
            break;
        at += bytes;
    }
    return at;
}

static bool is_around(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '<' || c == '>' || c == '"' ||
           c == '(' || c == ')';
}

/* The end of an address of the web or of mail that begins at `at`: its parts are no words. Else `at`. */
static size_t address_end(anc_str text, size_t at)
{
    size_t end = at;
    if (at > 0 && !is_around(text.ptr[at - 1]))
        return at;
    while (end < text.len && !is_around(text.ptr[end]))
        end++;
    const anc_str token = anc_str_sub(text, at, end - at);
    const size_t mark = anc_str_find(token, ANC_STR("@"));
    const bool mail = mark != SIZE_MAX && mark > 0 && mark + 1 < token.len;
    const bool web =
        anc_str_find(token, ANC_STR("://")) != SIZE_MAX || anc_str_starts(token, ANC_STR("www."));
    return mail || web ? end : at;
}

static bool read_all(reader *r)
{
    size_t bytes;
    for (size_t at = 0; at < r->text.len;) {
        const uint32_t c = anc_utf8_at(r->text, at, &bytes);
        if (c == ' ') {
            at++;
            continue;
        }
        const size_t behind = address_end(r->text, at);
        if (behind > at) {
            if (!end_run(r))
                return false;
            at = behind;
            continue;
        }
        if (!is_word_char(c)) {
            if (!end_run(r))
                return false;
            at += bytes;
            continue;
        }
        const size_t end = word_end(r->text, at);
        const bool good = counts(r, anc_str_sub(r->text, at, end - at));
        if (!(good ? add_word(r, at, end) : end_run(r)))
            return false;
        at = end;
    }
    return end_run(r);
}

/* ---- choosing ------------------------------------------------------------------------------ */

static int by_score(const void *a, const void *b)
{
    const phrase *p = a, *q = b;
    if (p->score > q->score || p->score < q->score)
        return p->score > q->score ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

/* Tells the parts of a phrase how often it occurs. */
static void cover_parts(reader *r, const phrase *p)
{
    for (uint32_t from = 0; from < p->n_words; from++)
        for (uint32_t n = 1; from + n <= p->n_words && n < p->n_words; n++) {
            const anc_str key = {(const char *)(p->words + from), n * sizeof *p->words};
            uint64_t at;
            if (anc_map_find(r->phrase_ids, key, &at) && r->phrases[at].covered < p->count)
                r->phrases[at].covered = p->count;
        }
}

/* What occurs twice, by weight; where there is little of it, whole runs of several words too. */
static void rate(reader *r)
{
    size_t twice = 0;
    for (size_t i = 0; i < r->n_phrases; i++) {
        if (r->phrases[i].count < 2)
            continue;
        twice++;
        cover_parts(r, &r->phrases[i]);
    }
    for (size_t i = 0; i < r->n_phrases; i++) {
        phrase *p = &r->phrases[i];
        double sum = 0;
        for (uint32_t k = 0; k < p->n_words; k++) {
            const word *w = &r->words[p->words[k]];
            sum += (double)w->degree / (double)w->frequency;
        }
        const bool once = twice < ENOUGH && p->whole && p->n_words > 1;
        p->score = p->count > 1 ? sum * (double)p->count : once ? sum / 2 : 0;
        if (p->covered * 2 >= p->count)
            p->score = 0; /* the longer phrase says it */
    }
    if (r->n_phrases > 1)
        qsort(r->phrases, r->n_phrases, sizeof *r->phrases, by_score);
}

static bool lies_in(const phrase *part, const phrase *whole)
{
    for (uint32_t i = 0; i + part->n_words <= whole->n_words; i++)
        if (memcmp(part->words, whole->words + i, part->n_words * sizeof *part->words) == 0)
            return true;
    return false;
}

/* Whether a phrase and one that was chosen contain each other. */
static bool is_said(const phrase *p, const phrase *const *chosen, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lies_in(p, chosen[i]) || lies_in(chosen[i], p))
            return true;
    return false;
}

/* The phrase with one blank between its words. */
static anc_str spell(anc_arena *mem, anc_str text)
{
    char *out = anc_arena_alloc(mem, text.len + 1, 1);
    size_t n = 0;
    if (out == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ' || (n > 0 && out[n - 1] != ' '))
            out[n++] = text.ptr[i];
    out[n] = '\0';
    return (anc_str){out, n};
}

static bool choose(const reader *r, anc_str **ret, size_t *ret_n)
{
    anc_str *out = anc_arena_alloc(r->mem, KNO_KEY_PHRASES, sizeof *out);
    const phrase *chosen[KNO_KEY_PHRASES];
    size_t n = 0;
    if (out == NULL)
        return false;
    for (size_t i = 0; i < r->n_phrases && n < KNO_KEY_PHRASES && r->phrases[i].score > 0; i++) {
        if (is_said(&r->phrases[i], chosen, n))
            continue;
        chosen[n] = &r->phrases[i];
        out[n] = spell(r->mem, r->phrases[i].text);
        if (out[n++].ptr == NULL)
            return false;
    }
    *ret = out;
    *ret_n = n;
    return true;
}

static anc_status fold(reader *r, anc_str text, anc_err *err)
{
    const size_t n =
        anc_utf8_floor(text, text.len < KNO_KEY_PHRASE_TEXT ? text.len : KNO_KEY_PHRASE_TEXT);
    ANC_BUF(folded, 8 * (size_t)KNO_KEY_PHRASE_TEXT);
    ANC_TRY(txt_fold(anc_str_sub(text, 0, n), &folded, err));
    r->text = anc_arena_copy(r->mem, anc_buf_view(&folded));
    if (r->text.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(r->mem), "no room for the words of a text");
    return ANC_OK;
}

anc_status kno_key_phrases(anc_arena *mem, anc_str text, txt_language language, anc_str **ret,
                           size_t *ret_n, anc_err *err)
{
    reader r = {.mem = mem, .language = language};
    ANC_TRY(fold(&r, text, err));
    r.word_ids = anc_map_new();
    r.phrase_ids = anc_map_new();
    bool room = r.word_ids != NULL && r.phrase_ids != NULL && read_all(&r);
    if (room) {
        rate(&r);
        room = choose(&r, ret, ret_n);
    }
    anc_map_free(r.word_ids);
    anc_map_free(r.phrase_ids);
    if (!room)
        return ANC_FAIL(err,
                        anc_arena_refusal(mem) != ANC_OK ? anc_arena_refusal(mem) : ANC_NO_MEMORY,
                        "no room for the phrases of a text");
    return ANC_OK;
}
