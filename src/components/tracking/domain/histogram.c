/* histogram.c - buckets of durations: where a value falls, and what stands in a file. */
#include "histogram.h"

#include <math.h>

enum { SUB = 1 << TRK_SUB_BITS, VARINT_BYTES = 5 };

static const uint64_t MOST_US = (UINT64_C(1) << TRK_TOP_BIT) - 1;

static unsigned top_bit(uint64_t v)
{
    return 63U - (unsigned)__builtin_clzll(v);
}

uint32_t trk_bucket_of(uint64_t us)
{
    if (us < SUB)
        return (uint32_t)us;
    const uint64_t v = us < MOST_US ? us : MOST_US;
    const unsigned e = top_bit(v);
    const uint64_t sub = (v >> (e - TRK_SUB_BITS)) & (SUB - 1);
    return (uint32_t)(((uint64_t)(e - TRK_SUB_BITS + 1) << TRK_SUB_BITS) + sub);
}

double trk_bucket_middle(uint32_t bucket)
{
    if (bucket < SUB)
        return bucket;
    const unsigned shift = (bucket >> TRK_SUB_BITS) - 1;
    const uint64_t from = (uint64_t)(SUB + (bucket & (SUB - 1))) << shift;
    return (double)from + (double)((UINT64_C(1) << shift) - 1) / 2;
}

void trk_histogram_add(trk_histogram *h, uint64_t us)
{
    h->n++;
    h->counts[trk_bucket_of(us)]++;
}

void trk_histogram_remove(trk_histogram *h, uint64_t us)
{
    uint32_t *count = &h->counts[trk_bucket_of(us)];
    if (*count == 0)
        return;
    --*count;
    h->n--;
}

void trk_histogram_merge(trk_histogram *h, const trk_histogram *other)
{
    h->n += other->n;
    for (size_t i = 0; i < TRK_BUCKETS; i++)
        h->counts[i] += other->counts[i];
}

double trk_histogram_percentile(const trk_histogram *h, double q)
{
    const double wanted = ceil(q * (double)h->n);
    uint64_t seen = 0;
    for (uint32_t i = 0; i < TRK_BUCKETS; i++) {
        seen += h->counts[i];
        if (seen > 0 && (double)seen >= wanted)
            return trk_bucket_middle(i);
    }
    return 0;
}

/* ---- the kept form ---- */

static void put_number(anc_buf *out, uint32_t n)
{
    while (n >= 128) {
        (void)anc_buf_add_char(out, (char)(unsigned char)(n | 128U));
        n >>= 7;
    }
    (void)anc_buf_add_char(out, (char)n);
}

static bool get_number(anc_str *rest, uint32_t *ret)
{
    uint64_t n = 0;
    for (size_t i = 0; i < rest->len && i < VARINT_BYTES; i++) {
        const unsigned char byte = (unsigned char)rest->ptr[i];
        n |= (uint64_t)(byte & 127U) << (7 * i);
        if (byte < 128) {
            *rest = anc_str_sub(*rest, i + 1, rest->len);
            *ret = (uint32_t)n;
            return n <= UINT32_MAX;
        }
    }
    return false;
}

void trk_histogram_write(const trk_histogram *h, anc_buf *out)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < TRK_BUCKETS; i++) {
        if (h->counts[i] == 0)
            continue;
        put_number(out, i - last);
        put_number(out, h->counts[i]);
        last = i;
    }
}

anc_status trk_histogram_read_add(anc_str kept, trk_histogram *h, anc_err *err)
{
    uint64_t at = 0;
    uint32_t step, count;
    while (kept.len > 0) {
        const bool fits = get_number(&kept, &step) && get_number(&kept, &count);
        at += fits ? step : 0;
        if (!fits || at >= TRK_BUCKETS)
            return ANC_FAIL(err, ANC_CORRUPT, "a histogram of the tracking does not decode");
        h->counts[at] += count;
        h->n += count;
    }
    return ANC_OK;
}
