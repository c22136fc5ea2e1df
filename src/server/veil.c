/* veil.c - the key that ids of people are hashed with: "privacy.key" in the data folder, 64 hex digits.
 *
 * It is made when privacy.hash_user_ids is first on, and stays when that is off again: what was hashed has to be found
 * and erased then too. Query logs of before had a key of their own, which is taken over with their rows.
 */
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "house_impl.h"

enum { KEY_DIGITS = 2 * TRK_KEY_BYTES, READ_BYTES = 256, WORK_BYTES = 1 << 20 };

#define FILE_NAME "privacy.key"

static bool is_key(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))
            return false;
    return s.len == KEY_DIGITS;
}

static anc_status read_key(srv_house *h, anc_str path, anc_err *err)
{
    anc_str kept;
    ANC_TRY(os_file_read(h->mem, path, READ_BYTES, &kept, err));
    h->veil.key = anc_str_trim(kept);
    if (is_key(h->veil.key))
        return ANC_OK;
    h->veil.key = ANC_STR("");
    return ANC_FAIL(err, ANC_CORRUPT,
                    "%.*s is no key of %d hex digits: bring back the one that it had; without it "
                    "users that were hashed are not found any more, and a new one is made where "
                    "the file is removed",
                    ANC_FMT(path), KEY_DIGITS);
}

/* The key of a query log that is there, else the fresh one: the log that takes it has the same then. One that is
 * damaged is set aside later, with its rows; any other failure may pass, and a fresh key would stay. */
static anc_status ask_query_log(srv_house *h, const unsigned char fresh[TRK_KEY_BYTES],
                                unsigned char ret[TRK_KEY_BYTES], anc_err *err)
{
    ANC_ARENA(mem, WORK_BYTES);
    const atomic_bool never = false;
    trk_repository left = {0};
    krn_call call = {.mem = mem, .err = err, .deadline_ns = INT64_MAX, .cancelled = &never};
    memcpy(ret, fresh, TRK_KEY_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to ask the query log for its key");
    anc_status status = srv_tracking_left_open(h, &left, err);
    if (status == ANC_OK && left.ops != NULL) {
        status = left.ops->key(left.self, &call, fresh, ret);
        srv_tracking_left_close(h);
    }
    if (status != ANC_CORRUPT)
        return status;
    anc_err_clear(err);
    memcpy(ret, fresh, TRK_KEY_BYTES);
    return ANC_OK;
}

static anc_status make_key(srv_house *h, anc_str path, anc_err *err)
{
    unsigned char fresh[TRK_KEY_BYTES], kept[TRK_KEY_BYTES];
    char hex[KEY_DIGITS + 1];
    h->clock.ops->random(h->clock.self, fresh, sizeof fresh);
    ANC_TRY(ask_query_log(h, fresh, kept, err));
    anc_hex_text(kept, sizeof kept, hex);
    h->veil.key = anc_arena_copy(h->mem, anc_str_of(hex));
    if (h->veil.key.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the key of user ids");
    return os_file_replace(path, h->veil.key, err);
}

anc_status srv_veil_open(srv_house *h, anc_err *err)
{
    anc_err why = {0};
    const anc_str path = os_path_join(h->mem, h->data_dir, ANC_STR(FILE_NAME));
    h->veil = (krn_veil){.key = ANC_STR(""),
                         .on = anc_str_eq(h->o.config->privacy.hash_user_ids, ANC_STR("true"))};
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the path of the key of user ids");
    if (!os_exists(path))
        return h->veil.on ? make_key(h, path, err) : ANC_OK;
    const anc_status status = read_key(h, path, &why);
    if (status == ANC_OK)
        return ANC_OK;
    if (h->veil.on)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    krn_log_write(h->log, KRN_WARN, "server", "users that were hashed are not found",
                  KRN_STR("reason", anc_str_of(why.text)));
    return ANC_OK;
}
