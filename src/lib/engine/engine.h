/* engine.h - a search engine: words and vectors of the same chunks, searched together.
 *
 * An index holds documents; a document is a run of chunks, published whole and replaced whole. Words
 * come prepared (stems, folded, with their positions), vectors come as unit vectors; the engine
 * knows nothing of languages or models. One search gives both candidate lists, by words (BM25) and
 * by vectors (cosine), from one snapshot, and every candidate of either list has both scores.
 *
 * Writing. A load collects the chunks of one version of a document, hidden. eng_publish swaps it in:
 * a snapshot taken before shows the old version whole, one taken after the new one whole. What was
 * published or deleted is visible to the next snapshot. A load may hold many documents, which appear together: so
 * much is loaded fastest.
 *
 * Reading. A snapshot never changes, costs one reference, and keeps what it shows alive: it may
 * outlive the index. Readers never wait for a writer's work.
 *
 * Phrases. A term may bring its form, the word as phrases see it (endings kept): a phrase is forms
 * that follow each other in one title or one text. Demands, what a chunk must have or must not have,
 * bind every list of a search, the semantic one too.
 *
 * Access. Every document carries labels, every query brings its own; a document that shares none
 * with the query does not exist for it. Word statistics count all live chunks of the index.
 *
 * Keeping. With a folder, eng_save writes what is not yet there as segments: files that are mapped and used as they
 * stand, so that an index of a million chunks opens in milliseconds. What is read of them is checked first. A file that
 * is cut by others, or that its disk cannot read, while it is mapped would end the process: os_maps_guard (os/file.h),
 * called by the program once, makes it CORRUPT like other damage.
 *
 * Threads. An index and a snapshot may be used by any number of threads at once; writers are put in
 * line inside. A load belongs to one thread at a time. Errors: NO_MEMORY everywhere; LIMIT when the
 * caller's arena is full; others as named.
 */
#ifndef ANC_ENGINE_ENGINE_H
#define ANC_ENGINE_ENGINE_H

#include "base/arena.h"
#include "os/thread.h"

enum {
    ENG_MAX_DIMS = 8192,
    ENG_MAX_KEY_BYTES = 4096,
    ENG_MAX_TERM_BYTES = 1024, /* a longer term is INVALID */
    ENG_MAX_DOCUMENT_CHUNKS = 1 << 20,
    ENG_MAX_QUERY_TERMS = 4096, /* distinct or not */
    ENG_MAX_LANGUAGES = 64,
    ENG_MAX_DEMANDS = 256,
    ENG_MAX_PHRASE_WORDS = 1024,
    ENG_MAX_FILTER_DEPTH = 32,
    ENG_MAX_FILTER_NODES = 4096,
    ENG_MAX_TITLE_WEIGHT = 8
};
#define ENG_RECALL 0.95f

typedef struct eng_index eng_index;
typedef struct eng_load eng_load;
typedef struct eng_snapshot eng_snapshot;

/* ---- index ---------------------------------------------------------------------------------- */

/* From how many vectors (the last: chunks) on something is worth its while; 0: what was measured to be so. */
typedef struct eng_thresholds {
    /* that may be seen in a block: up to as many are compared one by one; 0: 2,048 */
    uint32_t exact;
    uint32_t bits;  /* of a block: it gets bits that are scanned; 0: 512 */
    uint32_t graph; /* of a block: it gets a graph; 0: 20,000 */
    /* chunks of an index: a search with a pool makes its lists side by side; 0: 65,536 */
    uint32_t paired;
} eng_thresholds;

struct eng_disk; /* engine/disk.h */

typedef struct eng_options {
    uint32_t dims; /* of every vector; 0: an index without vectors */
    eng_thresholds from;
    /* Where the index is kept: it is opened as it was saved last, or new where nothing is. One index a folder at a
     * time, which the caller sees to. Empty: in memory alone, and the rest is not looked at. */
    anc_str folder;
    const struct eng_disk *disk; /* outlives the index and its snapshots; NULL: the system's */
    uint64_t reserve_bytes;      /* stay free on the disk */
} eng_options;

/* An index. INVALID names a number of dims that is too great, or another one than the folder's. What is damaged in a
 * folder is set aside and the rest opens (eng_index_opened); what the disk says when it fails. */
anc_status eng_index_open(const eng_options *options, eng_index **ret, anc_err *err) ANC_MUST_CHECK;

/* NULL is a no-op. Nobody else may be inside a call on the index; snapshots stay good. */
void eng_index_close(eng_index *index);

uint32_t eng_index_dims(const eng_index *index);

/* What was found in the folder. Where something was damaged the mark is 0: the caller goes through everything that
 * should be there, and publishes what is not, or not in its version. */
typedef struct eng_opened {
    uint32_t segments;
    uint32_t damaged; /* files set aside as damaged-<name>: nothing reads them any more */
    uint32_t absent; /* of those: segments that were set aside before, and no save has come since */
    char text[560];  /* of the first one: which, and what is wrong with it */
} eng_opened;

eng_opened eng_index_opened(const eng_index *index);

typedef struct eng_figures {
    uint64_t documents, chunks; /* live */
    uint64_t dead_chunks;       /* replaced or deleted, not yet merged away */
    uint64_t vectors;           /* live chunks that have one */
    uint64_t terms;             /* dictionary entries, one a block that has the term */
    uint64_t postings;
    uint64_t posting_bytes; /* of their lists */
    uint64_t bytes;         /* memory held by the blocks; files are the system's to hold */
    uint32_t blocks;
    uint32_t segments;       /* blocks that are files */
    uint32_t damaged;        /* of those, known to be */
    uint64_t stored_bytes;   /* of the files */
    uint64_t unsaved_chunks; /* live ones of blocks that are not files */
    uint32_t graphs;         /* blocks that have one */
    /* the least that a graph was measured to give for a recall of ENG_RECALL; 1: no graph */
    float recall;
    uint64_t cursor; /* as last marked */
} eng_figures;

eng_figures eng_stats(eng_index *index);

/* The least that one of its graphs was measured to find where a query asks for this share (0: ENG_RECALL); 1: there is
 * none. */
float eng_recall(eng_index *index, float share);

/* Remembers how far the caller has come in the log that it follows: everything published before is
 * kept at least as safely as the mark. A new index stands at 0. */
anc_status eng_mark(eng_index *index, uint64_t cursor, anc_err *err) ANC_MUST_CHECK;

/* ---- writing -------------------------------------------------------------------------------- */

typedef enum eng_kind { ENG_STRING, ENG_INT, ENG_REAL, ENG_BOOL, ENG_TIME } eng_kind;

typedef struct eng_value {
    eng_kind kind;
    anc_str str;     /* ENG_STRING */
    int64_t integer; /* ENG_INT; ENG_BOOL: 0 or 1; ENG_TIME: Unix milliseconds */
    double real;     /* ENG_REAL; not NaN */
} eng_value;

/* One value of a field. Several entries of one name are the values of one field. */
typedef struct eng_field {
    anc_str name;
    eng_value value;
    bool in_list; /* an element of a list, for ENG_CONTAINS */
} eng_field;

typedef struct eng_document {
    anc_str key; /* 1 to ENG_MAX_KEY_BYTES bytes, any */
    uint32_t version;
    uint32_t language; /* below ENG_MAX_LANGUAGES; what it means is the caller's */
    /* A word of a title counts as so many of a text, in how often a term is there and in how long the chunk is; 0: 1,
     * at most ENG_MAX_TITLE_WEIGHT. The same for all documents of an index, or their scores do not compare. */
    uint32_t title_weight;
    const eng_field *fields; /* [n_fields] what filters see */
    size_t n_fields;
    const anc_str *labels; /* [n_labels] who may see it; none: nobody */
    size_t n_labels;
} eng_document;

typedef enum eng_place { ENG_TITLE, ENG_TEXT } eng_place;

typedef struct eng_term {
    anc_str text; /* 1 to ENG_MAX_TERM_BYTES bytes, compared byte by byte */
    eng_place place;
    uint32_t position; /* of its word in that place, ascending; several terms may share one */
    bool is_stop;      /* indexed, but does not count for the length of the chunk */
    anc_str form;      /* what phrases find at this position; empty: nothing */
} eng_term;

typedef struct eng_chunk {
    uint32_t ordinal;      /* ascending within the load; what the caller calls it */
    const eng_term *terms; /* [n_terms], title first; a title is given with each of its chunks */
    size_t n_terms;
    const float *vector; /* [dims] of unit length; NULL: none */
} eng_chunk;

/* Begins a hidden version of a document. Everything is copied. INVALID names what does not fit. */
anc_status eng_load_open(eng_index *index, const eng_document *document, eng_load **ret,
                         anc_err *err) ANC_MUST_CHECK;

/* Begins another document in the load: chunks that are added from now on are its own, their ordinals begin anew, and
 * one eng_publish shows all documents of the load. What was added before is at rest. INVALID as for the first one, and
 * where the load has the key already; the load is as it was. */
anc_status eng_load_next(eng_load *load, const eng_document *document, anc_err *err) ANC_MUST_CHECK;

/* INVALID names a term, or a vector that is not of unit length or not finite; the load is as it
 * was. LIMIT past ENG_MAX_DOCUMENT_CHUNKS, of all documents of the load together. */
anc_status eng_load_add(eng_load *load, const eng_chunk *chunk, anc_err *err) ANC_MUST_CHECK;

void eng_load_abort(eng_load *load); /* NULL is a no-op */

/* Makes what the load holds the one version of each of its documents; the last publish wins. Frees the load whatever
 * happens; on failure the index shows what it showed. A document without chunks loses those that it had
 * and stays findable by key. Now and then the caller pays for merging some thousand chunks;
 * what is larger waits for eng_tidy. */
anc_status eng_publish(eng_index *index, eng_load *load, anc_err *err) ANC_MUST_CHECK;

/* Removes the document; OK when it is not there. */
anc_status eng_delete(eng_index *index, anc_str key, anc_err *err) ANC_MUST_CHECK;

/* Removes every document; the mark is 0 again. */
anc_status eng_clear(eng_index *index, anc_err *err) ANC_MUST_CHECK;

/* ---- keeping it fast ------------------------------------------------------------------------ */

struct eng_pace; /* engine/pace.h */

typedef struct eng_tidy_options {
    os_pool *pool; /* threads that help; NULL: the caller alone */
    bool all;      /* everything becomes one block, however little there is to gain */
    /* Asked now and then by one thread at a time; another answer than OK ends the work with it. NULL: never
     * asked. */
    anc_status (*may_go_on)(void *arg);
    void *arg;
    struct eng_pace
        *pace; /* of what eng_save and eng_copy_to write; NULL: as fast as the disk takes it */
} eng_tidy_options;

/* Does one piece of what makes searches fast: merges blocks of a size, takes dead chunks out, builds the graph
 * of a block with many vectors. It may take minutes for a million chunks; searches, publishes and deletes go on
 * meanwhile, and what they did is kept. *ret_did says whether there was something to do: call again until there is
 * not. One caller at a time does the work, another one waits for it; saves do not. On failure the index is as it
 * was. */
anc_status eng_tidy(eng_index *index, const eng_tidy_options *options, bool *ret_did,
                    anc_err *err) ANC_MUST_CHECK;

/* ---- keeping it ----------------------------------------------------------------------------------- */

/* Keeps what a snapshot taken now shows, its mark included, in the index's folder: after a crash or the loss of power
 * the index opens as it was then, or as it was at the save before. Blocks that were written are read from their files
 * from now on. It may take minutes after much was published; searches, publishes and deletes go on meanwhile. Of the
 * options `all` is not looked at. INVALID without a folder; DISK_FULL before the disk is full; CORRUPT when a
 * block is damaged (eng_mend); on any failure the index goes on in memory and what was kept before is still there. */
anc_status eng_save(eng_index *index, const eng_tidy_options *options, anc_err *err) ANC_MUST_CHECK;

/* Takes the blocks that are known to be damaged out of the index and sets their files aside, as opening does:
 * where there were any (*ret_n) the mark is 0. For whoever gets CORRUPT. NO_MEMORY; where a file could not be set aside
 * as the disk says, and the index goes on without it all the same. */
anc_status eng_mend(eng_index *index, uint32_t *ret_n, anc_err *err) ANC_MUST_CHECK;

/* Writes what a snapshot taken now shows into another folder, on the disk of the index, which has one or not: an index
 * that is there opens with it. Files are shared where the disk can give them a second name. CONFLICT when there is an
 * index already; DISK_FULL, CORRUPT and options as eng_save. What was written before a failure is removed. */
anc_status eng_copy_to(eng_index *index, anc_str folder, const eng_tidy_options *options,
                       anc_err *err) ANC_MUST_CHECK;

typedef struct eng_verify_options {
    void (*found)(void *arg,
                  anc_str what); /* one line: where, and what is wrong; of very many the first */
    anc_status (*may_go_on)(void *arg); /* as in eng_tidy_options */
    void *arg;
} eng_verify_options;

/* Reads everything that a snapshot taken now shows, every sum and every promise that the engine keeps inside: order and
 * length of lists, what packs say of themselves, columns, links and codes of graphs, bits, keys; and looks whether the
 * manifest and the files that it names are there. *ret_n is what was
 * found wrong. Searches and writers go on. NO_MEMORY; what may_go_on answered; as the disk says. */
anc_status eng_verify(eng_index *index, const eng_verify_options *options, uint64_t *ret_n,
                      anc_err *err) ANC_MUST_CHECK;

/* ---- reading -------------------------------------------------------------------------------- */

eng_snapshot *eng_snapshot_acquire(eng_index *index); /* never NULL, never blocks for long */
void eng_snapshot_release(eng_snapshot *snapshot);    /* NULL is a no-op; any thread */

/* Whether the snapshot has the document, and which version. ret_version may be NULL. A damaged block has none. */
bool eng_document_find(const eng_snapshot *snapshot, anc_str key, uint32_t *ret_version);

/* Whether the snapshot has the document, and its language. */
bool eng_document_language(const eng_snapshot *snapshot, anc_str key, uint32_t *ret);

/* How many documents there are of each language. */
void eng_languages(const eng_snapshot *snapshot, uint64_t ret[ENG_MAX_LANGUAGES]);

/* Walks all documents in no order: start with *cursor = 0; false at the end. The key lives as long
 * as the snapshot. */
bool eng_document_next(const eng_snapshot *snapshot, uint64_t *cursor, anc_str *ret_key,
                       uint32_t *ret_version);

typedef enum eng_op {
    ENG_AND, /* of the children; none: everything */
    ENG_OR,  /* of the children; none: nothing */
    ENG_NOT, /* of its one child */
    ENG_EQ,  /* some value of the field is equal to values[0] */
    ENG_NE,  /* not ENG_EQ: so also where the field is absent */
    ENG_GT,  /* some value is greater than values[0] */
    ENG_GTE,
    ENG_LT,
    ENG_LTE,
    ENG_IN,       /* some value is equal to one of the values */
    ENG_NIN,      /* not ENG_IN */
    ENG_CONTAINS, /* a list has values[0]; a single string has it as a part */
    ENG_EXISTS,   /* the field has a value; no values needed */
    ENG_PREFIX    /* some string value begins with values[0] */
} eng_op;

/* A condition on a document. Integers and reals compare as numbers, strings byte by byte, but two strings that are both
 * RFC 3339 instants as the instants, and a string that is one with an ENG_TIME. ENG_EXISTS holds for an outer name too:
 * "a" where there is a field "a.b". Values of other kinds never match. */
typedef struct eng_filter {
    eng_op op;
    anc_str field;           /* leaves */
    const eng_value *values; /* leaves [n_values] */
    size_t n_values;
    const struct eng_filter *children; /* ENG_AND, ENG_OR, ENG_NOT [n_children] */
    size_t n_children;
} eng_filter;

/* A word can have several readings, terms side by side with the same number: it is where one of them
 * is, as often as all of them together, and counts once. A reading can be bound to documents in some
 * languages, since to another one it is a different word. */
typedef struct eng_query_term {
    anc_str text;
    float weight;  /* > 0, finite; the same term twice is one with the sum */
    bool is_stop;  /* scored only where all terms of the query are stop words */
    bool begins;   /* not the term, but every form that begins with the text */
    uint32_t word; /* 0: a word of its own; a reading that stands earlier already stays there */
    uint64_t languages; /* a bit each; 0: of whatever language */
} eng_query_term;

typedef enum eng_wording_kind {
    ENG_HAS_TERM,   /* the term words[0] */
    ENG_HAS_PHRASE, /* the forms words [n_words], each right behind the other */
    ENG_HAS_PREFIX  /* a form that begins with words[0] */
} eng_wording_kind;

typedef struct eng_wording {
    eng_wording_kind kind;
    const anc_str *words; /* [n_words] none of them empty */
    size_t n_words;
    uint64_t languages; /* ENG_HAS_TERM: of the documents that it is in; a bit each, 0: all */
} eng_wording;

/* A condition on a chunk and its title. */
typedef struct eng_demand {
    const eng_wording *any; /* [n_any] one of these is there; none given: never fulfilled */
    size_t n_any;
    bool excluded; /* none of them is there */
} eng_demand;

typedef struct eng_query {
    const eng_query_term *terms; /* [n_terms]; none: no keyword list */
    size_t n_terms;
    const float *vector;   /* [dims] of unit length; NULL: no semantic list */
    uint32_t dims;         /* of `vector` */
    const anc_str *labels; /* [n_labels] required: what the caller holds; none: sees nothing */
    size_t n_labels;
    const eng_filter *filter;  /* NULL: all documents */
    const eng_demand *demands; /* [n_demands] each must hold */
    size_t n_demands;
    uint32_t k_keyword; /* longest keyword list; any number, bounded by the chunks there are */
    uint32_t k_semantic;
    uint32_t k_documents; /* longest list of documents, whatever words and vectors say */
    /* field whose greatest first value (a number or an instant) leads that list */
    anc_str order_by;
    bool explain; /* fill `parts` and `length` of the candidates */
    /* Share of the true nearest that the semantic list should have, 0.5 to 0.99; 0: ENG_RECALL. Where few
     * chunks may be seen it is always complete. */
    float recall;
    /* Asked every few thousand chunks; another answer than OK ends the search with it. NULL: never
     * asked. */
    anc_status (*may_go_on)(void *arg);
    void *arg;
    /* A thread of it may make one list while the caller makes the other, where the index is large enough for that to
     * pay; may_go_on is asked by the caller's thread alone. NULL: the caller makes both. */
    os_pool *pool;
} eng_query;

/* What one term of the query gives to a candidate. */
typedef struct eng_part_score {
    /* In title and text, each of the title title_weight times; of a word that begins so, which only the forms know,
     * each once. 0: it is not there. */
    uint32_t tf;
    double bm25; /* of its word, by its share of tf; 0 where the term is not scored */
} eng_part_score;

typedef struct eng_candidate {
    anc_str document; /* key; lives as long as the snapshot */
    uint32_t version;
    uint32_t ordinal;
    double bm25;           /* 0 where no scored term is in the chunk */
    double cosine;         /* NaN where chunk or query has no vector */
    double coverage;       /* share of the query's idf weight whose terms the chunk has, 0..1 */
    uint32_t rank_keyword; /* from 1 in its list; 0: not in it */
    uint32_t rank_semantic;
    const eng_part_score *parts; /* [n_terms of the result] with `explain`, else NULL */
    uint32_t length; /* words that count, those of the title title_weight times; with `explain` */
} eng_candidate;

/* A document of the third list. */
typedef struct eng_listed {
    anc_str document; /* key; lives as long as the snapshot */
    uint32_t version;
    uint32_t ordinal; /* the first chunk that the demands allow */
    double order;     /* value of order_by; -infinity where the document has none */
} eng_listed;

typedef struct eng_term_fact {
    anc_str text; /* as in the query, like the next three */
    bool begins;
    uint32_t word;
    uint64_t languages;
    double weight; /* summed */
    uint64_t df;   /* live chunks that have it */
    double idf;    /* ln(1 + (N - df + 0.5) / (df + 0.5)), where df is that of the whole word */
    bool scored;   /* false: a stop word that was left out */
} eng_term_fact;

typedef struct eng_result {
    eng_candidate *candidates; /* [n] the keyword list in its order, then what only vectors found */
    size_t n;
    size_t n_keyword, n_semantic; /* lengths of the two lists */
    eng_listed *documents;        /* [n_documents] greatest order first, then by key */
    size_t n_documents;           /* those with a chunk that may be seen, at most k_documents */
    eng_term_fact *terms;         /* [n_terms] distinct, in the query's order */
    size_t n_terms;
    double idf_total;     /* sum of weight * idf over the scored words; of a word's the greatest */
    double bm25_bound;    /* no chunk can have a greater bm25 (equal to idf_total) */
    uint64_t live_chunks; /* N */
    double mean_length;   /* of all live chunks, in words that count */
} eng_result;

/* Searches one snapshot. BM25F with k1 1.2 and one b, 0.75, for title and text: the sum of
 * weight * idf * tf / (tf + k1 * (1 - b + b * length / mean length)), where tf and length are sums over both fields
 * in which the title counts title_weight times. Equal scores are ordered by key, then ordinal. Results and scratch live in `mem`. Labels, filter and demands are applied inside:
 * a list is shorter than asked only where there is nothing more. INVALID names both dims where they
 * differ, a vector that is not finite or not of unit length, a weight, too many terms or demands, an
 * empty or too long wording, or a filter that is too deep. CORRUPT names the file and the byte where a block that
 * is a file is damaged: never an answer that is made of it. */
anc_status eng_search(const eng_snapshot *snapshot, const eng_query *query, anc_arena *mem,
                      eng_result *ret, anc_err *err) ANC_MUST_CHECK;

#endif
