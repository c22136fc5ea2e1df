/* identity_world.h - an identity service over a real catalog in a folder of its own. */
#ifndef ANC_TESTS_SUPPORT_IDENTITY_WORLD_H
#define ANC_TESTS_SUPPORT_IDENTITY_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity/adapters/sqlite/idn_sqlite.h"
#include "identity/app/identity_service.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "support/call.h"

typedef struct identity_world {
    krn_sqlite *catalog;
    idn_user_store users;
    idn_service *idn;
} identity_world;

/* No thread: what it does is the same each time. */
static inline anc_status identity_world_open(identity_world *w, const char *path, anc_err *err)
{
    const krn_sqlite_options options = {.path = anc_str_of(path),
                                        .clock = krn_system_clock(),
                                        .migrations = idn_migrations,
                                        .n_migrations = idn_n_migrations,
                                        .without_thread = true};
    *w = (identity_world){0};
    ANC_TRY(krn_sqlite_open(&options, &w->catalog, err));
    w->users = idn_sqlite_store(krn_sqlite_readers(w->catalog));
    const idn_service_options with = {.users = w->users,
                                      .inbox = krn_sqlite_inbox(w->catalog),
                                      .writer = krn_sqlite_writer(w->catalog)};
    return idn_service_open(&with, &w->idn, err);
}

static inline void identity_world_close(identity_world *w)
{
    idn_service_close(w->idn);
    krn_sqlite_close(w->catalog);
}

static inline anc_status identity_find(const identity_world *w, krn_call *call, const char *id,
                                       idn_user_record *ret)
{
    return w->users.ops->find(w->users.self, call, anc_str_of(id), ret);
}

/* A user.created with that payload, as a bus hands it on. */
static inline ev_envelope identity_event(const char *id, int64_t time_ms, const char *payload)
{
    return (ev_envelope){.id = anc_str_of(id),
                         .type_name = ANC_STR("user.created"),
                         .type = ev_type_of(EV_USER_CREATED),
                         .time_ms = time_ms,
                         .payload = {anc_str_of(payload)}};
}

#endif
