/* test_safetensors.c - files that are right, and one thing wrong in each of the others. */
#include "infer/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/test.h"

enum { FILE_MAX = 4096 };

/* A file of `header` and `data_bytes` bytes that count up from 0. */
static anc_str file_of(char out[FILE_MAX], const char *header, size_t data_bytes)
{
    const size_t n = strlen(header);
    memset(out, 0, 8);
    out[0] = (char)(n & 0xff);
    out[1] = (char)(n >> 8);
    memcpy(out + 8, header, n);
    for (size_t i = 0; i < data_bytes; i++)
        out[8 + n + i] = (char)i;
    return (anc_str){out, 8 + n + data_bytes};
}

static void reads_what_is_there(void **state)
{
    (void)state;
    char bytes[FILE_MAX];
    anc_err err = {0};
    inf_tensors *t = NULL;
    inf_tensor row;
    const anc_str file = file_of(bytes,
                                 "{\"__metadata__\":{\"format\":\"pt\"},"
                                 "\"b\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]},"
                                 "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}"
                                 "   ",
                                 16);
    ASSERT_OK(inf_tensors_read(file, ANC_STR("m"), &t, &err), &err);
    assert_int_equal(inf_tensors_count(t), 2);
    assert_true(anc_str_eq(inf_tensors_at(t, 0)->name, ANC_STR("a")));
    assert_null(inf_tensors_find(t, ANC_STR("c")));
    ASSERT_OK(inf_tensors_get(t, ANC_STR("a"), 1, 2, &row, &err), &err);
    assert_ptr_equal(row.bytes, file.ptr + file.len - 16);
    assert_int_equal(inf_tensors_get(t, ANC_STR("b"), 1, 0, &row, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, "not F32"));
    anc_err_clear(&err);
    assert_int_equal(inf_tensors_get(t, ANC_STR("a"), 2, 2, &row, &err), ANC_CORRUPT);
    assert_string_equal(err.text, "m: tensor a has shape [1, 2], expected [2, 2]");
    anc_err_clear(&err);
    assert_int_equal(inf_tensors_get(t, ANC_STR("c"), 384, 0, &row, &err), ANC_CORRUPT);
    assert_string_equal(err.text, "m: tensor c of shape [384] is missing");
    inf_tensors_free(t);
}

static const struct float_row {
    const char *name;
    inf_dtype dtype;
    unsigned char bytes[4];
    float value;
} float_rows[] = {
    {"f32", INF_DTYPE_F32, {0x00, 0x00, 0xC0, 0x3F}, 1.5f},
    {"bf16", INF_DTYPE_BF16, {0xC0, 0xBF}, -1.5f},
    {"f16", INF_DTYPE_F16, {0x00, 0x3E}, 1.5f},
    {"f16 below zero", INF_DTYPE_F16, {0x00, 0xBE}, -1.5f},
    {"f16 zero", INF_DTYPE_F16, {0x00, 0x00}, 0.0f},
    {"f16 least", INF_DTYPE_F16, {0x01, 0x80}, -0x1p-24f},
    {"f16 least normal", INF_DTYPE_F16, {0x00, 0x04}, 0x1p-14f},
    {"f16 greatest", INF_DTYPE_F16, {0xFF, 0x7B}, 65504.0f},
    {"f16 infinite", INF_DTYPE_F16, {0x00, 0x7C}, __builtin_inff()},
};

static void gives_floats(void **state)
{
    const struct float_row *row = *state;
    const inf_tensor tensor = {.bytes = row->bytes, .len = 4, .dtype = row->dtype};
    float value = 0;
    anc_err err = {0};
    ASSERT_OK(inf_tensor_floats(&tensor, 0, 1, &value, &err), &err);
    assert_memory_equal(&value, &row->value, sizeof value);
}

/* ---- the same in a file -------------------------------------------------------------------------- */

typedef struct on_disk {
    char path[40];
    os_reader *reader;
} on_disk;

static void on_disk_begin(on_disk *d, anc_str bytes)
{
    anc_err err = {0};
    *d = (on_disk){.path = "/tmp/anchorage-tensors-XXXXXX"};
    const int fd = mkstemp(d->path);
    assert_true(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    assert_int_equal(close(fd), 0);
    ASSERT_OK(os_reader_open(anc_str_of(d->path), &d->reader, &err), &err);
}

static void on_disk_end(on_disk *d)
{
    os_reader_close(d->reader);
    assert_int_equal(unlink(d->path), 0);
}

#define THREE                                                            \
    "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"  \
    "\"b\":{\"dtype\":\"BF16\",\"shape\":[6],\"data_offsets\":[12,24]}," \
    "\"f\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24,48]}}"

/* Every beginning and length of every type. */
static void a_file_gives_what_memory_gives(void **state)
{
    (void)state;
    enum { N = 6 };
    char bytes[FILE_MAX];
    anc_err err = {0};
    inf_tensors *memory = NULL, *file = NULL;
    on_disk d;
    const anc_str all = file_of(bytes, THREE, 48);
    on_disk_begin(&d, all);
    ASSERT_OK(inf_tensors_read(all, ANC_STR("m"), &memory, &err), &err);
    ASSERT_OK(inf_tensors_open(d.reader, ANC_STR("m"), &file, &err), &err);
    assert_int_equal(inf_tensors_count(file), 3);
    for (size_t t = 0; t < 3; t++) {
        const inf_tensor *a = inf_tensors_at(memory, t), *b = inf_tensors_at(file, t);
        assert_true(anc_str_eq(a->name, b->name) && a->at == b->at && b->bytes == NULL);
        ASSERT_OK(inf_tensors_check_finite(file, b, &err), &err);
        for (size_t first = 0; first < N; first++)
            for (size_t n = 0; first + n <= N; n++) {
                float x[N + 1] = {0}, y[N + 1] = {0};
                ASSERT_OK(inf_tensor_floats(a, first, n, x, &err), &err);
                ASSERT_OK(inf_tensor_floats(b, first, n, y, &err), &err);
                assert_memory_equal(x, y, sizeof x);
            }
    }
    inf_tensors_free(memory);
    inf_tensors_free(file);
    on_disk_end(&d);
}

static void a_file_that_is_cut_later_is_named(void **state)
{
    (void)state;
    char bytes[FILE_MAX];
    float x[6];
    anc_err err = {0};
    inf_tensors *t = NULL;
    on_disk d;
    const anc_str all = file_of(bytes, THREE, 48);
    on_disk_begin(&d, all);
    ASSERT_OK(inf_tensors_open(d.reader, ANC_STR("m"), &t, &err), &err);
    assert_int_equal(truncate(d.path, (off_t)all.len - 4), 0);
    ASSERT_OK(inf_tensor_floats(inf_tensors_at(t, 2), 0, 5, x, &err), &err);
    assert_int_equal(inf_tensor_floats(inf_tensors_at(t, 2), 5, 1, x, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, d.path));
    assert_non_null(strstr(err.text, "cut short"));
    anc_err_clear(&err);
    assert_int_equal(inf_tensors_check_finite(t, inf_tensors_at(t, 2), &err), ANC_CORRUPT);
    inf_tensors_free(t);
    t = NULL;
    assert_int_equal(truncate(d.path, 20), 0);
    anc_err_clear(&err);
    assert_int_equal(inf_tensors_open(d.reader, ANC_STR("m"), &t, &err), ANC_CORRUPT);
    assert_null(t);
    on_disk_end(&d);
}

#define A_OK "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"

#define TWENTY  "nnnnnnnnnnnnnnnnnnnn"
#define HUNDRED TWENTY TWENTY TWENTY TWENTY TWENTY

static const struct refused_row {
    const char *name;
    const char *header;
    size_t data_bytes;
    anc_status status;
    const char *says;
} refused_rows[] = {
    {"no JSON", "{", 0, ANC_CORRUPT, "no JSON"},
    {"no object", "[]", 0, ANC_CORRUPT, "no object"},
    {"twice the same name", "{" A_OK "," A_OK "}", 8, ANC_CORRUPT, "no JSON"},
    {"unknown type", "{\"a\":{\"dtype\":\"F7\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     ANC_UNSUPPORTED, "\"F7\""},
    {"no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, ANC_CORRUPT, "shape"},
    {"a size below zero", "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8,
     ANC_CORRUPT, "size 0 of its shape"},
    {"sizes that overflow",
     "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,8]}}", 8,
     ANC_CORRUPT, "size 1 of its shape"},
    {"bytes that overflow",
     "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0,
     ANC_CORRUPT, "do not agree"},
    {"no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, ANC_CORRUPT, "data_offsets"},
    {"offsets the wrong way", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8,
     ANC_CORRUPT, "data_offsets"},
    {"offset of a fraction", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0.5,8]}}",
     8, ANC_CORRUPT, "data_offsets"},
    {"cut short", "{" A_OK "}", 7, ANC_CORRUPT, "cut short: tensor a ends at byte 8, and 7"},
    {"another length than the shape",
     "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, ANC_CORRUPT,
     "do not agree"},
    {"overlap", "{" A_OK ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12,
     ANC_CORRUPT, "tensor b overlaps"},
    {"gap", "{" A_OK ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16,
     ANC_CORRUPT, "tensor b begins behind a gap"},
    {"a name of three hundred bytes",
     "{\"" HUNDRED HUNDRED HUNDRED "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
     8, ANC_LIMIT, "the name of a tensor has 300 bytes, at most 256"},
    {"bytes behind the last", "{" A_OK "}", 9, ANC_CORRUPT, "1 bytes behind"},
};

static void refuses(void **state)
{
    const struct refused_row *row = *state;
    char bytes[FILE_MAX];
    anc_err err = {0};
    inf_tensors *t = NULL;
    const anc_str file = file_of(bytes, row->header, row->data_bytes);
    assert_int_equal(inf_tensors_read(file, ANC_STR("model"), &t, &err), row->status);
    assert_null(t);
    if (strstr(err.text, row->says) == NULL || strstr(err.text, "model") == NULL)
        fail_msg("\"%s\" does not say %s", err.text, row->says);
    anc_err again = {0};
    on_disk d;
    on_disk_begin(&d, file);
    assert_int_equal(inf_tensors_open(d.reader, ANC_STR("model"), &t, &again), row->status);
    assert_null(t);
    assert_string_equal(again.text, err.text);
    on_disk_end(&d);
}

static void refuses_what_is_no_file_at_all(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tensors *t = NULL;
    assert_int_equal(inf_tensors_read(ANC_STR("1234567"), ANC_STR("m"), &t, &err), ANC_CORRUPT);
    assert_int_equal(inf_tensors_read(ANC_STR_NONE, ANC_STR("m"), &t, &err), ANC_CORRUPT);
    assert_int_equal(inf_tensors_read(ANC_STR("\x10\0\0\0\0\0\0\0{}"), ANC_STR("m"), &t, &err),
                     ANC_CORRUPT);
    assert_int_equal(
        inf_tensors_read(ANC_STR("\xff\xff\xff\xff\xff\xff\xff\xff{}"), ANC_STR("m"), &t, &err),
        ANC_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(a_file_gives_what_memory_gives),
        cmocka_unit_test(a_file_that_is_cut_later_is_named),
        cmocka_unit_test(refuses_what_is_no_file_at_all),
    };
    return RUN_TABLE("floats", float_rows, gives_floats) +
           RUN_TABLE("refuses", refused_rows, refuses) +
           cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
