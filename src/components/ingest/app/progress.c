/* progress.c - a document that takes long: how far it is, and for how long it may stand still.
 *
 * The limit is on standstill, not on the whole: a long document on a slow machine is embedded for hours, block by block,
 * and each block gives it as much time again. The whole has a limit of its own, far away.
 */
#include "service_impl.h"

enum { ARENA_BYTES = 1 << 20, MINUTE_S = 60 };
#define READ_NS ((int64_t)6 * 3600 * 1000000000)

void ing_progress_begin(ing_worker *w, int64_t now_ns)
{
    pthread_mutex_lock(&w->ing->lock);
    w->chunks_done = 0;
    w->chunks = 0;
    pthread_mutex_unlock(&w->ing->lock);
    w->began_ns = now_ns;
    if (w->renewed_ns == 0)
        w->renewed_ns = now_ns;
}

static void note(ing_worker *w, size_t done, size_t of)
{
    pthread_mutex_lock(&w->ing->lock);
    w->chunks_done = done;
    w->chunks = of;
    pthread_mutex_unlock(&w->ing->lock);
}

/* Who has lost the item stops; what else fails is tried again at the next block, and the lease is long enough. */
static anc_status renew_in_time(ing_worker *w, int64_t now_ns, anc_err *err)
{
    if (now_ns - w->renewed_ns < w->ing->with.lease_ms * 1000000 / 8)
        return ANC_OK;
    ANC_ARENA(mem, ARENA_BYTES);
    anc_err why;
    anc_err_clear(&why);
    if (mem == NULL)
        return ANC_OK;
    krn_call call =
        ing_call_of(w->ing, &w->run->batch, mem, &why, now_ns + ing_standstill_ns(w->ing) / 2);
    call.cancelled = &w->stop;
    const anc_status status = ing_item_renew(w, &call);
    if (status == ANC_CONFLICT || status == ANC_NOT_FOUND)
        return ANC_FAIL(err, status, "%s", why.text);
    if (status == ANC_OK)
        w->renewed_ns = krn_now_ns(w->ing->with.clock);
    return ANC_OK;
}

anc_status ing_progress(void *worker, size_t done, size_t of, int64_t *deadline_ns, anc_err *err)
{
    ing_worker *w = worker;
    const int64_t now_ns = krn_now_ns(w->ing->with.clock);
    const int64_t end_ns = w->began_ns + READ_NS;
    if (of > 0)
        note(w, done, of);
    ANC_TRY(renew_in_time(w, now_ns, err));
    const int64_t next_ns = krn_now_ns(w->ing->with.clock) + ing_standstill_ns(w->ing);
    *deadline_ns = next_ns < end_ns ? next_ns : end_ns;
    return ANC_OK;
}

void ing_progress_explain(ing_worker *w, const char *stage, anc_err *err)
{
    const int64_t took_ns = krn_now_ns(w->ing->with.clock) - w->began_ns;
    const long long took_s = (long long)(took_ns / 1000000000);
    const long long limit_s = (long long)(ing_standstill_ns(w->ing) / 1000000000);
    ANC_BUF(how_far, 128);
    if (w->chunks > 0)
        (void)anc_buf_printf(&how_far, ", with %zu of %zu chunks embedded", w->chunks_done,
                             w->chunks);
    anc_err_clear(err);
    (void)(took_ns >= READ_NS
               ? ANC_FAIL(err, ANC_DEADLINE,
                          "it was read for %lld minutes%.*s; no document is given more: split it, "
                          "or take a smaller embedding model, and replay it",
                          took_s / MINUTE_S, ANC_FMT(anc_buf_view(&how_far)))
               : ANC_FAIL(err, ANC_DEADLINE,
                          "it came no further for %lld seconds (the limit, "
                          "ingest.standstill_s) at the stage %s, after %lld in all%.*s; replay it "
                          "when the machine has less to do, or with a greater limit or fewer "
                          "ingest.workers: what was embedded is mostly not embedded again",
                          limit_s, stage, took_s, ANC_FMT(anc_buf_view(&how_far))));
}

uint64_t ing_progress_bytes(ing_service *ing, int64_t batch, bool *ret_embeds)
{
    double bytes = 0;
    *ret_embeds = false;
    pthread_mutex_lock(&ing->lock);
    for (unsigned i = 0; i < ing->n_workers; i++) {
        const ing_worker *w = &ing->workers[i];
        if (w->here.batch != batch || w->chunks == 0)
            continue;
        *ret_embeds = true;
        bytes += (double)w->here.bytes * (double)w->chunks_done / (double)w->chunks;
    }
    pthread_mutex_unlock(&ing->lock);
    return (uint64_t)bytes;
}
