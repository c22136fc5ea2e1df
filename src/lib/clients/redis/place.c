/* place.c - the URL of a server taken apart. */
#include "clients/redis/place.h"

#include "base/str.h"

#define HINT " (a user or password with special characters has to be percent-encoded)"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static anc_status decode(anc_arena *mem, anc_str s, const char *what, anc_str *ret, anc_err *err)
{
    char *out = anc_arena_alloc(mem, s.len + 1, 1);
    size_t n = 0;
    if (out == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the URL of Redis");
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            const int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
            if (low < 0)
                return ANC_FAIL(err, ANC_INVALID, "the %s holds a broken %%-escape", what);
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return ANC_FAIL(err, ANC_INVALID, "the %s holds a NUL", what);
        out[n++] = c;
    }
    *ret = (anc_str){out, n};
    return ANC_OK;
}

static size_t last_of(anc_str s, char c)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.ptr[i - 1] == c)
            return i - 1;
    return SIZE_MAX;
}

/* "user:password@" off the front of `rest`. */
static anc_status read_user(anc_arena *mem, anc_str *rest, clt_redis_place *p, anc_err *err)
{
    const size_t at = last_of(*rest, '@');
    if (at == SIZE_MAX)
        return ANC_OK;
    const anc_str both = anc_str_sub(*rest, 0, at);
    const size_t colon = anc_str_find(both, ANC_STR(":"));
    *rest = anc_str_sub(*rest, at + 1, rest->len);
    ANC_TRY(decode(mem, anc_str_sub(both, 0, colon == SIZE_MAX ? both.len : colon), "user",
                   &p->user, err));
    if (colon == SIZE_MAX)
        return ANC_OK;
    return decode(mem, anc_str_sub(both, colon + 1, both.len), "password", &p->password, err);
}

static anc_status read_db(anc_str text, clt_redis_place *p, anc_err *err)
{
    uint64_t n;
    if (text.len == 0)
        return ANC_OK;
    if (!anc_str_to_u64(text, &n) || n > INT32_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the database is no number" HINT);
    p->db = (uint32_t)n;
    return ANC_OK;
}

/* "host:port", "[::1]:port" */
static anc_status read_host(anc_arena *mem, anc_str text, clt_redis_place *p, anc_err *err)
{
    uint64_t port = CLT_REDIS_PORT;
    const bool bracket = anc_str_starts(text, ANC_STR("["));
    const size_t close = bracket ? anc_str_find(text, ANC_STR("]")) : 0;
    if (close == SIZE_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the host lacks its closing bracket" HINT);
    const anc_str after = anc_str_sub(text, close, text.len);
    const size_t colon = anc_str_find(after, ANC_STR(":"));
    const anc_str host = bracket ? anc_str_sub(text, 1, close - 1)
                                 : anc_str_sub(text, 0, colon == SIZE_MAX ? text.len : colon);
    if (bracket && after.len > 1 && colon != 1)
        return ANC_FAIL(err, ANC_INVALID, "a port has to follow the host's bracket" HINT);
    if (colon != SIZE_MAX && (!anc_str_to_u64(anc_str_sub(after, colon + 1, after.len), &port) ||
                              port < 1 || port > UINT16_MAX))
        return ANC_FAIL(err, ANC_INVALID, "the port is no number from 1 to 65535" HINT);
    p->port = (uint16_t)port;
    ANC_TRY(decode(mem, host, "host", &p->host, err));
    return p->host.len > 0 ? ANC_OK : ANC_FAIL(err, ANC_INVALID, "the host is missing" HINT);
}

static anc_status read_network(anc_arena *mem, anc_str rest, clt_redis_place *p, anc_err *err)
{
    const size_t slash = anc_str_find(rest, ANC_STR("/"));
    anc_str authority = anc_str_sub(rest, 0, slash == SIZE_MAX ? rest.len : slash);
    if (anc_str_find(rest, ANC_STR("?")) != SIZE_MAX ||
        anc_str_find(rest, ANC_STR("#")) != SIZE_MAX)
        return ANC_FAIL(err, ANC_INVALID, "nothing may follow the database" HINT);
    ANC_TRY(read_user(mem, &authority, p, err));
    ANC_TRY(read_host(mem, authority, p, err));
    return slash == SIZE_MAX ? ANC_OK : read_db(anc_str_sub(rest, slash + 1, rest.len), p, err);
}

static anc_status read_socket(anc_arena *mem, anc_str rest, clt_redis_place *p, anc_err *err)
{
    const size_t slash = anc_str_find(rest, ANC_STR("/"));
    if (slash == SIZE_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the path of the socket is missing" HINT);
    anc_str authority = anc_str_sub(rest, 0, slash), path = anc_str_sub(rest, slash, rest.len);
    ANC_TRY(read_user(mem, &authority, p, err));
    if (authority.len > 0)
        return ANC_FAIL(err, ANC_INVALID, "a socket has no host" HINT);
    const size_t query = anc_str_find(path, ANC_STR("?"));
    if (query != SIZE_MAX) {
        const anc_str wanted = anc_str_sub(path, query, path.len);
        path = anc_str_sub(path, 0, query);
        if (!anc_str_starts(wanted, ANC_STR("?db=")))
            return ANC_FAIL(err, ANC_INVALID, "only ?db=number may follow the path" HINT);
        ANC_TRY(read_db(anc_str_sub(wanted, 4, wanted.len), p, err));
    }
    return decode(mem, path, "path", &p->unix_path, err);
}

anc_status clt_redis_url_read(anc_arena *mem, anc_str url, clt_redis_place *ret, anc_err *err)
{
    clt_redis_place p = {0};
    const size_t end = anc_str_find(url, ANC_STR("://"));
    if (url.len > CLT_REDIS_URL_MAX)
        return ANC_FAIL(err, ANC_INVALID, "it has more than %d bytes", CLT_REDIS_URL_MAX);
    const anc_str scheme = anc_str_sub(url, 0, end == SIZE_MAX ? 0 : end);
    const anc_str rest = anc_str_sub(url, end == SIZE_MAX ? 0 : end + 3, url.len);
    p.tls = anc_str_eq_nocase(scheme, ANC_STR("rediss"));
    if (p.tls || anc_str_eq_nocase(scheme, ANC_STR("redis")))
        ANC_TRY(read_network(mem, rest, &p, err));
    else if (anc_str_eq_nocase(scheme, ANC_STR("unix")))
        ANC_TRY(read_socket(mem, rest, &p, err));
    else
        return ANC_FAIL(err, ANC_INVALID, "it begins with none of redis://, rediss://, unix://");
    *ret = p;
    return ANC_OK;
}
