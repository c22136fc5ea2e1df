/* respelled.c - a question whose words were misspelt, asked as it was meant. On a pool.
 *
 * Passages are found by meaning too, so those for "waranty of the boilr" have the words that were meant. A word is taken for
 * one of theirs only where no passage has it and the encoder does not know it whole: "contact" is never "contract".
 */
#include "base/str.h"
#include "rag/domain/misspelt.h"
#include "service_impl.h"

enum { MEMORY_BYTES = 64 << 20 };

static anc_status find(rag_turn *turn, anc_arena *mem, const srch_result *found,
                       rag_misspelling out[RAG_MISSPELT_MAX], size_t *ret)
{
    rag_passage *passages = anc_arena_alloc(turn->mem, found->n, sizeof *passages);
    if (passages == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages",
                        found->n);
    for (size_t i = 0; i < found->n; i++)
        ANC_TRY(rag_passage_of_hit(turn, &found->hits[i], &passages[i]));
    return rag_misspelt_find(mem, turn->query, turn->language, passages, found->n, out, ret,
                             &turn->err);
}

anc_status rag_respelled_take(rag_turn *turn, const srch_result *found, bool *ret)
{
    const rag_sentence_scorer scorer = turn->rag->with.scorer;
    rag_misspelling all[RAG_MISSPELT_MAX];
    size_t n = 0;
    size_t kept = 0;
    *ret = false;
    if (scorer.ops == NULL || turn->mode == SRCH_METADATA || turn->sought.len > 0 ||
        anc_str_find(turn->query, ANC_STR("\"")) != SIZE_MAX)
        return ANC_OK;
    ANC_ARENA(mem, MEMORY_BYTES);
    if (mem == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory for a question");
    ANC_TRY(find(turn, mem, found, all, &n));
    for (size_t i = 0; i < n; i++)
        if (!scorer.ops->knows(scorer.self, all[i].word))
            all[kept++] = all[i];
    if (kept == 0)
        return ANC_OK;
    *ret = true;
    return rag_misspelt_mend(turn->mem, turn->query, all, kept, &turn->query, &turn->err);
}
