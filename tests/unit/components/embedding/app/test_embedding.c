/* test_embedding.c - the service over the hashing encoder: batches, cache, no model. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "embedding/app/embedding_service.h"
#include "kernel/domain/feed_events.h"
#include "support/clock_fixed.h"
#include "support/encoder_hash.h"
#include "support/test.h"

enum { DIMS = ENCODER_HASH_DIMS, MANY = 300, ARENA_BYTES = 8 << 20 };

typedef struct fixture {
    emb_service *emb;
    size_t seen; /* texts that reached the encoder */
    int64_t now_ns;
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
    anc_str texts[MANY];
    float out[MANY * DIMS];
} fixture;

static void fixture_init(fixture *f, bool model, uint64_t cache_bytes)
{
    *f = (fixture){.now_ns = 5};
    f->mem = anc_arena_new(ARENA_BYTES);
    assert_non_null(f->mem);
    f->call = (krn_call){
        .mem = f->mem, .err = &f->err, .deadline_ns = INT64_MAX, .cancelled = &f->cancelled};
    for (size_t i = 0; i < MANY; i++)
        f->texts[i] = anc_arena_printf(f->mem, "text number %zu", i);
    emb_service_options options = {.model = ANC_STR("some-model"),
                                   .cache_bytes = cache_bytes,
                                   .clock = clock_fixed(&f->now_ns)};
    if (model)
        options.encoder = encoder_hash_open(options.clock, &f->seen);
    ASSERT_OK(emb_service_open(&options, &f->emb, &f->err), &f->err);
    f->seen = 0; /* it has looked at what unrelated texts are like */
}

static void fixture_done(fixture *f)
{
    emb_service_close(f->emb);
    anc_arena_free(f->mem);
}

static void one_text_one_vector_in_any_number(void **state)
{
    (void)state;
    static fixture f;
    static float alone[DIMS];
    emb_usage usage = {0};
    fixture_init(&f, true, 0);
    assert_true(emb_info(f.emb).available);
    assert_int_equal(emb_info(f.emb).dims, DIMS);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_PASSAGE, f.texts, MANY, f.out, &usage), &f.err);
    assert_int_equal(usage.tokens, 3 * MANY);
    assert_int_equal(usage.cache_hits, 0);
    assert_int_equal(f.seen, MANY);
    for (size_t i = 0; i < MANY; i += 37) {
        ASSERT_OK(emb_embed(f.emb, &f.call, EMB_PASSAGE, &f.texts[i], 1, alone, NULL), &f.err);
        assert_memory_equal(alone, f.out + i * DIMS, sizeof alone);
    }
    fixture_done(&f);
}

static void known_texts_cost_nothing(void **state)
{
    (void)state;
    static fixture f;
    static float again[MANY * DIMS];
    emb_usage usage = {0};
    fixture_init(&f, true, 1 << 20);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_PASSAGE, f.texts, MANY / 2, f.out, NULL), &f.err);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_PASSAGE, f.texts, MANY, again, &usage), &f.err);
    assert_int_equal(f.seen, MANY);
    assert_int_equal(usage.cache_hits, MANY / 2);
    assert_int_equal(usage.tokens, 3 * (MANY - MANY / 2));
    assert_memory_equal(f.out, again, MANY / 2 * DIMS * sizeof(float));
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_QUERY, f.texts, 1, again, &usage), &f.err);
    assert_int_equal(usage.cache_hits, 0);
    const emb_cache_stats stats = emb_cache(f.emb);
    assert_int_equal(stats.entries, MANY + 1);
    assert_int_equal(stats.hits, MANY / 2);
    assert_int_equal(stats.misses, MANY + 1);
    fixture_done(&f);
}

static void a_passage_that_the_caller_keeps_pushes_nothing_out(void **state)
{
    (void)state;
    static fixture f;
    fixture_init(&f, true, 1 << 20);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_PASSAGE_ONCE, f.texts, MANY, f.out, NULL), &f.err);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_PASSAGE_ONCE, f.texts, 1, f.out, NULL), &f.err);
    assert_int_equal(f.seen, MANY + 1);
    assert_int_equal(emb_cache(f.emb).entries, 0);
    fixture_done(&f);
}

static void a_question_that_is_expected_is_known_when_it_comes(void **state)
{
    (void)state;
    static fixture f;
    static float again[DIMS];
    emb_usage usage = {0};
    fixture_init(&f, true, 1 << 20);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_QUERY_AHEAD, f.texts, 1, f.out, NULL), &f.err);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_QUERY_AHEAD, f.texts, 1, f.out, &usage), &f.err);
    assert_int_equal(usage.cache_hits, 1);
    assert_int_equal(emb_cache(f.emb).hits, 0);
    ASSERT_OK(emb_embed(f.emb, &f.call, EMB_QUERY, f.texts, 1, again, &usage), &f.err);
    assert_int_equal(usage.cache_hits, 1);
    assert_int_equal(emb_cache(f.emb).hits, 1);
    assert_int_equal(f.seen, 1);
    assert_memory_equal(f.out, again, sizeof again);
    fixture_done(&f);
}

static void without_a_model_it_says_what_to_do(void **state)
{
    (void)state;
    static fixture f;
    fixture_init(&f, false, 1 << 20);
    const emb_info_row info = emb_info(f.emb);
    assert_false(info.available);
    assert_int_equal(info.dims, 0);
    assert_int_equal(info.max_tokens, 256);
    assert_int_equal(info.revision.len, 0);
    assert_true(anc_str_eq(info.model, ANC_STR("some-model")));
    assert_true(anc_str_eq(info.detail, ANC_STR("no embedding model: run `anchorage model pull`")));
    assert_int_equal(emb_embed(f.emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL),
                     ANC_UNAVAILABLE);
    assert_non_null(strstr(f.err.text, "anchorage model pull"));
    assert_int_equal(emb_count_tokens(f.emb, ANC_STR("two words"), 10), 2);
    fixture_done(&f);
}

static void what_broke_the_model_is_passed_on(void **state)
{
    (void)state;
    anc_err err = {0};
    int64_t now_ns = 0;
    emb_service *emb = NULL;
    const emb_service_options options = {.problem = ANC_STR("model.safetensors is cut short"),
                                         .clock = clock_fixed(&now_ns)};
    ASSERT_OK(emb_service_open(&options, &emb, &err), &err);
    assert_true(anc_str_eq(emb_info(emb).detail, options.problem));
    emb_service_close(emb);
}

typedef struct watcher {
    char seen[8][64]; /* operation and key */
    size_t n;
} watcher;

static void watch(void *self, ev_type_id type, const void *payload, const ev_context *context)
{
    watcher *w = self;
    const ev_cache *e = payload;
    assert_int_equal(type, EV_CACHE);
    assert_true(anc_str_eq(e->cache, ANC_STR("embedding")));
    assert_true(anc_str_eq(context->component, ANC_STR("embedding")));
    assert_true(w->n < ANC_COUNT(w->seen));
    (void)snprintf(w->seen[w->n++], sizeof w->seen[0], "%.*s %.*s", ANC_FMT(e->operation),
                   ANC_FMT(e->key_hash));
}

/* Of one question's text; the many texts of a document are not told one by one. */
static void watchers_see_the_cache(void **state)
{
    (void)state;
    static const krn_feed_ops ops = {.name = "test", .publish = watch};
    static fixture f;
    watcher w = {.n = 0};
    fixture_init(&f, true, 0);
    emb_service *emb = NULL;
    const emb_service_options options = {
        .model = ANC_STR("some-model"),
        .cache_bytes = 2 * (DIMS * sizeof(float) + 100), /* room for one of each kind */
        .clock = clock_fixed(&f.now_ns),
        .feed = {&ops, &w},
        .encoder = encoder_hash_open(clock_fixed(&f.now_ns), &f.seen)};
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
    /* the same question's second look is no news, and no hit */
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY_AGAIN, f.texts, 1, f.out, NULL), &f.err);
    assert_int_equal(emb_cache(emb).hits, 1);
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY_AGAIN, f.texts + 1, 1, f.out, NULL), &f.err);
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 3, f.out, NULL), &f.err);
    ASSERT_OK(emb_embed(emb, &f.call, EMB_PASSAGE, f.texts, 1, f.out, NULL), &f.err);
    assert_int_equal(w.n, 4);
    assert_memory_equal(w.seen[0], "miss ", 5);
    assert_memory_equal(w.seen[1], "hit ", 4);
    assert_memory_equal(w.seen[2], "miss ", 5);
    assert_memory_equal(w.seen[3], "evict ", 6);
    assert_string_equal(w.seen[0] + 5, w.seen[1] + 4);
    assert_string_equal(w.seen[0] + 5, w.seen[3] + 6);
    assert_string_not_equal(w.seen[0] + 5, w.seen[2] + 5);
    /* what is of passages goes alone, and nothing that is not there is told of */
    assert_int_equal(emb_cache_clear_passages(emb), 1);
    assert_int_equal(emb_cache_clear_passages(emb), 0);
    assert_int_equal(emb_cache(emb).entries, 1);
    assert_int_equal(emb_cache_clear(emb), 1);
    assert_int_equal(w.n, 6);
    assert_string_equal(w.seen[4], "invalidate ");
    assert_string_equal(w.seen[5], "invalidate ");
    emb_service_close(emb);
    fixture_done(&f);
}

static void unrelated_texts_are_measured_but_for_the_default_model(void **state)
{
    (void)state;
    static fixture f;
    anc_err err = {0};
    emb_service *emb = NULL;
    fixture_init(&f, true, 0);
    assert_true(emb_info(f.emb).unrelated > -0.3 && emb_info(f.emb).unrelated < 0.3);
    assert_true(emb_info(f.emb).unrelated != 0);
    emb_service_options options = {.clock = clock_fixed(&f.now_ns),
                                   .encoder = encoder_hash_open(clock_fixed(&f.now_ns), NULL)};
    options.encoder.model = ANC_STR("all-MiniLM-L6-v2");
    ASSERT_OK(emb_service_open(&options, &emb, &err), &err);
    assert_true(emb_info(emb).unrelated >= 0 && emb_info(emb).unrelated <= 0);
    emb_service_close(emb);
    fixture_done(&f);
}

/* An encoder that is away while `away` is set. */
static bool away;
static anc_status away_as = ANC_UNAVAILABLE;
static emb_encoder behind;

static anc_status encode_or_not(void *self, krn_call *call, emb_text_kind kind,
                                const anc_str *texts, size_t n, float *out, emb_encoded *ret)
{
    if (away)
        return ANC_FAIL(call->err, away_as, "h:1 answered 503: what was asked?");
    return behind.ops->encode(self, call, kind, texts, n, out, ret);
}

static void one_that_is_away_is_measured_when_it_is_there(void **state)
{
    (void)state;
    static fixture f;
    emb_service *emb = NULL;
    fixture_init(&f, true, 0);
    behind = encoder_hash_open(clock_fixed(&f.now_ns), NULL);
    emb_encoder_ops ops = *behind.ops;
    ops.encode = encode_or_not;
    emb_service_options options = {.clock = clock_fixed(&f.now_ns), .encoder = behind};
    options.encoder.ops = &ops;
    away = true;
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    assert_int_equal(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), ANC_UNAVAILABLE);
    assert_true(emb_info(emb).available && emb_info(emb).unrelated == 0);
    anc_err_clear(&f.err);
    away = false;
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
    assert_true(emb_info(emb).unrelated == emb_info(f.emb).unrelated);
    assert_true(emb_info(emb).unrelated != 0);
    emb_service_close(emb);
    fixture_done(&f);
}

/* ---- a model that is not there at the start ---- */

typedef struct arrival {
    unsigned asked, there; /* times */
    unsigned fails;        /* so often before it comes */
    fixture *f;
} arrival;

static anc_status come_or_not(void *arg, const atomic_bool *cancelled, emb_encoder *ret,
                              anc_err *err)
{
    arrival *a = arg;
    assert_false(atomic_load(cancelled));
    if (a->asked++ < a->fails)
        return ANC_FAIL(err, ANC_DEADLINE, "no answer, try %u", a->asked);
    *ret = encoder_hash_open(clock_fixed(&a->f->now_ns), NULL);
    return ANC_OK;
}

static void hear(void *arg)
{
    arrival *a = arg;
    a->there++;
}

static void one_that_comes_later_is_asked_until_it_does(void **state)
{
    (void)state;
    static fixture f;
    emb_service *emb = NULL;
    ANC_BUF(why, 1024);
    fixture_init(&f, true, 0);
    arrival a = {.fails = 7, .f = &f};
    const emb_service_options options = {.clock = clock_fixed(&f.now_ns),
                                         .cache_bytes = 1 << 20,
                                         .opener = {come_or_not, &a},
                                         .problem = ANC_STR("it is asked")};
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    emb_service_listen(emb, hear, &a);
    assert_int_equal(a.asked, 0);
    assert_false(emb_service_has_settled(emb));
    int64_t pause_s[8];
    for (size_t i = 0; i < ANC_COUNT(pause_s) - 1; i++) {
        const int64_t next_ns = emb_service_step(emb, f.now_ns);
        pause_s[i] = (next_ns - f.now_ns) / 1000000000;
        f.now_ns = next_ns;
        assert_true(emb_service_has_settled(emb));
        assert_false(emb_info(emb).available);
        assert_true(emb_is_failing(emb, &why));
        assert_true(anc_str_eq(emb_info(emb).detail, ANC_STR("it is asked")));
        assert_int_equal(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL),
                         ANC_UNAVAILABLE);
        anc_err_clear(&f.err);
    }
    const int64_t wanted[] = {1, 2, 4, 8, 16, 30, 30};
    assert_memory_equal(pause_s, wanted, sizeof wanted);
    assert_true(anc_str_starts(anc_buf_view(&why), ANC_STR("no answer, try 1")));
    assert_int_equal(a.there, 0);
    assert_true(emb_service_step(emb, f.now_ns) <= f.now_ns); /* it is there, and looked at next */
    assert_true(emb_info(emb).available && a.there >= 1);
    assert_int_equal(emb_service_step(emb, f.now_ns), INT64_MAX);
    assert_true(emb_info(emb).unrelated == emb_info(f.emb).unrelated);
    assert_false(emb_is_failing(emb, &why));
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
    assert_int_equal(emb_service_step(emb, f.now_ns), INT64_MAX);
    assert_int_equal(a.asked, 8);
    emb_service_close(emb);
    fixture_done(&f);
}

static void one_that_is_stopped_is_not_asked_again(void **state)
{
    (void)state;
    static fixture f;
    emb_service *emb = NULL;
    fixture_init(&f, true, 0);
    arrival a = {.fails = 7, .f = &f};
    const emb_service_options options = {.clock = clock_fixed(&f.now_ns),
                                         .opener = {come_or_not, &a}};
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    emb_service_stop(emb);
    assert_int_equal(emb_service_step(emb, f.now_ns), INT64_MAX);
    assert_int_equal(a.asked, 0);
    emb_service_close(emb);
    fixture_done(&f);
}

static void one_that_is_looked_at_later_holds_up_no_opening(void **state)
{
    (void)state;
    static fixture f;
    emb_service *emb = NULL;
    fixture_init(&f, true, 0);
    behind = encoder_hash_open(clock_fixed(&f.now_ns), NULL);
    emb_encoder_ops ops = *behind.ops;
    ops.encode = encode_or_not;
    emb_service_options options = {
        .clock = clock_fixed(&f.now_ns), .encoder = behind, .look_later = true};
    options.encoder.ops = &ops;
    away = true;
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    assert_true(emb_info(emb).available);
    assert_false(emb_service_has_settled(emb));
    assert_true(emb_service_step(emb, f.now_ns) > f.now_ns);
    assert_true(emb_service_has_settled(emb) && emb_info(emb).unrelated == 0);
    away = false;
    assert_int_equal(emb_service_step(emb, f.now_ns), INT64_MAX);
    assert_true(emb_info(emb).unrelated == emb_info(f.emb).unrelated);
    emb_service_close(emb);
    fixture_done(&f);
}

typedef struct lines {
    char seen[8][64];
    size_t n;
} lines;

static void keep_line(void *self, krn_level level, const char *component, const char *message,
                      const krn_field *fields, size_t n)
{
    lines *l = self;
    assert_true(level == KRN_WARN && n == 1 && l->n < ANC_COUNT(l->seen));
    assert_string_equal(component, "embedding");
    assert_true(anc_str_eq(fields[0].str, ANC_STR("h:1 answered 503")));
    (void)snprintf(l->seen[l->n++], sizeof l->seen[0], "%s", message);
}

static void failures_are_told_when_they_begin_and_end(void **state)
{
    (void)state;
    static const krn_log_ops log_ops = {.name = "lines", .write = keep_line};
    static fixture f;
    lines told = {.n = 0};
    emb_service *emb = NULL;
    ANC_BUF(why, 1024);
    fixture_init(&f, true, 0);
    behind = encoder_hash_open(clock_fixed(&f.now_ns), NULL);
    emb_encoder_ops ops = *behind.ops;
    ops.encode = encode_or_not;
    emb_service_options options = {
        .clock = clock_fixed(&f.now_ns), .encoder = behind, .log = {&log_ops, &told}};
    options.encoder.ops = &ops;
    away = false;
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    assert_false(emb_is_failing(emb, &why));
    away = true;
    for (int i = 0; i < 3; i++) {
        anc_err_clear(&f.err);
        assert_int_equal(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL),
                         ANC_UNAVAILABLE);
    }
    assert_true(emb_is_failing(emb, &why));
    assert_true(anc_str_eq(anc_buf_view(&why), ANC_STR("h:1 answered 503")));
    assert_int_equal(told.n, 1);
    away = false;
    anc_err_clear(&f.err);
    for (size_t i = 0; i < 3; i++)
        ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, &f.texts[i], 1, f.out, NULL), &f.err);
    assert_false(emb_is_failing(emb, &why));
    assert_int_equal(told.n, 2);
    assert_non_null(strstr(told.seen[0], "fails"));
    assert_non_null(strstr(told.seen[1], "answers again"));
    emb_service_close(emb);
    fixture_done(&f);
}

/* Not what the caller ended, nor that there was no memory. */
static void failures_of_the_model_alone_are_told(void **state)
{
    (void)state;
    static const struct {
        anc_status status;
        bool told;
    } rows[] = {{ANC_UNAVAILABLE, true}, {ANC_PROVIDER, true},   {ANC_CORRUPT, true},
                {ANC_IO, true},          {ANC_CANCELLED, false}, {ANC_DEADLINE, false},
                {ANC_NO_MEMORY, false}};
    static fixture f;
    ANC_BUF(why, 1024);
    fixture_init(&f, true, 0);
    behind = encoder_hash_open(clock_fixed(&f.now_ns), NULL);
    emb_encoder_ops ops = *behind.ops;
    ops.encode = encode_or_not;
    emb_service_options options = {.clock = clock_fixed(&f.now_ns), .encoder = behind};
    options.encoder.ops = &ops;
    emb_service *emb = NULL;
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        away = true;
        away_as = rows[i].status;
        assert_int_equal(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), away_as);
        assert_int_equal(emb_is_failing(emb, &why), rows[i].told);
        away = false;
        anc_err_clear(&f.err);
        ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
        assert_false(emb_is_failing(emb, &why));
    }
    away_as = ANC_UNAVAILABLE;
    emb_service_close(emb);
    fixture_done(&f);
}

/* An encoder that never answers while it is away: it waits for the end of each call, and keeps when that was. */
static int64_t *waited_ns, longest_ns;

static anc_status encode_or_hang(void *self, krn_call *call, emb_text_kind kind,
                                 const anc_str *texts, size_t n, float *out, emb_encoded *ret)
{
    if (!away)
        return behind.ops->encode(self, call, kind, texts, n, out, ret);
    longest_ns = call->deadline_ns - *waited_ns;
    *waited_ns = call->deadline_ns;
    return ANC_FAIL(call->err, ANC_DEADLINE, "the deadline passed");
}

static anc_status answer_and_go(void *self, krn_call *call, emb_text_kind kind,
                                const anc_str *texts, size_t n, float *out, emb_encoded *ret)
{
    const anc_status status = encode_or_hang(self, call, kind, texts, n, out, ret);
    away = true;
    return status;
}

static void one_that_hangs_holds_nobody_up(void **state)
{
    (void)state;
    enum { MS = 1000000 };
    static fixture f;
    emb_service *emb = NULL;
    fixture_init(&f, true, 0);
    behind = encoder_hash_open(clock_fixed(&f.now_ns), NULL);
    emb_encoder_ops ops = *behind.ops;
    ops.encode = encode_or_hang;
    emb_service_options options = {.clock = clock_fixed(&f.now_ns), .encoder = behind};
    options.encoder.ops = &ops;
    waited_ns = &f.now_ns;
    away = true;
    ASSERT_OK(emb_service_open(&options, &emb, &f.err), &f.err);
    assert_true(longest_ns > 0 && longest_ns <= INT64_C(5000) * MS);
    assert_true(emb_info(emb).available && emb_info(emb).unrelated == 0);
    away = false;
    ops.encode = answer_and_go; /* the call itself, and not the look at the model behind it */
    f.call.deadline_ns = f.now_ns + INT64_C(200) * MS;
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
    assert_int_equal(longest_ns, INT64_C(200) * MS);
    away = false;
    ops.encode = encode_or_hang;
    f.call.deadline_ns = INT64_MAX;
    ASSERT_OK(emb_embed(emb, &f.call, EMB_QUERY, f.texts, 1, f.out, NULL), &f.err);
    assert_true(emb_info(emb).unrelated == emb_info(f.emb).unrelated);
    emb_service_close(emb);
    fixture_done(&f);
}

static void deadlines_and_cancelling_are_seen(void **state)
{
    (void)state;
    static fixture f;
    fixture_init(&f, true, 1 << 20);
    f.call.deadline_ns = f.now_ns;
    assert_int_equal(emb_embed(f.emb, &f.call, EMB_QUERY, f.texts, MANY, f.out, NULL),
                     ANC_DEADLINE);
    f.call.deadline_ns = f.now_ns + 1;
    atomic_store(&f.cancelled, true);
    assert_int_equal(emb_embed(f.emb, &f.call, EMB_QUERY, f.texts, MANY, f.out, NULL),
                     ANC_CANCELLED);
    assert_int_equal(f.seen, 0);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_text_one_vector_in_any_number),
        cmocka_unit_test(known_texts_cost_nothing),
        cmocka_unit_test(a_passage_that_the_caller_keeps_pushes_nothing_out),
        cmocka_unit_test(a_question_that_is_expected_is_known_when_it_comes),
        cmocka_unit_test(without_a_model_it_says_what_to_do),
        cmocka_unit_test(what_broke_the_model_is_passed_on),
        cmocka_unit_test(watchers_see_the_cache),
        cmocka_unit_test(unrelated_texts_are_measured_but_for_the_default_model),
        cmocka_unit_test(one_that_hangs_holds_nobody_up),
        cmocka_unit_test(one_that_is_away_is_measured_when_it_is_there),
        cmocka_unit_test(one_that_comes_later_is_asked_until_it_does),
        cmocka_unit_test(one_that_is_stopped_is_not_asked_again),
        cmocka_unit_test(one_that_is_looked_at_later_holds_up_no_opening),
        cmocka_unit_test(failures_are_told_when_they_begin_and_end),
        cmocka_unit_test(failures_of_the_model_alone_are_told),
        cmocka_unit_test(deadlines_and_cancelling_are_seen),
    };
    return cmocka_run_group_tests_name("embedding", tests, NULL, NULL);
}
