/* web.h - port: documents that another machine serves over HTTP.
 *
 * Adapters: http. Contract: any thread but the loop; blocks until the call's deadline at most.
 */
#ifndef ANC_INGEST_PORTS_WEB_H
#define ANC_INGEST_PORTS_WEB_H

#include "ingest/domain/web_uri.h"
#include "ingest/ports/source.h"

typedef struct ing_web_ops {
    const char *name;
    /* The bytes that `uri` gives; ret->uri is not set. FORBIDDEN for a host that may not be asked, an address that it
     * must not lie at, a redirection to one, and what the server itself forbids; NOT_FOUND; LIMIT past `max_bytes`;
     * UNAVAILABLE, DEADLINE, PROVIDER; INVALID for any other answer. Texts show of the URI scheme and host alone. */
    ANC_MUST_CHECK anc_status (*fetch)(void *self, krn_call *call, anc_str uri, size_t max_bytes,
                                       ing_content *ret);
} ing_web_ops;

typedef struct ing_web {
    const ing_web_ops *ops; /* NULL: there is none */
    void *self;
} ing_web;

#endif
