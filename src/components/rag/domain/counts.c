/* counts.c - "61 people": a number that is bound to what "how many people" asks for. */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"

enum { NOUN_WORDS = 2, REACH = 3, FIRST_YEAR = 1700 };

/* The first word of the question behind "how many" or "combien de", or asked.n. */
static size_t behind_how_many(const rag_terms *terms)
{
    const rag_words asked = terms->asked;
    for (size_t i = 0; i < asked.n; i++) {
        const anc_str word = rag_word_text(terms->question, &asked.items[i]);
        const anc_str before =
            i > 0 ? rag_word_text(terms->question, &asked.items[i - 1]) : ANC_STR("");
        if (rag_is_any_of(word, "cuántos cuántas") ||
            (rag_is_any_of(word, "viele") && rag_is_any_of(before, "wie")) ||
            (rag_is_any_of(word, "many") && rag_is_any_of(before, "how")))
            return i + 1;
        if (anc_str_eq_nocase(word, ANC_STR("combien")) && i + 1 < asked.n) {
            const anc_str next = rag_word_text(terms->question, &asked.items[i + 1]);
            if (rag_is_any_of(next, "de d"))
                return i + 2;
            const anc_str gap = anc_str_sub(terms->question, asked.items[i].end,
                                            asked.items[i + 1].start - asked.items[i].end);
            if (anc_str_find(gap, ANC_STR("d'")) != SIZE_MAX ||
                anc_str_find(gap, ANC_STR("d\xe2\x80\x99")) != SIZE_MAX)
                return i + 1;
        }
    }
    return asked.n;
}

static bool is_dull(const rag_terms *terms, uint64_t key)
{
    const size_t t = rag_terms_find(terms, key);
    return t != RAG_TERMS_MAX && terms->dull[t];
}

uint64_t rag_counted_terms(const rag_terms *terms)
{
    const rag_words asked = terms->asked;
    uint64_t set = 0;
    size_t i = behind_how_many(terms);
    for (size_t n = 0; i < asked.n && n < NOUN_WORDS && !asked.items[i].stop; i++) {
        if (asked.items[i].whole)
            continue;
        set |= rag_terms_in(terms, asked, i, i + 1);
        if (is_dull(terms, asked.items[i].key))
            break; /* what people do, is a verb */
        n++;
    }
    return set;
}

bool rag_counts(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const uint64_t counted = rag_counted_terms(&x->terms);
    for (size_t w = u->first; counted != 0 && w < u->last; w++) {
        const rag_word *number = &words.items[w];
        const anc_str said = rag_word_text(text, number);
        if ((!number->digits && !rag_cues_is_number(said)) || rag_is_any_of(said, "once twice"))
            continue; /* "twice as many" */
        for (size_t k = w + 1; k < u->last && words.items[k].position <= number->position + REACH;
             k++)
            if ((rag_terms_meant(&x->terms, words, k, k + 1) & counted) != 0)
                return true;
    }
    return false;
}

/* The term of "leave" of "how many days of leave": what the counted are of; 0: they are of nothing. */
static uint64_t counted_of(const rag_terms *terms)
{
    static const char links[] = "of de d von di";
    const rag_words asked = terms->asked;
    const size_t i = behind_how_many(terms);
    if (i + 2 >= asked.n ||
        !rag_is_any_of(rag_word_text(terms->question, &asked.items[i + 1]), links))
        return 0;
    return rag_terms_in(terms, asked, i + 2, i + 3) & rag_terms_real(terms);
}

bool rag_counts_of(const rag_extraction *x, size_t i)
{
    enum { NEXT = 4 }; /* "2.5 working days of leave" */
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const rag_spoken s = {text, x->read_as, words};
    const uint64_t counted = rag_counted_terms(&x->terms);
    const uint64_t of = counted_of(&x->terms);
    for (size_t w = u->first; counted != 0 && of != 0 && w < u->last; w++) {
        if (!words.items[w].digits && !rag_cues_is_number(rag_word_text(text, &words.items[w])))
            continue;
        bool noun = false;
        for (size_t k = w + 1; k < u->last && k <= w + NEXT; k++) {
            noun |= (rag_terms_meant(&x->terms, words, k, k + 1) & counted) != 0;
            if (noun && rag_spoken_is_of(&s, k) && k + 1 < u->last &&
                (rag_terms_meant(&x->terms, words, k + 1, k + 2) & of) != 0)
                return true;
        }
    }
    return false;
}

static bool is_figure(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == ':';
}

/* The whole figure that a number is part of: "4,260", "15.30". */
static anc_str figure_at(anc_str text, const rag_word *number)
{
    size_t start = number->start;
    size_t end = number->end;
    while (start > 0 && is_figure(text.ptr[start - 1]))
        start--;
    while (end < text.len && is_figure(text.ptr[end]))
        end++;
    while (end > number->end && (text.ptr[end - 1] < '0' || text.ptr[end - 1] > '9'))
        end--;
    return anc_str_sub(text, start, end - start);
}

/* "15.30", "9:05" */
static bool is_time(anc_str figure)
{
    const size_t dot = anc_str_find(figure, ANC_STR("."));
    const size_t mark = dot != SIZE_MAX ? dot : anc_str_find(figure, ANC_STR(":"));
    return mark != SIZE_MAX && mark <= 2 && figure.len - mark == 3;
}

/* Whether word `w` of unit `u` is a sum, or part of a name, a date, a time, a share or a code. */
static bool counts_nothing(const rag_extraction *x, const rag_unit *u, size_t w)
{
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const rag_word *number = &words.items[w];
    const anc_str figure = figure_at(text, number);
    const size_t start = (size_t)(figure.ptr - text.ptr);
    const anc_str before = anc_str_sub(text, 0, start);
    const anc_str behind = anc_str_sub(text, start + figure.len, 4);
    if (number->code != 0 || is_time(figure) || anc_str_ends(before, ANC_STR("$")) ||
        anc_str_ends(before, ANC_STR("\xc2\xa3")) ||
        anc_str_ends(before, ANC_STR("\xe2\x82\xac")) || anc_str_ends(before, ANC_STR("-")) ||
        anc_str_starts(behind, ANC_STR("-")) || anc_str_find(behind, ANC_STR("%")) < 3 ||
        anc_str_find(behind, ANC_STR("\xe2\x82\xac")) < 3)
        return true;
    if (w == u->first)
        return anc_str_starts(behind, ANC_STR(".")); /* "1. Press the button" */
    const rag_word *p = &words.items[w - 1];
    const bool joined =
        p->end < start && anc_str_eq(anc_str_sub(text, p->end, start - p->end), ANC_STR(" "));
    return number->digits && joined &&
           ((p->capital && !p->stop) || rag_cues_is_unit(rag_word_text(text, p)));
}

/* A year, or what stands before a unit, a month or "per cent". */
static bool counts_units(const rag_extraction *x, const rag_unit *u, size_t w)
{
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const anc_str written = rag_word_text(text, &words.items[w]);
    if (rag_year_of(written) >= FIRST_YEAR)
        return true;
    enum { REACH_UNIT = 2 }; /* "20 working days" */
    for (size_t k = w + 1; k < u->last && k <= w + REACH_UNIT; k++) {
        const anc_str next = rag_word_text(text, &words.items[k]);
        if (rag_cues_is_unit(next) || rag_is_any_of(next, "per times fois"))
            return true;
    }
    return false;
}

/* Whether what is counted is a unit itself ("how many days"). */
static bool asks_units(const rag_terms *terms, uint64_t counted)
{
    for (size_t i = 0; i < terms->asked.n; i++)
        if ((rag_terms_in(terms, terms->asked, i, i + 1) & counted) != 0 &&
            rag_cues_is_unit(rag_word_text(terms->question, &terms->asked.items[i])))
            return true;
    return counted == 0;
}

/* "a single one", "several": how many, without a number. */
static bool says_how_many(anc_str word)
{
    static const char words[] =
        "single both none several dozen dozens hundreds thousands "
        "seul seule aucun aucune plusieurs dizaine dizaines centaine centaines milliers "
        "einzige beide mehrere keine";
    return rag_is_any_of(word, words);
}

bool rag_has_count(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const bool units = asks_units(&x->terms, rag_counted_terms(&x->terms));
    if (rag_counts(x, i))
        return true;
    for (size_t w = u->first; w < u->last; w++)
        if (says_how_many(rag_word_text(text, &words.items[w])))
            return true;
        else if ((words.items[w].digits ||
                  rag_cues_is_number(rag_word_text(text, &words.items[w]))) &&
                 (units || (!counts_nothing(x, u, w) && !counts_units(x, u, w))))
            return true;
    return false;
}

bool rag_has_span(const rag_extraction *x, size_t i)
{
    static const char one[] = "several many few some half a an every each per un une par chaque "
                              "plusieurs ein eine einen mehrere varios pro uno una um uma";
    enum { REACH_UNIT = 3 };
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    for (size_t w = u->first; w < u->last; w++) {
        const anc_str said = rag_word_text(text, &words.items[w]);
        const bool number = words.items[w].digits || rag_cues_is_number(said);
        const size_t reach = number ? REACH_UNIT : rag_is_any_of(said, one) ? 1 : 0;
        const size_t last = w + 1 + reach < u->last ? w + 1 + reach : u->last;
        if ((rag_cues_held(text, words, w + 1, last, (rag_words){NULL, 0}) & RAG_CUE_DURATION) != 0)
            return true;
    }
    return false;
}
