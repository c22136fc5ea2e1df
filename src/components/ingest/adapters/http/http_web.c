/* http_web.c - a document fetched on another service's word.
 *
 * Three things are looked at, so that nobody asks a machine through us that he cannot ask himself: the host against the
 * list, before anything is resolved; each address, before it is connected to; each redirection as a URI of its own.
 * Nothing of ours goes along: no proxy, no name, no password.
 */
#include "http_web.h"

#include "base/str.h"
#include "net/http_client.h"
#include "net/uri.h"

enum {
    HOPS_MAX = 5,
    CONNECT_MS = 10000,
    FIRST_BYTE_MS = 30000,
    IDLE_MS = 30000,
    TOTAL_MS = 120000
};

static void close_client(net_client **client)
{
    net_client_close(*client);
}

static anc_status check_host(const ing_http_web *web, const ing_web_uri *u, anc_err *err)
{
    if (ing_web_host_is_named(u, web->hosts, web->n))
        return ANC_OK;
    return ANC_FAIL_FIELD(err, ANC_FORBIDDEN, "/payload/uri",
                          "%.*s://%.*s, port %u, is not among the hosts that events may name "
                          "documents on (ingest.event_hosts)",
                          ANC_FMT(u->scheme), ANC_FMT(anc_str_sub(u->host, 0, 200)),
                          (unsigned)u->port);
}

static bool may_connect(void *arg, const char *address)
{
    const ing_http_web *web = arg;
    if (net_address_is_public(address))
        return true;
    if (ing_web_address_is_named(anc_str_of(address), web->hosts, web->n))
        return true;
    /* who names localhost means it */
    return net_host_is_loopback(anc_str_of(address)) &&
           ing_web_address_is_named(ANC_STR("localhost"), web->hosts, web->n);
}

static int64_t time_left_ms(const ing_http_web *web, const krn_call *call)
{
    const int64_t left = (call->deadline_ns - krn_now_ns(web->clock)) / 1000000;
    return left < TOTAL_MS ? (left > 0 ? left : 1) : TOTAL_MS;
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where an answer leads, as a whole URI in call->mem. */
static anc_status follow(krn_call *call, const ing_web_uri *from, anc_str uri,
                         const net_response *r, anc_str *ret)
{
    const anc_str to = net_response_header(&r->head, "location");
    const size_t root = (size_t)(from->host.ptr - uri.ptr) + from->host.len;
    size_t end = root;
    while (end < uri.len && uri.ptr[end] != '/' && uri.ptr[end] != '?' && uri.ptr[end] != '#')
        end++;
    if (ing_is_web_uri(to))
        *ret = anc_arena_copy(call->mem, to);
    else if (anc_str_starts(to, ANC_STR("/")) && !anc_str_starts(to, ANC_STR("//")))
        *ret =
            anc_arena_printf(call->mem, "%.*s%.*s", ANC_FMT(anc_str_sub(uri, 0, end)), ANC_FMT(to));
    else
        return ANC_FAIL(call->err, ANC_INVALID,
                        "%.*s://%.*s leads elsewhere (%d) and does not say where",
                        ANC_FMT(from->scheme), ANC_FMT(from->host), r->head.status);
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a URI");
}

static anc_status meaning_of(int status)
{
    if (status == 404 || status == 410)
        return ANC_NOT_FOUND;
    if (status == 401 || status == 403)
        return ANC_FORBIDDEN;
    return status >= 500 || status == 429 || status == 408 ? ANC_UNAVAILABLE : ANC_INVALID;
}

static anc_status ask(const ing_http_web *web, krn_call *call, anc_str uri, size_t max_bytes,
                      net_response *ret)
{
    ANC_CLEANUP(close_client) net_client *client = NULL;
    const net_header header = {ANC_STR("accept"), ANC_STR("*/*")};
    const net_take take = {.cancelled = call->cancelled};
    const net_request request = {.method = ANC_STR("GET"),
                                 .url = uri,
                                 .headers = &header,
                                 .n_headers = 1,
                                 .may_connect = may_connect,
                                 .may_arg = (void *)(uintptr_t)web,
                                 .connect_timeout_ms = CONNECT_MS,
                                 .first_byte_timeout_ms = FIRST_BYTE_MS,
                                 .idle_timeout_ms = IDLE_MS,
                                 .total_timeout_ms = time_left_ms(web, call),
                                 .max_body_bytes = max_bytes};
    ANC_TRY(net_client_open(&client, call->err));
    return net_http_fetch(client, &request, &take, call->mem, ret, call->err);
}

static anc_status fetch(void *self, krn_call *call, anc_str uri, size_t max_bytes, ing_content *ret)
{
    const ing_http_web *web = self;
    for (unsigned hops = 0; hops <= HOPS_MAX; hops++) {
        ing_web_uri u;
        net_response answer = {0};
        ANC_TRY(ing_web_uri_read(uri, &u, call->err));
        ANC_TRY(check_host(web, &u, call->err));
        const size_t fragment = anc_str_find(uri, ANC_STR("#"));
        const anc_str whole = anc_str_sub(uri, 0, fragment == SIZE_MAX ? uri.len : fragment);
        ANC_TRY(ask(web, call, whole, max_bytes, &answer));
        if (answer.head.status == 200) {
            *ret = (ing_content){.bytes = answer.body};
            return ANC_OK;
        }
        if (!is_redirect(answer.head.status))
            return ANC_FAIL(call->err, meaning_of(answer.head.status), "%.*s://%.*s answers %d",
                            ANC_FMT(u.scheme), ANC_FMT(u.host), answer.head.status);
        ANC_TRY(follow(call, &u, whole, &answer, &uri));
    }
    return ANC_FAIL(call->err, ANC_INVALID, "the uri leads elsewhere more than %d times", HOPS_MAX);
}

ing_web ing_http_web_port(const ing_http_web *web)
{
    static const ing_web_ops ops = {"http", fetch};
    return (ing_web){&ops, (void *)(uintptr_t)web};
}
