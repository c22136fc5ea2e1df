/* handling.c - see handling.h. */
#include "kernel/ports/handling.h"

enum { LATE_TRIES = 3 }; /* that end at their deadline: minutes each */

static const int64_t LONGEST_PAUSE_NS = 5000000000;

/* Whether another try is of no use, or one too many. One that was called off says nothing about the event. */
static bool is_last(const krn_handling *h, anc_status status, unsigned tries, unsigned late)
{
    if (tries >= h->tries || late >= LATE_TRIES)
        return true;
    return status != ANC_CANCELLED && !anc_status_info(status)->retry_may_help;
}

/* Nobody ended: the try was given up by what it needed, which says so for whoever reads why it is aside. */
static anc_status called_off(unsigned tries, anc_err *err)
{
    const anc_err last = *err;
    anc_err_clear(err);
    return ANC_FAIL(err, ANC_UNAVAILABLE, "called off at the last of %u tries: %s", tries,
                    last.text);
}

anc_status krn_handle(const krn_handling *h, const krn_announcement *event, anc_err *err)
{
    int64_t pause_ns = h->pause_ns;
    unsigned late = 0;
    for (unsigned tries = 1;; tries++) {
        anc_err_clear(err);
        const anc_status status = h->handler(h->arg, event, err);
        if (status == ANC_OK)
            return ANC_OK;
        h->on_error(h->self);
        late += status == ANC_DEADLINE;
        const bool last = is_last(h, status, tries, late);
        if (last && status != ANC_CANCELLED)
            return status;
        if (!h->pause(h->self, pause_ns))
            return ANC_CANCELLED;
        if (last)
            return called_off(tries, err);
        pause_ns = pause_ns * 2 < LONGEST_PAUSE_NS ? pause_ns * 2 : LONGEST_PAUSE_NS;
    }
}
