/* fuzz_http.c - the codec must give the same requests however their bytes are cut.
 *
 * The first byte of the input seeds the cuts, the rest is the stream of a connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_codec.h"

enum { HEAD_BYTES = 512, FIELDS = 8, TRANSCRIPT_MAX = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct reader {
    char bytes[HEAD_BYTES];
    net_header fields[FIELDS];
    net_head head;
    net_body body;
    bool in_body, over;
    anc_buf *out;
} reader;

static void note_head(reader *r)
{
    (void)anc_buf_printf(r->out, "[%.*s %.*s %d]", ANC_FMT(r->head.method), ANC_FMT(r->head.target),
                         r->head.minor);
    for (size_t i = 0; i < r->head.n_fields; i++)
        (void)anc_buf_printf(r->out, "{%.*s=%.*s}", ANC_FMT(r->head.fields[i].name),
                             ANC_FMT(r->head.fields[i].value));
}

static void next_request(reader *r)
{
    r->in_body = false;
    net_head_init(&r->head, r->bytes, sizeof r->bytes, r->fields, FIELDS);
}

static void feed_head(reader *r, anc_str *in)
{
    const net_codec_step step = net_head_feed(&r->head, in);
    if (step == NET_CODEC_BAD) {
        (void)anc_buf_printf(r->out, "<%d %s>", r->head.fault_status, r->head.fault);
        r->over = true;
    } else if (step == NET_CODEC_DONE) {
        note_head(r);
        net_body_init(&r->body, r->head.chunked, r->head.content_length);
        r->in_body = true;
    }
}

static void feed_body(reader *r, anc_str *in)
{
    anc_str piece;
    const net_codec_step step = net_body_feed(&r->body, in, &piece);
    if (step == NET_CODEC_DATA) {
        (void)anc_buf_add(r->out, piece);
    } else if (step == NET_CODEC_BAD) {
        (void)anc_buf_printf(r->out, "<%d %s>", r->body.fault_status, r->body.fault);
        r->over = true;
    } else if (step == NET_CODEC_DONE) {
        (void)anc_buf_add(r->out, ANC_STR("|"));
        next_request(r);
    }
}

/* `piece` is a copy of exactly its size, so that an overrun shows. */
static void feed(reader *r, anc_str piece)
{
    while (!r->over) {
        if (r->in_body)
            feed_body(r, &piece);
        else
            feed_head(r, &piece);
        const bool body_may_end = r->in_body && !r->body.chunked && r->body.left == 0;
        if (piece.len == 0 && !body_may_end)
            break;
    }
}

static void read_all(anc_str stream, unsigned seed, anc_buf *out)
{
    reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    r->out = out;
    next_request(r);
    while (stream.len > 0 && !r->over) {
        seed = seed * 1103515245u + 12345u;
        size_t n = seed == 0 ? stream.len : 1 + (seed >> 16) % 7;
        n = n < stream.len ? n : stream.len;
        char *copy = malloc(n);
        if (copy == NULL)
            abort();
        memcpy(copy, stream.ptr, n);
        feed(r, (anc_str){copy, n});
        free(copy);
        stream = anc_str_sub(stream, n, stream.len);
    }
    free(r);
}

static void read_whole(anc_str stream, anc_buf *out)
{
    reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    r->out = out;
    next_request(r);
    if (stream.len > 0)
        feed(r, stream);
    free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const anc_str stream = {(const char *)data + 1, size - 1};
    ANC_BUF(whole, TRANSCRIPT_MAX);
    ANC_BUF(cut, TRANSCRIPT_MAX);
    read_whole(stream, &whole);
    read_all(stream, data[0], &cut);
    if (!anc_str_eq(anc_buf_view(&whole), anc_buf_view(&cut)))
        abort();
    return 0;
}
