/* output.h - the single steps by which files come to last: written, synced, renamed, linked.
 *
 * For who must decide the order of these steps; everybody else uses os_writer (os/file.h). Paths and errors as
 * there. A file belongs to one thread at a time.
 */
#ifndef ANC_OS_OUTPUT_H
#define ANC_OS_OUTPUT_H

#include "base/status.h"

typedef struct os_output os_output;

/* A new file, open to be written; one that has the name is emptied. */
anc_status os_output_open(anc_str path, os_output **ret, anc_err *err) ANC_MUST_CHECK;

/* All of `bytes` behind what is there. */
anc_status os_output_add(os_output *output, anc_str bytes, anc_err *err) ANC_MUST_CHECK;

/* Makes the bytes durable; the name is not. */
anc_status os_output_sync(os_output *output, anc_err *err) ANC_MUST_CHECK;

void os_output_close(os_output *output); /* NULL is a no-op */

/* Renames within one file system, over what has the new name. Neither name is durable. */
anc_status os_file_rename(anc_str from, anc_str to, anc_err *err) ANC_MUST_CHECK;

/* A second name of a file. CONFLICT when something has it, UNSUPPORTED on another file system, or where files have
 * one name only. */
anc_status os_file_link(anc_str from, anc_str to, anc_err *err) ANC_MUST_CHECK;

#endif
