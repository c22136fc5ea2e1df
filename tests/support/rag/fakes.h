/* fakes.h - the world of the rag component in a test: everything on one thread, nothing by itself.
 *
 * Tasks of every executor wait in one queue until the test runs them; time stands until it is moved;
 * posted work waits until it is written. A field set to a status makes the next call fail with it.
 */
#ifndef ANC_TESTS_SUPPORT_RAG_FAKES_H
#define ANC_TESTS_SUPPORT_RAG_FAKES_H

#include "kernel/domain/feed_events.h"
#include "kernel/domain/query_events.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/executor.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/writer.h"
#include "rag/ports/conversation_store.h"
#include "rag/ports/provider.h"

enum { FAKE_TASKS = 64, FAKE_ROWS = 64, FAKE_EVENTS = 128, FAKE_TEXT = 4096, FAKE_TOKENS = 16 };

typedef struct fake_tasks {
    struct {
        void (*run)(void *arg);
        void *arg;
    } tasks[FAKE_TASKS];
    size_t n;
    bool full; /* refuses what comes */
} fake_tasks;

krn_executor fake_tasks_executor(fake_tasks *self);
bool fake_tasks_step(fake_tasks *self); /* runs the oldest; false when there is none */
void fake_tasks_run(fake_tasks *self);  /* until there is none */

typedef struct fake_clock {
    int64_t mono_ns, wall_ms;
    uint64_t seed;
} fake_clock;

krn_clock fake_clock_port(fake_clock *self);

typedef struct fake_writer {
    struct {
        krn_work_fn *work;
        void *arg;
        krn_work_done_fn *done;
    } queue[FAKE_ROWS];
    size_t n;
    bool full;
    anc_status commit; /* not OK: each closure's group fails with it */
} fake_writer;

krn_writer fake_writer_port(fake_writer *self);
void fake_writer_flush(fake_writer *self);

typedef struct fake_event {
    ev_type_id type;
    char user_id[64];
    char text[FAKE_TEXT];    /* its text field: query_text, response_text, error_type */
    char message[FAKE_TEXT]; /* error_message, metadata of query.completed */
    size_t count;
    int64_t at_ms; /* 0: when it was written */
} fake_event;

typedef struct fake_outbox {
    fake_event events[FAKE_EVENTS];
    size_t n;
    anc_status append;  /* not OK: fails with it */
    const char *faulty; /* a question that is refused as INVALID; NULL: none */
} fake_outbox;

krn_outbox fake_outbox_port(fake_outbox *self);

/* What was told to those who watch. */
typedef struct fake_told {
    ev_type_id type;
    char text[FAKE_TEXT]; /* routing_reason of a route, error_type and error_message of an error */
    uint32_t count;       /* chunks of a retrieval */
    char query_id[64];
} fake_told;

typedef struct fake_feed {
    fake_told told[FAKE_EVENTS];
    size_t n;
} fake_feed;

krn_feed fake_feed_port(fake_feed *self);

typedef struct fake_store {
    struct {
        char id[160], title[512], user_id[160];
        int64_t updated_ms;
    } conversations[FAKE_ROWS];
    size_t n_conversations;
    struct {
        char conversation_id[160], id[160], query_id[160], question[FAKE_TEXT], answer[FAKE_TEXT],
            answer_json[4 * FAKE_TEXT];
        int64_t at_ms;
        int rating;
        char comment[128];
    } messages[FAKE_ROWS];
    size_t n_messages;
    anc_status read; /* not OK: readers fail with it */
} fake_store;

rag_conversation_store fake_store_port(fake_store *self);

/* A provider that says what the script says. */
typedef struct fake_provider {
    fake_tasks *loop;
    const char *name, *model;
    anc_status start;                /* of start itself */
    const char *tokens[FAKE_TOKENS]; /* up to the first NULL */
    anc_status end;                  /* after the tokens */
    bool hangs;                      /* no end by itself */
    bool endless;                    /* the first token again and again */
    bool abstains;
    unsigned started, cancelled; /* seen */
    char model_asked[64], question_seen[FAKE_TEXT], prompt_seen[FAKE_TEXT], system_seen[FAKE_TEXT];
    char history_seen[FAKE_TEXT]; /* messages between the first and the last, joined */
    int64_t deadline_seen_ns;
} fake_provider;

rag_provider fake_provider_port(fake_provider *self);

#endif
