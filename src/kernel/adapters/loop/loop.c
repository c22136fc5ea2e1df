/* loop.c - net_loop_post behind the executor port. */
#include "kernel/adapters/loop/loop.h"

static anc_status submit(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    if (net_loop_post(self, run, arg))
        return ANC_OK;
    if (net_loop_has_ended(self))
        return ANC_FAIL(err, ANC_CANCELLED, "the event loop has ended");
    return ANC_FAIL(err, ANC_UNAVAILABLE, "the event loop has as much work as it takes");
}

static const krn_executor_ops loop_ops = {.name = "loop", .submit = submit};

krn_executor krn_loop_executor(net_loop *loop)
{
    return (krn_executor){.ops = &loop_ops, .self = loop};
}

/* ---- after a pause ---- */

/* What is submitted from `run` on is for the next time, so both are read before. */
static void run_later(void *arg)
{
    const krn_loop_later now = *(krn_loop_later *)arg;
    now.run(now.arg);
}

static void begin_pause(void *arg)
{
    krn_loop_later *later = arg;
    if (!net_timer_start(later->loop, later->pause_ms, run_later, later, &later->timer))
        run_later(later);
}

static anc_status submit_later(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    krn_loop_later *later = self;
    later->run = run;
    later->arg = arg;
    return submit(later->loop, begin_pause, later, err);
}

static const krn_executor_ops later_ops = {.name = "loop, later", .submit = submit_later};

krn_executor krn_loop_executor_later(krn_loop_later *later)
{
    return (krn_executor){.ops = &later_ops, .self = later};
}
