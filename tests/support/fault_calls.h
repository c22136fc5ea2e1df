/* fault_calls.h - the system calls of our files, made to fail one after the other.
 *
 * Link with --wrap for each (tests/torture/knowledge/CMakeLists.txt). Every wrapped call counts while it is armed; number `fail_at` is
 * treated as the kind says, later ones work again.
 */
#ifndef ANC_TESTS_SUPPORT_FAULT_CALLS_H
#define ANC_TESTS_SUPPORT_FAULT_CALLS_H

#include <stdbool.h>

typedef enum fault_kind {
    FAULT_ERROR, /* fails with `error`, whatever it is */
    FAULT_WRITE, /* the same, calls that write alone: write, fsync, rename, open to write, mkdir */
    FAULT_OPEN,  /* the same, calls that need a descriptor alone: open, opendir */
    FAULT_INTERRUPT, /* EINTR, of calls that can be interrupted alone: open, read, write */
    FAULT_SHORT      /* half of the bytes, of read and write */
} fault_kind;

void fault_calls_arm(fault_kind kind, long fail_at, int error); /* `fail_at` 0 is the next call */
void fault_calls_heal(void);
bool fault_calls_hit(void);          /* whether the call came */
const char *fault_calls_which(void); /* its name */

#endif
