/* attention_amx.c - the attention of one text, head by head, by the tiles of AMX.
 *
 * Thirty-two queries at a time: their scores go from the tiles to memory as they are, softmax makes bf16 of them that are
 * not yet divided by their sum, and what comes of these and of the values is divided by it.
 */
#include <string.h>

#include "tiles_impl.h"
#include "vectors_512_impl.h"

enum { PANEL_HALVES = INF_PANEL };

/* One head. */
typedef struct head {
    const inf_attention *a;
    const uint16_t *queries, *keys, *values;
    const float *added; /* of the first query and the first key; NULL: nothing */
    float *context;
    size_t key_steps;   /* of all components */
    size_t value_steps; /* of all tokens */
    size_t width;       /* of a row of scores and of shares */
} head;

/* ---- panels ------------------------------------------------------------------------------------- */

/* Sixteen keys, a column each: a step is two components. */
static void pack_sixteen_keys(const head *h, size_t from, unsigned char *to)
{
    const inf_attention *a = h->a;
    const size_t there = a->tokens > from ? a->tokens - from : 0;
    const __mmask16 mask = (__mmask16)(there >= LANES ? 0xffffu : (1u << there) - 1);
    const __m512i rows =
        _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                           _mm512_set1_epi32((int)(a->stride * sizeof(uint16_t))));
    const uint16_t *key = h->keys + from * a->stride;
    for (size_t at = 0; at < h->key_steps * 2; at += 2, to += INF_STEP_BYTES) {
        __m512i both = _mm512_setzero_si512();
        if (at < a->width)
            both = _mm512_mask_i32gather_epi32(both, mask, rows, key + at, 1);
        if (at + 1 == a->width)
            both = _mm512_and_si512(both, _mm512_set1_epi32(0xffff));
        _mm512_store_si512(to, both);
    }
}

static void pack_keys(const head *h)
{
    unsigned char *to = h->a->keys_room;
    for (size_t t = 0; t < h->a->tokens; t += INF_PANEL, to += h->key_steps * INF_STEP_BYTES) {
        pack_sixteen_keys(h, t, to);
        pack_sixteen_keys(h, t + LANES, to + INF_STEP_BYTES / 2);
    }
}

/* Two tokens are a step of a panel of components. */
static inline void pack_two_values(const uint16_t *first, const uint16_t *second, __mmask32 mask,
                                   unsigned char *to)
{
    const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40,
                                         8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(LANES));
    const __m512i x = _mm512_maskz_loadu_epi16(mask, first);
    const __m512i y = _mm512_maskz_loadu_epi16(second != NULL ? mask : 0, second);
    _mm512_store_si512(to, _mm512_permutex2var_epi16(x, low, y));
    _mm512_store_si512(to + INF_STEP_BYTES / 2, _mm512_permutex2var_epi16(x, high, y));
}

static void pack_values(const head *h)
{
    const inf_attention *a = h->a;
    unsigned char *to = a->values_room;
    for (size_t at = 0; at < a->width; at += INF_PANEL) {
        const size_t left = a->width - at;
        const __mmask32 mask = left >= PANEL_HALVES ? 0xffffffffu : (1u << left) - 1;
        const uint16_t *row = h->values + at;
        size_t t = 0;
        for (; t < a->tokens; t += 2, row += 2 * a->stride, to += INF_STEP_BYTES)
            pack_two_values(row, t + 1 < a->tokens ? row + a->stride : NULL, mask, to);
        memset(to, 0, (h->value_steps - t / 2) * INF_STEP_BYTES);
        to += (h->value_steps - t / 2) * INF_STEP_BYTES;
    }
}

/* ---- scores ------------------------------------------------------------------------------------- */

/* Of thirty-two queries (sixteen: not `two`) from `from` on, and all keys. */
static void find_scores(const head *h, size_t from, bool two)
{
    const inf_attention *a = h->a;
    const size_t stride = a->stride * sizeof(uint16_t);
    const unsigned char *panel = a->keys_room;
    for (size_t t = 0; t < a->tokens; t += INF_PANEL) {
        const char *row = (const char *)(h->queries + from * a->stride);
        tiles_clear();
        for (size_t step = 0; step < h->key_steps;
             step += INF_TILE_STEPS, row += TILE_BYTES, panel += INF_TILE_STEPS * INF_STEP_BYTES)
            TILES_STEP(_tile_dpbf16ps, row, stride, panel, two);
        tiles_store(a->scores + t, h->width * sizeof(float), two);
    }
}

static void add_distances(const head *h, size_t from, size_t rows)
{
    if (h->added == NULL)
        return;
    for (size_t r = 0; r < rows; r++) {
        const float *added = h->added - (from + r);
        for (size_t j = 0; j < h->a->tokens; j++)
            h->a->scores[r * h->width + j] += added[j];
    }
}

/* ---- softmax ------------------------------------------------------------------------------------ */

/* 2^x for x <= 0 within 2^-13 of itself: x = n + d with |d| <= 1/2, and 2^d by a polynomial of least squares of the
 * greatest error. What is below 2^-126 is about that. */
static inline __m512 power_of_two(__m512 x)
{
    const __m512 magic = _mm512_set1_ps(0x1.8p23f); /* rounds, and leaves n in the low bits */
    const __m512 most = _mm512_max_ps(x, _mm512_set1_ps(-126.0f));
    const __m512 shifted = _mm512_add_ps(most, magic);
    const __m512 d = _mm512_sub_ps(most, _mm512_sub_ps(shifted, magic));
    __m512 sum = _mm512_fmadd_ps(d, _mm512_set1_ps(0.0551716684f), _mm512_set1_ps(0.242611122f));
    sum = _mm512_fmadd_ps(sum, d, _mm512_set1_ps(0.693260986f));
    sum = _mm512_fmadd_ps(sum, d, _mm512_set1_ps(0.999928074f));
    const __m512i n = _mm512_slli_epi32(_mm512_castps_si512(shifted), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(sum), n));
}

static inline float greatest(const float *x, size_t n)
{
    const __m512 none = _mm512_set1_ps(-3e38f);
    __m512 most = none;
    for (size_t j = 0; j + LANES <= n; j += LANES)
        most = _mm512_max_ps(most, _mm512_loadu_ps(x + j));
    if (n % LANES != 0) {
        const __mmask16 rest = (__mmask16)((1u << n % LANES) - 1);
        most = _mm512_max_ps(most, _mm512_mask_loadu_ps(none, rest, x + n - n % LANES));
    }
    return _mm512_reduce_max_ps(most);
}

/* A row of scores to exp(score - the greatest) in bf16, zeros behind them; 1 / their sum. */
static float make_shares(const head *h, const float *x, uint16_t *to)
{
    const size_t n = h->a->tokens;
    const __m512 log2e = _mm512_set1_ps(1.44269504f);
    const __m512 most = _mm512_set1_ps(greatest(x, n) * 1.44269504f);
    __m512 sum = _mm512_setzero_ps();
    for (size_t j = 0; j < n; j += 2 * LANES) {
        const uint32_t there = n - j >= 2 * LANES ? 0xffffffffu : (1u << (n - j)) - 1;
        const __mmask16 low = (__mmask16)there, high = (__mmask16)(there >> LANES);
        const __m512 p = _mm512_fmsub_ps(_mm512_loadu_ps(x + j), log2e, most);
        const __m512 q = _mm512_fmsub_ps(_mm512_loadu_ps(x + j + LANES), log2e, most);
        const __m512 e = _mm512_maskz_mov_ps(low, power_of_two(p));
        const __m512 f = _mm512_maskz_mov_ps(high, power_of_two(q));
        sum = _mm512_add_ps(sum, _mm512_add_ps(e, f));
        _mm512_storeu_si512(to + j, (__m512i)_mm512_cvtne2ps_pbh(f, e));
    }
    return 1.0f / _mm512_reduce_add_ps(sum);
}

/* ---- the context -------------------------------------------------------------------------------- */

/* Of the rows from `from` on, whose shares have these factors. */
static void find_context(const head *h, size_t from, size_t rows, const float *factors)
{
    const inf_attention *a = h->a;
    const bool two = rows > INF_TILE_ROWS;
    const unsigned char *panel = a->values_room;
    _Alignas(64) float sums[SIDE][INF_PANEL];
    for (size_t at = 0; at < a->width; at += INF_PANEL) {
        const char *row = (const char *)a->shares;
        tiles_clear();
        for (size_t step = 0; step < h->value_steps;
             step += INF_TILE_STEPS, row += TILE_BYTES, panel += INF_TILE_STEPS * INF_STEP_BYTES)
            TILES_STEP(_tile_dpbf16ps, row, h->width * sizeof(uint16_t), panel, two);
        tiles_store(sums, sizeof sums[0], two);
        for (size_t r = 0; r < rows; r++) {
            const __m512 factor = _mm512_set1_ps(factors[r]);
            float *to = h->context + (from + r) * a->context_stride + at;
            _mm512_storeu_ps(to, _mm512_mul_ps(_mm512_load_ps(sums[r]), factor));
            _mm512_storeu_ps(to + LANES, _mm512_mul_ps(_mm512_load_ps(sums[r] + LANES), factor));
        }
    }
}

static void attend_head(const head *h)
{
    float factors[SIDE];
    pack_keys(h);
    pack_values(h);
    for (size_t from = 0; from < h->a->rows; from += SIDE) {
        const size_t left = h->a->rows - from, rows = left < SIDE ? left : SIDE;
        find_scores(h, from, rows > INF_TILE_ROWS);
        add_distances(h, from, rows);
        for (size_t r = 0; r < rows; r++)
            factors[r] = make_shares(h, h->a->scores + r * h->width, h->a->shares + r * h->width);
        find_context(h, from, rows, factors);
    }
}

void inf_attend_amx(const inf_attention *a)
{
    const size_t places = (a->tokens + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
    tiles_set_up();
    for (size_t i = 0; i < a->heads; i++) {
        const uint16_t *queries = a->queries + i * a->width;
        const head h = {.a = a,
                        .queries = queries,
                        .keys = queries + a->heads * a->width,
                        .values = queries + 2 * a->heads * a->width,
                        .added =
                            a->distances != NULL ? a->distances + (2 * i + 1) * a->reach : NULL,
                        .context = a->context + i * a->width,
                        .key_steps = inf_steps(INF_BF16, a->width),
                        .value_steps = places / 2,
                        .width = places + INF_PANEL};
        attend_head(&h);
    }
    _tile_release();
}
