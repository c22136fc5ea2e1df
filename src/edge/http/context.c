/* context.c - small questions about a request: its parameters, its body, its cursor. */
#include <string.h>

#include "impl.h"

anc_str http_param(const http_ctx *cx, const char *name)
{
    for (size_t i = 0; i < cx->n_params; i++)
        if (anc_str_eq(cx->params[i].name, anc_str_of(name)))
            return cx->params[i].value.ptr != NULL ? cx->params[i].value : ANC_STR("");
    return ANC_STR_NONE;
}

uint64_t http_param_number(http_ctx *cx, const char *name, uint64_t otherwise, uint64_t min,
                           uint64_t max)
{
    const anc_str text = http_param(cx, name);
    uint64_t n;
    if (text.ptr == NULL)
        return otherwise;
    if (anc_str_to_u64(text, &n) && n >= min && n <= max)
        return n;
    ANC_BUF(pointer, 128);
    (void)anc_buf_printf(&pointer, "?%s", name);
    http_fault_add(&cx->faults, pointer.ptr, "'%.*s' is no whole number from %llu to %llu",
                   ANC_FMT(anc_str_sub(text, 0, 40)), (unsigned long long)min,
                   (unsigned long long)max);
    return otherwise;
}

anc_status http_faults_status(http_ctx *cx)
{
    if (cx->faults.n == 0)
        return ANC_OK;
    const http_fault *f = &cx->faults.items[0];
    if (f->pointer[0] == '\0')
        return ANC_FAIL(&cx->err, ANC_INVALID, "the body: %s", f->message);
    return ANC_FAIL(&cx->err, ANC_INVALID, "%s %s", f->pointer, f->message);
}

const json_value *http_body_root(const http_ctx *cx)
{
    return cx->doc != NULL ? json_root(cx->doc) : NULL;
}

void http_add_header(http_ctx *cx, anc_str name, anc_str value)
{
    if (cx->n_extra < ANC_COUNT(cx->extra))
        cx->extra[cx->n_extra++] = (net_header){name, value};
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

anc_str http_cursor_make(http_ctx *cx, anc_str text)
{
    char *out = anc_arena_alloc(cx->mem, text.len * 4 / 3 + 4, 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    if (out == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0; i < text.len; i++) {
        bits = bits << 8 | (unsigned char)text.ptr[i];
        for (held += 8; held >= 6; held -= 6)
            out[n++] = alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0)
        out[n++] = alphabet[bits << (6 - held) & 63];
    return (anc_str){out, n};
}

anc_status http_cursor_read(http_ctx *cx, anc_str *ret)
{
    const anc_str text = http_param(cx, "cursor");
    char *out = anc_arena_alloc(cx->mem, text.len + 1, 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    if (out == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "a cursor of %zu bytes", text.len);
    for (size_t i = 0; i < text.len; i++) {
        const char *p = text.ptr[i] != '\0' ? strchr(alphabet, text.ptr[i]) : NULL;
        if (p == NULL)
            return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "?cursor", "cursor '%.*s' is none of ours",
                                  ANC_FMT(anc_str_sub(text, 0, 60)));
        bits = bits << 6 | (uint32_t)(p - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (char)(bits >> held & 255);
        }
    }
    *ret = (anc_str){out, n};
    return ANC_OK;
}

void http_time_put(json_writer *w, const char *name, int64_t unix_ms)
{
    char text[ANC_TIME_TEXT + 1];
    if (unix_ms == 0) {
        json_put_null(w, name);
        return;
    }
    anc_time_text(unix_ms, text);
    json_put_str(w, name, anc_str_of(text));
}
