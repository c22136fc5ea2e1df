/* double_kernel.c - the ports of the kernel, answered from memory. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/service_doubles_impl.h"

static anc_status outbox_read(void *self, krn_call *call, const krn_event_filter *filter,
                              krn_kept_event **ret, size_t *ret_n)
{
    (void)self;
    *ret = anc_arena_alloc(call->mem, 2, sizeof **ret);
    *ret_n = 0;
    for (uint64_t seq = 9; *ret != NULL && seq >= 8 && *ret_n < filter->limit; seq--)
        if (filter->before_seq == 0 || seq < filter->before_seq)
            (*ret)[(*ret_n)++] = (krn_kept_event){
                .seq = seq,
                .id = ANC_STR("e"),
                .type = ANC_STR("document.created"),
                .envelope = ANC_STR("{\"id\":\"e\",\"event_type\":\"document.created\","
                                    "\"timestamp\":\"2026-11-20T15:36:00.123Z\",\"payload\":{},"
                                    "\"metadata\":{\"seq\":9}}")};
    return ANC_OK;
}

static anc_status outbox_head(void *self, krn_call *call, uint64_t *ret)
{
    (void)self;
    (void)call;
    *ret = 9;
    return ANC_OK;
}

krn_outbox double_outbox(void)
{
    static const krn_outbox_ops ops = {.name = "double", .read = outbox_read, .head = outbox_head};
    return (krn_outbox){&ops, NULL};
}

static size_t relays_look(void *self, krn_relay_state out[KRN_RELAYS_MAX])
{
    (void)self;
    out[0] = (krn_relay_state){.bus = "double", .delivered = 7};
    return 1;
}

krn_relays double_relays(void)
{
    static const krn_relays_ops ops = {"double", relays_look};
    return (krn_relays){&ops, NULL};
}

static krn_bus_stats bus_stats(void *self)
{
    (void)self;
    return (krn_bus_stats){.subscribers = 2, .running = true};
}

krn_bus double_bus(void)
{
    static const krn_bus_ops ops = {.name = "double", .stats = bus_stats};
    return (krn_bus){&ops, NULL};
}

static size_t writer_queued(void *self)
{
    (void)self;
    return 0;
}

static krn_condition writer_condition(void *self, char out[KRN_CONDITION_TEXT])
{
    const int condition = atomic_load(&doubles.condition);
    (void)self;
    (void)snprintf(out, KRN_CONDITION_TEXT, "%s", condition != KRN_SOUND ? "as told" : "");
    return (krn_condition)condition;
}

static anc_status writer_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    krn_tx tx = {.wall_ms = 1700000000000};
    (void)self;
    return work(arg, &tx, call->err);
}

static anc_status writer_post(void *self, krn_work_fn *work, void *arg, krn_work_done_fn *done,
                              anc_err *err)
{
    krn_tx tx = {.wall_ms = 1700000000000};
    anc_err why = {0};
    (void)self;
    (void)err;
    done(arg, work(arg, &tx, &why), &why);
    return ANC_OK;
}

krn_writer double_writer(void)
{
    static const krn_writer_ops ops = {.name = "double",
                                       .run = writer_run,
                                       .post = writer_post,
                                       .queued = writer_queued,
                                       .condition = writer_condition};
    return (krn_writer){&ops, NULL};
}

/* ---- kept answers ---- */

enum { REPLIES = 64, REPLY_BYTES = 8192 };

static struct {
    pthread_mutex_t lock;
    size_t n;
    struct {
        char name[65], id[64], etag[32], location[128];
        char digest[KRN_REPLY_DIGEST], body[REPLY_BYTES];
        size_t body_len;
        int status;
    } rows[REPLIES];
} replies = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Its row; `replies.n` where there is none. The lock is held. */
static size_t row_of(anc_str name)
{
    size_t i = 0;
    while (i < replies.n && !anc_str_eq(name, anc_str_of(replies.rows[i].name)))
        i++;
    return i;
}

static anc_status replies_find(void *self, krn_call *call, anc_str name, bool *ret_found,
                               krn_reply *ret)
{
    (void)self;
    (void)pthread_mutex_lock(&replies.lock);
    const size_t i = row_of(name);
    *ret_found = i < replies.n;
    if (*ret_found)
        *ret = (krn_reply){
            .begun_ms = INT64_MAX / 2,
            .status = replies.rows[i].status,
            .digest =
                anc_arena_copy(call->mem, (anc_str){replies.rows[i].digest, KRN_REPLY_DIGEST}),
            .id = anc_arena_copy(call->mem, anc_str_of(replies.rows[i].id)),
            .etag = anc_arena_copy(call->mem, anc_str_of(replies.rows[i].etag)),
            .location = anc_arena_copy(call->mem, anc_str_of(replies.rows[i].location)),
            .body = anc_arena_copy(call->mem,
                                   (anc_str){replies.rows[i].body, replies.rows[i].body_len})};
    (void)pthread_mutex_unlock(&replies.lock);
    return ANC_OK;
}

static anc_status replies_put(void *self, krn_tx *tx, const krn_reply *reply, anc_err *err)
{
    (void)self;
    (void)tx;
    (void)pthread_mutex_lock(&replies.lock);
    const size_t i = row_of(reply->name);
    const bool room = i < REPLIES && reply->body.len <= REPLY_BYTES;
    if (room) {
        double_keep(replies.rows[i].name, sizeof replies.rows[i].name, reply->name);
        double_keep(replies.rows[i].id, sizeof replies.rows[i].id, reply->id);
        double_keep(replies.rows[i].etag, sizeof replies.rows[i].etag, reply->etag);
        double_keep(replies.rows[i].location, sizeof replies.rows[i].location, reply->location);
        memcpy(replies.rows[i].digest, reply->digest.ptr, KRN_REPLY_DIGEST);
        if (reply->body.len > 0)
            memcpy(replies.rows[i].body, reply->body.ptr, reply->body.len);
        replies.rows[i].body_len = reply->body.len;
        replies.rows[i].status = reply->status;
        replies.n += i == replies.n;
    }
    (void)pthread_mutex_unlock(&replies.lock);
    return room ? ANC_OK : ANC_FAIL(err, ANC_LIMIT, "no room in a double");
}

static anc_status replies_remove(void *self, krn_tx *tx, anc_str name, anc_err *err)
{
    (void)self;
    (void)tx;
    (void)err;
    (void)pthread_mutex_lock(&replies.lock);
    const size_t i = row_of(name);
    if (i < replies.n)
        replies.rows[i] = replies.rows[--replies.n];
    (void)pthread_mutex_unlock(&replies.lock);
    return ANC_OK;
}

void double_replies_forget(void)
{
    (void)pthread_mutex_lock(&replies.lock);
    replies.n = 0;
    (void)pthread_mutex_unlock(&replies.lock);
}

void double_replies_unanswer(void)
{
    (void)pthread_mutex_lock(&replies.lock);
    for (size_t i = 0; i < replies.n; i++)
        replies.rows[i].status = 0;
    (void)pthread_mutex_unlock(&replies.lock);
}

krn_replies double_replies(void)
{
    static const krn_replies_ops ops = {
        .name = "double", .find = replies_find, .put = replies_put, .remove = replies_remove};
    return (krn_replies){&ops, NULL};
}
