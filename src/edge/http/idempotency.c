/* idempotency.c - the same key gives the same answer.
 *
 * A table in memory: (route, principal, key) to the digest of the request and, once it is there, the
 * answer. At most MAX_ENTRIES of at most MAX_ANSWER bytes, the oldest finished one goes first; an
 * entry lives KEEP_MS. A restart forgets it: putting the same document again changes nothing anyway.
 * One lock, held for look-ups and copies only.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hash/sha256.h"
#include "impl.h"

enum { MAX_ENTRIES = 1024, MAX_ANSWER = 64 << 10, MAX_KEY = 255, KEEP_MS = 86400000 };

typedef struct entry {
    uint64_t id;                          /* 0: free */
    unsigned char name[ANC_SHA256_BYTES]; /* of route, principal and key */
    unsigned char body[ANC_SHA256_BYTES];
    int64_t at_ms;
    bool done;
    int status;
    anc_buf answer; /* owned */
} entry;

struct http_idempotency {
    pthread_mutex_t lock; /* guards everything below */
    uint64_t next_id;
    entry entries[MAX_ENTRIES];
};

http_idempotency *http_idempotency_new(void)
{
    http_idempotency *table = calloc(1, sizeof *table);
    if (table == NULL || pthread_mutex_init(&table->lock, NULL) != 0) {
        free(table);
        return NULL;
    }
    return table;
}

void http_idempotency_free(http_idempotency *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < MAX_ENTRIES; i++)
        anc_buf_done(&table->entries[i].answer);
    (void)pthread_mutex_destroy(&table->lock);
    free(table);
}

static void forget(entry *e)
{
    anc_buf_done(&e->answer);
    *e = (entry){0};
}

static anc_status digests(http_ctx *cx, anc_str key, unsigned char *name, unsigned char *body)
{
    const anc_str whole = anc_arena_printf(cx->mem, "%s %.*s %.*s %.*s", cx->route->method,
                                           ANC_FMT(net_exchange_target(cx->ex)),
                                           ANC_FMT(cx->call.principal.user_id), ANC_FMT(key));
    if (whole.ptr == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "an idempotency key");
    ANC_TRY(anc_sha256_of(whole, name, &cx->err));
    return anc_sha256_of(anc_buf_view(&cx->body), body, &cx->err);
}

/* The entry of that name that is still good; a free or the oldest finished one in `ret_room`. */
static entry *find(http_idempotency *table, const unsigned char *name, int64_t now_ms,
                   entry **ret_room)
{
    entry *oldest = NULL;
    *ret_room = NULL;
    for (size_t i = 0; i < MAX_ENTRIES; i++) {
        entry *e = &table->entries[i];
        if (e->id != 0 && e->done && now_ms - e->at_ms > KEEP_MS)
            forget(e);
        if (e->id == 0) {
            *ret_room = *ret_room != NULL ? *ret_room : e;
            continue;
        }
        if (memcmp(e->name, name, sizeof e->name) == 0)
            return e;
        if (e->done && (oldest == NULL || e->at_ms < oldest->at_ms))
            oldest = e;
    }
    if (*ret_room == NULL && oldest != NULL) {
        forget(oldest);
        *ret_room = oldest;
    }
    return NULL;
}

static anc_status replay(http_ctx *cx, const entry *e, const unsigned char *body)
{
    if (memcmp(e->body, body, sizeof e->body) != 0)
        return ANC_FAIL(&cx->err, ANC_CONFLICT,
                        "this Idempotency-Key was used with another request before");
    if (!e->done)
        return ANC_FAIL(&cx->err, ANC_CONFLICT,
                        "the first request with this Idempotency-Key is still at work");
    cx->status = e->status;
    (void)anc_buf_add(&cx->out, anc_buf_view(&e->answer));
    http_add_header(cx, ANC_STR("idempotent-replayed"), ANC_STR("true"));
    return ANC_OK;
}

anc_status http_idempotency_check(http_ctx *cx, bool *ret_replayed)
{
    http_idempotency *table = cx->edge->idempotency;
    const anc_str key = net_exchange_header(cx->ex, "idempotency-key");
    unsigned char name[ANC_SHA256_BYTES], body[ANC_SHA256_BYTES];
    *ret_replayed = false;
    if (key.ptr == NULL)
        return ANC_OK;
    if (key.len == 0 || key.len > MAX_KEY)
        return ANC_FAIL(&cx->err, ANC_INVALID,
                        "Idempotency-Key has %zu characters; 1 to %d are allowed", key.len,
                        MAX_KEY);
    ANC_TRY(digests(cx, key, name, body));
    const int64_t now = krn_wall_ms(cx->edge->o.clock);
    anc_status status = ANC_OK;
    entry *room = NULL;
    (void)pthread_mutex_lock(&table->lock);
    const entry *e = find(table, name, now, &room);
    if (e != NULL) {
        status = replay(cx, e, body);
        *ret_replayed = status == ANC_OK;
    } else if (room != NULL) {
        *room = (entry){.id = ++table->next_id, .at_ms = now, .answer = anc_buf_init(MAX_ANSWER)};
        memcpy(room->name, name, sizeof name);
        memcpy(room->body, body, sizeof body);
        cx->idempotency_slot = room->id;
    }
    (void)pthread_mutex_unlock(&table->lock);
    return status;
}

/* A failure is forgotten, so that the client may try again with the same key. */
void http_idempotency_store(http_ctx *cx, anc_status status)
{
    http_idempotency *table = cx->edge->idempotency;
    (void)pthread_mutex_lock(&table->lock);
    for (size_t i = 0; i < MAX_ENTRIES; i++) {
        entry *e = &table->entries[i];
        if (e->id != cx->idempotency_slot)
            continue;
        e->done = true;
        e->status = cx->status;
        if (status != ANC_OK || !anc_buf_add(&e->answer, anc_buf_view(&cx->out)))
            forget(e);
        break;
    }
    (void)pthread_mutex_unlock(&table->lock);
}
