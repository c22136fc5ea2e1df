/* check.h - what may enter the engine. */
#ifndef ANC_ENGINE_CHECK_H
#define ANC_ENGINE_CHECK_H

#include "engine/engine.h"

/* INVALID when `v` [dims] has a NaN, an infinity or another length than 1 (within 0.01). `what` is
 * whose vector it is. */
anc_status eng_vector_check(const float *v, uint32_t dims, const char *what,
                            anc_err *err) ANC_MUST_CHECK;

#endif
