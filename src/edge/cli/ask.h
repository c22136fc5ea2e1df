/* ask.h - a question asked and its answer printed, for `ask` and for the first start. Private. */
#ifndef ANC_EDGE_CLI_ASK_H
#define ANC_EDGE_CLI_ASK_H

#include "client.h"

/* Sends the chat request `body`, prints the answer as it comes and then its sources; the exit code
 * says how it went. */
int ask_print(cli_client *client, anc_str body, bool with_sources);

#endif
