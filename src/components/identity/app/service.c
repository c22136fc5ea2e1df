/* service.c - users told of and forgotten. */
#include <stdlib.h>

#include "identity_service.h"
#include "kernel/domain/document_events.h"

/* What an event is about, in the inbox. */
static const anc_str kind = ANC_STR_INIT("user");

struct idn_service {
    idn_service_options with;
};

anc_status idn_service_open(const idn_service_options *options, idn_service **ret, anc_err *err)
{
    idn_service *service = calloc(1, sizeof *service);
    if (service == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the identities");
    service->with = *options;
    *ret = service;
    return ANC_OK;
}

void idn_service_close(idn_service *service)
{
    free(service);
}

/* ---- told of ---- */

typedef struct telling {
    const idn_service *service;
    const krn_inbox_event *event;
    const idn_user_record *user;
    ev_arrival arrival;
} telling;

static anc_status write_telling(void *arg, krn_tx *tx, anc_err *err)
{
    telling *t = arg;
    const idn_user_store users = t->service->with.users;
    const krn_inbox inbox = t->service->with.inbox;
    ANC_TRY(inbox.ops->take(inbox.self, tx, t->event, &t->arrival, err));
    if (t->arrival != EV_ARRIVED_NEW)
        return ANC_OK;
    return users.ops->put(users.self, tx, t->user, err);
}

anc_status idn_user_created(idn_service *service, krn_call *call, const ev_envelope *event,
                            ev_arrival *ret)
{
    ev_user_created payload;
    ANC_TRY(ev_inbound_payload(call->mem, event, EV_USER_CREATED, &payload, call->err));
    const idn_user_record user = {.id = payload.user_id,
                                  .username = payload.username,
                                  .groups = payload.groups.items,
                                  .n_groups = payload.groups.n,
                                  .created_ms = event->time_ms,
                                  .updated_ms = event->time_ms};
    ANC_TRY(idn_user_check(&user, call->err));
    const krn_inbox_event arrived = {.event = event, .kind = kind, .key = user.id};
    telling t = {.service = service, .event = &arrived, .user = &user};
    ANC_TRY(krn_writer_run(service->with.writer, call, write_telling, &t));
    *ret = t.arrival;
    return ANC_OK;
}

/* ---- forgotten ---- */

typedef struct erasing {
    const idn_service *service;
    anc_str id;
    bool there;
} erasing;

static anc_status write_erasing(void *arg, krn_tx *tx, anc_err *err)
{
    erasing *e = arg;
    const idn_user_store users = e->service->with.users;
    const krn_inbox inbox = e->service->with.inbox;
    ANC_TRY(users.ops->remove(users.self, tx, e->id, &e->there, err));
    return inbox.ops->forget(inbox.self, tx, kind, e->id, err);
}

anc_status idn_user_erase(idn_service *service, krn_call *call, anc_str id, uint64_t *ret_n)
{
    erasing e = {.service = service, .id = id};
    ANC_TRY(krn_writer_run(service->with.writer, call, write_erasing, &e));
    *ret_n = e.there;
    return ANC_OK;
}
