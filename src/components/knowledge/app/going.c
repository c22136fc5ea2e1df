/* going.c - parts of a document that go together with it, or with the version that had them.
 *
 * Up to KNO_GARBAGE_PIECE of them are retired in the transaction itself (retire.c). More are marked before,
 * piece by piece, which changes nothing that anybody sees; the transaction makes the mark count, and the
 * sweep retires them one by one, with their changes and events. So the transaction is small, what ends
 * before it has changed nothing, and what ends behind it goes on by itself.
 */
#include "knowledge/domain/limits.h"
#include "retire.h"

enum { MARK_PIECE = 2048, MARK_ARENA_BYTES = 64 << 20, PAGE = 64 };

typedef struct mark_work {
    kno_going *going;
    const kno_parts *kept; /* NULL: all go */
    anc_str parent;
    anc_arena *mem; /* reset for each piece */
    size_t left;    /* how many it may mark */
    anc_buf after;  /* owned: name behind which the next piece begins */
} mark_work;

static anc_status mark_below(mark_work *w, krn_tx *tx, const kno_part_row *d, unsigned depth,
                             anc_err *err)
{
    const kno_version_writer versions = w->going->kno->with.catalog.versions;
    anc_str after = ANC_STR_NONE;
    bool changed = false;
    if (depth > KNO_PARTS_DEPTH)
        return ANC_FAIL(err, ANC_CORRUPT, "'%.*s' is part of more than %d documents",
                        ANC_FMT(d->name), KNO_PARTS_DEPTH);
    for (size_t n = PAGE; n == PAGE && w->left > 0;) {
        kno_part_row *parts = NULL;
        ANC_TRY(versions.ops->parts(versions.self, tx, w->going->collection_id, d->name, after,
                                    PAGE, w->mem, &parts, &n, err));
        for (size_t i = 0; i < n && w->left > 0; i++)
            ANC_TRY(mark_below(w, tx, &parts[i], depth + 1, err));
        after = n > 0 ? parts[n - 1].name : after;
    }
    if (w->left == 0)
        return ANC_OK;
    ANC_TRY(versions.ops->mark(versions.self, tx, d->document_id, w->going->token, &changed, err));
    w->left -= changed ? 1 : 0;
    return ANC_OK;
}

static anc_status mark_piece(void *arg, krn_tx *tx, anc_err *err)
{
    mark_work *w = arg;
    const kno_version_writer versions = w->going->kno->with.catalog.versions;
    anc_arena_reset(w->mem);
    w->left = MARK_PIECE;
    anc_str after = anc_arena_copy(w->mem, anc_buf_view(&w->after));
    for (size_t n = PAGE; n == PAGE && w->left > 0;) {
        kno_part_row *parts = NULL;
        ANC_TRY(versions.ops->parts(versions.self, tx, w->going->collection_id, w->parent, after,
                                    PAGE, w->mem, &parts, &n, err));
        for (size_t i = 0; i < n && w->left > 0; i++) {
            if (w->kept == NULL || !kno_part_is_kept(w->kept, parts[i].name))
                ANC_TRY(mark_below(w, tx, &parts[i], 0, err));
            if (w->left > 0)
                after = parts[i].name;
        }
    }
    anc_buf_clear(&w->after);
    (void)anc_buf_add(&w->after, after);
    return anc_buf_status(&w->after, "the name of a part", err);
}

static anc_status mark_all(mark_work *w, const krn_call *call)
{
    krn_call own = *call;
    do {
        ANC_TRY(krn_call_check(w->going->kno->with.clock, call));
        ANC_TRY(krn_writer_run(w->going->kno->with.writer, &own, mark_piece, w));
    } while (w->left == 0);
    return ANC_OK;
}

anc_status kno_going_mark(kno_going *going, const krn_call *call, anc_str parent,
                          const kno_parts *kept)
{
    const krn_clock clock = going->kno->with.clock;
    mark_work work = {.going = going,
                      .kept = kept,
                      .parent = parent,
                      .mem = anc_arena_new(MARK_ARENA_BYTES),
                      .after = anc_buf_init(KNO_URI_BYTES)};
    if (work.mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for the parts of a document");
    while (going->token == 0) {
        clock.ops->random(clock.self, &going->token, sizeof going->token);
        going->token &= INT64_MAX;
    }
    const anc_status status = mark_all(&work, call);
    anc_buf_done(&work.after);
    anc_arena_free(work.mem);
    return status;
}

anc_status kno_going_go(const kno_going *going, krn_tx *tx, anc_err *err)
{
    if (going->token == 0)
        return ANC_OK;
    const kno_version_writer versions = going->kno->with.catalog.versions;
    return versions.ops->go(versions.self, tx, going->token, err);
}
