/* sound.c - a bounded set of digests. */
#include "sound.h"

#include "base/str.h"

#include "hash/sha256.h"
#include "knowledge/domain/rules.h"

enum { SEEN_MAX = 65536, STEP = 16 << 20 };

static anc_str key_of(const kno_digest *digest)
{
    return (anc_str){(const char *)digest->bytes, sizeof digest->bytes};
}

bool kno_sound_init(kno_sound *s)
{
    (void)pthread_mutex_init(&s->lock, NULL);
    s->seen = anc_map_new();
    return s->seen != NULL;
}

void kno_sound_done(kno_sound *s)
{
    anc_map_free(s->seen);
    (void)pthread_mutex_destroy(&s->lock);
}

static bool is_seen(kno_sound *s, const kno_digest *digest, uint64_t stamp)
{
    uint64_t then = 0;
    (void)pthread_mutex_lock(&s->lock);
    const bool seen = anc_map_find(s->seen, key_of(digest), &then) && then == stamp;
    (void)pthread_mutex_unlock(&s->lock);
    return seen;
}

/* Without memory it is seen again the next time. */
static void remember(kno_sound *s, const kno_digest *digest, uint64_t stamp)
{
    (void)pthread_mutex_lock(&s->lock);
    if (anc_map_count(s->seen) >= SEEN_MAX) {
        anc_map *fresh = anc_map_new();
        if (fresh != NULL) {
            anc_map_free(s->seen);
            s->seen = fresh;
        }
    }
    if (anc_map_count(s->seen) < SEEN_MAX)
        (void)!anc_map_put(s->seen, key_of(digest), stamp);
    (void)pthread_mutex_unlock(&s->lock);
}

static anc_status digest_of(anc_str bytes, kno_digest *ret, anc_err *err)
{
    anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a digest");
    for (size_t at = 0; at < bytes.len; at += STEP)
        anc_sha256_add(sha, anc_str_sub(bytes, at, STEP));
    anc_sha256_end(sha, ret->bytes);
    anc_sha256_free(sha);
    return ANC_OK;
}

anc_status kno_sound_check(kno_sound *s, const kno_digest *digest, anc_str bytes, uint64_t stamp,
                           bool *ret, anc_err *err)
{
    kno_digest found;
    *ret = true;
    if (is_seen(s, digest, stamp))
        return ANC_OK;
    ANC_TRY(digest_of(bytes, &found, err));
    *ret = kno_digest_eq(&found, digest);
    if (*ret)
        remember(s, digest, stamp);
    return ANC_OK;
}

void kno_sound_forget(kno_sound *s, const kno_digest *digest)
{
    (void)pthread_mutex_lock(&s->lock);
    (void)anc_map_remove(s->seen, key_of(digest));
    (void)pthread_mutex_unlock(&s->lock);
}
