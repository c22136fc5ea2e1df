/* loop.h - one event loop on one thread, and the ways into it from other threads.
 *
 * Everything of this library that waits for the network lives on a loop and is called on the thread
 * that runs it, never with a lock held. What a callback does must be short (a millisecond); longer
 * work goes to a pool and comes back with net_loop_post. A loop is opened, run by one thread until
 * it is stopped, then closed. Between open and run the opening thread counts as the loop's thread.
 */
#ifndef ANC_NET_LOOP_H
#define ANC_NET_LOOP_H

#include "base/status.h"

typedef struct net_loop net_loop;

/* NO_MEMORY, or IO when the system has no descriptors left. */
anc_status net_loop_open(net_loop **ret, anc_err *err) ANC_MUST_CHECK;

/* Runs the loop on this thread until net_loop_stop; may be run again afterwards. */
void net_loop_run(net_loop *loop);

/* Makes net_loop_run return after what is ready has been called. Any thread; also before the run,
 * which then returns at once. */
void net_loop_stop(net_loop *loop);

/* The loop will not be run again: calls what was posted so far; every later post gives false. Before
 * the pools are stopped whose tasks post here, so that none of them waits for a loop that is over, and
 * nothing is called when what it needs is gone. On the thread that ran it, after the run; twice is
 * fine, NULL a no-op. */
void net_loop_end(net_loop *loop);
bool net_loop_has_ended(net_loop *loop); /* any thread */

/* Ends the loop where it has not ended, drops the timers that still run, frees it. Servers and clients
 * on it are closed before. On the thread that ran it, after the run. NULL is a no-op. */
void net_loop_close(net_loop *loop);

/* Calls `fn(arg)` on the loop soon, in the order of the posts of one thread. Any thread. False when
 * the loop has ended or memory is out: fn will not be called. What is posted and not yet called is
 * counted (net_loop_posted) and at most NET_LOOP_MAX_POSTED. */
enum { NET_LOOP_MAX_POSTED = 1 << 20 };
bool net_loop_post(net_loop *loop, void (*fn)(void *arg), void *arg) ANC_MUST_CHECK;
size_t net_loop_posted(net_loop *loop); /* any thread; for metrics */

/* Whether this thread is the loop's. */
bool net_loop_here(const net_loop *loop);

/* Milliseconds of the loop's monotonic clock, taken when the current round began. */
int64_t net_loop_now_ms(const net_loop *loop);

/* One-shot timers, on the loop's thread only. `*slot` is set, and is NULL again before `fn(arg)` is
 * called or when the timer was stopped, so the owner needs no flag of its own. Starting with a slot
 * that holds a running timer stops that one first. False when memory is out. */
typedef struct net_timer net_timer;
bool net_timer_start(net_loop *loop, int64_t delay_ms, void (*fn)(void *arg), void *arg,
                     net_timer **slot) ANC_MUST_CHECK;
void net_timer_stop(net_timer **slot); /* a NULL in the slot is a no-op */

/* Calls `fn(arg, number)` on the loop for each SIGTERM, SIGINT and SIGHUP of the process from now
 * until the loop is closed. One loop of a process at a time, once. SIGPIPE is ignored by
 * net_loop_open for the whole process. */
anc_status net_loop_on_signal(net_loop *loop, void (*fn)(void *arg, int number), void *arg,
                              anc_err *err) ANC_MUST_CHECK;

#endif
