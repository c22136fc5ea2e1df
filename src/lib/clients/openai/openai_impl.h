/* openai_impl.h - the pieces of a chat. Private. */
#ifndef ANC_CLIENTS_OPENAI_OPENAI_IMPL_H
#define ANC_CLIENTS_OPENAI_OPENAI_IMPL_H

#include "clients/openai/openai.h"
#include "net/sse.h"

enum { REQUEST_MAX = 16 << 20, NAME_TEXT = 128, REASON_TEXT = 64, PROBLEM_MAX = 64 << 10 };

/* What an answer says, gathered over its events. */
typedef struct chat_answer {
    char model[NAME_TEXT];
    char finish_reason[REASON_TEXT];
    int64_t input_tokens, output_tokens; /* -1: not told */
    bool refused;                        /* a refusal came where the text should stand */
    bool finished;                       /* a finish reason or the end mark came */
    bool end_mark;                       /* "[DONE]" came: nothing follows */
} chat_answer;

/* The body of a request as JSON. */
anc_status clt_chat_request_write(const clt_openai_request *request, anc_buf *out,
                                  anc_err *err) ANC_MUST_CHECK;

/* Reads the JSON of one event of a stream, or of a whole answer; calls `on_text` for the text in
 * it. `where` names the provider. PROVIDER when it is an error object or not the protocol. */
anc_status clt_chat_answer_read(chat_answer *answer, anc_str json, const char *where,
                                void (*on_text)(void *arg, anc_str text), void *arg,
                                anc_err *err) ANC_MUST_CHECK;

/* The failure that an answer of another status than 200 means; `body` may hold the provider's
 * problem. */
anc_status clt_chat_refusal(int status, anc_str body, const char *where, anc_str api_key,
                            anc_err *err);

#endif
