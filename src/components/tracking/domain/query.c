/* query.c - a query put together from its events. */
#include "query.h"

#include "base/str.h"
#include "histogram.h"

const char *trk_status_name(trk_status status)
{
    static const char *const names[] = {"requested", "completed", "failed"};
    return names[status];
}

const char *trk_query_kind_name(trk_query_kind kind)
{
    static const char *const names[] = {"answer", "search"};
    return names[kind];
}

const char *trk_life_op_name(trk_life_op op)
{
    static const char *const names[] = {"created", "updated", "deleted"};
    return names[op];
}

static void take_request(trk_query *q, const trk_query *told)
{
    q->kind = told->kind;
    q->user_id = told->user_id;
    q->question = told->question;
    q->collections = told->collections;
    q->n_collections = told->n_collections;
    q->conversation_id = told->conversation_id;
    q->workflow_run_id = told->workflow_run_id;
}

static void take_retrievals(trk_query *q, const trk_query *told)
{
    q->retrievals = told->retrievals;
    q->n_retrievals = told->n_retrievals;
    q->retrieved = told->retrieved;
}

static void take_end(trk_query *q, const trk_query *told)
{
    q->status = told->status;
    q->ended_ms = told->ended_ms;
    q->duration_us = told->duration_us;
    q->answer = told->answer;
    q->model = told->model;
    q->provider = told->provider;
    q->input_tokens = told->input_tokens;
    q->output_tokens = told->output_tokens;
    q->cost_nano = told->cost_nano;
    q->cache_hit = told->cache_hit;
    q->declined = told->declined;
    q->timings = told->timings;
    q->route = told->route;
    q->error_type = told->error_type;
    q->error_message = told->error_message;
    q->error_stage = told->error_stage;
}

/* Events of one query are written together, when it has ended: it was asked as long before as it took.
 * The earliest that is known is when. */
static void note_time(trk_query *q, int64_t ms)
{
    if (q->requested_ms == 0 || ms < q->requested_ms)
        q->requested_ms = ms;
}

bool trk_query_merge(trk_query *q, const trk_query *told)
{
    const unsigned fresh = told->has & ~q->has;
    if (fresh == 0)
        return false;
    if (q->has == 0) {
        const int64_t place = q->place;
        *q = (trk_query){
            .place = place, .query_id = told->query_id, .duration_us = -1, .cost_nano = -1};
    }
    if ((fresh & TRK_HAS_REQUEST) != 0)
        take_request(q, told);
    if ((fresh & TRK_HAS_RETRIEVALS) != 0)
        take_retrievals(q, told);
    if ((fresh & TRK_HAS_END) != 0)
        take_end(q, told);
    note_time(q, told->requested_ms);
    q->has |= fresh;
    return true;
}

static bool has(const anc_str *items, size_t n, anc_str s)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(items[i], s))
            return true;
    return false;
}

anc_status trk_query_touched(const trk_query *q, anc_arena *mem, const anc_str **ret, size_t *ret_n,
                             anc_err *err)
{
    const size_t most = q->n_collections > 0 ? q->n_collections : q->n_retrievals;
    anc_str *found = anc_arena_alloc(mem, most, sizeof *found);
    size_t n = 0;
    if (found == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu collections", most);
    for (size_t i = 0; i < most; i++) {
        const anc_str name = q->n_collections > 0 ? q->collections[i] : q->retrievals[i].collection;
        if (name.len > 0 && !has(found, n, name))
            found[n++] = name;
    }
    *ret = found;
    *ret_n = n;
    return ANC_OK;
}

/* The two bits below the highest one: a quarter of a doubling in four even steps. */
uint32_t trk_slow_class(int64_t us)
{
    return us > 0 ? trk_bucket_of((uint64_t)us) >> (TRK_SUB_BITS - 2) : 0;
}
