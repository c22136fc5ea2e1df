/* arrival.c - a model elsewhere that is not there yet, or not answering: asked again until it is, in the background.
 *
 * So a start waits for no endpoint. What a try found is told as any failure of the model is: in the log once, in
 * /health as long as it lasts.
 */
#include "kernel/domain/feed_events.h"
#include "service_impl.h"
#include "unrelated_impl.h"

static const int64_t FIRST_PAUSE_NS = 1000000000;
static const int64_t LONGEST_PAUSE_NS = (int64_t)30 * 1000000000;

anc_status emb_service_start(emb_service *emb, krn_scheduler scheduler, anc_err *err)
{
    emb->scheduler = scheduler;
    ANC_TRY(scheduler.ops->add(scheduler.self, "model", emb_service_step, emb, &emb->step_id, err));
    atomic_store_explicit(&emb->started, true, memory_order_release);
    return ANC_OK;
}

void emb_service_listen(emb_service *emb, void (*on_there)(void *arg), void *arg)
{
    emb->on_there = on_there;
    emb->there_arg = arg;
}

static void tell_there(emb_service *emb)
{
    if (emb->on_there != NULL)
        emb->on_there(emb->there_arg);
}

void emb_note(emb_service *emb, anc_status status, const anc_err *err)
{
    if (emb_trouble_note(&emb->trouble, status, err))
        tell_there(emb);
}

void emb_service_stop(emb_service *emb)
{
    if (emb != NULL)
        atomic_store(&emb->stopping, true);
}

bool emb_look_soon(emb_service *emb)
{
    if (!atomic_load_explicit(&emb->started, memory_order_acquire))
        return false;
    emb->scheduler.ops->wake(emb->scheduler.self, emb->step_id);
    return true;
}

bool emb_service_has_settled(const emb_service *emb)
{
    const bool lacks = !emb_is_ready(emb) && emb->opener.open != NULL;
    return atomic_load(&emb->tried) || !(lacks || atomic_load(&emb->unmeasured));
}

static anc_status get(emb_service *emb, anc_err *err)
{
    emb_encoder encoder = {0};
    ANC_TRY(emb->opener.open(emb->opener.arg, &emb->stopping, &encoder, err));
    atomic_store(&emb->unmeasured, true);
    const anc_status status = emb_install(emb, &encoder, err);
    if (status != ANC_OK) {
        emb_encoder_close(&encoder);
        return status;
    }
    krn_log_write(emb->log, KRN_INFO, "embedding", "the embedding model has come",
                  KRN_STR("model", encoder.model), KRN_STR("detail", encoder.detail));
    tell_there(emb);
    return ANC_OK;
}

static anc_status measure(emb_service *emb, anc_err *err)
{
    double unrelated = 0;
    const krn_call call = {.deadline_ns = INT64_MAX, .cancelled = &emb->stopping};
    ANC_TRY(
        emb_measure_unrelated(&emb->encoder, emb->clock, EMB_MEASURE_NS, &call, &unrelated, err));
    atomic_store(&emb->unrelated, unrelated);
    atomic_store(&emb->unmeasured, false);
    return ANC_OK;
}

/* Watchers of the feed are told of the first try; the log has a line where trouble begins. */
static void tell(emb_service *emb, bool lacks, anc_status status, const anc_err *err)
{
    const ev_context context = {.component = ANC_STR("embedding")};
    const bool first = emb->pause_ns == 0;
    emb_note(emb, status == ANC_OK ? ANC_OK : ANC_UNAVAILABLE, err);
    if (status != ANC_OK && lacks && first && emb->feed.ops != NULL)
        krn_feed_error(emb->feed, &context, ANC_STR("model_unusable"), anc_str_of(err->text),
                       ANC_STR("start the endpoint: it is asked again; words alone are searched "
                               "until then"));
}

int64_t emb_service_step(void *service, int64_t now_ns)
{
    emb_service *emb = service;
    anc_err err = {0};
    const bool lacks = !emb_is_ready(emb);
    if ((lacks && emb->opener.open == NULL) || (!lacks && !atomic_load(&emb->unmeasured)) ||
        atomic_load(&emb->stopping))
        return INT64_MAX;
    const anc_status status = lacks ? get(emb, &err) : measure(emb, &err);
    if (atomic_load(&emb->stopping))
        return INT64_MAX;
    tell(emb, lacks, status, &err);
    atomic_store(&emb->tried, status != ANC_OK || !lacks);
    if (status == ANC_OK) {
        emb->pause_ns = 0;
        return lacks ? now_ns : INT64_MAX;
    }
    emb->pause_ns = emb->pause_ns > 0 ? 2 * emb->pause_ns : FIRST_PAUSE_NS;
    if (emb->pause_ns > LONGEST_PAUSE_NS)
        emb->pause_ns = LONGEST_PAUSE_NS;
    return krn_now_ns(emb->clock) + emb->pause_ns;
}
