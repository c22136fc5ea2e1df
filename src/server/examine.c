/* examine.c - checks for `anchorage doctor` that need the adapters: model, lock, catalog, provider, buses. */
#include "examine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/sqlite/page_scan.h"
#include "embedding/adapters/infer/infer_encoder.h"
#include "embedding/adapters/infer/infer_source.h"
#include "embedding/domain/model_pins.h"
#include "embedding/domain/model_table.h"
#include "examine_impl.h"
#include "hash/sha256.h"
#include "house_impl.h"
#include "ingest/adapters/spool_files/spool_files.h"
#include "model_folders.h"
#include "net/http_client.h"
#include "os/sandbox.h"
#include "parse/parse.h"

enum {
    NAMES_MAX = 10000,
    ARENA_BYTES = 64 << 20,
    PROVIDER_MS = 5000,
    HASH_STEP = 16 << 20,
    PROVIDER_WHERE = 300
};

/* ---- the model ---- */

static void map_cleanup(os_map *map)
{
    os_map_close(map);
}

static void sha_cleanup(anc_sha256 **sha)
{
    anc_sha256_free(*sha);
}

static anc_status digest_of(const os_map *map, char hex[ANC_SHA256_HEX + 1], anc_err *err)
{
    unsigned char digest[ANC_SHA256_BYTES];
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a digest");
    for (size_t at = 0; at < map->len; at += HASH_STEP) {
        const size_t n = map->len - at < HASH_STEP ? map->len - at : HASH_STEP;
        anc_sha256_add(sha, (anc_str){(const char *)map->bytes + at, n});
    }
    os_map_forget(map);
    anc_sha256_end(sha, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return ANC_OK;
}

/* A file that is pinned in the table, or in `pins` of the folder. */
static anc_status check_file(examination *x, anc_str folder, const emb_model_file *file,
                             anc_str pins, anc_err *err)
{
    char hex[ANC_SHA256_HEX + 1];
    ANC_CLEANUP(map_cleanup) os_map map = {0};
    const anc_str path = os_path_join(x->mem, folder, anc_str_of(file->path));
    const anc_str expected =
        file->sha256 != NULL ? anc_str_of(file->sha256) : emb_model_pin_find(pins, file->path);
    if (expected.ptr ==
        NULL) /* of the table's own text, or not published, or not fetched by a pull */
        return ANC_OK;
    ANC_TRY(os_map_open(path, &map, err));
    if (file->sha256 != NULL && map.len != file->bytes)
        return ANC_FAIL(err, ANC_CORRUPT, "%s has %zu bytes, expected %llu", file->path, map.len,
                        (unsigned long long)file->bytes);
    ANC_TRY(digest_of(&map, hex, err));
    if (!anc_str_eq(anc_str_of(hex), expected))
        return ANC_FAIL(err, ANC_CORRUPT, "%s has the SHA-256 %s, expected %.*s", file->path, hex,
                        ANC_FMT(expected));
    return ANC_OK;
}

/* All files of a model of the table; says in `ret` what they were compared with. */
static anc_status check_files(examination *x, anc_str folder, const emb_model_row *row,
                              const char **ret, anc_err *err)
{
    const anc_str path = os_path_join(x->mem, folder, ANC_STR(EMB_MODEL_PINS_FILE));
    anc_str pins = ANC_STR_NONE;
    bool all_known = row != NULL;
    if (row != NULL && os_exists(path))
        ANC_TRY(os_file_read(x->mem, path, EMB_MODEL_PINS_MAX_BYTES, &pins, err));
    for (size_t i = 0; row != NULL && i < row->n_files; i++) {
        all_known = all_known && row->files[i].sha256 != NULL;
        ANC_TRY(check_file(x, folder, &row->files[i], pins, err));
    }
    *ret = all_known          ? "all files as published"
           : pins.ptr != NULL ? "all files as they first came"
           : row != NULL      ? "digests not known, files not compared"
                              : "no known model, digests not compared";
    return ANC_OK;
}

/* Embeds a word. */
anc_status srv_try_encoder(examination *x, emb_encoder *encoder, anc_err *err)
{
    atomic_bool never = false;
    const anc_str label = ANC_STR("public"), word = ANC_STR("anchorage");
    emb_encoded done;
    krn_call call = {.mem = x->mem,
                     .err = err,
                     .deadline_ns = INT64_MAX,
                     .cancelled = &never,
                     .principal = {.labels = &label, .n_labels = 1}};
    float *vector = anc_arena_alloc(x->mem, encoder->dims, sizeof *vector);
    double sum = 0;
    if (vector == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a vector");
    ANC_TRY(encoder->ops->encode(encoder->self, &call, EMB_TEXT_QUERY, &word, 1, vector, &done));
    for (uint32_t i = 0; i < encoder->dims; i++)
        sum += (double)vector[i] * (double)vector[i];
    if (!(fabs(sum - 1) < 1e-3))
        return ANC_FAIL(err, ANC_CORRUPT, "the model gives vectors of length %g instead of 1",
                        sqrt(sum));
    return ANC_OK;
}

static anc_status open_model(examination *x, anc_str folder, anc_str *ret, anc_err *err)
{
    const emb_model_row *row = emb_model_find(x->c->model.name);
    const emb_infer_options options = {
        .folder = folder, .precision = x->c->model.precision, .clock = krn_system_clock()};
    emb_encoder encoder = {0};
    const char *compared = NULL;
    ANC_TRY(check_files(x, folder, row, &compared, err));
    ANC_TRY(emb_infer_open(&options, &encoder, err));
    const anc_status status = srv_try_encoder(x, &encoder, err);
    *ret = anc_arena_printf(x->mem, "%.*s; %s; in %.*s", ANC_FMT(encoder.detail), compared,
                            ANC_FMT(folder));
    emb_encoder_close(&encoder);
    return status;
}

static void examine_model(examination *x)
{
    const anc_str name = x->c->model.name;
    const anc_str folder = os_path_join(x->mem, x->c->models_dir, name);
    anc_status status = ANC_OK;
    anc_err err = {0};
    anc_str text;
    if (x->c->model.remote.url.len > 0) {
        srv_examine_remote_model(x);
        return;
    }
    if (name.len == 0 || !os_exists(folder))
        srv_tell(x, "model", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%.*s is not installed in %.*s; install it with `anchorage model "
                                  "pull`, until then search is by words alone",
                                  ANC_FMT(name), ANC_FMT(x->c->models_dir)));
    else if ((status = open_model(x, folder, &text, &err)) == ANC_OK)
        srv_tell(x, "model", CLI_FINE, text);
    else
        srv_tell(x, "model", CLI_WRONG,
                 anc_arena_printf(x->mem, "%s; %.*s", err.text,
                                  ANC_FMT(srv_model_mending(x->mem, name, status))));
}

/* Another folder than the configured one: a collection may ask for it. */
static void examine_other(examination *x, const emb_encoder_source *source, krn_call *call,
                          anc_str name)
{
    emb_encoder encoder = {0};
    anc_status status = source->ops->open(source->self, call, name, &encoder);
    if (status == ANC_OK)
        status = srv_try_encoder(x, &encoder, call->err);
    if (status == ANC_OK)
        srv_tell(x, "other model", CLI_FINE, anc_arena_copy(x->mem, encoder.detail));
    else
        srv_tell(x, "other model", CLI_NOTE,
                 anc_arena_printf(x->mem, "%.*s cannot embed, and no collection can ask for it: %s",
                                  ANC_FMT(name), call->err->text));
    anc_err_clear(call->err);
    emb_encoder_close(&encoder);
}

static void examine_others(examination *x)
{
    atomic_bool never = false;
    anc_err err = {0};
    emb_source_row *rows = NULL;
    emb_encoder_source source = {0};
    size_t n = 0;
    krn_call call = {.mem = x->mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    if (emb_infer_source_open(x->c->models_dir, x->c->model.precision, NULL, NULL,
                              krn_system_clock(), &source, &err) != ANC_OK ||
        source.ops->list(source.self, &call, &rows, &n) != ANC_OK)
        srv_tell(x, "other model", CLI_WRONG, anc_arena_copy(x->mem, anc_str_of(err.text)));
    for (size_t i = 0; i < n; i++)
        if (!anc_str_eq(rows[i].name, x->c->model.name) &&
            !anc_str_eq(rows[i].name, x->c->rerank.model))
            examine_other(x, &source, &call, rows[i].name);
    if (source.ops != NULL)
        source.ops->close(source.self);
}

/* ---- the data folder ---- */

static void examine_lock(examination *x)
{
    const anc_str path = os_path_join(x->mem, x->c->data_dir, ANC_STR("lock"));
    anc_err err = {0};
    bool held = false;
    uint64_t pid = 0;
    if (os_lock_holder(path, &held, &pid, &err) != ANC_OK)
        srv_tell(x, "lock", CLI_WRONG, anc_arena_copy(x->mem, anc_str_of(err.text)));
    else if (held)
        srv_tell(x, "lock", CLI_FINE,
                 anc_arena_printf(x->mem, "held by process %llu", (unsigned long long)pid));
    else
        srv_tell(x, "lock", CLI_FINE, ANC_STR("free"));
}

static anc_str describe_catalog(examination *x, const krn_sqlite_report *r)
{
    const unsigned long long kib = (unsigned long long)(r->bytes >> 10);
    if (r->missing == 0)
        return anc_arena_printf(x->mem, "sound, %llu KiB, of this version", kib);
    return anc_arena_printf(x->mem,
                            "sound, %llu KiB, %zu steps behind this version; the next start takes "
                            "them, after a copy",
                            kib, r->missing);
}

static void examine_catalog(examination *x)
{
    db_migration steps[SRV_MAX_MIGRATIONS];
    const krn_sqlite_options options = {
        .path = os_path_join(x->mem, x->c->data_dir, ANC_STR("catalog.db")),
        .migrations = steps,
        .n_migrations = srv_migrations(steps)};
    krn_sqlite_report report;
    anc_err err = {0};
    const anc_status status = krn_sqlite_inspect(&options, &report, &err);
    if (status == ANC_NOT_FOUND)
        srv_tell(x, "catalog", CLI_NOTE, ANC_STR("not there yet; the first start makes it"));
    else if (status == ANC_UNSUPPORTED)
        srv_tell(x, "catalog", CLI_WRONG,
                 anc_arena_printf(x->mem, "%s; use the version that wrote it", err.text));
    else if (status != ANC_OK)
        srv_tell(x, "catalog", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%s; put a copy of the data folder back, or move this one "
                                  "away and read the documents again",
                                  err.text));
    else if (report.damage[0] != '\0')
        srv_tell(x, "catalog", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%.*s is damaged: %s; put a copy of the data folder back, or "
                                  "move this one away and read the documents again",
                                  ANC_FMT(options.path), report.damage));
    else
        srv_tell(x, "catalog", report.missing > 0 ? CLI_NOTE : CLI_FINE,
                 describe_catalog(x, &report));
}

/* Query logs that were damaged and set aside: kept until somebody removes them. */
static void examine_asides(examination *x)
{
    anc_str *names = NULL;
    size_t n = 0;
    anc_err err = {0};
    if (os_folder_list(x->mem, x->c->data_dir, NAMES_MAX, &names, &n, &err) != ANC_OK)
        return; /* there is no folder yet */
    for (size_t i = 0; i < n; i++)
        if (srv_tracking_is_aside(names[i]))
            srv_tell(
                x, "tracking", CLI_NOTE,
                anc_arena_printf(x->mem,
                                 "%.*s was damaged and set aside; a new one was begun from the "
                                 "events that were kept. Remove it when nobody needs it",
                                 ANC_FMT(names[i])));
}

/* The query log is made of events: without its file it begins anew with those that are kept. */
static void examine_tracking(examination *x)
{
    examine_asides(x);
    db_scan scan = {0};
    os_stat file;
    anc_err err = {0};
    const anc_str path = os_path_join(x->mem, x->c->data_dir, ANC_STR("tracking.db"));
    if (os_stat_of(path, &file, &err) != ANC_OK) /* off, or not started yet */
        return;
    anc_status status = db_wal_scan(path, &err);
    if (status == ANC_OK)
        status = db_pages_scan(path, &scan, &err);
    if (status != ANC_OK)
        srv_tell(x, "tracking", CLI_WRONG,
                 anc_arena_printf(x->mem, "%s%s", err.text,
                                  status == ANC_CORRUPT
                                      ? "; the next start sets it aside and makes "
                                        "it anew from the kept events"
                                      : ""));
    else if (scan.damaged > 0)
        srv_tell(x, "tracking", CLI_WRONG,
                 anc_arena_printf(
                     x->mem,
                     "%.*s is damaged: %u of %u pages, the first is page %u; move it away: it "
                     "is made anew from the kept events",
                     ANC_FMT(path), scan.damaged, scan.pages, scan.first));
    else
        srv_tell(
            x, "tracking", CLI_FINE,
            anc_arena_printf(x->mem, "sound, %llu KiB", (unsigned long long)(file.bytes >> 10)));
}

/* What a walk over the files of a folder found. */
typedef struct store_finding {
    const char *line;      /* of the report */
    const char *files;     /* "files", "segments" */
    const char *remedy;    /* for the damaged ones */
    const char *all_sound; /* behind the count and `files` */
} store_finding;

static void tell_store(examination *x, const store_finding *f, unsigned long long damaged,
                       unsigned long long all, const char *first)
{
    if (damaged > 0)
        srv_tell(x, f->line, CLI_WRONG,
                 anc_arena_printf(x->mem, "%llu of %llu %s are damaged, the first is %s; %s",
                                  damaged, all, f->files, first, f->remedy));
    else
        srv_tell(x, f->line, CLI_FINE,
                 anc_arena_printf(x->mem, "%llu %s%s", all, f->files, f->all_sound));
}

static void examine_spool(examination *x)
{
    static const store_finding finding = {"spool", "segments",
                                          "send the documents again that fail for it",
                                          " wait, as they were sent"};
    ing_spool_report report;
    anc_err err = {0};
    const anc_str folder = os_path_join(x->mem, x->c->data_dir, ANC_STR("spool"));
    if (ing_spool_files_scan(folder, &report, &err) != ANC_OK)
        srv_tell(x, finding.line, CLI_WRONG, anc_arena_copy(x->mem, anc_str_of(err.text)));
    else
        tell_store(x, &finding, report.damaged, report.segments, report.first);
}

static bool is_served(examination *x)
{
    const anc_str path = os_path_join(x->mem, x->c->data_dir, ANC_STR("lock"));
    anc_err ignored = {0};
    bool held = false;
    uint64_t pid = 0;
    return os_lock_holder(path, &held, &pid, &ignored) == ANC_OK && held;
}

/* What a damage took is indexed again by the server that found it, and comes to the disk with its next save. */
static void tell_mended(examination *x, const srch_home_report *r)
{
    srv_tell(x, "index", CLI_NOTE,
             anc_arena_printf(x->mem,
                              "segments were damaged and set aside in %llu of %llu indexes; %s",
                              (unsigned long long)r->mended, (unsigned long long)r->indexes,
                              is_served(x) ? "the server that runs indexes their documents again "
                                             "and has not saved them yet"
                                           : "the next start indexes their documents again"));
}

/* The index is made of the catalog: what is wrong with it is mended by the next start. */
static void tell_index(examination *x, const srch_home_report *r)
{
    const unsigned long long mib = (unsigned long long)(r->bytes >> 20);
    if (r->damaged > 0)
        srv_tell(x, "index", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%llu %s damaged, the first: %s; a start sets it aside and "
                                  "indexes its documents again",
                                  (unsigned long long)r->damaged,
                                  r->damaged == 1 ? "place is" : "places are", r->first));
    else
        srv_tell(x, "index", CLI_FINE,
                 anc_arena_printf(x->mem, "%llu %s, %llu %s, %llu MiB, all sound",
                                  (unsigned long long)r->indexes,
                                  r->indexes == 1 ? "index" : "indexes",
                                  (unsigned long long)r->segments,
                                  r->segments == 1 ? "segment" : "segments", mib));
    if (r->mended > 0)
        tell_mended(x, r);
    if (r->set_aside > 0)
        srv_tell(
            x, "index", CLI_NOTE,
            anc_arena_printf(x->mem,
                             "%llu files named damaged-… were set aside in index/; remove them "
                             "when nobody needs them",
                             (unsigned long long)r->set_aside));
    if (r->orphans > 0)
        srv_tell(x, "index", CLI_NOTE,
                 anc_arena_printf(x->mem,
                                  "%llu folders of index/ are left over; the next start or "
                                  "save removes them",
                                  (unsigned long long)r->orphans));
}

static void examine_index(examination *x)
{
    enum { LOOKS = 3 }; /* a server may replace files meanwhile: what is damaged stays so */
    srch_home_report report = {0};
    anc_err err = {0};
    anc_status status = ANC_OK;
    const anc_str folder = os_path_join(x->mem, x->c->data_dir, ANC_STR("index"));
    for (int i = 0; i < LOOKS && (i == 0 || status != ANC_OK || report.damaged > 0); i++)
        status = srch_home_inspect(folder, &report, &err);
    if (status != ANC_OK)
        srv_tell(x, "index", CLI_WRONG, anc_arena_copy(x->mem, anc_str_of(err.text)));
    else
        tell_index(x, &report);
}

/* ---- documents ---- */

static void examine_documents(examination *x)
{
    const char *program = prs_missing_program(), *wall = os_sandbox_missing();
    if (program != NULL)
        srv_tell(x, "documents", CLI_NOTE,
                 anc_arena_printf(x->mem, "PDF cannot be read: there is no %s", program));
    else if (wall != NULL)
        srv_tell(
            x, "documents", CLI_NOTE,
            anc_arena_printf(x->mem,
                             "every kind can be read; this kernel has no %s, so that the reader of "
                             "PDF is shut in less tightly",
                             wall));
    else
        srv_tell(x, "documents", CLI_FINE, ANC_STR("every kind can be read, PDF in a sandbox"));
}

/* ---- the language model ---- */

static anc_status ask_provider(examination *x, anc_str base, int *ret_status, anc_err *err)
{
    net_client *client = NULL;
    net_response response = {0};
    while (anc_str_ends(base, ANC_STR("/")))
        base.len--;
    const net_header header = {ANC_STR("authorization"),
                               anc_arena_printf(x->mem, "Bearer %.*s", ANC_FMT(x->c->llm.api_key))};
    const net_request request = {.method = ANC_STR("GET"),
                                 .url = anc_arena_printf(x->mem, "%.*s/models", ANC_FMT(base)),
                                 .headers = &header,
                                 .n_headers = x->c->llm.api_key.len > 0,
                                 .connect_timeout_ms = x->c->llm.connect_timeout_ms,
                                 .total_timeout_ms = PROVIDER_MS};
    ANC_TRY(net_client_open(&client, err));
    const anc_status status = net_http_fetch(client, &request, NULL, x->mem, &response, err);
    net_client_close(client);
    *ret_status = response.head.status;
    return status;
}

static void examine_provider(examination *x)
{
    static const char or_else[] = "until then answers are sentences of the documents";
    anc_err err = {0};
    int status = 0;
    char at[PROVIDER_WHERE] = "";
    if (x->c->llm.base_url.len == 0 && x->c->llm.api_key.len == 0) {
        srv_tell(x, "language model", CLI_FINE,
                 ANC_STR("none configured; answers are sentences of the documents"));
        return;
    }
    const anc_str base = srv_llm_endpoint(x->c);
    if (net_url_where(base, at, sizeof at, &err) != ANC_OK ||
        ask_provider(x, base, &status, &err) != ANC_OK)
        srv_tell(x, "language model", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%s; start it or correct llm.base_url (OPENAI_BASE_URL), %s",
                                  err.text, or_else));
    else if (status == 401 || status == 403)
        srv_tell(x, "language model", CLI_WRONG,
                 anc_arena_printf(x->mem,
                                  "%s refuses the key (%d); correct llm.api_key "
                                  "(OPENAI_API_KEY), %s",
                                  at, status, or_else));
    else if (status >= 500)
        srv_tell(x, "language model", CLI_WRONG,
                 anc_arena_printf(x->mem, "%s answers %d; %s", at, status, or_else));
    else
        srv_tell(x, "language model", CLI_FINE,
                 anc_arena_printf(x->mem, "%s answers; %.*s is asked for", at,
                                  ANC_FMT(x->c->llm.model)));
}

void srv_examine(const srv_config *config, cli_found_fn *found, void *arg)
{
    static void (*const parts[])(examination *) = {
        examine_model,    examine_others,  srv_examine_reranker, srv_examine_other_rerankers,
        examine_lock,     examine_catalog, examine_tracking,     srv_examine_raw,
        examine_spool,    examine_index,   examine_documents,    examine_provider,
        srv_examine_buses};
    for (size_t i = 0; i < ANC_COUNT(parts); i++) {
        ANC_ARENA(mem, ARENA_BYTES);
        examination x = {config, mem, found, arg};
        if (mem == NULL)
            found(arg, "memory", CLI_WRONG, ANC_STR("there is none left"));
        else
            parts[i](&x);
    }
}
