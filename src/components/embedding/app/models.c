/* models.c - which models there are and where. */
#include <stdlib.h>
#include <string.h>

#include "models_impl.h"

enum { HUB_MAX_BYTES = 2048, NAME_MAX_BYTES = 200 };

anc_status emb_models_open(const emb_models_options *options, emb_models **ret, anc_err *err)
{
    emb_models *m = calloc(1, sizeof *m);
    char *hub = malloc(options->hub.len + 1);
    if (m == NULL || hub == NULL) {
        free(m);
        free(hub);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the list of models");
    }
    if (options->hub.len > 0)
        memcpy(hub, options->hub.ptr, options->hub.len);
    m->with = *options;
    m->with.hub = (anc_str){hub, options->hub.len};
    m->hub = hub;
    if (m->with.model_at == NULL)
        m->with.model_at = emb_model_at;
    *ret = m;
    return ANC_OK;
}

void emb_models_close(emb_models *m)
{
    if (m == NULL)
        return;
    if (m->with.store.ops != NULL)
        m->with.store.ops->close(m->with.store.self);
    free(m->hub);
    free(m);
}

anc_status emb_models_check_name(anc_str name, anc_err *err)
{
    const bool dots = anc_str_eq(name, ANC_STR(".")) || anc_str_eq(name, ANC_STR(".."));
    if (name.len == 0 || name.len > NAME_MAX_BYTES || dots || memchr(name.ptr, '/', name.len) ||
        memchr(name.ptr, '\0', name.len))
        return ANC_FAIL(err, ANC_INVALID, "\"%.*s\" cannot be the name of a model", ANC_FMT(name));
    return ANC_OK;
}

anc_str emb_models_name_or_default(const emb_models *m, anc_str name)
{
    return name.len > 0 ? name : anc_str_of(m->with.model_at(0)->name);
}

anc_status emb_model_get_folder(emb_models *m, krn_call *call, anc_str name, anc_str *ret_folder)
{
    const emb_model_store store = m->with.store;
    const anc_str model = emb_models_name_or_default(m, name);
    anc_str folder = ANC_STR_NONE;
    ANC_TRY(emb_models_check_name(model, call->err));
    ANC_TRY(store.ops->find(store.self, call, model, &folder));
    if (folder.ptr == NULL)
        return ANC_FAIL(call->err, ANC_NOT_FOUND,
                        "no embedding model: run `anchorage model pull` (%.*s is not installed)",
                        ANC_FMT(model));
    *ret_folder = folder;
    return ANC_OK;
}

static bool in_table(const emb_models *m, anc_str name)
{
    const emb_model_row *row = NULL;
    for (size_t i = 0; (row = m->with.model_at(i)) != NULL; i++)
        if (anc_str_eq(name, anc_str_of(row->name)))
            return true;
    return false;
}

static anc_status add_info(emb_models *m, krn_call *call, emb_model_info *info)
{
    const emb_model_store store = m->with.store;
    ANC_TRY(store.ops->find(store.self, call, info->name, &info->folder));
    info->installed = info->folder.ptr != NULL;
    return ANC_OK;
}

anc_status emb_model_list(emb_models *m, krn_call *call, emb_model_info **ret, size_t *ret_n)
{
    const emb_model_store store = m->with.store;
    anc_str *names = NULL;
    size_t n_names = 0, n_table = 0, n = 0;
    ANC_TRY(store.ops->list(store.self, call, &names, &n_names));
    while (m->with.model_at(n_table) != NULL)
        n_table++;
    emb_model_info *rows = anc_arena_alloc(call->mem, n_table + n_names, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the list of models");
    for (; n < n_table; n++) {
        const emb_model_row *row = m->with.model_at(n);
        rows[n] = (emb_model_info){.name = anc_str_of(row->name),
                                   .licence = anc_str_of(row->licence),
                                   .about = anc_str_of(row->about),
                                   .bytes = emb_model_bytes(row)};
        ANC_TRY(add_info(m, call, &rows[n]));
    }
    for (size_t i = 0; i < n_names; i++) {
        if (in_table(m, names[i]))
            continue;
        rows[n].name = names[i];
        ANC_TRY(add_info(m, call, &rows[n]));
        n++;
    }
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}
