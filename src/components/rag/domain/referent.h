/* referent.h - the things that a German, Spanish, Italian or Portuguese question speaks of.
 *
 * Of these languages no tables of nouns are kept: a thing is what stands behind an article, or is written with a
 * capital, and articles say which pronouns it agrees with.
 */
#ifndef ANC_RAG_DOMAIN_REFERENT_H
#define ANC_RAG_DOMAIN_REFERENT_H

#include "rag/domain/spoken.h"

/* The thing of the question `s` that `pronoun` agrees with (`gender`: RAG_MAY_…; "su", "suo": whose something is), with its article where that is as a
 * subject has it; what a pronoun there stood for before anything else. False: there is none. */
bool rag_referent(const rag_spoken *s, unsigned gender, anc_str pronoun, anc_str *ret);

/* Where one may be: what stands behind "in", a name, or one thing that an article says. */
bool rag_referent_place(const rag_spoken *s, anc_str *ret);

#endif
