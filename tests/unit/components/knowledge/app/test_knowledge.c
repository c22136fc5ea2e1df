/* test_knowledge.c - documents put, read, changed and deleted through the public header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/test.h"

static const char story[] = "# The lighthouse\n\nThe lamp was lit at dusk.\n\nThe keeper slept.";

static int setup(void **state)
{
    kno_fixture *f = malloc(sizeof *f);
    assert_non_null(f);
    fixture_open(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static void put_then_read_then_delete(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "a", story, &r), &f->err);
    assert_int_equal(r.status, KNO_CREATED);
    assert_int_equal(r.version, 1);
    assert_true(r.chunks > 0 && r.embedded == r.chunks && r.change_seq > 0);

    kno_document d;
    krn_call *call = fixture_call(f);
    ASSERT_OK(kno_document_find(f->kno, call, ANC_STR("notes"), ANC_STR("a"), &d), &f->err);
    assert_string_equal(d.title.ptr, "The lighthouse");
    assert_string_equal(d.language.ptr, "en");
    assert_int_equal(d.version, 1);
    assert_int_equal(d.bytes, strlen(story));
    assert_int_equal(d.n_acl, 1);
    kno_chunk *chunks = NULL;
    size_t n = 0;
    ASSERT_OK(kno_chunk_list(f->kno, call, ANC_STR("notes"), ANC_STR("a"), 0, 100, &chunks, &n),
              &f->err);
    assert_int_equal(n, d.chunks);
    assert_string_equal(chunks[0].id.ptr, "a.1.0");
    fixture_check(f, true);

    uint64_t seq = 0;
    ASSERT_OK(kno_document_delete(f->kno, call, ANC_STR("notes"), ANC_STR("a"), &seq), &f->err);
    assert_true(seq > r.change_seq);
    assert_int_equal(kno_document_find(f->kno, call, ANC_STR("notes"), ANC_STR("a"), &d),
                     ANC_NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_chunk"), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_vector"), 0);
    assert_int_equal(fixture_objects(f), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_event"), 2);
    fixture_check(f, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(put_then_read_then_delete, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
