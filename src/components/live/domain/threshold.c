/* threshold.c - hysteresis, and percentiles of a window. */
#include "live/domain/threshold.h"

#include <math.h>
#include <stdlib.h>

liv_change liv_threshold_look(double value, double threshold, double hysteresis, bool *past)
{
    if (isnan(value))
        return LIV_AS_BEFORE;
    if (!*past && value > threshold) {
        *past = true;
        return LIV_PASSED;
    }
    if (*past && value <= threshold * (1 - hysteresis)) {
        *past = false;
        return LIV_WELL_AGAIN;
    }
    return LIV_AS_BEFORE;
}

void liv_window_add(liv_window *w, int64_t now_ns, double value)
{
    const size_t at = w->added++ % LIV_SAMPLES;
    w->samples[at].at_ns = now_ns;
    w->samples[at].value = value;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

double liv_window_percentile(const liv_window *w, int64_t since_ns, double share, double *scratch,
                             size_t *ret_n)
{
    const size_t kept = w->added < LIV_SAMPLES ? (size_t)w->added : LIV_SAMPLES;
    size_t n = 0;
    for (size_t i = 0; i < kept; i++)
        if (w->samples[i].at_ns >= since_ns)
            scratch[n++] = w->samples[i].value;
    *ret_n = n;
    if (n == 0)
        return 0;
    qsort(scratch, n, sizeof *scratch, by_value);
    const double rank = ceil(share * (double)n);
    return scratch[rank < 1 ? 0 : (size_t)rank - 1];
}
