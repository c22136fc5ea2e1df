/* followup.h - a question that leans on the conversation, made to stand alone.
 *
 * Rules for English and French, and for German, Spanish, Italian and Portuguese. A language model does
 * it better where there is one (rewrite.h); whether it is worth asking is rag_question_leans.
 */
#ifndef ANC_RAG_DOMAIN_FOLLOWUP_H
#define ANC_RAG_DOMAIN_FOLLOWUP_H

#include "base/arena.h"
#include "rag/domain/prompt.h"
#include "text/language.h"

/* Whether `question` needs the conversation to be understood: it begins like a continuation ("and in
 * France?", "et pour la Suisse ?"), says little but a pronoun, a question word or a thing, or asks for
 * more; or it asks for another field of the record that `last` was answered with (NULL: nothing was said). False where
 * memory is out. */
bool rag_question_leans(anc_arena *mem, anc_str question, const rag_exchange *last);

/* What `question` means after `history` [n] (oldest first): itself where it stands alone, else the
 * question before it with its new part in place of the old ("What is the price of the Tilia?", "and
 * of the Ember?"), or itself with what its pronouns stand for behind them ("How heavy is it (the
 * Ember)?"). A history's questions are taken for what they meant. LIMIT or NO_MEMORY when `mem` is
 * full. */
anc_status rag_stand_alone(anc_arena *mem, anc_str question, const rag_exchange *history, size_t n,
                           anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* The language of the last question: where it has no more words of one than of another, that of the ones before it.
 * LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_question_language(anc_arena *mem, anc_str question, const rag_exchange *history,
                                 size_t n, txt_language *ret, anc_err *err) ANC_MUST_CHECK;

#endif
