/* histogram.h - how long things took, in a form that can be added up: hours to days, servers to a whole.
 *
 * Log-linear: up to 16 µs a bucket each microsecond, above that 16 buckets for every doubling. A
 * percentile is the middle of its bucket, so it is off by at most 1/32 of its value (3.1 %), or half a
 * microsecond. What took longer than 2^40 µs (12 days) counts as that. Adding histograms loses nothing:
 * the sum is what one histogram of all values would be.
 */
#ifndef ANC_TRACKING_DOMAIN_HISTOGRAM_H
#define ANC_TRACKING_DOMAIN_HISTOGRAM_H

#include "base/str.h"

enum {
    TRK_SUB_BITS = 4, /* 16 buckets a doubling */
    TRK_TOP_BIT = 40,
    TRK_BUCKETS = (TRK_TOP_BIT - TRK_SUB_BITS + 1) << TRK_SUB_BITS
};

typedef struct trk_histogram {
    uint64_t n; /* values in it */
    uint32_t counts[TRK_BUCKETS];
} trk_histogram;

uint32_t trk_bucket_of(uint64_t us);
double trk_bucket_middle(uint32_t bucket); /* µs */

void trk_histogram_add(trk_histogram *h, uint64_t us);
/* Takes a value out that was added. */
void trk_histogram_remove(trk_histogram *h, uint64_t us);
void trk_histogram_merge(trk_histogram *h, const trk_histogram *other);

/* The value that a share `q` (0 to 1) of all do not exceed, in µs; 0 of an empty histogram. */
double trk_histogram_percentile(const trk_histogram *h, double q);

/* Kept form: for each bucket that is not empty, the step from the one before and its count, as
 * numbers of 7 bits a byte. */
void trk_histogram_write(const trk_histogram *h, anc_buf *out);
/* Adds a kept form to `h`. CORRUPT when it is none; `h` is then not to be used. */
anc_status trk_histogram_read_add(anc_str kept, trk_histogram *h, anc_err *err) ANC_MUST_CHECK;

#endif
