/* sse.c - event streams written and read.
 *
 * The reader keeps one unfinished line and the data lines of one unfinished event. A CR ends a line
 * at once; a LF that comes right after it, perhaps in the next piece, is swallowed.
 */
#include "net/sse.h"

#include <stdlib.h>
#include <string.h>

static void put_field(anc_buf *out, const char *name, anc_str value)
{
    (void)anc_buf_add(out, anc_str_of(name));
    (void)anc_buf_add(out, ANC_STR(": "));
    (void)anc_buf_add(out, value);
    (void)anc_buf_add_char(out, '\n');
}

/* Bytes before the next line end in `s`; *ret_end is how long that end is (0 at the end of s). */
static size_t line_length(anc_str s, size_t *ret_end)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] != '\n' && s.ptr[n] != '\r')
        n++;
    *ret_end = 0;
    if (n < s.len)
        *ret_end = s.ptr[n] == '\r' && n + 1 < s.len && s.ptr[n + 1] == '\n' ? 2 : 1;
    return n;
}

void net_sse_put(anc_buf *out, anc_str id, anc_str event, anc_str data)
{
    if (id.len > 0)
        put_field(out, "id", id);
    if (event.len > 0)
        put_field(out, "event", event);
    for (size_t end = 1; end > 0;) {
        const size_t n = line_length(data, &end);
        put_field(out, "data", anc_str_sub(data, 0, n));
        data = anc_str_sub(data, n + end, data.len);
    }
    (void)anc_buf_add_char(out, '\n');
}

void net_sse_put_comment(anc_buf *out, anc_str text)
{
    (void)anc_buf_add(out, ANC_STR(": "));
    for (size_t i = 0; i < text.len; i++)
        (void)anc_buf_add_char(out, text.ptr[i] == '\n' || text.ptr[i] == '\r' ? ' ' : text.ptr[i]);
    (void)anc_buf_add(out, ANC_STR("\n\n"));
}

struct net_sse_reader {
    anc_buf line;    /* unfinished */
    anc_buf data;    /* of the unfinished event, each line ended by LF */
    anc_buf event;   /* its type */
    anc_buf last_id; /* stays over events */
    anc_buf place;   /* the same as of the last block that came to its end */
    bool after_cr;
    bool started; /* the first byte was seen, a byte order mark can no longer come */
};

void net_sse_reader_free(net_sse_reader *reader)
{
    if (reader == NULL)
        return;
    anc_buf_done(&reader->line);
    anc_buf_done(&reader->data);
    anc_buf_done(&reader->event);
    anc_buf_done(&reader->last_id);
    anc_buf_done(&reader->place);
    free(reader);
}

net_sse_reader *net_sse_reader_new(size_t max_line_bytes, size_t max_event_bytes)
{
    net_sse_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->line = anc_buf_init(max_line_bytes);
    reader->data = anc_buf_init(max_event_bytes);
    reader->event = anc_buf_init(max_line_bytes);
    reader->last_id = anc_buf_init(max_line_bytes);
    reader->place = anc_buf_init(max_line_bytes);
    return reader;
}

anc_str net_sse_place(const net_sse_reader *reader)
{
    return anc_buf_view(&reader->place);
}

static void take_field(net_sse_reader *r, anc_str name, anc_str value)
{
    if (anc_str_eq(name, ANC_STR("data"))) {
        (void)anc_buf_add(&r->data, value);
        (void)anc_buf_add_char(&r->data, '\n');
    } else if (anc_str_eq(name, ANC_STR("event"))) {
        anc_buf_clear(&r->event);
        (void)anc_buf_add(&r->event, value);
    } else if (anc_str_eq(name, ANC_STR("id")) &&
               (value.len == 0 || memchr(value.ptr, '\0', value.len) == NULL)) {
        anc_buf_clear(&r->last_id);
        (void)anc_buf_add(&r->last_id, value);
    }
}

static anc_status check_bounds(const net_sse_reader *r, anc_err *err)
{
    ANC_TRY(anc_buf_status(&r->line, "a line of the event stream", err));
    ANC_TRY(anc_buf_status(&r->event, "a line of the event stream", err));
    ANC_TRY(anc_buf_status(&r->last_id, "a line of the event stream", err));
    return anc_buf_status(&r->data, "an event of the event stream", err);
}

/* An event is over; one without data is dropped. False when the receiver wants no more. */
static bool dispatch(net_sse_reader *r, bool (*on_event)(void *arg, const net_sse_event *event),
                     void *arg)
{
    bool more = true;
    anc_buf_clear(&r->place);
    (void)anc_buf_add(&r->place, anc_buf_view(&r->last_id));
    if (r->data.len > 0) {
        const net_sse_event event = {
            anc_buf_view(&r->last_id), anc_buf_view(&r->event), {r->data.ptr, r->data.len - 1}};
        more = on_event(arg, &event);
    }
    anc_buf_clear(&r->data);
    anc_buf_clear(&r->event);
    return more;
}

/* The line in r->line is complete. */
static bool take_line(net_sse_reader *r, bool (*on_event)(void *arg, const net_sse_event *event),
                      void *arg)
{
    anc_str line = anc_buf_view(&r->line);
    if (!r->started && anc_str_starts(line, ANC_STR("\xEF\xBB\xBF")))
        line = anc_str_sub(line, 3, line.len);
    r->started = true;
    if (line.len == 0)
        return dispatch(r, on_event, arg);
    const size_t colon = anc_str_find(line, ANC_STR(":"));
    if (colon == 0)
        return true;
    anc_str value = colon == SIZE_MAX ? ANC_STR("") : anc_str_sub(line, colon + 1, line.len);
    if (value.len > 0 && value.ptr[0] == ' ')
        value = anc_str_sub(value, 1, value.len);
    take_field(r, anc_str_sub(line, 0, colon), value);
    return true;
}

anc_status net_sse_feed(net_sse_reader *r, anc_str bytes,
                        bool (*on_event)(void *arg, const net_sse_event *event), void *arg,
                        anc_err *err)
{
    while (bytes.len > 0) {
        if (r->after_cr && bytes.ptr[0] == '\n') {
            r->after_cr = false;
            bytes = anc_str_sub(bytes, 1, bytes.len);
            continue;
        }
        r->after_cr = false;
        size_t end = 0;
        const size_t n = line_length(bytes, &end);
        (void)anc_buf_add(&r->line, anc_str_sub(bytes, 0, n));
        ANC_TRY(check_bounds(r, err));
        if (end == 0)
            return ANC_OK;
        r->after_cr = bytes.ptr[n + end - 1] == '\r';
        const bool more = take_line(r, on_event, arg);
        anc_buf_clear(&r->line);
        ANC_TRY(check_bounds(r, err));
        if (!more)
            return ANC_OK;
        bytes = anc_str_sub(bytes, n + end, bytes.len);
    }
    return ANC_OK;
}
