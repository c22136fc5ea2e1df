/* map.h - a hash map from byte strings to 64-bit values; keys are copied in.
 *
 * Open addressing with linear probing at a load of at most 3/4. Deleted slots are refilled by
 * shifting, so there are no tombstones. One writer, or any number of readers, at a time. Iteration
 * order is that of the slots and means nothing.
 */
#ifndef ANC_BASE_MAP_H
#define ANC_BASE_MAP_H

#include "base/base.h"

typedef struct anc_map anc_map;

void anc_map_free(anc_map *map); /* NULL is a no-op; values are the caller's */

/* NULL when memory is out. */
anc_map *anc_map_new(void) ANC_OWNED_BY_CALLER(anc_map_free);

size_t anc_map_count(const anc_map *map);

/* True and the value when `key` is there. */
bool anc_map_find(const anc_map *map, anc_str key, uint64_t *ret);

/* Sets `key` to `value`, new or not. False when memory is out: the map is as it was. */
bool anc_map_put(anc_map *map, anc_str key, uint64_t value) ANC_MUST_CHECK;

/* Removes `key`; false when it was not there. */
bool anc_map_remove(anc_map *map, anc_str key);

/* Walks all entries: start with *cursor = 0; false at the end. The key is good until it is removed. */
bool anc_map_next(const anc_map *map, size_t *cursor, anc_str *ret_key, uint64_t *ret_value);

/* A 64-bit hash for tables, the same in every run; no defence against chosen keys beyond a table's
 * own bound. FNV-1a over the bytes, mixed at the end. */
uint64_t anc_hash64(anc_str s);

#endif
