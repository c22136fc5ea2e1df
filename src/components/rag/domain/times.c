/* times.c - of another month or year than was asked about: "revenue in May" is not answered by the row of February, though
 * the title says that it was told in May.
 */
#include "rag/domain/times.h"
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/tables.h"

enum { MONTHS = 12 };

static const char *const months[MONTHS] = {
    "january janvier januar jänner enero gennaio janeiro",
    "february février februar febrero febbraio fevereiro",
    "march mars märz marzo março",
    "april avril abril aprile",
    "may mai mayo maggio maio",
    "june juin juni junio giugno junho",
    "july juillet juli julio luglio julho",
    "august août agosto",
    "september septembre septiembre settembre setembro",
    "october octobre oktober octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december décembre dezember diciembre dicembre dezembro",
};

/* As they stand in a cell. */
static const char *const shortened[MONTHS] = {
    "jan janv ene gen",
    "feb févr fév fev",
    "mar mär",
    "apr avr abr",
    "mag",
    "jun giu",
    "jul juil lug",
    "aug ago",
    "sep sept set",
    "oct okt ott out",
    "nov",
    "dec déc dez dic",
};

unsigned rag_month_of(anc_str word, bool in_cell)
{
    for (unsigned m = 0; m < MONTHS; m++)
        if (rag_is_any_of(word, months[m]) || (in_cell && rag_is_any_of(word, shortened[m])))
            return m + 1;
    return 0;
}

/* The year that word `w` is, or 0. */
static uint64_t year_at(anc_str text, const rag_word *w)
{
    enum { FIRST = 1900 };
    const uint64_t year = rag_year_of(rag_word_text(text, w));
    return year >= FIRST ? year : 0;
}

/* "Since 2019": it goes on in later years. */
static bool is_open(anc_str text, rag_words words, size_t w)
{
    static const char before[] = "since from until till before after depuis dès seit ab";
    return w > 0 && rag_is_any_of(rag_word_text(text, &words.items[w - 1]), before);
}

/* 1: the words [first, last) of a passage tell of years, and `year` is neither one of them nor between them; -1: it
 * may be; 0: they tell of none. */
static int other_years(anc_str text, rag_words words, size_t first, size_t last, uint64_t year)
{
    uint64_t least = 0, most = 0;
    for (size_t w = first; w < last; w++) {
        const uint64_t here = year_at(text, &words.items[w]);
        if (here > 0 && is_open(text, words, w))
            return -1;
        least = here > 0 && (least == 0 || here < least) ? here : least;
        most = here > most ? here : most;
    }
    return most == 0 ? 0 : year < least || year > most ? 1 : -1;
}

/* Terms that have a capital for being months. */
static uint64_t named_months(const rag_extraction *x)
{
    uint64_t set = 0;
    for (size_t t = 0; t < x->terms.n; t++)
        set |= rag_month_of(rag_terms_text(&x->terms, t), false) > 0 ? rag_term_bit(t) : 0;
    return set;
}

/* The same of what stands over row i: its columns, the heading or the sheet ("Budget 2025"), the title. */
static int other_years_over(const rag_extraction *x, size_t i, uint64_t year)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const anc_str texts[RAG_OVERS] = {[RAG_OVER_TITLE] = p->title,
                                      [RAG_OVER_HEADING] = p->heading,
                                      [RAG_OVER_COLUMNS] = p->columns};
    static const size_t nearest[] = {RAG_OVER_COLUMNS, RAG_OVER_HEADING, RAG_OVER_TITLE};
    int told = 0;
    for (size_t k = 0; k < ANC_COUNT(nearest) && told == 0; k++) {
        const rag_words over = x->over_words[u->passage][nearest[k]];
        told = other_years(texts[nearest[k]], over, 0, over.n, year);
    }
    return told;
}

/* Whether unit i tells of other years, or has none and, where no name is asked about, its passage does. */
static bool tells_other_years(const rag_extraction *x, size_t i, uint64_t year)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    int told = other_years(text, words, u->first, u->last, year);
    if (told == 0 && u->cells > 0)
        told = other_years_over(x, i, year);
    if (told != 0 || (x->terms.names & ~named_months(x)) != 0)
        return told > 0;
    return other_years(text, words, 0, words.n, year) > 0;
}

/* Something of a year is asked, of which its passage says nothing, and that tells of others. */
static bool is_of_other_year(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const uint64_t has = rag_terms_of_passage(x, i);
    for (size_t k = 0; k < terms->asked.n; k++) {
        const uint64_t year = year_at(terms->question, &terms->asked.items[k]);
        const size_t t = rag_terms_find(terms, terms->asked.items[k].key);
        if (year > 0 && rag_has_term(~has, t) && tells_other_years(x, i, year))
            return true;
    }
    return false;
}

/* "Before May": other months are meant. */
static bool is_bound(anc_str word)
{
    static const char before[] =
        "since from until till before after by through between to than "
        "depuis dès avant après jusqu jusque entre à "
        "seit ab vor nach bis zwischen von "
        "desde hasta antes después entre dal da dopo prima fino até depois";
    return rag_is_any_of(word, before);
}

/* Months that are asked about, a bit each. In English and German they have a capital, and "May I" asks. */
static unsigned months_asked(const rag_extraction *x)
{
    const rag_terms *terms = &x->terms;
    const bool capital = x->read_as != TXT_FR && x->read_as != TXT_ES && x->read_as != TXT_IT &&
                         x->read_as != TXT_PT;
    unsigned set = 0;
    for (size_t k = 1; k < terms->asked.n; k++) {
        const rag_word *w = &terms->asked.items[k];
        const unsigned month =
            capital && !w->capital ? 0 : rag_month_of(rag_word_text(terms->question, w), false);
        if (month > 0 && is_bound(rag_word_text(terms->question, w - 1)))
            return 0;
        set |= month > 0 ? 1u << month : 0;
    }
    return set;
}

/* The month of a cell that is nothing else, but for a year; 0: it is none. */
static unsigned month_in(anc_str cell)
{
    anc_str word, year;
    cell = anc_str_trim(cell);
    if (!anc_str_split(&cell, ' ', &word))
        return 0;
    if (word.len > 0 && word.ptr[word.len - 1] == '.')
        word.len--;
    return anc_str_split(&cell, ' ', &year) && (cell.len > 0 || rag_year_of(year) == 0)
               ? 0
               : rag_month_of(word, true);
}

/* Of a row: its cells say of which months it is, and none is one that was asked about. */
static bool is_row_of_other_month(const rag_extraction *x, size_t i)
{
    const unsigned asked = x->units.items[i].cells > 0 ? months_asked(x) : 0;
    const anc_str row = rag_unit_text(&x->units.items[i], x->passages);
    unsigned has = 0;
    size_t cursor = 0;
    for (anc_str cell; asked != 0 && rag_cell_next(row, &cursor, &cell);)
        has |= 1u << month_in(cell);
    has &= ~1u;
    return has != 0 && (has & asked) == 0;
}

/* Of a row that begins with its year: that was not asked about, and another was. */
static bool is_row_of_other_year(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const anc_str row = rag_unit_text(&x->units.items[i], x->passages);
    size_t cursor = 0;
    anc_str cell;
    bool other = false;
    if (x->units.items[i].cells == 0 || !rag_cell_next(row, &cursor, &cell) ||
        rag_year_of(anc_str_trim(cell)) == 0)
        return false;
    for (size_t k = 0; k < terms->asked.n; k++) {
        const uint64_t year = year_at(terms->question, &terms->asked.items[k]);
        const size_t t = rag_terms_find(terms, terms->asked.items[k].key);
        if (year == 0)
            continue;
        if (rag_has_term(x->views[i].own, t) ||
            (k > 0 && is_bound(rag_word_text(terms->question, &terms->asked.items[k - 1]))))
            return false;
        other = true;
    }
    return other;
}

bool rag_is_of_other_time(const rag_extraction *x, size_t i)
{
    return is_of_other_year(x, i) || is_row_of_other_month(x, i) || is_row_of_other_year(x, i);
}
