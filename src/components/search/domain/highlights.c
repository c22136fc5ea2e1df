/* highlights.c - windows over the matched words, the weightiest first, widened to whole words. */
#include "search/domain/highlights.h"

#include "base/str.h"
#include "base/utf8.h"
#include "text/normalize.h"
#include "text/sentence.h"

/* A term that an earlier fragment shows already is worth so much again. */
#define SHOWN_WORTH 0.2

/* How far a window is looked through for one term: passages repeat their words. */
enum { MOST_SPOTS = 64 };

typedef struct choice {
    size_t first, last; /* spots */
    size_t start, end;  /* bytes of the text from the first spot to the farthest end */
} choice;

typedef struct choosing {
    anc_str text;
    const srch_spot *spots;
    size_t n;
    const double *weights;
    choice chosen[SRCH_FRAGMENTS];
    size_t n_chosen;
} choosing;

static bool in_choice(const choosing *c, uint32_t term)
{
    for (size_t i = 0; i < c->n_chosen; i++)
        for (size_t s = c->chosen[i].first; s <= c->chosen[i].last; s++)
            if (c->spots[s].term == term)
                return true;
    return false;
}

static bool overlaps(const choosing *c, size_t spot)
{
    for (size_t i = 0; i < c->n_chosen; i++)
        if (c->spots[spot].start < c->chosen[i].end && c->spots[spot].end > c->chosen[i].start)
            return true;
    return false;
}

/* The window that begins with spot `first`; what it is worth. */
static double weigh(const choosing *c, size_t first, choice *ret)
{
    double worth = 0;
    *ret = (choice){first, first, c->spots[first].start, c->spots[first].end};
    for (size_t s = first; s < c->n && s - first < MOST_SPOTS && !overlaps(c, s); s++) {
        const srch_spot *spot = &c->spots[s];
        bool again = false;
        if (s > first && spot->end - c->spots[first].start > SRCH_FRAGMENT_BYTES)
            break;
        for (size_t t = first; t < s && !again; t++)
            again = c->spots[t].term == spot->term;
        ret->last = s;
        ret->end = spot->end > ret->end ? spot->end : ret->end;
        if (!again)
            worth += c->weights[spot->term] * (in_choice(c, spot->term) ? SHOWN_WORTH : 1);
    }
    return worth;
}

static bool choose_next(choosing *c)
{
    double best = 0;
    choice found = {0}, window;
    for (size_t s = 0; s < c->n; s++) {
        const double worth = overlaps(c, s) ? 0 : weigh(c, s, &window);
        if (worth > best) {
            best = worth;
            found = window;
        }
    }
    if (best > 0)
        c->chosen[c->n_chosen++] = found;
    return best > 0;
}

static void sort_choices(choosing *c)
{
    for (size_t i = 1; i < c->n_chosen; i++)
        for (size_t j = i; j > 0 && c->chosen[j].first < c->chosen[j - 1].first; j--) {
            const choice moved = c->chosen[j];
            c->chosen[j] = c->chosen[j - 1];
            c->chosen[j - 1] = moved;
        }
}

/* The first start of a word at or behind `at`, and not behind `most`. */
static size_t word_start(anc_str text, size_t at, size_t most)
{
    size_t bytes;
    at = anc_utf8_floor(text, at);
    bool blank = at == 0;
    for (size_t i = at; i < most; i += bytes) {
        const bool here = txt_is_blank(anc_utf8_at(text, i, &bytes));
        if (blank && !here)
            return i;
        blank = here;
    }
    return most;
}

/* The last end of a word at or before `at`, and not before `least`. */
static size_t word_end(anc_str text, size_t at, size_t least)
{
    size_t end = least, bytes, ignored;
    at = anc_utf8_floor(text, at);
    for (size_t i = least; i < at; i += bytes) {
        const bool blank = txt_is_blank(anc_utf8_at(text, i, &bytes));
        const size_t next = i + bytes;
        if (!blank && (next == text.len || txt_is_blank(anc_utf8_at(text, next, &ignored))))
            end = next;
    }
    return end;
}

/* The sentence around a spot. */
static txt_span sentence_around(anc_str text, size_t at)
{
    size_t cursor = 0;
    txt_span s;
    while (txt_sentence_next(text, &cursor, &s))
        if (at < s.end)
            return s;
    return (txt_span){at, text.len};
}

/* Widened to the sentence where it fits, else to whole words, within [least, most). */
static void widen(const choosing *c, const choice *chosen, size_t least, size_t most,
                  srch_fragment *ret)
{
    const size_t first = chosen->start, last = chosen->end;
    const txt_span around = sentence_around(c->text, first);
    const size_t slack =
        last - first < SRCH_FRAGMENT_BYTES ? SRCH_FRAGMENT_BYTES - (last - first) : 0;
    const size_t before = around.start < first ? first - around.start : 0;
    const size_t back = before <= slack ? before : slack / 2;
    size_t from = first - back, to;
    from = from < least ? least : from;
    ret->start = from == around.start ? from : word_start(c->text, from, first);
    to = last + (slack > first - ret->start ? slack - (first - ret->start) : 0);
    if (around.end >= last && around.end <= to)
        to = around.end;
    to = to < most ? to : most;
    ret->end = to == around.end ? to : word_end(c->text, to, last);
}

/* The spots of a choice as ranges that do not overlap. */
static anc_status mark(anc_arena *mem, const choosing *c, const choice *chosen, srch_fragment *ret,
                       anc_err *err)
{
    const size_t most = chosen->last - chosen->first + 1;
    srch_range *marks = anc_arena_alloc(mem, most, sizeof *marks);
    size_t n = 0;
    if (marks == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for highlights");
    for (size_t s = chosen->first; s <= chosen->last; s++) {
        const srch_spot *spot = &c->spots[s];
        if (n > 0 && spot->start < marks[n - 1].end) {
            if (spot->end > marks[n - 1].end)
                marks[n - 1].end = spot->end;
            continue;
        }
        marks[n++] = (srch_range){spot->start, spot->end};
    }
    ret->marks = marks;
    ret->n_marks = n;
    return ANC_OK;
}

anc_status srch_fragments_choose(anc_arena *mem, anc_str text, const srch_spot *spots, size_t n,
                                 const double *weights, srch_fragment **ret, size_t *ret_n,
                                 anc_err *err)
{
    choosing c = {.text = text, .spots = spots, .n = n, .weights = weights};
    while (c.n_chosen < SRCH_FRAGMENTS && choose_next(&c))
        continue;
    sort_choices(&c);
    srch_fragment *fragments = anc_arena_alloc(mem, c.n_chosen, sizeof *fragments);
    if (fragments == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for highlights");
    for (size_t i = 0; i < c.n_chosen; i++) {
        const size_t least = i > 0 ? fragments[i - 1].end : 0;
        const size_t most = i + 1 < c.n_chosen ? c.chosen[i + 1].start : text.len;
        widen(&c, &c.chosen[i], least, most, &fragments[i]);
        ANC_TRY(mark(mem, &c, &c.chosen[i], &fragments[i], err));
    }
    *ret = fragments;
    *ret_n = c.n_chosen;
    return ANC_OK;
}
