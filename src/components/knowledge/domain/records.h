/* records.h - what the catalog keeps about collections, documents, versions and chunks.
 *
 * These are the words in which the use cases speak with the stores. Ids here are the catalog's own
 * 64-bit numbers; people and other components know documents by (collection, document id). Views
 * belong to whoever made the record (a store's reader: call->mem).
 *
 *   collection ──< document ──< version ──< chunk        object: bytes in the raw store by digest
 *                     │  current  ▲                      vector: by (model revision, digest of the
 *                     └───────────┘                              text that is embedded)
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_RECORDS_H
#define ANC_KNOWLEDGE_DOMAIN_RECORDS_H

#include "base/base.h"

enum { KNO_DIGEST_BYTES = 32 }; /* SHA-256 */

typedef struct kno_digest {
    unsigned char bytes[KNO_DIGEST_BYTES];
} kno_digest;

/* A set of access labels, sorted, without doubles. n 0 with `items` NULL: none of its own. */
typedef struct kno_labels {
    const anc_str *items; /* [n] */
    size_t n;
} kno_labels;

typedef struct kno_collection_record {
    int64_t id; /* 0: not stored yet */
    anc_str name, description, language;
    uint32_t chunking; /* kno_chunking of the public header */
    uint32_t chunk_tokens;
    uint32_t overlap_sentences;
    kno_labels acl;
    anc_str system_prompt, prompt_template; /* empty: as configured */
    anc_str wanted_model; /* name of the model it asks for; empty: the configured one */
    anc_str model;        /* revision whose vectors searches use; ""; for reading only */
    anc_str target;       /* revision of the wanted model; "": not known; for reading only */
    uint32_t model_dims, target_dims; /* of these; for reading only */
    uint64_t embed_failed; /* documents that get no vectors of the target; for reading only */
    uint32_t cut;          /* counts the changes of language and chunking; for reading only */
    bool recut; /* some documents may have been cut by other settings; for reading only */
    uint64_t recut_failed; /* documents that could not be cut again; for reading only */
    int64_t created_ms, updated_ms;
    /* counters of what is current; for reading only */
    uint64_t documents, versions, chunks, bytes, text_bytes;
    int64_t last_change_ms;
} kno_collection_record;

/* Settings of a collection that an update may set. */
typedef enum kno_setting {
    KNO_SET_DESCRIPTION = 1,
    KNO_SET_LANGUAGE = 2,
    KNO_SET_CHUNKING = 4,
    KNO_SET_CHUNK_TOKENS = 8,
    KNO_SET_OVERLAP = 16,
    KNO_SET_ACL = 32,
    KNO_SET_SYSTEM_PROMPT = 64,
    KNO_SET_PROMPT_TEMPLATE = 128,
    KNO_SET_MODEL = 256
} kno_setting;

/* How a version differs from the one before it. */
typedef enum kno_change {
    KNO_CHANGED_TITLE = 1,
    KNO_CHANGED_CONTENT = 2,
    KNO_CHANGED_METADATA = 4,
    KNO_CHANGED_ACL = 8,
    KNO_CHANGED_CUT = 16, /* cut again by other settings */
    KNO_CHANGED_URI = 32
} kno_change;

typedef struct kno_difference {
    unsigned changes;        /* bits of kno_change; 0 for a first version */
    bool counted;            /* false for versions of before it was kept: */
    uint32_t added, removed; /* chunks */
} kno_difference;

/* One version, as it is staged and as it is read. */
typedef struct kno_version_record {
    int64_t id; /* 0: not stored yet */
    uint32_t number;
    uint32_t chunks;
    anc_str title, uri, source, content_type, language;
    anc_str name;     /* of the file; may be empty */
    anc_str given;    /* metadata, a JSON object */
    anc_str found;    /* a JSON object: name to {value, origin} */
    anc_str metadata; /* a JSON object: what was given, and what was found under other names */
    anc_str folded;   /* title, uri and id, case folded, for look-ups; staged, not read back */
    kno_labels acl;   /* n 0: the collection's hold */
    uint64_t bytes, text_bytes;
    kno_digest content;        /* of the original */
    kno_digest text;           /* of the extracted text */
    kno_digest fingerprint;    /* of everything that went into it, see kno_put */
    uint32_t cut;              /* kno_collection_record.cut that it was cut by */
    uint32_t restored;         /* number of the version that it repeats; 0: none */
    kno_difference difference; /* set by the publication */
    int64_t created_ms;
} kno_version_record;

/* Which versions of a document stay beside the current one. */
typedef struct kno_keeping {
    uint32_t keep; /* so many of the newest, the current one included, and what was only cut again
                    * (changes KNO_CHANGED_CUT alone) not counted: of a run of these the newest stays; 0: all */
    uint64_t
        shown; /* all changes up to this one are shown: what was current then or later stays too */
} kno_keeping;

/* A document with its current version. */
typedef struct kno_document_record {
    int64_t id; /* 0: none */
    int64_t collection_id;
    anc_str collection; /* name */
    anc_str name;       /* what the world calls its id */
    anc_str parent;     /* name of the document that it is a part of; empty: of none */
    kno_digest
        made_for;   /* fingerprint of the parent's version that it was made for; 0: not known */
    kno_labels acl; /* who may read it now: its own labels or the collection's */
    int64_t created_ms, updated_ms;
    kno_version_record current;
} kno_document_record;

typedef struct kno_chunk_record {
    uint32_t ordinal; /* from 0 */
    uint32_t page;    /* 0: none */
    uint32_t tokens;
    uint64_t start, end; /* bytes of the extracted text */
    anc_str heading;     /* ptr NULL: none */
    anc_str
        columns; /* the header row of the table that it begins in the middle of; ptr NULL: none */
    anc_str places;    /* knowledge/domain/places.h; empty: neither pages nor rows */
    kno_digest digest; /* of what is embedded: title line, columns and text */
} kno_chunk_record;

#endif
