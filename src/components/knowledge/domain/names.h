/* names.h - which names, labels and metadata a catalog takes. Each check gives ANC_INVALID with the
 * JSON pointer that the caller says and a text that names the value. */
#ifndef ANC_KNOWLEDGE_DOMAIN_NAMES_H
#define ANC_KNOWLEDGE_DOMAIN_NAMES_H

#include "base/status.h"
#include "json/json.h"

/* What krn_collection_valid and krn_document_id_valid (kernel/domain/ids.h) hold for right. */
anc_status kno_collection_name_check(anc_str name, const char *pointer,
                                     anc_err *err) ANC_MUST_CHECK;

anc_status kno_document_id_check(anc_str id, const char *pointer, anc_err *err) ANC_MUST_CHECK;

/* "public", "user:<id>" or "group:<name>"; at most KNO_ACL_LABELS of them, none twice. */
anc_status kno_acl_check(const anc_str *labels, size_t n, const char *pointer,
                         anc_err *err) ANC_MUST_CHECK;

/* An object of at most KNO_METADATA_FIELDS members, with at most KNO_METADATA_VALUES values in at most
 * KNO_METADATA_DEPTH levels of objects and lists, whose names have 1 to KNO_METADATA_NAME_BYTES bytes;
 * NULL (no metadata) is well. The pointer of an error names the value. A filter reads numbers, booleans
 * and texts as what they are, a text of RFC 3339 as an instant, a list as several values, and a member
 * of an object as "outer.inner". The size is the caller's to check, who has the text. */
anc_status kno_metadata_check(const json_value *metadata, const char *pointer,
                              anc_err *err) ANC_MUST_CHECK;

/* At most `max` bytes of UTF-8 without control characters but line breaks and tabs. */
anc_status kno_text_check(anc_str text, size_t max, const char *what, const char *pointer,
                          anc_err *err) ANC_MUST_CHECK;

/* At most `max` bytes of UTF-8 without control characters; `what` ("title") stands in the text. */
anc_status kno_line_check(anc_str line, size_t max, const char *what, const char *pointer,
                          anc_err *err) ANC_MUST_CHECK;

#endif
