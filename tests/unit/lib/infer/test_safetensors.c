/* test_safetensors.c - files that are right, and one thing wrong in each of the others. */
#include "infer/safetensors.h"

#include <stdio.h>
#include <string.h>

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
    inf_tensor_floats(&tensor, 0, 1, &value);
    assert_memory_equal(&value, &row->value, sizeof value);
}

#define A_OK "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"

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
        cmocka_unit_test(refuses_what_is_no_file_at_all),
    };
    return RUN_TABLE("floats", float_rows, gives_floats) +
           RUN_TABLE("refuses", refused_rows, refuses) +
           cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
