/* rules.c - labels, titles, digests compared. */
#include "knowledge/domain/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"
#include "text/language.h"

anc_status kno_language_check(anc_str language, const char *pointer, anc_err *err)
{
    if (language.len == 0 || anc_str_eq(language, ANC_STR("auto")) ||
        anc_str_eq(language, ANC_STR("und")) || txt_language_is_code(language))
        return ANC_OK;
    const anc_str shown = {language.ptr,
                           language.len <= 40 ? language.len : anc_utf8_floor(language, 40)};
    return ANC_FAIL_FIELD(
        err, ANC_INVALID, pointer,
        "there is no language '%.*s': known are 'auto', 'und' (none) and the codes "
        "of ISO 639-1, such as 'en' or 'fr'",
        ANC_FMT(shown));
}

static int by_bytes(const void *a, const void *b)
{
    return anc_str_cmp(*(const anc_str *)a, *(const anc_str *)b);
}

anc_status kno_labels_sorted(anc_arena *mem, const anc_str *labels, size_t n, kno_labels *ret,
                             anc_err *err)
{
    ANC_TRY(kno_acl_check(labels, n, "/acl", err));
    anc_str *sorted = anc_arena_alloc(mem, n, sizeof *sorted);
    if (sorted == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu labels", n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = labels[i];
    if (n > 1)
        qsort(sorted, n, sizeof *sorted, by_bytes);
    *ret = (kno_labels){.items = n > 0 ? sorted : NULL, .n = n};
    return ANC_OK;
}

bool kno_labels_eq(kno_labels a, kno_labels b)
{
    bool same = a.n == b.n;
    for (size_t i = 0; same && i < a.n; i++)
        same = anc_str_eq(a.items[i], b.items[i]);
    return same;
}

bool kno_labels_meet(kno_labels acl, const anc_str *held, size_t n)
{
    for (size_t i = 0; i < acl.n; i++)
        for (size_t j = 0; j < n; j++)
            if (anc_str_eq(acl.items[i], held[j]))
                return true;
    return false;
}

static anc_str last_part(anc_str uri)
{
    size_t end = uri.len;
    for (size_t i = 0; i < uri.len; i++)
        if (uri.ptr[i] == '?' || uri.ptr[i] == '#') {
            end = i;
            break;
        }
    while (end > 0 && uri.ptr[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && uri.ptr[start - 1] != '/')
        start--;
    return anc_str_sub(uri, start, end - start);
}

anc_str kno_title_of(anc_arena *mem, anc_str given, anc_str found, anc_str uri, anc_str id)
{
    anc_str title = anc_str_trim(given);
    if (title.len == 0)
        title = anc_str_trim(found);
    if (title.len == 0)
        title = anc_str_trim(last_part(uri));
    if (title.len == 0)
        title = id;
    if (title.len > KNO_TITLE_BYTES)
        title = anc_str_sub(title, 0, anc_utf8_floor(title, KNO_TITLE_BYTES));
    const anc_str copy = anc_arena_copy(mem, title);
    if (copy.ptr == NULL)
        return copy;
    char *bytes = anc_arena_alloc(mem, copy.len + 1, 1);
    if (bytes == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0; i < copy.len; i++)
        bytes[i] = (unsigned char)copy.ptr[i] < 0x20 ? ' ' : copy.ptr[i];
    return (anc_str){bytes, copy.len};
}

bool kno_digest_eq(const kno_digest *a, const kno_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(kno_digest));
}

void kno_digests_compare(kno_digest *before, size_t n_before, kno_digest *now, size_t n_now,
                         uint32_t *ret_added, uint32_t *ret_removed)
{
    if (n_before > 1)
        qsort(before, n_before, sizeof *before, by_digest);
    if (n_now > 1)
        qsort(now, n_now, sizeof *now, by_digest);
    uint32_t added = 0, removed = 0;
    size_t i = 0, j = 0;
    while (i < n_before && j < n_now) {
        const int order = by_digest(&before[i], &now[j]);
        if (order == 0) {
            i++;
            j++;
        } else if (order < 0) {
            removed++;
            i++;
        } else {
            added++;
            j++;
        }
    }
    *ret_removed = removed + (uint32_t)(n_before - i);
    *ret_added = added + (uint32_t)(n_now - j);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool kno_digest_of_hex(anc_str hex, kno_digest *ret)
{
    kno_digest digest = {0};
    bool fits = hex.len == 2 * (size_t)KNO_DIGEST_BYTES;
    for (size_t i = 0; fits && i < KNO_DIGEST_BYTES; i++) {
        const int high = digit_of(hex.ptr[2 * i]), low = digit_of(hex.ptr[2 * i + 1]);
        fits = high >= 0 && low >= 0;
        digest.bytes[i] = (unsigned char)((unsigned)high << 4 | (unsigned)low);
    }
    if (fits)
        *ret = digest;
    return fits;
}
