/* idempotency.c - a ring of entries, a map from names to slots, one lock.
 *
 * Slots are taken in turn by `hand`, so the next slot is always the oldest; what it kept is dropped
 * (it has aged the most), unless its request is still under way, which is passed over. `bytes` counts
 * kept answers; past HTTP_IDEM_BYTES the oldest go first. Nothing is done under the lock but look-ups
 * and copies of at most HTTP_IDEM_ANSWER_BYTES.
 */
#include "idempotency.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { HTTP_IDEM_BYTES = 32 << 20 };

typedef enum idem_state { IDEM_FREE, IDEM_WORKING, IDEM_KEPT } idem_state;

typedef struct idem_entry {
    idem_state state;
    uint64_t turn;
    char *name; /* owned */
    size_t name_len;
    unsigned char body[ANC_SHA256_BYTES];
    int64_t begun_ns;
    int status;
    char *answer; /* owned: body, ETag, Location, one after another */
    size_t answer_len;
    size_t etag_len, location_len; /* of it */
} idem_entry;

struct http_idem {
    pthread_mutex_t lock;
    anc_map *slots; /* owned; name to slot */
    idem_entry *entries;
    size_t hand;
    size_t bytes;
    uint64_t turns;
};

void http_idem_free(http_idem *idem)
{
    if (idem == NULL)
        return;
    for (size_t i = 0; idem->entries != NULL && i < HTTP_IDEM_ENTRIES; i++) {
        free(idem->entries[i].name);
        free(idem->entries[i].answer);
    }
    anc_map_free(idem->slots);
    free(idem->entries);
    (void)pthread_mutex_destroy(&idem->lock);
    free(idem);
}

http_idem *http_idem_new(void)
{
    http_idem *idem = calloc(1, sizeof *idem);
    if (idem == NULL)
        return NULL;
    (void)pthread_mutex_init(&idem->lock, NULL);
    idem->slots = anc_map_new();
    idem->entries = calloc(HTTP_IDEM_ENTRIES, sizeof *idem->entries);
    if (idem->slots == NULL || idem->entries == NULL) {
        http_idem_free(idem);
        return NULL;
    }
    return idem;
}

/* ---- with the lock held ---- */

static void clear_entry(http_idem *idem, idem_entry *e)
{
    if (e->state == IDEM_FREE)
        return;
    (void)anc_map_remove(idem->slots, (anc_str){e->name, e->name_len});
    idem->bytes -= e->answer_len;
    free(e->name);
    free(e->answer);
    *e = (idem_entry){0};
}

/* A free slot, made so where needed; HTTP_IDEM_ENTRIES when all are under way. */
static size_t take_slot(http_idem *idem)
{
    for (size_t tries = 0; tries < HTTP_IDEM_ENTRIES; tries++) {
        const size_t slot = idem->hand;
        idem->hand = (idem->hand + 1) % HTTP_IDEM_ENTRIES;
        if (idem->entries[slot].state != IDEM_WORKING) {
            clear_entry(idem, &idem->entries[slot]);
            return slot;
        }
    }
    return HTTP_IDEM_ENTRIES;
}

static anc_status start_entry(http_idem *idem, anc_str name, const unsigned char *body,
                              int64_t now_ns, http_idem_ticket *ret, anc_err *err)
{
    const size_t slot = take_slot(idem);
    if (slot == HTTP_IDEM_ENTRIES)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "all %d idempotency keys are in use",
                        HTTP_IDEM_ENTRIES);
    char *copy = malloc(name.len + 1);
    if (copy == NULL || !anc_map_put(idem->slots, name, slot)) {
        free(copy);
        return ANC_FAIL(err, ANC_NO_MEMORY, "an idempotency key");
    }
    memcpy(copy, name.ptr, name.len);
    idem_entry *e = &idem->entries[slot];
    *e = (idem_entry){.state = IDEM_WORKING,
                      .turn = ++idem->turns,
                      .name = copy,
                      .name_len = name.len,
                      .begun_ns = now_ns};
    memcpy(e->body, body, ANC_SHA256_BYTES);
    *ret = (http_idem_ticket){true, slot, e->turn};
    return ANC_OK;
}

static anc_status use_entry(const idem_entry *e, const unsigned char *body, anc_arena *mem,
                            http_idem_answer *ret, anc_err *err)
{
    if (memcmp(e->body, body, ANC_SHA256_BYTES) != 0)
        return ANC_FAIL(err, ANC_CONFLICT,
                        "this Idempotency-Key was used with another body; take a new one");
    if (e->state == IDEM_WORKING)
        return ANC_FAIL(err, ANC_CONFLICT,
                        "the first request with this Idempotency-Key is still being worked on");
    const anc_str copy = anc_arena_copy(mem, (anc_str){e->answer, e->answer_len});
    if (copy.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a kept answer");
    const size_t etag_at = e->answer_len - e->location_len - e->etag_len;
    *ret = (http_idem_answer){.found = true,
                              .status = e->status,
                              .etag = anc_str_sub(copy, etag_at, e->etag_len),
                              .location = anc_str_sub(copy, etag_at + e->etag_len, e->location_len),
                              .body = anc_str_sub(copy, 0, etag_at)};
    return ANC_OK;
}

/* ---- from outside ---- */

anc_status http_idem_begin(http_idem *idem, anc_str name,
                           const unsigned char body[ANC_SHA256_BYTES], int64_t now_ns,
                           anc_arena *mem, http_idem_ticket *ret_ticket,
                           http_idem_answer *ret_answer, anc_err *err)
{
    uint64_t slot;
    anc_status status;
    (void)pthread_mutex_lock(&idem->lock);
    bool known = anc_map_find(idem->slots, name, &slot);
    if (known && idem->entries[slot].state == IDEM_KEPT &&
        now_ns - idem->entries[slot].begun_ns > HTTP_IDEM_TTL_S * INT64_C(1000000000)) {
        clear_entry(idem, &idem->entries[slot]);
        known = false;
    }
    if (known)
        status = use_entry(&idem->entries[slot], body, mem, ret_answer, err);
    else
        status = start_entry(idem, name, body, now_ns, ret_ticket, err);
    (void)pthread_mutex_unlock(&idem->lock);
    return status;
}

static void drop_oldest(http_idem *idem)
{
    for (size_t i = 0; i < HTTP_IDEM_ENTRIES && idem->bytes > HTTP_IDEM_BYTES; i++) {
        idem_entry *e = &idem->entries[(idem->hand + i) % HTTP_IDEM_ENTRIES];
        if (e->state == IDEM_KEPT)
            clear_entry(idem, e);
    }
}

static bool is_kept(const http_idem_answer *answer)
{
    return answer != NULL && answer->status < 300 && answer->body.len <= HTTP_IDEM_ANSWER_BYTES &&
           answer->etag.len <= HTTP_IDEM_HEADER_BYTES &&
           answer->location.len <= HTTP_IDEM_HEADER_BYTES;
}

static void put_bytes(char **at, anc_str s)
{
    if (s.len > 0)
        memcpy(*at, s.ptr, s.len);
    *at += s.len;
}

static bool keep(http_idem *idem, idem_entry *e, const http_idem_answer *answer)
{
    const size_t len = answer->body.len + answer->etag.len + answer->location.len;
    char *copy = malloc(len + 1), *at = copy;
    if (copy == NULL)
        return false;
    put_bytes(&at, answer->body);
    put_bytes(&at, answer->etag);
    put_bytes(&at, answer->location);
    e->state = IDEM_KEPT;
    e->status = answer->status;
    e->answer = copy;
    e->answer_len = len;
    e->etag_len = answer->etag.len;
    e->location_len = answer->location.len;
    idem->bytes += len;
    drop_oldest(idem);
    return true;
}

void http_idem_end(http_idem *idem, http_idem_ticket *ticket, const http_idem_answer *answer)
{
    if (!ticket->held)
        return;
    ticket->held = false;
    (void)pthread_mutex_lock(&idem->lock);
    idem_entry *e = &idem->entries[ticket->slot];
    if (e->turn == ticket->turn && (!is_kept(answer) || !keep(idem, e, answer)))
        clear_entry(idem, e);
    (void)pthread_mutex_unlock(&idem->lock);
}

/* An answer to somebody whom the caller named: whom, is not in the entry's name. */
static bool is_under_a_name(anc_str name)
{
    return anc_str_find(name, ANC_STR("\nPOST\n/chat")) != SIZE_MAX;
}

size_t http_idem_forget(http_idem *idem, anc_str prefix)
{
    size_t n = 0;
    (void)pthread_mutex_lock(&idem->lock);
    for (size_t i = 0; i < HTTP_IDEM_ENTRIES; i++) {
        idem_entry *e = &idem->entries[i];
        const anc_str name = {e->name, e->name_len};
        if (e->state != IDEM_KEPT || (!anc_str_starts(name, prefix) && !is_under_a_name(name)))
            continue;
        clear_entry(idem, e);
        n++;
    }
    (void)pthread_mutex_unlock(&idem->lock);
    return n;
}
