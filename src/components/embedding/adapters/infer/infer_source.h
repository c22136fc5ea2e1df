/* infer_source.h - the folders below models_dir as encoders in this process. */
#ifndef ANC_EMBEDDING_ADAPTERS_INFER_INFER_SOURCE_H
#define ANC_EMBEDDING_ADAPTERS_INFER_INFER_SOURCE_H

#include "embedding/ports/encoder_source.h"
#include "infer/turns.h"
#include "kernel/ports/clock.h"
#include "os/thread.h"

/* `pool` and `turns` are borrowed, as in emb_infer_options; `precision` as well, copied. INVALID for a path that is
 * too long, NO_MEMORY. */
anc_status emb_infer_source_open(anc_str models_dir, anc_str precision, os_pool *pool,
                                 inf_turns *turns, krn_clock clock, emb_encoder_source *ret,
                                 anc_err *err) ANC_MUST_CHECK;

#endif
