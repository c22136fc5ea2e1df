/* eval_run.h - the three passes of an evaluation: load, search, answer. Private. */
#ifndef ANC_EDGE_CLI_EVAL_RUN_H
#define ANC_EDGE_CLI_EVAL_RUN_H

#include <stdio.h>

#include "client.h"
#include "eval_data.h"
#include "eval_score.h"

enum { EVAL_MAX_MODES = 4 };

typedef struct eval_mode_result {
    const char *mode; /* in the arena */
    eval_measures mean;
    double ms_p50, ms_p99;
} eval_mode_result;

typedef struct eval_answer_result {
    uint64_t asked, with_gold, citations, citations_true;
    double ms_p50, ms_p99;
} eval_answer_result;

/* Makes the collection where it is not there whole and puts the corpus into it; counts documents. */
anc_status eval_load(cli_client *client, const eval_data *data, bool whole_document,
                     anc_str language, uint64_t *ret_documents, anc_err *err) ANC_MUST_CHECK;

/* Runs the first `limit` queries in one mode; with `run` also writes the ranking in TREC form. */
anc_status eval_search(cli_client *client, const eval_data *data, const char *mode, size_t limit,
                       FILE *run, eval_mode_result *ret, anc_err *err) ANC_MUST_CHECK;

/* Asks the queries that have gold answers and checks answer and citations; with `out` writes each
 * answer as a JSON line. */
anc_status eval_answers(cli_client *client, const eval_data *data, size_t limit, FILE *out,
                        eval_answer_result *ret, anc_err *err) ANC_MUST_CHECK;

#define EVAL_COLLECTION "eval"

#endif
