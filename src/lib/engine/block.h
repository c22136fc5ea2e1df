/* block.h - an immutable piece of the index, and the builder that makes one.
 *
 *   documents   row d: key, version, language, its run of chunks, its run of field values, its access set
 *   slots       open addressing over the keys: row + 1, 0 is empty
 *   chunks      row c: ordinal, length in words, document; vector as halves where it has one
 *   terms       row t, ascending by bytes: text, postings, number of chunks
 *   postings    of each term, one list after the other (postings.h)
 *   forms       as terms: what phrases are made of
 *   places      of each form, one list after the other (places.h)
 *   columns     the same field values once more, by field and value
 *   access sets each distinct list of labels once; documents name it by number
 *   bits, graph of the vectors, where there are so many that comparing all would take long
 *
 * A block is built by one thread, then never changes and is shared by count. What died in it stands
 * in a bitmap of the snapshot (index.c), not here. All texts lie end to end in `text`.
 */
#ifndef ANC_ENGINE_BLOCK_H
#define ANC_ENGINE_BLOCK_H

#include <assert.h>
#include <stdatomic.h>

#include "base/map.h"
#include "base/str.h"
#include "bits.h"
#include "engine/engine.h"
#include "graph.h"
#include "pages.h"
#include "postings.h"

/* The rows of the tables stand in files as they stand here (docs/formats/segment.md): every byte has a name, and
 * what is reserved is 0. */

typedef struct eng_span {
    uint64_t at; /* byte of the block's text */
    uint32_t len;
    uint32_t reserved;
} eng_span;

typedef struct eng_block_document {
    eng_span key;
    uint32_t version;
    uint32_t language;
    uint32_t first_chunk, n_chunks;
    uint32_t first_field, n_fields;
    uint32_t access;
    uint32_t reserved;
} eng_block_document;

typedef struct eng_block_field {
    uint32_t name;   /* row of names */
    uint8_t kind;    /* eng_kind */
    uint8_t in_list; /* 0 or 1 */
    uint16_t reserved;
    uint32_t str_len; /* of a string */
    uint32_t reserved_too;
    union {
        int64_t integer;
        double real;
        uint64_t str_at;
    } u;
} eng_block_field;

typedef struct eng_block_term { /* or a form */
    eng_span text;
    uint32_t df;
    uint32_t reserved;
    uint64_t postings_at; /* byte of the postings, of a form's places */
} eng_block_term;

/* The values of one field that are of one kind, and the documents that have each; few documents have none of it. */
typedef struct eng_block_column {
    uint32_t name;   /* row of names */
    uint8_t kind;    /* eng_kind */
    uint8_t in_list; /* 0 or 1 */
    uint16_t reserved;
    uint32_t first, n; /* of distinct, ascending by value */
} eng_block_column;

typedef struct eng_block_distinct {
    uint32_t field; /* row of fields that has the value */
    uint32_t first; /* of holders; those of the next one, or of none, end it */
} eng_block_distinct;

typedef struct eng_block_access {
    uint32_t first, n; /* of access_labels */
} eng_block_access;

static_assert(sizeof(eng_span) == 16 && sizeof(eng_block_document) == 48 &&
                  sizeof(eng_block_field) == 24 && sizeof(eng_block_term) == 32 &&
                  sizeof(eng_block_column) == 16 && sizeof(eng_block_distinct) == 8 &&
                  sizeof(eng_block_access) == 8,
              "rows of a file");
static_assert(offsetof(eng_block_document, version) == 16 &&
                  offsetof(eng_block_document, access) == 40 &&
                  offsetof(eng_block_field, u) == 16 && offsetof(eng_block_term, df) == 16 &&
                  offsetof(eng_block_term, postings_at) == 24,
              "rows of a file");

/* An array that grows: `ptr` owned, n in use, cap allocated; cap 0 where it stands in a file. */
#define ENG_ARRAY(type) \
    struct {            \
        type *ptr;      \
        size_t n, cap;  \
    }

typedef struct eng_block {
    atomic_uint refs;
    uint32_t dims;
    uint64_t length; /* sum of the chunks' lengths */
    uint64_t n_vectors;
    uint64_t n_postings;
    double impact_mean; /* mean length of a chunk that impacts were made with */
    ENG_ARRAY(eng_block_document) documents;
    ENG_ARRAY(uint32_t) slots; /* a power of two */
    ENG_ARRAY(eng_block_field) fields;
    ENG_ARRAY(uint32_t) ordinals;    /* [chunks] */
    ENG_ARRAY(uint32_t) lengths;     /* [chunks] */
    ENG_ARRAY(uint32_t) document_of; /* [chunks] */
    ENG_ARRAY(uint64_t) has_vector;  /* a bit a chunk; empty when no chunk has one */
    ENG_ARRAY(uint16_t) vectors;     /* [chunks * dims]; empty when no chunk has one */
    ENG_ARRAY(eng_block_term) terms;
    /* eng_text_head of each term, of a block in memory; else, or where memory was out, empty */
    ENG_ARRAY(uint64_t) heads;
    ENG_ARRAY(unsigned char) postings;
    ENG_ARRAY(eng_block_term) forms;
    ENG_ARRAY(unsigned char) places;
    /* ascending by name, kind, in_list; empty in a small block */
    ENG_ARRAY(eng_block_column) columns;
    ENG_ARRAY(eng_block_distinct) distinct; /* one more than there are values */
    ENG_ARRAY(uint32_t) holders;            /* rows of documents, ascending for each value */
    ENG_ARRAY(eng_span) names;
    ENG_ARRAY(eng_span) labels;
    ENG_ARRAY(eng_block_access) access;
    ENG_ARRAY(uint32_t) access_labels; /* rows of labels */
    ENG_ARRAY(char) text;
    _Atomic(uint8_t *) short_lengths; /* owned: remembered, or NULL (eng_block_short_lengths) */
    _Atomic(uint64_t *) sieve;        /* owned: remembered, or NULL (sieve.h) */
    eng_bits bits;                    /* n 0: none */
    eng_graph *graph;                 /* owned; NULL: none */
    /* Of a block that is a file: all above points into it, and its large tables are checked page by page. */
    eng_segment *segment; /* owned; NULL: in memory, and the next three too */
    const eng_pages *vector_pages, *posting_pages, *place_pages;
} eng_block;

static inline uint32_t eng_block_chunks(const eng_block *b)
{
    return (uint32_t)b->ordinals.n;
}

static inline anc_str eng_block_text(const eng_block *b, eng_span span)
{
    return (anc_str){b->text.ptr + span.at, span.len};
}

static inline bool eng_bit(const uint64_t *bits, size_t i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static inline void eng_bit_set(uint64_t *bits, size_t i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline bool eng_block_has_vector(const eng_block *b, uint32_t chunk)
{
    return b->has_vector.n > 0 && eng_bit(b->has_vector.ptr, chunk);
}

/* NULL where its part of the file is damaged, which the block then knows. */
static inline const uint16_t *eng_block_vector(const eng_block *b, uint32_t chunk)
{
    const size_t at = (size_t)chunk * b->dims;
    if (b->vector_pages != NULL &&
        !eng_pages_good(b->vector_pages, at * sizeof(uint16_t), b->dims * sizeof(uint16_t)))
        return NULL;
    return b->vectors.ptr + at;
}

eng_block *eng_block_ref(eng_block *b);
void eng_block_unref(eng_block *b); /* NULL is a no-op */

size_t eng_block_bytes(const eng_block *b);

/* Row of the document with `key`; UINT32_MAX when there is none. A block has a key once. */
uint32_t eng_block_find(const eng_block *b, anc_str key);

/* The same, with anc_hash64 of the key: for who looks into many blocks. */
uint32_t eng_block_find_hashed(const eng_block *b, anc_str key, uint64_t hash);

/* Row of a term; NULL when no chunk has it. */
const eng_block_term *eng_block_term_find(const eng_block *b, anc_str text);

/* Row of the first form that is not less than `text`; forms.n when all are. */
size_t eng_block_form_from(const eng_block *b, anc_str text);

/* Row of a form; NULL when no chunk has it. */
const eng_block_term *eng_block_form_find(const eng_block *b, anc_str text);

/* At the beginning of the postings of a term; there are none where the list's part of the file is damaged, which the
 * block then knows. */
void eng_block_postings(const eng_block *b, const eng_block_term *term, eng_postings *ret);

/* The lengths of the chunks in a byte each, 255 where one is not below that, of a block with many; NULL where it has
 * few, or memory is out. Any thread. */
const uint8_t *eng_block_short_lengths(eng_block *b);

/* The norm of BM25 that impacts are made with. */
double eng_block_norm(const void *block, uint32_t chunk);

/* Of the bytes that the lists of a table are in. */
typedef struct eng_list_place {
    uint64_t at, bytes;
} eng_list_place;

/* Where the list of a row is: it ends where the next one of its table [n] begins, or after `bytes`. Nowhere, where that
 * makes no sense: the file of the block may have been cut since it was checked. */
eng_list_place eng_block_list(const eng_block_term *rows, size_t n, const eng_block_term *row,
                              uint64_t bytes);

/* ---- building: every function gives false when memory is out ------------------------------- */

typedef struct eng_builder {
    eng_block *block;    /* owned until finished */
    anc_map *names;      /* owned */
    anc_map *labels;     /* owned */
    anc_map *access;     /* owned: label numbers as bytes to row */
    uint32_t last_chunk; /* of the form being written */
    eng_norms norms;     /* known from the first list on */
} eng_builder;

bool eng_builder_init(eng_builder *builder, uint32_t dims) ANC_MUST_CHECK;
void eng_builder_done(eng_builder *builder); /* frees what was not finished; zeroed is a no-op */

bool eng_builder_document(eng_builder *builder, const eng_document *document) ANC_MUST_CHECK;

/* A chunk of the last document. `vector` is halves, or NULL. */
bool eng_builder_chunk(eng_builder *builder, uint32_t ordinal, uint32_t length,
                       const uint16_t *vector) ANC_MUST_CHECK;

/* Terms come ascending, after all chunks, each with its list: `chunks` [n], which ascend, and `tfs` [n]. */
bool eng_builder_term(eng_builder *builder, anc_str text, const uint32_t *chunks,
                      const uint32_t *tfs, size_t n) ANC_MUST_CHECK;

/* Room for so much as is known to come. */
bool eng_builder_room(eng_builder *builder, size_t terms, size_t forms, size_t text) ANC_MUST_CHECK;

/* Forms ascending, the places of each behind it (places.h). */
bool eng_builder_form(eng_builder *builder, anc_str text) ANC_MUST_CHECK;

/* Trims the arrays and builds the slots; the block has one reference. NULL when memory is out. */
eng_block *eng_builder_finish(eng_builder *builder) ANC_MUST_CHECK;

/* `ptr`, grown where it must be to hold `more` elements of `size` bytes after the `n` in use; NULL
 * when memory is out, and `ptr` is as it was. */
void *eng_room(void *ptr, size_t n, size_t *cap, size_t more, size_t size) ANC_MUST_CHECK;

/* Room for `more` elements behind an ENG_ARRAY; false when memory is out. */
#define ENG_ROOM(array, more)                                                                      \
    __extension__({                                                                                \
        void *room_ = eng_room((array).ptr, (array).n, &(array).cap, (more), sizeof *(array).ptr); \
        if (room_ != NULL)                                                                         \
            (array).ptr = room_;                                                                   \
        room_ != NULL;                                                                             \
    })

/* columns.c: fills the columns of a block whose documents and fields are there. False when memory is out. */
bool eng_block_columns(eng_block *b) ANC_MUST_CHECK;

/* Gives a finished block that is not yet shared bits, where it has so many vectors. False when memory is out: it is as
 * good without. */
bool eng_block_make_bits(eng_block *b, const eng_thresholds *from);

/* Gives a finished block that is not yet shared what finds its vectors fast, as many as it has being enough to need it:
 * bits, and a graph, which may grow out of another one (`seed`, or NULL). NO_MEMORY leaves it as good as it was; what
 * may_go_on answered. */
anc_status eng_block_prepare(eng_block *b, const eng_thresholds *from,
                             const eng_tidy_options *options, const eng_graph_seed *seed,
                             anc_err *err) ANC_MUST_CHECK;

/* One block of the live documents of `blocks` [n]; `dead` [n] are bitmaps over documents, NULL where
 * nothing died. `seed`, where it is not NULL, gets the graph of the block that has the largest, borrowed, and where its
 * vectors are now; where some of them died it stays as it is. NULL when memory is out, or one of the blocks is damaged
 * (eng_block_fault). */
eng_block *eng_blocks_merge(eng_block *const *blocks, const uint64_t *const *dead, size_t n,
                            uint32_t dims, eng_graph_seed *seed) ANC_MUST_CHECK;

#endif
