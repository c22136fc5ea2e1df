/* pdf_table.c - rows of tables: cells that belong together, cells that are empty, and tables over several pages.
 *
 * Which cells of a row are empty is told by where the columns stand: under their names and the rows that have a
 * cell for each. A table goes on on the next page where that begins with a row of these columns; the names may be
 * printed there again, and are written once.
 */
#include "pdf_impl.h"

#include <math.h>
#include <string.h>

enum { CELL_BYTES = 1 << 20 };

/* A row as it is written: its parts with tabs between, and where each of them stands. */
typedef struct cut {
    unsigned n; /* parts; more than PRS_PDF_COLUMNS: nothing is known of where */
    float x0[PRS_PDF_COLUMNS], x1[PRS_PDF_COLUMNS];
} cut;

void prs_pdf_table_init(prs_pdf_table *t, prs_emitter *e)
{
    *t = (prs_pdf_table){.e = e};
    t->cell = anc_buf_init(CELL_BYTES);
    t->row = anc_buf_init(e->limits.text_bytes);
    t->names = anc_buf_init(CELL_BYTES);
}

void prs_pdf_table_done(prs_pdf_table *t)
{
    anc_buf_done(&t->cell);
    anc_buf_done(&t->row);
    anc_buf_done(&t->names);
}

void prs_pdf_table_end(prs_pdf_table *t)
{
    t->is_open = false;
}

/* ---- a row in parts ----------------------------------------------------------------------------- */

/* Cells that only lead the eye are none. */
static bool is_leader(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (strchr("._- ", s.ptr[i]) == NULL)
            return false;
    return s.len > 2;
}

/* "$" and "(" belong to the cell behind them, ")" and "%" to the one before. */
static bool is_glued(anc_str before, anc_str cell)
{
    const anc_str opening[] = {ANC_STR("$"), ANC_STR("("), ANC_STR("$ ("), ANC_STR("\xE2\x82\xAC"),
                               ANC_STR("\xC2\xA3")};
    const anc_str closing[] = {ANC_STR(")"), ANC_STR("%"), ANC_STR(")%"), ANC_STR(") %")};
    for (size_t i = 0; i < ANC_COUNT(opening); i++)
        if (anc_str_eq(before, opening[i]))
            return true;
    for (size_t i = 0; i < ANC_COUNT(closing); i++)
        if (anc_str_eq(cell, closing[i]))
            return true;
    return false;
}

static void add_part(cut *out, prs_box box, bool near)
{
    if (!near && out->n++ < PRS_PDF_COLUMNS) {
        out->x0[out->n - 1] = box.x0;
        out->x1[out->n - 1] = box.x1;
    } else if (out->n <= PRS_PDF_COLUMNS) {
        out->x0[out->n - 1] = fminf(out->x0[out->n - 1], box.x0);
        out->x1[out->n - 1] = fmaxf(out->x1[out->n - 1], box.x1);
    }
}

/* A tab parts the parts of a row; one in a word is a blank. */
static void without_tabs(anc_buf *cell)
{
    for (size_t i = 0; i < cell->len; i++)
        if (cell->ptr[i] == '\t')
            cell->ptr[i] = ' ';
}

/* Fills t->row with the text of the row; a row of nothing but leaders has no part. */
static cut cut_row(prs_pdf_table *t, const prs_pdf_page *p, const prs_pdf_row *row)
{
    cut out = {.n = 0};
    anc_str before = ANC_STR_NONE;
    char kept[8];
    anc_buf_clear(&t->row);
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        anc_buf_clear(&t->cell);
        prs_pdf_cell_text(p, &p->cells[i], &t->cell);
        without_tabs(&t->cell);
        const anc_str cell = anc_buf_view(&t->cell);
        if (is_leader(cell))
            continue;
        const bool near = out.n > 0 && (p->cells[i].tight || is_glued(before, cell));
        if (out.n > 0)
            (void)anc_buf_add_char(&t->row, near ? ' ' : '\t');
        (void)anc_buf_add(&t->row, cell);
        t->row.refused |= t->cell.refused;
        add_part(&out, p->cells[i].box, near);
        /* longer ones are compared with nothing */
        const size_t n = cell.len < sizeof kept ? cell.len : 0;
        memcpy(kept, cell.ptr, n);
        before = (anc_str){kept, n};
    }
    return out;
}

/* ---- columns ------------------------------------------------------------------------------------ */

/* Makes the columns as wide as the rows from `at` on are that have a cell for each. */
static void learn(prs_pdf_table *t, const prs_pdf_page *p, size_t at)
{
    for (; at < p->n_rows && p->rows[at].columns > 1; at++) {
        const cut row = cut_row(t, p, &p->rows[at]);
        for (unsigned i = 0; row.n == t->n && i < row.n; i++) {
            t->x0[i] = fminf(t->x0[i], row.x0[i]);
            t->x1[i] = fmaxf(t->x1[i], row.x1[i]);
        }
    }
}

/* The column from `from` on that shares most with what stands from x0 to x1; t->n where none shares anything. */
static unsigned column_under(const prs_pdf_table *t, unsigned from, float x0, float x1)
{
    unsigned best = t->n;
    float most = 0;
    for (unsigned i = from; i < t->n; i++) {
        const float shared = fminf(x1, t->x1[i]) - fmaxf(x0, t->x0[i]);
        if (shared > most) {
            most = shared;
            best = i;
        }
    }
    return best;
}

/* The columns of a row that has a cell for each, or stands clearly under some of them; else false, and its parts
 * are taken as they come. */
static bool place(const prs_pdf_table *t, const cut *row, unsigned ret[PRS_PDF_COLUMNS])
{
    unsigned from = 0;
    bool placed = t->n > 0 && row->n <= t->n;
    for (unsigned i = 0; placed && i < row->n; i++, from++) {
        from = row->n == t->n ? i : column_under(t, from, row->x0[i], row->x1[i]);
        placed = from < t->n;
        ret[i] = from;
    }
    return placed;
}

/* ---- written ------------------------------------------------------------------------------------ */

static bool write_row(prs_pdf_table *t, const cut *row)
{
    unsigned at[PRS_PDF_COLUMNS] = {0};
    const bool placed = place(t, row, at);
    anc_str rest = anc_buf_view(&t->row), part;
    unsigned column = 0;
    for (unsigned i = 0; anc_str_split(&rest, '\t', &part); i++) {
        for (const unsigned here = placed && i < row->n ? at[i] : i; column < here; column++)
            if (!prs_emit_mark(t->e, ANC_STR("\t")))
                return false;
        if (!prs_emit_text(t->e, part))
            return false;
    }
    for (; placed && column + 1 < t->n; column++)
        if (!prs_emit_mark(t->e, ANC_STR("\t")))
            return false;
    return prs_emit_close(t->e);
}

/* Begins a table with its names, if row `at` names its columns. */
static bool begin(prs_pdf_table *t, const prs_pdf_page *p, size_t at)
{
    anc_buf_clear(&t->names);
    t->n = 0;
    if (!prs_pdf_is_header(p, at, &t->cell))
        return false;
    const cut row = cut_row(t, p, &p->rows[at]);
    (void)anc_buf_add(&t->names, anc_buf_view(&t->row));
    if (row.n <= PRS_PDF_COLUMNS) {
        t->n = row.n;
        memcpy(t->x0, row.x0, sizeof t->x0);
        memcpy(t->x1, row.x1, sizeof t->x1);
        learn(t, p, at + 1);
    }
    return true;
}

/* Whether a row at the top of a page is one of the table that the page before ended in. */
static bool goes_on(prs_pdf_table *t, const prs_pdf_page *p, size_t at, bool *ret_again)
{
    unsigned ignored[PRS_PDF_COLUMNS];
    const cut row = cut_row(t, p, &p->rows[at]);
    *ret_again = t->names.len > 0 && anc_str_eq(anc_buf_view(&t->row), anc_buf_view(&t->names));
    if (*ret_again)
        return true;
    return t->n > 0 && place(t, &row, ignored);
}

bool prs_pdf_table_row(prs_pdf_table *t, const prs_pdf_page *p, size_t at)
{
    bool header = false, again = false;
    if (!t->is_open || (t->page != p->number && !goes_on(t, p, at, &again)))
        header = begin(t, p, at);
    if (t->page != p->number && t->is_open && !header)
        learn(t, p, at);
    t->is_open = true;
    t->page = p->number;
    if (again)
        return true;
    const cut row = cut_row(t, p, &p->rows[at]);
    if (t->row.refused || t->names.refused)
        return prs_emit_fail(t->e, anc_buf_status(&t->row, "PDF: a row of a table", t->e->err));
    if (row.n == 0)
        return true;
    if (!prs_emit_open(t->e, PRS_TABLE_ROW, 0))
        return false;
    if (header)
        prs_emit_header_row(t->e);
    return write_row(t, &row);
}
