/* query_world.h - the use case over a catalog of the test and the real engine: what its tests share. */
#ifndef ANC_TESTS_UNIT_COMPONENTS_SEARCH_QUERY_WORLD_H
#define ANC_TESTS_UNIT_COMPONENTS_SEARCH_QUERY_WORLD_H

#include "support/test.h"

#include "base/str.h"
#include "search/app/service.h"
#include "support/catalog_double.h"

extern kno_service world_kno; /* collections handbook (en), manuel (fr), minutes (of the board) */
extern emb_service world_emb;
extern emb_library *world_models; /* NULL: the configured one alone */
extern emb_rerank_service world_rerank;
extern uint32_t world_candidates;    /* of each side; 0: as usual */
extern anc_buf world_log;            /* what the log was told, texts alone */
extern const anc_str world_board[2]; /* labels that see everything */

typedef struct world {
    srch_service *srch;
    anc_arena *mem;
    anc_err err;
    krn_call call;
} world;

/* A document of one or two chunks in row `row`, before world_open. */
double_document *world_add(size_t row, size_t collection, const char *id, const char *title,
                           const char *first, const char *second);

/* Setup and teardown of cmocka; *state is the world. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* Opens the service and lets it follow until it is ready. */
void world_open(world *w);

srch_request world_request(const char *query); /* ten hits */
srch_result world_ask(world *w, const srch_request *r);

#endif
