/* identity.h - what others may ask of the identity component: to take a user in, and to forget one.
 *
 * Nobody logs in here. A user is known because another service told of it with a `user.created`; one that
 * is told of again has the name and the groups of the newest telling. Any thread but the loop.
 */
#ifndef ANC_IDENTITY_IDENTITY_H
#define ANC_IDENTITY_IDENTITY_H

#include "kernel/domain/call.h"
#include "kernel/domain/inbound.h"

typedef struct idn_service idn_service;

/* The effect of a `user.created` of another service, once (kernel/ports/inbox.h); *ret says whether it was this
 * time. INVALID names the member that does not fit. */
anc_status idn_user_created(idn_service *service, krn_call *call, const ev_envelope *event,
                            ev_arrival *ret) ANC_MUST_CHECK;

/* Forgets one user; *ret_n is 0 where there is none. */
anc_status idn_user_erase(idn_service *service, krn_call *call, anc_str id,
                          uint64_t *ret_n) ANC_MUST_CHECK;

#endif
