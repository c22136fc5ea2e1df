/* name.c - bytes that are no UTF-8, or of control characters, written as in a URL. */
#include "ingest/domain/name.h"

#include "base/str.h"
#include "base/utf8.h"

enum { ESCAPE_BYTES = 3 };

static size_t put_escape(char *out, unsigned char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    out[0] = '%';
    out[1] = digits[byte >> 4];
    out[2] = digits[byte & 15];
    return ESCAPE_BYTES;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Of valid UTF-8. */
static bool has_controls(anc_str name)
{
    for (size_t i = 0, bytes; i < name.len; i += bytes)
        if (is_control(anc_utf8_at(name, i, &bytes)))
            return true;
    return false;
}

anc_str ing_name_text(anc_arena *mem, anc_str name)
{
    size_t valid = anc_utf8_valid_prefix(name);
    if (valid == name.len && !has_controls(name))
        return name;
    char *out = anc_arena_alloc(mem, name.len + 1, ESCAPE_BYTES);
    size_t n = 0;
    if (out == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0, end; i < name.len;) {
        size_t bytes = 1;
        const uint32_t c = i < valid ? anc_utf8_at(name, i, &bytes) : 0;
        for (end = i + bytes; i < end; i++)
            if (c == '%' || is_control(c))
                n += put_escape(out + n, (unsigned char)name.ptr[i]);
            else
                out[n++] = name.ptr[i];
        if (end > valid)
            valid = end + anc_utf8_valid_prefix(anc_str_sub(name, end, name.len));
    }
    out[n] = '\0';
    return (anc_str){out, n};
}
