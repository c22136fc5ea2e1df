/* pace.c - a bucket of bytes that fills as time passes. */
#include "engine/pace.h"

#include "os/clock.h"

#define STEP_NS   INT64_C(20000000)
#define SECOND_NS 1e9

enum { BURST = 4 }; /* the bucket holds a second's bytes divided by it */

static int64_t now_of(const eng_pace *pace)
{
    return pace->clock != NULL ? pace->clock->now_ns(pace->clock->self) : os_mono_ns();
}

static void sleep_for(const eng_pace *pace, int64_t ns)
{
    if (pace->clock != NULL)
        pace->clock->sleep_ns(pace->clock->self, ns);
    else
        os_sleep_ns(ns);
}

void eng_pace_begin(eng_pace *pace)
{
    pace->known = atomic_load_explicit(&pace->came, memory_order_relaxed);
    pace->written = 0;
    pace->waited_ns = 0;
}

void eng_pace_come(eng_pace *pace, uint64_t chunks)
{
    (void)atomic_fetch_add_explicit(&pace->came, chunks, memory_order_relaxed);
}

/* Bytes a second, as much as waits now. */
static double rate_of(const eng_pace *pace)
{
    const uint64_t waiting = atomic_load_explicit(&pace->came, memory_order_relaxed) - pace->known;
    return (double)pace->bytes_per_second * (1 + (double)waiting / ENG_PACE_CHUNKS);
}

/* Takes in what the time since the last look gave; what the bucket does not hold is lost. */
static void fill(eng_pace *pace, int64_t now_ns, double rate)
{
    const double full = -rate / BURST;
    pace->owed -= rate * (double)(now_ns - pace->last_ns) / SECOND_NS;
    if (pace->owed < full)
        pace->owed = full;
    pace->last_ns = now_ns;
}

anc_status eng_pace_wait(eng_pace *pace, uint64_t bytes, const eng_tidy_options *options)
{
    if (pace == NULL)
        return ANC_OK;
    pace->written += bytes;
    if (pace->bytes_per_second == 0)
        return ANC_OK;
    const int64_t start_ns = now_of(pace);
    double rate = rate_of(pace);
    anc_status status = ANC_OK;
    fill(pace, start_ns, rate);
    while (pace->owed > 0 && status == ANC_OK) {
        const double need_ns = pace->owed / rate * SECOND_NS + 1;
        if (options->may_go_on != NULL)
            status = options->may_go_on(options->arg);
        if (status == ANC_OK)
            sleep_for(pace, need_ns < (double)STEP_NS ? (int64_t)need_ns : STEP_NS);
        rate = rate_of(pace);
        fill(pace, now_of(pace), rate);
    }
    pace->waited_ns += pace->last_ns - start_ns;
    pace->owed += status == ANC_OK ? (double)bytes : 0;
    return status;
}
