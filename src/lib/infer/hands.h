/* hands.h - loops shared out among threads that meet every few microseconds.
 *
 * One thread leads and runs one loop after the other; others lend a hand meanwhile. Each takes pieces of the loop that runs,
 * and who lends a hand spins for the next loop, so that this begins without a call to the system. The leader takes what the
 * others do not: it never waits for a thread that has not come, or was stopped by the system between two pieces, but only
 * for pieces that were begun. Without others a loop costs what it costs in plain C.
 */
#ifndef ANC_INFER_HANDS_H
#define ANC_INFER_HANDS_H

#include "base/base.h"

enum { INF_HANDS_MOST = 4 /* the leader's, too */ };

typedef struct inf_hands inf_hands;

void inf_hands_free(inf_hands *h); /* nobody is there; NULL is a no-op */
inf_hands *inf_hands_new(void) ANC_OWNED_BY_CALLER(inf_hands_free); /* NULL: no memory */

/* By the leader. From now on others may come, or may no more: who is there leaves after the piece that it is in. */
void inf_hands_open(inf_hands *h);
void inf_hands_close(inf_hands *h);

/* Whether the leader, since they were opened, has slept for a piece of another: the system has other work for its core, and
 * alone it would be faster. By the leader. */
bool inf_hands_slept(const inf_hands *h);

/* Takes part in the leader's loops until they are closed (true), or the leader began none for a while (300 us and
 * two pieces long), or there are enough (false). */
bool inf_hands_lend(inf_hands *h);

/* Part of a loop, from <= i < to; `hand` is below INF_HANDS_MOST and nobody else's meanwhile, the leader's is 0. */
typedef void inf_hands_body(void *arg, size_t from, size_t to, unsigned hand);

/* Runs the body for all of [0, n) in pieces that begin at multiples of `unit`, and returns when all have run: in one piece
 * where nobody is there or `h` is NULL. What came before is seen by the body, and what the body did by the leader. One
 * leader at a time. */
void inf_hands_share(inf_hands *h, size_t n, size_t unit, inf_hands_body *body, void *arg);

#endif
