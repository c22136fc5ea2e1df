/* test.h - what every cmocka program includes: the library with the headers that it needs first. */
#ifndef ANC_TESTS_SUPPORT_TEST_H
#define ANC_TESTS_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Runs `fn` once for each row of the array `rows`, each under the row's own `name`; the row is
 * *state. */
#define RUN_TABLE(group, rows, fn)                                              \
    __extension__({                                                             \
        static struct CMUnitTest tests_[sizeof(rows) / sizeof((rows)[0])];      \
        for (size_t i_ = 0; i_ < sizeof(rows) / sizeof((rows)[0]); i_++)        \
            tests_[i_] = (struct CMUnitTest){(rows)[i_].name, (fn), NULL, NULL, \
                                             (void *)(uintptr_t) & (rows)[i_]}; \
        cmocka_run_group_tests_name((group), tests_, NULL, NULL);               \
    })

/* An assertion that a call gave ANC_OK, with the error's text where it did not. */
#define ASSERT_OK(expr, err)                                                        \
    do {                                                                            \
        const anc_status ok_ = (expr);                                              \
        if (ok_ != ANC_OK)                                                          \
            fail_msg("%s: %s: %s", #expr, anc_status_info(ok_)->name, (err)->text); \
    } while (0)

#endif
