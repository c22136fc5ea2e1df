/* eval_data.h - a test collection in BEIR's layout, read into memory. Private. */
#ifndef ANC_EDGE_CLI_EVAL_DATA_H
#define ANC_EDGE_CLI_EVAL_DATA_H

#include "base/map.h"
#include "base/str.h"

typedef struct eval_judgement {
    anc_str document;
    int grade;
} eval_judgement;

typedef struct eval_query {
    anc_str id, text;
    eval_judgement *judgements; /* [n], of this query */
    size_t n_judgements;
    const anc_str *gold; /* [n_gold] accepted answers */
    size_t n_gold;
} eval_query;

typedef struct eval_data {
    anc_arena *mem;
    anc_str folder;
    eval_query *queries; /* [n]: those with judgements, in order of the file */
    size_t n;
    bool has_answers;
} eval_data;

/* Reads queries, judgements and answers of `folder`; the corpus is read apart, line by line.
 * NOT_FOUND names the missing file; INVALID file, line and what was expected. */
anc_status eval_data_read(anc_str folder, anc_arena *mem, eval_data *ret,
                          anc_err *err) ANC_MUST_CHECK;

/* The path of `name` in the folder, as it is or with ".gz"; NOT_FOUND. */
anc_status eval_data_path(const eval_data *data, const char *name, anc_str *ret,
                          anc_err *err) ANC_MUST_CHECK;

#endif
