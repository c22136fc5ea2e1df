/* rules.h - what names, ids, labels and sizes may be, and what follows from them. Pure functions. */
#ifndef ANC_KNOWLEDGE_DOMAIN_RULES_H
#define ANC_KNOWLEDGE_DOMAIN_RULES_H

#include "base/status.h"
#include "base/str.h"
#include "knowledge/domain/records.h"

/* Limits; each is named in the error of whoever passes it. */
#define KNO_MAX_SOURCE_BYTES ((size_t)256 << 20)
#define KNO_MAX_TEXT_BYTES   ((size_t)64 << 20)
enum {
    KNO_MAX_CHUNKS = 50000,
    KNO_MAX_BLOCKS = 1000000,
    KNO_MAX_NAME_BYTES = 64,
    KNO_MAX_ID_BYTES = 512,
    KNO_MAX_TITLE_BYTES = 1024,
    KNO_MAX_URI_BYTES = 4096,
    KNO_MAX_METADATA_BYTES = 64 << 10,
    KNO_MAX_DESCRIPTION_BYTES = 4096,
    KNO_MAX_LABELS = 64,
    KNO_MAX_LABEL_BYTES = 256,
    KNO_MIN_CHUNK_TOKENS = 32,
    KNO_MAX_OVERLAP_SENTENCES = 8
};

/* [a-z0-9][a-z0-9_-]{0,63}. INVALID names the value. */
anc_status kno_rule_collection_name(anc_str name, anc_err *err) ANC_MUST_CHECK;

/* 1 to 512 bytes of valid UTF-8 without control characters. */
anc_status kno_rule_document_id(anc_str id, anc_err *err) ANC_MUST_CHECK;

/* Valid UTF-8 of at most `max_bytes` without NUL; `what` names the field. */
anc_status kno_rule_text(anc_str s, size_t max_bytes, const char *what,
                         anc_err *err) ANC_MUST_CHECK;

/* "auto" or a tag of two or three lower-case letters; empty is "auto". */
anc_status kno_rule_language(anc_str language, anc_err *err) ANC_MUST_CHECK;

/* The labels sorted and without doubles in `mem`. A label is "public", "user:<id>" or
 * "group:<name>". INVALID names the label, LIMIT when there are more than KNO_MAX_LABELS. */
anc_status kno_rule_labels(anc_arena *mem, const anc_str *labels, size_t n, kno_labels *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Whether a caller with `held` [n] may read what carries `acl`. */
bool kno_labels_meet(kno_labels acl, const anc_str *held, size_t n);

/* What stands over a document: the title given, else the text's own, else the last part of the uri,
 * else the id. Cut to KNO_MAX_TITLE_BYTES at a character; line breaks and tabs are blanks. */
anc_str kno_title_of(anc_arena *mem, anc_str given, anc_str found, anc_str uri, anc_str id);

/* How many of `now` are not in `before`, and the other way round; both are sorted by this. Equal
 * digests count as often as they occur. */
void kno_digests_compare(kno_digest *before, size_t n_before, kno_digest *now, size_t n_now,
                         uint32_t *ret_added, uint32_t *ret_removed);

bool kno_digest_eq(const kno_digest *a, const kno_digest *b);

#endif
