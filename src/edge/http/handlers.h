/* handlers.h - what the rows of the route table call. Private.
 *
 * A handler runs in its row's lane with the body read and parsed. It fills rq->answer and gives OK, or
 * a status with rq->err; one whose row says HTTP_TAKES_OVER ends the request itself after OK.
 */
#ifndef ANC_EDGE_HTTP_HANDLERS_H
#define ANC_EDGE_HTTP_HANDLERS_H

#include "request.h"
#include "schemas.h"

typedef anc_status http_handler_fn(http_request *rq);

/* health.c */
http_handler_fn http_root_get, http_livez_get, http_readyz_get, http_health_get, http_metrics_get;
/* docs.c */
http_handler_fn http_docs_get, http_openapi_get;
/* chat.c */
http_handler_fn http_chat_query, http_chat_stream;
/* user_chat.c */
http_handler_fn http_user_chat, http_user_chat_stream, http_history_get, http_history_add,
    http_history_delete;
/* feedback.c */
http_handler_fn http_feedback_give;

/* router.c */
http_handler_fn http_router_get, http_router_assess;
/* conversations.c */
http_handler_fn http_conversations_list, http_conversations_create, http_conversations_get,
    http_conversations_delete;
/* search.c */
http_handler_fn http_search_run;
/* models.c */
http_handler_fn http_models_list;
/* embeddings.c */
http_handler_fn http_embeddings_make;
/* rerank.c */
http_handler_fn http_rerank_run;

/* collections.c */
http_handler_fn http_collections_list, http_collections_create, http_collections_get,
    http_collections_update, http_collections_delete;
/* document_put.c */
http_handler_fn http_documents_create, http_documents_replace;
/* batch_body.c */
http_handler_fn http_documents_batch;
/* documents.c */
http_handler_fn http_documents_list, http_documents_get, http_documents_delete, http_chunks_list,
    http_vectors_get, http_stats_get;
/* document_versions.c */
http_handler_fn http_versions_list, http_versions_get, http_versions_restore;
/* version_put.c */
http_handler_fn http_versions_put;
/* document_bytes.c */
http_handler_fn http_text_get, http_raw_get;
/* sync.c */
http_handler_fn http_sync_start, http_sync_get;
http_handler_fn http_index_verify, http_index_optimize;
/* ingest.c */
http_handler_fn http_ingest_start, http_ingest_list, http_ingest_get, http_ingest_cancel,
    http_ingest_replay;
/* dead_letters.c */
http_handler_fn http_dead_letters_list, http_dead_letters_replay, http_dead_letters_replay_all,
    http_dead_letters_delete;
/* ingest_watch.c */
http_handler_fn http_ingest_progress;
/* events.c */
http_handler_fn http_events_list, http_events_stats;
/* tracking.c */
http_handler_fn http_tracking_queries, http_tracking_query, http_tracking_document,
    http_tracking_stats, http_tracking_erase;
/* live_ws.c */
http_handler_fn http_events_ws;
/* live_stream.c */
http_handler_fn http_events_stream;

/* ingest_watch.c: answers when the batch has ended; takes the request over. */
anc_status http_batch_await(http_request *rq, anc_str batch_id) ANC_MUST_CHECK;

/* ingest.c */
struct ing_batch;
void http_put_batch(json_writer *w, const ing_batch *batch);
/* Whether the request's batch was made before the server ended, and is worked on or done: then it is the answer. */
anc_status http_batch_made(http_request *rq, bool *ret_made, ing_batch *ret) ANC_MUST_CHECK;
/* The answer to what started one: 202. */
anc_status http_answer_started(http_request *rq, const ing_batch *batch) ANC_MUST_CHECK;

/* index.c: what is known of the search index */
void http_put_index(json_writer *w, const srch_status_row *s, bool is_owner);

/* search_json.c: the members that every passage has, and a whole hit */
void http_put_passage(json_writer *w, const srch_hit *hit);
void http_put_scores(json_writer *w, const srch_hit *hit); /* score and what it is made of */
void http_put_hit(json_writer *w, const srch_hit *hit, bool highlighted);
void http_put_warnings(json_writer *w, const srch_warning *warnings, size_t n);

/* document_versions.c: a version's number as a piece of an address or a cursor; 0 where it is none. */
uint32_t http_version_number(anc_str text);

/* document_put.c: the version that must be the current one, by ?expected_version or If-Match; 0: any. */
anc_status http_expected_version(http_request *rq, const http_document_query *q,
                                 uint32_t *ret) ANC_MUST_CHECK;
/* Gives `status` back; the fault of a version that is not the current one is put where the client named it. */
anc_status http_name_expected(http_request *rq, anc_status status) ANC_MUST_CHECK;
/* The content of a JSON body: its text, or its base64 decoded into `decoded`. */
anc_status http_content_of(http_request *rq, const http_document_in *in, anc_buf *decoded,
                           anc_str *ret) ANC_MUST_CHECK;
/* The JSON text of an object of the body's; "" where it is absent. */
anc_status http_metadata_of(http_request *rq, const json_value *metadata,
                            anc_str *ret) ANC_MUST_CHECK;
/* document_async.c: the document becomes a batch of one, which is answered with 202. */
anc_status http_answer_async(http_request *rq, const kno_document_input *input) ANC_MUST_CHECK;
/* Waits until the index shows what was put, and answers. */
anc_status http_answer_put(http_request *rq, const kno_put_result *put) ANC_MUST_CHECK;

/* documents.c: something is deleted, by the change `seq`: 204, once the index is that far or half of the
 * time that is left has passed. What is gone is found by nobody in either case. */
anc_status http_answer_deleted(http_request *rq, uint64_t seq) ANC_MUST_CHECK;

/* chat.c: what a body asks, and the way from a question to its answer; takes the request over. */
struct http_chat_in;
rag_question http_question_of(const struct http_chat_in *in);
anc_status http_chat_start(http_request *rq, const rag_question *question,
                           bool stream) ANC_MUST_CHECK;

/* CONFLICT when a kept answer (JSON, or the events of a stream) stands on what was deleted since, or may not be
 * read any more. On a pool. */
anc_status http_chat_check_kept(http_request *rq, anc_str body) ANC_MUST_CHECK;

/* conversations.c: one turn; the turns of a page, and what comes before them. */
void http_put_message(json_writer *w, const rag_message *m);
void http_put_messages(json_writer *w, const char *name, const rag_message *m, size_t n);
anc_status http_older_read(http_request *rq, anc_str cursor, uint64_t *ret) ANC_MUST_CHECK;
anc_status http_put_older(http_request *rq, json_writer *w, const rag_message *m, size_t n,
                          size_t limit) ANC_MUST_CHECK;

/* chat_json.c */
void http_put_source(json_writer *w, const srch_hit *source);
void http_put_answer(json_writer *w, const rag_answer *answer, bool with_sources);

#endif
