/* inspect.c - the catalog's file looked at from outside: is it sound, and of which version? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/sqlite/page_scan.h"
#include "impl.h"
#include "os/file.h"

enum { DAMAGES_SHOWN = 3 };

static void db_cleanup(db_sqlite **db)
{
    db_close(*db);
}

/* All pages as they lie there, those that nothing uses too. */
static anc_status check_sums(anc_str path, krn_sqlite_report *report, anc_err *err)
{
    db_scan scan;
    ANC_TRY(db_pages_scan(path, &scan, err));
    if (scan.damaged > 0)
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s is damaged: %u of %u pages, the first is page %u",
                        ANC_FMT(path), scan.damaged, scan.pages, scan.first);
    report->has_sums = scan.has_sums;
    return ANC_OK;
}

static anc_status check_pages(db_sqlite *db, krn_sqlite_report *report, anc_err *err)
{
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(db, "PRAGMA integrity_check(3)", &s, err));
    for (int shown = 0; shown < DAMAGES_SHOWN; shown++) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        const anc_str text = db_col_str(s, 0);
        const size_t len = strlen(report->damage);
        if (!anc_str_eq(text, ANC_STR("ok")))
            (void)snprintf(report->damage + len, sizeof report->damage - len, "%s%.*s",
                           len > 0 ? "; " : "", ANC_FMT(text));
    }
    return ANC_OK;
}

static anc_status count_missing(db_sqlite *db, const krn_sqlite_options *o, size_t *ret,
                                anc_err *err)
{
    db_migration *all = NULL;
    size_t n = 0;
    ANC_TRY(krn_sqlite_migrations(o, &all, &n, err));
    const anc_status status = db_migrations_missing(db, all, n, ret, err);
    free(all);
    return status;
}

static anc_status look(const krn_sqlite_options *options, krn_sqlite_report *ret, anc_err *err)
{
    const db_options read_only = {.vfs = options->vfs, .read_only = true, .from_outside = true};
    krn_sqlite_report report = {0};
    os_stat file;
    ANC_CLEANUP(db_cleanup) db_sqlite *db = NULL;
    ANC_TRY(os_stat_of(options->path, &file, err));
    ANC_TRY(db_wal_scan(options->path, err));
    ANC_TRY(check_sums(options->path, &report, err));
    ANC_TRY(db_open(options->path, &read_only, &db, err));
    report.bytes = file.bytes;
    ANC_TRY(count_missing(db, options, &report.missing, err));
    ANC_TRY(check_pages(db, &report, err));
    *ret = report;
    return ANC_OK;
}

anc_status krn_sqlite_inspect(const krn_sqlite_options *options, krn_sqlite_report *ret,
                              anc_err *err)
{
    const bool left = db_is_left(options->path);
    const anc_status status = look(options, ret, err);
    if (!left || db_is_left(options->path))
        return status;
    anc_err_clear(err); /* somebody began to write to it meanwhile */
    return look(options, ret, err);
}
