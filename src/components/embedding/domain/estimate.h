/* estimate.h - how many tokens a text may have, where no model is there to count them. */
#ifndef ANC_EMBEDDING_DOMAIN_ESTIMATE_H
#define ANC_EMBEDDING_DOMAIN_ESTIMATE_H

#include "base/base.h"

/* A guess that is rather too high: a token for every five letters or digits of a word, one for each
 * sign, one for every three bytes beyond ASCII. Counting stops at `max` + 1. */
size_t emb_estimate_tokens(anc_str text, size_t max);

#endif
