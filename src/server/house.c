/* house.c - the composition root: one function a floor, opened from the ground up, closed from the
 * top down.
 *
 *   data folder ─ lock
 *   kernel        clock, log, metrics, catalog (writer, outbox, changes), bus, feed, relays, trim, scheduler
 *   pools         cpu, io, and the turns of the models that run on them
 *   embedding ─ knowledge ─ search ─ ingest ─ identity
 *   loop          providers, rag, tracking, live feed, HTTP edge, server
 *
 * Only this folder (announcing.c, buses.c, components.c, inbound.c, answers.c, tracking.c, model_folders.c) knows which adapter stands behind a port.
 */
#include "house.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edge/http/edge.h"
#include "embedding/app/embedding_service.h"
#include "house_impl.h"
#include "os/clock.h"
#include "os/limits.h"

enum {
    POOL_QUEUE = 4096,
    MODEL_CALLS = 256, /* of one urgency */
    IO_THREADS = 8,
    PUTS = IO_THREADS / 2, /* documents are slow to read, and others want an answer meanwhile */
    READY_POLL_MS = 2,
    MAX_CONNECTION_OUTPUT = 16 << 20,
    OPEN_REQUESTS = 4096,  /* http_edge_options.max_open */
    OWN_DESCRIPTORS = 256, /* catalog, raw store, sockets to listen on, log */
    FILES_TO_COME = 48,    /* of them, those opened while documents are read and searched */
    FEWEST_CONNECTIONS = 8,
    FIRST_READY_MS = 600000,
    STUCK_MS = 1000,
    MODEL_MS = 1000 /* a model elsewhere that is well has answered by then */
};

/* ---- the data folder ---- */

static anc_status open_folder(srv_house *h, anc_err *err)
{
    const anc_str data = h->o.config->data_dir;
    ANC_TRY(os_folder_make(data, err));
    h->data_dir = data;
    const anc_str lock = os_path_join(h->mem, data, ANC_STR("lock"));
    const anc_str tmp = os_path_join(h->mem, data, ANC_STR("tmp"));
    if (lock.ptr == NULL || tmp.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "opening %.*s", ANC_FMT(data));
    ANC_TRY(os_lock_take(lock, &h->lock, err));
    os_lock_note(h->lock, "is starting: try again when it is ready");
    ANC_TRY(os_folder_remove(tmp, err));
    ANC_TRY(os_folder_make(tmp, err));
    h->reserve = os_reserve_new(data, (uint64_t)h->o.config->storage.reserve_mb << 20);
    return h->reserve != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "the reserve of the disk");
}

/* ---- the kernel ---- */

static anc_status open_kernel(srv_house *h, anc_err *err)
{
    krn_level level = KRN_INFO;
    h->clock = krn_system_clock();
    (void)krn_level_by_name(h->o.config->log.level, &level);
    h->log = krn_log_json_init(&h->log_json, STDERR_FILENO, level, h->clock);
    h->prometheus = krn_prometheus_new(0);
    h->bus_memory = krn_bus_memory_new(0);
    h->threads = krn_threads_new();
    if (h->prometheus == NULL || h->bus_memory == NULL || h->threads == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the kernel");
    h->metrics = krn_prometheus_metrics(h->prometheus);
    h->bus = krn_bus_memory_bus(h->bus_memory);
    h->scheduler = krn_threads_scheduler(h->threads);
    ANC_TRY(srv_veil_open(h, err));
    ANC_TRY(srv_catalog_open(h, err));
    h->writer = krn_sqlite_writer(h->catalog);
    h->outbox = krn_sqlite_outbox(h->catalog);
    h->changes = krn_sqlite_changes(h->catalog);
    return ANC_OK;
}

/* One follower reads the change log: the index. What it has not saved yet is read again by the next start. */
static uint64_t passed(void *arg)
{
    const srv_house *h = arg;
    return srch_passed(h->srch);
}

static anc_status open_trim(srv_house *h, anc_err *err)
{
    uint32_t id;
    const krn_trim_options options = {.changes = h->changes,
                                      .replies = krn_sqlite_replies(h->catalog),
                                      .writer = h->writer,
                                      .clock = h->clock,
                                      .log = h->log,
                                      .passed = passed,
                                      .arg = h};
    h->trim = krn_trim_new(&options);
    if (h->trim == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the trimming of the change log");
    return h->scheduler.ops->add(h->scheduler.self, "trim", krn_trim_step, h->trim, &id, err);
}

static anc_status open_pools(srv_house *h, anc_err *err)
{
    ANC_TRY(os_pool_open("cpu", 0, POOL_QUEUE, &h->cpu_pool, err));
    ANC_TRY(os_pool_open("io", IO_THREADS, POOL_QUEUE, &h->io_pool, err));
    const inf_turns_options turns = {
        .at_once = os_pool_threads(h->cpu_pool), .most_calls = MODEL_CALLS, .pool = h->cpu_pool};
    ANC_TRY(inf_turns_open(&turns, &h->turns, err));
    h->cpu = krn_pool_executor(h->cpu_pool);
    h->io = krn_pool_executor(h->io_pool);
    return ANC_OK;
}

/* ---- the loop: providers, rag, HTTP ---- */

static anc_status open_edge(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    const http_edge_options options = {.version = h->o.version,
                                       .loop = h->loop,
                                       .io = h->io,
                                       .cpu = h->cpu,
                                       .clock = h->clock,
                                       .log = h->log,
                                       .metrics = h->metrics,
                                       .writer = h->writer,
                                       .outbox = h->outbox,
                                       .veil = h->veil,
                                       .replies = krn_sqlite_replies(h->catalog),
                                       .bus = h->bus,
                                       .outside = {h->outside[0].bus, h->outside[1].bus},
                                       .n_outside = h->n_outside,
                                       .relays = srv_announcing_relays(h),
                                       .feed = h->feed,
                                       .live = h->live,
                                       .trk = h->trk,
                                       .trk_aside = h->tracking_aside,
                                       .kno = h->kno,
                                       .emb = h->emb,
                                       .library = h->library,
                                       .rerank = h->rerank,
                                       .srch = h->srch,
                                       .ing = h->ing,
                                       .rag = h->rag,
                                       .routing = h->routing,
                                       .data_dir = h->data_dir,
                                       .reserve = h->reserve,
                                       .api_key = c->auth.api_key,
                                       .cors = c->http.cors_origins.items,
                                       .n_cors = c->http.cors_origins.n,
                                       .max_body_bytes = (uint64_t)c->http.max_body_mb << 20,
                                       .max_gathered_bytes = (uint64_t)c->http.body_memory_mb << 20,
                                       .request_timeout_ms = c->http.request_timeout_ms,
                                       .long_timeout_ms = c->http.long_timeout_ms,
                                       .max_in_flight = (uint32_t)c->http.max_in_flight,
                                       .max_wait_ms = c->http.max_wait_ms,
                                       .cpu_threads = os_pool_threads(h->cpu_pool),
                                       .asks_outside = h->n_providers > 0,
                                       .max_open = OPEN_REQUESTS,
                                       .max_puts = PUTS,
                                       .max_question_chars = (uint32_t)c->chat.max_question_chars};
    return http_edge_open(&options, &h->edge, err);
}

/* What the house keeps for itself of `there` descriptors: where they are few, what it has open by now and
 * a little more. */
static uint64_t own_descriptors(uint64_t there)
{
    const uint64_t open = os_descriptors_open();
    return there >= (uint64_t)4 * OWN_DESCRIPTORS || open == 0 ? OWN_DESCRIPTORS
                                                               : open + FILES_TO_COME;
}

/* How many connections there are descriptors for: an open request may need one more (its upload, its
 * provider), and the catalog, the raw store and the log have to go on whatever the clients do. Where they are few,
 * connections have half of those that are free: requests are not open on each of them at once. */
static uint64_t connections_fit(uint64_t there)
{
    const uint64_t own = own_descriptors(there), open = os_descriptors_open();
    const uint64_t left = there > own ? there - own : 0;
    const uint64_t free = left / 2 > OPEN_REQUESTS ? left - OPEN_REQUESTS : left / 2;
    const uint64_t past = net_server_past_limit((size_t)free);
    const uint64_t half = own != OWN_DESCRIPTORS && there > open ? (there - open) / 2 : 0;
    const uint64_t fit = free > past ? free - past : 0, most = fit > half ? fit : half;
    return most > FEWEST_CONNECTIONS ? most : FEWEST_CONNECTIONS;
}

/* Of which number on a descriptor is one of the last, which no connection has. */
static uint64_t last_descriptors(uint64_t there)
{
    const uint64_t kept = there / 8 < FILES_TO_COME / 2 ? there / 8 : FILES_TO_COME / 2;
    return there - kept;
}

static void count_connections(srv_house *h)
{
    const uint64_t wanted = (uint64_t)h->o.config->http.max_connections;
    const uint64_t requests = wanted < OPEN_REQUESTS ? wanted : OPEN_REQUESTS;
    const uint64_t needed =
        wanted + net_server_past_limit((size_t)wanted) + requests + OWN_DESCRIPTORS;
    const uint64_t there = os_descriptors_raise(needed), fit = connections_fit(there);
    h->max_descriptor = (size_t)last_descriptors(there);
    h->max_connections = (size_t)(there >= needed || fit > wanted ? wanted : fit);
    if (there < needed && h->max_connections < wanted)
        krn_log_write(
            h->log, KRN_WARN, "server",
            "fewer connections than configured: raise the limit of open files (ulimit -n)",
            KRN_INT("max_connections", h->max_connections), KRN_INT("configured", wanted),
            KRN_INT("descriptors", there));
}

static anc_status open_server(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    net_address listen[2];
    size_t n = 0;
    if (h->o.tcp)
        listen[n++] = (net_address){.host = c->http.listen, .port = (uint16_t)c->http.port};
    if (h->o.socket.len > 0)
        listen[n++] = (net_address){.unix_path = h->o.socket};
    const net_server_options options = {.listen = listen,
                                        .n_listen = n,
                                        .user = h->edge,
                                        .on_request = http_edge_on_request,
                                        .render_error = http_edge_render_error,
                                        .on_access = http_edge_on_access,
                                        .is_vital = http_edge_is_vital,
                                        .max_connections = h->max_connections,
                                        .max_descriptor = h->max_descriptor,
                                        .idle_timeout_ms = c->http.idle_timeout_ms,
                                        .head_timeout_ms = c->http.head_timeout_ms,
                                        .body_timeout_ms = c->http.body_timeout_ms,
                                        .write_stall_ms = c->http.stall_timeout_ms,
                                        .max_output_bytes = MAX_CONNECTION_OUTPUT,
                                        .max_buffered_bytes = (size_t)c->http.answer_memory_mb
                                                              << 20};
    return net_server_open(h->loop, &options, &h->server, err);
}

static void on_signal(void *arg, int number)
{
    (void)number;
    srv_house_stop(arg);
}

static anc_status open_floors(srv_house *h, anc_err *err)
{
    ANC_TRY(open_folder(h, err));
    ANC_TRY(open_kernel(h, err));
    ANC_TRY(open_pools(h, err));
    ANC_TRY(srv_buses_open(h, err));
    ANC_TRY(srv_feed_open(h, err));
    ANC_TRY(srv_components_open(h, err));
    ANC_TRY(srv_announcing_open(h, err));
    ANC_TRY(open_trim(h, err));
    ANC_TRY(net_loop_open(&h->loop, err));
    if (h->o.take_signals)
        ANC_TRY(net_loop_on_signal(h->loop, on_signal, h, err));
    ANC_TRY(net_http_open(h->loop, &h->http, err));
    ANC_TRY(srv_rag_open(h, err));
    ANC_TRY(srv_tracking_open(h, err));
    ANC_TRY(srv_warming_open(h, err));
    count_connections(h);
    ANC_TRY(srv_live_open(h, err));
    ANC_TRY(open_edge(h, err));
    ANC_TRY(open_server(h, err));
    ANC_TRY(srv_gauges_open(h, err));
    ANC_TRY(srv_performance_open(h, err));
    ANC_TRY(srv_memory_open(h, err));
    ANC_TRY(srv_scrub_open(h, err));
    ANC_TRY(srv_inbound_open(h, err));
    ANC_TRY(h->bus.ops->start(h->bus.self, err));
    ANC_TRY(srv_buses_start(h, err));
    ANC_TRY(h->scheduler.ops->start(h->scheduler.self, err));
    h->started = true;
    return ANC_OK;
}

anc_status srv_house_open(const srv_house_options *options, srv_house **ret, anc_err *err)
{
    if (options->tcp)
        ANC_TRY(srv_config_check_serving(options->config, err));
    srv_house *h = calloc(1, sizeof *h);
    if (h == NULL || (h->mem = anc_arena_new(1 << 20)) == NULL) {
        free(h);
        return ANC_FAIL(err, ANC_NO_MEMORY, "the server");
    }
    h->o = *options;
    const anc_status status = open_floors(h, err);
    if (status != ANC_OK) {
        srv_house_close(h);
        return status;
    }
    *ret = h;
    return ANC_OK;
}

/* ---- running ---- */

/* Whether the first reading of the catalog is stuck at a damaged page; asked at every look. A page that
 * the reading does not need holds up nothing, and is for health to tell. */
static bool is_stuck(srv_house *h, uint64_t *documents, int64_t *stuck_ms,
                     char why[KRN_CONDITION_TEXT])
{
    const uint64_t now = srch_status(h->srch).documents;
    const bool goes_on = now != *documents;
    *documents = now;
    *stuck_ms += READY_POLL_MS;
    if (goes_on || h->writer.ops->condition(h->writer.self, why) != KRN_DAMAGED)
        *stuck_ms = 0;
    return *stuck_ms > STUCK_MS;
}

/* On the loop, as begin_drain is: what is said last stands. */
static void note_ready(void *arg)
{
    srv_house *h = arg;
    if (!atomic_load(&h->stopping))
        os_lock_note(h->lock, "");
}

static void tell_ready(void *arg)
{
    srv_house *h = arg;
    char why[KRN_CONDITION_TEXT];
    uint64_t documents = 0;
    int64_t stuck_ms = 0;
    const int64_t model_ns = os_mono_ns() + (int64_t)MODEL_MS * 1000000;
    for (int64_t waited = 0; waited < FIRST_READY_MS && !atomic_load(&h->stopping);
         waited += READY_POLL_MS) {
        if (srch_status(h->srch).ready &&
            (os_mono_ns() >= model_ns || emb_service_has_settled(h->emb)))
            break;
        if (is_stuck(h, &documents, &stuck_ms, why)) {
            if (srv_catalog_damaged(h, why, &h->failure) != ANC_OK)
                srv_house_stop(h);
            return;
        }
        os_sleep_ns((int64_t)READY_POLL_MS * 1000000);
    }
    if (atomic_load(&h->stopping))
        return;
    if (srch_status(h->srch).ready)
        srv_old_copies_remove(h);
    if (net_loop_post(h->loop, note_ready, h)) /* not taken by a loop that ends */
        h->o.on_ready(h->o.arg, h);
}

static void drained(void *arg, bool all)
{
    srv_house *h = arg;
    if (!all)
        krn_log_write(h->log, KRN_WARN, "server", "requests were cut off at the end of their time",
                      KRN_INT("drain_timeout_ms", h->o.config->http.drain_timeout_ms),
                      KRN_INT("open", http_edge_open_requests(h->edge)));
    net_loop_stop(h->loop);
}

static void begin_drain(void *arg)
{
    srv_house *h = arg;
    os_lock_note(h->lock, "is stopping: try again when it has ended");
    h->stopping_ns = os_mono_ns();
    if (h->o.take_signals)
        krn_log_write(h->log, KRN_INFO, "server", "stopping",
                      KRN_INT("open", http_edge_open_requests(h->edge)));
    http_edge_drain(h->edge, h->server, h->o.config->http.drain_timeout_ms, drained, h);
}

void srv_house_stop(srv_house *h)
{
    if (!atomic_exchange(&h->stopping, true) && !net_loop_post(h->loop, begin_drain, h))
        net_loop_stop(h->loop);
}

anc_status srv_house_run(srv_house *h, anc_err *err)
{
    os_thread *teller = NULL;
    if (h->o.on_ready == NULL)
        note_ready(h);
    if (h->o.on_ready != NULL)
        ANC_TRY(os_thread_start("ready", tell_ready, h, &teller, err));
    net_loop_run(h->loop);
    os_thread_join(teller);
    if (h->failure.code != ANC_OK)
        return anc_fail_at(err, h->failure.code, h->failure.where, "%s", h->failure.text);
    return ANC_OK;
}

uint16_t srv_house_port(const srv_house *h)
{
    return h->o.tcp ? net_server_port(h->server, 0) : 0;
}

/* What a running request may still touch is stopped first and freed last: the server lets go of its
 * clients, the edge of its requests, the loop takes no more posts, and the pools come to rest, io before
 * cpu, on which it embeds. A task that took longer than the drain is waited for here. */
static void come_to_rest(srv_house *h)
{
    srv_inbound_stop(h);
    srv_buses_stop(h); /* a relay that waits for one is let go */
    if (h->srch != NULL)
        srch_service_stop(h->srch);
    if (h->kno != NULL)
        kno_service_stop(h->kno);
    srv_components_stop(h);
    if (h->started)
        h->scheduler.ops->stop(h->scheduler.self);
    if (h->live != NULL)
        liv_service_stop(h->live);
    net_server_close(h->server);
    http_edge_stop(h->edge);
    net_loop_end(h->loop);
    os_pool_stop(h->io_pool);
    os_pool_stop(h->cpu_pool);
}

/* From the top down: nobody may come in, then nobody works, then the floors go. */
void srv_house_close(srv_house *h)
{
    if (h == NULL)
        return;
    come_to_rest(h);
    srv_rag_close_providers(h);
    net_http_close(h->http);
    net_loop_close(h->loop);
    http_edge_close(h->edge);
    liv_service_close(h->live);
    liv_performance_close(h->performance);
    if (h->bus_memory != NULL)
        h->bus.ops->stop(h->bus.self);
    rag_searches_settle(h->rag);
    srv_announcing_settle(h);
    trk_service_settle(h->trk);
    emb_keeper_settle(h->keeper);
    srv_catalog_close(h); /* its last commits still wake the relay and the follower */
    inf_turns_free(h->turns);
    os_pool_free(h->io_pool);
    os_pool_free(h->cpu_pool);
    srv_announcing_close(h);
    srv_warming_close(h);
    srv_tracking_close(h);
    krn_trim_free(h->trim);
    krn_threads_free(h->threads);
    krn_bus_memory_free(h->bus_memory);
    srv_buses_close(h);
    krn_prometheus_free(h->prometheus);
    if (h->o.take_signals && h->stopping_ns > 0)
        krn_log_write(h->log, KRN_INFO, "server", "stopped",
                      KRN_REAL("after_ms", (double)(os_mono_ns() - h->stopping_ns) / 1e6));
    if (h->o.socket.len > 0 && h->server != NULL)
        (void)unlink(h->o.socket.ptr);
    os_reserve_free(h->reserve);
    os_lock_drop(h->lock);
    anc_arena_free(h->mem);
    free(h);
}
