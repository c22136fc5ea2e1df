/* veil.c - ids of people as hashes with a key. */
#include "kernel/domain/veil.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "hash/sha256.h"

enum { KEPT_HASH_BYTES = 16, HASH_DIGITS = 2 * KEPT_HASH_BYTES };

#define USER "h:"
#define CHAT "chat:"

static bool is_hash(anc_str s, anc_str before)
{
    if (s.len != before.len + HASH_DIGITS || !anc_str_starts(s, before))
        return false;
    for (size_t i = before.len; i < s.len; i++)
        if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))
            return false;
    return true;
}

/* Of the key, a line's end and the id. */
static anc_str hash_of(const krn_veil *veil, const char *before, anc_str id,
                       char room[KRN_VEILED_BYTES])
{
    unsigned char digest[ANC_SHA256_BYTES];
    char hex[HASH_DIGITS + 1];
    anc_err err = {0};
    ANC_BUF(keyed, SIZE_MAX / 2);
    (void)anc_buf_printf(&keyed, "%.*s\n%.*s", ANC_FMT(veil->key), ANC_FMT(id));
    if (keyed.refused || anc_sha256_of(anc_buf_view(&keyed), digest, &err) != ANC_OK)
        return ANC_STR_NONE;
    anc_hex_text(digest, KEPT_HASH_BYTES, hex);
    const int n = snprintf(room, KRN_VEILED_BYTES, "%s%s", before, hex);
    return (anc_str){room, (size_t)n};
}

anc_str krn_veil_user_hash(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES])
{
    if (veil->key.len == 0 || id.len == 0 || is_hash(id, ANC_STR(USER)))
        return id;
    return hash_of(veil, USER, id, room);
}

anc_str krn_veil_user(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES])
{
    return veil->on ? krn_veil_user_hash(veil, id, room) : id;
}

anc_str krn_veil_conversation_hash(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES])
{
    if (veil->key.len == 0 || !anc_str_starts(id, ANC_STR(CHAT)) || is_hash(id, ANC_STR(CHAT USER)))
        return id;
    return hash_of(veil, CHAT USER, id, room);
}

anc_str krn_veil_conversation(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES])
{
    return veil->on ? krn_veil_conversation_hash(veil, id, room) : id;
}

/* ---- payloads ---- */

typedef anc_str veil_fn(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES]);

/* NULL: the field says nothing of a person. */
static veil_fn *veil_of(const ev_field *f)
{
    static const struct {
        const char *field;
        veil_fn *veil;
    } rows[] = {{"user_id", krn_veil_user},
                {"username", krn_veil_user},
                {"conversation_id", krn_veil_conversation},
                {"session_id", krn_veil_conversation}};
    for (size_t i = 0; f->kind == EV_STR && i < ANC_COUNT(rows); i++)
        if (strcmp(f->name, rows[i].field) == 0)
            return rows[i].veil;
    return NULL;
}

const void *ev_payload_veil(const krn_veil *veil, const ev_type *type, const void *payload,
                            ev_veil_room *room)
{
    size_t n = 0;
    if (veil == NULL || !veil->on)
        return payload;
    for (size_t i = 0; i < type->n_fields; i++) {
        const ev_field *f = &type->fields[i];
        veil_fn *hide = veil_of(f);
        anc_str id;
        if (hide == NULL)
            continue;
        assert(type->size <= sizeof room->payload && n < EV_VEIL_TEXTS);
        if (n == 0)
            memcpy(room->payload, payload, type->size);
        memcpy(&id, room->payload + f->offset, sizeof id);
        id = hide(veil, id, room->texts[n++]);
        memcpy(room->payload + f->offset, &id, sizeof id);
    }
    return n > 0 ? room->payload : payload;
}
