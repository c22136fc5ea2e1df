/* left_out.c - documents that the follower gave up: counted, the last one named, tried again now and then.
 *
 * A disk that fails for longer than the follower waits leaves documents out that can be read again
 * later, so those whose failure may pass get another try every RETRY_NS, a few at a time. The others wait
 * for a change of theirs, or a rebuild. The follower alone changes the names, and holds the lock when it does; what is
 * shown is anybody's.
 */
#include <stdio.h>

#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "service_impl.h"

enum { MOST = 100000, NAME_BYTES = 640, AT_ONCE = 16 };
#define RETRY_NS INT64_C(15000000000)

static anc_str key_of(anc_buf *space, anc_str collection, anc_str document_id)
{
    anc_buf_clear(space);
    (void)anc_buf_printf(space, "%.*s\n%.*s", ANC_FMT(collection), ANC_FMT(document_id));
    return anc_buf_view(space);
}

static void take_down(srch_service *srch, anc_str key, bool may_pass, const char *text)
{
    anc_map *names = srch->follow.left_out;
    srch_left_out *l = &srch->left_out;
    uint64_t known;
    (void)pthread_mutex_lock(&l->lock);
    if (anc_map_count(names) < MOST || anc_map_find(names, key, &known))
        (void)!anc_map_put(names, key, may_pass); /* no memory: it is in the log */
    l->n = anc_map_count(names);
    (void)snprintf(l->text, sizeof l->text, "%s", text);
    (void)snprintf(l->last, sizeof l->last, "%.*s", ANC_FMT(key));
    (void)pthread_mutex_unlock(&l->lock);
}

/* What is shown of the last one stays while there are some. */
static void forget(srch_service *srch, anc_str key)
{
    srch_left_out *l = &srch->left_out;
    (void)pthread_mutex_lock(&l->lock);
    (void)anc_map_remove(srch->follow.left_out, key);
    l->n = anc_map_count(srch->follow.left_out);
    if (l->n == 0)
        l->text[0] = l->last[0] = '\0';
    (void)pthread_mutex_unlock(&l->lock);
}

static anc_str beginning(anc_str s, size_t most)
{
    return s.len <= most ? s : anc_str_sub(s, 0, anc_utf8_floor(s, most));
}

void srch_left_out_add(srch_service *srch, anc_str collection, anc_str document_id, bool may_pass,
                       const char *why)
{
    ANC_BUF(key, NAME_BYTES);
    ANC_BUF(text, SRCH_DETAIL_BYTES);
    (void)key_of(&key, collection, document_id);
    (void)anc_buf_printf(&text, "%.*s of %.*s: %.*s", ANC_FMT(beginning(document_id, 80)),
                         ANC_FMT(collection), ANC_FMT(beginning(anc_str_of(why), 240)));
    take_down(srch, anc_buf_view(&key), may_pass, text.ptr);
}

void srch_left_out_drop(srch_service *srch, anc_str collection, anc_str document_id)
{
    if (anc_map_count(srch->follow.left_out) == 0)
        return;
    ANC_BUF(key, NAME_BYTES);
    forget(srch, key_of(&key, collection, document_id));
}

void srch_left_out_drop_collection(srch_service *srch, anc_str collection)
{
    anc_map *names = srch->follow.left_out;
    ANC_BUF(prefix, NAME_BYTES);
    (void)key_of(&prefix, collection, ANC_STR_NONE);
    anc_str key;
    uint64_t value;
    for (size_t cursor = 0; anc_map_next(names, &cursor, &key, &value);)
        if (anc_str_starts(key, anc_buf_view(&prefix))) {
            forget(srch, key);
            cursor--; /* another may have moved there */
        }
}

static anc_status try_one(srch_service *srch, const krn_call *outer, anc_str key)
{
    anc_err why;
    anc_err_clear(&why);
    krn_call call = *outer;
    call.mem = srch->follow.mem;
    call.err = &why;
    anc_arena_reset(call.mem);
    anc_str collection;
    (void)anc_str_split(&key, '\n', &collection);
    return srch_sync_document(srch, &call, SRCH_INTO_ALL, collection, key);
}

void srch_left_out_retry(srch_service *srch, const krn_call *call, int64_t now_ns)
{
    srch_follow_state *f = &srch->follow;
    anc_str key;
    uint64_t may_pass;
    if (now_ns < f->left_out_at_ns)
        return;
    f->left_out_at_ns = now_ns + RETRY_NS;
    for (int i = 0; i < AT_ONCE && anc_map_next(f->left_out, &f->left_out_cursor, &key, &may_pass);
         i++)
        if (may_pass != 0 && try_one(srch, call, key) == ANC_OK) {
            forget(srch, key);
            f->left_out_cursor--; /* another may have moved there */
        }
    size_t ahead = f->left_out_cursor;
    if (!anc_map_next(f->left_out, &ahead, &key, &may_pass))
        f->left_out_cursor = 0;
    srch_note_mark(srch);
}

uint64_t srch_left_out_tell(srch_service *srch, void (*tell)(void *arg, anc_str what), void *arg)
{
    srch_left_out *l = &srch->left_out;
    anc_str key;
    uint64_t may_pass, n = 0;
    ANC_BUF(line, NAME_BYTES + SRCH_DETAIL_BYTES);
    (void)pthread_mutex_lock(&l->lock);
    for (size_t cursor = 0; anc_map_next(srch->follow.left_out, &cursor, &key, &may_pass); n++) {
        anc_str id = key, collection;
        const bool is_last = anc_str_eq(key, anc_str_of(l->last));
        (void)anc_str_split(&id, '\n', &collection);
        anc_buf_clear(&line);
        if (is_last)
            (void)anc_buf_printf(&line, "not in the index: %s", l->text);
        else
            (void)anc_buf_printf(&line,
                                 "not in the index: %.*s of %.*s: it could not be read, the log "
                                 "says why",
                                 ANC_FMT(id), ANC_FMT(collection));
        tell(arg, anc_buf_view(&line));
    }
    (void)pthread_mutex_unlock(&l->lock);
    return n;
}
