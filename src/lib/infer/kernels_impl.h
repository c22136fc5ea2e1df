/* kernels_impl.h - the sets there are; the vector ones exist on x86-64 and on 64-bit ARM. */
#ifndef ANC_INFER_KERNELS_IMPL_H
#define ANC_INFER_KERNELS_IMPL_H

#include "infer/kernels.h"

extern const inf_kernels inf_kernels_scalar;
#ifdef __x86_64__
extern const inf_kernels inf_kernels_avx2;
extern const inf_kernels inf_kernels_avx512;
#elif defined(__aarch64__)
extern const inf_kernels inf_kernels_neon;
#endif

#endif
