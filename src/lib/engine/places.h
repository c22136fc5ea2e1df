/* places.h - where a form stands, in which chunks.
 *
 *   places      of a form, per chunk, ascending: varint(gap), varint(bytes of what follows), then the positions
 *               as varint(gap), each first gap counted from -1. Text positions begin two behind the
 *               last title position, so that no phrase runs from one into the other.
 *
 * Bytes that mean nothing end a list, as in postings.h.
 */
#ifndef ANC_ENGINE_PLACES_H
#define ANC_ENGINE_PLACES_H

#include "block.h"

/* Goes `gap` chunks on; false, and no further, where that is no chunk. */
static inline bool eng_next_chunk(uint32_t *chunk, uint64_t gap, uint32_t chunks)
{
    const uint64_t next = (uint64_t)(uint32_t)(*chunk + 1) + gap - 1; /* -1 is before the first */
    if (next >= chunks)
        return false;
    *chunk = (uint32_t)next;
    return true;
}

/* Walks the chunks of one form, ascending, and the positions in each. */
typedef struct eng_places {
    const unsigned char *at, *end;
    uint32_t left;
    uint32_t chunks;            /* of the block */
    uint32_t chunk;             /* read last; UINT32_MAX before the first */
    const unsigned char *first; /* of its positions */
    size_t bytes;
} eng_places;

/* Nothing where the list's part of the file is damaged, which the block then knows. */
eng_places eng_places_of(const eng_block *b, const eng_block_term *form);

/* False at the end. */
static inline bool eng_places_next(eng_places *p)
{
    if (p->left == 0)
        return false;
    p->left--;
    const uint64_t gap = eng_varint(&p->at, p->end);
    p->bytes = eng_varint(&p->at, p->end);
    if (p->bytes > (size_t)(p->end - p->at) || !eng_next_chunk(&p->chunk, gap, p->chunks)) {
        p->left = 0;
        return false;
    }
    p->first = p->at;
    p->at += p->bytes;
    return true;
}

/* How often the form stands in its present chunk. */
uint32_t eng_places_count(const eng_places *p);

/* Walks the positions of a form in its present chunk, ascending. */
typedef struct eng_positions {
    const unsigned char *at, *end;
    uint32_t position; /* read last */
} eng_positions;

static inline eng_positions eng_positions_of(const eng_places *p)
{
    return (eng_positions){p->first, p->first + p->bytes, UINT32_MAX};
}

/* False at the end. */
static inline bool eng_positions_next(eng_positions *p)
{
    if (p->at >= p->end)
        return false;
    p->position += (uint32_t)eng_varint(&p->at, p->end);
    return true;
}

/* What is wrong with the list of a form, read from end to end: NULL when nothing is. */
const char *eng_places_fault(const eng_block *b, const eng_block_term *form) ANC_MUST_CHECK;

/* ---- building, as in block.h ------------------------------------------------------------------ */

/* Of the form added last; `positions` [n] ascend. */
bool eng_builder_places(eng_builder *builder, uint32_t chunk, const uint32_t *positions,
                        size_t n) ANC_MUST_CHECK;

/* Places of a chunk as they stand in another block. */
bool eng_builder_places_copy(eng_builder *builder, uint32_t chunk,
                             const eng_places *from) ANC_MUST_CHECK;

/* The present places and all behind them, of another block whose first chunk is `first` here. */
bool eng_builder_places_rest(eng_builder *builder, uint32_t first, eng_places *from) ANC_MUST_CHECK;

#endif
