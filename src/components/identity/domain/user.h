/* user.h - a user as it is kept, and which ones are. */
#ifndef ANC_IDENTITY_DOMAIN_USER_H
#define ANC_IDENTITY_DOMAIN_USER_H

#include "base/base.h"
#include "base/status.h"

enum { IDN_ID_BYTES = 256, IDN_NAME_BYTES = 256, IDN_GROUP_BYTES = 128, IDN_GROUPS = 256 };

typedef struct idn_user_record {
    anc_str id, username;
    const anc_str *groups; /* [n_groups] */
    size_t n_groups;
    int64_t created_ms, updated_ms;
} idn_user_record;

/* An id of 1 to IDN_ID_BYTES bytes, at most IDN_GROUPS groups whose names have 1 to IDN_GROUP_BYTES, a user's
 * name of at most IDN_NAME_BYTES, and no control characters in any of them. INVALID with the pointer of the
 * member of the event's payload. */
anc_status idn_user_check(const idn_user_record *user, anc_err *err) ANC_MUST_CHECK;

#endif
