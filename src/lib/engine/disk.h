/* disk.h - all that the engine asks of a disk, so that another one can stand in its place.
 *
 * An index with a folder calls nothing else of the system's files. The order in which it calls makes an index
 * survive the loss of power: bytes are synced before the name that makes them count, names are synced with their
 * folder. Statuses as in os/file.h. Any thread, several at once.
 */
#ifndef ANC_ENGINE_DISK_H
#define ANC_ENGINE_DISK_H

#include "base/arena.h"
#include "os/file.h"

typedef struct eng_disk {
    void *self;

    /* A new, empty file of this name, which belongs to one thread until it is closed. */
    anc_status (*create)(void *self, anc_str path, void **ret_file, anc_err *err);
    anc_status (*append)(void *self, void *file, anc_str bytes, anc_err *err);
    anc_status (*sync)(void *self, void *file, anc_err *err);
    void (*close)(void *self, void *file);

    anc_status (*rename)(void *self, anc_str from, anc_str to, anc_err *err);
    anc_status (*link)(void *self, anc_str from, anc_str to, anc_err *err); /* may always refuse */
    anc_status (*remove)(void *self, anc_str path, anc_err *err); /* a missing file is OK */
    anc_status (*make_folder)(void *self, anc_str path, anc_err *err);
    anc_status (*sync_folder)(void *self, anc_str path, anc_err *err);

    /* NOT_FOUND when there is no such file. What is mapped stays readable when its name is gone. */
    anc_status (*map)(void *self, anc_str path, os_map *ret, anc_err *err);
    void (*unmap)(void *self, os_map *map);
    /* Whether some of what was mapped could not be read when it was touched, and was zeros instead. Asked after what was
     * read was used. A disk where that cannot be says false. */
    bool (*lost)(void *self, const os_map *map);
    anc_status (*list)(void *self, anc_arena *mem, anc_str folder, size_t max_names, anc_str **ret,
                       size_t *ret_n, anc_err *err);
    anc_status (*free_bytes)(void *self, anc_str folder, uint64_t *ret, anc_err *err);
} eng_disk;

extern const eng_disk eng_disk_system;

#endif
