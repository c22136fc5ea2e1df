/* test_torture_ask.c - one question, with the n-th allocation failing, for every n until none is left.
 *
 * Whatever fails, the question ends once, with an answer or a status, and nothing leaks (the sanitizer
 * looks). malloc, calloc and realloc of every object of ours are wrapped by the linker.
 */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static size_t allocations;
static size_t fail_at; /* 0: never */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool fails(void)
{
    return ++allocations == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

/* Asks with allocation `n` failing; false when there was no n-th one. */
static bool ask_with_failure(size_t n)
{
    static world w;
    const rag_answer *a = NULL;
    assert_true(world_open(&w, 1, NULL));
    w.first.tokens[0] = "Four kilograms [1], three years [2].";
    rag_question q = world_question("How heavy is it, and its warranty?");
    q.session_id = ANC_STR("s");
    assert_int_equal(world_ask(&w, &q, &a), ANC_OK);
    if (n % 2 == 0) {
        w.first.end = ANC_PROVIDER;
        w.first.tokens[0] = NULL;
    }
    allocations = 0;
    fail_at = n;
    a = NULL;
    const anc_status status = world_ask(&w, &q, &a);
    const bool reached = allocations >= n;
    fail_at = 0;
    if (status == ANC_OK)
        assert_true(a != NULL && a->text.len > 0);

    if (status != ANC_OK && status != ANC_NO_MEMORY && status != ANC_UNAVAILABLE &&
        status != ANC_LIMIT)
        fail_msg("allocation %zu: %s (%s)", n, anc_status_info(status)->name, w.err.text);
    world_close(&w);
    return reached;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    while (n < 20000 && (ask_with_failure(n) || ask_with_failure(n + 1)))
        n += 2;
    assert_in_range(n, 20, 19999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
    return cmocka_run_group_tests_name("torture: ask", tests, NULL, NULL);
}
