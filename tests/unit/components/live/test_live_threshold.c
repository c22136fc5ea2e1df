/* test_live_threshold.c - hysteresis and percentiles, as tables. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "live/domain/threshold.h"

typedef struct look_row {
    const char *name;
    double threshold, hysteresis;
    double values[6];    /* up to the first below zero */
    const char *changes; /* of each: '.' as before, 'P' passed, 'W' well again */
} look_row;

static const look_row looks[] = {
    {"well all the time", 100, 0.2, {0, 50, 100, -1}, "..."},
    {"passes once", 100, 0.2, {50, 101, 150, 101, -1}, ".P.."},
    {"trembles", 100, 0.2, {101, 99, 101, 81, 105, -1}, "P...."},
    {"well again", 100, 0.2, {101, 80, 90, 101, -1}, "PW.P"},
    {"no hysteresis", 100, 0, {101, 100, 101, 100, -1}, "PWPW"},
    {"whole hysteresis", 100, 1, {101, 1, 0, -1}, "P.W"},
    {"threshold of nothing", 0, 0.2, {0, 1, 2, 0, -1}, ".P.W"},
    {"not known", 100, 0.2, {101, (double)NAN, 101, 10, -1}, "P..W"},
};

static void change_is_as_told(void **state)
{
    const look_row *row = *state;
    static const char letters[] = ".PW";
    bool past = false;
    for (size_t i = 0; i < ANC_COUNT(row->values) && !(row->values[i] < 0); i++) {
        const liv_change c =
            liv_threshold_look(row->values[i], row->threshold, row->hysteresis, &past);
        assert_int_equal(letters[c], row->changes[i]);
    }
}

typedef struct share_row {
    const char *name;
    size_t added; /* values 1, 2, … at as many ns */
    int64_t since_ns;
    double share, value;
    size_t n;
} share_row;

static const share_row shares[] = {
    {"nothing", 0, 0, 0.95, 0, 0},
    {"one", 1, 0, 0.95, 1, 1},
    {"two", 2, 0, 0.5, 1, 2},
    {"twenty", 20, 0, 0.95, 19, 20},
    {"a hundred", 100, 0, 0.95, 95, 100},
    {"the least", 100, 0, 0, 1, 100},
    {"the most", 100, 0, 1, 100, 100},
    {"the newer ones", 100, 91, 0.5, 95, 10},
    {"none new enough", 100, 101, 0.5, 0, 0},
    {"more than are kept", 2 * LIV_SAMPLES, 0, 0, LIV_SAMPLES + 1, LIV_SAMPLES},
};

static void percentile_is_as_told(void **state)
{
    const share_row *row = *state;
    static liv_window w;
    static double scratch[LIV_SAMPLES];
    size_t n;
    memset(&w, 0, sizeof w);
    for (size_t i = 1; i <= row->added; i++)
        liv_window_add(&w, (int64_t)i, (double)i);
    assert_true(liv_window_percentile(&w, row->since_ns, row->share, scratch, &n) == row->value);
    assert_int_equal(n, row->n);
}

int main(void)
{
    return RUN_TABLE("threshold", looks, change_is_as_told) +
           RUN_TABLE("percentile", shares, percentile_is_as_told);
}
