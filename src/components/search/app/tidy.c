/* tidy.c - the step that has the index that is searched do its long work, on a thread of its own. */
#include "service_impl.h"

#define TIDY_RECHECK_NS INT64_C(2000000000)
#define TIDY_RETRY_NS   INT64_C(30000000000)

int64_t srch_tidy(void *arg, int64_t now_ns)
{
    enum { LIST_BYTES = 1 << 20 };
    srch_service *srch = arg;
    anc_err err = {0};
    bool did = false;
    ANC_ARENA(mem, LIST_BYTES);
    if (mem == NULL)
        return now_ns + TIDY_RETRY_NS;
    srch_slot *slot = srch_slot_hold(srch);
    krn_call call = srch_background_call(srch, mem, &err);
    call.cancelled = &slot->leaving;
    const anc_status status = slot->index.ops->tidy(slot->index.self, &call, &did);
    srch_slot_let_go(slot);
    if (atomic_load(&srch->stopping))
        return INT64_MAX;
    if (status == ANC_OK || status == ANC_CANCELLED)
        return krn_now_ns(srch->config.clock) + (did ? 0 : TIDY_RECHECK_NS);
    krn_log_write(srch->config.log, KRN_WARN, "search", "index could not be tidied",
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("error", anc_str_of(err.text)));
    return krn_now_ns(srch->config.clock) + TIDY_RETRY_NS;
}
