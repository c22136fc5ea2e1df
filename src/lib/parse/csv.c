/* csv.c - tables in text: cells, quotes, and the delimiter that fits the first rows.
 *
 * As RFC 4180 has it, and as people write it: any of four delimiters, any line end, quotes doubled
 * inside quotes, line ends inside quotes. A quote that is never closed is a sign like others.
 */
#include "csv_impl.h"

#include <stdlib.h>
#include <string.h>

#include "parse/records.h"

enum {
    SNIFF_BYTES = 64 << 10,
    SNIFF_ROWS = 100,
    QUOTED_BYTES = 1 << 20, /* farther away no closing quote is looked for */
    PREAMBLE_ROWS = 10,
    NAME_BYTES = 100,
    COMPARED = 64 /* columns of two rows */
};

static const char delimiters[] = {',', ';', '\t', '|'};

static bool add_cell(prs_csv *c, prs_csv_cell cell)
{
    if (c->n == c->cap) {
        const size_t cap = c->cap > 0 ? c->cap * 2 : 64;
        prs_csv_cell *grown = realloc(c->cells, cap * sizeof *grown);
        if (grown == NULL)
            return false;
        c->cells = grown;
        c->cap = cap;
    }
    c->cells[c->n++] = cell;
    return true;
}

anc_str prs_csv_at(const prs_csv *csv, size_t i)
{
    const prs_csv_cell *cell = &csv->cells[i];
    const anc_str whole = cell->mended ? anc_buf_view(&csv->scratch) : csv->text;
    return anc_str_trim(anc_str_sub(whole, cell->at, cell->len));
}

/* The end of an unquoted cell that begins at `from`. */
static size_t end_of_plain(const prs_csv *c, size_t from)
{
    const char *p = c->text.ptr + from, *end = c->text.ptr + c->text.len;
    const char delimiter = c->delimiter;
    while (p < end && *p != delimiter && *p != '\n' && *p != '\r')
        p++;
    return (size_t)(p - c->text.ptr);
}

/* The place of the quote that closes what begins behind the quote at `from`; SIZE_MAX when none is
 * near enough. */
static size_t closing_quote(const prs_csv *c, size_t from)
{
    const anc_str s = anc_str_sub(c->text, 0, from + 1 + QUOTED_BYTES);
    for (size_t i = from + 1; i < s.len; i += 2) {
        const char *q = memchr(s.ptr + i, '"', s.len - i);
        if (q == NULL)
            return SIZE_MAX;
        i = (size_t)(q - s.ptr);
        if (i + 1 >= c->text.len || c->text.ptr[i + 1] != '"')
            return i;
    }
    return SIZE_MAX;
}

/* Adds a quoted cell; what stands between the closing quote and the delimiter belongs to it. False
 * when memory or the ceiling is reached. */
static bool add_quoted(prs_csv *c, size_t open, size_t close, size_t *ret_end)
{
    const anc_str inner = anc_str_sub(c->text, open + 1, close - open - 1);
    const size_t end = end_of_plain(c, close + 1);
    *ret_end = end;
    const anc_str tail = anc_str_sub(c->text, close + 1, end - close - 1);
    const bool simple = (inner.len == 0 || memchr(inner.ptr, '"', inner.len) == NULL) &&
                        anc_str_trim(tail).len == 0;
    if (simple)
        return add_cell(c, (prs_csv_cell){open + 1, inner.len, false});
    const size_t at = c->scratch.len;
    for (anc_str rest = inner; rest.len > 0;) {
        const char *q = memchr(rest.ptr, '"', rest.len);
        const size_t n = q != NULL ? (size_t)(q - rest.ptr) + 1 : rest.len;
        if (!anc_buf_add(&c->scratch, anc_str_sub(rest, 0, n)))
            return false;
        rest = anc_str_sub(rest, q != NULL ? n + 1 : n, rest.len);
    }
    return anc_buf_add(&c->scratch, tail) &&
           add_cell(c, (prs_csv_cell){at, c->scratch.len - at, true});
}

/* Reads the cell at c->at and stands at its end. */
static bool read_cell(prs_csv *c)
{
    size_t from = c->at, end;
    while (from < c->text.len && c->text.ptr[from] == ' ')
        from++;
    if (from < c->text.len && c->text.ptr[from] == '"') {
        const size_t close = closing_quote(c, from);
        if (close != SIZE_MAX) {
            const bool ok = add_quoted(c, from, close, &end);
            c->at = end;
            return ok;
        }
    }
    end = end_of_plain(c, c->at);
    const bool ok = add_cell(c, (prs_csv_cell){c->at, end - c->at, false});
    c->at = end;
    return ok;
}

static void pass_line_end(prs_csv *c)
{
    if (c->at >= c->text.len)
        return;
    const bool two =
        c->text.ptr[c->at] == '\r' && c->at + 1 < c->text.len && c->text.ptr[c->at + 1] == '\n';
    c->at += two ? 2 : 1;
}

static bool is_empty_row(const prs_csv *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (prs_csv_at(c, i).len > 0)
            return false;
    return true;
}

static anc_status read_row(prs_csv *c, anc_err *err)
{
    c->n = 0;
    anc_buf_clear(&c->scratch);
    c->row++;
    for (;;) {
        if (c->n >= PRS_RECORD_FIELDS)
            return ANC_FAIL(err, ANC_LIMIT, "table: row %llu has more than %d columns",
                            (unsigned long long)c->row, PRS_RECORD_FIELDS);
        if (!read_cell(c)) {
            if (c->scratch.refused)
                return anc_buf_status(&c->scratch, "table: a cell", err);
            return ANC_FAIL(err, ANC_NO_MEMORY, "table: out of memory");
        }
        if (c->at >= c->text.len || c->text.ptr[c->at] != c->delimiter)
            break;
        c->at++;
    }
    pass_line_end(c);
    return ANC_OK;
}

bool prs_csv_next(prs_csv *csv, anc_status *ret_status, anc_err *err)
{
    *ret_status = ANC_OK;
    while (csv->at < csv->text.len) {
        *ret_status = read_row(csv, err);
        if (*ret_status != ANC_OK)
            return false;
        if (!is_empty_row(csv))
            return true;
    }
    return false;
}

static void restart(prs_csv *c, size_t at)
{
    c->at = at;
    c->row = 0;
}

/* ---- the shape of the first rows --------------------------------------------------------------- */

/* The number of columns that most of the first rows have, and how many rows those are. */
static size_t most_columns(prs_csv *c, size_t *ret_rows, size_t *ret_all)
{
    size_t counts[SNIFF_ROWS], n = 0, best = 0;
    anc_status status;
    while (n < SNIFF_ROWS && prs_csv_next(c, &status, NULL))
        if (c->at < c->text.len || n == 0 || c->text.len < SNIFF_BYTES)
            counts[n++] = c->n; /* the last one may be cut off */
    *ret_rows = 0;
    *ret_all = n;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            same += counts[k] == counts[i];
        if (same > *ret_rows || (same == *ret_rows && counts[i] > best)) {
            *ret_rows = same;
            best = counts[i];
        }
    }
    return best;
}

/* "sep=;" in the first line, as spreadsheets write it. */
static bool declared_delimiter(anc_str text, char *ret)
{
    const bool there = text.len > 5 &&
                       anc_str_eq_nocase(anc_str_sub(text, 0, 4), ANC_STR("sep=")) &&
                       (text.ptr[5] == '\n' || text.ptr[5] == '\r');
    if (there)
        *ret = text.ptr[4];
    return there;
}

static char find_delimiter(prs_csv *c)
{
    const anc_str whole = c->text;
    char found = ',';
    size_t best = 0;
    c->text = anc_str_sub(whole, 0, SNIFF_BYTES);
    for (size_t i = 0; i < ANC_COUNT(delimiters); i++) {
        size_t rows = 0, all = 0;
        c->delimiter = delimiters[i];
        restart(c, 0);
        const size_t columns = most_columns(c, &rows, &all);
        /* agreement of the rows first, then how much it parts them */
        const size_t parts = columns < 50 ? columns : 50;
        const size_t score = columns < 2 || all == 0 ? 0 : rows * 1000 / all + parts;
        if (score > best) {
            best = score;
            found = delimiters[i];
        }
    }
    c->text = whole;
    return found;
}

void prs_csv_open(prs_csv *csv, anc_str text, size_t max_bytes)
{
    *csv = (prs_csv){.text = text, .scratch = anc_buf_init(max_bytes)};
    size_t from = 0;
    if (declared_delimiter(text, &csv->delimiter))
        from = text.ptr[5] == '\r' && text.len > 6 && text.ptr[6] == '\n' ? 7 : 6;
    else
        csv->delimiter = find_delimiter(csv);
    csv->text = anc_str_sub(text, from, text.len);
    restart(csv, 0);
}

void prs_csv_done(prs_csv *csv)
{
    free(csv->cells);
    anc_buf_done(&csv->scratch);
}

static bool is_number(anc_str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            digits++;
        else if (strchr("+-.,:/% eE", s.ptr[i]) == NULL)
            return false;
    }
    return digits > 0;
}

typedef struct look {
    bool is_word[COMPARED]; /* of the first columns */
    size_t n, empty, numbers;
    bool has_long;
    bool is_series; /* its numbers count on, one by one: 2019, 2020, 2021 */
} look;

static look look_at(const prs_csv *c)
{
    look r = {.n = c->n, .is_series = true};
    uint64_t value = 0, last = 0;
    for (size_t i = 0; i < c->n; i++) {
        const anc_str s = prs_csv_at(c, i);
        const bool number = is_number(s);
        r.empty += s.len == 0;
        r.has_long = r.has_long || s.len > NAME_BYTES;
        if (i < COMPARED)
            r.is_word[i] = s.len > 0 && !number;
        if (!number)
            continue;
        r.is_series =
            r.is_series && anc_str_to_u64(s, &value) && (r.numbers == 0 || value == last + 1);
        last = value;
        r.numbers++;
    }
    r.is_series = r.is_series && r.numbers > 1 && r.numbers < r.n;
    return r;
}

/* Whether the row at hand may name columns: each cell is short, there are few gaps, and none is a number; or some are,
 * but below a word stands a number ("name, 0, year" above "lamp, 5, 2020"), or they count on as those below do not
 * ("country, 2019, 2020"). */
static bool names_columns(prs_csv *c)
{
    const look r = look_at(c);
    anc_status status;
    if (r.has_long || r.empty * 3 > r.n)
        return false;
    if (r.numbers == 0)
        return true;
    if (!prs_csv_next(c, &status, NULL))
        return false;
    const look below = look_at(c);
    for (size_t i = 0; i < r.n && i < c->n && i < COMPARED; i++)
        if (r.is_word[i] && is_number(prs_csv_at(c, i)))
            return true;
    return r.is_series && !below.is_series && below.numbers > 0;
}

static size_t filled(const prs_csv *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += prs_csv_at(c, i).len > 0;
    return n;
}

prs_csv_shape prs_csv_shape_of(prs_csv *csv)
{
    size_t rows, all;
    anc_status status;
    prs_csv_shape shape = {0};
    restart(csv, 0);
    shape.columns = most_columns(csv, &rows, &all);
    restart(csv, 0);
    uint64_t n = 0;
    while (n < PREAMBLE_ROWS && prs_csv_next(csv, &status, NULL)) {
        /* one cell alone above rows of several is a title, not a row */
        if (shape.columns < 2 || csv->n >= shape.columns || filled(csv) > 1) {
            shape.preamble = n;
            shape.header = names_columns(csv) && all > n + 1;
            break;
        }
        n++;
    }
    restart(csv, 0);
    return shape;
}
