/* world.h - a rag service over fakes, with the library of one small firm to search in. */
#ifndef ANC_TESTS_SUPPORT_RAG_WORLD_H
#define ANC_TESTS_SUPPORT_RAG_WORLD_H

#include "rag/adapters/extractive/rag_extractive.h"
#include "rag/app/rag_service.h"
#include "routing/app/routing_service.h"
#include "search/search.h"
#include "support/rag/fakes.h"

typedef struct world {
    fake_tasks tasks; /* cpu and loop */
    fake_clock clock;
    fake_writer writer;
    fake_outbox outbox;
    fake_feed feed;
    fake_store store;
    fake_provider first, second,
        last; /* the last stands in for the extractive one where it is asked for */
    rag_provider providers[2];
    rag_provider extractive;
    rte_service *routing;
    rag_service *rag;

    /* what search was asked, and what it answers */
    char searched[FAKE_TEXT];
    uint32_t top_k;
    srch_mode mode;
    anc_status search_fails;
    double best_score;
    size_t n_hits;
    const char *text_of_hit_2; /* instead of its own */
    const char *collection_of_hit_2;
    const char *columns; /* of the table that hit 2 begins in */

    unsigned lists; /* of documents asked for; depots.csv is found by its name alone */
    bool depots_go; /* its chunks are gone when they are fetched */
    unsigned
        two_depots; /* 1, 2: so many of the two depot files, which are then listed, have rows and pages */
    unsigned long_documents; /* so many without an end are listed behind depots.csv */
    unsigned windows;        /* of chunks that were listed */
    unsigned replaced;       /* depots.csv is of another version from this window on; 0: of one */
    bool endless;            /* depots.csv has a row in each of its chunks, and no end */
    const char *gone;        /* id of a document of the library that is gone; NULL: none */
    bool damaged;            /* … its file is damaged instead */

    /* what every collection says of the prompt; NULL: nothing */
    const char *system_prompt, *prompt_template;
    anc_status collection_fails;
    unsigned collections_read;

    /* the call */
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;

    /* what the sink heard */
    unsigned rewrites; /* ends of rewriting */
    rag_turn *turn;
    char streamed[FAKE_TEXT];
    unsigned done;
    anc_status done_status;
    anc_err done_err;
} world;

/* `n_providers` of the fakes before the extractive one. Asserts nothing: false when memory is out. */
bool world_open(world *w, size_t n_providers, const rag_config *config);
/* The same with the fake `last` at the end of the chain. */
bool world_open_faked(world *w, size_t n_providers, const rag_config *config);
void world_close(world *w);

rag_question world_question(const char *text);

/* prepare, generate, every task, finish, the writer. What failed first. */
anc_status world_ask(world *w, const rag_question *question, const rag_answer **ret);

/* prepare, rewriting to its end, retrieve and generate, no task of that yet. */
anc_status world_begin(world *w, const rag_question *question);
/* Forgets the turn and generates for one that was prepared apart. */
void world_resume(world *w, rag_turn *prepared);
anc_status world_end(world *w, const rag_answer **ret);
void world_forget(world *w); /* frees the turn */

#endif
