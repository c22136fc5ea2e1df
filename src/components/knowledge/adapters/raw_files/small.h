/* small.h - the bytes of small objects that were opened lately, in memory. Private.
 *
 * A search opens an object a hit, and to map a file takes ten times as long as to ask whether it was changed. What is
 * kept is bounded (64 KiB an object, 16 MiB in all); what was not asked for the longest goes first. Any thread.
 */
#ifndef ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_SMALL_H
#define ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_SMALL_H

#include "base/status.h"
#include "knowledge/domain/records.h"

typedef struct kno_small kno_small;
typedef struct kno_small_object kno_small_object; /* immutable, good until it is let go */

kno_small *kno_small_new(void);    /* NULL when memory is out */
void kno_small_free(kno_small *s); /* what is still held stays good; NULL is a no-op */

/* The object as it was when its file had that stamp (os_map), held for the caller; NULL: it is not kept so, and what is
 * kept of it from another time is forgotten. */
kno_small_object *kno_small_hold(kno_small *s, const kno_digest *digest, uint64_t stamp);

/* Keeps a copy of bytes that were found sound, held for the caller. NULL: they are too many, or memory is out. */
kno_small_object *kno_small_keep(kno_small *s, const kno_digest *digest, uint64_t stamp,
                                 anc_str bytes);

anc_str kno_small_bytes(const kno_small_object *o);
void kno_small_let_go(kno_small_object *o);

void kno_small_forget(kno_small *s, const kno_digest *digest);

#endif
