/* test_logs.c - the contracts of kernel/ports outbox.h and changes.h: sqlite, with a thread and
 * without one. */
#include "catalog_fixture.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/query_events.h"

/* ---- outbox -------------------------------------------------------------------------------- */

typedef struct appending {
    krn_outbox outbox;
    ev_type_id type;
    const void *payload;
    int n;
    anc_status then;
} appending;

static anc_status append(void *arg, krn_tx *tx, anc_err *err)
{
    const appending *a = arg;
    const ev_context context = {.component = ANC_STR("test"), .user_id = ANC_STR("u1")};
    for (int i = 0; i < a->n; i++)
        ANC_TRY(krn_outbox_append(a->outbox, tx, a->type, a->payload, &context, err));
    return a->then == ANC_OK ? ANC_OK : ANC_FAIL(err, a->then, "as told");
}

static anc_status append_events(krn_sqlite *k, ev_type_id type, int n, anc_status then)
{
    static const ev_document_deleted deleted = {
        .document_id = ANC_STR_INIT("d1"), .collection = ANC_STR_INIT("c"), .version = 3};
    static const ev_query_failed failed = {.query_id = ANC_STR_INIT("q1")};
    TEST_CALL(t);
    appending a = {krn_sqlite_outbox(k), type,
                   type == EV_QUERY_FAILED ? (const void *)&failed : &deleted, n, then};
    return krn_writer_run(krn_sqlite_writer(k), &t.call, append, &a);
}

static uint64_t outbox_head(krn_sqlite *k)
{
    TEST_CALL(t);
    uint64_t head = 0;
    ASSERT_OK(krn_sqlite_outbox(k).ops->head(k, &t.call, &head), &t.err);
    return head;
}

static void events_are_kept_with_their_transaction(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    krn_kept_event *events;
    size_t n;
    ev_envelope e;
    assert_int_equal(outbox_head(k), 0);
    assert_int_equal(append_events(k, EV_DOCUMENT_DELETED, 2, ANC_OK), ANC_OK);
    assert_int_equal(append_events(k, EV_DOCUMENT_DELETED, 3, ANC_CONFLICT), ANC_CONFLICT);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 1, ANC_OK), ANC_OK);
    const krn_event_filter all = {.limit = 100};
    ASSERT_OK(krn_sqlite_outbox(k).ops->read(k, &t.call, &all, &events, &n), &t.err);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || events[i].seq > events[i - 1].seq);
        ASSERT_OK(ev_envelope_read(t.call.mem, events[i].envelope, &e, &t.err), &t.err);
        assert_int_equal(e.seq, events[i].seq);
        assert_true(anc_str_eq(e.id, events[i].id) && anc_str_eq(e.type_name, events[i].type));
        assert_int_equal(e.time_ms, events[i].time_ms);
        assert_true(anc_str_eq(e.user_id, ANC_STR("u1")));
    }
    assert_true(anc_str_eq(e.aggregate_id, ANC_STR("q1")));
    assert_int_equal(outbox_head(k), events[2].seq);
    krn_sqlite_close(k);
}

typedef struct {
    const char *name;
    krn_event_filter filter;
    uint64_t seqs[8]; /* of the ten: 1 to 5 deleted, 6 to 10 query failed (an error) */
} filter_row;

static const filter_row filter_rows[] = {
    {"the first", {.limit = 3}, {1, 2, 3}},
    {"after one", {.limit = 2, .after_seq = 4}, {5, 6}},
    {"the newest", {.limit = 2, .newest_first = true}, {10, 9}},
    {"the page before", {.limit = 3, .newest_first = true, .before_seq = 9}, {8, 7, 6}},
    {"an exact type", {.limit = 2, .type = {"query.failed", 12}}, {6, 7}},
    {"a prefix", {.limit = 2, .type = {"document.*", 10}, .after_seq = 3}, {4, 5}},
    {"a prefix that is no type's", {.limit = 2, .type = {"documents.*", 11}}, {0}},
    {"all types", {.limit = 2, .type = {"*", 1}, .after_seq = 4}, {5, 6}},
    {"errors", {.limit = 2, .with_severity = true, .severity = EV_ERROR_SEVERITY}, {6, 7}},
    {"since the far future", {.limit = 2, .since_ms = INT64_MAX}, {0}},
    {"since long ago", {.limit = 1, .since_ms = 1}, {1}},
};

static krn_sqlite *ten_events;

static void filters(void **state)
{
    const filter_row *r = *state;
    TEST_CALL(t);
    krn_kept_event *events;
    size_t n;
    ASSERT_OK(krn_sqlite_outbox(ten_events).ops->read(ten_events, &t.call, &r->filter, &events, &n),
              &t.err);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(events[i].seq, r->seqs[i]);
    assert_int_equal(r->seqs[n], 0);
}

static void open_ten(void)
{
    ten_events = open_fresh(&rows[1]);
    assert_int_equal(append_events(ten_events, EV_DOCUMENT_DELETED, 5, ANC_OK), ANC_OK);
    assert_int_equal(append_events(ten_events, EV_QUERY_FAILED, 5, ANC_OK), ANC_OK);
}

static void limits_are_checked(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    krn_kept_event *events;
    size_t n;
    krn_event_filter f = {.limit = 0};
    assert_int_equal(krn_sqlite_outbox(k).ops->read(k, &t.call, &f, &events, &n), ANC_INVALID);
    f.limit = 1001;
    assert_int_equal(krn_sqlite_outbox(k).ops->read(k, &t.call, &f, &events, &n), ANC_INVALID);
    f.limit = 1;
    t.call.deadline_ns = 1;
    anc_err_clear(&t.err);
    assert_int_equal(krn_sqlite_outbox(k).ops->read(k, &t.call, &f, &events, &n), ANC_DEADLINE);
    krn_sqlite_close(k);
}

typedef struct cursoring {
    krn_outbox outbox;
    const char *consumer;
    uint64_t seq;
    uint64_t keep; /* of a pruning */
    int64_t before_ms;
    size_t limit, removed;
} cursoring;

static anc_status set_cursor(void *arg, krn_tx *tx, anc_err *err)
{
    const cursoring *c = arg;
    return c->outbox.ops->cursor_set(c->outbox.self, tx, anc_str_of(c->consumer), c->seq, err);
}

static anc_status prune(void *arg, krn_tx *tx, anc_err *err)
{
    cursoring *c = arg;
    return c->outbox.ops->prune(c->outbox.self, tx, c->before_ms, c->keep, c->limit, &c->removed,
                                err);
}

static void move_cursor(krn_sqlite *k, const char *consumer, uint64_t seq)
{
    TEST_CALL(t);
    cursoring c = {.outbox = krn_sqlite_outbox(k), .consumer = consumer, .seq = seq};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, set_cursor, &c), &t.err);
    uint64_t got = 0;
    ASSERT_OK(c.outbox.ops->cursor_get(k, &t.call, anc_str_of(consumer), &got), &t.err);
    assert_true(got == seq);
}

static size_t prune_now(krn_sqlite *k, int64_t before_ms, uint64_t keep, size_t limit)
{
    TEST_CALL(t);
    cursoring c = {
        .outbox = krn_sqlite_outbox(k), .keep = keep, .before_ms = before_ms, .limit = limit};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, prune, &c), &t.err);
    return c.removed;
}

typedef struct gapping {
    krn_outbox outbox;
    const char *consumer;
    krn_event_gap gap;
} gapping;

static anc_status add_gap(void *arg, krn_tx *tx, anc_err *err)
{
    const gapping *g = arg;
    return g->outbox.ops->gap_add(g->outbox.self, tx, anc_str_of(g->consumer), g->gap, err);
}

static size_t gap_of(krn_sqlite *k, const char *consumer, uint64_t after, uint64_t last,
                     krn_event_gap *ret_first)
{
    TEST_CALL(t);
    gapping g = {krn_sqlite_outbox(k), consumer, {after, last}};
    krn_event_gap *gaps;
    size_t n;
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, add_gap, &g), &t.err);
    ASSERT_OK(g.outbox.ops->gaps(k, &t.call, anc_str_of(consumer), &gaps, &n), &t.err);
    assert_true(n > 0);
    *ret_first = gaps[0];
    return n;
}

/* Each consumer has its own, and one that begins where another did takes its place. */
static void gaps_are_kept(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    krn_event_gap first;
    assert_int_equal(gap_of(k, "tracking", 7, 9, &first), 1);
    assert_int_equal(gap_of(k, "tracking", 2, 4, &first), 2);
    assert_true(first.after_seq == 2 && first.last_seq == 4);
    assert_int_equal(gap_of(k, "tracking", 2, 5, &first), 2);
    assert_true(first.after_seq == 2 && first.last_seq == 5);
    assert_int_equal(gap_of(k, "relay", 1, 3, &first), 1);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 10, ANC_OK), ANC_OK);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 7), 7);
    assert_int_equal(gap_of(k, "tracking", 12, 13, &first), 2); /* of one, no event is left */
    assert_true(first.after_seq == 7 && first.last_seq == 9);
    krn_sqlite_close(k);
}

static void pruning_waits_for_every_cursor(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 10, ANC_OK), ANC_OK);
    move_cursor(k, "relay", 9);
    move_cursor(k, "tracking", 3);
    assert_int_equal(prune_now(k, 0, 8, 100), 2);         /* beyond the newest eight */
    assert_int_equal(prune_now(k, 0, 8, 100), 0);         /* and no more */
    assert_int_equal(prune_now(k, INT64_MAX, 8, 100), 1); /* old, but tracking is at 3 */
    move_cursor(k, "tracking", 10);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 4), 4); /* a bounded piece */
    assert_int_equal(prune_now(k, INT64_MAX, 100, 100), 2);
    move_cursor(k, "relay", 10);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 100), 1);
    krn_sqlite_close(k);
    const krn_sqlite_options o = options_for(*state);
    k = open_with(&o);
    assert_int_equal(outbox_head(k), 10);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 1, ANC_OK), ANC_OK);
    assert_int_equal(outbox_head(k), 11); /* a seq is never given twice */
    move_cursor(k, "relay", 11);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 100), 0);
    move_cursor(k, "tracking", KRN_CURSOR_NONE); /* who is gone holds up nothing */
    move_cursor(k, "never seen", KRN_CURSOR_NONE);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 100), 1);
    krn_sqlite_close(k);
}

/* ---- change log ---------------------------------------------------------------------------- */

typedef struct changing {
    krn_changes changes;
    const char *document;
    anc_status then;
    uint64_t seq;
} changing;

static anc_status change(void *arg, krn_tx *tx, anc_err *err)
{
    changing *c = arg;
    const krn_change row_of = {.op = KRN_CHANGE_PUBLISH,
                               .collection = ANC_STR("c"),
                               .document_id = anc_str_of(c->document),
                               .version = 7};
    ANC_TRY(c->changes.ops->append(c->changes.self, tx, &row_of, &c->seq, err));
    return c->then == ANC_OK ? ANC_OK : ANC_FAIL(err, c->then, "as told");
}

static void changes_follow_their_transaction(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_changes changes = krn_sqlite_changes(k);
    TEST_CALL(t);
    uint64_t head = 99, last = 0;
    krn_change *list;
    size_t n;
    ASSERT_OK(changes.ops->head(k, &t.call, &head), &t.err);
    assert_int_equal(head, 0);
    for (int i = 0; i < 6; i++) {
        const char *names[] = {"a", "b", "c", "d", "e", "f"};
        changing c = {changes, names[i], i % 2 == 1 ? ANC_CONFLICT : ANC_OK, 0};
        anc_err_clear(&t.err);
        assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, change, &c), c.then);
        assert_true(c.seq > last);
        last = i % 2 == 1 ? last : c.seq;
    }
    ASSERT_OK(changes.ops->read(k, &t.call, 0, 100, &list, &n), &t.err);
    assert_int_equal(n, 3);
    assert_true(anc_str_eq(list[0].document_id, ANC_STR("a")));
    assert_true(anc_str_eq(list[2].document_id, ANC_STR("e")));
    assert_true(list[1].op == KRN_CHANGE_PUBLISH && list[1].version == 7);
    assert_true(anc_str_eq(list[1].collection, ANC_STR("c")));
    ASSERT_OK(changes.ops->head(k, &t.call, &head), &t.err);
    assert_true(head == list[2].seq && head == last);
    const uint64_t first = list[0].seq;
    ASSERT_OK(changes.ops->read(k, &t.call, first, 1, &list, &n), &t.err);
    assert_true(n == 1 && anc_str_eq(list[0].document_id, ANC_STR("c")));
    krn_sqlite_close(k);
}

typedef struct pruning_changes {
    krn_changes changes;
    uint64_t passed, keep;
    size_t limit, removed;
} pruning_changes;

static anc_status prune_changes(void *arg, krn_tx *tx, anc_err *err)
{
    pruning_changes *p = arg;
    return p->changes.ops->prune(p->changes.self, tx, p->passed, p->keep, p->limit, &p->removed,
                                 err);
}

static void passed_changes_go(void **state)
{
    static const struct {
        uint64_t passed, keep;
        size_t limit, removed;
        uint64_t first; /* of what is left; 0: nothing */
    } steps[] = {
        {0, 0, 100, 0, 1},  /* nobody has passed anything */
        {4, 8, 100, 2, 3},  /* the newest eight stay */
        {5, 0, 2, 2, 5},    /* at most two at once */
        {5, 0, 100, 1, 6},  /* what a follower has to read stays */
        {99, 0, 100, 5, 0}, /* all of it */
    };
    krn_sqlite *k = open_fresh(*state);
    const krn_changes changes = krn_sqlite_changes(k);
    TEST_CALL(t);
    uint64_t head = 0;
    krn_change *list;
    size_t n;
    for (int i = 0; i < 10; i++) {
        changing c = {changes, "a", ANC_OK, 0};
        ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, change, &c), &t.err);
    }
    for (size_t i = 0; i < ANC_COUNT(steps); i++) {
        pruning_changes p = {changes, steps[i].passed, steps[i].keep, steps[i].limit, 99};
        ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, prune_changes, &p), &t.err);
        assert_int_equal(p.removed, steps[i].removed);
        ASSERT_OK(changes.ops->read(k, &t.call, 0, 1, &list, &n), &t.err);
        assert_int_equal(n > 0 ? list[0].seq : 0, steps[i].first);
    }
    /* numbers go on where they were */
    changing c = {changes, "a", ANC_OK, 0};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, change, &c), &t.err);
    ASSERT_OK(changes.ops->head(k, &t.call, &head), &t.err);
    assert_true(c.seq == 11 && head == 11);
    krn_sqlite_close(k);
}

static void count_wake(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static void listeners_hear_of_commits(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_changes changes = krn_sqlite_changes(k);
    const krn_outbox outbox = krn_sqlite_outbox(k);
    atomic_int changed = 0, posted = 0;
    TEST_CALL(t);
    ASSERT_OK(changes.ops->listen(k, count_wake, &changed, &t.err), &t.err);
    ASSERT_OK(outbox.ops->listen(k, count_wake, &posted, &t.err), &t.err);
    for (int i = 1; i < 16; i++)
        ASSERT_OK(changes.ops->listen(k, count_wake, &changed, &t.err), &t.err);
    assert_int_equal(changes.ops->listen(k, count_wake, &changed, &t.err), ANC_LIMIT);
    anc_err_clear(&t.err);
    assert_int_equal(run(k, 1, 1, ANC_OK), ANC_OK); /* neither log */
    changing c = {changes, "a", ANC_OK, 0};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, change, &c), &t.err);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 4, ANC_OK), ANC_OK);
    krn_sqlite_close(k);
    assert_int_equal(atomic_load(&changed), 16);
    assert_int_equal(atomic_load(&posted), 1);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = RUN_TABLE("outbox", rows, events_are_kept_with_their_transaction);
    failed += RUN_TABLE("outbox limits", rows, limits_are_checked);
    failed += RUN_TABLE("gaps", rows, gaps_are_kept);
    failed += RUN_TABLE("pruning", rows, pruning_waits_for_every_cursor);
    failed += RUN_TABLE("changes", rows, changes_follow_their_transaction);
    failed += RUN_TABLE("passed changes", rows, passed_changes_go);
    failed += RUN_TABLE("listeners", rows, listeners_hear_of_commits);
    open_ten();
    failed += RUN_TABLE("filters", filter_rows, filters);
    krn_sqlite_close(ten_events);
    anc_err err = {0};
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
