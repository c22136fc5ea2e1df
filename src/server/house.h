/* house.h - the whole server put together: everything that `serve` runs, opened and closed in order.
 *
 * A house is opened and run on one thread, which becomes the event loop's. Private to the server.
 */
#ifndef ANC_SERVER_HOUSE_H
#define ANC_SERVER_HOUSE_H

#include "server/config.h"

typedef struct srv_house srv_house;

typedef struct srv_house_options {
    const srv_config *config; /* borrowed */
    const char *version;
    anc_str socket;    /* Unix socket to listen on; empty: none */
    bool tcp;          /* also listen on http.listen and http.port */
    bool take_signals; /* SIGTERM and SIGINT end it */
    /* Called once on a thread of its own when requests are answered and the index is read. */
    void (*on_ready)(void *arg, srv_house *house);
    void *arg;
} srv_house_options;

/* Opens everything and listens. CONFLICT names the process that holds the data folder, or the port
 * in use. On failure everything is closed again. */
anc_status srv_house_open(const srv_house_options *options, srv_house **ret,
                          anc_err *err) ANC_MUST_CHECK;

/* Runs until srv_house_stop or a signal; then lets running requests finish. What os_thread_start gives
 * when there is no thread to call on_ready on: then nothing ran. CORRUPT, with what to do, when the
 * index cannot be built since the catalog is damaged where its documents stand. */
anc_status srv_house_run(srv_house *house, anc_err *err) ANC_MUST_CHECK;

void srv_house_stop(srv_house *house);  /* any thread */
void srv_house_close(srv_house *house); /* NULL is a no-op; accepts a half-built one */

uint16_t srv_house_port(const srv_house *house); /* the one listened on; 0 without TCP */

#endif
