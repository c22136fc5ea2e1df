/* service_impl.h - the service's fields, a turn's fields, and what the use cases share.
 *
 * Threads. The service is immutable after open but for the atomics in it, and what its lock guards. A turn belongs to one step
 * at a time (prepare, generate, finish); after finish it is read only, and may be shared with the
 * writer that saves it, so it is counted.
 */
#ifndef ANC_RAG_APP_SERVICE_IMPL_H
#define ANC_RAG_APP_SERVICE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "rag/domain/prompt.h"
#include "rag_service.h"

enum {
    RAG_TURN_MEMORY_BYTES = 96 << 20,
    RAG_TOP_K_MAX = 50,
    RAG_HISTORY_MAX = 20,
    RAG_ID_MAX = 128,
    RAG_TITLE_CHARS = 80,
    RAG_LINKS_MAX = RAG_PROVIDERS_MAX + 1,
    RAG_PENDING_SLOTS = 256,
    RAG_FAILURE_MAX = RAG_DETAIL_MAX - 80,
};

/* A provider with what its last failures say about it. */
typedef struct rag_link {
    rag_provider provider;
    atomic_uint failures;       /* in a row */
    atomic_llong open_until_ns; /* 0: closed */
    krn_series *failed;
    char last_failure[RAG_FAILURE_MAX + 1]; /* guarded by rag_service.lock; "" after an answer */
} rag_link;

typedef struct rag_searched rag_searched; /* searched.c */

struct rag_service {
    rag_service_options with;      /* immutable; the config completed */
    anc_arena *mem;                /* owned: the config's texts */
    rag_link links[RAG_LINKS_MAX]; /* [n_links], the extractive one last */
    size_t n_links;
    pthread_mutex_t lock; /* last_failure of the links; nothing is called while it is held */
    /* Turns on their way to the store, counted by hash of their conversation: while a slot is not
     * zero, a reader of that conversation lets the writer catch up first. */
    atomic_uint pending[RAG_PENDING_SLOTS];
    /* A search could not be told, or has to wait for the writer; logged once each until all are told. */
    atomic_bool searches_untold, searches_late;
    struct {
        pthread_cond_t written;     /* somebody is through with writing them; monotonic */
        rag_searched *first, *last; /* guarded by `lock`, as the next five; owned */
        size_t n, bytes;            /* those that are being written included */
        bool writing;               /* by one at a time */
        int64_t since_ns;           /* when the first of them came */
        int64_t rests_until_ns;     /* the writer failed: not before */
        void (*wake)(void *arg);    /* immutable once questions come */
        void *wake_arg;
    } searches; /* that wait to be told */
    struct {
        krn_series *seconds, *errors, *nothing, *unsaved, *untold;
        krn_series *analyze, *search, *generate;
    } count;
};

/* One try of a turn's chain. */
typedef struct rag_try {
    rag_link *link;
    anc_str model; /* empty: the provider's own */
} rag_try;

struct rag_turn {
    rag_service *rag; /* borrowed */
    atomic_uint refs;
    anc_arena *mem; /* owned */
    krn_call call;
    anc_err err;
    atomic_bool cancelled;

    anc_str question;
    anc_str asked;             /* of the question, without a greeting or a polite frame */
    anc_str query;             /* what it means in its conversation; what is searched for */
    txt_language language;     /* of the question, or of its conversation where it does not tell */
    bool leans;                /* on the conversation */
    bool whole;                /* nobody reads along */
    anc_str system_prompt;     /* of the question, or what stands for it; may be empty */
    anc_str layout;            /* of the prompt's last message; may be empty */
    const json_value *filters; /* borrowed; NULL: none */
    rag_wish rerank;
    ev_strs collections;
    anc_str title; /* of a conversation that has none */
    bool new_conversation;
    bool keep;
    uint32_t top_k, asked_top_k; /* the second as the caller has it; 0: not said */
    srch_mode mode;
    rag_exchange *history;
    size_t n_history;
    anc_str reply;         /* what is answered without any passage; may be empty */
    rag_passage *passages; /* [answer.n_sources] */
    double unread;         /* as rag_selection says */
    bool
        completes; /* the question only says of which document, which it was asked back: `query` is all of it */
    bool pointed;    /* the question says where to look, and that was found */
    bool more_there; /* … with more than the passages have room for */
    anc_str sought;  /* of what it asks the page or row; empty: of nothing */
    rag_pointed seeks;
    anc_str besides; /* what it asks besides; empty: what stands there */
    anc_str lead;    /* "3 of 12 rows: ", before what stands there; may be empty */
    size_t counted;  /* with `lead`: so many rows, of which the first are shown */
    bool computed;   /* `lead` has a figure that stands in no document, and is made of what does */
    uint32_t context_tokens;
    rag_prompt prompt;
    rte_assessment route;
    const char *stage; /* where it is, for query.failed */
    rag_answer answer;
    anc_str answer_json; /* as it is kept */
    anc_str told;        /* the answer as an event has it: without what stands in documents */

    rag_try tries[RAG_LINKS_MAX];
    size_t n_tries;

    /* rewriting and generation; the loop's alone */
    void (*rewritten)(void *arg);
    void *rewritten_arg;
    uint32_t rewrite_input, rewrite_output; /* tokens */
    krn_call own_call;                      /* of one try: its deadline may be nearer */
    rag_sink sink;
    rag_request request;
    size_t at; /* the try that runs */
    rag_provider_job *job;
    anc_buf text;
    bool quotes_itself; /* `quotes` are the text's citations, it is not searched for markers */
    rag_quote quotes[RAG_OWN_QUOTES_MAX];
    size_t n_quotes;
    bool echoed; /* the model repeats what it was told */
    anc_status outcome;
    int64_t started_ns, generate_ns;
    int64_t asked_ms, found_ms; /* Unix times for events; found_ms 0: nothing was searched */
};

/* turn.c */
anc_status rag_turn_new(rag_service *rag, krn_call *call, const rag_question *question,
                        rag_turn **ret) ANC_MUST_CHECK;
rag_turn *rag_turn_ref(rag_turn *turn);

/* chain.c: the providers that the question may be answered by, in order. INVALID names the field. */
anc_status rag_chain_choose(rag_service *rag, const rag_question *question, rag_turn *turn,
                            anc_err *err) ANC_MUST_CHECK;
bool rag_link_usable(const rag_link *link, int64_t now_ns);
/* `err` says what a failure was. */
void rag_link_report(rag_service *rag, rag_link *link, anc_status status, const anc_err *err);

/* conversations.c */
typedef enum rag_ownership { RAG_NOBODYS, RAG_OWN, RAG_ANOTHERS } rag_ownership;

/* Whose the conversation is, as the call's user sees it; `ret` is filled for RAG_OWN. Waits for turns
 * of it on their way. */
anc_status rag_conversation_look(rag_service *rag, krn_call *call, anc_str id,
                                 rag_conversation_record *ret,
                                 rag_ownership *ret_whose) ANC_MUST_CHECK;
/* The conversation if the call's user may see it; NOT_FOUND. Waits for turns of it on their way. */
anc_status rag_conversation_get(rag_service *rag, krn_call *call, anc_str id,
                                rag_conversation_record *ret) ANC_MUST_CHECK;
/* In a closure of the writer: the conversation and its event; CONFLICT when the id exists. */
anc_status rag_conversation_begin(rag_service *rag, krn_tx *tx, const krn_call *call, anc_str id,
                                  anc_str title, anc_err *err) ANC_MUST_CHECK;
/* The same where it may be there already: then nothing is done. */
anc_status rag_conversation_ensure(rag_service *rag, krn_tx *tx, const krn_call *call, anc_str id,
                                   anc_str title, anc_err *err) ANC_MUST_CHECK;
ev_context rag_event_context(const krn_call *call);
anc_str
rag_user_or_none(const krn_call *call); /* NULL instead of an empty id: nobody is logged in */
anc_status rag_conversation_id_check(anc_str id, const char *pointer, anc_err *err) ANC_MUST_CHECK;
atomic_uint *rag_pending_slot(rag_service *rag, anc_str conversation_id);

/* instructions.c: fills system_prompt and layout for the sources that were found. What
 * kno_collection_find gives, but for NOT_FOUND. */
anc_status rag_instructions_take(rag_turn *turn) ANC_MUST_CHECK;

/* inventory.c: fills reply with what documents there are. */
anc_status rag_inventory_take(rag_turn *turn) ANC_MUST_CHECK;

/* pointed.c: where the question names a row or a page of a document, the hits are that, and `pointed` is set; none
 * where the document has rows or pages but not that one; else nothing changes. */
anc_status rag_pointed_take(rag_turn *turn, srch_result *found) ANC_MUST_CHECK;

/* sectioned.c: the same where it names an article or a section that a heading of one document has. */
anc_status rag_sectioned_take(rag_turn *turn, srch_result *found) ANC_MUST_CHECK;

/* respelled.c: where words of the question are misspelt, `query` is what was meant, and *ret true: it is to be searched again. */
anc_status rag_respelled_take(rag_turn *turn, const srch_result *found, bool *ret) ANC_MUST_CHECK;

/* counted.c: where the question counts rows of a table, and that can be done beyond doubt, the hits are these rows, and
 * `pointed`, `lead` and `counted` are set; else nothing changes. */
anc_status rag_counted_take(rag_turn *turn, srch_result *found) ANC_MUST_CHECK;

/* retrieve.c: a hit as a passage, whose texts are the hit's. */
anc_status rag_passage_of_hit(rag_turn *turn, const srch_hit *h, rag_passage *ret) ANC_MUST_CHECK;

/* retrieve.c: characters that no document knew */
void rag_fence_draw(krn_clock clock, char out[RAG_FENCE_CHARS]);

/* kept_write.c: fills answer_json and told. */
anc_status rag_kept_write(rag_turn *turn) ANC_MUST_CHECK;

/* kept_read.c: a kept turn as its reader may see it, in call->mem. */
anc_status rag_kept_read(rag_service *rag, krn_call *call, const rag_message_record *record,
                         rag_message *ret) ANC_MUST_CHECK;
/* The texts of a chunk that an answer may have words from, into `out` [RAG_KEPT_FIELDS]; their number, 0 for a
 * chunk that is gone. */
enum { RAG_KEPT_FIELDS = 4 };
struct rag_piece_field;
size_t rag_kept_fields(const kno_chunk *c, uint32_t source, struct rag_piece_field *out);
#define RAG_INVENTORY_KEPT ANC_STR("What documents there were then is not kept.")

/* announce.c: the ids of the documents of the answer's sources, each document once (the same id in two collections is
 * that of two), in the order of their first passages, into out [n_sources]; their number. */
size_t rag_documents_of(const rag_answer *answer, anc_str *out);

/* announce.c: what documents.retrieved has as `retrievals`, and query.completed as `metadata`. */
anc_status rag_retrievals_write(const rag_answer *answer, anc_buf *out,
                                anc_err *err) ANC_MUST_CHECK;
anc_status rag_completion_write(const rag_answer *answer, const krn_veil *veil, anc_buf *out,
                                anc_err *err) ANC_MUST_CHECK;
/* The collections of a query, as events may name them: all, or where texts are not kept those that there are,
 * since a name that none has is the caller's own words. In call->mem; any thread but the loop. */
ev_strs rag_told_collections(rag_service *rag, const krn_call *call, ev_strs names);

/* tell.c: what those who watch the live feed see of a turn that is kept; anywhere, never blocks. */
void rag_tell_route(const rag_turn *turn);
void rag_tell_retrieved(const rag_turn *turn);
/* What events, the feed and health may say of a failure: its own text, which may quote a question, or where texts are
 * not kept the sentence of its status. Borrowed from `err`. */
anc_str rag_failure_text(const rag_service *rag, anc_status status, const anc_err *err,
                         char room[ANC_ERR_BYTES]);
/* An answer of the provider that was not to be had; `err` may be empty. */
void rag_tell_provider_failed(const rag_turn *turn, const rag_link *link, anc_status status,
                              const anc_err *err);
void rag_tell_circuit_open(const rag_service *rag, const rag_link *link, unsigned failures);

/* save.c: queues the turn's events and, when it was answered, the turn itself. Never fails: what
 * cannot be saved is logged and counted. */
void rag_turn_save(rag_turn *turn);

/* The turn failed for good before or in generation: counts it and queues its events. */
void rag_turn_failed(rag_turn *turn, anc_status status);

/* searched.c: those that wait go untold. */
void rag_searches_drop(rag_service *rag);

static inline rag_reranked rag_reranked_of(const srch_reranked *r)
{
    return (rag_reranked){.done = r->done,
                          .model = r->model,
                          .scored = r->scored,
                          .wanted = r->wanted,
                          .problem = r->problem};
}

static inline double rag_seconds_since(const rag_service *rag, int64_t start_ns)
{
    return krn_ms_since(rag->with.clock, start_ns) / 1000;
}

#endif
