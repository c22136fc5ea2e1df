/* child.h - a program run as a child on bytes of a stranger: fed from memory, its output handed on
 * as it comes, held by limits and by a sandbox, gone when the call returns.
 *
 * The child has an empty environment, the folder "/", no descriptor but its three, a session of its
 * own, and the limits below; it may write no file, and dies with the thread that started it. With
 * its end its whole process group is killed. Blocks the calling thread; any thread.
 */
#ifndef ANC_OS_CHILD_H
#define ANC_OS_CHILD_H

#include "base/str.h"

enum { OS_CHILD_COMPLAINTS = 1024 };

typedef struct os_child_spec {
    const char *program;     /* absolute path */
    const char *const *argv; /* argv[0] first, NULL at the end */
    const char *const
        *readable;         /* files and folders it may read beside the system's libraries, NULL
                                  * at the end; may be NULL */
    anc_str input;         /* its standard input */
    uint64_t memory_bytes; /* of its address space */
    uint64_t output_bytes; /* that it may write to its standard output, or to its error output */
    unsigned cpu_s;
    int64_t wall_ms;
    /* Takes the output in order. A status other than OK ends the child and the run with it. */
    anc_status (*on_output)(void *arg, anc_str bytes, anc_err *err);
    /* Asked a few times a second; another answer than OK ends the run with it. May be NULL. */
    anc_status (*may_go_on)(void *arg, anc_err *err);
    /* The same, with the processor time that the program has taken so far. May be NULL. */
    anc_status (*may_take)(void *arg, int64_t cpu_ms, anc_err *err);
    void *arg;
} os_child_spec;

typedef enum os_child_end {
    OS_CHILD_EXITED,   /* by itself, with `code` */
    OS_CHILD_KILLED,   /* by signal `code`, not ours: a crash, or somebody's kill */
    OS_CHILD_TIME,     /* it took more than its time */
    OS_CHILD_MEMORY,   /* it failed for want of memory */
    OS_CHILD_OUTPUT,   /* it wrote more than it may */
    OS_CHILD_FORBIDDEN /* it tried what the sandbox forbids: a process, a socket, a file to write */
} os_child_end;

typedef struct os_child_result {
    os_child_end end;
    int code;
    uint64_t output_bytes;                    /* that were handed on */
    uint64_t peak_bytes;                      /* of memory it had resident */
    char complaints[OS_CHILD_COMPLAINTS + 1]; /* the first of its error output, terminated */
} os_child_result;

/* OK when the program ran, however it ended: look at `ret`. NOT_FOUND when it is not there or not a
 * program; IO or NO_MEMORY when it could not be started; what the callbacks gave. */
anc_status os_child_run(const os_child_spec *spec, os_child_result *ret,
                        anc_err *err) ANC_MUST_CHECK;

#endif
