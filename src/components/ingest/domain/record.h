/* record.h - a document as a JSON object, as a client sends many of them.
 *
 *   {"id","collection","title","text" or "content_base64","content_type","uri","metadata","acl"}
 *
 * null means not given, but for acl; an unknown member is an error that names it.
 */
#ifndef ANC_INGEST_DOMAIN_RECORD_H
#define ANC_INGEST_DOMAIN_RECORD_H

#include "base/arena.h"

enum { ING_RECORD_LABELS = 100 };

typedef struct ing_record {
    anc_str id, collection, title, content_type, uri; /* empty: not given */
    anc_str content;                                  /* bytes */
    anc_str metadata;                                 /* a JSON object; empty: none */
    const anc_str *acl;                               /* [n_acl] */
    size_t n_acl;
    bool acl_is_null; /* the collection's are wanted; else, where n_acl is 0, nothing is said */
} ing_record;

/* Everything is copied into `mem`. INVALID says what is wrong, and where (pointer and text); LIMIT
 * past `mem`'s ceiling; NO_MEMORY. */
anc_status ing_record_read(anc_str json, anc_arena *mem, ing_record *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif
