/* house_impl.h - the house from inside. Every pointer is owned unless it says otherwise. */
#ifndef ANC_SERVER_HOUSE_IMPL_H
#define ANC_SERVER_HOUSE_IMPL_H

#include <stdatomic.h>

#include "edge/http/edge.h"
#include "embedding/app/keeper_service.h"
#include "embedding/library.h"
#include "embedding/rerank.h"
#include "house.h"
#include "identity/app/identity_service.h"
#include "infer/turns.h"
#include "ingest/adapters/http/http_web.h"
#include "ingest/ports/spool.h"
#include "kernel/adapters/bus_kafka/bus_kafka.h"
#include "kernel/adapters/bus_memory/bus_memory.h"
#include "kernel/adapters/bus_redis/bus_redis.h"
#include "kernel/adapters/feed_ring/feed_ring.h"
#include "kernel/adapters/log_json/log_json.h"
#include "kernel/adapters/loop/loop.h"
#include "kernel/adapters/prometheus/prometheus.h"
#include "kernel/adapters/relay/relay.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "kernel/adapters/threads/threads.h"
#include "kernel/adapters/trim/trim.h"
#include "knowledge/adapters/sqlite/kno_sqlite.h"
#include "knowledge/app/knowledge_service.h"
#include "live/app/live_service.h"
#include "live/app/performance.h"
#include "net/http_client.h"
#include "os/file.h"
#include "os/reserve.h"
#include "os/thread.h"
#include "rag/adapters/sqlite/rag_sqlite.h"
#include "rag/app/rag_service.h"
#include "routing/app/routing_service.h"
#include "search/adapters/engine/engine_index.h"
#include "search/app/service.h"
#include "tracking/adapters/sqlite/trk_sqlite.h"
#include "tracking/app/tracking_service.h"

enum { SRV_GAUGES = 21, SRV_OUTSIDE = HTTP_OUTSIDE };

/* A bus outside of this process. */
typedef struct srv_outside {
    krn_bus bus;
    const srv_strs *inbound; /* types that are read there; borrowed from the configuration */
    const char *step;        /* of its relay */
    anc_str consumer;        /* whose cursor that keeps */
} srv_outside;

/* A bus, and what carries the outbox to it. */
typedef struct srv_relay {
    krn_relay *relay;
    uint32_t step;
} srv_relay;

struct srv_house {
    srv_house_options o;
    anc_arena *mem;
    anc_str data_dir; /* borrowed from the configuration */
    os_lock *lock;
    os_reserve *reserve;
    atomic_bool stopping;
    int64_t
        stopping_ns; /* monotonic: when the drain began; 0: not yet. The loop's, then the closer's */
    bool started;    /* scheduler and bus run */
    anc_err failure; /* of the teller's thread: why the house ended by itself */

    krn_clock clock;
    krn_log_json log_json;
    krn_log log;
    krn_prometheus *prometheus;
    krn_metrics metrics;
    krn_sqlite *catalog;
    anc_str *
        old_copies; /* [n_old_copies] of the catalog, from before a migration of an earlier start */
    size_t n_old_copies;
    krn_writer writer;
    krn_outbox outbox;
    krn_changes changes;
    krn_bus_memory *bus_memory;
    krn_bus bus;
    krn_bus_redis *bus_redis;         /* NULL: not configured */
    krn_bus_kafka *bus_kafka;         /* the same */
    srv_outside outside[SRV_OUTSIDE]; /* buses.c; those that are configured */
    size_t n_outside;
    atomic_bool inbound_ends; /* events of other services are left to the next start */
    krn_series *inbound[EV_ARRIVED_LATE + 1], *inbound_failed;
    krn_threads *threads;
    krn_scheduler scheduler;
    srv_relay relays[KRN_RELAYS_MAX]; /* announcing.c */
    size_t n_relays;
    krn_feed_ring *feed_ring;
    krn_feed feed;
    uint32_t feed_step;
    krn_trim *trim;
    size_t max_connections, max_descriptor; /* as many as there are descriptors for */

    os_pool *cpu_pool, *io_pool;
    inf_turns *turns; /* of the models in this process */
    krn_executor cpu, io, loop_executor;

    emb_keeper *keeper;
    emb_service *emb;
    emb_library *library;
    emb_rerank_service *rerank;
    kno_sqlite *kno_store;
    kno_raw_store raw;
    kno_service *kno;
    srch_home *index_home;
    srch_service *srch;
    ing_spool spool;
    ing_http_web event_web; /* n 0: none */
    ing_service *ing;
    idn_service *idn;

    net_loop *loop;
    net_http *http;
    rag_sqlite *rag_store;
    rag_provider providers[1];
    size_t n_providers;
    rag_provider extractive;
    rte_service *routing;
    rag_service *rag;

    liv_service *live;
    krn_loop_later live_later, live_lazily;
    liv_performance *performance; /* performance.c; NULL: nothing is watched */
    krn_series
        *refused; /* requests, as the edge counts them; the step alone has what it saw last */
    uint64_t refused_seen;
    krn_veil veil;          /* hides ids of people; its key is in `mem` */
    trk_sqlite *trk_store;  /* NULL: the tracking is off */
    anc_str tracking_aside; /* the file that this start found damaged; empty: none */
    trk_service *trk;
    uint32_t trk_step, searches_step;
    http_edge *edge;
    net_server *server;
    krn_series *gauges[SRV_GAUGES]; /* gauges.c, whose step alone touches what it told last */
    int64_t gauge_told[SRV_GAUGES];
    anc_arena *warming;     /* NULL: there is nothing to do, or it is done; the step alone */
    struct warming *warm;   /* in it; warming.c */
    uint64_t scrubbed;      /* discarded versions whose log was emptied; scrub.c's step alone */
    uint64_t answers_seen;  /* most that waited for clients since then; memory.c's step alone */
    uint64_t resident_seen; /* when memory was last given back; memory.c's step alone */
};

enum { SRV_MAX_MIGRATIONS = 64 };
/* The steps of every component's tables, in order; the count. */
size_t srv_migrations(db_migration out[SRV_MAX_MIGRATIONS]);

anc_status srv_catalog_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
/* old_copies.c: the copies that earlier starts made before a migration. Looked for before the catalog is opened,
 * removed when this start went well: they have documents that were deleted since. */
anc_status srv_old_copies_find(srv_house *h, anc_err *err) ANC_MUST_CHECK;
void srv_old_copies_remove(srv_house *h);
/* CORRUPT, with what to do about it. */
anc_status srv_catalog_damaged(const srv_house *h, const char *what, anc_err *err) ANC_MUST_CHECK;
void srv_catalog_close(srv_house *h); /* with everything that reads it: components and stores */

/* What the configuration says of a bus; the texts are the configuration's. */
krn_bus_redis_options srv_redis_options(const srv_config *c);
krn_bus_kafka_options srv_kafka_options(const srv_config *c);

/* The buses outside of this process, before the relays. */
anc_status srv_buses_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
anc_status srv_buses_start(srv_house *h, anc_err *err) ANC_MUST_CHECK;
void srv_buses_stop(srv_house *h);
void srv_buses_close(srv_house *h);

/* inbound.c: subscribes to events of other services, once there are components and before the buses are started. */
anc_status srv_inbound_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
/* A krn_aside_fn: announces deadletter.added. */
void srv_inbound_aside(void *house, const krn_aside *aside);
void srv_inbound_stop(
    srv_house *h); /* lets go of those that are at work, before the buses are stopped */

/* The feed's ring, behind the buses and before the components, which publish; then the relays, one a bus: steps of
 * the scheduler. */
anc_status srv_feed_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
anc_status srv_announcing_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
krn_relays srv_announcing_relays(srv_house *h);
void srv_announcing_measure(srv_house *h); /* lag and age of every relay, told to the metrics */
void srv_announcing_settle(
    srv_house *h); /* when no step runs any more, before the catalog closes */
void srv_announcing_close(srv_house *h);

/* The tracking, once there are buses, components and rag. */
anc_status srv_tracking_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
/* tracking_file.c: opens tracking.db; a damaged one is set aside first, and h->tracking_aside is its name. */
anc_status srv_tracking_file_open(srv_house *h, trk_repository *ret, anc_err *err) ANC_MUST_CHECK;
/* The key of privacy.hash_user_ids, read or made; before the catalog is opened. CORRUPT names the file. */
anc_status srv_veil_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
/* For one erasure while the tracking is off; `arg` is the house. *ret with ops NULL: there is no file. */
anc_status srv_tracking_left_open(void *arg, trk_repository *ret, anc_err *err) ANC_MUST_CHECK;
void srv_tracking_left_close(void *arg);
void srv_tracking_damaged(void *arg); /* marks the file for the next start; `arg` is the house */
#define SRV_TRACKING_ASIDE "tracking.db.damaged-"
bool srv_tracking_is_aside(anc_str name); /* of a file in the data folder */
/* Those that lie in the data folder, this start's or an earlier one's, at most `max`. */
anc_status srv_tracking_asides(srv_house *h, anc_str *out, size_t max, size_t *ret_n,
                               anc_err *err) ANC_MUST_CHECK;
void srv_tracking_close(srv_house *h);

/* The live feed, once the loop is there and before the bus is started. */
anc_status srv_live_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;

/* reranking.c, with its adapters; before the search, which asks it */
anc_status srv_reranking_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
/* embedding, knowledge, search, ingest, identity */
anc_status srv_components_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
void srv_components_stop(srv_house *h);

/* How the server fares; once there are pools and the edge, before the bus is started. */
anc_status srv_performance_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;

anc_status srv_gauges_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;

/* A step that gives memory back which work has left free (memory.c). After the components. */
anc_status srv_memory_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;

/* A step that empties the catalog's log after deletions (scrub.c). After the components. */
anc_status srv_scrub_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;

/* A step that embeds the questions asked most (warming.c). After the tracking. */
anc_status srv_warming_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
void srv_warming_close(srv_house *h); /* when no step runs any more */

anc_status srv_rag_open(srv_house *h, anc_err *err) ANC_MUST_CHECK;
void srv_rag_close_providers(srv_house *h);
anc_str srv_llm_endpoint(const srv_config *config); /* of a provider that is configured */

#endif
