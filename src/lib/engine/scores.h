/* scores.h - BM25 of words in a block: what a search by words knows while it goes through one. Private to the engine.
 *
 * Scores are whole numbers: what a word gives, weight * tf / (tf + norm), is rounded to a unit of which the whole
 * query is worth 2^30. Sums of whole numbers do not depend on their order, so a chunk has one score, whatever was
 * passed over on the way to it, and the list is the one that scoring everything would give.
 */
#ifndef ANC_ENGINE_SCORES_H
#define ANC_ENGINE_SCORES_H

#include "simd.h"
#include "words.h"

enum {
    ENG_NORMS = 1024,  /* lengths of which the norm is known */
    ENG_SHORT = 255,   /* lengths below it, */
    ENG_FEW_TIMES = 4, /* and counts up to it, have their units in a table: */
    ENG_TABLE = ENG_FEW_TIMES * ENG_SHORT,
    ENG_TABLES = 64 /* words of a query that have one */
};

/* What a word needs while a block is searched. */
typedef struct eng_cursor {
    eng_sources sources;
    /* the one list of it; NULL: there are several, or documents that do not count */
    eng_postings *plain;
    bool more;             /* of the one list */
    float weight;          /* units */
    const uint32_t *units; /* [ENG_TABLE] by count and length; NULL: the list is short */
    uint32_t a_window;     /* postings of the one list, on the average */
    uint32_t bound;        /* the most it can give in the window */
    /* the most that it can give at all, where the list is a tail alone; else 0 */
    uint32_t list_bound;
} eng_cursor;

typedef struct eng_scores {
    eng_run *run;
    const eng_simd *simd;
    double scale; /* units of 1 */
    float norms[ENG_NORMS];
    /* of the first words, see units of a cursor; NULL: not made */
    const uint32_t *tables[ENG_TABLES];
    eng_cursor *cursors; /* [n_cursors] of the block, only words that it has */
    size_t n_cursors;
    const eng_block *block;
    /* of the block's chunks (eng_block_short_lengths); NULL: not known */
    const uint8_t *short_lengths;
    uint32_t part;
    /* what an impact must be multiplied by, since the mean length is another one now */
    double drift;
    eng_cursor **live; /* [n_live] words in the window, least bound first */
    uint32_t *below;   /* [n_live + 1] sums of the bounds of those before */
    size_t n_live;
    uint32_t least;           /* what gets into the list */
    uint32_t sum[ENG_WINDOW]; /* 0 between windows */
    uint32_t tf[ENG_WINDOW];  /* of a word with several lists */
    uint16_t at[ENG_WINDOW +
                ENG_REACHING_ROOM]; /* [n_at] of the window: chunks that may get into the list */
    uint32_t n_at;
} eng_scores;

static inline float eng_norm_of(const eng_scores *s, uint32_t length)
{
    return length < ENG_NORMS ? s->norms[length] : (float)eng_bm25_norm(s->run, length);
}

/* At least a unit: a chunk that has a word has a score. */
static inline uint32_t eng_units_of(float weight, uint32_t tf, float norm)
{
    const float n = (float)(int32_t)(tf & INT32_MAX);
    const float units = weight * n / (n + norm) + 0.5f;
    return (uint32_t)(int32_t)(units < 1 ? 1 : units);
}

/* What a chunk that has the word so often gets for it. */
static inline uint32_t eng_gives(const eng_scores *s, const eng_cursor *c, uint32_t chunk,
                                 uint32_t tf)
{
    if (c->units != NULL && tf - 1 < ENG_FEW_TIMES) {
        const uint32_t length = s->short_lengths[chunk];
        if (length < ENG_SHORT)
            return c->units[(tf - 1) * ENG_SHORT + length];
    }
    return eng_units_of(c->weight, tf, eng_norm_of(s, s->block->lengths.ptr[chunk]));
}

/* The most that a posting with this impact or a lesser one gives; 0 where there is none. */
static inline uint32_t eng_impact_bound(const eng_scores *s, const eng_cursor *c, uint8_t impact)
{
    const double share = impact * s->drift / ENG_IMPACT_WHOLE;
    return impact > 0 ? (uint32_t)((double)c->weight * (share < 1 ? share : 1)) + 2 : 0;
}

/* window.c: the chunks [start, end) that get into the list; windows ascend. */
void eng_window_search(eng_scores *s, uint32_t start, uint32_t end);

#endif
