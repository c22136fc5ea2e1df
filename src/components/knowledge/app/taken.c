/* taken.c - vectors that a version takes along: read for an export, and used by an import instead of embedding again.
 *
 * A vector is taken where the digest of its text and the revision of its model are the same. All of a version must be
 * of unit length; one that chance chooses is compared with what the model makes of that text, of every version at first
 * and of every sixteenth after some were right. Where one is not as it should be, none of the version's is taken.
 */
#include <string.h>

#include "base/map.h"
#include "knowledge/domain/half.h"
#include "put_impl.h"

enum { TRUSTED = 8, TRIED_AGAIN = 16 };

static const double SAME_COSINE = 0.95; /* precisions of a model are nearer to each other */

anc_status kno_version_vectors(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t version, kno_taken_vectors *ret)
{
    const kno_catalog *catalog = &kno->with.catalog;
    kno_document_record d;
    kno_version_record v;
    kno_digest *digests = NULL;
    size_t n = 0;
    unsigned char *bytes = NULL;
    anc_str model;
    uint32_t dims = 0;
    *ret = (kno_taken_vectors){.n = 0};
    ANC_TRY(kno_document_get(kno, call, collection, id, &d));
    ANC_TRY(kno_version_get(kno, call, &d, version, &v));
    ANC_TRY(kno_searched_model(kno, call, collection, &model, &dims));
    if (model.len == 0 || v.chunks == 0 ||
        (uint64_t)v.chunks * (2 * (uint64_t)dims + KNO_DIGEST_SIZE) > KNO_TAKEN_BYTES)
        return ANC_OK;
    ANC_TRY(catalog->history.ops->digests(catalog->history.self, call, v.id, &digests, &n));
    if (n != v.chunks)
        return ANC_OK;
    ANC_TRY(catalog->vectors.ops->read(catalog->vectors.self, call, model, v.id, n, &bytes, &dims));
    if (bytes == NULL)
        return ANC_OK;
    unsigned char *names = anc_arena_alloc(call->mem, n, KNO_DIGEST_SIZE);
    if (names == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu vectors", n);
    for (size_t i = 0; i < n; i++)
        memcpy(names + i * KNO_DIGEST_SIZE, digests[i].bytes, KNO_DIGEST_SIZE);
    *ret = (kno_taken_vectors){
        .model = model, .dims = dims, .n = n, .digests = names, .values = bytes};
    return ANC_OK;
}

/* ---- an import ----------------------------------------------------------------------------------- */

static anc_str key_of(const unsigned char *digest)
{
    return (anc_str){(const char *)digest, KNO_DIGEST_SIZE};
}

static void say_wrong(const kno_put *put)
{
    krn_log_write(put->kno->with.log, KRN_WARN, "knowledge",
                  "vectors that came with a version are not the model's: it is embedded again",
                  KRN_STR("document_id", put->name), KRN_STR("model", put->model));
}

static double cosine_of(const unsigned char *a, const unsigned char *b, uint32_t dims, float *room)
{
    double sum = 0;
    kno_half_unpack_unit(a, dims, room);
    kno_half_unpack_unit(b, dims, room + dims);
    for (uint32_t i = 0; i < dims; i++)
        sum += (double)room[i] * (double)room[dims + i];
    return sum;
}

/* Whether the model makes about this vector of the chunk. */
static anc_status is_right(kno_put *put, const kno_chunk_record *chunk, const unsigned char *given,
                           bool *ret)
{
    const bool unknown = false;
    const uint32_t dims = put->input->past->vectors.dims;
    kno_vectors made = {.n = 0};
    float *room = anc_arena_alloc(put->call.mem, 2 * (size_t)dims, sizeof *room);
    if (room == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for a vector");
    ANC_TRY(kno_embed_chunks(put->kno, &put->call, put->embed_with.emb, put->version.title,
                             put->view.bytes, chunk, &unknown, 1, NULL, &made));
    *ret =
        made.n == 1 && made.dims == dims && cosine_of(given, made.bytes, dims, room) >= SAME_COSINE;
    return ANC_OK;
}

static bool all_unit(const kno_taken_vectors *given)
{
    const size_t bytes = 2 * (size_t)given->dims;
    for (size_t i = 0; i < given->n; i++)
        if (!kno_half_is_unit(given->values + i * bytes, given->dims))
            return false;
    return true;
}

static bool is_lacking(const kno_put *put, size_t chunk, const anc_map *map, uint64_t *ret_at)
{
    return !put->known[chunk] && anc_map_find(map, key_of(put->chunks[chunk].digest.bytes), ret_at);
}

/* One of the version's chunks that the catalog lacks and that came along, each as likely as another; n_chunks:
 * there is none. */
static size_t choose(const kno_put *put, const anc_map *map)
{
    const krn_clock clock = put->kno->with.clock;
    size_t chosen = put->n_chunks;
    uint64_t seen = 0, at = 0;
    for (size_t i = 0; i < put->n_chunks; i++) {
        uint64_t drawn = 0;
        if (!is_lacking(put, i, map, &at))
            continue;
        if (++seen > 1)
            clock.ops->random(clock.self, &drawn, sizeof drawn);
        if (drawn % seen == 0)
            chosen = i;
    }
    return chosen;
}

/* Whether so many were right that this version's need no trying. */
static bool is_trusted(kno_service *kno)
{
    return atomic_load(&kno->taken) >= TRUSTED &&
           atomic_fetch_add(&kno->taken_turn, 1) % TRIED_AGAIN != 0;
}

/* Compares the one that was chosen. Of a model that failed nothing is known: the next version is tried. */
static anc_status try_one(kno_put *put, size_t chunk, const anc_map *map, bool *ret)
{
    const kno_taken_vectors *given = &put->input->past->vectors;
    uint64_t at = 0;
    if (!is_lacking(put, chunk, map, &at))
        return ANC_OK;
    const anc_status status =
        is_right(put, &put->chunks[chunk], given->values + at * 2 * given->dims, ret);
    if (status != ANC_OK)
        atomic_store(&put->kno->taken_turn, 0);
    else if (*ret)
        atomic_fetch_add(&put->kno->taken, 1);
    return status;
}

/* Decides for the version, where there is something to take. */
static anc_status decide(kno_put *put, const anc_map *map)
{
    const size_t chosen = choose(put, map);
    if (chosen == put->n_chunks)
        return ANC_OK;
    bool right = all_unit(&put->input->past->vectors);
    if (right && !is_trusted(put->kno))
        ANC_TRY(try_one(put, chosen, map, &right));
    if (!right) {
        atomic_store(&put->kno->taken, 0);
        say_wrong(put);
    }
    put->taken_right = right;
    put->taken_wrong = !right;
    return ANC_OK;
}

static bool may_take(const kno_put *put)
{
    const kno_past *past = put->input->past;
    return past != NULL && past->vectors.n > 0 && put->model.len > 0 && !put->taken_wrong &&
           anc_str_eq(past->vectors.model, put->model) &&
           past->vectors.dims == emb_info(put->embed_with.emb).dims;
}

static anc_status map_given(const kno_put *put, const kno_taken_vectors *given, anc_map *map)
{
    for (size_t i = 0; i < given->n; i++)
        if (!anc_map_put(map, key_of(given->digests + i * KNO_DIGEST_SIZE), i))
            return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory to compare vectors");
    return ANC_OK;
}

/* Of the chunks from `from` on those that the catalog lacks and that came along, as vectors. */
static anc_status collect(kno_put *put, size_t from, size_t n, const anc_map *map, kno_vectors *ret)
{
    const kno_taken_vectors *given = &put->input->past->vectors;
    const size_t bytes = 2 * (size_t)given->dims;
    kno_digest *digests = anc_arena_alloc(put->call.mem, n, sizeof *digests);
    unsigned char *values = anc_arena_alloc(put->call.mem, n, bytes);
    size_t taken = 0;
    if (digests == NULL || values == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for %zu vectors",
                        n);
    for (size_t i = from; i < from + n; i++) {
        uint64_t at = 0;
        if (!is_lacking(put, i, map, &at))
            continue;
        digests[taken] = put->chunks[i].digest;
        memcpy(values + taken++ * bytes, given->values + at * bytes, bytes);
        put->known[i] = true;
    }
    *ret = (kno_vectors){
        .model = put->model, .dims = given->dims, .digests = digests, .bytes = values, .n = taken};
    return ANC_OK;
}

anc_status kno_put_take_vectors(kno_put *put, size_t from, size_t n, kno_vectors *ret)
{
    *ret = (kno_vectors){.n = 0};
    if (!may_take(put) || n == 0)
        return ANC_OK;
    anc_map *map = anc_map_new();
    if (map == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory to compare vectors");
    anc_status status = map_given(put, &put->input->past->vectors, map);
    if (status == ANC_OK && !put->taken_right)
        status = decide(put, map);
    if (status == ANC_OK && put->taken_right)
        status = collect(put, from, n, map, ret);
    anc_map_free(map);
    return status;
}
