/* attention_amx.c - the attention of one text, head by head, by the tiles of AMX.
 *
 * Thirty-two queries at a time: their scores go from the tiles to memory as they are, their exponents are rounded to bf16,
 * and what comes of these and of the values is divided by the sum of them, which the tiles find as well.
 */
#include <assert.h>
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
    const void *ones;   /* a tile of them */
} head;

/* The first n of thirty-two. */
static inline __mmask32 first_of(size_t n)
{
    return n >= PANEL_HALVES ? 0xffffffffu : (1u << n) - 1;
}

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
        const __mmask32 mask = first_of(left);
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

/* ---- shares ------------------------------------------------------------------------------------- */

static const float log2e = 1.44269504f;

/* 2^x within 2^-13 of itself, |x| <= 126: x = n + d with |d| <= 1/2, and 2^d by a polynomial of the least greatest error. */
static inline __m512 power_of_two(__m512 x)
{
    const __m512 shifted = _mm512_add_ps(x, _mm512_set1_ps(0x1.8p23f)); /* n in the low bits */
    const __m512 d = _mm512_reduce_ps(x, 0);
    __m512 sum = _mm512_fmadd_ps(d, _mm512_set1_ps(0.0551716684f), _mm512_set1_ps(0.242611122f));
    sum = _mm512_fmadd_ps(sum, d, _mm512_set1_ps(0.693260986f));
    sum = _mm512_fmadd_ps(sum, d, _mm512_set1_ps(0.999928074f));
    const __m512i n = _mm512_slli_epi32(_mm512_castps_si512(shifted), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(sum), n));
}

/* Thirty-two of them. */
static inline void store_shares(__m512 x, __m512 y, uint16_t *to)
{
    _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(power_of_two(y), power_of_two(x)));
}

/* What stands behind the last of n tokens becomes 0. */
static inline void clear_rest(uint16_t *to, size_t n)
{
    if (n % PANEL_HALVES == 0)
        return;
    uint16_t *last = to + n - n % PANEL_HALVES;
    _mm512_storeu_si512(last, _mm512_maskz_loadu_epi16(first_of(n % PANEL_HALVES), last));
}

/* A row of scores to exp(score) in bf16, whose range is that of a float: what no score is great enough to leave. The
 * greatest of them and of `most`, without its sign, each score times log2(e). */
static inline __m512 make_shares(const float *x, size_t n, uint16_t *to, __m512 most)
{
    enum { GREATEST_WITHOUT_SIGN = 11 };
    const __m512 factor = _mm512_set1_ps(log2e);
    for (size_t j = 0; j < n; j += PANEL_HALVES) {
        const __m512 p = _mm512_mul_ps(_mm512_loadu_ps(x + j), factor);
        const __m512 q = _mm512_mul_ps(_mm512_loadu_ps(x + j + LANES), factor);
        most = _mm512_range_ps(most, p, GREATEST_WITHOUT_SIGN);
        most = _mm512_range_ps(most, q, GREATEST_WITHOUT_SIGN);
        store_shares(p, q, to + j);
    }
    clear_rest(to, n);
    return most;
}

static inline float greatest(const float *x, size_t n)
{
    float most = x[0];
    for (size_t j = 1; j < n; j++)
        most = x[j] > most ? x[j] : most;
    return most;
}

/* The same of exp(score - the row's greatest), where scores are large. */
static void make_lesser_shares(const float *x, size_t n, uint16_t *to)
{
    const __m512 factor = _mm512_set1_ps(log2e), least = _mm512_set1_ps(-126.0f);
    const __m512 most = _mm512_set1_ps(greatest(x, n) * log2e);
    for (size_t j = 0; j < n; j += PANEL_HALVES) {
        const __m512 p = _mm512_fmsub_ps(_mm512_loadu_ps(x + j), factor, most);
        const __m512 q = _mm512_fmsub_ps(_mm512_loadu_ps(x + j + LANES), factor, most);
        store_shares(_mm512_max_ps(p, least), _mm512_max_ps(q, least), to + j);
    }
    clear_rest(to, n);
}

static void make_all_shares(const head *h, size_t rows)
{
    const float large =
        60; /* 2^60 and 2^-60 are far from what a float holds, and so are sums of them */
    const inf_attention *a = h->a;
    __m512 most = _mm512_setzero_ps();
    for (size_t r = 0; r < rows; r++)
        most = make_shares(a->scores + r * h->width, a->tokens, a->shares + r * h->width, most);
    if (_mm512_reduce_max_ps(most) <= large)
        return;
    for (size_t r = 0; r < rows; r++)
        make_lesser_shares(a->scores + r * h->width, a->tokens, a->shares + r * h->width);
}

/* ---- the context -------------------------------------------------------------------------------- */

/* Sixteen rows by a panel of components, and the rows' sums, each sixteen times. */
typedef struct context_sums {
    _Alignas(64) float of[INF_TILE_ROWS][INF_PANEL];
    _Alignas(64) float all[INF_TILE_ROWS][TILE_COLUMNS];
} context_sums;

/* Tile 0 and 1 are sums, 2 those of the shares: what they give with a tile of ones, 5. */
static void add_up(const head *h, const char *row, const unsigned char *panel, context_sums *ret)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    for (size_t step = 0; step < h->value_steps;
         step += INF_TILE_STEPS, row += TILE_BYTES, panel += INF_TILE_STEPS * INF_STEP_BYTES) {
        _tile_loadd(4, row, h->width * sizeof(uint16_t));
        _tile_loadd(6, panel, INF_STEP_BYTES);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, panel + TILE_BYTES, INF_STEP_BYTES);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 4, 5);
    }
    _tile_stored(0, ret->of, sizeof ret->of[0]);
    _tile_stored(1, ret->of[0] + TILE_COLUMNS, sizeof ret->of[0]);
    _tile_stored(2, ret->all, sizeof ret->all[0]);
}

/* 1 / x: an estimate of fourteen bits and a step of Newton's. */
static inline __m512 one_by(__m512 x)
{
    const __m512 estimate = _mm512_rcp14_ps(x);
    return _mm512_mul_ps(estimate, _mm512_fnmadd_ps(x, estimate, _mm512_set1_ps(2.0f)));
}

static inline void put_context(const context_sums *sums, size_t rows, float *to, size_t stride)
{
    for (size_t r = 0; r < rows; r++, to += stride) {
        const __m512 share = one_by(_mm512_load_ps(sums->all[r]));
        _mm512_storeu_ps(to, _mm512_mul_ps(_mm512_load_ps(sums->of[r]), share));
        _mm512_storeu_ps(to + LANES, _mm512_mul_ps(_mm512_load_ps(sums->of[r] + LANES), share));
    }
}

static void find_context(const head *h, size_t from, size_t rows)
{
    const inf_attention *a = h->a;
    const unsigned char *panel = a->values_room;
    context_sums sums;
    _tile_loadd(5, h->ones, TILE_BYTES);
    for (size_t at = 0; at < a->width; at += INF_PANEL, panel += h->value_steps * INF_STEP_BYTES)
        for (size_t r = 0; r < rows; r += INF_TILE_ROWS) {
            const size_t left = rows - r < INF_TILE_ROWS ? rows - r : INF_TILE_ROWS;
            add_up(h, (const char *)(a->shares + r * h->width), panel, &sums);
            put_context(&sums, left, h->context + (from + r) * a->context_stride + at,
                        a->context_stride);
        }
}

static void attend_head(const head *h)
{
    pack_keys(h);
    pack_values(h);
    for (size_t from = 0; from < h->a->rows; from += SIDE) {
        const size_t left = h->a->rows - from, rows = left < SIDE ? left : SIDE;
        find_scores(h, from, rows > INF_TILE_ROWS);
        add_distances(h, from, rows);
        make_all_shares(h, rows);
        find_context(h, from, rows);
    }
}

void inf_attend_amx(const inf_attention *a)
{
    const size_t places = (a->tokens + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
    assert(SIDE * (places + INF_PANEL) <= INF_SCORE_ROWS * places);
    assert(SIDE * (places + INF_PANEL) <= INF_SHARE_ROWS * places);
    uint16_t ones[INF_TILE_ROWS * TILE_BYTES / 2];
    for (size_t i = 0; i < ANC_COUNT(ones); i++)
        ones[i] = inf_bf16_of(1.0f);
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
                        .width = places + INF_PANEL,
                        .ones = ones};
        attend_head(&h);
    }
    _tile_release();
}
