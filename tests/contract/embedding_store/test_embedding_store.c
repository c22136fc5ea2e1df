/* test_embedding_store.c - the contract of embedding/ports/embedding_store.h: sqlite. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "embedding/adapters/sqlite/emb_sqlite.h"
#include "support/call.h"
#include "support/catalog_file.h"

enum { DIMS = 3, MANY = EMB_KEPT_AT_ONCE + 40 };

static const emb_kept_model apple = {ANC_STR_INIT("apple"), ANC_STR_INIT("apple@1"), DIMS};
static const emb_kept_model riper = {ANC_STR_INIT("apple"), ANC_STR_INIT("apple@2"), DIMS};
static const emb_kept_model pear = {ANC_STR_INIT("pear"), ANC_STR_INIT("pear@1"), DIMS};

typedef struct bench {
    catalog_file file;
    emb_embedding_store store;
    test_call call;
    float vectors[MANY][DIMS];
    emb_kept rows[MANY];
} bench;

static void make_rows(bench *b)
{
    for (unsigned i = 0; i < MANY; i++) {
        b->rows[i] = (emb_kept){.used_ms = 1000 + (int64_t)i, .vector = b->vectors[i]};
        b->rows[i].key[0] = (unsigned char)i;
        b->rows[i].key[31] = (unsigned char)(i >> 8);
        b->vectors[i][0] = (float)i;
        b->vectors[i][DIMS - 1] = -0.5F;
    }
}

static int setup(void **state)
{
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    test_call_init(&b->call);
    catalog_file_open(&b->file, emb_migrations, emb_n_migrations);
    b->store = emb_sqlite_store(b->file.readers);
    make_rows(b);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    bench *b = *state;
    catalog_file_close(&b->file);
    test_call_done(&b->call);
    free(b);
    return 0;
}

/* Bytes that were added. */
static uint64_t put(bench *b, const emb_kept_model *model, size_t from, size_t n)
{
    krn_tx tx = catalog_file_begin(&b->file);
    anc_err *err = &b->call.err;
    uint64_t added = 99;
    ASSERT_OK(b->store.ops->put(b->store.self, &tx, model, b->rows + from, n, &added, err), err);
    catalog_file_commit(&b->file);
    return added;
}

static uint64_t size_of(bench *b)
{
    uint64_t bytes = 99;
    ASSERT_OK(b->store.ops->size(b->store.self, &b->call.call, &bytes), &b->call.err);
    return bytes;
}

static size_t page(bench *b, const emb_kept_model *model, const emb_kept *behind, emb_kept **ret)
{
    size_t n = 0;
    ASSERT_OK(b->store.ops->page(b->store.self, &b->call.call, model, behind, ret, &n),
              &b->call.err);
    return n;
}

static size_t drop_others(bench *b, const emb_kept_model *model, size_t limit)
{
    krn_tx tx = catalog_file_begin(&b->file);
    anc_err *err = &b->call.err;
    size_t n = 99;
    uint64_t bytes = 0;
    ASSERT_OK(b->store.ops->drop_others(b->store.self, &tx, model, limit, &n, &bytes, err), err);
    catalog_file_commit(&b->file);
    assert_int_equal(bytes, n * emb_kept_bytes(DIMS));
    return n;
}

static uint64_t drop_oldest(bench *b, uint64_t bytes)
{
    krn_tx tx = catalog_file_begin(&b->file);
    anc_err *err = &b->call.err;
    uint64_t freed = 0;
    ASSERT_OK(b->store.ops->drop_oldest(b->store.self, &tx, bytes, &freed, err), err);
    catalog_file_commit(&b->file);
    return freed;
}

static size_t clear(bench *b, size_t limit)
{
    krn_tx tx = catalog_file_begin(&b->file);
    anc_err *err = &b->call.err;
    size_t n = 99;
    ASSERT_OK(b->store.ops->clear(b->store.self, &tx, limit, &n, err), err);
    catalog_file_commit(&b->file);
    return n;
}

static void pages_give_the_last_used_first(void **state)
{
    bench *b = *state;
    emb_kept *rows;
    assert_int_equal(page(b, &apple, NULL, &rows), 0);
    assert_int_equal(put(b, &apple, 0, EMB_KEPT_AT_ONCE), EMB_KEPT_AT_ONCE * emb_kept_bytes(DIMS));
    assert_int_equal(put(b, &apple, EMB_KEPT_AT_ONCE, 40), 40 * emb_kept_bytes(DIMS));
    assert_int_equal(page(b, &apple, NULL, &rows), EMB_KEPT_AT_ONCE);
    for (size_t i = 0; i < EMB_KEPT_AT_ONCE; i++) {
        const emb_kept *put_as = &b->rows[MANY - 1 - i];
        assert_memory_equal(rows[i].key, put_as->key, EMB_KEY_BYTES);
        assert_memory_equal(rows[i].vector, put_as->vector, DIMS * sizeof(float));
        assert_int_equal(rows[i].used_ms, put_as->used_ms);
    }
    assert_int_equal(page(b, &apple, &rows[EMB_KEPT_AT_ONCE - 1], &rows), 40);
    assert_memory_equal(rows[39].key, b->rows[0].key, EMB_KEY_BYTES);
    assert_int_equal(page(b, &apple, &rows[39], &rows), 0);
}

static void a_revision_has_its_own(void **state)
{
    bench *b = *state;
    emb_kept *rows;
    (void)put(b, &apple, 0, 2);
    (void)put(b, &riper, 1, 3);
    (void)put(b, &pear, 0, 1);
    assert_int_equal(page(b, &apple, NULL, &rows), 2);
    assert_int_equal(page(b, &riper, NULL, &rows), 3);
    assert_int_equal(page(b, &pear, NULL, &rows), 1);
    const emb_kept_model other_length = {apple.name, apple.revision, DIMS + 1};
    assert_int_equal(page(b, &other_length, NULL, &rows), 0);
    assert_int_equal(size_of(b), 6 * emb_kept_bytes(DIMS));
}

static void what_is_there_keeps_its_vector_and_gets_the_later_time(void **state)
{
    bench *b = *state;
    emb_kept *rows;
    (void)put(b, &apple, 0, 2);
    b->vectors[0][0] = 77;
    b->rows[0].used_ms = 5000;
    assert_int_equal(put(b, &apple, 0, 1), 0);
    b->rows[0].used_ms = 3;
    b->rows[0].vector = NULL;
    assert_int_equal(put(b, &apple, 0, 1), 0);
    assert_int_equal(page(b, &apple, NULL, &rows), 2);
    assert_int_equal(rows[0].used_ms, 5000);
    assert_true(rows[0].vector[0] == 0);
    b->rows[2].vector = NULL; /* a use of one that is gone */
    assert_int_equal(put(b, &apple, 2, 1), 0);
    assert_int_equal(page(b, &apple, NULL, &rows), 2);
}

static void other_revisions_of_a_model_go(void **state)
{
    bench *b = *state;
    emb_kept *rows;
    (void)put(b, &apple, 0, 5);
    (void)put(b, &riper, 0, 2);
    (void)put(b, &pear, 0, 1);
    assert_int_equal(drop_others(b, &riper, 3), 3);
    assert_int_equal(drop_others(b, &riper, 3), 2);
    assert_int_equal(drop_others(b, &riper, 3), 0);
    assert_int_equal(page(b, &apple, NULL, &rows), 0);
    assert_int_equal(page(b, &riper, NULL, &rows), 2);
    assert_int_equal(page(b, &pear, NULL, &rows), 1);
    (void)put(b, &apple, 0, 1);
    assert_int_equal(page(b, &apple, NULL, &rows), 1);
}

static void the_longest_unused_go_first(void **state)
{
    bench *b = *state;
    emb_kept *rows;
    (void)put(b, &apple, 0, 3);
    (void)put(b, &pear, 3, 3);
    b->rows[0].used_ms = 9000;
    (void)put(b, &apple, 0, 1);
    assert_int_equal(drop_oldest(b, 1), emb_kept_bytes(DIMS));
    assert_int_equal(drop_oldest(b, emb_kept_bytes(DIMS) * 2), emb_kept_bytes(DIMS) * 2);
    assert_int_equal(page(b, &apple, NULL, &rows), 1);
    assert_memory_equal(rows[0].key, b->rows[0].key, EMB_KEY_BYTES);
    assert_int_equal(page(b, &pear, NULL, &rows), 2);
    assert_int_equal(size_of(b), 3 * emb_kept_bytes(DIMS));
    assert_int_equal(drop_oldest(b, UINT64_MAX), 3 * emb_kept_bytes(DIMS));
    assert_int_equal(drop_oldest(b, UINT64_MAX), 0);
    assert_int_equal(size_of(b), 0);
}

static void all_of_them_go_in_pieces(void **state)
{
    bench *b = *state;
    (void)put(b, &apple, 0, 5);
    (void)put(b, &pear, 0, 2);
    assert_int_equal(clear(b, 4), 4);
    assert_int_equal(clear(b, 4), 3);
    assert_int_equal(clear(b, 4), 0);
    assert_int_equal(size_of(b), 0);
}

static void a_full_arena_is_a_limit(void **state)
{
    bench *b = *state;
    emb_kept *rows = NULL;
    size_t n = 7;
    ANC_ARENA(small, 64);
    (void)put(b, &apple, 0, 5);
    krn_call call = b->call.call;
    call.mem = small;
    assert_int_equal(b->store.ops->page(b->store.self, &call, &apple, NULL, &rows, &n), ANC_LIMIT);
    assert_true(rows == NULL && n == 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_give_the_last_used_first),
        TEST(a_revision_has_its_own),
        TEST(what_is_there_keeps_its_vector_and_gets_the_later_time),
        TEST(other_revisions_of_a_model_go),
        TEST(the_longest_unused_go_first),
        TEST(all_of_them_go_in_pieces),
        TEST(a_full_arena_is_a_limit),
    };
    return cmocka_run_group_tests_name("embedding store", tests, NULL, NULL);
}
