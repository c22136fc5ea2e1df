/* status.c - the status table and the one place where an error text is written. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

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
