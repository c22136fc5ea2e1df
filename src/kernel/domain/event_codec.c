/* event_codec.c - walks the field table of a type; no event's name stands here.
 *
 * A field is copied out of or into the struct by its offset with memcpy, so neither alignment nor
 * aliasing is assumed.
 */
#include "kernel/domain/event_codec.h"

#include <stdio.h>
#include <string.h>

/* ---- writing ------------------------------------------------------------------------------ */

static void write_str(json_writer *w, const ev_field *f, anc_str s)
{
    if (s.ptr == NULL && !f->required)
        json_write_null(w);
    else
        json_write_str(w, s.ptr != NULL ? s : ANC_STR(""));
}

static void write_strs(json_writer *w, ev_strs list)
{
    json_open_array(w);
    for (size_t i = 0; i < list.n; i++)
        json_write_str(w, list.items[i]);
    json_close_array(w);
}

static void write_doubles(json_writer *w, ev_doubles list)
{
    json_open_array(w);
    for (size_t i = 0; i < list.n; i++)
        json_write_real(w, list.items[i]);
    json_close_array(w);
}

static anc_status write_u64(json_writer *w, const ev_field *f, uint64_t n, anc_err *err)
{
    if (n > INT64_MAX)
        return ANC_FAIL(err, ANC_INVALID, "%s is %llu, past what JSON carries here", f->name,
                        (unsigned long long)n);
    json_write_int(w, (int64_t)n);
    return ANC_OK;
}

static anc_status write_value(json_writer *w, const ev_field *f, const unsigned char *at,
                              anc_err *err)
{
    union {
        anc_str str;
        uint32_t u32;
        uint64_t u64;
        double f64;
        bool b;
        ev_strs strs;
        ev_doubles f64s;
        ev_json json;
    } v;
    static const size_t size[] = {
        [EV_STR] = sizeof v.str,   [EV_U32] = sizeof v.u32,  [EV_U64] = sizeof v.u64,
        [EV_F64] = sizeof v.f64,   [EV_BOOL] = sizeof v.b,   [EV_STRS] = sizeof v.strs,
        [EV_F64S] = sizeof v.f64s, [EV_JSON] = sizeof v.json};
    memcpy(&v, at, size[f->kind]);
    switch (f->kind) {
    case EV_STR:
        write_str(w, f, v.str);
        break;
    case EV_U32:
        json_write_int(w, v.u32);
        break;
    case EV_U64:
        return write_u64(w, f, v.u64, err);
    case EV_F64:
        json_write_real(w, v.f64);
        break;
    case EV_BOOL:
        json_write_bool(w, v.b);
        break;
    case EV_STRS:
        write_strs(w, v.strs);
        break;
    case EV_F64S:
        write_doubles(w, v.f64s);
        break;
    case EV_JSON:
        if (v.json.text.len > 0)
            json_write_raw(w, v.json.text);
        else
            json_write_null(w);
        break;
    }
    return ANC_OK;
}

static bool is_left_out(const ev_field *f, const unsigned char *at)
{
    anc_str s = ANC_STR_NONE;
    if (f->rare && f->kind == EV_STR)
        memcpy(&s, at, sizeof s);
    return f->rare && s.ptr == NULL;
}

anc_status ev_payload_write(json_writer *w, const ev_type *type, const void *payload, anc_err *err)
{
    json_open_object(w);
    for (size_t i = 0; i < type->n_fields; i++) {
        const ev_field *f = &type->fields[i];
        const unsigned char *at = (const unsigned char *)payload + f->offset;
        if (is_left_out(f, at))
            continue;
        json_name(w, f->name);
        ANC_TRY(write_value(w, f, at, err));
    }
    json_close_object(w);
    return ANC_OK;
}

anc_str ev_payload_key(const ev_type *type, const void *payload)
{
    anc_str key = ANC_STR_NONE;
    for (size_t i = 0; type->key != NULL && i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, type->key) == 0)
            memcpy(&key, (const unsigned char *)payload + type->fields[i].offset, sizeof key);
    return key;
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct reader {
    anc_arena *mem;
    const ev_type *type;
    const ev_field *field;
    anc_err *err;
} reader;

static anc_status misfit(const reader *r, const json_value *v, const char *wanted)
{
    char pointer[128];
    (void)snprintf(pointer, sizeof pointer, "/payload/%s", r->field->name);
    return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "%s: %s is %s, %s is wanted", r->type->name,
                          r->field->name, json_kind_name(json_kind_of(v)), wanted);
}

static anc_status misfit_element(const reader *r, const json_value *v, size_t i, const char *wanted)
{
    char pointer[128];
    (void)snprintf(pointer, sizeof pointer, "/payload/%s/%zu", r->field->name, i);
    return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "%s: %s[%zu] is %s, %s is wanted",
                          r->type->name, r->field->name, i, json_kind_name(json_kind_of(v)),
                          wanted);
}

static anc_status no_room(const reader *r)
{
    return ANC_FAIL(r->err, anc_arena_refusal(r->mem), "%s: no room for %s", r->type->name,
                    r->field->name);
}

static anc_status copy_str(const reader *r, anc_str s, anc_str *ret)
{
    const anc_str copy = anc_arena_copy(r->mem, s);
    if (copy.ptr == NULL)
        return no_room(r);
    *ret = copy;
    return ANC_OK;
}

static anc_status read_str(const reader *r, const json_value *v, unsigned char *at)
{
    anc_str s = ANC_STR_NONE;
    if (json_kind_of(v) != JSON_STRING)
        return misfit(r, v, "a string");
    ANC_TRY(copy_str(r, json_str(v, ANC_STR_NONE), &s));
    memcpy(at, &s, sizeof s);
    return ANC_OK;
}

static anc_status read_count(const reader *r, const json_value *v, unsigned char *at)
{
    const int64_t n = json_int(v, -1);
    if (json_kind_of(v) != JSON_INT)
        return misfit(r, v, "a whole number");
    if (n < 0 || (r->field->kind == EV_U32 && n > UINT32_MAX))
        return misfit(r, v, "one in range");
    if (r->field->kind == EV_U32)
        memcpy(at, &(uint32_t){(uint32_t)n}, sizeof(uint32_t));
    else
        memcpy(at, &(uint64_t){(uint64_t)n}, sizeof(uint64_t));
    return ANC_OK;
}

static bool is_number(const json_value *v)
{
    return json_kind_of(v) == JSON_INT || json_kind_of(v) == JSON_REAL;
}

static anc_status read_double(const reader *r, const json_value *v, unsigned char *at)
{
    if (!is_number(v))
        return misfit(r, v, "a number");
    memcpy(at, &(double){json_double(v, 0.0)}, sizeof(double));
    return ANC_OK;
}

static anc_status read_bool(const reader *r, const json_value *v, unsigned char *at)
{
    if (json_kind_of(v) != JSON_BOOL)
        return misfit(r, v, "true or false");
    memcpy(at, &(bool){json_bool(v, false)}, sizeof(bool));
    return ANC_OK;
}

static anc_status read_strs(const reader *r, const json_value *v, unsigned char *at)
{
    if (json_kind_of(v) != JSON_ARRAY)
        return misfit(r, v, "a list");
    const size_t n = json_count(v);
    anc_str *items = anc_arena_alloc(r->mem, n, sizeof *items);
    if (items == NULL)
        return no_room(r);
    for (size_t i = 0; i < n; i++) {
        const json_value *item = json_element(v, i);
        if (json_kind_of(item) != JSON_STRING)
            return misfit_element(r, item, i, "a string");
        ANC_TRY(copy_str(r, json_str(item, ANC_STR_NONE), &items[i]));
    }
    memcpy(at, &(ev_strs){items, n}, sizeof(ev_strs));
    return ANC_OK;
}

static anc_status read_doubles(const reader *r, const json_value *v, unsigned char *at)
{
    if (json_kind_of(v) != JSON_ARRAY)
        return misfit(r, v, "a list");
    const size_t n = json_count(v);
    double *items = anc_arena_alloc(r->mem, n, sizeof *items);
    if (items == NULL)
        return no_room(r);
    for (size_t i = 0; i < n; i++) {
        const json_value *item = json_element(v, i);
        if (!is_number(item))
            return misfit_element(r, item, i, "a number");
        items[i] = json_double(item, 0.0);
    }
    memcpy(at, &(ev_doubles){items, n}, sizeof(ev_doubles));
    return ANC_OK;
}

static anc_status read_json(const reader *r, const json_value *v, unsigned char *at)
{
    ANC_BUF(text, SIZE_MAX / 2);
    ev_json json = {ANC_STR_NONE};
    json_dump(v, &text);
    ANC_TRY(anc_buf_status(&text, r->field->name, r->err));
    ANC_TRY(copy_str(r, anc_buf_view(&text), &json.text));
    memcpy(at, &json, sizeof json);
    return ANC_OK;
}

static anc_status read_value(const reader *r, const json_value *v, unsigned char *at)
{
    switch (r->field->kind) {
    case EV_STR:
        return read_str(r, v, at);
    case EV_U32:
    case EV_U64:
        return read_count(r, v, at);
    case EV_F64:
        return read_double(r, v, at);
    case EV_BOOL:
        return read_bool(r, v, at);
    case EV_STRS:
        return read_strs(r, v, at);
    case EV_F64S:
        return read_doubles(r, v, at);
    case EV_JSON:
        return read_json(r, v, at);
    }
    return ANC_FAIL(r->err, ANC_BUG, "%s: %s is of no kind", r->type->name, r->field->name);
}

anc_status ev_payload_read(anc_arena *mem, const ev_type *type, const json_value *object,
                           void *ret_payload, anc_err *err)
{
    if (json_kind_of(object) != JSON_OBJECT)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/payload", "%s: the payload is %s, not an object",
                              type->name, json_kind_name(json_kind_of(object)));
    unsigned char *payload = anc_arena_alloc(mem, 1, type->size);
    if (payload == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "%s: no room", type->name);
    for (size_t i = 0; i < type->n_fields; i++) {
        const reader r = {mem, type, &type->fields[i], err};
        const json_value *v = json_member(object, r.field->name);
        if (json_kind_of(v) == JSON_ABSENT || json_kind_of(v) == JSON_NULL) {
            if (r.field->required)
                return misfit(&r, v, "a value");
            continue;
        }
        ANC_TRY(read_value(&r, v, payload + r.field->offset));
    }
    memcpy(ret_payload, payload, type->size);
    return ANC_OK;
}
