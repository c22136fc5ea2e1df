/* records_impl.h - what the readers of records share: a list of fields, handed over when whole. */
#ifndef ANC_PARSE_RECORDS_IMPL_H
#define ANC_PARSE_RECORDS_IMPL_H

#include "parse/records.h"
#include "parse_impl.h"

typedef struct prs_fields {
    prs_field *list; /* owned */
    size_t n, cap;
} prs_fields;

void prs_fields_done(prs_fields *fields);
anc_status prs_fields_add(prs_fields *fields, prs_field field, anc_err *err) ANC_MUST_CHECK;

/* Hands the fields to the sink, and asks now and then whether to go on. */
anc_status prs_fields_give(const prs_fields *fields, uint64_t number, const prs_limits *limits,
                           const prs_record_sink *sink, anc_err *err) ANC_MUST_CHECK;

/* One reader a kind; `text` is decoded. */
anc_status prs_csv_records(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                           anc_err *err) ANC_MUST_CHECK;
anc_status prs_json_records(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                            anc_err *err) ANC_MUST_CHECK;
anc_status prs_ndjson_records(anc_str text, const prs_limits *limits, const prs_record_sink *sink,
                              anc_err *err) ANC_MUST_CHECK;

#endif
