/* ingest.h - what others may ask of the ingest component: sources read in the background.
 *
 * A batch is one request and its progress. It survives a kill: what was acknowledged stays, what
 * was not is read again, nothing is doubled, since putting the same content changes nothing.
 */
#ifndef ANC_INGEST_INGEST_H
#define ANC_INGEST_INGEST_H

#include "kernel/domain/call.h"
#include "kernel/domain/inbound.h"

typedef struct ing_service ing_service;

typedef enum ing_state {
    ING_QUEUED,
    ING_PROCESSING,
    ING_COMPLETED,
    ING_FAILED,
    ING_CANCELLED
} ing_state;

const char *ing_state_name(ing_state state);     /* "queued", … */
bool ing_state_parse(anc_str s, ing_state *ret); /* false for another word */

/* Rows of tables, elements of lists and lines of JSON as documents of their own. */
typedef struct ing_rows {
    anc_str id_field, title_field; /* columns; empty: "id" and "title" or "name" where they are */
    const anc_str *text_fields;    /* [n_text_fields] whose values are text; none: all */
    size_t n_text_fields;
} ing_rows;

typedef struct ing_folder_request {
    anc_str path;         /* a folder or a file on the server's machine; absolute */
    anc_str collection;   /* made when it does not exist */
    const anc_str *globs; /* [n_globs] "*.md" and the like on the relative path; none: all */
    size_t n_globs;
    anc_str metadata; /* JSON object given to each document; may be empty */
    const anc_str *acl;
    size_t n_acl;
    const ing_rows *rows; /* NULL: a file is one document */
} ing_folder_request;

typedef struct ing_batch {
    anc_str id;
    ing_state state;
    anc_str
        collection; /* where its documents are; of several collections that of documents which name none,
                       if it has any of them, else the first */
    const anc_str *
        collections; /* [n_collections] that documents were read into so far, by name: its own and at
                                   most 100 of those that documents named */
    size_t n_collections;
    anc_str source; /* the path */
    /* documents; at every moment total is the sum of the six that follow; unread: that wait no more,
     * since the batch ended before; skipped: unchanged, or content that nobody here reads */
    uint64_t total, waiting, unread, under_way, processed, failed, skipped;
    uint64_t
        unsupported; /* of the skipped ones: content that nobody here reads; these are dead letters as
                             the failed ones are */
    uint64_t searchable;
    uint64_t bytes_total, bytes_done;
    anc_str error_message; /* NULL when there is none */
    double rate_docs_per_s;
    double eta_s;                                 /* negative: unknown */
    int64_t created_ms, updated_ms, completed_ms; /* completed 0: not yet */
    anc_str
        slowest_stage; /* "read", "parse", "chunk", "embed", "write", "index"; NULL: not known */
    uint64_t revision; /* grows with every change */
} ing_batch;

/* Checks that the path is there (NOT_FOUND, FORBIDDEN name it) and queues the batch durably. */
anc_status ing_folder_start(ing_service *ing, krn_call *call, const ing_folder_request *request,
                            ing_batch *ret) ANC_MUST_CHECK;

anc_status ing_batch_find(ing_service *ing, krn_call *call, anc_str id,
                          ing_batch *ret) ANC_MUST_CHECK; /* NOT_FOUND */

/* Newest first, older than batch `before` (its id; empty: from the newest), in one of the states
 * [n_states] (none: in any). */
anc_status ing_batch_list(ing_service *ing, krn_call *call, anc_str before, const ing_state *states,
                          size_t n_states, size_t limit, ing_batch **ret,
                          size_t *ret_n) ANC_MUST_CHECK;

/* Stops reading; documents under way are let be, which takes a moment: `under_way` says so. CONFLICT when the
 * batch has ended. */
anc_status ing_batch_cancel(ing_service *ing, krn_call *call, anc_str id,
                            ing_batch *ret) ANC_MUST_CHECK;

/* ---- documents that are sent along ------------------------------------------------------------ *
 *
 * A client's documents become items of a batch while they arrive: their bytes go to the spool, a
 * bounded piece at a time, whatever their number. What ing_upload_end has acknowledged is durable.
 * Documents are read while further ones come; where several have one id, the later one wins. An upload
 * belongs to one thread at a time; all of its functions block.
 */

typedef struct ing_upload ing_upload;

typedef struct ing_upload_request {
    anc_str name;       /* for people: "upload" */
    anc_str collection; /* of documents that name none */
    anc_str metadata;   /* of files: a JSON object given to each; may be empty */
    const anc_str *acl; /* of files: [n_acl] */
    size_t n_acl;
    bool held;            /* nothing is read before the end: the upload may still be discarded */
    const ing_rows *rows; /* of files; NULL: a file is one document */
} ing_upload_request;

/* Nothing is stored yet, and no batch is there before the first document. Checks the request (INVALID
 * names the field). */
anc_status ing_upload_open(ing_service *ing, krn_call *call, const ing_upload_request *request,
                           ing_upload **ret) ANC_MUST_CHECK;

typedef enum ing_upload_kind {
    ING_UPLOAD_RECORD, /* a document as a JSON object, as for a single one; broken ones fail alone */
    ING_UPLOAD_FILE,   /* a file's bytes */
    ING_UPLOAD_ROW     /* of ing_upload_row */
} ing_upload_kind;

/* A document begins, grows and is whole. `name`: "line 17" of a record, for reports; of a file its name,
 * which is its id. `content_type` as declared, may be empty. CONFLICT when somebody cancelled the
 * batch; DISK_FULL; after any failure only end, discard and close are left. */
anc_status ing_upload_begin(ing_upload *upload, krn_call *call, ing_upload_kind kind, anc_str name,
                            anc_str content_type) ANC_MUST_CHECK;
anc_status ing_upload_add(ing_upload *upload, krn_call *call, anc_str bytes) ANC_MUST_CHECK;
anc_status ing_upload_finish(ing_upload *upload, krn_call *call) ANC_MUST_CHECK;

/* A row of a file that is a document already, as the knowledge component hands it out (knowledge/knowledge.h): begun,
 * grown and whole. */
struct kno_row;
anc_status ing_upload_row(ing_upload *upload, krn_call *call,
                          const struct kno_row *row) ANC_MUST_CHECK;

/* Whole documents that were not stored yet are stored now. */
anc_status ing_upload_flush(ing_upload *upload, krn_call *call) ANC_MUST_CHECK;

/* No further documents come. `broken` (ptr NULL: all came) says in words why the rest is missing: what
 * came whole is kept and read, and the batch ends as failed. INVALID when there is no document. */
anc_status ing_upload_end(ing_upload *upload, krn_call *call, anc_str broken,
                          ing_batch *ret) ANC_MUST_CHECK;

/* As if it had never come; for a held one, before the end. */
anc_status ing_upload_discard(ing_upload *upload, krn_call *call) ANC_MUST_CHECK;

/* Frees it. One that did not end is ended as broken at the next start. NULL is a no-op. */
void ing_upload_close(ing_upload *upload);

/* Documents that came whole so far. */
uint64_t ing_upload_documents(const ing_upload *upload);

/* Whether the spool takes more now; a sender waits while it does not. Any thread, at once. */
bool ing_upload_room(const ing_service *ing);

/* ---- dead letters: documents that failed, kept with what it takes to try them again ---------- *
 *
 * A file of a folder that fails again when the folder is read again is one dead letter, tried more often; it is none
 * any more once it was read.
 */

typedef struct ing_dead_letter {
    anc_str id, batch_id; /* the batch that tried it last */
    anc_str collection;
    anc_str document; /* its id, as far as it was known */
    anc_str source;   /* where its bytes are read from: a path */
    uint64_t bytes;
    anc_str stage;  /* read, parse, chunk, embed, write */
    anc_str reason; /* in plain words */
    uint32_t attempts;
    int64_t at_ms; /* of the last attempt */
} ing_dead_letter;

/* Those of a batch (empty id: of all), also where another batch tried them since, those that were tried last first, before `before` (an id; empty: from the
 * newest). */
anc_status ing_dead_letter_list(ing_service *ing, krn_call *call, anc_str batch_id, anc_str before,
                                size_t limit, ing_dead_letter **ret, size_t *ret_n) ANC_MUST_CHECK;

anc_status ing_dead_letter_delete(ing_service *ing, krn_call *call,
                                  anc_str id) ANC_MUST_CHECK; /* NOT_FOUND */

/* Tries documents again in a batch of their own, which has the settings of the one that they failed
 * in. A document that succeeds is no dead letter any more; one that fails again stays one, with the
 * new reason. Of a cancelled batch what it had not read is read too, unless it was sent along (that goes with the
 * cancelling). NOT_FOUND; CONFLICT when the batch has not ended, or nothing failed in it or is left of it. */
anc_status ing_batch_replay(ing_service *ing, krn_call *call, anc_str batch_id,
                            ing_batch *ret) ANC_MUST_CHECK;
anc_status ing_dead_letter_replay(ing_service *ing, krn_call *call, anc_str id,
                                  ing_batch *ret) ANC_MUST_CHECK;
/* All dead letters of the newest `limit` batches that have some and have ended: a batch for each. */
anc_status ing_dead_letter_replay_all(ing_service *ing, krn_call *call, size_t limit,
                                      ing_batch **ret, size_t *ret_n) ANC_MUST_CHECK;

/* ---- events of other services ---------------------------------------------------------------- *
 *
 * The effect of one, once (kernel/ports/inbox.h): it is durable when the function is back, and *ret says whether it
 * came about this time. What a put would refuse is refused here too, with its status and words.
 */

/* document.uploaded: `content`, or the file that `uri` names, becomes the document's next version. NOT_FOUND,
 * FORBIDDEN for a file that lies in none of the folders that events may name, or that a walk passes over;
 * UNSUPPORTED for a uri that is not a file's; INVALID without either. */
anc_status ing_document_uploaded(ing_service *ing, krn_call *call, const ev_envelope *event,
                                 ev_arrival *ret) ANC_MUST_CHECK;

/* accounting.entry.created: a small document in the collection "accounting", with the payload as its metadata. */
anc_status ing_entry_created(ing_service *ing, krn_call *call, const ev_envelope *event,
                             ev_arrival *ret) ANC_MUST_CHECK;

/* Batches that are queued or processing: for health and metrics. Any thread. */
size_t ing_active(const ing_service *ing);

#endif
