/* trouble.c - what /health tells of the tracking: that events wait, or that its repository is damaged. */
#include <stdio.h>
#include <string.h>

#include "service_impl.h"

anc_status trk_of_repository(trk_service *s, anc_status status, const anc_err *err)
{
    if (status != ANC_CORRUPT)
        return status;
    (void)pthread_mutex_lock(&s->telling);
    if (s->damage[0] == '\0')
        (void)snprintf(s->damage, sizeof s->damage,
                       "a part of the query log is damaged; the next start sets it aside: %.400s",
                       err->text);
    (void)pthread_mutex_unlock(&s->telling);
    if (s->with.on_damage != NULL)
        s->with.on_damage(s->with.damage_arg);
    return status;
}

void trk_waiting(trk_service *s, const char *why)
{
    (void)pthread_mutex_lock(&s->telling);
    s->waiting[0] = '\0';
    if (why != NULL)
        (void)snprintf(s->waiting, sizeof s->waiting, "events wait to be taken in: %.400s", why);
    (void)pthread_mutex_unlock(&s->telling);
}

bool trk_trouble(trk_service *s, char ret[TRK_TROUBLE_BYTES])
{
    (void)pthread_mutex_lock(&s->telling);
    const char *trouble = s->damage[0] != '\0' ? s->damage : s->waiting;
    const bool is_some = trouble[0] != '\0';
    memcpy(ret, trouble, TRK_TROUBLE_BYTES);
    (void)pthread_mutex_unlock(&s->telling);
    return is_some;
}
