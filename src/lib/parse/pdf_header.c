/* pdf_header.c - which row of a table names its columns.
 *
 * Above numbers it is the row without them; above cells that have figures in them, "B12" and "20 hp", the row
 * without any. In a table of words alone it is the row that the page sets apart from those below: in capitals, in
 * larger type, by more room behind it, or as short names above long texts; or the one that is unlike them, see
 * pdf_names.c. Where nothing is, the first row is a row as the others are: a header that is none would stand in each
 * chunk of the table.
 */
#include "pdf_impl.h"

enum { ROWS_BELOW = 8, NAME_BYTES = 24, TIMES_LONGER = 4 };

/* Whether a cell is a number, or more digits than letters. */
static bool is_number(anc_str s)
{
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < s.len; i++) {
        digits += s.ptr[i] >= '0' && s.ptr[i] <= '9';
        letters += (unsigned char)(s.ptr[i] | 0x20) >= 'a';
    }
    return digits > letters;
}

static bool is_year(anc_str s)
{
    return s.len == 4 && (anc_str_starts(s, ANC_STR("19")) || anc_str_starts(s, ANC_STR("20")));
}

/* Numbers in a row; years apart, as columns are named by them. */
static void count_numbers(const prs_pdf_page *p, const prs_pdf_row *row, anc_buf *cell,
                          unsigned *ret_numbers, unsigned *ret_years)
{
    *ret_numbers = *ret_years = 0;
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        anc_buf_clear(cell);
        prs_pdf_cell_text(p, &p->cells[i], cell);
        const anc_str s = anc_buf_view(cell);
        *ret_years += is_year(s);
        *ret_numbers += is_number(s) && !is_year(s);
    }
}

/* What the rows below say of row `at`. */
typedef struct below {
    unsigned rows, with_numbers, with_digits;
    bool wider;     /* one has more cells than names could stand above */
    bool lower;     /* most are not in capitals */
    bool long_text; /* each is far longer than the names */
    float size;     /* of the largest type */
    float step;     /* the widest from one to the next */
} below;

/* Of a row: bytes of its cells together and of the longest, and its letters. */
typedef struct spelled {
    size_t bytes, longest;
    unsigned capitals, small, digits;
    float size, least_size;
} spelled;

static spelled spell(const prs_pdf_page *p, const prs_pdf_row *row, anc_buf *cell)
{
    spelled s = {.least_size = 1e6F};
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const float size = p->cells[i].size;
        anc_buf_clear(cell);
        prs_pdf_cell_text(p, &p->cells[i], cell);
        s.bytes += cell->len;
        s.longest = cell->len > s.longest ? cell->len : s.longest;
        s.size = size > s.size ? size : s.size;
        s.least_size = size < s.least_size ? size : s.least_size;
        for (size_t k = 0; k < cell->len; k++) {
            s.capitals += cell->ptr[k] >= 'A' && cell->ptr[k] <= 'Z';
            s.small += cell->ptr[k] >= 'a' && cell->ptr[k] <= 'z';
            s.digits += cell->ptr[k] >= '0' && cell->ptr[k] <= '9';
        }
    }
    return s;
}

static below look_below(const prs_pdf_page *p, size_t at, size_t name_bytes, anc_buf *cell)
{
    const prs_pdf_row *row = &p->rows[at];
    below b = {.long_text = true};
    unsigned numbers, years, lower = 0;
    for (size_t i = at + 1;
         i < p->n_rows && p->rows[i].columns > 1 && b.rows < ROWS_BELOW && !b.wider; i++) {
        const spelled s = spell(p, &p->rows[i], cell);
        count_numbers(p, &p->rows[i], cell, &numbers, &years);
        const float step = p->rows[i].y0 - p->rows[i - 1].y0;
        b.step = b.rows > 0 && step > b.step ? step : b.step;
        b.size = s.size > b.size ? s.size : b.size;
        b.rows++;
        b.with_numbers += numbers > 0;
        b.with_digits += s.digits > 0;
        lower += s.small > 0;
        b.long_text = b.long_text && s.bytes > TIMES_LONGER * name_bytes;
        b.wider = p->rows[i].columns > row->columns + 1;
    }
    b.lower = lower * 2 > b.rows;
    return b;
}

/* Names are short, and set apart from what they stand above. */
static bool stands_out(const prs_pdf_page *p, size_t at, const spelled *names, const below *b)
{
    const float step = p->rows[at + 1].y0 - p->rows[at].y0;
    if (names->longest > NAME_BYTES)
        return false;
    return (names->small == 0 && names->capitals > 2 * p->rows[at].columns && b->lower) ||
           names->least_size > 1.08F * b->size ||
           (b->rows > 2 && step > 1.3F * b->step && b->step > 0) || b->long_text;
}

bool prs_pdf_is_header(const prs_pdf_page *p, size_t at, anc_buf *cell)
{
    const prs_pdf_row *row = &p->rows[at];
    unsigned numbers, years;
    count_numbers(p, row, cell, &numbers, &years);
    if (numbers > 0 || row->columns < 2)
        return false;
    const spelled names = spell(p, row, cell);
    const below b = look_below(p, at, names.bytes, cell);
    if (b.rows < 2 || b.wider)
        return false;
    return b.with_numbers * 2 > b.rows || stands_out(p, at, &names, &b) ||
           prs_pdf_are_names(p, at, names.digits == 0 && b.with_digits == b.rows, cell);
}
