/* trim.c - entries of others' events go once every group of their stream has handled them.
 *
 * A stream that nobody trims keeps what people are called for ever. An entry goes when it is older than is configured,
 * no group has yet to read it, and none has taken and not acknowledged it: other services' groups count as much as
 * ours. Who reads the stream without a group sees what is left.
 */
#include <inttypes.h>
#include <stdio.h>

#include "bus_redis_impl.h"
#include "os/clock.h"

enum { ID_TEXT = 48, GROUPS_MAX = 1000 };

typedef struct entry_id {
    uint64_t ms, seq;
} entry_id;

static bool read_id(anc_str text, entry_id *ret)
{
    anc_str ms;
    return anc_str_split(&text, '-', &ms) && anc_str_to_u64(ms, &ret->ms) &&
           anc_str_to_u64(text, &ret->seq);
}

static void lower(entry_id *lowest, entry_id id)
{
    if (id.ms < lowest->ms || (id.ms == lowest->ms && id.seq < lowest->seq))
        *lowest = id;
}

/* A member of the flat list ["name", value, …]. */
static const clt_redis_reply *member(const clt_redis_reply *list, const char *name)
{
    for (size_t i = 0; i + 1 < list->n; i += 2)
        if (anc_str_eq(clt_redis_item(list, i)->text, anc_str_of(name)))
            return clt_redis_item(list, i + 1);
    return clt_redis_item(list, list->n);
}

typedef struct group {
    anc_str name;
    bool waits; /* it has taken some that it did not acknowledge */
    entry_id last;
} group;

static anc_status read_groups(krn_redis_subscription *s, const krn_redis_source *source,
                              group **ret, size_t *ret_n, const clt_redis_reply **r, anc_err *err)
{
    const anc_str ask[] = {ANC_STR("XINFO"), ANC_STR("GROUPS"), source->key};
    ANC_TRY(krn_redis_tell(s, ask, ANC_COUNT(ask), r, err));
    const size_t n = (*r)->n;
    group *groups = anc_arena_alloc(s->turn, n, sizeof *groups);
    if (groups == NULL || n > GROUPS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "the stream %.*s has %zu groups", ANC_FMT(source->key), n);
    for (size_t i = 0; i < n; i++) {
        const clt_redis_reply *g = clt_redis_item(*r, i);
        groups[i].name = anc_arena_copy(s->turn, member(g, "name")->text);
        groups[i].waits = member(g, "pending")->number > 0;
        if (groups[i].name.ptr == NULL ||
            !read_id(member(g, "last-delivered-id")->text, &groups[i].last))
            return ANC_FAIL(err, ANC_PROVIDER, "XINFO GROUPS of %.*s is not understood",
                            ANC_FMT(source->key));
    }
    *ret = groups;
    *ret_n = n;
    return ANC_OK;
}

/* The first entry that the group still needs. */
static anc_status first_needed(krn_redis_subscription *s, const krn_redis_source *source,
                               const group *g, entry_id *ret, const clt_redis_reply **r,
                               anc_err *err)
{
    const anc_str ask[] = {ANC_STR("XPENDING"), source->key, g->name};
    *ret = (entry_id){g->last.ms, g->last.seq + (g->last.seq < UINT64_MAX)};
    if (!g->waits)
        return ANC_OK;
    ANC_TRY(krn_redis_tell(s, ask, ANC_COUNT(ask), r, err));
    entry_id pending;
    if (read_id(clt_redis_item(*r, 1)->text, &pending))
        lower(ret, pending);
    return ANC_OK;
}

static anc_status trim(krn_redis_subscription *s, const krn_redis_source *source,
                       const clt_redis_reply **r, anc_err *err)
{
    char text[ID_TEXT];
    group *groups = NULL;
    size_t n = 0;
    const int64_t kept_ms = os_wall_ms() - s->bus->o.keep_handled_ms;
    entry_id lowest = {kept_ms > 0 ? (uint64_t)kept_ms : 0, 0};
    ANC_TRY(read_groups(s, source, &groups, &n, r, err));
    for (size_t i = 0; i < n; i++) {
        entry_id needed;
        ANC_TRY(first_needed(s, source, &groups[i], &needed, r, err));
        lower(&lowest, needed);
    }
    if (n == 0 || lowest.ms == 0)
        return ANC_OK;
    (void)snprintf(text, sizeof text, "%" PRIu64 "-%" PRIu64, lowest.ms, lowest.seq);
    const anc_str command[] = {ANC_STR("XTRIM"), source->key, ANC_STR("MINID"), anc_str_of(text)};
    return krn_redis_tell(s, command, ANC_COUNT(command), r, err);
}

anc_status krn_redis_trim_handled(krn_redis_subscription *s, const krn_redis_source *source,
                                  anc_err *err)
{
    const clt_redis_reply *r = NULL;
    anc_err why = {0};
    if (s->untrimmed)
        return ANC_OK;
    const anc_status status = trim(s, source, &r, &why);
    if (status == ANC_OK)
        return ANC_OK;
    if (clt_redis_connected(s->link.client) && status != ANC_DEADLINE) {
        s->untrimmed = true;
        krn_log_write(s->bus->o.log, KRN_WARN, "redis", "handled events stay on their stream",
                      KRN_STR("stream", source->key), KRN_STR("reason", anc_str_of(why.text)));
        return ANC_OK;
    }
    return anc_fail_at(err, status, why.where, "%s", why.text);
}
