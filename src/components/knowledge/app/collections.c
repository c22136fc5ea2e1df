/* collections.c - collections made, changed, listed, deleted, and their statistics. */
#include <string.h>

#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"
#include "knowledge/domain/rules.h"
#include "service_impl.h"
#include "json/json.h"

enum { MAX_PAGE = 1000, MAX_STATS_ROWS = 10000 };

static const anc_str everybody[] = {ANC_STR_INIT("public")};

kno_collection_record kno_collection_defaults(anc_str name)
{
    return (kno_collection_record){.name = name,
                                   .description = ANC_STR(""),
                                   .language = ANC_STR("auto"),
                                   .chunking = KNO_CHUNK_STRUCTURE,
                                   .overlap_sentences = 0,
                                   .acl = {everybody, 1},
                                   .system_prompt = ANC_STR(""),
                                   .prompt_template = ANC_STR(""),
                                   .wanted_model = ANC_STR(""),
                                   .model = ANC_STR(""),
                                   .target = ANC_STR("")};
}

static anc_status to_public(kno_service *kno, krn_call *call, const kno_collection_record *r,
                            kno_collection *ret)
{
    const kno_collection_store c = kno->with.catalog.collections;
    const kno_model_store m = kno->with.catalog.models;
    const bool changing = r->model.len > 0 && !anc_str_eq(r->model, r->target);
    uint64_t outdated = 0, unembedded = 0;
    if (changing)
        ANC_TRY(m.ops->lacking(m.self, call, r->id, &unembedded));
    if (r->recut)
        ANC_TRY(c.ops->outdated(c.self, call, r->id, &outdated));
    *ret = (kno_collection){.name = r->name,
                            .description = r->description,
                            .language = r->language,
                            .chunking = (kno_chunking)r->chunking,
                            .chunk_tokens = r->chunk_tokens,
                            .overlap_sentences = r->overlap_sentences,
                            .acl = r->acl.items,
                            .n_acl = r->acl.n,
                            .system_prompt = r->system_prompt,
                            .prompt_template = r->prompt_template,
                            .embedding_model = r->wanted_model,
                            .model = r->model,
                            .unembedded = unembedded,
                            .embed_failed = r->embed_failed,
                            .created_ms = r->created_ms,
                            .updated_ms = r->updated_ms,
                            .documents = r->documents,
                            .chunks = r->chunks,
                            .outdated = outdated,
                            .recut_failed = r->recut_failed};
    return ANC_OK;
}

/* The model of that name for a collection that asks for it. What cannot be one is the asker's fault. */
static anc_status hold_asked(kno_service *kno, krn_call *call, anc_str name, emb_held *ret)
{
    anc_err why = {0};
    krn_call inner = *call;
    inner.err = &why;
    const anc_status status = kno_model_wanted(kno, &inner, name, ret);
    if (status == ANC_OK)
        return ANC_OK;
    if (status == ANC_INVALID || status == ANC_NOT_FOUND || status == ANC_CORRUPT ||
        status == ANC_UNSUPPORTED)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/embedding_model", "%s", why.text);
    return ANC_FAIL(call->err, status, "%s", why.text);
}

/* The wish checked, with defaults where it says nothing. */
static anc_status check(krn_call *call, const kno_collection *wanted, const emb_info_row *model,
                        kno_collection_record *ret)
{
    anc_err *err = call->err;
    ANC_TRY(kno_collection_name_check(wanted->name, "/name", err));
    ANC_TRY(kno_line_check(wanted->description, KNO_DESCRIPTION_BYTES, "description",
                           "/description", err));
    ANC_TRY(kno_language_check(wanted->language, "/language", err));
    const uint32_t window = model->max_tokens;
    if (wanted->chunking != KNO_CHUNK_STRUCTURE && wanted->chunking != KNO_CHUNK_WHOLE)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/chunking/strategy", "%d is no way of chunking",
                              (int)wanted->chunking);
    if (wanted->chunk_tokens != 0 &&
        (wanted->chunk_tokens < KNO_CHUNK_TOKENS_MIN || wanted->chunk_tokens > window))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/chunking/max_tokens",
                              "%u tokens a chunk: allowed are %d to %u, or 0 for what fits",
                              wanted->chunk_tokens, KNO_CHUNK_TOKENS_MIN, window);
    if (wanted->overlap_sentences > KNO_OVERLAP_SENTENCES)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/chunking/overlap_sentences",
                              "%u sentences of overlap: at most %d are allowed",
                              wanted->overlap_sentences, KNO_OVERLAP_SENTENCES);
    ANC_TRY(kno_text_check(wanted->system_prompt, KNO_PROMPT_BYTES, "system prompt",
                           "/system_prompt", err));
    ANC_TRY(kno_text_check(wanted->prompt_template, KNO_PROMPT_BYTES, "prompt template",
                           "/prompt_template", err));
    kno_collection_record r = kno_collection_defaults(wanted->name);
    r.wanted_model = wanted->embedding_model;
    r.system_prompt = wanted->system_prompt;
    r.prompt_template = wanted->prompt_template;
    r.description = wanted->description;
    if (wanted->language.len > 0)
        r.language = wanted->language;
    r.chunking = (uint32_t)wanted->chunking;
    r.chunk_tokens = wanted->chunk_tokens;
    r.overlap_sentences = wanted->overlap_sentences;
    if (wanted->n_acl > 0)
        ANC_TRY(kno_labels_sorted(call->mem, wanted->acl, wanted->n_acl, &r.acl, err));
    *ret = r;
    return ANC_OK;
}

/* ---- made ---------------------------------------------------------------------------------- */

typedef struct collection_work {
    kno_service *kno;
    const kno_collection_record *record;
    krn_change_op op;
    bool is_new;
    bool aims; /* at `model`, for what record->wanted_model asks */
    emb_info_row model;
    unsigned set; /* bits of kno_setting */
    uint64_t seq;
} collection_work;

static anc_status write_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_work *w = arg;
    const kno_collection_store c = w->kno->with.catalog.collections;
    int64_t id = 0;
    if (w->op == KRN_CHANGE_DROP_COLLECTION)
        ANC_TRY(c.ops->drop(c.self, tx, w->record->id, err));
    else if (w->is_new)
        ANC_TRY(c.ops->insert(c.self, tx, w->record, &id, err));
    else
        ANC_TRY(c.ops->update(c.self, tx, w->record, w->set, err));
    const kno_model_store m = w->kno->with.catalog.models;
    if (w->aims)
        ANC_TRY(
            m.ops->aim(m.self, tx, w->record->wanted_model, w->model.revision, w->model.dims, err));
    const krn_change change = {.op = w->op, .collection = w->record->name};
    const krn_changes log = w->kno->with.changes;
    return log.ops->append(log.self, tx, &change, &w->seq, err);
}

anc_status kno_collection_store_new(kno_service *kno, krn_call *call,
                                    const kno_collection_record *wanted)
{
    ANC_CLEANUP(emb_let_go) emb_held held = {0};
    ANC_TRY(hold_asked(kno, call, wanted->wanted_model, &held));
    collection_work work = {.kno = kno,
                            .record = wanted,
                            .op = KRN_CHANGE_COLLECTION,
                            .is_new = true,
                            .aims = emb_info(held.emb).available,
                            .model = emb_info(held.emb)};
    return krn_writer_run(kno->with.writer, call, write_collection, &work);
}

anc_status kno_collection_create(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 kno_collection *ret)
{
    kno_collection_record record;
    ANC_CLEANUP(emb_let_go) emb_held held = {0};
    ANC_TRY(hold_asked(kno, call, wanted->embedding_model, &held));
    const emb_info_row model = emb_info(held.emb);
    ANC_TRY(check(call, wanted, &model, &record));
    ANC_TRY(kno_collection_store_new(kno, call, &record));
    const kno_collection_store c = kno->with.catalog.collections;
    ANC_TRY(c.ops->find(c.self, call, wanted->name, &record));
    if (record.id == 0)
        return ANC_FAIL(call->err, ANC_CONFLICT, "the collection '%.*s' was deleted meanwhile",
                        ANC_FMT(wanted->name));
    return to_public(kno, call, &record, ret);
}

anc_status kno_collection_find(kno_service *kno, krn_call *call, anc_str name, kno_collection *ret)
{
    kno_collection_record record;
    ANC_TRY(kno_collection_get(kno, call, name, &record));
    return to_public(kno, call, &record, ret);
}

anc_status kno_moment(kno_service *kno, krn_call *call, uint64_t *ret)
{
    const kno_collection_store c = kno->with.catalog.collections;
    ANC_TRY(c.ops->dropped(c.self, call, ANC_STR_NONE, ret));
    ++*ret;
    return ANC_OK;
}

/* ---- changed ------------------------------------------------------------------------------- */

static unsigned bits_of(const kno_collection_set *set)
{
    return (set->description ? KNO_SET_DESCRIPTION : 0U) | (set->language ? KNO_SET_LANGUAGE : 0U) |
           (set->chunking ? KNO_SET_CHUNKING : 0U) |
           (set->chunk_tokens ? KNO_SET_CHUNK_TOKENS : 0U) |
           (set->overlap_sentences ? KNO_SET_OVERLAP : 0U) | (set->acl ? KNO_SET_ACL : 0U) |
           (set->system_prompt ? KNO_SET_SYSTEM_PROMPT : 0U) |
           (set->prompt_template ? KNO_SET_PROMPT_TEMPLATE : 0U) |
           (set->embedding_model ? KNO_SET_MODEL : 0U);
}

/* The model that an update is checked against: the one asked for, else the one that chunks have to fit. */
static anc_status hold_for_update(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                  const kno_collection_set *set, emb_held *ret)
{
    kno_collection_record now;
    if (set->embedding_model)
        return hold_asked(kno, call, wanted->embedding_model, ret);
    *ret = (emb_held){.emb = kno->with.embedding};
    if (!set->chunk_tokens || wanted->chunk_tokens == 0)
        return ANC_OK;
    ANC_TRY(kno_collection_get(kno, call, wanted->name, &now));
    return kno_model_wanted(kno, call, now.wanted_model, ret);
}

anc_status kno_collection_update(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 const kno_collection_set *set, kno_collection *ret)
{
    kno_collection_record record, old;
    ANC_CLEANUP(emb_let_go) emb_held held = {0};
    ANC_TRY(hold_for_update(kno, call, wanted, set, &held));
    const emb_info_row model = emb_info(held.emb);
    ANC_TRY(check(call, wanted, &model, &record));
    ANC_TRY(kno_collection_get(kno, call, wanted->name, &old));
    record.id = old.id;
    collection_work work = {.kno = kno,
                            .record = &record,
                            .op = KRN_CHANGE_COLLECTION,
                            .aims = set->embedding_model,
                            .model = model,
                            .set = bits_of(set)};
    ANC_TRY(krn_writer_run(kno->with.writer, call, write_collection, &work));
    const kno_collection_store c = kno->with.catalog.collections;
    kno_collection_record now;
    ANC_TRY(c.ops->find(c.self, call, wanted->name, &now));
    if (now.id == 0)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the collection '%.*s' was deleted meanwhile",
                        ANC_FMT(wanted->name));
    if (now.recut)
        kno_recut_wake(kno);
    if (!anc_str_eq(now.model, now.target))
        kno_backfill_wake(kno);
    return to_public(kno, call, &now, ret);
}

/* First all documents, so that those who follow are told soon. */
static anc_status clear_away(kno_service *kno, krn_call *call)
{
    int64_t after = 0;
    for (bool more = true; more;)
        ANC_TRY(kno_dropped_collect(kno, call, &more));
    for (bool more = true; more;)
        ANC_TRY(kno_garbage_collect(kno, call, 0, &after, KNO_GARBAGE_PIECE, &more));
    return ANC_OK;
}

anc_status kno_collection_delete(kno_service *kno, krn_call *call, anc_str name, uint64_t *ret_seq)
{
    kno_collection_record record;
    ANC_TRY(kno_collection_get(kno, call, name, &record));
    collection_work work = {.kno = kno, .record = &record, .op = KRN_CHANGE_DROP_COLLECTION};
    ANC_TRY(krn_writer_run(kno->with.writer, call, write_collection, &work));
    krn_log_write(kno->with.log, KRN_INFO, "knowledge", "collection deleted",
                  KRN_STR("collection", name), KRN_INT("documents", record.documents));
    *ret_seq = work.seq;
    anc_err ignored; /* it is gone; what could not be cleared away now is the sweep's */
    anc_err_clear(&ignored);
    krn_call after = kno_call_after(kno, call, &ignored);
    if (clear_away(kno, &after) != ANC_OK)
        kno_sweep_wake(kno);
    return ANC_OK;
}

/* ---- listed -------------------------------------------------------------------------------- */

anc_status kno_collection_list(kno_service *kno, krn_call *call, anc_str after, size_t limit,
                               kno_collection **ret, size_t *ret_n)
{
    const kno_collection_store c = kno->with.catalog.collections;
    kno_collection_record *records = NULL;
    size_t n = 0;
    kno_labels held;
    ANC_TRY(c.ops->list(c.self, call, kno_held(call, &held), after,
                        limit < MAX_PAGE ? limit : MAX_PAGE, &records, &n));
    kno_collection *out = anc_arena_alloc(call->mem, n, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu collections", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(to_public(kno, call, &records[i], &out[i]));
    *ret = out;
    *ret_n = n;
    return ANC_OK;
}

static anc_status languages_json(kno_service *kno, krn_call *call, int64_t id, anc_str *ret)
{
    const kno_collection_store c = kno->with.catalog.collections;
    kno_language_count *counts = NULL;
    size_t n = 0;
    ANC_TRY(c.ops->languages(c.self, call, id, &counts, &n));
    ANC_BUF(out, 64 << 10);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    for (size_t i = 0; i < n; i++) {
        json_name_str(&w, counts[i].language);
        json_write_int(&w, (int64_t)counts[i].documents);
    }
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&out, "the languages of a collection", call->err));
    const anc_str copy = anc_arena_copy(call->mem, anc_buf_view(&out));
    if (copy.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the languages");
    *ret = copy;
    return ANC_OK;
}

anc_status kno_stats(kno_service *kno, krn_call *call, kno_stats_row **ret, size_t *ret_n)
{
    const kno_collection_store c = kno->with.catalog.collections;
    kno_collection_record *records = NULL;
    size_t n = 0;
    kno_labels held;
    ANC_TRY(c.ops->list(c.self, call, kno_held(call, &held), ANC_STR_NONE, MAX_STATS_ROWS, &records,
                        &n));
    kno_stats_row *rows = anc_arena_alloc(call->mem, n, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu collections", n);
    for (size_t i = 0; i < n; i++) {
        const kno_collection_record *r = &records[i];
        rows[i] = (kno_stats_row){.collection = r->name,
                                  .documents = r->documents,
                                  .versions = r->versions,
                                  .chunks = r->chunks,
                                  .bytes = r->bytes,
                                  .text_bytes = r->text_bytes,
                                  .last_change_ms = r->last_change_ms};
        ANC_TRY(languages_json(kno, call, r->id, &rows[i].languages));
    }
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}
