/* snapshot.h - what an index shows at one moment: blocks, and what died in each.
 *
 * A snapshot is never changed. A writer makes the next one from the current one: it copies the list
 * of parts (a few dozen), and the bitmap of a part in which a document died.
 */
#ifndef ANC_ENGINE_SNAPSHOT_H
#define ANC_ENGINE_SNAPSHOT_H

#include "block.h"

enum { ENG_KILLED = 64 };

/* Chunks [from, to) of a document. */
typedef struct eng_killed {
    uint32_t from, to;
} eng_killed;

/* Documents of one block that are replaced or deleted; shared by count, never changed but for what is remembered. */
typedef struct eng_dead {
    atomic_uint refs;
    uint32_t chunks;  /* of the dead documents */
    uint64_t length;  /* of those */
    uint64_t vectors; /* of those */
    uint64_t documents;
    _Atomic(uint64_t *) live; /* owned: remembered, or NULL (eng_part_live) */
    /* Remembered of frequent terms, in a table behind the bits: how many chunks that have one are dead (dead.c), and
     * the documents that died since. */
    uint32_t n_counted, n_killed;
    _Atomic uint64_t *counted; /* [n_counted], a power of two */
    eng_killed killed[ENG_KILLED];
    uint64_t bits[]; /* a bit a document of the block */
} eng_dead;

typedef struct eng_part {
    eng_block *block; /* shared (ref) */
    eng_dead *dead;   /* shared (ref); NULL: nothing died */
} eng_part;

struct eng_snapshot {
    atomic_uint refs;
    uint32_t dims;
    eng_thresholds from; /* none of them 0 */
    size_t n_parts;
    uint64_t cursor;
    uint64_t documents, chunks, vectors, length; /* live */
    eng_part parts[];
};

static inline const uint64_t *eng_part_dead(const eng_part *part)
{
    return part->dead != NULL ? part->dead->bits : NULL;
}

static inline uint32_t eng_part_live_chunks(const eng_part *part)
{
    return eng_block_chunks(part->block) - (part->dead != NULL ? part->dead->chunks : 0);
}

/* dead.c */

/* Nothing of the block is dead yet; one reference. NULL when memory is out. */
eng_dead *eng_dead_new(const eng_block *b);
eng_dead *eng_dead_ref(eng_dead *dead); /* NULL is a no-op */
void eng_dead_unref(eng_dead *dead);    /* NULL is a no-op */
void eng_part_unref(eng_part *part);

/* A bit for every chunk of a part that lives, where something died; NULL when memory is out. */
const uint64_t *eng_part_live(const eng_part *part);

/* How many living chunks of a part have the term. */
uint32_t eng_part_live_df(const eng_part *part, const eng_block_term *term);

/* Lets a live document of a part die that nobody else sees yet; false when memory is out. */
bool eng_part_kill(eng_part *part, uint32_t row) ANC_MUST_CHECK;

#endif
