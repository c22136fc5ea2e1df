/* service.c - texts embedded in batches, those known from before out of the cache. */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "cache.h"
#include "embedding/app/embedding_service.h"
#include "embedding/domain/estimate.h"
#include "hash/sha256.h"
#include "kernel/domain/feed_events.h"
#include "trouble_impl.h"
#include "unrelated_impl.h"

enum { BATCH = 128, WINDOW_WITHOUT_MODEL = 256, NAMES_MAX_BYTES = 8192 };

/* What looking at a model may take of a start, or of the call that finds it there again. */
#define MEASURE_NS (INT64_C(5) * 1000000000)

static const anc_str how_to_get_one =
    ANC_STR_INIT("no embedding model: run `anchorage model pull`");

struct emb_service {
    emb_encoder encoder;     /* owned */
    emb_vector_cache *cache; /* owned; NULL without a model */
    anc_arena *names;        /* owned */
    anc_str model, problem;  /* in names */
    _Atomic double unrelated;
    atomic_bool unmeasured; /* the encoder was away: as soon as it is there */
    krn_clock clock;
    krn_feed feed;
    emb_trouble trouble;
    krn_series *hits, *misses, *tokens, *truncated, *seconds;
};

static void name_series(emb_service *emb, krn_metrics m)
{
    if (m.ops == NULL)
        return;
    emb->hits = m.ops->counter(m.self, "anchorage_embedding_cache_hits_total", "",
                               "Texts whose vector was in the cache");
    emb->misses = m.ops->counter(m.self, "anchorage_embedding_cache_misses_total", "",
                                 "Texts that had to be embedded");
    emb->tokens = m.ops->counter(m.self, "anchorage_embedding_tokens_total", "",
                                 "Tokens run through the embedding model");
    emb->truncated = m.ops->counter(m.self, "anchorage_embedding_truncated_total", "",
                                    "Texts cut at the model's window");
    emb->seconds = m.ops->histogram(m.self, "anchorage_embedding_batch_seconds", "",
                                    "Time of one batch through the embedding model",
                                    krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
}

static anc_status open_parts(emb_service *emb, const emb_service_options *options, anc_err *err)
{
    const anc_str problem = options->problem.len > 0 ? options->problem : how_to_get_one;
    emb->names = anc_arena_new(NAMES_MAX_BYTES);
    if (emb->names != NULL) {
        emb->model = anc_arena_copy(emb->names, anc_str_sub(options->model, 0, 512));
        emb->problem = anc_arena_copy(emb->names, anc_str_sub(problem, 0, 1024));
    }
    if (options->encoder.ops != NULL)
        emb->cache = emb_vector_cache_new(options->cache_bytes, options->encoder.dims);
    if (emb->model.ptr == NULL || emb->problem.ptr == NULL ||
        (options->encoder.ops != NULL && emb->cache == NULL))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the embedding service");
    return ANC_OK;
}

static void free_parts(emb_service *emb)
{
    emb_trouble_destroy(&emb->trouble);
    emb_vector_cache_free(emb->cache);
    anc_arena_free(emb->names);
    free(emb);
}

anc_status emb_service_open(const emb_service_options *options, emb_service **ret, anc_err *err)
{
    emb_service *emb = calloc(1, sizeof *emb);
    if (emb == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the embedding service");
    emb_trouble_init(&emb->trouble, options->log, options->metrics);
    double unrelated = 0;
    anc_err why = {0};
    anc_status status = open_parts(emb, options, err);
    const anc_status measured =
        status == ANC_OK ? emb_measure_unrelated(&options->encoder, options->clock, MEASURE_NS,
                                                 options->call, &unrelated, &why)
                         : ANC_OK;
    const bool is_away = measured == ANC_DEADLINE || anc_status_info(measured)->retry_may_help;
    if (measured != ANC_OK && !is_away)
        status = anc_fail_at(err, measured, why.where, "%s", why.text);
    if (status != ANC_OK) {
        free_parts(emb);
        return status;
    }
    atomic_init(&emb->unrelated, unrelated);
    atomic_init(&emb->unmeasured, is_away);
    emb_trouble_note(&emb->trouble, measured, &why);
    emb->encoder = options->encoder;
    emb->clock = options->clock;
    emb->feed = options->feed;
    name_series(emb, options->metrics);
    *ret = emb;
    return ANC_OK;
}

void emb_service_close(emb_service *emb)
{
    if (emb == NULL)
        return;
    emb_encoder_close(&emb->encoder);
    free_parts(emb);
}

emb_info_row emb_info(const emb_service *emb)
{
    const emb_encoder *e = &emb->encoder;
    if (e->ops == NULL)
        return (emb_info_row){.model = emb->model,
                              .revision = ANC_STR(""),
                              .max_tokens = WINDOW_WITHOUT_MODEL,
                              .detail = emb->problem};
    return (emb_info_row){.available = true,
                          .model = e->model,
                          .revision = e->revision,
                          .dims = e->dims,
                          .max_tokens = e->max_tokens,
                          .precision = e->precision,
                          .detail = e->detail,
                          .unrelated = atomic_load(&emb->unrelated)};
}

bool emb_is_failing(emb_service *emb, anc_buf *out)
{
    return emb_trouble_tell(&emb->trouble, out);
}

size_t emb_count_tokens(emb_service *emb, anc_str text, size_t max)
{
    if (emb->encoder.ops == NULL)
        return emb_estimate_tokens(text, max);
    return emb->encoder.ops->count_tokens(emb->encoder.self, text, max);
}

emb_cache_stats emb_cache(const emb_service *emb)
{
    return emb->cache != NULL ? emb_vector_cache_stats(emb->cache) : (emb_cache_stats){0};
}

uint64_t emb_cache_clear(emb_service *emb)
{
    return emb->cache != NULL ? emb_vector_cache_clear(emb->cache) : 0;
}

/* One batch: at most BATCH texts, of which those not in the cache go through the encoder. */
typedef struct batch {
    const anc_str *texts;
    size_t n;
    float *out; /* [n * dims] */
    unsigned char keys[BATCH][EMB_KEY_BYTES];
    anc_str missing[BATCH];
    size_t place[BATCH]; /* of missing[i] in texts */
    size_t n_missing;
    bool evicted; /* a vector that was kept had to go */
    unsigned char evicted_key[EMB_KEY_BYTES];
} batch;

/* Queries and passages may have prefixes of their own, so the kind is part of the key. */
static void make_key(anc_sha256 *sha, emb_kind kind, anc_str text, unsigned char out[EMB_KEY_BYTES])
{
    const bool passage = kind == EMB_PASSAGE || kind == EMB_PASSAGE_NOW;
    anc_sha256_add(sha, passage ? ANC_STR("p") : ANC_STR("q"));
    anc_sha256_add(sha, text);
    anc_sha256_end(sha, out);
}

static void look_up(emb_service *emb, emb_kind kind, batch *b)
{
    const size_t dims = emb->encoder.dims;
    b->n_missing = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (emb_vector_cache_get(emb->cache, b->keys[i], kind == EMB_QUERY_AGAIN,
                                 b->out + i * dims))
            continue;
        b->missing[b->n_missing] = b->texts[i];
        b->place[b->n_missing++] = i;
    }
}

static emb_text_kind text_kind_of(emb_kind kind)
{
    switch (kind) {
    case EMB_PASSAGE:
        return EMB_TEXT_PASSAGE;
    case EMB_PASSAGE_NOW:
        return EMB_TEXT_PASSAGE_NOW;
    case EMB_QUERY:
    case EMB_QUERY_AGAIN:
        break;
    }
    return EMB_TEXT_QUERY;
}

/* Embeds what is missing into `vectors`, spreads it to its places and keeps it. */
static anc_status fill_in(emb_service *emb, krn_call *call, emb_kind kind, batch *b, float *vectors,
                          emb_encoded *ret)
{
    const emb_encoder *e = &emb->encoder;
    const int64_t start_ns = krn_now_ns(emb->clock);
    const anc_status status =
        e->ops->encode(e->self, call, text_kind_of(kind), b->missing, b->n_missing, vectors, ret);
    emb_trouble_note(&emb->trouble, status, call->err);
    ANC_TRY(status);
    for (size_t i = 0; i < b->n_missing; i++) {
        const float *vector = vectors + i * e->dims;
        memcpy(b->out + b->place[i] * e->dims, vector, e->dims * sizeof *vector);
        b->evicted |=
            emb_vector_cache_put(emb->cache, b->keys[b->place[i]], vector, b->evicted_key);
    }
    krn_observe(emb->seconds, krn_ms_since(emb->clock, start_ns) / 1e3);
    krn_count(emb->tokens, ret->tokens);
    krn_count(emb->truncated, ret->truncated);
    return ANC_OK;
}

static anc_status run_batch(emb_service *emb, krn_call *call, emb_kind kind, anc_sha256 *sha,
                            batch *b, float *vectors, emb_usage *usage)
{
    emb_encoded encoded = {0};
    ANC_TRY(krn_call_check(emb->clock, call));
    for (size_t i = 0; i < b->n; i++)
        make_key(sha, kind, b->texts[i], b->keys[i]);
    look_up(emb, kind, b);
    if (b->n_missing > 0)
        ANC_TRY(fill_in(emb, call, kind, b, vectors, &encoded));
    if (kind != EMB_QUERY_AGAIN)
        krn_count(emb->hits, b->n - b->n_missing);
    krn_count(emb->misses, b->n_missing);
    usage->cache_hits += b->n - b->n_missing;
    usage->tokens += encoded.tokens;
    usage->truncated += encoded.truncated;
    return ANC_OK;
}

/* ---- what watchers see of the cache: one text that was asked for, not the thousands of an ingestion ---- */

static void tell(const emb_service *emb, const krn_call *call, anc_str operation,
                 const unsigned char key[EMB_KEY_BYTES], double latency_ms)
{
    enum { TOLD_BYTES = 8 }; /* of the key */
    char hash[2 * TOLD_BYTES + 1];
    const ev_context context = {.component = ANC_STR("embedding"),
                                .trace_id = call->trace_id,
                                .user_id = call->principal.user_id};
    anc_hex_text(key, TOLD_BYTES, hash);
    const ev_cache event = {.cache = ANC_STR("embedding"),
                            .operation = operation,
                            .key_hash = anc_str_of(hash),
                            .latency_ms = latency_ms,
                            .size = emb_vector_cache_stats(emb->cache).bytes};
    krn_feed_publish(emb->feed, EV_CACHE, &event, &context);
}

static void tell_lookup(const emb_service *emb, const krn_call *call, const batch *b,
                        int64_t start_ns)
{
    const bool hit = b->n_missing == 0;
    if (emb->feed.ops == NULL)
        return;
    tell(emb, call, hit ? ANC_STR("hit") : ANC_STR("miss"), b->keys[0],
         krn_ms_since(emb->clock, start_ns));
    if (b->evicted)
        tell(emb, call, ANC_STR("evict"), b->evicted_key, 0);
}

/* The encoder was away when the service was opened, and just answered. */
static void measure_again(emb_service *emb, const krn_call *call)
{
    double unrelated = 0;
    anc_err ignored = {0};
    if (!atomic_exchange(&emb->unmeasured, false))
        return;
    if (emb_measure_unrelated(&emb->encoder, emb->clock, MEASURE_NS, call, &unrelated, &ignored) ==
        ANC_OK)
        atomic_store(&emb->unrelated, unrelated);
    else
        atomic_store(&emb->unmeasured, true);
}

static void sha_cleanup(anc_sha256 **sha)
{
    anc_sha256_free(*sha);
}

anc_status emb_embed(emb_service *emb, krn_call *call, emb_kind kind, const anc_str *texts,
                     size_t n, float *out, emb_usage *ret_usage)
{
    const emb_encoder *e = &emb->encoder;
    if (e->ops == NULL)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "%.*s", ANC_FMT(emb->problem));
    emb_usage usage = {0};
    const size_t most = e->max_batch < BATCH ? e->max_batch : BATCH;
    const size_t size = n < most ? n : most;
    const int64_t start_ns = krn_now_ns(emb->clock);
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    batch *b = anc_arena_alloc(call->mem, 1, sizeof *b);
    float *vectors = anc_arena_alloc(call->mem, size * e->dims, sizeof *vectors);
    if (sha == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no room to hash texts");
    if (b == NULL || vectors == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu vectors", size);
    b->evicted = false;
    for (size_t done = 0; done < n; done += b->n) {
        b->texts = texts + done;
        b->out = out + done * e->dims;
        b->n = n - done < size ? n - done : size;
        ANC_TRY(run_batch(emb, call, kind, sha, b, vectors, &usage));
    }
    if (atomic_load_explicit(&emb->unmeasured, memory_order_relaxed))
        measure_again(emb, call);
    const bool news = kind == EMB_QUERY || (kind == EMB_QUERY_AGAIN && b->n_missing > 0);
    if (news && n == 1)
        tell_lookup(emb, call, b, start_ns);
    if (ret_usage != NULL)
        *ret_usage = usage;
    return ANC_OK;
}
