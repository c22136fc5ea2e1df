/* keeper_parts.h - a keeper from inside: what services share with who works for them. Of keeper.c and keeper_work.c alone. */
#ifndef ANC_EMBEDDING_APP_KEEPER_PARTS_H
#define ANC_EMBEDDING_APP_KEEPER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "keeper_impl.h"

enum {
    PLACES = 1 + 16,    /* the configured model, and those of a library */
    PENDING_MAX = 1024, /* notes that may wait */
    SEEN = 4096,
    MARK_BYTES = 8,
};

typedef struct place {
    uint64_t joined;         /* number of the service among all that came */
    emb_vector_cache *cache; /* borrowed; NULL: free */
    const emb_encoder *encoder;
    bool read;    /* all that fits is in the cache */
    bool cleaned; /* no vectors of other revisions are left */
    bool paged;   /* `behind` is the last row of the page before */
    emb_kept behind;
    uint64_t rows;
} place;

typedef struct note {
    size_t place;
    emb_kept row; /* its vector is owned; NULL: a use */
} note;

typedef struct seen {
    unsigned char mark[MARK_BYTES];
    int64_t at_ms;
} seen;

struct emb_keeper {
    emb_keeper_options with;
    krn_scheduler scheduler;
    uint32_t step_id;
    atomic_bool started;
    atomic_bool never; /* cancelled of our own calls */

    /* of who is busy */
    bool sized; /* `bytes` is what the store has */
    uint64_t bytes;
    bool failing;

    pthread_mutex_t lock;
    pthread_cond_t rested; /* nobody is busy any more */
    /* guarded by `lock` */
    bool busy;
    unsigned erasures; /* that wait or are busy */
    uint64_t n_joined;
    place places[PLACES];
    note pending[PENDING_MAX];
    size_t n_pending;
    seen table[SEEN];

    krn_series *read_in, *written, *dropped, *bytes_kept;
};

/* Makes the caller the one that is busy. False: another is, or an erasure waits to be. */
bool emb_keeper_begin(emb_keeper *keeper);
void emb_keeper_end(emb_keeper *keeper);

/* Of a note. */
static inline void emb_keeper_free_vector(const float *vector)
{
    free((void *)(uintptr_t)vector);
}

#endif
