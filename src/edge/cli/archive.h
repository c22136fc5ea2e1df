/* archive.h - the file that `export` writes and `import` reads. Private.
 *
 * NDJSON, a line an object, each with its `kind`:
 *
 *   anchorage-export   first: format, program, created_at, and how much is to come
 *   collection         a collection's settings; all of them before the versions
 *   version            a version of a document; a document's versions follow each other, oldest first.
 *                      Up to ARCHIVE_PIECE_BYTES its original stands in it as content_base64,
 *                      otherwise `pieces` says how many content lines follow
 *   content            a piece of the version before
 *   vectors            behind a version that says `vectors`, and its content: those of its chunks, which spare the
 *                      embedding where the model is the same
 *   end                last: what was written
 *
 * The last member of every line is `sum`: the first 16 hex digits of the SHA-256 of the bytes of the
 * line before it. So a damaged line is found before anything is done with it.
 */
#ifndef ANC_EDGE_CLI_ARCHIVE_H
#define ANC_EDGE_CLI_ARCHIVE_H

#include "base/str.h"

enum {
    ARCHIVE_FORMAT = 2, /* 1: without vectors */
    ARCHIVE_PIECE_BYTES = 768 << 10,
    ARCHIVE_PIECES_MAX = 1 << 16,
    ARCHIVE_LINE_BYTES = 8 << 20
};

#define ARCHIVE_HEAD "anchorage-export"

/* Ends the line in `line` (an object whose last bracket is there) with its sum and "\n". */
anc_status archive_seal(anc_buf *line, anc_err *err) ANC_MUST_CHECK;

/* INVALID when the line has no sum, or one that is not its own. */
anc_status archive_check(anc_str line, anc_err *err) ANC_MUST_CHECK;

#endif
