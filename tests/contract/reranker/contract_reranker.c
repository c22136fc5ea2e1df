/* contract_reranker.c - what ports/reranker.h promises, of every adapter. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "embedding/adapters/infer/infer_reranker.h"
#include "embedding/adapters/remote/remote_reranker.h"
#include "os/thread.h"
#include "support/call.h"
#include "support/clock_fixed.h"
#include "support/fake_inference.h"
#include "support/places.h"
#include "support/reranker_words.h"
#include "support/test.h"

enum { MANY = 12, CALLERS = 3 };

static int64_t now_ns = 1000;
static reranker_words words;

static emb_reranker open_words(void)
{
    words = (reranker_words){.clock = clock_fixed(&now_ns)};
    return reranker_words_open(&words);
}

static inf_turns *turns;

static emb_reranker open_with(inf_turns *in)
{
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_reranker r = {0};
    const char *place = place_in_data(folder, "tiny-models/cross-encoder-bert");
    const emb_infer_reranker_options options = {.folder = anc_str_of(place),
                                                .precision = ANC_STR("f32"),
                                                .turns = in,
                                                .clock = clock_fixed(&now_ns)};
    if (place == NULL)
        return r;
    ASSERT_OK(emb_infer_reranker_open(&options, &r, &err), &err);
    return r;
}

static emb_reranker open_infer(void)
{
    return open_with(NULL);
}

static emb_reranker open_in_turn(void)
{
    anc_err err = {0};
    const inf_turns_options options = {.at_once = 1, .most_calls = CALLERS};
    ASSERT_OK(inf_turns_open(&options, &turns, &err), &err);
    return open_with(turns);
}

static void free_turns(void)
{
    inf_turns_free(turns);
}

static fake_inference *fake;

static emb_reranker open_remote(clt_inference_form form, const char *path)
{
    char url[64];
    anc_err err = {0};
    emb_reranker r = {0};
    fake = fake_inference_start();
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u%s", fake_inference_port(fake), path);
    const emb_remote_reranker_options options = {
        .client = {.form = form, .url = anc_str_of(url), .model = ANC_STR("ranker")},
        .max_bytes = 2 * RERANKER_WORDS_WINDOW,
        .clock = clock_fixed(&now_ns)};
    ASSERT_OK(emb_remote_reranker_open(&options, &r, &err), &err);
    return r;
}

static emb_reranker open_cohere(void)
{
    return open_remote(CLT_SCORES_COHERE, "/v1/rerank");
}

static emb_reranker open_tei(void)
{
    return open_remote(CLT_SCORES_TEI, "/rerank");
}

static void stop_fake(void)
{
    fake_inference_stop(fake);
}

static const struct adapter {
    const char *name;
    emb_reranker (*open)(void);
    void (*done)(void); /* NULL: nothing */
} adapters[] = {{"words", open_words, NULL},
                {"infer", open_infer, NULL},
                {"infer", open_in_turn, free_turns},
                {"remote", open_cohere, stop_fake},
                {"remote", open_tei, stop_fake}};

typedef struct fixture {
    const struct adapter *adapter;
    emb_reranker r;
    test_call t;
} fixture;

/* False where what the adapter needs is not here. */
static bool fixture_open(fixture *f, void **state)
{
    f->adapter = *state;
    f->r = f->adapter->open();
    if (f->r.ops == NULL)
        return false;
    test_call_init(&f->t);
    return true;
}

static void fixture_close(fixture *f)
{
    test_call_done(&f->t);
    emb_reranker_close(&f->r);
    if (f->adapter->done != NULL)
        f->adapter->done();
}

static const anc_str query = ANC_STR_INIT("where do bees make honey");

static const anc_str samples[MANY] = {
    ANC_STR_INIT("Bees make honey in the hive in summer."),
    ANC_STR_INIT("The invoice is due within thirty days."),
    ANC_STR_INIT(""),
    ANC_STR_INIT("   \n\t "),
    ANC_STR_INIT("\xFF\xFE broken \xE5\xA5"),
    ANC_STR_INIT("NUL\0inside"),
    ANC_STR_INIT("Les cong\xC3\xA9s sont de vingt-cinq jours par an."),
    ANC_STR_INIT("a"),
    ANC_STR_INIT("the the the the the the the the the the"),
    ANC_STR_INIT("[CLS] [SEP]"),
    ANC_STR_INIT("where do bees make honey"),
    ANC_STR_INIT("0123456789"),
};

static void says_what_it_is(void **state)
{
    fixture f;
    if (!fixture_open(&f, state))
        return;
    assert_string_equal(f.r.ops->name, f.adapter->name);
    assert_true(f.r.max_batch >= MANY);
    assert_true(f.r.model.len > 0 && f.r.detail.len > 0);
    fixture_close(&f);
    assert_null(f.r.ops);
}

static void pairs_stand_alone(void **state)
{
    fixture f;
    float together[MANY], alone;
    emb_scored scored = {0};
    if (!fixture_open(&f, state))
        return;
    ASSERT_OK(f.r.ops->score(f.r.self, &f.t.call, query, samples, MANY, together, &scored),
              &f.t.err);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(isfinite(together[i]));
        ASSERT_OK(f.r.ops->score(f.r.self, &f.t.call, query, &samples[i], 1, &alone, &scored),
                  &f.t.err);
        assert_true(fabsf(together[i] - alone) < 1e-4f);
    }
    fixture_close(&f);
}

static void long_passages_are_cut(void **state)
{
    static char text[20000];
    fixture f;
    float out[2];
    emb_scored scored = {0};
    if (!fixture_open(&f, state))
        return;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    const anc_str passages[] = {{text, sizeof text}, {text, sizeof text / 2}};
    ASSERT_OK(f.r.ops->score(f.r.self, &f.t.call, query, passages, 2, out, &scored), &f.t.err);
    assert_true(fabsf(out[0] - out[1]) < 1e-5f);
    assert_true(scored.truncated == 2 || scored.tokens == 0);
    fixture_close(&f);
}

static void heeds_cancelling_and_deadlines(void **state)
{
    fixture f;
    float out[MANY];
    emb_scored scored = {0};
    if (!fixture_open(&f, state))
        return;
    atomic_store(&f.t.cancelled, true);
    assert_int_equal(f.r.ops->score(f.r.self, &f.t.call, query, samples, MANY, out, &scored),
                     ANC_CANCELLED);
    assert_int_equal(f.t.err.code, ANC_CANCELLED);
    atomic_store(&f.t.cancelled, false);
    anc_err_clear(&f.t.err);
    f.t.call.deadline_ns = now_ns;
    assert_int_equal(f.r.ops->score(f.r.self, &f.t.call, query, samples, MANY, out, &scored),
                     ANC_DEADLINE);
    assert_int_equal(f.t.err.code, ANC_DEADLINE);
    fixture_close(&f);
}

typedef struct caller {
    const emb_reranker *r;
    float out[MANY];
    anc_status status;
} caller;

static void call_many_times(void *arg)
{
    caller *c = arg;
    TEST_CALL(t);
    emb_scored scored = {0};
    for (size_t i = 0; i < 5 && c->status == ANC_OK; i++)
        c->status = c->r->ops->score(c->r->self, &t.call, query, samples, MANY, c->out, &scored);
}

static void serves_many_threads(void **state)
{
    static caller callers[CALLERS];
    os_thread *threads[CALLERS];
    fixture f;
    if (!fixture_open(&f, state))
        return;
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.r = &f.r};
        ASSERT_OK(os_thread_start("caller", call_many_times, &callers[i], &threads[i], &f.t.err),
                  &f.t.err);
    }
    for (size_t i = 0; i < CALLERS; i++)
        os_thread_join(threads[i]);
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(callers[i].status, ANC_OK);
        assert_memory_equal(callers[i].out, callers[0].out, sizeof callers[0].out);
    }
    fixture_close(&f);
}

static void infer_says_why_it_does_not_open(void **state)
{
    (void)state;
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_reranker r = {0};
    emb_infer_reranker_options options = {.folder = ANC_STR("/nonexistent/model"),
                                          .clock = clock_fixed(&now_ns)};
    assert_int_equal(emb_infer_reranker_open(&options, &r, &err), ANC_NOT_FOUND);
    assert_non_null(strstr(err.text, "model"));
    assert_null(strstr(err.text, "/nonexistent"));
    anc_err_clear(&err);
    options.folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert"));
    assert_int_equal(emb_infer_reranker_open(&options, &r, &err), ANC_UNSUPPORTED);
    assert_non_null(strstr(err.text, "gives vectors"));
    assert_null(r.ops);
}

int main(void)
{
    const struct CMUnitTest own[] = {cmocka_unit_test(infer_says_why_it_does_not_open)};
    return RUN_TABLE("says what it is", adapters, says_what_it_is) +
           RUN_TABLE("alone", adapters, pairs_stand_alone) +
           RUN_TABLE("cuts", adapters, long_passages_are_cut) +
           RUN_TABLE("ends", adapters, heeds_cancelling_and_deadlines) +
           RUN_TABLE("threads", adapters, serves_many_threads) +
           cmocka_run_group_tests_name("infer", own, NULL, NULL);
}
