/* docs.c - the documentation page and the document that it renders.
 *
 * The page is one file without anything from outside (docs.html, embedded by the build). Its script
 * and its style are allowed by their digests, so the policy needs no 'unsafe-inline'.
 */
#include <stdio.h>

#include "hash/sha256.h"

#include "base/base64.h"
#include "handlers.h"
#include "openapi.h"

extern const unsigned char http_docs_page[]; /* made from docs.html */
extern const size_t http_docs_page_len;

static anc_str page(void)
{
    return (anc_str){(const char *)http_docs_page, http_docs_page_len};
}

/* "sha256-…" of what stands between <tag> and </tag>. */
static anc_status digest_of(const char *tag, char *out, size_t size, anc_err *err)
{
    char open[16], close[16];
    unsigned char hash[ANC_SHA256_BYTES];
    ANC_BUF(text, 128);
    (void)snprintf(open, sizeof open, "<%s>", tag);
    (void)snprintf(close, sizeof close, "</%s>", tag);
    const size_t from = anc_str_find(page(), anc_str_of(open)) + anc_str_of(open).len;
    const anc_str rest = anc_str_sub(page(), from, page().len);
    const size_t n = anc_str_find(rest, anc_str_of(close));
    ANC_TRY(anc_sha256_of(anc_str_sub(rest, 0, n), hash, err));
    anc_base64_put(&text, (anc_str){(const char *)hash, sizeof hash});
    (void)snprintf(out, size, "sha256-%s", text.ptr);
    return anc_buf_status(&text, "a digest", err);
}

anc_status http_docs_policy(char *out, size_t size, anc_err *err)
{
    char script[80], style[80];
    ANC_TRY(digest_of("script", script, sizeof script, err));
    ANC_TRY(digest_of("style", style, sizeof style, err));
    (void)snprintf(out, size,
                   "default-src 'none'; script-src '%s'; style-src '%s'; connect-src 'self'; "
                   "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                   script, style);
    return ANC_OK;
}

anc_status http_docs_get(http_request *rq)
{
    rq->answer.content_type = anc_str_of(rq->route->media);
    http_answer_header(rq, "Content-Security-Policy", anc_str_of(rq->edge->docs_policy));
    http_answer_header(rq, "Cache-Control", ANC_STR("no-cache"));
    (void)anc_buf_add(&rq->answer.body, page());
    return ANC_OK;
}

anc_status http_openapi_get(http_request *rq)
{
    (void)anc_buf_add(&rq->answer.body, anc_buf_view(&rq->edge->openapi));
    return ANC_OK;
}
