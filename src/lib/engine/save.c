/* save.c - what is in memory becomes files, and the manifest that names them.
 *
 * What a snapshot shows is written beside its readers and writers: small blocks together as one, large ones as they
 * stand. Then the manifest says so, and only then do the files take the place of the blocks in the current snapshot,
 * with what died meanwhile. A merge may go on beside it: the files of what it has taken are lent to the manifest until
 * it ends, and not written again. Nothing that the manifest on the disk may name is touched before the next one is in
 * place.
 */
#include <stdlib.h>

#include "files.h"
#include "index.h"
#include "manifest.h"
#include "segment.h"

/* A block that becomes a file. */
typedef struct fresh {
    /* shared (ref): in memory; a NULL block when nothing lives in it, or the file is there already */
    eng_part part;
    bool *chosen;      /* owned [parts]: what it is made of */
    uint64_t number;   /* of its file; 0: not written */
    eng_block *stored; /* shared (ref): the file; NULL until it is there */
    bool stays;        /* a merge has what it is made of: it has not taken its place */
} fresh;

typedef struct saving {
    eng_index *index;
    eng_snapshot *shown;        /* shared (ref): what is saved */
    const eng_snapshot *before; /* the same */
    const eng_tidy_options *options;
    bool *taken; /* owned [parts]: by a merge that goes on */
    fresh *rows; /* owned [n] */
    size_t n;
    anc_err *err;
} saving;

static anc_status no_memory(const saving *s)
{
    return ANC_FAIL(s->err, ANC_NO_MEMORY, "no memory to save an index");
}

/* ---- what is to be written -------------------------------------------------------------------- */

static bool is_small(const eng_part *part)
{
    return part->block->segment == NULL && eng_block_chunks(part->block) < LARGE_CHUNKS;
}

static bool is_large(const eng_part *part)
{
    return part->block->segment == NULL && eng_block_chunks(part->block) >= LARGE_CHUNKS;
}

static const fresh *row_of(const saving *s, size_t part)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].chosen[part])
            return &s->rows[i];
    return NULL;
}

static fresh *add_row(saving *s)
{
    fresh *row = &s->rows[s->n];
    row->chosen = calloc(s->before->n_parts + 1, sizeof *row->chosen);
    s->n += row->chosen != NULL ? 1 : 0;
    return row->chosen != NULL ? row : NULL;
}

/* What died in a part, with the block that takes the place of its own. */
static eng_part part_of(const eng_part *part, eng_block *block)
{
    return (eng_part){eng_block_ref(block), eng_dead_ref(part->dead)};
}

static bool joins(const saving *s, size_t i, bool taken)
{
    return is_small(&s->before->parts[i]) && s->taken[i] == taken && row_of(s, i) == NULL;
}

/* Marks in `ret` the parts that a lent file is made of; false where one of them is not there as it was, or is taken no
 * more. */
static bool find_lent(const saving *s, const eng_lent *lent, bool *ret)
{
    for (size_t i = 0; i < lent->before->n_parts; i++) {
        const eng_part *was = &lent->before->parts[i];
        bool found = !lent->chosen[i];
        for (size_t j = 0; j < s->before->n_parts && !found; j++) {
            const eng_part *is = &s->before->parts[j];
            found = is->block == was->block && is->dead == was->dead && s->taken[j];
            ret[j] = ret[j] || found;
        }
        if (!found)
            return false;
    }
    return true;
}

/* What a merge still has, and is a file already. */
static anc_status take_lent(saving *s)
{
    const eng_store *store = &s->index->store;
    for (size_t i = 0; i < store->n_lent; i++) {
        const eng_lent *lent = &store->lent[i];
        fresh *row = add_row(s);
        if (row == NULL)
            return no_memory(s);
        if (!find_lent(s, lent, row->chosen)) {
            free(row->chosen);
            s->n--;
            continue;
        }
        row->stored = eng_block_ref(lent->file.block);
        row->part.dead = eng_dead_ref(lent->file.dead);
    }
    return ANC_OK;
}

/* Small blocks as one; those that a merge has taken, and the others. Those get bits and a graph where they have grown
 * large by that, these are soon replaced by what the merge makes. */
static anc_status join_small(saving *s, bool taken)
{
    size_t n = 0, last = 0;
    for (size_t i = 0; i < s->before->n_parts; i++)
        if (joins(s, i, taken)) {
            n++;
            last = i;
        }
    if (n == 0)
        return ANC_OK;
    fresh *row = add_row(s);
    if (row == NULL)
        return no_memory(s);
    for (size_t i = 0; i < s->before->n_parts; i++)
        row->chosen[i] = joins(s, i, taken);
    if (n == 1 && s->before->parts[last].dead == NULL) {
        row->part = part_of(&s->before->parts[last], s->before->parts[last].block);
        return ANC_OK;
    }
    row->part.block = eng_parts_merge(s->before, row->chosen, NULL);
    if (row->part.block == NULL)
        return no_memory(s);
    if (row->part.block->documents.n == 0) { /* nothing lives: there is nothing to keep */
        eng_part_unref(&row->part);
        row->part = (eng_part){0};
        return ANC_OK;
    }
    return taken ? ANC_OK
                 : eng_block_prepare(row->part.block, &s->before->from, s->options, NULL, s->err);
}

static anc_status plan(saving *s)
{
    s->rows = calloc(s->before->n_parts + s->index->store.n_lent + 1, sizeof *s->rows);
    if (s->rows == NULL)
        return no_memory(s);
    ANC_TRY(take_lent(s));
    for (size_t i = 0; i < s->before->n_parts; i++) {
        ANC_TRY(eng_block_fault(s->before->parts[i].block, s->err));
        if (!is_large(&s->before->parts[i]) || row_of(s, i) != NULL)
            continue;
        fresh *row = add_row(s);
        if (row == NULL)
            return no_memory(s);
        row->chosen[i] = true;
        row->part = part_of(&s->before->parts[i], s->before->parts[i].block);
    }
    ANC_TRY(join_small(s, false));
    return join_small(s, true);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static anc_status write_one(saving *s, fresh *row)
{
    eng_store *store = &s->index->store;
    const eng_disk *disk = store->disk;
    char temporary[OS_PATH_MAX], name[OS_PATH_MAX];
    uint32_t crc;
    row->number = store->next++;
    const anc_str from =
        eng_file_path(store->folder, temporary, ENG_SEGMENT_PREFIX "%llu" ENG_TMP_SUFFIX,
                      (unsigned long long)row->number);
    const anc_str to = eng_segment_path(store->folder, name, row->number);
    ANC_TRY(eng_segment_write(disk, from, row->part.block, s->options, &crc, s->err));
    const anc_status status = disk->rename(disk->self, from, to, s->err);
    if (status != ANC_OK) {
        (void)disk->remove(disk->self, from, NULL);
        return status;
    }
    ANC_TRY(eng_segment_open(disk, to, row->number, &row->stored, s->err));
    if (row->stored->segment->head->header.crc != crc || !eng_block_ready(row->stored))
        return ANC_FAIL(s->err, ANC_IO, "%.*s is not what was written to it", ANC_FMT(to));
    return ANC_OK;
}

static anc_status write_all(saving *s)
{
    eng_store *store = &s->index->store;
    uint64_t bytes = 0;
    bool any = false;
    for (size_t i = 0; i < s->n; i++)
        bytes += s->rows[i].part.block != NULL ? eng_segment_bytes(s->rows[i].part.block) : 0;
    ANC_TRY(eng_store_room(store, store->folder, bytes, s->err));
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].part.block != NULL) {
            ANC_TRY(write_one(s, &s->rows[i]));
            any = true;
        }
    return any ? store->disk->sync_folder(store->disk->self, store->folder, s->err) : ANC_OK;
}

/* ---- taking their place ----------------------------------------------------------------------- */

/* What `before` shows, every block of it a file. NULL when memory is out. */
static eng_snapshot *as_files(const saving *s)
{
    eng_snapshot *files = eng_snapshot_new(s->before->n_parts, s->before->dims, &s->before->from);
    const fresh *last = NULL;
    if (files == NULL)
        return NULL;
    files->cursor = s->before->cursor;
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].stored != NULL)
            files->parts[files->n_parts++] = part_of(&s->rows[i].part, s->rows[i].stored);
    for (size_t i = 0; i < s->before->n_parts; i++) {
        const eng_part *part = &s->before->parts[i];
        last = row_of(s, i);
        if (last == NULL)
            files->parts[files->n_parts++] = part_of(part, part->block);
    }
    return files;
}

/* A merge looks for its blocks at its end: they stay, and the next save writes what has become of them. */
static bool is_taken(const saving *s, const fresh *row)
{
    for (size_t i = 0; i < s->before->n_parts; i++)
        if (row->chosen[i] && eng_part_is_taken(s->index, &s->before->parts[i]))
            return true;
    return false;
}

/* Writers wait for as long as it takes to copy a snapshot's list of parts: what died meanwhile was looked up before. */
static anc_status take_place_of(saving *s, fresh *row)
{
    bool ok = true, *left = NULL;
    eng_part part = part_of(&row->part, row->stored); /* what died in it is its own from here on */
    eng_snapshot *now = eng_parts_catch_up(s->index, s->before, row->chosen, &part, &left);
    if (now == NULL) {
        eng_part_unref(&part);
        return no_memory(s);
    }
    (void)pthread_mutex_lock(&s->index->writing);
    row->stays = is_taken(s, row);
    if (!row->stays)
        ok = eng_parts_put_in(s->index, now, left, part);
    (void)pthread_mutex_unlock(&s->index->writing);
    if (row->stays)
        eng_part_unref(&part);
    eng_snapshot_release(now);
    free(left);
    return ok ? ANC_OK : no_memory(s);
}

static anc_status take_place(saving *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].stored != NULL)
            ANC_TRY(take_place_of(s, &s->rows[i]));
    return ANC_OK;
}

/* Where memory is out they are written again by the next save. */
static void lend(saving *s)
{
    eng_store *store = &s->index->store;
    eng_store_forget_lent(store);
    store->lent = calloc(s->n + 1, sizeof *store->lent);
    for (size_t i = 0; i < s->n && store->lent != NULL; i++) {
        fresh *row = &s->rows[i];
        if (!row->stays)
            continue;
        atomic_fetch_add_explicit(&s->shown->refs, 1, memory_order_relaxed);
        store->lent[store->n_lent++] = (eng_lent){
            .before = s->shown, .chosen = row->chosen, .file = part_of(&row->part, row->stored)};
        row->chosen = NULL;
    }
}

/* ---- the whole -------------------------------------------------------------------------------- */

static bool is_same(const eng_snapshot *a, const eng_snapshot *b)
{
    bool same = a != NULL && a->cursor == b->cursor && a->n_parts == b->n_parts;
    for (size_t i = 0; same && i < a->n_parts; i++) {
        same = false;
        for (size_t j = 0; j < b->n_parts && !same; j++)
            same = a->parts[i].block == b->parts[j].block && a->parts[i].dead == b->parts[j].dead;
    }
    return same;
}

/* Removes what was written for nothing. */
static void undo(saving *s)
{
    const eng_store *store = &s->index->store;
    for (size_t i = 0; i < s->n; i++) {
        char path[OS_PATH_MAX];
        if (s->rows[i].number != 0)
            (void)store->disk->remove(
                store->disk->self, eng_segment_path(store->folder, path, s->rows[i].number), NULL);
    }
}

static anc_status save(saving *s)
{
    eng_store *store = &s->index->store;
    bool counts = false;
    eng_snapshot *files = NULL;
    anc_status status = plan(s);
    if (status == ANC_OK)
        status = write_all(s);
    if (status == ANC_OK) {
        files = as_files(s);
        status = files != NULL ? eng_manifest_write(store->disk, store->folder, files, store->next,
                                                    &counts, s->err)
                               : no_memory(s);
    }
    if (status != ANC_OK && !counts)
        undo(s);
    if (counts) {
        eng_snapshot_release(store->saved);
        store->saved = NULL;
    }
    if (status == ANC_OK) {
        eng_store_sweep(store, files);
        store->saved = files;
        files = NULL;
        status = take_place(s);
        lend(s);
    }
    eng_snapshot_release(files);
    return status;
}

static void saving_done(saving *s)
{
    for (size_t i = 0; i < s->n; i++) {
        eng_part_unref(&s->rows[i].part);
        eng_block_unref(s->rows[i].stored);
        free(s->rows[i].chosen);
    }
    free(s->rows);
    free(s->taken);
    eng_snapshot_release(s->shown);
}

/* What is saved, and what of it a merge has taken. False when memory is out. */
static bool begin(saving *s)
{
    (void)pthread_mutex_lock(&s->index->writing);
    s->before = s->shown = eng_snapshot_acquire(s->index);
    s->taken = calloc(s->before->n_parts + 1, sizeof *s->taken);
    for (size_t i = 0; s->taken != NULL && i < s->before->n_parts; i++)
        s->taken[i] = eng_part_is_taken(s->index, &s->before->parts[i]);
    (void)pthread_mutex_unlock(&s->index->writing);
    return s->taken != NULL;
}

anc_status eng_save(eng_index *index, const eng_tidy_options *options, anc_err *err)
{
    anc_status status = ANC_OK;
    if (index->store.folder.len == 0)
        return ANC_FAIL(err, ANC_INVALID, "an index without a folder cannot be saved");
    (void)pthread_mutex_lock(&index->keeping);
    saving s = {.index = index, .options = options, .err = err};
    if (!begin(&s))
        status = no_memory(&s);
    else if (!is_same(index->store.saved, s.before))
        status = save(&s);
    saving_done(&s);
    (void)pthread_mutex_unlock(&index->keeping);
    return status;
}
