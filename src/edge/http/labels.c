/* labels.c - arrays of texts. */
#include "labels.h"

anc_status http_texts_read(http_ctx *cx, const json_value *array, const anc_str **ret,
                           size_t *ret_n)
{
    const size_t n = json_count(array);
    anc_str *items = anc_arena_alloc(cx->mem, n + 1, sizeof *items);
    if (items == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "%zu texts", n);
    for (size_t i = 0; i < n; i++)
        items[i] = json_str(json_element(array, i), ANC_STR(""));
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}

void http_texts_write(json_writer *w, const char *name, const anc_str *items, size_t n)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        json_write_str(w, items[i]);
    json_close_array(w);
}
