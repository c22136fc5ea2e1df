/* event_codec.h - payload structs as JSON objects and back, by the field table of their type. */
#ifndef ANC_KERNEL_DOMAIN_EVENT_CODEC_H
#define ANC_KERNEL_DOMAIN_EVENT_CODEC_H

#include "kernel/domain/event.h"
#include "json/json.h"

/* Writes the payload struct of `type` as one JSON object. A required text with a NULL ptr is "", an
 * optional one null; a whole number past INT64_MAX is INVALID. */
anc_status ev_payload_write(json_writer *w, const ev_type *type, const void *payload,
                            anc_err *err) ANC_MUST_CHECK;

/* Fills the payload struct of `type` (of type->size bytes) from a JSON object; all that it points
 * to is in `mem`. Members that the table does not know are passed over, optional ones that are
 * absent or null are zero. INVALID names the member ("/payload/scores/3") that is missing, of the
 * wrong kind or out of range. */
anc_status ev_payload_read(anc_arena *mem, const ev_type *type, const json_value *object,
                           void *ret_payload, anc_err *err) ANC_MUST_CHECK;

/* The payload's aggregate id by the type's `key`; empty when it has none. Borrowed from `payload`. */
anc_str ev_payload_key(const ev_type *type, const void *payload);

#endif
