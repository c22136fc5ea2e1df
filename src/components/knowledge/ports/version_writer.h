/* version_writer.h - port: how versions come and go.
 *
 * Adapters: sqlite. Contract as in collection_store.h; every function runs inside a closure of the
 * writer.
 *
 *   stage ──> stage_chunks … ──> publish ──> current ──(the next publish)──> old, still readable
 *     │  state building            │
 *     └── discard                  └── retire: all versions of the document become garbage ── discard
 */
#ifndef ANC_KNOWLEDGE_PORTS_VERSION_WRITER_H
#define ANC_KNOWLEDGE_PORTS_VERSION_WRITER_H

#include "base/arena.h"
#include "base/status.h"
#include "knowledge/domain/records.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct kno_publication {
    int64_t collection_id;
    anc_str document; /* its name */
    anc_str parent;   /* name of the document that it is a part of; empty: of none */
    /* Of a file of a folder: its uri, and of how many other documents it is, up to KNO_FILE_TWINS; empty: of none. */
    anc_str file;
    size_t file_others;
    int64_t base_id;    /* version that was current when the work began; 0: there was no document */
    int64_t version_id; /* the staged one */
    uint32_t chunks;    /* that it has in all */
    kno_difference difference; /* against base_id */
    /* Of a part: the fingerprint of the version that it is made for, NULL: it stays what it was. */
    const kno_digest *made_for;
    const kno_digest
        *parent_at;  /* CONFLICT unless the parent's current version has this fingerprint;
                                    NULL: whatever it has */
    uint32_t number; /* of the version, past all that the document has had; 0: the next one */
    int64_t created_ms, document_created_ms; /* of the version, of a new document; 0: now */
} kno_publication;

typedef struct kno_published {
    int64_t document_id;
    uint32_t number; /* of the version; counts from 1 within the document */
} kno_published;

/* A document that is part of another. */
typedef struct kno_part_row {
    int64_t document_id;
    anc_str name;
} kno_part_row;

typedef struct kno_version_writer_ops {
    const char *name;

    /* A new version in state building; id, number and chunks of `version` are ignored. */
    ANC_MUST_CHECK anc_status (*stage)(void *self, krn_tx *tx, const kno_version_record *version,
                                       int64_t *ret_id, anc_err *err);

    ANC_MUST_CHECK anc_status (*stage_chunks)(void *self, krn_tx *tx, int64_t version_id,
                                              const kno_chunk_record *chunks, size_t n,
                                              anc_err *err);

    /* Makes it the document's current version, makes the document where there is none, and keeps
     * the collection's counters. CONFLICT when another version than base_id is current (0: when
     * there is a document), the number was had already or the file is of more or fewer other documents;
     * NOT_FOUND when the collection is gone. */
    ANC_MUST_CHECK anc_status (*publish)(void *self, krn_tx *tx, const kno_publication *publication,
                                         kno_published *ret, anc_err *err);

    /* Says with which change a version was published, and makes garbage of the versions of its document
     * that need not stay. */
    ANC_MUST_CHECK anc_status (*announced)(void *self, krn_tx *tx, int64_t document_id,
                                           int64_t version_id, uint64_t seq,
                                           const kno_keeping *keeping, anc_err *err);

    /* Takes the document out of sight; its versions become garbage. NOT_FOUND. ret_number: the
     * version that was current. */
    ANC_MUST_CHECK anc_status (*retire)(void *self, krn_tx *tx, int64_t document_id,
                                        uint32_t *ret_number, anc_err *err);

    /* The parts of the document `parent`, whether that is there or not, those that are gone too, by name after `after` (exclusive),
     * at most `limit`; in `mem`. */
    ANC_MUST_CHECK anc_status (*parts)(void *self, krn_tx *tx, int64_t collection_id,
                                       anc_str parent, anc_str after, size_t limit, anc_arena *mem,
                                       kno_part_row **ret, size_t *ret_n, anc_err *err);

    /* Marks a document with a token that is not 0; it stays what it is until go(token), and is gone for
     * every reader from then on. Not changed: it has the mark, or is gone. */
    ANC_MUST_CHECK anc_status (*mark)(void *self, krn_tx *tx, int64_t document_id, int64_t token,
                                      bool *ret_changed, anc_err *err);

    /* Whether a part of `parent` is there that has not the mark. */
    ANC_MUST_CHECK anc_status (*unmarked)(void *self, krn_tx *tx, int64_t collection_id,
                                          anc_str parent, int64_t token, bool *ret, anc_err *err);

    ANC_MUST_CHECK anc_status (*go)(void *self, krn_tx *tx, int64_t token, anc_err *err);

    /* A document of that name that is gone and was not retired yet, also one of a dropped collection that
     * had the name of this one; 0: none. */
    ANC_MUST_CHECK anc_status (*left)(void *self, krn_tx *tx, int64_t collection_id, anc_str name,
                                      int64_t *ret_document_id, anc_err *err);

    /* Says that a part is as the version `made_for` of what it is a part of would make it. */
    ANC_MUST_CHECK anc_status (*adopt)(void *self, krn_tx *tx, int64_t document_id,
                                       const kno_digest *made_for, anc_err *err);

    /* Says that a published version is as the settings numbered `cut` would cut it, or (`failed`)
     * that it could not be cut again and stays as it is. One that is gone is passed over. */
    ANC_MUST_CHECK anc_status (*accept_cut)(void *self, krn_tx *tx, int64_t version_id,
                                            uint32_t cut, bool failed, anc_err *err);

    /* Notes of each collection without outdated documents that it has none. */
    ANC_MUST_CHECK anc_status (*settle_cuts)(void *self, krn_tx *tx, anc_err *err);
} kno_version_writer_ops;

typedef struct kno_version_writer {
    const kno_version_writer_ops *ops;
    void *self;
} kno_version_writer;

#endif
