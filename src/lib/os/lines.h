/* lines.h - a text file read line by line, plain or gzipped (told by its first bytes). */
#ifndef ANC_OS_LINES_H
#define ANC_OS_LINES_H

#include "base/str.h"

typedef struct os_lines os_lines;

/* Opens `path`. Lines longer than `max_line_bytes` are LIMIT when they are met. NOT_FOUND and the
 * like as in file.h. */
anc_status os_lines_open(anc_str path, size_t max_line_bytes, os_lines **ret,
                         anc_err *err) ANC_MUST_CHECK;

/* The next line without its "\n", good until the next call; *ret_end is set at the end of the file.
 * CORRUPT, naming the file and line, when compressed bytes do not decode. */
anc_status os_lines_next(os_lines *lines, anc_str *ret, bool *ret_end, anc_err *err) ANC_MUST_CHECK;

uint64_t os_lines_number(const os_lines *lines); /* of the last line given, from 1 */
void os_lines_close(os_lines *lines);            /* NULL is a no-op */

#endif
