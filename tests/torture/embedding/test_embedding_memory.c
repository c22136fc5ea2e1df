/* test_embedding_memory.c - a model that comes while memory is out: it is asked again, and nothing is left behind. */
#include "embedding/app/embedding_service.h"
#include "support/clock_fixed.h"
#include "support/encoder_hash.h"
#include "support/fail_alloc.h"
#include "support/test.h"

typedef struct arrival {
    krn_clock clock;
    long fails_at; /* the allocation that fails when it has come the first time */
    unsigned asked;
} arrival;

static anc_status come(void *arg, const atomic_bool *cancelled, emb_encoder *ret, anc_err *err)
{
    (void)cancelled;
    (void)err;
    arrival *a = arg;
    *ret = encoder_hash_open(a->clock, NULL);
    if (a->asked++ == 0)
        fail_alloc_arm(a->fails_at);
    return ANC_OK;
}

/* True: an allocation failed. */
static bool comes(long fails_at)
{
    enum { TEXTS_BYTES = 1 << 20 };
    int64_t now_ns = 5;
    arrival a = {.clock = clock_fixed(&now_ns), .fails_at = fails_at};
    emb_service *emb = NULL;
    anc_err err = {0};
    float out[ENCODER_HASH_DIMS];
    const atomic_bool cancelled = false;
    const anc_str text = ANC_STR("a text");
    ANC_ARENA(mem, TEXTS_BYTES);
    assert_non_null(mem);
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &cancelled};
    const emb_service_options options = {
        .clock = a.clock, .cache_bytes = 1 << 16, .opener = {come, &a}};
    ASSERT_OK(emb_service_open(&options, &emb, &err), &err);
    now_ns = emb_service_step(emb, now_ns);
    const bool failed = fail_alloc_disarm();
    assert_int_equal(emb_info(emb).available, !failed);
    assert_int_equal(emb_cache(emb).bytes, 0);
    while (!emb_info(emb).available)
        now_ns = emb_service_step(emb, now_ns);
    assert_int_equal(a.asked, failed ? 2 : 1);
    ASSERT_OK(emb_embed(emb, &call, EMB_QUERY, &text, 1, out, NULL), &err);
    ASSERT_OK(emb_embed(emb, &call, EMB_PASSAGE, &text, 1, out, NULL), &err);
    assert_int_equal(emb_cache(emb).entries, 2);
    emb_service_close(emb);
    return failed;
}

/* Either cache may be the one for which there is no room; what leaks is the sanitizer's to say. */
static void a_model_that_finds_no_room_comes_later(void **state)
{
    (void)state;
    long n = 0;
    while (comes(n))
        n++;
    assert_true(n >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_that_finds_no_room_comes_later),
    };
    return cmocka_run_group_tests_name("embedding memory", tests, NULL, NULL);
}
