/* reply.c - replies made by hiredis's reader, in an arena.
 *
 * A list claims its pointers at once, so a claimed length past the ceiling is refused before any
 * element comes; a text is made when all of it is there, and what waits for that is bounded in feed.
 */
#include "clients/redis/reply.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct clt_redis_reader {
    redisReader *reader; /* owned */
    anc_arena *mem;      /* owned */
    size_t max_bytes;
};

static const clt_redis_reply nil;

const clt_redis_reply *clt_redis_item(const clt_redis_reply *r, size_t i)
{
    return r->kind == CLT_REDIS_LIST && i < r->n ? r->items[i] : &nil;
}

/* ---- what hiredis's reader calls ---- */

static clt_redis_reply *make(const redisReadTask *task, clt_redis_kind kind)
{
    const clt_redis_reader *r = task->privdata;
    clt_redis_reply *made = anc_arena_alloc(r->mem, 1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->kind = kind;
    if (task->parent != NULL) {
        clt_redis_reply *parent = task->parent->obj;
        parent->items[task->idx] = made;
    }
    return made;
}

static void *make_text(const redisReadTask *task, char *bytes, size_t n)
{
    const clt_redis_reader *r = task->privdata;
    clt_redis_reply *made =
        make(task, task->type == REDIS_REPLY_ERROR ? CLT_REDIS_ERROR : CLT_REDIS_TEXT);
    if (made == NULL)
        return NULL;
    made->text = anc_arena_copy(r->mem, (anc_str){bytes, n});
    return made->text.ptr != NULL ? made : NULL;
}

static void *make_number(const redisReadTask *task, long long n)
{
    clt_redis_reply *made = make(task, CLT_REDIS_NUMBER);
    if (made != NULL)
        made->number = n;
    return made;
}

static void *make_nil(const redisReadTask *task)
{
    return make(task, CLT_REDIS_NIL);
}

static void *make_list_of(const redisReadTask *task, size_t n)
{
    const clt_redis_reader *r = task->privdata;
    clt_redis_reply *made = make(task, CLT_REDIS_LIST);
    if (made == NULL)
        return NULL;
    /* an element that does not come stands as nil */
    made->items = anc_arena_alloc(r->mem, n, sizeof *made->items);
    made->n = n;
    for (size_t i = 0; made->items != NULL && i < n; i++)
        made->items[i] = &nil;
    return made->items != NULL ? made : NULL;
}

static void forget_made(void *reply)
{
    (void)reply; /* the arena's */
}

#if HIREDIS_MAJOR >= 1
static void *make_list(const redisReadTask *task, size_t n)
{
    return make_list_of(task, n);
}

static void *make_double(const redisReadTask *task, double n, char *bytes, size_t len)
{
    (void)n;
    return make_text(task, bytes, len);
}

static void *make_bool(const redisReadTask *task, int n)
{
    return make_number(task, n);
}

static redisReplyObjectFunctions functions = {.createString = make_text,
                                              .createArray = make_list,
                                              .createInteger = make_number,
                                              .createDouble = make_double,
                                              .createNil = make_nil,
                                              .createBool = make_bool,
                                              .freeObject = forget_made};
#else
static void *make_list(const redisReadTask *task, int n)
{
    return make_list_of(task, n > 0 ? (size_t)n : 0);
}

static redisReplyObjectFunctions functions = {.createString = make_text,
                                              .createArray = make_list,
                                              .createInteger = make_number,
                                              .createNil = make_nil,
                                              .freeObject = forget_made};
#endif

/* ---- reading ---- */

clt_redis_reader *clt_redis_reader_new(size_t max_bytes)
{
    clt_redis_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->max_bytes = max_bytes;
    r->mem = anc_arena_new(max_bytes);
    r->reader = redisReaderCreateWithFunctions(&functions);
    if (r->mem == NULL || r->reader == NULL) {
        clt_redis_reader_free(r);
        return NULL;
    }
    r->reader->privdata = r;
    return r;
}

void clt_redis_reader_free(clt_redis_reader *r)
{
    if (r == NULL)
        return;
    if (r->reader != NULL)
        redisReaderFree(r->reader);
    anc_arena_free(r->mem);
    free(r);
}

anc_status clt_redis_reader_feed(clt_redis_reader *r, anc_str bytes, anc_err *err)
{
    const size_t waiting = r->reader->len - r->reader->pos;
    if (waiting > r->max_bytes || bytes.len > r->max_bytes - waiting)
        return ANC_FAIL(err, ANC_LIMIT, "a reply has more than %zu bytes", r->max_bytes);
    if (bytes.len > 0 && redisReaderFeed(r->reader, bytes.ptr, bytes.len) != REDIS_OK)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a reply");
    return ANC_OK;
}

anc_status clt_redis_reader_next(clt_redis_reader *r, const clt_redis_reply **ret, anc_err *err)
{
    void *made = NULL;
    if (redisReaderGetReply(r->reader, &made) == REDIS_OK) {
        *ret = made;
        return ANC_OK;
    }
    if (r->reader->err != REDIS_ERR_OOM)
        return ANC_FAIL(err, ANC_PROVIDER, "what came is not the Redis protocol: %.100s",
                        r->reader->errstr);
    const anc_status refused = anc_arena_refusal(r->mem);
    return ANC_FAIL(err, refused, "the replies take more than %zu bytes", r->max_bytes);
}

void clt_redis_reader_forget(clt_redis_reader *r)
{
    if (r->reader->ridx < 0)
        anc_arena_reset(r->mem);
}
