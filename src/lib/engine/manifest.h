/* manifest.h - which segments are an index, what died in each, and how far its caller had come: one small file that
 * is replaced whole. docs/formats/manifest.md says it byte by byte.
 */
#ifndef ANC_ENGINE_MANIFEST_H
#define ANC_ENGINE_MANIFEST_H

#include "engine/disk.h"
#include "snapshot.h"

#define ENG_MANIFEST_MAGIC "ANCMAN\r\n"
#define ENG_MANIFEST_NAME  "manifest"
enum { ENG_MANIFEST_VERSION = 1, ENG_MANIFEST_SEGMENTS = 1 << 16 };

typedef struct eng_manifest_header {
    char magic[8];
    uint32_t version;
    uint32_t crc;    /* of the file, this being 0 */
    uint64_t bytes;  /* of the file */
    uint64_t cursor; /* as last marked */
    uint64_t next;   /* number of the segment that is written next: greater than all that were */
    uint32_t dims;
    uint32_t n_segments;
} eng_manifest_header;

typedef struct eng_manifest_segment {
    uint64_t number; /* of its name */
    uint64_t bytes;
    uint32_t crc;         /* of its head */
    uint32_t dead_chunks; /* of the documents that died in it, like the next three */
    uint64_t dead_documents, dead_vectors, dead_length;
    uint64_t documents;
    uint64_t dead_words; /* of its bitmap, which stands behind the rows: 0 where nothing died */
} eng_manifest_segment;

static_assert(sizeof(eng_manifest_header) == 48 && sizeof(eng_manifest_segment) == 64,
              "a manifest");

/* Writes the manifest of a snapshot all of whose blocks are segments, and makes it count: temporary name, sync, rename,
 * sync of the folder. *ret_counts says, also on failure, whether it may be the one that is found next. */
anc_status eng_manifest_write(const eng_disk *disk, anc_str folder, const eng_snapshot *s,
                              uint64_t next, bool *ret_counts, anc_err *err) ANC_MUST_CHECK;

typedef struct eng_manifest {
    os_map map; /* owned: eng_manifest_close */
    const eng_manifest_header *header;
    const eng_manifest_segment *segments; /* [n_segments] */
} eng_manifest;

/* NOT_FOUND when there is none; CORRUPT names what is wrong with it; as the disk says. */
anc_status eng_manifest_open(const eng_disk *disk, anc_str folder, eng_manifest *ret,
                             anc_err *err) ANC_MUST_CHECK;
void eng_manifest_close(const eng_disk *disk, eng_manifest *m); /* zeroed is a no-op */

/* What died in segment `at`, which is `block`, with as many documents as the row says: *ret is owned, or NULL where
 * nothing did. False when memory is out. */
bool eng_manifest_dead(const eng_manifest *m, uint32_t at, const eng_block *block,
                       eng_dead **ret) ANC_MUST_CHECK;

#endif
