/* test_rag_threads.c - the extractive provider on a real pool and a real loop, with callers that leave
 * at moments of chance: every job ends once, on the loop. Meant for the thread sanitizer.
 */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/adapters/loop/loop.h"
#include "kernel/adapters/threads/threads.h"
#include "rag/adapters/extractive/rag_extractive.h"

enum { JOBS = 300, RUNNING = 16 };

static const rag_passage passages[] = {
    {.text = ANC_STR_INIT("The Skep 2 weighs four kilograms. Its battery lasts about 14 months."),
     .score = 0.8},
    {.text = ANC_STR_INIT("The warranty of a scale runs for three years. It is printed inside."),
     .score = 0.6},
};

typedef struct stage stage;

typedef struct slot {
    stage *stage;
    rag_provider_job *job;
    atomic_bool cancelled;
    anc_err err;
    krn_call call;
    rag_request request;
    bool left;
    unsigned tokens;
} slot;

struct stage {
    net_loop *loop;
    rag_provider provider;
    slot slots[RUNNING];
    unsigned started, ended, answered, cancelled;
    uint32_t seed;
};

static void begin(slot *s);

static uint32_t chance(stage *st)
{
    st->seed = st->seed * 1664525 + 1013904223;
    return st->seed >> 8;
}

static void on_token(void *arg, anc_str text)
{
    slot *s = arg;
    assert_true(net_loop_here(s->stage->loop));
    assert_true(text.len > 0);
    s->tokens++;
}

static void next(void *arg)
{
    begin(arg);
}

static void on_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    slot *s = arg;
    stage *st = s->stage;
    (void)err;
    (void)usage;
    assert_true(net_loop_here(st->loop));
    s->job = NULL;
    st->ended++;
    st->answered += status == ANC_OK;
    st->cancelled += status == ANC_CANCELLED;
    assert_true(status == ANC_OK ? s->tokens > 0 : status == ANC_CANCELLED && s->left);
    if (st->ended == JOBS)
        net_loop_stop(st->loop);
    else if (st->started < JOBS)
        assert_true(net_loop_post(st->loop, next, s));
}

static void leave(void *arg)
{
    slot *s = arg;
    if (s->job == NULL || s->left)
        return;
    s->left = true;
    s->stage->provider.ops->cancel(s->stage->provider.self, s->job);
}

static void begin(slot *s)
{
    static const rag_provider_sink none = {NULL, on_token, on_done};
    stage *st = s->stage;
    rag_provider_sink sink = none;
    if (st->started == JOBS)
        return;
    st->started++;
    s->left = false;
    s->tokens = 0;
    s->call = (krn_call){.err = &s->err, .deadline_ns = INT64_MAX, .cancelled = &s->cancelled};
    s->request = (rag_request){.call = &s->call,
                               .question = ANC_STR("How long does the battery last?"),
                               .passages = passages,
                               .n_passages = ANC_COUNT(passages),
                               .threshold = 0.35};
    sink.arg = s;
    ASSERT_OK(st->provider.ops->start(st->provider.self, &s->request, &sink, &s->job, &s->err),
              &s->err);
    const uint32_t when = chance(st) % 4;
    if (when == 0)
        leave(s);
    else if (when == 1)
        assert_true(net_loop_post(st->loop, leave, s));
}

static void start_all(void *arg)
{
    stage *st = arg;
    for (size_t i = 0; i < RUNNING; i++)
        begin(&st->slots[i]);
}

static void every_job_ends_once(void **state)
{
    (void)state;
    static stage st;
    anc_err err = {.code = ANC_OK};
    os_pool *pool;
    st = (stage){.seed = 5};
    ASSERT_OK(net_loop_open(&st.loop, &err), &err);
    ASSERT_OK(os_pool_open("cpu", 4, 64, &pool, &err), &err);
    const rag_extractive_options options = {.cpu = krn_pool_executor(pool),
                                            .loop = krn_loop_executor(st.loop)};
    ASSERT_OK(rag_extractive_open(&options, &st.provider, &err), &err);
    for (size_t i = 0; i < RUNNING; i++)
        st.slots[i].stage = &st;
    assert_true(net_loop_post(st.loop, start_all, &st));
    net_loop_run(st.loop);
    assert_int_equal(st.ended, JOBS);
    assert_int_equal(st.answered + st.cancelled, JOBS);
    assert_true(st.answered > 0 && st.cancelled > 0);
    os_pool_free(pool);
    rag_provider_close(st.provider);
    net_loop_close(st.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_job_ends_once)};
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
