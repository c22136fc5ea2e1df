/* subject.h - which argument of the command line a place in a request came from. Private. */
#ifndef ANC_EDGE_CLI_SUBJECT_H
#define ANC_EDGE_CLI_SUBJECT_H

#include "context.h"

/* Appends "--top-k" for "/top_k", "--filter 'year>x'" for "/filters/and/0/value", "--since" for "?since"; false,
 * and nothing appended, where no option that was given became what `pointer` points at. */
bool cli_subject(const cli_context *cx, anc_str pointer, anc_buf *out);

#endif
