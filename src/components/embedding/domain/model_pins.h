/* model_pins.h - digests of a model's files as they first came, where nobody knew them before.
 *
 * They lie beside the files in SHA256SUMS, in the form that sha256sum -c reads: a line a file, 64 hex digits, two blanks,
 * the path below the folder.
 */
#ifndef ANC_EMBEDDING_DOMAIN_MODEL_PINS_H
#define ANC_EMBEDDING_DOMAIN_MODEL_PINS_H

#include "base/base.h"

#define EMB_MODEL_PINS_FILE "SHA256SUMS"
enum { EMB_MODEL_PINS_MAX_BYTES = 64 << 10 };

/* The digest of `path` in the lines of `sums`, 64 hex digits in lower case; ptr NULL: there is none. Lines of another
 * form are passed over. */
anc_str emb_model_pin_find(anc_str sums, const char *path);

#endif
