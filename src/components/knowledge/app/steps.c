/* steps.c - the sweep, and what the background steps share. */
#include "knowledge/domain/rules.h"
#include "service_impl.h"

enum {
    SWEEP_ARENA_BYTES = 64 << 20,
    SWEEP_VERSIONS = 16, /* a step */
    N_SHARDS = 256
};
#define STEP_NS       ((int64_t)30 * 1000000000) /* a step's own deadline */
#define RETRY_NS      ((int64_t)30 * 1000000000) /* after many failures in a row */
#define FIRST_WAIT_NS ((int64_t)1000000000)      /* after the first */
#define WHEN_WOKEN    INT64_MAX

int64_t kno_after_failure(kno_service *kno, const char *what, const anc_err *err, int64_t *wait_ns,
                          int64_t now_ns)
{
    *wait_ns = *wait_ns == 0 ? FIRST_WAIT_NS : 2 * *wait_ns;
    if (*wait_ns > RETRY_NS)
        *wait_ns = RETRY_NS;
    if (!atomic_load(&kno->stopping))
        krn_log_write(kno->with.log, KRN_WARN, "knowledge", what,
                      KRN_STR("error", anc_str_of(err->text)));
    return now_ns + *wait_ns;
}

int64_t kno_step_run(kno_service *kno, const kno_step *step, int64_t now_ns, int64_t idle_ns,
                     bool *ret_done)
{
    *ret_done = false;
    if (atomic_load(&kno->stopping))
        return WHEN_WOKEN;
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, step->arena_bytes);
    if (mem == NULL)
        return now_ns + RETRY_NS;
    krn_call call = kno_own_call(kno, mem, &err, now_ns + step->most_ns);
    bool more = false;
    if (step->some(kno, &call, &more) != ANC_OK)
        return kno_after_failure(kno, step->stopped, &err, step->wait_ns, now_ns);
    *step->wait_ns = 0;
    *ret_done = !more;
    return more ? now_ns : now_ns + idle_ns;
}

void kno_document_left_out(kno_service *kno, krn_call *call, anc_str collection, anc_str document,
                           const char *what, const char *kind, const char *advice)
{
    const anc_str why = anc_str_of(call->err->text);
    const ev_context context = {.component = ANC_STR("knowledge"), .aggregate_id = document};
    krn_log_write(kno->with.log, KRN_ERROR, "knowledge", what, KRN_STR("collection", collection),
                  KRN_STR("document_id", document), KRN_STR("error", why));
    krn_feed_error(kno->with.feed, &context, anc_str_of(kind), why, anc_str_of(advice));
    anc_err_clear(call->err);
}

/* ---- sweep --------------------------------------------------------------------------------- */

static anc_status sweep_shard(kno_service *kno, krn_call *call, unsigned shard)
{
    const kno_raw_store raw = kno->with.raw;
    const kno_garbage_store g = kno->with.catalog.garbage;
    kno_digest *digests = NULL;
    size_t n = 0, removed = 0;
    ANC_TRY(raw.ops->list(raw.self, shard, call->mem, &digests, &n, call->err));
    bool *named = anc_arena_alloc(call->mem, n, sizeof *named);
    if (named == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu objects", n);
    ANC_TRY(g.ops->named(g.self, call, digests, n, named));
    for (size_t i = 0; i < n; i++) {
        if (named[i])
            continue;
        ANC_TRY(kno_object_collect(kno, call, &digests[i]));
        removed++;
    }
    if (removed > 0)
        krn_log_write(kno->with.log, KRN_INFO, "knowledge", "unnamed objects swept",
                      KRN_INT("objects", removed));
    return ANC_OK;
}

static anc_status sweep_piece(kno_service *kno, krn_call *call)
{
    kno_sweep_state *s = &kno->sweep;
    if (!s->expired)
        return kno_versions_expire(kno, call);
    if (!s->rows_done) {
        bool dropped = false, garbage = false;
        ANC_TRY(kno_dropped_collect(kno, call, &dropped));
        if (!dropped)
            ANC_TRY(kno_garbage_collect(kno, call, 0, &s->after, SWEEP_VERSIONS, &garbage));
        s->rows_done = !dropped && !garbage;
        return ANC_OK;
    }
    if (!s->models_done)
        return kno_models_forget(kno, call, &s->models_done);
    ANC_TRY(sweep_shard(kno, call, s->shard));
    s->shard++;
    return ANC_OK;
}

static anc_status sweep_some(kno_service *kno, krn_call *call, bool *ret_more)
{
    ANC_TRY(sweep_piece(kno, call));
    *ret_more = kno->sweep.shard < N_SHARDS;
    return ANC_OK;
}

int64_t kno_sweep_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    if (atomic_load(&kno->stopping))
        return WHEN_WOKEN;
    if (kno->sweep.shard >= N_SHARDS)
        kno->sweep = (kno_sweep_state){.all_seen = kno->sweep.all_seen}; /* another round */
    if (atomic_exchange(&kno->sweep_asked, false))
        kno->sweep = (kno_sweep_state){.all_seen = kno->sweep.all_seen, .shard = kno->sweep.shard};
    const kno_step step = {.stopped = "the sweep stopped",
                           .arena_bytes = SWEEP_ARENA_BYTES,
                           .most_ns = STEP_NS,
                           .wait_ns = &kno->sweep.wait_ns,
                           .some = sweep_some};
    bool done;
    return kno_step_run(kno, &step, now_ns, KNO_SWEEP_EVERY_NS, &done);
}
