/* explain.h - the scores of a passage, taken apart for people. Private. */
#ifndef ANC_EDGE_CLI_EXPLAIN_H
#define ANC_EDGE_CLI_EXPLAIN_H

#include "json/json.h"

/* Prints on stdout what `hit`, one of the results of a search, has under `scores` and `explain`. */
void cli_print_explanation(const json_value *hit);

#endif
