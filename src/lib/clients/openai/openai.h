/* openai.h - chat completions of a server that speaks OpenAI's protocol.
 *
 * One client is one endpoint with its key and timers, on a loop; any number of chats may run on it
 * at a time. Everything happens on the loop's thread. A chat gives its text as it comes and then
 * one verdict; after a cancel there is neither.
 *
 * Failures: UNAUTHENTICATED (401), FORBIDDEN (403), RATE_LIMITED (429), UNAVAILABLE (refused, no
 * such host, TLS), DEADLINE (a timer, which the text names), PROVIDER (any other status, an error
 * object, bytes that are not the protocol, an answer that is cut or over its bound), NO_MEMORY. The
 * text names host and port, and the provider's own message where there is one; never the key.
 */
#ifndef ANC_CLIENTS_OPENAI_OPENAI_H
#define ANC_CLIENTS_OPENAI_OPENAI_H

#include "base/str.h"
#include "net/http_client.h"

typedef struct clt_openai clt_openai;
typedef struct clt_openai_chat clt_openai_chat;

/* A field that is 0 takes the value in brackets. */
typedef struct clt_openai_options {
    anc_str base_url;               /* "https://api.openai.com/v1"; "/chat/completions" is added */
    anc_str api_key;                /* sent as a bearer token; may be empty */
    int64_t connect_timeout_ms;     /* [5 s] */
    int64_t first_token_timeout_ms; /* [30 s] from the start to the first text; streaming only */
    int64_t idle_timeout_ms;        /* [20 s] between two events; streaming only */
    int64_t total_timeout_ms;       /* [120 s] */
    size_t max_event_bytes;         /* [1 MiB] of one event of the stream */
    size_t max_answer_bytes;        /* [1 MiB] of text */
} clt_openai_options;

/* The options are copied. INVALID when the URL or the key cannot be one. */
anc_status clt_openai_open(net_loop *loop, net_http *http, const clt_openai_options *options,
                           clt_openai **ret, anc_err *err) ANC_MUST_CHECK;
/* Cancels what runs. Before the close of `http`, not from a chat's callback. NULL is a no-op. */
void clt_openai_close(clt_openai *client);

typedef struct clt_openai_message {
    anc_str role; /* "system", "user", "assistant" */
    anc_str content;
} clt_openai_message;

typedef struct clt_openai_request {
    anc_str model;
    const clt_openai_message *messages; /* [n_messages] */
    size_t n_messages;
    double temperature; /* negative: the provider's own */
    int64_t max_tokens; /* 0: the provider's own */
    bool stream;
    int64_t total_timeout_ms; /* less than the client's where > 0: what is left of a deadline */
} clt_openai_request;

/* What is known of an answer when it is over, whole or not; views are good for the call. */
typedef struct clt_openai_outcome {
    anc_str model;          /* as the provider names it; "" when unknown */
    anc_str finish_reason;  /* "stop", "length", …; "" when none came */
    bool refused;           /* the model would not answer, by the field that says so */
    int64_t input_tokens;   /* -1: not told */
    int64_t output_tokens;  /* -1: not told */
    int64_t retry_after_ms; /* -1: not told */
} clt_openai_outcome;

typedef struct clt_openai_sink {
    void (*on_text)(void *arg, anc_str text); /* the next piece: valid UTF-8, never empty */
    /* once, last, never from inside clt_openai_start; the chat is then gone */
    void (*on_done)(void *arg, anc_status status, const clt_openai_outcome *outcome,
                    const anc_err *err);
} clt_openai_sink;

/* Starts a chat; the request is copied. INVALID, LIMIT (a request over 16 MiB) or NO_MEMORY. */
anc_status clt_openai_start(clt_openai *client, const clt_openai_request *request,
                            const clt_openai_sink *sink, void *arg, clt_openai_chat **ret,
                            anc_err *err) ANC_MUST_CHECK;

/* Ends a chat and closes its connection; no callback comes any more. May be called from inside
 * on_text; not once on_done was called. */
void clt_openai_cancel(clt_openai_chat *chat);

#endif
