/* put_impl.h - one put of a document on its way through the stages.
 *
 *   put_document.c   check, unchanged?, the order of the stages, what came of it
 *   put_extract.c    parse: blocks to the spooled text
 *   put_parts.c      documents inside it, each a put of its own
 *   put_rows.c       records of a file, each handed out to become one
 *   rows_back.c      those of an old version, put again
 *   put_describe.c   title, language, what is found by rule
 *   put_file.c       which document a file of a folder is
 *   put_past.c       a version of another data folder: is it there, what it keeps of then
 *   put_cut.c        text and blocks to chunk records with digests
 *   put_publish.c    look up, embed, stage, publish
 *   restore.c        an old version made current again
 *
 * A restored version enters at the last stage, one that is cut again by other settings at the second.
 *
 * The put belongs to one thread; its closures run on the writer's thread while it waits.
 */
#ifndef ANC_KNOWLEDGE_APP_PUT_IMPL_H
#define ANC_KNOWLEDGE_APP_PUT_IMPL_H

#include "knowledge/domain/block.h"
#include "retire.h"
#include "service_impl.h"

#define KNO_PUT_ARENA_BYTES ((size_t)512 << 20)

/* What a document is part of. */
typedef struct kno_part_of {
    anc_str parent; /* its id, in the same collection; empty: it is none */
    unsigned depth; /* in how many documents it lies */
    bool has_version;
    kno_digest version; /* fingerprint of the parent's version that it is made for */
    bool bound;
    kno_digest parent_at; /* fingerprint that the parent must have when the part is published */
} kno_part_of;

typedef struct kno_put {
    kno_service *kno;
    krn_call call; /* the caller's with an arena of the put's own */
    const kno_document_input *input;
    bool must_be_new;
    const kno_rows_wanted *rows; /* as in the input */
    const kno_rows_wanted
        *rows_to;     /* of a restored version: who gets its rows; NULL: they are put */
    bool takes_parts; /* they become documents, and those that went are retired; else passed over */
    kno_part_of of;
    int64_t only_over; /* version over which alone it may be published; 0: whatever is current */
    bool has_original; /* the original is an object that somebody holds; it is not spooled */
    unsigned also_changed; /* bits of kno_change that no comparison finds */
    anc_arena *results;    /* the caller's arena */
    kno_put_stage stage;
    int64_t stage_from_ns; /* when it began */

    /* check */
    anc_str name;               /* the document's id; in `results` */
    anc_str known_name;         /* the name by which a file of a folder is known; empty: by none */
    bool file_found;            /* of a file of a folder: its document is settled */
    size_t file_others;         /* other documents of that file, up to KNO_FILE_TWINS */
    kno_document_record *twins; /* [n_twins] those of them that the caller may open */
    size_t n_twins;
    anc_str into;                      /* the collection's name; in `results` */
    kno_labels acl;                    /* n 0: the collection's */
    kno_labels parent_acl;             /* of the file of a row */
    anc_str metadata;                  /* as given, compact; "{}" when none */
    kno_digest content;                /* of the bytes */
    kno_digest fingerprint;            /* of all that goes in */
    kno_collection_record collection;  /* id 0: still to be made */
    int64_t into_id;                   /* of the collection, once it was seen; no other will do */
    kno_collection_record cut_for;     /* the collection as it was when the text was cut */
    kno_document_record present;       /* id 0: there is none */
    uint32_t same_number, same_chunks; /* of the version that it would repeat */

    /* extract */
    kno_spool original, text; /* held until the rows are committed */
    kno_block_span *blocks;   /* [n_blocks], offsets into the text */
    size_t n_blocks;
    bool original_kept, text_kept; /* they are objects of the raw store */
    kno_raw_view view;             /* the extracted text, mapped */
    kno_parts parts;
    bool has_rows; /* the document is a file of records */
    uint64_t n_rows;
    kno_version_record version;

    /* cut */
    kno_chunk_record *chunks; /* [n_chunks] */
    size_t n_chunks;

    /* publish */
    emb_held cut_with;   /* the wanted model; while the text is cut */
    emb_held embed_with; /* what the chunks are embedded with */
    anc_str model;       /* its revision; empty: there is no model */
    emb_info_row target; /* the wanted model */
    bool *known;         /* [n_chunks] whether the catalog has the vector */
    emb_held also_with;  /* the wanted model where it is another one; emb NULL: not, or it fails */
    bool *also_known;    /* [n_chunks] */
    bool taken_right, taken_wrong; /* vectors that came along may be used, or may not */
    uint64_t embedded;
    int64_t version_id; /* 0: not staged yet */
    kno_live live;      /* of that version */
    size_t staged;      /* chunks that are committed */
    kno_published published;
    kno_retirement *vanished; /* parts that went; NULL: none are looked for */
    kno_going going;          /* parts that go where they are many */
    uint64_t change_seq;
    kno_difference difference; /* against the version before */
} kno_put;

/* Version number KNO_CUT_UNKNOWN of the settings is never a collection's: cut again in the background. */
#define KNO_CUT_UNKNOWN UINT32_MAX

/* What a person calls the document: an id that was made here says nothing to anybody. */
anc_str kno_put_known_as(const kno_put *put);

/* The file's name that the version has: that by which the file is known, so that it is unchanged whatever folder was named. */
static inline anc_str kno_put_file_name(const kno_put *put)
{
    return put->known_name.len > 0 ? put->known_name : put->input->name;
}

/* INVALID, LIMIT, UNSUPPORTED name what is wrong with the content. Ends with kno_put_describe. */
anc_status kno_put_extract(kno_put *put) ANC_MUST_CHECK;
anc_status kno_put_cut(kno_put *put) ANC_MUST_CHECK;

/* A document inside it. Fails with what may pass by itself; what cannot be read is noted. */
anc_status kno_put_part(kno_put *put, const kno_part *part, anc_err *err) ANC_MUST_CHECK;

/* taken.c: of `n` chunks from `from` on the vectors that came with the version and that the catalog lacks; these are
 * `known` from then on. */
anc_status kno_put_take_vectors(kno_put *put, size_t from, size_t n,
                                kno_vectors *ret) ANC_MUST_CHECK;

/* Hands out the records of the source; *ret_text is the text of its document, empty when it holds no
 * records. */
anc_status kno_put_rows(kno_put *put, krn_call *call, const kno_source *source, kno_parsed *ret,
                        anc_str *ret_text) ANC_MUST_CHECK;

/* Whether a version was made of a file of records, by what was found about it. */
bool kno_is_rows(anc_str found);

/* Whether the parts that are there were made for the version that is put, and all rows of a file. */
anc_status kno_parts_complete(kno_put *put, bool *ret) ANC_MUST_CHECK;

/* Notes of a part that is unchanged that the version of its parent at hand would make it so. */
anc_status kno_part_adopt(kno_put *put) ANC_MUST_CHECK;

/* Marks what the document has no more, where that is too much for the closure that publishes: it goes with
 * the publication. */
anc_status kno_parts_mark_vanished(kno_put *put) ANC_MUST_CHECK;

/* Whether a put failed for a reason that will be the same when it is tried again. */
bool kno_is_of_the_content(anc_status status);

/* The put of a part. */
anc_status kno_put_as_part(kno_service *kno, krn_call *call, const kno_document_input *input,
                           const kno_part_of *of, kno_put_result *ret) ANC_MUST_CHECK;

/* In how many documents it lies that is put by itself, though it is part of another. */
anc_status kno_parts_find_depth(kno_put *put) ANC_MUST_CHECK;

/* Takes over a note of an attachment that is no document. */
/* Says so where a document has more than KNO_PARTS of them: `there`. */
anc_status kno_parts_leave_out(kno_put *put, size_t there) ANC_MUST_CHECK;
anc_status kno_parts_unread(kno_put *put, anc_str note) ANC_MUST_CHECK;

/* Takes over from what was found about an earlier version which of its parts could not be read. */
anc_status kno_parts_remember(kno_put *put, anc_str found) ANC_MUST_CHECK;

/* Deletes the parts that a failed put has made, where their document is not there. */
anc_status kno_parts_take_back(const kno_put *put, krn_call *call) ANC_MUST_CHECK;

/* Fills put->version from the input, the parser's findings and the text. */
anc_status kno_put_describe(kno_put *put, const kno_parsed *parsed) ANC_MUST_CHECK;

/* Sets put->version.folded from title, uri and id. */
anc_status kno_fold_names(kno_put *put) ANC_MUST_CHECK;

/* Reads the collection and what of the document is current. */
anc_status kno_put_read_present(kno_put *put) ANC_MUST_CHECK;

/* The same of a file of a folder, once the collection is read: put->present, put->name and what is known of the file. UNAVAILABLE:
 * it became another document meanwhile. */
anc_status kno_put_find_file(kno_put *put) ANC_MUST_CHECK;

/* Removes put->twins, after the put went well; one that was changed since, or cannot be removed now, stays. */
void kno_put_remove_twins(const kno_put *put, const krn_call *call);

/* The collection's row, where the put has to make it; somebody else may have been faster. */
anc_status kno_put_make_collection(kno_put *put) ANC_MUST_CHECK;

/* What was asked for of the rows of a file, by what was found about it; they are counted alone. */
anc_status kno_rows_remember(krn_call *call, anc_str found, kno_rows_wanted *ret) ANC_MUST_CHECK;

/* Of an old version that is a file of records, with its original: names the rows that it has, so that its
 * publication retires the others. put->rows is what was asked for. */
anc_status kno_rows_name(kno_put *put, const kno_version_record *old,
                         anc_str original) ANC_MUST_CHECK;

/* Once it is current again: puts its rows, one after the other. What fails for its own sake is left out, as
 * it was then. CONFLICT when another version has come since. */
anc_status kno_rows_put(kno_put *put, const kno_version_record *old,
                        anc_str original) ANC_MUST_CHECK;

/* With input->past: takes over its fingerprint, and tells whether the version is there (or was) already.
 * CONFLICT where its number stands for another. */
anc_status kno_past_check(kno_put *put, bool *ret_there) ANC_MUST_CHECK;

/* What the past says of the version takes the place of what was found. Without one a no-op. */
void kno_past_apply(kno_put *put);

/* Publishes with as many tries as are sensible while others publish too. */
anc_status kno_put_publish_at_last(kno_put *put) ANC_MUST_CHECK;

/* What became of it, in `results`. */
kno_put_result kno_put_result_of(const kno_put *put, kno_put_status status);

/* Lets go of what the put holds, and takes back what it kept and did not publish. */
void kno_put_done(kno_put *put);

/* Commits the version as the successor of put->present. CONFLICT with *ret_again when something
 * moved meanwhile: read the present state and publish again. */
anc_status kno_put_publish(kno_put *put, bool *ret_again) ANC_MUST_CHECK;

/* The put has come further: `done` of its chunks have their vectors (`of` 0: nobody knows yet). */
static inline anc_status kno_put_goes_on(kno_put *put, size_t done, size_t of)
{
    const kno_document_input *in = put->input;
    if (in->on_progress == NULL)
        return ANC_OK;
    return in->on_progress(in->on_progress_arg, done, of, &put->call.deadline_ns, put->call.err);
}

static inline void kno_put_stage_is(kno_put *put, kno_put_stage stage)
{
    if (put->input->stage != NULL)
        *put->input->stage = stage;
    if (put->input->stage_ns == NULL)
        return;
    const int64_t now_ns = krn_now_ns(put->kno->with.clock);
    put->input->stage_ns[put->stage] += now_ns - put->stage_from_ns;
    put->stage = stage;
    put->stage_from_ns = now_ns;
}

#endif
