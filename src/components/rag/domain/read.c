/* read.c - what stands at a place that the question names, from its beginning.
 *
 * It is told in the order in which it stands there: sentences behind the heading that they have, rows by the names of
 * their columns, a table's title before its first row. A running head, which stands over every page, is left
 * out. What was found is the place itself, so nothing is weighed. Where there are several pages each has its share of the
 * room. Where more stands there than was told it ends in "…".
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

/* The first unit from `from` on that may be told, or `end`. */
static size_t next_told(const rag_extraction *x, size_t from, size_t end)
{
    while (from < end && !is_told(&x->units.items[from]))
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

/* The units of one page; of all where no pages are known. */
typedef struct stretch {
    size_t from, end;
} stretch;

static uint32_t page_of(const rag_extraction *x, size_t unit)
{
    const rag_passage *p = &x->passages[x->units.items[unit].passage];
    uint32_t page = 0;
    for (size_t i = 0; p->pages != NULL && i < p->n_places && p->places[i].at <= p->start; i++)
        page = p->pages[i];
    return page;
}

static stretch page_from(const rag_extraction *x, size_t from)
{
    size_t end = from;
    while (end < x->units.n && page_of(x, end) == page_of(x, from))
        end++;
    return (stretch){from, end};
}

/* Behind the running head, where anything is told there. */
static size_t first_told(const rag_extraction *x, stretch s)
{
    const size_t first = next_told(x, s.from, s.end);
    if (first == s.end || !is_running_head(x, first))
        return first;
    const size_t behind = next_told(x, first + 1, s.end);
    return behind < s.end ? behind : first;
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

/* Tells of one page with at most so many picks and characters, at least one pick; the characters that they took. */
static size_t read_page(const rag_extraction *x, stretch s, size_t picks, size_t room,
                        rag_choice *choice)
{
    const size_t first = choice->n;
    size_t left = room;
    size_t took = 0;
    size_t i = first_told(x, s);
    if (i == s.end && s.end > s.from)
        choice->picks[choice->n++] = rag_pick_of(x, s.from); /* a heading alone */
    while (i < s.end && choice->n < first + picks) {
        rag_pick pick = rag_pick_of(x, i);
        pick.lead = heading_before(x, i);
        if (choice->n > first && chars_of(x, &pick) > left)
            break;
        const size_t behind = is_row(&x->units.items[i]) ? i + 1 : go_on(x, i, left, &pick);
        const size_t chars = chars_of(x, &pick);
        choice->picks[choice->n++] = pick;
        left = chars < left ? left - chars : 0;
        took += chars;
        i = next_told(x, behind, s.end);
    }
    rag_pick *last = choice->n > first ? &choice->picks[choice->n - 1] : NULL;
    if (last != NULL && i < s.end)
        last->cut_after = true;
    return took;
}

/* Picks and characters. */
typedef struct length {
    size_t picks, chars;
} length;

/* What a page would take if it were alone. */
static length wanted_by(const rag_extraction *x, stretch s, length most)
{
    rag_choice alone = {.n = 0};
    const size_t chars = read_page(x, s, most.picks, most.chars, &alone);
    return (length){alone.n, chars};
}

/* An equal share of what is left, or more where the `others` do not want theirs. */
static size_t share_of(size_t left, size_t waiting, size_t others)
{
    const size_t equal = left / waiting;
    return left > others && left - others > equal ? left - others : equal;
}

static rag_choice read_all(const rag_extraction *x, length most)
{
    rag_choice choice = {.confidence = 1, .exact = true};
    length others = {0, 0};
    size_t pages = 0;
    size_t left = most.chars;
    for (size_t at = 0; at < x->units.n; at = page_from(x, at).end, pages++) {
        const length wanted = wanted_by(x, page_from(x, at), most);
        others = (length){others.picks + wanted.picks, others.chars + wanted.chars};
    }
    size_t at = 0;
    for (size_t waiting = pages; waiting > 0 && choice.n < most.picks; waiting--) {
        const stretch s = page_from(x, at);
        const length wanted = wanted_by(x, s, most);
        others = (length){others.picks - wanted.picks, others.chars - wanted.chars};
        const size_t picks = share_of(most.picks - choice.n, waiting, others.picks);
        const size_t room = share_of(left, waiting, others.chars);
        const size_t took = read_page(x, s, picks > 0 ? picks : 1, room, &choice);
        left -= took < left ? took : left;
        at = s.end;
    }
    return choice;
}

rag_choice rag_extraction_read(const rag_extraction *x, bool more)
{
    rag_choice choice = read_all(x, (length){RAG_READ_PICKS, RAG_READ_MAX_CHARS});
    if (more && choice.n > 0)
        choice.picks[choice.n - 1].cut_after = true;
    return choice;
}

rag_choice rag_extraction_read_rows(const rag_extraction *x)
{
    rag_choice choice = read_all(x, (length){RAG_ROWS_MAX, RAG_ROWS_MAX_CHARS});
    for (size_t i = 0; i < choice.n; i++)
        choice.picks[i].cut_after = false; /* how many more there are is said */
    return choice;
}
