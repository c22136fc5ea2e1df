/* fuzz_batch.c - a body of many documents must give the same documents however its bytes are cut, and
 * what a JSON reader finds in an array of documents must be found by the cutting too.
 *
 * The first byte seeds the cuts; its lowest bit chooses the form.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_split.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static anc_status on_begin(void *arg, uint64_t number, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(arg, "\x01%llu:", (unsigned long long)number);
    return ANC_OK;
}

static anc_status on_bytes(void *arg, anc_str bytes, anc_err *err)
{
    (void)err;
    if (bytes.len == 0)
        abort();
    (void)anc_buf_add(arg, bytes);
    return ANC_OK;
}

static anc_status on_end(void *arg, anc_err *err)
{
    (void)err;
    (void)anc_buf_add(arg, ANC_STR("\x02"));
    return ANC_OK;
}

static anc_status read_body(http_split_form form, anc_str body, size_t piece_max, unsigned seed,
                            anc_buf *out)
{
    http_split split;
    anc_err err = {0};
    anc_status status = ANC_OK;
    http_split_init(&split, form, (http_split_sink){out, on_begin, on_bytes, on_end});
    while (body.len > 0 && status == ANC_OK) {
        seed = seed * 1103515245u + 12345u;
        size_t n = piece_max == 0 ? body.len : 1 + (seed >> 16) % piece_max;
        n = n < body.len ? n : body.len;
        char *copy = malloc(n);
        if (copy == NULL)
            abort();
        memcpy(copy, body.ptr, n);
        status = http_split_feed(&split, (anc_str){copy, n}, &err);
        free(copy);
        body = anc_str_sub(body, n, body.len);
    }
    if (status == ANC_OK)
        status = http_split_finish(&split, &err);
    (void)anc_buf_printf(out, "<%d %s>", (int)status, err.text);
    return status;
}

/* What JSON is for the strict reader, and has the one member, is cut without complaint. */
static void compare_with_reader(anc_str body, anc_status cut)
{
    json_doc *doc = NULL;
    anc_err err = {0};
    if (json_parse(body, &doc, &err) != ANC_OK)
        return;
    const json_value *documents = json_member(json_root(doc), "documents");
    if (json_count(json_root(doc)) == 1 && json_kind_of(documents) == JSON_ARRAY &&
        memchr(body.ptr, '\\', body.len) == NULL && cut != ANC_OK)
        abort();
    json_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const anc_str body = {(const char *)data + 1, size - 1};
    const http_split_form form = (data[0] & 1) != 0 ? HTTP_SPLIT_ARRAY : HTTP_SPLIT_LINES;
    ANC_BUF(whole, 16 << 20);
    ANC_BUF(cut, 16 << 20);
    const anc_status status = read_body(form, body, 0, 0, &whole);
    (void)read_body(form, body, 5, data[0], &cut);
    if (!anc_str_eq(anc_buf_view(&whole), anc_buf_view(&cut)))
        abort();
    if (form == HTTP_SPLIT_ARRAY)
        compare_with_reader(body, status);
    return 0;
}
