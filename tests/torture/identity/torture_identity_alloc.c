/* torture_identity_alloc.c - a user told of, found and forgotten with every allocation failing once. What was
 * said to be done is done, whole, and nothing leaks. */
#include "support/test.h"

#include <unistd.h>

#include "os/file.h"
#include "support/fail_alloc.h"
#include "support/identity_world.h"

static char folder[] = "/tmp/anc-identity-XXXXXX";
static unsigned files;

#define ADA "{\"user_id\":\"42\",\"username\":\"Ada\",\"groups\":[\"sales\",\"north\"]}"

static void tell(const identity_world *w, bool may_fail, bool *ret_told)
{
    test_call t;
    ev_arrival arrival = EV_ARRIVED_NEW;
    const ev_envelope event = identity_event("1", 1000, ADA);
    test_call_init(&t);
    if (t.call.mem != NULL)
        *ret_told = fail_alloc_went_well(idn_user_created(w->idn, &t.call, &event, &arrival),
                                         may_fail, &t.err, "told") ||
                    *ret_told;
    test_call_done(&t);
}

static void look_for(const identity_world *w, bool may_fail, bool told)
{
    test_call t;
    idn_user_record user;
    test_call_init(&t);
    if (t.call.mem == NULL)
        return;
    const anc_status status = identity_find(w, &t.call, "42", &user);
    if (status == ANC_NOT_FOUND)
        fail_alloc_expect(!told, "what was told of is found");
    else if (fail_alloc_went_well(status, may_fail, &t.err, "found"))
        fail_alloc_expect(user.n_groups == 2, "with all groups");
    test_call_done(&t);
}

static void erase(const identity_world *w, bool may_fail)
{
    test_call t;
    uint64_t n;
    test_call_init(&t);
    if (t.call.mem != NULL)
        (void)fail_alloc_went_well(idn_user_erase(w->idn, &t.call, ANC_STR("42"), &n), may_fail,
                                   &t.err, "forgotten");
    test_call_done(&t);
}

static void scenario(bool may_fail)
{
    char path[128];
    anc_err err = {0};
    identity_world w;
    bool told = false;
    (void)snprintf(path, sizeof path, "%s/%u.db", folder, files++);
    if (fail_alloc_went_well(identity_world_open(&w, path, &err), may_fail, &err, "opened")) {
        tell(&w, may_fail, &told);
        tell(&w, may_fail, &told); /* again */
        look_for(&w, may_fail, told);
        erase(&w, may_fail);
    }
    identity_world_close(&w);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(fail_alloc_torture(scenario) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    anc_err err = {0};
    if (mkdtemp(folder) == NULL)
        return 1;
    int failed = cmocka_run_group_tests_name("identity without memory", tests, NULL, NULL);
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
