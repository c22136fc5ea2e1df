/* test_memory.c - what was freed between blocks that are still in use goes back to the system. */
#include "server/memory.h"

#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/test.h"

enum { BLOCKS = 64 << 10, BLOCK_BYTES = 1 << 10, KEPT = 64, GIVEN_BACK = 32 << 20 };

static void free_most(uint64_t seen)
{
#ifdef ANC_SANITIZED
    skip(); /* sanitizers keep what was freed */
#endif
    static char *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK_BYTES);
        assert_non_null(blocks[i]);
        memset(blocks[i], i, BLOCK_BYTES);
    }
    for (int i = 0; i < BLOCKS; i++)
        if (i % KEPT != 0)
            free(blocks[i]);
    const uint64_t before = os_resident_bytes();
    assert_int_equal(srv_memory_give_back(seen, true), seen); /* busy: nothing is done */
    assert_true(os_resident_bytes() + GIVEN_BACK > before);
    assert_int_equal(srv_memory_give_back(before + 1, false), before + 1); /* as it was */
    const uint64_t after = srv_memory_give_back(seen, false);
    assert_true(after + GIVEN_BACK < before);
    for (int i = 0; i < BLOCKS; i += KEPT) {
        assert_int_equal(blocks[i][BLOCK_BYTES - 1], (char)i);
        free(blocks[i]);
    }
}

static void what_is_free_is_given_back(void **state)
{
    (void)state;
    free_most(1);
    free_most(UINT64_C(1) << 40); /* it shrank since */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_free_is_given_back)};
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
