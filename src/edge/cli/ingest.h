/* ingest.h - a folder read into a collection with progress, for `ingest` and the first start. */
#ifndef ANC_EDGE_CLI_INGEST_H
#define ANC_EDGE_CLI_INGEST_H

#include "client.h"

/* Starts a batch over `path` (absolute) and follows it to its end. `glob` may be empty. */
int ingest_path(cli_client *client, anc_str path, anc_str collection, anc_str glob, bool wait);

#endif
