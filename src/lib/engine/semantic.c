/* semantic.c - exact search over vectors: every allowed chunk that has one is compared. */
#include <math.h>

#include "search.h"
#include "simd.h"

static double clamp(double cosine)
{
    return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}

double eng_run_cosine(const eng_run *run, eng_place_of at)
{
    const eng_block *b = run->snapshot->parts[at.part].block;
    if (run->query->vector == NULL || !eng_block_has_vector(b, at.chunk))
        return (double)NAN;
    return clamp(
        (double)eng_simd_best()->dot(eng_block_vector(b, at.chunk), run->query->vector, b->dims));
}

static anc_status search_part(eng_run *run, const eng_simd *simd, uint32_t part)
{
    enum { CHUNKS_A_CHECK = 4096 };
    const eng_block *b = run->snapshot->parts[part].block;
    if (b->has_vector.n == 0)
        return ANC_OK;
    for (uint32_t c = 0; c < eng_block_chunks(b); c++) {
        if (c % CHUNKS_A_CHECK == 0)
            ANC_TRY(eng_run_may_go_on(run));
        if (!eng_bit(b->has_vector.ptr, c) || !eng_run_allows(run, part, c))
            continue;
        const float dot = simd->dot(eng_block_vector(b, c), run->query->vector, b->dims);
        const eng_found row = {.at = {part, c}, .score = clamp((double)dot)};
        eng_best_offer(&run->semantic, &row);
    }
    return ANC_OK;
}

anc_status eng_run_semantic(eng_run *run)
{
    if (run->query->vector == NULL || run->semantic.k == 0)
        return ANC_OK;
    const eng_simd *simd = eng_simd_best();
    for (uint32_t i = 0; i < run->snapshot->n_parts; i++)
        ANC_TRY(search_part(run, simd, i));
    eng_best_sort(&run->semantic);
    return ANC_OK;
}
