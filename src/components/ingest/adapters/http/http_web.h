/* http_web.h - the web port by our HTTP client: hosts that are named, and nothing that they lead to inside. */
#ifndef ANC_INGEST_ADAPTERS_HTTP_HTTP_WEB_H
#define ANC_INGEST_ADAPTERS_HTTP_HTTP_WEB_H

#include "ingest/ports/web.h"
#include "kernel/ports/clock.h"

/* Borrowed for as long as the port is used. */
typedef struct ing_http_web {
    const anc_str
        *hosts; /* [n] that may be asked (ing_web_host_is_named); one that lies at an address of a
                             private network only where the address itself is named too */
    size_t n;
    krn_clock clock;
} ing_http_web;

ing_web ing_http_web_port(const ing_http_web *web);

#endif
