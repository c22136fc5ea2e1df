/* answer.h - an answer as JSON, shared by the whole one and the stream. */
#ifndef ANC_EDGE_HTTP_ANSWER_H
#define ANC_EDGE_HTTP_ANSWER_H

#include "impl.h"

/* The answer object; `with_sources` false leaves `sources` out (the end of a stream). */
void http_answer_write(json_writer *w, const rag_answer *a, bool with_sources);
/* {"query_id","sources"}: what opens a stream. */
void http_sources_write(json_writer *w, const rag_answer *a);

#endif
