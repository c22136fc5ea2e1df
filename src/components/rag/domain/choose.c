/* choose.c - the picks of an answer, and the answer as text.
 *
 * The best unit comes first, with what it needs to be understood alone: the sentence that "it" points
 * at, the heading that says what it is about, the names of its row's columns. A second one is added when
 * it scores nearly as well, fits into what is left of the characters, and says something else that was
 * asked for. Picks are then put in reading order.
 */
#include <math.h>

#include "base/str.h"
#include "base/utf8.h"
#include "extract_impl.h"
#include "rag/domain/polarity.h"

enum {
    MARKER_CHARS = 6, /* " [50] " */
    LINK_CHARS = 2,   /* ": " */
    GOES_ON_CHARS = 2 /* " …" */
};

static const double INSTEAD_TOLD =
    0.7; /* of what the best one tells, for another to stand in for it */
static const double SECOND_WITHIN = 2.0; /* of the best one's score */
static const double LESS_RELEVANT =
    0.5; /* of the first's passage, that the second's is too far from */
static const double ADDED_SHARE = 0.1;   /* of the question's weight, for a row to be added */
static const double SEQUEL_WITHIN = 6.0; /* where it is the next sentence and points back */
static const double EXACT = 0.95;        /* confidence in what is exact, at least */
static const double OWN_ENOUGH = 0.15;   /* below it a heading has to say what it is about */
static const double LIST_SHARE = 0.6;    /* of it, that stands over a list which is told */
static const double TOPIC_SHARE = 0.3; /* of the question's weight: one word is what it is about */

/* Whether unit i says the opposite without the heading that it stands under. */
static bool is_turned(const rag_extraction *x, size_t i)
{
    return x->views[i].denied && !x->views[i].denies;
}

/* Whether it only says what stands below it: a line before a list, a heading in the question's own words. */
static bool is_bare_head(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    if (u->kind == RAG_UNIT_COLUMNS)
        return true;
    if (u->card || i + 1 >= x->units.n || x->units.items[i + 1].head != i)
        return false;
    return u->kind == RAG_UNIT_PROSE ||
           (u->kind == RAG_UNIT_HEADING && x->views[i].features[RAG_F_NOVEL] <= 0);
}

/* A line that only says what stands below it answers nothing; what is denied above has to fit with that. */
static bool may_be_quoted(const rag_extraction *x, size_t i, size_t max_chars)
{
    const rag_unit *unit = &x->units.items[i];
    const size_t lead = is_turned(x, i) ? anc_utf8_count(x->views[i].heading) + LINK_CHARS : 0;
    return !is_bare_head(x, i) && unit->chars + lead <= max_chars;
}

/* Whether a unit that may be quoted has a code that was asked for. */
static bool tells_code(const rag_extraction *x, size_t max_chars)
{
    const uint64_t codes = rag_terms_codes(&x->terms);
    for (size_t i = 0; i < x->units.n; i++)
        if ((x->views[i].own & codes) != 0 && may_be_quoted(x, i, max_chars))
            return true;
    return false;
}

/* What is about E07 is no answer about E11 where another unit is, however much else it has of the question. */
static size_t best_of(const rag_extraction *x, size_t but, size_t max_chars)
{
    const bool coded = tells_code(x, max_chars);
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < x->units.n; i++) {
        if (i == but || !may_be_quoted(x, i, max_chars) ||
            (coded && x->views[i].features[RAG_F_OTHER] > 0))
            continue;
        if (best == SIZE_MAX || x->views[i].score > x->views[best].score)
            best = i;
    }
    return best;
}

size_t rag_choose_best(const rag_extraction *x)
{
    return best_of(x, SIZE_MAX, RAG_UNIT_MAX_CHARS);
}

/* Whether one holds the other: passages may overlap, and documents repeat each other. */
static bool says_the_same(const rag_extraction *x, size_t a, size_t b)
{
    const anc_str s = rag_unit_text(&x->units.items[a], x->passages);
    const anc_str t = rag_unit_text(&x->units.items[b], x->passages);
    return s.len < t.len ? anc_str_find(t, s) != SIZE_MAX : anc_str_find(s, t) != SIZE_MAX;
}

/* Whether the first speaks of the one word that the question is about (a code, a name) and the second
 * does not, nor what stands over it: then it answers another question. */
static bool strays(const rag_extraction *x, size_t first, size_t second)
{
    const rag_terms *terms = &x->terms;
    const rag_view *a = &x->views[first];
    const rag_view *b = &x->views[second];
    size_t topic = SIZE_MAX;
    const uint64_t told = a->own != 0 ? a->own : a->headed;
    for (size_t t = 0; t < terms->n; t++)
        if ((told >> t & 1) != 0 && (topic == SIZE_MAX || terms->weight[t] > terms->weight[topic]))
            topic = t;
    if (b->features[RAG_F_OTHER] > 0)
        return true;
    if (topic == SIZE_MAX || terms->weight[topic] < TOPIC_SHARE * terms->total)
        return false;
    return ((b->own | b->above) >> topic & 1) == 0;
}

/* Whether the second speaks to something of the question that the first does not. */
static bool adds(const rag_extraction *x, size_t first, size_t second)
{
    const uint64_t told = x->views[first].own | x->views[first].above;
    const uint64_t more = x->views[second].own & ~told;
    return rag_terms_share(&x->terms, more) >= ADDED_SHARE;
}

static bool is_row(const rag_unit *unit)
{
    return unit->cells > 0 || unit->card;
}

/* Whether it is the entry, or says what or where the thing is, that was asked for. */
static bool answers_itself(const rag_extraction *x, size_t i)
{
    const double *f = x->views[i].features;
    return f[RAG_F_ENTRY] > 0 || f[RAG_F_DEFINES] > 0;
}

/* Whether all names that were asked about are in its own words. */
static bool has_all_names(const rag_extraction *x, size_t i)
{
    return x->terms.names != 0 && (x->terms.names & ~x->views[i].own) == 0;
}

/* What is so is no second answer to what is not. A row beside the one that answers is another thing's, and what has not the kind of thing that was
 * asked for (a sum, a date) is no second answer. */
static bool is_not_asked(const rag_extraction *x, size_t first, size_t second)
{
    const rag_unit *a = &x->units.items[first];
    const rag_unit *b = &x->units.items[second];
    const double sense = x->views[second].features[RAG_F_POLARITY];
    if (b->kind != RAG_UNIT_PROSE || sense < 0 ||
        (sense <= 0 && x->views[first].features[RAG_F_POLARITY] > 0))
        return true;
    if (answers_itself(x, first) && !answers_itself(x, second))
        return true;
    if (is_row(a) && has_all_names(x, first) && !has_all_names(x, second))
        return true;
    if (x->passages[b->passage].score < LESS_RELEVANT * x->passages[a->passage].score)
        return true;
    const bool row = is_row(b) || (is_row(a) && a->passage == b->passage);
    const bool without =
        x->views[first].features[RAG_F_CUE] > 0 && x->views[second].features[RAG_F_NO_CUE] > 0;
    const bool counted = x->terms.how_many && x->views[first].features[RAG_F_COUNTS] > 0;
    return (row || without || counted) && !adds(x, first, second);
}

/* The next sentence, where it goes on about the first ("He sold it in 2003."). */
static size_t sequel_of(const rag_extraction *x, size_t first, size_t max_chars)
{
    const size_t next = first + 1;
    if (next >= x->units.n || x->views[next].features[RAG_F_BACK] <= 0 ||
        rag_is_of_relative(x, next) || x->units.items[next].chars > max_chars ||
        x->views[next].score < x->views[first].score - SEQUEL_WITHIN)
        return SIZE_MAX;
    return next;
}

static size_t second_of(rag_extraction *x, size_t first, size_t max_chars)
{
    for (;;) {
        const size_t second = best_of(x, first, max_chars);
        if (second == SIZE_MAX || x->views[second].score < x->views[first].score - SECOND_WITHIN)
            return sequel_of(x, first, max_chars);
        if (!says_the_same(x, first, second) && !strays(x, first, second) &&
            !is_not_asked(x, first, second) && !rag_is_beside_point(x, second))
            return second;
        x->views[second].score = -(double)INFINITY;
    }
}

/* ---- what a pick needs to stand alone ---- */

rag_pick rag_pick_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    rag_pick pick = {.passage = u->passage,
                     .start = u->start,
                     .end = u->end,
                     .score = x->views[i].score,
                     .lead = ANC_STR(""),
                     .columns = ANC_STR(""),
                     .cut_before = u->cut_before,
                     .cut_after = u->cut_after,
                     .card = u->card};
    pick.columns = rag_unit_columns(&x->units, u, x->passages);
    if (anc_utf8_count(rag_unit_text(u, x->passages)) + anc_utf8_count(pick.columns) +
            MARKER_CHARS >
        RAG_ANSWER_MAX_CHARS)
        pick.shown = rag_columns_shown(x, i);
    return pick;
}

/* Sentences that follow each other in one passage. */
static bool follow(const rag_extraction *x, size_t i)
{
    if (i + 1 >= x->units.n)
        return false;
    const rag_unit *a = &x->units.items[i];
    const rag_unit *b = &x->units.items[i + 1];
    return a->passage == b->passage && a->kind == RAG_UNIT_PROSE && b->kind == RAG_UNIT_PROSE &&
           a->cells == 0 && b->cells == 0 && a->card == b->card;
}

static size_t chars_between(const rag_extraction *x, const rag_pick *pick)
{
    return anc_utf8_count(
        anc_str_sub(x->passages[pick->passage].text, pick->start, pick->end - pick->start));
}

static bool points_back(const rag_extraction *x, size_t i)
{
    return rag_cues_points_back(rag_unit_text(&x->units.items[i], x->passages));
}

/* Of a line of a card: the one that says which record it is of; empty where that does not fit. */
static anc_str naming_line(const rag_extraction *x, size_t i, size_t max_chars)
{
    const rag_unit *u = &x->units.items[i];
    const rag_unit *head = u->head != RAG_NO_UNIT ? &x->units.items[u->head] : u;
    return head->card && head != u && head->chars + u->chars + 2 <= max_chars
               ? rag_unit_text(head, x->passages)
               : ANC_STR("");
}

static size_t chars_of(const rag_extraction *x, const rag_pick *pick)
{
    const anc_str text = x->passages[pick->passage].text;
    if (pick->shown != 0)
        return rag_shown_chars(pick->columns,
                               anc_str_sub(text, pick->start, pick->end - pick->start),
                               pick->shown) +
               anc_utf8_count(pick->lead) + MARKER_CHARS;
    return chars_between(x, pick) + anc_utf8_count(pick->lead) + anc_utf8_count(pick->columns) +
           MARKER_CHARS;
}

/* An item of a list says too little where its heading has more of the question. */
static bool needs_heading(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    return is_turned(x, i) ||
           (x->units.items[i].item && v->heading.len > 0 && (v->headed & ~v->own) != 0);
}

/* A heading that denies something leads what it holds for, nothing else. */
static bool may_lead(const rag_extraction *x, size_t i, anc_str lead)
{
    const rag_unit *u = &x->units.items[i];
    return lead.len > 0 && (x->views[i].denied || !rag_negates(lead)) &&
           !anc_str_eq(lead, rag_plain_line(rag_unit_text(u, x->passages)));
}

static void lead_by(const rag_extraction *x, rag_pick *pick, anc_str lead, size_t max_chars)
{
    if (anc_utf8_count(lead) + chars_between(x, pick) + LINK_CHARS <= max_chars)
        pick->lead = lead;
}

/* A unit with the heading that it says the opposite without. */
static rag_pick bare_pick(const rag_extraction *x, size_t i)
{
    rag_pick pick = rag_pick_of(x, i);
    if (is_turned(x, i))
        pick.lead = x->views[i].heading;
    if (pick.shown == 0 && chars_of(x, &pick) > RAG_ANSWER_MAX_CHARS)
        pick.columns = ANC_STR("");
    return pick;
}

/* What goes before unit i so that it is known who "he" is: the sentence before, and the one before that where it only
 * says "he" as well. SIZE_MAX: nothing that fits. */
static size_t context_of(const rag_extraction *x, size_t i, const rag_pick *pick, size_t max_chars)
{
    enum { BACK_MAX = 2 };
    size_t first = SIZE_MAX;
    for (size_t k = i; k > 0 && i - k < BACK_MAX && follow(x, k - 1) && points_back(x, k); k--) {
        rag_pick more = *pick;
        more.start = x->units.items[k - 1].start;
        if (chars_of(x, &more) > max_chars + MARKER_CHARS)
            break;
        first = k - 1;
    }
    return first;
}

/* The sentence that "it" or "this" points at goes before it; where there is none, and where nothing but
 * the heading speaks of what was asked, the heading leads. */
static rag_pick pick_with_context(const rag_extraction *x, size_t i, size_t max_chars)
{
    rag_pick pick = bare_pick(x, i);
    const bool back = points_back(x, i) && !rag_focus_begins(x, i);
    const double *f = x->views[i].features;
    bool wanted = back || (f[RAG_F_OWN] < OWN_ENOUGH && f[RAG_F_HEADED] > 0);
    if (pick.columns.len > 0)
        return pick;
    if (pick.card) {
        pick.lead = naming_line(x, i, max_chars);
        return pick;
    }
    const size_t before = back ? context_of(x, i, &pick, max_chars) : SIZE_MAX;
    if (before != SIZE_MAX) {
        pick.start = x->units.items[before].start;
        pick.cut_before = x->units.items[before].cut_before;
        wanted = false;
    }
    const anc_str lead = rag_heading_of(x, i);
    if ((wanted || needs_heading(x, i)) && may_lead(x, i, lead))
        lead_by(x, &pick, lead, max_chars);
    return pick;
}

/* Whether a list answers as a whole: what was asked stands over it, and this item has nothing beyond that. */
static bool is_list_asked(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    if (x->units.items[i].item && x->terms.cues == RAG_CUE_MANNER && v->features[RAG_F_FAQ] > 0)
        return true; /* the first step below "How to …" */
    return x->units.items[i].item && x->terms.which && v->headed != 0 &&
           (v->denied || rag_asks_which(v->heading)) && v->denied == x->terms.negated &&
           (v->own & ~v->headed) == 0 && rag_terms_share(&x->terms, v->above) >= LIST_SHARE;
}

static bool same_list(const rag_extraction *x, size_t a, size_t b)
{
    const rag_unit *s = &x->units.items[a];
    const rag_unit *t = &x->units.items[b];
    return s->item && t->item && s->passage == t->passage && s->head == t->head;
}

/* Makes the pick the items of its list from the first on, as many as fit. */
static void tell_list(const rag_extraction *x, size_t i, rag_pick *pick)
{
    size_t first = i;
    while (first > 0 && same_list(x, first - 1, i))
        first--;
    rag_pick list = *pick;
    list.start = x->units.items[first].start;
    list.end = x->units.items[first].end;
    size_t next = first;
    for (rag_pick longer = list; next < x->units.n && same_list(x, next, i); next++) {
        longer.end = x->units.items[next].end;
        if (chars_of(x, &longer) + GOES_ON_CHARS > RAG_ANSWER_MAX_CHARS)
            break;
        list = longer;
    }
    list.cut_after = next < x->units.n && same_list(x, next, i);
    if (chars_of(x, &list) <= RAG_ANSWER_MAX_CHARS)
        *pick = list;
}

/* Whether both are rows of one table that have as much of the question. */
static bool is_like_row(const rag_extraction *x, size_t a, size_t b)
{
    const rag_unit *s = &x->units.items[a];
    const rag_unit *t = &x->units.items[b];
    const uint64_t real = rag_terms_real(&x->terms);
    return is_row(s) && is_row(t) && s->passage == t->passage && s->kind == t->kind &&
           s->columns == t->columns && s->head == t->head &&
           (x->views[a].own & real) == (x->views[b].own & real) &&
           x->views[b].features[RAG_F_CUE] > 0;
}

/* How long something lasts is asked, and a table says it of several things of which none was asked about: its rows from the
 * first on, as many as fit. */
static bool tell_rows(const rag_extraction *x, size_t i, rag_choice *choice)
{
    const rag_terms *terms = &x->terms;
    size_t first = i;
    size_t chars = 0;
    if ((terms->cues & RAG_CUE_DURATION) == 0 || terms->names != 0 || terms->how_many ||
        rag_terms_digits(terms) != 0 || !rag_has_peers(x, i) || !is_like_row(x, i, i))
        return false; /* the last: it has no duration itself */
    while (first > 0 && is_like_row(x, i, first - 1))
        first--;
    choice->n = 0;
    for (size_t k = first; k < x->units.n && is_like_row(x, i, k); k++) {
        const rag_pick pick = rag_pick_of(x, k);
        chars += chars_of(x, &pick);
        if (choice->n > 0 && (choice->n == RAG_READ_PICKS || chars > RAG_ANSWER_MAX_CHARS)) {
            choice->picks[choice->n - 1].cut_after = true;
            break;
        }
        choice->picks[choice->n++] = pick;
    }
    return true;
}

static bool comes_before(const rag_pick *a, const rag_pick *b)
{
    return a->passage != b->passage ? a->passage < b->passage : a->start < b->start;
}

/* Two lines of a card need its name once. */
static void lead_once(const rag_extraction *x, rag_choice *choice)
{
    const rag_pick *a = &choice->picks[0];
    rag_pick *b = &choice->picks[1];
    const anc_str said = anc_str_sub(x->passages[a->passage].text, a->start, a->end - a->start);
    if (a->card && b->card && a->passage == b->passage &&
        (anc_str_eq(a->lead, b->lead) || anc_str_find(said, b->lead) != SIZE_MAX))
        b->lead = ANC_STR("");
}

/* What a heading denies is not told in one breath with what it does not. */
static bool alike(const rag_extraction *x, size_t a, size_t b)
{
    return x->views[a].denied == x->views[b].denied;
}

/* The second pick beside the first; one that goes on from it makes it longer instead. */
static void add_second(const rag_extraction *x, rag_choice *choice, size_t second, size_t left)
{
    rag_pick *first = &choice->picks[0];
    rag_pick pick = rag_pick_of(x, second);
    const bool goes_on = second > 0 && follow(x, second - 1) && alike(x, second - 1, second) &&
                         pick.passage == first->passage &&
                         first->end == x->units.items[second - 1].end;
    const bool goes_before = follow(x, second) && alike(x, second, second + 1) &&
                             pick.passage == first->passage &&
                             first->start == x->units.items[second + 1].start;
    if (goes_on || goes_before) {
        first->end = goes_on ? pick.end : first->end;
        first->cut_after = goes_on ? pick.cut_after : first->cut_after;
        first->start = goes_before ? pick.start : first->start;
        first->cut_before = goes_before ? pick.cut_before : first->cut_before;
        return;
    }
    if (pick.passage == first->passage && pick.start >= first->start && pick.end <= first->end)
        return;
    pick = pick_with_context(x, second, left > MARKER_CHARS ? left - MARKER_CHARS : 0);
    if (pick.passage == first->passage && pick.start < first->end && first->start < pick.end)
        pick = bare_pick(x, second);
    if (chars_of(x, &pick) > left)
        return;
    choice->picks[choice->n++] = pick;
    if (comes_before(&choice->picks[1], &choice->picks[0])) {
        const rag_pick swap = choice->picks[0];
        choice->picks[0] = choice->picks[1];
        choice->picks[1] = swap;
    }
    lead_once(x, choice);
}

/* Whether it may stand in for the best, which is beside the point: it is nearly as good, the row of what was asked about, or a
 * sentence with all that was asked. */
static bool may_stand_in(const rag_extraction *x, size_t i, size_t best)
{
    return x->views[i].score >= x->views[best].score - SECOND_WITHIN ||
           (rag_is_exact(x, i) && (!is_row(&x->units.items[i]) || has_all_names(x, i))) ||
           (x->terms.priced && x->views[i].features[RAG_F_ENTRY] > 0);
}

/* The best; where that is beside the point, the best of those nearly as good, or exact, that are not. */
static size_t first_of(const rag_extraction *x)
{
    const size_t best = rag_choose_best(x);
    size_t other = SIZE_MAX;
    if (best == SIZE_MAX || !rag_is_beside_point(x, best))
        return best;
    const double least = INSTEAD_TOLD * rag_told_of(x, best);
    for (size_t i = 0; i < x->units.n; i++)
        if (may_be_quoted(x, i, RAG_UNIT_MAX_CHARS) && x->units.items[i].kind == RAG_UNIT_PROSE &&
            may_stand_in(x, i, best) && (rag_told_of(x, i) >= least || rag_is_exact(x, i)) &&
            (other == SIZE_MAX || x->views[i].score > x->views[other].score) &&
            !rag_is_beside_point(x, i))
            other = i;
    return other != SIZE_MAX ? other : best;
}

rag_choice rag_extraction_choose(rag_extraction *x)
{
    rag_choice choice = {.n = 0};
    rag_features_meaning(x);
    for (size_t i = 0; i < x->units.n; i++)
        x->views[i].score = rag_weights_score(x->views[i].features);
    const size_t first = first_of(x);
    if (first == SIZE_MAX)
        return choice;
    choice.beside_point = rag_is_beside_point(x, first);
    choice.confidence = rag_told_of(x, first);
    choice.exact = rag_is_exact(x, first) || rag_is_told_abroad(x, first);
    if (choice.exact)
        choice.confidence = fmax(choice.confidence, EXACT);
    choice.confidence *= rag_doubt(x, first);
    choice.picks[choice.n++] = pick_with_context(x, first, RAG_UNIT_MAX_CHARS);
    if (tell_rows(x, first, &choice))
        return choice;
    if (is_list_asked(x, first))
        tell_list(x, first, &choice.picks[0]);
    if (rag_asks_for_several(x) && rag_has_others(x, first))
        choice.picks[0].cut_after = true; /* it is one of them */
    const size_t used = chars_of(x, &choice.picks[0]);
    const size_t left =
        used + MARKER_CHARS < RAG_ANSWER_MAX_CHARS ? RAG_ANSWER_MAX_CHARS - used : 0;
    const size_t second = left > 0 ? second_of(x, first, left - MARKER_CHARS) : SIZE_MAX;
    if (second != SIZE_MAX)
        add_second(x, &choice, second, left);
    return choice;
}
