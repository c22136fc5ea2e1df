/* place.h - where a Redis server is and how one gets in, read from a URL.
 *
 *   redis://[user][:password]@host[:port][/db]      plain
 *   rediss://…                                      the same over TLS
 *   unix://[user][:password]@/path/of/the/socket[?db=n]
 *
 * User and password may be percent-encoded, and have to be where they hold one of "@/?#%:".
 */
#ifndef ANC_CLIENTS_REDIS_PLACE_H
#define ANC_CLIENTS_REDIS_PLACE_H

#include "base/arena.h"

enum { CLT_REDIS_PORT = 6379, CLT_REDIS_URL_MAX = 2048 };

typedef struct clt_redis_place {
    bool tls;
    anc_str host; /* a name or an address without brackets; empty with `unix_path` */
    uint16_t port;
    anc_str unix_path;
    anc_str user;     /* empty: the default one */
    anc_str password; /* empty: none is sent */
    uint32_t db;
} clt_redis_place;

/* What *ret points to is in `mem`. INVALID says which part is wrong and shows nothing of the URL, of
 * which any part may be a password that was not encoded. */
anc_status clt_redis_url_read(anc_arena *mem, anc_str url, clt_redis_place *ret,
                              anc_err *err) ANC_MUST_CHECK;

#endif
