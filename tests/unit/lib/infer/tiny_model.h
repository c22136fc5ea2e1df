/* tiny_model.h - a model folder with random weights, written by the test that reads it. */
#ifndef ANC_TESTS_UNIT_LIB_INFER_TINY_MODEL_H
#define ANC_TESTS_UNIT_LIB_INFER_TINY_MODEL_H

#include "base/str.h"

enum { TINY_MAX_TENSORS = 80, TINY_NAME_MAX = 96 };

typedef struct tiny_tensor {
    char name[TINY_NAME_MAX];
    size_t rows, cols; /* cols 0: a vector of `rows` */
    float *values;     /* in the arena */
} tiny_tensor;

typedef struct tiny_model {
    tiny_tensor tensors[TINY_MAX_TENSORS];
    size_t n;
    uint64_t state; /* of the generator */
} tiny_model;

/* Adds a tensor of the name `prefix` + `name`: values about `mean`, +-1.7 `deviation` at most, that a bf16 holds
 * exactly. */
void tiny_add(anc_arena *mem, tiny_model *model, const char *prefix, const char *name, size_t rows,
              size_t cols, float mean, float deviation);

/* The values of a tensor; fails the test where there is none. */
const float *tiny_get(const tiny_model *model, const char *prefix, const char *name);

/* A safetensors file of them all, in bf16 or f32. */
void tiny_write(const tiny_model *model, bool bf16, anc_str path);

/* `folder`/`name` with `text` in it. */
void tiny_write_text(anc_arena *mem, anc_str folder, const char *name, anc_str text);

#endif
