/* several.c - what is asked of several rows of a table, or of all: one of them is no answer.
 *
 * How many there are, what they come to, which they are: the others may stand in passages that were not found, so nothing
 * is counted or added up here (tally.c does, where the whole table is known).
 */
#include "base/str.h"
#include "extract_impl.h"
#include "measure_impl.h"
#include "rag/domain/tables.h"

/* Whether unit i is a row of a table whose columns have names. */
static bool is_named_row(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return u->cells > 0 && u->kind == RAG_UNIT_PROSE && (u->columns != RAG_NO_UNIT || u->continues);
}

bool rag_has_peers(const rag_extraction *x, size_t i)
{
    const rag_unit *items = x->units.items;
    const uint64_t rest = rag_terms_real(&x->terms);
    if (!is_named_row(x, i))
        return false;
    const anc_str names = rag_unit_columns(&x->units, &items[i], x->passages);
    const anc_str row = rag_unit_text(&items[i], x->passages);
    for (size_t k = 0; k < x->units.n; k++)
        if (k != i && items[k].cells > 0 && items[k].kind == RAG_UNIT_PROSE &&
            (x->views[k].own & rest) == (x->views[i].own & rest) &&
            anc_str_eq(rag_unit_columns(&x->units, &items[k], x->passages), names) &&
            !anc_str_eq(rag_unit_text(&items[k], x->passages), row))
            return true;
    return false;
}

/* ---- how many ---------------------------------------------------------------------------------- */

/* How many of something is asked, and it is a row in which nothing counts that: "R6 | cancelled" for "how many invoices
 * are cancelled?". */
static bool is_row_without_count(const rag_extraction *x, size_t i)
{
    const uint64_t counted = rag_counted_terms(&x->terms);
    const rag_view *v = &x->views[i];
    return x->terms.how_many && counted != 0 && is_named_row(x, i) &&
           ((v->own | v->near) & counted) == 0 && !rag_counts(x, i) &&
           !rag_columns_count(x, i, counted);
}

/* ---- what they come to --------------------------------------------------------------------------- */

/* "Total", "moyenne", "durchschnittlich": of several things. */
static bool sums_up(anc_str text)
{
    static const char words[] = "total|totals|sum|altogether|average|combined|"
                                "somme|totale|moyenne|moyen|"
                                "summe|gesamt|insgesamt|gesamtbetrag|gesamtsumme|zusammen|"
                                "durchschnitt|durchschnittlich|"
                                "suma|promedio|somma|soma";
    return rag_has_phrase_of(text, words);
}

/* Another record that has as much of the question. */
static bool has_like_record(const rag_extraction *x, size_t i)
{
    const rag_unit *items = x->units.items;
    const uint64_t real = rag_terms_real(&x->terms);
    for (size_t k = 0; k < x->units.n && items[i].card; k++)
        if (k != i && items[k].card &&
            (items[k].head != items[i].head || items[i].head == RAG_NO_UNIT) &&
            (x->views[k].own & real) == (x->views[i].own & real))
            return true;
    return false;
}

bool rag_has_others(const rag_extraction *x, size_t i)
{
    return rag_has_peers(x, i) || has_like_record(x, i);
}

/* What all of them come to is asked: no row or record of several is that, also where a column is called "total". */
static bool is_one_of_all(const rag_extraction *x, size_t i)
{
    static const char all[] = "all|every|each|tous|toutes|alle|aller|allen|todos|todas|tutti|tutte";
    return rag_has_phrase_of(x->terms.question, all) && rag_has_others(x, i);
}

/* What several come to is asked, and it is one of them, which says nothing of that. */
static bool is_part_of_sum(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return sums_up(x->terms.question) &&
           (is_one_of_all(x, i) ||
            (is_named_row(x, i) && !sums_up(rag_unit_text(u, x->passages)) &&
             !sums_up(rag_unit_columns(&x->units, u, x->passages)) && rag_has_peers(x, i)));
}

/* The most or the least is asked, and it is a row like others: "hammer | 9.00" for "which tool costs the most?". */
static bool is_one_of_ranked(const rag_extraction *x, size_t i)
{
    return is_named_row(x, i) && rag_measure_ranks(x->terms.question, x->terms.asked, x->read_as) &&
           rag_has_peers(x, i);
}

/* Which comes first or last of all is asked, by a word that neither the row nor its columns have, and nothing of the question
 * is the row's own: "L17 | Kindred | 25 August" for "which loan is due first?". */
static bool is_one_in_order(const rag_extraction *x, size_t i)
{
    static const char order[] = "first last earliest latest soonest oldest newest "
                                "premier première dernier dernière "
                                "erste erster erstes zuerst letzte letzter letztes zuletzt "
                                "primero primera último última "
                                "primo prima ultimo ultima primeiro primeira";
    const rag_unit *u = &x->units.items[i];
    const anc_str row = rag_unit_text(u, x->passages);
    if (!is_named_row(x, i) || (x->views[i].own & rag_terms_real(&x->terms)) != 0 ||
        !rag_has_peers(x, i))
        return false;
    const anc_str names = rag_unit_columns(&x->units, u, x->passages);
    for (size_t k = 0; k < x->terms.asked.n; k++) {
        const anc_str word = rag_word_text(x->terms.question, &x->terms.asked.items[k]);
        if (rag_is_any_of(word, order) && !rag_phrase_in(names, word) && !rag_phrase_in(row, word))
            return true;
    }
    return false;
}

static bool is_of_number(anc_str text, size_t i)
{
    return i < text.len && ((text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
                            anc_str_find(ANC_STR(".,-/"), anc_str_sub(text, i, 1)) != SIZE_MAX);
}

/* Whether the number stands there, and not as a part of another or of a date. */
static bool has_number(anc_str text, anc_str number)
{
    for (size_t at = 0; at < text.len;) {
        const size_t found = anc_str_find(anc_str_sub(text, at, text.len), number);
        if (found == SIZE_MAX)
            return false;
        at += found;
        if ((at == 0 || !is_of_number(text, at - 1)) && !is_of_number(text, at + number.len))
            return true;
        at += number.len;
    }
    return false;
}

/* Which of them are not so is asked, and it is a row that says what they are not, and nothing of a denial. */
static bool is_denied(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    if (!x->terms.negated || !rag_asks_for_several(x) || (!is_named_row(x, i) && !u->card))
        return false;
    for (size_t w = u->first; w < u->last; w++)
        if (rag_tally_denies(rag_word_text(x->passages[u->passage].text, &words.items[w])))
            return false;
    return true;
}

/* More or less than something, by how much, before or after a year is asked: the words of a row do not say whether it is, unless they name
 * that itself. */
static bool is_uncompared(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    rag_counting c = {.text = x->terms.question, .language = x->read_as, .words = x->terms.asked};
    if (!is_named_row(x, i) && !u->card)
        return false;
    rag_limits_read(&c);
    if (rag_measure_differs(&c))
        return true;
    if (c.n_limits == 0)
        return rag_has_phrase_of(x->terms.question, "more than|less than|mehr als|weniger als|"
                                                    "plus que|moins que|más que|menos que");
    const rag_limit *limit = &c.limits[0];
    bool says = limit->year;
    for (size_t w = u->first; w < u->last && !says; w++)
        says = words.items[w].key == c.words.items[limit->first].key;
    return !says || !has_number(rag_unit_text(u, x->passages), limit->number);
}

/* ---- which they are ------------------------------------------------------------------------------ */

bool rag_asks_for_several(const rag_extraction *x)
{
    const rag_words asked = x->terms.asked;
    const anc_str question = x->terms.question;
    if (asked.n < 2)
        return false;
    const anc_str first = rag_word_text(question, &asked.items[0]);
    if (rag_is_any_of(first, "list quels quelles listez welche quais quali cuáles elenca name "
                             "who wer qui quién quiénes chi quem"))
        return true;
    if (!rag_is_any_of(first, "which what"))
        return false;
    for (size_t i = 1; i < asked.n; i++)
        if (rag_is_any_of(rag_word_text(question, &asked.items[i]), "are were have"))
            return true;
    return false;
}

bool rag_is_one_of_several(const rag_extraction *x, size_t i)
{
    return is_row_without_count(x, i) || is_part_of_sum(x, i) || is_one_of_ranked(x, i) ||
           is_one_in_order(x, i) || is_uncompared(x, i) || is_denied(x, i) ||
           (x->terms.how_many && !rag_counts(x, i) && rag_has_others(x, i));
}
