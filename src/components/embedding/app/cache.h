/* cache.h - vectors by the hash of their text, bounded, the least recently used goes first.
 *
 * One block of memory taken at the start, whose pages the system gives when they are first written:
 *
 *   heads [buckets]   index of the first entry of a bucket's chain
 *   entries [max]     key, links of the chain, links of the order of use
 *   vectors [max * dims]
 *
 * Entries are numbered from 1; 0 is none, and entry 0 is the ring's anchor: its `newer` is the
 * oldest, its `older` the newest. A mutex guards all of it and is held for a copy at most.
 */
#ifndef ANC_EMBEDDING_APP_CACHE_H
#define ANC_EMBEDDING_APP_CACHE_H

#include "embedding/embedding.h"
#include "embedding/ports/embedding_store.h"

typedef struct emb_vector_cache emb_vector_cache;

void emb_vector_cache_free(emb_vector_cache *cache); /* NULL is a no-op */

/* A cache of at most `bytes` for vectors of `dims` floats; holds nothing when not even one fits.
 * NULL when memory is out. */
emb_vector_cache *emb_vector_cache_new(uint64_t bytes, uint32_t dims)
    ANC_OWNED_BY_CALLER(emb_vector_cache_free);

/* True and the vector in `out` [dims] when it is there; it is then the one just used. `again`: that is no
 * hit for the figures. */
bool emb_vector_cache_get(emb_vector_cache *cache, const unsigned char key[EMB_KEY_BYTES],
                          bool again, float *out);

/* Keeps a vector [dims], in place of the one least recently used where the cache is full: then true, and its key
 * in `evicted`. */
bool emb_vector_cache_put(emb_vector_cache *cache, const unsigned char key[EMB_KEY_BYTES],
                          const float *vector, unsigned char evicted[EMB_KEY_BYTES]);

/* Keeps a vector that was used before all that are there, in no other's place: false where the cache is full. */
bool emb_vector_cache_put_behind(emb_vector_cache *cache, const unsigned char key[EMB_KEY_BYTES],
                                 const float *vector);

/* Forgets all of them; how many. */
uint64_t emb_vector_cache_clear(emb_vector_cache *cache);

emb_cache_stats emb_vector_cache_stats(emb_vector_cache *cache);

#endif
