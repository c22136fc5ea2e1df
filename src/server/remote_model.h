/* remote_model.h - the embedding model at an endpoint (model.remote.url). Private. */
#ifndef ANC_SERVER_REMOTE_MODEL_H
#define ANC_SERVER_REMOTE_MODEL_H

#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"
#include "server/config.h"

/* Asks the endpoint where model.remote.dims is 0, until `cancelled` (may be NULL). INVALID for what cannot be one, and
 * what the endpoint gives. */
anc_status srv_remote_model_open(const srv_config *config, krn_clock clock,
                                 const atomic_bool *cancelled, emb_encoder *ret,
                                 anc_err *err) ANC_MUST_CHECK;

/* INVALID for what cannot be an endpoint; nobody is asked. */
anc_status srv_remote_model_check(const srv_config *config, anc_err *err) ANC_MUST_CHECK;

#endif
