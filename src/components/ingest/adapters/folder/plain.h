/* plain.h - regular files read so that what somebody does to a folder meanwhile leads nowhere.
 *
 * A name that was listed as a file may be a pipe by the time that it is read, or a link to what lies
 * elsewhere. So a file is first taken hold of without being opened, then looked at, and what is read
 * is what was looked at.
 */
#ifndef ANC_INGEST_ADAPTERS_FOLDER_PLAIN_H
#define ANC_INGEST_ADAPTERS_FOLDER_PLAIN_H

#include "base/arena.h"

typedef struct ing_plain {
    anc_str bytes;
    int64_t modified_ms;
} ing_plain;

/* Whether a real path lies in the folder `root`, a real path too. */
bool ing_is_below(anc_str root, anc_str real);

/* A whole file in `mem`. `root` (a real path; ptr NULL: anywhere) is the folder that it must lie in once
 * links were followed: FORBIDDEN otherwise. INVALID for what is no regular file, LIMIT past `max_bytes`,
 * NOT_FOUND, FORBIDDEN, UNAVAILABLE (no descriptor left), IO; each names the path. Never waits for
 * another process. */
anc_status ing_plain_read(anc_arena *mem, anc_str root, anc_str path, size_t max_bytes,
                          ing_plain *ret, anc_err *err) ANC_MUST_CHECK;

#endif
