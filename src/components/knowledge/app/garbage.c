/* garbage.c - rows and objects that nobody sees any more, cleared away in small transactions.
 *
 * Deletions and failed puts call this when they end, the sweep step every few minutes. Each piece may
 * be done again: nothing here depends on how far an earlier try came.
 */
#include <string.h>

#include "kernel/domain/document_events.h"
#include "service_impl.h"

/* A put comes to its end in less (a batch gives one six hours): parts of a document that is not there after this
 * long are left over from one that did not. */
#define ORPHAN_MS (INT64_C(12) * 3600 * 1000)

/* ---- what is being built ------------------------------------------------------------------- */

void kno_live_begin(kno_service *kno, kno_live *live, int64_t version_id)
{
    pthread_mutex_lock(&kno->live_lock);
    *live = (kno_live){.next = kno->live, .version_id = version_id};
    kno->live = live;
    pthread_mutex_unlock(&kno->live_lock);
}

void kno_live_end(kno_service *kno, kno_live *live)
{
    pthread_mutex_lock(&kno->live_lock);
    kno_live **at = &kno->live;
    while (*at != NULL && *at != live)
        at = &(*at)->next;
    if (*at != NULL)
        *at = live->next;
    pthread_mutex_unlock(&kno->live_lock);
}

static bool is_live(kno_service *kno, int64_t version_id)
{
    pthread_mutex_lock(&kno->live_lock);
    const kno_live *at = kno->live;
    while (at != NULL && at->version_id != version_id)
        at = at->next;
    pthread_mutex_unlock(&kno->live_lock);
    return at != NULL;
}

/* ---- versions and objects ------------------------------------------------------------------ */

typedef struct discard_work {
    kno_service *kno;
    int64_t version_id;
    kno_discarded result;
} discard_work;

static anc_status discard_piece(void *arg, krn_tx *tx, anc_err *err)
{
    discard_work *w = arg;
    const kno_garbage_store g = w->kno->with.catalog.garbage;
    w->result = (kno_discarded){.done = true};
    if (is_live(w->kno, w->version_id))
        return ANC_OK;
    return g.ops->discard(g.self, tx, w->version_id, KNO_GARBAGE_PIECE, &w->result, err);
}

typedef struct object_work {
    kno_service *kno;
    const kno_digest *digest;
    bool condemned;
} object_work;

/* On the writer's thread nobody can commit a row that names the object between look and verdict. */
static anc_status judge_object(void *arg, krn_tx *tx, anc_err *err)
{
    object_work *w = arg;
    const kno_garbage_store g = w->kno->with.catalog.garbage;
    bool named = true;
    ANC_TRY(g.ops->named_now(g.self, tx, w->digest, &named, err));
    const kno_raw_store raw = w->kno->with.raw;
    w->condemned = !named && raw.ops->condemn(raw.self, w->digest);
    return ANC_OK;
}

anc_status kno_object_collect(kno_service *kno, krn_call *call, const kno_digest *digest)
{
    object_work work = {.kno = kno, .digest = digest};
    ANC_TRY(krn_writer_run(kno->with.writer, call, judge_object, &work));
    const kno_raw_store raw = kno->with.raw;
    return work.condemned ? raw.ops->remove(raw.self, digest, call->err) : ANC_OK;
}

anc_status kno_version_discard(kno_service *kno, krn_call *call, int64_t version_id)
{
    discard_work work = {.kno = kno, .version_id = version_id};
    do {
        ANC_TRY(krn_call_check(kno->with.clock, call));
        ANC_TRY(krn_writer_run(kno->with.writer, call, discard_piece, &work));
    } while (!work.result.done);
    (void)atomic_fetch_add(&kno->discarded, 1);
    const kno_digest none = {0};
    if (memcmp(&work.result.content, &none, sizeof none) == 0)
        return ANC_OK;
    ANC_TRY(kno_object_collect(kno, call, &work.result.content));
    return kno_object_collect(kno, call, &work.result.text);
}

anc_status kno_garbage_collect(kno_service *kno, krn_call *call, int64_t document_id,
                               int64_t *after, size_t max, bool *ret_more)
{
    const kno_garbage_store g = kno->with.catalog.garbage;
    int64_t *ids = NULL;
    size_t n = 0;
    ANC_TRY(g.ops->versions(g.self, call, document_id, *after, max, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(kno_version_discard(kno, call, ids[i]));
        *after = ids[i];
    }
    *ret_more = n == max;
    return ANC_OK;
}

anc_status kno_garbage_collect_all(kno_service *kno, krn_call *call, int64_t document_id)
{
    int64_t after = 0;
    for (bool more = true; more;)
        ANC_TRY(kno_garbage_collect(kno, call, document_id, &after, KNO_GARBAGE_PIECE, &more));
    return ANC_OK;
}

/* ---- versions past those to keep ----------------------------------------------------------- */

typedef struct expire_work {
    kno_service *kno;
    kno_expiry what;
    bool done;
} expire_work;

static anc_status expire_piece(void *arg, krn_tx *tx, anc_err *err)
{
    expire_work *w = arg;
    const kno_garbage_store g = w->kno->with.catalog.garbage;
    return g.ops->expire(g.self, tx, &w->what, KNO_GARBAGE_PIECE, &w->done, err);
}

anc_status kno_versions_expire(kno_service *kno, krn_call *call)
{
    kno_sweep_state *s = &kno->sweep;
    expire_work work = {.kno = kno,
                        .done = true,
                        .what = {.keeping = kno_keeping_now(kno),
                                 .late_only = s->all_seen,
                                 .after = s->expired_after}};
    if (kno->with.keep_versions > 0)
        ANC_TRY(krn_writer_run(kno->with.writer, call, expire_piece, &work));
    s->expired_after = work.what.after;
    s->expired = work.done;
    s->all_seen = s->all_seen || work.done;
    return ANC_OK;
}

kno_keeping kno_keeping_now(kno_service *kno)
{
    return (kno_keeping){.keep = kno->with.keep_versions, .shown = atomic_load(&kno->shown)};
}

uint64_t kno_discarded_versions(kno_service *kno)
{
    return atomic_load(&kno->discarded);
}

void kno_shown(kno_service *kno, uint64_t seq)
{
    uint64_t before = atomic_load(&kno->shown);
    while (before < seq && !atomic_compare_exchange_weak(&kno->shown, &before, seq)) {
    }
}

/* ---- dropped collections, orphans ------------------------------------------------------------------- */

typedef struct dropped_work {
    kno_service *kno;
    const krn_call *call;
    const kno_dropped_document *documents; /* [n]; n 0: bury the collections */
    size_t n;
} dropped_work;

static anc_status retire_dropped(void *arg, krn_tx *tx, anc_err *err)
{
    dropped_work *w = arg;
    const kno_service_options *with = &w->kno->with;
    const kno_version_writer versions = with->catalog.versions;
    if (w->n == 0)
        return with->catalog.garbage.ops->bury(with->catalog.garbage.self, tx, err);
    for (size_t i = 0; i < w->n; i++) {
        const kno_dropped_document *d = &w->documents[i];
        uint32_t number = 0;
        const anc_status status = versions.ops->retire(versions.self, tx, d->id, &number, err);
        if (status == ANC_NOT_FOUND) { /* the sweep and a caller met */
            anc_err_clear(err);
            continue;
        }
        ANC_TRY(status);
        if (d->orphan) { /* a dropped collection has a change of its own */
            const krn_change change = {.op = KRN_CHANGE_DELETE,
                                       .collection = d->collection,
                                       .document_id = d->name,
                                       .version = number};
            uint64_t seq;
            ANC_TRY(with->changes.ops->append(with->changes.self, tx, &change, &seq, err));
        }
        const ev_document_deleted event = {
            .document_id = d->name, .collection = d->collection, .version = number};
        const ev_context context = {.component = ANC_STR("knowledge"),
                                    .trace_id = w->call->trace_id,
                                    .user_id = w->call->principal.user_id};
        ANC_TRY(krn_outbox_append(with->outbox, tx, EV_DOCUMENT_DELETED, &event, &context, err));
    }
    return ANC_OK;
}

anc_status kno_dropped_collect(kno_service *kno, krn_call *call, bool *ret_more)
{
    const kno_garbage_store g = kno->with.catalog.garbage;
    dropped_work work = {.kno = kno, .call = call};
    kno_dropped_document *documents = NULL;
    ANC_TRY(krn_call_check(kno->with.clock, call));
    const int64_t before_ms = krn_wall_ms(kno->with.clock) - ORPHAN_MS;
    ANC_TRY(g.ops->dropped(g.self, call, before_ms, KNO_DROPPED_PIECE, &documents, &work.n));
    work.documents = documents;
    ANC_TRY(krn_writer_run(kno->with.writer, call, retire_dropped, &work));
    *ret_more = work.n > 0;
    return ANC_OK;
}

/* ---- models -------------------------------------------------------------------------------- */

typedef struct forget_work {
    kno_service *kno;
    int64_t model;
    bool done;
} forget_work;

static anc_status forget_piece(void *arg, krn_tx *tx, anc_err *err)
{
    forget_work *w = arg;
    const kno_garbage_store g = w->kno->with.catalog.garbage;
    return g.ops->forget_model(g.self, tx, w->model, KNO_VECTORS_PIECE, &w->done, err);
}

anc_status kno_models_forget(kno_service *kno, krn_call *call, bool *ret_done)
{
    const kno_garbage_store g = kno->with.catalog.garbage;
    forget_work work = {.kno = kno};
    ANC_TRY(g.ops->unused_model(g.self, call, &work.model));
    *ret_done = work.model == 0;
    return *ret_done ? ANC_OK : krn_writer_run(kno->with.writer, call, forget_piece, &work);
}
