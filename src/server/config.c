/* config.c - defaults, file, .env, environment and flags, in that order. */
#include "server/config.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_env.h"
#include "config_yaml.h"
#include "os/file.h"

enum { MAX_FILE_BYTES = 1 << 20, ARENA_BYTES = 16 << 20, MAX_DOTENV = 256 };

void srv_config_free(srv_config *config)
{
    if (config == NULL)
        return;
    anc_arena_free(config->mem);
    free(config);
}

static void config_cleanup(srv_config **config)
{
    srv_config_free(*config);
}

static anc_status apply_defaults(srv_config *config, const srv_env *env, anc_err *err)
{
    for (size_t i = 0; i < srv_row_count; i++)
        ANC_TRY(srv_value_set(config, &srv_rows[i], anc_str_of(srv_rows[i].initial),
                              ANC_STR("default"), env, err));
    return ANC_OK;
}

/* `NAME=VALUE` lines; blank lines, "#" comments, "export " and quotes around a value are known. */
static anc_status read_dotenv(srv_config *config, anc_str path, const char ***ret, anc_err *err)
{
    anc_str content, line;
    const char **vars = anc_arena_alloc(config->mem, MAX_DOTENV + 1, sizeof *vars);
    size_t n = 0, number = 0;
    if (vars == NULL)
        return ANC_FAIL(err, anc_arena_refusal(config->mem), "configuration");
    *ret = vars;
    if (path.len == 0 || !os_exists(path))
        return ANC_OK;
    ANC_TRY(os_file_read(config->mem, path, MAX_FILE_BYTES, &content, err));
    for (anc_str rest = content; anc_str_split(&rest, '\n', &line);) {
        number++;
        line = anc_str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (anc_str_starts(line, ANC_STR("export ")))
            line = anc_str_trim(anc_str_sub(line, 7, line.len));
        const size_t eq = anc_str_find(line, ANC_STR("="));
        if (eq == SIZE_MAX || eq == 0 || n == MAX_DOTENV)
            return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: NAME=VALUE is expected, at most %d lines",
                            ANC_FMT(path), number, MAX_DOTENV);
        const anc_str name = anc_str_trim(anc_str_sub(line, 0, eq));
        anc_str value = anc_str_trim(anc_str_sub(line, eq + 1, line.len));
        if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
            value.ptr[value.len - 1] == value.ptr[0])
            value = anc_str_sub(value, 1, value.len - 2);
        const anc_str pair =
            anc_arena_printf(config->mem, "%.*s=%.*s", ANC_FMT(name), ANC_FMT(value));
        if (pair.ptr == NULL)
            return ANC_FAIL(err, anc_arena_refusal(config->mem), "configuration");
        vars[n++] = pair.ptr;
    }
    return ANC_OK;
}

static anc_status apply_file(srv_config *config, const srv_config_sources *sources,
                             const srv_env *env, anc_err *err)
{
    anc_str path = sources->file, content;
    if (path.len == 0)
        path = srv_env_find(env, ANC_STR("ANCHORAGE_CONFIG"));
    if (path.len == 0) {
        path = ANC_STR("anchorage.yaml");
        if (!os_exists(path))
            return ANC_OK;
    }
    ANC_TRY(os_file_read(config->mem, path, MAX_FILE_BYTES, &content, err));
    config->file = anc_arena_copy(config->mem, path);
    return srv_yaml_apply(config, path, content, env, err);
}

static anc_status apply_other_names(srv_config *config, const srv_env *env, anc_err *err)
{
    for (size_t i = 0; i < srv_row_count; i++) {
        anc_str rest = anc_str_of(srv_rows[i].other_env), name;
        while (anc_str_split(&rest, ' ', &name)) {
            const anc_str value = srv_env_find(env, name);
            if (value.len > 0)
                ANC_TRY(srv_value_set(config, &srv_rows[i], value, name, env, err));
        }
    }
    return ANC_OK;
}

static anc_status apply_overrides(srv_config *config, const srv_config_sources *sources,
                                  const srv_env *env, anc_err *err)
{
    for (size_t i = 0; i < sources->n_overrides; i++) {
        const srv_override *o = &sources->overrides[i];
        const srv_row *row = srv_row_find(o->key);
        if (row == NULL) {
            const char *near = srv_row_nearest(o->key);
            return ANC_FAIL(err, ANC_INVALID, "%s: unknown key '%.*s'%s%s%s", o->origin,
                            ANC_FMT(o->key), near != NULL ? " (did you mean '" : "",
                            near != NULL ? near : "", near != NULL ? "'?)" : "");
        }
        ANC_TRY(srv_value_set(config, row, o->value, anc_str_of(o->origin), env, err));
    }
    return ANC_OK;
}

anc_status srv_config_load(const srv_config_sources *sources, srv_config **ret, anc_err *err)
{
    ANC_CLEANUP(config_cleanup) srv_config *config = calloc(1, sizeof *config);
    const char **dotenv = NULL;
    if (config == NULL || (config->mem = anc_arena_new(ARENA_BYTES)) == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "configuration");
    config->origins = anc_arena_alloc(config->mem, srv_row_count, sizeof *config->origins);
    config->named = anc_arena_alloc(config->mem, srv_row_count, sizeof *config->named);
    if (config->origins == NULL || config->named == NULL)
        return ANC_FAIL(err, anc_arena_refusal(config->mem), "configuration");
    ANC_TRY(read_dotenv(config, sources->dotenv, &dotenv, err));
    const srv_env env = {sources->env, dotenv};
    ANC_TRY(apply_defaults(config, &env, err));
    /* names of other stacks are read where ours are not set: before the file and our own */
    ANC_TRY(apply_other_names(config, &env, err));
    ANC_TRY(apply_file(config, sources, &env, err));
    ANC_TRY(srv_env_apply(config, dotenv, ".env", &env, err));
    ANC_TRY(srv_env_apply(config, sources->env, "environment", &env, err));
    ANC_TRY(apply_overrides(config, sources, &env, err));
    ANC_TRY(srv_env_check(config, dotenv, ".env", err));
    ANC_TRY(srv_env_check(config, sources->env, "environment", err));
    ANC_TRY(srv_config_check_types(config, err));
    ANC_TRY(srv_config_check_privacy(config, err));
    *ret = config;
    config = NULL;
    return ANC_OK;
}

/* Opens the section of `key` where it differs from the one before; gives the key's last part. */
static const char *open_section(const char *key, anc_str *section, anc_buf *out)
{
    const char *dot = strchr(key, '.');
    const anc_str own = dot != NULL ? (anc_str){key, (size_t)(dot - key)} : ANC_STR_NONE;
    if (own.len > 0 && !anc_str_eq(own, *section))
        (void)anc_buf_printf(out, "%.*s:\n", ANC_FMT(own));
    *section = own;
    return dot != NULL ? dot + 1 : key;
}

void srv_config_describe(anc_buf *out)
{
    anc_str section = ANC_STR_NONE;
    for (size_t i = 0; i < srv_row_count; i++) {
        const srv_row *row = &srv_rows[i];
        ANC_BUF(env, SRV_ENV_NAME_MAX);
        const bool listed = row->kind == SRV_LIST || row->kind == SRV_MAP;
        const char *name = open_section(row->key, &section, out);
        const char *indent = section.len > 0 ? "  " : "";
        srv_env_name(row->key, &env);
        (void)anc_buf_printf(out, "%s# %s\n%s# ", indent, row->help, indent);
        srv_value_allowed(row, out);
        (void)anc_buf_printf(out, "; environment %s", env.ptr);
        if (row->other_env != NULL)
            (void)anc_buf_printf(out, " or %s", row->other_env);
        (void)anc_buf_printf(out, "\n%s%s: %s%s%s\n", indent, name, listed ? "[" : "", row->initial,
                             listed ? "]" : "");
    }
}

void srv_config_dump(const srv_config *config, anc_buf *out)
{
    anc_str section = ANC_STR_NONE;
    for (size_t i = 0; i < srv_row_count; i++) {
        const char *name = open_section(srv_rows[i].key, &section, out);
        (void)anc_buf_printf(out, "%s%s: ", section.len > 0 ? "  " : "", name);
        srv_value_show(config, &srv_rows[i], out);
        (void)anc_buf_add_char(out, '\n');
    }
}
