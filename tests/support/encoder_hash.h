/* encoder_hash.h - the encoder port without a model: each word is hashed to a direction.
 *
 * Texts that share words are near, in no time at all. The window is 64 words.
 */
#ifndef ANC_TESTS_SUPPORT_ENCODER_HASH_H
#define ANC_TESTS_SUPPORT_ENCODER_HASH_H

#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"

enum { ENCODER_HASH_DIMS = 48, ENCODER_HASH_WINDOW = 64 };

/* Counts what went through it, where `seen` is not NULL: texts, over all calls. */
emb_encoder encoder_hash_open(krn_clock clock, size_t *seen);

#endif
