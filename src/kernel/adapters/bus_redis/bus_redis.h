/* bus_redis.h - the bus port on a Redis server (6.2 or later).
 *
 * Out. A durable event is an entry of a stream, and a message to whoever listens now:
 *
 *   XADD <prefix>events MAXLEN ~ <max_events> * id … type … source … envelope {…}
 *   PUBLISH <prefix>events:<type> {…}
 *
 * A batch is a transaction (MULTI), so that an event that Redis refuses keeps back those behind it and
 * the order holds. With `stream_a_type` the stream is <prefix>events:<type>. A transient event is the
 * message alone, from a bounded queue that a thread of its own empties.
 *
 * In. A subscription reads the streams <prefix>events:<type> of the types that its pattern names: an
 * exact type, or those of `inbound` that a prefix or "*" matches. It has a connection, a thread and a
 * consumer group of its own: `group` for the first of an exact pattern, "group:query.*" for a prefix,
 * "group#2" for the second of the same pattern; so processes that subscribe to the same share the work.
 * An entry has a field `envelope` (JSON), or its fields are the payload: texts as they are, all else as
 * JSON. It is checked (inbound.h), handed to the handler with an id (its own, else one made of stream
 * and entry) and acknowledged when the handler said OK. What does not fit, and what the handler fails
 * on for good or `tries` times, goes to <prefix>events.dlq with reason, stream and entry, and is then
 * acknowledged. Entries with our own `source` are passed over. What another consumer took and did not
 * finish for `claim_ms` is taken over. Entries that all groups of a stream have acknowledged are removed from it
 * `keep_handled_ms` after they came, looked for every half `claim_ms`.
 */
#ifndef ANC_KERNEL_ADAPTERS_BUS_REDIS_BUS_REDIS_H
#define ANC_KERNEL_ADAPTERS_BUS_REDIS_BUS_REDIS_H

#include "base/str.h"
#include "kernel/ports/bus.h"
#include "kernel/ports/handling.h"
#include "kernel/ports/log.h"

typedef struct krn_bus_redis krn_bus_redis;

/* Everything is copied. */
typedef struct krn_bus_redis_options {
    anc_str url;      /* clients/redis/place.h; may hold a password */
    int64_t db;       /* another database than the URL's; -1: the URL's */
    anc_str ca_file;  /* certificates that TLS trusts; empty: the system's */
    anc_str prefix;   /* of every key and channel: "shop:"; may be empty */
    anc_str source;   /* this installation, the same after a restart */
    anc_str group;    /* empty: "anchorage" */
    anc_str consumer; /* this process in the group, the same after a restart; empty: `source` */
    bool stream_a_type;
    uint64_t max_events;    /* a stream's length, about; 0: 1,000,000 */
    uint64_t max_letters;   /* that of the dead letters; 0: 10,000 */
    const anc_str *inbound; /* [n_inbound] exact types, at most EV_INBOUND_TYPES */
    size_t n_inbound;
    int64_t claim_ms;        /* 0: 60,000 */
    int64_t keep_handled_ms; /* how long entries that were handled stay on their stream */
    unsigned tries;          /* of a handler, for one entry; 0: 6 */
    int64_t pause_ns;        /* before the second try, doubled each time; 0: 100 ms */
    int64_t step_ns;         /* for connecting, and for a batch; 0: 5 s */
    size_t max_queued;       /* transient events; 0: 4,096 */
    krn_log log;             /* ops NULL: none */
    krn_aside_fn *on_aside;  /* may be NULL; is told of events that were set aside */
    void *on_aside_arg;
} krn_bus_redis_options;

/* INVALID names the option that does not fit, without a word of the URL. */
anc_status krn_bus_redis_new(const krn_bus_redis_options *options, krn_bus_redis **ret,
                             anc_err *err) ANC_MUST_CHECK;
/* Connects before the bus is started, tries what it will do in a transaction that is then given up, so that nothing is
 * changed, and appends to *missing what is refused: "XADD on events: NOPERM …", parted by "; ". Fails where the server
 * is away, as a publish does. */
anc_status krn_bus_redis_rights(krn_bus_redis *bus, int64_t deadline_ns, anc_buf *missing,
                                anc_err *err) ANC_MUST_CHECK;
void krn_bus_redis_free(krn_bus_redis *bus); /* stops it first; NULL is a no-op */
krn_bus krn_bus_redis_bus(krn_bus_redis *bus);
anc_str krn_bus_redis_name(const krn_bus_redis *bus); /* of the server: "127.0.0.1:6379" */

#endif
