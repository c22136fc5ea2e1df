/* redis.h - a client of one Redis server: commands in batches, and messages of subscriptions.
 *
 * A client is one connection, used by one thread at a time; only clt_redis_cancel may come from
 * another. Every step has a deadline on the monotonic clock (os_mono_ns), the look-up of a name, the
 * connecting and the TLS handshake included. A failure of the connection closes it, and what was
 * under way may or may not have been done; the next connect begins anew. An error that the server
 * answers is a reply, and leaves the connection open.
 *
 * No text of an error ever holds the password, even where the server repeats what was sent.
 */
#ifndef ANC_CLIENTS_REDIS_REDIS_H
#define ANC_CLIENTS_REDIS_REDIS_H

#include "clients/redis/place.h"
#include "clients/redis/reply.h"

enum { CLT_REDIS_ARGS_MAX = 160 };

typedef struct clt_redis clt_redis;

typedef struct clt_redis_options {
    clt_redis_place place; /* copied */
    anc_str client_name;   /* for CLIENT SETNAME: no blanks; empty: none. Copied, as the next two */
    anc_str ca_file;       /* certificates in PEM that TLS trusts; empty: the system's */
    anc_str server_name;   /* that the certificate has to be for; empty: the place's host */
    bool insecure;         /* takes any certificate */
    size_t max_reply_bytes; /* of all replies of a call; 0: 16 MiB */
    size_t max_batch_bytes; /* of all commands of a batch, as sent; 0: 16 MiB */
} clt_redis_options;

/* Not connected yet. INVALID for a client name with blanks; NO_MEMORY. */
anc_status clt_redis_new(const clt_redis_options *options, clt_redis **ret,
                         anc_err *err) ANC_MUST_CHECK;
void clt_redis_free(clt_redis *c); /* NULL is a no-op */

/* "127.0.0.1:6379" or the path of the socket; good as long as the client. */
anc_str clt_redis_name(const clt_redis *c);

/* Connects, says who we are, chooses the database, and hears an answer to a PING; nothing when it is
 * connected. UNAVAILABLE, DEADLINE, CANCELLED; UNAUTHENTICATED when user or password are refused;
 * PROVIDER when what answers is not Redis, or refuses the certificate. */
anc_status clt_redis_connect(clt_redis *c, int64_t deadline_ns, anc_err *err) ANC_MUST_CHECK;
bool clt_redis_connected(const clt_redis *c);
void clt_redis_close(clt_redis *c);

/* Ends the wait that is under way with CANCELLED, and every later one until resume. Any thread. */
void clt_redis_cancel(clt_redis *c);
void clt_redis_resume(clt_redis *c);

/* Adds the command `args` [n], 1 to CLT_REDIS_ARGS_MAX, to the batch. LIMIT when it has no room. */
anc_status clt_redis_add(clt_redis *c, const anc_str *args, size_t n, anc_err *err) ANC_MUST_CHECK;

/* Sends the batch and reads a reply to each of its commands, in order; the batch is empty afterwards,
 * whatever comes out. The replies are good until the next call. */
anc_status clt_redis_run(clt_redis *c, int64_t deadline_ns, const clt_redis_reply *const **ret,
                         size_t *ret_n, anc_err *err) ANC_MUST_CHECK;

/* One command, when the batch is empty. Its reply may be an error. */
anc_status clt_redis_ask(clt_redis *c, const anc_str *args, size_t n, int64_t deadline_ns,
                         const clt_redis_reply **ret, anc_err *err) ANC_MUST_CHECK;

/* The next message, once SUBSCRIBE or PSUBSCRIBE was asked. DEADLINE when none came: the connection
 * stays open then. Good until the next call. */
anc_status clt_redis_next(clt_redis *c, int64_t deadline_ns, const clt_redis_reply **ret,
                          anc_err *err) ANC_MUST_CHECK;

/* What an error reply means: UNAUTHENTICATED, FORBIDDEN, UNAVAILABLE for what passes (LOADING, OOM,
 * READONLY, …), else PROVIDER; with the server's words and what was wanted ("XADD"). */
anc_status clt_redis_refusal(const clt_redis *c, const clt_redis_reply *error, const char *wanted,
                             anc_err *err);

#endif
