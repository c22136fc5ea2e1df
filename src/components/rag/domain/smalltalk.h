/* smalltalk.h - what is said to a machine without asking anything of the documents. */
#ifndef ANC_RAG_DOMAIN_SMALLTALK_H
#define ANC_RAG_DOMAIN_SMALLTALK_H

#include "base/base.h"

/* What to say to `question` (valid UTF-8) where all of it is a greeting, thanks, a farewell, or a
 * question about this program; in its language where that is English or French. A literal; ptr NULL
 * where it asks for something. */
anc_str rag_small_talk_reply(anc_str question);

#endif
