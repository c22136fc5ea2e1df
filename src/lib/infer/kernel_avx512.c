/* kernel_avx512.c - sixteen floats at a time; a tile is twelve rows by a panel. */
#include "vectors_512_impl.h"

#include "kernel_vector_impl.h"

#define ROW_BEGIN(g, i) VEC p##g##i = b0, q##g##i = b1;

/* Asks for the line that this step of the next panel will read, which follows on this one: a panel
 * comes from memory while the one before is worked on. Nothing is read, so the last may ask beyond
 * the end. */
static inline void fetch_ahead(const float *panel, size_t k)
{
    for (size_t j = 0; j < 2 * LANES; j += INF_ALIGN / sizeof(float))
        __builtin_prefetch((const void *)((uintptr_t)(panel + j) + k * INF_PANEL * sizeof(float)),
                           0, 2);
}

/* A panel's columns of a product, `n` rows. */
#define TILE(n)                                                                    \
    static void tile_##n(const float *a, size_t lda, const float *panel, size_t k, \
                         const float *bias, float *c, size_t ldc)                  \
    {                                                                              \
        const VEC b0 = vec_load(bias), b1 = vec_load(bias + LANES);                \
        const float *const a0 = a;                                                 \
        const float *const a1 ANC_UNUSED = a + 3 * lda;                            \
        const float *const a2 ANC_UNUSED = a + 6 * lda;                            \
        const float *const a3 ANC_UNUSED = a + 9 * lda;                            \
        ROWS_##n(ROW_BEGIN);                                                       \
        for (size_t at = 0; at < k; at++, panel += INF_PANEL) {                    \
            const VEC w0 = vec_load(panel), w1 = vec_load(panel + LANES);          \
            fetch_ahead(panel, k);                                                 \
            ROWS_##n(ROW_STEP)                                                     \
        }                                                                          \
        ROWS_##n(ROW_END)                                                          \
    }

TILE(1)
TILE(2)
TILE(4)
TILE(8)
TILE(12)

static void product(const float *a, size_t lda, size_t rows, const float *panel, size_t k,
                    const float *bias, float *c, size_t ldc)
{
    static const struct {
        size_t rows;
        void (*run)(const float *, size_t, const float *, size_t, const float *, float *, size_t);
    } tiles[] = {{12, tile_12}, {8, tile_8}, {4, tile_4}, {2, tile_2}, {1, tile_1}};
    for (size_t t = 0; rows > 0; t++)
        for (; rows >= tiles[t].rows; rows -= tiles[t].rows) {
            tiles[t].run(a, lda, panel, k, bias, c, ldc);
            a += tiles[t].rows * lda;
            c += tiles[t].rows * ldc;
        }
}

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma");
}

const inf_kernels inf_kernels_avx512 = {
    .name = "avx512",
    .supported = supported,
    .product = product,
    .gelu = gelu,
    .softmax = softmax,
    .softmax_narrow = softmax_narrow,
    .layer_norm = layer_norm,
    .narrow = narrow,
    .quantise = quantise,
    .quantise_wide = quantise_wide,
    .exert = exert,
};
