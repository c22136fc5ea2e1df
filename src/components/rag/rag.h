/* rag.h - what others may ask of the rag component: a question answered with checked citations.
 *
 * A question is a few steps, so that a thousand streams are not a thousand threads:
 *   rag_prepare   on a pool: checks, conversation, what a follow-up means by rule;
 *   rag_rewrite   on the event loop, where rag_turn_wants_rewrite: what it means by a language model;
 *   rag_retrieve  on a pool: retrieval, threshold, context, prompt;
 *   rag_generate  on the event loop: the provider streams tokens into a sink; when it fails before
 *                 its first token the next in the chain takes over, the extractive one last;
 *   rag_finish    on a pool: citations checked, quotes cut, the turn and its events queued.
 * A turn owns everything in between and belongs to one of these steps at a time.
 */
#ifndef ANC_RAG_RAG_H
#define ANC_RAG_RAG_H

#include "kernel/domain/call.h"
#include "json/json.h"

typedef struct rag_service rag_service;
typedef struct rag_turn rag_turn;

typedef enum rag_wish { RAG_AS_CONFIGURED, RAG_NO, RAG_YES } rag_wish;

typedef struct rag_question {
    anc_str question;        /* 1 to 4000 characters (the greatest length is configured) */
    anc_str conversation_id; /* empty: a new one */
    anc_str session_id;      /* older name: starts that conversation when it is unknown, and one of
                                   another id when it is another user's */
    anc_str message_id;      /* empty: made here */
    const anc_str *collections; /* [n]; none: all that may be read */
    size_t n_collections;
    uint32_t top_k;            /* 0: as configured; 1 to 50 */
    anc_str mode;              /* empty: "auto"; else as srch_mode_parse knows it */
    const json_value *filters; /* NULL: none; borrowed until rag_retrieve returns */
    rag_wish rerank;           /* passages are looked at again by a reranker, where there is one */
    anc_str model;             /* "", "provider/model", or "extractive" */
    anc_str provider;          /* "" or a provider's name */
    anc_str
        system_prompt; /* "": the collection's where all sources are of one, else the configured */
    bool keep;         /* save the turn and its events */
    bool
        whole; /* nobody reads the tokens: a provider that fails in the middle is followed by the next */
} rag_question;

struct srch_hit; /* search/search.h */
struct srch_request;
struct srch_result;

typedef struct rag_citation {
    uint32_t marker; /* the [n] in the answer: position of its source */
    anc_str chunk_id;
    uint64_t start, end; /* bytes of the document's extracted text */
    anc_str quote;       /* what stands there */
    uint32_t page, row;  /* where it begins; 0: no page, no row of a table */
} rag_citation;

/* Whether the passages were looked at again by a reranker, and how far it came. */
typedef struct rag_reranked {
    bool done;
    anc_str model;
    uint32_t scored, wanted; /* fewer than wanted: `problem` says why */
    anc_str problem;
} rag_reranked;

typedef struct rag_timings {
    double analyze, embed, search, rerank, generate, total; /* ms */
} rag_timings;

typedef struct rag_answer {
    anc_str query_id, conversation_id, message_id;
    anc_str text;
    const rag_citation *citations; /* [n_citations] */
    size_t n_citations;
    const struct srch_hit *sources; /* [n_sources], position = index + 1 */
    size_t n_sources;
    anc_str intent; /* semantic, … */
    double complexity_score;
    anc_str tier;
    anc_str route_reason; /* with what it was read as, which may have words of an earlier answer */
    anc_str route_parts;  /* without */
    uint32_t stages;
    anc_str model_used, provider;
    uint32_t input_tokens, output_tokens;
    bool query_cached, embedding_cached;
    bool degraded;  /* a configured provider failed and another answered, or none did */
    bool no_answer; /* nothing relevant was found: it says so and cites nothing */
    rag_timings timings_ms;
    rag_reranked reranked;
    const struct srch_warning *warnings; /* [n_warnings]: the search's */
    size_t n_warnings;
    int64_t generated_at_ms;
    anc_str trace_id;
} rag_answer;

/* ---- how an answer came about, as answers and events have it -------------------------------------- */

/* Members "route" and "timings_ms" of the object that is open. Here, so that who answers and who announces write the
 * same, and neither includes the other. */
static inline void rag_put_route(json_writer *w, const rag_answer *a, anc_str reason)
{
    json_name(w, "route");
    json_open_object(w);
    json_put_str(w, "intent", a->intent);
    json_put_fixed(w, "complexity_score", a->complexity_score, 2);
    json_put_str(w, "tier", a->tier);
    json_put_int(w, "stages", a->stages);
    json_put_str(w, "reason", reason);
    json_close_object(w);
}

/* Member "rerank": null where none was done. `problem`: with why it came no further. */
static inline void rag_put_reranked(json_writer *w, const rag_reranked *r, bool problem)
{
    if (!r->done) {
        json_put_null(w, "rerank");
        return;
    }
    json_name(w, "rerank");
    json_open_object(w);
    json_put_str(w, "model", r->model);
    json_put_int(w, "scored", r->scored);
    json_put_int(w, "wanted", r->wanted);
    json_put_bool(w, "complete", r->scored == r->wanted);
    if (problem)
        json_put_str_or_null(w, "problem", r->problem.len > 0 ? r->problem : ANC_STR_NONE);
    json_close_object(w);
}

static inline void rag_put_timings(json_writer *w, const rag_timings *t)
{
    json_name(w, "timings_ms");
    json_open_object(w);
    json_put_fixed(w, "analyze", t->analyze, 3);
    json_put_fixed(w, "embed", t->embed, 3);
    json_put_fixed(w, "search", t->search, 3);
    json_put_fixed(w, "rerank", t->rerank, 3);
    json_put_fixed(w, "generate", t->generate, 3);
    json_put_fixed(w, "total", t->total, 3);
    json_close_object(w);
}

/* Makes a turn with a call of its own (arena, deadline, cancel flag as in `call`, which may end
 * before the turn). INVALID names the field; NOT_FOUND an unknown conversation. On
 * failure there is no turn, and query.failed was queued where a query had begun. */
anc_status rag_prepare(rag_service *rag, krn_call *call, const rag_question *question,
                       rag_turn **ret) ANC_MUST_CHECK;

/* Whether rag_rewrite comes next: the question leans on its conversation and there is a model to ask. */
bool rag_turn_wants_rewrite(const rag_turn *turn);

/* Asks the model; on the loop. `done` comes exactly once, on the loop, also after rag_cancel, never
 * inside this call; whatever came of it, rag_retrieve is next. */
void rag_rewrite(rag_service *rag, rag_turn *turn, void (*done)(void *arg), void *arg);

/* Finds what the question is answered from. On a pool. NOT_FOUND an unknown collection; what srch_query
 * gives. On failure rag_turn_error says why, query.failed was queued, and the turn is only to be freed. */
anc_status rag_retrieve(rag_service *rag, rag_turn *turn) ANC_MUST_CHECK;

/* What was retrieved: ids and sources are filled, text and citations are not. Good as long as the
 * turn. */
const rag_answer *rag_turn_sources(const rag_turn *turn);

typedef struct rag_sink {
    void *arg;
    void (*on_token)(void *arg, anc_str text); /* on the loop; text good during the call */
    /* Last call. `status` OK: rag_finish comes next. Else err says why; rag_finish is still called,
     * to record the failure. */
    void (*on_done)(void *arg, anc_status status, const anc_err *err);
} rag_sink;

/* Starts generating; on the loop thread. The sink's on_done comes exactly once, also after cancel,
 * never inside this call. */
void rag_generate(rag_service *rag, rag_turn *turn, const rag_sink *sink);

/* The caller left or the deadline passed: the provider's connection is closed; on_done comes with
 * CANCELLED. On the loop thread. */
void rag_cancel(rag_service *rag, rag_turn *turn);

/* Checks citations and queues the turn for saving. `ret` lives as long as the turn. On a pool. */
anc_status rag_finish(rag_service *rag, rag_turn *turn, const rag_answer **ret) ANC_MUST_CHECK;

/* What went wrong, after a step of this turn failed. Good as long as the turn. */
const anc_err *rag_turn_error(const rag_turn *turn);

void rag_turn_free(rag_turn *turn); /* NULL is a no-op */

/* INVALID for what rag_prepare would refuse as a question. Any thread. */
anc_status rag_question_fits(const rag_service *rag, anc_str question, anc_err *err) ANC_MUST_CHECK;

/* OK for "", and for a template that has {passages} and {question} once each and no other name in
 * braces; INVALID says what is wrong. Any thread. */
anc_status rag_prompt_template_check(anc_str text, anc_err *err) ANC_MUST_CHECK;

/* ---- conversations -------------------------------------------------------------------------- */

typedef struct rag_message {
    anc_str id, query_id;
    anc_str question, answer;
    bool
        withheld; /* a document that the answer stood on is gone, or no longer the caller's: `answer` is "" */
    anc_str
        answer_json; /* citations and sources as they were sent, a JSON object; texts of what is gone are
                            null there, and "deleted" is true */
    int64_t at_ms;
    uint64_t position; /* in its conversation, from 1 */
    int rating;        /* -1 or 1; 0: nothing was said */
    anc_str comment;
} rag_message;

typedef struct rag_conversation {
    anc_str id, title, user_id;
    int64_t created_ms, updated_ms;
    uint64_t messages;
} rag_conversation;

anc_status rag_conversation_create(rag_service *rag, krn_call *call, anc_str id, anc_str title,
                                   rag_conversation *ret) ANC_MUST_CHECK; /* CONFLICT */
/* A place in a list of conversations: behind the one that had this time and id. */
typedef struct rag_conversation_mark {
    int64_t updated_ms;
    anc_str id;
} rag_conversation_mark;

/* Of the call's user, newest first, what comes after `mark`; NULL: from the start. */
anc_status rag_conversation_list(rag_service *rag, krn_call *call,
                                 const rag_conversation_mark *mark, size_t limit,
                                 rag_conversation **ret, size_t *ret_n) ANC_MUST_CHECK;
anc_status rag_conversation_find(rag_service *rag, krn_call *call, anc_str id,
                                 rag_conversation *ret) ANC_MUST_CHECK; /* NOT_FOUND */
/* Oldest first, the last `limit` turns before position `before`; UINT64_MAX: from the end. */
anc_status rag_message_list(rag_service *rag, krn_call *call, anc_str conversation_id,
                            uint64_t before, size_t limit, rag_message **ret,
                            size_t *ret_n) ANC_MUST_CHECK;
/* A turn that happened elsewhere, at the end of a conversation, which is begun where it is not there;
 * CONFLICT where it is another user's. INVALID names the field. */
anc_status rag_message_add(rag_service *rag, krn_call *call, anc_str conversation_id,
                           anc_str question, anc_str answer, rag_message *ret) ANC_MUST_CHECK;
anc_status rag_conversation_delete(rag_service *rag, krn_call *call, anc_str id) ANC_MUST_CHECK;
/* The same where a person is erased: what it announces has neither the user nor, in a conversation's id that is made of a
 * user's name, that name, whether ids of users are hidden or not. */
anc_status rag_conversation_erase(rag_service *rag, krn_call *call, anc_str id) ANC_MUST_CHECK;

enum { RAG_DETAIL_MAX = 600 };

/* What the call's user says of the answer to a query: -1 or 1, and a comment of at most 4,000
 * characters. Said again it takes the place of what was said. INVALID names the field; NOT_FOUND: no conversation of the
 * user has its answer. */
anc_status rag_feedback_give(rag_service *rag, krn_call *call, anc_str query_id, int rating,
                             anc_str comment) ANC_MUST_CHECK;
/* The same of a query that no conversation has, such as a search, or one that failed: it is told alone. The caller knows
 * that there is such a query. */
anc_status rag_feedback_tell(rag_service *rag, krn_call *call, anc_str query_id, int rating,
                             anc_str comment) ANC_MUST_CHECK;

/* Tells the events of a search that was answered without a turn: requested, retrieved, completed, as of a question,
 * so that the query log has its id. Soon, many together; what cannot wait is counted and logged, the search stays
 * good. Everything is copied. Any thread. */
void rag_search_told(rag_service *rag, const krn_call *call, const struct srch_request *request,
                     const struct srch_result *result, anc_str query_id);

/* The same of one that could not be: requested and failed, with the status and the text of `why`. */
void rag_search_failed(rag_service *rag, const krn_call *call, const struct srch_request *request,
                       double took_ms, const anc_err *why, anc_str query_id);

/* Tells those that wait, for who wants to see them now, and waits for that no longer than the call's deadline. Where the
 * writer cannot, some go on waiting: false, and the reader reads what is there. On a pool. */
bool rag_searches_write(rag_service *rag, const krn_call *call);

typedef struct rag_provider_status {
    anc_str name, model;
    bool healthy; /* false from several failures in a row until its next answer */
    char detail[RAG_DETAIL_MAX + 1]; /* "ready", or what the last failure was */
} rag_provider_status;

/* Whether all `sources` (an array as an answer has it) are still there and the call's user's to read. On a pool. */
anc_status rag_sources_readable(rag_service *rag, krn_call *call, const json_value *sources,
                                bool *ret) ANC_MUST_CHECK;

/* The configured chain, the extractive answerer last; at most `max`. Any thread. */
size_t rag_providers(rag_service *rag, rag_provider_status *out, size_t max);

#endif
