/* hub_server.h - a hub on loopback for one test: one connection after the other, one file each. */
#ifndef ANC_TESTS_UNIT_COMPONENTS_EMBEDDING_APP_HUB_SERVER_H
#define ANC_TESTS_UNIT_COMPONENTS_EMBEDDING_APP_HUB_SERVER_H

#include "base/base.h"

typedef struct hub_server hub_server;

typedef struct hub_file {
    const char *target; /* "/repo/resolve/rev/config.json" */
    anc_str bytes;
} hub_file;

typedef struct hub_options {
    const hub_file *files;
    size_t n_files;
    size_t cut_after;    /* the first answer ends after so many bytes of its body; 0: never */
    bool ignores_ranges; /* answers 200 with all of it */
} hub_options;

hub_server *hub_server_start(const hub_options *options);
const char *hub_server_url(const hub_server *s);

/* Requests so far, and how many of them asked for a range. */
size_t hub_server_requests(hub_server *s);
size_t hub_server_ranges(hub_server *s);

void hub_server_stop(hub_server *s);

#endif
