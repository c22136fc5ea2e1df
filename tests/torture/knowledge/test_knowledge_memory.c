/* test_knowledge_memory.c - the n-th allocation fails while a document is put, read or deleted.
 *
 * Every allocation of our own code inside the call is refused once. The call must fail with a
 * status, leave the catalog as it was, and succeed when it is tried again.
 */
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/test.h"

static long countdown = -1; /* allocations until the one that fails; negative: none fails */

static bool fails(void)
{
    if (countdown < 0)
        return false;
    return countdown-- == 0;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

static const char first[] = "# Lamp\n\nThe lamp was lit.\n\nThe keeper slept until dawn.";
static const char second[] = "# Lamp\n\nThe lamp was lit.\n\nThe keeper was gone.";

typedef anc_status action(kno_fixture *f);

static anc_status put_first(kno_fixture *f)
{
    kno_put_result r;
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("a"),
                                   .metadata = ANC_STR("{\"k\":1}"),
                                   .content = ANC_STR(first)};
    return kno_document_put(f->kno, &f->call, &in, false, &r);
}

static anc_status put_second(kno_fixture *f)
{
    kno_put_result r;
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("a"),
                                   .content = ANC_STR(second)};
    return kno_document_put(f->kno, &f->call, &in, false, &r);
}

static anc_status restore_first(kno_fixture *f)
{
    kno_put_result r;
    return kno_version_restore(f->kno, &f->call, ANC_STR("notes"), ANC_STR("a"), 1, 0, &r);
}

static anc_status list_versions(kno_fixture *f)
{
    kno_version *v;
    size_t n;
    return kno_version_list(f->kno, &f->call, ANC_STR("notes"), ANC_STR("a"), 0, 10, &v, &n);
}

static anc_status read_it(kno_fixture *f)
{
    kno_indexable x;
    return kno_indexable_read(f->kno, &f->call, ANC_STR("notes"), ANC_STR("a"), ANC_STR("fake@1"),
                              &x);
}

static anc_status delete_it(kno_fixture *f)
{
    uint64_t seq;
    return kno_document_delete(f->kno, &f->call, ANC_STR("notes"), ANC_STR("a"), &seq);
}

static const struct row {
    const char *name;
    action *run;
    int64_t versions_before, versions_after;
} rows[] = {
    {"put a new document", put_first, 0, 1},
    {"put a new version", put_second, 1, 2},
    {"restore the old one", restore_first, 2, 3},
    {"list its versions", list_versions, 3, 3},
    {"read it", read_it, 3, 3},
    {"delete it", delete_it, 3, 0},
};

static int64_t published(kno_fixture *f)
{
    return fixture_count(f, "SELECT count(*) FROM kno_version WHERE state = 1");
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    kno_fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_status status = ANC_NO_MEMORY;
        long n = 0;
        for (; status != ANC_OK; n++) {
            assert_true(n < 100000);
            (void)fixture_call(&f);
            countdown = n;
            status = rows[i].run(&f);
            const bool failed = countdown < 0;
            countdown = -1;
            if (status != ANC_OK) {
                assert_true(failed);
                assert_int_equal(f.err.code, status);
                assert_int_equal(published(&f), rows[i].versions_before);
                fixture_check(&f, false);
            }
        }
        assert_true(n > 1); /* at least one did fail; arenas take most of the rest */
        assert_int_equal(published(&f), rows[i].versions_after);
    }
    fixture_reopen(&f); /* what the last failures left is known as garbage from now on */
    assert_true(fixture_sweep(&f));
    fixture_check(&f, true);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
