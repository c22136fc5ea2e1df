/* events.c - `anchorage events`: list, follow, stats. */
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "kernel/domain/feed.h"
#include "list.h"
#include "net/sse.h"
#include "os/clock.h"
#include "term.h"

enum {
    LISTED = 20,
    MOST_LISTED = 1000000,
    MOST_REPLAYED = 1000,
    TYPE_WIDTH = 22,
    MESSAGE = 400,
    FIRST_PAUSE_MS = 250,
    LAST_PAUSE_MS = 5000,
    LOOK_MS = 50 /* how often a pause looks whether Ctrl-C came */
};

/* ---- one event on a line ---- */

/* As the interface has it, so that it is found again there: UTC, which the Z at the end says. */
static void print_clock(int64_t time_ms, bool with_date)
{
    char text[ANC_TIME_TEXT + 1];
    anc_time_text(time_ms, text);
    const size_t date = anc_str_find(anc_str_of(text), ANC_STR("T"));
    const char *shown = with_date || date == SIZE_MAX ? text : text + date + 1;
    (void)printf("%s%s%s  ", term_dim(stdout), shown, term_reset(stdout));
}

static const char *color_of(anc_str severity)
{
    if (anc_str_eq(severity, ANC_STR("error")))
        return term_red(stdout);
    return anc_str_eq(severity, ANC_STR("warning")) ? term_yellow(stdout) : "";
}

static void print_event(int64_t time_ms, bool with_date, anc_str type, anc_str severity,
                        anc_str message)
{
    const char *color = color_of(severity);
    print_clock(time_ms, with_date);
    (void)fputs(color[0] != '\0' ? color : term_cyan(stdout), stdout);
    list_cell(type, TYPE_WIDTH);
    (void)printf("%s%s", term_reset(stdout), color);
    term_print_line(stdout, message, MESSAGE);
    (void)printf("%s\n", term_reset(stdout));
}

/* ---- list ---- */

static void print_row(const json_value *e)
{
    const anc_str name = list_text(e, "event_type");
    const ev_type *type = ev_type_by_name(name);
    int64_t time_ms = 0;
    ANC_BUF(message, 4096);
    (void)anc_time_parse(list_text(e, "timestamp"), &time_ms);
    if (type != NULL)
        ev_feed_message(type, json_member(e, "payload"), &message);
    print_event(time_ms, true, name,
                anc_str_of(ev_severity_name(type != NULL ? type->severity : EV_INFO)),
                anc_buf_view(&message));
}

/* "?types=a,b" of every value of an option. */
static void add_values(cli_context *cx, const char *option, const char *name, anc_buf *path)
{
    size_t at = 0;
    anc_str value;
    for (bool first = true; cli_next_value(cx, option, &at, &value); first = false) {
        if (first)
            (void)anc_buf_printf(
                path,
                "%c%s=", anc_str_find(anc_buf_view(path), ANC_STR("?")) == SIZE_MAX ? '?' : '&',
                name);
        else
            (void)anc_buf_add_char(path, ',');
        (void)anc_buf_add(path, cli_encode(cx->mem, value));
    }
}

static int list(cli_client *client)
{
    static const list_view view = {"time (UTC)                type                    what",
                                   "(nothing happened yet)", print_row};
    cli_context *cx = client->cx;
    uint64_t limit;
    ANC_BUF(path, 64 << 10);
    const int code = cli_number(cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    if (code != CLI_OK)
        return code;
    (void)anc_buf_add(&path, ANC_STR("/v1/events"));
    add_values(cx, "type", "type", &path);
    add_values(cx, "severity", "severity", &path);
    return list_print(client, anc_buf_view(&path), limit, &view);
}

/* ---- follow ---- */

typedef struct following {
    cli_context *cx;
    char place
        [CLI_PLACE_BYTES]; /* how far what happened is known, as the server says; "" before it did */
    bool seen;             /* the server has answered since the last pause */
    bool closed;           /* nobody reads what is printed */
} following;

static void print_form(const json_value *e)
{
    const double seconds = json_double(json_member(e, "timestamp"), 0);
    print_event((int64_t)(seconds * 1000 + 0.5), false, list_text(e, "type"),
                list_text(e, "severity"), list_text(e, "message"));
}

static bool on_event(void *arg, const net_sse_event *event)
{
    following *f = arg;
    CLI_JSON(doc);
    f->seen = true;
    if (anc_str_eq(event->event, ANC_STR("end"))) /* of the stream; nothing happened */
        return true;
    const bool whole = json_parse(event->data, &doc, NULL) == ANC_OK;
    if (whole && anc_str_eq(list_text(json_root(doc), "type"), ANC_STR("stream.ended")))
        return true; /* a server's farewell is no event; that it ended is said apart */
    if (f->cx->json)
        (void)printf("%.*s\n", ANC_FMT(event->data));
    else if (whole)
        print_form(json_root(doc));
    f->closed = fflush(stdout) != 0;
    return !f->closed;
}

/* False when Ctrl-C came. */
static bool wait_ms(int64_t ms)
{
    for (; ms > 0 && !cli_interrupted(); ms -= LOOK_MS)
        os_sleep_ns((int64_t)LOOK_MS * 1000000);
    return !cli_interrupted();
}

/* Whether trying again may help: what the server refused it will refuse again. */
static bool may_come_back(anc_status status)
{
    return status == ANC_OK || status == ANC_UNAVAILABLE || status == ANC_IO ||
           status == ANC_DEADLINE || status == ANC_PROVIDER || status == ANC_TOO_SLOW;
}

static int watch(cli_client *client, following *f, anc_str path)
{
    int64_t pause_ms = FIRST_PAUSE_MS;
    bool first = true;
    for (;;) {
        anc_err err = {0};
        f->seen = false;
        const anc_status status = cli_watch(client, path, f->place, on_event, f, &err);
        if (cli_interrupted() || f->closed)
            return f->closed ? CLI_FAILED : CLI_INTERRUPTED;
        if (!may_come_back(status) || (first && status != ANC_OK && !f->seen))
            return cli_report(f->cx, status, &err);
        if (f->seen || status == ANC_OK)
            pause_ms = FIRST_PAUSE_MS;
        if (!f->cx->quiet && pause_ms == FIRST_PAUSE_MS)
            (void)fprintf(stderr, "anchorage: the server ended the stream; trying again\n");
        first = false;
        if (!wait_ms(pause_ms))
            return CLI_INTERRUPTED;
        pause_ms = pause_ms * 2 < LAST_PAUSE_MS ? pause_ms * 2 : LAST_PAUSE_MS;
    }
}

static int follow(cli_client *client)
{
    cli_context *cx = client->cx;
    following f = {.cx = cx};
    uint64_t replay;
    ANC_BUF(path, 64 << 10);
    const int code = cli_number(cx, "replay", 0, MOST_REPLAYED, 0, &replay);
    if (code != CLI_OK)
        return code;
    (void)anc_buf_printf(&path, "/v1/events/stream?replay=%llu", (unsigned long long)replay);
    add_values(cx, "type", "types", &path);
    add_values(cx, "severity", "severity", &path);
    cli_interrupt_catch();
    return watch(client, &f, anc_buf_view(&path));
}

/* ---- stats ---- */

static int stats(cli_client *client)
{
    return list_print_answer(client, "GET", ANC_STR("/v1/events/stats"), ANC_STR_NONE);
}

int cli_run_events_list(cli_context *cx)
{
    return cli_with_server(cx, list);
}

int cli_run_events_follow(cli_context *cx)
{
    cx->no_start = true; /* in a server of its own nothing would happen */
    return cli_with_server(cx, follow);
}

int cli_run_events_stats(cli_context *cx)
{
    return cli_with_server(cx, stats);
}
