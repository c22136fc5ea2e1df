/* levels.h - the folders on the way to a file, each with what its file of patterns leaves out. Private. */
#ifndef ANC_INGEST_ADAPTERS_FOLDER_LEVELS_H
#define ANC_INGEST_ADAPTERS_FOLDER_LEVELS_H

#include "ingest/domain/ignore.h"
#include "ingest/ports/source.h"

enum { ING_FOLDER_DEPTH = 64 };

/* A folder that a walk is in. */
typedef struct ing_level {
    const struct ing_level *up; /* NULL: the root */
    ing_ignore ignore;
    size_t prefix; /* bytes of an item's path up to what lies in this folder */
    unsigned depth;
} ing_level;

extern const anc_str ing_ignore_name; /* of the file of patterns */

/* The deepest level that names the item decides. */
bool ing_is_left_out(const ing_level *level, anc_str item, bool is_folder);

/* The patterns of `folder`; a file of them that cannot be read is an error, since it may hide what must not be
 * read: NOT_FOUND where there is none. `root` is a real path. */
anc_status ing_level_read(anc_arena *mem, anc_str root, anc_str folder, ing_ignore *ret,
                          anc_err *err) ANC_MUST_CHECK;

/* ing_source_ops.pick */
anc_status ing_folder_pick(void *self, krn_call *call, anc_str path, anc_str item, size_t max_bytes,
                           ing_content *ret) ANC_MUST_CHECK;

#endif
