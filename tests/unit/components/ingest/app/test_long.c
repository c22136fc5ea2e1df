/* test_long.c - documents that take long: limited by how long they stand still, watched meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ingest_fixture.h"
#include "support/test.h"

enum { PARAGRAPHS = 700 };
#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)

/* What happens while a document is embedded. */
typedef struct slow {
    ing_fixture *f;
    char id[64];         /* of its batch */
    int64_t block_ns;    /* that each block of chunks takes */
    unsigned blocks;     /* so far */
    unsigned stuck_at;   /* block that never ends; 0: none */
    uint64_t bytes_done; /* as shown when it was looked at last */
    bool grew, told_stage;
} slow;

static void on_embed(void *arg)
{
    slow *s = arg;
    ing_fixture *f = s->f;
    if (++s->blocks == s->stuck_at) {
        f->k.emb.fails = true;
        f->k.emb.failure = ANC_DEADLINE;
    }
    (void)atomic_fetch_add(&f->k.later_ns, s->block_ns);
    (void)atomic_fetch_add(&f->k.ticks, s->block_ns / 1000000);
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {0};
    krn_call call = fixture_thread_call(&f->k, mem, &err);
    ing_batch batch;
    ASSERT_OK(ing_batch_find(f->ing, &call, anc_str_of(s->id), &batch), &err);
    assert_true(batch.bytes_done >= s->bytes_done && batch.bytes_done <= batch.bytes_total);
    s->grew = s->grew || (s->bytes_done > 0 && batch.bytes_done > s->bytes_done);
    s->bytes_done = batch.bytes_done;
    s->told_stage = anc_str_eq(batch.slowest_stage, ANC_STR("embed"));
    ingest_keep(f, 10); /* takes over what is not renewed */
}

static void write_long(ing_fixture *f, const char *name)
{
    ANC_BUF(text, 16 << 20);
    for (unsigned i = 0; i < PARAGRAPHS; i++) {
        for (unsigned k = 0; k < 50; k++)
            (void)anc_buf_printf(&text, "word%u%s", i * 100 + k, k == 49 ? "." : " ");
        (void)anc_buf_add(&text, ANC_STR("\n\n"));
    }
    (void)anc_buf_add_char(&text, '\0');
    assert_false(text.refused);
    ingest_write(f, name, text.ptr);
}

static void begin(slow *s, ing_fixture *f)
{
    ing_batch batch;
    s->f = f;
    write_long(f, "long.txt");
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, s->id);
    f->k.emb.on_embed = on_embed;
    f->k.emb.arg = s;
}

/* Three minutes a block are far more than ten in all. */
static void slow_is_not_stuck(void **state)
{
    ing_fixture *f = *state;
    slow s = {.block_ns = 3 * MINUTE_NS};
    begin(&s, f);
    assert_true(ingest_run(f, 1000));
    f->k.emb.on_embed = NULL;
    const ing_batch batch = ingest_batch(f, s.id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 1);
    assert_true(s.blocks > 5 && s.grew && s.told_stage);
    assert_int_equal(batch.bytes_done, batch.bytes_total);
    assert_int_equal(fixture_count(&f->k, "SELECT max(claims) FROM ing_item"), 1);
    assert_true(f->k.emb.kept > 64); /* another try would not embed them again */
}

static void stuck_is_given_up_with_numbers(void **state)
{
    ing_fixture *f = *state;
    slow s = {.block_ns = MINUTE_NS, .stuck_at = 5};
    begin(&s, f);
    assert_true(ingest_run(f, 1000));
    f->k.emb.on_embed = NULL;
    assert_int_equal(ingest_batch(f, s.id).failed, 1);
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_string_equal(letters[0].stage.ptr, "embed");
    assert_non_null(strstr(letters[0].reason.ptr, "came no further for 600 seconds"));
    assert_non_null(strstr(letters[0].reason.ptr, "chunks embedded"));
    assert_non_null(strstr(letters[0].reason.ptr, "ingest.standstill_s"));
}

/* ---- others meanwhile ---- */

/* Workers inside each other: each long document is embedded while the next worker begins another. */
typedef struct crowd {
    ing_fixture *f;
    unsigned depth;
    char id[64], small[64]; /* batches */
    bool looked;
} crowd;

static int64_t step_quick(ing_fixture *f)
{
    const int64_t now_ns = krn_now_ns(f->k.options.clock);
    int64_t next_ns = 0;
    for (unsigned i = 0; i < 20 && next_ns <= now_ns; i++)
        next_ns = ing_worker_step(ing_worker_of(f->ing, INGEST_WORKERS), now_ns);
    return next_ns - now_ns;
}

static void look_for_small(crowd *c)
{
    ing_fixture *f = c->f;
    ing_batch batch;
    c->looked = true;
    ingest_write(f, "small/a.txt", "A few words.");
    ASSERT_OK(ingest_start(f, "small/*", &batch), &f->k.err);
    ingest_id_of(&batch, c->small);
    const int64_t wait_ns = step_quick(f);
    assert_true(wait_ns > 0 && wait_ns <= 5 * SECOND_NS);
    assert_int_equal(ingest_batch(f, c->small).processed, 0);
    (void)atomic_fetch_add(&f->k.later_ns, 5 * SECOND_NS);
    assert_true(step_quick(f) > 5 * SECOND_NS);
    assert_int_equal(ingest_batch(f, c->small).state, ING_COMPLETED);
    assert_int_equal(ingest_batch(f, c->small).processed, 1);
    assert_int_equal(ingest_batch(f, c->id).under_way, INGEST_WORKERS);
    assert_int_equal(ingest_batch(f, c->id).waiting, 1); /* a long one, left to the others */
}

static void on_crowded_embed(void *arg)
{
    crowd *c = arg;
    const unsigned depth = ++c->depth;
    for (unsigned i = 0; i < 5 && c->depth == depth && depth < INGEST_WORKERS; i++)
        (void)ing_worker_step(ing_worker_of(c->f->ing, depth), krn_now_ns(c->f->k.options.clock));
    if (depth == INGEST_WORKERS && !c->looked)
        look_for_small(c);
}

static void a_small_document_goes_past_long_ones(void **state)
{
    ing_fixture *f = *state;
    crowd c = {.f = f};
    ing_batch batch;
    f->k.stands_at_ns = krn_now_ns(f->k.options.clock);
    for (unsigned i = 0; i <= INGEST_WORKERS; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "long%u.txt", i);
        write_long(f, name);
    }
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, c.id);
    f->k.emb.on_embed = on_crowded_embed;
    f->k.emb.arg = &c;
    assert_true(ingest_run(f, 1000));
    f->k.emb.on_embed = NULL;
    assert_true(c.looked);
    assert_int_equal(ingest_batch(f, c.id).processed, INGEST_WORKERS + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(slow_is_not_stuck),
                                       TEST(stuck_is_given_up_with_numbers),
                                       TEST(a_small_document_goes_past_long_ones)};
    return cmocka_run_group_tests_name("documents that take long", tests, NULL, NULL);
}
