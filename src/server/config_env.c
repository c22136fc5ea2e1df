/* config_env.c - which key a variable names, and which variables are mistakes. */
#include "config_env.h"

#include <string.h>

#define PREFIX "ANCHORAGE_"

/* Variables of ours that are not keys. */
static const char *const other_names[] = {"ANCHORAGE_CONFIG", "ANCHORAGE_API_KEY", "ANCHORAGE_URL",
                                          "ANCHORAGE_SEED", "ANCHORAGE_SOURCE_DIR"};

/* Of the scripts around the program: run, tests, benchmarks. */
static const char *const other_prefixes[] = {"ANCHORAGE_TEST_", "ANCHORAGE_RUN_",
                                             "ANCHORAGE_BENCH_"};

void srv_env_name(const char *key, anc_buf *out)
{
    (void)anc_buf_add(out, ANC_STR(PREFIX));
    for (const char *p = key; *p != '\0'; p++) {
        if (*p == '.')
            (void)anc_buf_add(out, ANC_STR("__"));
        else
            (void)anc_buf_add_char(out, (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    }
}

/* By comparing names, since "__" and "_" mix. */
static const srv_row *row_of(anc_str name)
{
    for (size_t i = 0; i < srv_row_count; i++) {
        ANC_BUF(own, SRV_ENV_NAME_MAX);
        srv_env_name(srv_rows[i].key, &own);
        if (anc_str_eq(anc_buf_view(&own), name))
            return &srv_rows[i];
    }
    return NULL;
}

/* NAME=VALUE cut in two; false for what is not ours. */
static bool cut(const char *pair, anc_str *ret_name, anc_str *ret_value)
{
    const anc_str all = anc_str_of(pair);
    const size_t eq = anc_str_find(all, ANC_STR("="));
    if (!anc_str_starts(all, ANC_STR(PREFIX)) || eq == SIZE_MAX)
        return false;
    *ret_name = anc_str_sub(all, 0, eq);
    *ret_value = anc_str_sub(all, eq + 1, all.len);
    return true;
}

anc_status srv_env_apply(srv_config *config, const char *const *vars, const char *where,
                         const srv_env *env, anc_err *err)
{
    anc_str name, value;
    for (const char *const *p = vars; p != NULL && *p != NULL; p++) {
        const srv_row *row = cut(*p, &name, &value) ? row_of(name) : NULL;
        if (row == NULL)
            continue;
        ANC_BUF(origin, SRV_ENV_NAME_MAX + 64);
        (void)anc_buf_printf(&origin, "%s: %.*s", where, ANC_FMT(name));
        ANC_TRY(srv_value_set(config, row, value, anc_buf_view(&origin), env, err));
    }
    return ANC_OK;
}

/* ---- names that are none ---- */

/* "PORT_8000_TCP", "PORT_8000_TCP_ADDR" */
static bool is_port_of_service(anc_str rest)
{
    if (!anc_str_starts(rest, ANC_STR("PORT_")))
        return false;
    const char first = rest.len > 5 ? rest.ptr[5] : 'x';
    return first >= '0' && first <= '9';
}

/* What Kubernetes and container links set for a service of our name. */
static bool is_of_cluster(anc_str name, anc_str value)
{
    const anc_str rest = anc_str_sub(name, strlen(PREFIX), name.len);
    const bool address = anc_str_find(value, ANC_STR("://")) != SIZE_MAX;
    return anc_str_starts(rest, ANC_STR("SERVICE_HOST")) ||
           anc_str_starts(rest, ANC_STR("SERVICE_PORT")) || is_port_of_service(rest) ||
           (address && anc_str_eq(rest, ANC_STR("PORT")));
}

static bool is_other(const srv_config *config, anc_str name)
{
    for (size_t i = 0; i < ANC_COUNT(other_names); i++)
        if (anc_str_eq(name, anc_str_of(other_names[i])))
            return true;
    for (size_t i = 0; i < ANC_COUNT(other_prefixes); i++)
        if (anc_str_starts(name, anc_str_of(other_prefixes[i])))
            return true;
    for (size_t i = 0; i < srv_row_count; i++)
        if (config->named[i].len > 0 && anc_str_eq(name, config->named[i]))
            return true;
    return false;
}

/* The known name that was probably meant: one that ends so (ANCHORAGE_PORT), else the nearest. */
static void find_near(anc_str name, anc_buf *out)
{
    const anc_str rest = anc_str_sub(name, strlen(PREFIX), name.len);
    size_t best = SRV_FAR;
    for (size_t i = 0; i < srv_row_count + ANC_COUNT(other_names); i++) {
        ANC_BUF(own, SRV_ENV_NAME_MAX);
        if (i < srv_row_count)
            srv_env_name(srv_rows[i].key, &own);
        else
            (void)anc_buf_add(&own, anc_str_of(other_names[i - srv_row_count]));
        const anc_str known = anc_buf_view(&own);
        const anc_str tail = anc_str_sub(known, known.len - rest.len, known.len);
        const bool same_end = known.len > rest.len + 1 && anc_str_eq(tail, rest) &&
                              known.ptr[known.len - rest.len - 1] == '_';
        const size_t d = same_end ? 0 : srv_distance(name, known);
        if (d >= best)
            continue;
        best = d;
        anc_buf_clear(out);
        (void)anc_buf_add(out, known);
    }
}

anc_status srv_env_check(const srv_config *config, const char *const *vars, const char *where,
                         anc_err *err)
{
    anc_str name, value;
    for (const char *const *p = vars; p != NULL && *p != NULL; p++) {
        if (!cut(*p, &name, &value) || row_of(name) != NULL || is_other(config, name) ||
            is_of_cluster(name, value))
            continue;
        ANC_BUF(near, SRV_ENV_NAME_MAX);
        find_near(name, &near);
        const anc_str shown = anc_str_sub(name, 0, SRV_ENV_NAME_MAX);
        if (near.len > 0)
            return ANC_FAIL(err, ANC_INVALID,
                            "%s: %.*s names no key of the configuration (did you mean %s?)", where,
                            ANC_FMT(shown), near.ptr);
        return ANC_FAIL(err, ANC_INVALID,
                        "%s: %.*s names no key of the configuration; `anchorage serve "
                        "--print-defaults` lists them",
                        where, ANC_FMT(shown));
    }
    return ANC_OK;
}
