/* test_names.c - files whose names are no text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ingest_fixture.h"
#include "support/test.h"

/* Names are bytes: one in Latin-1 is read under a name that says which bytes. */
static void a_name_that_is_no_text_is_escaped(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "r\xe9sum\xe9 100%.txt", "A life in short.");
    ingest_write(f, "plain 100%.txt", "Nothing to be escaped.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "*.txt", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.processed, 2);
    kno_document d;
    ASSERT_OK(kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"),
                                ANC_STR("r%E9sum%E9 100%25.txt"), &d),
              &f->k.err);
    assert_true(anc_str_ends(d.uri, ANC_STR("/source/r%E9sum%E9 100%25.txt")));
    ASSERT_OK(kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"),
                                ANC_STR("plain 100%.txt"), &d),
              &f->k.err);
    ASSERT_OK(ingest_start(f, "*.txt", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).skipped, 2);
}

/* A line feed in a name, or another control, would break the line that an id stands in. */
static void one_with_a_control_is_escaped(void **state)
{
    static const struct {
        const char *file, *id;
    } names[] = {{"two\nlines 5%.txt", "two%0Alines 5%25.txt"},
                 {"a\x7F\xC2\x85z.txt", "a%7F%C2%85z.txt"},
                 {"\xE9\tx\xC3\xA9\xFF.txt", "%E9%09x\xC3\xA9%FF.txt"}};
    ing_fixture *f = *state;
    ing_batch batch;
    char id[64];
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        ingest_write(f, names[i].file, "A life in short.");
    for (int again = 0; again < 2; again++) {
        ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
        ingest_id_of(&batch, id);
        assert_true(ingest_run(f, 1000));
        batch = ingest_batch(f, id);
        assert_int_equal(again ? batch.skipped : batch.processed, ANC_COUNT(names));
    }
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        kno_document d;
        ASSERT_OK(kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"),
                                    anc_str_of(names[i].id), &d),
                  &f->k.err);
        assert_true(anc_str_ends(d.uri, anc_str_of(names[i].id)));
    }
}

static void one_that_fails_is_named(void **state)
{
    ing_fixture *f = *state;
    ing_batch batch;
    ingest_write(f, "caf\xe9.bin", "%broken");
    f->k.emb.fails = true;
    f->k.emb.failure = ANC_CORRUPT;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_string_equal(letters[0].document.ptr, "caf%E9.bin");
    assert_true(anc_str_ends(letters[0].source, ANC_STR("/source/caf%E9.bin")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_name_that_is_no_text_is_escaped),
                                       TEST(one_with_a_control_is_escaped),
                                       TEST(one_that_fails_is_named)};
    return cmocka_run_group_tests_name("names of files", tests, NULL, NULL);
}
