/* threshold.h - when a measured value is told to have passed its threshold, and when to be well again. */
#ifndef ANC_LIVE_DOMAIN_THRESHOLD_H
#define ANC_LIVE_DOMAIN_THRESHOLD_H

#include "base/base.h"

typedef enum liv_change {
    LIV_AS_BEFORE,
    LIV_PASSED,    /* above the threshold, for the first time since it was well */
    LIV_WELL_AGAIN /* below it by the hysteresis, for the first time since it passed */
} liv_change;

/* `past` is what was told last, and is changed. Between the threshold and threshold * (1 - hysteresis) all stays as
 * it was, so that a value that trembles is told once. A value that is no number changes nothing. */
liv_change liv_threshold_look(double value, double threshold, double hysteresis, bool *past);

/* Values with the time they were measured at, the newest LIV_SAMPLES of them. Zeroed it is empty. */
enum { LIV_SAMPLES = 1024 };
typedef struct liv_window {
    struct {
        int64_t at_ns;
        double value;
    } samples[LIV_SAMPLES];
    uint64_t added;
} liv_window;

void liv_window_add(liv_window *w, int64_t now_ns, double value);

/* The value that `share` (0 to 1) of those since `since_ns` do not exceed (nearest rank), and their number; 0
 * where there is none. `scratch` is [LIV_SAMPLES]. */
double liv_window_percentile(const liv_window *w, int64_t since_ns, double share, double *scratch,
                             size_t *ret_n);

#endif
