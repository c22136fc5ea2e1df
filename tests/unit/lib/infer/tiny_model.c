/* tiny_model.c - random tensors, and the file they are written to. */
#include "tiny_model.h"

#include <stdio.h>
#include <string.h>

#include "os/file.h"
#include "support/test.h"

enum { FILE_MAX_BYTES = 4 << 20 };

/* Knuth's generator of MMIX, the upper half of it: -1 to 1. */
static float next(tiny_model *model)
{
    model->state = model->state * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(model->state >> 32) * 0x1p-31f;
}

static float as_bf16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= 0xffff0000u;
    memcpy(&x, &bits, sizeof x);
    return x;
}

void tiny_add(anc_arena *mem, tiny_model *model, const char *prefix, const char *name, size_t rows,
              size_t cols, float mean, float deviation)
{
    const size_t n = rows * (cols > 0 ? cols : 1);
    assert_true(model->n < TINY_MAX_TENSORS);
    tiny_tensor *t = &model->tensors[model->n++];
    (void)snprintf(t->name, sizeof t->name, "%s%s", prefix, name);
    t->rows = rows;
    t->cols = cols;
    t->values = anc_arena_alloc(mem, n, sizeof *t->values);
    assert_non_null(t->values);
    for (size_t i = 0; i < n; i++)
        t->values[i] = as_bf16(mean + 1.7f * deviation * next(model));
}

const float *tiny_get(const tiny_model *model, const char *prefix, const char *name)
{
    char full[2 * TINY_NAME_MAX];
    (void)snprintf(full, sizeof full, "%s%s", prefix, name);
    for (size_t i = 0; i < model->n; i++)
        if (strcmp(model->tensors[i].name, full) == 0)
            return model->tensors[i].values;
    fail_msg("the test has no tensor %s", full);
    return NULL;
}

static void add_little_endian(anc_buf *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        assert_true(anc_buf_add_char(out, (char)(value >> 8 * i & 0xff)));
}

static void add_values(anc_buf *out, const tiny_tensor *t, bool bf16)
{
    for (size_t i = 0; i < t->rows * (t->cols > 0 ? t->cols : 1); i++) {
        uint32_t bits;
        memcpy(&bits, &t->values[i], sizeof bits);
        add_little_endian(out, bf16 ? bits >> 16 : bits, bf16 ? 2 : 4);
    }
}

void tiny_write(const tiny_model *model, bool bf16, anc_str path)
{
    anc_err err = {0};
    size_t at = 0;
    ANC_BUF(header, FILE_MAX_BYTES);
    ANC_BUF(file, FILE_MAX_BYTES);
    for (size_t i = 0; i < model->n; i++) {
        const tiny_tensor *t = &model->tensors[i];
        const size_t bytes = t->rows * (t->cols > 0 ? t->cols : 1) * (bf16 ? 2 : 4);
        assert_true(anc_buf_printf(&header, "%c\"%s\":{\"dtype\":\"%s\",\"shape\":[%zu",
                                   i == 0 ? '{' : ',', t->name, bf16 ? "BF16" : "F32", t->rows));
        if (t->cols > 0)
            assert_true(anc_buf_printf(&header, ",%zu", t->cols));
        assert_true(anc_buf_printf(&header, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes));
        at += bytes;
    }
    assert_true(anc_buf_add_char(&header, '}'));
    add_little_endian(&file, header.len, 8);
    assert_true(anc_buf_add(&file, anc_buf_view(&header)));
    for (size_t i = 0; i < model->n; i++)
        add_values(&file, &model->tensors[i], bf16);
    ASSERT_OK(os_file_replace(path, anc_buf_view(&file), &err), &err);
}

void tiny_write_text(anc_arena *mem, anc_str folder, const char *name, anc_str text)
{
    anc_err err = {0};
    ASSERT_OK(os_file_replace(os_path_join(mem, folder, anc_str_of(name)), text, &err), &err);
}
