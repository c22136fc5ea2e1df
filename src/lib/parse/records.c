/* records.c - the readers of records by kind, and the list of fields that they share. */
#include <stdlib.h>

#include "records_impl.h"
#include "sheet_impl.h"

enum { ASK_EVERY = 64 };

void prs_fields_done(prs_fields *fields)
{
    free(fields->list);
}

anc_status prs_fields_add(prs_fields *fields, prs_field field, anc_err *err)
{
    if (fields->n == fields->cap) {
        const size_t cap = fields->cap > 0 ? fields->cap * 2 : 64;
        prs_field *grown = realloc(fields->list, cap * sizeof *grown);
        if (grown == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "record: out of memory");
        fields->list = grown;
        fields->cap = cap;
    }
    fields->list[fields->n++] = field;
    return ANC_OK;
}

anc_status prs_fields_give(const prs_fields *fields, uint64_t number, const prs_limits *limits,
                           const prs_record_sink *sink, anc_err *err)
{
    if (limits->may_go_on != NULL && number % ASK_EVERY == 0)
        ANC_TRY(limits->may_go_on(limits->arg, err));
    return sink->record(sink->self, number, fields->list, fields->n, err);
}

typedef anc_status records_fn(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                              anc_err *err);

static records_fn *const readers[PRS_KINDS] = {
    [PRS_CSV] = prs_csv_records,
    [PRS_JSON] = prs_json_records,
    [PRS_NDJSON] = prs_ndjson_records,
};

/* Those of spreadsheets, which are read from the bytes as they are. */
static prs_sheets_fn *const sheets[PRS_KINDS] = {
    [PRS_XLSX] = prs_xlsx_sheets,
    [PRS_ODS] = prs_ods_sheets,
};

bool prs_has_records(prs_kind kind)
{
    return (size_t)kind < PRS_KINDS && (readers[kind] != NULL || sheets[kind] != NULL);
}

anc_status prs_records(prs_kind kind, anc_str bytes, const prs_limits *limits,
                       const prs_record_sink *sink, anc_err *err)
{
    ANC_CLEANUP(prs_text_done) prs_text t = {.storage = anc_buf_init(0)};
    if (!prs_has_records(kind))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%s holds no records", prs_kind_name(kind));
    if (sheets[kind] != NULL)
        return prs_sheet_records(sheets[kind], bytes, limits, sink, err);
    ANC_TRY(prs_decode(bytes, ANC_STR_NONE, limits->unpacked_bytes, &t, err));
    if (sink->encoding != NULL)
        sink->encoding(sink->self, t.encoding, t.damaged);
    return readers[kind](t.text, limits, sink, err);
}
