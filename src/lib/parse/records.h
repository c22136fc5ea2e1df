/* records.h - files of records, for those to whom a record is a document: rows of a table, objects of
 * an array, lines of NDJSON.
 *
 * A record is a list of named values in the order of the file. Names of nested values are paths with
 * dots ("address.city"); a list of simple values is one value with ", " between. One record is in
 * memory at a time.
 */
#ifndef ANC_PARSE_RECORDS_H
#define ANC_PARSE_RECORDS_H

#include "parse/parse.h"

typedef enum prs_value_kind {
    PRS_VALUE_TEXT,
    PRS_VALUE_NUMBER,
    PRS_VALUE_BOOL, /* "true", "false" */
    PRS_VALUE_NULL  /* empty text */
} prs_value_kind;

typedef struct prs_field {
    anc_str name; /* never empty: a column without a name is "column 3" */
    anc_str value;
    prs_value_kind kind; /* of a table in text: TEXT always */
} prs_field;

enum { PRS_RECORD_FIELDS = 10000 };

/* Takes a record, counted from 1, at most PRS_RECORD_FIELDS fields, good during the call. A status
 * other than OK ends the reading with it. */
typedef struct prs_record_sink {
    anc_status (*record)(void *self, uint64_t number, const prs_field *fields, size_t n,
                         anc_err *err);
    void *self;
    /* A record of NDJSON that is broken and was passed over: the line in which it begins, and why. Those
     * that are whole are counted on. NULL: the first that is broken ends the reading. */
    anc_status (*broken)(void *self, uint64_t line, anc_str why, anc_err *err);
    /* Of a file of text, once, before its first record: what its bytes were read as, and whether some did
     * not decode and were replaced, as in prs_result. May be NULL. */
    void (*encoding)(void *self, const char *encoding, bool damaged);
} prs_record_sink;

/* Whether a file of this kind holds records: PRS_CSV, PRS_JSON, PRS_NDJSON, PRS_XLSX, PRS_ODS. */
bool prs_has_records(prs_kind kind);

/* Reads the records of `bytes`. UNSUPPORTED for another kind; LIMIT for a record of too many fields
 * or too large; INVALID, naming the place, where JSON is broken (of NDJSON: where no record is whole); NO_MEMORY; what the sink or may_go_on
 * gave. */
anc_status prs_records(prs_kind kind, anc_str bytes, const prs_limits *limits,
                       const prs_record_sink *sink, anc_err *err) ANC_MUST_CHECK;

#endif
