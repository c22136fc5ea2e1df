/* which.h - "Which one is the cheapest?": another of the kind that was spoken of, and not what was spoken of last.
 *
 * The kind is what a question before it asked which of, what its rows are known by, or the noun beside a name or a number. Where
 * several of a kind were named one after the other, "which of them" asks which of these.
 */
#ifndef ANC_RAG_DOMAIN_WHICH_H
#define ANC_RAG_DOMAIN_WHICH_H

#include "rag/domain/antecedent.h"

/* Whether `s` asks so. */
bool rag_asks_which_one(const rag_spoken *s);

/* "B1" for "Station" of "Welche Station leitet Dr. Moreau?" that was answered with one record: what was asked for stands there.
 * False: `meant` is not what the turn asked which of, or nothing says which it was. */
bool rag_which_value(const rag_told *turn, anc_str meant, anc_str *ret);

/* `s` with the kind in the place of "one": "Which plan is the cheapest?", "Which plan is cheaper, Starter or Team?". Itself where
 * nothing says a kind; empty where "them" are more than one thing of the last question, which a pronoun stands for. In `mem`; LIMIT
 * or NO_MEMORY when that is full. */
anc_status rag_which_fill(anc_arena *mem, const rag_spoken *s, const rag_told *turns, size_t n,
                          anc_str *ret, anc_err *err) ANC_MUST_CHECK;

#endif
