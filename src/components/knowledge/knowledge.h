/* knowledge.h - what others may ask of the knowledge component: collections, documents, versions.
 *
 * The catalog behind it is the one source of truth. A version becomes current in one transaction
 * together with its change-log row and its events; everything else (index, feed, tracking) follows
 * that log. Views in results live in call->mem. Functions block on the catalog: a pool, never a loop,
 * unless they say otherwise. Readers see only what the call's principal holds a label for, and the
 * owner (is_admin) sees and manages everything, so that a label which nobody holds locks nothing away;
 * what may not be seen is NOT_FOUND. kno_chunks_fetch, through which answers are made, goes by labels
 * alone.
 *
 * Errors that every function may give: UNAVAILABLE, IO, CORRUPT, DISK_FULL from the catalog,
 * CANCELLED, DEADLINE, LIMIT and NO_MEMORY from the call.
 */
#ifndef ANC_KNOWLEDGE_KNOWLEDGE_H
#define ANC_KNOWLEDGE_KNOWLEDGE_H

#include "base/str.h"
#include "kernel/domain/call.h"

typedef struct kno_service kno_service;

/* ---- collections ------------------------------------------------------------------------- */

typedef enum kno_chunking { KNO_CHUNK_STRUCTURE, KNO_CHUNK_WHOLE } kno_chunking;

typedef struct kno_collection {
    anc_str name;        /* [a-z0-9][a-z0-9_-]{0,63} */
    anc_str description; /* may be empty */
    anc_str language; /* "auto" (found per document), "und" (none) or of ISO 639-1: "en", "fr", … */
    kno_chunking chunking; /* by structure, or one cut-off chunk a document */
    uint32_t chunk_tokens; /* 0: what fits the model's window; else 32 to that */
    uint32_t overlap_sentences;
    const anc_str *acl; /* [n_acl] labels of who may read; default {"public"} */
    size_t n_acl;
    anc_str system_prompt;   /* for questions to it; empty: as configured */
    anc_str prompt_template; /* the same */
    anc_str embedding_model; /* name of the model it asks for; empty: the configured one */
    anc_str model; /* revision of the model whose vectors searches use; "" while there are none */
    int64_t created_ms, updated_ms;
    /* for results only */
    uint64_t documents, chunks; /* current ones */
    uint64_t outdated;          /* documents that are still to be cut again by these settings */
    uint64_t recut_failed;      /* documents that could not be; they stay as they were cut before */
    uint64_t
        unembedded; /* documents without vectors of embedding_model, while `model` is another */
    uint64_t embed_failed; /* documents that get none, since their text is damaged */
} kno_collection;

/* CONFLICT when the name exists; INVALID names the field, for an embedding model also those there are.
 * Zeroed settings get their defaults. */
anc_status kno_collection_create(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 kno_collection *ret) ANC_MUST_CHECK;
anc_status kno_collection_find(kno_service *kno, krn_call *call, anc_str name,
                               kno_collection *ret) ANC_MUST_CHECK; /* NOT_FOUND */
/* Which members of a collection an update sets. */
typedef struct kno_collection_set {
    bool description, language, chunking, chunk_tokens, overlap_sentences, acl, system_prompt,
        prompt_template, embedding_model;
} kno_collection_set;

/* Sets what `set` says of the collection wanted->name; the rest stays, whoever else changes it
 * meanwhile. Where language or chunking change, the documents are cut again in the
 * background, one by one, as new versions; until its turn comes a document is found as it was cut
 * before. Where the embedding model changes, documents get vectors of the new one in the background (and are
 * cut again for its window), while searches go on with those of the old one; once all have them, searches
 * change over at once. */
anc_status kno_collection_update(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 const kno_collection_set *set, kno_collection *ret) ANC_MUST_CHECK;
/* All that the principal may read, by name, after `after` (exclusive, may be empty). */
anc_status kno_collection_list(kno_service *kno, krn_call *call, anc_str after, size_t limit,
                               kno_collection **ret, size_t *ret_n) ANC_MUST_CHECK;
/* Removes it with all of its documents; ret_seq is the change to wait for. */
anc_status kno_collection_delete(kno_service *kno, krn_call *call, anc_str name,
                                 uint64_t *ret_seq) ANC_MUST_CHECK;

/* Where the present stands among the deletions of collections, never 0; for kno_document_input.asked of
 * puts that are done later. */
anc_status kno_moment(kno_service *kno, krn_call *call, uint64_t *ret) ANC_MUST_CHECK;

/* ---- documents ---------------------------------------------------------------------------- */

/* How far a put came; for the report of a failure. */
typedef enum kno_put_stage {
    KNO_STAGE_CHECK, /* names, labels, sizes */
    KNO_STAGE_PARSE,
    KNO_STAGE_CHUNK,
    KNO_STAGE_EMBED,
    KNO_STAGE_WRITE,
    KNO_STAGES
} kno_put_stage;

typedef enum kno_put_status { KNO_CREATED, KNO_UPDATED, KNO_UNCHANGED } kno_put_status;

typedef struct kno_put_result {
    anc_str collection;
    anc_str document_id;
    uint32_t version;
    uint32_t chunks;
    kno_put_status status;
    uint64_t change_seq; /* what the index must have reached to show it; 0 when unchanged */
    uint64_t embedded;   /* texts that had to be embedded */
} kno_put_result;

/* Runs in the transaction that makes a version current, last; what it writes is one commit with it.
 * Another status than OK undoes both and is what the put gives. May be called again when the
 * transaction has to be tried again. */
struct krn_tx; /* kernel/ports/writer.h */
typedef anc_status kno_publish_fn(void *arg, struct krn_tx *tx, const kno_put_result *put,
                                  anc_err *err);

/* Vectors of chunks by the digests of what was embedded: what a version takes with it to another data folder. */
enum { KNO_DIGEST_SIZE = 32, KNO_TAKEN_BYTES = 3 << 20 };
typedef struct kno_taken_vectors {
    anc_str model; /* revision; empty: there are none */
    uint32_t dims;
    size_t n;
    const unsigned char *digests; /* [n * KNO_DIGEST_SIZE] */
    const unsigned char *values;  /* [n * dims * 2] binary16, little-endian */
} kno_taken_vectors;

/* A version as another data folder had it: put back with its number and times, not made anew. */
typedef struct kno_past {
    uint32_t number;             /* greater than every number that the document has had */
    int64_t created_ms;          /* of the version */
    int64_t document_created_ms; /* of the document, where it has to be made; 0: as the version */
    uint32_t restored_from;      /* number of the version that it repeats; 0: none */
    anc_str fingerprint;         /* kno_version.fingerprint; empty: that of a put of it now */
    anc_str parent;              /* kno_document.parent; what is attached to it comes by itself */
    const anc_str *unread;       /* [n_unread] found.attachments_unread */
    size_t n_unread;
    anc_str made_for; /* kno_document.made_for; empty: not known */
    kno_taken_vectors
        vectors; /* spare the embedding where the model is the same and they prove right; may be none */
    bool compared; /* the rest says how it differed; else it is compared anew */
    bool title_changed, content_changed, metadata_changed, acl_changed, uri_changed, cut_again;
    bool counted;
    uint32_t chunks_added, chunks_removed;
} kno_past;

/* A record of a file that becomes a document of its own. */
typedef struct kno_row {
    uint64_t number;  /* in the file, from 1 */
    anc_str source;   /* of a version that is restored: its document's; else empty */
    anc_str parent;   /* the file's document */
    anc_str made_for; /* kno_version.fingerprint of the version of it that the row is of */
    anc_str id, title, uri;
    anc_str content;  /* a JSON object */
    anc_str metadata; /* a JSON object: what was given, and the columns */
} kno_row;

/* A line of a file of lines that holds no record, though others do. */
typedef struct kno_broken_row {
    uint64_t line;  /* in the file, from 1 */
    anc_str parent; /* the file's document */
    anc_str id;     /* "<parent>#line <line>": what to call it; there is no document of that name */
    anc_str why;
} kno_broken_row;

typedef struct kno_rows_wanted {
    anc_str id_field, title_field; /* columns; empty: "id" and "title" or "name" where they are */
    const anc_str *text_fields;    /* [n_text_fields] that are text; none: all */
    size_t n_text_fields;
    /* Gets each row in order; what it has taken down is to be put as documents with `parent`. NULL: they
     * are counted alone. */
    anc_status (*on_row)(void *arg, const kno_row *row, anc_err *err);
    /* Gets each line that is broken, between the rows; NULL: only the file's document says so, among what
     * was found as "unread". */
    anc_status (*on_broken)(void *arg, const kno_broken_row *row, anc_err *err);
    anc_status (*on_end)(void *arg, anc_err *err); /* all were handed out; may be NULL */
    void *arg;
} kno_rows_wanted;

typedef struct kno_document_input {
    anc_str
        collection; /* made with default settings when it does not exist and `make_collection` */
    bool make_collection;
    uint64_t
        asked; /* kno_moment of the wish: NOT_FOUND when the collection was deleted since, also where
                       another has its name now; 0: when the put begins */
    anc_str id; /* 1 to 512 bytes; empty: a UUIDv7 is made */
    bool
        of_file; /* it is the file `uri` of a folder, of source "folder": the document that was read from that
                             file before, whatever its id, and a new one where the caller sees none, by `id`, or where
                             that is another's by `uri`. Further documents of the file, which there were before this
                             rule, are removed. UNAVAILABLE: somebody else made another document of it meanwhile */
    anc_str *
        settled_id; /* gets the id, in call->mem, as soon as it is settled, if the put fails too; may be NULL */
    anc_str title;        /* empty: the text's own title, else the uri's last part, else the id */
    anc_str uri;          /* may be empty */
    anc_str source;       /* "file", "folder", "upload", … */
    anc_str content_type; /* as declared, may be empty: the content decides */
    anc_str name;         /* file name for detection, may be empty */
    anc_str metadata;     /* a JSON object, may be empty */
    const anc_str *acl;   /* [n_acl]; none: the collection's */
    size_t n_acl;
    bool
        keeps_acl; /* with no acl: who may read the document stays as it is; of a new row it is who may
                       read its file; of another new document the collection's */
    anc_str content;     /* the original bytes, borrowed (a mapping will do); at most 256 MiB */
    int64_t modified_ms; /* of the source; 0: unknown */
    /* A table, list or lines of JSON: the document says what the file holds, and each record is handed
     * out (with `past` they have histories of their own: on_row is NULL). Other kinds are read as always.
     * NULL: a file is one document. */
    const kno_rows_wanted *rows;
    anc_str parent; /* of a row: the document that it is a part of; NOT_FOUND without it */
    anc_str
        made_for; /* kno_row.made_for: NOT_FOUND when the parent has come to another version; empty:
                         any */
    uint32_t expected_version; /* that must be the current one, else CONFLICT; 0: any */
    const kno_past *past;      /* NULL: a version of today */
    /* Called when a stage of the put is done and after each block of chunks that was embedded, so that long work is
     * watched, and limited by how long it stands still: `done` of the document's `of` chunks have their vectors
     * (of 0: not known yet), and *deadline_ns, that of the put from here on, may be moved. What it fails with ends
     * the put. May be NULL. */
    anc_status (*on_progress)(void *arg, size_t done, size_t of, int64_t *deadline_ns,
                              anc_err *err);
    void *on_progress_arg;
    kno_put_stage *stage; /* kept up to date while it is put; NULL: nobody wants to know */
    int64_t *stage_ns;    /* [KNO_STAGES] the time that each stage took is added; may be NULL */
    kno_publish_fn *on_publish; /* not called for what is unchanged; may be NULL */
    void *on_publish_arg;
    /* Gets on_publish_arg and, in words, what a mail has attached beyond the 1,000 that are read, before the version
     * is current; `id` and `why` good during the call. Not called for what is unchanged; may be NULL. */
    anc_status (*on_left_out)(void *arg, anc_str id, anc_str why, anc_err *err);
} kno_document_input;

/* Parses, cuts, embeds what is new and makes the version current. The same content with the same
 * title, metadata and acl is `unchanged` and costs no embedding. `must_be_new`: CONFLICT when the id
 * exists. INVALID, LIMIT and UNSUPPORTED name what was wrong with the content. With `past` it is
 * `unchanged` where the document has that very version, or had one of its number and keeps it no
 * more; CONFLICT where the number stands for another version. A collection that is deleted while the
 * put is under way is not made again: NOT_FOUND.
 *
 * What a mail has attached becomes documents of their own, with the id "<id>#<file name>" (and the uri
 * likewise), its source, metadata and acl. They are replaced with it and deleted with it; one that
 * cannot be read is named in `found.attachments_unread` of the mail. Of more than 1,000 the first are read, and how
 * many were not is told there too. */
anc_status kno_document_put(kno_service *kno, krn_call *call, const kno_document_input *input,
                            bool must_be_new, kno_put_result *ret) ANC_MUST_CHECK;

/* What a put would refuse of the input's collection, metadata and acl, told before there is a document
 * for them: INVALID. */
anc_status kno_settings_check(krn_call *call, const kno_document_input *input) ANC_MUST_CHECK;

typedef struct kno_document {
    anc_str collection, id, title, uri, source, content_type, language;
    anc_str file_name; /* may be empty */
    anc_str parent;    /* id of the document that it was attached to; empty: to none */
    anc_str
        made_for; /* kno_version.fingerprint of the version of `parent` that it is as of; empty: not known */
    anc_str metadata; /* as given, a JSON object */
    anc_str found;    /* a JSON object: name to {"value": …, "origin": "file" or "rule"} */
    uint32_t version; /* the current one */
    uint32_t chunks;
    uint64_t bytes;         /* of the original */
    uint64_t text_bytes;    /* of the extracted text */
    anc_str content_sha256; /* hex */
    const anc_str *acl;
    size_t n_acl;
    int64_t created_ms, updated_ms;
} kno_document;

anc_status kno_document_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                             kno_document *ret) ANC_MUST_CHECK; /* NOT_FOUND */
/* The same with what version `version` (0: the current one) said; NOT_FOUND too where it is kept no
 * more. acl is who may read the document now. */
anc_status kno_document_find_at(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                                uint32_t version, kno_document *ret) ANC_MUST_CHECK;
/* Ascending by id, after `after` (exclusive); `q` (may be empty) is looked for in title, uri and id
 * without regard to case. `collection` empty: all that may be read, then `after` is
 * "collection\nid". */
anc_status kno_document_list(kno_service *kno, krn_call *call, anc_str collection, anc_str q,
                             anc_str after, size_t limit, kno_document **ret,
                             size_t *ret_n) ANC_MUST_CHECK;
/* Removes it with versions, chunks, text and original, and what was attached to it; NOT_FOUND when it is not there. */
anc_status kno_document_delete(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint64_t *ret_seq) ANC_MUST_CHECK;

/* The extracted text of a version (0: the current one) as an immutable mapping or copy. Close it
 * with kno_text_close, on any thread. */
typedef struct kno_text {
    anc_str text;
    void *owner; /* the adapter's */
    bool
        mapped; /* text is a mapping of a file: the memory behind it may be given back (os_map_forget) */
} kno_text;
anc_status kno_text_open(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                         uint32_t version, kno_text *ret) ANC_MUST_CHECK;
void kno_text_close(kno_service *kno, kno_text *text);

/* The original bytes of the version that kno_document_find_at found for this call. `whole`: all of them are to be read, so
 * they are hashed first, however often they were before (CORRUPT: damaged); else what was found sound is believed until
 * its file is changed. NOT_FOUND where the document was deleted meanwhile. Close it with kno_raw_close, on any thread. */
typedef struct kno_raw {
    anc_str bytes;
    void *owner; /* the adapter's */
    bool mapped; /* as in kno_text */
} kno_raw;
anc_status kno_raw_open(kno_service *kno, krn_call *call, const kno_document *of, bool whole,
                        kno_raw *ret) ANC_MUST_CHECK;
void kno_raw_close(kno_service *kno, kno_raw *raw);

/* ---- versions ------------------------------------------------------------------------------ */

/* A version, and how it differs from the one before it. */
typedef struct kno_version {
    uint32_t number;
    bool current;
    anc_str title, uri, source, file_name, content_type, language;
    anc_str metadata, found; /* as in kno_document */
    uint32_t chunks;
    uint64_t bytes, text_bytes;
    anc_str content_sha256;
    anc_str fingerprint; /* hex; two puts with the same one make the same version */
    const anc_str *acl;  /* [n_acl] its own; none: the collection's held */
    size_t n_acl;
    int64_t created_ms;
    uint32_t restored_from; /* the version that it repeats; 0: none */
    bool title_changed, content_changed, metadata_changed, acl_changed, uri_changed;
    bool cut_again; /* by other settings of the collection */
    bool counted;   /* false: how the chunks changed was not kept then */
    uint32_t chunks_added, chunks_removed, chunks_kept;
} kno_version;

/* Those that are kept, newest first, older than `before` (0: all). NOT_FOUND. */
anc_status kno_version_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            uint32_t before, size_t limit, kno_version **ret,
                            size_t *ret_n) ANC_MUST_CHECK;

/* Version `number`. NOT_FOUND, also where it is kept no more. */
anc_status kno_version_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            uint32_t number, kno_version *ret) ANC_MUST_CHECK;

/* Makes a new version with the content, title, uri and metadata of version `number`; its acl is what
 * the document has now. What that version had attached, and the rows that it handed out, are put once more, and
 * those that it had not are retired. Rows follow the version one by one: a failure (DEADLINE, say) leaves it
 * current without some of them, and the same call again brings the rest. `unchanged` when that is what is
 * current. NOT_FOUND; CONFLICT when another version than `expected_version` (0: any) is current. */
anc_status kno_version_restore(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t number, uint32_t expected_version,
                               kno_put_result *ret) ANC_MUST_CHECK;

/* The same, but where rows follow they are handed out, all of the version, once it is current: `on_row` has what is
 * to be put as documents with `parent`, as of a put with rows. The other members of `rows` say nothing. */
anc_status kno_version_restore_handing_rows(kno_service *kno, krn_call *call, anc_str collection,
                                            anc_str id, uint32_t number, uint32_t expected_version,
                                            const kno_rows_wanted *rows,
                                            kno_put_result *ret) ANC_MUST_CHECK;

/* ---- chunks ------------------------------------------------------------------------------- */

typedef struct kno_chunk_ref {
    anc_str collection, document_id;
    uint32_t version, ordinal;
} kno_chunk_ref;

/* On which page, and in which row of a table (from 1, behind the row that names the columns) or record of NDJSON, the text
 * stands from byte `at` up to the next place. 0: none. */
typedef struct kno_place {
    uint64_t at;
    uint32_t page, row;
} kno_place;

typedef struct kno_chunk {
    kno_chunk_ref ref;
    anc_str id; /* "<document_id>.<version>.<ordinal>" */
    anc_str title, uri, language;
    anc_str heading;     /* "A > B"; NULL where there is none */
    uint32_t page;       /* 0 where there is none */
    uint64_t start, end; /* bytes of the extracted text */
    anc_str text;        /* what stands there */
    anc_str columns; /* the header row of the table that it begins in the middle of; NULL: none */
    uint32_t tokens;
    anc_str metadata;        /* the document's */
    const kno_place *places; /* [n_places], in order; none: neither pages nor rows */
    size_t n_places;
    anc_str
        trouble; /* NULL, or why there is no text: names the document, its file and what mends it */
} kno_chunk;

/* The chunks of `refs` [n], in that order; one that is gone or may not be seen has a NULL text, and so has one whose
 * document's file is damaged or missing, which its `trouble` says. */
anc_status kno_chunks_fetch(kno_service *kno, krn_call *call, const kno_chunk_ref *refs, size_t n,
                            kno_chunk *ret) ANC_MUST_CHECK;
/* The vectors of a version's chunks (0: the current one) by the model that its collection is searched by, in call->mem;
 * none where they are not all there, or are more than KNO_TAKEN_BYTES. */
anc_status kno_version_vectors(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t version, kno_taken_vectors *ret) ANC_MUST_CHECK;
/* The chunks of a version (0: the current one) as cut, from `from` on. */
anc_status kno_chunk_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                          uint32_t version, uint32_t from, size_t limit, kno_chunk **ret,
                          size_t *ret_n) ANC_MUST_CHECK;

/* How many documents were wanted and could not be read, their file being damaged or missing, and were not mended
 * since; appends that, and where `named` the name of one and what mends it. Any thread, does not block. */
uint64_t kno_unreadable_tell(kno_service *kno, bool named, anc_buf *out);

/* ---- statistics and projections ------------------------------------------------------------ */

typedef struct kno_stats_row {
    anc_str collection;
    uint64_t documents, versions, chunks, bytes, text_bytes;
    int64_t last_change_ms;
    anc_str languages; /* JSON object: language to documents */
} kno_stats_row;

anc_status kno_stats(kno_service *kno, krn_call *call, kno_stats_row **ret,
                     size_t *ret_n) ANC_MUST_CHECK;

/* What a projection needs of one version: everything that is indexed. Sees all labels. */
typedef struct kno_indexable {
    anc_str collection, document_id, title, uri, source, content_type, language;
    uint32_t version;
    anc_str metadata;   /* a JSON object */
    const anc_str *acl; /* [n_acl]: the document's, or the collection's where it has none */
    size_t n_acl;
    int64_t created_ms, updated_ms;
    anc_str model; /* revision of the vectors, there or not; "" where none is known */
    uint32_t dims; /* of that model; 0 where it is not known */
    size_t n_chunks;
    const kno_chunk *chunks; /* [n_chunks], in order; metadata not filled */
    const float *vectors;    /* [n_chunks * dims], unit length; NULL when there are none */
} kno_indexable;

/* All changes up to `seq` are shown: what was replaced by then need not be there for searches any more.
 * The mark never goes back. Any thread, does not block. */
void kno_shown(kno_service *kno, uint64_t seq);

/* Versions whose rows were removed from the catalog since the start. Any thread, does not block. */
uint64_t kno_discarded_versions(kno_service *kno);

/* Reads the current version of a document for indexing; NOT_FOUND when it is gone. `model` is the
 * revision whose vectors are wanted (empty: kno_searched_model of its collection); when they are not all
 * there, `vectors` is NULL. */
anc_status kno_indexable_read(kno_service *kno, krn_call *call, anc_str collection,
                              anc_str document_id, anc_str model,
                              kno_indexable *ret) ANC_MUST_CHECK;

/* The revision of the model that searches of a collection are to use, in call->mem, and its dims: the one
 * of its vectors, or where it has none the one that it will have; "" and 0 where that is not known either.
 * NOT_FOUND when it is gone. Sees all labels. */
anc_status kno_searched_model(kno_service *kno, krn_call *call, anc_str collection,
                              anc_str *ret_model, uint32_t *ret_dims) ANC_MUST_CHECK;

/* A change of a collection to another model that is announced. */
typedef struct kno_next {
    uint64_t nth;  /* announcement of this service, from 1; 0: there is none */
    anc_str model; /* revision */
    uint32_t dims;
} kno_next;

/* The model that a collection is about to be switched over to, in call->mem: every document has its vectors,
 * each that comes without them is in the change log again with them, and the switch waits for
 * kno_index_prepared. An index that is filled for another announcement may miss some. KRN_CHANGE_MODEL says
 * that there may be another one, and then that the collection was switched over: whoever shows the index there
 * misses no document. Sees all labels. */
anc_status kno_next_model(kno_service *kno, krn_call *call, anc_str collection,
                          kno_next *ret) ANC_MUST_CHECK;

/* There is an index of the collection for the announcement `nth`, ready to be shown, which follows what
 * changes. Any thread, does not block. */
void kno_index_prepared(kno_service *kno, anc_str collection, uint64_t nth);

/* There is none any more, of no collection. */
void kno_index_unprepared(kno_service *kno);

typedef struct kno_walk_row {
    anc_str collection, document_id;
    uint32_t version;
} kno_walk_row;

/* All current documents in a fixed order after `after` (exclusive; zeroed at the start). Sees all
 * labels. */
anc_status kno_walk(kno_service *kno, krn_call *call, const kno_walk_row *after, size_t limit,
                    kno_walk_row **ret, size_t *ret_n) ANC_MUST_CHECK;

#endif
