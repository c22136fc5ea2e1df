/* product_amx.c - bf16 and int8 by the tiles of AMX: 16 rows by 16 columns by 64 bytes of depth at a time.
 *
 * Two tiles of rows meet two of columns, so each that is read is used twice and four sums go side by side. Where there is
 * one tile of rows at most (a question), it meets four of columns.
 */
#include <cpuid.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "product_end_impl.h"

enum { TILES = 8, TILE_BYTES = 64, TILE_COLUMNS = 16, SIDE = 32 };

typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

/* ---- whether there is one ----------------------------------------------------------------------- */

enum { HAS_TILES = 1 << 24, HAS_BF16 = 1 << 22, HAS_INT8 = 1 << 25 };

static unsigned has; /* of these, what may be used */

/* The system gives the room for a thread's tiles to processes that ask. */
static void look(void)
{
    enum { REQUEST = 0x1023, TILE_DATA = 18 };
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bf16") ||
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

/* ---- sums made floats ----------------------------------------------------------------------------- */

typedef struct sums {
    _Alignas(64) unsigned char tiles[4][INF_TILE_ROWS * TILE_BYTES];
} sums;

/* What makes floats of the sums of sixteen columns. */
typedef struct columns {
    __m512 bias, scale;
    __m512i shift;
} columns;

static inline columns columns_at(const inf_matrix *m, size_t j)
{
    if (m->precision == INF_BF16)
        return (columns){.bias = _mm512_loadu_ps(m->bias + j)};
    return (columns){_mm512_loadu_ps(m->bias + j), _mm512_loadu_ps(m->scale + j),
                     _mm512_loadu_si512(m->shift + j)};
}

static inline __m512 floats_of(const columns *c, bool exact, float row_scale, const void *from)
{
    if (!exact)
        return _mm512_add_ps(_mm512_load_ps(from), c->bias);
    const __m512i sum = _mm512_sub_epi32(_mm512_load_si512(from), c->shift);
    const __m512 scale = _mm512_mul_ps(c->scale, _mm512_set1_ps(row_scale));
    return _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale), c->bias);
}

typedef enum way { TO_FLOATS, TO_HALVES, TO_GELU } way;

/* Two tiles side by side: rows from r on, columns from j on. `exact`: of int8. */
static inline __attribute__((always_inline)) void
end_rows(const inf_matrix *m, const inf_rows *a, size_t rows, size_t r, size_t j,
         const unsigned char *left, const inf_target *to, bool exact, way how)
{
    const size_t end = rows < r + INF_TILE_ROWS ? rows : r + INF_TILE_ROWS;
    const columns c = columns_at(m, j), d = columns_at(m, j + TILE_COLUMNS);
    for (; r < end; r++, left += TILE_BYTES) {
        const float scale = exact ? a->scales[r] : 1;
        __m512 v = floats_of(&c, exact, scale, left);
        __m512 w = floats_of(&d, exact, scale, left + INF_TILE_ROWS * TILE_BYTES);
        if (how == TO_FLOATS) {
            vec_store(to->floats + r * to->width + j, v);
            vec_store(to->floats + r * to->width + j + TILE_COLUMNS, w);
            continue;
        }
        if (how == TO_GELU) {
            v = gelu_for_halves(v);
            w = gelu_for_halves(w);
        }
        const __m512bh both = _mm512_cvtne2ps_pbh(w, v);
        memcpy(to->halves + r * to->width + j, &both, sizeof both);
    }
}

static void end_pair(const inf_matrix *m, const inf_rows *a, size_t rows, size_t r, size_t j,
                     const unsigned char *left, const inf_target *to)
{
    const way how = to->floats != NULL ? TO_FLOATS : to->gelu ? TO_GELU : TO_HALVES;
    const bool exact = m->precision == INF_INT8;
    if (how == TO_FLOATS && exact)
        end_rows(m, a, rows, r, j, left, to, true, TO_FLOATS);
    else if (how == TO_FLOATS)
        end_rows(m, a, rows, r, j, left, to, false, TO_FLOATS);
    else if (how == TO_HALVES && exact)
        end_rows(m, a, rows, r, j, left, to, true, TO_HALVES);
    else if (how == TO_HALVES)
        end_rows(m, a, rows, r, j, left, to, false, TO_HALVES);
    else if (exact)
        end_rows(m, a, rows, r, j, left, to, true, TO_GELU);
    else
        end_rows(m, a, rows, r, j, left, to, false, TO_GELU);
}

/* ---- the tiles -------------------------------------------------------------------------------------- */

/* Tiles 0 to 3 are sums, 4 and 5 rows, 6 and 7 columns. */
static void set_up(void)
{
    tile_config config = {.palette = 1};
    for (size_t t = 0; t < TILES; t++) {
        config.row_bytes[t] = TILE_BYTES;
        config.rows[t] = INF_TILE_ROWS;
    }
    /* gcc 12 thinks that the next line reads eight bytes, and may leave out what fills the others */
    __asm__ volatile("" : : "m"(config));
    _tile_loadconfig(&config);
}

static void clear(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

static void store(sums *s)
{
    _tile_stored(0, s->tiles[0], TILE_BYTES);
    _tile_stored(1, s->tiles[1], TILE_BYTES);
    _tile_stored(2, s->tiles[2], TILE_BYTES);
    _tile_stored(3, s->tiles[3], TILE_BYTES);
}

/* The next panel comes from memory while this one is worked on. */
static inline void fetch_ahead(const unsigned char *panel, size_t bytes)
{
    for (size_t i = 0; i < INF_TILE_STEPS * INF_STEP_BYTES; i += 64)
        __builtin_prefetch((const void *)((uintptr_t)panel + bytes + i), 0, 2);
}

#define SQUARE(name, DOT, FETCH)                                                                  \
    static void name(const inf_matrix *m, const unsigned char *row, size_t stride,                \
                     const unsigned char *panel, sums *s)                                         \
    {                                                                                             \
        const size_t bytes = m->steps * INF_STEP_BYTES;                                           \
        clear();                                                                                  \
        for (size_t at = 0; at < m->steps;                                                        \
             at += INF_TILE_STEPS, row += TILE_BYTES, panel += INF_TILE_STEPS * INF_STEP_BYTES) { \
            _tile_loadd(6, panel, INF_STEP_BYTES);                                                \
            _tile_loadd(7, panel + TILE_BYTES, INF_STEP_BYTES);                                   \
            _tile_loadd(4, row, stride);                                                          \
            DOT(0, 4, 6);                                                                         \
            DOT(1, 4, 7);                                                                         \
            _tile_loadd(5, row + INF_TILE_ROWS * stride, stride);                                 \
            DOT(2, 5, 6);                                                                         \
            DOT(3, 5, 7);                                                                         \
            if (FETCH)                                                                            \
                fetch_ahead(panel, bytes);                                                        \
        }                                                                                         \
        store(s);                                                                                 \
    }

/* One tile of rows, two panels. */
#define STRIP(name, DOT)                                                                          \
    static void name(const inf_matrix *m, const unsigned char *row, size_t stride,                \
                     const unsigned char *panel, sums *s)                                         \
    {                                                                                             \
        const size_t bytes = m->steps * INF_STEP_BYTES;                                           \
        clear();                                                                                  \
        for (size_t at = 0; at < m->steps;                                                        \
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
            fetch_ahead(panel, 2 * bytes);                                                        \
            fetch_ahead(panel, 3 * bytes);                                                        \
        }                                                                                         \
        store(s);                                                                                 \
    }

SQUARE(first_square_bf16, _tile_dpbf16ps, true)
SQUARE(square_bf16, _tile_dpbf16ps, false)
SQUARE(first_square_int8, _tile_dpbusd, true)
SQUARE(square_int8, _tile_dpbusd, false)
STRIP(strip_bf16, _tile_dpbf16ps)
STRIP(strip_int8, _tile_dpbusd)

typedef void tile_fn(const inf_matrix *m, const unsigned char *row, size_t stride,
                     const unsigned char *panel, sums *s);

typedef struct tile_fns {
    tile_fn *strip;
    tile_fn *first_square; /* of a panel */
    tile_fn *square;
} tile_fns;

/* ---- a product ---------------------------------------------------------------------------------------- */

/* Tiles 0 and 1 are one pair side by side, 2 and 3 another. */
typedef struct ending {
    sums sums;
    struct {
        size_t r, j;
    } pairs[2];
} ending;

static void end_both(const inf_matrix *m, const inf_rows *a, size_t rows, const inf_target *to,
                     const ending *e)
{
    for (size_t i = 0; i < 2; i++)
        end_pair(m, a, rows, e->pairs[i].r, e->pairs[i].j, e->sums.tiles[2 * i], to);
}

/* What the tiles gave is ended while they work on the next. */
static void multiply_to(const inf_matrix *m, const inf_rows *a, size_t rows, const inf_target *to)
{
    static const tile_fns of_bf16 = {strip_bf16, first_square_bf16, square_bf16};
    static const tile_fns of_int8 = {strip_int8, first_square_int8, square_int8};
    const tile_fns *fns = m->precision == INF_BF16 ? &of_bf16 : &of_int8;
    const unsigned char *bytes = a->bytes;
    ending endings[2];
    size_t j = 0, n = 0;
    if (rows == 0)
        return;
    set_up();
    for (; rows <= INF_TILE_ROWS && j + 2 * INF_PANEL <= m->columns; j += 2 * INF_PANEL, n++) {
        ending *e = &endings[n % 2];
        e->pairs[0].r = e->pairs[1].r = 0;
        e->pairs[0].j = j;
        e->pairs[1].j = j + INF_PANEL;
        fns->strip(m, bytes, a->stride, inf_panel_of(m, j), &e->sums);
        if (n > 0)
            end_both(m, a, rows, to, &endings[(n - 1) % 2]);
    }
    for (; j < m->columns; j += INF_PANEL)
        for (size_t r = 0; r < rows; r += SIDE, n++) {
            ending *e = &endings[n % 2];
            e->pairs[0].j = e->pairs[1].j = j;
            e->pairs[0].r = r;
            e->pairs[1].r = r + INF_TILE_ROWS;
            (r == 0 ? fns->first_square : fns->square)(m, bytes + r * a->stride, a->stride,
                                                       inf_panel_of(m, j), &e->sums);
            if (n > 0)
                end_both(m, a, rows, to, &endings[(n - 1) % 2]);
        }
    end_both(m, a, rows, to, &endings[(n - 1) % 2]);
    _tile_release();
}

static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    const inf_target to = {.floats = c, .width = ldc};
    multiply_to(m, a, rows, &to);
}

static void multiply_halves(const inf_matrix *m, const inf_rows *a, size_t rows, bool gelu,
                            uint16_t *c, size_t ldc)
{
    const inf_target to = {.halves = c, .width = ldc, .gelu = gelu};
    multiply_to(m, a, rows, &to);
}

/* Four sums, as a square has them. */
#define EXERT(NAME, DOT, VALUES)                                                           \
    static uint64_t NAME(size_t rounds)                                                    \
    {                                                                                      \
        set_up();                                                                          \
        clear();                                                                           \
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

const inf_product inf_bf16_amx = {"amx", INF_BF16, has_bf16, multiply, multiply_halves, exert_bf16};
const inf_product inf_int8_amx = {"amx", INF_INT8, has_int8, multiply, multiply_halves, exert_int8};
