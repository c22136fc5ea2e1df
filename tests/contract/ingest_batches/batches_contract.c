/* batches_contract.c - what every adapter of the two batch ports must do. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

typedef struct ports {
    ing_fixture f;
    ing_batch_store store;
    ing_batch_writer writer;
} ports;

static int setup(void **state)
{
    ports *p = malloc(sizeof *p);
    assert_non_null(p);
    ingest_open(&p->f);
    p->store = ing_sqlite_store(p->f.k.readers);
    p->writer = ing_sqlite_writer();
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    ports *p = *state;
    ingest_close(&p->f);
    free(p);
    return 0;
}

/* One change of a batch, and what came of it. */
typedef struct change {
    ports *p;
    enum { INSERT, LIST_BEGIN, LIST_ADD, MOVE, FINISH, ANNOUNCED } what;
    ing_batch_record batch;
    int64_t key;
    const ing_item *items;
    size_t n;
    ing_phase to;
    anc_str error;
    ing_item_result result;
    int64_t ordinal;
    bool closed;
    ing_batch_record after;
    bool due;
} change;

static anc_status write_change(void *arg, krn_tx *tx, anc_err *err)
{
    change *c = arg;
    const ing_batch_writer w = c->p->writer;
    anc_arena *mem = c->p->f.k.mem;
    switch (c->what) {
    case INSERT:
        return w.ops->insert(w.self, tx, &c->batch, err);
    case LIST_BEGIN:
        return w.ops->list_begin(w.self, tx, c->key, err);
    case LIST_ADD:
        return w.ops->list_add(w.self, tx, c->key, c->items, c->n, err);
    case MOVE:
        return w.ops->move(w.self, tx, c->key, c->to, c->error, mem, &c->after, err);
    case FINISH:
        return w.ops->finish_item(w.self, tx, c->key, &c->result, mem, &c->after, &c->due, err);
    case ANNOUNCED:
    default:
        return w.ops->announced(w.self, tx, c->key, c->ordinal, c->closed, err);
    }
}

static anc_status make(ports *p, change *c)
{
    c->p = p;
    anc_err_clear(&p->f.k.err);
    return krn_writer_run(p->f.k.options.writer, &p->f.k.call, write_change, c);
}

static const anc_str labels[] = {ANC_STR_INIT("group:a"), ANC_STR_INIT("public")};

static ing_batch_record insert(ports *p, const char *id)
{
    change c = {.what = INSERT,
                .batch = {.id = anc_str_of(id),
                          .collection = ANC_STR("notes"),
                          .path = ANC_STR("/x"),
                          .labels = labels,
                          .n_labels = 2}};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    ing_batch_record b;
    ASSERT_OK(p->store.ops->find(p->store.self, &p->f.k.call, anc_str_of(id), &b), &p->f.k.err);
    return b;
}

static void list_three(ports *p, int64_t key)
{
    const ing_item items[] = {{.ordinal = 0, .path = ANC_STR("a"), .bytes = 10},
                              {.ordinal = 1, .path = ANC_STR("b"), .bytes = 20},
                              {.ordinal = 2, .path = ANC_STR("c"), .bytes = 30}};
    change c = {.what = LIST_ADD, .key = key, .items = items, .n = 3};
    ASSERT_OK(make(p, &c), &p->f.k.err);
}

static ing_batch_record move(ports *p, int64_t key, ing_phase to)
{
    change c = {.what = MOVE, .key = key, .to = to};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    return c.after;
}

static void a_new_batch_is_queued_and_open(void **state)
{
    ports *p = *state;
    const ing_batch_record b = insert(p, "b1");
    assert_true(b.key > 0);
    assert_int_equal(b.phase, ING_PHASE_QUEUED);
    assert_int_equal(b.announced, -1);
    assert_int_equal(b.n_acl, 0);
    assert_int_equal(b.n_labels, 2);
    assert_true(anc_str_eq(b.labels[0], labels[0]));
    assert_null(b.error.ptr);
    ing_batch_record *open = NULL;
    size_t n = 0;
    krn_call *call = &p->f.k.call;
    ASSERT_OK(p->store.ops->open(p->store.self, call, 0, 10, &open, &n), call->err);
    assert_int_equal(n, 1);
    ASSERT_OK(p->store.ops->open(p->store.self, call, b.key, 10, &open, &n), call->err);
    assert_int_equal(n, 0);
    ing_batch_record none;
    ASSERT_OK(p->store.ops->find(p->store.self, call, ANC_STR("other"), &none), call->err);
    assert_int_equal(none.key, 0);
}

static void listing_begins_anew(void **state)
{
    ports *p = *state;
    const ing_batch_record b = insert(p, "b1");
    list_three(p, b.key);
    change c = {.what = LIST_BEGIN, .key = b.key};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    list_three(p, b.key);
    const ing_batch_record after = move(p, b.key, ING_PHASE_PROCESSING);
    assert_int_equal(after.total, 3);
    assert_int_equal(after.bytes_total, 60);
    assert_true(after.listed && after.rate_from_ms > 0);
    assert_true(after.revision > b.revision);
}

static const struct finish_row {
    const char *name;
    ing_outcome outcome;
    uint64_t processed, failed, skipped, unchanged;
    size_t failures;
} finishes[] = {
    {"done", ING_DONE, 1, 0, 0, 0, 0},
    {"unchanged", ING_UNCHANGED, 0, 0, 1, 1, 0},
    {"passed over", ING_PASSED_OVER, 0, 0, 1, 0, 1},
    {"failed", ING_ITEM_FAILED, 0, 1, 0, 0, 1},
};

static void an_item_is_counted_once(void **state)
{
    const struct finish_row *row = *state;
    void *made = NULL;
    (void)setup(&made);
    ports *p = made;
    krn_call *call = &p->f.k.call;
    const ing_batch_record b = insert(p, "b1");
    list_three(p, b.key);
    (void)move(p, b.key, ING_PHASE_PROCESSING);
    change c = {.what = FINISH,
                .key = b.key,
                .result = {.ordinal = 1,
                           .outcome = row->outcome,
                           .bytes = 20,
                           .seq = 7,
                           .failure_id = ANC_STR("f1"),
                           .document = ANC_STR("b"),
                           .stage = ANC_STR("parse"),
                           .reason = ANC_STR("why")}};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    assert_int_equal(c.after.processed, row->processed);
    assert_int_equal(c.after.failed, row->failed);
    assert_int_equal(c.after.skipped, row->skipped);
    assert_int_equal(c.after.unchanged, row->unchanged);
    assert_int_equal(c.after.bytes_done, 20);
    assert_int_equal(c.after.max_seq, 7);
    assert_int_equal(make(p, &c), ANC_CONFLICT);
    ing_item *items = NULL;
    ing_failure_record *failures = NULL;
    size_t n = 0;
    ASSERT_OK(p->store.ops->waiting(p->store.self, call, b.key, -1, 10, &items, &n), call->err);
    assert_int_equal(n, 2);
    assert_int_equal(items[1].ordinal, 2);
    ASSERT_OK(p->store.ops->done(p->store.self, call, b.key, -1, 10, &items, &n), call->err);
    assert_int_equal(n, row->processed);
    ASSERT_OK(p->store.ops->failures(p->store.self, call, ANC_STR("b1"), 10, &failures, &n),
              call->err);
    assert_int_equal(n, row->failures);
    uint64_t searchable = 9;
    ASSERT_OK(p->store.ops->searchable(p->store.self, call, b.key, 6, &searchable), call->err);
    assert_int_equal(searchable, 0);
    ASSERT_OK(p->store.ops->searchable(p->store.self, call, b.key, 7, &searchable), call->err);
    assert_int_equal(searchable, row->processed + row->unchanged);
    (void)teardown(&made);
}

static void phases_move_forward_only(void **state)
{
    ports *p = *state;
    const ing_batch_record b = insert(p, "b1");
    change early = {.what = MOVE, .key = b.key, .to = ING_PHASE_COMPLETED};
    assert_int_equal(make(p, &early), ANC_CONFLICT);
    (void)move(p, b.key, ING_PHASE_PROCESSING);
    (void)move(p, b.key, ING_PHASE_PROCESSING); /* taken up again */
    change ends = {
        .what = MOVE, .key = b.key, .to = ING_PHASE_FAILED, .error = ANC_STR("it is gone")};
    ASSERT_OK(make(p, &ends), &p->f.k.err);
    assert_string_equal(ends.after.error.ptr, "it is gone");
    assert_true(ends.after.completed_ms > 0);
    change again = {.what = MOVE, .key = b.key, .to = ING_PHASE_CANCELLED};
    assert_int_equal(make(p, &again), ANC_CONFLICT);
}

static void a_closed_batch_is_not_open(void **state)
{
    ports *p = *state;
    krn_call *call = &p->f.k.call;
    const ing_batch_record b = insert(p, "b1");
    change c = {.what = ANNOUNCED, .key = b.key, .ordinal = 5};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    c.ordinal = -1; /* never goes back */
    c.closed = true;
    ASSERT_OK(make(p, &c), &p->f.k.err);
    ing_batch_record *open = NULL, found;
    size_t n = 9;
    ASSERT_OK(p->store.ops->open(p->store.self, call, 0, 10, &open, &n), call->err);
    assert_int_equal(n, 0);
    ASSERT_OK(p->store.ops->find(p->store.self, call, ANC_STR("b1"), &found), call->err);
    assert_int_equal(found.announced, 5);
    assert_true(found.closed);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_batch_is_queued_and_open),
        TEST(listing_begins_anew),
        TEST(phases_move_forward_only),
        TEST(a_closed_batch_is_not_open),
    };
    int failed = RUN_TABLE("counted", finishes, an_item_is_counted_once);
    return failed + cmocka_run_group_tests_name("batches on sqlite", tests, NULL, NULL);
}
