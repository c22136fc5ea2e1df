/* hub_source.c - one blocking request a file. */
#include "embedding/adapters/hub/hub_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_client.h"

enum {
    CONNECT_MS = 15000,
    FIRST_BYTE_MS = 30000,
    IDLE_MS = 30000,
    STATUS_PARTIAL = 206,
    STATUS_NOT_FOUND = 404,
    HUB_MAX_BYTES = 1024
};

typedef struct source {
    net_client *client; /* owned */
    char hub[HUB_MAX_BYTES];
} source;

typedef struct transfer {
    emb_take take;
    uint64_t offset;   /* asked for */
    uint64_t skip;     /* bytes of the answer that are known */
    anc_status status; /* what `take` said */
} transfer;

static void on_head(void *arg, const net_response_head *head)
{
    transfer *t = arg;
    t->skip = head->status == STATUS_PARTIAL ? 0 : t->offset;
}

static bool on_data(void *arg, anc_str bytes)
{
    transfer *t = arg;
    const size_t old = bytes.len < t->skip ? bytes.len : (size_t)t->skip;
    t->skip -= old;
    if (bytes.len > old)
        t->status = t->take.bytes(t->take.arg, anc_str_sub(bytes, old, SIZE_MAX));
    return t->status == ANC_OK;
}

static anc_status check_answer(const source *s, const emb_model_file *file,
                               const net_response *response, anc_err *err)
{
    const int status = response->head.status;
    if (status >= 200 && status < 300)
        return ANC_OK;
    return ANC_FAIL(err, status == STATUS_NOT_FOUND ? ANC_NOT_FOUND : ANC_PROVIDER,
                    "%s answered %d for %s", s->hub, status, file->path);
}

static anc_status fetch(void *self, krn_call *call, const emb_model_row *row,
                        const emb_model_file *file, uint64_t offset, emb_take take)
{
    const source *s = self;
    net_response response = {0};
    transfer t = {.take = take, .offset = offset};
    const anc_str url = anc_arena_printf(call->mem, "%s/%s/resolve/%s/%s", s->hub, row->repository,
                                         row->revision, file->path);
    const anc_str range = anc_arena_printf(call->mem, "bytes=%llu-", (unsigned long long)offset);
    if (url.ptr == NULL || range.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to fetch %s", file->path);
    const net_header header = {ANC_STR("range"), range};
    const net_request request = {.url = url,
                                 .headers = &header,
                                 .n_headers = offset > 0 ? 1 : 0,
                                 .follow_redirects = true,
                                 .connect_timeout_ms = CONNECT_MS,
                                 .first_byte_timeout_ms = FIRST_BYTE_MS,
                                 .idle_timeout_ms = IDLE_MS};
    const net_take sink = {
        .on_data = on_data, .on_head = on_head, .arg = &t, .cancelled = call->cancelled};
    const anc_status status =
        net_http_fetch(s->client, &request, &sink, call->mem, &response, call->err);
    if (t.status != ANC_OK)
        return t.status;
    ANC_TRY(status);
    return check_answer(s, file, &response, call->err);
}

static void close_source(void *self)
{
    source *s = self;
    net_client_close(s->client);
    free(s);
}

static const emb_model_source_ops ops = {.name = "hub", .fetch = fetch, .close = close_source};

anc_status emb_hub_source_open(anc_str hub, emb_model_source *ret, anc_err *err)
{
    const anc_str address = hub.len > 0 ? hub : ANC_STR("https://huggingface.co");
    if (address.len >= HUB_MAX_BYTES)
        return ANC_FAIL(err, ANC_INVALID, "the hub's address has %zu bytes, at most %d",
                        address.len, HUB_MAX_BYTES - 1);
    source *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a source of models");
    (void)snprintf(s->hub, sizeof s->hub, "%.*s", ANC_FMT(address));
    for (size_t n = strlen(s->hub); n > 0 && s->hub[n - 1] == '/'; n--)
        s->hub[n - 1] = '\0';
    const anc_status status = net_client_open(&s->client, err);
    if (status != ANC_OK) {
        free(s);
        return status;
    }
    *ret = (emb_model_source){&ops, s};
    return ANC_OK;
}
