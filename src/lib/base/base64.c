/* base64.c - base64 by table. */
#include "base/base64.h"

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put(anc_buf *out, anc_str bytes, const char *alphabet, bool padded)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        const size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.ptr[i + k] : 0);
        for (size_t k = 0; k <= n; k++)
            (void)anc_buf_add_char(out, alphabet[v >> (18 - 6 * k) & 63]);
        for (size_t k = n; padded && k < 3; k++)
            (void)anc_buf_add_char(out, '=');
    }
}

void anc_base64_put(anc_buf *out, anc_str bytes)
{
    put(out, bytes, plain, true);
}

void anc_base64_put_url(anc_buf *out, anc_str bytes)
{
    put(out, bytes, url_safe, false);
}

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    return -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

anc_status anc_base64_read(anc_str text, anc_buf *out, anc_err *err)
{
    uint32_t v = 0;
    unsigned bits = 0;
    size_t digits = 0, i = 0;
    for (; i < text.len && text.ptr[i] != '='; i++) {
        const int d = digit(text.ptr[i]);
        if (is_space(text.ptr[i]))
            continue;
        if (d < 0)
            return ANC_FAIL(err, ANC_INVALID, "is not base64 at character %zu", i);
        v = (v << 6 | (uint32_t)d) & 0xffffff;
        digits++;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (!anc_buf_add_char(out, (char)(v >> bits & 0xff)))
                return anc_buf_status(out, "the content", err);
        }
    }
    for (; i < text.len; i++)
        if (text.ptr[i] != '=' && !is_space(text.ptr[i]))
            return ANC_FAIL(err, ANC_INVALID, "is not base64 at character %zu", i);
    if (digits % 4 == 1)
        return ANC_FAIL(err, ANC_INVALID, "is base64 that was cut off");
    return ANC_OK;
}
