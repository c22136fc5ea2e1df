/* frame.h - a piece of a segment with the sum that tells whether it is as it was written. Private, pure.
 *
 *   frame  [0…8) sum of the bytes   [8…12) their number   [12…16) check of the 12 bytes before and of
 *          the place where the frame stands   [16…) the bytes        all little-endian
 *
 * Every flipped bit is found, and a frame at another place; it is no protection against whoever means to
 * forge one.
 */
#ifndef ANC_INGEST_ADAPTERS_SPOOL_FILES_FRAME_H
#define ANC_INGEST_ADAPTERS_SPOOL_FILES_FRAME_H

#include "base/str.h"

enum { ING_FRAME_HEADER = 16, ING_FRAME_BYTES = 64 << 10 /* most bytes of one */ };

typedef struct ing_frame {
    uint64_t sum;
    uint32_t bytes;
} ing_frame;

/* The header of a frame of `bytes` that stands at `place` of its file. */
void ing_frame_seal(unsigned char header[ING_FRAME_HEADER], anc_str bytes, uint64_t place);

/* False when the header is not one of a frame at `place`. */
bool ing_frame_parse(const unsigned char header[ING_FRAME_HEADER], uint64_t place, ing_frame *ret);

bool ing_frame_is_sound(const ing_frame *frame, anc_str bytes);

#endif
