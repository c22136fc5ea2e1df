/* read.c - what stands at a place that the question names, from its beginning.
 *
 * A page is told by its first sentences, behind its heading where it has one; a table by its first rows. What
 * was found is the place itself, so nothing is weighed.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "extract_impl.h"

enum {
    MARKER_CHARS = 6,
    PROSE_CHARS = 20
}; /* of a sentence that is worth telling before a table */

static bool is_row(const rag_unit *unit)
{
    return unit->cells > 0 || unit->card;
}

static bool is_told(const rag_unit *unit)
{
    return unit->kind == RAG_UNIT_PROSE || unit->kind == RAG_UNIT_QUESTION;
}

/* The first unit from `from` on that may be told, or SIZE_MAX. */
static size_t next_told(const rag_extraction *x, size_t from)
{
    while (from < x->units.n && !is_told(&x->units.items[from]))
        from++;
    return from < x->units.n ? from : SIZE_MAX;
}

/* Prose first, however many rows stand before it; else a row; else a heading alone. */
static size_t first_told(const rag_extraction *x)
{
    const size_t first = next_told(x, 0);
    if (first == SIZE_MAX)
        return x->units.n > 0 ? 0 : SIZE_MAX;
    for (size_t i = first; i < x->units.n; i++)
        if (is_told(&x->units.items[i]) && !is_row(&x->units.items[i]) &&
            x->units.items[i].chars >= PROSE_CHARS)
            return i;
    return first;
}

static size_t chars_of(const rag_extraction *x, const rag_pick *pick)
{
    return anc_utf8_count(
               anc_str_sub(x->passages[pick->passage].text, pick->start, pick->end - pick->start)) +
           anc_utf8_count(pick->lead) + anc_utf8_count(pick->columns) + MARKER_CHARS;
}

/* Makes the pick longer by the sentences that follow it. */
static void go_on(const rag_extraction *x, size_t i, rag_pick *pick)
{
    for (i++; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        rag_pick longer = *pick;
        longer.end = u->end;
        longer.cut_after = u->cut_after;
        if (u->passage != pick->passage || !is_told(u) || is_row(u) ||
            chars_of(x, &longer) > RAG_ANSWER_MAX_CHARS)
            return;
        *pick = longer;
    }
}

/* A heading that stands right before it says what it is about. */
static anc_str heading_before(const rag_extraction *x, size_t i)
{
    const rag_unit *before = i > 0 ? &x->units.items[i - 1] : NULL;
    if (before == NULL || before->kind != RAG_UNIT_HEADING ||
        before->passage != x->units.items[i].passage)
        return ANC_STR("");
    return rag_plain_line(rag_unit_text(before, x->passages));
}

rag_choice rag_extraction_read(const rag_extraction *x)
{
    rag_choice choice = {.confidence = 1, .exact = true};
    const size_t first = first_told(x);
    if (first == SIZE_MAX)
        return choice;
    choice.picks[choice.n++] = rag_pick_of(x, first);
    rag_pick *pick = &choice.picks[0];
    if (!is_row(&x->units.items[first])) {
        pick->lead = heading_before(x, first);
        go_on(x, first, pick);
        return choice;
    }
    const size_t second = next_told(x, first + 1);
    if (second == SIZE_MAX || !is_row(&x->units.items[second]))
        return choice;
    const rag_pick more = rag_pick_of(x, second);
    if (chars_of(x, pick) + chars_of(x, &more) <= RAG_ANSWER_MAX_CHARS)
        choice.picks[choice.n++] = more;
    return choice;
}
