/* fakes.c - fakes of the ports around the rag component. */
#include "support/rag/fakes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* ---- tasks ----------------------------------------------------------------------------------- */

static anc_status tasks_submit(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    fake_tasks *t = self;
    if (t->full || t->n == FAKE_TASKS)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the queue is full");
    t->tasks[t->n].run = run;
    t->tasks[t->n].arg = arg;
    t->n++;
    return ANC_OK;
}

krn_executor fake_tasks_executor(fake_tasks *self)
{
    static const krn_executor_ops ops = {"fake", tasks_submit};
    return (krn_executor){&ops, self};
}

bool fake_tasks_step(fake_tasks *self)
{
    if (self->n == 0)
        return false;
    void (*run)(void *arg) = self->tasks[0].run;
    void *arg = self->tasks[0].arg;
    self->n--;
    memmove(&self->tasks[0], &self->tasks[1], self->n * sizeof self->tasks[0]);
    run(arg);
    return true;
}

void fake_tasks_run(fake_tasks *self)
{
    while (fake_tasks_step(self)) {
    }
}

/* ---- clock ----------------------------------------------------------------------------------- */

static int64_t clock_mono(void *self)
{
    return ((fake_clock *)self)->mono_ns;
}

static int64_t clock_wall(void *self)
{
    return ((fake_clock *)self)->wall_ms;
}

static void clock_random(void *self, void *out, size_t n)
{
    fake_clock *c = self;
    unsigned char *bytes = out;
    for (size_t i = 0; i < n; i++) {
        c->seed = c->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bytes[i] = (unsigned char)(c->seed >> 56);
    }
}

krn_clock fake_clock_port(fake_clock *self)
{
    static const krn_clock_ops ops = {"fake", clock_mono, clock_wall, clock_random};
    return (krn_clock){&ops, self};
}

/* ---- writer ---------------------------------------------------------------------------------- */

static anc_status work_once(fake_writer *w, krn_work_fn *work, void *arg, anc_err *err)
{
    krn_tx tx = {w, 1700000000000};
    if (w->commit != ANC_OK)
        return ANC_FAIL(err, w->commit, "the commit failed");
    return work(arg, &tx, err);
}

void fake_writer_flush(fake_writer *self)
{
    while (self->n > 0) {
        krn_work_fn *work = self->queue[0].work;
        void *arg = self->queue[0].arg;
        krn_work_done_fn *done = self->queue[0].done;
        self->n--;
        memmove(&self->queue[0], &self->queue[1], self->n * sizeof self->queue[0]);
        anc_err err = {.code = ANC_OK};
        const anc_status status = work_once(self, work, arg, &err);
        done(arg, status, &err);
    }
}

static anc_status writer_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    fake_writer_flush(self);
    if (((fake_writer *)self)->full)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the writer's queue is full");
    if (atomic_load(call->cancelled))
        return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
    return work_once(self, work, arg, call->err);
}

static anc_status writer_post(void *self, krn_work_fn *work, void *arg, krn_work_done_fn *done,
                              anc_err *err)
{
    fake_writer *w = self;
    if (w->full || w->n == FAKE_ROWS)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the writer's queue is full");
    w->queue[w->n].work = work;
    w->queue[w->n].arg = arg;
    w->queue[w->n].done = done;
    w->n++;
    return ANC_OK;
}

static size_t writer_queued(void *self)
{
    return ((fake_writer *)self)->n;
}

krn_writer fake_writer_port(fake_writer *self)
{
    static const krn_writer_ops ops = {
        .name = "fake", .run = writer_run, .post = writer_post, .queued = writer_queued};
    return (krn_writer){&ops, self};
}

/* ---- outbox ---------------------------------------------------------------------------------- */

static void keep(char *out, size_t room, anc_str s)
{
    (void)snprintf(out, room, "%.*s", ANC_FMT(s));
}

static void describe(fake_event *e, const void *payload)
{
    if (e->type == EV_QUERY_REQUESTED) {
        keep(e->text, sizeof e->text, ((const ev_query_requested *)payload)->query_text);
    } else if (e->type == EV_DOCUMENTS_RETRIEVED) {
        e->count = ((const ev_documents_retrieved *)payload)->count;
    } else if (e->type == EV_QUERY_COMPLETED) {
        keep(e->text, sizeof e->text, ((const ev_query_completed *)payload)->response_text);
        keep(e->message, sizeof e->message, ((const ev_query_completed *)payload)->metadata.text);
        e->count = ((const ev_query_completed *)payload)->document_count;
    } else if (e->type == EV_QUERY_FAILED) {
        const ev_query_failed *f = payload;
        (void)snprintf(e->text, sizeof e->text, "%.*s at %.*s", ANC_FMT(f->error_type),
                       ANC_FMT(f->stage));
        keep(e->message, sizeof e->message, f->error_message);
    } else if (e->type == EV_FEEDBACK_GIVEN) {
        keep(e->text, sizeof e->text, ((const ev_feedback_given *)payload)->query_id);
    } else if (e->type == EV_CONVERSATION_CREATED) {
        keep(e->text, sizeof e->text, ((const ev_conversation_created *)payload)->conversation_id);
    } else if (e->type == EV_CONVERSATION_DELETED) {
        keep(e->text, sizeof e->text, ((const ev_conversation_deleted *)payload)->conversation_id);
    }
}

static anc_status outbox_append(void *self, krn_tx *tx, ev_type_id type, const void *payload,
                                const ev_context *context, anc_err *err)
{
    fake_outbox *o = self;
    (void)tx;
    if (o->append != ANC_OK)
        return ANC_FAIL(err, o->append, "the outbox failed");
    if (type == EV_QUERY_REQUESTED && o->faulty != NULL &&
        anc_str_eq(((const ev_query_requested *)payload)->query_text, anc_str_of(o->faulty)))
        return ANC_FAIL(err, ANC_INVALID, "the outbox refuses \"%s\"", o->faulty);
    assert(o->n < FAKE_EVENTS);
    fake_event *e = &o->events[o->n++];
    *e = (fake_event){.type = type, .at_ms = context->at_ms};
    keep(e->user_id, sizeof e->user_id, context->user_id);
    describe(e, payload);
    return ANC_OK;
}

krn_outbox fake_outbox_port(fake_outbox *self)
{
    static const krn_outbox_ops ops = {.name = "fake", .append = outbox_append};
    return (krn_outbox){&ops, self};
}

/* ---- feed ------------------------------------------------------------------------------------ */

static void feed_publish(void *self, ev_type_id type, const void *payload,
                         const ev_context *context)
{
    fake_feed *f = self;
    (void)context;
    assert(f->n < FAKE_EVENTS);
    fake_told *t = &f->told[f->n++];
    *t = (fake_told){.type = type};
    if (type == EV_QUERY_ROUTE) {
        const ev_query_route *e = payload;
        keep(t->text, sizeof t->text, e->routing_reason);
        keep(t->query_id, sizeof t->query_id, e->query_id);
    } else if (type == EV_CGRAG) {
        const ev_cgrag *e = payload;
        t->count = e->chunks_retrieved;
        keep(t->query_id, sizeof t->query_id, e->query_id);
    } else if (type == EV_ERROR) {
        const ev_error *e = payload;
        (void)snprintf(t->text, sizeof t->text, "%.*s: %.*s", ANC_FMT(e->error_type),
                       ANC_FMT(e->error_message));
    }
}

krn_feed fake_feed_port(fake_feed *self)
{
    static const krn_feed_ops ops = {.name = "fake", .publish = feed_publish};
    return (krn_feed){&ops, self};
}

/* ---- store ----------------------------------------------------------------------------------- */

static size_t index_of(const fake_store *s, anc_str id)
{
    size_t i = 0;
    while (i < s->n_conversations && !anc_str_eq(anc_str_of(s->conversations[i].id), id))
        i++;
    return i;
}

static anc_status store_create(void *self, krn_tx *tx, const rag_conversation_record *c,
                               anc_err *err)
{
    fake_store *s = self;
    (void)tx;
    if (index_of(s, c->id) != s->n_conversations)
        return ANC_FAIL(err, ANC_CONFLICT, "exists");
    const size_t i = s->n_conversations++;
    keep(s->conversations[i].id, sizeof s->conversations[i].id, c->id);
    keep(s->conversations[i].title, sizeof s->conversations[i].title, c->title);
    keep(s->conversations[i].user_id, sizeof s->conversations[i].user_id, c->user_id);
    s->conversations[i].updated_ms = c->updated_ms;
    return ANC_OK;
}

static bool is_of(const fake_store *s, size_t i, anc_str user_id)
{
    return i < s->n_conversations && anc_str_eq(anc_str_of(s->conversations[i].user_id), user_id);
}

static anc_status store_append(void *self, krn_tx *tx, anc_str conversation_id, anc_str user_id,
                               anc_str title, const rag_message_record *m, anc_err *err)
{
    fake_store *s = self;
    (void)tx;
    const size_t c = index_of(s, conversation_id);
    if (!is_of(s, c, user_id))
        return ANC_FAIL(err, ANC_NOT_FOUND, "gone");
    if (s->conversations[c].title[0] == '\0')
        keep(s->conversations[c].title, sizeof s->conversations[c].title, title);
    const size_t i = s->n_messages++;
    keep(s->messages[i].conversation_id, sizeof s->messages[i].conversation_id, conversation_id);
    keep(s->messages[i].id, sizeof s->messages[i].id, m->id);
    keep(s->messages[i].query_id, sizeof s->messages[i].query_id, m->query_id);
    keep(s->messages[i].question, sizeof s->messages[i].question, m->question);
    keep(s->messages[i].answer, sizeof s->messages[i].answer, m->answer);
    keep(s->messages[i].answer_json, sizeof s->messages[i].answer_json, m->answer_json);
    s->messages[i].at_ms = m->at_ms;
    return ANC_OK;
}

static anc_status store_remove(void *self, krn_tx *tx, anc_str id, anc_str user_id, anc_err *err)
{
    fake_store *s = self;
    (void)tx;
    const size_t i = index_of(s, id);
    if (!is_of(s, i, user_id))
        return ANC_FAIL(err, ANC_NOT_FOUND, "gone");
    s->n_conversations--;
    memmove(&s->conversations[i], &s->conversations[i + 1],
            (s->n_conversations - i) * sizeof s->conversations[0]);
    return ANC_OK;
}

static rag_conversation_record record_at(const fake_store *s, size_t i)
{
    return (rag_conversation_record){
        .id = anc_str_of(s->conversations[i].id),
        .title = anc_str_of(s->conversations[i].title),
        .user_id = anc_str_of(s->conversations[i].user_id),
        .updated_ms = s->conversations[i].updated_ms,
    };
}

static anc_status store_find(void *self, krn_call *call, anc_str id, rag_conversation_record *ret)
{
    fake_store *s = self;
    if (s->read != ANC_OK)
        return ANC_FAIL(call->err, s->read, "the store failed");
    const size_t i = index_of(s, id);
    if (i == s->n_conversations)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "gone");
    *ret = record_at(s, i);
    ret->id = anc_arena_copy(call->mem, ret->id);
    ret->title = anc_arena_copy(call->mem, ret->title);
    ret->user_id = anc_arena_copy(call->mem, ret->user_id);
    if (ret->id.ptr == NULL || ret->title.ptr == NULL || ret->user_id.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room");
    return ANC_OK;
}

static anc_status store_list(void *self, krn_call *call, anc_str user_id, int64_t before_ms,
                             anc_str before_id, size_t limit, rag_conversation_record **ret,
                             size_t *ret_n)
{
    fake_store *s = self;
    (void)before_ms;
    (void)before_id;
    if (s->read != ANC_OK)
        return ANC_FAIL(call->err, s->read, "the store failed");
    rag_conversation_record *list = anc_arena_alloc(call->mem, FAKE_ROWS, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room");
    size_t n = 0;
    for (size_t i = s->n_conversations; i > 0 && n < limit; i--)
        if (anc_str_eq(anc_str_of(s->conversations[i - 1].user_id), user_id))
            list[n++] = record_at(s, i - 1);
    *ret = list;
    *ret_n = n;
    return ANC_OK;
}

static anc_status store_rate(void *self, krn_tx *tx, anc_str query_id, anc_str user_id, int rating,
                             anc_str comment, anc_err *err)
{
    fake_store *s = self;
    (void)tx;
    for (size_t i = 0; i < s->n_messages; i++) {
        const size_t c = index_of(s, anc_str_of(s->messages[i].conversation_id));
        if (!anc_str_eq(anc_str_of(s->messages[i].query_id), query_id) || !is_of(s, c, user_id))
            continue;
        s->messages[i].rating = rating;
        keep(s->messages[i].comment, sizeof s->messages[i].comment, comment);
        return ANC_OK;
    }
    return ANC_FAIL(err, ANC_NOT_FOUND, "gone");
}

static anc_status store_messages(void *self, krn_call *call, anc_str conversation_id,
                                 uint64_t before, size_t limit, rag_message_record **ret,
                                 size_t *ret_n)
{
    fake_store *s = self;
    if (s->read != ANC_OK)
        return ANC_FAIL(call->err, s->read, "the store failed");
    rag_message_record *list = anc_arena_alloc(call->mem, FAKE_ROWS, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room");
    size_t n = 0;
    uint64_t position = 0;
    for (size_t i = 0; i < s->n_messages; i++)
        if (anc_str_eq(anc_str_of(s->messages[i].conversation_id), conversation_id) &&
            ++position < before)
            list[n++] = (rag_message_record){
                .id = anc_str_of(s->messages[i].id),
                .query_id = anc_str_of(s->messages[i].query_id),
                .question = anc_str_of(s->messages[i].question),
                .answer = anc_str_of(s->messages[i].answer),
                .answer_json = anc_str_of(s->messages[i].answer_json),
                .at_ms = s->messages[i].at_ms,
                .position = position,
                .rating = s->messages[i].rating,
                .comment = anc_str_of(s->messages[i].comment),
            };
    const size_t skip = n > limit ? n - limit : 0;
    *ret = list + skip;
    *ret_n = n - skip;
    return ANC_OK;
}

rag_conversation_store fake_store_port(fake_store *self)
{
    static const rag_conversation_store_ops ops = {"fake",         store_create, store_append,
                                                   store_remove,   store_find,   store_list,
                                                   store_messages, store_rate};
    return (rag_conversation_store){&ops, self};
}

/* ---- provider -------------------------------------------------------------------------------- */

struct rag_provider_job {
    fake_provider *self;
    rag_provider_sink sink;
    size_t at;
    bool cancelled, waiting;
};

static void provider_step(void *arg)
{
    rag_provider_job *job = arg;
    fake_provider *p = job->self;
    const char *token = p->endless ? p->tokens[0] : p->tokens[job->at];
    job->waiting = false;
    if (!job->cancelled && token != NULL) {
        job->at++;
        job->sink.on_token(job->sink.arg, anc_str_of(token));
    } else if (!job->cancelled && p->hangs) {
        job->waiting = true;
        return;
    } else {
        anc_err err = {.code = ANC_OK};
        anc_status status = p->end;
        if (job->cancelled)
            status = ANC_CANCELLED;
        if (status != ANC_OK)
            status = ANC_FAIL(&err, status, "%s ended badly", p->name);
        const rag_usage usage = {.model = ANC_STR("fake-1"),
                                 .input_tokens = 11,
                                 .output_tokens = 7,
                                 .abstained = p->abstains};
        const rag_provider_sink sink = job->sink;
        free(job);
        sink.on_done(sink.arg, status, &err, &usage);
        return;
    }
    const anc_status status = p->loop->n == FAKE_TASKS
                                  ? ANC_UNAVAILABLE
                                  : tasks_submit(p->loop, provider_step, job, NULL);
    assert(status == ANC_OK);
    (void)status;
}

static rag_provider_info provider_info(void *self)
{
    const fake_provider *p = self;
    return (rag_provider_info){anc_str_of(p->name), anc_str_of(p->model)};
}

static anc_status provider_start(void *self, const rag_request *request,
                                 const rag_provider_sink *sink, rag_provider_job **ret,
                                 anc_err *err)
{
    fake_provider *p = self;
    p->started++;
    keep(p->model_asked, sizeof p->model_asked, request->model);
    keep(p->question_seen, sizeof p->question_seen, request->question);
    p->deadline_seen_ns = request->call->deadline_ns;
    if (request->prompt != NULL) {
        keep(p->prompt_seen, sizeof p->prompt_seen,
             request->prompt->messages[request->prompt->n - 1].text);
        keep(p->system_seen, sizeof p->system_seen, request->prompt->messages[0].text);
        p->history_seen[0] = '\0';
        for (size_t i = 1; i + 1 < request->prompt->n; i++) {
            const size_t used = strlen(p->history_seen);
            keep(p->history_seen + used, sizeof p->history_seen - used,
                 request->prompt->messages[i].text);
        }
    }
    if (p->start != ANC_OK)
        return ANC_FAIL(err, p->start, "%s did not start", p->name);
    rag_provider_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a job");
    *job = (rag_provider_job){.self = p, .sink = *sink};
    const anc_status status = tasks_submit(p->loop, provider_step, job, err);
    if (status != ANC_OK) {
        free(job);
        return status;
    }
    *ret = job;
    return ANC_OK;
}

static void provider_cancel(void *self, rag_provider_job *job)
{
    fake_provider *p = self;
    p->cancelled++;
    job->cancelled = true;
    if (job->waiting)
        assert(tasks_submit(p->loop, provider_step, job, NULL) == ANC_OK);
}

static void provider_close(void *self)
{
    (void)self;
}

rag_provider fake_provider_port(fake_provider *self)
{
    static const rag_provider_ops ops = {"fake", provider_info, provider_start, provider_cancel,
                                         provider_close};
    return (rag_provider){&ops, self};
}
