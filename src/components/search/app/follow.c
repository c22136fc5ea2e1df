/* follow.c - the step that keeps the index at the state of the catalog.
 *
 * After a start it goes on from where the kept index is (follow_kept.c). Where nothing is kept it notes the head of the
 * change log, walks all documents, and reads the log from that head on. Documents that are put or deleted during the
 * walk are handled between its pages and are seen at once; from the first other change on (of a collection, of a model)
 * the log waits for the end of the walk. Each call of the step handles one page of documents or of changes, or one of
 * each.
 *
 *   catalog walk ──end──▶ following ──settings of a collection changed──▶ walk of its members ─┐
 *                             ▲                                                                │
 *                             └────────────────────────────────────────────────────────────────┘
 *
 * A rebuild walks the catalog into another index while it follows, a page of each in turn: what changes is
 * written to both, so that it is seen as soon as ever, and so that at the end of the walk the new index is
 * as far as the one it takes the place of. Who asks for a rebuild while one is going gets that one.
 *
 * While it follows, an index of another model may be filled beside (shadow.c): a page of changes and a page
 * of that in turn, so that nobody who waits for a document waits for it.
 *
 * Failures: one that may pass (I/O, memory, a deadline) is tried again after a pause that doubles up
 * to MAX_BACKOFF_NS, from the same place. One that will not pass, or one document that failed
 * MAX_TRIES times in a row, concerns that document alone: it is taken out of the index, counted and
 * named, and the follower goes on (left_out.c). It is read again when it changes and by a rebuild.
 *
 * A rebuild that is asked for during the first walk waits for its end: that walk fills the index which
 * is searched, and must not leave half of an older state in it.
 */
#include <string.h>

#include "base/str.h"
#include "service_impl.h"

enum { PAGE = 32 };
#define MIN_BACKOFF_NS  INT64_C(50000000)
#define MAX_BACKOFF_NS  INT64_C(5000000000)
#define IDLE_RECHECK_NS INT64_C(5000000000) /* a wake that was lost costs at most this */

/* ---- the catalog ------------------------------------------------------------------------------- */

uint64_t srch_documents_there(srch_service *srch, krn_call *call)
{
    kno_stats_row *rows = NULL;
    size_t n = 0;
    uint64_t sum = 0;
    if (kno_stats(srch->config.knowledge, call, &rows, &n) != ANC_OK)
        anc_err_clear(call->err);
    for (size_t i = 0; i < n; i++)
        sum += rows[i].documents;
    return sum;
}

/* After a start the empty index is filled while it is searched; a rebuild fills another one.
 * *ret_wait: there is none to fill yet. */
static anc_status catalog_begin(srch_service *srch, krn_call *call, bool *ret_wait)
{
    const krn_changes changes = srch->config.changes;
    uint64_t head = 0;
    *ret_wait = false;
    ANC_TRY(changes.ops->head(changes.self, call, &head));
    if (srch->follow.again)
        ANC_TRY(srch_slot_begin(srch, ret_wait, call->err));
    if (*ret_wait)
        return ANC_OK;
    srch_walk_begin(&srch->follow.catalog, head, ANC_STR_NONE);
    srch->follow.catalog.total = srch_documents_there(srch, call);
    if (!srch->follow.again)
        srch->follow.cursor = head;
    atomic_store(&srch->walk_done, 0);
    atomic_store(&srch->walk_total, srch->follow.catalog.total);
    srch_note_mark(srch);
    return ANC_OK;
}

void srch_reached(srch_service *srch, uint64_t cursor)
{
    srch->follow.cursor = cursor;
    srch_note_mark(srch);
    if (!srch->follow.again) {
        srch->config.watermark.ops->raise_ahead(srch->config.watermark.self,
                                                srch->follow.catalog.target, cursor);
        return;
    }
    if (srch->follow.mending.going && !atomic_load(&srch->ready)) { /* others may be missing */
        srch->config.watermark.ops->raise_ahead(srch->config.watermark.self,
                                                srch->follow.mending.target, cursor);
        return;
    }
    srch->config.watermark.ops->raise(srch->config.watermark.self, cursor);
    kno_shown(srch->config.knowledge, cursor);
    krn_gauge_set(srch->series.cursor, (int64_t)cursor);
}

static anc_status catalog_step(srch_service *srch, krn_call *call)
{
    srch_walk *walk = &srch->follow.catalog;
    bool end = false;
    ANC_TRY(srch_walk_page(srch, call, walk, ANC_STR_NONE, SRCH_INTO_BUILT, &end));
    atomic_store(&srch->walk_done, walk->done);
    if (!end) {
        srch_detail_set(srch, "rebuilding: %llu of %llu documents", (unsigned long long)walk->done,
                        (unsigned long long)(walk->total > walk->done ? walk->total : walk->done));
        return ANC_OK;
    }
    walk->going = false;
    atomic_store(&srch->walk_total, walk->done);
    if (srch->follow.again) /* what another index lacks, this one does not */
        srch->follow.mending.going = false;
    srch_slot_show(srch);
    srch->follow.damages = srch_built_index(srch).ops->kept(srch_built_index(srch).self).damages;
    atomic_store(&srch->mended, srch->follow.damages);
    srch->follow.again = true;
    srch->follow.known = true;
    srch->follow.unsure = true;
    atomic_store(&srch->rebuild_done, srch->follow.taken);
    srch_reached(srch, srch->follow.cursor); /* a rebuild's index is as far as it was followed */
    srch_syncs_note(srch, true);
    srch_detail_set(srch, "%llu documents indexed", (unsigned long long)walk->done);
    krn_log_write(srch->config.log, KRN_INFO, "search", "index built",
                  KRN_INT("documents", walk->done), KRN_INT("cursor", srch->follow.cursor));
    atomic_store(&srch->ready, true);
    return ANC_OK;
}

/* ---- the change log --------------------------------------------------------------------------- */

static anc_status drop_collection(srch_service *srch, krn_call *call, anc_str name)
{
    const srch_targets targets = srch_targets_of(srch, SRCH_INTO_ALL);
    srch_left_out_drop_collection(srch, name);
    srch_shadow_dropped(srch, name);
    for (size_t i = 0; i < targets.n; i++) {
        const srch_index index = targets.items[i];
        ANC_TRY(index.ops->drop(index.self, call, name));
    }
    return ANC_OK;
}

/* *ret_done is false when the change began a walk that has to end first. */
static anc_status handle_change(srch_service *srch, krn_call *call, const krn_change *change,
                                bool *ret_done)
{
    srch_follow_state *f = &srch->follow;
    *ret_done = true;
    switch (change->op) {
    case KRN_CHANGE_PUBLISH:
    case KRN_CHANGE_DELETE:
        return srch_handle_document(srch, call, SRCH_INTO_ALL, change->collection,
                                    change->document_id);
    case KRN_CHANGE_DROP_COLLECTION:
        return drop_collection(srch, call, change->collection);
    case KRN_CHANGE_MODEL:
        f->unsure = true;
        return change->version > 0 ? srch_shadow_switched(srch, call, change->collection) : ANC_OK;
    case KRN_CHANGE_COLLECTION:
        break;
    }
    if (change->collection.len > sizeof f->only)
        return ANC_FAIL(call->err, ANC_BUG, "a collection's name of %zu bytes",
                        change->collection.len);
    memcpy(f->only, change->collection.ptr, change->collection.len);
    f->only_len = change->collection.len;
    srch_walk_begin(&f->members, change->seq, change->collection);
    *ret_done = false;
    return ANC_OK;
}

static anc_status log_step(srch_service *srch, krn_call *call, bool *ret_more)
{
    const krn_changes changes = srch->config.changes;
    krn_change *rows = NULL;
    size_t n = 0;
    uint64_t head = 0;
    ANC_TRY(changes.ops->read(changes.self, call, srch->follow.cursor, PAGE, &rows, &n));
    *ret_more = n > 0;
    ANC_TRY(changes.ops->head(changes.self, call, &head));
    atomic_store(&srch->head, head);
    for (size_t i = 0; i < n; i++) {
        bool done;
        ANC_TRY(handle_change(srch, call, &rows[i], &done));
        if (!done)
            return ANC_OK;
        srch_reached(srch, rows[i].seq);
    }
    return ANC_OK;
}

static anc_status members_step(srch_service *srch, krn_call *call)
{
    srch_walk *walk = &srch->follow.members;
    bool end = false;
    ANC_TRY(srch_walk_page(srch, call, walk, (anc_str){srch->follow.only, srch->follow.only_len},
                           SRCH_INTO_ALL, &end));
    if (end) {
        walk->going = false;
        srch_reached(srch, walk->target);
    }
    return ANC_OK;
}

/* ---- the step --------------------------------------------------------------------------------- */

/* One page of changes, or of a collection whose settings changed. */
static anc_status follow_page(srch_service *srch, krn_call *call, bool *ret_more)
{
    *ret_more = true;
    return srch->follow.members.going ? members_step(srch, call) : log_step(srch, call, ret_more);
}

/* A page of changes of documents, while the first walk goes on. */
static anc_status read_ahead(srch_service *srch, krn_call *call)
{
    const krn_changes changes = srch->config.changes;
    krn_change *rows = NULL;
    size_t n = 0;
    bool done = true;
    ANC_TRY(changes.ops->read(changes.self, call, srch->follow.cursor, PAGE, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (rows[i].op != KRN_CHANGE_PUBLISH && rows[i].op != KRN_CHANGE_DELETE)
            return ANC_OK;
        ANC_TRY(handle_change(srch, call, &rows[i], &done));
        srch_reached(srch, rows[i].seq);
    }
    return ANC_OK;
}

static anc_status first_walk(srch_service *srch, krn_call *call)
{
    bool wait, kept = false;
    if (srch->follow.catalog.going) {
        ANC_TRY(read_ahead(srch, call));
        return catalog_step(srch, call);
    }
    srch->follow.taken = atomic_load(&srch->rebuild_asked);
    ANC_TRY(srch_go_on(srch, call, &kept));
    return kept ? ANC_OK : catalog_begin(srch, call, &wait);
}

/* One page of changes and one of the walk. */
static anc_status rebuild(srch_service *srch, krn_call *call, bool more, int64_t now_ns,
                          int64_t *ret_next)
{
    srch_follow_state *f = &srch->follow;
    bool wait = false;
    f->taken = atomic_load(&srch->rebuild_asked);
    f->known = false;
    if (f->catalog.going)
        return catalog_step(srch, call);
    ANC_TRY(srch_shadow_stop(srch, call));
    ANC_TRY(catalog_begin(srch, call, &wait));
    if (wait && !more)
        *ret_next = now_ns + MIN_BACKOFF_NS;
    return ANC_OK;
}

static anc_status step(srch_service *srch, krn_call *call, int64_t now_ns, int64_t *ret_next)
{
    srch_follow_state *f = &srch->follow;
    bool more = false;
    *ret_next = now_ns;
    if (!f->again)
        return first_walk(srch, call);
    ANC_TRY(follow_page(srch, call, &more));
    srch_look_at_damage(srch, call);
    if (!f->known || atomic_load(&srch->rebuild_asked) != f->taken)
        return rebuild(srch, call, more, now_ns, ret_next);
    if (f->mending.going)
        return srch_mending_step(srch, call);
    if (!more)
        srch_left_out_retry(srch, call, now_ns);
    if (f->shadow.going)
        return srch_shadow_step(srch, call);
    if (f->unsure)
        return srch_shadow_find(srch, call);
    if (!more)
        srch_detail_set(srch, "up to date");
    *ret_next = more ? now_ns : now_ns + IDLE_RECHECK_NS;
    return ANC_OK;
}

static void measure(srch_service *srch)
{
    const srch_index index = srch_built_index(srch);
    const srch_index_figures f = index.ops->figures(index.self, ANC_STR_NONE);
    krn_gauge_set(srch->series.documents, (int64_t)f.documents);
    krn_gauge_set(srch->series.chunks, (int64_t)f.chunks);
    krn_gauge_set(srch->series.bytes, (int64_t)f.bytes);
    krn_gauge_set(srch->series.segments, f.segments);
    krn_gauge_set(srch->series.stored, (int64_t)f.stored_bytes);
    krn_gauge_set(srch->series.unsaved, (int64_t)f.unsaved_chunks);
    krn_gauge_set(srch->series.dead, (int64_t)f.dead_chunks);
    krn_gauge_set(srch->series.graphs, f.graphs);
    krn_gauge_set(srch->series.recall, (int64_t)((double)f.recall * 1000));
    krn_gauge_set(srch->series.kept, (int64_t)srch_passed(srch));
}

static int64_t retry_at(srch_service *srch, int64_t now_ns, anc_status status, const anc_err *err)
{
    srch_follow_state *f = &srch->follow;
    f->backoff_ns = f->backoff_ns == 0 ? MIN_BACKOFF_NS : f->backoff_ns * 2;
    if (f->backoff_ns > MAX_BACKOFF_NS)
        f->backoff_ns = MAX_BACKOFF_NS;
    srch_detail_set(srch, "waiting to try again: %s", err->text);
    krn_log_write(srch->config.log, KRN_WARN, "search", "index is behind",
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("error", anc_str_of(err->text)), KRN_INT("cursor", f->cursor));
    return now_ns + f->backoff_ns;
}

int64_t srch_follow(void *arg, int64_t now_ns)
{
    enum { PAGE_BYTES = 8 << 20 };
    srch_service *srch = arg;
    anc_err err = {0};
    int64_t next = now_ns;
    ANC_ARENA(page, PAGE_BYTES);
    if (atomic_load(&srch->stopping))
        return INT64_MAX;
    anc_status status;
    if (page == NULL) {
        status = ANC_FAIL(&err, ANC_NO_MEMORY, "no memory to follow the catalog");
    } else {
        krn_call call = srch_background_call(srch, page, &err);
        status = step(srch, &call, now_ns, &next);
        srch_look_whether_ready(srch);
    }
    anc_arena_reset(srch->follow.mem);
    anc_arena_reset(srch->follow.scratch);
    srch_slot_close_old(srch);
    srch_syncs_note(srch, false);
    measure(srch);
    const int64_t end_ns = krn_now_ns(srch->config.clock);
    (void)atomic_fetch_add(&srch->busy_ns, end_ns > now_ns ? (uint64_t)(end_ns - now_ns) : 0);
    if (status == ANC_CANCELLED)
        return INT64_MAX;
    if (status != ANC_OK)
        return retry_at(srch, now_ns, status, &err);
    srch->follow.backoff_ns = 0;
    return next;
}
