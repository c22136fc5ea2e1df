/* headings.c - the heading that a unit stands under, and whether it turns what the unit says into its opposite.
 *
 * "Damage by flood" under "What is not covered" says that it is not covered. A heading holds for the items of its
 * list, and for sentences that no list stands before: what comes behind a list speaks for itself.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/polarity.h"

/* "A > B" is B. */
static anc_str last_part(anc_str path)
{
    for (size_t at; (at = anc_str_find(path, ANC_STR(" > "))) != SIZE_MAX;)
        path = anc_str_sub(path, at + 3, path.len);
    return path;
}

anc_str rag_plain_line(anc_str line)
{
    while (line.len > 0 && (line.ptr[0] == '#' || line.ptr[0] == ' '))
        line = anc_str_sub(line, 1, line.len);
    while (line.len > 0 && (line.ptr[line.len - 1] == ':' || line.ptr[line.len - 1] == ' '))
        line.len--;
    return line;
}

static anc_str heading_in_path(const rag_passage *p)
{
    return rag_plain_line(last_part(p->heading));
}

anc_str rag_heading_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    if (u->head != RAG_NO_UNIT)
        return rag_plain_line(rag_unit_text(&x->units.items[u->head], x->passages));
    const anc_str part = heading_in_path(p);
    return part.len > 0 ? part : p->title;
}

/* Words of the heading of what a passage begins with, or of a line in it. */
typedef struct line_words {
    anc_str text; /* that the words are of */
    rag_words words;
    size_t first, last;
} line_words;

static size_t common_prefix(anc_str a, anc_str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && anc_str_eq_nocase(anc_str_sub(a, n, 1), anc_str_sub(b, n, 1)))
        n++;
    return n;
}

/* Two forms of one word, also of a verb that changes within ("repay" and "repaid", "couvre" and "couvert"). */
static bool is_akin(const rag_word *a, anc_str s, const rag_word *b, anc_str t)
{
    enum { BEGINNING = 4, ENDING = 3 };
    const anc_str one = anc_str_sub(s, a->start, a->end - a->start);
    const anc_str other = anc_str_sub(t, b->start, b->end - b->start);
    const size_t same = common_prefix(one, other);
    return !a->stop && !b->stop &&
           (a->key == b->key ||
            (same >= BEGINNING && one.len - same <= ENDING && other.len - same <= ENDING));
}

static bool shares_word(const rag_extraction *x, const rag_unit *unit, const line_words *line)
{
    const rag_words words = x->units.words[unit->passage];
    const anc_str text = x->passages[unit->passage].text;
    for (size_t i = line->first; i < line->last; i++)
        for (size_t k = unit->first; k < unit->last; k++)
            if (is_akin(&line->words.items[i], line->text, &words.items[k], text))
                return true;
    return false;
}

/* The terms in a line. Of one that denies, with other forms of its verb: so short a line has no other word. */
static uint64_t terms_of(const rag_extraction *x, const line_words *line, bool denies)
{
    const rag_terms *terms = &x->terms;
    uint64_t set = rag_terms_in(terms, line->words, line->first, line->last);
    for (size_t k = 0; denies && k < terms->asked.n; k++)
        for (size_t i = line->first; i < line->last; i++)
            if (is_akin(&terms->asked.items[k], terms->question, &line->words.items[i], line->text))
                set |= rag_terms_in(terms, terms->asked, k, k + 1);
    return set;
}

/* Whether the heading's sense is that of the unit: of an item always; of a sentence unless a list stands between, or
 * unless it says itself what the heading says ("What we do not repay" … "Honey is repaid up to two jars"). */
static bool holds_for(const rag_extraction *x, const rag_unit *u, const line_words *line,
                      anc_str heading)
{
    if (u->item)
        return true;
    return !u->after_list && !(rag_negates(heading) && shares_word(x, u, line));
}

/* Under a heading of the passage, or under the one that the passage begins below. */
static void stand_under(rag_extraction *x, size_t i, const line_words *in_path)
{
    const rag_unit *u = &x->units.items[i];
    rag_view *v = &x->views[i];
    v->denies = rag_negates(rag_unit_text(u, x->passages));
    if (u->card || u->kind != RAG_UNIT_PROSE)
        return;
    line_words line = *in_path;
    if (u->head != RAG_NO_UNIT) {
        const rag_unit *head = &x->units.items[u->head];
        line = (line_words){x->passages[u->passage].text, x->units.words[u->passage], head->first,
                            head->last};
    }
    const anc_str heading =
        u->head != RAG_NO_UNIT ? rag_heading_of(x, i) : heading_in_path(&x->passages[u->passage]);
    if (!holds_for(x, u, &line, heading))
        return;
    v->heading = heading;
    v->denied = rag_negates(heading);
    v->headed = terms_of(x, &line, v->denied);
}

anc_status rag_headings_find(anc_arena *mem, rag_extraction *x, txt_language language, anc_err *err)
{
    line_words in_path = {.first = 0};
    for (size_t i = 0; i < x->units.n; i++) {
        const uint32_t passage = x->units.items[i].passage;
        if (i == 0 || x->units.items[i - 1].passage != passage) {
            ANC_TRY(rag_words_of(mem, heading_in_path(&x->passages[passage]), language,
                                 &in_path.words, err));
            in_path.text = heading_in_path(&x->passages[passage]);
            in_path.last = in_path.words.n;
        }
        stand_under(x, i, &in_path);
    }
    return ANC_OK;
}

/* A heading alone is no answer, whichever way it is turned. */
static double of_heading(const rag_extraction *x, size_t i)
{
    return x->views[i].denies && !x->terms.negated && x->views[i].own != 0 ? -1 : 0;
}

/* Whether a word of negation stands near a term: "is not covered", not "is covered, since she could not refuse". */
static bool denies_a_term(const rag_extraction *x, const rag_unit *u)
{
    enum { BEFORE = 4, BEHIND = 2 };
    const rag_words words = x->units.words[u->passage];
    for (size_t k = u->first; k < u->last; k++) {
        if (rag_terms_in(&x->terms, words, k, k + 1) == 0)
            continue;
        const size_t from = k - u->first > BEFORE ? k - BEFORE : u->first;
        const size_t to = u->last - k > BEHIND ? k + BEHIND : u->last - 1;
        const uint32_t start = words.items[from].start;
        if (rag_negates(
                anc_str_sub(x->passages[u->passage].text, start, words.items[to].end - start)))
            return true;
    }
    return false;
}

double rag_headings_polarity(const rag_extraction *x, size_t i)
{
    static const double OWN_WORDS = 0.5; /* how far a negation in a sentence reaches is not known */
    const rag_view *v = &x->views[i];
    if (!x->terms.which)
        return 0;
    if (x->units.items[i].kind != RAG_UNIT_PROSE)
        return of_heading(x, i);
    if (!x->terms.negated)
        return v->denied && v->headed != 0 ? -1 : 0;
    if (v->denied)
        return 1;
    if (v->denies && denies_a_term(x, &x->units.items[i]))
        return OWN_WORDS;
    if (v->headed != 0)
        return -1;
    return v->own != 0 ? -OWN_WORDS : 0;
}

bool rag_headings_ask(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    return v->denied == x->terms.negated && rag_heads_like_question(v->heading) &&
           rag_asks_which(v->heading) == x->terms.which;
}
