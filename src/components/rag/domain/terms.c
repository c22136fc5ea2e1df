/* terms.c - the words of a question that count, and how much.
 *
 * Function words are left out unless there is nothing else. A term weighs more the fewer units hold
 * it: the passages were retrieved for the question, so what all of them share is their subject and
 * tells no sentence from another. A term that no unit holds weighs as much as the rarest.
 */
#include <limits.h>
#include <math.h>

#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/kinds.h"
#include "rag/domain/ordinals.h"
#include "rag/domain/polarity.h"

static const double DULL_WEIGHT = 0.4;
static const double CODE_WEIGHT = 1.5; /* whoever gives a code means that one thing */

/* Nouns and verbs that name the kind of answer, in each language: read in another one they may be other words ("come" has
 * the stem of "comida"). */
static const anc_str dull_words[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = ANC_STR_INIT(
        "year date day time month name kind type sort called number amount many much percentage "
        "person people place city country term word mean use used happen become do long often "
        "item thing get take come company firm ask contact"),
    [TXT_FR] = ANC_STR_INIT(
        "année date jour mois heure temps nom nombre type sorte appelle nomme quantité pourcentage "
        "personne lieu endroit ville pays terme mot signifie fait est sont peut faut entreprise "
        "société demander contacter durer durent dure passe arrive"),
    [TXT_DE] =
        ANC_STR_INIT("jahr datum monat uhr name typ person anzahl anteil ort firma hoch lange "
                     "dauert kommt kommen bekommt bekommen macht machen passiert geschieht"),
    [TXT_ES] =
        ANC_STR_INIT("año fecha mes hora horas tiempo nombre tipo persona pasa sucede ocurre "
                     "lleva llevan contiene contienen"),
    [TXT_IT] = ANC_STR_INIT("anno data mese ora ore tempo nome tipo persona succede accade"),
    [TXT_PT] = ANC_STR_INIT("ano data mês hora horas tempo nome tipo pessoa acontece"),
};

/* German writes every noun with a capital: one that says what is asked of something ("Gehalt") is no name. */
static bool is_name(const rag_terms *terms, size_t i, txt_language language)
{
    const rag_word *w = &terms->asked.items[i];
    return w->capital && i > 0 && !w->stop &&
           !rag_is_office_in_short(rag_word_text(terms->question, w)) &&
           !(language == TXT_DE && rag_synonyms_asked(&terms->synonyms, w->key) != 0);
}

static void collect(rag_terms *terms, anc_str question, txt_language language, bool stops)
{
    for (size_t i = 0; i < terms->asked.n && terms->n < RAG_TERMS_MAX; i++) {
        const rag_word *w = &terms->asked.items[i];
        if ((w->stop && !stops) || rag_terms_find(terms, w->key) != RAG_TERMS_MAX ||
            (!w->capital && !stops && rag_cues_is_kind(terms->cues, rag_word_text(question, w))))
            continue;
        terms->code[terms->n] = w->code;
        terms->asks[terms->n] = rag_cues_is_asking(rag_word_text(question, w));
        terms->pairs[terms->n] = rag_synonyms_asked(&terms->synonyms, w->key);
        terms->names |= is_name(terms, i, language) ? rag_term_bit(terms->n) : 0;
        terms->dull[terms->n] = rag_ordinal_of(rag_word_text(question, w)) > 0 ||
                                rag_cues_is_kind(UINT_MAX, rag_word_text(question, w));
        terms->digits[terms->n] = w->digits;
        terms->keys[terms->n++] = w->key;
    }
}

anc_status rag_terms_of(anc_arena *mem, anc_str question, txt_language language, rag_terms *ret,
                        anc_err *err)
{
    rag_terms terms = {.question = question,
                       .cues = rag_cues_asked(question),
                       .which = rag_asks_which(question),
                       .negated = rag_negates(question)};
    rag_words dull;
    ANC_TRY(rag_synonyms_of(mem, language, &terms.synonyms, err));
    ANC_TRY(rag_words_of(mem, question, language, &terms.asked, err));
    const anc_str dulls = dull_words[dull_words[language].len > 0 ? language : TXT_EN];
    ANC_TRY(rag_words_of(mem, dulls, language, &dull, err));
    collect(&terms, question, language, false);
    if (terms.n == 0)
        collect(&terms, question, language, true);
    for (size_t t = 0; t < terms.n; t++)
        for (size_t i = 0; i < dull.n; i++)
            terms.dull[t] |= dull.items[i].key == terms.keys[t];
    rag_wanted_read(&terms);
    rag_former_read(&terms);
    ANC_TRY(rag_focus_read(mem, language, &terms, err));
    *ret = terms;
    return ANC_OK;
}

anc_status rag_terms_mean(anc_arena *mem, txt_language language, rag_terms *terms, anc_err *err)
{
    ANC_TRY(rag_meanings_of(mem, language, &terms->meant, err));
    for (size_t t = 0; t < terms->n; t++)
        rag_meanings_add(&terms->meant, terms->keys[t], &terms->meanings[t]);
    return ANC_OK;
}

void rag_terms_weigh(rag_terms *terms, const rag_view *views, size_t n)
{
    terms->total = 0;
    for (size_t t = 0; t < terms->n; t++) {
        size_t with = 0;
        for (size_t i = 0; i < n; i++)
            with += (views[i].own >> t) & 1;
        const double idf = log(1 + ((double)n + 1) / ((double)with + 0.5));
        terms->weight[t] = terms->dull[t]        ? DULL_WEIGHT * idf
                           : terms->code[t] != 0 ? CODE_WEIGHT * idf
                                                 : idf;
        terms->total += terms->weight[t];
    }
}

uint64_t rag_terms_real(const rag_terms *terms)
{
    uint64_t set = 0;
    for (size_t t = 0; t < terms->n; t++)
        set |= terms->dull[t] || terms->asks[t] ? 0 : rag_term_bit(t);
    return set;
}

uint64_t rag_terms_plain(const rag_terms *terms)
{
    return rag_terms_real(terms) & ~terms->names;
}

uint64_t rag_terms_digits(const rag_terms *terms)
{
    uint64_t set = 0;
    for (size_t t = 0; t < terms->n; t++)
        set |= terms->digits[t] ? rag_term_bit(t) : 0;
    return set;
}

uint64_t rag_terms_codes(const rag_terms *terms)
{
    uint64_t set = 0;
    for (size_t t = 0; t < terms->n; t++)
        set |= terms->code[t] != 0 ? rag_term_bit(t) : 0;
    return set;
}

size_t rag_terms_find(const rag_terms *terms, uint64_t key)
{
    for (size_t t = 0; t < terms->n; t++)
        if (terms->keys[t] == key)
            return t;
    return RAG_TERMS_MAX;
}

anc_str rag_terms_text(const rag_terms *terms, size_t t)
{
    for (size_t i = 0; i < terms->asked.n; i++)
        if (terms->asked.items[i].key == terms->keys[t])
            return rag_word_text(terms->question, &terms->asked.items[i]);
    return ANC_STR("");
}

size_t rag_terms_asked(const rag_terms *terms, size_t k)
{
    const size_t t = rag_terms_find(terms, terms->asked.items[k].key);
    return t != RAG_TERMS_MAX && !terms->dull[t] && !terms->asks[t] ? t : RAG_TERMS_MAX;
}

uint64_t rag_terms_in(const rag_terms *terms, rag_words words, size_t first, size_t last)
{
    uint64_t set = 0;
    for (size_t i = first; i < last; i++) {
        const size_t t = rag_terms_find(terms, words.items[i].key);
        set |= t != RAG_TERMS_MAX ? rag_term_bit(t) : 0;
    }
    return set;
}

uint64_t rag_terms_meant(const rag_terms *terms, rag_words words, size_t first, size_t last)
{
    uint64_t set = rag_terms_in(terms, words, first, last);
    for (size_t t = 0; t < terms->n; t++)
        for (size_t i = first;
             i < last && rag_meanings_any(&terms->meanings[t]) && !rag_has_term(set, t); i++)
            set |= rag_meanings_have(&terms->meant, &terms->meanings[t], words.items[i].key)
                       ? rag_term_bit(t)
                       : 0;
    return set;
}

double rag_terms_share(const rag_terms *terms, uint64_t set)
{
    double sum = 0;
    for (size_t t = 0; t < terms->n; t++)
        if ((set >> t) & 1)
            sum += terms->weight[t];
    return terms->total > 0 ? sum / terms->total : 0;
}
