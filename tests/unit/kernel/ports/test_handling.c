/* test_handling.c - a handler gets an event again where that may help. */
#include <string.h>

#include "base/str.h"
#include "kernel/domain/inbound.h"
#include "kernel/ports/handling.h"
#include "support/test.h"

enum { STEPS = 16, TRIES = 4 };

typedef struct world {
    const anc_status *gives; /* a status a try; the last one for ever */
    size_t n_gives, tries, errors, pauses;
    size_t ends_at; /* the pause that the subscription ends in, from 1; 0: never */
    int64_t paused_ns[STEPS];
} world;

static anc_status handler(void *arg, const krn_announcement *event, anc_err *err)
{
    world *w = arg;
    const size_t i = w->tries < w->n_gives ? w->tries : w->n_gives - 1;
    assert_true(anc_str_eq(event->type_name, ANC_STR("user.created")));
    assert_int_equal(err->code, ANC_OK); /* what a try before said is gone */
    w->tries++;
    if (w->gives[i] == ANC_OK)
        return ANC_OK;
    return ANC_FAIL(err, w->gives[i], "try %zu", w->tries);
}

static bool pause_for(void *self, int64_t pause_ns)
{
    world *w = self;
    w->paused_ns[w->pauses++] = pause_ns;
    return w->pauses != w->ends_at;
}

static void on_error(void *self)
{
    ((world *)self)->errors++;
}

static const struct row {
    const char *name;
    anc_status gives[STEPS];
    size_t n_gives, ends_at;
    anc_status status;
    size_t tries;
    const char *says;
} rows[] = {
    {"well at once", {ANC_OK}, 1, 0, ANC_OK, 1, ""},
    {"well in the end", {ANC_IO, ANC_UNAVAILABLE, ANC_OK}, 3, 0, ANC_OK, 3, ""},
    {"well at the last try", {ANC_IO, ANC_IO, ANC_IO, ANC_OK}, 4, 0, ANC_OK, 4, ""},
    {"never well", {ANC_DISK_FULL}, 1, 0, ANC_DISK_FULL, TRIES, "try 4"},
    {"for good", {ANC_INVALID}, 1, 0, ANC_INVALID, 1, "try 1"},
    {"for good after a while", {ANC_IO, ANC_FORBIDDEN}, 2, 0, ANC_FORBIDDEN, 2, "try 2"},
    {"called off, then it ends", {ANC_CANCELLED}, 1, 1, ANC_CANCELLED, 1, "try 1"},
    {"called off once", {ANC_CANCELLED, ANC_OK}, 2, 0, ANC_OK, 2, ""},
    {"called off each time",
     {ANC_CANCELLED},
     1,
     0,
     ANC_UNAVAILABLE,
     TRIES,
     "called off at the last of 4 tries: try 4"},
    {"called off at the last try",
     {ANC_IO, ANC_IO, ANC_IO, ANC_CANCELLED},
     4,
     4,
     ANC_CANCELLED,
     TRIES,
     "try 4"},
    {"too late each time", {ANC_DEADLINE}, 1, 0, ANC_DEADLINE, 3, "try 3"},
    {"the subscription ends", {ANC_IO}, 1, 2, ANC_CANCELLED, 2, "try 2"},
};

static void an_event_is_handled(void **state)
{
    const struct row *row = *state;
    world w = {.gives = row->gives, .n_gives = row->n_gives, .ends_at = row->ends_at};
    const krn_announcement event = {.type_name = ANC_STR("user.created")};
    const krn_handling h = {.handler = handler,
                            .arg = &w,
                            .tries = TRIES,
                            .pause_ns = 100,
                            .pause = pause_for,
                            .on_error = on_error,
                            .self = &w};
    anc_err err = {.code = ANC_BUG, .text = "of an earlier one"};
    assert_int_equal(krn_handle(&h, &event, &err), row->status);
    assert_int_equal(w.tries, row->tries);
    assert_int_equal(w.errors, row->tries - (row->status == ANC_OK));
    assert_string_equal(err.text, row->says);
    for (size_t i = 0; i < w.pauses; i++)
        assert_int_equal(w.paused_ns[i], INT64_C(100) << i);
}

static void pauses_do_not_grow_for_ever(void **state)
{
    static const anc_status gives[] = {ANC_IO};
    world w = {.gives = gives, .n_gives = 1};
    const krn_announcement event = {.type_name = ANC_STR("user.created")};
    const krn_handling h = {.handler = handler,
                            .arg = &w,
                            .tries = STEPS,
                            .pause_ns = 1000000000,
                            .pause = pause_for,
                            .on_error = on_error,
                            .self = &w};
    anc_err err = {0};
    (void)state;
    assert_int_equal(krn_handle(&h, &event, &err), ANC_IO);
    assert_int_equal(w.pauses, STEPS - 1);
    assert_int_equal(w.paused_ns[2], INT64_C(4000000000));
    assert_int_equal(w.paused_ns[STEPS - 2], INT64_C(5000000000));
}

/* ---- which types a bus reads ---- */

static const anc_str types[] = {ANC_STR_INIT("user.created"), ANC_STR_INIT("query.completed"),
                                ANC_STR_INIT("query.failed")};

static const struct match_row {
    const char *name, *pattern;
    anc_status status;
    size_t n;
    const char *first;
} matches[] = {
    {"one", "user.created", ANC_OK, 1, "user.created"},
    {"one that is not among them", "chat_query", ANC_OK, 1, "chat_query"},
    {"a prefix", "query.*", ANC_OK, 2, "query.completed"},
    {"a prefix of none", "batch.*", ANC_OK, 0, NULL},
    {"all", "*", ANC_OK, 3, "user.created"},
    {"no pattern", "query*", ANC_INVALID, 0, NULL},
    {"blanks", "a b", ANC_INVALID, 0, NULL},
    {"empty", "", ANC_INVALID, 0, NULL},
};

static void a_pattern_names_types(void **state)
{
    const struct match_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    ev_strs found = {0};
    assert_non_null(mem);
    assert_int_equal(ev_inbound_types_match(mem, anc_str_of(row->pattern),
                                            (ev_strs){types, ANC_COUNT(types)}, &found, &err),
                     row->status);
    assert_int_equal(found.n, row->n);
    if (row->n > 0)
        assert_true(anc_str_eq(found.items[0], anc_str_of(row->first)));
}

static void types_are_kept_where_they_are_some(void **state)
{
    anc_str many[EV_INBOUND_TYPES + 1];
    ANC_ARENA(mem, 1 << 16);
    ANC_ARENA(small, 16);
    anc_err err = {0};
    ev_strs kept;
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(many); i++)
        many[i] = types[0];
    ASSERT_OK(ev_inbound_types_keep(mem, (ev_strs){many, EV_INBOUND_TYPES}, &kept, &err), &err);
    assert_int_equal(kept.n, EV_INBOUND_TYPES);
    assert_true(anc_str_eq(kept.items[1], types[0]) && kept.items[1].ptr != types[0].ptr);
    assert_int_equal(ev_inbound_types_keep(mem, (ev_strs){many, EV_INBOUND_TYPES + 1}, &kept, &err),
                     ANC_INVALID);
    anc_err_clear(&err);
    many[1] = ANC_STR("query.*");
    assert_int_equal(ev_inbound_types_keep(mem, (ev_strs){many, 2}, &kept, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "'query.*' among the inbound types"));
    anc_err_clear(&err);
    assert_int_equal(ev_inbound_types_keep(small, (ev_strs){many, 1}, &kept, &err), ANC_LIMIT);
    anc_err_clear(&err);
    ASSERT_OK(ev_inbound_types_keep(mem, (ev_strs){0}, &kept, &err), &err);
    assert_int_equal(kept.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pauses_do_not_grow_for_ever),
                                       cmocka_unit_test(types_are_kept_where_they_are_some)};
    return RUN_TABLE("handling", rows, an_event_is_handled) +
           RUN_TABLE("patterns", matches, a_pattern_names_types) +
           cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
