/* head_impl.h - what is made of a pooled vector: no more than two matrices, each with its activation.
 *
 * The dense step of an embedding model, or the two by which a cross-encoder judges a pair. All in f32: a head works
 * once a text.
 */
#ifndef ANC_INFER_HEAD_IMPL_H
#define ANC_INFER_HEAD_IMPL_H

#include "infer/products.h"
#include "infer/safetensors.h"

enum { INF_HEAD_MAX = 2 };

typedef struct inf_dense {
    size_t inputs, outputs;
    unsigned char *memory; /* owned: what follows */
    const float *panels;   /* [whole panels of outputs / INF_PANEL][inputs][INF_PANEL] */
    const float *bias;     /* [whole panels of outputs] */
    bool tanh;
} inf_dense;

typedef struct inf_head {
    inf_dense steps[INF_HEAD_MAX];
    size_t n; /* 0: the pooled vector as it is */
} inf_head;

void inf_head_done(inf_head *head); /* a zeroed one is a no-op */

typedef struct inf_dense_of {
    const char *name; /* of its tensors, before ".weight" and ".bias" */
    size_t inputs, outputs;
    bool bias, tanh;
} inf_dense_of;

/* Adds a step from its tensors. What inf_tensors_get and inf_tensors_check_finite give, NO_MEMORY. */
anc_status inf_head_add(inf_head *head, const inf_tensors *tensors, const inf_dense_of *step,
                        anc_err *err) ANC_MUST_CHECK;

/* Whole panels of the widest row that a head makes. */
size_t inf_head_width(const inf_head *head);

/* From the vector `from` to the one that is returned, in `room` [2 * inf_head_width]; `from` itself where the head
 * has no step. */
const float *inf_head_run(const inf_head *head, const inf_kernels *kernels, const float *from,
                          float *room);

#endif
