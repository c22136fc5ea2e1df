/* follow.h - a batch watched to its end, with progress, and what became of it. Private. */
#ifndef ANC_EDGE_CLI_FOLLOW_H
#define ANC_EDGE_CLI_FOLLOW_H

#include "client.h"

/* Follows a batch and prints its end: the counts, and each document that failed with its reason. The
 * exit code: FAILED where a document failed or the batch did not complete. */
int follow_batch(cli_client *client, anc_str batch_id);

/* The same of a folder's files that a `glob` chose (empty: all): FAILED where it chose none. */
int follow_files(cli_client *client, anc_str batch_id, anc_str path, anc_str glob);

/* A dead letter in plain words, on two or three lines. */
void follow_print_letter(FILE *out, const json_value *letter, bool with_ids);

#endif
