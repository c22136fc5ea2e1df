/* read.c - events read into what is kept of them. */
#include "read.h"

#include <math.h>

#include "base/id.h"
#include "base/str.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_codec.h"
#include "kernel/domain/query_events.h"
#include "json/json.h"

enum { JSON_MAX_BYTES = 1 << 20, RETRIEVALS_MAX = 1000 };

typedef struct event {
    anc_arena *mem;
    const trk_reading *how;
    ev_envelope envelope;
    const json_value *payload; /* while it is read: its JSON */
    anc_err *err;
} event;

static void doc_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}
#define DOC(name) ANC_CLEANUP(doc_cleanup) json_doc *name = NULL

static anc_status copy(const event *e, anc_str s, anc_str *ret)
{
    *ret = anc_arena_copy(e->mem, s);
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(e->err, anc_arena_refusal(e->mem), "no room for %zu bytes", s.len);
}

static anc_str text_of(const event *e, anc_str s)
{
    return e->how->keep_texts ? s : ANC_STR_NONE;
}

static anc_str or_empty(anc_str s)
{
    return s.ptr != NULL ? s : ANC_STR("");
}

static anc_status keep(anc_arena *mem, anc_str id, anc_str *ret, anc_err *err)
{
    *ret = id.ptr != NULL ? anc_arena_copy(mem, id) : ANC_STR_NONE;
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a person's id");
}

anc_status trk_user_kept(anc_arena *mem, const trk_reading *how, anc_str user_id, anc_str *ret,
                         anc_err *err)
{
    char room[KRN_VEILED_BYTES];
    return keep(mem, krn_veil_user(&how->veil, or_empty(user_id), room), ret, err);
}

static anc_status keep_conversation(const event *e, anc_str *id)
{
    char room[KRN_VEILED_BYTES];
    return keep(e->mem, krn_veil_conversation(&e->how->veil, *id, room), id, e->err);
}

/* A text member of the payload's metadata; "" where it is not there. */
static anc_status metadata_text(const event *e, const char *name, anc_str *ret)
{
    const json_value *metadata = json_member(e->payload, "metadata");
    return copy(e, json_str(json_member(metadata, name), ANC_STR("")), ret);
}

static anc_status member_object(const event *e, const json_value *of, const char *name,
                                anc_str *ret)
{
    const json_value *v = json_member(of, name);
    ANC_BUF(text, JSON_MAX_BYTES);
    if (json_kind_of(v) != JSON_OBJECT)
        return ANC_OK;
    json_dump(v, &text);
    ANC_TRY(anc_buf_status(&text, name, e->err));
    return copy(e, anc_buf_view(&text), ret);
}

/* ---- queries ---- */

static anc_status read_requested(event *e, const void *payload, trk_change *ret)
{
    const ev_query_requested *p = payload;
    trk_query *q = &ret->query;
    *q = (trk_query){.has = TRK_HAS_REQUEST,
                     .query_id = p->query_id,
                     .requested_ms = e->envelope.time_ms,
                     .question = text_of(e, p->query_text),
                     .collections = p->collections.items,
                     .n_collections = p->collections.n,
                     .duration_us = -1,
                     .cost_nano = -1};
    ret->subject = TRK_QUERY;
    const json_value *kind = json_member(json_member(e->payload, "metadata"), "kind");
    if (anc_str_eq(json_str(kind, ANC_STR("")), ANC_STR("search")))
        q->kind = TRK_SEARCH;
    ANC_TRY(metadata_text(e, "conversation_id", &q->conversation_id));
    ANC_TRY(keep_conversation(e, &q->conversation_id));
    ANC_TRY(metadata_text(e, "workflow_run_id", &q->workflow_run_id));
    const anc_str user = p->user_id.len > 0 ? p->user_id : e->envelope.user_id;
    return trk_user_kept(e->mem, e->how, user, &q->user_id, e->err);
}

static anc_status read_retrieval(const event *e, const json_value *v, size_t i, trk_retrieval *r)
{
    const json_value *s = json_member(v, "scores");
    const anc_str none = ANC_STR("");
    *r = (trk_retrieval){.position = (uint32_t)json_int(json_member(v, "position"), (int64_t)i + 1),
                         .version = (uint32_t)json_int(json_member(v, "version"), 0),
                         .score = json_double(json_member(v, "score"), (double)NAN),
                         .keyword = json_double(json_member(s, "keyword"), (double)NAN),
                         .semantic = json_double(json_member(s, "semantic"), (double)NAN),
                         .fused = json_double(json_member(s, "fused"), (double)NAN),
                         .rerank = json_double(json_member(s, "rerank"), (double)NAN),
                         .cited = json_bool(json_member(v, "cited"), false)};
    ANC_TRY(copy(e, json_str(json_member(v, "chunk_id"), none), &r->chunk_id));
    ANC_TRY(copy(e, json_str(json_member(v, "document_id"), none), &r->document_id));
    ANC_TRY(copy(e, json_str(json_member(v, "collection"), none), &r->collection));
    return copy(e, json_str(json_member(v, "title"), none), &r->title);
}

static anc_status read_list(const event *e, const json_value *list, trk_query *q)
{
    const size_t n = json_count(list) < RETRIEVALS_MAX ? json_count(list) : RETRIEVALS_MAX;
    trk_retrieval *all = anc_arena_alloc(e->mem, n, sizeof *all);
    if (all == NULL)
        return ANC_FAIL(e->err, anc_arena_refusal(e->mem), "no room for %zu retrievals", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(read_retrieval(e, json_element(list, i), i, &all[i]));
    q->retrievals = all;
    q->n_retrievals = n;
    return ANC_OK;
}

/* An event of an older writer, or another's: ids and scores are what there is. */
static anc_status read_parallel(const event *e, const ev_documents_retrieved *p, trk_query *q)
{
    const size_t n = p->document_ids.n < RETRIEVALS_MAX ? p->document_ids.n : RETRIEVALS_MAX;
    trk_retrieval *all = anc_arena_alloc(e->mem, n, sizeof *all);
    if (all == NULL)
        return ANC_FAIL(e->err, anc_arena_refusal(e->mem), "no room for %zu retrievals", n);
    for (size_t i = 0; i < n; i++)
        all[i] =
            (trk_retrieval){.position = (uint32_t)i + 1,
                            .document_id = p->document_ids.items[i],
                            .chunk_id = i < p->chunk_ids.n ? p->chunk_ids.items[i] : ANC_STR(""),
                            .collection = ANC_STR(""),
                            .title = ANC_STR(""),
                            .score = i < p->scores.n ? p->scores.items[i] : (double)NAN,
                            .keyword = (double)NAN,
                            .semantic = (double)NAN,
                            .fused = (double)NAN,
                            .rerank = (double)NAN};
    q->retrievals = all;
    q->n_retrievals = n;
    return ANC_OK;
}

static anc_status read_retrieved(event *e, const void *payload, trk_change *ret)
{
    const ev_documents_retrieved *p = payload;
    const json_value *list = json_member(e->payload, "retrievals");
    trk_query *q = &ret->query;
    *q = (trk_query){.has = TRK_HAS_RETRIEVALS,
                     .query_id = p->query_id,
                     .requested_ms = e->envelope.time_ms,
                     .retrieved = p->count,
                     .duration_us = -1,
                     .cost_nano = -1};
    ret->subject = TRK_QUERY;
    if (json_kind_of(list) == JSON_ARRAY)
        return read_list(e, list, q);
    return read_parallel(e, p, q);
}

static void note_end(const event *e, double seconds, trk_query *q)
{
    const bool told = isfinite(seconds) && seconds >= 0 && seconds < 1e9;
    q->ended_ms = e->envelope.time_ms;
    q->duration_us = told ? (int64_t)(seconds * 1e6 + 0.5) : -1;
    q->requested_ms = q->ended_ms - (told ? q->duration_us / 1000 : 0);
}

static anc_status read_completed(event *e, const void *payload, trk_change *ret)
{
    const ev_query_completed *p = payload;
    const json_value *metadata = json_member(e->payload, "metadata");
    trk_query *q = &ret->query;
    *q = (trk_query){.has = TRK_HAS_END,
                     .query_id = p->query_id,
                     .status = TRK_COMPLETED,
                     .answer = text_of(e, p->response_text),
                     .model = p->model_used,
                     .provider = p->provider,
                     .input_tokens = p->input_tokens,
                     .output_tokens = p->output_tokens,
                     .cache_hit = p->cache_hit,
                     .declined = json_bool(json_member(metadata, "no_answer"), false)};
    ret->subject = TRK_QUERY;
    q->cost_nano = trk_cost_nano(e->how->prices, p->model_used, p->input_tokens, p->output_tokens);
    note_end(e, p->processing_time, q);
    ANC_TRY(member_object(e, metadata, "route", &q->route));
    return member_object(e, metadata, "timings_ms", &q->timings);
}

static anc_status read_failed(event *e, const void *payload, trk_change *ret)
{
    const ev_query_failed *p = payload;
    ret->subject = TRK_QUERY;
    ret->query = (trk_query){.has = TRK_HAS_END,
                             .query_id = p->query_id,
                             .status = TRK_FAILED,
                             .cost_nano = -1,
                             .error_type = p->error_type,
                             .error_message = or_empty(text_of(e, p->error_message)),
                             .error_stage = or_empty(p->stage)};
    note_end(e, p->processing_time, &ret->query);
    return ANC_OK;
}

static anc_status read_feedback(event *e, const void *payload, trk_change *ret)
{
    const ev_feedback_given *p = payload;
    ret->subject = TRK_FEEDBACK;
    ret->feedback = (trk_feedback){.query_id = p->query_id,
                                   .rating = p->rating < 0 ? -1 : 1,
                                   .comment = or_empty(text_of(e, p->comment)),
                                   .at_ms = e->envelope.time_ms};
    return ANC_OK;
}

/* ---- documents ---- */

static anc_status read_created(event *e, const void *payload, trk_change *ret)
{
    const ev_document_created *p = payload;
    ret->subject = TRK_DOCUMENT;
    ret->life = (trk_life){.op = TRK_CREATED,
                           .document_id = p->document_id,
                           .collection = p->collection,
                           .version = p->version,
                           .at_ms = e->envelope.time_ms,
                           .title = or_empty(p->title),
                           .chunks = p->chunks,
                           .bytes = p->bytes,
                           .changed = ANC_STR("")};
    return ANC_OK;
}

static anc_status read_updated(event *e, const void *payload, trk_change *ret)
{
    const ev_document_updated *p = payload;
    ANC_BUF(changed, JSON_MAX_BYTES);
    ret->subject = TRK_DOCUMENT;
    ret->life = (trk_life){.op = TRK_UPDATED,
                           .document_id = p->document_id,
                           .collection = p->collection,
                           .version = p->version,
                           .at_ms = e->envelope.time_ms,
                           .title = or_empty(p->title),
                           .chunks = p->chunks_added,
                           .removed = p->chunks_removed,
                           .bytes = p->bytes};
    for (size_t i = 0; i < p->changed.n; i++) {
        if (i > 0)
            (void)anc_buf_add_char(&changed, ',');
        (void)anc_buf_add(&changed, p->changed.items[i]);
    }
    ANC_TRY(anc_buf_status(&changed, "what changed", e->err));
    return copy(e, anc_buf_view(&changed), &ret->life.changed);
}

static anc_status read_deleted(event *e, const void *payload, trk_change *ret)
{
    const ev_document_deleted *p = payload;
    ret->subject = TRK_DOCUMENT;
    ret->life = (trk_life){.op = TRK_DELETED,
                           .document_id = p->document_id,
                           .collection = p->collection,
                           .version = p->version,
                           .at_ms = e->envelope.time_ms,
                           .title = ANC_STR(""),
                           .changed = ANC_STR("")};
    return ANC_OK;
}

/* ---- which event is read how ---- */

static const struct {
    ev_type_id type;
    anc_status (*read)(event *e, const void *payload, trk_change *ret);
} readers[] = {
    {EV_QUERY_REQUESTED, read_requested}, {EV_DOCUMENTS_RETRIEVED, read_retrieved},
    {EV_QUERY_COMPLETED, read_completed}, {EV_QUERY_FAILED, read_failed},
    {EV_FEEDBACK_GIVEN, read_feedback},   {EV_DOCUMENT_CREATED, read_created},
    {EV_DOCUMENT_UPDATED, read_updated},  {EV_DOCUMENT_DELETED, read_deleted},
};

static anc_status read_payload(event *e, size_t row, trk_change *ret)
{
    const ev_type *type = ev_type_of(readers[row].type);
    DOC(doc);
    void *payload = anc_arena_alloc(e->mem, 1, type->size);
    if (payload == NULL)
        return ANC_FAIL(e->err, anc_arena_refusal(e->mem), "no room for a %s", type->name);
    ANC_TRY(json_parse(e->envelope.payload.text, &doc, e->err));
    ANC_TRY(ev_payload_read(e->mem, type, json_root(doc), payload, e->err));
    e->payload = json_root(doc);
    const anc_status status = readers[row].read(e, payload, ret);
    e->payload = NULL;
    return status;
}

anc_status trk_change_read(anc_arena *mem, const trk_reading *how, anc_str envelope,
                           trk_change *ret, anc_err *err)
{
    event e = {.mem = mem, .how = how, .err = err};
    *ret = (trk_change){.subject = TRK_NOTHING};
    if (!ev_envelope_glance(envelope, &e.envelope))
        ANC_TRY(ev_envelope_read(mem, envelope, &e.envelope, err));
    for (size_t i = 0; i < ANC_COUNT(readers); i++)
        if (e.envelope.type == ev_type_of(readers[i].type))
            ANC_TRY(read_payload(&e, i, ret));
    /* somebody forgotten is nobody; what happened to a document did */
    if (ret->subject != TRK_DOCUMENT && ev_envelope_erased(&e.envelope))
        *ret = (trk_change){.subject = TRK_NOTHING};
    return ANC_OK;
}
