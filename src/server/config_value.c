/* config_value.c - texts to typed values and back. */
#include "config_value.h"

#include <math.h>
#include <string.h>

#include "os/file.h"

enum { MAX_TEXT = 4096, MAX_LIST = 64, MAX_SECRET_BYTES = 65536 };

anc_str srv_env_find(const srv_env *env, anc_str name)
{
    const char *const *const lists[] = {env->process, env->dotenv};
    for (size_t l = 0; l < ANC_COUNT(lists); l++)
        for (const char *const *p = lists[l]; p != NULL && *p != NULL; p++)
            if (strncmp(*p, name.ptr, name.len) == 0 && (*p)[name.len] == '=')
                return anc_str_of(*p + name.len + 1);
    return ANC_STR_NONE;
}

static void *field_of(srv_config *config, const srv_row *row)
{
    return (char *)config + row->offset;
}

static const void *field_in(const srv_config *config, const srv_row *row)
{
    return (const char *)config + row->offset;
}

void srv_value_allowed(const srv_row *row, anc_buf *out)
{
    switch (row->kind) {
    case SRV_INT:
        (void)anc_buf_printf(out, "a whole number from %.0f to %.0f", row->min, row->max);
        break;
    case SRV_REAL:
        (void)anc_buf_printf(out, "a number from %g to %g", row->min, row->max);
        break;
    case SRV_CHOICE:
        (void)anc_buf_printf(out, "one of %s", row->choices);
        break;
    case SRV_LIST:
        (void)anc_buf_printf(out, "a list of at most %d texts: a,b or [a, b]", MAX_LIST);
        break;
    case SRV_MAP:
        (void)anc_buf_printf(
            out, "at most %d of NAME=VALUE: a=1,b=2 or [a=1, b=2]; in a file also a mapping",
            MAX_LIST);
        break;
    case SRV_SECRET:
        (void)anc_buf_printf(out, "env:NAME, file:PATH or the secret itself");
        break;
    case SRV_TEXT:
    case SRV_PATH:
        (void)anc_buf_printf(out, "a text of at most %d bytes", MAX_TEXT);
        break;
    }
}

static anc_status refuse(const srv_row *row, anc_str text, anc_str origin, anc_err *err)
{
    ANC_BUF(allowed, 512);
    srv_value_allowed(row, &allowed);
    if (row->kind == SRV_SECRET)
        return ANC_FAIL(err, ANC_INVALID, "%.*s: %s does not fit: allowed is %s", ANC_FMT(origin),
                        row->key, allowed.ptr);
    return ANC_FAIL(err, ANC_INVALID, "%.*s: %s: '%.*s' does not fit: allowed is %s",
                    ANC_FMT(origin), row->key, ANC_FMT(anc_str_sub(text, 0, 80)), allowed.ptr);
}

static bool is_choice(const char *choices, anc_str text)
{
    anc_str rest = anc_str_of(choices), one;
    while (anc_str_split(&rest, '|', &one))
        if (anc_str_eq(one, text))
            return true;
    return false;
}

static anc_status keep_text(srv_config *config, anc_str text, anc_str *ret, anc_err *err)
{
    const anc_str copy = anc_arena_copy(config->mem, text);
    if (copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(config->mem), "configuration");
    *ret = copy;
    return ANC_OK;
}

static anc_status set_path(srv_config *config, anc_str text, const srv_env *env, anc_str *ret,
                           anc_err *err)
{
    const anc_str home = srv_env_find(env, ANC_STR("HOME"));
    if (!anc_str_starts(text, ANC_STR("~/")))
        return keep_text(config, text, ret, err);
    const anc_str path = anc_arena_printf(config->mem, "%.*s/%.*s",
                                          ANC_FMT(home.ptr != NULL ? home : ANC_STR("/tmp")),
                                          ANC_FMT(anc_str_sub(text, 2, text.len)));
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(config->mem), "configuration");
    *ret = path;
    return ANC_OK;
}

/* A secret given by reference: an unset variable is no secret, a missing file is an error. */
static anc_status set_secret(srv_config *config, const srv_row *row, anc_str text, anc_str origin,
                             const srv_env *env, anc_str *ret, anc_err *err)
{
    if (anc_str_starts(text, ANC_STR("env:"))) {
        const anc_str name = anc_str_sub(text, 4, text.len);
        const anc_str value = srv_env_find(env, name);
        ANC_TRY(keep_text(config, name, &config->named[row - srv_rows], err));
        return keep_text(config, value.ptr != NULL ? value : ANC_STR(""), ret, err);
    }
    if (anc_str_starts(text, ANC_STR("file:"))) {
        anc_str content;
        const anc_str path = anc_str_sub(text, 5, text.len);
        if (os_file_read(config->mem, path, MAX_SECRET_BYTES, &content, NULL) != ANC_OK)
            return ANC_FAIL(err, ANC_INVALID, "%.*s: %s: cannot read the file '%.*s'",
                            ANC_FMT(origin), row->key, ANC_FMT(path));
        *ret = anc_str_trim(content);
        return ANC_OK;
    }
    return keep_text(config, text, ret, err);
}

/* "[a, b]" is what is shown, "a,b" what a variable holds; an item may have quotes, as in YAML. */
static anc_str without_brackets(anc_str text)
{
    const anc_str t = anc_str_trim(text);
    const bool has = t.len >= 2 && t.ptr[0] == '[' && t.ptr[t.len - 1] == ']';
    return has ? anc_str_sub(t, 1, t.len - 2) : t;
}

static anc_str without_quotes(anc_str item)
{
    const anc_str s = anc_str_trim(item);
    const bool has =
        s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0];
    return has ? anc_str_sub(s, 1, s.len - 2) : s;
}

static anc_status set_list(srv_config *config, const srv_row *row, anc_str text, anc_str origin,
                           srv_strs *ret, anc_err *err)
{
    anc_str *items = anc_arena_alloc(config->mem, MAX_LIST, sizeof *items);
    size_t n = 0;
    anc_str one;
    if (items == NULL)
        return ANC_FAIL(err, anc_arena_refusal(config->mem), "configuration");
    for (anc_str rest = without_brackets(text); anc_str_split(&rest, ',', &one);) {
        one = without_quotes(one);
        if (one.len == 0)
            continue;
        if (n == MAX_LIST)
            return refuse(row, text, origin, err);
        ANC_TRY(keep_text(config, one, &items[n++], err));
    }
    *ret = (srv_strs){items, n};
    return ANC_OK;
}

static anc_status set_number(srv_config *config, const srv_row *row, anc_str text, anc_str origin,
                             anc_err *err)
{
    double number;
    if (!anc_str_to_double(text, &number) || number < row->min || number > row->max)
        return refuse(row, text, origin, err);
    if (row->kind == SRV_REAL) {
        *(double *)field_of(config, row) = number;
        return ANC_OK;
    }
    if (number != floor(number))
        return refuse(row, text, origin, err);
    *(int64_t *)field_of(config, row) = (int64_t)number;
    return ANC_OK;
}

anc_status srv_value_set(srv_config *config, const srv_row *row, anc_str text, anc_str origin,
                         const srv_env *env, anc_err *err)
{
    if (text.len > MAX_TEXT)
        return refuse(row, text, origin, err);
    ANC_TRY(keep_text(config, origin, &config->origins[row - srv_rows], err));
    switch (row->kind) {
    case SRV_INT:
    case SRV_REAL:
        return set_number(config, row, text, origin, err);
    case SRV_CHOICE:
        if (!is_choice(row->choices, text))
            return refuse(row, text, origin, err);
        return keep_text(config, text, field_of(config, row), err);
    case SRV_PATH:
        return set_path(config, text, env, field_of(config, row), err);
    case SRV_SECRET:
        return set_secret(config, row, text, origin, env, field_of(config, row), err);
    case SRV_MAP:
    case SRV_LIST:
        return set_list(config, row, text, origin, field_of(config, row), err);
    case SRV_TEXT:
        return keep_text(config, text, field_of(config, row), err);
    }
    return ANC_FAIL(err, ANC_BUG, "kind %d of %s", (int)row->kind, row->key);
}

void srv_value_show(const srv_config *config, const srv_row *row, anc_buf *out)
{
    const void *field = field_in(config, row);
    switch (row->kind) {
    case SRV_INT:
        (void)anc_buf_printf(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case SRV_REAL:
        (void)anc_buf_printf(out, "%g", *(const double *)field);
        break;
    case SRV_SECRET:
        (void)anc_buf_printf(out, "%s", ((const anc_str *)field)->len > 0 ? "(set)" : "(not set)");
        break;
    case SRV_MAP:
    case SRV_LIST: {
        const srv_strs *list = field;
        (void)anc_buf_add_char(out, '[');
        for (size_t i = 0; i < list->n; i++)
            (void)anc_buf_printf(out, "%s%.*s", i > 0 ? ", " : "", ANC_FMT(list->items[i]));
        (void)anc_buf_add_char(out, ']');
        break;
    }
    case SRV_TEXT:
    case SRV_PATH:
    case SRV_CHOICE:
        (void)anc_buf_printf(out, "\"%.*s\"", ANC_FMT(*(const anc_str *)field));
        break;
    }
}
