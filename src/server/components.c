/* components.c - the rows of the house: which adapter stands behind which port of a component. */
#include <stdlib.h>
#include <string.h>

#include "embedding/adapters/infer/infer_encoder.h"
#include "embedding/adapters/infer/infer_source.h"
#include "embedding/adapters/sqlite/emb_sqlite.h"
#include "embedding/app/embedding_service.h"
#include "embedding/app/library_service.h"
#include "embedding/app/rerank_service.h"
#include "house_impl.h"
#include "identity/adapters/sqlite/idn_sqlite.h"
#include "ingest/adapters/folder/folder.h"
#include "ingest/adapters/http/http_web.h"
#include "ingest/adapters/spool_files/spool_files.h"
#include "ingest/adapters/sqlite/ing_sqlite.h"
#include "ingest/app/ingest_service.h"
#include "knowledge/adapters/parse/parse_local.h"
#include "knowledge/adapters/raw_files/raw_files.h"
#include "model_folders.h"
#include "remote_model.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"

/* ---- the catalog: one file, the tables of every component ---- */

static const struct {
    const db_migration *rows;
    const size_t *n;
} migration_tables[] = {
    {kno_migrations, &kno_n_migrations}, {ing_migrations, &ing_n_migrations},
    {idn_migrations, &idn_n_migrations}, {rag_migrations, &rag_n_migrations},
    {emb_migrations, &emb_n_migrations},
};

size_t srv_migrations(db_migration out[SRV_MAX_MIGRATIONS])
{
    size_t n = 0;
    for (size_t t = 0; t < ANC_COUNT(migration_tables); t++)
        for (size_t i = 0; i < *migration_tables[t].n && n < SRV_MAX_MIGRATIONS; i++)
            out[n++] = migration_tables[t].rows[i];
    return n;
}

/* A damaged file: whoever starts the server reads what to do. */
anc_status srv_catalog_damaged(const srv_house *h, const char *what, anc_err *err)
{
    return ANC_FAIL(
        err, ANC_CORRUPT,
        "%.300s. Put a backup of it in its place and start again. Without a backup, move "
        "the folder %.*s away and ingest the documents again",
        what, ANC_FMT(h->data_dir));
}

anc_status srv_catalog_open(srv_house *h, anc_err *err)
{
    db_migration all[SRV_MAX_MIGRATIONS];
    const size_t n = srv_migrations(all);
    const krn_sqlite_options options = {
        .path = os_path_join(h->mem, h->data_dir, ANC_STR("catalog.db")),
        .clock = h->clock,
        .metrics = h->metrics,
        .log = h->log,
        .veil = h->veil,
        .migrations = all,
        .n_migrations = n};
    if (options.path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the catalog's path");
    ANC_TRY(srv_old_copies_find(h, err));
    anc_err why = {0};
    const anc_status status = krn_sqlite_open(&options, &h->catalog, &why);
    if (status == ANC_CORRUPT)
        return srv_catalog_damaged(h, why.text, err);
    if (status != ANC_OK)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    return ANC_OK;
}

/* The writer ends first: what was posted still writes through the stores, and its commits wake the
 * follower. Then the services go, then what they stood on. */
void srv_catalog_close(srv_house *h)
{
    krn_sqlite_close(h->catalog);
    rag_service_close(h->rag);
    rte_service_close(h->routing);
    idn_service_close(h->idn);
    ing_service_close(h->ing);
    ing_spool_files_close(&h->spool);
    srch_service_close(h->srch);
    srch_home_close(h->index_home);
    kno_service_close(h->kno);
    rag_sqlite_close(h->rag_store);
    if (h->raw.ops != NULL)
        h->raw.ops->close(h->raw.self);
    kno_sqlite_close(h->kno_store);
    emb_rerank_close(h->rerank);
    emb_library_close(h->library);
    emb_service_close(h->emb);
    emb_keeper_close(h->keeper);
}

/* ---- embedding ---- */

/* Half of the cache is for questions. Also where nothing is to be kept: what an earlier start kept then goes, and an
 * erasure finds it. */
static anc_status open_keeper(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    const bool kept = anc_str_eq(c->model.cache_persistent, ANC_STR("true"));
    const emb_keeper_options options = {.store = emb_sqlite_store(krn_sqlite_readers(h->catalog)),
                                        .writer = h->writer,
                                        .clock = h->clock,
                                        .log = h->log,
                                        .metrics = h->metrics,
                                        .most_bytes = kept ? (uint64_t)c->model.cache_mb << 19 : 0};
    ANC_TRY(emb_keeper_open(&options, &h->keeper, err));
    return emb_keeper_start(h->keeper, h->scheduler, err);
}

static void tell_unusable(srv_house *h, anc_str model, const char *why, anc_str how)
{
    krn_log_write(h->log, KRN_ERROR, "server", "the embedding model cannot be used",
                  KRN_STR("model", model), KRN_STR("error", anc_str_of(why)));
    const ev_context context = {.component = ANC_STR("embedding")};
    krn_feed_error(h->feed, &context, ANC_STR("model_unusable"), anc_str_of(why), how);
}

/* An emb_opener, for the endpoint of a model whose components nobody told. */
static anc_status ask_remote(void *arg, const atomic_bool *cancelled, emb_encoder *ret,
                             anc_err *err)
{
    const srv_house *h = arg;
    return srv_remote_model_open(h->o.config, h->clock, cancelled, ret, err);
}

/* No endpoint is waited for: a step asks it, for its components where model.remote.dims does not say them, and how
 * its vectors lie. Until it answers, words alone are searched. */
static anc_status open_remote_encoder(srv_house *h, emb_service_options *options, anc_err *err)
{
    const srv_config *c = h->o.config;
    anc_err why = {0};
    anc_status status = srv_remote_model_check(c, &why);
    options->look_later = true;
    if (status == ANC_OK && c->model.remote.dims > 0)
        status = srv_remote_model_open(c, h->clock, NULL, &options->encoder, &why);
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "model.remote: %.400s", why.text);
    if (options->encoder.ops != NULL) {
        krn_log_write(h->log, KRN_INFO, "server", "embedding model elsewhere",
                      KRN_STR("detail", options->encoder.detail));
        return ANC_OK;
    }
    options->opener = (emb_opener){ask_remote, h};
    options->problem = anc_arena_printf(
        h->mem,
        "the embedding model %.*s elsewhere has not said yet how many components its vectors have "
        "(model.remote.dims is 0); it is asked until it does",
        ANC_FMT(c->model.remote.model));
    return ANC_OK;
}

/* The model's folder is absent: that is no failure, the server starts and says how to get one. */
static anc_status open_encoder(srv_house *h, emb_encoder *ret, anc_str *ret_problem, anc_err *err)
{
    const srv_config *c = h->o.config;
    const anc_str folder = os_path_join(h->mem, c->models_dir, c->model.name);
    anc_err why = {0};
    if (folder.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the model's folder");
    if (c->model.name.len == 0 || !os_exists(folder))
        return ANC_OK;
    const emb_infer_options options = {.folder = folder,
                                       .precision = c->model.precision,
                                       .pool = h->cpu_pool,
                                       .turns = h->turns,
                                       .clock = h->clock};
    const anc_status status = emb_infer_open(&options, ret, &why);
    if (status == ANC_OK) {
        krn_log_write(h->log, KRN_INFO, "server", "embedding model loaded",
                      KRN_STR("model", ret->model), KRN_STR("precision", ret->precision),
                      KRN_STR("detail", ret->detail));
        return ANC_OK;
    }
    const anc_str mending = srv_model_mending(h->mem, c->model.name, status);
    *ret_problem = anc_arena_printf(h->mem, "%s; %.*s", why.text, ANC_FMT(mending));
    tell_unusable(h, c->model.name, why.text, mending);
    return ANC_OK;
}

static anc_status open_embedding(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    const bool elsewhere = c->model.remote.url.len > 0;
    emb_service_options options = {.model = elsewhere ? c->model.remote.model : c->model.name,
                                   .cache_bytes = (uint64_t)c->model.cache_mb << 20,
                                   .keeper = h->keeper,
                                   .clock = h->clock,
                                   .feed = h->feed,
                                   .metrics = h->metrics,
                                   .log = h->log};
    if (elsewhere)
        ANC_TRY(open_remote_encoder(h, &options, err));
    else
        ANC_TRY(open_encoder(h, &options.encoder, &options.problem, err));
    const anc_status status = emb_service_open(&options, &h->emb, err);
    if (status != ANC_OK) {
        emb_encoder_close(&options.encoder);
        return status;
    }
    return elsewhere ? emb_service_start(h->emb, h->scheduler, err) : ANC_OK;
}

/* Models that collections may ask for beside the configured one. */
static anc_status open_library(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    emb_library_options options = {.configured = h->emb,
                                   .most = (unsigned)c->model.most_loaded,
                                   .most_bytes = (uint64_t)c->model.most_mb << 20,
                                   .cache_bytes = (uint64_t)c->model.cache_mb << 20,
                                   .keeper = h->keeper,
                                   .clock = h->clock,
                                   .log = h->log,
                                   .feed = h->feed,
                                   .metrics = h->metrics};
    ANC_TRY(emb_infer_source_open(c->models_dir, c->model.precision, h->cpu_pool, h->turns,
                                  h->clock, &options.source, err));
    const anc_status status = emb_library_open(&options, &h->library, err);
    if (status != ANC_OK)
        options.source.ops->close(options.source.self);
    return status;
}

/* ---- knowledge ---- */

static anc_status open_knowledge(srv_house *h, anc_err *err)
{
    kno_catalog catalog;
    const anc_str raw = os_path_join(h->mem, h->data_dir, ANC_STR("raw"));
    if (raw.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the raw folder");
    const kno_raw_files_options raw_options = {.root = raw, .reserve = h->reserve, .log = h->log};
    ANC_TRY(kno_raw_files_open(&raw_options, &h->raw, err));
    ANC_TRY(kno_sqlite_open(krn_sqlite_readers(h->catalog), &h->kno_store, &catalog, err));
    const kno_service_options options = {
        .catalog = catalog,
        .raw = h->raw,
        .parser = kno_parse_local(),
        .writer = h->writer,
        .outbox = h->outbox,
        .changes = h->changes,
        .clock = h->clock,
        .log = h->log,
        .metrics = h->metrics,
        .feed = h->feed,
        .embedding = h->emb,
        .models = h->library,
        .keep_versions = (uint32_t)h->o.config->knowledge.keep_versions,
        .tell_content = anc_str_eq(h->o.config->events.include_content, ANC_STR("true")),
        .is_followed = true};
    ANC_TRY(kno_service_open(&options, &h->kno, err));
    emb_service_listen(h->emb, kno_model_is_there, h->kno);
    return kno_service_start(h->kno, h->scheduler, err);
}

/* ---- search ---- */

static anc_status open_search(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    const srch_home_options home = {.folder = os_path_join(h->mem, h->data_dir, ANC_STR("index")),
                                    .reserve_bytes = (uint64_t)c->storage.reserve_mb << 20,
                                    .pool = h->cpu_pool};
    if (home.folder.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the folder of the index");
    ANC_TRY(srch_home_open(&home, &h->index_home, err));
    srch_config config = {.knowledge = h->kno,
                          .embedding = h->emb,
                          .models = h->library,
                          .rerank = h->rerank,
                          .changes = h->changes,
                          .clock = h->clock,
                          .log = h->log,
                          .metrics = h->metrics,
                          .feed = h->feed,
                          .open_index = srch_engine_index_open,
                          .index_place = h->index_home,
                          .recall = (float)c->search.recall,
                          .title_weight = (uint32_t)c->search.title_weight,
                          .write_bytes_per_second = (uint64_t)c->index.write_mb_per_second << 20,
                          .fusion = {.how = anc_str_eq(c->search.fusion, ANC_STR("rrf"))
                                                ? SRCH_RECIPROCAL
                                                : SRCH_WEIGHTED,
                                     .semantic_share = c->search.semantic_share}};
    ANC_TRY(srch_threads_watermark_open(&config.watermark, err));
    ANC_TRY(srch_service_open(&config, &h->srch, err));
    return srch_service_start(h->srch, h->scheduler, err);
}

/* ---- ingest ---- */

static anc_status open_ingest(srv_house *h, anc_err *err)
{
    const int64_t wanted = h->o.config->ingest.workers;
    const anc_str spool = os_path_join(h->mem, h->data_dir, ANC_STR("spool"));
    if (spool.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the folder of the spool");
    ANC_TRY(ing_spool_files_open(spool, h->reserve, &h->spool, err));
    h->event_web = (ing_http_web){.hosts = h->o.config->ingest.event_hosts.items,
                                  .n = h->o.config->ingest.event_hosts.n,
                                  .clock = h->clock};
    const unsigned workers = wanted > 0 ? (unsigned)wanted : os_cores();
    const ing_service_options options = {
        .batches = ing_sqlite_store(krn_sqlite_readers(h->catalog)),
        .batch_writer = ing_sqlite_writer(),
        .items = ing_sqlite_items(),
        .uploads = ing_sqlite_uploads(),
        .spool = h->spool,
        .folder = ing_folder_source(),
        .writer = h->writer,
        .outbox = h->outbox,
        .inbox = krn_sqlite_inbox(h->catalog),
        .event_folders = h->o.config->ingest.event_folders.items,
        .n_event_folders = h->o.config->ingest.event_folders.n,
        .web = h->event_web.n > 0 ? ing_http_web_port(&h->event_web) : (ing_web){0},
        .clock = h->clock,
        .log = h->log,
        .metrics = h->metrics,
        .feed = h->feed,
        .scheduler = h->scheduler,
        .knowledge = h->kno,
        .search = h->srch,
        .standstill_ms = h->o.config->ingest.standstill_s * 1000,
        .keep_ms = h->o.config->ingest.keep_days * 86400000,
        .keep_batches = (uint64_t)h->o.config->ingest.keep_batches,
        .spool_bytes = (uint64_t)h->o.config->ingest.spool_mb << 20,
        .workers = workers < ING_MAX_WORKERS ? workers : ING_MAX_WORKERS};
    return ing_service_open(&options, &h->ing, err);
}

/* ---- identity ---- */

static anc_status open_identity(srv_house *h, anc_err *err)
{
    const idn_service_options options = {.users = idn_sqlite_store(krn_sqlite_readers(h->catalog)),
                                         .inbox = krn_sqlite_inbox(h->catalog),
                                         .writer = h->writer};
    return idn_service_open(&options, &h->idn, err);
}

anc_status srv_components_open(srv_house *h, anc_err *err)
{
    ANC_TRY(open_keeper(h, err));
    ANC_TRY(open_embedding(h, err));
    ANC_TRY(open_library(h, err));
    ANC_TRY(srv_reranking_open(h, err));
    ANC_TRY(open_knowledge(h, err));
    ANC_TRY(open_search(h, err));
    ANC_TRY(open_ingest(h, err));
    return open_identity(h, err);
}

void srv_components_stop(srv_house *h)
{
    emb_service_stop(h->emb);
    if (h->ing != NULL)
        ing_service_stop(h->ing);
}
