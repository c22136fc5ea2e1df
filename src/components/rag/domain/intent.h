/* intent.h - what kind of question it is. */
#ifndef ANC_RAG_DOMAIN_INTENT_H
#define ANC_RAG_DOMAIN_INTENT_H

#include "base/base.h"

/* "semantic", "hybrid", "metadata" or "chit_chat", a literal; `question` is valid UTF-8. */
anc_str rag_intent_of(anc_str question);

#endif
