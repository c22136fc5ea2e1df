/* remote_encoder.h - the encoder port at an endpoint: OpenAI's form (llama-server, Ollama, vLLM, TEI), Gemini.
 *
 * One text of the kind query has at most three seconds, or half of what its caller has left; UNAVAILABLE then. After
 * it failed so, further ones are UNAVAILABLE at once for five seconds, doubling to a minute (one at a time tries
 * after each), until the endpoint answers anything. All else waits as long as its caller.
 */
#ifndef ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_ENCODER_H
#define ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_ENCODER_H

#include "clients/inference/inference.h"
#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"

typedef struct emb_remote_encoder_options {
    clt_inference_options client; /* its form is one of vectors; copied */
    uint32_t dims;       /* of its vectors; 0: client.dims, and where that is 0 too it is asked */
    uint32_t max_tokens; /* of the model's window; 0: 512 */
    uint32_t max_batch;  /* texts of one request; 0: 64 */
    anc_str query_prefix, passage_prefix; /* before each text; may be empty; copied */
    krn_clock clock;                      /* for deadlines */
    /* Ends the asking within a second; borrowed for the opening; NULL: nothing does. */
    const atomic_bool *cancelled;
} emb_remote_encoder_options;

/* Without either dims it asks for the vector of a word, for at most ten seconds. INVALID for what cannot be an
 * endpoint or its model, NO_MEMORY, and what the endpoint gives. */
anc_status emb_remote_encoder_open(const emb_remote_encoder_options *options, emb_encoder *ret,
                                   anc_err *err) ANC_MUST_CHECK;

#endif
