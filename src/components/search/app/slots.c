/* slots.c - swapping one index for another under those who search. */
#include "service_impl.h"

srch_slot *srch_slot_hold(srch_service *srch)
{
    for (;;) {
        const unsigned at = atomic_load(&srch->shown);
        srch_slot *slot = &srch->slots[at];
        atomic_fetch_add(&slot->readers, 1);
        if (atomic_load(&srch->shown) == at)
            return slot;
        atomic_fetch_sub(&slot->readers, 1);
    }
}

void srch_slot_let_go(srch_slot *slot)
{
    atomic_fetch_sub(&slot->readers, 1);
}

void srch_slot_close_old(srch_service *srch)
{
    srch_slot *old = &srch->slots[1 - atomic_load(&srch->shown)];
    if (!old->open || old == &srch->slots[srch->building] || atomic_load(&old->readers) > 0)
        return;
    old->index.ops->close(old->index.self);
    old->open = false;
}

anc_status srch_slot_begin(srch_service *srch, bool *ret_wait, anc_err *err)
{
    const unsigned shown = atomic_load(&srch->shown);
    srch_slot *next = &srch->slots[1 - shown];
    const srch_index_options options = {.model = ANC_STR(""),
                                        .place = srch->config.index_place,
                                        .recall = srch->config.recall,
                                        .title_weight = srch->config.title_weight,
                                        .write_bytes_per_second =
                                            srch->config.write_bytes_per_second,
                                        .anew = true};
    srch->building = shown; /* gives up what an earlier rebuild had begun */
    srch_slot_close_old(srch);
    *ret_wait = next->open;
    if (next->open)
        return ANC_OK;
    ANC_TRY(srch->config.open_index(&options, &next->index, err));
    next->open = true;
    atomic_store(&next->leaving, false);
    srch->building = 1 - shown;
    return ANC_OK;
}

void srch_slot_show(srch_service *srch)
{
    const unsigned before = atomic_exchange(&srch->shown, srch->building);
    if (before != srch->building)
        atomic_store(&srch->slots[before].leaving, true);
}
