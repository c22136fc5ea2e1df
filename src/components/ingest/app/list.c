/* list.c - what is to be read for a batch: a source walked, or dead letters and what was left taken up again. */
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "ingest/domain/glob.h"
#include "ingest/domain/name.h"
#include "service_impl.h"

enum { LIST_PIECE = 512, MAX_ITEMS = 5000000, PIECE_ARENA_BYTES = 64 << 20 };

typedef struct listing {
    ing_service *ing;
    ing_run *run;
    krn_call *call;
    anc_arena *mem; /* of the piece's texts */
    ing_item items[LIST_PIECE];
    size_t n;
    int64_t ordinal;
    bool begins;   /* the first piece removes what an earlier try left */
    bool ends;     /* the last piece begins the reading */
    ing_phase to;  /* with `ends` */
    anc_str error; /* with `ends` */
    ing_counts after;
} listing;

static anc_status write_listing(void *arg, krn_tx *tx, anc_err *err)
{
    listing *l = arg;
    const ing_batch_writer b = l->ing->with.batch_writer;
    const ing_item_writer i = l->ing->with.items;
    const ing_batch_record *batch = &l->run->batch;
    ing_batch_record moved;
    if (l->begins)
        ANC_TRY(b.ops->list_begin(b.self, tx, batch->key, err));
    ANC_TRY(b.ops->list_add(b.self, tx, batch->key, l->items, l->n, err));
    if (l->ends) {
        ANC_TRY(b.ops->move(b.self, tx, batch->key, l->to, l->error, l->call->mem, &moved, err));
        ANC_TRY(ing_announce_state(l->ing, tx, batch, &moved.now, l->error, err));
    }
    return i.ops->counts(i.self, tx, batch->key, &l->after, err);
}

static anc_status flush(listing *l)
{
    ANC_TRY(krn_writer_run(l->ing->with.writer, l->call, write_listing, l));
    ing_saw(l->ing, l->run->batch.key, &l->after);
    l->begins = false;
    l->n = 0;
    anc_arena_reset(l->mem);
    return ANC_OK;
}

/* Asked for each that is found, wanted or not: a large source may have none that is. */
static anc_status may_go_on(const listing *l, anc_err *err)
{
    krn_call call = *l->call;
    call.err = err;
    if (atomic_load(&l->run->cancelled))
        return ANC_FAIL(err, ANC_CANCELLED, "the batch was cancelled");
    return krn_call_check(l->ing->with.clock, &call);
}

static anc_status add_item(listing *l, const ing_item *item, anc_err *err)
{
    ANC_TRY(may_go_on(l, err));
    if (l->ordinal == MAX_ITEMS)
        return ANC_FAIL(err, ANC_LIMIT, "%.*s has more than %d files", ANC_FMT(l->run->batch.path),
                        MAX_ITEMS);
    ing_item *to = &l->items[l->n];
    *to = *item;
    to->ordinal = l->ordinal;
    to->path = anc_arena_copy(l->mem, item->path);
    to->letter = anc_arena_copy(l->mem, item->letter);
    to->content_type = anc_arena_copy(l->mem, item->content_type);
    if (to->path.ptr == NULL || to->letter.ptr == NULL || to->content_type.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(l->mem), "no room for a path");
    l->ordinal++;
    return ++l->n == LIST_PIECE ? flush(l) : ANC_OK;
}

/* ---- a folder ------------------------------------------------------------------------------ */

static bool is_wanted(anc_str globs, anc_str path)
{
    anc_str glob;
    bool some = false, found = false;
    while (!found && anc_str_split(&globs, '\n', &glob)) {
        some = some || glob.len > 0;
        found = glob.len > 0 && ing_glob_match(glob, path);
    }
    return found || !some;
}

static anc_status pass_over(listing *l, anc_err *err)
{
    if (l->n == 0)
        anc_arena_reset(l->mem);
    return may_go_on(l, err);
}

static anc_status on_item(void *arg, const ing_item *item, anc_err *err)
{
    listing *l = arg;
    const anc_str name = ing_name_text(l->mem, item->path);
    if (name.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(l->mem), "no room for a path");
    return is_wanted(l->run->batch.globs, name) ? add_item(l, item, err) : pass_over(l, err);
}

static anc_status walk_folder(listing *l, krn_call *call)
{
    const ing_source source = l->ing->with.folder;
    const ing_item_sink sink = {.arg = l, .on_item = on_item};
    return source.ops->walk(source.self, call, l->run->batch.path, &sink);
}

/* ---- dead letters -------------------------------------------------------------------------- */

static anc_status add_letter(listing *l, const ing_letter *letter, anc_err *err)
{
    const ing_item item = {.kind = letter->kind,
                           .path = letter->path,
                           .content_type = letter->content_type,
                           .payload = letter->payload,
                           .bytes = letter->bytes,
                           .modified_ms = letter->modified_ms,
                           .letter = letter->id};
    return add_item(l, &item, err);
}

static anc_status one_letter(listing *l, krn_call *call)
{
    const ing_batch_store s = l->ing->with.batches;
    ing_letter letter;
    ANC_TRY(s.ops->letter(s.self, call, l->run->batch.letter, &letter));
    return letter.id.len > 0 ? add_letter(l, &letter, call->err) : ANC_OK;
}

/* `before` is copied, since each page has an arena of its own. */
static anc_status page_of_letters(listing *l, const krn_call *call, char before[ANC_UUID_TEXT + 1],
                                  size_t *ret_n)
{
    const ing_batch_store s = l->ing->with.batches;
    ANC_ARENA(mem, PIECE_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for a page of dead letters");
    krn_call reading = *call;
    reading.mem = mem;
    ing_letter *letters = NULL;
    size_t n = 0;
    ANC_TRY(s.ops->letters(s.self, &reading, l->run->batch.origin, false, anc_str_of(before),
                           LIST_PIECE, &letters, &n));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(add_letter(l, &letters[i], call->err));
    if (n > 0) {
        const anc_str last = anc_str_sub(letters[n - 1].id, 0, ANC_UUID_TEXT);
        memcpy(before, last.ptr, last.len);
        before[last.len] = '\0';
    }
    *ret_n = n;
    return ANC_OK;
}

static anc_status walk_letters(listing *l, krn_call *call)
{
    if (l->run->batch.letter.len > 0)
        return one_letter(l, call);
    char before[ANC_UUID_TEXT + 1] = "";
    for (size_t n = LIST_PIECE; n == LIST_PIECE;)
        ANC_TRY(page_of_letters(l, call, before, &n));
    return ANC_OK;
}

/* ---- the rest of a batch that was cancelled ------------------------------------------------ */

bool ing_rest_is_source(const ing_batch_record *origin)
{
    return origin->source == ING_SOURCE_FOLDER && !origin->now.listed;
}

static anc_status page_of_unread(listing *l, const krn_call *call, int64_t key, int64_t *after,
                                 size_t *ret_n)
{
    const ing_batch_store s = l->ing->with.batches;
    ANC_ARENA(mem, PIECE_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for a page of documents");
    krn_call reading = *call;
    reading.mem = mem;
    ing_item *items = NULL;
    ANC_TRY(s.ops->unread(s.self, &reading, key, *after, LIST_PIECE, &items, ret_n));
    for (size_t i = 0; i < *ret_n; i++)
        ANC_TRY(add_item(l, &items[i], call->err));
    if (*ret_n > 0)
        *after = items[*ret_n - 1].ordinal;
    return ANC_OK;
}

/* Its dead letters, then what nobody read; the source itself where it was not listed yet. */
static anc_status walk_rest(listing *l, krn_call *call)
{
    ing_batch_record origin;
    ANC_TRY(ing_batch_get(l->ing, call, l->run->batch.origin, &origin));
    if (ing_rest_is_source(&origin))
        return walk_folder(l, call);
    ANC_TRY(walk_letters(l, call));
    int64_t after = -1;
    for (size_t n = LIST_PIECE; n == LIST_PIECE;)
        ANC_TRY(page_of_unread(l, call, origin.key, &after, &n));
    return ANC_OK;
}

/* ---- the list ------------------------------------------------------------------------------ */

/* A source that cannot be listed is the end of its batch; what may pass is tried again, a full disk as
 * long as it is full. */
static bool ends_batch(const ing_run *run, anc_status status)
{
    const bool last = run->failures + 1 >= ING_LIST_TRIES && status != ANC_DISK_FULL;
    return status == ANC_NOT_FOUND || status == ANC_FORBIDDEN || status == ANC_INVALID ||
           status == ANC_LIMIT || (status != ANC_OK && last);
}

static anc_status walk(listing *l, krn_call *call)
{
    switch (l->run->batch.source) {
    case ING_SOURCE_REPLAY:
        return walk_letters(l, call);
    case ING_SOURCE_REST:
        return walk_rest(l, call);
    case ING_SOURCE_FOLDER:
    case ING_SOURCE_UPLOAD:
    default:
        return walk_folder(l, call);
    }
}

static anc_status list_into(listing *l)
{
    anc_err why;
    anc_err_clear(&why);
    krn_call walking = *l->call;
    walking.err = &why;
    const anc_status status = walk(l, &walking);
    l->ends = true;
    l->to = ING_PHASE_PROCESSING;
    if (ends_batch(l->run, status)) {
        l->to = ING_PHASE_FAILED;
        l->error = anc_err_told(&why, why.text);
        l->n = 0;
    } else if (status != ANC_OK) {
        return ANC_FAIL(l->call->err, status, "%s", why.text);
    }
    return flush(l);
}

anc_status ing_list(ing_service *ing, ing_run *run, krn_call *call)
{
    ANC_ARENA(mem, PIECE_ARENA_BYTES);
    listing *l = anc_arena_alloc(call->mem, 1, sizeof *l);
    if (mem == NULL || l == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to list a folder");
    *l = (listing){.ing = ing, .run = run, .call = call, .mem = mem, .begins = true};
    const anc_status status = list_into(l);
    if (status != ANC_OK && atomic_load(&run->cancelled)) {
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    krn_log_write(ing->with.log, KRN_INFO, "ingest", "batch listed",
                  KRN_STR("batch_id", run->batch.id), KRN_INT("documents", l->ordinal));
    return ANC_OK;
}
