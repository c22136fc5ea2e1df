/* tracking_file.c - tracking.db opened; where it is damaged, set aside, and a new one in its place.
 *
 * The query log is made of events, so that losing its file must not keep the server from starting: the new one
 * begins with the events that the outbox still has. The old one is not removed, since somebody may still read
 * from it what is older than those: it becomes "tracking.db.damaged-<time>", its log beside it. The database
 * moves before its log; a log that a crash left alone belongs to nothing and goes.
 *
 * Opening sees damage of the log and of the first pages alone. A page that turns out to be damaged when the tracking
 * comes to it leaves a mark, and the next start sets the file aside.
 */
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "house_impl.h"

enum { NAMES_MAX = 10000 };

#define FILE_NAME  "tracking.db"
#define MARK       "tracking.db.is-damaged" /* a server that read the file found it so */
#define LOG_TAIL   "-wal"
#define INDEX_TAIL "-shm"

bool srv_tracking_is_aside(anc_str name)
{
    return anc_str_starts(name, ANC_STR(SRV_TRACKING_ASIDE)) &&
           !anc_str_ends(name, ANC_STR(LOG_TAIL));
}

anc_status srv_tracking_asides(srv_house *h, anc_str *out, size_t max, size_t *ret_n, anc_err *err)
{
    anc_str *names = NULL;
    size_t n = 0;
    *ret_n = 0;
    ANC_TRY(os_folder_list(h->mem, h->data_dir, NAMES_MAX, &names, &n, err));
    for (size_t i = 0; i < n && *ret_n < max; i++)
        if (srv_tracking_is_aside(names[i]))
            out[(*ret_n)++] = names[i];
    return ANC_OK;
}

static anc_status path_of(const srv_house *h, anc_str name, const char *tail, anc_str *ret,
                          anc_err *err)
{
    char file[128];
    (void)snprintf(file, sizeof file, "%.*s%s", ANC_FMT(name), tail);
    *ret = os_path_join(h->mem, h->data_dir, anc_str_of(file));
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(h->mem), "the tracking's path");
}

static anc_status move(const srv_house *h, anc_str to, const char *tail, anc_err *err)
{
    anc_str old_path, new_path;
    ANC_TRY(path_of(h, ANC_STR(FILE_NAME), tail, &old_path, err));
    ANC_TRY(path_of(h, to, tail, &new_path, err));
    return os_exists(old_path) ? os_file_move(old_path, new_path, err) : ANC_OK;
}

static anc_status drop(const srv_house *h, const char *tail, anc_err *err)
{
    anc_str path;
    ANC_TRY(path_of(h, ANC_STR(FILE_NAME), tail, &path, err));
    return os_file_remove(path, err);
}

/* "tracking.db.damaged-20261120T153600123Z": the time without what file names do not like. */
static anc_status name_aside(srv_house *h, anc_err *err)
{
    char time[ANC_TIME_TEXT + 1];
    char bare[ANC_TIME_TEXT + 1];
    size_t n = 0;
    anc_time_text(krn_wall_ms(h->clock), time);
    for (const char *at = time; *at != '\0'; at++)
        if (strchr("-:.", *at) == NULL)
            bare[n++] = *at;
    bare[n] = '\0';
    h->tracking_aside = anc_arena_printf(h->mem, "%s%s", SRV_TRACKING_ASIDE, bare);
    return h->tracking_aside.ptr != NULL
               ? ANC_OK
               : ANC_FAIL(err, anc_arena_refusal(h->mem), "the tracking's path");
}

static anc_status set_aside(srv_house *h, const anc_err *why, anc_err *err)
{
    ANC_TRY(name_aside(h, err));
    ANC_TRY(move(h, h->tracking_aside, "", err));
    ANC_TRY(move(h, h->tracking_aside, LOG_TAIL, err));
    ANC_TRY(drop(h, INDEX_TAIL, err));
    krn_log_write(
        h->log, KRN_ERROR, "tracking",
        "the query log is damaged: set aside, and begun anew from the events that are kept",
        KRN_STR("set_aside", h->tracking_aside), KRN_STR("reason", anc_str_of(why->text)));
    return ANC_OK;
}

void srv_tracking_damaged(void *arg)
{
    srv_house *h = arg;
    char path[OS_PATH_MAX];
    anc_err err = {0};
    const int n = snprintf(path, sizeof path, "%.*s/" MARK, ANC_FMT(h->data_dir));
    if (n < 0 || (size_t)n >= sizeof path || os_exists(anc_str_of(path)))
        return;
    const bool marked = os_file_replace(anc_str_of(path), ANC_STR(""), &err) == ANC_OK;
    krn_log_write(h->log, KRN_ERROR, "tracking",
                  marked ? "the query log is damaged: the next start sets it aside"
                         : "the query log is damaged, and that could not be marked",
                  KRN_STR("file", ANC_STR(FILE_NAME)), KRN_STR("reason", anc_str_of(err.text)));
}

/* Sets aside what a server that ran before found damaged while it read it. */
static anc_status look_at_mark(srv_house *h, anc_err *err)
{
    anc_str mark;
    anc_err why = {0};
    ANC_TRY(path_of(h, ANC_STR(MARK), "", &mark, err));
    if (!os_exists(mark))
        return ANC_OK;
    (void)ANC_FAIL(&why, ANC_CORRUPT, "it was found damaged while it was read");
    ANC_TRY(set_aside(h, &why, err));
    return os_file_remove(mark, err);
}

anc_status srv_tracking_file_open(srv_house *h, trk_repository *ret, anc_err *err)
{
    trk_sqlite_options options = {.now_ms = krn_wall_ms(h->clock)};
    anc_err why = {0};
    ANC_TRY(path_of(h, ANC_STR(FILE_NAME), "", &options.path, err));
    ANC_TRY(look_at_mark(h, err));
    if (!os_exists(options.path)) {
        ANC_TRY(drop(h, LOG_TAIL, err));
        ANC_TRY(drop(h, INDEX_TAIL, err));
    }
    const anc_status status = trk_sqlite_open(&options, &h->trk_store, ret, &why);
    if (status == ANC_OK)
        return ANC_OK;
    if (status != ANC_CORRUPT)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    ANC_TRY(set_aside(h, &why, err));
    return trk_sqlite_open(&options, &h->trk_store, ret, err);
}

anc_status srv_tracking_left_open(void *arg, trk_repository *ret, anc_err *err)
{
    srv_house *h = arg;
    char path[OS_PATH_MAX];
    const int n = snprintf(path, sizeof path, "%.*s/" FILE_NAME, ANC_FMT(h->data_dir));
    *ret = (trk_repository){0};
    if (n < 0 || (size_t)n >= sizeof path || !os_exists(anc_str_of(path)))
        return ANC_OK;
    const trk_sqlite_options options = {.path = anc_str_of(path), .now_ms = krn_wall_ms(h->clock)};
    anc_err why = {0};
    const anc_status status = trk_sqlite_open(&options, &h->trk_store, ret, &why);
    return status == ANC_OK ? ANC_OK
                            : anc_fail_at(err, status, why.where,
                                          "the query log of before (" FILE_NAME
                                          " in the data folder, tracking is off): %s",
                                          why.text);
}

void srv_tracking_left_close(void *arg)
{
    srv_house *h = arg;
    trk_sqlite_close(h->trk_store);
    h->trk_store = NULL;
}
