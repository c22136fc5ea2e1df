/* smalltalk.h - what is said to a machine without asking anything of the documents. */
#ifndef ANC_RAG_DOMAIN_SMALLTALK_H
#define ANC_RAG_DOMAIN_SMALLTALK_H

#include "base/base.h"

/* What to say to `question` (valid UTF-8) where all of it is a greeting, thanks, a farewell, or a
 * question about this program; in its language, one of six. A literal; ptr NULL where it asks for something. */
anc_str rag_small_talk_reply(anc_str question);

/* What is left of `question` behind greetings, thanks and words about the weather: "And how long is it?" of "Thanks! And
 * how long is it?". All of it where nothing is left, or nothing is said before it. */
anc_str rag_without_small_talk(anc_str question);

/* Whether nothing is said that could be answered: "ok", "very good", "it is raining". */
bool rag_is_aside(anc_str question);

#endif
