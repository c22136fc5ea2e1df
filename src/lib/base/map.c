/* map.c - linear probing over an array of slots; each key is one allocation. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { FIRST_SLOTS = 16 };

typedef struct slot {
    char *key; /* owned; NULL: the slot is free */
    size_t len;
    uint64_t hash;
    uint64_t value;
} slot;

struct anc_map {
    slot *slots; /* owned [mask + 1] */
    size_t mask;
    size_t count;
};

uint64_t anc_hash64(anc_str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 32;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

anc_map *anc_map_new(void)
{
    anc_map *map = calloc(1, sizeof *map);
    if (map == NULL)
        return NULL;
    map->slots = calloc(FIRST_SLOTS, sizeof *map->slots);
    if (map->slots == NULL) {
        free(map);
        return NULL;
    }
    map->mask = FIRST_SLOTS - 1;
    return map;
}

void anc_map_free(anc_map *map)
{
    if (map == NULL)
        return;
    for (size_t i = 0; i <= map->mask; i++)
        free(map->slots[i].key);
    free(map->slots);
    free(map);
}

size_t anc_map_count(const anc_map *map)
{
    return map->count;
}

/* The slot that holds `key`, or the free one where it would go. */
static slot *probe(const anc_map *map, anc_str key, uint64_t hash)
{
    for (size_t i = hash & map->mask;; i = (i + 1) & map->mask) {
        slot *s = &map->slots[i];
        if (s->key == NULL || (s->hash == hash && anc_str_eq((anc_str){s->key, s->len}, key)))
            return s;
    }
}

bool anc_map_find(const anc_map *map, anc_str key, uint64_t *ret)
{
    const slot *s = probe(map, key, anc_hash64(key));
    if (s->key == NULL)
        return false;
    *ret = s->value;
    return true;
}

static bool grow(anc_map *map)
{
    const size_t n = (map->mask + 1) * 2;
    slot *slots = calloc(n, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i <= map->mask; i++) {
        if (map->slots[i].key == NULL)
            continue;
        size_t j = map->slots[i].hash & (n - 1);
        while (slots[j].key != NULL)
            j = (j + 1) & (n - 1);
        slots[j] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->mask = n - 1;
    return true;
}

bool anc_map_put(anc_map *map, anc_str key, uint64_t value)
{
    const uint64_t hash = anc_hash64(key);
    slot *s = probe(map, key, hash);
    if (s->key != NULL) {
        s->value = value;
        return true;
    }
    if ((map->count + 1) * 4 > (map->mask + 1) * 3) {
        if (!grow(map))
            return false;
        s = probe(map, key, hash);
    }
    char *copy = malloc(key.len + 1);
    if (copy == NULL)
        return false;
    if (key.len > 0)
        memcpy(copy, key.ptr, key.len);
    copy[key.len] = '\0';
    *s = (slot){copy, key.len, hash, value};
    map->count++;
    return true;
}

bool anc_map_remove(anc_map *map, anc_str key)
{
    slot *s = probe(map, key, anc_hash64(key));
    if (s->key == NULL)
        return false;
    free(s->key);
    size_t hole = (size_t)(s - map->slots);
    for (size_t i = (hole + 1) & map->mask; map->slots[i].key != NULL; i = (i + 1) & map->mask) {
        const size_t home = map->slots[i].hash & map->mask;
        if (((i - home) & map->mask) >= ((i - hole) & map->mask)) {
            map->slots[hole] = map->slots[i];
            hole = i;
        }
    }
    map->slots[hole] = (slot){0};
    map->count--;
    return true;
}

bool anc_map_next(const anc_map *map, size_t *cursor, anc_str *ret_key, uint64_t *ret_value)
{
    for (; *cursor <= map->mask; (*cursor)++) {
        const slot *s = &map->slots[*cursor];
        if (s->key == NULL)
            continue;
        (*cursor)++;
        *ret_key = (anc_str){s->key, s->len};
        *ret_value = s->value;
        return true;
    }
    return false;
}
