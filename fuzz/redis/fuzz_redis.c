/* fuzz_redis.c - the URL of a Redis server, and its replies, which are the same however they are cut.
 *
 * The first byte chooses: 'u' a URL, else the size of the pieces that a reply comes in.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "clients/redis/place.h"
#include "clients/redis/reply.h"

enum { MEMORY = 1 << 16, OUT_MAX = 1 << 20, REPLY_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_reply(const clt_redis_reply *r, anc_buf *out)
{
    (void)anc_buf_printf(out, "(%d %lld %zu %zu:", (int)r->kind, (long long)r->number, r->n,
                         r->text.len);
    (void)anc_buf_add(out, r->text);
    for (size_t i = 0; i < r->n; i++)
        write_reply(clt_redis_item(r, i), out);
}

static void read_replies(anc_str bytes, size_t piece, anc_buf *out)
{
    clt_redis_reader *reader = clt_redis_reader_new(REPLY_MAX);
    anc_status status = ANC_OK;
    if (reader == NULL)
        abort();
    while (bytes.len > 0 && status == ANC_OK) {
        const clt_redis_reply *r = NULL;
        const anc_str part = anc_str_sub(bytes, 0, piece);
        status = clt_redis_reader_feed(reader, part, NULL);
        bytes = anc_str_sub(bytes, part.len, bytes.len);
        while (status == ANC_OK && (status = clt_redis_reader_next(reader, &r, NULL)) == ANC_OK &&
               r != NULL)
            write_reply(r, out);
    }
    (void)anc_buf_printf(out, "<%d>", (int)status);
    clt_redis_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const anc_str bytes = {(const char *)data + 1, size - 1};
    if (data[0] == 'u') {
        ANC_ARENA(mem, MEMORY);
        clt_redis_place place;
        const anc_status status = clt_redis_url_read(mem, bytes, &place, NULL);
        if (status == ANC_OK && place.host.len == 0 && place.unix_path.len == 0)
            abort();
        return 0;
    }
    ANC_BUF(whole, OUT_MAX);
    ANC_BUF(cut, OUT_MAX);
    read_replies(bytes, bytes.len, &whole);
    read_replies(bytes, 1 + data[0] % 7, &cut);
    if (!anc_str_eq(anc_buf_view(&whole), anc_buf_view(&cut)))
        abort();
    return 0;
}
