/* unreadable.c - documents whose file in the raw store is damaged or missing: told, and counted until they are mended.
 *
 * The list has those whose current version somebody wanted to read and could not. A put of the same document or its
 * deletion takes it off at once; a step looks at one of them every KNO_UNREADABLE_EVERY_NS, for files that somebody
 * put back by hand.
 */
#include "base/id.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "knowledge/domain/rules.h"
#include "service_impl.h"

enum { MOST = 10000, NAME_BYTES = 1024, SHOWN_BYTES = 80, ARENA_BYTES = 1 << 20 };
#define LOOK_NS ((int64_t)10 * 1000000000)

static const char mends[] = "put the document again, or a backup of the file in its place";

static anc_str key_of(anc_buf *space, anc_str collection, anc_str document)
{
    (void)anc_buf_printf(space, "%.*s\n%.*s", ANC_FMT(collection), ANC_FMT(document));
    return anc_buf_view(space);
}

static anc_str beginning(anc_str s)
{
    return s.len <= SHOWN_BYTES ? s : anc_str_sub(s, 0, anc_utf8_floor(s, SHOWN_BYTES));
}

/* ---- the list ------------------------------------------------------------------------------- */

static void note(kno_service *kno, const kno_object *o, const anc_err *why)
{
    ANC_BUF(space, NAME_BYTES);
    const anc_str key = key_of(&space, o->collection, o->document);
    uint64_t known;
    (void)pthread_mutex_lock(&kno->unreadable.lock);
    const bool news = !anc_map_find(kno->unreadable.names, key, &known) &&
                      anc_map_count(kno->unreadable.names) < MOST &&
                      anc_map_put(kno->unreadable.names, key, 1);
    atomic_store(&kno->unreadable.n, anc_map_count(kno->unreadable.names));
    (void)pthread_mutex_unlock(&kno->unreadable.lock);
    if (news)
        krn_log_write(kno->with.log, KRN_ERROR, "knowledge", "a document cannot be read",
                      KRN_STR("collection", o->collection), KRN_STR("document_id", o->document),
                      KRN_STR("error", anc_str_of(why->text)));
}

void kno_unreadable_drop(kno_service *kno, anc_str collection, anc_str document)
{
    if (atomic_load(&kno->unreadable.n) == 0)
        return;
    ANC_BUF(space, NAME_BYTES);
    const anc_str key = key_of(&space, collection, document);
    (void)pthread_mutex_lock(&kno->unreadable.lock);
    (void)anc_map_remove(kno->unreadable.names, key);
    atomic_store(&kno->unreadable.n, anc_map_count(kno->unreadable.names));
    (void)pthread_mutex_unlock(&kno->unreadable.lock);
}

/* The key behind the one that was told last, in `space`; "" where there is none at all. */
static anc_str next_key(kno_service *kno, size_t *cursor, anc_buf *space)
{
    anc_str key = ANC_STR("");
    uint64_t value;
    (void)pthread_mutex_lock(&kno->unreadable.lock);
    if (!anc_map_next(kno->unreadable.names, cursor, &key, &value)) {
        *cursor = 0;
        if (!anc_map_next(kno->unreadable.names, cursor, &key, &value))
            key = ANC_STR("");
    }
    (void)anc_buf_add(space, key);
    (void)pthread_mutex_unlock(&kno->unreadable.lock);
    return anc_buf_view(space);
}

uint64_t kno_unreadable_tell(kno_service *kno, bool named, anc_buf *out)
{
    const uint64_t n = atomic_load(&kno->unreadable.n);
    ANC_BUF(space, NAME_BYTES);
    size_t cursor = 0;
    if (n > 0 && !named) {
        (void)anc_buf_printf(out,
                             "%llu cannot be read: the file in the raw store is damaged or "
                             "missing; to the owner it is named here",
                             (unsigned long long)n);
        return n;
    }
    anc_str id = n > 0 ? next_key(kno, &cursor, &space) : ANC_STR(""), collection;
    if (id.len == 0)
        return 0;
    (void)anc_str_split(&id, '\n', &collection);
    (void)anc_buf_printf(
        out,
        "%llu cannot be read, '%.*s' of the collection '%.*s' %s: the file in the raw "
        "store is damaged or missing; %s",
        (unsigned long long)n, ANC_FMT(beginning(id)), ANC_FMT(collection),
        n > 1 ? "among them" : "alone", mends);
    return n;
}

/* ---- opening -------------------------------------------------------------------------------- */

/* What the catalog says of an object now: a file goes after the last row that names it. */
typedef struct standing {
    bool named, current, original;
} standing;

static anc_status stands(kno_service *kno, krn_call *call, const kno_object *o, standing *ret)
{
    kno_document_record d = {0};
    kno_version_record v = {0};
    *ret = (standing){0};
    anc_status status = kno_document_get(kno, call, o->collection, o->document, &d);
    if (status == ANC_OK)
        status = kno_version_get(kno, call, &d, o->version, &v);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ret->original = kno_digest_eq(&o->digest, &v.content);
    ret->named = ret->original || kno_digest_eq(&o->digest, &v.text);
    ret->current = ret->named && v.number == d.current.number;
    return status;
}

anc_status kno_unreadable_name(kno_service *kno, krn_call *call, const kno_object *o,
                               anc_status status)
{
    char hex[2 * KNO_DIGEST_BYTES + 1];
    standing now;
    anc_err why = *call->err;
    if (status != ANC_CORRUPT && status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(call->err);
    ANC_TRY(stands(kno, call, o, &now));
    if (!now.named)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the document '%.*s' was deleted meanwhile",
                        ANC_FMT(o->document));
    anc_hex_text(o->digest.bytes, sizeof o->digest.bytes, hex);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(&why);
        (void)ANC_FAIL(&why, ANC_CORRUPT, "the file %s of its %s is missing; %s", hex,
                       now.original ? "original" : "text", mends);
    }
    (void)anc_without_folders(anc_str_of(why.text), why.text, sizeof why.text);
    (void)ANC_FAIL(call->err, ANC_CORRUPT,
                   "the document '%.*s' of the collection '%.*s' cannot be read: %s",
                   ANC_FMT(beginning(o->document)), ANC_FMT(o->collection), why.text);
    if (now.current)
        note(kno, o, call->err);
    return ANC_CORRUPT;
}

/* ---- whether they were mended ---------------------------------------------------------------- */

static anc_status look(kno_service *kno, krn_call *call, const kno_digest *digest, uint64_t bytes)
{
    const kno_raw_store raw = kno->with.raw;
    kno_raw_view view = {0};
    const anc_status status =
        raw.ops->open(raw.self, digest, bytes, KNO_LOOK_ONCE, &view, call->err);
    raw.ops->close_view(raw.self, &view);
    return status;
}

static anc_status look_at(kno_service *kno, krn_call *call, anc_str collection, anc_str id)
{
    kno_document_record d;
    const anc_status there = kno_document_get(kno, call, collection, id, &d);
    if (there == ANC_NOT_FOUND)
        return ANC_OK;
    ANC_TRY(there);
    ANC_TRY(look(kno, call, &d.current.content, d.current.bytes));
    return look(kno, call, &d.current.text, d.current.text_bytes);
}

int64_t kno_unreadable_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    ANC_BUF(space, NAME_BYTES);
    anc_err err = {.code = ANC_OK};
    if (atomic_load(&kno->stopping))
        return INT64_MAX;
    if (atomic_load(&kno->unreadable.n) == 0)
        return now_ns + KNO_UNREADABLE_EVERY_NS;
    ANC_ARENA(mem, ARENA_BYTES);
    anc_str id = next_key(kno, &kno->unreadable.cursor, &space), collection;
    if (mem == NULL || id.len == 0)
        return now_ns + KNO_UNREADABLE_EVERY_NS;
    (void)anc_str_split(&id, '\n', &collection);
    krn_call call = kno_own_call(kno, mem, &err, now_ns + LOOK_NS);
    if (look_at(kno, &call, collection, id) == ANC_OK)
        kno_unreadable_drop(kno, collection, id);
    return now_ns + KNO_UNREADABLE_EVERY_NS;
}
