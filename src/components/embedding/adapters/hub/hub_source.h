/* hub_source.h - model files over HTTPS from the Hugging Face hub, or one that speaks as it does.
 *
 * A file is `<hub>/<repository>/resolve/<revision>/<path>`; an answer may send elsewhere. To carry
 * on, a range is asked for; a server that does not know ranges sends all, and what is known is
 * dropped here. The proxy of the environment is used.
 */
#ifndef ANC_EMBEDDING_ADAPTERS_HUB_HUB_SOURCE_H
#define ANC_EMBEDDING_ADAPTERS_HUB_HUB_SOURCE_H

#include "embedding/ports/model_source.h"

/* `hub` empty: https://huggingface.co. */
anc_status emb_hub_source_open(anc_str hub, emb_model_source *ret, anc_err *err) ANC_MUST_CHECK;

#endif
