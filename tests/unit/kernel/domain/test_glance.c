/* test_glance.c - the members of an envelope that are found without reading it all. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_blank.h"

#define HEAD "{\"id\":\"i\",\"event_type\":\"cache\",\"timestamp\":\"2026-11-20T15:36:00Z\","

static void a_glance_sees_what_a_reading_does(void **state)
{
    (void)state;
    static const char text[] =
        "{\"id\":\"018f\",\"event_type\":\"shop.order\",\"timestamp\":\"2026-11-20T15:36:00.123Z\","
        "\"payload\":{\"id\":\"}\\\"]\",\"in\":[{\"metadata\":1}]}, \"metadata\" : "
        "{\"trace_id\":\"t\","
        "\"aggregate_id\":\"o1\",\"seq\":4711},\"signature\":{\"alg\":null}}";
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {0};
    ev_envelope seen, e;
    ASSERT_OK(ev_envelope_read(mem, anc_str_of(text), &e, &err), &err);
    assert_true(ev_envelope_glance(anc_str_of(text), &seen));
    assert_true(anc_str_eq(seen.id, e.id) && anc_str_eq(seen.type_name, e.type_name));
    assert_true(anc_str_eq(seen.payload.text, e.payload.text) && seen.time_ms == e.time_ms);
    assert_true(anc_str_eq(seen.aggregate_id, ANC_STR("o1")) && seen.type == e.type);
    assert_true(anc_str_eq(seen.trace_id, ANC_STR("t")) && seen.user_id.len == 0);
}

static void a_glance_at_what_is_cut_off_sees_nothing(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "\"payload\":{\"a\":\"b\\\\\"},\"metadata\":{\"aggregate_id\":\"x\"}}";
    ev_envelope e = {.seq = 77};
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *cut = malloc(n + 1); /* so that a sanitizer sees a step too far */
        assert_non_null(cut);
        memcpy(cut, text, n);
        assert_false(ev_envelope_glance((anc_str){cut, n}, &e));
        free(cut);
    }
    assert_true(e.seq == 77 && ev_envelope_glance(anc_str_of(text), &e));
}

/* What a person did is blank and says so; what is said of it later is the person's too, another's event is not. */
static void what_is_blanked_says_so(void **state)
{
    static const char *const texts[] = {
        HEAD "\"payload\":{\"query_id\":\"q1\",\"query_text\":\"why\"},\"metadata\":{\"user_id\":"
             "\"eve\"}}",
        "{\"id\":\"j\",\"event_type\":\"feedback.given\",\"timestamp\":\"2026-11-20T15:36:00Z\","
        "\"payload\":{\"query_id\":\"q1\",\"rating\":1,\"comment\":\"why not\"},"
        "\"metadata\":{\"user_id\":\"admin\"}}",
        HEAD "\"payload\":{\"query_id\":\"q1\",\"query_text\":\"hers\"},\"metadata\":{\"user_id\":"
             "\"ada\"}}"};
    anc_map *queries = anc_map_new();
    ANC_ARENA(mem, 1 << 20);
    const ev_person eve = {.user_id = ANC_STR("eve"), .queries = queries};
    (void)state;
    assert_non_null(queries);
    for (size_t i = 0; i < ANC_COUNT(texts); i++) {
        anc_err err = {0};
        bool hit;
        ev_envelope e;
        ANC_BUF(out, 1000);
        ASSERT_OK(ev_envelope_blank(anc_str_of(texts[i]), &eve, &hit, &out, &err), &err);
        assert_int_equal(hit, i < 2);
        if (!hit)
            continue;
        assert_null(strstr(out.ptr, "why"));
        assert_non_null(strstr(out.ptr, "q1"));
        ASSERT_OK(ev_envelope_read(mem, anc_buf_view(&out), &e, &err), &err);
        assert_true(ev_envelope_erased(&e) && e.user_id.len == 0);
    }
    anc_map_free(queries);
}

typedef struct {
    const char *name;
    const char *text;
} unseen_row;

static const unseen_row unseen_rows[] = {
    {"an id with an escape", "{\"id\":\"a\\u0041\",\"event_type\":\"cache\","
                             "\"timestamp\":\"2026-11-20T15:36:00Z\",\"payload\":{}}"},
    {"no payload", HEAD "\"metadata\":{}}"},
    {"a payload that is a list", HEAD "\"payload\":[]}"},
    {"no metadata to look into", HEAD "\"payload\":{},\"metadata\":null}"},
    {"an aggregate that is a number", HEAD "\"payload\":{},\"metadata\":{\"aggregate_id\":1}}"},
    {"what was erased", HEAD "\"payload\":{},\"metadata\":{\"erased\":true}}"},
    {"an aggregate with an escape",
     HEAD "\"payload\":{},\"metadata\":{\"aggregate_id\":\"a\\n\"}}"},
};

static void what_is_not_plain_is_left_to_a_reading(void **state)
{
    const unseen_row *row = *state;
    ev_envelope e = {.seq = 77};
    assert_false(ev_envelope_glance(anc_str_of(row->text), &e));
    assert_int_equal(e.seq, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_glance_sees_what_a_reading_does),
        cmocka_unit_test(a_glance_at_what_is_cut_off_sees_nothing),
        cmocka_unit_test(what_is_blanked_says_so),
    };
    const int failed = RUN_TABLE("what a glance does not see", unseen_rows,
                                 what_is_not_plain_is_left_to_a_reading);
    return failed + cmocka_run_group_tests_name("glances", tests, NULL, NULL);
}
