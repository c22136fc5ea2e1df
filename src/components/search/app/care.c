/* care.c - the use cases of those who look after an index: verify, optimize. */
#include "base/str.h"
#include "service_impl.h"

typedef struct lines {
    anc_arena *mem;
    anc_str items[SRCH_FOUND_LINES];
    size_t n;
} lines;

static void keep_line(void *arg, anc_str what)
{
    lines *l = arg;
    if (l->n == SRCH_FOUND_LINES)
        return;
    const anc_str copy = anc_arena_copy(l->mem, what);
    if (copy.ptr != NULL)
        l->items[l->n++] = copy;
}

anc_status srch_verify(srch_service *srch, krn_call *call, srch_verified *ret)
{
    lines found = {.mem = call->mem};
    *ret = (srch_verified){0};
    srch_slot *slot = srch_slot_hold(srch);
    const anc_status status =
        slot->index.ops->verify(slot->index.self, call, keep_line, &found, &ret->damaged);
    srch_slot_let_go(slot);
    ANC_TRY(status);
    const bool is_damaged = ret->damaged > 0;
    ret->damaged += srch_left_out_tell(srch, keep_line, &found);
    ret->lines = anc_arena_alloc(call->mem, found.n, sizeof *ret->lines);
    if (ret->lines == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for what was found");
    for (; ret->n < found.n; ret->n++)
        ret->lines[ret->n] = found.items[ret->n];
    if (is_damaged) /* the follower mends what was set aside */
        srch_wake(srch);
    return ANC_OK;
}

anc_status srch_optimize(srch_service *srch, krn_call *call)
{
    srch_slot *slot = srch_slot_hold(srch);
    const anc_status status = slot->index.ops->optimize(slot->index.self, call);
    srch_slot_let_go(slot);
    return status;
}
