/* name.c - bytes that are no UTF-8 written as in a URL. */
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

anc_str ing_name_text(anc_arena *mem, anc_str name)
{
    size_t valid = anc_utf8_valid_prefix(name);
    if (valid == name.len)
        return name;
    char *out = anc_arena_alloc(mem, name.len + 1, ESCAPE_BYTES);
    size_t n = 0;
    if (out == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0; i < name.len; i++) {
        if (i == valid || name.ptr[i] == '%')
            n += put_escape(out + n, (unsigned char)name.ptr[i]);
        else
            out[n++] = name.ptr[i];
        if (i == valid)
            valid = i + 1 + anc_utf8_valid_prefix(anc_str_sub(name, i + 1, name.len));
    }
    out[n] = '\0';
    return (anc_str){out, n};
}
