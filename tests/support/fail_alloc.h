/* fail_alloc.h - makes the n-th allocation of our own code fail.
 *
 * Link with ANC_FAIL_ALLOC_OPTIONS: the linker then leads malloc, calloc, realloc, strdup and strndup
 * of everything that is linked in statically through here; shared libraries are untouched. Counts
 * allocations of all threads.
 */
#ifndef ANC_TESTS_SUPPORT_FAIL_ALLOC_H
#define ANC_TESTS_SUPPORT_FAIL_ALLOC_H

#include <stdbool.h>

#include "base/status.h"

void fail_alloc_arm(long n);  /* allocation number n from now (0: the next) fails */
bool fail_alloc_disarm(void); /* whether it came */

/* Calls `scenario` with the first, second, … allocation failing until one runs through without that,
 * and gives how many failed. `scenario` must clean up after itself whatever happens. What it noted fails the test. */
long fail_alloc_torture(void (*scenario)(bool may_fail));

/* For a scenario, as cmocka's assertions allocate: notes what is not as it should be; the first counts. */
void fail_alloc_expect(bool ok, const char *what);

/* Whether `status` is OK; where it is neither that nor, if it `may_fail`, NO_MEMORY, notes it with the text of `err` (may
 * be NULL). */
bool fail_alloc_went_well(anc_status status, bool may_fail, const anc_err *err, const char *what);

#endif
