/* auth.c - who asks, and whether a browser may.
 *
 * With a key configured, everything but public paths needs `Authorization: Bearer KEY`; hashes are
 * compared in constant time. Without one, everybody who reaches the server is its owner: that is the
 * machine itself, so two ways for a web page in a browser there are closed. A name that resolves to
 * loopback (DNS rebinding) fails the check of Host, and a form, script or image of another site fails
 * the check of where it comes from (Origin, and Sec-Fetch-Site where a browser sends no Origin), which
 * holds for every route that acts (route_table.h), key or not, and for a WebSocket, which no browser
 * keeps from the pages of other sites.
 *
 * Where a browser cannot send that field (EventSource, WebSocket) the key may come as ?access_token; no
 * query string is ever logged.
 *
 * A Unix socket lies in the data folder, with mode 0600: who can open it owns the data.
 */
#include <string.h>

#include "hash/sha256.h"
#include "net/uri.h"
#include "request.h"

enum { QUERY_ARENA_BYTES = 256 << 10 };

static const anc_str owner_labels[] = {ANC_STR_INIT("public"), ANC_STR_INIT("user:admin")};

static bool by_socket(const http_request *rq)
{
    return anc_str_eq(net_exchange_peer(rq->ex), ANC_STR("unix"));
}

/* "[::1]:8000" or "localhost:8000" without its port. */
static anc_str host_name(anc_str host)
{
    const size_t bracket = anc_str_find(host, ANC_STR("]"));
    const size_t colon = anc_str_find(host, ANC_STR(":"));
    if (bracket != SIZE_MAX)
        return anc_str_sub(host, 0, bracket + 1);
    return colon == SIZE_MAX ? host : anc_str_sub(host, 0, colon);
}

/* "http://localhost:3000" of the server's own Host. */
static bool same_site(anc_str origin, anc_str host)
{
    const size_t at = anc_str_find(origin, ANC_STR("://"));
    return at != SIZE_MAX && anc_str_eq_nocase(anc_str_sub(origin, at + 3, origin.len), host);
}

void http_find_origin(http_request *rq)
{
    const http_edge_options *o = &rq->edge->o;
    const anc_str origin = net_exchange_header(rq->ex, "origin");
    for (size_t i = 0; origin.len > 0 && i < o->n_cors; i++)
        if (anc_str_eq(o->cors[i], ANC_STR("*")) || anc_str_eq_nocase(o->cors[i], origin))
            rq->origin = origin;
}

/* A page of another site, or of another port of this machine, had a browser send this: by Origin, or,
 * where a GET has none (an image, a link), by Sec-Fetch-Site. "none" is what a user typed. */
static bool by_foreign_page(const http_request *rq, anc_str origin, anc_str host)
{
    const anc_str site = net_exchange_header(rq->ex, "sec-fetch-site");
    if (origin.len > 0)
        return rq->origin.ptr == NULL && !same_site(origin, host);
    return site.len > 0 && !anc_str_eq_nocase(site, ANC_STR("same-origin")) &&
           !anc_str_eq_nocase(site, ANC_STR("none"));
}

static anc_status check_browser(http_request *rq, anc_err *err)
{
    const anc_str origin = net_exchange_header(rq->ex, "origin");
    const anc_str host = net_exchange_header(rq->ex, "host");
    if (!rq->edge->has_key && !by_socket(rq) && !net_host_is_loopback(host_name(host)))
        return ANC_FAIL(err, ANC_FORBIDDEN,
                        "Host \"%.*s\" is not this machine; without an API key only loopback names "
                        "are answered",
                        ANC_FMT(host));
    const bool guarded = http_route_acts(rq->route) || (rq->route->flags & HTTP_WEBSOCKET) != 0;
    if (guarded && by_foreign_page(rq, origin, host))
        return ANC_FAIL(err, ANC_FORBIDDEN,
                        "pages of %.*s may not call this; http.cors_origins lists who may",
                        ANC_FMT(origin.len > 0 ? origin : ANC_STR("another site")));
    return ANC_OK;
}

/* The time does not depend on where two hashes differ. */
static bool same_hash(const unsigned char *a, const unsigned char *b)
{
    volatile unsigned char differ = 0;
    for (size_t i = 0; i < ANC_SHA256_BYTES; i++)
        differ = (unsigned char)(differ | (a[i] ^ b[i]));
    return differ == 0;
}

/* The key as ?access_token, in `mem`; ptr NULL where there is none. */
static anc_str key_of_query(http_request *rq, anc_arena *mem)
{
    anc_err ignored = {0};
    net_param *params;
    size_t n;
    if (mem == NULL || (rq->route->flags & HTTP_TOKEN) == 0 ||
        net_query_params(mem, net_exchange_query(rq->ex), &params, &n, &ignored) != ANC_OK)
        return ANC_STR_NONE;
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(params[i].name, ANC_STR("access_token")))
            return params[i].value;
    return ANC_STR_NONE;
}

static anc_status read_key(http_request *rq, anc_arena *mem, anc_str *ret, anc_err *err)
{
    const anc_str scheme = ANC_STR("Bearer ");
    const anc_str header = net_exchange_header(rq->ex, "authorization");
    *ret = header.ptr != NULL ? anc_str_trim(anc_str_sub(header, scheme.len, header.len))
                              : key_of_query(rq, mem);
    if (ret->ptr == NULL && header.ptr == NULL)
        return ANC_FAIL(err, ANC_UNAUTHENTICATED, "send Authorization: Bearer with the API key");
    if (header.ptr != NULL && !anc_str_eq_nocase(anc_str_sub(header, 0, scheme.len), scheme))
        return ANC_FAIL(err, ANC_UNAUTHENTICATED, "Authorization is not of the form Bearer KEY");
    return ANC_OK;
}

static anc_status check_key(http_request *rq, anc_err *err)
{
    anc_str key;
    unsigned char hash[ANC_SHA256_BYTES];
    ANC_ARENA(mem, QUERY_ARENA_BYTES);
    ANC_TRY(read_key(rq, mem, &key, err));
    ANC_TRY(anc_sha256_of(key, hash, err));
    if (!same_hash(hash, rq->edge->key_sha256))
        return ANC_FAIL(err, ANC_UNAUTHENTICATED, "the API key is not right");
    return ANC_OK;
}

/* Of what everybody may ask: whether the owner does. */
static bool by_owner(http_request *rq)
{
    anc_err ignored = {0};
    const bool keyed = rq->edge->has_key && !by_socket(rq);
    const anc_str origin = net_exchange_header(rq->ex, "origin");
    if (check_browser(rq, &ignored) != ANC_OK ||
        by_foreign_page(rq, origin, net_exchange_header(rq->ex, "host")))
        return false;
    return !keyed || (net_exchange_header(rq->ex, "authorization").ptr != NULL &&
                      check_key(rq, &ignored) == ANC_OK);
}

anc_status http_admit(http_request *rq, anc_err *err)
{
    http_find_origin(rq);
    if (rq->route->role == HTTP_PUBLIC) {
        rq->is_owner = by_owner(rq);
        return ANC_OK;
    }
    ANC_TRY(check_browser(rq, err));
    if (rq->edge->has_key && !by_socket(rq))
        ANC_TRY(check_key(rq, err));
    /* the key is its owner's, and without one so is the machine: there are no other identities yet */
    rq->is_owner = true;
    if (rq->route->role == HTTP_OWNER && !rq->is_owner)
        return ANC_FAIL(err, ANC_FORBIDDEN, "%s %s is for the owner of this server",
                        rq->route->method, rq->route->path);
    return ANC_OK;
}

void http_principal(http_request *rq)
{
    rq->call.principal = (krn_principal){.user_id = rq->is_owner ? ANC_STR("admin") : ANC_STR(""),
                                         .labels = owner_labels,
                                         .n_labels = rq->is_owner ? 2 : 1,
                                         .is_admin = rq->is_owner};
}
