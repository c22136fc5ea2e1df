/* doctor.c - `anchorage doctor`: one line a check, and the sentence that mends what is wrong. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "os/clock.h"
#include "os/file.h"
#include "term.h"

enum { LOW_DISK_MB = 512 };

typedef struct doctor {
    cli_context *cx;
    cli_facts *facts;
    json_writer *w;
    bool wrong;
    bool held; /* a process has the data folder */
} doctor;

static void line(doctor *d, const char *check, cli_verdict v, anc_str text)
{
    static const char *const words[] = {"ok", "note", "wrong"};
    d->wrong = d->wrong || v == CLI_WRONG;
    if (d->cx->json) {
        json_open_object(d->w);
        json_put_str(d->w, "check", anc_str_of(check));
        json_put_str(d->w, "status", anc_str_of(words[v]));
        json_put_str(d->w, "detail", text);
        json_close_object(d->w);
        return;
    }
    (void)printf("%s%-6s%s %-14s ", v == CLI_WRONG ? term_bold(stdout) : "", words[v],
                 v == CLI_WRONG ? term_reset(stdout) : "", check);
    term_print_line(stdout, text, 1000);
    (void)printf("\n");
}

static void check_configuration(doctor *d)
{
    const bool file = d->facts->config_file[0] != '\0';
    line(d, "configuration", CLI_FINE,
         file ? anc_arena_printf(d->cx->mem, "read from %s", d->facts->config_file)
              : ANC_STR("no file, defaults and environment"));
}

/* What is looked at is of this machine alone. */
static void check_url(doctor *d)
{
    const anc_str url = d->cx->url;
    if (url.len > 0)
        line(d, "other server", CLI_NOTE,
             anc_arena_printf(d->cx->mem,
                              "nothing here is of %.*s: what is looked at is this machine, and the "
                              "data folder %s; that server is asked by anchorage status",
                              ANC_FMT(url), d->facts->data_dir));
}

/* The folder itself, or the nearest of its parents that exists. */
static anc_str nearest_folder(anc_str folder)
{
    while (folder.len > 1 && !os_exists(folder)) {
        const char *slash = memrchr(folder.ptr, '/', folder.len);
        if (slash == NULL)
            return ANC_STR(".");
        folder.len = slash != folder.ptr ? (size_t)(slash - folder.ptr) : 1;
    }
    return folder;
}

/* Who names a folder on the command line wants that one looked at; elsewhere the first start makes it, where it can. */
static void tell_absent(doctor *d)
{
    anc_arena *mem = d->cx->mem;
    const char *folder = d->facts->data_dir;
    const anc_str parent = anc_arena_copy(mem, nearest_folder(anc_str_of(folder)));
    anc_err ignored = {0};
    os_stat found = {0};
    const bool makeable = parent.ptr != NULL && os_stat_of(parent, &found, &ignored) == ANC_OK &&
                          found.is_folder && access(parent.ptr, W_OK | X_OK) == 0;
    if (!makeable)
        line(d, "data folder", CLI_WRONG,
             anc_arena_printf(mem,
                              "%s is not there and cannot be made in %.*s; name another with "
                              "data_dir, or give this user the right to make folders there",
                              folder, ANC_FMT(parent)));
    else if (cli_given(d->cx, "data-dir"))
        line(d, "data folder", CLI_WRONG,
             anc_arena_printf(mem,
                              "%s is not there, so that there is nothing to look at; correct "
                              "--data-dir, or start with it, which makes it",
                              folder));
    else
        line(d, "data folder", CLI_NOTE,
             anc_arena_printf(mem, "%s is not there yet; the first start makes it", folder));
}

static void check_folder(doctor *d)
{
    const anc_str folder = anc_str_of(d->facts->data_dir);
    anc_err err = {0};
    if (!os_exists(folder)) {
        tell_absent(d);
        return;
    }
    const anc_str probe = anc_arena_printf(d->cx->mem, "%s/.doctor", d->facts->data_dir);
    if (os_file_replace(probe, ANC_STR("probe"), &err) == ANC_OK &&
        os_file_remove(probe, &err) == ANC_OK)
        line(d, "data folder", CLI_FINE, folder);
    else
        line(d, "data folder", CLI_WRONG,
             anc_arena_printf(d->cx->mem, "%s; give this user the right to write there", err.text));
}

static void check_disk(doctor *d)
{
    uint64_t bytes = 0;
    anc_err err = {0};
    if (os_disk_free(nearest_folder(anc_str_of(d->facts->data_dir)), &bytes, &err) != ANC_OK)
        line(d, "disk", CLI_WRONG, anc_arena_copy(d->cx->mem, anc_str_of(err.text)));
    else
        line(d, "disk", bytes >> 20 < LOW_DISK_MB ? CLI_WRONG : CLI_FINE,
             anc_arena_printf(d->cx->mem, "%llu MiB free%s", (unsigned long long)(bytes >> 20),
                              bytes >> 20 < LOW_DISK_MB ? "; free some, writes stop when it is full"
                                                        : ""));
}

static void check_memory(doctor *d)
{
    const uint64_t mb = os_memory_total_bytes() >> 20;
    line(d, "memory", mb != 0 && mb < 512 ? CLI_NOTE : CLI_FINE,
         anc_arena_printf(d->cx->mem, "%llu MiB", (unsigned long long)mb));
}

static void on_found(void *arg, const char *check, cli_verdict verdict, anc_str text)
{
    doctor *d = arg;
    if (strcmp(check, "lock") == 0)
        d->held = anc_str_starts(text, ANC_STR("held"));
    line(d, check, verdict, text);
}

/* Model, lock, catalog, language model: opened by who can. */
static void check_parts(doctor *d)
{
    anc_err err = {0};
    if (d->cx->host->examine(d->cx->host->self, &d->cx->settings, on_found, d, &err) != ANC_OK)
        line(d, "configuration", CLI_WRONG, anc_str_of(err.text));
}

static void check_server(doctor *d)
{
    anc_err err = {0};
    cli_client client = {.cx = d->cx};
    if (net_client_open(&client.net, &err) != ANC_OK)
        return;
    (void)snprintf(client.at.unix_path, sizeof client.at.unix_path, "%s", d->facts->socket);
    const bool runs = client.at.unix_path[0] != '\0' &&
                      os_exists(anc_str_of(client.at.unix_path)) && cli_client_probe(&client);
    if (runs)
        line(d, "server", CLI_FINE, ANC_STR("runs on this data folder"));
    else if (d->held)
        line(d, "server", CLI_WRONG,
             ANC_STR("the process that holds the data folder does not answer; wait until it is "
                     "ready, or end it"));
    else
        line(d, "server", CLI_NOTE,
             ANC_STR("none runs on this data folder; commands start one inside themselves"));
    net_client_close(client.net);
}

int cli_run_doctor(cli_context *cx)
{
    static void (*const checks[])(doctor *) = {check_configuration, check_url,    check_folder,
                                               check_disk,          check_memory, check_parts,
                                               check_server};
    ANC_BUF(out, 1 << 20);
    json_writer w = json_writer_of(&out);
    doctor d = {.cx = cx, .w = &w, .facts = anc_arena_alloc(cx->mem, 1, sizeof(cli_facts))};
    anc_err err = {0};
    if (d.facts == NULL)
        return CLI_FAILED;
    const anc_status status = cx->host->facts(cx->host->self, &cx->settings, d.facts, &err);
    json_open_object(&w);
    json_name(&w, "checks");
    json_open_array(&w);
    if (status != ANC_OK)
        line(&d, "configuration", CLI_WRONG, anc_str_of(err.text));
    for (size_t i = 0; status == ANC_OK && i < ANC_COUNT(checks); i++)
        checks[i](&d);
    json_close_array(&w);
    json_put_bool(&w, "ok", !d.wrong);
    json_close_object(&w);
    if (cx->json)
        (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
    return d.wrong ? CLI_FAILED : CLI_OK;
}
