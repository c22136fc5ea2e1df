/* base64.h - RFC 4648: written plain with padding or URL-safe without, read as either. */
#ifndef ANC_BASE_BASE64_H
#define ANC_BASE_BASE64_H

#include "base/str.h"

void anc_base64_put(anc_buf *out, anc_str bytes);
void anc_base64_put_url(anc_buf *out, anc_str bytes);

/* Appends the bytes; white space between is passed over, padding may be left out. INVALID names the
 * byte that is none of the alphabet, LIMIT when `out` is full. */
anc_status anc_base64_read(anc_str text, anc_buf *out, anc_err *err) ANC_MUST_CHECK;

#endif
