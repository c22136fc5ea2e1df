/* user_store.h - port: users and their groups, in the catalog.
 *
 * Adapters: sqlite. Contract:
 *   thread   find: any thread but the loop; a reader sees one committed state. put, remove: inside a
 *            closure of the writer.
 *   memory   results in call->mem; what is passed in is borrowed during the call.
 *   failure  IO, CORRUPT, DISK_FULL, UNAVAILABLE, DEADLINE, CANCELLED, NO_MEMORY, LIMIT (of call->mem)
 *            anywhere; what else may come stands at the function. Outputs are untouched on failure.
 */
#ifndef ANC_IDENTITY_PORTS_USER_STORE_H
#define ANC_IDENTITY_PORTS_USER_STORE_H

#include "identity/domain/user.h"
#include "kernel/domain/call.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct idn_user_store_ops {
    const char *name;

    /* In the place of the user of that id: name, groups (none twice) and updated_ms are the new ones,
     * created_ms stays. */
    ANC_MUST_CHECK anc_status (*put)(void *self, krn_tx *tx, const idn_user_record *user,
                                     anc_err *err);

    /* With its groups; *ret_there is false where there is none. */
    ANC_MUST_CHECK anc_status (*remove)(void *self, krn_tx *tx, anc_str id, bool *ret_there,
                                        anc_err *err);

    /* NOT_FOUND. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str id, idn_user_record *ret);
} idn_user_store_ops;

typedef struct idn_user_store {
    const idn_user_store_ops *ops;
    void *self;
} idn_user_store;

#endif
