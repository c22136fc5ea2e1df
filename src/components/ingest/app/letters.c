/* letters.c - dead letters looked at, forgotten, tried again. */
#include "ingest/domain/name.h"
#include "service_impl.h"

enum { MAX_PAGE = 1000, LOOKED_AT = 100 };

static ing_dead_letter to_public(const ing_letter *l, anc_arena *mem)
{
    const bool sent = l->kind != ING_ITEM_SOURCE;
    const bool whole = anc_str_ends(l->source, l->path); /* a file is its own source */
    const anc_str source =
        sent    ? l->path
        : whole ? l->source
                : anc_arena_printf(mem, "%.*s/%.*s", ANC_FMT(l->source), ANC_FMT(l->path));
    const anc_str shown = ing_name_text(mem, source.ptr != NULL ? source : l->source);
    return (ing_dead_letter){.id = l->id,
                             .batch_id = l->batch_id,
                             .collection = l->collection,
                             .document = l->document,
                             .source = shown.ptr != NULL ? shown : ANC_STR(""),
                             .bytes = l->bytes,
                             .stage = l->stage,
                             .reason = l->reason,
                             .attempts = l->attempts,
                             .at_ms = l->at_ms};
}

anc_status ing_dead_letter_list(ing_service *ing, krn_call *call, anc_str batch_id, anc_str before,
                                size_t limit, ing_dead_letter **ret, size_t *ret_n)
{
    const ing_batch_store s = ing->with.batches;
    ing_letter *letters = NULL;
    size_t n = 0;
    ANC_TRY(s.ops->letters(s.self, call, batch_id, true, before,
                           limit < MAX_PAGE ? limit : MAX_PAGE, &letters, &n));
    ing_dead_letter *out = anc_arena_alloc(call->mem, n, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu dead letters", n);
    for (size_t i = 0; i < n; i++)
        out[i] = to_public(&letters[i], call->mem);
    *ret = out;
    *ret_n = n;
    return ANC_OK;
}

/* ---- forgotten ----------------------------------------------------------------------------- */

typedef struct delete_work {
    ing_service *ing;
    anc_str id;
} delete_work;

static anc_status write_delete(void *arg, krn_tx *tx, anc_err *err)
{
    const delete_work *w = arg;
    const ing_batch_writer b = w->ing->with.batch_writer;
    return b.ops->letter_remove(b.self, tx, w->id, err);
}

anc_status ing_dead_letter_delete(ing_service *ing, krn_call *call, anc_str id)
{
    delete_work work = {.ing = ing, .id = id};
    return krn_writer_run(ing->with.writer, call, write_delete, &work);
}

/* ---- tried again --------------------------------------------------------------------------- */

/* In the name of who asks now, with the settings of the batch that failed, into `collection` what names none itself. */
static anc_status read_again(ing_service *ing, krn_call *call, ing_source_kind what,
                             const ing_batch_record *origin, anc_str letter, anc_str collection,
                             ing_batch *ret)
{
    const ing_batch_record wanted = {.source = what,
                                     .origin = origin->id,
                                     .letter = letter,
                                     .collection = collection,
                                     .path = origin->path,
                                     .metadata = origin->metadata,
                                     .acl = origin->acl,
                                     .n_acl = origin->n_acl,
                                     .rows = origin->rows,
                                     .globs =
                                         what == ING_SOURCE_REST ? origin->globs : ANC_STR_NONE,
                                     .user_id = call->principal.user_id,
                                     .labels = call->principal.labels,
                                     .n_labels = call->principal.n_labels};
    return ing_batch_queue(ing, call, &wanted, ret);
}

/* Where all of the letters would have been: their documents may have named it themselves, and then the batch that
 * reads them again is of it, and not of the one that they were sent to. That one where they are of several. */
static anc_str collection_of(const ing_batch_record *origin, const ing_letter *letters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!anc_str_eq(letters[i].collection, letters[0].collection))
            return origin->collection;
    return n > 0 && letters[0].collection.len > 0 ? letters[0].collection : origin->collection;
}

/* All dead letters of the batch, of which `letters` [n] are the first. */
static anc_status replay(ing_service *ing, krn_call *call, const ing_batch_record *origin,
                         const ing_letter *letters, size_t n, ing_batch *ret)
{
    const anc_str collection =
        n < LOOKED_AT ? collection_of(origin, letters, n) : origin->collection;
    return read_again(ing, call, ING_SOURCE_REPLAY, origin, ANC_STR_NONE, collection, ret);
}

/* Whether a batch was cancelled before all of it was read, and what it had not read is still there. */
static anc_status has_rest(ing_service *ing, krn_call *call, const ing_batch_record *origin,
                           bool *ret)
{
    const ing_batch_store s = ing->with.batches;
    ing_item *some = NULL;
    size_t n = 0;
    *ret = false;
    if (origin->now.phase != ING_PHASE_CANCELLED)
        return ANC_OK;
    ANC_TRY(s.ops->unread(s.self, call, origin->key, -1, 1, &some, &n));
    *ret = n > 0 || ing_rest_is_source(origin);
    return ANC_OK;
}

static anc_status nothing_to_replay(ing_service *ing, krn_call *call,
                                    const ing_batch_record *origin)
{
    const ing_batch_store s = ing->with.batches;
    ing_letter *some = NULL;
    size_t n = 0;
    ANC_TRY(s.ops->letters(s.self, call, origin->id, true, ANC_STR_NONE, 1, &some, &n));
    if (n > 0)
        return ANC_FAIL(call->err, ANC_CONFLICT,
                        "what failed in the batch '%.*s' was tried again since, last in the batch "
                        "'%.*s': replay that one",
                        ANC_FMT(origin->id), ANC_FMT(some[0].batch_id));
    return ANC_FAIL(
        call->err, ANC_CONFLICT, "nothing of the batch '%.*s' is a dead letter%s",
        ANC_FMT(origin->id),
        origin->now.phase == ING_PHASE_CANCELLED && origin->now.waiting > 0
            ? ", and what was sent to it and not read went when it was cancelled: send it again"
            : "");
}

anc_status ing_batch_replay(ing_service *ing, krn_call *call, anc_str batch_id, ing_batch *ret)
{
    const ing_batch_store s = ing->with.batches;
    ing_batch_record origin;
    ing_letter *some = NULL;
    size_t n = 0;
    ANC_TRY(ing_batch_get(ing, call, batch_id, &origin));
    if (!ing_phase_ended(origin.now.phase))
        return ANC_FAIL(call->err, ANC_CONFLICT, "the batch '%.*s' has not ended: it is %s",
                        ANC_FMT(origin.id), ing_phase_name(origin.now.phase));
    bool rest = false;
    ANC_TRY(has_rest(ing, call, &origin, &rest));
    if (rest)
        return read_again(ing, call, ING_SOURCE_REST, &origin, ANC_STR_NONE, origin.collection,
                          ret);
    ANC_TRY(s.ops->letters(s.self, call, origin.id, false, ANC_STR_NONE, LOOKED_AT, &some, &n));
    return n == 0 ? nothing_to_replay(ing, call, &origin)
                  : replay(ing, call, &origin, some, n, ret);
}

anc_status ing_dead_letter_replay(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    const ing_batch_store s = ing->with.batches;
    ing_letter letter;
    ing_batch_record origin;
    ANC_TRY(s.ops->letter(s.self, call, id, &letter));
    if (letter.id.len == 0) {
        const anc_str shown = anc_str_sub(id, 0, 64);
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no dead letter '%.*s'", ANC_FMT(shown));
    }
    ANC_TRY(ing_batch_get(ing, call, letter.batch_id, &origin));
    return read_again(ing, call, ING_SOURCE_REPLAY, &origin, letter.id,
                      collection_of(&origin, &letter, 1), ret);
}

/* One page of batches; those that have ended and have dead letters are replayed. */
static anc_status replay_page(ing_service *ing, krn_call *call, const ing_batch_record *page,
                              size_t n, ing_batch *out, size_t limit, size_t *ret_n)
{
    const ing_batch_store s = ing->with.batches;
    for (size_t i = 0; i < n && *ret_n < limit; i++) {
        ing_letter *some = NULL;
        size_t letters = 0;
        ANC_TRY(s.ops->letters(s.self, call, page[i].id, false, ANC_STR_NONE, LOOKED_AT, &some,
                               &letters));
        if (letters > 0)
            ANC_TRY(replay(ing, call, &page[i], some, letters, &out[(*ret_n)++]));
    }
    return ANC_OK;
}

anc_status ing_dead_letter_replay_all(ing_service *ing, krn_call *call, size_t limit,
                                      ing_batch **ret, size_t *ret_n)
{
    enum { ENDED = 1 << ING_PHASE_COMPLETED | 1 << ING_PHASE_FAILED | 1 << ING_PHASE_CANCELLED };
    const ing_batch_store s = ing->with.batches;
    const size_t most = limit < MAX_PAGE ? limit : MAX_PAGE;
    ing_batch *out = anc_arena_alloc(call->mem, most, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu batches", most);
    size_t found = 0;
    anc_str before = ANC_STR_NONE;
    for (size_t n = MAX_PAGE; n == MAX_PAGE && found < most;) {
        ing_batch_record *page = NULL;
        ANC_TRY(s.ops->list(s.self, call, before, ENDED, MAX_PAGE, &page, &n));
        ANC_TRY(replay_page(ing, call, page, n, out, most, &found));
        if (n > 0)
            before = page[n - 1].id;
    }
    *ret = out;
    *ret_n = found;
    return ANC_OK;
}
