/* provider_suite.c - what every provider must do. */
#include "support/test.h"

#include "provider_suite.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

typedef struct heard {
    char text[4096];
    unsigned tokens, done;
    bool inside; /* a call of the adapter is running */
    bool reentered, late;
    anc_status status;
    char err[512];
    rag_usage usage;
} heard;

static const rag_passage passages[] = {
    {.text = ANC_STR_INIT("The Skep 2 weighs four kilograms. Its battery lasts about 14 months."),
     .title = ANC_STR_INIT("Skep 2"),
     .score = 0.8},
};

static const rag_prompt_message messages[] = {
    {RAG_SYSTEM, ANC_STR_INIT("Answer from the passages.")},
    {RAG_USER, ANC_STR_INIT("How long does the battery last?")},
};

static void on_token(void *arg, anc_str text)
{
    heard *h = arg;
    const size_t used = strlen(h->text);
    h->reentered |= h->inside;
    h->late |= h->done > 0;
    h->tokens++;
    assert_true(used + text.len < sizeof h->text);
    memcpy(h->text + used, text.ptr, text.len);
}

static void on_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    heard *h = arg;
    h->reentered |= h->inside;
    h->done++;
    h->status = status;
    if (status != ANC_OK)
        (void)strcpy(h->err, err->text);
    if (usage != NULL)
        h->usage = *usage;
}

typedef struct run {
    const provider_bench *bench;
    void *self;
    rag_provider provider;
    atomic_bool cancelled;
    anc_err err;
    krn_call call;
    rag_prompt prompt;
    rag_request request;
} run;

static void run_open(run *r, const provider_bench *bench)
{
    *r = (run){.bench = bench};
    r->self = bench->open(&r->provider);
    r->call = (krn_call){.err = &r->err, .deadline_ns = INT64_MAX, .cancelled = &r->cancelled};
    r->prompt = (rag_prompt){.messages = messages, .n = ANC_COUNT(messages), .tokens = 20};
    r->request = (rag_request){.call = &r->call,
                               .question = ANC_STR("How long does the battery last?"),
                               .passages = passages,
                               .n_passages = ANC_COUNT(passages),
                               .threshold = 0.35,
                               .prompt = &r->prompt};
}

static void run_close(run *r)
{
    r->bench->close(r->self, r->provider);
}

static rag_provider_job *start(run *r, heard *h)
{
    const rag_provider_sink sink = {h, on_token, on_done};
    rag_provider_job *job = NULL;
    h->inside = true;
    ASSERT_OK(r->provider.ops->start(r->provider.self, &r->request, &sink, &job, &r->err), &r->err);
    h->inside = false;
    assert_non_null(job);
    return job;
}

static void cancel(run *r, heard *h, rag_provider_job *job)
{
    h->inside = true;
    r->provider.ops->cancel(r->provider.self, job);
    h->inside = false;
}

static void step_until_done(run *r, const heard *h)
{
    while (h->done == 0 && r->bench->step(r->self)) {
    }
}

static void assert_well_behaved(const heard *h)
{
    assert_int_equal(h->done, 1);
    assert_false(h->reentered);
    assert_false(h->late);
}

static void info_names_it(void **state)
{
    run r;
    run_open(&r, *state);
    const rag_provider_info info = r.provider.ops->info(r.provider.self);
    assert_true(info.name.len > 0 && info.model.len > 0);
    assert_true(anc_str_find(info.name, ANC_STR("/")) == SIZE_MAX);
    run_close(&r);
}

static void answers_in_pieces_then_ends(void **state)
{
    run r;
    heard h = {.done = 0};
    run_open(&r, *state);
    (void)start(&r, &h);
    step_until_done(&r, &h);
    assert_well_behaved(&h);
    if (h.status != ANC_OK)
        fail_msg("%s", h.err);
    assert_true(h.tokens > 0);
    assert_true(anc_utf8_valid(anc_str_of(h.text)));
    assert_true(anc_str_find(anc_str_of(h.text), ANC_STR("14 months")) != SIZE_MAX);
    assert_true(h.usage.output_tokens > 0);
    assert_false(h.usage.abstained);
    run_close(&r);
}

static void cancel_at_once(void **state)
{
    run r;
    heard h = {.done = 0};
    run_open(&r, *state);
    rag_provider_job *job = start(&r, &h);
    cancel(&r, &h, job);
    step_until_done(&r, &h);
    assert_well_behaved(&h);
    assert_int_equal(h.status, ANC_CANCELLED);
    assert_int_equal(h.tokens, 0);
    run_close(&r);
}

static void cancel_after_any_step(void **state)
{
    for (unsigned steps = 1; steps < 12; steps++) {
        run r;
        heard h = {.done = 0};
        run_open(&r, *state);
        rag_provider_job *job = start(&r, &h);
        for (unsigned i = 0; i < steps && h.done == 0; i++)
            (void)r.bench->step(r.self);
        if (h.done == 0)
            cancel(&r, &h, job);
        step_until_done(&r, &h);
        assert_well_behaved(&h);
        assert_true(h.status == ANC_OK || h.status == ANC_CANCELLED);
        run_close(&r);
    }
}

static void two_at_once_are_apart(void **state)
{
    run r;
    heard a = {.done = 0};
    heard b = {.done = 0};
    run_open(&r, *state);
    rag_provider_job *job = start(&r, &a);
    (void)start(&r, &b);
    cancel(&r, &a, job);
    step_until_done(&r, &a);
    step_until_done(&r, &b);
    assert_well_behaved(&a);
    assert_well_behaved(&b);
    assert_int_equal(a.status, ANC_CANCELLED);
    assert_int_equal(b.status, ANC_OK);
    run_close(&r);
}

int provider_suite_run(const provider_bench *bench)
{
    void *state = (void *)(uintptr_t)bench;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(info_names_it, state),
        cmocka_unit_test_prestate(answers_in_pieces_then_ends, state),
        cmocka_unit_test_prestate(cancel_at_once, state),
        cmocka_unit_test_prestate(cancel_after_any_step, state),
        cmocka_unit_test_prestate(two_at_once_are_apart, state),
    };
    return cmocka_run_group_tests_name(bench->name, tests, NULL, NULL);
}
