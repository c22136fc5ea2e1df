/* cache.c - chains and a ring of indexes. */
#include "cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 1 << 24 };

typedef struct entry {
    unsigned char key[EMB_KEY_BYTES];
    uint32_t next;         /* in the bucket's chain */
    uint32_t newer, older; /* in the ring */
} entry;

struct emb_vector_cache {
    pthread_mutex_t mutex;
    uint32_t dims;
    uint32_t max; /* entries */
    uint32_t mask;
    uint32_t *heads; /* owned: [mask + 1] */
    entry *entries;  /* owned: [max + 1] */
    float *vectors;  /* owned: [(max + 1) * dims] */
    emb_cache_stats stats;
};

void emb_vector_cache_free(emb_vector_cache *cache)
{
    if (cache == NULL)
        return;
    (void)pthread_mutex_destroy(&cache->mutex);
    free(cache->heads);
    free(cache->entries);
    free(cache->vectors);
    free(cache);
}

emb_vector_cache *emb_vector_cache_new(uint64_t bytes, uint32_t dims)
{
    const uint64_t each = sizeof(entry) + 2 * sizeof(uint32_t) + dims * sizeof(float);
    const uint64_t fit = bytes / each;
    uint32_t buckets = 16;
    emb_vector_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    (void)pthread_mutex_init(&cache->mutex, NULL);
    cache->dims = dims;
    cache->max = fit < MAX_ENTRIES ? (uint32_t)fit : MAX_ENTRIES;
    while (buckets < cache->max)
        buckets *= 2;
    cache->mask = buckets - 1;
    cache->heads = calloc(buckets, sizeof *cache->heads);
    cache->entries = calloc((size_t)cache->max + 1, sizeof *cache->entries);
    cache->vectors = calloc(((size_t)cache->max + 1) * dims + 1, sizeof *cache->vectors);
    if (cache->heads == NULL || cache->entries == NULL || cache->vectors == NULL) {
        emb_vector_cache_free(cache);
        return NULL;
    }
    return cache;
}

/* Where the index of the entry with this key stands, or the 0 at the end of its chain. */
static uint32_t *find(emb_vector_cache *c, const unsigned char key[EMB_KEY_BYTES])
{
    uint32_t start;
    memcpy(&start, key, sizeof start); /* a digest: any of its bits will do */
    uint32_t *at = &c->heads[start & c->mask];
    while (*at != 0 && memcmp(c->entries[*at].key, key, EMB_KEY_BYTES) != 0)
        at = &c->entries[*at].next;
    return at;
}

static void ring_remove(emb_vector_cache *c, uint32_t i)
{
    entry *e = &c->entries[i];
    c->entries[e->older].newer = e->newer;
    c->entries[e->newer].older = e->older;
}

/* As the newest. */
static void ring_add(emb_vector_cache *c, uint32_t i)
{
    entry *anchor = &c->entries[0], *e = &c->entries[i];
    e->older = anchor->older;
    e->newer = 0;
    c->entries[anchor->older].newer = i;
    anchor->older = i;
}

/* As the oldest. */
static void ring_add_behind(emb_vector_cache *c, uint32_t i)
{
    entry *anchor = &c->entries[0], *e = &c->entries[i];
    e->newer = anchor->newer;
    e->older = 0;
    c->entries[anchor->newer].older = i;
    anchor->newer = i;
}

bool emb_vector_cache_get(emb_vector_cache *c, const unsigned char key[EMB_KEY_BYTES], bool again,
                          float *out)
{
    (void)pthread_mutex_lock(&c->mutex);
    const uint32_t i = *find(c, key);
    if (i != 0) {
        memcpy(out, c->vectors + (size_t)i * c->dims, c->dims * sizeof *out);
        ring_remove(c, i);
        ring_add(c, i);
        c->stats.hits += again ? 0 : 1;
    } else {
        c->stats.misses++;
    }
    (void)pthread_mutex_unlock(&c->mutex);
    return i != 0;
}

/* An entry that is free: a new one, or the oldest, taken out of its chain and the ring. */
static uint32_t free_entry(emb_vector_cache *c)
{
    if (c->stats.entries < c->max)
        return (uint32_t)++c->stats.entries;
    const uint32_t oldest = c->entries[0].newer;
    uint32_t *at = find(c, c->entries[oldest].key);
    *at = c->entries[oldest].next;
    ring_remove(c, oldest);
    c->stats.evictions++;
    return oldest;
}

/* Fills a free entry and hangs it into its chain. */
static void fill(emb_vector_cache *c, uint32_t i, const unsigned char key[EMB_KEY_BYTES],
                 const float *vector)
{
    entry *e = &c->entries[i];
    memcpy(e->key, key, EMB_KEY_BYTES);
    memcpy(c->vectors + (size_t)i * c->dims, vector, c->dims * sizeof *vector);
    uint32_t *end = find(c, key);
    e->next = 0;
    *end = i;
}

bool emb_vector_cache_put(emb_vector_cache *c, const unsigned char key[EMB_KEY_BYTES],
                          const float *vector, unsigned char evicted[EMB_KEY_BYTES])
{
    bool full = false;
    if (c->max == 0)
        return false;
    (void)pthread_mutex_lock(&c->mutex);
    if (*find(c, key) == 0) { /* another thread may have been quicker */
        full = c->stats.entries == c->max;
        const uint32_t i = free_entry(c);
        if (full)
            memcpy(evicted, c->entries[i].key, EMB_KEY_BYTES);
        fill(c, i, key, vector);
        ring_add(c, i);
    }
    (void)pthread_mutex_unlock(&c->mutex);
    return full;
}

bool emb_vector_cache_put_behind(emb_vector_cache *c, const unsigned char key[EMB_KEY_BYTES],
                                 const float *vector)
{
    (void)pthread_mutex_lock(&c->mutex);
    const bool is_there = c->max > 0 && *find(c, key) != 0;
    const bool fits = c->stats.entries < c->max;
    if (!is_there && fits) {
        const uint32_t i = free_entry(c);
        fill(c, i, key, vector);
        ring_add_behind(c, i);
    }
    (void)pthread_mutex_unlock(&c->mutex);
    return is_there || fits;
}

emb_cache_stats emb_vector_cache_stats(emb_vector_cache *c)
{
    (void)pthread_mutex_lock(&c->mutex);
    emb_cache_stats stats = c->stats;
    (void)pthread_mutex_unlock(&c->mutex);
    stats.bytes = stats.entries * (sizeof(entry) + c->dims * sizeof(float));
    return stats;
}

uint64_t emb_vector_cache_clear(emb_vector_cache *c)
{
    (void)pthread_mutex_lock(&c->mutex);
    const uint64_t n = c->stats.entries;
    memset(c->heads, 0, ((size_t)c->mask + 1) * sizeof *c->heads);
    memset(c->entries, 0, ((size_t)n + 1) * sizeof *c->entries);
    memset(c->vectors, 0, ((size_t)n + 1) * c->dims * sizeof *c->vectors);
    c->stats.entries = 0;
    c->stats.bytes = 0;
    (void)pthread_mutex_unlock(&c->mutex);
    return n;
}
