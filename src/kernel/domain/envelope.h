/* envelope.h - an event on its way: what it says, and what is known about it.
 *
 * As JSON: {"id","event_type","timestamp","payload":{…},"metadata":{"component","trace_id",
 * "user_id","aggregate_id","seq","schema_version"}}. Members of the envelope or its metadata that
 * are not known here are kept and written again, so that a relay of an older version loses nothing.
 */
#ifndef ANC_KERNEL_DOMAIN_ENVELOPE_H
#define ANC_KERNEL_DOMAIN_ENVELOPE_H

#include "base/str.h"
#include "kernel/domain/event.h"
#include "json/json.h"

/* A member that was not known, its value encoded. */
typedef struct ev_member {
    anc_str name;
    anc_str json;
} ev_member;

typedef struct ev_members {
    const ev_member *items; /* [n] */
    size_t n;
} ev_members;

typedef struct ev_envelope {
    anc_str id;
    anc_str type_name;
    const ev_type *type; /* NULL: a type that the registry does not know */
    int64_t time_ms;     /* Unix time */
    ev_json payload;     /* an object */
    anc_str component;   /* empty, as the next three, when it was not said */
    anc_str trace_id;
    anc_str user_id;
    anc_str aggregate_id;
    uint64_t seq;              /* of the outbox; 0: transient, or from outside */
    uint32_t schema_version;   /* 0: not said */
    ev_members extra;          /* of the envelope */
    ev_members metadata_extra; /* of its metadata */
} ev_envelope;

/* What a person did, and that person was forgotten (event_blank.h): "erased":true in the metadata. */
static inline bool ev_envelope_erased(const ev_envelope *e)
{
    for (size_t i = 0; i < e->metadata_extra.n; i++)
        if (anc_str_eq(e->metadata_extra.items[i].name, ANC_STR("erased")))
            return true;
    return false;
}

/* Appends the envelope as JSON. `type` is not looked at. A payload without text is {}. */
anc_status ev_envelope_write(const ev_envelope *envelope, anc_buf *out,
                             anc_err *err) ANC_MUST_CHECK;

/* Reads one; everything it points to is in `mem`. INVALID with the pointer of what is missing or of
 * the wrong kind. An unknown type is no failure. */
anc_status ev_envelope_read(anc_arena *mem, anc_str json, ev_envelope *ret,
                            anc_err *err) ANC_MUST_CHECK;

/* The same for who needs neither seq nor what is not known here, without a tree of it all: views into `json`, which is
 * valid JSON; seq, schema_version and the extras are 0. False, with *ret untouched, where a member is absent that has to
 * be there, has an escape, or is not as it should be, or where the event is erased: ev_envelope_read then reads it or says
 * why not. */
bool ev_envelope_glance(anc_str json, ev_envelope *ret);

/* Appends the whole envelope of an event of `type` with its payload struct, in one pass. `time_ms` is now; where
 * the context has a time of its own, that one stands in the envelope. */
anc_status ev_event_write(const ev_type *type, const void *payload, const ev_context *context,
                          anc_str id, int64_t time_ms, uint64_t seq, anc_buf *out,
                          anc_err *err) ANC_MUST_CHECK;

#endif
