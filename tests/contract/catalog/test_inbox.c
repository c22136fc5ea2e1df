/* test_inbox.c - the contract of kernel/ports/inbox.h: sqlite, with a thread and without one. */
#include "catalog_fixture.h"

#include "support/clock_fixed.h"

static int64_t now_ns; /* of the clock of catalogs that have one of ours */

typedef struct taking {
    krn_sqlite *k;
    const krn_inbox_event *event;
    anc_status then; /* what the closure gives */
    ev_arrival arrival;
} taking;

static anc_status take(void *arg, krn_tx *tx, anc_err *err)
{
    taking *t = arg;
    const krn_inbox inbox = krn_sqlite_inbox(t->k);
    ANC_TRY(inbox.ops->take(inbox.self, tx, t->event, &t->arrival, err));
    return t->then == ANC_OK ? ANC_OK : ANC_FAIL(err, t->then, "as told");
}

static anc_status forget(void *arg, krn_tx *tx, anc_err *err)
{
    const taking *t = arg;
    const krn_inbox inbox = krn_sqlite_inbox(t->k);
    return inbox.ops->forget(inbox.self, tx, t->event->kind, t->event->key, err);
}

static ev_envelope event_of(const char *id, int64_t time_ms)
{
    return (ev_envelope){.id = anc_str_of(id),
                         .type_name = ANC_STR("user.created"),
                         .component = ANC_STR("shop"),
                         .time_ms = time_ms};
}

static krn_inbox_event about(const ev_envelope *event, const char *key)
{
    return (krn_inbox_event){.event = event, .kind = ANC_STR("user"), .key = anc_str_of(key)};
}

static ev_arrival look(krn_sqlite *k, const ev_envelope *event, const char *key)
{
    TEST_CALL(t);
    ev_arrival arrival;
    const krn_inbox_event e = about(event, key);
    const krn_inbox inbox = krn_sqlite_inbox(k);
    ASSERT_OK(inbox.ops->look(inbox.self, &t.call, &e, &arrival), &t.err);
    return arrival;
}

static ev_arrival taken(krn_sqlite *k, const ev_envelope *event, const char *key)
{
    TEST_CALL(t);
    const krn_inbox_event e = about(event, key);
    taking work = {.k = k, .event = &e};
    const ev_arrival looked = look(k, event, key);
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, take, &work), &t.err);
    assert_int_equal(work.arrival, looked);
    return work.arrival;
}

static void once_and_in_order(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const ev_envelope first = event_of("1", 1000), same_time = event_of("2", 1000);
    const ev_envelope newer = event_of("3", 2000), older = event_of("4", 1500);
    assert_int_equal(taken(k, &first, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(taken(k, &first, "ada"), EV_ARRIVED_AGAIN);
    assert_int_equal(taken(k, &same_time, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(taken(k, &newer, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(taken(k, &older, "ada"), EV_ARRIVED_LATE);
    assert_int_equal(taken(k, &older, "ada"), EV_ARRIVED_AGAIN);
    krn_sqlite_close(k);
    const krn_sqlite_options again = options_for(*state);
    k = open_with(&again);
    assert_int_equal(taken(k, &newer, "ada"), EV_ARRIVED_AGAIN);
    krn_sqlite_close(k);
}

static void what_differs_is_another_event(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const ev_envelope event = event_of("1", 1000), older = event_of("2", 500);
    ev_envelope other = event;
    assert_int_equal(taken(k, &event, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(taken(k, &older, "bob"), EV_ARRIVED_NEW);
    other.type_name = ANC_STR("document.uploaded");
    assert_int_equal(taken(k, &other, "ada"), EV_ARRIVED_NEW);
    other = event;
    other.component = ANC_STR("office");
    assert_int_equal(taken(k, &other, "ada"), EV_ARRIVED_NEW);
    other.component = ANC_STR("shop1"); /* the parts are told apart */
    other.id = ANC_STR("");
    assert_int_equal(taken(k, &other, "ada"), EV_ARRIVED_NEW);
    krn_sqlite_close(k);
}

static void what_is_undone_did_not_come(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    const ev_envelope event = event_of("1", 1000);
    const krn_inbox_event e = about(&event, "ada");
    taking undone = {.k = k, .event = &e, .then = ANC_CONFLICT};
    assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, take, &undone), ANC_CONFLICT);
    assert_int_equal(look(k, &event, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(taken(k, &event, "ada"), EV_ARRIVED_NEW);
    krn_sqlite_close(k);
}

/* A service with a clock that is ahead does not keep others out for ever. */
static void a_time_to_come_counts_as_now(void **state)
{
    now_ns = INT64_C(5000) * 1000000;
    (void)fresh_path();
    krn_sqlite_options o = options_for(*state);
    o.clock = clock_fixed(&now_ns);
    krn_sqlite *k = open_with(&o);
    const ev_envelope ahead = event_of("1", INT64_C(253402300799000));
    assert_int_equal(taken(k, &ahead, "ada"), EV_ARRIVED_NEW);
    const ev_envelope at_once = event_of("2", 4999);
    assert_int_equal(taken(k, &at_once, "ada"), EV_ARRIVED_LATE);
    now_ns = INT64_C(7000) * 1000000;
    const ev_envelope next = event_of("3", 5001);
    assert_int_equal(taken(k, &next, "ada"), EV_ARRIVED_NEW);
    krn_sqlite_close(k);
}

static void forgotten_and_yet_it_came(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    const ev_envelope event = event_of("1", 1000), older = event_of("2", 500);
    const krn_inbox_event e = about(&event, "ada");
    const taking forgetting = {.k = k, .event = &e};
    assert_int_equal(taken(k, &event, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(taken(k, &event, "bob"), EV_ARRIVED_AGAIN);
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, forget, (void *)(uintptr_t)&forgetting),
              &t.err);
    assert_int_equal(look(k, &event, "ada"), EV_ARRIVED_AGAIN);
    assert_int_equal(look(k, &older, "ada"), EV_ARRIVED_NEW);
    assert_int_equal(ask(k, "SELECT count(*) FROM inbox WHERE subject=x''"), 1);
    krn_sqlite_close(k);
}

/* Each that is taken removes a few of the oldest whose time is over. */
static void old_ones_go(void **state)
{
    enum { ROWS = 12 };
    now_ns = 0;
    (void)fresh_path();
    krn_sqlite_options o = options_for(*state);
    o.clock = clock_fixed(&now_ns);
    krn_sqlite *k = open_with(&o);
    char id[16];
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        const ev_envelope event = event_of(id, 0);
        assert_int_equal(taken(k, &event, "ada"), EV_ARRIVED_NEW);
    }
    assert_int_equal(ask(k, "SELECT count(*) FROM inbox"), ROWS);
    now_ns = (KRN_INBOX_KEEP_MS + 1) * 1000000;
    for (int i = ROWS; i < ROWS + 4; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        const ev_envelope event = event_of(id, 0);
        assert_int_equal(taken(k, &event, "ada"), EV_ARRIVED_NEW);
    }
    assert_int_equal(ask(k, "SELECT count(*) FROM inbox"), 4);
    krn_sqlite_close(k);
}

static void names_are_nowhere(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const ev_envelope event = event_of("event-canary", 1000);
    assert_int_equal(taken(k, &event, "key-canary"), EV_ARRIVED_NEW);
    assert_int_equal(ask(k, "SELECT count(*) FROM inbox WHERE instr(event, 'canary') OR"
                            " instr(subject, 'canary')"),
                     0);
    assert_int_equal(ask(k, "SELECT length(event)+length(subject) FROM inbox"), 64);
    krn_sqlite_close(k);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = RUN_TABLE("once, in order", rows, once_and_in_order);
    failed += RUN_TABLE("other events", rows, what_differs_is_another_event);
    failed += RUN_TABLE("undone", rows, what_is_undone_did_not_come);
    failed += RUN_TABLE("times to come", rows, a_time_to_come_counts_as_now);
    failed += RUN_TABLE("forgotten", rows, forgotten_and_yet_it_came);
    failed += RUN_TABLE("old ones", rows, old_ones_go);
    failed += RUN_TABLE("names", rows, names_are_nowhere);
    anc_err err = {0};
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
