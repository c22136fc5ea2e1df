/* model_pull.c - one model fetched: file by file, carried on, checked, then put in place.
 *
 * A file whose digest nobody knows is fetched whole, without carrying on, since nothing says what is left of it is right;
 * its digest is then pinned in a file beside it, and holds for every later fetch into the same folder.
 *
 * A file's digest runs along with its bytes, those of an earlier try included. Where a file that was
 * carried on turns out wrong, what was left of it is at fault as likely as the source, so it is
 * fetched once more from its start; a file fetched whole that is wrong ends the pull.
 */
#include <stdio.h>

#include "embedding/domain/model_pins.h"
#include "hash/sha256.h"
#include "models_impl.h"

typedef struct pull {
    emb_models *models;
    krn_call *call;
    const emb_model_pull_request *request;
    const emb_model_row *row;
    emb_model_source source; /* owned */
    anc_sha256 *sha;         /* owned: of the open file */
    anc_buf pins;  /* owned: lines of SHA256SUMS, of the files that have no digest in the table */
    anc_str known; /* the same of the folder that is installed, in the call's arena; may be empty */
    size_t pinned; /* files that are pinned for the first time */
    uint64_t before; /* bytes of the files that are done */
    uint64_t got;    /* bytes of the open file */
    bool open;       /* the file of an unknown digest has begun to come */
    const emb_model_file *file;
} pull;

/* Above all models that are published; a source that never ends is no model. */
static const uint64_t most_bytes = UINT64_C(64) << 30;

static void pull_done(pull *p)
{
    if (p->source.ops != NULL)
        p->source.ops->close(p->source.self);
    anc_sha256_free(p->sha);
    anc_buf_done(&p->pins);
}

static anc_status no_such_model(const emb_models *m, anc_str name, anc_err *err)
{
    const emb_model_row *row = NULL;
    ANC_BUF(known, 400);
    for (size_t i = 0; (row = m->with.model_at(i)) != NULL; i++)
        (void)anc_buf_printf(&known, "%s%s", i > 0 ? ", " : "", row->name);
    return ANC_FAIL(err, ANC_NOT_FOUND, "no model \"%.*s\" can be fetched; there are: %.*s",
                    ANC_FMT(name), ANC_FMT(anc_buf_view(&known)));
}

static anc_status find_row(pull *p)
{
    const anc_str name = emb_models_name_or_default(p->models, p->request->name);
    const emb_model_row *row = NULL;
    for (size_t i = 0; (row = p->models->with.model_at(i)) != NULL; i++)
        if (anc_str_eq(name, anc_str_of(row->name))) {
            p->row = row;
            return ANC_OK;
        }
    return no_such_model(p->models, name, p->call->err);
}

static anc_status open_source(pull *p)
{
    const emb_models_options *with = &p->models->with;
    const anc_str from = p->request->from;
    if (from.len == 0)
        return with->open_hub(with->hub, &p->source, p->call->err);
    if (anc_str_ends(from, ANC_STR(".whl")) || anc_str_ends(from, ANC_STR(".zip")))
        return with->open_wheel(from, &p->source, p->call->err);
    return with->open_folder(from, &p->source, p->call->err);
}

static void report(const pull *p)
{
    if (p->request->on_progress == NULL)
        return;
    const uint64_t done = p->before + p->got, sum = emb_model_bytes(p->row);
    const emb_model_progress progress = {.file = anc_str_of(p->file->path),
                                         .done_bytes = done,
                                         .total_bytes = done > sum ? done : sum};
    p->request->on_progress(p->request->arg, &progress);
}

static anc_status too_long(const pull *p)
{
    return ANC_FAIL(p->call->err, ANC_CORRUPT, "%s of %s has more than the %llu bytes expected",
                    p->file->path, p->row->name, (unsigned long long)p->file->bytes);
}

/* Bytes that an earlier try has left. More than there should be are no failure of this try: the
 * digest will differ and the file is then fetched whole. */
static anc_status take_known(void *arg, anc_str bytes)
{
    pull *p = arg;
    anc_sha256_add(p->sha, bytes);
    p->got += bytes.len;
    return ANC_OK;
}

static anc_status take_new(void *arg, anc_str bytes)
{
    pull *p = arg;
    const emb_model_store store = p->models->with.store;
    if (bytes.len > p->file->bytes - p->got)
        return too_long(p);
    ANC_TRY(store.ops->add(store.self, p->call, bytes));
    anc_sha256_add(p->sha, bytes);
    p->got += bytes.len;
    report(p);
    return ANC_OK;
}

static anc_status drop(pull *p)
{
    const emb_model_store store = p->models->with.store;
    unsigned char unused[ANC_SHA256_BYTES];
    anc_sha256_end(p->sha, unused);
    p->got = 0;
    return store.ops->drop(store.self, p->call);
}

static void digest_text(anc_sha256 *sha, char out[ANC_SHA256_HEX + 1])
{
    unsigned char digest[ANC_SHA256_BYTES];
    anc_sha256_end(sha, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* What is open is complete and right, or empty again and named in the error. */
static anc_status check_file(pull *p)
{
    char digest[ANC_SHA256_HEX + 1];
    if (p->got < p->file->bytes)
        return ANC_FAIL(p->call->err, ANC_CORRUPT, "%s of %s ended after %llu of %llu bytes",
                        p->file->path, p->row->name, (unsigned long long)p->got,
                        (unsigned long long)p->file->bytes);
    digest_text(p->sha, digest);
    if (anc_str_eq(anc_str_of(digest), anc_str_of(p->file->sha256)))
        return ANC_OK;
    const emb_model_store store = p->models->with.store;
    ANC_TRY(store.ops->drop(store.self, p->call));
    p->got = 0;
    return ANC_FAIL(p->call->err, ANC_CORRUPT, "%s of %s has the SHA-256 %s, expected %s",
                    p->file->path, p->row->name, digest, p->file->sha256);
}

static anc_status fetch_rest(pull *p)
{
    if (p->got > p->file->bytes)
        ANC_TRY(drop(p));
    if (p->got < p->file->bytes)
        ANC_TRY(p->source.ops->fetch(p->source.self, p->call, p->row, p->file, p->got,
                                     (emb_take){take_new, p}));
    report(p);
    return check_file(p);
}

static anc_status pull_file(pull *p)
{
    const emb_model_store store = p->models->with.store;
    unsigned char unused[ANC_SHA256_BYTES];
    anc_sha256_end(p->sha, unused); /* begins anew */
    p->got = 0;
    ANC_TRY(store.ops->resume(store.self, p->call, anc_str_of(p->row->name), p->file->path,
                              (emb_take){take_known, p}));
    const bool carried_on = p->got > 0;
    anc_status status = fetch_rest(p);
    if (status == ANC_CORRUPT && carried_on) {
        anc_err_clear(p->call->err);
        ANC_TRY(drop(p));
        status = fetch_rest(p);
    }
    return status;
}

/* ---- files whose digest is not in the table ----------------------------------------------------- */

/* Opens the file, empty. */
static anc_status begin_file(pull *p)
{
    const emb_model_store store = p->models->with.store;
    unsigned char unused[ANC_SHA256_BYTES];
    ANC_TRY(store.ops->resume(store.self, p->call, anc_str_of(p->row->name), p->file->path,
                              (emb_take){take_known, p}));
    ANC_TRY(store.ops->drop(store.self, p->call));
    anc_sha256_end(p->sha, unused);
    p->got = 0;
    p->open = true;
    return ANC_OK;
}

static anc_status take_any(void *arg, anc_str bytes)
{
    pull *p = arg;
    const emb_model_store store = p->models->with.store;
    if (!p->open)
        ANC_TRY(begin_file(p));
    if (bytes.len > most_bytes - p->got)
        return ANC_FAIL(p->call->err, ANC_LIMIT, "%s of %s has more than %llu bytes", p->file->path,
                        p->row->name, (unsigned long long)most_bytes);
    ANC_TRY(store.ops->add(store.self, p->call, bytes));
    anc_sha256_add(p->sha, bytes);
    p->got += bytes.len;
    report(p);
    return ANC_OK;
}

/* What came is what came first, or comes first now. */
static anc_status pin_file(pull *p)
{
    char digest[ANC_SHA256_HEX + 1];
    const anc_str before = emb_model_pin_find(p->known, p->file->path);
    digest_text(p->sha, digest);
    if (before.ptr != NULL && !anc_str_eq(before, anc_str_of(digest)))
        return ANC_FAIL(p->call->err, ANC_CORRUPT,
                        "%s of %s has the SHA-256 %s, and had %.*s when it first came (%s in its "
                        "folder; without that file it is taken as it is)",
                        p->file->path, p->row->name, digest, ANC_FMT(before), EMB_MODEL_PINS_FILE);
    p->pinned += before.ptr == NULL;
    if (!anc_buf_printf(&p->pins, "%s  %s\n", digest, p->file->path))
        return ANC_FAIL(p->call->err, ANC_NO_MEMORY, "no room for the digests of %s", p->row->name);
    return ANC_OK;
}

static anc_status pull_unknown(pull *p)
{
    p->open = false;
    p->got = 0;
    const anc_status status =
        p->source.ops->fetch(p->source.self, p->call, p->row, p->file, 0, (emb_take){take_any, p});
    if (status == ANC_NOT_FOUND && p->file->optional && !p->open) {
        anc_err_clear(p->call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    if (!p->open)
        ANC_TRY(begin_file(p)); /* an empty one */
    return pin_file(p);
}

static anc_status write_text(pull *p, const char *path, anc_str text)
{
    const emb_model_store store = p->models->with.store;
    const emb_model_file file = {.path = path};
    p->file = &file;
    const anc_status status = begin_file(p);
    p->file = NULL;
    ANC_TRY(status);
    p->got = text.len;
    return store.ops->add(store.self, p->call, text);
}

static anc_status pull_any(pull *p, const emb_model_file *file)
{
    p->file = file;
    if (file->text != NULL)
        return write_text(p, file->path, anc_str_of(file->text));
    return file->sha256 != NULL ? pull_file(p) : pull_unknown(p);
}

static anc_status pull_files(pull *p)
{
    const emb_model_store store = p->models->with.store;
    const anc_str name = anc_str_of(p->row->name);
    p->sha = anc_sha256_new();
    if (p->sha == NULL)
        return ANC_FAIL(p->call->err, ANC_NO_MEMORY, "no room to hash the model's files");
    ANC_TRY(store.ops->read(store.self, p->call, name, EMB_MODEL_PINS_FILE,
                            EMB_MODEL_PINS_MAX_BYTES, &p->known));
    ANC_TRY(open_source(p));
    for (size_t i = 0; i < p->row->n_files; i++) {
        ANC_TRY(pull_any(p, &p->row->files[i]));
        p->before += p->got;
    }
    if (p->pins.len > 0)
        ANC_TRY(write_text(p, EMB_MODEL_PINS_FILE, anc_buf_view(&p->pins)));
    return store.ops->commit(store.self, p->call, name);
}

anc_status emb_model_pull(emb_models *models, krn_call *call, const emb_model_pull_request *request,
                          emb_model_pulled *ret)
{
    const emb_model_store store = models->with.store;
    ANC_CLEANUP(pull_done)
    pull p = {.models = models,
              .call = call,
              .request = request,
              .pins = anc_buf_init(EMB_MODEL_PINS_MAX_BYTES)};
    anc_str folder = ANC_STR_NONE;
    ANC_TRY(find_row(&p));
    const anc_str name = anc_str_of(p.row->name);
    ANC_TRY(store.ops->find(store.self, call, name, &folder));
    if (folder.ptr == NULL || request->force) {
        ANC_TRY(pull_files(&p));
        ANC_TRY(store.ops->find(store.self, call, name, &folder));
    }
    if (folder.ptr == NULL)
        return ANC_FAIL(call->err, ANC_IO, "%.*s went away while it was installed", ANC_FMT(name));
    *ret = (emb_model_pulled){folder, p.pinned};
    return ANC_OK;
}
