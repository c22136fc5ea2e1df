/* fuzz_multipart.c - a form must give the same parts however its bytes are cut.
 *
 * The first byte seeds the cuts; the boundary is "x".
 */
#include <stdlib.h>
#include <string.h>

#include "net/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static anc_status on_part(void *arg, const net_part *part, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(arg, "[%.*s|%.*s|%.*s]", ANC_FMT(part->name), ANC_FMT(part->filename),
                         ANC_FMT(part->content_type));
    return ANC_OK;
}

static anc_status on_data(void *arg, anc_str bytes, anc_err *err)
{
    (void)err;
    (void)anc_buf_add(arg, bytes);
    return ANC_OK;
}

static anc_status on_part_end(void *arg, anc_err *err)
{
    (void)err;
    (void)anc_buf_add(arg, ANC_STR("$"));
    return ANC_OK;
}

static void read_form(anc_str form, size_t piece_max, unsigned seed, anc_buf *out)
{
    static const net_multipart_sink sink = {on_part, on_data, on_part_end};
    net_multipart *mp = net_multipart_new(ANC_STR("x"), &sink, out);
    if (mp == NULL)
        abort();
    anc_err err = {0};
    anc_status status = ANC_OK;
    while (form.len > 0 && status == ANC_OK) {
        seed = seed * 1103515245u + 12345u;
        size_t n = piece_max == 0 ? form.len : 1 + (seed >> 16) % piece_max;
        n = n < form.len ? n : form.len;
        char *copy = malloc(n);
        if (copy == NULL)
            abort();
        memcpy(copy, form.ptr, n);
        status = net_multipart_feed(mp, (anc_str){copy, n}, &err);
        free(copy);
        form = anc_str_sub(form, n, form.len);
    }
    if (status == ANC_OK)
        status = net_multipart_finish(mp, &err);
    (void)anc_buf_printf(out, "<%d %s>", (int)status, err.text);
    net_multipart_free(mp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const anc_str form = {(const char *)data + 1, size - 1};
    ANC_BUF(whole, 16 << 20);
    ANC_BUF(cut, 16 << 20);
    read_form(form, 0, 0, &whole);
    read_form(form, 5, data[0], &cut);
    if (!anc_str_eq(anc_buf_view(&whole), anc_buf_view(&cut)))
        abort();
    return 0;
}
