/* status.c - the status table and the one place where an error text is written. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const anc_status_row rows[ANC_STATUS_COUNT] = {
#define X(name, http, retry, text) [ANC_##name] = {#name, (http), (retry), (text)},
    ANC_STATUS_MAP(X)
#undef X
};

const anc_status_row *anc_status_info(anc_status code)
{
    if ((unsigned)code >= ANC_STATUS_COUNT)
        return &rows[ANC_BUG];
    return &rows[code];
}

static bool ANC_PRINTF(5, 0) fill(anc_err *err, anc_status code, const char *pointer,
                                  const char *where, const char *fmt, va_list args)
{
    if (err == NULL || err->code != ANC_OK)
        return false;
    err->code = code;
    err->where = where;
    (void)snprintf(err->pointer, sizeof err->pointer, "%s", pointer);
    (void)vsnprintf(err->text, sizeof err->text, fmt, args);
    return true;
}

anc_status anc_fail_at(anc_err *err, anc_status code, const char *where, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fill(err, code, "", where, fmt, args);
    va_end(args);
    return code;
}

anc_status anc_fail_field_at(anc_err *err, anc_status code, const char *pointer, const char *where,
                             const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fill(err, code, pointer, where, fmt, args);
    va_end(args);
    return code;
}

void anc_err_clear(anc_err *err)
{
    if (err == NULL)
        return;
    err->code = ANC_OK;
    err->where = NULL;
    err->pointer[0] = '\0';
    err->text[0] = '\0';
}

/* ---- what leaves the server ---- */

static bool ends_path(char c)
{
    return (unsigned char)c <= ' ' || strchr("\"'`()<>[]{},;:", c) != NULL;
}

/* Bytes of the folders that stand before the last part of a path at the front of `s`; 0: there is none. */
static size_t folders_of(const char *s, size_t n)
{
    size_t last = 0, i = 1;
    for (; i < n && !ends_path(s[i]); i++)
        if (s[i] == '/' && i + 1 < n && s[i + 1] != '/' && !ends_path(s[i + 1]))
            last = i;
    return last > 1 ? last + 1 : 0;
}

anc_str anc_without_folders(anc_str text, char *room, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 1 < bytes; i++) {
        const bool begins = i == 0 || text.ptr[i - 1] == '=' ||
                            (ends_path(text.ptr[i - 1]) && text.ptr[i - 1] != ':');
        if (text.ptr[i] == '/' && begins)
            i += folders_of(text.ptr + i, text.len - i);
        room[n++] = text.ptr[i];
    }
    if (bytes > 0)
        room[n] = '\0';
    return (anc_str){room, n};
}

anc_str anc_err_told(const anc_err *err, char room[ANC_ERR_BYTES])
{
    const int http = anc_status_info(err->code)->http;
    const bool own =
        (http >= 500 && err->code != ANC_NOT_IMPLEMENTED) || err->code == ANC_FORBIDDEN;
    const anc_str text = {err->text, strlen(err->text)};
    return own ? anc_without_folders(text, room, ANC_ERR_BYTES) : text;
}
