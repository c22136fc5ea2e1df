/* choose.c - the picks of an answer, and the answer as text.
 *
 * The best unit comes first; a second one is added when it scores nearly as well, fits into what is
 * left of the characters, and says something else. Picks are then put in reading order.
 */
#include <math.h>

#include "base/str.h"
#include "base/utf8.h"
#include "extract_impl.h"

enum { MARKER_CHARS = 6 }; /* " [50] " */

static const double SECOND_WITHIN = 3.0; /* of the best one's score */
static const double ADDED_SHARE = 0.1;   /* of the question's weight, for a row to be added */
static const double SEQUEL_WITHIN = 6.0; /* where it is the next sentence and points back */
static const double TOPIC_SHARE = 0.3; /* of the question's weight: one word is what it is about */

/* A line that only says what stands below it answers nothing. */
static bool may_be_quoted(const rag_unit *unit, size_t max_chars)
{
    return unit->kind != RAG_UNIT_COLUMNS && unit->chars <= max_chars;
}

static size_t best_of(const rag_extraction *x, size_t but, size_t max_chars)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < x->units.n; i++) {
        if (i == but || !may_be_quoted(&x->units.items[i], max_chars))
            continue;
        if (best == SIZE_MAX || x->views[i].score > x->views[best].score)
            best = i;
    }
    return best;
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
    for (size_t t = 0; t < terms->n; t++)
        if ((a->own >> t & 1) != 0 &&
            (topic == SIZE_MAX || terms->weight[t] > terms->weight[topic]))
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

/* A row beside the one that answers is another thing's, and what has not the kind of thing that was
 * asked for (a sum, a date) is no second answer. */
static bool is_not_asked(const rag_extraction *x, size_t first, size_t second)
{
    const rag_unit *a = &x->units.items[first];
    const rag_unit *b = &x->units.items[second];
    if (b->kind != RAG_UNIT_PROSE)
        return true;
    const bool row = b->cells > 0 || (a->cells > 0 && a->passage == b->passage);
    const bool without =
        x->views[first].features[RAG_F_CUE] > 0 && x->views[second].features[RAG_F_NO_CUE] > 0;
    return (row || without) && !adds(x, first, second);
}

static rag_pick pick_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return (rag_pick){u->passage, u->start, u->end, x->views[i].score};
}

/* The next sentence, where it goes on about the first ("He sold it in 2003."). */
static size_t sequel_of(const rag_extraction *x, size_t first, size_t max_chars)
{
    const size_t next = first + 1;
    if (next >= x->units.n || x->views[next].features[RAG_F_BACK] <= 0 ||
        x->units.items[next].chars > max_chars ||
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
            !is_not_asked(x, first, second))
            return second;
        x->views[second].score = -(double)INFINITY;
    }
}

rag_choice rag_extraction_choose(rag_extraction *x)
{
    rag_choice choice = {.n = 0};
    rag_features_meaning(x);
    for (size_t i = 0; i < x->units.n; i++)
        x->views[i].score = rag_weights_score(x->views[i].features);
    const size_t first = best_of(x, SIZE_MAX, RAG_UNIT_MAX_CHARS);
    if (first == SIZE_MAX)
        return choice;
    const double *f = x->views[first].features;
    choice.confidence = fmin(1.0, f[RAG_F_OWN] + f[RAG_F_HEADED] + 0.5 * f[RAG_F_AROUND]);
    choice.picks[choice.n++] = pick_of(x, first);
    const size_t used = x->units.items[first].chars + (size_t)2 * MARKER_CHARS;
    const size_t second =
        used < RAG_ANSWER_MAX_CHARS ? second_of(x, first, RAG_ANSWER_MAX_CHARS - used) : SIZE_MAX;
    if (second == SIZE_MAX)
        return choice;
    choice.picks[choice.n++] = pick_of(x, second);
    if (second < first) {
        const rag_pick swap = choice.picks[0];
        choice.picks[0] = choice.picks[1];
        choice.picks[1] = swap;
    }
    return choice;
}

/* `text` with each run of white space made one blank: a quote may run over the lines of its page. */
static void add_flowing(anc_buf *out, anc_str text)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            blank = true;
            continue;
        }
        if (blank)
            anc_buf_add_char(out, ' ');
        blank = false;
        anc_buf_add_char(out, c);
    }
}

anc_status rag_choice_render(anc_arena *mem, const rag_choice *choice, const rag_passage *passages,
                             anc_str *ret, anc_err *err)
{
    ANC_BUF(out, (size_t)8 * RAG_ANSWER_MAX_CHARS);
    for (size_t i = 0; i < choice->n; i++) {
        const rag_pick *p = &choice->picks[i];
        if (i > 0)
            anc_buf_add_char(&out, ' ');
        add_flowing(&out, anc_str_sub(passages[p->passage].text, p->start, p->end - p->start));
        anc_buf_printf(&out, " [%u]", p->passage + 1);
    }
    ANC_TRY(anc_buf_status(&out, "answer", err));
    const anc_str text = anc_arena_copy(mem, anc_buf_view(&out));
    if (text.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an answer");
    *ret = text;
    return ANC_OK;
}
