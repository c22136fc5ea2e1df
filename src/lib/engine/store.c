/* store.c - a folder becomes an index: the manifest, then the segments that it names, mapped and not read.
 *
 * What is damaged is set aside under another name, and the index begins without it and without a mark, so that its
 * caller walks what it follows from the start. A disk that fails is no damage: then nothing opens.
 */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "index.h"
#include "manifest.h"
#include "segment.h"

enum { MOST_NAMES = 1 << 20, NAMES_BYTES = 256 << 20 };

void eng_store_forget_lent(eng_store *store)
{
    for (size_t i = 0; i < store->n_lent; i++) {
        eng_snapshot_release(store->lent[i].before);
        eng_part_unref(&store->lent[i].file);
        free(store->lent[i].chosen);
    }
    free(store->lent);
    store->lent = NULL;
    store->n_lent = 0;
}

void eng_store_close(eng_store *store)
{
    eng_store_forget_lent(store);
    eng_snapshot_release(store->saved);
    free((char *)(uintptr_t)store->folder.ptr);
    *store = (eng_store){0};
}

/* ---- sweeping --------------------------------------------------------------------------------- */

static bool is_named(const eng_snapshot *s, uint64_t number)
{
    for (size_t i = 0; i < s->n_parts; i++)
        if (s->parts[i].block->segment != NULL && s->parts[i].block->segment->number == number)
            return true;
    return false;
}

static bool ends(anc_str name, anc_str end)
{
    return name.len >= end.len && memcmp(name.ptr + name.len - end.len, end.ptr, end.len) == 0;
}

/* The number of a segment that was set aside. */
static bool damaged_number(anc_str name, uint64_t *ret)
{
    const anc_str prefix = ANC_STR(ENG_DAMAGED_PREFIX);
    return anc_str_starts(name, prefix) &&
           eng_segment_number(anc_str_sub(name, prefix.len, name.len), ret);
}

/* Whether as many segments as are kept were set aside after this one. */
static bool is_old_damage(const anc_str *names, size_t n, anc_str name)
{
    uint64_t number, other;
    size_t later = 0;
    if (!damaged_number(name, &number))
        return false;
    for (size_t i = 0; i < n && later < ENG_DAMAGED_KEPT; i++)
        later += damaged_number(names[i], &other) && other > number ? 1 : 0;
    return later == ENG_DAMAGED_KEPT;
}

void eng_store_sweep(eng_store *store, const eng_snapshot *s)
{
    const eng_disk *disk = store->disk;
    ANC_ARENA(mem, NAMES_BYTES);
    anc_str *names;
    size_t n;
    uint64_t number;
    if (mem == NULL ||
        disk->list(disk->self, mem, store->folder, MOST_NAMES, &names, &n, NULL) != ANC_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        char path[OS_PATH_MAX];
        const bool left =
            eng_segment_number(names[i], &number)
                ? !is_named(s, number)
                : ends(names[i], ANC_STR(ENG_TMP_SUFFIX)) || is_old_damage(names, n, names[i]);
        if (!left || names[i].len >= ENG_NAME_BYTES)
            continue;
        (void)disk->remove(disk->self,
                           eng_file_path(store->folder, path, "%.*s", ANC_FMT(names[i])), NULL);
    }
}

anc_status eng_store_room(const eng_store *store, anc_str folder, uint64_t bytes, anc_err *err)
{
    uint64_t free_bytes, needed;
    ANC_TRY(store->disk->free_bytes(store->disk->self, folder, &free_bytes, err));
    if (__builtin_add_overflow(bytes, store->reserve, &needed) || free_bytes < needed)
        return ANC_FAIL(
            err, ANC_DISK_FULL,
            "%llu bytes are to be written to %.*s, where %llu are free and %llu kept free",
            (unsigned long long)bytes, ANC_FMT(folder), (unsigned long long)free_bytes,
            (unsigned long long)store->reserve);
    return ANC_OK;
}

/* ---- opening ---------------------------------------------------------------------------------- */

anc_status eng_store_set_aside(const eng_store *store, const char *name, anc_err *err)
{
    char from[OS_PATH_MAX], to[OS_PATH_MAX];
    return store->disk->rename(store->disk->self, eng_file_path(store->folder, from, "%s", name),
                               eng_file_path(store->folder, to, ENG_DAMAGED_PREFIX "%s", name),
                               err);
}

/* Something of the folder is not what it should be: it gets another name, and is told. */
static void set_aside(eng_store *store, const char *name, const anc_err *why)
{
    const anc_status status = eng_store_set_aside(store, name, NULL);
    if (store->opened.damaged++ == 0)
        (void)snprintf(store->opened.text, sizeof store->opened.text, "%s%s", why->text,
                       status == ANC_OK ? "" : " (it could not be set aside)");
}

/* Whether a segment that is not there was set aside by whoever opened, or mended, the index before. */
static bool was_set_aside(const eng_store *store, const char *name)
{
    char path[OS_PATH_MAX];
    os_map map;
    if (store->disk->map(store->disk->self,
                         eng_file_path(store->folder, path, ENG_DAMAGED_PREFIX "%s", name), &map,
                         NULL) != ANC_OK)
        return false;
    store->disk->unmap(store->disk->self, &map);
    return true;
}

/* The segment is the one that the manifest means. */
static bool is_meant(const eng_manifest *m, const eng_manifest_segment *row, const eng_block *b)
{
    return b->segment->map.len == row->bytes && b->segment->head->header.crc == row->crc &&
           b->documents.n == row->documents && b->dims == m->header->dims &&
           row->dead_chunks <= b->ordinals.n && row->dead_vectors <= b->n_vectors &&
           row->dead_length <= b->length;
}

/* One segment and what died in it, put behind the parts of `s`; OK too where it is damaged. */
static anc_status open_one(eng_store *store, const eng_manifest *m, uint32_t at, eng_snapshot *s,
                           anc_err *err)
{
    const eng_manifest_segment *row = &m->segments[at];
    char path[OS_PATH_MAX], name[ENG_NAME_BYTES];
    eng_part part = {0};
    anc_err why = {0};
    (void)snprintf(name, sizeof name, ENG_SEGMENT_PREFIX "%llu", (unsigned long long)row->number);
    anc_status status =
        eng_segment_open(store->disk, eng_segment_path(store->folder, path, row->number),
                         row->number, &part.block, &why);
    if (status == ANC_OK && !is_meant(m, row, part.block)) {
        eng_block_unref(part.block);
        status = ANC_FAIL(&why, ANC_CORRUPT, "%s: it is not the one that the manifest means", path);
    }
    if (status == ANC_CORRUPT || status == ANC_NOT_FOUND) {
        store->opened.absent += status == ANC_NOT_FOUND && was_set_aside(store, name) ? 1 : 0;
        set_aside(store, name, &why);
        return ANC_OK;
    }
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "%s", why.text);
    if (!eng_manifest_dead(m, at, part.block, &part.dead)) {
        eng_block_unref(part.block);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to open %s", path);
    }
    s->parts[s->n_parts++] = part;
    store->opened.segments++;
    return ANC_OK;
}

static anc_status open_all(eng_index *index, const eng_manifest *m, anc_err *err)
{
    eng_store *store = &index->store;
    if (m->header->dims != index->dims)
        return ANC_FAIL(err, ANC_INVALID, "the index in %.*s has vectors of %u dims, not %u",
                        ANC_FMT(store->folder), m->header->dims, index->dims);
    eng_snapshot *s = eng_snapshot_new(m->header->n_segments, index->dims, &index->from);
    anc_status status = s != NULL ? ANC_OK : ANC_NO_MEMORY;
    for (uint32_t i = 0; status == ANC_OK && i < m->header->n_segments; i++)
        status = open_one(store, m, i, s, err);
    if (status != ANC_OK) {
        eng_snapshot_release(s);
        return ANC_FAIL(err, status, "no memory to open %.*s", ANC_FMT(store->folder));
    }
    store->next = m->header->next;
    s->cursor = store->opened.damaged == 0 ? m->header->cursor : 0;
    eng_swap_in(index, s);
    if (store->opened.damaged == 0)
        store->saved = eng_snapshot_acquire(index);
    return ANC_OK;
}

static anc_status open_folder(eng_index *index, anc_err *err)
{
    eng_store *store = &index->store;
    eng_manifest m = {0};
    anc_err why = {0};
    ANC_TRY(store->disk->make_folder(store->disk->self, store->folder, err));
    anc_status status = eng_manifest_open(store->disk, store->folder, &m, &why);
    if (status == ANC_OK) {
        status = open_all(index, &m, err);
        eng_manifest_close(store->disk, &m);
    } else if (status == ANC_CORRUPT) { /* without it no segment says what died in it */
        set_aside(store, ENG_MANIFEST_NAME, &why);
        status = ANC_OK;
    } else if (status == ANC_NOT_FOUND) {
        status = ANC_OK;
    } else {
        return ANC_FAIL(err, status, "%s", why.text);
    }
    if (status == ANC_OK)
        eng_store_sweep(store, index->current);
    return status;
}

anc_status eng_store_open(eng_index *index, const eng_options *options, anc_err *err)
{
    eng_store *store = &index->store;
    *store = (eng_store){.disk = options->disk != NULL ? options->disk : &eng_disk_system,
                         .reserve = options->reserve_bytes,
                         .next = 1};
    if (options->folder.len == 0)
        return ANC_OK;
    if (options->folder.len > OS_PATH_MAX - ENG_NAME_BYTES)
        return ANC_FAIL(err, ANC_INVALID,
                        "the folder of an index has a path of %zu bytes, at most %d",
                        options->folder.len, (int)OS_PATH_MAX - (int)ENG_NAME_BYTES);
    char *copy = malloc(options->folder.len);
    if (copy == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an index");
    memcpy(copy, options->folder.ptr, options->folder.len);
    store->folder = (anc_str){copy, options->folder.len};
    return open_folder(index, err);
}
