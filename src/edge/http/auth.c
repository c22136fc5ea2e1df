/* auth.c - who asks. One key, compared by digest in constant time, so that neither its length nor its
 * beginning shows in how long a refusal takes. */
#include <string.h>

#include "hash/sha256.h"
#include "impl.h"

static bool same_digest(const unsigned char *a, const unsigned char *b)
{
    unsigned char differ = 0;
    for (size_t i = 0; i < ANC_SHA256_BYTES; i++)
        differ |= (unsigned char)(a[i] ^ b[i]);
    return differ == 0;
}

static bool has_key(const http_edge *edge, anc_str authorization)
{
    unsigned char digest[ANC_SHA256_BYTES];
    if (authorization.len < 7 ||
        !anc_str_eq_nocase(anc_str_sub(authorization, 0, 7), ANC_STR("bearer ")))
        return false;
    const anc_str key = anc_str_trim(anc_str_sub(authorization, 7, authorization.len));
    return anc_sha256_of(key, digest, NULL) == ANC_OK && same_digest(digest, edge->key_digest);
}

anc_status http_authenticate(http_edge *edge, http_ctx *cx)
{
    const bool socket = anc_str_eq(net_exchange_peer(cx->ex), ANC_STR("unix"));
    const bool owner =
        !edge->has_key || socket || has_key(edge, net_exchange_header(cx->ex, "authorization"));
    cx->labels[0] = ANC_STR("public");
    cx->labels[1] = ANC_STR("user:admin");
    cx->call.principal = (krn_principal){.user_id = owner ? ANC_STR("admin") : ANC_STR(""),
                                         .labels = cx->labels,
                                         .n_labels = owner ? 2 : 1,
                                         .is_admin = owner};
    if (owner || cx->route->role == HTTP_PUBLIC)
        return ANC_OK;
    return ANC_FAIL(&cx->err, ANC_UNAUTHENTICATED,
                    "send the API key as `Authorization: Bearer …`; this one is missing or wrong");
}
