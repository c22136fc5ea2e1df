/* reranking.h - the reranker that the configuration names, for the house and the doctor. Private. */
#ifndef ANC_SERVER_RERANKING_H
#define ANC_SERVER_RERANKING_H

#include "embedding/ports/reranker.h"
#include "infer/turns.h"
#include "kernel/ports/clock.h"
#include "os/thread.h"
#include "server/config.h"

/* That of rerank.remote.url, which is not asked yet, else the folder rerank.model; `ret` without ops where there is no
 * such folder, and *ret_absent (in `mem`) then says what to do. INVALID for what cannot be an endpoint, and what opening
 * a model gives. */
anc_status srv_reranker_open(const srv_config *config, anc_arena *mem, os_pool *pool,
                             inf_turns *turns, krn_clock clock, emb_reranker *ret,
                             anc_str *ret_absent, anc_err *err) ANC_MUST_CHECK;

#endif
