/* sim.h - a world of one thread in which a seed decides what happens next.
 *
 * Time stands until it is moved; steps run in an order of chance; so a failing run is a seed that
 * can be run again. Everything here belongs to one thread.
 */
#ifndef ANC_TESTS_SUPPORT_SIM_H
#define ANC_TESTS_SUPPORT_SIM_H

#include "kernel/ports/clock.h"
#include "kernel/ports/executor.h"
#include "kernel/ports/scheduler.h"

typedef struct sim sim;

sim *sim_new(uint64_t seed);
void sim_free(sim *s);

krn_clock sim_clock(sim *s); /* begins at one second, and at 2026-01-01 */
krn_scheduler sim_scheduler(sim *s);
krn_executor sim_executor(void); /* runs a task inside submit */

void sim_forget_steps(sim *s); /* as after a crash: all that was added is gone */

uint64_t sim_chance(sim *s, uint64_t below); /* 0 <= result < below */
void sim_pass(sim *s, int64_t ns);           /* moves time */

/* Runs one step of those that are due or woken, chosen by chance, which takes up to a millisecond;
 * when none is, moves time to the next that wants to be called. False when nothing wants to be
 * called any more. */
bool sim_run_one(sim *s);

/* Runs until nothing is left to do before `ns` from now, at most `max_steps`. False when that many
 * did not suffice. */
bool sim_run_for(sim *s, int64_t ns, size_t max_steps);

#endif
