/* test_provider.c - the provider's contract against the fake and the extractive adapter. */
#include "support/test.h"

#include "provider_suite.h"

#include <stdlib.h>

#include "rag/adapters/extractive/rag_extractive.h"
#include "support/rag/fakes.h"

typedef struct fake_world {
    fake_tasks tasks;
    fake_provider provider;
} fake_world;

static void *open_fake(rag_provider *ret)
{
    fake_world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->provider = (fake_provider){.loop = &w->tasks,
                                  .name = "alpha",
                                  .model = "a-1",
                                  .tokens = {"About ", "14 months", " [1]."}};
    *ret = fake_provider_port(&w->provider);
    return w;
}

static void *open_extractive(rag_provider *ret)
{
    fake_world *w = calloc(1, sizeof *w);
    anc_err err;
    assert_non_null(w);
    const rag_extractive_options options = {.cpu = fake_tasks_executor(&w->tasks),
                                            .loop = fake_tasks_executor(&w->tasks)};
    ASSERT_OK(rag_extractive_open(&options, ret, &err), &err);
    return w;
}

static bool step(void *self)
{
    return fake_tasks_step(&((fake_world *)self)->tasks);
}

static void close_world(void *self, rag_provider provider)
{
    rag_provider_close(provider);
    free(self);
}

/* ---- the end of the loop ---- */

static anc_status refuse_for_good(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    (void)self;
    (void)run;
    (void)arg;
    return ANC_FAIL(err, ANC_CANCELLED, "it has ended");
}

static void never_token(void *arg, anc_str text)
{
    (void)arg;
    fail_msg("a token after the end: %.*s", ANC_FMT(text));
}

static void never_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    (void)arg;
    (void)status;
    (void)err;
    (void)usage;
    fail_msg("an end after the loop's");
}

/* The job neither waits for ever nor is left behind (the leak checker sees that). */
static void a_job_goes_with_the_loop(void **state)
{
    static const krn_executor_ops ended = {"ended", refuse_for_good};
    const rag_provider_sink sink = {NULL, never_token, never_done};
    const rag_passage passage = {.text = ANC_STR_INIT("Bees eat honey.")};
    atomic_bool cancelled = false;
    anc_err err = {0};
    fake_tasks tasks = {0};
    rag_provider provider;
    rag_provider_job *job;
    krn_call call = {.err = &err, .deadline_ns = INT64_MAX, .cancelled = &cancelled};
    const rag_request request = {.call = &call,
                                 .question = ANC_STR("What do bees eat?"),
                                 .passages = &passage,
                                 .n_passages = 1};
    const rag_extractive_options options = {.cpu = fake_tasks_executor(&tasks),
                                            .loop = {&ended, NULL}};
    (void)state;
    ASSERT_OK(rag_extractive_open(&options, &provider, &err), &err);
    ASSERT_OK(provider.ops->start(provider.self, &request, &sink, &job, &err), &err);
    fake_tasks_run(&tasks);
    rag_provider_close(provider);
}

int main(void)
{
    const struct CMUnitTest ends[] = {cmocka_unit_test(a_job_goes_with_the_loop)};
    static const provider_bench benches[] = {
        {"fake", open_fake, step, close_world},
        {"extractive", open_extractive, step, close_world},
    };
    int failed = cmocka_run_group_tests_name("the loop's end", ends, NULL, NULL);
    for (size_t i = 0; i < ANC_COUNT(benches); i++)
        failed += provider_suite_run(&benches[i]);
    return failed;
}
