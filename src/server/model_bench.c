/* model_bench.c - each precision measured in turn. */
#include "model_bench.h"

#include "infer/speed.h"

enum { TOKENS = 128, QUEUE = 64 };

static anc_status measure(anc_str folder, os_pool *pool, cli_speed_fn *told, void *arg,
                          anc_err *err)
{
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++) {
        inf_speed speed;
        const inf_speed_options options = {
            .folder = folder, .precision = p, .tokens = TOKENS, .pool = pool};
        ANC_TRY(inf_measure_speed(&options, &speed, err));
        told(arg, &(cli_model_speed){.precision = inf_precision_name(p),
                                     .level = speed.level,
                                     .peak = speed.peak,
                                     .products = speed.products,
                                     .tokens = speed.tokens,
                                     .text_seconds = speed.text_seconds,
                                     .texts_a_second = speed.texts_a_second,
                                     .threads = (unsigned)os_pool_threads(pool)});
    }
    return ANC_OK;
}

anc_status srv_model_bench(anc_str folder, cli_speed_fn *told, void *arg, anc_err *err)
{
    os_pool *pool = NULL;
    ANC_TRY(os_pool_open("bench", 0, QUEUE, &pool, err));
    const anc_status status = measure(folder, pool, told, arg, err);
    os_pool_free(pool);
    return status;
}
