/* leads.c - see leads_impl.h. They stay as long as the turns, so that a thread that leaves late leaves something that is
 * there; it may stay for whoever has taken the lead meanwhile. */
#include "leads_impl.h"

#include <stdlib.h>

anc_status inf_leads_open(inf_leads *leads, unsigned n, anc_err *err)
{
    *leads = (inf_leads){.all = n > 0 ? calloc(n, sizeof *leads->all) : NULL};
    for (; leads->all != NULL && leads->n < n; leads->n++)
        if ((leads->all[leads->n].hands = inf_hands_new()) == NULL)
            break;
    if (leads->n == n)
        return ANC_OK;
    inf_leads_done(leads);
    return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the turns of an encoder");
}

void inf_leads_done(inf_leads *leads)
{
    for (unsigned i = 0; i < leads->n; i++)
        inf_hands_free(leads->all[i].hands);
    free(leads->all);
    *leads = (inf_leads){0};
}

inf_lead *inf_leads_take(inf_leads *leads)
{
    for (inf_lead *l = leads->all; l < leads->all + leads->n; l++)
        if (!l->taken) {
            l->taken = true;
            return l;
        }
    return NULL;
}

void inf_lead_give_back(inf_lead *lead)
{
    if (lead == NULL)
        return;
    inf_lead_close(lead);
    lead->taken = false;
}

void inf_lead_open(inf_lead *lead)
{
    if (!lead->open)
        inf_hands_open(lead->hands);
    lead->open = true;
}

void inf_lead_close(inf_lead *lead)
{
    if (lead->open)
        inf_hands_close(lead->hands);
    lead->open = false;
}

bool inf_leads_lend(inf_leads *leads, pthread_mutex_t *mutex)
{
    inf_lead *l = leads->all, *end = leads->all + leads->n;
    while (l < end && (!l->open || l->lent + 1 >= INF_HANDS_MOST))
        l++;
    if (l == end)
        return false;
    l->lent++;
    leads->lent++;
    leads->was_lent++;
    (void)pthread_mutex_unlock(mutex);
    const bool sent_away = inf_hands_lend(l->hands);
    (void)pthread_mutex_lock(mutex);
    l->lent--;
    leads->lent--;
    return sent_away;
}
