/* copy.c - what an index shows, as another folder. */
#include <stdlib.h>

#include "files.h"
#include "index.h"
#include "manifest.h"
#include "output.h"
#include "segment.h"

typedef struct copying {
    eng_store *store; /* of the index */
    const eng_snapshot *from;
    const eng_tidy_options *options;
    anc_str folder;
    eng_snapshot *files; /* owned */
    anc_err *err;
} copying;

/* The bytes of a file, as they stand, under another name. */
static anc_status copy_bytes(const copying *c, anc_str path, const os_map *map)
{
    eng_output out;
    ANC_TRY(eng_output_open(c->store->disk, path, c->options, &out, c->err));
    anc_status status = eng_output_put(&out, map->bytes, map->len);
    if (status == ANC_OK)
        status = eng_output_sync(&out);
    eng_output_close(&out);
    return status;
}

static anc_status copy_block(const copying *c, const eng_block *b, anc_str path)
{
    const eng_disk *disk = c->store->disk;
    char source[OS_PATH_MAX];
    uint32_t crc;
    if (b->segment == NULL) {
        ANC_TRY(eng_store_room(c->store, c->folder, eng_segment_bytes(b), c->err));
        return eng_segment_write(disk, path, b, c->options, &crc, c->err);
    }
    if (disk->link(disk->self, eng_segment_path(c->store->folder, source, b->segment->number), path,
                   NULL) == ANC_OK)
        return ANC_OK;
    ANC_TRY(eng_store_room(c->store, c->folder, b->segment->map.len, c->err));
    return copy_bytes(c, path, &b->segment->map);
}

static anc_status copy_parts(copying *c)
{
    for (size_t i = 0; i < c->from->n_parts; i++) {
        const eng_part *part = &c->from->parts[i];
        char name[OS_PATH_MAX];
        const anc_str path = eng_segment_path(c->folder, name, i + 1);
        eng_part *copy = &c->files->parts[i];
        ANC_TRY(eng_block_fault(part->block, c->err));
        ANC_TRY(copy_block(c, part->block, path));
        ANC_TRY(eng_segment_open(c->store->disk, path, i + 1, &copy->block, c->err));
        copy->dead = eng_dead_ref(part->dead);
        c->files->n_parts++;
    }
    return c->store->disk->sync_folder(c->store->disk->self, c->folder, c->err);
}

static anc_status check_folder(const copying *c)
{
    const eng_disk *disk = c->store->disk;
    char path[OS_PATH_MAX];
    os_map map;
    if (c->folder.len == 0 || c->folder.len > OS_PATH_MAX - ENG_NAME_BYTES)
        return ANC_FAIL(c->err, ANC_INVALID, "a folder with a path of %zu bytes, not 1 to %d",
                        c->folder.len, (int)OS_PATH_MAX - (int)ENG_NAME_BYTES);
    ANC_TRY(disk->make_folder(disk->self, c->folder, c->err));
    anc_err why = {0};
    const anc_status status =
        disk->map(disk->self, eng_file_path(c->folder, path, ENG_MANIFEST_NAME), &map, &why);
    if (status == ANC_NOT_FOUND)
        return ANC_OK;
    if (status != ANC_OK)
        return ANC_FAIL(c->err, status, "%s", why.text);
    disk->unmap(disk->self, &map);
    return ANC_FAIL(c->err, ANC_CONFLICT, "there is an index in %.*s", ANC_FMT(c->folder));
}

/* The manifest first, so that never half a copy is an index. */
static void undo(const copying *c)
{
    const eng_disk *disk = c->store->disk;
    char path[OS_PATH_MAX];
    (void)disk->remove(disk->self, eng_file_path(c->folder, path, ENG_MANIFEST_NAME), NULL);
    for (size_t i = 0; i < c->from->n_parts; i++)
        (void)disk->remove(disk->self, eng_segment_path(c->folder, path, i + 1), NULL);
}

static anc_status copy(copying *c)
{
    const eng_disk *disk = c->store->disk;
    bool counts = false;
    ANC_TRY(check_folder(c));
    c->files = eng_snapshot_new(c->from->n_parts, c->from->dims, &c->from->from);
    if (c->files == NULL)
        return ANC_FAIL(c->err, ANC_NO_MEMORY, "no memory to copy an index");
    c->files->cursor = c->from->cursor;
    anc_status status = copy_parts(c);
    if (status == ANC_OK)
        status =
            eng_manifest_write(disk, c->folder, c->files, c->from->n_parts + 1, &counts, c->err);
    if (status != ANC_OK)
        undo(c);
    eng_snapshot_release(c->files);
    return status;
}

anc_status eng_copy_to(eng_index *index, anc_str folder, const eng_tidy_options *options,
                       anc_err *err)
{
    (void)pthread_mutex_lock(&index->keeping); /* no file goes away meanwhile */
    eng_snapshot *now = eng_snapshot_acquire(index);
    copying c = {
        .store = &index->store, .from = now, .options = options, .folder = folder, .err = err};
    const anc_status status = copy(&c);
    eng_snapshot_release(now);
    (void)pthread_mutex_unlock(&index->keeping);
    return status;
}
