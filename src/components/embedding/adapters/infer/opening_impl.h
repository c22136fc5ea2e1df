/* opening_impl.h - a model of this process as encoders and rerankers have it alike. Private. */
#ifndef ANC_EMBEDDING_ADAPTERS_INFER_OPENING_IMPL_H
#define ANC_EMBEDDING_ADAPTERS_INFER_OPENING_IMPL_H

#include "embedding/adapters/infer/infer_encoder.h"
#include "infer/choice.h"
#include "revision_impl.h"

enum { EMB_OPENED_NAME_MAX = 256, EMB_OPENED_DETAIL_MAX = 512 };

typedef struct emb_opened {
    inf_encoder *encoder; /* owned */
    os_pool *pool;        /* borrowed */
    inf_turns *turns;     /* borrowed; NULL: none */
    krn_clock clock;
    inf_encoder_info about;
    char model[EMB_OPENED_NAME_MAX];
    char revision[EMB_REVISION_MAX];
    char detail[EMB_OPENED_DETAIL_MAX];
} emb_opened;

/* Opens the model in the precision that fits it; `scores`: it has to be a cross-encoder, else it must not be one.
 * UNSUPPORTED for the wrong kind, INVALID for an unknown precision, and what inf_choose and inf_encoder_open give. On
 * failure nothing is left open. */
anc_status emb_opened_init(emb_opened *o, const emb_infer_options *options, bool scores,
                           anc_err *err) ANC_MUST_CHECK;
void emb_opened_done(emb_opened *o);

/* A call that is worked for; the check that it is still wanted lives as long as this. */
typedef struct emb_asked {
    krn_clock clock;
    const krn_call *call;
} emb_asked;

inf_check emb_asked_check(emb_asked *asked);

#endif
