/* ask.c - lists, one query, one document, numbers. */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "service_impl.h"

enum { BUCKETS_MAX = 5000, TOP = 20, WORDS_MAX_BYTES = 4000 };

static const double LONGEST_MS = 1e12;

static anc_status begin(trk_service *s, krn_call *call)
{
    if (!trk_is_on(s))
        return ANC_FAIL(call->err, ANC_NOT_IMPLEMENTED,
                        "tracking is off (tracking.enabled is false in the configuration): no "
                        "query log is kept");
    return trk_catch_up(s, call);
}

/* ---- lists ---- */

static anc_status read_status(anc_str text, trk_filter *f, anc_err *err)
{
    f->with_status = text.len > 0;
    for (trk_status s = TRK_REQUESTED; s <= TRK_FAILED; s++) {
        f->status = s;
        if (text.len == 0 || anc_str_eq(text, anc_str_of(trk_status_name(s))))
            return ANC_OK;
    }
    return ANC_FAIL_FIELD(err, ANC_INVALID, "?status",
                          "status \"%.*s\" is none: requested, completed and failed are",
                          ANC_FMT(anc_str_sub(text, 0, 100)));
}

/* "1700000000000 4711": a time and a place. */
static anc_status read_mark(anc_str mark, trk_filter *f, anc_err *err)
{
    anc_str rest = mark;
    anc_str time;
    uint64_t ms = 0, place = 0;
    if (mark.len == 0)
        return ANC_OK;
    if (!anc_str_split(&rest, ' ', &time) || !anc_str_to_u64(time, &ms) ||
        !anc_str_to_u64(rest, &place) || ms > INT64_MAX || place > INT64_MAX)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "?cursor", "is not a next_cursor of this list");
    f->from_mark = true;
    f->mark_ms = (int64_t)ms;
    f->mark_place = (int64_t)place;
    return ANC_OK;
}

static anc_status filter_of(trk_service *s, krn_call *call, const trk_wish *wish, trk_filter *ret)
{
    *ret = (trk_filter){.collection = wish->collection,
                        .text = anc_str_trim(anc_str_sub(wish->text, 0, WORDS_MAX_BYTES)),
                        .since_ms = wish->since_ms,
                        .until_ms = wish->until_ms,
                        .empty = wish->zero_results,
                        .limit = wish->limit};
    if (!(wish->min_ms >= 0 && wish->min_ms <= LONGEST_MS))
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "?min_ms", "is not a number of milliseconds");
    ret->min_us = llround(wish->min_ms * 1000);
    ANC_TRY(read_status(wish->status, ret, call->err));
    ANC_TRY(read_mark(wish->mark, ret, call->err));
    if (wish->user_id.len == 0)
        return ANC_OK;
    trk_forms f;
    ANC_TRY(trk_forms_of(call, &s->with.veil, wish->user_id, &f));
    ret->user_id = f.users[0];
    ret->also_user_id = f.n_users > 1 ? f.users[1] : ANC_STR("");
    return ANC_OK;
}

anc_status trk_list(trk_service *s, krn_call *call, const trk_wish *wish, json_writer *w,
                    anc_str *ret_mark)
{
    const trk_repository r = s->with.repository;
    trk_filter filter;
    trk_query *items;
    size_t n;
    ANC_TRY(begin(s, call));
    ANC_TRY(filter_of(s, call, wish, &filter));
    ANC_TRY(trk_of_repository(s, r.ops->list(r.self, call, &filter, &items, &n), call->err));
    *ret_mark = ANC_STR_NONE;
    if (n == filter.limit) {
        *ret_mark = anc_arena_printf(call->mem, "%lld %lld", (long long)items[n - 1].requested_ms,
                                     (long long)items[n - 1].place);
        if (ret_mark->ptr == NULL)
            return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a cursor");
    }
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        trk_put_query(w, &items[i]);
    json_close_array(w);
    return ANC_OK;
}

/* ---- one query, one document ---- */

anc_status trk_show(trk_service *s, krn_call *call, anc_str query_id, json_writer *w)
{
    const trk_repository r = s->with.repository;
    trk_query q;
    trk_feedback f;
    ANC_TRY(begin(s, call));
    ANC_TRY(trk_of_repository(s, r.ops->find(r.self, call, query_id, &q, &f), call->err));
    trk_put_whole_query(w, &q, &f);
    return ANC_OK;
}

static bool is_users(const trk_query *q, const trk_forms *f)
{
    for (size_t i = 0; i < f->n_users; i++)
        if (anc_str_eq(q->user_id, f->users[i]))
            return true;
    return false;
}

anc_status trk_knows(trk_service *s, krn_call *call, anc_str query_id, bool *ret)
{
    const trk_repository r = s->with.repository;
    trk_query q;
    trk_feedback ignored;
    trk_forms f;
    ANC_TRY(begin(s, call));
    ANC_TRY(trk_forms_of(call, &s->with.veil, call->principal.user_id, &f));
    const anc_status status =
        trk_of_repository(s, r.ops->find(r.self, call, query_id, &q, &ignored), call->err);
    if (status != ANC_OK && status != ANC_NOT_FOUND)
        return status;
    *ret = status == ANC_OK && (call->principal.is_admin || is_users(&q, &f));
    anc_err_clear(call->err);
    return ANC_OK;
}

anc_status trk_document(trk_service *s, krn_call *call, anc_str document_id, anc_str collection,
                        json_writer *w)
{
    const trk_repository r = s->with.repository;
    trk_life_story story = {0};
    ANC_TRY(begin(s, call));
    ANC_TRY(trk_of_repository(s, r.ops->document(r.self, call, document_id, collection, &story),
                              call->err));
    trk_put_story(w, document_id, &story);
    return ANC_OK;
}

/* ---- numbers ---- */

static const struct {
    const char *name;
    int64_t ms;
} buckets[] = {{"hour", TRK_HOUR_MS}, {"day", TRK_DAY_MS}, {"week", 7 * (int64_t)TRK_DAY_MS}};

static anc_status read_bucket(anc_str text, int64_t span_ms, size_t *ret, anc_err *err)
{
    *ret = 2;
    if (span_ms <= 7 * (int64_t)TRK_DAY_MS)
        *ret = 0;
    else if (span_ms < BUCKETS_MAX * (int64_t)TRK_DAY_MS)
        *ret = 1;
    if (text.len == 0)
        return ANC_OK;
    for (*ret = 0; *ret < ANC_COUNT(buckets); ++*ret)
        if (anc_str_eq(text, anc_str_of(buckets[*ret].name)))
            return ANC_OK;
    return ANC_FAIL_FIELD(err, ANC_INVALID, "?bucket",
                          "bucket \"%.*s\" is none: hour, day and week are",
                          ANC_FMT(anc_str_sub(text, 0, 100)));
}

anc_status trk_stats_write(trk_service *s, krn_call *call, int64_t since_ms, anc_str bucket,
                           json_writer *w)
{
    const trk_repository r = s->with.repository;
    const int64_t now_ms = krn_wall_ms(s->with.clock);
    trk_stats stats;
    size_t at;
    ANC_TRY(begin(s, call));
    trk_span span = {.since_ms = since_ms > 0 ? since_ms : now_ms - TRK_DAY_MS,
                     .until_ms = now_ms - now_ms % TRK_HOUR_MS + TRK_HOUR_MS};
    if (span.since_ms > now_ms)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "?since", "since lies in the future");
    ANC_TRY(read_bucket(bucket, span.until_ms - span.since_ms, &at, call->err));
    span.bucket_ms = buckets[at].ms;
    span.since_ms = trk_bucket_start(span.since_ms > 0 ? span.since_ms : 0, span.bucket_ms);
    if ((span.until_ms - span.since_ms) / span.bucket_ms > BUCKETS_MAX)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "?bucket",
                              "bucket %s is too short: there are more than %d since then",
                              buckets[at].name, BUCKETS_MAX);
    ANC_TRY(trk_of_repository(s, r.ops->stats(r.self, call, &span, TOP, &stats), call->err));
    trk_put_stats(w, &span, buckets[at].name, &stats);
    return ANC_OK;
}

anc_status trk_most_asked(trk_service *s, krn_call *call, int64_t since_ms, size_t most,
                          anc_str **ret, size_t *ret_n)
{
    const trk_repository r = s->with.repository;
    const int64_t week_ms = 7 * (int64_t)TRK_DAY_MS;
    const trk_span span = {.since_ms = since_ms - since_ms % TRK_DAY_MS,
                           .until_ms = krn_wall_ms(s->with.clock) + 1,
                           .bucket_ms = week_ms};
    trk_stats stats;
    ANC_TRY(begin(s, call));
    ANC_TRY(trk_of_repository(s, r.ops->stats(r.self, call, &span, most, &stats), call->err));
    const size_t n = s->with.leave_texts_out ? 0 : stats.n_questions;
    anc_str *questions = anc_arena_alloc(call->mem, n, sizeof *questions);
    if (questions == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu questions", n);
    for (size_t i = 0; i < n; i++)
        questions[i] = stats.questions[i].question;
    *ret = questions;
    *ret_n = n;
    return ANC_OK;
}
