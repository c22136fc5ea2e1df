/* identity_service.h - opens the identity component; for the composition root and tests. */
#ifndef ANC_IDENTITY_APP_IDENTITY_SERVICE_H
#define ANC_IDENTITY_APP_IDENTITY_SERVICE_H

#include "identity/identity.h"
#include "identity/ports/user_store.h"
#include "kernel/ports/inbox.h"
#include "kernel/ports/writer.h"

/* Everything is borrowed until idn_service_close. */
typedef struct idn_service_options {
    idn_user_store users;
    krn_inbox inbox;
    krn_writer writer;
} idn_service_options;

/* NO_MEMORY. */
anc_status idn_service_open(const idn_service_options *options, idn_service **ret,
                            anc_err *err) ANC_MUST_CHECK;
void idn_service_close(idn_service *service); /* NULL is a no-op */

#endif
