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
