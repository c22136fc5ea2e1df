/* ellipsis.h - a question of which only the new part was said ("and in 2022?"), put into the old one. */
#ifndef ANC_RAG_DOMAIN_ELLIPSIS_H
#define ANC_RAG_DOMAIN_ELLIPSIS_H

#include "rag/domain/spoken.h"

/* Whether the words of `rest` are a part that takes another one's place, not a question of their
 * own. */
bool rag_is_part(const rag_spoken *rest);

/* Whether the words of `rest` name another of a kind, and nothing else: "the second one", "le troisième". */
bool rag_is_another(const rag_spoken *rest);

/* The question `before` about that one of what it is about: "the first hive scale", "the second one": "the second
 * hive scale". LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_ellipsis_count(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                              anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* The question `before` with `part` in the place of what it takes the place of: a year of a year, a
 * name of a name, a person of a person, what stands behind the same preposition, a subject of a subject, what is asked
 * of a name ("the price of the Skep 2", "and the warranty?"), the thing at the end; where it has no such place, with the
 * part behind it; and `question`, of which the part is, as it is where a person has no place there. LIMIT or NO_MEMORY
 * when `mem` is full. */
anc_status rag_ellipsis_fill(anc_arena *mem, anc_str question, const rag_spoken *part,
                             const rag_spoken *before, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* `part`, "his (Jonas Weatherby) deputy", where `before` has a pronoun with what it stood for; else `question`. */
anc_status rag_ellipsis_person(anc_arena *mem, anc_str question, const rag_spoken *part,
                               const rag_spoken *before, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* "What is the deductible for theft?" of `part`, "its deductible", and "What is the limit for theft?": in the place of what was
 * asked of the thing; empty where `before` asks nothing of one. */
anc_status rag_ellipsis_possessed(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                                  anc_str *ret, anc_err *err) ANC_MUST_CHECK;

#endif
