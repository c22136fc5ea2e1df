/* health.c - alive, ready, how the parts are, and numbers; all of it on the loop.
 *
 * A check tells what is known at once and never waits, so that health answers under any load.
 */
#include "os/file.h"

#include "handlers.h"
#include "media.h"

enum { DISK_LOW_MB = 256, PROVIDERS_MAX = 16, DETAIL_BYTES = 4096 };

typedef enum condition { HEALTHY, DEGRADED, UNHEALTHY } condition;

static const char *const condition_names[] = {"healthy", "degraded", "unhealthy"};

/* A check writes its detail and gives its condition. */
typedef condition check_fn(const http_edge_options *o, anc_buf *detail);

static condition check_database(const http_edge_options *o, anc_buf *detail)
{
    static const condition conditions[] = {[KRN_SOUND] = HEALTHY,
                                           [KRN_FAILING] = DEGRADED,
                                           [KRN_DAMAGED] = DEGRADED,
                                           [KRN_STOPPED] = UNHEALTHY};
    char text[KRN_CONDITION_TEXT] = "";
    const krn_condition c =
        o->writer.ops != NULL ? o->writer.ops->condition(o->writer.self, text) : KRN_SOUND;
    (void)anc_buf_add(detail,
                      c == KRN_SOUND ? ANC_STR("the catalog is written") : anc_str_of(text));
    if (c == KRN_DAMAGED)
        (void)anc_buf_add(detail, ANC_STR(": put a backup in its place and restart"));
    return conditions[c];
}

static condition check_index(const http_edge_options *o, anc_buf *detail)
{
    const srch_status_row s = srch_status(o->srch);
    (void)anc_buf_printf(detail, "%llu documents, %llu chunks%s%.*s",
                         (unsigned long long)s.documents, (unsigned long long)s.chunks,
                         s.ready ? "" : "; ", ANC_FMT(s.ready ? ANC_STR("") : s.detail));
    if (s.left_out > 0)
        (void)anc_buf_printf(detail,
                             "; %llu cannot be read for the index, named in the log and in "
                             "/v1/knowledge/stats",
                             (unsigned long long)s.left_out);
    if (s.damages > 0)
        (void)anc_buf_printf(detail,
                             "; %llu damaged parts were set aside and indexed again, named in the "
                             "log and by doctor",
                             (unsigned long long)s.damages);
    if (s.save_problem[0] != '\0')
        (void)anc_buf_printf(detail, "; it goes on in memory and cannot be saved: %s",
                             s.save_problem);
    return s.ready && s.left_out == 0 && s.damages == 0 && s.save_problem[0] == '\0' ? HEALTHY
                                                                                     : DEGRADED;
}

static condition check_embedder(const http_edge_options *o, anc_buf *detail)
{
    const emb_info_row info = emb_info(o->emb);
    (void)anc_buf_add(detail, info.detail);
    ANC_BUF(others, DETAIL_BYTES);
    emb_library_describe(o->library, &others);
    if (anc_buf_view(&others).len > 0)
        (void)anc_buf_printf(detail, "; of collections: %.*s", ANC_FMT(anc_buf_view(&others)));
    const emb_rerank_row reranker = emb_rerank_info(o->rerank);
    if (reranker.available)
        (void)anc_buf_printf(detail, "; reranker: %.*s", ANC_FMT(reranker.detail));
    if (reranker.broken)
        (void)anc_buf_printf(detail, "; the reranker cannot be used: %.*s",
                             ANC_FMT(reranker.detail));
    ANC_BUF(why, DETAIL_BYTES);
    const bool failing = emb_is_failing(o->emb, &why);
    if (failing)
        (void)anc_buf_printf(detail, "; its last try failed: %.*s", ANC_FMT(anc_buf_view(&why)));
    return info.available && !failing && !reranker.broken ? HEALTHY : DEGRADED;
}

static condition check_providers(const http_edge_options *o, anc_buf *detail)
{
    rag_provider_status rows[PROVIDERS_MAX];
    const size_t n = rag_providers(o->rag, rows, PROVIDERS_MAX);
    condition worst = HEALTHY;
    for (size_t i = 0; i < n; i++) {
        (void)anc_buf_printf(detail, "%s%.*s", i > 0 ? "; " : "", ANC_FMT(rows[i].name));
        if (rows[i].model.len > 0)
            (void)anc_buf_printf(detail, "/%.*s", ANC_FMT(rows[i].model));
        if (rows[i].detail[0] != '\0')
            (void)anc_buf_printf(detail, ": %s", rows[i].detail);
        if (!rows[i].healthy)
            worst = DEGRADED;
    }
    return worst;
}

/* A bus that is away holds up nothing here: its events wait in the outbox. */
static condition check_relays(const http_edge_options *o, anc_buf *detail)
{
    krn_relay_state list[KRN_RELAYS_MAX];
    condition worst = HEALTHY;
    const size_t n = o->relays.ops != NULL ? o->relays.ops->look(o->relays.self, list) : 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t waits_ms =
            list[i].oldest_ms > 0 ? krn_wall_ms(o->clock) - list[i].oldest_ms : 0;
        (void)anc_buf_printf(detail, "; %s: %llu wait, the oldest for %lld s, %llu tries failed",
                             list[i].bus, (unsigned long long)list[i].waiting,
                             (long long)(waits_ms > 0 ? waits_ms / 1000 : 0),
                             (unsigned long long)list[i].failures);
        if (!list[i].failing)
            continue;
        (void)anc_buf_printf(detail, "; %s does not take events: %s", list[i].bus, list[i].problem);
        worst = DEGRADED;
    }
    return worst;
}

static condition check_bus(const http_edge_options *o, anc_buf *detail)
{
    if (o->bus.ops == NULL)
        return DEGRADED;
    const krn_bus_stats s = o->bus.ops->stats(o->bus.self);
    (void)anc_buf_printf(detail, "%s: %llu published, %llu dropped", o->bus.ops->name,
                         (unsigned long long)s.published, (unsigned long long)s.dropped);
    const condition relays = check_relays(o, detail);
    return s.running ? relays : DEGRADED;
}

static condition check_queue(const http_edge_options *o, anc_buf *detail)
{
    const size_t writes = o->writer.ops != NULL ? o->writer.ops->queued(o->writer.self) : 0;
    (void)anc_buf_printf(detail, "%zu batches at work, %zu writes waiting", ing_active(o->ing),
                         writes);
    return HEALTHY;
}

static condition check_cache(const http_edge_options *o, anc_buf *detail)
{
    const emb_cache_stats s = emb_cache(o->emb);
    (void)anc_buf_printf(detail, "embeddings: %llu kept, %llu hits, %llu misses",
                         (unsigned long long)s.entries, (unsigned long long)s.hits,
                         (unsigned long long)s.misses);
    return HEALTHY;
}

static condition check_disk(const http_edge_options *o, anc_buf *detail)
{
    uint64_t bytes = 0, kept = 0;
    anc_err err = {0};
    const anc_status status = o->reserve != NULL ? os_reserve_look(o->reserve, &bytes, &kept, &err)
                                                 : os_disk_free(o->data_dir, &bytes, &err);
    if (status != ANC_OK) {
        (void)anc_buf_add(detail, anc_str_of(err.text));
        return DEGRADED;
    }
    const unsigned long long mb = bytes >> 20, kept_mb = kept >> 20;
    if (bytes < kept) {
        (void)anc_buf_printf(detail,
                             "%llu MiB free, %llu are kept free: documents are refused (507) until "
                             "there is room, reading goes on",
                             mb, kept_mb);
        return DEGRADED;
    }
    (void)anc_buf_printf(detail, "%llu MiB free, %llu of them kept free", mb, kept_mb);
    if (mb >= kept_mb + DISK_LOW_MB)
        return HEALTHY;
    (void)anc_buf_printf(
        detail, "; room for %llu MiB more is little: make some, from %llu free on this is healthy",
        mb - kept_mb, kept_mb + DISK_LOW_MB);
    return DEGRADED;
}

static const struct check_row {
    const char *name;
    check_fn *look;
} checks[] = {
    {"database", check_database}, {"vector_db", check_index}, {"embedder", check_embedder},
    {"llm_api", check_providers}, {"event_bus", check_bus},   {"queue", check_queue},
    {"cache", check_cache},       {"disk", check_disk},
};

/* A bus outside of this process: what it last said, not asked anew. */
static condition check_outside(krn_bus bus, anc_buf *detail)
{
    const krn_bus_stats s = bus.ops->stats(bus.self);
    (void)anc_buf_printf(detail, "%llu published, %llu dropped, %llu from outside set aside",
                         (unsigned long long)s.published, (unsigned long long)s.dropped,
                         (unsigned long long)s.refused);
    if (s.unfit > 0)
        (void)anc_buf_printf(detail, ", %llu that it will never take given up",
                             (unsigned long long)s.unfit);
    if (!s.reachable)
        (void)anc_buf_printf(detail, "; %s", s.problem[0] != '\0' ? s.problem : "not running");
    return s.reachable ? HEALTHY : DEGRADED;
}

/* Shown where there is something to tell: events that wait, and until the next start a file that was set aside. */
static condition check_tracking(const http_edge_options *o, anc_buf *detail)
{
    char trouble[TRK_TROUBLE_BYTES];
    if (o->trk == NULL)
        return HEALTHY;
    if (trk_trouble(o->trk, trouble)) {
        (void)anc_buf_add(detail, anc_str_of(trouble));
        return DEGRADED;
    }
    if (o->trk_aside.len == 0)
        return HEALTHY;
    (void)anc_buf_printf(
        detail,
        "the query log was damaged: it is now %.*s in the data folder, and a new one "
        "was begun from the events that are kept",
        ANC_FMT(o->trk_aside));
    return DEGRADED;
}

/* Shown while there are documents whose file in the raw store is damaged or missing: by name to the owner, who may read
 * them, and to others how many. */
static condition check_originals(const http_request *rq, anc_buf *detail)
{
    return kno_unreadable_tell(rq->edge->o.kno, rq->is_owner, detail) > 0 ? DEGRADED : HEALTHY;
}

/* Who asks how the server is does not learn where its files lie. */
static anc_str told(anc_buf *detail)
{
    const anc_str text = anc_buf_view(detail);
    return text.len > 0 ? anc_without_folders(text, detail->ptr, text.len + 1) : text;
}

static void write_check(const http_edge *edge, json_writer *w, const char *name, condition c,
                        int64_t start_ns, anc_buf *detail)
{
    json_name(w, name);
    json_open_object(w);
    json_put_str(w, "status", anc_str_of(condition_names[c]));
    json_put_fixed(w, "latency_ms", krn_ms_since(edge->o.clock, start_ns), 3);
    json_put_str(w, "detail", told(detail));
    json_close_object(w);
}

/* A check that is shown while something is wrong. */
static void write_wrong(const http_edge *edge, json_writer *w, const char *name, condition c,
                        anc_buf *detail)
{
    if (w != NULL && c != HEALTHY)
        write_check(edge, w, name, c, krn_now_ns(edge->o.clock), detail);
}

/* Runs every check; writes them as members of an object where `w` is not NULL. */
static condition look_at_all(const http_request *rq, json_writer *w)
{
    const http_edge *edge = rq->edge;
    condition worst = HEALTHY;
    const size_t n = ANC_COUNT(checks);
    for (size_t i = 0; i < n + edge->o.n_outside; i++) {
        ANC_BUF(detail, DETAIL_BYTES);
        const int64_t start_ns = krn_now_ns(edge->o.clock);
        const krn_bus bus = i >= n ? edge->o.outside[i - n] : (krn_bus){0};
        const condition c = i < n ? checks[i].look(&edge->o, &detail) : check_outside(bus, &detail);
        worst = c > worst ? c : worst;
        if (w != NULL)
            write_check(edge, w, i < n ? checks[i].name : bus.ops->name, c, start_ns, &detail);
    }
    ANC_BUF(tracking, DETAIL_BYTES);
    const condition tracked = check_tracking(&edge->o, &tracking);
    write_wrong(edge, w, "tracking", tracked, &tracking);
    ANC_BUF(originals, DETAIL_BYTES);
    const condition kept = check_originals(rq, &originals);
    write_wrong(edge, w, "raw_store", kept, &originals);
    worst = tracked > worst ? tracked : worst;
    return kept > worst ? kept : worst;
}

anc_status http_root_get(http_request *rq)
{
    if (http_media_wants_html(net_exchange_header(rq->ex, "accept"))) {
        rq->answer.status = 302;
        rq->answer.content_type = ANC_STR("text/plain; charset=utf-8");
        http_answer_header(rq, "Location", ANC_STR("/docs"));
        (void)anc_buf_add(&rq->answer.body, ANC_STR("see /docs\n"));
        return ANC_OK;
    }
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "name", ANC_STR("anchorage"));
    json_put_str(&w, "version", anc_str_of(rq->edge->o.version));
    json_put_str(&w, "status", anc_str_of(condition_names[look_at_all(rq, NULL)]));
    json_put_str(&w, "docs", ANC_STR("/docs"));
    json_put_str(&w, "openapi", ANC_STR("/openapi.json"));
    json_close_object(&w);
    return ANC_OK;
}

static anc_status answer_probe(http_request *rq, int status, anc_str text)
{
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "status", text);
    json_close_object(&w);
    rq->answer.status = status;
    return ANC_OK;
}

static anc_status answer_reading(http_request *rq)
{
    const srch_status_row s = srch_status(rq->edge->o.srch);
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "status", ANC_STR("the index is being read"));
    json_put_int(&w, "documents_read", (int64_t)s.walked);
    json_put_int(&w, "documents_total", (int64_t)s.to_walk);
    json_close_object(&w);
    rq->answer.status = 503;
    return ANC_OK;
}

anc_status http_livez_get(http_request *rq)
{
    return answer_probe(rq, 200, ANC_STR("ok"));
}

anc_status http_readyz_get(http_request *rq)
{
    if (atomic_load(&rq->edge->draining))
        return answer_probe(rq, 503, ANC_STR("shutting down"));
    if (!srch_ready(rq->edge->o.srch))
        return answer_reading(rq);
    return answer_probe(rq, 200, ANC_STR("ok"));
}

anc_status http_health_get(http_request *rq)
{
    const http_edge *edge = rq->edge;
    ANC_BUF(rows, 64 << 10);
    json_writer inner = json_writer_of(&rows);
    json_open_object(&inner);
    const condition worst = look_at_all(rq, &inner);
    json_close_object(&inner);
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "status", anc_str_of(condition_names[worst]));
    json_put_str(&w, "version", anc_str_of(edge->o.version));
    json_put_fixed(&w, "uptime_s", krn_ms_since(edge->o.clock, edge->opened_ns) / 1e3, 3);
    json_put_raw(&w, "checks", anc_buf_view(&rows));
    json_close_object(&w);
    rq->answer.status = worst == UNHEALTHY ? 503 : 200;
    return anc_buf_status(&rows, "the checks", &rq->err);
}

anc_status http_metrics_get(http_request *rq)
{
    const krn_metrics m = rq->edge->o.metrics;
    if (m.ops == NULL)
        return ANC_FAIL(&rq->err, ANC_NOT_IMPLEMENTED, "no metrics are kept");
    m.ops->render(m.self, &rq->answer.body);
    rq->answer.content_type = anc_str_of(rq->route->media);
    return ANC_OK;
}
