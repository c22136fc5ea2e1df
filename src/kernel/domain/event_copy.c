/* event_copy.c - walks the field table of a type twice: to measure, and to copy.
 *
 * Behind the struct come the parts of its fields in order, each beginning at a multiple of 8: a text's
 * bytes, a list's items, and behind a list of texts their bytes.
 */
#include "kernel/domain/event_copy.h"

#include <string.h>

#include "base/str.h"

enum { ALIGN = 8 };

static size_t up(size_t n)
{
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* ---- measuring ------------------------------------------------------------------------------ */

static bool add(size_t *sum, size_t n)
{
    if (n > SIZE_MAX / 4 || *sum > SIZE_MAX / 4)
        return false;
    *sum = up(*sum + n);
    return true;
}

static bool add_items(size_t *sum, size_t n, size_t size)
{
    return n <= SIZE_MAX / 4 / size && add(sum, n * size);
}

static bool add_strs(size_t *sum, ev_strs list)
{
    if (!add_items(sum, list.n, sizeof *list.items))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (!add(sum, list.items[i].len))
            return false;
    return true;
}

static bool add_field(size_t *sum, const ev_field *f, const unsigned char *at)
{
    anc_str str;
    ev_strs strs;
    ev_doubles doubles;
    switch (f->kind) {
    case EV_STR:
    case EV_JSON: /* a text in a struct of its own */
        memcpy(&str, at, sizeof str);
        return add(sum, str.len);
    case EV_STRS:
        memcpy(&strs, at, sizeof strs);
        return add_strs(sum, strs);
    case EV_F64S:
        memcpy(&doubles, at, sizeof doubles);
        return add_items(sum, doubles.n, sizeof *doubles.items);
    case EV_U32:
    case EV_U64:
    case EV_F64:
    case EV_BOOL:
        break;
    }
    return true;
}

size_t ev_copy_size(const ev_type *type, const void *payload)
{
    size_t sum = up(type->size);
    for (size_t i = 0; i < type->n_fields; i++) {
        const ev_field *f = &type->fields[i];
        if (!add_field(&sum, f, (const unsigned char *)payload + f->offset))
            return SIZE_MAX;
    }
    return sum;
}

/* ---- copying -------------------------------------------------------------------------------- */

static const void *put(unsigned char **end, const void *from, size_t n)
{
    unsigned char *to = *end;
    if (n > 0)
        memcpy(to, from, n);
    *end += up(n);
    return to;
}

static anc_str put_str(unsigned char **end, anc_str s)
{
    if (s.ptr == NULL)
        return s; /* absent stays absent */
    return (anc_str){put(end, s.ptr, s.len), s.len};
}

static ev_strs put_strs(unsigned char **end, ev_strs list)
{
    anc_str *items = (anc_str *)(void *)*end; /* aligned, see the head of the file */
    *end += up(list.n * sizeof *items);
    for (size_t i = 0; i < list.n; i++)
        items[i] = put_str(end, list.items[i]);
    return (ev_strs){items, list.n};
}

static void copy_field(unsigned char **end, const ev_field *f, unsigned char *at)
{
    anc_str str;
    ev_strs strs;
    ev_doubles doubles;
    switch (f->kind) {
    case EV_STR:
    case EV_JSON:
        memcpy(&str, at, sizeof str);
        str = put_str(end, str);
        memcpy(at, &str, sizeof str);
        break;
    case EV_STRS:
        memcpy(&strs, at, sizeof strs);
        strs = put_strs(end, strs);
        memcpy(at, &strs, sizeof strs);
        break;
    case EV_F64S:
        memcpy(&doubles, at, sizeof doubles);
        doubles.items = put(end, doubles.items, doubles.n * sizeof *doubles.items);
        memcpy(at, &doubles, sizeof doubles);
        break;
    case EV_U32:
    case EV_U64:
    case EV_F64:
    case EV_BOOL:
        break;
    }
}

void ev_copy(const ev_type *type, const void *payload, void *to)
{
    unsigned char *end = to;
    (void)put(&end, payload, type->size);
    for (size_t i = 0; i < type->n_fields; i++)
        copy_field(&end, &type->fields[i], (unsigned char *)to + type->fields[i].offset);
}
