/* inventory.h - questions for what documents there are, and the sentences that answer them. */
#ifndef ANC_RAG_DOMAIN_INVENTORY_H
#define ANC_RAG_DOMAIN_INVENTORY_H

#include "base/str.h"

/* Whether all that `question` (valid UTF-8) asks for is which or how many documents there are ("What
 * documents do you have?"); not what one of them says. */
bool rag_asks_inventory(anc_str question);

typedef struct rag_inventory_row {
    anc_str collection;
    uint64_t documents;
} rag_inventory_row;

/* The answer in the language of `question`: documents by collection, then `titles` [n_titles] of some of
 * them; `more` says that there are others. */
void rag_inventory_tell(anc_str question, const rag_inventory_row *rows, size_t n,
                        const anc_str *titles, size_t n_titles, bool more, anc_buf *out);

#endif
