/* model_bench.h - what a model reaches on this machine. Private. */
#ifndef ANC_SERVER_MODEL_BENCH_H
#define ANC_SERVER_MODEL_BENCH_H

#include "edge/cli/cli.h"

/* Measures the model in `folder` in f32, bf16 and int8, with texts of 128 tokens and one thread a core, as the server
 * has, and tells `told` of each. What inf_measure_speed gives. Blocks for seconds. */
anc_status srv_model_bench(anc_str folder, cli_speed_fn *told, void *arg,
                           anc_err *err) ANC_MUST_CHECK;

#endif
