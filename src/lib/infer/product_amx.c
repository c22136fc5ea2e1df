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
    if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512bf16") ||
        __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & HAS_TILES) == 0)
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

typedef struct columns {
    __m512 bias, scale;
    __m512i shift;
} columns;

EACH columns columns_of(const inf_matrix *m, size_t j, bool exact)
{
    columns c = {.bias = _mm512_loadu_ps(m->bias + j)};
    if (exact) {
        c.scale = _mm512_loadu_ps(m->scale + j);
        c.shift = _mm512_loadu_si512(m->shift + j);
    }
    return c;
}

EACH __m512 floats_of(const void *sums, const columns *c, __m512 row_scale, bool exact)
{
    if (!exact)
        return _mm512_add_ps(_mm512_load_ps(sums), c->bias);
    const __m512i whole = _mm512_sub_epi32(_mm512_load_si512(sums), c->shift);
    const __m512 scale = _mm512_mul_ps(c->scale, row_scale);
    return _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(whole), scale), c->bias);
}

/* The next `n` of the rows that wait. */
EACH void end_rows(const inf_matrix *m, const inf_rows *a, const inf_target *to, pending *p,
                   size_t n, end_kind kind, bool exact)
{
    const size_t j = p->column, end = n < p->rows - p->done ? p->done + n : p->rows;
    const columns first = columns_of(m, j, exact), second = columns_of(m, j + LANES, exact);
    for (; p->done < end; p->done++) {
        const unsigned char *sums = p->sums->sums[p->done];
        const size_t r = p->row + p->done, at = r * to->width + j;
        const __m512 row = exact ? _mm512_set1_ps(a->scales[r]) : _mm512_setzero_ps();
        __m512 x = floats_of(sums, &first, row, exact);
        __m512 y = floats_of(sums + TILE_BYTES, &second, row, exact);
        if (kind == FLOATS) {
            _mm512_storeu_ps(to->floats + at, x);
            _mm512_storeu_ps(to->floats + at + LANES, y);
            continue;
        }
        if (kind == GELUS) {
            x = vec_gelu(x);
            y = vec_gelu(y);
        }
        _mm512_storeu_si512(to->halves + at, (__m512i)_mm512_cvtne2ps_pbh(y, x));
    }
}

/* ---- squares -------------------------------------------------------------------------------------- */

/* A part of the next panel comes from memory while this one is worked on: lines [from, to) of each step. */
EACH void fetch_ahead(const unsigned char *panel, size_t bytes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        __builtin_prefetch((const void *)((uintptr_t)panel + bytes + i * 64), 0, 2);
}

/* Rows that go through a panel together, and how much of its depth they go through before the next: that stays in the
 * nearest cache meanwhile. */
enum { GROUP_ROWS = 256, CHUNK_STEPS = 12 * INF_TILE_STEPS };
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
    square sums[GROUP_ROWS / SIDE];
    pending before = {0};
    for (; j < p->m->columns; j += INF_PANEL)
        for (size_t step = 0; step < steps; step += CHUNK_STEPS)
            for (size_t r = p->from; r < end; r += SIDE) {
                const place at = {r, j, step, least(step + CHUNK_STEPS, steps)};
                square *to = &sums[(r - p->from) / SIDE];
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

const inf_product inf_bf16_amx = {"amx",           INF_BF16,   has_bf16,      multiply,
                                  multiply_halves, exert_bf16, inf_attend_amx};
const inf_product inf_int8_amx = {"amx",           INF_INT8,   has_int8, multiply,
                                  multiply_halves, exert_int8, NULL};
