/* fake_inference.h - a server of models on loopback that speaks for encoder_hash and reranker_words.
 *
 * POST /v1/embeddings in OpenAI's form, anything with batchEmbedContents in Gemini's, /v1/rerank in Cohere's, /rerank in
 * that of text-embeddings-inference. Answers of OpenAI's form come in reverse order, scores best first.
 */
#ifndef ANC_TESTS_SUPPORT_FAKE_INFERENCE_H
#define ANC_TESTS_SUPPORT_FAKE_INFERENCE_H

#include "base/str.h"

typedef struct fake_inference fake_inference;

fake_inference *fake_inference_start(void);
void fake_inference_stop(fake_inference *f);
uint16_t fake_inference_port(const fake_inference *f);

/* Silent, it takes requests and answers none: each lasts until its caller leaves. */
void fake_inference_silence(fake_inference *f, bool silent);

#endif
