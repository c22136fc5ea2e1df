/* left_out.c - documents that the follower gave up: counted, the last one named, tried again now and then.
 *
 * A disk that fails for longer than the follower waits leaves documents out that can be read again
 * later, so those whose failure may pass get another try every RETRY_NS, a few at a time. The others wait
 * for a change of theirs, or a rebuild. The names are the follower's; what is shown is anybody's.
 */
#include <stdio.h>

#include "base/map.h"
#include "base/str.h"
#include "service_impl.h"

enum { MOST = 100000, NAME_BYTES = 640, AT_ONCE = 16 };
#define RETRY_NS INT64_C(15000000000)

static anc_str key_of(anc_buf *space, anc_str collection, anc_str document_id)
{
    anc_buf_clear(space);
    (void)anc_buf_printf(space, "%.*s\n%.*s", ANC_FMT(collection), ANC_FMT(document_id));
    return anc_buf_view(space);
}

/* `text` NULL: what is shown stays while there are some. */
static void show(srch_service *srch, const char *text)
{
    srch_left_out *l = &srch->left_out;
    (void)pthread_mutex_lock(&l->lock);
    l->n = anc_map_count(srch->follow.left_out);
    if (text != NULL || l->n == 0)
        (void)snprintf(l->text, sizeof l->text, "%s", text != NULL ? text : "");
    (void)pthread_mutex_unlock(&l->lock);
}

void srch_left_out_add(srch_service *srch, anc_str collection, anc_str document_id, bool may_pass,
                       const char *why)
{
    anc_map *names = srch->follow.left_out;
    uint64_t known;
    ANC_BUF(key, NAME_BYTES);
    ANC_BUF(text, SRCH_DETAIL_BYTES);
    (void)key_of(&key, collection, document_id);
    (void)anc_buf_printf(&text, "%.*s of %.*s: %.120s", ANC_FMT(anc_str_sub(document_id, 0, 60)),
                         ANC_FMT(collection), why);
    if (anc_map_count(names) < MOST || anc_map_find(names, anc_buf_view(&key), &known))
        (void)!anc_map_put(names, anc_buf_view(&key), may_pass); /* no memory: it is in the log */
    show(srch, text.ptr);
}

void srch_left_out_drop(srch_service *srch, anc_str collection, anc_str document_id)
{
    if (anc_map_count(srch->follow.left_out) == 0)
        return;
    ANC_BUF(key, NAME_BYTES);
    (void)anc_map_remove(srch->follow.left_out, key_of(&key, collection, document_id));
    show(srch, NULL);
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
            (void)anc_map_remove(names, key);
            cursor--; /* another may have moved there */
        }
    show(srch, NULL);
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
            (void)anc_map_remove(f->left_out, key);
            f->left_out_cursor--; /* another may have moved there */
        }
    size_t ahead = f->left_out_cursor;
    if (!anc_map_next(f->left_out, &ahead, &key, &may_pass))
        f->left_out_cursor = 0;
    srch_note_mark(srch);
    show(srch, NULL);
}
