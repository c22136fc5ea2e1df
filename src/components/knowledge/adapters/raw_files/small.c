/* small.c - a bounded set of objects, in the order in which they were asked for. */
#include "small.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { MOST_BYTES = 16 << 20, LARGEST = 64 << 10 };

struct kno_small_object {
    atomic_uint holds; /* the set's own among them */
    kno_digest digest;
    uint64_t stamp;
    kno_small_object *newer, *older; /* under the set's lock */
    size_t len;
    char bytes[];
};

struct kno_small {
    pthread_mutex_t lock;
    anc_map
        *objects; /* their addresses by the bytes of their digests; under lock, as the next three */
    kno_small_object *newest, *oldest;
    size_t bytes; /* of all of them, what they are kept in included */
};

static anc_str key_of(const kno_digest *digest)
{
    return (anc_str){(const char *)digest->bytes, sizeof digest->bytes};
}

static size_t room_of(size_t len)
{
    return sizeof(kno_small_object) + len;
}

anc_str kno_small_bytes(const kno_small_object *o)
{
    return (anc_str){o->bytes, o->len};
}

void kno_small_let_go(kno_small_object *o)
{
    if (atomic_fetch_sub(&o->holds, 1) == 1)
        free(o);
}

static kno_small_object *hold(kno_small_object *o)
{
    (void)atomic_fetch_add(&o->holds, 1);
    return o;
}

/* ---- the order; all under lock --------------------------------------------------------------- */

static void unlink_object(kno_small *s, kno_small_object *o)
{
    *(o->newer != NULL ? &o->newer->older : &s->newest) = o->older;
    *(o->older != NULL ? &o->older->newer : &s->oldest) = o->newer;
    o->newer = o->older = NULL;
}

static void link_newest(kno_small *s, kno_small_object *o)
{
    o->older = s->newest;
    *(s->newest != NULL ? &s->newest->newer : &s->oldest) = o;
    s->newest = o;
}

static kno_small_object *find(const kno_small *s, const kno_digest *digest)
{
    uint64_t address = 0;
    return anc_map_find(s->objects, key_of(digest), &address)
               ? (kno_small_object *)(uintptr_t)address
               : NULL;
}

static void drop(kno_small *s, kno_small_object *o)
{
    (void)anc_map_remove(s->objects, key_of(&o->digest));
    unlink_object(s, o);
    s->bytes -= room_of(o->len);
    kno_small_let_go(o);
}

/* ---- the set ---------------------------------------------------------------------------------- */

kno_small *kno_small_new(void)
{
    kno_small *s = calloc(1, sizeof *s);
    anc_map *objects = anc_map_new();
    if (s == NULL || objects == NULL) {
        anc_map_free(objects);
        free(s);
        return NULL;
    }
    s->objects = objects;
    (void)pthread_mutex_init(&s->lock, NULL);
    return s;
}

void kno_small_free(kno_small *s)
{
    if (s == NULL)
        return;
    while (s->oldest != NULL)
        drop(s, s->oldest);
    anc_map_free(s->objects);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

kno_small_object *kno_small_hold(kno_small *s, const kno_digest *digest, uint64_t stamp)
{
    (void)pthread_mutex_lock(&s->lock);
    kno_small_object *o = find(s, digest);
    if (o != NULL && o->stamp != stamp) {
        drop(s, o);
        o = NULL;
    }
    if (o != NULL) {
        unlink_object(s, o);
        link_newest(s, o);
        (void)hold(o);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return o;
}

/* In place of what is kept under its digest. Without room in the map it is the caller's alone. */
static void put_in(kno_small *s, kno_small_object *o)
{
    kno_small_object *before = find(s, &o->digest);
    if (before != NULL)
        drop(s, before);
    if (!anc_map_put(s->objects, key_of(&o->digest), (uint64_t)(uintptr_t)o))
        return;
    link_newest(s, hold(o));
    s->bytes += room_of(o->len);
    while (s->bytes > MOST_BYTES)
        drop(s, s->oldest);
}

kno_small_object *kno_small_keep(kno_small *s, const kno_digest *digest, uint64_t stamp,
                                 anc_str bytes)
{
    kno_small_object *o = bytes.len <= LARGEST ? calloc(1, room_of(bytes.len)) : NULL;
    if (o == NULL)
        return NULL;
    atomic_init(&o->holds, 1);
    o->digest = *digest;
    o->stamp = stamp;
    o->len = bytes.len;
    if (bytes.len > 0)
        memcpy(o->bytes, bytes.ptr, bytes.len);
    (void)pthread_mutex_lock(&s->lock);
    put_in(s, o);
    (void)pthread_mutex_unlock(&s->lock);
    return o;
}

void kno_small_forget(kno_small *s, const kno_digest *digest)
{
    (void)pthread_mutex_lock(&s->lock);
    kno_small_object *o = find(s, digest);
    if (o != NULL)
        drop(s, o);
    (void)pthread_mutex_unlock(&s->lock);
}
