/* children_contract.c - items that an item brings along: what every adapter of the item writer must do. */
#include "batches_ports.h"

static int64_t begin_children(ports *p, const change *held)
{
    change c = {.what = BEGIN_CHILDREN, .lease = lease_of(held)};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    return c.ordinal;
}

static anc_status add_children(ports *p, const change *held, int64_t first, int64_t segment)
{
    const ing_item items[] = {
        {.ordinal = -1, .path = ANC_STR("x"), .bytes = 5, .payload = {.segment = segment}},
        {.ordinal = -1, .path = ANC_STR("y"), .bytes = 6, .payload = {.segment = segment}}};
    change c = {.what = ADD_CHILDREN,
                .lease = lease_of(held),
                .ordinal = first,
                .items = items,
                .n = ANC_COUNT(items)};
    return make(p, &c);
}

static int64_t claimed_last(ports *p, int64_t key)
{
    change c = {.what = CLAIM, .lease = {.batch = key, .owner = 9, .until_ms = 1, .last = true}};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    return c.item.ordinal;
}

/* Nobody sees them before their item is counted; then all are there. */
static void children_are_counted_at_once(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    const change held = claim(p, key, 5, 1000);
    const int64_t first = begin_children(p, &held);
    assert_true(first > 2);
    ASSERT_OK(add_children(p, &held, first, 77), &p->f.k.err);
    ASSERT_OK(add_children(p, &held, first, 78), &p->f.k.err);
    list_more(p, key, "z"); /* behind them */
    assert_true(claimed_last(p, key) > first + 3);
    assert_int_equal(claimed_last(p, key), 2);
    assert_int_equal(claim(p, key, 6, 1000).item.ordinal, 1);
    assert_true(claim(p, key, 6, 1000).item.ordinal < 0);
    assert_false(prune(p, (ing_keep){.batches = 10}, 3)); /* they are somebody's */
    change c = {.what = FINISH,
                .lease = lease_of(&held),
                .result = {.outcome = ING_DONE, .stored = {.first = first, .n = 4, .bytes = 22}}};
    ASSERT_OK(make(p, &c), &p->f.k.err);
    assert_int_equal(c.counts.total, 3 + 1 + 4);
    assert_int_equal(c.counts.waiting, 4);
    assert_int_equal(c.counts.bytes_total, 60 + 1 + 22);
    assert_int_equal(claim(p, key, 6, 1000).item.ordinal, first);
    assert_int_equal(claimed_last(p, key), first + 3);
    assert_int_equal(fixture_count(&p->f.k, "SELECT sum(users) FROM ing_segment"), 4);
}

/* Those of an item that somebody else holds now, or that begins again, are removed in pieces, and what they
 * need of segments with them. */
static void children_that_nobody_counts_go(void **state)
{
    ports *p = *state;
    const int64_t key = processing(p, "b1");
    const change held = claim(p, key, 5, 1000);
    const int64_t first = begin_children(p, &held);
    ASSERT_OK(add_children(p, &held, first, 77), &p->f.k.err);
    ASSERT_OK(add_children(p, &held, first, 78), &p->f.k.err);
    const int64_t again = begin_children(p, &held);
    assert_true(again > first + 3);
    assert_int_equal(add_children(p, &held, first, 77), ANC_CONFLICT);
    change c = {.what = FINISH,
                .lease = lease_of(&held),
                .result = {.outcome = ING_DONE, .stored = {.first = first, .n = 4}}};
    assert_int_equal(make(p, &c), ANC_CONFLICT);
    assert_true(prune(p, (ing_keep){.batches = 10}, 3));
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_item"), 3 + 1);
    while (prune(p, (ing_keep){.batches = 10}, 3))
        continue;
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_item"), 3);
    assert_int_equal(fixture_count(&p->f.k, "SELECT sum(users) + sum(open) FROM ing_segment"), 0);
    ASSERT_OK(add_children(p, &held, again, 79), &p->f.k.err);
    change back = {.what = TAKE_BACK, .now_ms = 1000};
    ASSERT_OK(make(p, &back), &p->f.k.err);
    assert_int_equal(add_children(p, &held, again, 79), ANC_CONFLICT);
    while (prune(p, (ing_keep){.batches = 10}, 3))
        continue;
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_item"), 3);
    assert_int_equal(fixture_count(&p->f.k, "SELECT count(*) FROM ing_children"), 0);
    assert_int_equal(claim(p, key, 6, 1000).item.ordinal, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(children_are_counted_at_once),
        TEST(children_that_nobody_counts_go),
    };
    return cmocka_run_group_tests_name("children on sqlite", tests, NULL, NULL);
}
