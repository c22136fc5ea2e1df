/* sheet.c - rows of spreadsheets, and sheets as blocks.
 *
 * The first rows of a sheet are held back until it is clear what they are: lines of one cell above a
 * row of several are about the table; where all rows have one cell, the first of them is the header.
 */
#include "sheet_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HELD_ROWS = 4,
    HELD_BYTES = 16 << 10,
    FAR_COLUMNS = 16, /* a gap of more is a gap of one */
    HEADING_LEVEL = 2
};

void prs_sheet_row_init(prs_sheet_row *row, const prs_limits *limits)
{
    *row = (prs_sheet_row){.text = anc_buf_init(limits->text_bytes)};
}

void prs_sheet_row_done(prs_sheet_row *row)
{
    anc_buf_done(&row->text);
    free(row->cells);
    row->cells = NULL;
}

void prs_sheet_row_clear(prs_sheet_row *row)
{
    anc_buf_clear(&row->text);
    row->n = 0;
}

static bool make_room(prs_sheet_row *row, prs_emitter *e)
{
    if (row->n < row->cap)
        return true;
    const size_t cap = row->cap > 0 ? row->cap * 2 : 32;
    prs_sheet_cell *grown = realloc(row->cells, cap * sizeof *grown);
    if (grown == NULL)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "row of a sheet: out of memory"));
    row->cells = grown;
    row->cap = cap;
    return true;
}

bool prs_sheet_row_add(prs_sheet_row *row, uint32_t column, prs_value_kind kind, anc_str text,
                       prs_emitter *e)
{
    text = anc_str_trim(text);
    if (text.len == 0)
        return true;
    if (column >= PRS_SHEET_COLUMNS)
        return prs_emit_fail(
            e, ANC_FAIL(e->err, ANC_LIMIT, "sheet: more than %d columns", PRS_SHEET_COLUMNS));
    if (row->n > 0 && column <= row->cells[row->n - 1].column)
        return true;
    if (!make_room(row, e))
        return false;
    row->cells[row->n++] = (prs_sheet_cell){column, kind, row->text.len, text.len};
    return anc_buf_add(&row->text, text) ||
           prs_emit_fail(e, anc_buf_status(&row->text, "row of a sheet", e->err));
}

anc_str prs_sheet_cell_text(const prs_sheet_row *row, size_t i)
{
    return anc_str_sub(anc_buf_view(&row->text), row->cells[i].at, row->cells[i].len);
}

void prs_sheet_note_hidden(anc_buf *names, anc_str name)
{
    const anc_str comma = names->len > 0 ? ANC_STR(", ") : ANC_STR_NONE;
    if (names->len + comma.len + name.len > PRS_SHEET_HIDDEN_BYTES)
        return;
    (void)anc_buf_add(names, comma);
    (void)anc_buf_add(names, name);
}

/* ---- blocks ------------------------------------------------------------------------------------- */

typedef struct writer {
    prs_emitter *e;
    anc_buf name; /* of the sheet, until its heading is written */
    anc_buf held; /* the cells of the first rows, each ended by a NUL */
    size_t held_rows;
    uint32_t number;        /* of the sheet, from 1 */
    bool has_rows;          /* the sheet */
    anc_buf waiting, empty; /* numbers of sheets without: since the last that has, and before it */
    bool begun;             /* the header was seen */
    uint32_t left;          /* column of its first cell */
} writer;

static bool write_name(writer *w)
{
    const anc_str name = anc_str_trim(anc_buf_view(&w->name));
    const bool ok = name.len == 0 || (prs_emit_open(w->e, PRS_HEADING, HEADING_LEVEL) &&
                                      prs_emit_text(w->e, name) && prs_emit_close(w->e));
    anc_buf_clear(&w->name);
    return ok;
}

/* Writes the rows that were held back: as paragraphs, or as the header and rows of one column. */
static bool write_held(writer *w, bool as_rows)
{
    anc_str rest = anc_buf_view(&w->held), cell;
    bool ok = true;
    for (size_t i = 0; ok && i < w->held_rows && anc_str_split(&rest, '\0', &cell); i++) {
        ok = prs_emit_open(w->e, as_rows ? PRS_TABLE_ROW : PRS_PARAGRAPH, 0);
        if (ok && as_rows && i == 0)
            prs_emit_header_row(w->e);
        ok = ok && prs_emit_text(w->e, cell) && prs_emit_close(w->e);
    }
    anc_buf_clear(&w->held);
    w->held_rows = 0;
    return ok;
}

static bool write_row(writer *w, const prs_sheet_row *row, bool header)
{
    uint32_t column = w->left;
    if (!prs_emit_open(w->e, PRS_TABLE_ROW, 0))
        return false;
    if (header)
        prs_emit_header_row(w->e);
    for (size_t i = 0; i < row->n; i++) {
        const uint32_t here = row->cells[i].column;
        if (here - column > FAR_COLUMNS)
            column = here - 1;
        for (; column < here; column++)
            if (!prs_emit_mark(w->e, ANC_STR(" | ")))
                return false;
        if (!prs_emit_text(w->e, prs_sheet_cell_text(row, i)))
            return false;
    }
    return prs_emit_close(w->e);
}

/* A first row names the columns unless it holds nothing but figures. */
static bool is_header(const prs_sheet_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i].kind == PRS_VALUE_TEXT)
            return true;
    return false;
}

static bool end_sheet(writer *w)
{
    const bool ok = write_held(w, w->held_rows > 1);
    w->begun = false;
    return ok;
}

/* The sheet has a row: what came before it without any is told, as its number would be wrong without it. */
static void note_row(writer *w)
{
    if (w->has_rows)
        return;
    w->has_rows = true;
    if (w->waiting.len > 0)
        prs_sheet_note_hidden(&w->empty, anc_buf_view(&w->waiting));
    anc_buf_clear(&w->waiting);
}

static void count_sheet(writer *w)
{
    char text[16];
    if (w->number++ > 0 && !w->has_rows) {
        (void)snprintf(text, sizeof text, "%u", (unsigned)w->number - 1);
        prs_sheet_note_hidden(&w->waiting, anc_str_of(text));
    }
    w->has_rows = false;
}

static bool on_sheet(void *self, anc_str name)
{
    writer *w = self;
    if (!end_sheet(w))
        return false;
    count_sheet(w);
    anc_buf_clear(&w->name);
    return anc_buf_add(&w->name, anc_str_sub(name, 0, w->name.max)) ||
           prs_emit_fail(w->e, anc_buf_status(&w->name, "name of a sheet", w->e->err));
}

/* Holds a row of one cell back; false when it is to be written at once. */
static bool hold(writer *w, const prs_sheet_row *row)
{
    const anc_str cell = prs_sheet_cell_text(row, 0);
    if (row->n > 1 || w->held_rows == HELD_ROWS || w->held.len + cell.len + 1 > HELD_BYTES)
        return false;
    (void)anc_buf_add(&w->held, cell);
    (void)anc_buf_add_char(&w->held, '\0');
    w->held_rows++;
    w->left = row->cells[0].column;
    return true;
}

static bool on_row(void *self, const prs_sheet_row *row)
{
    writer *w = self;
    if (!prs_emit_may_go_on(w->e) || !write_name(w))
        return false;
    note_row(w);
    if (w->begun) {
        if (row->cells[0].column < w->left)
            w->left = row->cells[0].column;
        return write_row(w, row, false);
    }
    if (hold(w, row))
        return !w->held.refused ||
               prs_emit_fail(w->e, anc_buf_status(&w->held, "rows of a sheet", w->e->err));
    const bool one_column = w->held_rows > 0 && row->n == 1;
    w->begun = true;
    if (!write_held(w, one_column))
        return false;
    w->left = row->cells[0].column;
    return write_row(w, row, !one_column && is_header(row));
}

bool prs_sheet_blocks(prs_sheets_fn *read, anc_str bytes, prs_emitter *e)
{
    enum { NAME_BYTES = 500 };
    writer w = {.e = e,
                .name = anc_buf_init(NAME_BYTES),
                .held = anc_buf_init(HELD_BYTES),
                .waiting = anc_buf_init(PRS_SHEET_HIDDEN_BYTES),
                .empty = anc_buf_init(PRS_SHEET_HIDDEN_BYTES)};
    const prs_sheet_sink sink = {.sheet = on_sheet, .row = on_row, .self = &w};
    const bool ok = read(bytes, &sink, e) && end_sheet(&w) &&
                    prs_emit_property(e, ANC_STR("empty_sheets"), anc_buf_view(&w.empty));
    anc_buf_done(&w.waiting);
    anc_buf_done(&w.empty);
    anc_buf_done(&w.name);
    anc_buf_done(&w.held);
    return ok;
}
