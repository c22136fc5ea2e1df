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

int64_t kno_sweep_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    if (atomic_load(&kno->stopping))
        return WHEN_WOKEN;
    if (kno->sweep.shard >= N_SHARDS)
        kno->sweep = (kno_sweep_state){.all_seen = kno->sweep.all_seen}; /* another round */
    if (atomic_exchange(&kno->sweep_asked, false))
        kno->sweep = (kno_sweep_state){.all_seen = kno->sweep.all_seen, .shard = kno->sweep.shard};
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, SWEEP_ARENA_BYTES);
    if (mem == NULL)
        return now_ns + RETRY_NS;
    krn_call call = kno_own_call(kno, mem, &err, now_ns + STEP_NS);
    if (sweep_piece(kno, &call) != ANC_OK)
        return kno_after_failure(kno, "the sweep stopped", &err, &kno->sweep.wait_ns, now_ns);
    kno->sweep.wait_ns = 0;
    return kno->sweep.shard >= N_SHARDS ? now_ns + KNO_SWEEP_EVERY_NS : now_ns;
}
