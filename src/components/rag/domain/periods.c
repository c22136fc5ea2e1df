/* periods.c - "per year" is not answered by a price for a month.
 *
 * What a figure of a row is for is said by the names of its columns, by what stands over its table, or by a sentence of its
 * passage. When something is billed or paid says nothing of that. English, French, German, Spanish, Italian, Portuguese.
 */
#include "periods_impl.h"

#include "base/str.h"

enum { PERIODS = 5 };

static const char *const nouns[PERIODS] = {
    "hour hours heure stunde hora ora",
    "day days night jour nuit tag nacht día noche giorno notte dia noite",
    "week weeks semaine woche semana settimana",
    "month months mois monat mes mese mês",
    "year years annum an année jahr año anno ano",
};

/* "Monthly", of a price. */
static const char *const adjectives[PERIODS] = {
    "hourly horaire stündlich",
    "daily nightly journalier täglich diario giornaliero diário",
    "weekly hebdomadaire wöchentlich semanal settimanale",
    "monthly mensuel mensuelle monatlich monatliche monatlicher mensual mensile mensal",
    "yearly annual annually annuel annuelle jährlich jährliche jährlicher anual annuale annuo",
};

static bool is_per(anc_str word)
{
    return rag_is_any_of(word, "per a an each every par pro je im al por all ao por");
}

/* "Per user and month": so many words on. */
enum { REACH = 4 };

static bool is_link(anc_str word)
{
    return rag_is_any_of(word, "and et und y e user person head seat unit utilisateur personne "
                               "person nutzer benutzer kopf usuario persona utente pessoa o l");
}

/* A bit for each period that something is per, in those words. */
static unsigned periods_in(anc_str text, rag_words words)
{
    unsigned set = 0;
    for (size_t w = 0; w + 1 < words.n; w++) {
        if (!is_per(rag_word_text(text, &words.items[w])))
            continue;
        for (size_t k = w + 1; k < words.n && k <= w + REACH; k++) {
            const anc_str word = rag_word_text(text, &words.items[k]);
            for (unsigned p = 0; p < PERIODS; p++)
                set |= rag_is_any_of(word, nouns[p]) ? 1u << p : 0;
            if (!is_link(word))
                break;
        }
    }
    return set;
}

/* A bit for each period that a word of one of these lists names. */
static unsigned named_in(const char *const lists[PERIODS], anc_str text, rag_words words)
{
    unsigned set = 0;
    for (size_t w = 0; w < words.n; w++)
        for (unsigned p = 0; p < PERIODS; p++)
            set |= rag_is_any_of(rag_word_text(text, &words.items[w]), lists[p]) ? 1u << p : 0;
    return set;
}

/* "The yearly fee", "monatlich": in a question and in what stands over a table. */
static unsigned adjectives_in(anc_str text, rag_words words)
{
    return named_in(adjectives, text, words);
}

/* "Week", "Weekly": of the names of columns. */
static unsigned columns_in(anc_str text, rag_words words)
{
    return named_in(nouns, text, words) | named_in(adjectives, text, words);
}

/* Of one passage: its text, the names of its columns, and what stands over it. */
static unsigned periods_of(const rag_extraction *x, uint32_t passage)
{
    const rag_passage *p = &x->passages[passage];
    const anc_str over[RAG_OVERS] = {[RAG_OVER_TITLE] = p->title,
                                     [RAG_OVER_HEADING] = p->heading,
                                     [RAG_OVER_COLUMNS] = p->columns};
    unsigned set = periods_in(p->text, x->units.words[passage]);
    for (size_t o = 0; o < RAG_OVERS; o++)
        set |= periods_in(over[o], x->over_words[passage][o]) |
               adjectives_in(over[o], x->over_words[passage][o]);
    return set | columns_in(p->columns, x->over_words[passage][RAG_OVER_COLUMNS]);
}

bool rag_is_of_other_period(const rag_extraction *x, size_t i)
{
    const rag_terms *t = &x->terms;
    const unsigned asked = periods_in(t->question, t->asked) | adjectives_in(t->question, t->asked);
    const uint32_t passage = x->units.items[i].passage;
    if (asked == 0 || !rag_same_table(x, i, i) || (t->cues & RAG_CUE_MONEY) == 0)
        return false;
    const rag_unit *over = x->units.items[i].columns != RAG_NO_UNIT
                               ? &x->units.items[x->units.items[i].columns]
                               : NULL;
    unsigned has = periods_of(x, passage);
    if (over != NULL) {
        const rag_words names = x->units.words[passage];
        has |= columns_in(x->passages[passage].text,
                          (rag_words){names.items + over->first, over->last - over->first});
    }
    return has != 0 && (has & asked) == 0;
}
