/* user.c - see user.h. */
#include "identity/domain/user.h"

#include <stdio.h>

#include "base/utf8.h"

enum { POINTER_MAX = 64 };

static bool has_controls(anc_str s)
{
    size_t bytes;
    for (size_t i = 0; i < s.len; i += bytes) {
        const uint32_t c = anc_utf8_at(s, i, &bytes);
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            return true;
    }
    return false;
}

static anc_status check_name(anc_str s, size_t min, size_t max, const char *pointer, anc_err *err)
{
    if (!anc_utf8_valid(s))
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s is not valid UTF-8", pointer);
    if (s.len < min || s.len > max)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s has %zu bytes; %zu to %zu are allowed",
                              pointer, s.len, min, max);
    if (has_controls(s))
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s holds control characters", pointer);
    return ANC_OK;
}

anc_status idn_user_check(const idn_user_record *user, anc_err *err)
{
    ANC_TRY(check_name(user->id, 1, IDN_ID_BYTES, "/payload/user_id", err));
    ANC_TRY(check_name(user->username, 0, IDN_NAME_BYTES, "/payload/username", err));
    if (user->n_groups > IDN_GROUPS)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/payload/groups",
                              "/payload/groups has %zu groups, at most %d are allowed",
                              user->n_groups, IDN_GROUPS);
    for (size_t i = 0; i < user->n_groups; i++) {
        char pointer[POINTER_MAX];
        (void)snprintf(pointer, sizeof pointer, "/payload/groups/%zu", i);
        ANC_TRY(check_name(user->groups[i], 1, IDN_GROUP_BYTES, pointer, err));
    }
    return ANC_OK;
}
