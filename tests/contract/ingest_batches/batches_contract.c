/* batches_contract.c - what every adapter of the two batch ports must do. */
#include <stdio.h>

#include "batches_ports.h"

static void a_new_batch_is_queued_and_open(void **state)
{
    ports *p = *state;
    const ing_batch_record b = insert(p, "b1");
    assert_true(b.key > 0);
    assert_int_equal(b.now.phase, ING_PHASE_QUEUED);
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
    assert_int_equal(after.now.total, 3);
    assert_int_equal(after.now.waiting, 3);
    assert_int_equal(after.now.bytes_total, 60);
    assert_true(ing_counts_fit(&after.now));
    assert_true(after.now.listed && after.rate_from_ms > 0);
    assert_true(after.now.revision > b.now.revision);
}

static ing_item_result failed_result(const char *letter)
{
    return (ing_item_result){.outcome = ING_ITEM_FAILED,
                             .bytes = 10,
                             .path = ANC_STR("a"),
                             .letter = anc_str_of(letter),
                             .failure_id = ANC_STR("f1"),
                             .stage = ANC_STR("parse"),
                             .reason = ANC_STR("why"),
                             .modified_ms = 77};
}

static size_t letters(ports *p, const char *batch, ing_letter **ret)
{
    krn_call *call = &p->f.k.call;
    size_t n = 0;
    ASSERT_OK(p->store.ops->letters(p->store.self, call, anc_str_of(batch), false, ANC_STR_NONE, 10,
                                    ret, &n),
              call->err);
    return n;
}

static void items_are_claimed_in_order(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    change c = claim(p, key, 5, 1000);
    assert_int_equal(c.item.ordinal, 0);
    assert_int_equal(c.item.claims, 1);
    assert_string_equal(c.item.path.ptr, "a");
    assert_int_equal(c.counts.waiting, 2);
    assert_int_equal(c.counts.under_way, 1);
    assert_int_equal(claim(p, key, 6, 1000).item.ordinal, 1);
    assert_int_equal(claim(p, key, 5, 1000).item.ordinal, 2);
    c = claim(p, key, 5, 1000);
    assert_true(c.item.ordinal < 0);
    assert_int_equal(c.counts.under_way, 3);
}

/* Who takes small ones alone goes past none: the order stays. */
static void a_large_item_is_left_to_others(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    change c = {.what = CLAIM, .lease = {.batch = key, .owner = 5, .until_ms = 1}};
    c.lease.most_bytes = 9;
    ASSERT_OK(make(p, &c), &p->f.k.err);
    assert_int_equal(c.item.ordinal, -1);
    assert_int_equal(c.counts.under_way, 0);
    c.lease.most_bytes = 10;
    ASSERT_OK(make(p, &c), &p->f.k.err);
    assert_int_equal(c.item.ordinal, 0);
    assert_int_equal(c.counts.under_way, 1);
}

static void nothing_is_claimed_unless_processing(void **state)
{
    ports *p = *state;
    const ing_batch_record b = insert(p, "b1");
    list_three(p, b.key);
    assert_true(claim(p, b.key, 5, 1000).item.ordinal < 0);
    (void)move(p, b.key, ING_PHASE_PROCESSING);
    (void)move(p, b.key, ING_PHASE_CANCELLED);
    assert_true(claim(p, b.key, 5, 1000).item.ordinal < 0);
}

static const struct finish_row {
    const char *name;
    ing_outcome outcome;
    uint64_t processed, failed, skipped, unchanged;
    size_t letters;
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
    const int64_t key = processing(p, "b1");
    const change claimed = claim(p, key, 5, 1000);
    change c = {.what = FINISH, .lease = lease_of(&claimed), .result = failed_result("")};
    c.result.outcome = row->outcome;
    c.result.seq = 7;
    c.result.document = ANC_STR("other name");
    for (int i = 0; i < ING_STAGES; i++)
        c.result.stage_us[i] = 100 + (uint64_t)i;
    ASSERT_OK(make(p, &c), &p->f.k.err);
    assert_true(ing_counts_fit(&c.counts));
    assert_int_equal(c.counts.processed, row->processed);
    assert_int_equal(c.counts.failed, row->failed);
    assert_int_equal(c.counts.skipped, row->skipped);
    assert_int_equal(c.counts.unchanged, row->unchanged);
    assert_int_equal(c.counts.under_way, 0);
    assert_int_equal(c.counts.bytes_done, 10);
    assert_int_equal(c.counts.max_seq, 7);
    for (int i = 0; i < ING_STAGES; i++)
        assert_int_equal(c.counts.stage_us[i], 100 + i);
    assert_int_equal(make(p, &c), ANC_CONFLICT);
    ing_item *items = NULL;
    ing_letter *dead = NULL;
    size_t n = 0;
    ASSERT_OK(p->store.ops->done(p->store.self, call, key, -1, 10, &items, &n), call->err);
    assert_int_equal(n, row->processed);
    if (n > 0)
        assert_string_equal(items[0].path.ptr, "other name");
    assert_int_equal(letters(p, "b1", &dead), row->letters);
    uint64_t searchable = 9;
    ASSERT_OK(p->store.ops->searchable(p->store.self, call, key, 6, &searchable), call->err);
    assert_int_equal(searchable, 0);
    ASSERT_OK(p->store.ops->searchable(p->store.self, call, key, 7, &searchable), call->err);
    assert_int_equal(searchable, row->processed + row->unchanged);
    (void)teardown(&made);
}

static ing_batch_record found(ports *p, const char *id)
{
    ing_batch_record b;
    ASSERT_OK(p->store.ops->find(p->store.self, &p->f.k.call, anc_str_of(id), &b), &p->f.k.err);
    return b;
}

static void finish_in(ports *p, int64_t key, ing_outcome outcome, anc_str collection)
{
    const change claimed = claim(p, key, 5, 1000);
    change c = {.what = FINISH, .lease = lease_of(&claimed), .result = failed_result("")};
    assert_true(claimed.item.ordinal >= 0);
    c.result.outcome = outcome;
    c.result.bytes = claimed.item.bytes;
    c.result.failure_id = claimed.item.path;
    c.result.collection = collection;
    ASSERT_OK(make(p, &c), &p->f.k.err);
}

static void collections_of_documents_are_kept(void **state)
{
    enum { OTHERS = ING_ELSEWHERE + 7 };
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    (void)processing(p, "b2");
    finish_in(p, key, ING_DONE, ANC_STR("beta"));
    finish_in(p, key, ING_UNCHANGED, ANC_STR("alpha"));
    finish_in(p, key, ING_ITEM_FAILED, ANC_STR("failed"));
    ing_batch_record b = found(p, "b1");
    assert_int_equal(b.n_elsewhere, 2);
    assert_true(anc_str_eq(b.elsewhere[0], ANC_STR("alpha")));
    assert_true(anc_str_eq(b.elsewhere[1], ANC_STR("beta")));
    assert_int_equal(b.n_read_elsewhere, 2);
    assert_int_equal(found(p, "b2").n_elsewhere, 0);
    for (int i = 0; i < OTHERS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "c%03d", i);
        list_more(p, key, name);
        finish_in(p, key, ING_DONE, anc_str_of(name));
    }
    list_more(p, key, "again");
    finish_in(p, key, ING_DONE, ANC_STR("beta"));
    list_more(p, key, "its own");
    finish_in(p, key, ING_DONE, ANC_STR(""));
    b = found(p, "b1");
    assert_int_equal(b.n_elsewhere, ING_ELSEWHERE);
    assert_int_equal(b.n_read_elsewhere, 2 + OTHERS + 1);
    assert_int_equal(b.now.processed, 1 + OTHERS + 2);
    (void)move(p, key, ING_PHASE_COMPLETED);
    change close = {.what = ANNOUNCED, .key = key, .closed = true};
    ASSERT_OK(make(p, &close), &p->f.k.err);
    while (prune(p, (ing_keep){.visible_seq = INT64_MAX, .before_ms = INT64_MAX}, 500))
        continue;
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_elsewhere"), 0);
}

/* What a worker does whose lease was taken over is refused. */
static void a_lost_lease_is_refused(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    const change first = claim(p, key, 5, 1000);
    change back = {.what = TAKE_BACK, .now_ms = 999};
    ASSERT_OK(make(p, &back), &p->f.k.err);
    assert_int_equal(back.taken, 0);
    back.now_ms = 1000;
    ASSERT_OK(make(p, &back), &p->f.k.err);
    assert_int_equal(back.taken, 1);
    const change second = claim(p, key, 5, 2000);
    assert_int_equal(second.item.ordinal, first.item.ordinal);
    assert_int_equal(second.item.claims, 2);
    change late = {.what = FINISH, .lease = lease_of(&first), .result = failed_result("")};
    assert_int_equal(make(p, &late), ANC_CONFLICT);
    late.what = RENEW;
    assert_int_equal(make(p, &late), ANC_CONFLICT);
    late.what = RELEASE;
    assert_int_equal(make(p, &late), ANC_CONFLICT);
    late.lease = lease_of(&second);
    late.what = RENEW;
    late.lease.until_ms = 9000;
    ASSERT_OK(make(p, &late), &p->f.k.err);
    back.now_ms = 8999;
    ASSERT_OK(make(p, &back), &p->f.k.err);
    assert_int_equal(back.taken, 0);
    late.what = RELEASE;
    ASSERT_OK(make(p, &late), &p->f.k.err);
    assert_int_equal(late.counts.waiting, 3);
    assert_true(ing_counts_fit(&late.counts));
    assert_int_equal(claim(p, key, 5, 1).item.claims, 2); /* given back in order: not counted */
}

static void another_life_loses_its_items(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    (void)claim(p, key, 5, INT64_MAX);
    (void)claim(p, key, 6, INT64_MAX);
    change back = {.what = TAKE_BACK, .lease = {.owner = 6}};
    ASSERT_OK(make(p, &back), &p->f.k.err);
    assert_int_equal(back.taken, 1);
    assert_int_equal(claim(p, key, 6, INT64_MAX).item.ordinal, 0);
}

static void a_dead_letter_is_kept_and_tried_again(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    change c = claim(p, key, 5, 1000);
    change f = {.what = FINISH, .lease = lease_of(&c), .result = failed_result("")};
    ASSERT_OK(make(p, &f), &p->f.k.err);
    ing_letter *dead = NULL;
    assert_int_equal(letters(p, "b1", &dead), 1);
    assert_string_equal(dead[0].path.ptr, "a");
    assert_string_equal(dead[0].source.ptr, "/x");
    assert_int_equal(dead[0].bytes, 10);
    assert_int_equal(dead[0].modified_ms, 77);
    assert_int_equal(dead[0].attempts, 1);
    assert_string_equal(dead[0].collection.ptr, "notes");

    const ing_batch_record again = insert(p, "b2");
    const ing_item item = {.path = dead[0].path, .bytes = 10, .letter = dead[0].id};
    change add = {.what = LIST_ADD, .key = again.key, .items = &item, .n = 1};
    ASSERT_OK(make(p, &add), &p->f.k.err);
    (void)move(p, again.key, ING_PHASE_PROCESSING);
    c = claim(p, again.key, 5, 1000);
    assert_string_equal(c.item.letter.ptr, "f1");
    f = (change){.what = FINISH, .lease = lease_of(&c), .result = failed_result("f1")};
    f.result.collection = ANC_STR("named");
    ASSERT_OK(make(p, &f), &p->f.k.err);
    assert_int_equal(letters(p, "b1", &dead), 0);
    assert_int_equal(letters(p, "b2", &dead), 1);
    assert_int_equal(dead[0].attempts, 2);
    assert_string_equal(dead[0].collection.ptr, "named");

    const ing_batch_record third = insert(p, "b3");
    add.key = third.key;
    ASSERT_OK(make(p, &add), &p->f.k.err);
    (void)move(p, third.key, ING_PHASE_PROCESSING);
    c = claim(p, third.key, 5, 1000);
    f = (change){.what = FINISH, .lease = lease_of(&c), .result = failed_result("f1")};
    f.result.outcome = ING_DONE;
    ASSERT_OK(make(p, &f), &p->f.k.err);
    assert_int_equal(letters(p, "", &dead), 0);
    change gone = {.what = LETTER_REMOVE, .error = ANC_STR("f1")};
    assert_int_equal(make(p, &gone), ANC_NOT_FOUND);
}

/* The letters of all, as people see them. */
static size_t page(ports *p, const char *before, size_t limit, ing_letter **ret)
{
    size_t n = 0;
    ASSERT_OK(p->store.ops->letters(p->store.self, &p->f.k.call, ANC_STR_NONE, true,
                                    anc_str_of(before), limit, ret, &n),
              p->f.k.call.err);
    return n;
}

static void fail_again(ports *p, const char *batch, const char *id)
{
    const ing_batch_record again = insert(p, batch);
    const ing_item item = {.path = ANC_STR("a"), .bytes = 10, .letter = anc_str_of(id)};
    change add = {.what = LIST_ADD, .key = again.key, .items = &item, .n = 1};
    ASSERT_OK(make(p, &add), &p->f.k.err);
    (void)move(p, again.key, ING_PHASE_PROCESSING);
    change c = claim(p, again.key, 5, 1000);
    change f = {.what = FINISH, .lease = lease_of(&c), .result = failed_result(id)};
    ASSERT_OK(make(p, &f), &p->f.k.err);
}

static void what_was_tried_last_comes_first(void **state)
{
    static const char *const ids[] = {"00000000-0000-7000-8000-000000000001",
                                      "00000000-0000-7000-8000-000000000002",
                                      "00000000-0000-7000-8000-000000000003"};
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    for (size_t i = 0; i < ANC_COUNT(ids); i++) {
        change c = claim(p, key, 5, 1000);
        change f = {.what = FINISH, .lease = lease_of(&c), .result = failed_result("")};
        f.result.failure_id = anc_str_of(ids[i]);
        ASSERT_OK(make(p, &f), &p->f.k.err);
        (void)atomic_fetch_add(&p->f.k.ticks, 1000);
    }
    fail_again(p, "b2", ids[0]);
    ing_letter *found = NULL;
    assert_int_equal(page(p, "", 10, &found), 3);
    assert_string_equal(found[0].id.ptr, ids[0]);
    assert_string_equal(found[1].id.ptr, ids[2]);
    assert_string_equal(found[2].id.ptr, ids[1]);
    assert_int_equal(page(p, ids[0], 1, &found), 1);
    assert_string_equal(found[0].id.ptr, ids[2]);
    assert_int_equal(page(p, ids[2], 1, &found), 1);
    assert_string_equal(found[0].id.ptr, ids[1]);
    assert_int_equal(page(p, ids[1], 1, &found), 0);
    /* one that was removed while somebody paged: from when it was made */
    assert_int_equal(page(p, "ffffffff-0000-7000-8000-000000000001", 10, &found), 3);
}

static void end(ports *p, int64_t key, ing_phase to)
{
    (void)move(p, key, to);
    change c = {.what = ANNOUNCED, .key = key, .ordinal = -1, .closed = true};
    ASSERT_OK(make(p, &c), &p->f.k.err);
}

static void closed_batches_are_pruned(void **state)
{
    ports *p = *state;
    const int64_t old = processing(p, "b1");
    change c = claim(p, old, 5, 1000);
    change f = {.what = FINISH, .lease = lease_of(&c), .result = failed_result("")};
    f.result.seq = 7;
    ASSERT_OK(make(p, &f), &p->f.k.err);
    const int64_t open = processing(p, "b2");
    (void)open;
    end(p, old, ING_PHASE_FAILED);
    const ing_keep unseen = {.batches = 10, .visible_seq = 6};
    assert_false(prune(p, unseen, 2)); /* the index does not show it yet */
    const ing_keep all = {.batches = 10, .visible_seq = 7};
    assert_true(prune(p, all, 2)); /* in pieces */
    assert_true(prune(p, all, 2));
    assert_false(prune(p, all, 2));
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_item"), 3);
    ing_letter *dead = NULL;
    assert_int_equal(letters(p, "b1", &dead), 1);
    const int64_t later = processing(p, "b3");
    end(p, later, ING_PHASE_FAILED);
    const ing_keep one = {.batches = 1, .visible_seq = 7};
    while (prune(p, one, 2))
        continue;
    assert_int_equal(letters(p, "b1", &dead), 0);
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_batch"), 2);
    const ing_keep none = {.before_ms = INT64_MAX, .batches = 10, .visible_seq = 7};
    while (prune(p, none, 2))
        continue;
    assert_int_equal(fixture_count(&p->f.k, "SELECT key FROM ing_batch"), open);
}

/* What was not read of a cancelled batch can be taken up as long as the batch is kept. */
static void what_was_not_read_is_kept(void **state)
{
    ports *p = *state;
    krn_call *call = &p->f.k.call;
    ing_item *items = NULL;
    size_t n = 0;
    const int64_t key = processing(p, "b1");
    const change c = claim(p, key, 5, 1000);
    change f = {.what = FINISH, .lease = lease_of(&c), .result = failed_result("")};
    f.result.seq = 7;
    ASSERT_OK(make(p, &f), &p->f.k.err);
    end(p, key, ING_PHASE_CANCELLED);
    const ing_keep all = {.batches = 10, .visible_seq = 7};
    while (prune(p, all, 2))
        continue;
    ASSERT_OK(p->store.ops->unread(p->store.self, call, key, -1, 10, &items, &n), call->err);
    assert_int_equal(n, 2);
    assert_int_equal(items[0].ordinal, 1);
    assert_int_equal(items[0].bytes, 20);
    assert_int_equal(items[0].letter.len, 0);
    ASSERT_OK(p->store.ops->unread(p->store.self, call, key, items[0].ordinal, 1, &items, &n),
              call->err);
    assert_int_equal(n, 1);
    assert_int_equal(items[0].ordinal, 2);
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_item"), 2);
    const ing_keep none = {.before_ms = INT64_MAX, .batches = 10, .visible_seq = 7};
    while (prune(p, none, 2))
        continue;
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_item"), 0);
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_batch"), 0);
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
    assert_true(found.now.closed);
}

static anc_status count_steps(void *arg)
{
    ++*(uint64_t *)arg; /* thousands of steps of the catalog's machine */
    return ANC_OK;
}

/* What a batch leaves unread is let go of in one pass, however many segments it lies in. */
static void ending_a_batch_looks_at_each_item_once(void **state)
{
    enum { SEGMENTS = 100, EACH = 100 };
    ports *p = *state;
    const ing_batch_record b = insert(p, "b1");
    static ing_item items[EACH];
    for (int64_t segment = 1; segment <= SEGMENTS; segment++) {
        for (int i = 0; i < EACH; i++)
            items[i] = (ing_item){.ordinal = -1,
                                  .kind = ING_ITEM_RECORD,
                                  .path = ANC_STR("line"),
                                  .letter = ANC_STR(""),
                                  .content_type = ANC_STR(""),
                                  .payload = {.segment = segment, .bytes = 1}};
        change add = {.what = LIST_ADD, .key = b.key, .items = items, .n = EACH};
        ASSERT_OK(make(p, &add), &p->f.k.err);
    }
    assert_int_equal(fixture_count(&p->f.k, "SELECT min(users) FROM ing_segment"), EACH);
    (void)move(p, b.key, ING_PHASE_CANCELLED);
    uint64_t thousands = 0;
    change close = {.what = ANNOUNCED, .key = b.key, .ordinal = -1, .closed = true};
    db_check_set(p->f.k.db, count_steps, &thousands);
    ASSERT_OK(make(p, &close), &p->f.k.err);
    db_check_set(p->f.k.db, NULL, NULL);
    assert_int_equal(fixture_count(&p->f.k, "SELECT max(users) FROM ing_segment"), 0);
    assert_in_range(thousands, 1, SEGMENTS * EACH * 40 / 4000);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_batch_is_queued_and_open),
        TEST(listing_begins_anew),
        TEST(items_are_claimed_in_order),
        TEST(a_large_item_is_left_to_others),
        TEST(nothing_is_claimed_unless_processing),
        TEST(collections_of_documents_are_kept),
        TEST(a_lost_lease_is_refused),
        TEST(another_life_loses_its_items),
        TEST(a_dead_letter_is_kept_and_tried_again),
        TEST(what_was_tried_last_comes_first),
        TEST(closed_batches_are_pruned),
        TEST(what_was_not_read_is_kept),
        TEST(phases_move_forward_only),
        TEST(a_closed_batch_is_not_open),
        TEST(ending_a_batch_looks_at_each_item_once),
    };
    int failed = RUN_TABLE("counted", finishes, an_item_is_counted_once);
    return failed + cmocka_run_group_tests_name("batches on sqlite", tests, NULL, NULL);
}
