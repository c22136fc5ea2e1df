/* catalog_double.h - a catalog and an embedding service of a test, in plain arrays.
 *
 * They stand in for the knowledge and embedding components: the same functions, linked instead of
 * them. The change log behaves as the real one; reading a document fails on demand. A text's vector
 * counts its words by a hash, so texts that share words are alike.
 */
#ifndef ANC_TESTS_SUPPORT_CATALOG_DOUBLE_H
#define ANC_TESTS_SUPPORT_CATALOG_DOUBLE_H

#include "embedding/library.h"
#include "embedding/rerank.h"
#include "kernel/ports/changes.h"
#include "kernel/ports/clock.h"
#include "knowledge/knowledge.h"

enum {
    DOUBLE_COLLECTIONS = 4,
    DOUBLE_DOCUMENTS = 64,
    DOUBLE_CHUNKS = 8,
    DOUBLE_CHANGES = 4096,
    DOUBLE_DIMS = 16,     /* of the configured model, "double-1" */
    DOUBLE_MORE_DIMS = 8, /* that each further one has: "double-2", … */
    DOUBLE_MODELS = 3,
    DOUBLE_MOST_DIMS = DOUBLE_DIMS + DOUBLE_MORE_DIMS * (DOUBLE_MODELS - 1)
};

typedef struct double_collection {
    bool alive;
    const char *name;
    const char *language;
    const char *label; /* who may read it */
    uint32_t walked;   /* times that a walk named it */
    unsigned model;    /* that it is to be searched by, from 0 */
} double_collection;

typedef struct double_document {
    bool alive;
    size_t collection;
    char id[32];
    uint32_t version;
    const char *title, *language, *metadata;
    const char *label; /* NULL: the collection's */
    const char *chunks[DOUBLE_CHUNKS];
    const char *columns; /* of all but the first chunk; NULL: none */
    size_t n_chunks;
    uint64_t last_change; /* seq */
    bool poisoned;        /* reading it is CORRUPT */
    bool unreadable;      /* reading it is IO */
    bool text_gone;       /* its chunks are there, its text is not */
    int64_t updated_ms;
    unsigned only_model; /* it has vectors of that model alone, from 1; 0: of each */
} double_document;

struct kno_service {
    double_collection collections[DOUBLE_COLLECTIONS];
    double_document documents[DOUBLE_DOCUMENTS];
    unsigned next_model[DOUBLE_COLLECTIONS]; /* that a change of is announced to, from 1; 0: none */
    uint64_t next_nth[DOUBLE_COLLECTIONS];   /* and the number of that announcement */
    bool prepared[DOUBLE_COLLECTIONS];       /* its index was said to be */
    krn_change changes[DOUBLE_CHANGES];      /* seq i + 1 at i */
    uint64_t n_changes;
    uint64_t walks; /* pages that were asked for */
    /* Asked before each read; another answer than OK is what the read gives. NULL: never asked. */
    anc_status (*fault)(void *arg);
    void *arg;
    bool no_vectors;
    atomic_bool never_cancelled;
    int64_t now_ns; /* of the clock */
};

struct emb_service {
    unsigned model; /* from 0 */
    bool available;
    bool fails; /* emb_embed is UNAVAILABLE all the same */
    uint64_t embedded;
};

/* The shorter a passage, the better. */
struct emb_rerank_service {
    bool available, by_default;
    uint32_t most;
    size_t room;      /* passages until its time is over; 0: all */
    anc_status fails; /* ANC_OK: it does not */
    size_t scored;    /* so far */
    int64_t until_ns; /* of the last call */
    anc_str last;     /* text of the last passage */
};

struct emb_library {
    emb_service *configured;
    emb_service others[DOUBLE_MODELS]; /* the first is not used */
};

/* All models there, none asked yet. */
void double_library(emb_library *library, emb_service *configured);

/* Adds a change and remembers it with the document, when there is one. */
void double_change(kno_service *kno, krn_change_op op, size_t collection, double_document *d);

/* Announces a change of model (from 1), or takes it back (0); switches over to the one that is announced. */
void double_announce(kno_service *kno, size_t collection, unsigned model);
void double_switch(kno_service *kno, size_t collection);

krn_changes double_changes(kno_service *kno);
krn_clock double_clock(kno_service *kno);

/* The labels that see a document. */
const char *double_label(const kno_service *kno, const double_document *d);

#endif
