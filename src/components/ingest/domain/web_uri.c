/* web_uri.c - see web_uri.h. Stricter than RFC 3986, so that no two readers can see two hosts in one URI. */
#include "ingest/domain/web_uri.h"

#include <string.h>

#include "base/str.h"

enum { URI_BYTES = 4096, HTTP_PORT = 80, HTTPS_PORT = 443 };

#define FIELD "/payload/uri"

static anc_status broken(const char *why, anc_err *err)
{
    return ANC_FAIL_FIELD(err, ANC_INVALID, FIELD, "a uri of the web %s", why);
}

static anc_str scheme_of(anc_str uri)
{
    static const anc_str schemes[] = {ANC_STR_INIT("https"), ANC_STR_INIT("http")};
    for (size_t i = 0; i < ANC_COUNT(schemes); i++) {
        const anc_str begin = anc_str_sub(uri, 0, schemes[i].len);
        const anc_str mark = anc_str_sub(uri, schemes[i].len, 3);
        if (anc_str_eq_nocase(begin, schemes[i]) && anc_str_eq(mark, ANC_STR("://")))
            return schemes[i];
    }
    return ANC_STR_NONE;
}

bool ing_is_web_uri(anc_str uri)
{
    return scheme_of(uri).len > 0;
}

static bool is_port(anc_str s, uint16_t *ret)
{
    uint64_t n = 0;
    if (s.len > 5 || !anc_str_to_u64(s, &n) || n == 0 || n > UINT16_MAX)
        return false;
    *ret = (uint16_t)n;
    return true;
}

static bool is_host(anc_str s, bool is_v6)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        if (!hex && c != '.' && (is_v6 ? c != ':' : !letter))
            return false;
    }
    return s.len > 0;
}

/* "host", "host:port", "[v6]", "[v6]:port"; `*port` stays where there is none. */
static bool read_authority(anc_str s, anc_str *ret_host, uint16_t *port)
{
    if (anc_str_starts(s, ANC_STR("["))) {
        const size_t end = anc_str_find(s, ANC_STR("]"));
        if (end == SIZE_MAX)
            return false;
        *ret_host = anc_str_sub(s, 1, end - 1);
        const anc_str rest = anc_str_sub(s, end + 1, s.len);
        return is_host(*ret_host, true) &&
               (rest.len == 0 ||
                (rest.ptr[0] == ':' && is_port(anc_str_sub(rest, 1, rest.len), port)));
    }
    const size_t colon = anc_str_find(s, ANC_STR(":"));
    *ret_host = anc_str_sub(s, 0, colon == SIZE_MAX ? s.len : colon);
    return is_host(*ret_host, false) &&
           (colon == SIZE_MAX || is_port(anc_str_sub(s, colon + 1, s.len), port));
}

/* The same in a list, where a v6 address without a port may stand without brackets too. */
static bool read_named(anc_str s, anc_str *ret_host, uint16_t *port)
{
    const size_t colon = anc_str_find(s, ANC_STR(":"));
    const anc_str rest = anc_str_sub(s, colon == SIZE_MAX ? s.len : colon + 1, s.len);
    if (anc_str_starts(s, ANC_STR("[")) || anc_str_find(rest, ANC_STR(":")) == SIZE_MAX)
        return read_authority(s, ret_host, port);
    *ret_host = s;
    return is_host(s, true);
}

static size_t end_of_authority(anc_str s)
{
    size_t i = 0;
    while (i < s.len && strchr("/?#", s.ptr[i]) == NULL)
        i++;
    return i;
}

static anc_str last_part(anc_str target)
{
    size_t begin = 0, end = 0;
    for (; end < target.len && target.ptr[end] != '?'; end++)
        if (target.ptr[end] == '/')
            begin = end + 1;
    return anc_str_sub(target, begin, end - begin);
}

anc_status ing_web_uri_read(anc_str uri, ing_web_uri *ret, anc_err *err)
{
    const anc_str scheme = scheme_of(uri);
    ing_web_uri u = {.scheme = scheme, .port = scheme.len == 5 ? HTTPS_PORT : HTTP_PORT};
    if (scheme.len == 0)
        return broken("begins with http:// or https://", err);
    if (uri.len > URI_BYTES)
        return broken("has at most 4096 bytes", err);
    for (size_t i = 0; i < uri.len; i++)
        if ((unsigned char)uri.ptr[i] <= ' ' || (unsigned char)uri.ptr[i] >= 0x7f ||
            strchr("\\\"<>^`{|}", uri.ptr[i]) != NULL)
            return broken("has no blanks, backslashes, or bytes that have to be escaped", err);
    const anc_str rest = anc_str_sub(uri, scheme.len + 3, uri.len);
    const size_t end = end_of_authority(rest);
    if (anc_str_find(anc_str_sub(rest, 0, end), ANC_STR("@")) != SIZE_MAX)
        return broken("has no user or password before its host here", err);
    if (!read_authority(anc_str_sub(rest, 0, end), &u.host, &u.port))
        return broken("has a host, and a port where one follows", err);
    u.target = anc_str_sub(rest, end, rest.len);
    const size_t fragment = anc_str_find(u.target, ANC_STR("#"));
    u.target.len = fragment == SIZE_MAX ? u.target.len : fragment;
    u.name = last_part(u.target);
    *ret = u;
    return ANC_OK;
}

bool ing_web_host_is_named(const ing_web_uri *uri, const anc_str *hosts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        anc_str host;
        uint16_t port = uri->scheme.len == 5 ? HTTPS_PORT : HTTP_PORT;
        if (read_named(hosts[i], &host, &port) && port == uri->port &&
            anc_str_eq_nocase(host, uri->host))
            return true;
    }
    return false;
}

bool ing_web_address_is_named(anc_str address, const anc_str *hosts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        anc_str host;
        uint16_t port = 0;
        if (read_named(hosts[i], &host, &port) && anc_str_eq_nocase(host, address))
            return true;
    }
    return false;
}
