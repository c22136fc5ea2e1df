/* frames.h - the polite frame around a question: "Can you tell me …, please?". */
#ifndef ANC_RAG_DOMAIN_FRAMES_H
#define ANC_RAG_DOMAIN_FRAMES_H

#include "base/base.h"

/* What is asked in `question` (valid UTF-8), in six languages: "when the museum opens?" of "Could you please tell me when the
 * museum opens?", "sick leave" of "Tell me about sick leave.", "helmets are free?" of "Is it true that helmets are free?".
 * A part of `question`; all of it where there is no frame, or nothing in it. */
anc_str rag_without_frame(anc_str question);

#endif
