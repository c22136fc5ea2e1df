/* leads_impl.h - where threads may lend a hand just now, for turns.c. All under the mutex of the turns. */
#ifndef ANC_INFER_LEADS_IMPL_H
#define ANC_INFER_LEADS_IMPL_H

#include <pthread.h>

#include "base/status.h"
#include "infer/hands.h"

/* The work of one thread that others may take part in. */
typedef struct inf_lead {
    inf_hands *hands; /* owned */
    bool taken;
    bool open; /* there is a core for one more */
    unsigned lent;
} inf_lead;

typedef struct inf_leads {
    inf_lead *all; /* owned: [n] */
    unsigned n;
    unsigned lent; /* threads, to all of them */
    uint64_t was_lent;
} inf_leads;

/* `n` may be 0; NO_MEMORY, after which it is empty. */
anc_status inf_leads_open(inf_leads *leads, unsigned n, anc_err *err) ANC_MUST_CHECK;
void inf_leads_done(inf_leads *leads); /* a zeroed one is a no-op */

/* One that is closed; NULL: all are taken. */
inf_lead *inf_leads_take(inf_leads *leads);
void inf_lead_give_back(inf_lead *lead); /* closed; NULL is a no-op */

void inf_lead_open(inf_lead *lead);
void inf_lead_close(inf_lead *lead);

/* Takes part where it is open, without the mutex meanwhile. False: nowhere, or the leader stood still. */
bool inf_leads_lend(inf_leads *leads, pthread_mutex_t *mutex);

#endif
