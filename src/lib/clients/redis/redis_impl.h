/* redis_impl.h - the connection below the client: bytes out and in, each with a deadline. */
#ifndef ANC_CLIENTS_REDIS_REDIS_IMPL_H
#define ANC_CLIENTS_REDIS_REDIS_IMPL_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "clients/redis/place.h"

typedef struct clt_redis_tls clt_redis_tls; /* a session over a socket */

typedef struct clt_redis_wire {
    int fd;             /* owned, non-blocking; -1: none */
    int wake;           /* owned; an eventfd that is readable once waiting is over */
    atomic_bool ended;  /* the same, without asking the system */
    clt_redis_tls *tls; /* owned; NULL: plain */
} clt_redis_wire;

typedef struct clt_redis_trust {
    anc_str ca_file;     /* empty: the system's */
    anc_str server_name; /* terminated */
    bool insecure;
} clt_redis_trust;

/* Waits for `events` of poll(2) on `fd`. DEADLINE, CANCELLED. */
anc_status clt_redis_wait(clt_redis_wire *w, int fd, short events, int64_t deadline_ns,
                          anc_err *err) ANC_MUST_CHECK;

anc_status clt_redis_wire_connect(clt_redis_wire *w, const clt_redis_place *place,
                                  const clt_redis_trust *trust, int64_t deadline_ns,
                                  anc_err *err) ANC_MUST_CHECK;
anc_status clt_redis_wire_send(clt_redis_wire *w, anc_str bytes, int64_t deadline_ns,
                               anc_err *err) ANC_MUST_CHECK;
/* At least one byte, at most `n`. UNAVAILABLE when the server has gone. */
anc_status clt_redis_wire_receive(clt_redis_wire *w, char *out, size_t n, int64_t deadline_ns,
                                  size_t *ret_n, anc_err *err) ANC_MUST_CHECK;
/* With `reset`, what was not sent yet is thrown away. */
void clt_redis_wire_close(clt_redis_wire *w, bool reset);

/* ---- names ---- */

enum { CLT_REDIS_ADDRESSES = 8 };

typedef struct clt_redis_address {
    struct sockaddr_storage bytes;
    socklen_t len;
} clt_redis_address;

/* The addresses of a host, at most CLT_REDIS_ADDRESSES. A look-up that takes too long is left to
 * itself; while too many are, UNAVAILABLE. */
anc_status clt_redis_resolve(clt_redis_wire *w, anc_str host, uint16_t port, int64_t deadline_ns,
                             clt_redis_address out[CLT_REDIS_ADDRESSES], size_t *ret_n,
                             anc_err *err) ANC_MUST_CHECK;

/* ---- TLS ---- */

anc_status clt_redis_tls_open(clt_redis_wire *w, const clt_redis_trust *trust, int64_t deadline_ns,
                              anc_err *err) ANC_MUST_CHECK;
anc_status clt_redis_tls_send(clt_redis_wire *w, anc_str bytes, int64_t deadline_ns,
                              anc_err *err) ANC_MUST_CHECK;
anc_status clt_redis_tls_receive(clt_redis_wire *w, char *out, size_t n, int64_t deadline_ns,
                                 size_t *ret_n, anc_err *err) ANC_MUST_CHECK;
void clt_redis_tls_free(clt_redis_tls *tls); /* NULL is a no-op */

#endif
