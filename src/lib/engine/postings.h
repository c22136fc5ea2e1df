/* postings.h - the lists of a block: which chunks have a term, and where a form stands in them. What they look like
 * in memory and in a file is known here and nowhere else.
 *
 *   postings    of a term, per chunk, ascending: varint(gap << 1 | (tf is 1)), then varint(tf) where it is not 1;
 *               the gap of the first chunk counts from -1
 *   places      of a form, per chunk, ascending: varint(gap), varint(bytes of what follows), then the positions
 *               as varint(gap), each first gap counted from -1. Text positions begin two behind the
 *               last title position, so that no phrase runs from one into the other.
 *
 * A varint has seven bits a byte, the lowest first, and the top bit of every byte but the last. The lists of a table
 * lie end to end in the order of its rows. Every reader knows where its list ends and how many chunks there
 * are: bytes of a file that mean nothing end a list, they lead nowhere.
 */
#ifndef ANC_ENGINE_POSTINGS_H
#define ANC_ENGINE_POSTINGS_H

#include "block.h"

/* At most ten bytes are read. */
static inline uint64_t eng_varint(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *p = *at;
    uint64_t v = 0;
    for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
        const unsigned char byte = *p++;
        v |= (uint64_t)(byte & 0x7fu) << shift;
        if (byte < 0x80)
            break;
    }
    *at = p;
    return v;
}

/* Goes `gap` chunks on; false, and no further, where that is no chunk. */
static inline bool eng_next_chunk(uint32_t *chunk, uint64_t gap, uint32_t chunks)
{
    const uint64_t next = (uint64_t)(uint32_t)(*chunk + 1) + gap - 1; /* -1 is before the first */
    if (next >= chunks)
        return false;
    *chunk = (uint32_t)next;
    return true;
}

/* Walks the postings of one term, ascending. */
typedef struct eng_postings {
    const unsigned char *at, *end;
    uint32_t left;
    uint32_t chunks; /* of the block */
    uint32_t chunk;  /* of the last posting read; UINT32_MAX before the first */
    uint32_t tf;
} eng_postings;

/* Nothing where the list's part of the file is damaged, which the block then knows. */
eng_postings eng_postings_of(const eng_block *b, const eng_block_term *term);

/* False at the end. */
static inline bool eng_postings_next(eng_postings *p)
{
    if (p->left == 0)
        return false;
    p->left--;
    const uint64_t v = eng_varint(&p->at, p->end);
    if (!eng_next_chunk(&p->chunk, v >> 1, p->chunks)) {
        p->left = 0;
        return false;
    }
    p->tf = (v & 1) != 0 ? 1 : (uint32_t)eng_varint(&p->at, p->end);
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

/* As eng_postings_of. */
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

/* What is wrong with the list of a term or a form, read from end to end: NULL when nothing is. */
const char *eng_postings_fault(const eng_block *b, const eng_block_term *term) ANC_MUST_CHECK;
const char *eng_places_fault(const eng_block *b, const eng_block_term *form) ANC_MUST_CHECK;

/* ---- building, as in block.h ------------------------------------------------------------------ */

/* Of the term added last; chunks ascend. */
bool eng_builder_posting(eng_builder *builder, uint32_t chunk, uint32_t tf) ANC_MUST_CHECK;

/* Of the form added last; `positions` [n] ascend. */
bool eng_builder_places(eng_builder *builder, uint32_t chunk, const uint32_t *positions,
                        size_t n) ANC_MUST_CHECK;

/* Places of a chunk as they stand in another block. */
bool eng_builder_places_copy(eng_builder *builder, uint32_t chunk,
                             const eng_places *from) ANC_MUST_CHECK;

#endif
