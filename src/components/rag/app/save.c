/* save.c - the turn and its events in one commit, after the answer has gone out. Each event has the time of what it
 * tells; it can be seen when all of it is over (decision 0017).
 *
 * Neither holds text of a document (docs/decisions has a page on that): what was asked, places, figures,
 * and the answer's own words.
 *
 * The closure that writes holds a reference to the turn, which nobody changes any more, so nothing
 * is copied. The writer's queue is the bound: when it is full the turn is not saved, which is logged
 * and counted, and the answer stays good.
 */
#include <math.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "kernel/domain/query_events.h"
#include "service_impl.h"

enum { METADATA_MAX_BYTES = 16384, RETRIEVALS_MAX_BYTES = 1 << 20 };

atomic_uint *rag_pending_slot(rag_service *rag, anc_str conversation_id)
{
    return &rag->pending[anc_hash64(conversation_id) % RAG_PENDING_SLOTS];
}

/* `at_ms` 0: now. */
static anc_status append(const rag_turn *turn, krn_tx *tx, int64_t at_ms, ev_type_id type,
                         const void *payload, anc_err *err)
{
    ev_context context = rag_event_context(&turn->call);
    context.at_ms = at_ms;
    return krn_outbox_append(turn->rag->with.outbox, tx, type, payload, &context, err);
}

/* Where texts are not to be kept, events have none. */
static anc_str told_text(const rag_turn *turn, anc_str text)
{
    return turn->rag->with.config.leave_texts_out ? ANC_STR("") : text;
}

static anc_status append_requested(const rag_turn *turn, krn_tx *tx, anc_err *err)
{
    ANC_BUF(metadata, METADATA_MAX_BYTES);
    char room[KRN_VEILED_BYTES];
    const krn_veil *veil = &turn->rag->with.config.veil;
    json_writer w = json_writer_of(&metadata);
    json_open_object(&w);
    if (turn->answer.conversation_id.len > 0) /* it ended before that was known */
        json_put_str(&w, "conversation_id",
                     krn_veil_conversation(veil, turn->answer.conversation_id, room));
    json_put_str(&w, "message_id", turn->answer.message_id);
    json_put_int(&w, "top_k", turn->top_k);
    if (!anc_str_eq(turn->query, turn->question))
        json_put_bool(&w, "read_otherwise", true);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&metadata, "event metadata", err));
    const ev_query_requested event = {
        .query_id = turn->answer.query_id,
        .query_text = told_text(turn, turn->question),
        .user_id = rag_user_or_none(&turn->call),
        .collections = turn->collections,
        .metadata = {anc_buf_view(&metadata)},
    };
    return append(turn, tx, turn->asked_ms, EV_QUERY_REQUESTED, &event, err);
}

static anc_status append_retrieved(const rag_turn *turn, krn_tx *tx, anc_err *err)
{
    const rag_answer *a = &turn->answer;
    anc_str documents[RAG_TOP_K_MAX];
    anc_str chunks[RAG_TOP_K_MAX];
    if (turn->found_ms == 0)
        return ANC_OK; /* nothing was searched */
    double scores[RAG_TOP_K_MAX];
    for (size_t i = 0; i < a->n_sources; i++) {
        documents[i] = a->sources[i].document_id;
        chunks[i] = a->sources[i].chunk_id;
        scores[i] = isnan(a->sources[i].score) ? 0 : a->sources[i].score;
    }
    ANC_BUF(retrievals, RETRIEVALS_MAX_BYTES);
    ANC_TRY(rag_retrievals_write(a, &retrievals, err));
    const double threshold = turn->rag->with.config.relevance_threshold;
    const ev_documents_retrieved event = {
        .query_id = a->query_id,
        .document_ids = {documents, a->n_sources},
        .chunk_ids = {chunks, a->n_sources},
        .scores = {scores, a->n_sources},
        .count = (uint32_t)a->n_sources,
        .retrieval_time_ms = a->timings_ms.embed + a->timings_ms.search + a->timings_ms.rerank,
        .relevance_threshold = threshold > 0 ? threshold : 0,
        .total_tokens = turn->context_tokens,
        .cache_hit = a->query_cached,
        .retrievals = {anc_buf_view(&retrievals)},
    };
    return append(turn, tx, turn->found_ms, EV_DOCUMENTS_RETRIEVED, &event, err);
}

/* What was retrieved for an answer that says there is none is told by documents.retrieved; it is made of no document. */
static anc_status append_completed(const rag_turn *turn, krn_tx *tx, anc_err *err)
{
    const rag_answer *a = &turn->answer;
    anc_str documents[RAG_TOP_K_MAX];
    const size_t n = a->no_answer ? 0 : rag_documents_of(a, documents);
    ANC_BUF(metadata, METADATA_MAX_BYTES);
    ANC_TRY(rag_completion_write(a, &turn->rag->with.config.veil, &metadata, err));
    const ev_query_completed event = {
        .query_id = a->query_id,
        .response_text = told_text(turn, turn->told),
        .document_ids = {documents, n},
        .document_count = (uint32_t)n,
        .processing_time = a->timings_ms.total / 1000,
        .model_used = a->model_used,
        .provider = a->provider,
        .input_tokens = a->input_tokens,
        .output_tokens = a->output_tokens,
        .cache_hit = a->query_cached,
        .metadata = {anc_buf_view(&metadata)},
    };
    return append(turn, tx, a->generated_at_ms, EV_QUERY_COMPLETED, &event, err);
}

static anc_status append_failed(const rag_turn *turn, krn_tx *tx, anc_err *err)
{
    char room[ANC_ERR_BYTES];
    const ev_query_failed event = {
        .query_id = turn->answer.query_id,
        .error_type = anc_str_of(anc_status_info(turn->outcome)->name),
        .error_message = rag_failure_text(turn->rag, turn->outcome, &turn->err, room),
        .stage = anc_str_of(turn->stage),
        .processing_time = turn->answer.timings_ms.total / 1000,
    };
    return append(turn, tx, 0, EV_QUERY_FAILED, &event, err);
}

/* NOT_FOUND when the asking user has no such conversation. */
static anc_status append_message(const rag_turn *turn, krn_tx *tx, anc_str id, anc_err *err)
{
    const rag_conversation_store store = turn->rag->with.conversations;
    const rag_message_record message = {
        .id = turn->answer.message_id,
        .query_id = turn->answer.query_id,
        .question = turn->question,
        .answer = ANC_STR(""), /* its pieces are in the JSON */
        .answer_json = turn->answer_json,
        .at_ms = turn->answer.generated_at_ms,
    };
    return store.ops->append(store.self, tx, id, turn->call.principal.user_id, turn->title,
                             &message, err);
}

/* Another user was first with the id of this session: the turn gets a conversation of its own, of an
 * id that the answer, long gone, does not name. */
static anc_status save_apart(const rag_turn *turn, krn_tx *tx, anc_err *err)
{
    char made[ANC_UUID_TEXT + 1];
    krn_id_new(turn->rag->with.clock, made);
    const anc_str id = {made, ANC_UUID_TEXT};
    ANC_TRY(rag_conversation_begin(turn->rag, tx, &turn->call, id, turn->title, err));
    return append_message(turn, tx, id, err);
}

/* A conversation of that id may have come into being meanwhile (two first questions of one session):
 * then the turn joins it where it may. One that is gone was deleted meanwhile: its turn goes with it, the
 * events stay. */
static anc_status write_turn(const rag_turn *turn, krn_tx *tx, anc_err *err)
{
    const anc_str id = turn->answer.conversation_id;
    if (turn->new_conversation)
        ANC_TRY(rag_conversation_ensure(turn->rag, tx, &turn->call, id, turn->title, err));
    const anc_status status = append_message(turn, tx, id, err);
    if (status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(err);
    return turn->new_conversation ? save_apart(turn, tx, err) : ANC_OK;
}

static anc_status write_answered(void *arg, krn_tx *tx, anc_err *err)
{
    const rag_turn *turn = arg;
    ANC_TRY(write_turn(turn, tx, err));
    ANC_TRY(append_requested(turn, tx, err));
    ANC_TRY(append_retrieved(turn, tx, err));
    return append_completed(turn, tx, err);
}

static anc_status write_failed(void *arg, krn_tx *tx, anc_err *err)
{
    const rag_turn *turn = arg;
    ANC_TRY(append_requested(turn, tx, err));
    if (turn->answer.sources != NULL)
        ANC_TRY(append_retrieved(turn, tx, err));
    return append_failed(turn, tx, err);
}

static void unsaved(const rag_turn *turn, anc_status status, const anc_err *err)
{
    krn_count(turn->rag->count.unsaved, 1);
    krn_log_write(turn->rag->with.log, KRN_ERROR, "rag", "turn not saved",
                  KRN_STR("query_id", turn->answer.query_id),
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("error", anc_str_of(err != NULL ? err->text : "")));
}

static void saved(void *arg, anc_status status, const anc_err *err)
{
    rag_turn *turn = arg;
    if (status != ANC_OK)
        unsaved(turn, status, err);
    atomic_fetch_sub(rag_pending_slot(turn->rag, turn->answer.conversation_id), 1);
    rag_turn_free(turn);
}

static void post(rag_turn *turn, krn_work_fn *work)
{
    anc_err err = {.code = ANC_OK};
    rag_turn_ref(turn);
    atomic_fetch_add(rag_pending_slot(turn->rag, turn->answer.conversation_id), 1);
    const anc_status status = krn_writer_post(turn->rag->with.writer, work, turn, saved, &err);
    if (status != ANC_OK)
        saved(turn, status, &err);
}

void rag_turn_save(rag_turn *turn)
{
    turn->collections = rag_told_collections(turn->rag, &turn->call, turn->collections);
    if (turn->keep)
        post(turn, write_answered);
}

void rag_turn_failed(rag_turn *turn, anc_status status)
{
    turn->outcome = status;
    turn->answer.timings_ms.total = krn_ms_since(turn->rag->with.clock, turn->started_ns);
    krn_count(turn->rag->count.errors, 1);
    krn_log_write(turn->rag->with.log, status == ANC_CANCELLED ? KRN_INFO : KRN_WARN, "rag",
                  "question failed", KRN_STR("query_id", turn->answer.query_id),
                  KRN_STR("stage", anc_str_of(turn->stage)),
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("error", anc_str_of(turn->err.text)),
                  KRN_REAL("duration_ms", turn->answer.timings_ms.total));
    turn->collections = rag_told_collections(turn->rag, &turn->call, turn->collections);
    if (turn->keep)
        post(turn, write_failed);
}
