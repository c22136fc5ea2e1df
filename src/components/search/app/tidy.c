/* tidy.c - two steps, each on a thread of its own: the index that is searched is saved, and does its long work. */
#include <stdio.h>

#include "service_impl.h"

#define RECHECK_NS    INT64_C(2000000000)
#define RETRY_NS      INT64_C(30000000000)
#define SAVE_EVERY_NS INT64_C(5000000000) /* what a crash costs is at most so much reading again */

enum { LIST_BYTES = 64 << 20, MOST_UNSAVED = 50000 };

static void tell(srch_service *srch, anc_status status, const anc_err *err)
{
    srch_saving *s = &srch->saving;
    const bool failed = status != ANC_OK && status != ANC_CANCELLED;
    (void)pthread_mutex_lock(&s->lock);
    const bool before = s->problem[0] != '\0';
    (void)snprintf(s->problem, sizeof s->problem, "%.*s", (int)sizeof s->problem - 1,
                   failed ? err->text : "");
    (void)pthread_mutex_unlock(&s->lock);
    if (failed)
        krn_count(srch->series.save_failures, 1);
    if (failed && !before)
        krn_log_write(srch->config.log, KRN_WARN, "search",
                      "index could not be saved; it goes on in memory",
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("error", anc_str_of(err->text)));
    else if (!failed && before)
        krn_log_write(srch->config.log, KRN_INFO, "search", "index is saved again",
                      KRN_INT("cursor", srch_passed(srch)));
}

anc_status srch_save(srch_service *srch, srch_slot *slot, bool last)
{
    static atomic_bool never;
    anc_err err = {0};
    srch_index_saved saved;
    if (!atomic_load(&srch->begun))
        return ANC_OK;
    ANC_ARENA(mem, LIST_BYTES);
    if (mem == NULL)
        return ANC_NO_MEMORY;
    const int64_t start_ns = krn_now_ns(srch->config.clock);
    krn_call call = srch_background_call(srch, mem, &err);
    call.cancelled = last ? &never : &slot->leaving;
    const anc_status status = slot->index.ops->save(slot->index.self, &call, last, &saved);
    tell(srch, status, &err);
    krn_count(srch->series.written, saved.bytes);
    if (saved.did) {
        krn_count(srch->series.saves, 1);
        krn_observe(srch->series.save, (double)(krn_now_ns(srch->config.clock) - start_ns) / 1e9);
        krn_observe(srch->series.save_wait, (double)saved.waited_ns / 1e9);
    }
    return status;
}

/* Saves where it is time to. */
static anc_status save(srch_service *srch, srch_slot *slot, int64_t now_ns)
{
    const srch_index index = slot->index;
    const bool due = now_ns - srch->saved_ns >= SAVE_EVERY_NS;
    if (!due && index.ops->figures(index.self, ANC_STR_NONE).unsaved_chunks < MOST_UNSAVED)
        return ANC_OK;
    const anc_status status = srch_save(srch, slot, false);
    srch->saved_ns = krn_now_ns(srch->config.clock);
    return status;
}

static anc_status tidy(srch_service *srch, srch_slot *slot, bool *ret_did)
{
    anc_err err = {0};
    ANC_ARENA(mem, LIST_BYTES);
    if (mem == NULL)
        return ANC_NO_MEMORY;
    krn_call call = srch_background_call(srch, mem, &err);
    call.cancelled = &slot->leaving;
    const anc_status status = slot->index.ops->tidy(slot->index.self, &call, ret_did);
    if (*ret_did)
        krn_count(srch->series.merges, 1);
    if (status != ANC_OK && status != ANC_CANCELLED)
        krn_log_write(srch->config.log, KRN_WARN, "search", "index could not be tidied",
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("error", anc_str_of(err.text)));
    return status;
}

static int64_t next_step(srch_service *srch, anc_status status, bool at_once)
{
    if (atomic_load(&srch->stopping))
        return INT64_MAX;
    const int64_t pause_ns = status != ANC_OK && status != ANC_CANCELLED ? RETRY_NS
                             : at_once                                   ? 0
                                                                         : RECHECK_NS;
    return krn_now_ns(srch->config.clock) + pause_ns;
}

int64_t srch_keep(void *arg, int64_t now_ns)
{
    srch_service *srch = arg;
    srch_slot *slot = srch_slot_hold(srch);
    const anc_status status = save(srch, slot, now_ns);
    srch_slot_let_go(slot);
    return next_step(srch, status, false);
}

int64_t srch_tidy(void *arg, int64_t now_ns)
{
    (void)now_ns;
    srch_service *srch = arg;
    bool did = false;
    srch_slot *slot = srch_slot_hold(srch);
    const anc_status status = tidy(srch, slot, &did);
    srch_slot_let_go(slot);
    return next_step(srch, status, did);
}
