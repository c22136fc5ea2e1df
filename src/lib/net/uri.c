/* uri.c - percent escapes, path segments, query parameters, loopback names. */
#include "net/uri.h"

#include <string.h>

#include "base/utf8.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* Room for the answer, or why there is none. */
static anc_status no_room(anc_arena *mem, anc_err *err)
{
    return ANC_FAIL(err, anc_arena_refusal(mem), "no memory for the parts of the request target");
}

/* The byte that "%XX" at `at` stands for; -1 when it is broken, 0 for an encoded NUL. */
static int escaped_byte(anc_str s, size_t at)
{
    if (s.len - at < 3)
        return -1;
    const int high = hex_value(s.ptr[at + 1]);
    const int low = hex_value(s.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

anc_status net_uri_decode(anc_arena *mem, anc_str s, bool plus_is_blank, anc_str *ret, anc_err *err)
{
    char *out = anc_arena_alloc(mem, s.len + 1, 1);
    if (out == NULL)
        return no_room(mem, err);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '+' && plus_is_blank)
            c = ' ';
        if (c == '%') {
            const int byte = escaped_byte(s, i);
            if (byte <= 0)
                return ANC_FAIL(err, ANC_INVALID, "%s in \"%.*s\"",
                                byte < 0 ? "broken percent escape" : "an encoded NUL", ANC_FMT(s));
            c = (char)byte;
            i += 2;
        }
        out[n++] = c;
    }
    const anc_str decoded = {out, n};
    if (!anc_utf8_valid(decoded))
        return ANC_FAIL(err, ANC_INVALID, "\"%.*s\" is not UTF-8 when decoded", ANC_FMT(s));
    *ret = decoded;
    return ANC_OK;
}

static size_t count_char(anc_str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == c;
    return n;
}

static anc_status take_segment(anc_arena *mem, anc_str raw, anc_str *ret, anc_err *err)
{
    anc_str s;
    ANC_TRY(net_uri_decode(mem, raw, false, &s, err));
    if (s.len == 0 || anc_str_eq(s, ANC_STR(".")) || anc_str_eq(s, ANC_STR("..")))
        return ANC_FAIL(err, ANC_INVALID, "the path has an empty, \".\" or \"..\" segment");
    *ret = s;
    return ANC_OK;
}

anc_status net_path_segments(anc_arena *mem, anc_str path, anc_str **ret, size_t *ret_n,
                             anc_err *err)
{
    if (path.len > 0 && path.ptr[0] == '/')
        path = anc_str_sub(path, 1, path.len);
    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    const size_t n = path.len > 0 ? count_char(path, '/') + 1 : 0;
    if (n > NET_MAX_SEGMENTS)
        return ANC_FAIL(err, ANC_INVALID, "the path has %zu segments, more than %d", n,
                        NET_MAX_SEGMENTS);
    anc_str *segments = anc_arena_alloc(mem, n, sizeof *segments);
    if (segments == NULL)
        return no_room(mem, err);
    for (size_t i = 0, at = 0; i < n; i++) {
        const anc_str rest = anc_str_sub(path, at, path.len);
        const size_t slash = anc_str_find(rest, ANC_STR("/"));
        const anc_str raw = anc_str_sub(rest, 0, slash);
        ANC_TRY(take_segment(mem, raw, &segments[i], err));
        at += raw.len + 1;
    }
    *ret = segments;
    *ret_n = n;
    return ANC_OK;
}

anc_status net_query_params(anc_arena *mem, anc_str query, net_param **ret, size_t *ret_n,
                            anc_err *err)
{
    const size_t most = query.len > 0 ? count_char(query, '&') + 1 : 0;
    if (most > NET_MAX_PARAMS)
        return ANC_FAIL(err, ANC_INVALID, "the query has %zu parameters, more than %d", most,
                        NET_MAX_PARAMS);
    net_param *params = anc_arena_alloc(mem, most, sizeof *params);
    if (params == NULL)
        return no_room(mem, err);
    size_t n = 0;
    anc_str rest = query, item;
    while (anc_str_split(&rest, '&', &item)) {
        if (item.len == 0)
            continue;
        const size_t eq = anc_str_find(item, ANC_STR("="));
        const anc_str value = eq == SIZE_MAX ? ANC_STR("") : anc_str_sub(item, eq + 1, item.len);
        ANC_TRY(net_uri_decode(mem, anc_str_sub(item, 0, eq), true, &params[n].name, err));
        ANC_TRY(net_uri_decode(mem, value, true, &params[n].value, err));
        n++;
    }
    *ret = params;
    *ret_n = n;
    return ANC_OK;
}

void net_uri_encode(anc_buf *out, anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved)
            (void)anc_buf_add_char(out, c);
        else
            (void)anc_buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

bool net_host_is_loopback(anc_str host)
{
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = anc_str_sub(host, 1, host.len - 2);
    if (anc_str_eq_nocase(host, ANC_STR("localhost")) || anc_str_eq(host, ANC_STR("::1")))
        return true;
    size_t parts = 0;
    anc_str rest = host, part;
    uint64_t n = 0;
    while (anc_str_split(&rest, '.', &part)) {
        if (!anc_str_to_u64(part, &n) || n > 255 || (parts == 0 && n != 127))
            return false;
        parts++;
    }
    return parts == 4;
}
