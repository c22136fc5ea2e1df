/* test_long.c - documents that take long: limited by how long they stand still, watched meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ingest_fixture.h"
#include "support/test.h"

enum { PARAGRAPHS = 1300 };
#define MINUTE_NS (INT64_C(60) * 1000000000)

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
        for (unsigned k = 0; k < 40; k++)
            (void)anc_buf_printf(&text, "word%u%s", i * 100 + k, k == 39 ? "." : " ");
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

/* Two minutes a block are far more than ten in all. */
static void slow_is_not_stuck(void **state)
{
    ing_fixture *f = *state;
    slow s = {.block_ns = 2 * MINUTE_NS};
    begin(&s, f);
    assert_true(ingest_run(f, 1000));
    f->k.emb.on_embed = NULL;
    const ing_batch batch = ingest_batch(f, s.id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 1);
    assert_true(s.blocks > 10 && s.grew && s.told_stage);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(slow_is_not_stuck),
                                       TEST(stuck_is_given_up_with_numbers)};
    return cmocka_run_group_tests_name("documents that take long", tests, NULL, NULL);
}
