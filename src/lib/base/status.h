/* status.h - everything that can go wrong, named once for the whole program.
 *
 * A function that can fail returns anc_status and takes an `anc_err *` last (or carries one in its
 * call). The code is what callers branch on; the text is for people. One row below decides the HTTP
 * answer and whether a retry may help, so no adapter keeps a second opinion. There is no
 * thread-local "last error": a request changes threads, its error travels with it.
 */
#ifndef ANC_BASE_STATUS_H
#define ANC_BASE_STATUS_H

#include "base/base.h"

/* name, HTTP status, may a retry help, one line */
#define ANC_STATUS_MAP(X)                                                \
    X(OK, 200, false, "ok")                                              \
    X(INVALID, 400, false, "the input does not fit")                     \
    X(UNAUTHENTICATED, 401, false, "no valid credentials were given")    \
    X(FORBIDDEN, 403, false, "not allowed for this identity")            \
    X(NOT_FOUND, 404, false, "there is no such thing")                   \
    X(TOO_SLOW, 408, true, "the request took too long to arrive")        \
    X(CONFLICT, 409, false, "it conflicts with what is there")           \
    X(LIMIT, 413, false, "a configured limit was reached")               \
    X(UNSUPPORTED, 415, false, "this kind of content is not understood") \
    X(RATE_LIMITED, 429, true, "too many requests")                      \
    X(CANCELLED, 499, false, "the caller left")                          \
    X(CORRUPT, 500, false, "stored bytes do not decode")                 \
    X(BUG, 500, false, "the code broke a promise of its own")            \
    X(NOT_IMPLEMENTED, 501, false, "this server does not have that")     \
    X(PROVIDER, 502, true, "an outside provider failed")                 \
    X(UNAVAILABLE, 503, true, "it is not available now")                 \
    X(NO_MEMORY, 503, true, "out of memory")                             \
    X(IO, 503, true, "reading or writing failed")                        \
    X(DEADLINE, 504, true, "the deadline passed")                        \
    X(DISK_FULL, 507, true, "the disk is full")

typedef enum anc_status {
#define X(name, http, retry, text) ANC_##name,
    ANC_STATUS_MAP(X)
#undef X
        ANC_STATUS_COUNT
} anc_status;

enum { ANC_ERR_BYTES = 512 };

typedef struct anc_err {
    anc_status code;
    const char *where;        /* "file:line" of the first failure; a literal, never freed */
    char pointer[128];        /* JSON pointer of the field that is wrong, "" when none is */
    char text[ANC_ERR_BYTES]; /* one line, terminated, cut when longer */
} anc_err;

typedef struct anc_status_row {
    const char *name;
    int http;
    bool retry_may_help;
    const char *text;
} anc_status_row;

/* The row of a status; an unknown number gets the row of ANC_BUG. Never NULL. */
const anc_status_row *anc_status_info(anc_status code);

/* Fills `err` (may be NULL) and gives `code` back, so that a failure is one line. The first text
 * wins: a caller that adds nothing passes the code on and leaves the text alone. */
anc_status anc_fail_at(anc_err *err, anc_status code, const char *where, const char *fmt, ...)
    ANC_PRINTF(4, 5);

/* As anc_fail_at, and names the field of a request by its JSON pointer ("/filters/and/0"). */
anc_status anc_fail_field_at(anc_err *err, anc_status code, const char *pointer, const char *where,
                             const char *fmt, ...) ANC_PRINTF(5, 6);

/* Makes `err` (may be NULL) empty, for a second try. */
void anc_err_clear(anc_err *err);

/* ---- what leaves the server ---- */

/* `text` with each path from the root ("/var/lib/anchorage/catalog.db") by its last part alone, cut to the room; `room`
 * may be where `text` is. Addresses ("http://…") and paths of one part ("/readyz") stay. */
anc_str anc_without_folders(anc_str text, char *room, size_t bytes);

/* The text of `err` for whoever is not to know where files lie on this machine: an answer, an event. What the server
 * failed at (5xx), and what it may not do, is told so; what a caller did wrong keeps the caller's words. */
anc_str anc_err_told(const anc_err *err, char room[ANC_ERR_BYTES]);

#define ANC_STRINGIZE_(x) #x
#define ANC_STRINGIZE(x)  ANC_STRINGIZE_(x)
#define ANC_FAIL(err, code, ...) \
    anc_fail_at((err), (code), __FILE__ ":" ANC_STRINGIZE(__LINE__), __VA_ARGS__)
#define ANC_FAIL_FIELD(err, code, pointer, ...) \
    anc_fail_field_at((err), (code), (pointer), __FILE__ ":" ANC_STRINGIZE(__LINE__), __VA_ARGS__)

/* Leaves the function when `expr` fails. Cleanup is done by ANC_CLEANUP variables. */
#define ANC_TRY(expr)                          \
    do {                                       \
        const anc_status try_status_ = (expr); \
        if (try_status_ != ANC_OK)             \
            return try_status_;                \
    } while (0)

#endif
