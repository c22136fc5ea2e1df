/* abstain.h - when there is nothing to answer from, and how that is said. */
#ifndef ANC_RAG_DOMAIN_ABSTAIN_H
#define ANC_RAG_DOMAIN_ABSTAIN_H

#include "rag/domain/extract.h"
#include "text/language.h"

/* The best calibrated score of the passages; 0 when there are none. */
double rag_best_score(const rag_passage *passages, size_t n);

/* Whether the choice is worth giving as an answer. The better the best passage's score is beside
 * `threshold`, the less of the question its sentences need to speak to; the more of the question stands
 * in no passage that was read (`unread`, 0..1), the more. A threshold of 0 or less asks for no
 * relevance at all. */
bool rag_choice_answers(const rag_choice *choice, double best_score, double unread,
                        double threshold);

/* One sentence that says that nothing was found, in `language`; where that is TXT_UND in the one that the question's letters
 * give away, or in English. Where the best passage's score (0..1) says that it is more likely about the question than not,
 * the sentence says that no passage is clear and that the nearest are among the sources. A literal. */
anc_str rag_nothing_found(txt_language language, anc_str question, double best_score);

/* One that says that passages were found and no answer could be made of them; a literal. */
anc_str rag_only_sources(txt_language language);

/* Whether an answer is one of these sentences, of any language: it tells of nothing. */
bool rag_is_refusal(anc_str answer);

#endif
