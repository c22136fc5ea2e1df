/* doubt.c - what takes confidence from the unit that was chosen, however much of the question it has.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "periods_impl.h"
#include "rag/domain/spoken.h"
#include "rag/domain/tables.h"

static const double HALF = 0.5;

/* A name is asked about, and neither the unit nor what stands around and over it has any of the names. */
static bool misses_name(const rag_extraction *x, const rag_view *v)
{
    return x->terms.names != 0 && ((v->own | v->above | v->beside) & x->terms.names) == 0;
}

/* It is of another language, and a name is all that it has of more that was asked; or a name is all that counts, and neither
 * who, when nor where is asked of it. */
static bool is_foreign(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const uint64_t real = rag_terms_plain(&x->terms);
    const bool open = (x->terms.cues & ~(unsigned)RAG_CUE_MANNER) == 0;
    if (!rag_passage_is_foreign(x, x->units.items[i].passage))
        return false;
    return real != 0 ? ((v->own | v->above) & real) == 0
                     : open && x->terms.names != 0 && !rag_asks_definition(&x->terms);
}

/* It is of another language, of which one word is written as one of the question, by chance for all that is known ("die",
 * "mayor"), and nothing else of it is shared. */
static bool is_foreign_by_chance(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    const uint64_t shared = (v->own | v->above | v->near) & rag_terms_real(&x->terms);
    const uint64_t plain = shared & ~x->terms.names;
    uint64_t meant = 0;
    for (size_t t = 0; t < x->terms.n; t++)
        meant |=
            rag_meanings_any(&x->terms.meanings[t]) || x->terms.digits[t] ? rag_term_bit(t) : 0;
    return rag_passage_is_foreign(x, u->passage) && u->cells == 0 && shared == plain &&
           plain != 0 && (plain & (plain - 1)) == 0 && (plain & meant) == 0;
}

/* The second of something is asked about, of which the first is known, and it has not the second. */
static bool is_of_another(const rag_extraction *x, size_t i)
{
    bool known = false;
    for (size_t k = 0; k < x->units.n; k++)
        known |= x->views[k].another;
    return known && !x->views[i].numbered;
}

/* "The warranty of the Wex 5": one thing is asked of a name with a number, and what has the name tells nothing of it. */
static bool is_untold(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t rest = rag_terms_plain(terms) & ~rag_terms_digits(terms);
    bool known = false;
    for (size_t k = 0; k < x->units.n; k++)
        known |= x->views[k].bound;
    return known && rag_is_one_term(rest) && (terms->names & (terms->names - 1)) == 0 &&
           ((v->own | v->above | v->beside | v->near) & rest) == 0;
}

/* How many of something there are is asked, and its passage has nothing of that. */
static bool counts_other(const rag_extraction *x, size_t i)
{
    const uint64_t counted = rag_counted_terms(&x->terms);
    const uint32_t passage = x->units.items[i].passage;
    if (counted == 0 || (counted & ~rag_terms_real(&x->terms)) != 0)
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if (x->units.items[k].passage == passage &&
            ((x->views[k].own | x->views[k].above | x->views[k].near) & counted) != 0)
            return false;
    return true;
}

/* Of a row: what is in the cell of something that was asked about is not who that is ("Crest and Valence"). */
static bool is_row_without_person(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const anc_str row = rag_unit_text(u, x->passages);
    size_t cursor = 0;
    anc_str cell;
    while (u->cells > 0 && rag_cell_next(row, &cursor, &cell)) {
        const size_t start = (size_t)(cell.ptr - text.ptr);
        const size_t from = rag_words_at(words, start);
        const size_t to = rag_words_at(words, start + cell.len);
        if (rag_terms_in(&x->terms, words, from, to) != 0)
            continue;
        for (size_t w = from; w < to; w++)
            if (words.items[w].capital && !words.items[w].stop)
                return false;
    }
    return u->cells > 0;
}

/* Who is asked, and it has nobody. */
static bool lacks_person(const rag_extraction *x, size_t i)
{
    if (x->terms.cues == RAG_CUE_PERSON && x->units.items[i].cells > 0)
        return is_row_without_person(x, i);
    return x->terms.cues == RAG_CUE_PERSON && x->views[i].features[RAG_F_NO_CUE] > 0 &&
           x->views[i].features[RAG_F_DEFINES] <= 0;
}

double rag_doubt(const rag_extraction *x, size_t i)
{
    if (is_foreign(x, i) || is_foreign_by_chance(x, i) || is_of_another(x, i))
        return 0;
    const bool beside = x->views[i].features[RAG_F_POLARITY] < 0 ||
                        x->views[i].features[RAG_F_OTHER] > 0 || misses_name(x, &x->views[i]) ||
                        counts_other(x, i);
    return (beside ? HALF : 1) * (lacks_person(x, i) ? HALF : 1);
}

/* Names and their numbers are all that is asked about. */
static bool only_names(const rag_terms *terms)
{
    uint64_t rest = rag_terms_plain(terms);
    for (size_t i = 1; i < terms->asked.n; i++)
        for (size_t t = 0; t < terms->n; t++)
            if (terms->keys[t] == terms->asked.items[i].key && terms->asked.items[i].digits)
                rest &= ~(rag_term_bit(t));
    return terms->names != 0 && rest == 0;
}

/* "The cost of parts": the word for a price belongs to something that was not asked about. */
static bool is_price_of_other(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, words};
    if (terms->cues != RAG_CUE_MONEY || u->cells > 0)
        return false;
    for (size_t w = u->first; w + 2 < u->last; w++)
        if ((rag_synonyms_named(&terms->synonyms, words.items[w].key) & RAG_SYNONYM_PRICE) != 0 &&
            rag_spoken_is_of(&s, w + 1) && !words.items[w + 2].stop &&
            rag_terms_meant(terms, words, w + 2, w + 3) == 0)
            return true;
    return false;
}

/* What something costs is asked, and it has no sum, or that of something else. */
static bool lacks_sum(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    if (is_price_of_other(x, i))
        return only_names(terms);
    return terms->cues == RAG_CUE_MONEY && x->views[i].features[RAG_F_NO_CUE] > 0 &&
           (rag_cues_asks_sum(terms->question) || only_names(terms));
}

/* "Is …?", "Does …?": it wants to be told whether something is so. */
static bool asks_whether(const rag_terms *terms)
{
    static const char openings[] = "is are was were does do did";
    if (terms->asked.n == 0)
        return false;
    const rag_word *w = &terms->asked.items[0];
    return rag_is_any_of(rag_word_text(terms->question, w), openings);
}

uint64_t rag_terms_of_passage(const rag_extraction *x, size_t i)
{
    const uint32_t passage = x->units.items[i].passage;
    uint64_t set = 0;
    for (size_t k = 0; k < x->units.n; k++)
        if (x->units.items[k].passage == passage)
            set |= x->views[k].own | x->views[k].above;
    return set;
}

/* "What is the refund policy?": of two words, the one says more of the other, and nothing else is asked. */
static bool asks_kind_of_thing(const rag_terms *terms)
{
    enum { BOTH = 2 };
    return terms->names == 0 && rag_term_count(rag_terms_real(terms)) == BOTH &&
           rag_begins_with_any(terms->question, "what is the |what's the |what are the ");
}

/* It is asked whether "water damage" is covered, and it says so of damage where nothing speaks of water. */
static bool is_of_other_kind(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t has = rag_terms_of_passage(x, i);
    const uint64_t said = (v->own | v->headed) & rag_terms_real(terms);
    const uint64_t plain = rag_terms_plain(terms);
    const bool named = asks_kind_of_thing(terms);
    if (!asks_whether(terms) && !named)
        return false;
    for (size_t k = 0; k + 1 < terms->asked.n; k++) {
        const size_t kind = rag_terms_find(terms, terms->asked.items[k].key);
        const size_t thing = rag_terms_find(terms, terms->asked.items[k + 1].key);
        if (rag_has_term(plain & ~has, kind) && rag_has_term(plain & v->own, thing) &&
            (named || (said & ~rag_term_bit(thing)) != 0))
            return true;
    }
    return false;
}

/* One name is asked about, which none of the passages says: one may tell of Denver as "the Broncos" where another
 * says so. */
static bool is_of_nobody_named(const rag_extraction *x, size_t i)
{
    const uint64_t names = x->terms.names;
    if (names == 0 || (names & (names - 1)) != 0 || x->views[i].features[RAG_F_ELSEWHERE] <= 0)
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if (x->views[k].features[RAG_F_ELSEWHERE] <= 0)
            return false;
    return true;
}

/* "In the cellar", "on a hill", "at 12 Mill Lane": a preposition before something that is neither a time nor a number; or a
 * name that the question has not. */
static bool has_place(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, words};
    for (size_t w = u->first; w + 1 < u->last; w++) {
        size_t next = w + 1;
        if (words.items[next].capital && !words.items[next].stop && x->read_as != TXT_DE &&
            !rag_spoken_is_calendar(&s, next) &&
            rag_terms_in(&x->terms, words, next, next + 1) == 0)
            return true;
        if (!rag_spoken_is_preposition(&s, w) || rag_spoken_is_of(&s, w) ||
            rag_spoken_is_article(&s, w))
            continue;
        while (next + 1 < u->last && (rag_spoken_is_article(&s, next) ||
                                      (words.items[next].digits && words.items[next + 1].capital)))
            next++;
        if (!words.items[next].digits && !words.items[next].stop &&
            !rag_spoken_is_calendar(&s, next))
            return true;
    }
    return false;
}

/* Where something is is asked in few words, and it says nothing of a place. */
static bool lacks_place(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const double *f = x->views[i].features;
    return x->terms.cues == RAG_CUE_PLACE && x->terms.brief && u->cells == 0 && !u->card &&
           !u->item && f[RAG_F_NO_CUE] > 0 && f[RAG_F_DEFINES] <= 0 && !has_place(x, i);
}

/* Whether each of the words of `names` in [first, last) stands behind "of", or begins a joined form: it only says whose
 * something else is. */
static bool is_only_whose(const rag_terms *terms, const rag_spoken *s, size_t first, size_t last)
{
    bool any = false;
    for (size_t w = first; w < last; w++) {
        if ((rag_terms_in(terms, s->words, w, w + 1) & terms->names) == 0)
            continue;
        if (w == first || !rag_spoken_is_of(s, w - 1))
            return false;
        any = true;
    }
    return any;
}

/* "Linux-based": whether the word that asks for the place only ends joined forms in unit i. */
static bool is_only_compound(const rag_extraction *x, size_t i)
{
    static const char placing[] = "based";
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    bool any = false;
    for (size_t w = u->first; w < u->last; w++) {
        if (words.items[w].whole || !rag_is_any_of(rag_word_text(text, &words.items[w]), placing))
            continue;
        if (!anc_str_ends(anc_str_sub(text, 0, words.items[w].start), ANC_STR("-")))
            return false;
        any = true;
    }
    return any && rag_has_phrase_of(x->terms.question, placing);
}

/* "A subsidiary of Microsoft, based in Ireland" to where Microsoft is. */
static bool is_place_of_other(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_spoken question = {terms->question, x->read_as, terms->asked};
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, x->units.words[u->passage]};
    return terms->cues == RAG_CUE_PLACE && u->cells == 0 &&
           (is_only_compound(x, i) ||
            (rag_is_one_term(terms->names) && !is_only_whose(terms, &question, 0, terms->asked.n) &&
             is_only_whose(terms, &s, u->first, u->last)));
}

/* When something was is asked in few words, and it has neither a figure but of money nor a word of time. */
static bool lacks_date(const rag_extraction *x, size_t i)
{
    static const char times[] =
        "holiday holidays férié fériés feiertag feiertage feiertagen festivo festivos festivi "
        "feriado "
        "feriados when while after before until till since during once always never every each "
        "daily weekly "
        "noon midnight morning afternoon evening night dawn dusk spring summer autumn winter "
        "easter "
        "christmas week weekend weekends weekdays month year day days today tomorrow yesterday "
        "quand lorsque après avant pendant depuis chaque toujours jamais midi minuit matin soir "
        "nuit "
        "printemps été automne hiver pâques noël semaine week-end mois an année jour "
        "wenn nach vor bis seit während jeden jede jedes immer nie mittag mitternacht morgens "
        "abends "
        "nachts frühjahr sommer herbst winter ostern weihnachten woche wochenende monat jahr tag "
        "cuando después antes hasta desde durante cada siempre nunca mediodía noche verano "
        "invierno "
        "semana mes año día dopo prima fino ogni sempre mai mezzogiorno sera notte estate inverno "
        "settimana mese anno giorno depois até sempre noite verão mês ano dia";
    static const char money[] = "pound pounds pence euro euros dollar dollars franc francs percent";
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, words};
    if (terms->cues != RAG_CUE_DATE || !terms->brief || u->cells > 0 || u->card ||
        x->views[i].features[RAG_F_NO_CUE] <= 0 || rag_is_closed_then(x, i))
        return false;
    for (size_t w = u->first; w < u->last; w++) {
        const anc_str word = rag_word_text(x->passages[u->passage].text, &words.items[w]);
        const bool hour =
            rag_cues_is_number(word) && w > u->first && rag_spoken_is_preposition(&s, w - 1);
        const bool sum = w + 1 < u->last && rag_is_any_of(rag_spoken_word(&s, w + 1), money);
        if ((words.items[w].digits && !sum) || hour || rag_is_any_of(word, times))
            return false;
    }
    return true;
}

/* "The captain of the Selina": who is that to one who is named, and the passage says nothing of the name. */
static bool is_role_elsewhere(const rag_extraction *x, size_t i)
{
    return x->terms.role != 0 && rag_is_one_term(x->terms.names) &&
           x->views[i].features[RAG_F_ELSEWHERE] > 0;
}

/* Whether unit i names something that the question does not, behind an article or another function word: "the Selina". */
static bool names_another(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    for (size_t w = u->first + 1; w < u->last && x->read_as != TXT_DE; w++)
        if (words.items[w].capital && !words.items[w].stop && words.items[w - 1].stop &&
            rag_terms_in(&x->terms, words, w, w + 1) == 0)
            return true;
    return false;
}

/* When something was is asked in few words of one who is named: it tells of another one, where a sentence beside it has the
 * name. */
static bool is_of_other_name(const rag_extraction *x, size_t i)
{
    const uint64_t names = x->terms.names;
    const rag_view *v = &x->views[i];
    const rag_unit *u = &x->units.items[i];
    return x->terms.brief && (x->terms.cues & RAG_CUE_DATE) != 0 && rag_is_one_term(names) &&
           u->cells == 0 && !u->card && ((v->own | v->above | v->near) & names) == 0 &&
           (v->beside & names) != 0 && !rag_cues_points_back(rag_unit_text(u, x->passages)) &&
           names_another(x, i);
}

/* A weight, a length or a temperature is asked for and nothing else. */
static bool asks_measure(const rag_terms *terms)
{
    const unsigned measures = RAG_CUE_WEIGHT | RAG_CUE_LENGTH | RAG_CUE_HEAT;
    return terms->cues != 0 && (terms->cues & ~measures) == 0;
}

/* "From 7.00 to 20.00": two figures, but for the one that an item of a list begins with; one where few units are known. */
static bool has_figures(const rag_extraction *x, size_t i)
{
    const size_t enough = x->read_as == TXT_EN || x->read_as == TXT_FR ? 2 : 1;
    const rag_unit *u = &x->units.items[i];
    size_t n = 0;
    for (size_t w = u->first + 1; w < u->last; w++)
        n += x->units.words[u->passage].items[w].digits;
    return n >= enough;
}

/* How long something takes or lasts is asked, and it has no time that it may. */
static bool lacks_duration(const rag_extraction *x, size_t i)
{
    static const char asking[] = "how long|combien de temps|wie lange|cuánto dura|cuánto duran|"
                                 "cuánto tiempo|quanto dura|quanto durano|quanto tempo";
    const unsigned times = RAG_CUE_LENGTH | RAG_CUE_DATE | RAG_CUE_YEAR;
    const rag_unit *u = &x->units.items[i];
    if ((x->terms.cues & RAG_CUE_DURATION) == 0 || !rag_has_phrase_of(x->terms.question, asking) ||
        rag_has_phrase_of(x->terms.question, "depuis|seit|desde|since"))
        return false; /* since when is asked */
    return !rag_has_span(x, i) && !has_figures(x, i) &&
           (rag_cues_held(x->passages[u->passage].text, x->units.words[u->passage], u->first,
                          u->last, x->terms.asked) &
            times) == 0;
}

/* It has none, or it is the row of a thing that what was asked for only says more of. */
static bool lacks_measure(const rag_extraction *x, size_t i)
{
    return lacks_duration(x, i) ||
           (asks_measure(&x->terms) &&
            (x->views[i].features[RAG_F_NO_CUE] > 0 || rag_label_is_beside(x, i)));
}

/* A sum or a measure of a name with a number is asked for, and it says nothing of that name. */
static bool is_of_no_such(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    return (terms->cues == RAG_CUE_MONEY || asks_measure(terms)) && only_names(terms) &&
           rag_names_numbered(terms) && !x->views[i].bound;
}

/* A name is asked about, and it is the row of something else: neither it nor what stands over it has the name. */
static bool is_row_of_other(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    if (u->cells == 0)
        return false;
    return (rag_names_numbered(&x->terms) && !v->bound) ||
           (x->terms.names != 0 && ((v->own | v->above) & x->terms.names) == 0);
}

/* German writes each noun with a capital: a name has two of them, or a title before it. */
static bool is_without_german_name(const rag_extraction *x, size_t i)
{
    static const char titles[] = "Herr Herrn Frau Dr Prof";
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    if (x->read_as != TXT_DE || x->terms.cues != RAG_CUE_PERSON || u->cells > 0)
        return false;
    for (size_t w = u->first; w + 1 < u->last; w++) {
        const rag_word *a = &words.items[w];
        const rag_word *b = &words.items[w + 1];
        if (b->capital && !b->stop && a->capital && !a->stop)
            return false;
        if (rag_is_any_of(rag_word_text(text, a), titles))
            return false;
    }
    return true;
}

/* Who has an office is asked, and it does not say; or who does something, in few words, and it has nobody, nor a word of
 * what is done. */
static bool is_without_doer(const rag_extraction *x, size_t i)
{
    enum { FEW = 2 };
    const rag_view *v = &x->views[i];
    const uint64_t plain = rag_terms_plain(&x->terms);
    if (rag_is_without_holder(x, i) || rag_is_of_other_office(x, i) || rag_is_of_speaker(x, i))
        return true;
    return rag_term_count(plain) <= FEW && (lacks_person(x, i) || is_without_german_name(x, i)) &&
           (plain & ~(v->own | v->above | v->near | v->beside)) != 0;
}

/* "INV-2022 | paid" for "the incidents in 2022": of all that counts it is a row with the number alone. */
static bool is_row_of_number(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t rest =
        rag_terms_plain(terms) & ~(rag_terms_digits(terms) | rag_terms_codes(terms));
    return x->units.items[i].cells > 0 && rest != 0 && terms->names == 0 &&
           ((v->own | v->above | v->near | v->beside) & rest) == 0;
}

/* Whether there is a pool at the club is asked, and its passage has a pool and nothing of the club. */
static bool is_there_elsewhere(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const uint64_t rest = rag_terms_real(terms) & ~terms->object;
    return terms->may == 0 && terms->object != 0 && rest != 0 &&
           ((rag_terms_of_passage(x, i) | x->views[i].near) & rest) == 0;
}

/* "Dear Mrs Webb,", "Mit freundlichen Grüßen,": it begins or ends a letter, and tells nothing. */
static bool is_address(const rag_extraction *x, size_t i)
{
    static const char openings[] =
        "dear |hello |hi |kind regards|best regards|yours |sincerely|"
        "cher |chère |chers |chères |bonjour |madame,|monsieur,|cordialement|"
        "sehr geehrte|liebe |lieber |hallo |guten tag|mit freundlichen|viele grüße|"
        "estimado |estimada |querido |querida |atentamente|"
        "gentile |gentili |egregio |caro |cara |cordiali saluti|"
        "prezado |prezada |atenciosamente";
    enum { WORDS_MAX = 8 };
    const rag_unit *u = &x->units.items[i];
    const anc_str text = anc_str_trim(rag_unit_text(u, x->passages));
    return text.len > 0 && u->cells == 0 && u->last - u->first <= WORDS_MAX &&
           (text.ptr[text.len - 1] == ',' || text.ptr[text.len - 1] == '!') &&
           rag_begins_with_any(text, openings);
}

/* "From: …; To: …; Date: …" of a mail, where neither who it is from or to nor when nor what it is about is asked. */
static bool is_letterhead(const rag_extraction *x, size_t i)
{
    static const char asking[] =
        "from|sent|send|wrote|write|written|mail|e-mail|email|address|"
        "subject|recipient|sender|cc|reply|replied|about|écrit|envoyé|adresse|sujet|"
        "geschrieben|geschickt|betreff|escrito|enviado|scritto|inviato";
    const rag_unit *u = &x->units.items[i];
    const anc_str text = rag_unit_text(u, x->passages);
    return u->card && anc_str_starts(text, ANC_STR("From: ")) &&
           anc_str_find(text, ANC_STR("\nDate: ")) != SIZE_MAX &&
           (x->terms.cues & (RAG_CUE_PERSON | RAG_CUE_DATE)) == 0 &&
           !rag_has_phrase_of(x->terms.question, asking);
}

/* "Hester Vale" under a letter: names that were asked about, and nothing of them. */
static bool is_signature(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    for (size_t w = u->first; w < u->last; w++)
        if (words.items[w].stop || !words.items[w].capital ||
            (rag_terms_in(&x->terms, words, w, w + 1) & x->terms.names) == 0)
            return false;
    return u->cells == 0 && !u->card && u->last > u->first;
}

bool rag_is_beside_point(const rag_extraction *x, size_t i)
{
    return is_of_nobody_named(x, i) || lacks_sum(x, i) || lacks_measure(x, i) ||
           is_row_of_other(x, i) || is_of_no_such(x, i) || is_untold(x, i) ||
           is_of_other_kind(x, i) || rag_lacks_wanted(x, i) || rag_columns_empty(x, i) ||
           rag_columns_empty_elsewhere(x, i) || rag_is_one_of_several(x, i) ||
           is_without_doer(x, i) || rag_is_of_other_time(x, i) || is_row_of_number(x, i) ||
           rag_is_part_of_figure(x, i) || rag_is_of_contrast(x, i) || rag_is_of_other_kind(x, i) ||
           rag_is_of_relative(x, i) || rag_is_of_later(x, i) || rag_focus_untold(x, i) ||
           rag_is_without_agent(x, i) || is_role_elsewhere(x, i) || is_of_other_name(x, i) ||
           lacks_place(x, i) || is_place_of_other(x, i) || lacks_date(x, i) ||
           rag_is_in_other_sense(x, i) || is_there_elsewhere(x, i) || is_address(x, i) ||
           is_letterhead(x, i) || is_signature(x, i) || rag_is_of_other_period(x, i) ||
           rag_is_told_of_other(x, i) || rag_is_property_untold(x, i);
}
