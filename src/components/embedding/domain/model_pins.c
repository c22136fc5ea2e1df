/* model_pins.c - lines of SHA256SUMS. */
#include "embedding/domain/model_pins.h"

#include "base/str.h"

enum { HEX_DIGITS = 64, BEFORE_PATH = HEX_DIGITS + 2 };

static bool is_digest(anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return s.len == HEX_DIGITS;
}

anc_str emb_model_pin_find(anc_str sums, const char *path)
{
    anc_str line;
    while (anc_str_split(&sums, '\n', &line)) {
        const anc_str digest = anc_str_sub(line, 0, HEX_DIGITS);
        const anc_str blanks = anc_str_sub(line, HEX_DIGITS, 2);
        const anc_str name = anc_str_sub(line, BEFORE_PATH, SIZE_MAX);
        if (is_digest(digest) && anc_str_eq(blanks, ANC_STR("  ")) &&
            anc_str_eq(name, anc_str_of(path)))
            return digest;
    }
    return ANC_STR_NONE;
}
