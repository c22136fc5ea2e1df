/* choice.h - in which precision a model runs on this machine, and why.
 *
 * int8 where the CPU has fast products of it (AVX2, VNNI, AMX, dot products of NEON) and the model passes a check, else bf16 where it has those
 * and the model passes, else f32. The check: real sentences in several languages, short and long (accuracy.txt), are
 * embedded in f32 and in the other precision, and the cosine of the two vectors of each is taken:
 *
 *              at worst   in the middle
 *     bf16      0.999       0.999
 *     int8      0.99        0.995
 *
 * A cross-encoder scores pairs of those texts, related and unrelated ones, and the correlation of the scores with those
 * of f32 has to reach both.
 *
 * What a check found is kept beside the model (docs/formats/model-folder.md) under the digest of the model, the levels
 * of this CPU and the version of the check, so the next start reads it there. A folder that cannot be written to is no
 * failure: the check is then made at each start.
 *
 * Any thread; two that check one model at once do the work twice and keep the same.
 */
#ifndef ANC_INFER_CHOICE_H
#define ANC_INFER_CHOICE_H

#include "infer/encoder.h"

enum { INF_WHY_BYTES = 256 };

/* All of it is borrowed for the call. */
typedef struct inf_choose_options {
    anc_str folder; /* of the model */
    anc_str
        digest; /* names the bytes of the model, at most 128 bytes; empty: nothing is kept or looked for */
    bool fixed;              /* take `precision`; the check then only says what that costs */
    inf_precision precision; /* for `fixed` */
    os_pool *pool;           /* shares out the check; NULL: the calling thread alone */
    inf_check check;
    inf_check
        unchanged; /* asked before what was found is kept under the digest: kept only where it says OK */
} inf_choose_options;

typedef struct inf_choice {
    inf_precision precision;
    bool
        alike; /* its vectors are as near to those of f32 as the limits say, so they may stand beside them */
    bool checked; /* just now; false: it was kept from before, or there was nothing to check */
    double worst, median; /* cosines to f32, or twice the correlation; 1 each of f32 */
    char why[INF_WHY_BYTES];
} inf_choice;

/* Blocks while a check is made: seconds, a pool and never a loop. What opening the model gives (encoder.h), and what
 * `check` said; `ret` is then untouched. */
anc_status inf_choose(const inf_choose_options *options, inf_choice *ret,
                      anc_err *err) ANC_MUST_CHECK;

#endif
