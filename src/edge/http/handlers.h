/* handlers.h - what the rows of the route table call. Private.
 *
 * A handler runs in its row's lane with the body read and parsed. It fills rq->answer and gives OK, or
 * a status with rq->err; one whose row says HTTP_TAKES_OVER ends the request itself after OK.
 */
#ifndef ANC_EDGE_HTTP_HANDLERS_H
#define ANC_EDGE_HTTP_HANDLERS_H

#include "request.h"

typedef anc_status http_handler_fn(http_request *rq);

/* health.c */
http_handler_fn http_root_get, http_livez_get, http_readyz_get, http_health_get, http_metrics_get;
/* docs.c */
http_handler_fn http_docs_get, http_openapi_get;
/* chat.c */
http_handler_fn http_chat_query, http_chat_stream;
/* conversations.c */
http_handler_fn http_conversations_list, http_conversations_create, http_conversations_get,
    http_conversations_delete;
/* search.c */
http_handler_fn http_search_run;
/* collections.c */
http_handler_fn http_collections_list, http_collections_create, http_collections_get,
    http_collections_update, http_collections_delete;
/* document_put.c */
http_handler_fn http_documents_create, http_documents_replace;
/* batch_body.c */
http_handler_fn http_documents_batch;
/* documents.c */
http_handler_fn http_documents_list, http_documents_get, http_documents_delete, http_chunks_list,
    http_stats_get;
/* document_text.c */
http_handler_fn http_text_get;
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

/* ingest_watch.c: answers when the batch has ended; takes the request over. */
anc_status http_batch_await(http_request *rq, anc_str batch_id) ANC_MUST_CHECK;

/* ingest.c */
struct ing_batch;
void http_put_batch(json_writer *w, const ing_batch *batch);
/* The answer to what started one: 202. */
anc_status http_answer_started(http_request *rq, const ing_batch *batch) ANC_MUST_CHECK;

/* chat_json.c */
void http_put_source(json_writer *w, const srch_hit *source);
void http_put_answer(json_writer *w, const rag_answer *answer, bool with_sources);

#endif
