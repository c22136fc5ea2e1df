/* charsmap_impl.h - the table by which SentencePiece normalises: short texts and what they become.
 *
 * As published: the size of a double array in bytes, the double array (little-endian units of 32
 * bits), and the replacements, each ended by a NUL, that its numbers point into. All that a walk can
 * reach is checked when the table is read. Immutable.
 */
#ifndef ANC_INFER_CHARSMAP_IMPL_H
#define ANC_INFER_CHARSMAP_IMPL_H

#include "base/base.h"
#include "base/status.h"

enum { INF_CHARSMAP_MAX_BYTES = 4 << 20, INF_REPLACEMENT_MAX_BYTES = 64 };

typedef struct inf_charsmap inf_charsmap;

/* From the blob, decoded. CORRUPT says what points out of bounds; NO_MEMORY. */
anc_status inf_charsmap_read(anc_str blob, inf_charsmap **ret, anc_err *err) ANC_MUST_CHECK;
void inf_charsmap_free(inf_charsmap *map); /* NULL is a no-op */

/* What `chunk` becomes: the replacement of its shortest beginning that has one (so it is defined,
 * surprising as it is, and so models were trained). False: none has one. */
bool inf_charsmap_find(const inf_charsmap *map, anc_str chunk, anc_str *ret);

/* Whether an ASCII character alone has a replacement. */
bool inf_charsmap_has_ascii(const inf_charsmap *map, unsigned char c);

#endif
