/* flow.c - paragraphs of documents into blocks, in cells, boxes and notes too. */
#include "flow_impl.h"

#include <string.h>

#include "base/utf8.h"

enum { RECORD_HEAD = 3 }; /* kind, level, header; then the text and a zero */

void prs_flow_init(prs_flow *f, prs_emitter *e)
{
    *f = (prs_flow){.e = e,
                    .later = anc_buf_init(e->limits.text_bytes),
                    .notes = anc_buf_init(e->limits.text_bytes)};
}

void prs_flow_done(prs_flow *f)
{
    anc_buf_done(&f->later);
    anc_buf_done(&f->notes);
}

bool prs_flow_whole(prs_flow *f, const anc_buf *buf)
{
    return !buf->starved ||
           prs_emit_fail(f->e, ANC_FAIL(f->e->err, ANC_NO_MEMORY, "document: out of memory"));
}

/* ---- where text goes ---------------------------------------------------------------------------- */

static bool kept(prs_flow *f, const anc_buf *buf)
{
    return !buf->refused ||
           prs_emit_fail(f->e, anc_buf_status(buf, "text beside the text", f->e->err));
}

static prs_flow_aside *aside_of(prs_flow *f)
{
    return f->asides > 0 ? &f->aside[f->asides - 1] : NULL;
}

static bool in_note(const prs_flow *f)
{
    return f->asides > 0 && f->aside[f->asides - 1].is_note;
}

/* The innermost table whose rows are rows; NULL outside. */
static prs_flow_table *table_of(prs_flow *f)
{
    if (f->tables <= f->tables_from || f->tables > PRS_FLOW_TABLES || in_note(f))
        return NULL;
    prs_flow_table *t = &f->table[f->tables - 1];
    return t->layout ? NULL : t;
}

static bool out_open(prs_flow *f, prs_block_kind kind, unsigned level)
{
    if (f->asides == 0)
        return prs_emit_open(f->e, kind, level);
    if (in_note(f)) {
        if (f->notes.len > 0 && f->notes.ptr[f->notes.len - 1] != '\0')
            (void)anc_buf_add_char(&f->notes, ' ');
        return kept(f, &f->notes);
    }
    const char head[RECORD_HEAD] = {(char)('0' + (int)kind), (char)('0' + (int)(level % 10)), '-'};
    (void)anc_buf_add(&f->later, (anc_str){head, sizeof head});
    return kept(f, &f->later);
}

static bool out_close(prs_flow *f)
{
    if (f->asides == 0)
        return prs_emit_close(f->e);
    if (!in_note(f))
        (void)anc_buf_add_char(&f->later, '\0');
    return kept(f, &f->later);
}

static bool out_text(prs_flow *f, anc_str text)
{
    if (f->asides == 0)
        return prs_emit_text(f->e, text);
    anc_buf *to = in_note(f) ? &f->notes : &f->later;
    const size_t from = to->len;
    (void)anc_buf_add(to, text);
    for (size_t i = from; i < to->len; i++)
        if (to->ptr[i] == '\n')
            to->ptr[i] = ' ';
    return kept(f, to);
}

static bool out_mark(prs_flow *f, anc_str mark)
{
    return f->asides == 0 ? prs_emit_mark(f->e, mark) : out_text(f, mark);
}

static bool out_blank(prs_flow *f)
{
    return f->asides == 0 ? prs_emit_blank(f->e) : out_text(f, ANC_STR(" "));
}

static bool out_break(prs_flow *f)
{
    if (f->asides == 0)
        return prs_emit_break(f->e);
    anc_buf *to = in_note(f) ? &f->notes : &f->later;
    (void)anc_buf_add_char(to, '\n');
    return kept(f, to);
}

/* ---- cells -------------------------------------------------------------------------------------- */

/* Opens the row, and writes the ends of the cells before this one. */
static bool reach_cell(prs_flow *f)
{
    prs_flow_row *r = &f->row;
    if (!r->is_open) {
        if (!out_open(f, PRS_TABLE_ROW, 0))
            return false;
        r->is_open = true;
        r->written = 0;
    }
    for (; r->written < r->column; r->written++)
        if (!out_mark(f, ANC_STR(" | ")))
            return false;
    return true;
}

static bool is_blank(anc_str s)
{
    return anc_str_trim(s).len == 0;
}

static bool is_number(anc_str s)
{
    bool digit = false;
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        digit |= c >= '0' && c <= '9';
        if (c != ' ' && (c < '0' || c > '9') && strchr(".,%+-()", c) == NULL)
            return false;
    }
    return digit;
}

/* Keeps what a cell that goes over several rows says, as long as it is short. */
static void remember(prs_flow *f, anc_str text)
{
    const prs_flow_row *r = &f->row;
    if (r->merge != PRS_FLOW_FIRST || r->column >= PRS_FLOW_COLUMNS)
        return;
    prs_flow_repeat *to = &f->repeats[r->column];
    const size_t blank = to->len > 0 && r->blank_due ? 1 : 0;
    if (to->len == UINT8_MAX || to->len + blank + text.len > PRS_FLOW_REPEATED) {
        to->len = UINT8_MAX; /* too long */
        return;
    }
    if (blank > 0)
        to->text[to->len++] = ' ';
    memcpy(to->text + to->len, text.ptr, text.len);
    to->len = (unsigned char)(to->len + text.len);
}

static bool cell_text(prs_flow *f, anc_str text)
{
    prs_flow_row *r = &f->row;
    if (!reach_cell(f) || (r->blank_due && r->cell_has_text && !out_blank(f)))
        return false;
    if (!is_blank(text))
        r->cell_is_number = (!r->cell_has_text || r->cell_is_number) && is_number(text);
    remember(f, text);
    r->cell_has_text = true;
    r->blank_due = false;
    return out_text(f, text);
}

/* ---- paragraphs --------------------------------------------------------------------------------- */

bool prs_flow_begin(prs_flow *f, prs_block_kind kind, unsigned level, anc_str mark)
{
    if (!prs_flow_end(f))
        return false;
    prs_flow_paragraph *p = &f->paragraph;
    p->kind = kind;
    p->level = level;
    const size_t n = anc_utf8_floor(mark, mark.len < PRS_FLOW_MARK ? mark.len : PRS_FLOW_MARK - 1);
    if (n > 0)
        memcpy(p->mark, mark.ptr, n);
    p->mark[n] = '\0';
    return true;
}

/* Opens the paragraph with its mark. */
static bool open_paragraph(prs_flow *f)
{
    prs_flow_paragraph *p = &f->paragraph;
    const anc_str mark = anc_str_of(p->mark);
    p->is_open = true;
    if (table_of(f) != NULL) {
        f->row.blank_due = true;
        return mark.len == 0 || anc_str_eq(mark, ANC_STR("-")) ||
               (cell_text(f, mark) && out_blank(f));
    }
    if (!out_open(f, p->kind, p->level))
        return false;
    if (mark.len == 0)
        return true;
    if (p->kind == PRS_LIST_ITEM && !in_note(f))
        return out_mark(f, mark) && out_mark(f, ANC_STR(" "));
    return out_text(f, mark) && out_blank(f);
}

bool prs_flow_text(prs_flow *f, anc_str text)
{
    if (!f->paragraph.is_open) {
        if (is_blank(text))
            return f->e->status == ANC_OK;
        if (!open_paragraph(f))
            return false;
    }
    return table_of(f) != NULL ? cell_text(f, text) : out_text(f, text);
}

bool prs_flow_blank(prs_flow *f)
{
    if (!f->paragraph.is_open)
        return f->e->status == ANC_OK;
    if (table_of(f) == NULL)
        return out_blank(f);
    f->row.blank_due = true;
    return f->e->status == ANC_OK;
}

bool prs_flow_break(prs_flow *f)
{
    if (!f->paragraph.is_open || table_of(f) != NULL)
        return prs_flow_blank(f);
    return out_break(f);
}

/* ---- what stands aside ------------------------------------------------------------------------------ */

bool prs_flow_note(prs_flow *f, anc_str text)
{
    if (in_note(f) || is_blank(text))
        return f->e->status == ANC_OK;
    (void)anc_buf_add(&f->notes, text);
    (void)anc_buf_add_char(&f->notes, '\0');
    return kept(f, &f->notes);
}

bool prs_flow_begin_aside(prs_flow *f, bool is_note)
{
    if (f->asides == PRS_FLOW_ASIDES)
        return prs_emit_fail(f->e, ANC_FAIL(f->e->err, ANC_LIMIT,
                                            "document: more than %d text boxes inside one another",
                                            PRS_FLOW_ASIDES));
    /* in a box the paragraph's record ends here and another goes on behind */
    if (f->asides > 0 && !in_note(f) && (f->paragraph.is_open || f->row.is_open)) {
        if (!out_close(f))
            return false;
        f->paragraph.is_open = f->row.is_open = false;
        f->paragraph.mark[0] = '\0';
    }
    f->aside[f->asides++] = (prs_flow_aside){.paragraph = f->paragraph,
                                             .row = f->row,
                                             .tables_from = f->tables_from,
                                             .is_note = is_note};
    f->paragraph = (prs_flow_paragraph){.kind = PRS_PARAGRAPH};
    f->row = (prs_flow_row){.span = 1};
    f->tables_from = f->tables;
    return f->e->status == ANC_OK;
}

bool prs_flow_end_aside(prs_flow *f)
{
    if (f->asides == 0 || !prs_flow_end(f))
        return f->e->status == ANC_OK;
    while (f->tables > f->tables_from)
        if (!prs_flow_end_table(f))
            return false;
    if (in_note(f) && f->notes.len > 0 && f->notes.ptr[f->notes.len - 1] != '\0')
        (void)anc_buf_add_char(&f->notes, '\0');
    const prs_flow_aside *a = aside_of(f);
    f->paragraph = a->paragraph;
    f->row = a->row;
    f->tables_from = a->tables_from;
    f->asides--;
    return kept(f, &f->notes);
}

/* Cuts the next text off, up to its zero. */
static anc_str cut(anc_str *rest)
{
    const char *end = rest->len > 0 ? memchr(rest->ptr, '\0', rest->len) : NULL;
    const anc_str s = anc_str_sub(*rest, 0, end != NULL ? (size_t)(end - rest->ptr) : rest->len);
    *rest = anc_str_sub(*rest, s.len + 1, rest->len);
    return s;
}

/* The notes that hang on the paragraph: at its end in brackets, those of a heading below it. */
static bool write_notes(prs_flow *f)
{
    anc_str rest = anc_buf_view(&f->notes);
    if (rest.len == 0)
        return true;
    const bool in_cell = table_of(f) != NULL;
    if (!in_cell && (!f->paragraph.is_open || f->paragraph.kind == PRS_HEADING)) {
        if (f->paragraph.is_open && !out_close(f))
            return false;
        f->paragraph = (prs_flow_paragraph){.kind = PRS_PARAGRAPH};
    }
    while (rest.len > 0) {
        const anc_str text = cut(&rest);
        if (!prs_flow_blank(f) || !prs_flow_text(f, ANC_STR("(")) ||
            !prs_flow_text(f, anc_str_trim(text)) || !prs_flow_text(f, ANC_STR(")")))
            return false;
    }
    anc_buf_clear(&f->notes);
    return true;
}

/* What stood in boxes: in a cell its text, else blocks of their own. */
static bool write_later(prs_flow *f)
{
    anc_str rest = anc_buf_view(&f->later);
    const bool in_cell = table_of(f) != NULL;
    while (rest.len > 0) {
        const anc_str record = cut(&rest);
        const anc_str text = anc_str_sub(record, RECORD_HEAD, record.len);
        if (is_blank(text))
            continue;
        if (in_cell) {
            f->row.blank_due = true;
            if (!cell_text(f, text))
                return false;
            continue;
        }
        if (!prs_emit_open(f->e, (prs_block_kind)(record.ptr[0] - '0'),
                           (unsigned)(record.ptr[1] - '0')))
            return false;
        if (record.ptr[2] == '*')
            prs_emit_header_row(f->e);
        for (anc_str line, lines = text; anc_str_split(&lines, '\n', &line);)
            if (!prs_emit_text(f->e, line) || (lines.len > 0 && !prs_emit_break(f->e)))
                return false;
        if (!prs_emit_close(f->e))
            return false;
    }
    anc_buf_clear(&f->later);
    return true;
}

bool prs_flow_end(prs_flow *f)
{
    if (f->e->status != ANC_OK)
        return false;
    if (f->asides == 0 && !write_notes(f))
        return false;
    const bool in_cell = table_of(f) != NULL;
    if (f->paragraph.is_open && !in_cell && !out_close(f))
        return false;
    f->paragraph = (prs_flow_paragraph){.kind = PRS_PARAGRAPH};
    f->row.blank_due = true;
    return f->asides > 0 || write_later(f);
}

/* ---- tables ----------------------------------------------------------------------------------------- */

/* A row has all of its cells, those too that are empty at its end. */
static bool close_row(prs_flow *f)
{
    const bool was_open = f->row.is_open;
    for (; was_open && f->row.written + 1 < f->row.column; f->row.written++)
        if (!out_mark(f, ANC_STR(" | ")))
            return false;
    f->row = (prs_flow_row){.span = 1};
    return !was_open || out_close(f);
}

static void forget_cells(prs_flow *f)
{
    for (size_t i = 0; i < PRS_FLOW_COLUMNS; i++)
        f->repeats[i].len = 0;
}

bool prs_flow_begin_table(prs_flow *f)
{
    prs_flow_table *outer = table_of(f);
    if (!prs_flow_end(f))
        return false;
    if (outer != NULL) {
        if (!close_row(f))
            return false;
        outer->layout = true;
    }
    if (f->tables < PRS_FLOW_TABLES)
        f->table[f->tables] = (prs_flow_table){.rows = 0};
    f->tables++;
    forget_cells(f);
    return true;
}

bool prs_flow_end_table(prs_flow *f)
{
    if (!prs_flow_end(f) || (table_of(f) != NULL && !close_row(f)))
        return false;
    f->tables -= f->tables > f->tables_from;
    forget_cells(f);
    return true;
}

void prs_flow_one_column(prs_flow *f)
{
    prs_flow_table *t = table_of(f);
    if (t != NULL && !f->row.is_open)
        t->layout = true;
}

void prs_flow_no_header(prs_flow *f)
{
    prs_flow_table *t = table_of(f);
    if (t != NULL)
        t->no_header = true;
}

bool prs_flow_begin_row(prs_flow *f)
{
    if (!prs_flow_end(f))
        return false;
    return table_of(f) == NULL || close_row(f);
}

static void mark_header(prs_flow *f)
{
    if (f->asides == 0) {
        prs_emit_header_row(f->e);
        return;
    }
    size_t at = f->later.len;
    while (at > 0 && f->later.ptr[at - 1] != '\0')
        at--;
    f->later.ptr[at + 2] = '*';
}

/* Whether the open row names the columns: it is said to, or it is the first one, has words in at least
 * two cells and a number in none. */
static bool names_columns(const prs_flow_table *t, const prs_flow_row *r)
{
    return r->header || (t->rows == 0 && !t->no_header && r->filled >= 2 && r->numbers == 0);
}

bool prs_flow_end_row(prs_flow *f)
{
    prs_flow_table *t = table_of(f);
    if (!prs_flow_end(f) || t == NULL)
        return f->e->status == ANC_OK;
    if (f->row.is_open) {
        if (names_columns(t, &f->row))
            mark_header(f);
        t->rows++;
    }
    return close_row(f);
}

void prs_flow_header_row(prs_flow *f)
{
    f->row.header = true;
}

void prs_flow_skip_columns(prs_flow *f, unsigned n)
{
    f->row.column += n < PRS_FLOW_COLUMNS ? n : PRS_FLOW_COLUMNS;
}

bool prs_flow_begin_cell(prs_flow *f)
{
    if (!prs_flow_end(f))
        return false;
    prs_flow_row *r = &f->row;
    r->span = 1;
    r->merge = PRS_FLOW_ALONE;
    r->cell_has_text = r->cell_is_number = false;
    return true;
}

void prs_flow_span(prs_flow *f, unsigned columns)
{
    f->row.span = columns == 0 ? 1 : columns < PRS_FLOW_COLUMNS ? columns : PRS_FLOW_COLUMNS;
}

void prs_flow_merged(prs_flow *f, prs_flow_merge merge)
{
    f->row.merge = merge;
    if (merge == PRS_FLOW_FIRST && f->row.column < PRS_FLOW_COLUMNS)
        f->repeats[f->row.column].len = 0;
}

bool prs_flow_end_cell(prs_flow *f)
{
    prs_flow_row *r = &f->row;
    if (!prs_flow_end(f) || table_of(f) == NULL)
        return f->e->status == ANC_OK;
    const prs_flow_repeat *again =
        r->merge == PRS_FLOW_AGAIN && r->column < PRS_FLOW_COLUMNS ? &f->repeats[r->column] : NULL;
    if (again != NULL && !r->cell_has_text && again->len > 0 && again->len != UINT8_MAX &&
        !cell_text(f, (anc_str){again->text, again->len}))
        return false;
    r->filled += r->cell_has_text;
    r->numbers += r->cell_has_text && r->cell_is_number;
    r->column += r->span;
    r->cell_has_text = false;
    return true;
}
