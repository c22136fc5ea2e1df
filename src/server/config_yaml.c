/* config_yaml.c - libyaml's document tree, walked once.
 *
 * Keys are at most two levels deep ("http: port: 8000"), so the walk is bounded by the table. Aliases
 * are refused by the depth bound, tags are ignored: a value is its text.
 */
#include "config_yaml.h"

#include <string.h>

#include <yaml.h>

enum { MAX_DEPTH = 3, MAX_KEY = 128, TOLD = 100 };

typedef struct walk {
    srv_config *config;
    anc_str file;
    const srv_env *env;
    yaml_document_t *doc;
    bool seen[128]; /* by row of the table */
} walk;

static anc_str text_of(const yaml_node_t *node)
{
    return (anc_str){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static anc_status unknown_key(const walk *w, const yaml_node_t *node, anc_str key, anc_err *err)
{
    const char *near = srv_row_nearest(key);
    return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: unknown key '%.*s'%s%s%s", ANC_FMT(w->file),
                    line_of(node), ANC_FMT(key), near != NULL ? " (did you mean '" : "",
                    near != NULL ? near : "", near != NULL ? "'?)" : "");
}

/* A sequence of texts as "a,b", which is how the environment gives it too. */
static anc_status join_sequence(const walk *w, const yaml_node_t *node, anc_buf *out, anc_err *err)
{
    for (const yaml_node_item_t *i = node->data.sequence.items.start;
         i < node->data.sequence.items.top; i++) {
        const yaml_node_t *item = yaml_document_get_node(w->doc, *i);
        if (item->type != YAML_SCALAR_NODE)
            return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: a list holds texts only", ANC_FMT(w->file),
                            line_of(item));
        if (out->len > 0)
            (void)anc_buf_add_char(out, ',');
        (void)anc_buf_add(out, text_of(item));
    }
    return anc_buf_status(out, "a list of the configuration", err);
}

/* What would be other rows, or another name, once it is joined. */
static bool is_whole(anc_str s)
{
    return anc_str_find(s, ANC_STR("=")) == SIZE_MAX && anc_str_find(s, ANC_STR(",")) == SIZE_MAX;
}

static anc_status check_pair(const walk *w, const yaml_node_t *name, const yaml_node_t *value,
                             anc_err *err)
{
    const anc_str told = anc_str_sub(text_of(name), 0, TOLD);
    if (told.len == 0 || !is_whole(text_of(name)))
        return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: the name '%.*s' is empty, or has a '=' or ','",
                        ANC_FMT(w->file), line_of(name), ANC_FMT(told));
    if (!is_whole(text_of(value)))
        return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: the value '%.*s' of '%.*s' has a '=' or ','",
                        ANC_FMT(w->file), line_of(value),
                        ANC_FMT(anc_str_sub(text_of(value), 0, TOLD)), ANC_FMT(told));
    return ANC_OK;
}

/* A mapping of texts as "a=1,b=2". */
static anc_status join_mapping(const walk *w, const yaml_node_t *node, anc_buf *out, anc_err *err)
{
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *name = yaml_document_get_node(w->doc, p->key);
        const yaml_node_t *value = yaml_document_get_node(w->doc, p->value);
        if (name->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE)
            return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: a name with a text is expected",
                            ANC_FMT(w->file), line_of(value));
        ANC_TRY(check_pair(w, name, value, err));
        (void)anc_buf_printf(out, "%s%.*s=%.*s", out->len > 0 ? "," : "", ANC_FMT(text_of(name)),
                             ANC_FMT(text_of(value)));
    }
    return anc_buf_status(out, "a mapping of the configuration", err);
}

/* *ret_is: the value is several, and joined in `out`. */
static anc_status join(const walk *w, const srv_row *row, const yaml_node_t *node, anc_buf *out,
                       bool *ret_is, anc_err *err)
{
    const bool list = row->kind == SRV_LIST || row->kind == SRV_MAP;
    *ret_is = true;
    if (node->type == YAML_SEQUENCE_NODE && list)
        return join_sequence(w, node, out, err);
    if (node->type == YAML_MAPPING_NODE && row->kind == SRV_MAP)
        return join_mapping(w, node, out, err);
    *ret_is = false;
    return ANC_OK;
}

static anc_status apply_value(walk *w, const srv_row *row, const yaml_node_t *node, anc_err *err)
{
    ANC_BUF(joined, 65536);
    ANC_BUF(origin, 8192);
    const size_t index = (size_t)(row - srv_rows);
    (void)anc_buf_printf(&origin, "%.*s:%zu", ANC_FMT(w->file), line_of(node));
    if (index < ANC_COUNT(w->seen) && w->seen[index])
        return ANC_FAIL(err, ANC_INVALID, "%s: %s is set twice", origin.ptr, row->key);
    if (index < ANC_COUNT(w->seen))
        w->seen[index] = true;
    bool several;
    ANC_TRY(join(w, row, node, &joined, &several, err));
    if (several)
        return srv_value_set(w->config, row, anc_buf_view(&joined), anc_buf_view(&origin), w->env,
                             err);
    if (node->type != YAML_SCALAR_NODE)
        return ANC_FAIL(err, ANC_INVALID, "%s: %s takes a value, not a %s", origin.ptr, row->key,
                        node->type == YAML_SEQUENCE_NODE ? "list" : "mapping");
    return srv_value_set(w->config, row, text_of(node), anc_buf_view(&origin), w->env, err);
}

/* Whether some row lies below `prefix`. */
static bool is_section(anc_str prefix)
{
    for (size_t i = 0; i < srv_row_count; i++)
        if (anc_str_starts(anc_str_of(srv_rows[i].key), prefix) &&
            srv_rows[i].key[prefix.len] == '.')
            return true;
    return false;
}

static anc_status walk_mapping(walk *w, const yaml_node_t *node, anc_str prefix, int depth,
                               anc_err *err)
{
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key_node = yaml_document_get_node(w->doc, p->key);
        const yaml_node_t *value = yaml_document_get_node(w->doc, p->value);
        if (key_node->type != YAML_SCALAR_NODE || depth >= MAX_DEPTH)
            return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: a key must be a plain name",
                            ANC_FMT(w->file), line_of(key_node));
        ANC_BUF(name, MAX_KEY);
        (void)anc_buf_printf(&name, "%.*s%s%.*s", ANC_FMT(prefix), prefix.len > 0 ? "." : "",
                             ANC_FMT(text_of(key_node)));
        if (name.refused)
            return unknown_key(w, key_node, anc_str_sub(text_of(key_node), 0, 60), err);
        const srv_row *row = srv_row_find(anc_buf_view(&name));
        if (row != NULL)
            ANC_TRY(apply_value(w, row, value, err));
        else if (is_section(anc_buf_view(&name)) && value->type == YAML_MAPPING_NODE)
            ANC_TRY(walk_mapping(w, value, anc_buf_view(&name), depth + 1, err));
        else if (is_section(anc_buf_view(&name)) && value->type == YAML_SCALAR_NODE &&
                 value->data.scalar.length == 0)
            continue; /* "http:" with nothing below it */
        else if (is_section(anc_buf_view(&name)))
            return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: '%s' holds keys of its own, not a value",
                            ANC_FMT(w->file), line_of(value), name.ptr);
        else
            return unknown_key(w, key_node, anc_buf_view(&name), err);
    }
    return ANC_OK;
}

static anc_status load(yaml_parser_t *parser, walk *w, anc_err *err)
{
    yaml_document_t doc;
    if (yaml_parser_load(parser, &doc) == 0)
        return ANC_FAIL(err, ANC_INVALID, "%.*s:%zu: not YAML: %s", ANC_FMT(w->file),
                        parser->problem_mark.line + 1,
                        parser->problem != NULL ? parser->problem : "unreadable");
    w->doc = &doc;
    const yaml_node_t *root = yaml_document_get_root_node(&doc);
    anc_status status = ANC_OK;
    if (root != NULL && root->type == YAML_MAPPING_NODE)
        status = walk_mapping(w, root, ANC_STR(""), 0, err);
    else if (root != NULL && !(root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0))
        status =
            ANC_FAIL(err, ANC_INVALID, "%.*s:1: a mapping of keys is expected", ANC_FMT(w->file));
    yaml_document_delete(&doc);
    return status;
}

anc_status srv_yaml_apply(srv_config *config, anc_str file, anc_str content, const srv_env *env,
                          anc_err *err)
{
    yaml_parser_t parser;
    walk w = {.config = config, .file = file, .env = env};
    if (yaml_parser_initialize(&parser) == 0)
        return ANC_FAIL(err, ANC_NO_MEMORY, "reading %.*s", ANC_FMT(file));
    yaml_parser_set_input_string(&parser, (const unsigned char *)content.ptr, content.len);
    const anc_status status = load(&parser, &w, err);
    yaml_parser_delete(&parser);
    return status;
}
