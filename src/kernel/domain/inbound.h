/* inbound.h - an event that another service sent, before anybody acts on it.
 *
 * What a bus brings is an envelope (envelope.h) or, where the topic or stream says the type, the bare
 * payload object. It has to be of a registered type, and its payload has to fit that type's row;
 * members that are not known are kept. What does not fit is set aside with its reason (a dead-letter
 * topic or stream) and never tried again.
 */
#ifndef ANC_KERNEL_DOMAIN_INBOUND_H
#define ANC_KERNEL_DOMAIN_INBOUND_H

#include "kernel/domain/envelope.h"

enum {
    EV_INBOUND_BYTES = 1 << 20, /* largest event that is taken in */
    EV_INBOUND_TYPES = 64       /* most types that a bus reads */
};

/* A copy in `mem` of the types that a bus is to read: exact ones, at most EV_INBOUND_TYPES. INVALID names the one
 * that is none. */
anc_status ev_inbound_types_keep(anc_arena *mem, ev_strs types, ev_strs *ret,
                                 anc_err *err) ANC_MUST_CHECK;

/* What a subscription to `pattern` reads, in `mem`: that very type, or those of `types` that a prefix or "*" matches,
 * which may be none. INVALID where it is no pattern. */
anc_status ev_inbound_types_match(anc_arena *mem, anc_str pattern, ev_strs types, ev_strs *ret,
                                  anc_err *err) ANC_MUST_CHECK;

/* How an event stands to those that took effect before. */
typedef enum ev_arrival {
    EV_ARRIVED_NEW,
    EV_ARRIVED_AGAIN, /* that very event did before */
    EV_ARRIVED_LATE   /* a newer one about the same thing did */
} ev_arrival;

/* Reads and checks `json`; everything that *ret points to is in `mem`, `ret->type` is not NULL. The
 * type is the envelope's, or `default_type` (may be empty) for a bare payload; an envelope whose type
 * is another than a `default_type` that is given is INVALID. An envelope without an id, a timestamp or
 * metadata is taken: the id is empty then, the time 0. LIMIT past EV_INBOUND_BYTES; INVALID naming the
 * member, the type that is not registered, or the schema_version that is newer than the type's here. */
anc_status ev_inbound_read(anc_arena *mem, anc_str json, anc_str default_type, ev_envelope *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* The payload struct of an event of type `wanted`; what it points to is in `mem`. INVALID names the member that
 * does not fit, or the type where it is another one. */
anc_status ev_inbound_payload(anc_arena *mem, const ev_envelope *event, ev_type_id wanted,
                              void *ret, anc_err *err) ANC_MUST_CHECK;

#endif
