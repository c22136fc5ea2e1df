/* bus_kafka_impl.h - the bus from inside. Private.
 *
 *   producer   the relay's thread in publish, subscriptions for dead letters, the watch: under `sending`
 *   inbound    a thread and a consumer a subscription
 *   watch      a thread that looks whether the cluster is there
 *
 * `mutex` guards what is marked (m); it is never held while the network or a handler is waited for.
 * Lock order: `sending`, then `mutex`.
 */
#ifndef ANC_KERNEL_ADAPTERS_BUS_KAFKA_BUS_KAFKA_IMPL_H
#define ANC_KERNEL_ADAPTERS_BUS_KAFKA_BUS_KAFKA_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/str.h"
#include "bus_kafka.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/inbound.h"
#include "os/crew.h"

#define KRN_KAFKA_OTHERS      ANC_STR("anchorage.events")
#define KRN_KAFKA_WORK_STATUS "batch-status"

enum {
    KRN_KAFKA_TOPIC_MAX = 249, /* what Kafka takes */
    KRN_KAFKA_PROBLEM = 512
};

typedef struct krn_kafka_subscription {
    os_member member;   /* its thread */
    krn_bus_kafka *bus; /* borrowed */
    krn_bus_handler_fn *handler;
    void *arg;
    anc_arena *mem;  /* owned; of pattern, group, types and topics */
    anc_arena *turn; /* owned; of the message at work */
    anc_str pattern, group;
    anc_str types[EV_INBOUND_TYPES];
    const char *topics[EV_INBOUND_TYPES];
    size_t n;
    clt_kafka_consumer *consumer; /* owned by the thread; NULL while it has none */
} krn_kafka_subscription;

struct krn_bus_kafka {
    anc_arena *mem; /* owned; of the options */
    krn_bus_kafka_options o;
    pthread_mutex_t sending;
    clt_kafka_producer *producer; /* owned; used under `sending` */
    anc_arena *batch;             /* owned; of a publish, under `sending` */
    bool topics_made;             /* under `sending` */
    bool failing;                 /* under `sending`: the last publish did not go well */

    pthread_mutex_t mutex;
    os_crew crew;     /* (m) the subscriptions */
    os_crew watchers; /* (m) the watch alone */
    os_member watch;
    bool tried;                      /* (m) since the start */
    bool well;                       /* (m) the last contact went well */
    char problem[KRN_KAFKA_PROBLEM]; /* (m) */
    krn_bus_stats stats;             /* (m) */
};

/* Tells the stats how a contact with the cluster went, and the log when that changed; gives `status`
 * back. */
anc_status krn_kafka_note(krn_bus_kafka *bus, anc_status status, const anc_err *err);

/* "<prefix><name><suffix>" in `mem`, terminated; NULL when memory is out or it is too long. */
const char *krn_kafka_topic(const krn_bus_kafka *bus, anc_arena *mem, anc_str name,
                            const char *suffix);

/* ---- durable.c ---- */

anc_status krn_kafka_publish(krn_bus_kafka *bus, const krn_announcement *events, size_t n,
                             int64_t deadline_ns, size_t *ret_taken, anc_err *err) ANC_MUST_CHECK;

/* One message to a dead-letter topic, which is made when that is allowed. Any thread. */
anc_status krn_kafka_letter(krn_bus_kafka *bus, const clt_kafka_message *letter,
                            int64_t deadline_ns, anc_err *err) ANC_MUST_CHECK;

/* Makes the topics, unless they are there, and looks whether the cluster answers. Nothing while another
 * thread is at it. That it answers does not take back what a publish failed for. */
anc_status krn_kafka_look(krn_bus_kafka *bus, anc_err *err) ANC_MUST_CHECK;

/* ---- watch.c ---- */

void krn_kafka_watch_thread(void *bus);

/* ---- inbound.c ---- */

anc_status krn_kafka_subscription_new(krn_bus_kafka *bus, anc_str pattern,
                                      krn_bus_handler_fn *handler, void *arg,
                                      krn_kafka_subscription **ret, anc_err *err) ANC_MUST_CHECK;
void krn_kafka_subscription_free(krn_kafka_subscription *s);
void krn_kafka_subscription_thread(void *subscription);

/* ---- record.c ---- */

/* Checks a message and has it handled, or sets it aside. OK: it is done with. What it fails with is a
 * failure of the cluster, or CANCELLED: the message will be read again. */
anc_status krn_kafka_record_handle(krn_kafka_subscription *s, const clt_kafka_record *record,
                                   anc_err *err) ANC_MUST_CHECK;

#endif
