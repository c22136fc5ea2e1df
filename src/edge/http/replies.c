/* replies.c - rows of kept answers: one before the work, one after it.
 *
 * The first is waited for: what is made has its id only when that is durable. The second is not: a crash before it
 * leaves the first, and the next try finds what was made.
 */
#include "replies.h"

#include <stdlib.h>
#include <string.h>

#include "handlers.h"

typedef struct writing {
    krn_replies replies;
    krn_log log;
    krn_reply reply; /* views of `text` */
    bool removes;
    anc_buf text; /* owned */
} writing;

static anc_status write_reply(void *arg, krn_tx *tx, anc_err *err)
{
    const writing *w = arg;
    krn_reply reply = w->reply;
    if (w->removes)
        return w->replies.ops->remove(w->replies.self, tx, reply.name, err);
    if (reply.begun_ms == 0)
        reply.begun_ms = tx->wall_ms;
    return w->replies.ops->put(w->replies.self, tx, &reply, err);
}

static anc_status hash_name(http_request *rq, anc_str name)
{
    unsigned char sha[ANC_SHA256_BYTES];
    char hex[2 * ANC_SHA256_BYTES + 1];
    ANC_TRY(anc_sha256_of(name, sha, &rq->err));
    anc_hex_text(sha, sizeof sha, hex);
    rq->reply_name = anc_arena_copy(rq->mem, anc_str_of(hex));
    return rq->reply_name.ptr != NULL ? ANC_OK : http_no_memory(rq, "an idempotency key");
}

static anc_str digest_of(const http_request *rq)
{
    return (anc_str){(const char *)rq->body_sha256, sizeof rq->body_sha256};
}

void http_reply_seed(http_request *rq, anc_str id)
{
    rq->seed = id;
}

static anc_status note_beginning(http_request *rq)
{
    char id[ANC_UUID_TEXT + 1];
    if (rq->seed.len == 0) {
        krn_id_new(rq->edge->o.clock, id);
        rq->seed = anc_arena_copy(rq->mem, anc_str_of(id));
        if (rq->seed.ptr == NULL)
            return http_no_memory(rq, "an idempotency key");
    }
    writing w = {.replies = rq->edge->o.replies,
                 .reply = {.name = rq->reply_name,
                           .user = rq->call.principal.user_id,
                           .digest = digest_of(rq),
                           .id = rq->seed}};
    ANC_TRY(krn_writer_run(rq->edge->o.writer, &rq->call, write_reply, &w));
    rq->reply_open = true;
    return ANC_OK;
}

static bool is_old(const http_request *rq, const krn_reply *r)
{
    return krn_wall_ms(rq->edge->o.clock) - r->begun_ms > HTTP_IDEM_TTL_S * INT64_C(1000);
}

anc_status http_reply_again(http_request *rq)
{
    return rq->resumed && !anc_str_eq(rq->seed, rq->begun_as) ? note_beginning(rq) : ANC_OK;
}

/* An upload that is held has an id of its own; what was begun has another. */
static void resume(http_request *rq, const krn_reply *r)
{
    rq->resumed = true;
    rq->begun_as = r->id;
    if (rq->seed.len == 0)
        rq->seed = r->id;
    rq->reply_open = true;
}

anc_status http_reply_begin(http_request *rq, anc_str name, http_idem_answer *ret)
{
    krn_reply found;
    bool there = false;
    if (rq->edge->o.replies.ops == NULL || (rq->route->flags & HTTP_CREATES) == 0)
        return ANC_OK;
    ANC_TRY(hash_name(rq, name));
    const krn_replies replies = rq->edge->o.replies;
    ANC_TRY(replies.ops->find(replies.self, &rq->call, rq->reply_name, &there, &found));
    if (!there || is_old(rq, &found))
        return note_beginning(rq);
    if (!anc_str_eq(found.digest, digest_of(rq)))
        return ANC_FAIL(&rq->err, ANC_CONFLICT,
                        "this Idempotency-Key was used with another body; take a new one");
    if (found.status == 0) {
        resume(rq, &found);
        return ANC_OK;
    }
    *ret = (http_idem_answer){.found = true,
                              .status = found.status,
                              .etag = found.etag,
                              .location = found.location,
                              .body = found.body};
    return ANC_OK;
}

/* ---- the end ---- */

static void written(void *arg, anc_status status, const anc_err *err)
{
    writing *w = arg;
    if (status != ANC_OK)
        krn_log_write(w->log, KRN_WARN, "http", "an answer was not kept for its Idempotency-Key",
                      KRN_STR("error", anc_str_of(err != NULL ? err->text : "")));
    anc_buf_done(&w->text);
    free(w);
}

/* Texts one after another in a buffer of their own; views of them where all had room. */
static bool copy_texts(writing *w, const krn_reply *from)
{
    const anc_str texts[] = {from->name, from->user,     from->digest, from->id,
                             from->etag, from->location, from->body};
    anc_str *views[] = {&w->reply.name, &w->reply.user,     &w->reply.digest, &w->reply.id,
                        &w->reply.etag, &w->reply.location, &w->reply.body};
    size_t at = 0;
    for (size_t i = 0; i < ANC_COUNT(texts); i++)
        if (!anc_buf_add(&w->text, texts[i]))
            return false;
    for (size_t i = 0; i < ANC_COUNT(texts); i++) {
        *views[i] = anc_str_sub(anc_buf_view(&w->text), at, texts[i].len);
        at += texts[i].len;
    }
    return true;
}

static void post(http_request *rq, const krn_reply *reply, bool removes)
{
    anc_err err = {0};
    writing *w = calloc(1, sizeof *w);
    if (w == NULL)
        return;
    *w = (writing){.replies = rq->edge->o.replies,
                   .log = rq->edge->o.log,
                   .reply = *reply,
                   .removes = removes,
                   .text = anc_buf_init(KRN_REPLY_BODY_MAX + (64 << 10))};
    anc_status status = copy_texts(w, reply) ? ANC_OK : ANC_NO_MEMORY;
    if (status == ANC_OK)
        status = krn_writer_post(rq->edge->o.writer, write_reply, w, written, &err);
    if (status != ANC_OK)
        written(w, status, &err);
}

void http_reply_end(http_request *rq, int status)
{
    const anc_str body = anc_buf_view(&rq->answer.body);
    const anc_str user = krn_told_user(&rq->call.principal);
    char room[KRN_VEILED_BYTES];
    const krn_reply reply = {.name = rq->reply_name,
                             .user = krn_veil_user(&rq->edge->o.veil, user, room),
                             .digest = digest_of(rq),
                             .id = rq->seed,
                             .status = status,
                             .etag = http_answer_header_of(rq, "ETag"),
                             .location = http_answer_header_of(rq, "Location"),
                             .body = body};
    if (!rq->reply_open)
        return;
    rq->reply_open = false;
    if (status >= 500 || (status < 300 && body.len > KRN_REPLY_BODY_MAX))
        return; /* what was begun stays */
    post(rq, &reply, status >= 300);
}
