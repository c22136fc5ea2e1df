/* ids.c - names from outside, checked, made and taken apart. */
#include "kernel/domain/ids.h"

#include "base/str.h"
#include "base/utf8.h"

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool krn_collection_valid(anc_str name)
{
    if (name.len == 0 || name.len > KRN_COLLECTION_MAX || !is_lower_or_digit(name.ptr[0]))
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (!is_lower_or_digit(name.ptr[i]) && name.ptr[i] != '_' && name.ptr[i] != '-')
            return false;
    return true;
}

bool krn_document_id_valid(anc_str id)
{
    if (id.len == 0 || id.len > KRN_DOCUMENT_ID_MAX || !anc_utf8_valid(id) ||
        anc_str_trim(id).len != id.len)
        return false;
    size_t bytes;
    for (size_t i = 0; i < id.len; i += bytes) {
        const uint32_t c = anc_utf8_at(id, i, &bytes);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            return false;
    }
    return true;
}

anc_str krn_chunk_id(anc_arena *mem, anc_str document_id, uint32_t version, uint32_t ordinal)
{
    return anc_arena_printf(mem, "%.*s.%u.%u", ANC_FMT(document_id), version, ordinal);
}

/* Cuts ".<number>" off the end of `s`. A number has one spelling: no leading zero. */
static bool cut_number(anc_str *s, uint32_t *ret)
{
    size_t at = s->len;
    uint64_t n;
    while (at > 0 && s->ptr[at - 1] != '.')
        at--;
    const anc_str digits = anc_str_sub(*s, at, SIZE_MAX);
    if (at == 0 || !anc_str_to_u64(digits, &n) || n > UINT32_MAX ||
        (digits.len > 1 && digits.ptr[0] == '0'))
        return false;
    *s = anc_str_sub(*s, 0, at - 1);
    *ret = (uint32_t)n;
    return true;
}

bool krn_chunk_id_parse(anc_str chunk_id, anc_str *ret_document_id, uint32_t *ret_version,
                        uint32_t *ret_ordinal)
{
    uint32_t version, ordinal;
    anc_str rest = chunk_id;
    if (!cut_number(&rest, &ordinal) || !cut_number(&rest, &version) || rest.len == 0)
        return false;
    *ret_document_id = rest;
    *ret_version = version;
    *ret_ordinal = ordinal;
    return true;
}
