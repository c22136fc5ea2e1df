/* veil.h - ids of people as hashes, for what leaves the server's own tables: events, the query log, the log.
 *
 * The same id gives the same hash as long as the key is the same, so that what one user did can be put together
 * without saying who that is. What is a hash already stays as it is. Where memory is out the result's ptr is NULL: nothing
 * is said then.
 */
#ifndef ANC_KERNEL_DOMAIN_VEIL_H
#define ANC_KERNEL_DOMAIN_VEIL_H

#include "base/base.h"
#include "kernel/domain/event.h"

enum { KRN_VEILED_BYTES = 48 };

typedef struct krn_veil {
    anc_str key; /* of the data folder; empty: there is none, and nothing was ever hidden */
    bool on;     /* ids are hidden; else they were once, and are to be found */
} krn_veil;

/* "h:" and 32 hex digits, in `room`; `id` itself where it is empty, hidden already, or the veil is off (of
 * krn_veil_user_hash: where there is no key). */
anc_str krn_veil_user(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES]);
anc_str krn_veil_user_hash(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES]);

/* The same for a conversation that is named after a user ("chat:…" becomes "chat:h:" and 32 hex digits); other ids of
 * conversations say nothing of anybody, and stay. */
anc_str krn_veil_conversation(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES]);
anc_str krn_veil_conversation_hash(const krn_veil *veil, anc_str id, char room[KRN_VEILED_BYTES]);

enum { EV_VEIL_TEXTS = 4, EV_VEIL_BYTES = 512 };

/* What a veiled payload stands in. */
typedef struct ev_veil_room {
    _Alignas(max_align_t) unsigned char payload[EV_VEIL_BYTES];
    char texts[EV_VEIL_TEXTS][KRN_VEILED_BYTES];
} ev_veil_room;

/* The payload struct of `type` with the ids of people in it hidden, in `room`; `payload` itself where the veil is NULL or
 * off, or it names nobody. JSON in it is not looked into: who writes that hides ids itself. */
const void *ev_payload_veil(const krn_veil *veil, const ev_type *type, const void *payload,
                            ev_veil_room *room);

#endif
