/* handling.c - see handling.h. */
#include "kernel/ports/handling.h"

static const int64_t LONGEST_PAUSE_NS = 5000000000;

anc_status krn_handle(const krn_handling *h, const krn_announcement *event, anc_err *err)
{
    int64_t pause_ns = h->pause_ns;
    for (unsigned tries = 1;; tries++) {
        anc_err_clear(err);
        const anc_status status = h->handler(h->arg, event, err);
        if (status == ANC_OK)
            return ANC_OK;
        h->on_error(h->self);
        if (status == ANC_CANCELLED || !anc_status_info(status)->retry_may_help ||
            tries >= h->tries)
            return status;
        if (!h->pause(h->self, pause_ns))
            return ANC_CANCELLED;
        pause_ns = pause_ns * 2 < LONGEST_PAUSE_NS ? pause_ns * 2 : LONGEST_PAUSE_NS;
    }
}
