/* load.c - questions take their turn, and those that would wait too long are refused while it helps.
 *
 * A question takes several steps of the cpu pool. Were all of them begun at once, each would wait in
 * every step behind all others, and all would end late; so a few are at work and the others wait here,
 * in the order they came. What one costs is learnt by route: `unit_ns` is the time in which one more
 * is done when the pool has enough to do, and the sum over those that are not done is what a newcomer
 * has ahead of it. A wait past http.max_wait_ms (or past the request's own time) is refused at once with
 * the time after which it is worth coming again.
 *
 * Where that was too hopeful (the machine got busy), a question whose turn comes too late is refused then.
 *
 * Everything here belongs to the loop. A question that goes on to a provider outside holds up nobody
 * and leaves early.
 */
#include <math.h>
#include <stdlib.h>

#include "request.h"

enum { FIRST_GUESS_NS = 5000000, LEAST_NS = 10000, PER_THREAD = 4, RETRY_MAX_S = 60 };

static const double LEARN = 0.25, MOST_NS = 5e9, ODDEST = 8.0;

static double between(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

static double *unit_of(const http_request *rq)
{
    return &rq->edge->asks.unit_ns[rq->route - http_routes];
}

anc_status http_asks_open(http_edge *edge, anc_err *err)
{
    edge->asks.unit_ns = calloc(http_route_count, sizeof *edge->asks.unit_ns);
    if (edge->asks.unit_ns == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    for (size_t i = 0; i < http_route_count; i++)
        edge->asks.unit_ns[i] = FIRST_GUESS_NS;
    return ANC_OK;
}

void http_asks_close(http_edge *edge)
{
    free(edge->asks.unit_ns);
}

/* Seconds in which those that are there are done. */
static int retry_after(const http_edge *edge)
{
    return (int)between(ceil(edge->asks.ahead_ns / 1e9), 1, RETRY_MAX_S);
}

anc_status http_ask_check(http_request *rq, anc_err *err)
{
    http_edge *edge = rq->edge;
    double most_ms = (double)edge->o.max_wait_ms;
    if (rq->route->lane != HTTP_CPU || edge->o.max_wait_ms == 0)
        return ANC_OK;
    if (rq->timeout_ms > 0 && (double)rq->timeout_ms < most_ms)
        most_ms = (double)rq->timeout_ms;
    const double wait_ms = edge->asks.ahead_ns / 1e6;
    if (wait_ms <= most_ms || edge->asks.open < (size_t)PER_THREAD * edge->o.cpu_threads)
        return ANC_OK;
    rq->retry_s = retry_after(edge);
    krn_count(edge->refused, 1);
    return ANC_FAIL(
        err, ANC_UNAVAILABLE,
        "the server is overloaded: %zu questions are ahead of this one, which would wait "
        "for about %.1f s (at most %.1f s: http.max_wait_ms, X-Timeout-Ms)",
        edge->asks.open, wait_ms / 1e3, most_ms / 1e3);
}

static void enter(http_request *rq)
{
    http_edge *edge = rq->edge;
    rq->ask.open = true;
    rq->ask.ahead_ns = edge->asks.ahead_ns;
    rq->ask.weight_ns = *unit_of(rq);
    rq->ask.entered_ns = krn_now_ns(edge->o.clock);
    edge->asks.ahead_ns += rq->ask.weight_ns;
    edge->asks.open++;
}

/* What it took against what it was to take corrects the unit. Those at work share the pool, and one alone takes as
 * many units as there are threads, since it has but one of them. */
static void learn(const http_request *rq)
{
    const http_edge *edge = rq->edge;
    const double took_ns = (double)(krn_now_ns(edge->o.clock) - rq->ask.entered_ns);
    const double sharing = between((double)edge->asks.at_work, edge->o.cpu_threads,
                                   (double)PER_THREAD * edge->o.cpu_threads);
    const double loaded = rq->ask.ahead_ns + rq->ask.weight_ns;
    const double shared = rq->ask.weight_ns * sharing;
    const double factor =
        between(took_ns / (loaded > shared ? loaded : shared), 1 / ODDEST, ODDEST);
    double *unit = unit_of(rq);
    *unit += LEARN * (rq->ask.weight_ns * factor - *unit);
    *unit = between(*unit, LEAST_NS, MOST_NS);
}

/* On the pool, as every other end of a request that waited here: whoever looks through the requests on the loop
 * is not to find one gone. */
static void too_late(http_request *rq)
{
    http_finish(rq, ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                             "the server is overloaded: the turn of this question did not come in "
                             "time (at most %.1f s: http.max_wait_ms)",
                             (double)rq->edge->o.max_wait_ms / 1e3));
}

static http_request *take_first(http_edge *edge)
{
    http_request *rq = edge->asks.first;
    edge->asks.first = rq->waiting;
    if (edge->asks.first == NULL)
        edge->asks.last = NULL;
    atomic_fetch_sub(&edge->working, 1);
    return rq;
}

static void start_waiting(http_edge *edge)
{
    const int64_t now_ns = krn_now_ns(edge->o.clock), most_ns = edge->o.max_wait_ms * 1000000;
    while (edge->asks.first != NULL &&
           edge->asks.at_work < (size_t)PER_THREAD * edge->o.cpu_threads) {
        http_request *rq = take_first(edge);
        const bool wanted = !atomic_load(&rq->cancelled); /* else it ends at once by itself */
        const bool late = wanted && most_ns > 0 && now_ns - rq->ask.entered_ns > most_ns;
        edge->asks.at_work++;
        rq->ask.at_work = true;
        if (late) {
            krn_count(edge->refused, 1);
            rq->retry_s = retry_after(edge);
        }
        http_to_pool(rq, HTTP_CPU, late ? too_late : rq->step);
    }
}

bool http_ask_start(http_request *rq, http_step_fn *step)
{
    http_edge *edge = rq->edge;
    const bool waits = edge->asks.at_work >= (size_t)PER_THREAD * edge->o.cpu_threads;
    if (!waits && !http_try_pool(rq, HTTP_CPU, step))
        return false;
    enter(rq);
    if (!waits) {
        edge->asks.at_work++;
        rq->ask.at_work = true;
        return true;
    }
    rq->step = step;
    rq->waiting = NULL;
    atomic_fetch_add(&edge->working, 1);
    if (edge->asks.last != NULL)
        edge->asks.last->waiting = rq;
    else
        edge->asks.first = rq;
    edge->asks.last = rq;
    return true;
}

void http_ask_leave(http_request *rq, bool served)
{
    http_edge *edge = rq->edge;
    if (!rq->ask.open)
        return;
    rq->ask.open = false;
    if (served && !atomic_load(&rq->cancelled))
        learn(rq);
    edge->asks.open--;
    edge->asks.ahead_ns -= rq->ask.weight_ns;
    if (edge->asks.open == 0 || edge->asks.ahead_ns < 0)
        edge->asks.ahead_ns = 0; /* sums of fractions drift */
    if (rq->ask.at_work)
        edge->asks.at_work--;
    rq->ask.at_work = false;
    start_waiting(edge);
}
