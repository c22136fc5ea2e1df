/* cmocka.h - as much of cmocka as test_kernels.c and test_products.c ask for, for a foreign machine that has none. */
#ifndef ANC_TESTS_ARM64_CMOCKA_H
#define ANC_TESTS_ARM64_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define fail_msg(...) \
    (fprintf(stderr, "%s:%d: ", __FILE__, __LINE__), fprintf(stderr, __VA_ARGS__), exit(1))
#define assert_true(x)               ((x) ? (void)0 : fail_msg("%s does not hold\n", #x))
#define assert_null(x)               assert_true((x) == NULL)
#define assert_non_null(x)           assert_true((x) != NULL)
#define assert_int_equal(a, b)       assert_true((long long)(a) == (long long)(b))
#define assert_ptr_equal(a, b)       assert_true((const void *)(a) == (const void *)(b))
#define assert_string_equal(a, b)    assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)
#define cmocka_unit_test(test) \
    {                          \
#test, test            \
    }
#define cmocka_run_group_tests_name(group, tests, setup, teardown) \
    run_tests(group, tests, sizeof(tests) / sizeof((tests)[0]))

static int run_tests(const char *group, const struct CMUnitTest *tests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        void *state = NULL;
        tests[i].run(&state);
        printf("%s: %s\n", group, tests[i].name);
    }
    return 0;
}

#endif
