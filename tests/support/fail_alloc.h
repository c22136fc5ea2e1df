/* fail_alloc.h - makes the n-th allocation of our own code fail.
 *
 * Link with ANC_FAIL_ALLOC_OPTIONS: the linker then leads malloc, calloc, realloc, strdup and strndup
 * of everything that is linked in statically through here; shared libraries are untouched. Counts
 * allocations of all threads.
 */
#ifndef ANC_TESTS_SUPPORT_FAIL_ALLOC_H
#define ANC_TESTS_SUPPORT_FAIL_ALLOC_H

#include <stdbool.h>

void fail_alloc_arm(long n);  /* allocation number n from now (0: the next) fails */
bool fail_alloc_disarm(void); /* whether it came */

/* Calls `scenario` with the first, second, … allocation failing until one runs through without that,
 * and gives how many failed. `scenario` must clean up after itself whatever happens. */
long fail_alloc_torture(void (*scenario)(bool may_fail));

#endif
