/* load.c - questions take their turn, and those that would wait too long are refused while it helps.
 *
 * A question takes several steps of the cpu pool. Were all of them begun at once, each would wait in
 * every step behind all others, and all would end late; so a few are at work and the others wait here,
 * in the order they came. What one costs is learnt by route: `unit_ns` is the time in which one more
 * is done when the pool has enough to do, and the sum over those that are not done is what a newcomer
 * has ahead of it. A wait past http.max_wait_ms (or past the request's own time) is refused at once with
 * the time after which it is worth coming again.
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
    rq->retry_s = (int)between(ceil(wait_ms / 1e3), 1, RETRY_MAX_S);
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

/* What it took against what it was to take corrects the unit. One alone takes as many units as there are
 * threads, since it has but one of them. */
static void learn(const http_request *rq)
{
    const double took_ns = (double)(krn_now_ns(rq->edge->o.clock) - rq->ask.entered_ns);
    const double loaded = rq->ask.ahead_ns + rq->ask.weight_ns;
    const double alone = rq->ask.weight_ns * rq->edge->o.cpu_threads;
    const double factor = between(took_ns / (loaded > alone ? loaded : alone), 1 / ODDEST, ODDEST);
    *unit_of(rq) = between(*unit_of(rq) * (1 + LEARN * (factor - 1)), LEAST_NS, MOST_NS);
}

static void start_waiting(http_edge *edge)
{
    while (edge->asks.first != NULL &&
           edge->asks.at_work < (size_t)PER_THREAD * edge->o.cpu_threads) {
        http_request *rq = edge->asks.first;
        edge->asks.first = rq->waiting;
        if (edge->asks.first == NULL)
            edge->asks.last = NULL;
        edge->asks.at_work++;
        rq->ask.at_work = true;
        atomic_fetch_sub(&edge->working, 1);
        http_to_pool(rq, HTTP_CPU, rq->step);
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
