/* follow_kept.c - an index that was kept: gone on with after a start, marked for saves, mended where it is damaged.
 *
 * What was kept says how far it was followed. From there the change log brings it up to date, as long as the log still
 * has every change since; where it has not, or the catalog is an older one than the index, nothing of it is believed.
 * Where documents may be missing (a part was damaged, a walk had not ended, some were given up), the documents are
 * walked beside the log, and those that are there in their version are passed by: whatever else changed of them stands
 * in the log.
 */
#include "base/map.h"
#include "base/str.h"
#include "service_impl.h"

static srch_index shown_index(const srch_service *srch)
{
    return srch->slots[atomic_load(&srch->shown)].index;
}

/* Whether the log has all changes behind `cursor`: its numbers have no gaps. */
static anc_status has_log(srch_service *srch, krn_call *call, uint64_t cursor, uint64_t head,
                          bool *ret)
{
    const krn_changes changes = srch->config.changes;
    krn_change *rows = NULL;
    size_t n = 0;
    *ret = cursor == head;
    if (cursor >= head)
        return ANC_OK;
    ANC_TRY(changes.ops->read(changes.self, call, cursor, 1, &rows, &n));
    *ret = n > 0 && rows[0].seq == cursor + 1;
    return ANC_OK;
}

/* An index of another model than searches are to use lacks the vectors of what was put since: it is filled anew with
 * what is missing. */
static anc_status drop_other_model(srch_service *srch, krn_call *call, anc_str collection,
                                   bool *ret_dropped)
{
    const srch_index index = shown_index(srch);
    srch_index_models have;
    anc_str model;
    uint32_t dims;
    ANC_TRY(index.ops->models(index.self, call, collection, &have));
    if (!have.is_there)
        return ANC_OK;
    const anc_status status =
        kno_searched_model(srch->config.knowledge, call, collection, &model, &dims);
    if (status == ANC_NOT_FOUND) { /* so says the log, too */
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    if (anc_str_eq(have.model, model))
        return ANC_OK;
    *ret_dropped = true;
    return index.ops->drop(index.self, call, collection);
}

static anc_status drop_other_models(srch_service *srch, krn_call *call, bool *ret_dropped)
{
    enum { COLLECTIONS_A_PAGE = 100 };
    anc_str after = ANC_STR_NONE;
    for (;;) {
        kno_collection *rows = NULL;
        size_t n = 0;
        ANC_TRY(kno_collection_list(srch->config.knowledge, call, after, COLLECTIONS_A_PAGE, &rows,
                                    &n));
        for (size_t i = 0; i < n; i++)
            ANC_TRY(drop_other_model(srch, call, rows[i].name, ret_dropped));
        if (n < COLLECTIONS_A_PAGE)
            return ANC_OK;
        after = rows[n - 1].name;
    }
}

static void begin_mending(srch_service *srch, krn_call *call)
{
    srch_follow_state *f = &srch->follow;
    srch_walk_begin(&f->mending, f->cursor, ANC_STR_NONE);
    f->mending.total = srch_documents_there(srch, call);
    atomic_store(&srch->walk_done, 0);
    atomic_store(&srch->walk_total, f->mending.total);
}

static void tell_damage(srch_service *srch, const srch_index_kept *kept)
{
    krn_count(srch->series.damages, 1);
    krn_log_write(
        srch->config.log, KRN_ERROR, "search",
        "a part of the index was damaged and is set aside; its documents are indexed again",
        KRN_STR("error", anc_str_of(kept->text)), KRN_INT("damages", kept->damages));
    const ev_context context = {.component = ANC_STR("search")};
    krn_feed_error(srch->config.feed, &context, ANC_STR("index_damaged"), anc_str_of(kept->text),
                   ANC_STR("nothing has to be done; `anchorage doctor` names what is set aside"));
}

/* An index that was made with another weight of titles stays as it is until it is built anew, which is asked for. */
static void ask_for_weight(srch_service *srch, srch_index index)
{
    const uint32_t has = index.ops->figures(index.self, ANC_STR_NONE).title_weight;
    const uint32_t wanted = srch->config.title_weight > 0 ? srch->config.title_weight : 1;
    if (has == wanted)
        return;
    krn_log_write(srch->config.log, KRN_INFO, "search",
                  "titles are to count otherwise: the index is built anew beside the one that is "
                  "searched",
                  KRN_INT("title_weight", wanted), KRN_INT("before", has));
    srch_rebuild(srch);
}

anc_status srch_go_on(srch_service *srch, krn_call *call, bool *ret_done)
{
    const srch_index index = shown_index(srch);
    const srch_index_kept kept = index.ops->kept(index.self);
    const krn_changes changes = srch->config.changes;
    srch_follow_state *f = &srch->follow;
    uint64_t head = 0;
    *ret_done = false;
    if (kept.damages > f->damages)
        tell_damage(srch, &kept);
    f->damages = kept.damages;
    if (!kept.is_there)
        return ANC_OK;
    ANC_TRY(changes.ops->head(changes.self, call, &head));
    ANC_TRY(has_log(srch, call, kept.mark.cursor, head, ret_done));
    if (!*ret_done) {
        krn_log_write(srch->config.log, KRN_WARN, "search",
                      "the index is of another state of the catalog and is built anew",
                      KRN_INT("cursor", kept.mark.cursor), KRN_INT("head", head));
        return index.ops->forget(index.self, call);
    }
    ANC_TRY(drop_other_models(srch, call, &f->lacks));
    f->again = f->known = f->unsure = true;
    f->awaited = head;
    f->cursor = kept.mark.cursor;
    if (!kept.mark.whole || f->lacks)
        begin_mending(srch, call);
    srch_reached(srch, kept.mark.cursor);
    ask_for_weight(srch, index);
    krn_log_write(srch->config.log, KRN_INFO, "search", "index opened as it was kept",
                  KRN_INT("cursor", kept.mark.cursor), KRN_INT("head", head),
                  KRN_INT("whole", kept.mark.whole ? 1 : 0));
    return ANC_OK;
}

void srch_note_mark(srch_service *srch)
{
    const srch_follow_state *f = &srch->follow;
    const srch_index index = shown_index(srch);
    const bool walking = !f->again;
    const srch_index_mark mark = {.cursor = walking ? f->catalog.target : f->cursor,
                                  .whole = !walking && !f->mending.going &&
                                           anc_map_count(f->left_out) == 0,
                                  .damages = f->damages};
    index.ops->mark(index.self, &mark);
    atomic_store(&srch->begun, true);
}

void srch_look_at_damage(srch_service *srch, krn_call *call)
{
    const srch_index index = shown_index(srch);
    const srch_index_kept kept = index.ops->kept(index.self);
    srch_follow_state *f = &srch->follow;
    if (kept.damages == f->damages)
        return;
    f->damages = kept.damages;
    tell_damage(srch, &kept);
    begin_mending(srch, call);
    srch_note_mark(srch);
}

anc_status srch_mending_step(srch_service *srch, krn_call *call)
{
    srch_walk *walk = &srch->follow.mending;
    bool end = false;
    ANC_TRY(srch_mending_page(srch, call, &end));
    atomic_store(&srch->walk_done, walk->done);
    if (!end) {
        srch_detail_set(srch, "looking for what is missing: %llu of %llu documents",
                        (unsigned long long)walk->done,
                        (unsigned long long)(walk->total > walk->done ? walk->total : walk->done));
        return ANC_OK;
    }
    walk->going = false;
    atomic_store(&srch->mended, srch->follow.damages);
    atomic_store(&srch->walk_total, walk->done);
    srch_reached(srch, srch->follow.cursor);
    srch_detail_set(srch, "%llu documents compared with the catalog",
                    (unsigned long long)walk->done);
    krn_log_write(srch->config.log, KRN_INFO, "search", "index mended",
                  KRN_INT("documents", walk->done), KRN_INT("cursor", srch->follow.cursor));
    return ANC_OK;
}

void srch_look_whether_ready(srch_service *srch)
{
    const srch_follow_state *f = &srch->follow;
    if (atomic_load(&srch->ready) || !f->again || f->mending.going || f->cursor < f->awaited)
        return;
    srch_detail_set(srch, "up to date");
    krn_log_write(srch->config.log, KRN_INFO, "search", "index ready",
                  KRN_INT("cursor", f->cursor));
    atomic_store(&srch->ready, true);
}
