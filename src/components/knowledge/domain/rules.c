/* rules.c - names, ids, labels, titles. */
#include "knowledge/domain/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

anc_status kno_rule_collection_name(anc_str name, anc_err *err)
{
    bool good = name.len >= 1 && name.len <= KNO_MAX_NAME_BYTES && is_lower_or_digit(name.ptr[0]);
    for (size_t i = 1; good && i < name.len; i++)
        good = is_lower_or_digit(name.ptr[i]) || name.ptr[i] == '_' || name.ptr[i] == '-';
    if (good)
        return ANC_OK;
    const anc_str shown = anc_str_sub(name, 0, 100);
    return ANC_FAIL_FIELD(err, ANC_INVALID, "/collection",
                          "the collection name '%.*s' is not made of 1 to 64 of a-z, 0-9, '_' and "
                          "'-', beginning with a letter or digit",
                          ANC_FMT(shown));
}

anc_status kno_rule_document_id(anc_str id, anc_err *err)
{
    if (id.len == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/id", "the document id is empty");
    if (id.len > KNO_MAX_ID_BYTES)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/id",
                              "the document id has %zu bytes; at most %d are allowed", id.len,
                              KNO_MAX_ID_BYTES);
    if (!anc_utf8_valid(id))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/id", "the document id is not valid UTF-8");
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.ptr[i] < 0x20 || id.ptr[i] == 0x7f)
            return ANC_FAIL_FIELD(err, ANC_INVALID, "/id",
                                  "the document id has a control character at byte %zu", i);
    return ANC_OK;
}

anc_status kno_rule_text(anc_str s, size_t max_bytes, const char *what, anc_err *err)
{
    char pointer[64] = "/";
    strncat(pointer, what, sizeof pointer - 2);
    if (s.len > max_bytes)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                              "the %s has %zu bytes; at most %zu are allowed", what, s.len,
                              max_bytes);
    if (!anc_utf8_valid(s))
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "the %s is not valid UTF-8", what);
    if (s.len > 0 && memchr(s.ptr, 0, s.len) != NULL)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "the %s has a NUL character", what);
    return ANC_OK;
}

anc_status kno_rule_language(anc_str language, anc_err *err)
{
    if (language.len == 0 || anc_str_eq(language, ANC_STR("auto")))
        return ANC_OK;
    bool good = language.len == 2 || language.len == 3;
    for (size_t i = 0; good && i < language.len; i++)
        good = language.ptr[i] >= 'a' && language.ptr[i] <= 'z';
    if (good)
        return ANC_OK;
    const anc_str shown = anc_str_sub(language, 0, 40);
    return ANC_FAIL_FIELD(err, ANC_INVALID, "/language",
                          "the language '%.*s' is neither 'auto' nor a tag such as 'en' or 'fr'",
                          ANC_FMT(shown));
}

static bool label_valid(anc_str label)
{
    if (anc_str_eq(label, ANC_STR("public")))
        return true;
    anc_str rest = label;
    if (anc_str_starts(label, ANC_STR("user:")))
        rest = anc_str_sub(label, 5, label.len);
    else if (anc_str_starts(label, ANC_STR("group:")))
        rest = anc_str_sub(label, 6, label.len);
    else
        return false;
    if (rest.len == 0 || label.len > KNO_MAX_LABEL_BYTES || !anc_utf8_valid(label))
        return false;
    for (size_t i = 0; i < label.len; i++)
        if ((unsigned char)label.ptr[i] < 0x20)
            return false;
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return anc_str_cmp(*(const anc_str *)a, *(const anc_str *)b);
}

anc_status kno_rule_labels(anc_arena *mem, const anc_str *labels, size_t n, kno_labels *ret,
                           anc_err *err)
{
    if (n > KNO_MAX_LABELS)
        return ANC_FAIL_FIELD(err, ANC_LIMIT, "/acl", "the acl has %zu labels; at most %d", n,
                              KNO_MAX_LABELS);
    anc_str *sorted = anc_arena_alloc(mem, n, sizeof *sorted);
    if (sorted == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu labels", n);
    for (size_t i = 0; i < n; i++) {
        if (!label_valid(labels[i])) {
            const anc_str shown = anc_str_sub(labels[i], 0, 100);
            return ANC_FAIL_FIELD(err, ANC_INVALID, "/acl",
                                  "the label '%.*s' is none of 'public', 'user:<id>', "
                                  "'group:<name>'",
                                  ANC_FMT(shown));
        }
        sorted[i] = labels[i];
    }
    if (n > 1)
        qsort(sorted, n, sizeof *sorted, by_bytes);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !anc_str_eq(sorted[kept - 1], sorted[i]))
            sorted[kept++] = sorted[i];
    *ret = (kno_labels){.items = n > 0 ? sorted : NULL, .n = kept};
    return ANC_OK;
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
    if (title.len > KNO_MAX_TITLE_BYTES)
        title = anc_str_sub(title, 0, anc_utf8_floor(title, KNO_MAX_TITLE_BYTES));
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
