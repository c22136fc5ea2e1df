/* remote_model.h - the embedding model at an endpoint (model.remote.url). Private. */
#ifndef ANC_SERVER_REMOTE_MODEL_H
#define ANC_SERVER_REMOTE_MODEL_H

#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"
#include "server/config.h"

/* Asks the endpoint where model.remote.dims is 0. INVALID for what cannot be one, and what the endpoint gives. */
anc_status srv_remote_model_open(const srv_config *config, krn_clock clock, emb_encoder *ret,
                                 anc_err *err) ANC_MUST_CHECK;

#endif
