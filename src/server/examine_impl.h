/* examine_impl.h - one run of `anchorage doctor`, for the files that check. Private. */
#ifndef ANC_SERVER_EXAMINE_IMPL_H
#define ANC_SERVER_EXAMINE_IMPL_H

#include "config.h"
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

/* examine_buses.c: says nothing of a bus that is not configured. */
void srv_examine_buses(examination *x);

#endif
