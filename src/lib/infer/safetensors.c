/* safetensors.c - the table of a model file, checked to the last byte. */
#include "infer/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "json/json.h"

struct inf_tensors {
    anc_arena *mem;   /* owned: rows, names */
    anc_map *by_name; /* owned: name to index of `rows` */
    inf_tensor *rows; /* [n], in the order of their bytes */
    size_t n;
    anc_str file; /* in mem */
};

enum {
    PREFIX_BYTES = 8,
    SHAPE_TEXT_BYTES = 64,
    NAME_MAX_BYTES = 256,
    SHOWN_BYTES = 40,
    TABLE_MAX_BYTES = 64 << 20,
    HEADER_ROOM_BYTES = 4096
};

static const struct dtype_row {
    const char *name;
    inf_dtype dtype;
    unsigned bytes;
} dtypes[] = {
    {"F32", INF_DTYPE_F32, 4},       {"F16", INF_DTYPE_F16, 2},    {"BF16", INF_DTYPE_BF16, 2},
    {"F64", INF_DTYPE_OTHER, 8},     {"I64", INF_DTYPE_OTHER, 8},  {"U64", INF_DTYPE_OTHER, 8},
    {"I32", INF_DTYPE_OTHER, 4},     {"U32", INF_DTYPE_OTHER, 4},  {"I16", INF_DTYPE_OTHER, 2},
    {"U16", INF_DTYPE_OTHER, 2},     {"I8", INF_DTYPE_OTHER, 1},   {"U8", INF_DTYPE_OTHER, 1},
    {"F8_E5M2", INF_DTYPE_OTHER, 1}, {"BOOL", INF_DTYPE_OTHER, 1}, {"F8_E4M3", INF_DTYPE_OTHER, 1},
};

void inf_tensors_free(inf_tensors *t)
{
    if (t == NULL)
        return;
    anc_map_free(t->by_name);
    anc_arena_free(t->mem);
    free(t);
}

static void tensors_cleanup(inf_tensors **t)
{
    inf_tensors_free(*t);
}

static void doc_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

static bool read_offset(const json_value *v, uint64_t *ret)
{
    const int64_t n = json_int(v, -1);
    if (json_kind_of(v) != JSON_INT || n < 0)
        return false;
    *ret = (uint64_t)n;
    return true;
}

static anc_status read_shape(const inf_tensors *t, const json_value *shape, inf_tensor *row,
                             uint64_t *ret_elements, anc_err *err)
{
    const size_t rank = json_count(shape);
    uint64_t elements = 1;
    if (json_kind_of(shape) != JSON_ARRAY || rank > INF_TENSOR_MAX_RANK)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s: shape is no list of at most %d sizes",
                        ANC_FMT(t->file), ANC_FMT(row->name), INF_TENSOR_MAX_RANK);
    for (size_t i = 0; i < rank; i++) {
        if (!read_offset(json_element(shape, i), &row->shape[i]) ||
            __builtin_mul_overflow(elements, row->shape[i], &elements))
            return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s: size %zu of its shape is bad",
                            ANC_FMT(t->file), ANC_FMT(row->name), i);
    }
    row->rank = (unsigned)rank;
    *ret_elements = elements;
    return ANC_OK;
}

static const struct dtype_row *find_dtype(anc_str name)
{
    for (size_t i = 0; i < ANC_COUNT(dtypes); i++)
        if (anc_str_eq(name, anc_str_of(dtypes[i].name)))
            return &dtypes[i];
    return NULL;
}

/* What lies behind the header. */
typedef struct behind {
    const unsigned char *bytes; /* NULL: in the file */
    const os_reader *file;      /* NULL: in memory */
    uint64_t at, len;           /* of the whole */
} behind;

/* One member of the header. */
static anc_status read_row(const inf_tensors *t, const behind *data, const json_value *v,
                           inf_tensor *row, anc_err *err)
{
    const anc_str dtype_name =
        anc_str_sub(json_str(json_member(v, "dtype"), ANC_STR_NONE), 0, SHOWN_BYTES);
    const struct dtype_row *dtype = find_dtype(dtype_name);
    if (dtype == NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%.*s: tensor %.*s: dtype \"%.*s\" is not known",
                        ANC_FMT(t->file), ANC_FMT(row->name), ANC_FMT(dtype_name));
    row->dtype = dtype->dtype;
    uint64_t elements = 0, bytes = 0, begin = 0, end = 0;
    ANC_TRY(read_shape(t, json_member(v, "shape"), row, &elements, err));
    const json_value *offsets = json_member(v, "data_offsets");
    if (json_count(offsets) != 2 || !read_offset(json_element(offsets, 0), &begin) ||
        !read_offset(json_element(offsets, 1), &end) || begin > end)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s: data_offsets are no [begin, end]",
                        ANC_FMT(t->file), ANC_FMT(row->name));
    if (end > data->len)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "%.*s is cut short: tensor %.*s ends at byte %llu, and %llu are there",
                        ANC_FMT(t->file), ANC_FMT(row->name), (unsigned long long)end,
                        (unsigned long long)data->len);
    if (__builtin_mul_overflow(elements, (uint64_t)dtype->bytes, &bytes) || bytes != end - begin)
        return ANC_FAIL(
            err, ANC_CORRUPT, "%.*s: tensor %.*s: %llu bytes do not agree with its shape and %s",
            ANC_FMT(t->file), ANC_FMT(row->name), (unsigned long long)(end - begin), dtype->name);
    row->bytes = data->bytes != NULL ? data->bytes + begin : NULL;
    row->file = data->file;
    row->at = data->at + begin;
    row->len = (size_t)bytes;
    return ANC_OK;
}

static int by_position(const void *a, const void *b)
{
    const inf_tensor *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->len > y->len) - (x->len < y->len);
}

/* Back to back from the first byte to the last: neither overlap nor gap nor rest. */
static anc_status check_cover(const inf_tensors *t, const behind *data, anc_err *err)
{
    uint64_t at = data->at;
    for (size_t i = 0; i < t->n; i++) {
        const inf_tensor *row = &t->rows[i];
        if (row->at != at)
            return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s %s", ANC_FMT(t->file),
                            ANC_FMT(row->name),
                            row->at < at ? "overlaps the one before" : "begins behind a gap");
        at += row->len;
    }
    const uint64_t end = data->at + data->len;
    if (at != end)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: %llu bytes behind the last tensor",
                        ANC_FMT(t->file), (unsigned long long)(end - at));
    return ANC_OK;
}

static anc_status read_rows(inf_tensors *t, const json_value *header, const behind *data,
                            anc_err *err)
{
    const json_value *v = NULL;
    anc_str name;
    t->rows = anc_arena_alloc(t->mem, json_count(header), sizeof *t->rows);
    if (t->rows == NULL)
        return ANC_FAIL(err, anc_arena_refusal(t->mem), "no room for the tensors of %.*s",
                        ANC_FMT(t->file));
    for (size_t cursor = 0; json_each(header, &cursor, &name, &v);) {
        if (anc_str_eq(name, ANC_STR("__metadata__")))
            continue;
        inf_tensor *row = &t->rows[t->n];
        if (name.len > NAME_MAX_BYTES)
            return ANC_FAIL(err, ANC_LIMIT, "%.*s: the name of a tensor has %zu bytes, at most %d",
                            ANC_FMT(t->file), name.len, NAME_MAX_BYTES);
        row->name = anc_arena_copy(t->mem, name);
        if (row->name.ptr == NULL)
            return ANC_FAIL(err, anc_arena_refusal(t->mem), "no room for the tensors of %.*s",
                            ANC_FMT(t->file));
        ANC_TRY(read_row(t, data, v, row, err));
        t->n++;
    }
    if (t->n > 0)
        qsort(t->rows, t->n, sizeof *t->rows, by_position);
    for (size_t i = 0; i < t->n; i++)
        if (!anc_map_put(t->by_name, t->rows[i].name, i))
            return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the tensors of %.*s",
                            ANC_FMT(t->file));
    return check_cover(t, data, err);
}

/* How long the header is that `prefix` announces, in a file of `bytes` bytes. */
static anc_status header_of(const char prefix[PREFIX_BYTES], uint64_t bytes, anc_str file,
                            size_t *ret, anc_err *err)
{
    uint64_t n = 0;
    for (unsigned i = PREFIX_BYTES; i-- > 0;)
        n = n << 8 | (unsigned char)prefix[i];
    if (n > INF_TENSORS_MAX_HEADER_BYTES)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "%.*s is no safetensors file: a header of %llu bytes, at most %d",
                        ANC_FMT(file), (unsigned long long)n, INF_TENSORS_MAX_HEADER_BYTES);
    if (n > bytes - PREFIX_BYTES)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "%.*s is cut short: a header of %llu bytes in a file of %llu",
                        ANC_FMT(file), (unsigned long long)n, (unsigned long long)bytes);
    *ret = (size_t)n;
    return ANC_OK;
}

static anc_status check_prefix(uint64_t bytes, anc_str file, anc_err *err)
{
    if (bytes >= PREFIX_BYTES)
        return ANC_OK;
    return ANC_FAIL(err, ANC_CORRUPT, "%.*s is cut short: %llu bytes are no safetensors file",
                    ANC_FMT(file), (unsigned long long)bytes);
}

static anc_status parse_header(anc_str header, anc_str file, json_doc **ret, anc_err *err)
{
    anc_err inner = {0};
    const anc_status status = json_parse(header, ret, &inner);
    if (status != ANC_OK)
        return ANC_FAIL(err, status == ANC_NO_MEMORY ? ANC_NO_MEMORY : ANC_CORRUPT,
                        "%.*s: the header is no JSON: %.200s", ANC_FMT(file), inner.text);
    return ANC_OK;
}

static anc_status read_table(anc_str header, const behind *data, anc_str file, inf_tensors **ret,
                             anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(parse_header(header, file, &doc, err));
    const json_value *root = json_root(doc);
    if (json_kind_of(root) != JSON_OBJECT)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: the header is no object", ANC_FMT(file));
    if (json_count(root) > INF_TENSORS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "%.*s has %zu tensors, more than %d", ANC_FMT(file),
                        json_count(root), INF_TENSORS_MAX);
    ANC_CLEANUP(tensors_cleanup) inf_tensors *t = calloc(1, sizeof *t);
    if (t == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the tensors of %.*s", ANC_FMT(file));
    t->mem = anc_arena_new(TABLE_MAX_BYTES);
    t->by_name = anc_map_new();
    if (t->mem != NULL)
        t->file = anc_arena_copy(t->mem, file);
    if (t->mem == NULL || t->by_name == NULL || t->file.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the tensors of %.*s", ANC_FMT(file));
    ANC_TRY(read_rows(t, root, data, err));
    *ret = t;
    t = NULL;
    return ANC_OK;
}

anc_status inf_tensors_read(anc_str bytes, anc_str file, inf_tensors **ret, anc_err *err)
{
    size_t n = 0;
    ANC_TRY(check_prefix(bytes.len, file, err));
    ANC_TRY(header_of(bytes.ptr, bytes.len, file, &n, err));
    const size_t at = PREFIX_BYTES + n;
    const behind data = {
        .bytes = (const unsigned char *)bytes.ptr + at, .at = at, .len = bytes.len - at};
    return read_table(anc_str_sub(bytes, PREFIX_BYTES, n), &data, file, ret, err);
}

anc_status inf_tensors_open(const os_reader *from, anc_str file, inf_tensors **ret, anc_err *err)
{
    char prefix[PREFIX_BYTES];
    size_t n = 0;
    const uint64_t bytes = os_reader_bytes(from);
    ANC_TRY(check_prefix(bytes, file, err));
    ANC_TRY(os_reader_get(from, 0, PREFIX_BYTES, prefix, err));
    ANC_TRY(header_of(prefix, bytes, file, &n, err));
    ANC_ARENA(mem, n + HEADER_ROOM_BYTES);
    char *header = mem != NULL ? anc_arena_alloc(mem, n + 1, 1) : NULL;
    if (header == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the header of %.*s", ANC_FMT(file));
    ANC_TRY(os_reader_get(from, PREFIX_BYTES, n, header, err));
    const uint64_t at = PREFIX_BYTES + n;
    const behind data = {.file = from, .at = at, .len = bytes - at};
    return read_table((anc_str){header, n}, &data, file, ret, err);
}

size_t inf_tensors_count(const inf_tensors *t)
{
    return t->n;
}

const inf_tensor *inf_tensors_at(const inf_tensors *t, size_t i)
{
    return &t->rows[i];
}

const inf_tensor *inf_tensors_find(const inf_tensors *t, anc_str name)
{
    uint64_t i = 0;
    return anc_map_find(t->by_name, name, &i) ? &t->rows[i] : NULL;
}

static void shape_text(const uint64_t *shape, unsigned rank, char out[SHAPE_TEXT_BYTES])
{
    ANC_BUF(text, SHAPE_TEXT_BYTES - 1);
    (void)anc_buf_add_char(&text, '[');
    for (unsigned i = 0; i < rank; i++)
        (void)anc_buf_printf(&text, "%s%llu", i > 0 ? ", " : "", (unsigned long long)shape[i]);
    (void)anc_buf_add_char(&text, ']');
    if (text.len > 0)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

anc_status inf_tensors_get(const inf_tensors *t, anc_str name, uint64_t rows, uint64_t cols,
                           inf_tensor *ret, anc_err *err)
{
    const unsigned rank = cols > 0 ? 2 : 1;
    const uint64_t expected[2] = {rows, cols};
    char want[SHAPE_TEXT_BYTES], have[SHAPE_TEXT_BYTES];
    shape_text(expected, rank, want);
    const inf_tensor *row = inf_tensors_find(t, name);
    if (row == NULL)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s of shape %s is missing",
                        ANC_FMT(t->file), ANC_FMT(name), want);
    shape_text(row->shape, row->rank, have);
    if (row->rank != rank || row->shape[0] != rows || (rank == 2 && row->shape[1] != cols))
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s has shape %s, expected %s",
                        ANC_FMT(t->file), ANC_FMT(name), have, want);
    if (row->dtype == INF_DTYPE_OTHER)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s is not F32, F16 or BF16",
                        ANC_FMT(t->file), ANC_FMT(name));
    *ret = *row;
    return ANC_OK;
}

static uint16_t load16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

/* An element is not finite where all bits of its exponent are set. Blocks are looked through without a branch. */
enum { SEARCH_BLOCK = 4096 };

static bool has_odd_32(const unsigned char *p, size_t n)
{
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, p + 4 * i, sizeof bits);
        found |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return found != 0;
}

static bool has_odd_16(const unsigned char *p, size_t n, unsigned exponent)
{
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t bits;
        memcpy(&bits, p + 2 * i, sizeof bits);
        found |= (bits & exponent) == exponent;
    }
    return found != 0;
}

static float float_of_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* IEEE half to single, exactly. The trick for numbers too small for a normal half: their fraction
 * is an integer times 2^-24. */
static float float_of_half(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
    const uint32_t exponent = h >> 10 & 0x1fu, fraction = h & 0x3ffu;
    if (exponent == 0) {
        const float f = (float)fraction * 0x1p-24f;
        return sign != 0 ? -f : f;
    }
    if (exponent == 0x1f)
        return float_of_bits(sign | 0x7f800000u | fraction << 13);
    return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static size_t width_of(inf_dtype dtype)
{
    return dtype == INF_DTYPE_F32 ? 4 : 2;
}

/* The bytes of some elements: where they are, or read into `room`. */
static anc_status bytes_of(const inf_tensor *tensor, size_t first, size_t n, void *room,
                           const unsigned char **ret, anc_err *err)
{
    const size_t width = width_of(tensor->dtype);
    *ret = room;
    if (tensor->file != NULL)
        return os_reader_get(tensor->file, tensor->at + first * width, n * width, room, err);
    *ret = tensor->bytes + first * width;
    return ANC_OK;
}

anc_status inf_tensor_floats(const inf_tensor *tensor, size_t first, size_t n, float *out,
                             anc_err *err)
{
    const size_t width = width_of(tensor->dtype);
    /* Narrow elements are read to the end of the room, and widened from its beginning on. */
    unsigned char *room = (unsigned char *)out + n * (sizeof *out - width);
    const unsigned char *p = NULL;
    ANC_TRY(bytes_of(tensor, first, n, room, &p, err));
    if (tensor->dtype == INF_DTYPE_F32) {
        if (p != room)
            memcpy(out, p, n * sizeof *out); /* this program runs on little-endian machines */
        return ANC_OK;
    }
    for (size_t i = 0; i < n; i++) {
        const uint16_t bits = load16(p + 2 * i);
        out[i] = tensor->dtype == INF_DTYPE_F16 ? float_of_half(bits)
                                                : float_of_bits((uint32_t)bits << 16);
    }
    return ANC_OK;
}

static bool has_odd(inf_dtype dtype, const unsigned char *p, size_t n)
{
    if (dtype == INF_DTYPE_F32)
        return has_odd_32(p, n);
    return has_odd_16(p, n, dtype == INF_DTYPE_F16 ? 0x7c00u : 0x7f80u);
}

anc_status inf_tensors_check_finite(const inf_tensors *t, const inf_tensor *tensor, anc_err *err)
{
    unsigned char room[SEARCH_BLOCK * sizeof(float)];
    const size_t width = width_of(tensor->dtype), n = tensor->len / width;
    for (size_t at = 0; at < n; at += SEARCH_BLOCK) {
        const size_t here = n - at < SEARCH_BLOCK ? n - at : SEARCH_BLOCK;
        const unsigned char *p = NULL;
        ANC_TRY(bytes_of(tensor, at, here, room, &p, err));
        if (!has_odd(tensor->dtype, p, here))
            continue;
        size_t i = 0;
        while (!has_odd(tensor->dtype, p + i * width, 1))
            i++;
        float value = 0;
        ANC_TRY(inf_tensor_floats(tensor, at + i, 1, &value, err));
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s: tensor %.*s: element %zu is %f, no number",
                        ANC_FMT(t->file), ANC_FMT(tensor->name), at + i, (double)value);
    }
    return ANC_OK;
}
