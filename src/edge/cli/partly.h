/* partly.h - documents of a batch that were read, but not all of them. Private. */
#ifndef ANC_EDGE_CLI_PARTLY_H
#define ANC_EDGE_CLI_PARTLY_H

#include "client.h"

/* Prints on stderr what could not be read of each document that `batch`, of files, has put, such as a line of a file
 * of records or a mail's attachment; at most 10,000 documents are looked at. `ret_n`: how many documents those are,
 * 0 where they cannot be asked for. */
void cli_print_partly(cli_client *client, const json_value *batch, size_t *ret_n);

#endif
