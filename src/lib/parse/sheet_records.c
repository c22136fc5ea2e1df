/* sheet_records.c - the rows of spreadsheets as records: the first row of a sheet that has more than one
 * cell names its columns. */
#include "records_impl.h"
#include "sheet_impl.h"

#include <stdlib.h>
#include <string.h>

typedef struct reader {
    prs_emitter *e;
    const prs_record_sink *sink;
    anc_buf names;
    size_t *starts; /* owned, PRS_SHEET_COLUMNS + 1; where the name of each column begins */
    uint32_t columns;
    bool named;
    prs_fields fields;
    uint64_t number;
} reader;

static bool on_sheet(void *self, anc_str name)
{
    reader *r = self;
    (void)name;
    anc_buf_clear(&r->names);
    r->named = false;
    r->columns = 0;
    return true;
}

/* Names columns up to `n`; `row` may name them. */
static bool name_columns(reader *r, const prs_sheet_row *row, uint32_t n)
{
    size_t i = 0;
    for (; r->columns < n; r->columns++) {
        while (row != NULL && i < row->n && row->cells[i].column < r->columns)
            i++;
        if (row != NULL && i < row->n && row->cells[i].column == r->columns)
            (void)anc_buf_add(&r->names, prs_sheet_cell_text(row, i));
        else
            (void)anc_buf_printf(&r->names, "column %u", r->columns + 1);
        r->starts[r->columns + 1] = r->names.len;
    }
    return !r->names.refused ||
           prs_emit_fail(r->e, anc_buf_status(&r->names, "sheet: names of columns", r->e->err));
}

static bool on_row(void *self, const prs_sheet_row *row)
{
    reader *r = self;
    const uint32_t n = row->cells[row->n - 1].column + 1;
    anc_status got = ANC_OK;
    if (!prs_emit_may_go_on(r->e))
        return false;
    if (!r->named) {
        r->named = row->n > 1;
        return !r->named || name_columns(r, row, n);
    }
    if (r->number == r->e->limits.blocks)
        return prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_LIMIT, "sheets: more than %zu records",
                                            r->e->limits.blocks));
    if (!name_columns(r, NULL, n))
        return false;
    r->fields.n = 0;
    for (size_t i = 0; got == ANC_OK && i < row->n; i++) {
        const size_t at = r->starts[row->cells[i].column];
        const anc_str name =
            anc_str_sub(anc_buf_view(&r->names), at, r->starts[row->cells[i].column + 1] - at);
        if (i >= PRS_RECORD_FIELDS)
            got = ANC_FAIL(r->e->err, ANC_LIMIT, "record %llu: more than %d fields",
                           (unsigned long long)r->number + 1, PRS_RECORD_FIELDS);
        else
            got = prs_fields_add(&r->fields,
                                 (prs_field){name, prs_sheet_cell_text(row, i), row->cells[i].kind},
                                 r->e->err);
    }
    if (got == ANC_OK)
        got = prs_fields_give(&r->fields, ++r->number, &r->e->limits, r->sink, r->e->err);
    return got == ANC_OK || prs_emit_fail(r->e, got);
}

anc_status prs_sheet_records(prs_sheets_fn *read, anc_str bytes, const prs_limits *limits,
                             const prs_record_sink *sink, anc_err *err)
{
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    static const prs_sink none = {.block = NULL};
    prs_emitter_init(&e, limits, &none, err);
    reader r = {.e = &e,
                .sink = sink,
                .names = anc_buf_init(limits->text_bytes),
                .starts = calloc(PRS_SHEET_COLUMNS + 1, sizeof(size_t))};
    const prs_sheet_sink to = {.sheet = on_sheet, .row = on_row, .self = &r};
    if (r.starts == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "sheet: out of memory");
    (void)read(bytes, &to, &e);
    anc_buf_done(&r.names);
    free(r.starts);
    prs_fields_done(&r.fields);
    return e.status;
}
