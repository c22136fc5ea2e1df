/* csv_blocks.c - a table in text as rows, and as records. */
#include <stdio.h>
#include <stdlib.h>

#include "csv_impl.h"
#include "records_impl.h"

static bool write_row(const prs_csv *csv, bool header, prs_emitter *e)
{
    if (!prs_emit_open(e, PRS_TABLE_ROW, 0))
        return false;
    if (header)
        prs_emit_header_row(e);
    for (size_t i = 0; i < csv->n; i++) {
        if (i > 0 && !prs_emit_mark(e, ANC_STR(" | ")))
            return false;
        if (!prs_emit_text(e, prs_csv_at(csv, i)))
            return false;
    }
    return prs_emit_close(e);
}

static bool write_line(const prs_csv *csv, prs_emitter *e)
{
    for (size_t i = 0; i < csv->n; i++) {
        const anc_str s = prs_csv_at(csv, i);
        if (s.len > 0 && (!prs_emit_open(e, PRS_PARAGRAPH, 0) || !prs_emit_text(e, s)))
            return false;
    }
    return prs_emit_close(e);
}

bool prs_read_csv(anc_str text, prs_emitter *e)
{
    ANC_CLEANUP(prs_csv_done) prs_csv csv;
    anc_status status = ANC_OK;
    prs_csv_open(&csv, text, e->limits.text_bytes);
    const prs_csv_shape shape = prs_csv_shape_of(&csv);
    for (uint64_t n = 0; prs_csv_next(&csv, &status, e->err); n++) {
        const bool ok = n < shape.preamble
                            ? write_line(&csv, e)
                            : write_row(&csv, n == shape.preamble && shape.header, e);
        if (!ok || !prs_emit_may_go_on(e))
            return false;
    }
    return status == ANC_OK || prs_emit_fail(e, status);
}

/* ---- records ------------------------------------------------------------------------------------ */

/* The names of the columns: those of the header, or their numbers. */
typedef struct columns {
    anc_buf text;
    size_t *ends; /* owned; of each name in `text` */
    size_t n;
} columns;

static void columns_done(columns *c)
{
    anc_buf_done(&c->text);
    free(c->ends);
}

static anc_str column_name(const columns *c, size_t i)
{
    const size_t from = i > 0 ? c->ends[i - 1] : 0;
    return anc_str_sub(anc_buf_view(&c->text), from, c->ends[i] - from);
}

/* Names columns up to the first `n`; `header` is the row that does, NULL where there is none or it is
 * behind. */
static anc_status name_columns(columns *c, const prs_csv *header, size_t n, anc_err *err)
{
    if (c->ends == NULL)
        c->ends = calloc(PRS_RECORD_FIELDS, sizeof *c->ends);
    if (c->ends == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "table: out of memory");
    for (; c->n < n; c->n++) {
        const anc_str name =
            header != NULL && c->n < header->n ? prs_csv_at(header, c->n) : ANC_STR_NONE;
        if (name.len > 0)
            (void)anc_buf_add(&c->text, name);
        else
            (void)anc_buf_printf(&c->text, "column %zu", c->n + 1);
        c->ends[c->n] = c->text.len;
    }
    return anc_buf_status(&c->text, "table: names of columns", err);
}

static anc_status give_rows(prs_csv *csv, const prs_csv_shape *shape, const prs_limits *limits,
                            const prs_record_sink *sink, anc_err *err)
{
    ANC_CLEANUP(columns_done) columns c = {.text = anc_buf_init(limits->text_bytes)};
    ANC_CLEANUP(prs_fields_done) prs_fields fields = {.n = 0};
    anc_status status = ANC_OK;
    uint64_t number = 0;
    for (uint64_t n = 0; prs_csv_next(csv, &status, err); n++) {
        if (n < shape->preamble)
            continue;
        const bool header = n == shape->preamble && shape->header;
        ANC_TRY(name_columns(&c, header ? csv : NULL, csv->n, err));
        if (header)
            continue;
        fields.n = 0;
        for (size_t i = 0; i < csv->n; i++)
            ANC_TRY(prs_fields_add(
                &fields, (prs_field){column_name(&c, i), prs_csv_at(csv, i), PRS_VALUE_TEXT}, err));
        ANC_TRY(prs_fields_give(&fields, ++number, limits, sink, err));
    }
    return status;
}

anc_status prs_csv_records(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                           anc_err *err)
{
    ANC_CLEANUP(prs_csv_done) prs_csv csv;
    prs_csv_open(&csv, text, limits->text_bytes);
    const prs_csv_shape shape = prs_csv_shape_of(&csv);
    return give_rows(&csv, &shape, limits, sink, err);
}
