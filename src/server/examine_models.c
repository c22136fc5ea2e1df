/* examine_models.c - an embedding model at an endpoint, and the reranker: opened as the server does, and tried. */
#include "examine_impl.h"
#include "infer/encoder.h"
#include "kernel/adapters/system/system.h"
#include "os/file.h"
#include "remote_model.h"
#include "reranking.h"

enum { FOLDERS_MAX = 1000 };
#define PATIENCE_NS (INT64_C(15) * 1000000000)

void srv_examine_remote_model(examination *x)
{
    anc_err err = {0};
    emb_encoder encoder = {0};
    anc_status status = srv_remote_model_open(x->c, krn_system_clock(), NULL, &encoder, &err);
    if (status == ANC_OK)
        status = srv_try_encoder(x, &encoder, &err);
    if (status == ANC_OK)
        srv_tell(x, "model", CLI_FINE, anc_arena_copy(x->mem, encoder.detail));
    else
        srv_tell(x, "model", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%s; start it or correct model.remote, until then search is by "
                                  "words alone",
                                  err.text));
    emb_encoder_close(&encoder);
}

/* Scores a pair. */
static anc_status try_reranker(examination *x, const emb_reranker *r, anc_err *err)
{
    const atomic_bool never = false;
    const anc_str label = ANC_STR("public"), passage = ANC_STR("An anchor holds a ship.");
    const krn_clock clock = krn_system_clock();
    float score;
    emb_scored scored;
    krn_call call = {.mem = x->mem,
                     .err = err,
                     .deadline_ns = krn_now_ns(clock) + PATIENCE_NS,
                     .cancelled = &never,
                     .principal = {.labels = &label, .n_labels = 1}};
    return r->ops->score(r->self, &call, ANC_STR("anchor"), &passage, 1, &score, &scored);
}

void srv_examine_reranker(examination *x)
{
    anc_err err = {0};
    emb_reranker r = {0};
    anc_str absent = ANC_STR_NONE;
    anc_status status =
        srv_reranker_open(x->c, x->mem, NULL, NULL, krn_system_clock(), &r, &absent, &err);
    if (status == ANC_OK && r.ops == NULL)
        return;
    if (status == ANC_OK)
        status = try_reranker(x, &r, &err);
    if (status == ANC_OK)
        srv_tell(x, "reranker", CLI_FINE, anc_arena_copy(x->mem, r.detail));
    else
        srv_tell(x, "reranker", CLI_WRONG,
                 anc_arena_printf(x->mem, "%s; correct rerank.model or rerank.remote", err.text));
    emb_reranker_close(&r);
}

/* By its small files alone: a folder that holds none, or is being fetched, is no model. */
static bool is_cross_encoder(examination *x, anc_str name)
{
    const anc_str folder = os_path_join(x->mem, x->c->models_dir, name);
    anc_err ignored = {0};
    bool scores = false;
    return folder.ptr != NULL && !anc_str_ends(name, ANC_STR(".part")) &&
           !anc_str_ends(name, ANC_STR(".old")) &&
           inf_encoder_scores(folder, &scores, &ignored) == ANC_OK && scores;
}

void srv_examine_other_rerankers(examination *x)
{
    anc_str *names = NULL;
    anc_err err = {0};
    size_t n = 0;
    if (!os_exists(x->c->models_dir))
        return;
    if (os_folder_list(x->mem, x->c->models_dir, FOLDERS_MAX, &names, &n, &err) != ANC_OK)
        srv_tell(x, "other reranker", CLI_WRONG, anc_arena_copy(x->mem, anc_str_of(err.text)));
    for (size_t i = 0; i < n; i++)
        if (!anc_str_eq(names[i], x->c->rerank.model) && is_cross_encoder(x, names[i]))
            srv_tell(x, "other reranker", CLI_FINE,
                     anc_arena_printf(x->mem,
                                      "%.*s is installed; `rerank.model` is what names the one "
                                      "that is used",
                                      ANC_FMT(names[i])));
}
