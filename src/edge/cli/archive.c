/* archive.c - the sum at the end of a line. */
#include "archive.h"

#include <string.h>

#include "base/id.h"
#include "hash/sha256.h"

enum { SUM_BYTES = 8, SUM_HEX = 2 * SUM_BYTES };

static const char before_sum[] = ",\"sum\":\"", behind_sum[] = "\"}";
enum { TAIL_BYTES = sizeof before_sum - 1 + SUM_HEX + sizeof behind_sum - 1 };

static anc_status sum_of(anc_str bytes, char out[SUM_HEX + 1], anc_err *err)
{
    unsigned char digest[ANC_SHA256_BYTES];
    ANC_TRY(anc_sha256_of(bytes, digest, err));
    anc_hex_text(digest, SUM_BYTES, out);
    return ANC_OK;
}

anc_status archive_seal(anc_buf *line, anc_err *err)
{
    char sum[SUM_HEX + 1];
    ANC_TRY(anc_buf_status(line, "a line of the export", err));
    line->len--; /* the bracket */
    ANC_TRY(sum_of(anc_buf_view(line), sum, err));
    (void)anc_buf_printf(line, "%s%s%s\n", before_sum, sum, behind_sum);
    return anc_buf_status(line, "a line of the export", err);
}

anc_status archive_check(anc_str line, anc_err *err)
{
    char sum[SUM_HEX + 1];
    const size_t body = line.len > TAIL_BYTES ? line.len - TAIL_BYTES : 0;
    const anc_str tail = anc_str_sub(line, body, TAIL_BYTES);
    if (body == 0 || !anc_str_starts(tail, anc_str_of(before_sum)) ||
        !anc_str_ends(tail, anc_str_of(behind_sum)))
        return ANC_FAIL(err, ANC_INVALID, "it does not end with a sum");
    ANC_TRY(sum_of(anc_str_sub(line, 0, body), sum, err));
    if (memcmp(tail.ptr + sizeof before_sum - 1, sum, SUM_HEX) != 0)
        return ANC_FAIL(err, ANC_INVALID, "its bytes are not those that were written");
    return ANC_OK;
}
