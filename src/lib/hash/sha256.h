/* sha256.h - SHA-256 (FIPS 180-4), by libcrypto: what content is addressed by. Pure, no I/O. */
#ifndef ANC_HASH_SHA256_H
#define ANC_HASH_SHA256_H

#include "base/status.h"

enum { ANC_SHA256_BYTES = 32, ANC_SHA256_HEX = 64 };

typedef struct anc_sha256 anc_sha256; /* a digest in the making; one thread at a time */

void anc_sha256_free(anc_sha256 *sha);                                 /* NULL is a no-op */
anc_sha256 *anc_sha256_new(void) ANC_OWNED_BY_CALLER(anc_sha256_free); /* NULL: no memory */
void anc_sha256_add(anc_sha256 *sha, anc_str bytes);

/* Writes the digest and makes the object ready for the next one. */
void anc_sha256_end(anc_sha256 *sha, unsigned char out[ANC_SHA256_BYTES]);

/* The digest of `bytes` in one call. NO_MEMORY is the only failure. */
anc_status anc_sha256_of(anc_str bytes, unsigned char out[ANC_SHA256_BYTES],
                         anc_err *err) ANC_MUST_CHECK;

#endif
