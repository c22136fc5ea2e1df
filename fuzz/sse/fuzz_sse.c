/* fuzz_sse.c - an event stream must give the same events however its bytes are cut, and an event
 * that was written must read back.
 *
 * The first byte seeds the cuts.
 */
#include <stdlib.h>
#include <string.h>

#include "net/sse.h"

enum { LINE_MAX_BYTES = 64, EVENT_MAX_BYTES = 256, OUT_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool note_event(void *arg, const net_sse_event *e)
{
    return anc_buf_printf(arg, "(%zu|%zu|%zu", e->id.len, e->event.len, e->data.len) &&
           anc_buf_add(arg, e->id) && anc_buf_add(arg, e->event) && anc_buf_add(arg, e->data);
}

static void read_stream(anc_str stream, size_t piece_max, unsigned seed, anc_buf *out)
{
    net_sse_reader *reader = net_sse_reader_new(LINE_MAX_BYTES, EVENT_MAX_BYTES);
    anc_status status = ANC_OK;
    if (reader == NULL)
        abort();
    while (stream.len > 0 && status == ANC_OK) {
        seed = seed * 1103515245u + 12345u;
        size_t n = piece_max == 0 ? stream.len : 1 + (seed >> 16) % piece_max;
        n = n < stream.len ? n : stream.len;
        char *copy = malloc(n);
        if (copy == NULL)
            abort();
        memcpy(copy, stream.ptr, n);
        status = net_sse_feed(reader, (anc_str){copy, n}, note_event, out, NULL);
        free(copy);
        stream = anc_str_sub(stream, n, stream.len);
    }
    (void)anc_buf_printf(out, "<%d>", (int)status);
    net_sse_reader_free(reader);
}

static bool keep_data(void *arg, const net_sse_event *e)
{
    return anc_buf_add(arg, e->data);
}

/* Data without CR survives the way over the wire. */
static void round_trip(anc_str data)
{
    ANC_BUF(wire, OUT_MAX);
    ANC_BUF(back, OUT_MAX);
    net_sse_reader *reader = net_sse_reader_new(OUT_MAX, OUT_MAX);
    if (reader == NULL)
        abort();
    net_sse_put(&wire, ANC_STR_NONE, ANC_STR("x"), data);
    if (net_sse_feed(reader, anc_buf_view(&wire), keep_data, &back, NULL) != ANC_OK ||
        !anc_str_eq(anc_buf_view(&back), data))
        abort();
    net_sse_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const anc_str stream = {(const char *)data + 1, size - 1};
    ANC_BUF(whole, OUT_MAX);
    ANC_BUF(cut, OUT_MAX);
    read_stream(stream, 0, 0, &whole);
    read_stream(stream, 5, data[0], &cut);
    if (!anc_str_eq(anc_buf_view(&whole), anc_buf_view(&cut)))
        abort();
    if (memchr(stream.ptr, '\r', stream.len) == NULL)
        round_trip(stream);
    return 0;
}
