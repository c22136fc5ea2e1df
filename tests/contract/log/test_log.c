/* test_log.c - the contract of kernel/ports/log.h: json, and no log at all. */
#include "support/test.h"

#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/adapters/log_json/log_json.h"
#include "support/sim.h"
#include "json/json.h"

static void lines_are_json(void **state)
{
    (void)state;
    int ends[2];
    char text[8192];
    sim *s = sim_new(1);
    krn_log_json self;
    assert_int_equal(pipe(ends), 0);
    const krn_log log = krn_log_json_init(&self, ends[1], KRN_INFO, sim_clock(s));
    char big[5000];
    memset(big, 'x', sizeof big);
    krn_log_write(log, KRN_DEBUG, "kernel", "not written", KRN_INT("n", 1));
    krn_log_write(log, KRN_WARN, "kernel", "a \"quoted\" line\n", KRN_STR("id", ANC_STR("a\nb")),
                  KRN_INT("n", -5), KRN_REAL("share", 0.5),
                  KRN_STR("big", ((anc_str){big, sizeof big})));
    const ssize_t n = read(ends[0], text, sizeof text);
    assert_true(n > 0);
    const anc_str all = {text, (size_t)n};
    assert_int_equal(anc_str_find(all, ANC_STR("\n")), all.len - 1); /* one line */
    assert_true(
        anc_str_starts(all, ANC_STR("{\"time\":\"2026-01-01T00:00:00.000Z\",\"level\":\"warn\","
                                    "\"component\":\"kernel\",\"message\":")));
    json_doc *doc = NULL;
    anc_err err = {0};
    ASSERT_OK(json_parse(all, &doc, &err), &err);
    const json_value *root = json_root(doc);
    assert_true(anc_str_eq(json_str(json_member(root, "id"), ANC_STR_NONE), ANC_STR("a\nb")));
    assert_int_equal(json_int(json_member(root, "n"), 0), -5);
    assert_true(json_double(json_member(root, "share"), 0) == 0.5);
    assert_int_equal(json_str(json_member(root, "big"), ANC_STR_NONE).len, 2048);
    json_doc_free(doc);
    (void)close(ends[0]);
    (void)close(ends[1]);
    sim_free(s);
}

static void a_lost_line_is_counted(void **state)
{
    (void)state;
    sim *s = sim_new(1);
    krn_log_json self;
    const krn_log log = krn_log_json_init(&self, -1, KRN_DEBUG, sim_clock(s));
    krn_log_write(log, KRN_ERROR, "kernel", "nobody hears it", KRN_INT("n", 1));
    assert_int_equal(krn_log_json_lost(&self), 1);
    krn_log_write((krn_log){0}, KRN_ERROR, "kernel", "no log", KRN_INT("n", 1));
    sim_free(s);
}

static void levels_have_names(void **state)
{
    (void)state;
    krn_level level = KRN_ERROR;
    assert_true(krn_level_by_name(ANC_STR("debug"), &level) && level == KRN_DEBUG);
    assert_true(krn_level_by_name(ANC_STR("warn"), &level) && level == KRN_WARN);
    assert_false(krn_level_by_name(ANC_STR("loud"), &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_json),
        cmocka_unit_test(a_lost_line_is_counted),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
