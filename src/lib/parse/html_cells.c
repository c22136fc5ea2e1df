/* html_cells.c - cells of HTML that go over several columns or rows: what stands in one over several rows is
 * said again in each of them, as long as it is short, and what follows keeps its column. */
#include "html_impl.h"
#include "parse_impl.h"

#include <string.h>

enum { TOO_LONG = UINT8_MAX };

void prs_cells_begin_table(prs_cells *c)
{
    for (size_t i = 0; i < PRS_CELLS; i++)
        c->below[i].rows = 0;
}

void prs_cells_begin_row(prs_cells *c)
{
    c->column = c->written = c->count = c->open = 0;
    c->own = false;
}

/* Writes the marks between what was written last and the column at hand. */
static bool reach(prs_cells *c, prs_emitter *e)
{
    for (; c->written < c->column; c->written++)
        if (!prs_emit_mark(e, ANC_STR(" | ")))
            return false;
    return true;
}

/* Says again what reaches down into the columns at hand; gives false when the emitter has failed. */
static bool repeat(prs_cells *c, prs_emitter *e)
{
    for (; c->column < PRS_CELLS && c->below[c->column].rows > 0; c->column++) {
        prs_cell_below *b = &c->below[c->column];
        b->rows -= b->rows != PRS_CELL_TO_THE_END;
        c->count++;
        if (b->len > 0 && b->len != TOO_LONG &&
            (!reach(c, e) || !prs_emit_text(e, (anc_str){b->text, b->len})))
            return false;
    }
    return true;
}

void prs_cell_span(const char *name, const char *value, prs_html_event *cell)
{
    uint64_t n;
    const bool columns = strcmp(name, "colspan") == 0, rows = strcmp(name, "rowspan") == 0;
    if ((!columns && !rows) || !anc_str_to_u64(anc_str_trim(anc_str_of(value)), &n))
        return;
    if (columns && n > 0)
        cell->columns = (uint8_t)(n < PRS_CELLS ? n : PRS_CELLS);
    if (rows)
        cell->rows = (uint16_t)(n > 0 && n < PRS_CELL_TO_THE_END ? n : PRS_CELL_TO_THE_END);
}

bool prs_cells_enter(prs_cells *c, prs_emitter *e, const prs_html_event *cell)
{
    if (!repeat(c, e) || !reach(c, e))
        return false;
    c->own = true;
    c->count++;
    c->open = c->column < PRS_CELLS && cell->rows > 1 ? c->column + 1 : 0;
    const unsigned rows =
        cell->rows < PRS_CELL_TO_THE_END && cell->rows > 0 ? cell->rows - 1U : cell->rows;
    for (unsigned i = 0; i < cell->columns; i++, c->column++)
        if (c->column < PRS_CELLS)
            c->below[c->column] = (prs_cell_below){.rows = rows};
    return true;
}

void prs_cells_text(prs_cells *c, anc_str text)
{
    if (c->open == 0)
        return;
    prs_cell_below *b = &c->below[c->open - 1];
    if (b->len + text.len > sizeof b->text) {
        b->len = TOO_LONG;
        c->open = 0;
        return;
    }
    memcpy(b->text + b->len, text.ptr, text.len);
    b->len = (unsigned char)(b->len + text.len);
}

bool prs_cells_end_row(prs_cells *c, prs_emitter *e)
{
    c->open = 0;
    for (; c->column < PRS_CELLS; c->column++) {
        prs_cell_below *b = &c->below[c->column];
        if (b->rows > 0 && c->own && !repeat(c, e))
            return false;
        if (c->column < PRS_CELLS)
            c->below[c->column].rows -=
                c->below[c->column].rows > 0 && c->below[c->column].rows != PRS_CELL_TO_THE_END;
    }
    return true;
}
