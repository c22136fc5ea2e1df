/* trim.h - keeps the change log short: a step that removes what every follower has passed. Answers kept for an
 * Idempotency-Key go a day after they were given.
 *
 * A follower keeps its place with what it wrote, so only the composition root knows all of them; it
 * gives a function that tells the least place. The newest changes stay for who looks into the file.
 */
#ifndef ANC_KERNEL_ADAPTERS_TRIM_TRIM_H
#define ANC_KERNEL_ADAPTERS_TRIM_TRIM_H

#include "kernel/ports/changes.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/log.h"
#include "kernel/ports/replies.h"

typedef struct krn_trim krn_trim;

typedef struct krn_trim_options {
    krn_changes changes;
    krn_replies replies; /* ops NULL: none */
    krn_writer writer;
    krn_clock clock;
    krn_log log; /* ops NULL: none */
    /* The change that every follower has reached; 0: one has not begun. On the step's thread. */
    uint64_t (*passed)(void *arg);
    void *arg;
    uint64_t keep; /* the newest that stay in any case; 0: 10,000 */
} krn_trim_options;

krn_trim *krn_trim_new(const krn_trim_options *options); /* NULL when memory is out */
void krn_trim_free(krn_trim *trim);                      /* NULL is a no-op */

/* A krn_step_fn; `trim` is a krn_trim. A thousand changes at a time, once a minute when there are
 * fewer; a failure is logged and tried again a minute later. */
int64_t krn_trim_step(void *trim, int64_t now_ns);

#endif
