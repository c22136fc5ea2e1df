/* rules.h - what follows from labels, titles and digests. Pure functions; what names may be stands in
 * names.h, how much of anything in limits.h. */
#ifndef ANC_KNOWLEDGE_DOMAIN_RULES_H
#define ANC_KNOWLEDGE_DOMAIN_RULES_H

#include "base/status.h"
#include "base/str.h"
#include "knowledge/domain/records.h"

/* "auto" (found per document), "und" (none) or a code of ISO 639-1; empty is "auto". */
anc_status kno_language_check(anc_str language, const char *pointer, anc_err *err) ANC_MUST_CHECK;

/* The labels, checked (kno_acl_check, pointer "/acl") and sorted, in `mem`; their bytes are
 * borrowed. */
anc_status kno_labels_sorted(anc_arena *mem, const anc_str *labels, size_t n, kno_labels *ret,
                             anc_err *err) ANC_MUST_CHECK;

bool kno_labels_eq(kno_labels a, kno_labels b);

/* Whether a caller with `held` [n] may read what carries `acl`. */
bool kno_labels_meet(kno_labels acl, const anc_str *held, size_t n);

/* What stands over a document: the title given, else the text's own, else the last part of the uri,
 * else the id. Cut to KNO_TITLE_BYTES at a character; controls are blanks. */
anc_str kno_title_of(anc_arena *mem, anc_str given, anc_str found, anc_str uri, anc_str id);

/* How many of `now` are not in `before`, and the other way round; both are sorted by this. Equal
 * digests count as often as they occur. */
void kno_digests_compare(kno_digest *before, size_t n_before, kno_digest *now, size_t n_now,
                         uint32_t *ret_added, uint32_t *ret_removed);

/* A digest of its hex digits in small letters. False: it is none. */
bool kno_digest_of_hex(anc_str hex, kno_digest *ret);

bool kno_digest_eq(const kno_digest *a, const kno_digest *b);

#endif
