/* uri.h - the parts of a request target, percent escapes, and addresses. Pure functions. */
#ifndef ANC_NET_URI_H
#define ANC_NET_URI_H

#include "base/str.h"

/* Decodes %XX (and '+' as a blank where `plus_is_blank`) into `mem`. INVALID for a broken escape,
 * an encoded NUL, or bytes that are not UTF-8 afterwards. */
anc_status net_uri_decode(anc_arena *mem, anc_str s, bool plus_is_blank, anc_str *ret,
                          anc_err *err) ANC_MUST_CHECK;

/* The segments of a path, each decoded on its own: "/a/b%2Fc" gives "a" and "b/c", "/" gives none,
 * one trailing slash is not a segment. INVALID as net_uri_decode, and for an empty, "." or ".."
 * segment and for more than NET_MAX_SEGMENTS. */
enum { NET_MAX_SEGMENTS = 32, NET_MAX_PARAMS = 100 };
anc_status net_path_segments(anc_arena *mem, anc_str path, anc_str **ret, size_t *ret_n,
                             anc_err *err) ANC_MUST_CHECK;

typedef struct net_param {
    anc_str name;
    anc_str value; /* empty where there was no '=' */
} net_param;

/* The parameters of a query ("a=1&b=x+y"), decoded, in order; "" gives none. INVALID as
 * net_uri_decode and for more than NET_MAX_PARAMS. */
anc_status net_query_params(anc_arena *mem, anc_str query, net_param **ret, size_t *ret_n,
                            anc_err *err) ANC_MUST_CHECK;

/* Appends `s` with everything but unreserved characters escaped; fit for a segment or a value. */
void net_uri_encode(anc_buf *out, anc_str s);

/* Whether `host` is "localhost", in 127.0.0.0/8, or ::1 (with or without brackets). */
bool net_host_is_loopback(anc_str host);

/* Whether an address (numeric, without brackets) is one of the public internet: not of this machine, a private network,
 * a link, a provider's inside, a group, and not reserved. False for what is no address. */
bool net_address_is_public(const char *address);

#endif
