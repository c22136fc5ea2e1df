/* document_bytes.c - the extracted text and the original, sent in pieces as the client takes them.
 *
 * Pieces are written on a pool, since reading the mapping may wait for the disk. When the client is
 * slow, the request is parked on the loop without a thread until there is room; what it holds meanwhile is the window of
 * pieces that wait, reserved before the answer begins. Pages that were read leave memory then.
 *
 * An original is somebody else's bytes from our address: it is always an attachment, its type is not
 * guessed at, and should a browser show it all the same, nothing in it may run or load.
 */
#include <stdlib.h>

#include "document_name.h"
#include "handlers.h"
#include "os/file.h"
#include "schemas.h"

enum {
    PIECE_BYTES = 32 << 10,
    HIGH_BYTES = 128 << 10, /* no piece follows while more waits */
    LOW_BYTES = 64 << 10,   /* pieces follow again */
    HEAD_BYTES = 16 << 10,  /* of the answer, at most */
    /* what waits, a piece, and what is out of another */
    WINDOW_BYTES = HIGH_BYTES + 2 * PIECE_BYTES + HEAD_BYTES
};

typedef struct byte_work {
    kno_text text; /* owned, where has_text */
    kno_raw raw;   /* owned, where has_raw */
    bool has_text, has_raw;
    os_map
        mapped; /* borrowed: all the bytes where they are a mapping; of the text or the original */
    anc_str bytes; /* what is sent */
    size_t sent;
} byte_work;

static void free_work(http_request *rq)
{
    byte_work *t = rq->work;
    if (t->has_text)
        kno_text_close(rq->edge->o.kno, &t->text);
    if (t->has_raw)
        kno_raw_close(rq->edge->o.kno, &t->raw);
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
    byte_work *t = rq->work;
    while (t->sent < t->bytes.len && !atomic_load(&rq->cancelled)) {
        if (net_exchange_buffered(rq->ex) > HIGH_BYTES) {
            os_map_forget(&t->mapped);
            http_to_loop(rq, park);
            return;
        }
        const anc_str piece = anc_str_sub(t->bytes, t->sent, PIECE_BYTES);
        if (!net_exchange_write(rq->ex, piece))
            break;
        t->sent += piece.len;
    }
    if (t->sent == t->bytes.len)
        (void)net_exchange_end(rq->ex);
    else
        net_exchange_abort(rq->ex);
    http_end(rq);
}

/* ---- what is sent before the bytes ---------------------------------------------------------- */

static size_t closed_headers(const http_request *rq, net_header *headers)
{
    size_t n = http_common_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Cache-Control"), ANC_STR("no-store")};
    headers[n++] = (net_header){ANC_STR("Content-Security-Policy"),
                                ANC_STR("default-src 'none'; frame-ancestors 'none'; sandbox")};
    return n;
}

/* Begins the answer and sends what there is; the request ends itself. */
static void send_all(http_request *rq, int status, const net_header *headers, size_t n)
{
    byte_work *t = rq->work;
    if (!http_claim(rq)) {
        http_end(rq);
        return;
    }
    (void)net_exchange_begin(rq->ex, status, headers, n);
    if (anc_str_eq(net_exchange_method(rq->ex), ANC_STR("HEAD")))
        t->sent = t->bytes.len;
    send_more(rq);
}

/* Work that owns neither yet; freed with the request from here on. */
static anc_status new_work(http_request *rq, byte_work **ret)
{
    *ret = calloc(1, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "the bytes of a document");
    rq->work = *ret;
    rq->work_free = free_work;
    return ANC_OK;
}

/* Before the answer: its window stands for all of it, however long it is. */
static anc_status take_window(http_request *rq, uint64_t bytes)
{
    const uint64_t all = bytes + HEAD_BYTES;
    return http_answer_reserve(rq, all < WINDOW_BYTES ? (size_t)all : WINDOW_BYTES);
}

static os_map map_of(bool mapped, anc_str bytes)
{
    return mapped ? (os_map){.bytes = (const unsigned char *)bytes.ptr, .len = bytes.len}
                  : (os_map){0};
}

anc_status http_text_get(http_request *rq)
{
    http_document_query q;
    byte_work *t;
    net_header headers[HTTP_HEADERS_MAX];
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(new_work(rq, &t));
    ANC_TRY(kno_text_open(rq->edge->o.kno, &rq->call, q.collection, rq->params[0],
                          (uint32_t)q.version, &t->text));
    t->has_text = true;
    t->bytes = t->text.text;
    t->mapped = map_of(t->text.mapped, t->bytes);
    ANC_TRY(take_window(rq, t->bytes.len));
    const anc_str length = anc_arena_printf(rq->mem, "%zu", t->bytes.len);
    if (length.ptr == NULL)
        return http_no_memory(rq, "a text");
    size_t n = closed_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Content-Type"), anc_str_of(rq->route->media)};
    headers[n++] = (net_header){ANC_STR("Content-Length"), length};
    send_all(rq, 200, headers, n);
    return ANC_OK;
}

/* ---- originals ----------------------------------------------------------------------------- */

typedef enum range_is {
    RANGE_IGNORED, /* none, several, another unit, no range at all: answered whole */
    RANGE_PART,
    RANGE_BEYOND /* of bytes that are not there */
} range_is;

/* The one range of "bytes=…" of `length` bytes. */
static range_is read_range(anc_str range, uint64_t length, uint64_t *ret_from, uint64_t *ret_to)
{
    uint64_t from = 0, to = 0;
    if (!anc_str_starts(range, ANC_STR("bytes=")) || length == 0)
        return RANGE_IGNORED;
    range = anc_str_trim(anc_str_sub(range, 6, range.len));
    const size_t dash = anc_str_find(range, ANC_STR("-"));
    if (dash == SIZE_MAX)
        return RANGE_IGNORED;
    const anc_str first = anc_str_sub(range, 0, dash);
    const anc_str last = anc_str_sub(range, dash + 1, range.len);
    if (first.len == 0) { /* the last so many */
        if (!anc_str_to_u64(last, &to))
            return RANGE_IGNORED;
        *ret_from = to < length ? length - to : 0;
        *ret_to = length - 1;
        return to > 0 ? RANGE_PART : RANGE_BEYOND;
    }
    if (!anc_str_to_u64(first, &from))
        return RANGE_IGNORED;
    if (last.len > 0 && (!anc_str_to_u64(last, &to) || to < from))
        return RANGE_IGNORED;
    if (from >= length)
        return RANGE_BEYOND;
    *ret_from = from;
    *ret_to = last.len == 0 || to >= length ? length - 1 : to;
    return RANGE_PART;
}

/* Whether the client's part of the bytes is of these: If-Range names their ETag. */
static bool range_wanted(const http_request *rq, anc_str tag)
{
    const anc_str if_range = net_exchange_header(rq->ex, "if-range");
    return if_range.ptr == NULL || anc_str_eq(if_range, tag);
}

/* Whether If-None-Match ("*", or a list of tags, weak ones too) has it: the client has these bytes. */
static bool client_has(const http_request *rq, anc_str tag)
{
    anc_str rest = net_exchange_header(rq->ex, "if-none-match"), one;
    while (rest.len > 0 && anc_str_split(&rest, ',', &one)) {
        one = anc_str_trim(one);
        if (anc_str_starts(one, ANC_STR("W/")))
            one = anc_str_sub(one, 2, one.len);
        if (anc_str_eq(one, tag) || anc_str_eq(one, ANC_STR("*")))
            return true;
    }
    return false;
}

static void send_not_modified(http_request *rq, anc_str tag)
{
    net_header headers[HTTP_HEADERS_MAX];
    size_t n = closed_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("ETag"), tag};
    if (http_claim(rq))
        (void)net_exchange_respond(rq->ex, 304, headers, n, ANC_STR_NONE);
    http_end(rq);
}

static anc_status refuse_range(http_request *rq, anc_str range, uint64_t length)
{
    const anc_str span = anc_arena_printf(rq->mem, "bytes */%llu", (unsigned long long)length);
    const anc_str detail =
        anc_arena_printf(rq->mem, "the Range '%.*s' is of none of the %llu bytes",
                         ANC_FMT(anc_str_sub(range, 0, 64)), (unsigned long long)length);
    if (span.ptr == NULL || detail.ptr == NULL)
        return http_no_memory(rq, "a refusal");
    const net_header extra = {ANC_STR("Content-Range"), span};
    http_refuse(rq, http_problem_of_http(416, detail), &extra);
    return ANC_OK;
}

/* What is sent of an original: all of it, or the bytes from `from` up to and with `to`. */
typedef struct share {
    uint64_t from, to, all;
    bool part;
} share;

static anc_status send_original(http_request *rq, const kno_document *of, anc_str tag,
                                const share *s)
{
    byte_work *t = rq->work;
    net_header headers[HTTP_HEADERS_MAX];
    const anc_str length = anc_arena_printf(rq->mem, "%zu", t->bytes.len);
    const anc_str span =
        anc_arena_printf(rq->mem, "bytes %llu-%llu/%llu", (unsigned long long)s->from,
                         (unsigned long long)s->to, (unsigned long long)s->all);
    anc_str disposition;
    ANC_TRY(http_document_disposition(rq->mem, of, &disposition, &rq->err));
    if (length.ptr == NULL || span.ptr == NULL)
        return http_no_memory(rq, "an original");
    size_t n = closed_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Content-Type"), http_document_type(of)};
    headers[n++] = (net_header){ANC_STR("Content-Length"), length};
    headers[n++] = (net_header){ANC_STR("Content-Disposition"), disposition};
    headers[n++] = (net_header){ANC_STR("Accept-Ranges"), ANC_STR("bytes")};
    headers[n++] = (net_header){ANC_STR("ETag"), tag};
    if (s->part)
        headers[n++] = (net_header){ANC_STR("Content-Range"), span};
    send_all(rq, s->part ? 206 : 200, headers, n);
    return ANC_OK;
}

/* The bytes are opened only where some are sent, and hashed anew only where all of them are: else a part of a hundred
 * bytes would cost as much as the whole. */
anc_status http_raw_get(http_request *rq)
{
    http_document_query q;
    byte_work *t;
    kno_document of;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(new_work(rq, &t));
    ANC_TRY(kno_document_find_at(rq->edge->o.kno, &rq->call, q.collection, rq->params[0],
                                 (uint32_t)q.version, &of));
    const anc_str tag = anc_arena_printf(rq->mem, "\"%.*s\"", ANC_FMT(of.content_sha256));
    if (tag.ptr == NULL)
        return http_no_memory(rq, "an original");
    if (client_has(rq, tag)) {
        send_not_modified(rq, tag);
        return ANC_OK;
    }
    share s = {.to = of.bytes > 0 ? of.bytes - 1 : 0, .all = of.bytes};
    const anc_str range = net_exchange_header(rq->ex, "range");
    const range_is is = range.ptr != NULL && range_wanted(rq, tag)
                            ? read_range(range, s.all, &s.from, &s.to)
                            : RANGE_IGNORED;
    if (is == RANGE_BEYOND)
        return refuse_range(rq, range, s.all);
    s.part = is == RANGE_PART;
    const bool head = anc_str_eq(net_exchange_method(rq->ex), ANC_STR("HEAD"));
    const uint64_t bytes = s.part ? s.to - s.from + 1 : s.all;
    const bool whole = !head && bytes == s.all;
    ANC_TRY(take_window(rq, bytes));
    ANC_TRY(kno_raw_open(rq->edge->o.kno, &rq->call, &of, whole, &t->raw));
    t->has_raw = true;
    t->mapped = map_of(t->raw.mapped, t->raw.bytes);
    t->bytes = s.part ? anc_str_sub(t->raw.bytes, s.from, bytes) : t->raw.bytes;
    return send_original(rq, &of, tag, &s);
}
