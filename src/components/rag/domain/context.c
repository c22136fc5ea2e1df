/* context.c - greedy packing: rank decides, the budget only refuses.
 *
 * Passages arrive in order of relevance, and a language model reads the first ones best, so nothing
 * is gained by filling the budget more tightly with worse ones.
 */
#include "rag/domain/context.h"

enum { FRAME_TOKENS = 24 }; /* the fence, the number and the title around one passage */

uint32_t rag_tokens_estimate(anc_str text)
{
    return text.len / 4 >= UINT32_MAX ? UINT32_MAX : (uint32_t)((text.len + 3) / 4);
}

static uint64_t cost_of(const rag_passage *p)
{
    return (uint64_t)(p->tokens != 0 ? p->tokens : rag_tokens_estimate(p->text)) + FRAME_TOKENS;
}

size_t rag_context_pack(const rag_passage *passages, size_t n, uint32_t budget_tokens, size_t *keep,
                        uint32_t *ret_tokens)
{
    uint64_t used = 0;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t cost = cost_of(&passages[i]);
        if (kept > 0 && used + cost > budget_tokens)
            continue;
        used += cost;
        keep[kept++] = i;
    }
    if (ret_tokens != NULL)
        *ret_tokens = used > UINT32_MAX ? UINT32_MAX : (uint32_t)used;
    return kept;
}
