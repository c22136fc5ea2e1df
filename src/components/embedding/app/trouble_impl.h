/* trouble_impl.h - whether the model's last try failed, and why. Private. */
#ifndef ANC_EMBEDDING_APP_TROUBLE_IMPL_H
#define ANC_EMBEDDING_APP_TROUBLE_IMPL_H

#include <pthread.h>

#include "base/str.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"

enum { EMB_TROUBLE_REASON_MAX = 400 };

typedef struct emb_trouble {
    pthread_mutex_t mutex;
    krn_log log;
    krn_series *failures;                    /* NULL: not counted */
    atomic_bool on;                          /* written under the mutex */
    char reason[EMB_TROUBLE_REASON_MAX + 1]; /* of the failure that it began with */
} emb_trouble;

void emb_trouble_init(emb_trouble *t, krn_log log, krn_metrics metrics);
void emb_trouble_destroy(emb_trouble *t);

/* How a batch ended, `err` where it failed. A line is logged when failures begin and when they are over. What the
 * caller ended (CANCELLED, DEADLINE) or had no room for is none of the model's. True: they are over now. */
bool emb_trouble_note(emb_trouble *t, anc_status status, const anc_err *err);

bool emb_trouble_tell(emb_trouble *t, anc_buf *out); /* false, and nothing: there is none */

#endif
