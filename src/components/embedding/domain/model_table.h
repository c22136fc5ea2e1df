/* model_table.h - the models that can be fetched by name.
 *
 * Every file is pinned by size and SHA-256, or where these could not be looked at yet by what comes first: its digest is
 * then kept beside the model (model_pins.h).
 */
#ifndef ANC_EMBEDDING_DOMAIN_MODEL_TABLE_H
#define ANC_EMBEDDING_DOMAIN_MODEL_TABLE_H

#include "base/base.h"

typedef struct emb_model_file {
    const char *path;   /* below the model's folder, '/' between parts */
    uint64_t bytes;     /* without a digest no more than a guess, 0: none */
    const char *sha256; /* 64 hex digits, lower case; NULL: not known */
    const char *text; /* what the file holds, which is then not fetched; NULL: what is published */
    bool optional; /* the model does without it where it is not published; only without a digest */
} emb_model_file;

typedef struct emb_model_row {
    const char *name;       /* of its folder below models_dir */
    const char *repository; /* on the hub */
    const char *
        revision; /* of the repository: a commit, so the files never change; or a branch, '/' written as %2F */
    const char *licence;
    const char *about; /* one line: language, dimensions or that it reranks, tokens, layers */
    const emb_model_file *files;
    size_t n_files;
} emb_model_row;

/* Row `i` of the table; NULL past the last. The first is the default. */
const emb_model_row *emb_model_at(size_t i);

/* The model of that name; NULL: not in the table. */
const emb_model_row *emb_model_find(anc_str name);

uint64_t emb_model_bytes(const emb_model_row *row); /* of all files */

#endif
