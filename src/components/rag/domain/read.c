/* read.c - what stands at a place that the question names, from its beginning.
 *
 * It is told in the order in which it stands there: sentences behind the heading that they have, rows by the names of
 * their columns, a table's title before its first row. A running head, which stands over every page, is left
 * out. What was found is the place itself, so nothing is weighed.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "extract_impl.h"

enum {
    MARKER_CHARS = 6,
    HEAD_CHARS = 60, /* of a running head, at most */
};

static bool is_row(const rag_unit *unit)
{
    return unit->cells > 0 || unit->card;
}

static bool is_told(const rag_unit *unit)
{
    return unit->kind == RAG_UNIT_PROSE || unit->kind == RAG_UNIT_QUESTION;
}

/* The first unit from `from` on that may be told, or all of them. */
static size_t next_told(const rag_extraction *x, size_t from)
{
    while (from < x->units.n && !is_told(&x->units.items[from]))
        from++;
    return from;
}

/* "UBER TECHNOLOGIES, INC.": a short line without a small letter, which is no row. */
static bool is_running_head(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str text = rag_unit_text(u, x->passages);
    bool letter = false;
    if (is_row(u) || u->chars > HEAD_CHARS || !u->line_start)
        return false;
    for (size_t k = 0; k < text.len; k++) {
        if (text.ptr[k] >= 'a' && text.ptr[k] <= 'z')
            return false;
        letter |= text.ptr[k] >= 'A' && text.ptr[k] <= 'Z';
    }
    return letter;
}

/* Behind the running head, where anything is told there. */
static size_t first_told(const rag_extraction *x)
{
    const size_t first = next_told(x, 0);
    if (first == x->units.n || !is_running_head(x, first))
        return first;
    const size_t behind = next_told(x, first + 1);
    return behind < x->units.n ? behind : first;
}

static size_t chars_of(const rag_extraction *x, const rag_pick *pick)
{
    return anc_utf8_count(
               anc_str_sub(x->passages[pick->passage].text, pick->start, pick->end - pick->start)) +
           anc_utf8_count(pick->lead) + anc_utf8_count(pick->columns) + MARKER_CHARS;
}

/* A heading that stands right before it says what it is about; of a table also before the names of its columns. */
static anc_str heading_before(const rag_extraction *x, size_t i)
{
    const uint32_t passage = x->units.items[i].passage;
    if (i > 0 && x->units.items[i - 1].kind == RAG_UNIT_COLUMNS)
        i--;
    const rag_unit *before = i > 0 ? &x->units.items[i - 1] : NULL;
    if (before == NULL || before->kind != RAG_UNIT_HEADING || before->passage != passage)
        return ANC_STR("");
    return rag_plain_line(rag_unit_text(before, x->passages));
}

/* Makes the pick of unit `i` longer by the sentences that follow it, to at most `max` characters; the unit behind
 * it. */
static size_t go_on(const rag_extraction *x, size_t i, size_t max, rag_pick *pick)
{
    for (i++; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        rag_pick longer = *pick;
        longer.end = u->end;
        longer.cut_after = u->cut_after;
        if (u->passage != pick->passage || !is_told(u) || is_row(u) || chars_of(x, &longer) > max)
            break;
        *pick = longer;
    }
    return i;
}

rag_choice rag_extraction_read(const rag_extraction *x)
{
    rag_choice choice = {.confidence = 1, .exact = true};
    size_t left = RAG_READ_MAX_CHARS;
    size_t i = first_told(x);
    if (i == x->units.n && i > 0)
        choice.picks[choice.n++] = rag_pick_of(x, 0); /* a heading alone */
    while (i < x->units.n && choice.n < RAG_READ_PICKS) {
        rag_pick pick = rag_pick_of(x, i);
        pick.lead = heading_before(x, i);
        if (choice.n > 0 && chars_of(x, &pick) > left)
            break;
        const size_t behind = is_row(&x->units.items[i]) ? i + 1 : go_on(x, i, left, &pick);
        const size_t chars = chars_of(x, &pick);
        choice.picks[choice.n++] = pick;
        left = chars < left ? left - chars : 0;
        i = next_told(x, behind);
    }
    return choice;
}
