/* test_condition.c - conditions of --filter, and what is said of those that are none. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "condition.h"

typedef struct row {
    const char *text;
    const char *op, *value; /* of the field year; NULL: refused */
    const char *says;       /* part of why */
} row;

static const row rows[] = {
    {"year>=2020", "gte", "2020", NULL},
    {"  year  >=  2020 ", "gte", "2020", NULL},
    {"year<=2020", "lte", "2020", NULL},
    {"year != 2020", "ne", "2020", NULL},
    {"year=2020", "eq", "2020", NULL},
    {"year==2020", "eq", "2020", NULL},
    {"year > -1.5e3", "gt", "-1.5e3", NULL},
    {"year<2020-01-31", "lt", "\"2020-01-31\"", NULL},
    {"year = true", "eq", "true", NULL},
    {"year = truely so", "eq", "\"truely so\"", NULL},
    {"year = \"2020\"", "eq", "\"2020\"", NULL},
    {"year = a=b", "eq", "\"a=b\"", NULL},
    {"year = null", "eq", "\"null\"", NULL},
    {"year = [1]", "eq", "\"[1]\"", NULL},
    {"year = a \"b\"", "eq", "\"a \\\"b\\\"\"", NULL},
    {"year eq x, y", "eq", "\"x, y\"", NULL},
    {"year ne 1", "ne", "1", NULL},
    {"year gt 1", "gt", "1", NULL},
    {"year gte 1", "gte", "1", NULL},
    {"year lt 1", "lt", "1", NULL},
    {"year lte 1", "lte", "1", NULL},
    {"year in tax,vat", "in", "[\"tax\",\"vat\"]", NULL},
    {"year in ( tax , 12 )", "in", "[\"tax\",12]", NULL},
    {"year in [tax]", "in", "[\"tax\"]", NULL},
    {"year in \"a, b\" , c d", "in", "[\"a, b\",\"c d\"]", NULL},
    {"year nin 1,2", "nin", "[1,2]", NULL},
    {"year not in 1,2", "nin", "[1,2]", NULL},
    {"year contains a b", "contains", "\"a b\"", NULL},
    {"year prefix 20", "prefix", "\"20\"", NULL},
    {"year exists", "exists", "true", NULL},
    {"year not exists", "exists", "false", NULL},
    {"\"year\" = 1", "eq", "1", NULL},
    {"", NULL, NULL, "a field comes first"},
    {">=2020", NULL, NULL, "a field comes first"},
    {"year", NULL, NULL, "an operator is missing"},
    {"year 2020", NULL, NULL, "'2020' is no operator"},
    {"year inside a", NULL, NULL, "'inside' is no operator"},
    {"year >=", NULL, NULL, "a value is missing behind >="},
    {"year in", NULL, NULL, "a value is missing behind in"},
    {"year in ()", NULL, NULL, "a value is missing behind in"},
    {"year in a,", NULL, NULL, "a value is missing behind in"},
    {"year in \"a\" b", NULL, NULL, "'b' stands behind a quoted value"},
    {"year = \"a", NULL, NULL, "a quote is not closed"},
    {"year = \"a\" b", NULL, NULL, "'b' stands behind a quoted value"},
    {"year = \"\\x\"", NULL, NULL, "is no text as JSON has it"},
    {"year exists no", NULL, NULL, "'no' stands behind exists"},
    {"\"\" = 1", NULL, NULL, "a field comes first"},
};

static void conditions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const row *r = &rows[i];
        ANC_BUF(out, 1 << 12);
        char wanted[256];
        json_writer w = json_writer_of(&out);
        anc_err err = {0};
        const anc_status status = cli_condition_write(anc_str_of(r->text), &w, &err);
        if (r->op == NULL) {
            if (status != ANC_INVALID || strstr(err.text, r->says) == NULL)
                fail_msg("'%s' was taken, or refused by: %s", r->text, err.text);
            continue;
        }
        if (status != ANC_OK)
            fail_msg("'%s': %s", r->text, err.text);
        (void)snprintf(wanted, sizeof wanted, "{\"field\":\"year\",\"op\":\"%s\",\"value\":%s}",
                       r->op, r->value);
        if (!anc_str_eq(anc_buf_view(&out), anc_str_of(wanted)))
            fail_msg("'%s' is %.*s, not %s", r->text, ANC_FMT(anc_buf_view(&out)), wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
