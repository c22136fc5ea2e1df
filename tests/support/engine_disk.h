/* engine_disk.h - a disk for the search engine that lives in memory, fails when it is told to, and can lose power.
 *
 * What was written but not synced may be there after the loss in part, in pieces, or not at all; so may names that were
 * made, changed or removed since their folder was synced, each on its own. There is one level of folders, made by being
 * used. Any thread.
 */
#ifndef ANC_TESTS_SUPPORT_ENGINE_DISK_H
#define ANC_TESTS_SUPPORT_ENGINE_DISK_H

#include "engine/disk.h"

typedef struct engine_disk engine_disk;

engine_disk *engine_disk_new(uint64_t seed); /* never NULL; nothing fails */
void engine_disk_free(engine_disk *d);       /* nothing may be mapped any more */

const eng_disk *engine_disk_ops(engine_disk *d);

/* Call number `at` from now (0: the next) fails with `status`; with `dies` all later ones do too. Reading is a call
 * as writing is; giving back (close, unmap) never fails. */
void engine_disk_fail(engine_disk *d, long at, anc_status status, bool dies);
void engine_disk_heal(engine_disk *d);
bool engine_disk_hit(const engine_disk *d); /* whether that call came */

/* Syncs of files and folders say OK and do nothing, as in a program that forgot them. */
void engine_disk_forget_syncs(engine_disk *d);

/* From here on every map of the disk says that some of it could not be read. */
void engine_disk_say_lost(engine_disk *d);

void engine_disk_set_free(engine_disk *d, uint64_t bytes);

/* The power is lost and comes back. Nothing may be mapped. */
void engine_disk_lose_power(engine_disk *d);

/* The bytes of a file, to be changed in place; NULL when there is none. */
unsigned char *engine_disk_bytes(engine_disk *d, const char *path, size_t *ret_n);
void engine_disk_cut(engine_disk *d, const char *path, size_t n); /* to its first `n` bytes */
void engine_disk_put(engine_disk *d, const char *path, anc_str bytes);

/* How many files there are whose path begins so, and the path of one of them. */
size_t engine_disk_count(engine_disk *d, const char *begin);
const char *engine_disk_find(engine_disk *d, const char *begin, size_t number);

#endif
