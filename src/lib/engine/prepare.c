/* prepare.c - what a block of many vectors gets beside them, before anybody sees it. */
#include "block.h"

bool eng_block_make_bits(eng_block *b, const eng_thresholds *from)
{
    return b->n_vectors < from->bits ||
           eng_bits_make(b->vectors.ptr, b->has_vector.ptr, eng_block_chunks(b), b->dims, &b->bits);
}

anc_status eng_block_prepare(eng_block *b, const eng_thresholds *from,
                             const eng_tidy_options *options, const eng_graph_seed *seed,
                             anc_err *err)
{
    const uint32_t n = eng_block_chunks(b);
    const eng_graph_options how = {
        .pool = options->pool, .seed = seed, .may_go_on = options->may_go_on, .arg = options->arg};
    if (!eng_block_make_bits(b, from))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the bits of %u vectors", n);
    if (b->n_vectors < from->bits || b->n_vectors < from->graph)
        return ANC_OK;
    return eng_graph_build(b->vectors.ptr, b->has_vector.ptr, n, b->dims, &how, &b->graph, err);
}
