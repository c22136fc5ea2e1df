/* crc32c.c - eight bytes at a time: by tables, or by the instruction where the processor has it. */
#include "base/crc32c.h"

#include <string.h>

/* ---- tables ----------------------------------------------------------------------------------- */

enum { TABLES = 8 };

/* Made before main; never written again. */
static uint32_t tables[TABLES][256];

__attribute__((constructor)) static void make_tables(void)
{
    const uint32_t polynomial = UINT32_C(0x82f63b78);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
        tables[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int t = 1; t < TABLES; t++)
            tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 0xff];
}

static uint32_t by_tables(uint32_t crc, anc_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    size_t n = bytes.len;
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff] ^
              tables[4][crc >> 24] ^ tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^
              tables[0][p[7]];
    }
    for (; n > 0; n--, p++)
        crc = crc >> 8 ^ tables[0][(crc ^ *p) & 0xff];
    return ~crc;
}

/* ---- the instruction -------------------------------------------------------------------------- */

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, anc_str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    size_t n = bytes.len;
    uint64_t sum = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        sum = __builtin_ia32_crc32di(sum, word);
    }
    for (; n > 0; n--, p++)
        sum = __builtin_ia32_crc32qi((uint32_t)sum, *p);
    return ~(uint32_t)sum;
}
#endif

size_t anc_crc32c_levels(anc_crc32c_fn **out, size_t max)
{
    size_t n = 0;
    if (n < max)
        out[n++] = by_tables;
#if defined(__x86_64__)
    if (n < max && __builtin_cpu_supports("sse4.2"))
        out[n++] = by_instruction;
#endif
    return n;
}

uint32_t anc_crc32c(uint32_t crc, anc_str bytes)
{
    anc_crc32c_fn *levels[2];
    return levels[anc_crc32c_levels(levels, ANC_COUNT(levels)) - 1](crc, bytes);
}
