/* erase.c - one user forgotten. The tracking goes last: what the events say of the user is taken in first, so
 * that nothing of it comes back from them. A place that fails keeps none of the others: it is told in the end. */
#include "base/str.h"
#include "service_impl.h"

enum { ERASE_AT_ONCE = 200, USER_MAX = 256 };

/* A further form of `id`, unless it is the same or there is no room. */
static bool add_hidden(const krn_call *call, anc_str id, anc_str hidden, anc_str *items, size_t *n)
{
    const bool other = hidden.ptr != NULL && !anc_str_eq(id, hidden);
    const anc_str kept = other ? anc_arena_copy(call->mem, hidden) : id;
    if (other && kept.ptr != NULL)
        items[(*n)++] = kept;
    return hidden.ptr != NULL && kept.ptr != NULL;
}

anc_status trk_forms_of(const krn_call *call, const krn_veil *veil, anc_str user_id, trk_forms *ret)
{
    char room[KRN_VEILED_BYTES];
    const anc_str caller = call->principal.user_id;
    trk_forms f = {.users = {user_id}, .n_users = 1, .n_chats = 2};
    f.chats[0] = anc_arena_printf(call->mem, "chat:%zu:%.*s:%.*s", caller.len, ANC_FMT(caller),
                                  ANC_FMT(user_id));
    f.chats[1] = anc_arena_printf(call->mem, "chat:%.*s:%.*s", ANC_FMT(caller), ANC_FMT(user_id));
    bool all = f.chats[0].ptr != NULL && f.chats[1].ptr != NULL;
    all = all &&
          add_hidden(call, user_id, krn_veil_user_hash(veil, user_id, room), f.users, &f.n_users);
    for (size_t i = 0; all && i < 2; i++)
        all = add_hidden(call, f.chats[i], krn_veil_conversation_hash(veil, f.chats[i], room),
                         f.chats, &f.n_chats);
    if (!all)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a user's ids");
    *ret = f;
    return ANC_OK;
}

static anc_status erase_form(trk_service *s, trk_repository r, krn_call *call, anc_str user_id,
                             anc_str chat, trk_erased *ret)
{
    bool more = true;
    while (more) {
        ANC_ARENA(mem, 64 << 20);
        krn_call piece = *call;
        trk_erased some;
        piece.mem = mem;
        if (mem == NULL)
            return ANC_FAIL(call->err, ANC_NO_MEMORY, "an erasure");
        ANC_TRY(krn_call_check(s->with.clock, call));
        ANC_TRY(trk_of_repository(
            s, r.ops->erase(r.self, &piece, user_id, chat, ERASE_AT_ONCE, &some, &more),
            call->err));
        ret->queries += some.queries;
        ret->retrievals += some.retrievals;
        ret->feedback += some.feedback;
    }
    return ANC_OK;
}

static anc_status erase_rows(trk_service *s, trk_repository r, krn_call *call, anc_str user_id,
                             trk_erased *ret)
{
    trk_forms f;
    ANC_TRY(trk_forms_of(call, &s->with.veil, user_id, &f));
    for (size_t i = 0; i < f.n_chats; i++)
        ANC_TRY(erase_form(s, r, call, f.users[i % f.n_users], f.chats[i], ret));
    const uint64_t removed = ret->queries + ret->retrievals + ret->feedback;
    return removed > 0 ? trk_of_repository(s, r.ops->scrub(r.self, call), call->err) : ANC_OK;
}

/* Where the tracking is off, what it wrote while it was on is the user's all the same. */
static anc_status erase_left(trk_service *s, krn_call *call, anc_str user_id, trk_erased *ret)
{
    trk_repository left = {0};
    if (s->with.open_left == NULL)
        return ANC_OK;
    (void)pthread_mutex_lock(&s->following);
    anc_status status = s->with.open_left(s->with.left_arg, &left, call->err);
    if (status == ANC_OK && left.ops != NULL) {
        status = erase_rows(s, left, call, user_id, ret);
        s->with.close_left(s->with.left_arg);
    }
    (void)pthread_mutex_unlock(&s->following);
    return status;
}

static anc_status erase_tracked(trk_service *s, krn_call *call, anc_str user_id, trk_erased *ret)
{
    return trk_is_on(s) ? erase_rows(s, s->with.repository, call, user_id, ret)
                        : erase_left(s, call, user_id, ret);
}

static void put_erasure(json_writer *w, const trk_service *s, anc_str user_id,
                        const uint64_t *counts, const trk_erased *tracked)
{
    json_open_object(w);
    json_put_str(w, "user_id", user_id);
    json_name(w, "erased");
    json_open_object(w);
    for (size_t i = 0; i < s->with.n_places; i++)
        json_put_int(w, s->with.places[i].name, (int64_t)counts[i]);
    json_put_int(w, "tracking_queries", (int64_t)tracked->queries);
    json_put_int(w, "tracking_retrievals", (int64_t)tracked->retrievals);
    json_put_int(w, "tracking_feedback", (int64_t)tracked->feedback);
    json_close_object(w);
    json_name(w, "held_elsewhere");
    json_open_array(w);
    for (size_t i = 0; i < s->with.n_holders; i++) {
        json_open_object(w);
        json_put_str(w, "name", s->with.holders[i].name);
        json_put_str(w, "what", s->with.holders[i].what);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

/* The first place that failed; where there is no more time the rest is left. */
static anc_status erase_places(trk_service *s, krn_call *call, anc_str user_id, bool shared,
                               uint64_t *counts, anc_err *why)
{
    for (size_t i = 0; i < s->with.n_places; i++) {
        const trk_place *p = &s->with.places[i];
        if (p->shared != shared)
            continue;
        anc_err_clear(call->err);
        const anc_status status = p->erase(p->arg, call, user_id, &counts[i]);
        if (status == ANC_OK)
            continue;
        if (why->code == ANC_OK)
            (void)anc_fail_at(why, status, call->err->where, "%s: %s", p->name, call->err->text);
        if (status == ANC_DEADLINE || status == ANC_CANCELLED)
            break;
    }
    anc_err_clear(call->err);
    return why->code;
}

static bool is_known(const trk_service *s, const uint64_t *counts, const trk_erased *tracked)
{
    uint64_t n = tracked->queries + tracked->retrievals + tracked->feedback;
    for (size_t i = 0; i < s->with.n_places; i++)
        n += counts[i];
    return n > 0;
}

anc_status trk_erase(trk_service *s, krn_call *call, anc_str user_id, json_writer *w)
{
    uint64_t counts[TRK_PLACES_MAX] = {0};
    trk_erased tracked = {0};
    if (user_id.len == 0 || user_id.len > USER_MAX)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/user_id",
                              "has %zu bytes; 1 to %d are allowed", user_id.len, USER_MAX);
    if (trk_is_on(s))
        ANC_TRY(trk_catch_up(s, call));
    anc_err why = {0};
    anc_status status = erase_places(s, call, user_id, false, counts, &why);
    if (trk_is_on(s))
        ANC_TRY(trk_catch_up(s, call));
    ANC_TRY(erase_tracked(s, call, user_id, &tracked));
    if (status != ANC_OK || is_known(s, counts, &tracked))
        status = erase_places(s, call, user_id, true, counts, &why);
    if (status != ANC_OK)
        return anc_fail_at(call->err, status, why.where,
                           "not all of it is erased, ask once more: %s", why.text);
    put_erasure(w, s, user_id, counts, &tracked);
    return ANC_OK;
}
