/* pace.h - how fast an index is written while others need the disk: so many bytes a second, and more as work waits.
 *
 * A bucket that fills as time passes, holds what a quarter of a second gives, and may be overdrawn by one piece: who writes
 * comes before each piece, and waits until nothing is owed. So a small save never waits, and a large one leaves the disk to
 * others in between. What is published meanwhile is to be written next: for each ENG_PACE_CHUNKS of it the rate grows by
 * what it is, so that writing never falls behind for good.
 *
 * Threads. One writes at a time; eng_pace_come from any.
 */
#ifndef ANC_ENGINE_PACE_H
#define ANC_ENGINE_PACE_H

#include <stdatomic.h>

#include "engine/engine.h"

enum { ENG_PACE_CHUNKS = 16384 };

typedef struct eng_pace_clock {
    void *self;
    int64_t (*now_ns)(void *self);
    void (*sleep_ns)(void *self, int64_t ns);
} eng_pace_clock;

/* Zeroed but for the first two it is at rest; the caller reads the next two. */
typedef struct eng_pace {
    uint64_t bytes_per_second; /* 0: as fast as the disk takes them, and never synced in between */
    const eng_pace_clock *clock; /* outlives it; NULL: the system's */
    uint64_t written;            /* bytes since eng_pace_begin, */
    int64_t waited_ns;           /* and how long was waited for them */

    _Atomic uint64_t came; /* chunks */
    uint64_t known;        /* of those: they are in what is written */
    double owed;           /* bytes; below 0: what the bucket holds */
    int64_t last_ns;
} eng_pace;

/* Begins a save: what came until now is in it, and what comes from now on waits. */
void eng_pace_begin(eng_pace *pace);

/* So many chunks were published. */
void eng_pace_come(eng_pace *pace, uint64_t chunks);

/* Waits until `bytes` more may be written, in steps of 20 ms, and counts them. Of the options may_go_on is asked before each
 * step; what it answers ends the wait. NULL for `pace` is a no-op. */
anc_status eng_pace_wait(eng_pace *pace, uint64_t bytes,
                         const eng_tidy_options *options) ANC_MUST_CHECK;

#endif
