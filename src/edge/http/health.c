/* health.c - is it there, is it ready, what is wrong; answered on the loop from what is known, so
 * that it comes under any load. */
#include <string.h>

#include "impl.h"
#include "os/clock.h"
#include "os/file.h"

enum { DISK_LOW_MB = 512, DISK_OUT_MB = 64, MAX_PROVIDERS = 16 };

typedef enum verdict { HEALTHY, DEGRADED, UNHEALTHY } verdict;

static const char *const verdict_names[] = {"healthy", "degraded", "unhealthy"};

static bool wants_page(const http_ctx *cx)
{
    return anc_str_find(net_exchange_header(cx->ex, "accept"), ANC_STR("text/html")) != SIZE_MAX;
}

anc_status http_handle_root(http_ctx *cx)
{
    if (wants_page(cx)) {
        http_add_header(cx, ANC_STR("location"), ANC_STR("/docs"));
        cx->status = 303;
        return ANC_OK;
    }
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_put_str(&w, "name", ANC_STR("anchorage"));
    json_put_str(&w, "version", anc_str_of(cx->edge->o.version));
    json_put_str(&w, "status", ANC_STR("running"));
    json_put_str(&w, "docs", ANC_STR("/docs"));
    json_put_str(&w, "openapi", ANC_STR("/openapi.json"));
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_livez(http_ctx *cx)
{
    (void)anc_buf_add(&cx->out, ANC_STR("{\"status\":\"alive\"}"));
    return ANC_OK;
}

anc_status http_handle_readyz(http_ctx *cx)
{
    if (atomic_load(&cx->edge->draining))
        return ANC_FAIL(&cx->err, ANC_UNAVAILABLE, "draining");
    if (!srch_status(cx->edge->o.srch).ready)
        return ANC_FAIL(&cx->err, ANC_UNAVAILABLE, "the index is being read");
    (void)anc_buf_add(&cx->out, ANC_STR("{\"status\":\"ready\"}"));
    return ANC_OK;
}

static verdict put_check(json_writer *w, const char *name, verdict v, double latency_ms,
                         anc_str detail)
{
    json_name(w, name);
    json_open_object(w);
    json_put_str(w, "status", anc_str_of(verdict_names[v]));
    json_put_fixed(w, "latency_ms", latency_ms, 3);
    json_put_str(w, "detail", detail);
    json_close_object(w);
    return v;
}

static verdict worse(verdict a, verdict b)
{
    return a > b ? a : b;
}

static verdict check_database(http_ctx *cx, json_writer *w)
{
    const krn_writer writer = cx->edge->o.writer;
    const int64_t start = krn_now_ns(cx->edge->o.clock);
    const bool ok = writer.ops->healthy(writer.self);
    return put_check(w, "database", ok ? HEALTHY : UNHEALTHY,
                     krn_ms_since(cx->edge->o.clock, start),
                     ok ? ANC_STR("SQLite, writing")
                        : ANC_STR("writing stopped after a failure; see the log, then restart"));
}

static verdict check_index(http_ctx *cx, json_writer *w)
{
    const int64_t start = krn_now_ns(cx->edge->o.clock);
    const srch_status_row s = srch_status(cx->edge->o.srch);
    const anc_str detail = anc_arena_printf(
        cx->mem, "%llu documents, %llu chunks%s%.*s", (unsigned long long)s.documents,
        (unsigned long long)s.chunks, s.detail.len > 0 ? "; " : "", ANC_FMT(s.detail));
    return put_check(w, "vector_db", s.ready ? HEALTHY : DEGRADED,
                     krn_ms_since(cx->edge->o.clock, start), detail);
}

static verdict check_embedder(http_ctx *cx, json_writer *w)
{
    const emb_info_row info = emb_info(cx->edge->o.emb);
    return put_check(w, "embedder", info.available ? HEALTHY : DEGRADED, 0, info.detail);
}

static verdict check_providers(http_ctx *cx, json_writer *w)
{
    rag_provider_status rows[MAX_PROVIDERS];
    const size_t n = rag_providers(cx->edge->o.rag, rows, MAX_PROVIDERS);
    ANC_BUF(detail, 4096);
    verdict v = HEALTHY;
    for (size_t i = 0; i < n; i++) {
        (void)anc_buf_printf(&detail, "%s%.*s%s%.*s%s%.*s", i > 0 ? "; " : "",
                             ANC_FMT(rows[i].name), rows[i].model.len > 0 ? "/" : "",
                             ANC_FMT(rows[i].model), rows[i].detail.len > 0 ? ": " : "",
                             ANC_FMT(rows[i].detail));
        if (!rows[i].healthy)
            v = DEGRADED;
    }
    return put_check(w, "llm_api", v, 0, anc_buf_view(&detail));
}

static verdict check_bus(http_ctx *cx, json_writer *w)
{
    const krn_bus bus = cx->edge->o.bus;
    const krn_bus_stats s = bus.ops->stats(bus.self);
    return put_check(w, "event_bus", s.running ? HEALTHY : DEGRADED, 0,
                     anc_arena_printf(cx->mem, "in process, %llu published, %llu dropped",
                                      (unsigned long long)s.published,
                                      (unsigned long long)s.dropped));
}

static verdict check_queue(http_ctx *cx, json_writer *w)
{
    const krn_writer writer = cx->edge->o.writer;
    return put_check(w, "queue", HEALTHY, 0,
                     anc_arena_printf(cx->mem, "%zu batches at work, %zu writes waiting",
                                      ing_active(cx->edge->o.ing),
                                      writer.ops->queued(writer.self)));
}

static verdict check_cache(http_ctx *cx, json_writer *w)
{
    const emb_cache_stats s = emb_cache(cx->edge->o.emb);
    return put_check(w, "cache", HEALTHY, 0,
                     anc_arena_printf(cx->mem, "embedding: %llu entries, %llu hits, %llu misses",
                                      (unsigned long long)s.entries, (unsigned long long)s.hits,
                                      (unsigned long long)s.misses));
}

static verdict check_disk(http_ctx *cx, json_writer *w)
{
    uint64_t bytes = 0;
    anc_err err = {0};
    if (os_disk_free(cx->edge->o.data_dir, &bytes, &err) != ANC_OK)
        return put_check(w, "disk", DEGRADED, 0, anc_arena_copy(cx->mem, anc_str_of(err.text)));
    const uint64_t mb = bytes >> 20;
    return put_check(w, "disk",
                     mb < DISK_OUT_MB   ? UNHEALTHY
                     : mb < DISK_LOW_MB ? DEGRADED
                                        : HEALTHY,
                     0, anc_arena_printf(cx->mem, "%llu MiB free", (unsigned long long)mb));
}

anc_status http_handle_health(http_ctx *cx)
{
    static verdict (*const checks[])(http_ctx *, json_writer *) = {
        check_database, check_index, check_embedder, check_providers,
        check_bus,      check_queue, check_cache,    check_disk};
    ANC_BUF(rows, 64 << 10);
    json_writer inner = json_writer_of(&rows);
    verdict all = atomic_load(&cx->edge->draining) ? UNHEALTHY : HEALTHY;
    json_open_object(&inner);
    for (size_t i = 0; i < ANC_COUNT(checks); i++)
        all = worse(all, checks[i](cx, &inner));
    json_close_object(&inner);
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_put_str(&w, "status", anc_str_of(verdict_names[all]));
    json_put_str(&w, "version", anc_str_of(cx->edge->o.version));
    json_put_fixed(&w, "uptime_s", krn_ms_since(cx->edge->o.clock, cx->edge->started_ns) / 1000, 1);
    json_put_raw(&w, "checks", anc_buf_view(&rows));
    json_close_object(&w);
    cx->status = all == UNHEALTHY ? 503 : 200;
    return ANC_OK;
}

anc_status http_handle_metrics(http_ctx *cx)
{
    const krn_metrics m = cx->edge->o.metrics;
    if (m.ops != NULL)
        m.ops->render(m.self, &cx->out);
    cx->out_type = ANC_STR("text/plain; version=0.0.4; charset=utf-8");
    return ANC_OK;
}

anc_status http_handle_openapi(http_ctx *cx)
{
    (void)anc_buf_add(&cx->out, anc_buf_view(&cx->edge->openapi));
    return ANC_OK;
}

anc_status http_handle_docs(http_ctx *cx)
{
    (void)anc_buf_add(&cx->out, (anc_str){(const char *)http_docs_page, http_docs_page_len});
    cx->out_type = ANC_STR("text/html; charset=utf-8");
    http_add_header(cx, ANC_STR("content-security-policy"),
                    ANC_STR("default-src 'none'; style-src 'unsafe-inline'; script-src "
                            "'unsafe-inline'; connect-src 'self'; img-src data:; "
                            "frame-ancestors 'none'; base-uri 'none'"));
    return ANC_OK;
}
