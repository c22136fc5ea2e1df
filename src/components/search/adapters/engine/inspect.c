/* inspect.c - what lies in a home, read without changing anything: for whoever looks after the data folder. */
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "home_impl.h"
#include "os/file.h"

enum { LIST_BYTES = 256 << 20, MOST_NAMES = 1 << 18 };

/* ---- a disk that is only read ------------------------------------------------------------------ */

static anc_status no_create(void *self, anc_str path, void **ret_file, anc_err *err)
{
    (void)self, (void)ret_file;
    return ANC_FAIL(err, ANC_FORBIDDEN, "%.*s is only looked at", ANC_FMT(path));
}

static anc_status no_rename(void *self, anc_str from, anc_str to, anc_err *err)
{
    (void)self, (void)from, (void)to, (void)err;
    return ANC_OK;
}

static anc_status no_change(void *self, anc_str path, anc_err *err)
{
    (void)self, (void)path, (void)err;
    return ANC_OK;
}

static eng_disk read_only(void)
{
    eng_disk disk = eng_disk_system;
    disk.create = no_create;
    disk.rename = no_rename;
    disk.link = no_rename;
    disk.remove = no_change;
    disk.make_folder = no_change;
    disk.sync_folder = no_change;
    return disk;
}

/* ---- looking ---------------------------------------------------------------------------------- */

static void add_wrong(void *arg, anc_str what)
{
    srch_home_report *report = arg;
    if (report->damaged++ == 0)
        (void)snprintf(report->first, sizeof report->first, "%.*s", ANC_FMT(what));
}

static anc_status inspect_index(const srch_home *home, const srch_ledger_row *row,
                                srch_home_report *report, anc_err *err)
{
    char space[OS_PATH_MAX];
    const eng_options options = {
        .dims = row->dims, .folder = srch_home_join(home, row->folder, space), .disk = home->disk};
    const eng_verify_options verify = {.found = add_wrong, .arg = report};
    eng_index *index = NULL;
    uint64_t n = 0;
    report->indexes++;
    if (!os_exists(options.folder)) {
        add_wrong(report, options.folder);
        return ANC_OK;
    }
    anc_status status = eng_index_open(&options, &index, err);
    if (status == ANC_CORRUPT || status == ANC_INVALID) {
        add_wrong(report, anc_str_of(err->text));
        anc_err_clear(err);
        return ANC_OK;
    }
    ANC_TRY(status);
    const eng_opened opened = eng_index_opened(index);
    const eng_figures f = eng_stats(index);
    report->mended += opened.absent > 0 ? 1 : 0;
    if (opened.damaged > opened.absent)
        add_wrong(report, anc_str_of(opened.text));
    report->segments += f.segments;
    report->bytes += f.stored_bytes;
    status = eng_verify(index, &verify, &n, err);
    eng_index_close(index);
    return status;
}

/* Folders of no use, and what was set aside in the others. */
static void inspect_folders(const srch_home *home, anc_arena *mem, srch_home_report *report)
{
    char space[OS_PATH_MAX];
    anc_str *collections = NULL, *models = NULL, *files = NULL;
    size_t n = 0, m = 0, k = 0;
    uint64_t value;
    if (os_folder_list(mem, home->folder, MOST_NAMES, &collections, &n, NULL) != ANC_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        report->set_aside += anc_str_starts(collections[i], ANC_STR("damaged-")) ? 1 : 0;
        if (os_folder_list(mem, srch_home_join(home, collections[i], space), MOST_NAMES, &models,
                           &m, NULL) != ANC_OK)
            continue;
        for (size_t j = 0; j < m; j++) {
            const anc_str name =
                anc_arena_printf(mem, "%.*s/%.*s", ANC_FMT(collections[i]), ANC_FMT(models[j]));
            if (name.ptr == NULL || !anc_map_find(home->named, name, &value))
                report->orphans++;
            if (os_folder_list(mem, srch_home_join(home, name, space), MOST_NAMES, &files, &k,
                               NULL) != ANC_OK)
                continue;
            for (size_t f = 0; f < k; f++)
                report->set_aside += anc_str_starts(files[f], ANC_STR("damaged-")) ? 1 : 0;
        }
    }
}

static anc_status inspect(srch_home *home, anc_arena *mem, srch_home_report *report, anc_err *err)
{
    srch_ledger ledger;
    const anc_status status = srch_ledger_read(home, mem, &ledger, err);
    if (status == ANC_NOT_FOUND || status == ANC_CORRUPT) {
        if (status == ANC_CORRUPT)
            add_wrong(report, anc_str_of(err->text));
        anc_err_clear(err);
        return ANC_OK;
    }
    ANC_TRY(status);
    for (size_t i = 0; i < ledger.n; i++)
        ANC_TRY(inspect_index(home, &ledger.rows[i], report, err));
    inspect_folders(home, mem, report);
    return ANC_OK;
}

anc_status srch_home_inspect(anc_str folder, srch_home_report *ret, anc_err *err)
{
    const eng_disk disk = read_only();
    const srch_home_options options = {.folder = folder, .disk = &disk};
    srch_home *home = NULL;
    *ret = (srch_home_report){0};
    ANC_ARENA(mem, LIST_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to look at the index");
    ANC_TRY(srch_home_open(&options, &home, err));
    const anc_status status = inspect(home, mem, ret, err);
    srch_home_close(home);
    return status;
}
