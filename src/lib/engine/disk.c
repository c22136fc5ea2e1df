/* disk.c - the disk of this system. */
#include "engine/disk.h"

#include "os/output.h"

static anc_status system_create(void *self, anc_str path, void **ret_file, anc_err *err)
{
    os_output *output = NULL;
    (void)self;
    ANC_TRY(os_output_open(path, &output, err));
    *ret_file = output;
    return ANC_OK;
}

static anc_status system_append(void *self, void *file, anc_str bytes, anc_err *err)
{
    (void)self;
    return os_output_add(file, bytes, err);
}

static anc_status system_sync(void *self, void *file, anc_err *err)
{
    (void)self;
    return os_output_sync(file, err);
}

static void system_close(void *self, void *file)
{
    (void)self;
    os_output_close(file);
}

static anc_status system_rename(void *self, anc_str from, anc_str to, anc_err *err)
{
    (void)self;
    return os_file_rename(from, to, err);
}

static anc_status system_link(void *self, anc_str from, anc_str to, anc_err *err)
{
    (void)self;
    return os_file_link(from, to, err);
}

static anc_status system_remove(void *self, anc_str path, anc_err *err)
{
    (void)self;
    return os_file_remove(path, err);
}

static anc_status system_make_folder(void *self, anc_str path, anc_err *err)
{
    (void)self;
    return os_folder_make(path, err);
}

static anc_status system_sync_folder(void *self, anc_str path, anc_err *err)
{
    (void)self;
    return os_folder_sync(path, err);
}

static anc_status system_map(void *self, anc_str path, os_map *ret, anc_err *err)
{
    (void)self;
    return os_map_open(path, ret, err);
}

static void system_unmap(void *self, os_map *map)
{
    (void)self;
    os_map_close(map);
}

static bool system_lost(void *self, const os_map *map)
{
    (void)self;
    return os_map_lost(map);
}

static anc_status system_list(void *self, anc_arena *mem, anc_str folder, size_t max_names,
                              anc_str **ret, size_t *ret_n, anc_err *err)
{
    (void)self;
    return os_folder_list(mem, folder, max_names, ret, ret_n, err);
}

static anc_status system_free_bytes(void *self, anc_str folder, uint64_t *ret, anc_err *err)
{
    (void)self;
    return os_disk_free(folder, ret, err);
}

const eng_disk eng_disk_system = {
    .create = system_create,
    .append = system_append,
    .sync = system_sync,
    .close = system_close,
    .rename = system_rename,
    .link = system_link,
    .remove = system_remove,
    .make_folder = system_make_folder,
    .sync_folder = system_sync_folder,
    .map = system_map,
    .unmap = system_unmap,
    .lost = system_lost,
    .list = system_list,
    .free_bytes = system_free_bytes,
};
