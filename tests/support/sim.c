/* sim.c - clock, scheduler and executor of a simulated world. */
#include "support/sim.h"

#include <stdlib.h>

enum { STEPS_MAX = 48, STEP_NS = 1000000 };

typedef struct sim_step {
    krn_step_fn *run;
    void *arg;
    int64_t next_ns;
    bool woken;
} sim_step;

struct sim {
    uint64_t state;
    int64_t start_ns, now_ns;
    bool running;
    sim_step steps[STEPS_MAX];
    uint32_t n;
};

sim *sim_new(uint64_t seed)
{
    sim *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->state = seed * 0x9e3779b97f4a7c15ull + 0x1234567;
    s->start_ns = s->now_ns = 1000000000;
    return s;
}

void sim_free(sim *s)
{
    free(s);
}

/* splitmix64 */
static uint64_t next_random(sim *s)
{
    uint64_t z = s->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

uint64_t sim_chance(sim *s, uint64_t below)
{
    return next_random(s) % below;
}

void sim_pass(sim *s, int64_t ns)
{
    s->now_ns += ns;
}

void sim_forget_steps(sim *s)
{
    s->n = 0;
    s->running = false;
}

/* ---- clock --------------------------------------------------------------------------------- */

static int64_t mono_ns(void *self)
{
    const sim *s = self;
    return s->now_ns;
}

static int64_t wall_ms(void *self)
{
    const sim *s = self;
    return 1767225600000 + (s->now_ns - s->start_ns) / 1000000;
}

static void fill_random(void *self, void *out, size_t n)
{
    unsigned char *p = out;
    for (size_t i = 0; i < n; i++)
        p[i] = (unsigned char)next_random(self);
}

krn_clock sim_clock(sim *s)
{
    static const krn_clock_ops ops = {"simulated", mono_ns, wall_ms, fill_random};
    return (krn_clock){&ops, s};
}

/* ---- scheduler ----------------------------------------------------------------------------- */

static anc_status add(void *self, const char *name, krn_step_fn *step, void *arg, uint32_t *ret_id,
                      anc_err *err)
{
    sim *s = self;
    if (s->n == STEPS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "%s is one step more than %d", name, STEPS_MAX);
    s->steps[s->n] = (sim_step){.run = step, .arg = arg, .next_ns = s->now_ns};
    *ret_id = s->n++;
    return ANC_OK;
}

/* Chance alone says whose turn it is. */
static void defer(void *self, uint32_t id)
{
    (void)self;
    (void)id;
}

static void wake(void *self, uint32_t id)
{
    sim *s = self;
    s->steps[id].woken = true;
}

static anc_status start(void *self, anc_err *err)
{
    sim *s = self;
    (void)err;
    s->running = true;
    return ANC_OK;
}

static void stop(void *self)
{
    sim *s = self;
    s->running = false;
}

krn_scheduler sim_scheduler(sim *s)
{
    static const krn_scheduler_ops ops = {"simulated", add, defer, wake, start, stop};
    return (krn_scheduler){&ops, s};
}

static bool is_ready(const sim *s, const sim_step *step)
{
    return step->woken || step->next_ns <= s->now_ns;
}

static sim_step *choose(sim *s)
{
    sim_step *ready[STEPS_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < s->n; i++)
        if (is_ready(s, &s->steps[i]))
            ready[n++] = &s->steps[i];
    return n > 0 ? ready[sim_chance(s, n)] : NULL;
}

static int64_t earliest(const sim *s)
{
    int64_t at = INT64_MAX;
    for (uint32_t i = 0; i < s->n; i++)
        if (s->steps[i].next_ns < at)
            at = s->steps[i].next_ns;
    return at;
}

bool sim_run_one(sim *s)
{
    if (!s->running)
        return false;
    sim_step *step = choose(s);
    if (step == NULL) {
        const int64_t at = earliest(s);
        if (at == INT64_MAX)
            return false;
        s->now_ns = at;
        step = choose(s);
    }
    s->now_ns += (int64_t)sim_chance(s, STEP_NS);
    step->woken = false;
    step->next_ns = step->run(step->arg, s->now_ns);
    return true;
}

bool sim_run_for(sim *s, int64_t ns, size_t max_steps)
{
    const int64_t end = s->now_ns + ns;
    for (size_t i = 0; i < max_steps; i++) {
        if (!s->running || (choose(s) == NULL && earliest(s) > end))
            return true;
        (void)sim_run_one(s);
    }
    return false;
}

/* ---- executor ------------------------------------------------------------------------------ */

static anc_status submit(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    (void)self;
    (void)err;
    run(arg);
    return ANC_OK;
}

krn_executor sim_executor(void)
{
    static const krn_executor_ops ops = {"inline", submit};
    return (krn_executor){&ops, NULL};
}
