/* kernels.c - which of the sets this CPU can run. */
#include "kernels_impl.h"

static const inf_kernels *const sets[] = {
    &inf_kernels_scalar,
#ifdef __x86_64__
    &inf_kernels_avx2,
    &inf_kernels_avx512,
#elif defined(__aarch64__)
    &inf_kernels_neon,
#endif
};

const inf_kernels *inf_kernels_at(size_t i)
{
    for (size_t s = 0; s < ANC_COUNT(sets); s++)
        if (sets[s]->supported() && i-- == 0)
            return sets[s];
    return NULL;
}

const inf_kernels *inf_kernels_best(void)
{
    const inf_kernels *best = &inf_kernels_scalar;
    for (size_t i = 0; i < ANC_COUNT(sets); i++)
        if (sets[i]->supported())
            best = sets[i];
    return best;
}
