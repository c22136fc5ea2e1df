/* tally_order.c - "Which loan is due first?", "the latest invoice", "the oldest lift": which comes first or last of the rows, by
 * the dates or the times of one column.
 *
 * It is the column that the question names, or the only one with dates or times. How old things are is asked of a column
 * that says when they came to be, or of how many years they count.
 */
#include "base/str.h"
#include "measure_impl.h"

typedef struct lists {
    const char *early, *late;
    const char *old, *young;
} lists;

static const lists of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"first earliest soonest", "last latest newest most_recent most_recently", "oldest",
                "youngest"},
    [TXT_FR] = {"premier première le_plus_tôt plus_tôt en_premier",
                "dernier dernière le_plus_tard plus_tard en_dernier plus_récent plus_récente "
                "plus_récemment",
                "plus_ancien plus_ancienne plus_vieux plus_vieille plus_âgé plus_âgée",
                "plus_jeune"},
    [TXT_DE] = {"erste erster erstes ersten zuerst früheste frühester frühestes frühesten",
                "letzte letzter letztes letzten zuletzt späteste spätester spätestes spätesten "
                "neueste neuester neuestes neuesten",
                "älteste ältester ältestes ältesten", "jüngste jüngster jüngstes jüngsten"},
    [TXT_ES] = {"primero primera primer más_temprano", "último última más_tarde más_reciente",
                "más_antiguo más_antigua más_viejo más_vieja", "más_joven"},
    [TXT_IT] = {"primo prima per_primo per_prima", "ultimo ultima per_ultimo più_recente",
                "più_vecchio più_vecchia più_antico più_antica più_anziano più_anziana",
                "più_giovane"},
    [TXT_PT] = {"primeiro primeira mais_cedo", "último última mais_tarde mais_recente",
                "mais_antigo mais_antiga mais_velho mais_velha", "mais_novo mais_nova mais_jovem"},
};

/* ---- in the question ------------------------------------------------------------------------------ */

static size_t mark(const rag_counting *c, const char *phrases, bool used[RAG_COUNTING_WORDS])
{
    size_t n = 0;
    for (size_t i = 0; i < c->words.n; i++) {
        const size_t words = rag_counting_phrase(c, i, phrases);
        for (size_t k = i; k < i + words; k++)
            used[k] = true;
        n += words > 0;
    }
    return n;
}

/* "How long does the battery last?", "Does it last?" */
static bool is_verb(const rag_counting *c)
{
    return c->words.n > 0 && rag_is_any_of(rag_word_text(c->text, &c->words.items[0]),
                                           "how do does did will would can could");
}

void rag_order_read(const rag_counting *c, txt_language in, rag_measure *ret)
{
    const lists *l = &of_languages[in];
    *ret = (rag_measure){.says = RAG_TALLY_COUNT};
    if (l->early == NULL || c->words.n > RAG_COUNTING_WORDS)
        return;
    const size_t old = mark(c, l->old, ret->used);
    const size_t young = mark(c, l->young, ret->used);
    const size_t early = old + (is_verb(c) ? 0 : mark(c, l->early, ret->used));
    const size_t late = young + (is_verb(c) ? 0 : mark(c, l->late, ret->used));
    if ((early > 0) == (late > 0))
        return;
    ret->says = early > 0 ? RAG_TALLY_LEAST : RAG_TALLY_MOST;
    ret->times = true;
    ret->ages = old + young > 0;
}

/* ---- in a table ----------------------------------------------------------------------------------- */

static bool is_named_by(const rag_tally_column *c, const char *words)
{
    for (size_t i = 0; i < c->words.n; i++)
        if (rag_is_any_of(rag_word_text(c->name, &c->words.items[i]), words))
            return true;
    return false;
}

static bool has_days(rag_tally *t, size_t k)
{
    rag_tally_column *c = &t->columns[k];
    const txt_language language = t->table.language != TXT_UND ? t->table.language : t->q.language;
    return c->days.n > 0 && c->days.n == c->filled && 2 * c->filled >= t->rows &&
           rag_days_settle(&c->days, language);
}

/* "Age": the oldest has most. */
static bool choose_age(rag_tally *t)
{
    for (size_t k = 1; k < t->n_columns; k++) {
        const rag_tally_column *c = &t->columns[k];
        if (!is_named_by(c, "age âge alter edad età idade") || !rag_tally_has_amounts(t, k))
            continue;
        t->column = k;
        t->measure.times = false;
        t->measure.says = t->measure.says == RAG_TALLY_LEAST ? RAG_TALLY_MOST : RAG_TALLY_LEAST;
        return c->filled == t->rows &&
               rag_amounts_settle(&t->columns[k].amounts, t->table.language);
    }
    return false;
}

/* Whether a column tells since when something is there. */
static bool tells_birth(const rag_tally_column *c)
{
    return is_named_by(
        c, "born birth birthday built building made opened founded established issued dated date "
           "year since né née naissance construit construction fondé fondée créé date année depuis "
           "geboren geburtsdatum geburtstag geburtsjahr baujahr gebaut eröffnet gegründet "
           "gründung datum jahr seit nacido nacimiento construido fundado fecha año desde nato "
           "nascita costruito fondato data anno dal nascido nascimento construído fundado ano");
}

/* The column of dates or times that is meant; false: none, or several may be. */
static bool choose_days(rag_tally *t)
{
    size_t best = 0, with_best = 0, alone = 0, named = 0, n = 0;
    for (size_t k = 0; k < t->n_columns; k++) {
        if (!has_days(t, k) || (t->measure.ages && !tells_birth(&t->columns[k])))
            continue;
        const size_t said = rag_tally_said_of(t, k);
        with_best = said > best ? 1 : with_best + (said > 0 && said == best);
        named = said > best ? k : named;
        best = said > best ? said : best;
        alone = k;
        n++;
    }
    t->column = best > 0 ? named : alone;
    return best > 0 ? with_best == 1 : n == 1;
}

/* "The first floor", "last year", "first name": no order of the rows. */
static bool is_of_next(const rag_tally *t, size_t i)
{
    static const char other[] =
        "year month week night season quarter term name names aid half "
        "année mois semaine jahr monat woche halbjahr año mes semana anno mese "
        "settimana ano mês nom nome nombre name";
    if (i + 1 >= t->q.words.n || t->measure.used[i + 1])
        return false;
    const size_t k = rag_tally_column_named(t, i + 1);
    return rag_is_any_of(rag_word_text(t->q.text, &t->q.words.items[i + 1]), other) ||
           (k > 0 && k < t->n_columns && !rag_tally_names(t, i + 1, t->column));
}

/* Whether word i says when, and of another column than the one that was chosen. */
static bool is_other_time(const rag_tally *t, size_t i)
{
    const size_t k = rag_tally_column_named(t, i);
    return k < t->n_columns && !rag_tally_names(t, i, t->column) && t->columns[k].days.n > 0;
}

static bool asks_when(const rag_tally *t, size_t i)
{
    return rag_is_any_of(rag_word_text(t->q.text, &t->q.words.items[i]),
                         "when time did wann quand cuándo quando hora heure uhr uhrzeit");
}

bool rag_order_understood(rag_tally *t)
{
    for (size_t i = 0; i < t->q.words.n; i++)
        if (t->measure.used[i] && (rag_tally_condition(t, i) != NULL || rag_tally_in_names(t, i) ||
                                   rag_tally_column_named(t, i) < t->n_columns))
            return false;
    if (!(t->measure.ages && choose_age(t)) && (!t->measure.times || !choose_days(t)))
        return false;
    for (size_t i = 0; i < t->q.words.n; i++)
        if ((t->measure.used[i] && is_of_next(t, i)) || (t->measure.times && is_other_time(t, i)) ||
            (!rag_tally_accounts(t, i) && !asks_when(t, i)))
            return false;
    return true;
}
