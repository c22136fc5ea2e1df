/* features.c - what can be said about one unit as an answer to the question.
 *
 * Every feature is a number of about the size of one. Those that end in "less the best" compare a
 * unit with its rivals for the same question, since a share of 0.4 is much for one question and
 * little for another.
 */
#include <math.h>

#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/ordinals.h"

enum { NEAR_WORDS = 4, NOVEL_ENOUGH = 4 };

static const double ANSWERS_QUESTION =
    0.3; /* share of a question above it that is the one asked, or nearly */
static const double NAKED_ROW = 2;  /* "Name | Ann Bell" is the answer to nothing but who she is */
static const double GRANTED = 1.7;  /* of a number that is told to be what somebody gets */
static const double OF_THAT = 1.7;  /* of "days of leave", where that is what is counted */
static const double NO_PRICE = 3;   /* without a sum nothing answers what something costs */
static const double NO_COUNT = 2.5; /* nor how many there are, or where to ring, without a number */

bool rag_passage_is_foreign(const rag_extraction *x, size_t passage)
{
    txt_language own;
    return x->language != TXT_UND && txt_language_find(x->passages[passage].language, &own) &&
           own != TXT_UND && own != x->language;
}

static uint64_t terms_in(const rag_extraction *x, size_t passage, rag_words words, size_t first,
                         size_t last)
{
    return rag_passage_is_foreign(x, passage) ? rag_terms_meant(&x->terms, words, first, last)
                                              : rag_terms_in(&x->terms, words, first, last);
}

/* Terms in title, heading path and columns' names of each passage. */
static anc_status sets_above(anc_arena *mem, rag_extraction *x, txt_language language,
                             uint64_t *sets, anc_err *err)
{
    for (size_t i = 0; i < x->n_passages; i++) {
        const anc_str texts[RAG_OVERS] = {[RAG_OVER_TITLE] = x->passages[i].title,
                                          [RAG_OVER_HEADING] = x->passages[i].heading,
                                          [RAG_OVER_COLUMNS] = x->passages[i].columns};
        sets[i] = x->meant_over[i] = 0;
        for (size_t k = 0; k < ANC_COUNT(texts); k++) {
            rag_words words;
            ANC_TRY(rag_words_of(mem, texts[k], language, &words, err));
            sets[i] |= terms_in(x, i, words, 0, words.n);
            x->meant_over[i] |=
                k != RAG_OVER_COLUMNS ? rag_columns_meant_over(&x->terms, words) : 0;
            x->over_words[i][k] = words;
        }
    }
    return ANC_OK;
}

static bool same_passage(const rag_extraction *x, size_t i, size_t k)
{
    return k < x->units.n && x->units.items[i].passage == x->units.items[k].passage;
}

/* A row of names and values, which no line above names the columns of. */
static bool is_of_form(const rag_unit *u)
{
    return u->cells > 0 && u->kind == RAG_UNIT_PROSE && u->columns == RAG_NO_UNIT && !u->continues;
}

/* Names in the rows of a form ("Name | Ann Bell"), one set for each passage: its other rows tell of them. */
static void names_of_forms(const rag_extraction *x, uint64_t *sets)
{
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        if (is_of_form(u))
            sets[u->passage] |= x->views[i].own & x->terms.names;
    }
}

/* Names that unit i points back at, over a sentence that only points on: "She was built in 1988. Her captain is …". */
static uint64_t pointed_at(const rag_extraction *x, size_t i)
{
    const rag_view *before = &x->views[i - 1];
    const uint64_t named = before->own & x->terms.names;
    const bool on =
        named == 0 && rag_cues_points_back(rag_unit_text(&x->units.items[i - 1], x->passages));
    if (!rag_cues_points_back(rag_unit_text(&x->units.items[i], x->passages)))
        return 0;
    return on ? before->above & x->terms.names : named;
}

static void look_around(rag_extraction *x, const uint64_t *above, const uint64_t *forms)
{
    const rag_unit *units = x->units.items;
    for (size_t i = 0; i < x->units.n; i++) {
        rag_view *v = &x->views[i];
        v->above = above[units[i].passage];
        if (units[i].head != RAG_NO_UNIT)
            v->above |= x->views[units[i].head].own | x->views[units[i].head].headed;
        if (units[i].columns != RAG_NO_UNIT)
            v->above |= x->views[units[i].columns].own;
        v->above |= v->headed | rag_columns_meant(x, i);
        if (v->own != 0 && is_of_form(&units[i]))
            v->above |= forms[units[i].passage] & ~v->own;
        if (i > 0 && same_passage(x, i, i - 1)) {
            v->beside |= x->views[i - 1].own;
            v->above |= pointed_at(x, i) & ~v->own; /* "his office": of who was named */
        }
        if (same_passage(x, i, i + 1))
            v->beside |= x->views[i + 1].own;
    }
}

/* Share of the pairs of neighbouring terms that stand within NEAR_WORDS of each other. */
static double pairs_share(const rag_extraction *x, const rag_unit *unit)
{
    const rag_terms *terms = &x->terms;
    const rag_words words = x->units.words[unit->passage];
    uint64_t met = 0; /* bit t: term t and term t + 1 are near */
    size_t last_term = RAG_TERMS_MAX;
    uint32_t last_at = 0;
    for (size_t i = unit->first; i < unit->last; i++) {
        const size_t t = rag_terms_find(terms, words.items[i].key);
        if (t == RAG_TERMS_MAX)
            continue;
        if (last_term != RAG_TERMS_MAX && words.items[i].position - last_at <= NEAR_WORDS) {
            if (t == last_term + 1)
                met |= rag_term_bit(last_term);
            else if (t + 1 == last_term)
                met |= rag_term_bit(t);
        }
        last_term = t;
        last_at = words.items[i].position;
    }
    double sum = 0;
    double all = 0;
    for (size_t t = 0; t + 1 < terms->n; t++) {
        const double w = fmin(terms->weight[t], terms->weight[t + 1]);
        all += w;
        if ((met >> t) & 1)
            sum += w;
    }
    return all > 0 ? sum / all : 0;
}

static double novel_share(const rag_extraction *x, const rag_unit *unit)
{
    const rag_words words = x->units.words[unit->passage];
    size_t novel = 0;
    for (size_t i = unit->first; i < unit->last && novel < NOVEL_ENOUGH; i++)
        novel += !words.items[i].stop && !words.items[i].whole &&
                 rag_terms_find(&x->terms, words.items[i].key) == RAG_TERMS_MAX;
    return (double)novel / NOVEL_ENOUGH;
}

/* "How to return an instrument" for "How do I return a product?": the deed is the one. */
static double how_to(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    static const double SAME_DEED = 0.8;
    for (size_t k = 0; terms->cues == RAG_CUE_MANNER && k < terms->asked.n; k++) {
        const size_t t = rag_terms_asked(terms, k);
        if (t != RAG_TERMS_MAX)
            return (x->views[i].headed >> t & 1) != 0 ? SAME_DEED : 0;
    }
    return 0;
}

/* A row of a table that says how long each of several things is, where that is asked: "Length of the warranty". */
static bool says_how_long(const rag_extraction *x, size_t i)
{
    static const char names[] = "length|duration|durée|dauer|laufzeit|duración|plazo|durata|"
                                "duração";
    const rag_unit *u = &x->units.items[i];
    return (x->terms.cues & RAG_CUE_DURATION) != 0 && u->cells > 0 && u->kind == RAG_UNIT_PROSE &&
           (rag_has_phrase_of(rag_heading_of(x, i), names) ||
            rag_has_phrase_of(rag_unit_columns(&x->units, u, x->passages), names));
}

/* Share of the question that the question above this unit repeats, where this is its first answer. */
static double faq_share(const rag_extraction *x, size_t i)
{
    const rag_unit *unit = &x->units.items[i];
    if (says_how_long(x, i))
        return rag_terms_share(&x->terms, x->views[i].above);
    if (unit->head == RAG_NO_UNIT || unit->head + 1 != i)
        return 0;
    if (x->units.items[unit->head].kind == RAG_UNIT_QUESTION)
        return rag_terms_share(&x->terms, x->views[unit->head].own);
    return rag_headings_ask(x, i)
               ? fmax(rag_terms_share(&x->terms, x->views[i].headed), how_to(x, i))
               : 0;
}

/* Whether the unit has a code of the shape of one that was asked for, and neither it nor what stands
 * over it has that one: E07 answers no question about E11. */
static bool is_about_other(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *unit = &x->units.items[i];
    const rag_words words = x->units.words[unit->passage];
    for (size_t t = 0; t < terms->n; t++) {
        if (terms->code[t] == 0 || ((x->views[i].own | x->views[i].above) >> t & 1) != 0)
            continue;
        for (size_t w = unit->first; w < unit->last; w++)
            if (words.items[w].code == terms->code[t] &&
                rag_terms_find(terms, words.items[w].key) == RAG_TERMS_MAX)
                return true;
    }
    return false;
}

/* Whether `words` [first, last) of `text` have "second X" (`wanted` 2), or another number of X, for the X of `key`. */
static bool has_number_of(anc_str text, rag_words words, size_t first, size_t last, uint64_t key,
                          unsigned wanted, bool same)
{
    for (size_t i = first; i + 1 < last; i++) {
        const unsigned number = rag_ordinal_of(rag_word_text(text, &words.items[i]));
        if (number > 0 && (number == wanted) == same && words.items[i + 1].key == key)
            return true;
    }
    return false;
}

/* "in the fourth quarter" says when, and is not what the question is about; the words before word `k` show it. */
static bool says_when(anc_str question, rag_words asked, size_t k)
{
    static const char before[] = "in at on during en au dans pendant im am";
    enum { REACH = 2 };
    for (size_t back = 1; back <= REACH && back <= k; back++)
        if (rag_is_any_of(rag_word_text(question, &asked.items[k - back]), before))
            return true;
    return false;
}

/* Whether the unit is about the second scale where that is asked about, or about the first. */
static void look_for_numbers(const rag_extraction *x, size_t i, rag_view *v)
{
    const rag_unit *unit = &x->units.items[i];
    const rag_words words = x->units.words[unit->passage];
    const anc_str text = x->passages[unit->passage].text;
    const rag_words asked = x->terms.asked;
    for (size_t k = 0; k + 1 < asked.n; k++) {
        const unsigned number = rag_ordinal_of(rag_word_text(x->terms.question, &asked.items[k]));
        const uint64_t key = asked.items[k + 1].key;
        if (number == 0 || asked.items[k + 1].stop || says_when(x->terms.question, asked, k))
            continue;
        v->numbered |= has_number_of(text, words, unit->first, unit->last, key, number, true);
        v->another |= has_number_of(text, words, unit->first, unit->last, key, number, false);
    }
    v->another &= !v->numbered;
}

static double share_added(const rag_terms *terms, uint64_t base, uint64_t more)
{
    return rag_terms_share(terms, base | more) - rag_terms_share(terms, base);
}

/* "1. Press the button": an item of a list that counts says how. */
static bool is_step(const rag_unit *unit, anc_str text)
{
    return unit->item && text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

/* 1 for a passage of another document than the first, which is more relevant, and the more the less relevant it is. */
static double strays(const rag_extraction *x, const rag_passage *p)
{
    static const double PER_SCORE = 3;
    const double less = x->passages[0].score - p->score;
    return less > 0 && !anc_str_eq(p->title, x->passages[0].title) ? 1 + PER_SCORE * less : 0;
}

static void fill_own(rag_extraction *x, size_t i)
{
    const rag_unit *unit = &x->units.items[i];
    const rag_passage *p = &x->passages[unit->passage];
    const rag_terms *terms = &x->terms;
    rag_view *v = &x->views[i];
    double *f = v->features;
    const anc_str own = rag_unit_text(unit, x->passages);
    const unsigned held = rag_cues_held(p->text, x->units.words[unit->passage], unit->first,
                                        unit->last, terms->asked) |
                          rag_cues_signs(own) | (is_step(unit, own) ? RAG_CUE_MANNER : 0) |
                          (rag_columns_priced(x, i) ? RAG_CUE_MONEY : 0) |
                          rag_columns_measure(x, i);
    f[RAG_F_OWN] = rag_terms_share(terms, v->own);
    f[RAG_F_HEADED] = share_added(terms, v->own, v->above);
    f[RAG_F_AROUND] = share_added(terms, v->own | v->above, v->beside);
    f[RAG_F_NEAR] = share_added(terms, v->own | v->above, v->near);
    f[RAG_F_PAIRS] = pairs_share(x, unit);
    f[RAG_F_FAQ] = faq_share(x, i);
    f[RAG_F_STRAY] = f[RAG_F_FAQ] < ANSWERS_QUESTION ? strays(x, p) : 0;
    f[RAG_F_RANK] = 1.0 / (1.0 + unit->passage);
    f[RAG_F_RELEVANCE] = p->score;
    f[RAG_F_CUE] = (held & terms->cues) != 0;
    f[RAG_F_NO_CUE] = terms->cues == 0 || (held & terms->cues) != 0 ? 0
                      : terms->cues == RAG_CUE_MONEY                ? NO_PRICE
                                                                    : 1;
    if ((terms->how_many && !rag_has_count(x, i)) || rag_lacks_property(x, i))
        f[RAG_F_NO_CUE] = NO_COUNT;
    f[RAG_F_LENGTH] = log((double)unit->chars / 100);
    f[RAG_F_NOVEL] = novel_share(x, unit);
    f[RAG_F_QUESTION] = unit->kind == RAG_UNIT_QUESTION;
    f[RAG_F_HEADING] = unit->kind == RAG_UNIT_HEADING || unit->kind == RAG_UNIT_COLUMNS;
    look_for_numbers(x, i, v);
    rag_names_bind(x, i, v);
    f[RAG_F_OTHER] = is_about_other(x, i) || v->another || v->rival;
    f[RAG_F_ENTRY] = f[RAG_F_NO_CUE] > 0 ? 0 : fmax(rag_entry_of(x, i), rag_label_of(x, i));
    f[RAG_F_COUNTS] = !rag_counts(x, i)                            ? 0
                      : ((v->own | v->near) & terms->granted) != 0 ? GRANTED
                      : rag_counts_of(x, i)                        ? OF_THAT
                                                                   : 1;
    f[RAG_F_DEFINES] = rag_defines(x, i);
    f[RAG_F_FOREIGN] = rag_passage_is_foreign(x, unit->passage);
    f[RAG_F_POLARITY] = rag_headings_polarity(x, i);
    f[RAG_F_OPENING] = i == 0 || !same_passage(x, i, i - 1);
    if (i > 0 && same_passage(x, i, i - 1) &&
        rag_cues_points_back(rag_unit_text(unit, x->passages)))
        f[RAG_F_BACK] = rag_terms_share(terms, x->views[i - 1].own);
}

/* Units with the one name alone, where another has more of the question than those. */
static void fill_naked(rag_extraction *x)
{
    const rag_terms *terms = &x->terms;
    const uint64_t real = rag_terms_plain(terms) & ~rag_terms_digits(terms);
    uint64_t told = 0;
    /* two names in one sentence tell of each other, in one row they are a name of two words */
    const bool one = (terms->names & (terms->names - 1)) == 0;
    for (size_t i = 0; i < x->units.n; i++)
        told |= x->views[i].own & real;
    for (size_t i = 0; told != 0 && i < x->units.n; i++) {
        rag_view *v = &x->views[i];
        const double weight = x->units.items[i].cells > 0 ? NAKED_ROW : one;
        if (((v->own | v->above) & terms->names) != 0 &&
            ((v->own | v->above | v->near) & real) == 0)
            v->features[RAG_F_NAKED] = weight;
    }
}

/* Features that compare: turns the values of `feature` into their distance from the best. */
static void less_the_best(rag_extraction *x, rag_feature from, rag_feature to)
{
    double best = 0;
    for (size_t i = 0; i < x->units.n; i++)
        best = fmax(best, x->views[i].features[from]);
    for (size_t i = 0; i < x->units.n; i++)
        x->views[i].features[to] = x->views[i].features[from] - best;
}

static void fill_passages(rag_extraction *x)
{
    for (size_t i = 0; i < x->units.n;) {
        uint64_t set = x->views[i].above;
        size_t end = i;
        do
            set |= x->views[end].own;
        while (same_passage(x, i, ++end));
        for (; i < end; i++) {
            x->views[i].features[RAG_F_PASSAGE] = rag_terms_share(&x->terms, set);
            x->views[i].features[RAG_F_ELSEWHERE] =
                x->terms.names != 0 && (set & x->terms.names) == 0;
        }
    }
}

anc_status rag_features_fill(anc_arena *mem, rag_extraction *x, txt_language language, anc_err *err)
{
    uint64_t *above = anc_arena_alloc(mem, x->n_passages, sizeof *above);
    uint64_t *forms = anc_arena_alloc(mem, x->n_passages, sizeof *forms);
    x->over_words = anc_arena_alloc(mem, x->n_passages, sizeof *x->over_words);
    x->meant_over = anc_arena_alloc(mem, x->n_passages, sizeof *x->meant_over);
    if (above == NULL || forms == NULL || x->over_words == NULL || x->meant_over == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu sets", x->n_passages);
    ANC_TRY(sets_above(mem, x, language, above, err));
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *unit = &x->units.items[i];
        const rag_words words = x->units.words[unit->passage];
        x->views[i].own = terms_in(x, unit->passage, words, unit->first, unit->last);
        x->views[i].near =
            rag_terms_meant(&x->terms, words, unit->first, unit->last) & ~x->views[i].own;
        x->views[i].cosine = (double)NAN;
    }
    rag_spellings_find(x);
    rag_focus_find(x);
    rag_terms_weigh(&x->terms, x->views, x->units.n);
    ANC_TRY(rag_headings_find(mem, x, language, err));
    for (size_t i = 0; i < x->n_passages; i++)
        forms[i] = 0;
    names_of_forms(x, forms);
    look_around(x, above, forms);
    for (size_t i = 0; i < x->units.n; i++)
        fill_own(x, i);
    fill_passages(x);
    fill_naked(x);
    less_the_best(x, RAG_F_OWN, RAG_F_RELATIVE);
    less_the_best(x, RAG_F_RELEVANCE, RAG_F_RELEVANCE);
    return ANC_OK;
}

void rag_features_meaning(rag_extraction *x)
{
    double best = -1;
    double least = 1;
    for (size_t i = 0; i < x->units.n; i++)
        if (!isnan(x->views[i].cosine)) {
            best = fmax(best, x->views[i].cosine);
            least = fmin(least, x->views[i].cosine);
        }
    if (best < least)
        return;
    for (size_t i = 0; i < x->units.n; i++) {
        const double cosine = isnan(x->views[i].cosine) ? least : x->views[i].cosine;
        x->views[i].features[RAG_F_MEANING] = cosine - best;
    }
}
