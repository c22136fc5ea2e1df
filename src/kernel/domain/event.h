/* event.h - the registry of event types: one row is everything that differs between two types.
 *
 * Adding an event is: a struct in <subject>_events.h, an identifier below, a field list and a row in
 * event_registry.c. Codec, validation, broker topic, live-feed line and schema all read that table.
 *
 * Payload structs are views: what they point into belongs to whoever made them.
 */
#ifndef ANC_KERNEL_DOMAIN_EVENT_H
#define ANC_KERNEL_DOMAIN_EVENT_H

#include "base/base.h"

typedef struct ev_strs {
    const anc_str *items; /* [n] */
    size_t n;
} ev_strs;

typedef struct ev_doubles {
    const double *items; /* [n] */
    size_t n;
} ev_doubles;

/* An already encoded JSON value; len 0 means null. */
typedef struct ev_json {
    anc_str text;
} ev_json;

typedef enum ev_kind { EV_STR, EV_U32, EV_U64, EV_F64, EV_BOOL, EV_STRS, EV_F64S, EV_JSON } ev_kind;

typedef struct ev_field {
    const char *name; /* JSON member */
    ev_kind kind;
    uint16_t offset; /* bytes into the payload struct */
    bool required;   /* else an EV_STR with a NULL ptr and an empty EV_JSON are written as null */
    bool rare;       /* an EV_STR with a NULL ptr is not written at all */
} ev_field;

/* The kind follows from the member's C type, so the two cannot disagree. */
#define EV_KIND_OF(T, member)          \
    _Generic(((T *)0)->member, anc_str \
             : EV_STR, uint32_t        \
             : EV_U32, uint64_t        \
             : EV_U64, double          \
             : EV_F64, bool            \
             : EV_BOOL, ev_strs        \
             : EV_STRS, ev_doubles     \
             : EV_F64S, ev_json        \
             : EV_JSON)
#define EV_FIELD(T, member, is_required)                                                    \
    {                                                                                       \
#member, EV_KIND_OF(T, member), (uint16_t)offsetof(T, member), (is_required), false \
    }
#define EV_RARE_FIELD(T, member)                                                   \
    {                                                                              \
#member, EV_KIND_OF(T, member), (uint16_t)offsetof(T, member), false, true \
    }

typedef enum ev_type_id {
    EV_DOCUMENT_CREATED,
    EV_DOCUMENT_UPDATED,
    EV_DOCUMENT_DELETED,
    EV_DOCUMENTS_INGESTED,
    EV_BATCH_STATUS,
    EV_DEADLETTER_ADDED,
    EV_QUERY_REQUESTED,
    EV_DOCUMENTS_RETRIEVED,
    EV_QUERY_COMPLETED,
    EV_QUERY_FAILED,
    EV_CONVERSATION_CREATED,
    EV_CONVERSATION_DELETED,
    EV_FEEDBACK_GIVEN,
    EV_WORKFLOW_STARTED,
    EV_WORKFLOW_COMPLETED,
    EV_WORKFLOW_FAILED,
    EV_CHAT_QUERY,
    EV_QUERY_ROUTE,
    EV_MODEL_STATE,
    EV_CGRAG,
    EV_CACHE,
    EV_PERFORMANCE,
    EV_ERROR,
    EV_DOCUMENT_UPLOADED,        /* taken in from other services */
    EV_ACCOUNTING_ENTRY_CREATED, /* taken in */
    EV_USER_CREATED,             /* taken in */
    EV_TYPE_COUNT
} ev_type_id;

typedef enum ev_severity { EV_INFO, EV_WARNING, EV_ERROR_SEVERITY } ev_severity;

typedef struct ev_type {
    const char *name;  /* "query.completed" */
    const char *topic; /* broker topic; NULL: none of its own */
    const char *key;   /* payload member that is the aggregate's id; NULL: none */
    const char *feed;  /* the live feed's line, a template (feed.h) */
    bool durable;      /* through the outbox, at least once; else live feed only, may be dropped */
    ev_severity severity;
    uint16_t version; /* schema_version; goes up when a required field is added */
    size_t size;      /* sizeof the payload struct */
    const ev_field *fields;
    size_t n_fields;
} ev_type;

/* What an event carries beside its payload; every view may be empty. */
typedef struct ev_context {
    anc_str component; /* "rag" */
    anc_str trace_id;
    anc_str user_id;
    anc_str aggregate_id; /* empty: taken from the payload member that the type's row names */
    int64_t at_ms;        /* Unix time of what is told, where it is told later; 0: now */
    const struct krn_veil
        *veil; /* hides ids of people (veil.h); set by who writes it down; NULL: none */
} ev_context;

const ev_type *ev_type_of(ev_type_id id);     /* never NULL for a valid id */
const ev_type *ev_type_by_name(anc_str name); /* NULL: an unknown type is passed over */

const char *ev_severity_name(ev_severity severity); /* "info", "warning", "error" */
bool ev_severity_by_name(anc_str name, ev_severity *ret);

enum { EV_NAME_MAX = 128 }; /* bytes of a type's name */

/* A pattern is an exact type, a prefix that ends in ".*", or "*". */
bool ev_pattern_matches(anc_str pattern, anc_str type);
bool ev_pattern_valid(anc_str pattern);

#endif
