/* test_veil.c - ids of people as hashes, and events that name none of them. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/query_events.h"
#include "kernel/domain/veil.h"

static const krn_veil on = {.key = ANC_STR_INIT("k"), .on = true};
static const krn_veil once = {.key = ANC_STR_INIT("k")};
static const krn_veil never = {0};

static void a_user_is_one_hash(void **state)
{
    char a[KRN_VEILED_BYTES], b[KRN_VEILED_BYTES], c[KRN_VEILED_BYTES];
    const krn_veil other = {.key = ANC_STR("j"), .on = true};
    (void)state;
    const anc_str ada = krn_veil_user(&on, ANC_STR("ada"), a);
    assert_true(anc_str_starts(ada, ANC_STR("h:")) && ada.len == 34);
    assert_true(anc_str_eq(ada, krn_veil_user(&on, ANC_STR("ada"), b)));
    assert_true(anc_str_eq(ada, krn_veil_user(&on, ada, b)));
    assert_false(anc_str_eq(ada, krn_veil_user(&on, ANC_STR("bob"), b)));
    assert_false(anc_str_eq(ada, krn_veil_user(&other, ANC_STR("ada"), b)));
    assert_int_equal(krn_veil_user(&on, ANC_STR(""), c).len, 0);
    assert_true(anc_str_eq(krn_veil_user(&once, ANC_STR("ada"), c), ANC_STR("ada")));
    assert_true(anc_str_eq(krn_veil_user_hash(&once, ANC_STR("ada"), c), ada));
    assert_true(anc_str_eq(krn_veil_user_hash(&never, ANC_STR("ada"), c), ANC_STR("ada")));
}

static void a_conversation_is_hidden_where_it_names_a_user(void **state)
{
    char a[KRN_VEILED_BYTES], b[KRN_VEILED_BYTES];
    const anc_str named = ANC_STR("chat:5:admin:giraffe"), own = ANC_STR("018f-made");
    (void)state;
    const anc_str hidden = krn_veil_conversation(&on, named, a);
    assert_true(anc_str_starts(hidden, ANC_STR("chat:h:")) && hidden.len == 39);
    assert_true(anc_str_eq(krn_veil_conversation(&on, hidden, b), hidden));
    assert_true(anc_str_eq(krn_veil_conversation_hash(&once, named, b), hidden));
    assert_true(anc_str_eq(krn_veil_conversation(&once, named, b), named));
    assert_true(anc_str_eq(krn_veil_conversation(&on, own, b), own));
    /* what only looks like a hash is one more name */
    const anc_str posing = krn_veil_conversation(&on, ANC_STR("chat:h:giraffe"), b);
    assert_int_equal(posing.len, 39);
}

/* Every type, each of its texts the canary: where a person's id may stand it is gone. */
static void no_event_names_a_person(void **state)
{
    static const char *const persons[] = {"user_id", "username", "conversation_id", "session_id"};
    const anc_str canary = ANC_STR("chat:giraffe");
    (void)state;
    for (unsigned id = 0; id < EV_TYPE_COUNT; id++) {
        const ev_type *type = ev_type_of((ev_type_id)id);
        unsigned char payload[EV_VEIL_BYTES] = {0};
        assert_in_range(type->size, 1, sizeof payload);
        for (size_t i = 0; i < type->n_fields; i++)
            for (size_t k = 0; k < ANC_COUNT(persons); k++)
                if (strcmp(type->fields[i].name, persons[k]) == 0)
                    memcpy(payload + type->fields[i].offset, &canary, sizeof canary);
        const ev_context context = {.user_id = canary, .veil = &on};
        anc_err err = {0};
        ANC_BUF(out, 1 << 16);
        ASSERT_OK(ev_event_write(type, payload, &context, ANC_STR("i"), 1, 1, &out, &err), &err);
        if (strstr(out.ptr, "giraffe") != NULL)
            fail_msg("%s says %s", type->name, out.ptr);
        assert_non_null(strstr(out.ptr, "\"user_id\":\"h:"));
    }
}

/* The aggregate's id is the one that the payload says. */
static void an_aggregate_is_hidden_as_its_conversation(void **state)
{
    const ev_conversation_created made = {.conversation_id = ANC_STR("chat:5:admin:giraffe"),
                                          .user_id = ANC_STR("giraffe")};
    const ev_context context = {.veil = &on};
    char room[KRN_VEILED_BYTES];
    ev_envelope e;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 16);
    ANC_BUF(out, 1 << 16);
    (void)state;
    ASSERT_OK(ev_event_write(ev_type_of(EV_CONVERSATION_CREATED), &made, &context, ANC_STR("i"), 1,
                             1, &out, &err),
              &err);
    ASSERT_OK(ev_envelope_read(mem, anc_buf_view(&out), &e, &err), &err);
    assert_true(anc_str_eq(e.aggregate_id, krn_veil_conversation(&on, made.conversation_id, room)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_one_hash),
        cmocka_unit_test(a_conversation_is_hidden_where_it_names_a_user),
        cmocka_unit_test(no_event_names_a_person),
        cmocka_unit_test(an_aggregate_is_hidden_as_its_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
