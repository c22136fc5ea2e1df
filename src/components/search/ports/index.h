/* index.h - port: the chunks of all collections, by words and by the vectors of one model.
 *
 * Adapters: engine (in this process). Collections are apart: one's documents play no part in the
 * statistics or the answers of another. A collection comes into being with its first document. The
 * index is a projection: it may be empty after a restart, or lack what was damaged, and is then filled from the catalog.
 *
 * Where it has a place it is kept there: `save` makes what was published, and the mark, outlast a crash and the loss of
 * power. The mark never says more than what is kept.
 *
 * The vectors of a collection are of one model, that of its first document. To change it, `prepare`
 * opens a second index of the collection that nobody searches; every document is published to it too, and
 * then `show` puts it in the place of the first at once, or `give_up` forgets it.
 *
 * Contract:
 *   thread   search, find, figures and kept from any thread, also while something is published; publish,
 *            remove, drop, mark and forget from one thread at a time; tidy and save from another one.
 *   whole    publish swaps a document's version as a whole, the last publish wins; a search sees all
 *            chunks of one version or none. What returned OK is seen by the next search.
 *   failure  INVALID names what does not fit; after a failed publish the index shows what it showed.
 *            NO_MEMORY, LIMIT (of the call's arena), CANCELLED and DEADLINE from search.
 *   memory   everything given is copied; results live in call->mem.
 *   access   a document that shares no label with the query does not exist for it.
 */
#ifndef ANC_SEARCH_PORTS_INDEX_H
#define ANC_SEARCH_PORTS_INDEX_H

#include "kernel/domain/call.h"
#include "search/domain/demands.h"
#include "search/domain/fields.h"
#include "search/domain/filter.h"
#include "search/domain/fusion.h"
#include "search/domain/reading.h"

typedef struct srch_index_document {
    anc_str document_id;
    uint32_t version;
    txt_language language;    /* that its terms were made in */
    const srch_field *fields; /* [n_fields] */
    size_t n_fields;
    const anc_str *labels; /* [n_labels] who may see it */
    size_t n_labels;
    anc_str
        model; /* revision of the vectors: that of the index it is for; ptr NULL: as the options say */
    uint32_t dims; /* of that model; 0: words only */
} srch_index_document;

typedef struct srch_index_term {
    anc_str text;
    anc_str form;      /* what phrases find there; empty: nothing */
    uint32_t position; /* ascending within title and within text */
    bool in_title;
    bool is_stop;
} srch_index_term;

typedef struct srch_index_chunk {
    uint32_t ordinal;             /* ascending */
    const srch_index_term *terms; /* [n_terms] title first */
    size_t n_terms;
    const float *vector; /* [dims] of unit length; NULL: none */
} srch_index_chunk;

/* Gives one chunk after the other, so that a document's terms never stand in memory together. */
typedef struct srch_chunk_source {
    void *arg;
    /* The next chunk, good until the next call; *ret_more is false, and `ret` untouched, at the
     * end. */
    anc_status (*next)(void *arg, srch_index_chunk *ret, bool *ret_more);
} srch_chunk_source;

typedef struct srch_index_query {
    const srch_query_term *terms; /* [n_terms]; none: no keyword list */
    size_t n_terms;
    const float *vector; /* [dims] of unit length; NULL: no semantic list */
    uint32_t dims;
    anc_str model;         /* that made the vector; ptr NULL: not compared */
    const anc_str *labels; /* [n_labels] required; none: sees nothing */
    size_t n_labels;
    const srch_filter *filter;  /* NULL: none */
    const srch_demand *demands; /* [n_demands] each binds every list */
    size_t n_demands;
    uint32_t k_keyword, k_semantic;
    uint32_t
        k_documents; /* documents by updated_at alone, the latest first; then the other two are 0 */
    bool explain;    /* fill `terms` and `length` of the candidates */
    /* Asked every few milliseconds; another answer than OK ends the search with it. */
    anc_status (*may_go_on)(void *arg);
    void *arg;
} srch_index_query;

/* A distinct term of the query, in its order. */
typedef struct srch_term_fact {
    anc_str text;
    bool begins;
    uint32_t languages; /* as of srch_query_term */
    double weight;      /* summed over its mentions */
    double idf;         /* of its word: of all readings together */
    uint64_t df;        /* chunks that have it */
    bool scored;        /* false: a function word that was left out */
} srch_term_fact;

typedef struct srch_index_result {
    /* [n], both raw scores filled; fused and score are not. With k_documents: the first chunk of each
     * document that the demands allow, at_ms filled, no scores. */
    srch_candidate *candidates;
    size_t n;
    bool cut;              /* a list is as long as asked: there may be more */
    double bm25_bound;     /* what a chunk that has everything could at most reach */
    bool has_vectors;      /* some live chunk has a vector */
    srch_term_fact *terms; /* [n_terms] */
    size_t n_terms;
    double mean_length;    /* of a chunk, in words that count */
    uint64_t chunks;       /* live */
    uint32_t title_weight; /* a word of a title counted as so many of the text */
    bool damaged; /* a part of the index was found damaged, and the answer is what the rest gives */
} srch_index_result;

typedef struct srch_index_figures {
    uint64_t documents, chunks, vectors; /* of what is searched */
    uint64_t bytes;                      /* of memory, of all */
    uint64_t dead_chunks;                /* replaced or removed, and still there */
    uint64_t stored_bytes;               /* of files */
    uint64_t unsaved_chunks;             /* of what is searched: a save makes them files */
    uint32_t segments, graphs;
    uint32_t
        title_weight; /* of what is searched; where indexes differ, one that the options do not say */
    float
        recall; /* the least that a graph was measured to give for the share that is asked for; 1: there is none */
} srch_index_figures;

/* What a save did. */
typedef struct srch_index_saved {
    bool did;          /* something was written */
    uint64_t bytes;    /* of that: segments, also where it failed in the end */
    int64_t waited_ns; /* to keep to the pace */
} srch_index_saved;

/* What the follower knows of an index. */
typedef struct srch_index_mark {
    uint64_t
        cursor; /* every change up to it is in the index, or its document is not in it at all */
    bool whole; /* no document is missing */
    uint64_t
        damages; /* of srch_index_kept that it knows of; where there were more, it is not whole */
} srch_index_mark;

enum { SRCH_DAMAGE_BYTES = 320 };

typedef struct srch_index_kept {
    bool has_place;               /* else the rest is zero */
    bool is_there;                /* something was kept when it was opened, or since */
    srch_index_mark mark;         /* as it was kept last */
    uint64_t damages;             /* times that a part was found damaged and taken out */
    char text[SRCH_DAMAGE_BYTES]; /* the last one: which file, and what is wrong with it */
} srch_index_kept;

/* The indexes of a collection. */
typedef struct srch_index_models {
    bool is_there;  /* there is one that is searched */
    anc_str model;  /* its vectors' revision; "": none */
    uint32_t dims;  /* likewise; 0: none */
    bool vectors;   /* some live chunk of it has one */
    bool preparing; /* there is another one that is filled */
    anc_str next;   /* its vectors' revision */
    uint32_t next_dims;
} srch_index_models;

typedef struct srch_index_ops {
    const char *name;
    ANC_MUST_CHECK anc_status (*publish)(void *self, krn_call *call, anc_str collection,
                                         const srch_index_document *document,
                                         srch_chunk_source chunks);
    /* OK also when the document is not there. */
    ANC_MUST_CHECK anc_status (*remove)(void *self, krn_call *call, anc_str collection,
                                        anc_str document_id);
    /* The views live in call->mem. */
    ANC_MUST_CHECK anc_status (*models)(void *self, krn_call *call, anc_str collection,
                                        srch_index_models *ret);
    /* Opens an empty second index of the collection, in place of an earlier one. */
    ANC_MUST_CHECK anc_status (*prepare)(void *self, krn_call *call, anc_str collection,
                                         anc_str model, uint32_t dims);
    /* The second index takes the place of the first; OK also when there is none. */
    ANC_MUST_CHECK anc_status (*show)(void *self, krn_call *call, anc_str collection);
    /* Forgets the second index; OK also when there is none. */
    ANC_MUST_CHECK anc_status (*give_up)(void *self, krn_call *call, anc_str collection);
    /* Forgets a collection. */
    ANC_MUST_CHECK anc_status (*drop)(void *self, krn_call *call, anc_str collection);
    /* An unknown collection has no candidates. CONFLICT when the vector is of another model than the
     * index by now. */
    ANC_MUST_CHECK anc_status (*search)(void *self, krn_call *call, anc_str collection,
                                        const srch_index_query *query, srch_index_result *ret);
    /* Version of a document; false when the index does not have it. ret_version may be NULL. */
    bool (*find)(void *self, anc_str collection, anc_str document_id, uint32_t *ret_version);
    /* Of one collection, or of all where `collection` is empty. */
    srch_index_figures (*figures)(void *self, anc_str collection);
    /* How many documents of a collection are in each language, at most one that is being published off. */
    void (*languages)(void *self, anc_str collection, uint32_t ret[TXT_LANGUAGE_COUNT]);
    /* Does one piece of what makes searches fast, beside those who publish and search: it may take minutes. *ret_did
     * says whether there was something to do. CANCELLED when the call is; nothing is lost by that. */
    ANC_MUST_CHECK anc_status (*tidy)(void *self, krn_call *call, bool *ret_did);
    /* What is kept. Does not block for long. */
    srch_index_kept (*kept)(void *self);
    /* How far the index has come, to be kept by the next save. */
    void (*mark)(void *self, const srch_index_mark *mark);
    /* Forgets all collections and what is kept of them, at once and for good. */
    ANC_MUST_CHECK anc_status (*forget)(void *self, krn_call *call);
    /* Keeps what was published, and the mark as it was before; may take long. What was removed is then gone from the
     * files too, or will be with one of the next saves; with `last` now, where some seconds are enough for it.
     * *ret is filled in either way. DISK_FULL, or as the disk says; what was kept before still is. Without a
     * place nothing happens. It keeps to the pace of the options, but for `last`. CANCELLED also where somebody waits
     * for other work on the index. */
    ANC_MUST_CHECK anc_status (*save)(void *self, krn_call *call, bool last, srch_index_saved *ret);
    /* Reads all there is and tells `found` what is wrong, a line each; *ret_n: how much. Any thread; may take long.
     * A part that was found damaged is taken out. CANCELLED, DEADLINE. */
    ANC_MUST_CHECK anc_status (*verify)(void *self, krn_call *call,
                                        void (*found)(void *arg, anc_str what), void *arg,
                                        uint64_t *ret_n);
    /* All long work at once: each index becomes one part without what is dead, and is saved. Any thread; may take
     * long. CANCELLED, DEADLINE: what was done by then stays. */
    ANC_MUST_CHECK anc_status (*optimize)(void *self, krn_call *call);
    void (*close)(void *self); /* nobody is inside any more */
} srch_index_ops;

typedef struct srch_index {
    const srch_index_ops *ops;
    void *self;
} srch_index;

typedef struct srch_index_options {
    /* For documents that name no model. */
    anc_str model; /* revision of the vectors; empty: none */
    uint32_t dims; /* 0: words only */
    /* Where it is kept, as the adapter says; it outlives the index. NULL: nowhere. */
    void *place;
    float
        recall; /* share of the true nearest that searches by vectors find, 0.5 to 0.99; 0: as the adapter has it */
    /* A word of a title counts as so many of the text, 1 to 8; 0: 1. Of indexes that are made from now on: one that is
     * kept stays as it was made, also for what is published to it. */
    uint32_t title_weight;
    /* Saves write no faster, but where much is published meanwhile; 0: as fast as the disk takes it. */
    uint64_t write_bytes_per_second;
    bool anew; /* begins empty, and what is kept stays as it is until the first save of this one */
} srch_index_options;

/* What an adapter exports. */
typedef anc_status srch_index_open_fn(const srch_index_options *options, srch_index *ret,
                                      anc_err *err);

#endif
