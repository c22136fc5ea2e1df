/* file.h - files and folders as the rest of the house uses them.
 *
 * Paths are views without NUL bytes, at most OS_PATH_MAX - 1 bytes long. Every error text names the
 * path and what the system said. EINTR and short transfers are handled here. ENOSPC and EDQUOT are
 * DISK_FULL, ENOENT, ENOTDIR and ELOOP are NOT_FOUND, EEXIST is CONFLICT, EACCES, EPERM and EROFS are FORBIDDEN, EMFILE
 * and ENFILE (no descriptor left) are UNAVAILABLE, the rest is IO. Any thread.
 */
#ifndef ANC_OS_FILE_H
#define ANC_OS_FILE_H

#include "base/str.h"

enum { OS_PATH_MAX = 4096 };

/* A file mapped read-only and shared; an empty file has len 0. */
typedef struct os_map {
    const unsigned char *bytes;
    size_t len;
    /* Of file, size and time of the last change when it was opened: another one, another content. */
    uint64_t stamp;
    uint32_t guard; /* os_map_open's own */
} os_map;

anc_status os_map_open(anc_str path, os_map *ret, anc_err *err) ANC_MUST_CHECK;
void os_map_close(os_map *map); /* a zeroed map is a no-op */

/* From here on a page of a map that cannot be read when it is touched, since its file was cut or its disk refuses it, is a
 * page of zeros, likewise what lies behind it, and os_map_lost says so. Without this the system ends the process
 * (SIGBUS). For the whole process, from its start. */
anc_status os_maps_guard(anc_err *err) ANC_MUST_CHECK;

/* Whether something of the map could not be read so far: whoever used what it read asks this afterwards. Any thread. */
bool os_map_lost(const os_map *map);

/* The stamp that a map of the file would have now; false where that cannot be told. */
bool os_file_stamp(anc_str path, uint64_t *ret) ANC_MUST_CHECK;

/* Gives the memory behind the mapping back to the system; what is read again comes back from the
 * file, mostly from the system's cache of it. */
void os_map_forget(const os_map *map);

/* A file that stays open to be read at any place, whatever becomes of its name. Unlike a mapping's, its bytes may be cut
 * off or written over by others meanwhile: a read then fails or gives the new ones, and the process lives. Any thread, any
 * number at once. */
typedef struct os_reader os_reader;
anc_status os_reader_open(anc_str path, os_reader **ret, anc_err *err) ANC_MUST_CHECK;
void os_reader_close(os_reader *r); /* NULL is a no-op */

uint64_t os_reader_bytes(const os_reader *r); /* of the file, when it was opened */

/* Bytes [at, at + n) of the file in `to`; CORRUPT, naming the file, where it has no such bytes (any more), IO where the
 * disk refuses them; `to` is then undefined. */
anc_status os_reader_get(const os_reader *r, uint64_t at, size_t n, void *to,
                         anc_err *err) ANC_MUST_CHECK;

/* The whole file in `mem`; LIMIT, naming the size, when it is larger than `max_bytes`; IO where it is a folder;
 * CORRUPT where a pipe, which is not waited for. */
anc_status os_file_read(anc_arena *mem, anc_str path, size_t max_bytes, anc_str *ret,
                        anc_err *err) ANC_MUST_CHECK;

/* Replaces `path` by `content` so that a crash leaves the old or the new: temporary name beside it,
 * fsync, rename, fsync of the folder. */
anc_status os_file_replace(anc_str path, anc_str content, anc_err *err) ANC_MUST_CHECK;

/* A new file written piece by piece, which appears under its name only when it is complete. */
typedef struct os_writer os_writer;
anc_status os_writer_open(anc_str path, os_writer **ret, anc_err *err) ANC_MUST_CHECK;
anc_status os_writer_add(os_writer *w, anc_str bytes, anc_err *err) ANC_MUST_CHECK;
/* fsync, rename to `path` (of the open, or `other_path` when its ptr is not NULL), fsync of the
 * folder. Frees `w` whatever happens. */
anc_status os_writer_commit(os_writer *w, anc_str other_path, anc_err *err) ANC_MUST_CHECK;
void os_writer_abort(os_writer *w); /* removes the temporary file; NULL is a no-op */

typedef struct os_stat {
    uint64_t bytes;
    int64_t modified_ms; /* Unix time */
    /* The same, of the last reading, within a day where the file system notes it at all. */
    int64_t read_ms;
    bool is_folder;
    bool is_file; /* a regular file */
} os_stat;

anc_status os_stat_of(anc_str path, os_stat *ret, anc_err *err) ANC_MUST_CHECK; /* follows links */
bool os_exists(anc_str path);

/* Makes the folder and its parents, mode 0700 for what is new. */
anc_status os_folder_make(anc_str path, anc_err *err) ANC_MUST_CHECK;

/* Makes durable which names are in the folder. */
anc_status os_folder_sync(anc_str path, anc_err *err) ANC_MUST_CHECK;

/* The names in a folder in byte order, without "." and "..". LIMIT past `max_names`. */
anc_status os_folder_list(anc_arena *mem, anc_str path, size_t max_names, anc_str **ret,
                          size_t *ret_n, anc_err *err) ANC_MUST_CHECK;

/* Renames a file within one file system, over what has the new name, and syncs the new folder. The
 * bytes must have been synced before. */
anc_status os_file_move(anc_str from, anc_str to, anc_err *err) ANC_MUST_CHECK;

/* Removes a file; a missing one is OK. */
anc_status os_file_remove(anc_str path, anc_err *err) ANC_MUST_CHECK;

/* Removes a folder and what is in it; a missing one is OK. Does not follow links. */
anc_status os_folder_remove(anc_str path, anc_err *err) ANC_MUST_CHECK;

/* Free bytes for this user on the disk of `path`. */
anc_status os_disk_free(anc_str path, uint64_t *ret, anc_err *err) ANC_MUST_CHECK;

/* `folder` + "/" + `name` in `mem`; ptr NULL when memory or the ceiling refused. */
anc_str os_path_join(anc_arena *mem, anc_str folder, anc_str name) ANC_MUST_CHECK;

/* The absolute path with links resolved; NOT_FOUND when nothing is there. */
anc_status os_path_real(anc_arena *mem, anc_str path, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* An exclusive lock on a file, made if absent, held by this process until closed; the file then
 * holds the pid. CONFLICT, naming the pid of the holder where it can be read, when another has it. */
typedef struct os_lock os_lock;
anc_status os_lock_take(anc_str path, os_lock **ret, anc_err *err) ANC_MUST_CHECK;
void os_lock_drop(os_lock *lock); /* NULL is a no-op */

/* Says beside the pid what its holder does ("is stopping", at most 90 bytes), for the text that others
 * get who want it. One thread at a time; NULL is a no-op. */
void os_lock_note(os_lock *lock, const char *doing);

/* Who holds the lock, without taking it: false when nobody does or there is no such file. `ret_pid`
 * is 0 where it cannot be told. */
anc_status os_lock_holder(anc_str path, bool *ret_held, uint64_t *ret_pid,
                          anc_err *err) ANC_MUST_CHECK;

#endif
