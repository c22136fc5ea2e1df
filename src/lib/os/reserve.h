/* reserve.h - a part of a disk that is kept free, so that what has to go on has room to.
 *
 * What grows with the documents asks here before it writes, and is refused while the disk is still
 * not full; what makes room (removing, moving on) does not ask. The system is asked for the free bytes
 * a few times a second at most, so a check costs next to nothing. Any thread.
 */
#ifndef ANC_OS_RESERVE_H
#define ANC_OS_RESERVE_H

#include "base/str.h"

typedef struct os_reserve os_reserve;

/* Keeps `bytes` free on the disk of the folder `path`; 0 keeps nothing. NULL when memory is out. */
os_reserve *os_reserve_new(anc_str path, uint64_t bytes);
void os_reserve_free(os_reserve *r); /* NULL is a no-op */

/* DISK_FULL, with the figures, while fewer bytes are free; IO where the system cannot tell. NULL is a
 * reserve of nothing. */
anc_status os_reserve_check(os_reserve *r, anc_err *err) ANC_MUST_CHECK;

/* What is free, as of a moment ago, and what is kept. */
anc_status os_reserve_look(os_reserve *r, uint64_t *ret_free, uint64_t *ret_kept,
                           anc_err *err) ANC_MUST_CHECK;

#endif
