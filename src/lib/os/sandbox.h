/* sandbox.h - what a child may still do once it runs somebody else's bytes.
 *
 * Two walls, each used where the kernel has it: landlock (files: only the system's libraries and
 * what is named, for reading; no network) and seccomp (system calls: reading, writing, memory and
 * little else; a process, a socket, a second program or a look into another process ends the child
 * at once, anything else unknown is refused as ENOSYS). Neither can be taken off again.
 */
#ifndef ANC_OS_SANDBOX_H
#define ANC_OS_SANDBOX_H

#include "base/status.h"

typedef struct os_sandbox os_sandbox;

/* A sandbox for one run of `program`, an absolute path. `readable` names further files and folders
 * that may be read, NULL at its end; what is not there is passed over. IO or NO_MEMORY. */
anc_status os_sandbox_open(const char *program, const char *const *readable, os_sandbox **ret,
                           anc_err *err) ANC_MUST_CHECK;
void os_sandbox_close(os_sandbox *box); /* NULL is a no-op */

/* Shuts this process in, for good; it may still execute by the pointer `program`, whose value means
 * nothing in the program that then begins. To be called between fork and exec: takes no lock and no
 * memory. 0, or the errno of what failed. */
int os_sandbox_enter(os_sandbox *box, const char *program) ANC_MUST_CHECK;

/* Which walls this kernel lacks: "landlock", "seccomp", "landlock and seccomp"; NULL when both
 * stand. */
const char *os_sandbox_missing(void);

#endif
