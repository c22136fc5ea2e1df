/* cutter_impl.h - a block cut into the units that chunks are packed from. */
#ifndef ANC_KNOWLEDGE_DOMAIN_CUTTER_IMPL_H
#define ANC_KNOWLEDGE_DOMAIN_CUTTER_IMPL_H

#include "knowledge/domain/block.h"
#include "knowledge/domain/chunker.h"

typedef struct kno_unit {
    uint64_t start, end; /* bytes of the extracted text; no white space at the ends */
    uint32_t tokens;
} kno_unit;

typedef struct kno_cutter {
    kno_count_fn count;
    void *count_self;
    size_t budget;    /* tokens of the largest unit */
    size_t max_bytes; /* of the largest unit */
    anc_str text;     /* of the block at hand */
    uint64_t start;   /* its offset */
    /* Takes the units in order; false ends the cut. */
    bool (*unit)(void *self, const kno_unit *unit);
    void *unit_self;
} kno_cutter;

/* Cuts a block into units that are as large as the kind of block allows: sentences of prose, whole
 * items and rows where they fit. False when `unit` gave that. */
bool kno_cut_block(kno_cutter *c, const kno_block *block);

/* Bytes at the front of `text` that hold at most `budget` tokens, cut between words. */
size_t kno_cut_prefix(const kno_cutter *c, anc_str text, size_t budget);

#endif
