/* choice_impl.h - what checks of a model found, and where that is kept. */
#ifndef ANC_INFER_CHOICE_IMPL_H
#define ANC_INFER_CHOICE_IMPL_H

#include "infer/choice.h"

/* Counts up when the texts of the check change, or how weights are packed, or what is computed with them. */
enum { INF_CHECK_VERSION = 2 };

enum { INF_FINDINGS = 16, INF_LEVELS_BYTES = 64, INF_DIGEST_MAX = 128 };

typedef struct inf_finding {
    inf_precision precision;
    char levels[INF_LEVELS_BYTES]; /* of the CPU: names of the kernels and products that ran */
    double worst, median;          /* cosines to f32, or twice the correlation of scores */
} inf_finding;

/* Those of one model. */
typedef struct inf_findings {
    inf_finding rows[INF_FINDINGS];
    size_t n;
} inf_findings;

/* The kept findings of the model that `digest` names; none where there are none, or of another version or model, or
 * where the file cannot be read: then the check is made again. */
void inf_findings_read(anc_str folder, anc_str digest, inf_findings *ret);

/* Replaces what is kept. FORBIDDEN, DISK_FULL, IO, NO_MEMORY. */
anc_status inf_findings_write(anc_str folder, anc_str digest, const inf_findings *findings,
                              anc_err *err) ANC_MUST_CHECK;

#endif
