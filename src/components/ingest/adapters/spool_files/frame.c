/* frame.c - see frame.h. */
#include "frame.h"

#include <string.h>

#include "base/map.h"

enum { BYTES_AT = 8, CHECK_AT = 12 };

static void put(unsigned char *out, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        out[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get(const unsigned char *in, unsigned n)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

static uint32_t check_of(const unsigned char header[ING_FRAME_HEADER], uint64_t place)
{
    unsigned char all[CHECK_AT + 8];
    memcpy(all, header, CHECK_AT);
    put(all + CHECK_AT, place, 8);
    return (uint32_t)anc_hash64((anc_str){(const char *)all, sizeof all});
}

void ing_frame_seal(unsigned char header[ING_FRAME_HEADER], anc_str bytes, uint64_t place)
{
    put(header, anc_hash64(bytes), 8);
    put(header + BYTES_AT, bytes.len, 4);
    put(header + CHECK_AT, check_of(header, place), 4);
}

bool ing_frame_parse(const unsigned char header[ING_FRAME_HEADER], uint64_t place, ing_frame *ret)
{
    const ing_frame frame = {.sum = get(header, 8), .bytes = (uint32_t)get(header + BYTES_AT, 4)};
    *ret = frame;
    return get(header + CHECK_AT, 4) == check_of(header, place) && frame.bytes > 0 &&
           frame.bytes <= ING_FRAME_BYTES;
}

bool ing_frame_is_sound(const ing_frame *frame, anc_str bytes)
{
    return bytes.len == frame->bytes && anc_hash64(bytes) == frame->sum;
}
