/* examine_impl.h - one run of `anchorage doctor`, for the files that check. Private. */
#ifndef ANC_SERVER_EXAMINE_IMPL_H
#define ANC_SERVER_EXAMINE_IMPL_H

#include "config.h"
#include "embedding/ports/encoder.h"
#include "examine.h"

typedef struct examination {
    const srv_config *c;
    anc_arena *mem; /* of this check */
    cli_found_fn *found;
    void *arg;
} examination;

static inline void srv_tell(examination *x, const char *check, cli_verdict verdict, anc_str text)
{
    x->found(x->arg, check, verdict, text);
}

/* Embeds a word. CORRUPT for a vector that is not of unit length. */
anc_status srv_try_encoder(examination *x, emb_encoder *encoder, anc_err *err) ANC_MUST_CHECK;

/* examine_models.c: the embedding model at an endpoint; the reranker, of which nothing is said where there is none */
void srv_examine_remote_model(examination *x);
void srv_examine_reranker(examination *x);
/* The installed cross-encoders that are not configured. */
void srv_examine_other_rerankers(examination *x);

/* examine_raw.c: the files of the raw store. */
void srv_examine_raw(examination *x);

/* examine_buses.c: says nothing of a bus that is not configured. */
void srv_examine_buses(examination *x);

#endif
