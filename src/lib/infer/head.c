/* head.c - the steps behind the pooling. */
#include "head_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 128 };

void inf_head_done(inf_head *head)
{
    for (size_t i = 0; i < head->n; i++)
        free(head->steps[i].memory);
    *head = (inf_head){0};
}

static size_t whole_panels(size_t n)
{
    return (n + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
}

static anc_status get(const inf_tensors *tensors, const inf_dense_of *step, const char *what,
                      size_t cols, inf_tensor *ret, anc_err *err)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%.100s.%s", step->name, what);
    ANC_TRY(inf_tensors_get(tensors, anc_str_of(name), step->outputs, cols, ret, err));
    return inf_tensors_check_finite(tensors, ret, err);
}

/* Into panels, a column an output; `row` has room for one of them. */
static anc_status pack(const inf_tensor *weight, const inf_dense_of *step, float *row,
                       float *panels, anc_err *err)
{
    for (size_t r = 0; r < step->outputs; r++) {
        float *column = panels + r / INF_PANEL * INF_PANEL * step->inputs + r % INF_PANEL;
        ANC_TRY(inf_tensor_floats(weight, r * step->inputs, step->inputs, row, err));
        for (size_t i = 0; i < step->inputs; i++)
            column[i * INF_PANEL] = row[i];
    }
    return ANC_OK;
}

anc_status inf_head_add(inf_head *head, const inf_tensors *tensors, const inf_dense_of *step,
                        anc_err *err)
{
    inf_tensor weight, bias;
    ANC_TRY(get(tensors, step, "weight", step->inputs, &weight, err));
    if (step->bias)
        ANC_TRY(get(tensors, step, "bias", 0, &bias, err));
    const size_t columns = whole_panels(step->outputs), floats = columns * (step->inputs + 1);
    inf_dense dense = {.inputs = step->inputs, .outputs = step->outputs, .tanh = step->tanh};
    float *row = malloc(step->inputs * sizeof *row);
    dense.memory = aligned_alloc(INF_ALIGN, floats * sizeof(float)); /* a panel is whole lines */
    if (row == NULL || dense.memory == NULL) {
        free(row);
        free(dense.memory);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the %zu weights of %s", floats,
                        step->name);
    }
    float *panels = (float *)(void *)dense.memory, *shift = panels + columns * step->inputs;
    memset(panels, 0, floats * sizeof *panels);
    anc_status status = pack(&weight, step, row, panels, err);
    free(row);
    if (status == ANC_OK && step->bias)
        status = inf_tensor_floats(&bias, 0, step->outputs, shift, err);
    if (status != ANC_OK) {
        free(dense.memory);
        return status;
    }
    dense.panels = panels;
    dense.bias = shift;
    head->steps[head->n++] = dense;
    return ANC_OK;
}

size_t inf_head_width(const inf_head *head)
{
    size_t widest = 0;
    for (size_t i = 0; i < head->n; i++)
        if (widest < whole_panels(head->steps[i].outputs))
            widest = whole_panels(head->steps[i].outputs);
    return widest;
}

const float *inf_head_run(const inf_head *head, const inf_kernels *kernels, const float *from,
                          float *room)
{
    for (size_t i = 0; i < head->n; i++) {
        const inf_dense *d = &head->steps[i];
        float *to = room + i % 2 * inf_head_width(head);
        for (size_t j = 0; j < d->outputs; j += INF_PANEL)
            kernels->product(from, d->inputs, 1, d->panels + j * d->inputs, d->inputs, d->bias + j,
                             to + j, INF_PANEL);
        for (size_t j = 0; d->tanh && j < d->outputs; j++)
            to[j] = tanhf(to[j]);
        from = to;
    }
    return from;
}
