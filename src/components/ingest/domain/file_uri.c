/* file_uri.c - see file_uri.h. */
#include "ingest/domain/file_uri.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

enum { SHOWN_BYTES = 200, PATH_BYTES = 4095 };

#define FIELD "/payload/uri"

/* As much of it as a message shows. */
static anc_str shown(anc_str s)
{
    return anc_str_sub(s, 0, anc_utf8_floor(s, s.len < SHOWN_BYTES ? s.len : SHOWN_BYTES));
}

/* Scheme and host alone: what comes before a host and after it may be a secret. Where an '@' leaves open what is host,
 * the scheme alone. */
static anc_status not_ours(anc_str uri, anc_err *err)
{
    const size_t colon = anc_str_find(uri, ANC_STR(":"));
    const anc_str scheme = anc_str_sub(uri, 0, colon == SIZE_MAX ? 0 : colon);
    const bool plain = anc_str_starts(anc_str_sub(uri, scheme.len, uri.len), ANC_STR("://")) &&
                       anc_str_find(uri, ANC_STR("@")) == SIZE_MAX;
    anc_str host = plain ? anc_str_sub(uri, scheme.len + 3, uri.len) : ANC_STR_NONE;
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] == '/' || host.ptr[i] == '?' || host.ptr[i] == '#')
            host.len = i;
    return ANC_FAIL_FIELD(
        err, ANC_UNSUPPORTED, FIELD,
        "\"%.*s%s%.*s…\" is not read here: only files of this machine are, file:///…",
        ANC_FMT(shown(scheme)),
        plain               ? "://"
        : colon == SIZE_MAX ? ""
                            : ":",
        ANC_FMT(shown(host)));
}

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static anc_status broken(anc_str uri, anc_err *err)
{
    return ANC_FAIL_FIELD(err, ANC_INVALID, FIELD, "\"%.*s\" is no URI of a file",
                          ANC_FMT(shown(uri)));
}

/* The path of the URI, still encoded; ptr NULL where it is not of this machine. */
static anc_str encoded_path(anc_str uri)
{
    static const anc_str starts[] = {ANC_STR_INIT("file://localhost/"), ANC_STR_INIT("file:///"),
                                     ANC_STR_INIT("file:/")};
    for (size_t i = 0; i < ANC_COUNT(starts); i++)
        if (anc_str_starts(uri, starts[i]) && (i < 2 || !anc_str_starts(uri, ANC_STR("file://"))))
            return anc_str_sub(uri, starts[i].len - 1, uri.len);
    return ANC_STR_NONE;
}

static anc_status decode(anc_str uri, anc_str encoded, char *out, size_t *ret_n, anc_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        const char c = encoded.ptr[i];
        if (c == '?' || c == '#')
            return broken(uri, err);
        if (c != '%') {
            out[n++] = c;
            continue;
        }
        const int high = i + 2 < encoded.len ? hex_of(encoded.ptr[i + 1]) : -1;
        const int low = high >= 0 ? hex_of(encoded.ptr[i + 2]) : -1;
        if (low < 0)
            return broken(uri, err);
        out[n++] = (char)(high * 16 + low);
        i += 2;
    }
    *ret_n = n;
    return ANC_OK;
}

static anc_status check_parts(anc_str uri, anc_str path, anc_err *err)
{
    anc_str rest = path, part;
    while (anc_str_split(&rest, '/', &part))
        if (anc_str_starts(part, ANC_STR(".")))
            return ANC_FAIL_FIELD(err, ANC_FORBIDDEN, FIELD,
                                  "\"%.*s\" names a hidden file or folder, or climbs",
                                  ANC_FMT(shown(uri)));
    if (anc_str_ends(path, ANC_STR("/")))
        return broken(uri, err);
    return ANC_OK;
}

static anc_status check_path(anc_str uri, anc_str path, anc_err *err)
{
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < 0x20)
            return broken(uri, err);
    if (path.len > PATH_BYTES || !anc_utf8_valid(path))
        return broken(uri, err);
    return check_parts(uri, path, err);
}

anc_status ing_file_uri_read(anc_str uri, anc_arena *mem, anc_str *ret_path, anc_err *err)
{
    const bool is_path = anc_str_starts(uri, ANC_STR("/"));
    const anc_str encoded = is_path ? uri : encoded_path(uri);
    if (encoded.ptr == NULL)
        return not_ours(uri, err);
    char *out = anc_arena_alloc(mem, encoded.len + 1, 1);
    size_t n = encoded.len;
    if (out == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a path");
    if (is_path)
        for (size_t i = 0; i < n; i++)
            out[i] = encoded.ptr[i];
    else
        ANC_TRY(decode(uri, encoded, out, &n, err));
    const anc_str path = {out, n};
    ANC_TRY(check_path(uri, path, err));
    *ret_path = path;
    return ANC_OK;
}

anc_status ing_uri_without_user(anc_str uri, anc_arena *mem, anc_str *ret, anc_err *err)
{
    const size_t slashes = anc_str_find(uri, ANC_STR("://"));
    const size_t begin = slashes == SIZE_MAX ? uri.len : slashes + 3;
    size_t host = begin;
    for (size_t i = begin; i < uri.len && strchr("/?#", uri.ptr[i]) == NULL; i++)
        if (uri.ptr[i] == '@')
            host = i + 1;
    *ret = uri;
    if (host == begin)
        return ANC_OK;
    *ret = anc_arena_printf(mem, "%.*s%.*s", ANC_FMT(anc_str_sub(uri, 0, begin)),
                            ANC_FMT(anc_str_sub(uri, host, uri.len)));
    return ret->ptr != NULL ? ANC_OK : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a URI");
}

anc_str ing_path_below(anc_str folder, anc_str path)
{
    while (anc_str_ends(folder, ANC_STR("/")))
        folder.len--;
    if (!anc_str_starts(path, folder) || path.len <= folder.len + 1 || path.ptr[folder.len] != '/')
        return ANC_STR_NONE;
    return anc_str_sub(path, folder.len + 1, path.len);
}
