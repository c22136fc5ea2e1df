/* product_amx.c - bf16 and int8 by the tiles of AMX: 16 rows by 16 columns by 64 bytes of depth at a time.
 *
 * Two tiles of rows meet two of columns, so each that is read is used twice and four sums go side by side. Where there is
 * one tile of rows at most (a question), it meets four of columns. Tiles and vectors are different units: while the
 * tiles work on one square of sums, vectors make what is asked for of those of the square before, a few rows a step.
 */
#include <cpuid.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "product_end_impl.h"
#include "tiles_impl.h"

/* ---- whether there is one ----------------------------------------------------------------------- */

enum { HAS_TILES = 1 << 24, HAS_BF16 = 1 << 22, HAS_INT8 = 1 << 25 };

static unsigned has; /* of these, what may be used */

/* The system gives the room for a thread's tiles to processes that ask. */
static void look(void)
{
    enum { REQUEST = 0x1023, TILE_DATA = 18 };
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512bf16") || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 ||
        (d & HAS_TILES) == 0)
        return;
    if (syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0)
        has = d;
}

static bool has_all(unsigned what)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, look);
    return (has & what) == what;
}

static bool has_bf16(void)
{
    return has_all(HAS_TILES | HAS_BF16);
}

static bool has_int8(void)
{
    return has_all(HAS_TILES | HAS_INT8);
}

/* ---- sums made what is asked for ------------------------------------------------------------------ */

/* Sums that wait for that: a square, rows from `row` on, of one panel's columns. */
typedef struct square {
    _Alignas(64) unsigned char sums[SIDE][INF_STEP_BYTES];
} square;

typedef struct pending {
    const square *sums;
    size_t row, rows; /* of the product; [row, row + rows) */
    size_t column;
    size_t done; /* of the rows */
} pending;

/* What is made of them. */
typedef enum end_kind { FLOATS, HALVES_OF, GELUS } end_kind;

#define EACH static inline __attribute__((always_inline))

/* What belongs to the columns of half a panel. */
typedef struct columns {
    __m512 bias, scale;
    __m512i shift;
} columns;

/* GELU is looked up by its argument in units of 0.32. */
#define GELU_UNIT 0.32f

EACH columns columns_of(const inf_matrix *m, size_t j, end_kind kind, bool exact)
{
    const __m512 unit = _mm512_set1_ps(kind == GELUS ? 1 / GELU_UNIT : 1);
    columns c = {.bias = _mm512_mul_ps(_mm512_loadu_ps(m->bias + j), unit), .scale = unit};
    if (exact) {
        c.scale = _mm512_mul_ps(_mm512_loadu_ps(m->scale + j), unit);
        c.shift = _mm512_loadu_si512(m->shift + j);
    }
    return c;
}

/* Floats are those of every level to the last bit; what is rounded to a half anyway is made with one step less. */
EACH __m512 floats_of(const void *sums, const columns *c, __m512 row_scale, end_kind kind,
                      bool exact)
{
    if (!exact && kind != GELUS)
        return _mm512_add_ps(_mm512_load_ps(sums), c->bias);
    if (!exact)
        return _mm512_fmadd_ps(_mm512_load_ps(sums), c->scale, c->bias);
    const __m512 whole = _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_load_si512(sums), c->shift));
    const __m512 scale = _mm512_mul_ps(c->scale, row_scale);
    if (kind != FLOATS)
        return _mm512_fmadd_ps(whole, scale, c->bias);
    return _mm512_add_ps(_mm512_mul_ps(whole, scale), c->bias);
}

/* x = n + d, |d| <= 1/2: what GELU lacks to max(x, 0) at |x| units is a polynomial in d, one for each n, within 5e-6 (and
 * beyond n = 15 below 2e-6). [power][n], of the least greatest error. */
static const _Alignas(64) float rough_lack[4][16] = {
    {0.0f, 0.119830698f, 0.167093799f, 0.161787853f, 0.128351733f, 0.0876816437f, 0.0526653528f,
     0.0281024948f, 0.0133979935f, 0.00572620891f, 0.00219853991f, 0.000759325747f, 0.000236124411f,
     6.61518498e-05f, 1.67039889e-05f, 3.80285792e-06f},
    {0.160015792f, 0.0810239837f, 0.0169773214f, -0.0233744849f, -0.0399393588f, -0.0392562449f,
     -0.030027071f, -0.0192537308f, -0.0106624244f, -0.00517607061f, -0.00222135521f,
     -0.000847215066f, -0.000288163719f, -8.76206323e-05f, -2.38591347e-05f, -5.82573102e-06f},
    {-0.0410437807f, -0.0366896354f, -0.0264232699f, -0.0139378859f, -0.00334707671f,
     0.00309133087f, 0.00539653003f, 0.0049939733f, 0.00351264467f, 0.00204256666f, 0.00101547677f,
     0.000439077354f, 0.000166766215f, 5.59918044e-05f, 1.66902682e-05f, 4.43059707e-06f},
    {0.000665172527f, 0.0025604181f, 0.0040496923f, 0.0040394906f, 0.0028967238f, 0.00140235468f,
     0.000219021589f, -0.000394945266f, -0.000533283281f, -0.000425128237f, -0.000260796573f,
     -0.000132271889f, -5.72071222e-05f, -2.14481024e-05f, -7.04031709e-06f, -2.03652507e-06f},
};

/* GELU of x units. */
EACH __m512 gelu_of(__m512 x)
{
    enum { LEAST_WITHOUT_SIGN = 10 };
    const __m512 size = _mm512_range_ps(x, _mm512_set1_ps(15.49f), LEAST_WITHOUT_SIGN);
    const __m512i n =
        _mm512_castps_si512(_mm512_add_ps(size, _mm512_set1_ps(0x1.8p23f))); /* in the low bits */
    const __m512 d = _mm512_reduce_ps(size, 0);
    __m512 lack = _mm512_permutexvar_ps(n, _mm512_load_ps(rough_lack[3]));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, _mm512_load_ps(rough_lack[2])));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, _mm512_load_ps(rough_lack[1])));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, _mm512_load_ps(rough_lack[0])));
    return _mm512_fmsub_ps(_mm512_max_ps(_mm512_setzero_ps(), x), _mm512_set1_ps(GELU_UNIT), lack);
}

/* The next `n` of the rows that wait. */
EACH void end_rows(const inf_matrix *m, const inf_rows *a, const inf_target *to, pending *p,
                   size_t n, end_kind kind, bool exact)
{
    const size_t j = p->column, from = p->done, left = p->rows - from, width = to->width;
    const size_t end = from + (n < left ? n : left), at = (p->row + from) * width + j;
    const columns first = columns_of(m, j, kind, exact);
    const columns second = columns_of(m, j + LANES, kind, exact);
    const unsigned char *sums = p->sums->sums[from];
    const float *scales = exact ? a->scales + p->row : NULL;
    float *floats = kind == FLOATS ? to->floats + at : NULL;
    uint16_t *halves = kind == FLOATS ? NULL : to->halves + at;
    p->done = end;
    for (size_t r = from; r < end; r++, sums += INF_STEP_BYTES) {
        const __m512 row = exact ? _mm512_set1_ps(scales[r]) : _mm512_setzero_ps();
        __m512 x = floats_of(sums, &first, row, kind, exact);
        __m512 y = floats_of(sums + TILE_BYTES, &second, row, kind, exact);
        if (kind == FLOATS) {
            _mm512_storeu_ps(floats, x);
            _mm512_storeu_ps(floats + LANES, y);
            floats += width;
            continue;
        }
        if (kind == GELUS) {
            x = gelu_of(x);
            y = gelu_of(y);
        }
        _mm512_storeu_si512(halves, (__m512i)_mm512_cvtne2ps_pbh(y, x));
        halves += width;
    }
}

/* ---- squares -------------------------------------------------------------------------------------- */

/* A part of the next panel comes from memory while this one is worked on: lines [from, to) of each step. */
EACH void fetch_ahead(const unsigned char *panel, size_t bytes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        __builtin_prefetch((const void *)((uintptr_t)panel + bytes + i * 64), 0, 2);
}

/* Rows that go through a panel together, and how much of its depth they go through before the next, where that is a lot:
 * that stays in the nearest cache meanwhile. */
enum { GROUP_ROWS = 256, SHORT_STEPS = 12 * INF_TILE_STEPS, CHUNK_STEPS = 8 * INF_TILE_STEPS };
enum { STEP_LINES = INF_TILE_STEPS * INF_STEP_BYTES / 64 };

typedef struct product {
    const inf_matrix *m;
    const inf_rows *a;
    size_t from, rows; /* a group */
    const inf_target *to;
} product;

/* Where one square is: its first row, its panel, its steps. */
typedef struct place {
    size_t row, column, from, to;
} place;

/* Adds to the sums of one square (from 0 where the depth begins), and ends those before it. */
#define SQUARE(name, DOT, ENDING, EXACT)                                                           \
    static void name(const product *p, const place *at, pending *before, square *sums)             \
    {                                                                                              \
        const inf_matrix *m = p->m;                                                                \
        const size_t stride = p->a->stride, ahead = (at->to - at->from) * INF_STEP_BYTES;          \
        const size_t squares = (p->rows + SIDE - 1) / SIDE, number = (at->row - p->from) / SIDE;   \
        const size_t first = number * STEP_LINES / squares,                                        \
                     last = (number + 1) * STEP_LINES / squares;                                   \
        const size_t rows = (SIDE * INF_TILE_STEPS + at->to - at->from - 1) / (at->to - at->from); \
        const bool two = p->from + p->rows - at->row > INF_TILE_ROWS;                              \
        const unsigned char *row =                                                                 \
            (const unsigned char *)p->a->bytes + at->row * stride + at->from * 4;                  \
        const unsigned char *panel = inf_panel_of(m, at->column) + at->from * INF_STEP_BYTES;      \
        if (at->from == 0)                                                                         \
            tiles_clear();                                                                         \
        else                                                                                       \
            tiles_load(sums->sums, INF_STEP_BYTES, two);                                           \
        for (size_t step = at->from; step < at->to; step += INF_TILE_STEPS, row += TILE_BYTES,     \
                    panel += INF_TILE_STEPS * INF_STEP_BYTES) {                                    \
            TILES_STEP(DOT, row, stride, panel, two);                                              \
            fetch_ahead(panel, ahead, first, last);                                                \
            end_rows(m, p->a, p->to, before, rows, ENDING, EXACT);                                 \
        }                                                                                          \
        tiles_store(sums->sums, INF_STEP_BYTES, two);                                              \
    }

SQUARE(floats_bf16, _tile_dpbf16ps, FLOATS, false)
SQUARE(halves_bf16, _tile_dpbf16ps, HALVES_OF, false)
SQUARE(gelus_bf16, _tile_dpbf16ps, GELUS, false)
SQUARE(floats_int8, _tile_dpbusd, FLOATS, true)
SQUARE(halves_int8, _tile_dpbusd, HALVES_OF, true)
SQUARE(gelus_int8, _tile_dpbusd, GELUS, true)

/* ---- strips --------------------------------------------------------------------------------------- */

/* One tile of rows, two panels: sums [16][2 panels] as two squares' upper halves. */
#define STRIP(name, DOT)                                                                          \
    static void name(const product *p, size_t j, square *left, square *right)                     \
    {                                                                                             \
        const size_t stride = p->a->stride, bytes = p->m->steps * INF_STEP_BYTES;                 \
        const unsigned char *row = (const unsigned char *)p->a->bytes;                            \
        const unsigned char *panel = inf_panel_of(p->m, j);                                       \
        tiles_clear();                                                                            \
        for (size_t at = 0; at < p->m->steps;                                                     \
             at += INF_TILE_STEPS, row += TILE_BYTES, panel += INF_TILE_STEPS * INF_STEP_BYTES) { \
            _tile_loadd(4, row, stride);                                                          \
            _tile_loadd(5, panel, INF_STEP_BYTES);                                                \
            _tile_loadd(6, panel + TILE_BYTES, INF_STEP_BYTES);                                   \
            DOT(0, 4, 5);                                                                         \
            DOT(1, 4, 6);                                                                         \
            _tile_loadd(7, panel + bytes, INF_STEP_BYTES);                                        \
            _tile_loadd(5, panel + bytes + TILE_BYTES, INF_STEP_BYTES);                           \
            DOT(2, 4, 7);                                                                         \
            DOT(3, 4, 5);                                                                         \
            fetch_ahead(panel, 2 * bytes, 0, STEP_LINES);                                         \
            fetch_ahead(panel, 3 * bytes, 0, STEP_LINES);                                         \
        }                                                                                         \
        _tile_stored(0, left->sums, INF_STEP_BYTES);                                              \
        _tile_stored(1, left->sums[0] + TILE_BYTES, INF_STEP_BYTES);                              \
        _tile_stored(2, right->sums, INF_STEP_BYTES);                                             \
        _tile_stored(3, right->sums[0] + TILE_BYTES, INF_STEP_BYTES);                             \
    }

STRIP(strip_bf16, _tile_dpbf16ps)
STRIP(strip_int8, _tile_dpbusd)

/* ---- a product ------------------------------------------------------------------------------------ */

typedef void square_fn(const product *p, const place *at, pending *before, square *sums);
typedef void strip_fn(const product *p, size_t j, square *left, square *right);

static void end_all(const product *p, pending *left, end_kind kind)
{
    const bool exact = p->m->precision == INF_INT8;
    if (kind == FLOATS && exact)
        end_rows(p->m, p->a, p->to, left, SIDE, FLOATS, true);
    else if (kind == FLOATS)
        end_rows(p->m, p->a, p->to, left, SIDE, FLOATS, false);
    else if (kind == HALVES_OF && exact)
        end_rows(p->m, p->a, p->to, left, SIDE, HALVES_OF, true);
    else if (kind == HALVES_OF)
        end_rows(p->m, p->a, p->to, left, SIDE, HALVES_OF, false);
    else if (exact)
        end_rows(p->m, p->a, p->to, left, SIDE, GELUS, true);
    else
        end_rows(p->m, p->a, p->to, left, SIDE, GELUS, false);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One group of rows, panels from `j` on. */
static void multiply_group(const product *p, size_t j, end_kind kind)
{
    static square_fn *const fns[2][3] = {{floats_bf16, halves_bf16, gelus_bf16},
                                         {floats_int8, halves_int8, gelus_int8}};
    square_fn *run = fns[p->m->precision == INF_INT8][kind];
    const size_t steps = p->m->steps, end = p->from + p->rows;
    const size_t chunk = steps > SHORT_STEPS ? CHUNK_STEPS : steps;
    const size_t turns = chunk < steps ? GROUP_ROWS / SIDE : 2;
    square sums[GROUP_ROWS / SIDE];
    pending before = {.sums = sums};
    size_t turn = 0;
    for (; j < p->m->columns; j += INF_PANEL)
        for (size_t step = 0; step < steps; step += chunk)
            for (size_t r = p->from; r < end; r += SIDE) {
                const place at = {r, j, step, least(step + chunk, steps)};
                square *to = &sums[turns == 2 ? turn++ % 2 : (r - p->from) / SIDE];
                run(p, &at, &before, to);
                if (at.to == steps)
                    before = (pending){to, r, least(end - r, SIDE), j, 0};
            }
    end_all(p, &before, kind);
}

/* Of at most a tile of rows: pairs of panels, up to the last that has no other; the first that is left. */
static size_t multiply_strips(const product *p, end_kind kind)
{
    strip_fn *run = p->m->precision == INF_INT8 ? strip_int8 : strip_bf16;
    square left, right;
    size_t j = 0;
    for (; j + 2 * INF_PANEL <= p->m->columns; j += 2 * INF_PANEL) {
        pending first = {&left, 0, p->rows, j, 0}, second = {&right, 0, p->rows, j + INF_PANEL, 0};
        run(p, j, &left, &right);
        end_all(p, &first, kind);
        end_all(p, &second, kind);
    }
    return j;
}

static void multiply_to(const inf_matrix *m, const inf_rows *a, size_t rows, const inf_target *to,
                        end_kind kind)
{
    product p = {m, a, 0, rows, to};
    if (rows == 0)
        return;
    tiles_set_up();
    const size_t first = rows <= INF_TILE_ROWS ? multiply_strips(&p, kind) : 0;
    for (; p.from < rows; p.from += GROUP_ROWS) {
        p.rows = least(rows - p.from, GROUP_ROWS);
        multiply_group(&p, first, kind);
    }
    _tile_release();
}

static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    const inf_target to = {.floats = c, .width = ldc};
    multiply_to(m, a, rows, &to, FLOATS);
}

static void multiply_halves(const inf_matrix *m, const inf_rows *a, size_t rows, bool gelu,
                            uint16_t *c, size_t ldc)
{
    const inf_target to = {.halves = c, .width = ldc};
    multiply_to(m, a, rows, &to, gelu ? GELUS : HALVES_OF);
}

/* Four sums, as a square has them. */
#define EXERT(NAME, DOT, VALUES)                                                           \
    static uint64_t NAME(size_t rounds)                                                    \
    {                                                                                      \
        tiles_set_up();                                                                    \
        tiles_clear();                                                                     \
        _tile_zero(4);                                                                     \
        _tile_zero(5);                                                                     \
        _tile_zero(6);                                                                     \
        _tile_zero(7);                                                                     \
        for (size_t i = 0; i < rounds; i++) {                                              \
            DOT(0, 4, 6);                                                                  \
            DOT(1, 4, 7);                                                                  \
            DOT(2, 5, 6);                                                                  \
            DOT(3, 5, 7);                                                                  \
        }                                                                                  \
        _tile_release();                                                                   \
        return (uint64_t)rounds * 4 * INF_TILE_ROWS * TILE_COLUMNS * (VALUES)*UINT64_C(2); \
    }

EXERT(exert_bf16, _tile_dpbf16ps, 32)
EXERT(exert_int8, _tile_dpbusd, 64)

const inf_product inf_bf16_amx = {.name = "amx",
                                  .precision = INF_BF16,
                                  .supported = has_bf16,
                                  .multiply = multiply,
                                  .multiply_halves = multiply_halves,
                                  .exert = exert_bf16,
                                  .attend = inf_attend_amx};
const inf_product inf_int8_amx = {.name = "amx",
                                  .precision = INF_INT8,
                                  .supported = has_int8,
                                  .multiply = multiply,
                                  .multiply_halves = multiply_halves,
                                  .exert = exert_int8};
