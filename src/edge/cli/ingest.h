/* ingest.h - a folder read into a collection with progress, for `ingest` and the first start. */
#ifndef ANC_EDGE_CLI_INGEST_H
#define ANC_EDGE_CLI_INGEST_H

#include "client.h"

typedef struct ingest_how {
    anc_str collection;
    anc_str glob; /* may be empty */
    anc_str rows; /* "table" or "document"; empty: the server's default */
    bool wait;    /* to its end */
} ingest_how;

/* Starts a batch over `path` (absolute) and follows it. */
int ingest_path(cli_client *client, anc_str path, const ingest_how *how);

#endif
