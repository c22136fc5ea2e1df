/* index.h - what an index is made of, and how its next snapshot comes about. */
#ifndef ANC_ENGINE_INDEX_H
#define ANC_ENGINE_INDEX_H

#include <pthread.h>

#include "snapshot.h"
#include "store.h"

struct eng_index {
    uint32_t dims;
    eng_thresholds from;     /* none of them 0 */
    pthread_mutex_t tidying; /* held by a merge, from the choice to its end */
    pthread_mutex_t keeping; /* held by whoever writes, copies or looks at files */
    pthread_mutex_t writing;
    pthread_mutex_t current_lock;
    /* borrowed, under writing: what a merge is made of; NULL: there is none */
    const eng_snapshot *merging;
    const bool *merging_parts; /* borrowed, likewise: [parts of it] those that become one */
    eng_snapshot *current;     /* shared (ref), under current_lock; replaced only under `writing` */
    eng_store store;           /* under `keeping` */
};

enum {
    FAN = 4,             /* blocks of one level that become one, by who publishes, */
    GROWN_CHUNKS = 4096, /* up to this size; from there on */
    GROWN_FAN = 8,       /* of these, by eng_tidy */
    LARGE_CHUNKS =
        16384 /* of a block that eng_tidy alone rewrites, and that a save leaves as it is */
};

/* An empty snapshot with room for so many parts; NULL when memory is out. */
eng_snapshot *eng_snapshot_new(size_t max_parts, uint32_t dims,
                               const eng_thresholds *from) ANC_MUST_CHECK;

/* A copy of `s` with room for one more part, sharing its blocks; NULL when memory is out. */
eng_snapshot *eng_snapshot_copy(const eng_snapshot *s) ANC_MUST_CHECK;

/* Makes `next` (owned) the current snapshot. Under `writing`. */
void eng_swap_in(eng_index *index, eng_snapshot *next);

/* Marks small or, with `large`, grown parts that should become one block and that no merge has taken, or one that
 * should be made anew with a graph; false when there are none. */
bool eng_parts_choose(const eng_index *index, const eng_snapshot *s, bool large, bool *chosen);

/* One block of what lives in the chosen parts; NULL when memory is out. */
eng_block *eng_parts_merge(const eng_snapshot *s, const bool *chosen,
                           eng_graph_seed *seed) ANC_MUST_CHECK;

/* Whether a merge that goes on takes the block of this part; under `writing`. */
bool eng_part_is_taken(const eng_index *index, const eng_part *part);

/* Puts one part (owned) in the place of the chosen ones, of which there is at least one. */
void eng_parts_replace(eng_snapshot *s, const bool *chosen, eng_part with);

/* tidy.c: lets die in `part`, made of the chosen parts of `before`, what died in these until now, and gives the
 * snapshot of now (owned), with those of the chosen parts that it still has marked in *ret_left (owned): `part` is as
 * if made of them. Takes no lock for it, so that little is left for eng_parts_put_in to do under one. NULL when memory
 * is out: nothing has changed but `part`. */
eng_snapshot *eng_parts_catch_up(eng_index *index, const eng_snapshot *before, const bool *chosen,
                                 eng_part *part, bool **ret_left) ANC_MUST_CHECK;

/* tidy.c: puts `part` (owned), made of the chosen parts of `before`, in their place in the current snapshot; what died
 * in them since dies in it too. Under `writing`. False when memory is out: nothing has changed. */
bool eng_parts_put_in(eng_index *index, const eng_snapshot *before, const bool *chosen,
                      eng_part part) ANC_MUST_CHECK;

#endif
