/* test_base_crc32c.c - the sums of RFC 3720, B.4, and every level against a bit by bit one. */
#include "support/test.h"

#include <stdio.h>

#include "base/crc32c.h"

enum { MOST = 4096, LEVELS = 4 };

static uint32_t bit_by_bit(uint32_t crc, const unsigned char *p, size_t n)
{
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ UINT32_C(0x82f63b78) : crc >> 1;
    }
    return ~crc;
}

static void known_sums(void **state)
{
    (void)state;
    char bytes[32];
    anc_crc32c_fn *levels[LEVELS];
    const size_t n = anc_crc32c_levels(levels, LEVELS);
    assert_true(n >= 1);
    for (size_t l = 0; l < n; l++) {
        assert_int_equal(levels[l](0, ANC_STR_NONE), 0);
        assert_int_equal(levels[l](0, ANC_STR("123456789")), 0xe3069283);
        for (int i = 0; i < 32; i++)
            bytes[i] = 0;
        assert_int_equal(levels[l](0, (anc_str){bytes, 32}), 0x8a9136aa);
        for (int i = 0; i < 32; i++)
            bytes[i] = (char)0xff;
        assert_int_equal(levels[l](0, (anc_str){bytes, 32}), 0x62a8ab43);
        for (int i = 0; i < 32; i++)
            bytes[i] = (char)i;
        assert_int_equal(levels[l](0, (anc_str){bytes, 32}), 0x46dd794e);
        for (int i = 0; i < 32; i++)
            bytes[i] = (char)(31 - i);
        assert_int_equal(levels[l](0, (anc_str){bytes, 32}), 0x113fdb5c);
    }
}

/* All lengths and alignments of a few words, then long ones, whole and in two pieces. */
static void levels_agree(void **state)
{
    (void)state;
    unsigned char bytes[MOST + 16];
    anc_crc32c_fn *levels[LEVELS];
    const size_t n = anc_crc32c_levels(levels, LEVELS);
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(seed >> 24);
    }
    for (size_t len = 0; len <= MOST; len += len < 64 ? 1 : 251)
        for (size_t from = 0; from < 9; from++) {
            const uint32_t want = bit_by_bit(0, bytes + from, len);
            const anc_str all = {(const char *)bytes + from, len};
            for (size_t l = 0; l < n; l++) {
                assert_int_equal(levels[l](0, all), want);
                const uint32_t first = levels[l](0, (anc_str){all.ptr, len / 3});
                assert_int_equal(levels[l](first, (anc_str){all.ptr + len / 3, len - len / 3}),
                                 want);
            }
            assert_int_equal(anc_crc32c(0, all), want);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sums),
        cmocka_unit_test(levels_agree),
    };
    return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
