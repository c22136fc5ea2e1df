/* log_json.c - the log port as one JSON object a line. */
#include "kernel/adapters/log_json/log_json.h"

#include <errno.h>
#include <unistd.h>

#include "base/utf8.h"
#include "json/json.h"

enum { LINE_BYTES = 64 * 1024, TEXT_BYTES = 2048 };

static const char *const level_names[] = {
    [KRN_DEBUG] = "debug", [KRN_INFO] = "info", [KRN_WARN] = "warn", [KRN_ERROR] = "error"};

static void put_field(json_writer *w, const krn_field *f)
{
    switch (f->kind) {
    case KRN_FIELD_STR:
        if (f->str.len > TEXT_BYTES)
            json_put_str(w, f->name, anc_str_sub(f->str, 0, anc_utf8_floor(f->str, TEXT_BYTES)));
        else
            json_put_str_or_null(w, f->name, f->str);
        break;
    case KRN_FIELD_INT:
        json_put_int(w, f->name, f->integer);
        break;
    case KRN_FIELD_REAL:
        json_put_real(w, f->name, f->real);
        break;
    }
}

static bool write_line(int fd, anc_str line)
{
    ssize_t n;
    do
        n = write(fd, line.ptr, line.len);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)line.len;
}

static void log_write(void *self, krn_level level, const char *component, const char *message,
                      const krn_field *fields, size_t n)
{
    krn_log_json *log = self;
    char time[ANC_TIME_TEXT + 1];
    if (level < log->least)
        return;
    ANC_BUF(line, LINE_BYTES);
    json_writer w = json_writer_of(&line);
    anc_time_text(krn_wall_ms(log->clock), time);
    json_open_object(&w);
    json_put_str(&w, "time", anc_str_of(time));
    json_put_str(&w, "level", anc_str_of(level_names[level]));
    json_put_str(&w, "component", anc_str_of(component));
    json_put_str(&w, "message", anc_str_of(message));
    for (size_t i = 0; i < n; i++)
        put_field(&w, &fields[i]);
    json_close_object(&w);
    (void)anc_buf_add_char(&line, '\n');
    if (line.refused || !write_line(log->fd, anc_buf_view(&line)))
        atomic_fetch_add_explicit(&log->lost, 1, memory_order_relaxed);
}

krn_log krn_log_json_init(krn_log_json *log, int fd, krn_level least, krn_clock clock)
{
    static const krn_log_ops ops = {"json", log_write};
    log->fd = fd;
    log->least = least;
    log->clock = clock;
    atomic_init(&log->lost, 0);
    return (krn_log){&ops, log};
}

uint64_t krn_log_json_lost(const krn_log_json *log)
{
    return atomic_load_explicit(&log->lost, memory_order_relaxed);
}

bool krn_level_by_name(anc_str name, krn_level *ret)
{
    for (size_t i = 0; i < ANC_COUNT(level_names); i++)
        if (anc_str_eq(name, anc_str_of(level_names[i]))) {
            *ret = (krn_level)i;
            return true;
        }
    return false;
}
