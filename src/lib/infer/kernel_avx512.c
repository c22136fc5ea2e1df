/* kernel_avx512.c - sixteen floats at a time. */
#include "vectors_512_impl.h"

#define TILE_ROWS 12

#include "kernel_vector_impl.h"

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
