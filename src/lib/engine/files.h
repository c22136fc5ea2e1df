/* files.h - the names in the folder of an index.
 *
 *   manifest      which of the rest counts
 *   seg-<number>  a segment; one that the manifest does not name is left over and may go
 *   <name>.tmp    being written, or left over
 *   damaged-<name> set aside for people; nothing reads it, and of the segments only the last few stay
 */
#ifndef ANC_ENGINE_FILES_H
#define ANC_ENGINE_FILES_H

#include "os/file.h"

#define ENG_SEGMENT_PREFIX "seg-"
#define ENG_DAMAGED_PREFIX "damaged-"
#define ENG_TMP_SUFFIX     ".tmp"
enum { ENG_DAMAGED_KEPT = 8 };
enum { ENG_NAME_BYTES = 64 }; /* room for any of them, and for the slash */

/* `folder`, slash, and what printf makes of the rest, in `out`. A folder leaves room for ENG_NAME_BYTES. */
anc_str eng_file_path(anc_str folder, char out[OS_PATH_MAX], const char *fmt, ...) ANC_PRINTF(3, 4);

anc_str eng_segment_path(anc_str folder, char out[OS_PATH_MAX], uint64_t number);

/* Whether a name is that of a segment, and of which. */
bool eng_segment_number(anc_str name, uint64_t *ret);

#endif
