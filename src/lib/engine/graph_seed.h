/* graph_seed.h - a graph that grows out of another one: many of its vectors are linked already. */
#ifndef ANC_ENGINE_GRAPH_SEED_H
#define ANC_ENGINE_GRAPH_SEED_H

#include "graph.h"

/* Whether it is worth while for a graph of n vectors: its own are at least half of them; and what is to be read of it
 * is what was written. */
bool eng_graph_seed_fits(const eng_graph_seed *seed, uint32_t n);

/* The levels of vectors that come out of the seed: `levels` [n] of the others stay; `seeded` gets a bit for each. */
void eng_graph_seed_levels(const eng_graph_seed *seed, uint8_t *levels, uint64_t *seeded);

/* Takes the links over into a graph whose records and upper table are there. `settled` gets a bit for each vector that
 * has some. */
void eng_graph_seed_links(const eng_graph_seed *seed, const uint8_t *levels, eng_graph *g,
                          uint64_t *settled);

#endif
