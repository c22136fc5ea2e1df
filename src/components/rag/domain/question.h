/* question.h - what may be asked: a text's length and form, checked before anything else is done. */
#ifndef ANC_RAG_DOMAIN_QUESTION_H
#define ANC_RAG_DOMAIN_QUESTION_H

#include "base/status.h"

enum { RAG_QUESTION_CHARS_DEFAULT = 4000 };

/* OK when `question` is valid UTF-8, not blank and at most `max_chars` code points long. Else INVALID
 * with pointer "/question" and a text that says how long it is and what is allowed. */
anc_status rag_question_check(anc_str question, size_t max_chars, anc_err *err) ANC_MUST_CHECK;

/* The first line of a question as a conversation's title: at most `max_chars` code points, cut
 * behind a word where there is a blank in its second half. */
anc_str rag_question_title(anc_str question, size_t max_chars);

#endif
