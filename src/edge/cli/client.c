/* client.c - where the server is, and what is sent to it. */
#include "client.h"

#include <stdio.h>
#include <string.h>

#include "net/sse.h"
#include "os/file.h"
#include "subject.h"

enum {
    CONNECT_MS = 3000,
    PROBE_MS = 3000,
    TOTAL_MS = 1800000,
    WATCH_IDLE_MS = 45000, /* the server says every 15 s that it is there */
    ARENA_BYTES = 256 << 20,
    LINE_BYTES = 4 << 20,
    EVENT_BYTES = 16 << 20
};

anc_status cli_request_typed(cli_client *client, const char *method, anc_str path,
                             anc_str content_type, anc_str body, anc_arena *mem, net_request *ret,
                             anc_err *err)
{
    net_header *headers = anc_arena_alloc(mem, 3, sizeof *headers);
    const bool socket = client->at.unix_path[0] != '\0';
    const anc_str url = anc_arena_printf(
        mem, "%s%.*s", socket ? "http://localhost" : client->at.url, ANC_FMT(path));
    size_t n = 0;
    if (headers == NULL || url.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "a request to %.*s", ANC_FMT(path));
    headers[n++] = (net_header){ANC_STR("accept"), ANC_STR("application/json")};
    if (body.len > 0)
        headers[n++] = (net_header){ANC_STR("content-type"), content_type};
    if (client->auth.len > 0)
        headers[n++] = (net_header){ANC_STR("authorization"), client->auth};
    *ret = (net_request){.method = anc_str_of(method),
                         .url = url,
                         .headers = headers,
                         .n_headers = n,
                         .body = body,
                         .unix_path = socket ? anc_str_of(client->at.unix_path) : ANC_STR_NONE,
                         .connect_timeout_ms = CONNECT_MS,
                         .total_timeout_ms = TOTAL_MS,
                         .max_body_bytes = ARENA_BYTES};
    return ANC_OK;
}

anc_status cli_request_make(cli_client *client, const char *method, anc_str path, anc_str body,
                            anc_arena *mem, net_request *ret, anc_err *err)
{
    return cli_request_typed(client, method, path, ANC_STR("application/json"), body, mem, ret,
                             err);
}

/* The status of ours that an HTTP status stands for. */
static anc_status status_of_http(int http)
{
    for (int s = 0; s < ANC_STATUS_COUNT; s++)
        if (anc_status_info((anc_status)s)->http == http)
            return (anc_status)s;
    return http < 500 ? ANC_INVALID : ANC_UNAVAILABLE;
}

/* What the answer complains of, each by the option that it came from. False where the first came from none. */
static bool put_faults(const cli_context *cx, const json_value *root, anc_buf *out)
{
    const json_value *errors = json_member(root, "errors");
    for (size_t i = 0; i < json_count(errors); i++) {
        const json_value *one = json_element(errors, i);
        const anc_str pointer = json_str(json_member(one, "pointer"), ANC_STR(""));
        (void)anc_buf_add(out, i > 0 ? ANC_STR("; ") : ANC_STR(""));
        if (!cli_subject(cx, pointer, out)) {
            if (i == 0)
                return false;
            (void)anc_buf_add(out, pointer);
        }
        (void)anc_buf_printf(out, ": %.*s",
                             ANC_FMT(json_str(json_member(one, "message"), ANC_STR(""))));
    }
    return json_count(errors) > 0;
}

/* `cx` NULL: of a request that was not made of options. */
static anc_status problem_of(const cli_context *cx, const net_response *response, anc_err *err)
{
    if (response->head.status < 400)
        return ANC_OK;
    const anc_status status = status_of_http(response->head.status);
    CLI_JSON(doc);
    ANC_BUF(faults, LINE_BYTES);
    if (json_parse(response->body, &doc, NULL) != ANC_OK)
        return ANC_FAIL(err, status, "the server answered %d", response->head.status);
    const json_value *root = json_root(doc);
    if (cx != NULL && put_faults(cx, root, &faults))
        return ANC_FAIL(err, status, "%.*s", ANC_FMT(anc_buf_view(&faults)));
    const json_value *first = json_element(json_member(root, "errors"), 0);
    const anc_str detail = json_str(json_member(root, "detail"), ANC_STR("no detail"));
    const anc_str pointer = json_str(json_member(first, "pointer"), ANC_STR(""));
    const anc_str message = json_str(json_member(first, "message"), ANC_STR(""));
    if (message.len > 0 && anc_str_find(detail, message) == SIZE_MAX)
        return ANC_FAIL(err, status, "%.*s (%.*s: %.*s)", ANC_FMT(detail), ANC_FMT(pointer),
                        ANC_FMT(message));
    return ANC_FAIL(err, status, "%.*s", ANC_FMT(detail));
}

anc_status cli_problem(const net_response *response, anc_err *err)
{
    return problem_of(NULL, response, err);
}

anc_status cli_call(cli_client *client, const char *method, anc_str path, anc_str body,
                    anc_arena *mem, anc_str *ret_body, anc_err *err)
{
    net_request request;
    net_response response;
    ANC_TRY(cli_request_make(client, method, path, body, mem, &request, err));
    ANC_TRY(net_http_fetch(client->net, &request, NULL, mem, &response, err));
    ANC_TRY(problem_of(client->cx, &response, err));
    *ret_body = response.body;
    return ANC_OK;
}

anc_status cli_call_json(cli_client *client, const char *method, anc_str path, anc_str body,
                         json_doc **ret, anc_err *err)
{
    ANC_ARENA(mem, ARENA_BYTES);
    anc_str text;
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %.*s", ANC_FMT(path));
    ANC_TRY(cli_call(client, method, path, body, mem, &text, err));
    if (text.len == 0)
        text = ANC_STR("{}");
    return json_parse(text, ret, err);
}

typedef struct stream {
    net_sse_reader *reader;
    bool (*on_event)(void *arg, const net_sse_event *event);
    void *arg;
    bool stopped;
    anc_status status;
    anc_err *err;
} stream;

static bool stream_event(void *arg, const net_sse_event *event)
{
    stream *s = arg;
    if (!s->on_event(s->arg, event))
        s->stopped = true;
    return !s->stopped;
}

static bool stream_data(void *arg, anc_str bytes)
{
    stream *s = arg;
    s->status = net_sse_feed(s->reader, bytes, stream_event, s, s->err);
    return s->status == ANC_OK && !s->stopped;
}

static anc_status run_stream(cli_client *client, const net_request *request, anc_arena *mem,
                             bool (*on_event)(void *arg, const net_sse_event *event), void *arg,
                             char *ret_place, anc_err *err)
{
    net_response response = {0};
    anc_err why = {0};
    stream s = {.on_event = on_event, .arg = arg, .err = err};
    if ((s.reader = net_sse_reader_new(LINE_BYTES, EVENT_BYTES)) == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %.*s", ANC_FMT(request->url));
    const net_take take = {.on_data = stream_data, .arg = &s, .cancelled = cli_interrupt_flag()};
    anc_status status = net_http_fetch(client->net, request, &take, mem, &response, &why);
    if (s.stopped) /* on purpose: what the fetch says of it is no failure */
        status = ANC_OK;
    else if (s.status != ANC_OK)
        status = s.status;
    else if (status == ANC_OK)
        status = problem_of(client->cx, &response, err);
    else if (why.code != ANC_OK)
        status = ANC_FAIL(err, status, "%s", why.text);
    const anc_str place = net_sse_place(s.reader);
    if (ret_place != NULL && place.len > 0 && place.len < CLI_PLACE_BYTES)
        (void)snprintf(ret_place, CLI_PLACE_BYTES, "%.*s", ANC_FMT(place));
    net_sse_reader_free(s.reader);
    return status;
}

typedef struct plain_events {
    bool (*on_event)(void *arg, anc_str event, anc_str data);
    void *arg;
} plain_events;

static bool plain_event(void *arg, const net_sse_event *event)
{
    const plain_events *p = arg;
    return p->on_event(p->arg, event->event, event->data);
}

anc_status cli_stream(cli_client *client, anc_str path, anc_str body,
                      bool (*on_event)(void *arg, anc_str event, anc_str data), void *arg,
                      anc_err *err)
{
    ANC_ARENA(mem, ARENA_BYTES);
    net_request request;
    plain_events plain = {on_event, arg};
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %.*s", ANC_FMT(path));
    ANC_TRY(
        cli_request_make(client, body.len > 0 ? "POST" : "GET", path, body, mem, &request, err));
    return run_stream(client, &request, mem, plain_event, &plain, NULL, err);
}

anc_status cli_watch(cli_client *client, anc_str path, char place[CLI_PLACE_BYTES],
                     bool (*on_event)(void *arg, const net_sse_event *event), void *arg,
                     anc_err *err)
{
    ANC_ARENA(mem, ARENA_BYTES);
    net_request request;
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %.*s", ANC_FMT(path));
    ANC_TRY(cli_request_make(client, "GET", path, ANC_STR_NONE, mem, &request, err));
    net_header *headers = anc_arena_alloc(mem, request.n_headers + 1, sizeof *headers);
    if (headers == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %.*s", ANC_FMT(path));
    memcpy(headers, request.headers, request.n_headers * sizeof *headers);
    const anc_str from = anc_arena_copy(mem, anc_str_of(place));
    if (from.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %.*s", ANC_FMT(path));
    if (from.len > 0)
        headers[request.n_headers++] = (net_header){ANC_STR("last-event-id"), from};
    request.headers = headers;
    request.total_timeout_ms = 0;
    request.idle_timeout_ms = WATCH_IDLE_MS;
    return run_stream(client, &request, mem, on_event, arg, place, err);
}

anc_str cli_encode(anc_arena *mem, anc_str text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = anc_arena_alloc(mem, text.len * 3 + 1, 1);
    size_t n = 0;
    if (out == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out[n++] = (char)c;
        } else {
            out[n++] = '%';
            out[n++] = hex[c >> 4];
            out[n++] = hex[c & 15];
        }
    }
    return (anc_str){out, n};
}

bool cli_client_probe(cli_client *client)
{
    ANC_ARENA(mem, 1 << 20);
    net_request request;
    net_response response;
    if (mem == NULL || cli_request_make(client, "GET", ANC_STR("/livez"), ANC_STR_NONE, mem,
                                        &request, NULL) != ANC_OK)
        return false;
    request.total_timeout_ms = PROBE_MS;
    return net_http_fetch(client->net, &request, NULL, mem, &response, NULL) == ANC_OK &&
           response.head.status == 200;
}

static anc_status find_server(cli_client *client, anc_err *err)
{
    cli_context *cx = client->cx;
    cli_facts *facts = anc_arena_alloc(cx->mem, 1, sizeof *facts);
    if (facts == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the command");
    if (cx->url.len > 0) {
        anc_str url = cx->url;
        const bool has_scheme = anc_str_find(url, ANC_STR("://")) != SIZE_MAX;
        while (anc_str_ends(url, ANC_STR("/")))
            url.len--;
        (void)snprintf(client->at.url, sizeof client->at.url, "%s%.*s", has_scheme ? "" : "http://",
                       ANC_FMT(url));
        if (cx->key.len > 0)
            client->auth = anc_arena_printf(cx->mem, "Bearer %.*s", ANC_FMT(cx->key));
        return ANC_OK;
    }
    ANC_TRY(cx->host->facts(cx->host->self, &cx->settings, facts, err));
    (void)snprintf(client->at.unix_path, sizeof client->at.unix_path, "%s", facts->socket);
    if (facts->socket[0] != '\0' && os_exists(anc_str_of(facts->socket)) &&
        cli_client_probe(client))
        return ANC_OK;
    if (cx->no_start)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "no server runs on the data folder %s",
                        facts->data_dir);
    return cli_await_start(client, facts, err);
}

int cli_client_open(cli_client *client, cli_context *cx, bool own)
{
    anc_err err = {0};
    *client = (cli_client){.cx = cx};
    anc_status status = net_client_open(&client->net, &err);
    if (status == ANC_OK && own) {
        client->embedded = true;
        status = cx->host->embed_start(cx->host->self, &cx->settings, &client->at, &err);
    } else if (status == ANC_OK) {
        status = find_server(client, &err);
    }
    if (status == ANC_OK)
        return CLI_OK;
    client->embedded = false;
    cli_client_close(client);
    return cli_report(cx, status, &err);
}

void cli_client_close(cli_client *client)
{
    net_client_close(client->net);
    client->net = NULL;
    if (client->embedded)
        client->cx->host->embed_stop(client->cx->host->self);
    client->embedded = false;
}

int cli_with_server(cli_context *cx, int (*work)(cli_client *client))
{
    cli_client client;
    int code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    code = work(&client);
    cli_client_close(&client);
    return code;
}
