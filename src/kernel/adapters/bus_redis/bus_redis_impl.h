/* bus_redis_impl.h - the bus from inside: its links to the server, and who uses which.
 *
 *   durable     the relay's thread, in publish
 *   transient   a thread of its own, which also asks the server now and then whether it is there
 *   inbound     a thread a subscription
 *
 * One mutex guards what is marked (m); it is never held while the network or a handler is waited for.
 */
#ifndef ANC_KERNEL_ADAPTERS_BUS_REDIS_BUS_REDIS_IMPL_H
#define ANC_KERNEL_ADAPTERS_BUS_REDIS_BUS_REDIS_IMPL_H

#include <pthread.h>

#include "base/str.h"
#include "bus_redis.h"
#include "clients/redis/redis.h"
#include "kernel/domain/inbound.h"
#include "os/crew.h"

enum { KRN_REDIS_PROBLEM = 512, KRN_REDIS_ID_MAX = 128 };

/* A connection, how it stands, and how long to leave it alone. */
typedef struct krn_redis_link {
    clt_redis *client;               /* owned */
    bool tried, well;                /* (m) */
    char problem[KRN_REDIS_PROBLEM]; /* (m) */
    int64_t pause_ns, try_at_ns;     /* of its own thread */
    uint64_t random;
} krn_redis_link;

/* A stream that a subscription reads. */
typedef struct krn_redis_source {
    anc_str type, key; /* owned by the subscription */
    bool unfinished;   /* what this consumer took before and did not finish is read first */
} krn_redis_source;

typedef struct krn_redis_subscription {
    os_member member;   /* its thread */
    krn_bus_redis *bus; /* borrowed */
    krn_bus_handler_fn *handler;
    void *arg;
    anc_arena *mem;  /* owned; of pattern, group and sources */
    anc_arena *turn; /* owned; of the entries at work */
    anc_str pattern, group;
    krn_redis_source sources[EV_INBOUND_TYPES];
    size_t n;
    krn_redis_link link;
    bool grouped;    /* the groups are there */
    bool one_by_one; /* an answer was too large */
    bool untrimmed;  /* the server refuses to trim; not tried again over this connection */
    int64_t claim_at_ns;
} krn_redis_subscription;

typedef struct krn_redis_message krn_redis_message; /* transient.c */

struct krn_bus_redis {
    anc_arena *mem; /* owned; of the options */
    krn_bus_redis_options o;
    clt_redis_place place;
    anc_str stream, channel, letters; /* "events", "events:", "events.dlq", with the prefix */
    char max_events[24], max_letters[24];

    pthread_mutex_t mutex;
    os_crew crew;        /* (m) the subscriptions */
    krn_bus_stats stats; /* (m) */

    krn_redis_link durable, transient;
    pthread_cond_t work;             /* the transient thread's */
    os_thread *thread;               /* owned; the transient one */
    bool transient_ended;            /* (m) */
    krn_redis_message *first, *last; /* (m) owned; what waits there */
    size_t queued, queued_bytes;     /* (m) */
};

/* ---- link.c ---- */

/* `role` ends up in the name that the server lists. `reply_bytes` 0: the client's default. */
anc_status krn_redis_link_open(krn_bus_redis *bus, krn_redis_link *l, const char *role,
                               size_t reply_bytes, anc_err *err) ANC_MUST_CHECK;
void krn_redis_link_close(krn_redis_link *l);
/* Tells the stats how it went, and the log when that changed; gives `status` back. */
anc_status krn_redis_link_note(krn_bus_redis *bus, krn_redis_link *l, anc_status status,
                               const anc_err *err);
/* Connects where it is not, until `deadline_ns` or for a step's time at most. */
anc_status krn_redis_link_connect(krn_bus_redis *bus, krn_redis_link *l, int64_t deadline_ns,
                                  anc_err *err) ANC_MUST_CHECK;
/* The monotonic time of the next try after one that failed (a pause that grows to 5 s, with jitter);
 * after one that went well, now. */
int64_t krn_redis_link_next(krn_redis_link *l, anc_status status);
int64_t krn_redis_step_deadline(const krn_bus_redis *bus, int64_t deadline_ns);

/* ---- durable.c ---- */

anc_status krn_redis_publish_durable(krn_bus_redis *bus, const krn_announcement *events, size_t n,
                                     int64_t deadline_ns, size_t *ret_taken,
                                     anc_err *err) ANC_MUST_CHECK;

/* ---- transient.c ---- */

void krn_redis_publish_transient(krn_bus_redis *bus, const krn_announcement *events, size_t n);
void krn_redis_transient_thread(void *bus);
void krn_redis_transient_clear(krn_bus_redis *bus); /* when no thread runs */

/* ---- inbound.c ---- */

anc_status krn_redis_subscription_new(krn_bus_redis *bus, anc_str pattern,
                                      krn_bus_handler_fn *handler, void *arg,
                                      krn_redis_subscription **ret, anc_err *err) ANC_MUST_CHECK;
void krn_redis_subscription_free(krn_redis_subscription *s);
void krn_redis_subscription_thread(void *subscription);
/* One command in the subscription's own connection; an error reply is a failure. */
anc_status krn_redis_tell(krn_redis_subscription *s, const anc_str *args, size_t n,
                          const clt_redis_reply **ret, anc_err *err) ANC_MUST_CHECK;

/* ---- trim.c ---- */

/* Removes what every group of the stream has handled, older than `keep_handled_ms`. Fails as the connection does; where
 * the server refuses, that is logged once. */
anc_status krn_redis_trim_handled(krn_redis_subscription *s, const krn_redis_source *source,
                                  anc_err *err) ANC_MUST_CHECK;

/* ---- entry.c ---- */

/* An entry that was read: its fields as in the reply, or NIL when it was trimmed away. */
typedef struct krn_redis_entry {
    const krn_redis_source *source;
    anc_str id;
    const clt_redis_reply *fields; /* NULL: it was too large to be read */
    size_t bytes;                  /* of one that was not read */
} krn_redis_entry;

/* Checks it, has it handled, and acknowledges it. What it fails with is a failure of the connection,
 * or CANCELLED: the entry is then left as it is. */
anc_status krn_redis_entry_handle(krn_redis_subscription *s, const krn_redis_entry *e,
                                  anc_err *err) ANC_MUST_CHECK;
/* Sets one aside without its content. */
anc_status krn_redis_entry_refuse(krn_redis_subscription *s, const krn_redis_entry *e,
                                  const char *reason, anc_err *err) ANC_MUST_CHECK;

#endif
