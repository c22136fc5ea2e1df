/* graph_measure.h - measuring a graph that is nearly built. */
#ifndef ANC_ENGINE_GRAPH_MEASURE_H
#define ANC_ENGINE_GRAPH_MEASURE_H

#include "graph.h"

enum {
    ENG_GRAPH_MOST_HELD = 512
}; /* vectors held back to measure with; as many where there are enough */

/* Measures what walks find against comparing everything, and keeps it in `recalls`. The questions are vectors `held`
 * [n], ascending, that belong to the graph and are not in it yet: what is asked is like what is stored, and no link
 * was chosen for it. NO_MEMORY; what may_go_on answered. */
anc_status eng_graph_measure(eng_graph *graph, const uint16_t *halves, const uint64_t *has,
                             const uint32_t *held, uint32_t n, const eng_graph_options *options,
                             anc_err *err) ANC_MUST_CHECK;

#endif
