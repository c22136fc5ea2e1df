/* fuzz_uri.c - targets of any bytes: what is decoded is UTF-8 without NUL, and encodes back. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "net/uri.h"

enum { MEM_BYTES = 4 << 20, OUT_MAX = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(anc_arena *mem, anc_str decoded)
{
    ANC_BUF(encoded, OUT_MAX);
    anc_str again;
    if (!anc_utf8_valid(decoded))
        abort();
    net_uri_encode(&encoded, decoded);
    const anc_str text = anc_buf_view(&encoded);
    if (decoded.len > 0 &&
        (net_uri_decode(mem, text, true, &again, NULL) != ANC_OK || !anc_str_eq(again, decoded)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const anc_str s = {(const char *)data, size};
    ANC_ARENA(mem, MEM_BYTES);
    anc_str *segments;
    net_param *params;
    size_t n;
    if (size == 0 || mem == NULL || memchr(data, 0, size) != NULL)
        return 0;
    if (net_path_segments(mem, s, &segments, &n, NULL) == ANC_OK)
        for (size_t i = 0; i < n; i++)
            check(mem, segments[i]);
    if (net_query_params(mem, s, &params, &n, NULL) == ANC_OK)
        for (size_t i = 0; i < n; i++)
            check(mem, params[i].value);
    (void)net_host_is_loopback(s);
    return 0;
}
