/* tally_limits.c - "more than 80,000", "after 2023", "has oxygen": conditions on what cells amount to, not on their words.
 *
 * A figure is compared in the column that the question names, or in the only one of prices or totals where it is a sum or
 * nothing is named; a year in the column of dates that is named, or the only one. Whatever is not clear beyond that makes
 * the question one that is not understood.
 */
#include "base/str.h"
#include "measure_impl.h"

/* ---- in the question ------------------------------------------------------------------------------ */

typedef struct phrases {
    const char *above, *least, *below, *most;  /* before a figure */
    const char *after, *since, *before, *till; /* before a year */
    const char *between, *and;
} phrases;

static const phrases of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"more_than over above exceeding greater_than higher_than larger_than bigger_than",
                "at_least", "less_than under below fewer_than lower_than smaller_than",
                "at_most up_to", "after later_than", "since", "before earlier_than prior_to", "",
                "between", "and"},
    [TXT_FR] = {"plus_de au_dessus_de supérieur_à supérieure_à supérieurs_à supérieures_à "
                "dépasse dépassent",
                "au_moins",
                "moins_de au_dessous_de en_dessous_de inférieur_à inférieure_à inférieurs_à "
                "inférieures_à",
                "au_plus", "après", "depuis", "avant", "", "entre", "et"},
    [TXT_DE] = {"mehr_als über höher_als größer_als", "mindestens",
                "weniger_als unter niedriger_als kleiner_als", "höchstens maximal",
                "nach später_als", "seit ab", "vor früher_als", "bis", "zwischen", "und"},
    [TXT_ES] = {"más_de mayor_de mayor_que superior_a", "al_menos",
                "menos_de menor_de menor_que inferior_a", "como_máximo", "después_de", "desde",
                "antes_de", "hasta", "entre", "y"},
    [TXT_IT] = {"più_di oltre superiore_a superiori_a", "almeno", "meno_di inferiore_a inferiori_a",
                "al_massimo", "dopo dopo_il", "dal", "prima_del", "", "tra fra", "e"},
    [TXT_PT] = {"mais_de acima_de superior_a", "pelo_menos", "menos_de abaixo_de inferior_a",
                "no_máximo", "depois_de após", "desde", "antes_de", "até", "entre", "e"},
};

static anc_str word_at(const rag_counting *c, size_t i)
{
    return i < c->words.n ? rag_word_text(c->text, &c->words.items[i]) : ANC_STR("");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What parts figures, where one follows; a blank where three do. */
static bool goes_on(anc_str text, size_t at)
{
    enum { GROUP = 3 };
    size_t n = 0;
    while (at + 1 + n < text.len && is_digit(text.ptr[at + 1 + n]))
        n++;
    return at < text.len && n > 0 &&
           (text.ptr[at] == '.' || text.ptr[at] == ',' || text.ptr[at] == '\'' ||
            (text.ptr[at] == ' ' && n == GROUP));
}

/* The figure that begins with word `i`, and the word behind it; false: there is none, or more hangs on it ("80k"). */
static bool read_number(const rag_counting *c, size_t i, rag_limit *b)
{
    const rag_word *words = c->words.items;
    if (i >= c->words.n || !is_digit(c->text.ptr[words[i].start]))
        return false;
    const size_t start = words[i].start;
    size_t end = start;
    while (end < c->text.len && (is_digit(c->text.ptr[end]) || goes_on(c->text, end)))
        end++;
    b->number = anc_str_sub(c->text, start, end - start);
    for (b->last = i; b->last < c->words.n && words[b->last].start < end;)
        b->last++;
    return words[b->last - 1].end <= end;
}

static bool is_money_word(anc_str word)
{
    return rag_is_any_of(word, "euro euros eur dollar dollars usd pound pounds gbp franken francs "
                               "chf euri dólares dollari libras sterline livres");
}

/* "$" or "€" beside the figure, or a word behind it. */
static void read_money(const rag_counting *c, rag_limit *b)
{
    static const anc_str signs[] = {ANC_STR_INIT("$"), ANC_STR_INIT("£"), ANC_STR_INIT("€")};
    const size_t start = (size_t)(b->number.ptr - c->text.ptr);
    const anc_str before = anc_str_trim(anc_str_sub(c->text, 0, start));
    const anc_str behind = anc_str_trim(anc_str_sub(c->text, start + b->number.len, c->text.len));
    b->money = is_money_word(word_at(c, b->last));
    b->last += b->money;
    for (size_t i = 0; i < ANC_COUNT(signs); i++)
        b->money = b->money || anc_str_ends(before, signs[i]) || anc_str_starts(behind, signs[i]);
}

/* "Between 2018 and 2020", both included. */
static bool read_between(const rag_counting *c, size_t i, rag_limit ret[2])
{
    const phrases *p = &of_languages[c->language];
    const size_t n = p->between != NULL ? rag_counting_phrase(c, i, p->between) : 0;
    ret[0] = (rag_limit){.first = i, .test = RAG_TEST_FROM};
    if (n == 0 || !read_number(c, i + n, &ret[0]) ||
        rag_counting_phrase(c, ret[0].last, p->and) != 1)
        return false;
    ret[1] = (rag_limit){.first = ret[0].last, .test = RAG_TEST_TO};
    if (!read_number(c, ret[0].last + 1, &ret[1]))
        return false;
    ret[0].year = ret[1].year = rag_year_of(ret[0].number) > 0 && rag_year_of(ret[1].number) > 0;
    if (!ret[1].year)
        read_money(c, &ret[1]);
    ret[0].money = ret[1].money;
    return true;
}

/* A limit that begins with word `i`. */
static bool read_limit(const rag_counting *c, size_t i, rag_limit *ret)
{
    const phrases *p = &of_languages[c->language];
    const struct {
        const char *said;
        rag_test test;
        bool year;
    } all[] = {{p->above, RAG_TEST_ABOVE, false}, {p->least, RAG_TEST_FROM, false},
               {p->below, RAG_TEST_BELOW, false}, {p->most, RAG_TEST_TO, false},
               {p->after, RAG_TEST_ABOVE, true},  {p->since, RAG_TEST_FROM, true},
               {p->before, RAG_TEST_BELOW, true}, {p->till, RAG_TEST_TO, true}};
    for (size_t k = 0; k < ANC_COUNT(all); k++) {
        const size_t n = all[k].said != NULL ? rag_counting_phrase(c, i, all[k].said) : 0;
        rag_limit b = {.first = i, .test = all[k].test, .year = all[k].year};
        if (n == 0 || !read_number(c, i + n, &b) ||
            (b.year && (rag_year_of(b.number) == 0 || b.last != i + n + 1)))
            continue;
        if (!b.year)
            read_money(c, &b);
        *ret = b;
        return true;
    }
    return false;
}

void rag_limits_read(rag_counting *c)
{
    c->n_limits = 0;
    for (size_t i = 0; i < c->words.n && c->n_limits < RAG_LIMITS_MAX; i++) {
        rag_limit *next = &c->limits[c->n_limits];
        if (c->n_limits + 1 < RAG_LIMITS_MAX && read_between(c, i, next))
            c->n_limits += 2;
        else
            c->n_limits += read_limit(c, i, next);
        if (next < &c->limits[c->n_limits])
            i = c->limits[c->n_limits - 1].last - 1;
    }
}

bool rag_limits_pays(const rag_counting *c, size_t i)
{
    bool money = false;
    for (size_t k = 0; k < c->n_limits; k++)
        money = money || c->limits[k].money;
    return money && rag_is_any_of(word_at(c, i), "pay pays paid zahlt zahlen bezahlt bezahlen paie "
                                                 "paient paye payent paga pagan pagano pagam");
}

/* ---- in a column ---------------------------------------------------------------------------------- */

/* The year of a date ("2019-04-01", "1 May 2019") or of a cell that is one; 0: it is neither. */
static uint64_t year_of(anc_str cell)
{
    enum { YEAR = 4, SHORT = 2, RUNS_MAX = 6 };
    uint64_t year = 0;
    size_t runs = 0;
    for (size_t i = 0; i < cell.len; i++) {
        size_t n = 0;
        while (i + n < cell.len && is_digit(cell.ptr[i + n]))
            n++;
        if (n == 0)
            continue;
        const uint64_t found = n == YEAR ? rag_year_of(anc_str_sub(cell, i, n)) : 0;
        if (++runs > RUNS_MAX || (found == 0 && n > SHORT) || (found > 0 && year > 0))
            return 0;
        year = found > 0 ? found : year;
        i += n;
    }
    return year;
}

static bool is_yes(anc_str cell)
{
    return rag_is_phrase_of(cell, "yes|y|true|oui|vrai|ja|wahr|sí|si|sì|sim|x|✓|✔");
}

static bool is_no(anc_str cell)
{
    return cell.len == 0 ||
           rag_is_phrase_of(cell, "no|n|false|non|faux|nein|falsch|não|none|-|–|✗|✘");
}

static bool is_nought(anc_str cell)
{
    return anc_str_eq(cell, ANC_STR("0"));
}

void rag_limits_look(rag_tally_column *column, anc_str cell)
{
    column->years += year_of(cell) > 0;
    column->yes += is_yes(cell);
    column->no += is_no(cell);
    column->nought = column->nought || is_nought(cell);
}

static bool has_years(const rag_tally *t, size_t k)
{
    const rag_tally_column *c = &t->columns[k];
    return c->filled > 0 && c->years == c->filled && 2 * c->filled >= t->rows;
}

/* Figures of one unit, which do not only number the rows. */
static bool has_figures(rag_tally *t, size_t k)
{
    rag_tally_column *c = &t->columns[k];
    return k > 0 && 2 * c->filled >= t->rows && c->amounts.n == c->filled && c->amounts.n > 1 &&
           !(c->amounts.serial && c->amounts.n > 2) &&
           rag_amounts_settle(&c->amounts, t->table.language);
}

/* "Price", "total": what a sum is that nobody names. */
static bool is_sum(const rag_tally_column *c)
{
    for (size_t i = 0; i < c->words.n; i++) {
        const anc_str word = rag_word_text(c->name, &c->words.items[i]);
        if (rag_measure_is_price(word) || rag_tally_is_sum(word))
            return true;
    }
    return false;
}

/* Whether a figure in that unit may be compared with those of the column: "over 3 kg" with "12 kg". */
static bool fits_unit(const rag_tally *t, const rag_limit *b, size_t k)
{
    const anc_str before = anc_str_trim(anc_str_of(t->columns[k].amounts.before));
    const anc_str behind = anc_str_trim(anc_str_of(t->columns[k].amounts.behind));
    const bool money = before.len > 0 || is_money_word(behind) || anc_str_eq(behind, ANC_STR("€"));
    return !b->money || money || behind.len == 0;
}

/* The unit of the column's figures behind the limit's own is a word of it. */
static size_t behind_unit(const rag_tally *t, const rag_limit *b, size_t k)
{
    const anc_str unit = anc_str_trim(anc_str_of(t->columns[k].amounts.behind));
    return b->last + (unit.len > 0 && anc_str_eq_nocase(word_at(&t->q, b->last), unit));
}

/* The column that a limit is on; n_columns: it is not known which. The names that the question has decide, then that it is the
 * only one. */
static size_t column_of(rag_tally *t, const rag_limit *b)
{
    size_t best = 0, with_best = 0, named = t->n_columns;
    size_t alone = t->n_columns, others = 0;
    for (size_t k = 0; k < t->n_columns; k++) {
        if (b->year ? !has_years(t, k) : !has_figures(t, k) || !fits_unit(t, b, k))
            continue;
        const bool inner = rag_tally_is_inner(&t->columns[k]);
        size_t said = rag_tally_said_of(t, k);
        said = inner && said % 2 == 0 ? 0 : said; /* "items" is not all of "items.qty" */
        said += !b->year && behind_unit(t, b, k) > b->last;
        with_best = said > best ? 1 : with_best + (said > 0 && said == best);
        named = said > best ? k : named;
        best = said > best ? said : best;
        alone = inner ? alone : k;
        others += !inner;
    }
    if (best > 0)
        return with_best == 1 ? named : t->n_columns;
    const bool since =
        b->year && b->test == RAG_TEST_FROM; /* is somebody there, or came he then? */
    const bool clear = others == 1 && !since && (b->year || b->money || is_sum(&t->columns[alone]));
    return clear ? alone : t->n_columns;
}

static bool overlaps(const rag_tally *t, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++)
        if (rag_tally_condition(t, i) != NULL)
            return true;
    return false;
}

static bool add(rag_tally *t, const rag_condition *c)
{
    if (t->n_conditions == RAG_TALLY_CONDITIONS || overlaps(t, c->first, c->last))
        return false;
    t->conditions[t->n_conditions++] = *c;
    return true;
}

static bool add_limit(rag_tally *t, const rag_limit *b)
{
    rag_amounts as_said = {.n = 0};
    rag_condition c = {.first = b->first,
                       .last = b->last,
                       .column = column_of(t, b),
                       .test = b->test,
                       .group = t->n_conditions,
                       .year = b->year};
    if (c.column == t->n_columns)
        return false;
    if (b->year) {
        c.value = (int64_t)rag_year_of(b->number);
        return add(t, &c);
    }
    c.last = behind_unit(t, b, c.column);
    rag_amounts_look(&as_said, b->number);
    rag_amounts_look(&as_said, b->number); /* a column has two at least */
    if (!rag_amounts_settle(&as_said, t->q.language) ||
        !rag_amounts_read(&as_said, b->number, &c.value))
        return false;
    c.scale = as_said.scale;
    return add(t, &c);
}

/* "In 2023", "2023": where no cell says just that. */
static bool add_year(rag_tally *t, size_t i)
{
    const anc_str word = word_at(&t->q, i);
    const rag_limit b = {i, i + 1, RAG_TEST_EQUAL, true, false, word};
    for (size_t k = 0; k < t->n_columns; k++)
        if (rag_tally_run(&t->columns[k], i, i + 1)->first.ptr != NULL)
            return true;
    return rag_year_of(word) == 0 || rag_tally_condition(t, i) != NULL || add_limit(t, &b);
}

/* ---- what is there and what is not ---------------------------------------------------------------- */

/* The words [i, *ret_last) that are the whole name of column `k`. */
static bool is_name_of(const rag_tally *t, size_t i, size_t k, size_t *ret_last)
{
    const rag_tally_column *c = &t->columns[k];
    *ret_last = i + c->words.n;
    if (c->words.n == 0 || *ret_last > t->q.words.n)
        return false;
    for (size_t w = 0; w < c->words.n; w++)
        if (c->words.items[w].key != t->q.words.items[i + w].key)
            return false;
    return true;
}

/* A column whose cells say yes or no, or how many where that may be none. */
static bool tells_presence(rag_tally *t, size_t k)
{
    const rag_tally_column *c = &t->columns[k];
    const bool flags = c->yes > 0 && c->no > 0 && c->yes + c->no == t->rows;
    return k > 0 && (flags || (c->nought && c->whole_numbers == t->rows));
}

static void add_presence(rag_tally *t, size_t i)
{
    for (size_t k = 1; k < t->n_columns; k++) {
        size_t last;
        if (!is_name_of(t, i, k, &last) || !tells_presence(t, k) || rag_tally_has_condition(t, k))
            continue;
        const bool denied = i > 0 && rag_tally_denies(word_at(&t->q, i - 1)) &&
                            rag_tally_condition(t, i - 1) == NULL;
        const rag_condition c = {.first = i - denied,
                                 .last = last,
                                 .column = k,
                                 .test = denied ? RAG_TEST_UNSET : RAG_TEST_SET,
                                 .group = t->n_conditions};
        (void)add(t, &c);
        return;
    }
}

bool rag_limits_find(rag_tally *t)
{
    const size_t cells = t->n_conditions;
    for (size_t k = 0; k < t->q.n_limits; k++)
        if (!add_limit(t, &t->q.limits[k]))
            return false;
    for (size_t i = 0; i < t->q.words.n; i++)
        if (!add_year(t, i))
            return false;
    for (size_t i = t->q.end;
         t->measure.says == RAG_TALLY_COUNT && cells == t->n_conditions && i < t->q.words.n; i++)
        add_presence(t, i);
    return true;
}

/* ---- in a row ------------------------------------------------------------------------------------- */

/* The figure with `more` noughts behind it; what is too large stays as large as may be. */
static int64_t scaled(int64_t value, unsigned more)
{
    for (; more > 0; more--) {
        int64_t next;
        if (__builtin_mul_overflow(value, 10, &next))
            return value < 0 ? INT64_MIN : INT64_MAX;
        value = next;
    }
    return value;
}

bool rag_limits_fit(const rag_tally *t, const rag_condition *c, anc_str cell)
{
    const rag_amounts *amounts = &t->columns[c->column].amounts;
    int64_t value = (int64_t)year_of(cell);
    if (c->test == RAG_TEST_SET || c->test == RAG_TEST_UNSET)
        return (c->test == RAG_TEST_UNSET) == (is_no(cell) || is_nought(cell));
    if (cell.len == 0 || (!c->year && !rag_amounts_read(amounts, cell, &value)))
        return false;
    const unsigned scale = c->year ? 0 : amounts->scale;
    const int64_t is = scaled(value, c->scale > scale ? c->scale - scale : 0);
    const int64_t wanted = scaled(c->value, scale > c->scale ? scale - c->scale : 0);
    return c->test == RAG_TEST_ABOVE   ? is > wanted
           : c->test == RAG_TEST_FROM  ? is >= wanted
           : c->test == RAG_TEST_BELOW ? is < wanted
           : c->test == RAG_TEST_TO    ? is <= wanted
                                       : is == wanted;
}
