/* document_text.c - the extracted text, sent in pieces as the client takes them.
 *
 * Pieces are written on a pool, since reading the mapping may wait for the disk. When the client is
 * slow, the request is parked on the loop without a thread until there is room.
 */
#include <stdlib.h>

#include "handlers.h"
#include "schemas.h"

enum { PIECE_BYTES = 128 << 10, HIGH_BYTES = 1 << 20, LOW_BYTES = 256 << 10 };

typedef struct text_work {
    kno_text text; /* owned */
    size_t sent;
} text_work;

static void free_work(http_request *rq)
{
    text_work *t = rq->work;
    kno_text_close(rq->edge->o.kno, &t->text);
    free(t);
}

static void send_more(http_request *rq);

static void nothing(void *arg)
{
    (void)arg;
}

/* The client left, or time is over, while the request was parked. */
static void left_parked(http_request *rq)
{
    net_exchange_abort(rq->ex);
    (void)net_exchange_on_drain(rq->ex, 0, nothing, NULL);
    http_end(rq);
}

static void has_room(void *arg)
{
    http_request *rq = arg;
    rq->on_cancel = NULL;
    http_to_pool(rq, HTTP_IO, send_more);
}

static void park(http_request *rq)
{
    if (atomic_load(&rq->cancelled)) {
        left_parked(rq);
        return;
    }
    rq->on_cancel = left_parked;
    if (!net_exchange_on_drain(rq->ex, LOW_BYTES, has_room, rq)) {
        rq->on_cancel = NULL;
        http_end(rq);
    }
}

static void send_more(http_request *rq)
{
    text_work *t = rq->work;
    while (t->sent < t->text.text.len && !atomic_load(&rq->cancelled)) {
        if (net_exchange_buffered(rq->ex) > HIGH_BYTES) {
            http_to_loop(rq, park);
            return;
        }
        const anc_str piece = anc_str_sub(t->text.text, t->sent, PIECE_BYTES);
        if (!net_exchange_write(rq->ex, piece))
            break;
        t->sent += piece.len;
    }
    if (t->sent == t->text.text.len)
        (void)net_exchange_end(rq->ex);
    else
        net_exchange_abort(rq->ex);
    http_end(rq);
}

static void begin(http_request *rq, anc_str length)
{
    net_header headers[HTTP_HEADERS_MAX];
    size_t n = http_common_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Content-Type"), anc_str_of(rq->route->media)};
    headers[n++] = (net_header){ANC_STR("Content-Length"), length};
    headers[n++] = (net_header){ANC_STR("Cache-Control"), ANC_STR("no-store")};
    headers[n++] = (net_header){ANC_STR("Content-Security-Policy"),
                                ANC_STR("default-src 'none'; frame-ancestors 'none'")};
    (void)net_exchange_begin(rq->ex, 200, headers, n);
}

anc_status http_text_get(http_request *rq)
{
    http_document_query q;
    kno_text text;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(kno_text_open(rq->edge->o.kno, &rq->call, q.collection, rq->params[0],
                          (uint32_t)q.version, &text));
    text_work *t = calloc(1, sizeof *t);
    const anc_str length = anc_arena_printf(rq->mem, "%zu", text.text.len);
    if (t == NULL || length.ptr == NULL) {
        kno_text_close(rq->edge->o.kno, &text);
        free(t);
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a text");
    }
    t->text = text;
    rq->work = t;
    rq->work_free = free_work;
    if (!http_claim(rq)) {
        http_end(rq);
        return ANC_OK;
    }
    begin(rq, length);
    send_more(rq);
    return ANC_OK;
}
