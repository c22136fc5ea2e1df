/* tally_sense.c - what each word of a question is to a table whose cells were looked at.
 *
 * The words are gone through once: at each, the longest run of them that is all of what stands in some cell is a
 * condition on that cell's column. What is then neither condition, nor name, nor holds the sentence together makes the
 * answer uncertain, and so does a value that may or may not be meant ("partly paid" beside "paid"), and the same value in
 * two columns. A figure is that of the column whose name the question has most of; what is said of price alone ("the
 * cheapest") is of the only column of prices.
 */
#include "base/str.h"
#include "measure_impl.h"
#include "rag/domain/pointer.h"
#include "rag/domain/times.h"

/* ---- where a word stands -------------------------------------------------------------------------- */

static bool has_word(rag_words words, uint64_t key)
{
    for (size_t i = 0; i < words.n; i++)
        if (words.items[i].key == key)
            return true;
    return false;
}

static bool in_file_name(const rag_tally *t, size_t i)
{
    const size_t at = t->file.len > 0 ? (size_t)(t->file.ptr - t->q.text.ptr) : 0;
    const rag_word *w = &t->q.words.items[i];
    return w->start < at + t->file.len && w->end > at;
}

/* Whether word i is a month, of which the rows have a column: a title with it says only when it was written. */
static bool is_of_month_column(const rag_tally *t, size_t i)
{
    static const char names[] = "month|mois|monat|mes|mese|mês";
    if (rag_month_of(rag_word_text(t->q.text, &t->q.words.items[i]), false) == 0)
        return false;
    for (size_t k = 0; k < t->n_columns; k++)
        if (rag_is_phrase_of(anc_str_trim(t->columns[k].name), names))
            return true;
    return false;
}

bool rag_tally_in_names(const rag_tally *t, size_t i)
{
    const uint64_t key = t->q.words.items[i].key;
    if (is_of_month_column(t, i))
        return in_file_name(t, i);
    return in_file_name(t, i) || has_word(t->title, key) || has_word(t->file_name, key) ||
           has_word(t->heading, key);
}

const rag_condition *rag_tally_condition(const rag_tally *t, size_t i)
{
    for (size_t k = 0; k < t->n_conditions; k++)
        if (i >= t->conditions[k].first && i < t->conditions[k].last)
            return &t->conditions[k];
    return NULL;
}

bool rag_tally_names(const rag_tally *t, size_t i, size_t k)
{
    return has_word(t->columns[k].words, t->q.words.items[i].key) ||
           (t->asked[i] & t->columns[k].pairs) != 0;
}

bool rag_tally_has_condition(const rag_tally *t, size_t k)
{
    for (size_t i = 0; i < t->n_conditions; i++)
        if (t->conditions[i].column == k)
            return true;
    return false;
}

size_t rag_tally_column_named(const rag_tally *t, size_t i)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (has_word(t->columns[k].words, t->q.words.items[i].key))
            return k;
    return t->n_columns;
}

bool rag_tally_is_noun(const rag_tally *t, size_t i)
{
    if (t->measure.says == RAG_TALLY_COUNT)
        return i >= t->q.first && i < t->q.end;
    return !t->measure.used[i] && !rag_measure_holds(&t->q, i) && !rag_tally_names(t, i, t->column);
}

/* "In the depots table", "of depots.csv": nothing but what holds a sentence together stands between that and word i. */
static bool is_placed(const rag_tally *t, size_t i)
{
    for (size_t k = i; k-- > 0;) {
        if (rag_counting_places(&t->q, k))
            return true;
        if (!rag_counting_holds(&t->q, k) && !rag_tally_in_names(t, k))
            return false;
    }
    return false;
}

/* Whether a condition is on the column that word i names ("with status overdue", "earn more than 80,000"). */
static bool names_condition(const rag_tally *t, size_t i)
{
    for (size_t k = 0; k < t->n_conditions; k++)
        if (rag_tally_names(t, i, t->conditions[k].column))
            return true;
    return false;
}

/* Whether word i says no more than that what fits a condition is there ("works in Lyon"), or whose it is ("from Nordlicht"). */
static bool leads_to_condition(const rag_tally *t, size_t i)
{
    size_t next = i + 1;
    if (rag_counting_dwells(&t->q, i)) /* "works with Orrin" says it of another */
        return t->n_conditions > 0 &&
               rag_counting_phrase(&t->q, i + 1, "with mit avec con com") == 0;
    if (rag_limits_pays(&t->q, i))
        return true;
    while (next < t->q.words.n && rag_counting_holds(&t->q, next) &&
           rag_tally_condition(t, next) == NULL)
        next++;
    const rag_condition *c = next < t->q.words.n ? rag_tally_condition(t, next) : NULL;
    return rag_counting_sources(&t->q, i) && c != NULL && c->test == RAG_TEST_CELL &&
           !rag_tally_is_destination(&t->columns[c->column]);
}

static bool is_noun_key(const rag_tally *t, uint64_t key)
{
    for (size_t i = 0; i < t->q.words.n; i++)
        if (t->q.words.items[i].key == key && rag_tally_is_noun(t, i))
            return true;
    return false;
}

/* Whether all that a name says, but of what kind the file is, are words of what is counted. */
static bool says_just_that(const rag_tally *t, anc_str text, rag_words name)
{
    static const char kinds[] = "csv tsv xlsx xls ods json jsonl ndjson md html txt";
    size_t said = 0;
    for (size_t i = 0; i < name.n; i++) {
        if (name.items[i].whole || name.items[i].stop ||
            (i > 0 && rag_is_any_of(rag_word_text(text, &name.items[i]), kinds)))
            continue;
        if (!is_noun_key(t, name.items[i].key))
            return false;
        said++;
    }
    return said > 0;
}

bool rag_tally_is_called(const rag_tally *t)
{
    return says_just_that(t, t->table.title, t->title) ||
           says_just_that(t, rag_pointer_last_part(t->table.uri), t->file_name) ||
           says_just_that(t, t->table.heading, t->heading);
}

bool rag_tally_is_by_column(const rag_tally *t)
{
    bool noun = false;
    for (size_t i = 0; i < t->q.words.n; i++)
        noun = noun || (rag_tally_is_noun(t, i) && rag_tally_column_named(t, i) == 0);
    return noun && t->n_columns > 0 && t->n_conditions == 0 &&
           (t->measure.says != RAG_TALLY_COUNT || t->q.kind == RAG_COUNTS ||
            t->q.kind == RAG_LISTS);
}

/* ---- conditions ------------------------------------------------------------------------------------- */

/* "Floor 2", "from Porto": the column's name stands before words [first, last): 2. "2 beds": behind them: 1. */
static size_t beside_name(const rag_tally *t, size_t first, size_t last, size_t k)
{
    const rag_words name = t->columns[k].words;
    if (first > 0 && has_word(name, t->q.words.items[first - 1].key))
        return 2;
    return last < t->q.words.n && has_word(name, t->q.words.items[last].key) ? 1 : 0;
}

/* The columns that have a cell of just these words: the first, and how many; where there are several, of those whose name
 * stands beside it, before it rather than behind. */
static size_t columns_with(const rag_tally *t, size_t first, size_t last, size_t *ret_column)
{
    enum { NEARNESS = 3 };
    size_t n[NEARNESS] = {0};
    size_t column[NEARNESS] = {0};
    for (size_t k = 0; k < t->n_columns; k++) {
        if (rag_tally_run(&t->columns[k], first, last)->first.ptr == NULL)
            continue;
        const size_t beside = beside_name(t, first, last, k);
        for (size_t is = 0; is <= beside; is++)
            if (n[is]++ == 0)
                column[is] = k;
    }
    const size_t by = n[2] == 1 ? 2 : n[1] == 1 && n[2] == 0 ? 1 : 0;
    *ret_column = column[by];
    return n[by];
}

bool rag_tally_joins(const rag_tally *t, size_t i)
{
    const rag_condition *before = NULL, *behind = NULL;
    for (size_t k = 0; k < t->n_conditions; k++) {
        const rag_condition *c = &t->conditions[k];
        before = c->last <= i && (before == NULL || c->last > before->last) ? c : before;
        behind = c->first > i && (behind == NULL || c->first < behind->first) ? c : behind;
    }
    return before != NULL && behind != NULL && before->group == behind->group &&
           rag_counting_joins(&t->q, i);
}

/* The group of the condition before it, where that is on the same column and no more stands between them than what
 * joins them, or a comma; more may where a difference is asked ("does Oak cost than Elm"). */
static size_t group_of(const rag_tally *t, const rag_condition *c)
{
    if (t->n_conditions == 0)
        return 0;
    const rag_condition *before = &t->conditions[t->n_conditions - 1];
    bool joined = before->last == c->first;
    bool near = true;
    for (size_t i = before->last; i < c->first; i++) {
        const bool joins = rag_counting_joins(&t->q, i);
        joined = joined || joins;
        near = near && (joins || rag_counting_holds(&t->q, i));
    }
    near = near || t->measure.says == RAG_TALLY_DIFFERENCE;
    return joined && near && before->column == c->column && before->test == RAG_TEST_CELL
               ? before->group
               : t->n_conditions;
}

/* False where one of them is uncertain: a cell says the same in more words, but for those that say the opposite, or not
 * all that fit are written alike. */
static bool find_conditions(rag_tally *t)
{
    const size_t n = t->q.words.n;
    for (size_t i = t->measure.says == RAG_TALLY_COUNT ? t->q.first : 0; i < n;) {
        size_t last = i + RAG_TALLY_RUN < n ? i + RAG_TALLY_RUN : n;
        size_t columns = 0;
        rag_condition c = {.first = i};
        while (last > i && !in_file_name(t, i) && rag_counting_limit(&t->q, i) == NULL &&
               (columns = columns_with(t, i, last, &c.column)) == 0)
            last--;
        if (columns == 0 || last == i) {
            i++;
            continue;
        }
        c.last = last;
        c.group = group_of(t, &c);
        const rag_run *run = rag_tally_run(&t->columns[c.column], i, last);
        if (columns > 1 || t->n_conditions == RAG_TALLY_CONDITIONS || run->differs || run->more)
            return false;
        t->conditions[t->n_conditions++] = c;
        i = last;
    }
    return rag_limits_find(t);
}

/* ---- counting ----------------------------------------------------------------------------------------- */

bool rag_tally_is_inner(const rag_tally_column *c)
{
    const size_t dot = anc_str_find(c->name, ANC_STR("."));
    return dot != SIZE_MAX && dot > 0 && dot + 1 < c->name.len &&
           anc_str_find(c->name, ANC_STR(" ")) == SIZE_MAX;
}

/* Whether a column says itself how many: then a row is not one of what is counted. */
static bool has_quantities(const rag_tally *t)
{
    for (size_t k = 0; k < t->n_columns; k++)
        for (size_t i = 0; i < t->columns[k].words.n && !rag_tally_is_inner(&t->columns[k]); i++)
            if (rag_tally_is_quantity(
                    rag_word_text(t->columns[k].name, &t->columns[k].words.items[i])))
                return true;
    return false;
}

/* Whether a column but the first, on which no condition is, has nothing but figures: it may say how many there are of what a row
 * names. */
static bool has_figures(const rag_tally *t)
{
    for (size_t k = 1; k < t->n_columns; k++)
        if (!rag_tally_has_condition(t, k) && t->columns[k].filled > 0 &&
            t->columns[k].whole_numbers == t->columns[k].filled)
            return true;
    return false;
}

/* Whether what is counted is what the table or a column is called, or rows; else it is what stands in cells. */
static bool is_called_so(const rag_tally *t)
{
    bool called = t->q.first == t->q.end;
    for (size_t i = t->q.first; i < t->q.end; i++)
        called = called || rag_tally_in_names(t, i) ||
                 rag_tally_column_named(t, i) < t->n_columns || rag_counting_is_rows(&t->q, i);
    return called;
}

/* "Quels sont les cours …": the first word that does not only hold the sentence together is what the table is called. */
static bool is_late_noun(const rag_tally *t, size_t i)
{
    bool first = t->q.lists && i >= t->q.end && t->q.end == t->q.first && rag_tally_in_names(t, i);
    for (size_t k = t->q.first; first && k < i; k++)
        first = rag_counting_holds(&t->q, k);
    return first;
}

/* "Who is Okafor?" is asked of somebody and not of rows; "Who are the porters?" and "Who is in Porto?" are. */
static bool asks_for_one(const rag_tally *t)
{
    const rag_word *words = t->q.words.items;
    if (t->q.kind != RAG_LISTS_PERSONS || t->n_conditions != 1 || t->q.language == TXT_DE ||
        t->conditions[0].test != RAG_TEST_CELL || !words[t->conditions[0].first].capital)
        return false;
    for (size_t i = t->q.first; i < t->q.words.n; i++)
        if (rag_tally_condition(t, i) == NULL &&
            (!rag_counting_holds(&t->q, i) || rag_counting_places(&t->q, i)))
            return false;
    return true;
}

/* Whether it is said what is counted, and of which table. How many there are at all is asked of a table that is named or called
 * so, else of the world; which they are, of whatever has them. */
static bool is_rows_asked(const rag_tally *t, bool counted, bool placed)
{
    if (!counted || (t->n_conditions == 0 && !placed) || asks_for_one(t))
        return false;
    return t->q.lists || (!has_quantities(t) && (is_called_so(t) || !has_figures(t)));
}

/* "The heads of the departments", of which no condition is: the table that has columns of both, and all of it. */
static bool says_columns(const rag_tally *t, size_t i)
{
    const bool lists = t->q.kind == RAG_LISTS || (t->q.kind == RAG_LISTS_PERSONS &&
                                                  rag_counting_is_plural(&t->q, t->q.first));
    return lists && t->n_conditions == 0 && rag_tally_column_named(t, i) < t->n_columns;
}

static bool is_count_understood(const rag_tally *t)
{
    size_t column = t->n_columns; /* one that is named */
    bool counted = (t->q.end == t->q.first && t->table.named) || t->q.kind == RAG_LISTS_PERSONS;
    const bool called = rag_tally_is_called(t);
    bool placed = t->table.named || called || rag_tally_is_by_column(t);
    for (size_t i = 0; i < t->q.words.n; i++) {
        const bool asked = i + 2 >= t->q.first && i < t->q.first; /* "how many" */
        const bool noun = rag_tally_is_noun(t, i) || is_late_noun(t, i);
        const bool named = rag_tally_in_names(t, i) || rag_counting_is_rows(&t->q, i) ||
                           (noun && rag_tally_column_named(t, i) < t->n_columns);
        const bool is = rag_tally_condition(t, i) != NULL;
        counted = counted || (noun && (named || is));
        placed = placed || (!noun && rag_tally_in_names(t, i) && is_placed(t, i));
        if (says_columns(t, i)) {
            placed = placed || (column < t->n_columns && column != rag_tally_column_named(t, i));
            column = rag_tally_column_named(t, i);
        }
        if (asked || is || rag_counting_holds(&t->q, i) || (noun && named) ||
            (rag_tally_in_names(t, i) && (called || is_placed(t, i))) || names_condition(t, i) ||
            leads_to_condition(t, i) || says_columns(t, i) || rag_tally_joins(t, i))
            continue;
        return false;
    }
    return is_rows_asked(t, counted, placed);
}

/* ---- a figure ------------------------------------------------------------------------------------------- */

static bool is_any(const rag_tally_column *c, bool is(anc_str word))
{
    for (size_t i = 0; i < c->words.n; i++)
        if (is(rag_word_text(c->name, &c->words.items[i])))
            return true;
    return false;
}

/* Whether it may be asked for a figure of: the first column says which row it is, and figures that go on by one number the
 * rows. */
bool rag_tally_has_amounts(const rag_tally *t, size_t k)
{
    const rag_tally_column *c = &t->columns[k];
    return k > 0 && c->filled > 0 && c->amounts.figures * 2 >= c->filled &&
           !(c->amounts.serial && c->amounts.n > 2) && !is_any(c, rag_measure_is_number);
}

static bool asks_word(const rag_tally *t, uint64_t key)
{
    for (size_t i = 0; i < t->q.words.n; i++)
        if (t->q.words.items[i].key == key && rag_tally_condition(t, i) == NULL)
            return true;
    return false;
}

/* "Earns" of "salary". */
static bool asks_pair(const rag_tally *t, uint32_t pairs)
{
    for (size_t i = 0; i < t->q.words.n; i++)
        if ((t->asked[i] & pairs) != 0 && rag_tally_condition(t, i) == NULL)
            return true;
    return false;
}

/* Twice its words, and one more where that is all of it; what stands in brackets ("(EUR)") need not be said. One where it is
 * only said in another word. */
size_t rag_tally_said_of(const rag_tally *t, size_t k)
{
    const rag_tally_column *c = &t->columns[k];
    size_t words = 0;
    size_t said = 0;
    for (size_t i = 0; i < c->words.n; i++) {
        const rag_word *w = &c->words.items[i];
        const anc_str before = anc_str_sub(c->name, 0, w->start);
        if (w->stop || anc_str_find(before, ANC_STR("(")) != SIZE_MAX ||
            anc_str_find(before, ANC_STR("[")) != SIZE_MAX)
            continue;
        words++;
        said += asks_word(t, w->key);
    }
    return said > 0 ? 2 * said + (said == words) : asks_pair(t, c->pairs);
}

/* "The cheapest" is said of prices, "the largest" of sizes, "the heaviest" of weights. */
static bool is_implied(const rag_tally *t, size_t k)
{
    const rag_tally_column *c = &t->columns[k];
    return (t->measure.prices && is_any(c, rag_measure_is_price)) ||
           (t->measure.pairs & c->pairs) != 0;
}

bool rag_tally_may_measure(const rag_tally *t)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (rag_tally_said_of(t, k) > 0 || is_implied(t, k))
            return true;
    return false;
}

/* The column that the figure is of; false: none, or several may be meant. */
static bool choose_column(rag_tally *t)
{
    size_t best = 0;
    size_t implied = 0;
    size_t with_best = 0;
    for (size_t k = 0; k < t->n_columns; k++) {
        const size_t said = rag_tally_has_amounts(t, k) ? rag_tally_said_of(t, k) : 0;
        if (said > best) {
            best = said;
            with_best = 0;
            t->column = k;
        }
        with_best += said > 0 && said == best;
    }
    if (best > 0)
        return with_best == 1;
    for (size_t k = 0; k < t->n_columns; k++)
        if (rag_tally_has_amounts(t, k) && is_implied(t, k)) {
            t->column = k;
            implied++;
        }
    return implied == 1;
}

/* Whether word i says whose figure it is: what the table is called, or another column of which no figure is asked. */
static bool says_whose(const rag_tally *t, size_t i)
{
    const size_t k = rag_tally_column_named(t, i);
    return rag_tally_in_names(t, i) || rag_counting_is_rows(&t->q, i) ||
           (k < t->n_columns && !rag_tally_has_amounts(t, k));
}

bool rag_tally_accounts(const rag_tally *t, size_t i)
{
    return t->measure.used[i] || rag_measure_holds(&t->q, i) || rag_tally_condition(t, i) != NULL ||
           rag_tally_names(t, i, t->column) || says_whose(t, i) || names_condition(t, i) ||
           leads_to_condition(t, i) || rag_tally_joins(t, i);
}

/* Two or more that are joined, and nothing else, are what is compared; of a difference just two. */
static bool names_several(const rag_tally *t)
{
    for (size_t k = 1; k < t->n_conditions; k++)
        if (t->conditions[k].group != 0)
            return false;
    return t->n_conditions >= 2 && t->conditions[0].test == RAG_TEST_CELL &&
           (t->measure.says != RAG_TALLY_DIFFERENCE || t->n_conditions == 2);
}

static bool is_measure_understood(rag_tally *t)
{
    for (size_t i = 0; i < t->q.words.n; i++)
        if (t->measure.used[i] && rag_tally_condition(t, i) != NULL)
            return false;
    const bool several = t->measure.says == RAG_TALLY_DIFFERENCE || t->measure.compares;
    if ((several && !names_several(t)) || !choose_column(t))
        return false;
    rag_tally_column *c = &t->columns[t->column];
    if (c->filled != t->rows || !rag_amounts_settle(&c->amounts, t->table.language) ||
        (t->measure.says == RAG_TALLY_TOTAL && rag_amounts_are_shares(&c->amounts)))
        return false;
    for (size_t i = 0; i < t->q.words.n; i++)
        if (!rag_tally_accounts(t, i) && !(several && rag_counting_joins(&t->q, i)))
            return false;
    return true;
}

/* "How many beds are there in total?": beds are no rows, but what a column has numbers of. */
static bool is_sum_understood(rag_tally *t)
{
    const rag_measure counts = t->measure;
    t->measure.says = RAG_TALLY_TOTAL;
    for (size_t i = 0; i < t->q.first; i++)
        t->measure.used[i] = true;
    bool named = is_measure_understood(t);
    for (size_t i = t->q.first; named && i < t->q.end; i++)
        named = rag_tally_names(t, i, t->column);
    if (!named)
        t->measure = counts;
    return named;
}

/* What comes first: else "first" may be a word of what is counted ("first floor"). */
static bool is_first_understood(rag_tally *t)
{
    if (find_conditions(t) && rag_order_understood(t))
        return true;
    t->measure = (rag_measure){.says = RAG_TALLY_COUNT};
    t->n_conditions = 0;
    return false;
}

bool rag_tally_understood(rag_tally *t)
{
    if (t->measure.times && is_first_understood(t))
        return true;
    if (t->measure.says == RAG_TALLY_COUNT && t->q.first == t->q.words.n)
        return false;
    if (!find_conditions(t))
        return false;
    if (t->measure.says != RAG_TALLY_COUNT)
        return is_measure_understood(t);
    return (t->measure.sums && is_sum_understood(t)) || is_count_understood(t);
}
