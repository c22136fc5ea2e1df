/* service.c - texts embedded in batches, those known from before out of the cache. */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "embedding/domain/estimate.h"
#include "hash/sha256.h"
#include "kernel/domain/feed_events.h"
#include "service_impl.h"
#include "unrelated_impl.h"

enum { BATCH = 128, WINDOW_WITHOUT_MODEL = 256, NAMES_MAX_BYTES = 8192 };

static const anc_str how_to_get_one =
    ANC_STR_INIT("no embedding model: run `anchorage model pull`");

static void name_series(emb_service *emb, krn_metrics m)
{
    if (m.ops == NULL)
        return;
    emb->hits = m.ops->counter(m.self, "anchorage_embedding_cache_hits_total", "",
                               "Texts whose vector was in the cache");
    emb->misses = m.ops->counter(m.self, "anchorage_embedding_cache_misses_total", "",
                                 "Texts that had to be embedded");
    emb->evictions = m.ops->counter(m.self, "anchorage_embedding_cache_evictions_total", "",
                                    "Vectors that left the cache for others");
    emb->tokens = m.ops->counter(m.self, "anchorage_embedding_tokens_total", "",
                                 "Tokens run through the embedding model");
    emb->truncated = m.ops->counter(m.self, "anchorage_embedding_truncated_total", "",
                                    "Texts cut at the model's window");
    emb->seconds = m.ops->histogram(m.self, "anchorage_embedding_batch_seconds", "",
                                    "Time of one batch through the embedding model",
                                    krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
}

static anc_status name_it(emb_service *emb, const emb_service_options *options, anc_err *err)
{
    const anc_str problem = options->problem.len > 0 ? options->problem : how_to_get_one;
    emb->names = anc_arena_new(NAMES_MAX_BYTES);
    if (emb->names != NULL) {
        emb->model = anc_arena_copy(emb->names, anc_str_sub(options->model, 0, 512));
        emb->problem = anc_arena_copy(emb->names, anc_str_sub(problem, 0, 1024));
    }
    if (emb->model.ptr == NULL || emb->problem.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the embedding service");
    return ANC_OK;
}

/* Sets what the model is like, or leaves that to the time when it is there. */
static anc_status look(emb_service *emb, const emb_service_options *options, anc_err *err)
{
    double unrelated = 0;
    anc_err why = {0};
    const bool later = options->look_later && options->encoder.ops != NULL;
    const anc_status measured =
        later ? ANC_OK
              : emb_measure_unrelated(&options->encoder, options->clock, EMB_MEASURE_NS,
                                      options->call, &unrelated, &why);
    const bool is_away = measured == ANC_DEADLINE || anc_status_info(measured)->retry_may_help;
    if (measured != ANC_OK && !is_away)
        return anc_fail_at(err, measured, why.where, "%s", why.text);
    atomic_init(&emb->unrelated, unrelated);
    atomic_init(&emb->unmeasured, is_away || later);
    emb_note(emb, measured, &why);
    return ANC_OK;
}

anc_status emb_install(emb_service *emb, const emb_encoder *encoder, anc_err *err)
{
    emb_vector_cache *queries = emb_vector_cache_new(emb->cache_bytes / 2, encoder->dims);
    emb_vector_cache *passages = emb_vector_cache_new(emb->cache_bytes / 2, encoder->dims);
    if (queries == NULL || passages == NULL) {
        emb_vector_cache_free(queries);
        emb_vector_cache_free(passages);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the vectors of texts seen before");
    }
    emb->encoder = *encoder;
    emb->queries = queries;
    emb->passages = passages;
    emb->kept_by = emb_keeper_join(emb->keeper, &emb->encoder, emb->queries);
    atomic_store_explicit(&emb->ready, true, memory_order_release);
    return ANC_OK;
}

static void free_parts(emb_service *emb)
{
    emb_keeper_leave(&emb->kept_by);
    emb_trouble_destroy(&emb->trouble);
    emb_vector_cache_free(emb->queries);
    emb_vector_cache_free(emb->passages);
    anc_arena_free(emb->names);
    free(emb);
}

static anc_status open_parts(emb_service *emb, const emb_service_options *options, anc_err *err)
{
    ANC_TRY(name_it(emb, options, err));
    ANC_TRY(look(emb, options, err));
    return options->encoder.ops != NULL ? emb_install(emb, &options->encoder, err) : ANC_OK;
}

anc_status emb_service_open(const emb_service_options *options, emb_service **ret, anc_err *err)
{
    emb_service *emb = calloc(1, sizeof *emb);
    if (emb == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the embedding service");
    emb_trouble_init(&emb->trouble, options->log, options->metrics);
    emb->opener = options->opener;
    emb->keeper = options->keeper;
    emb->cache_bytes = options->cache_bytes;
    emb->clock = options->clock;
    emb->feed = options->feed;
    emb->log = options->log;
    name_series(emb, options->metrics);
    const anc_status status = open_parts(emb, options, err);
    if (status != ANC_OK) {
        free_parts(emb);
        return status;
    }
    *ret = emb;
    return ANC_OK;
}

void emb_service_close(emb_service *emb)
{
    if (emb == NULL)
        return;
    emb_encoder encoder = emb->encoder;
    free_parts(emb); /* the keeper may ask about the encoder until then */
    emb_encoder_close(&encoder);
}

emb_info_row emb_info(const emb_service *emb)
{
    const emb_encoder *e = &emb->encoder;
    if (!emb_is_ready(emb))
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
    if (!emb_is_ready(emb))
        return emb_estimate_tokens(text, max);
    return emb->encoder.ops->count_tokens(emb->encoder.self, text, max);
}

emb_cache_stats emb_cache(const emb_service *emb)
{
    if (!emb_is_ready(emb))
        return (emb_cache_stats){0};
    const emb_cache_stats q = emb_vector_cache_stats(emb->queries);
    const emb_cache_stats p = emb_vector_cache_stats(emb->passages);
    return (emb_cache_stats){.hits = q.hits + p.hits,
                             .misses = q.misses + p.misses,
                             .evictions = q.evictions + p.evictions,
                             .entries = q.entries + p.entries,
                             .bytes = q.bytes + p.bytes};
}

static void tell_cleared(const emb_service *emb, uint64_t n)
{
    const ev_context context = {.component = ANC_STR("embedding")};
    const ev_cache event = {.cache = ANC_STR("embedding"),
                            .operation = ANC_STR("invalidate"),
                            .key_hash = ANC_STR(""),
                            .size = emb_cache(emb).bytes};
    if (n > 0 && emb->feed.ops != NULL)
        krn_feed_publish(emb->feed, EV_CACHE, &event, &context);
}

uint64_t emb_cache_clear_passages(emb_service *emb)
{
    const uint64_t n = emb_is_ready(emb) ? emb_vector_cache_clear(emb->passages) : 0;
    tell_cleared(emb, n);
    return n;
}

uint64_t emb_cache_clear(emb_service *emb)
{
    uint64_t n = 0;
    if (emb_is_ready(emb))
        n = emb_vector_cache_clear(emb->passages) + emb_vector_cache_clear(emb->queries);
    tell_cleared(emb, n);
    return n;
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
    size_t evictions; /* vectors that were there had to go; the last of them: */
    unsigned char evicted_key[EMB_KEY_BYTES];
} batch;

static bool is_query(emb_kind kind)
{
    return kind == EMB_QUERY || kind == EMB_QUERY_AHEAD || kind == EMB_QUERY_AGAIN;
}

static emb_vector_cache *cache_for(const emb_service *emb, emb_kind kind)
{
    return is_query(kind) ? emb->queries : emb->passages;
}

/* Queries and passages may have prefixes of their own, so the kind is part of the key. */
static void make_key(anc_sha256 *sha, emb_kind kind, anc_str text, unsigned char out[EMB_KEY_BYTES])
{
    anc_sha256_add(sha, is_query(kind) ? ANC_STR("q") : ANC_STR("p"));
    anc_sha256_add(sha, text);
    anc_sha256_end(sha, out);
}

static void look_up(emb_service *emb, emb_kind kind, batch *b)
{
    const size_t dims = emb->encoder.dims;
    emb_vector_cache *cache = cache_for(emb, kind);
    const bool uncounted = kind == EMB_QUERY_AGAIN || kind == EMB_QUERY_AHEAD;
    b->n_missing = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (kind != EMB_PASSAGE_ONCE &&
            emb_vector_cache_get(cache, b->keys[i], uncounted, b->out + i * dims)) {
            if (kind == EMB_QUERY)
                emb_keeper_note(&emb->kept_by, b->keys[i], NULL);
            continue;
        }
        b->missing[b->n_missing] = b->texts[i];
        b->place[b->n_missing++] = i;
    }
}

static emb_text_kind text_kind_of(emb_kind kind)
{
    switch (kind) {
    case EMB_PASSAGE:
    case EMB_PASSAGE_ONCE:
        return EMB_TEXT_PASSAGE;
    case EMB_PASSAGE_NOW:
        return EMB_TEXT_PASSAGE_NOW;
    case EMB_QUERY_AHEAD:
        return EMB_TEXT_QUERY_AHEAD;
    case EMB_QUERY:
    case EMB_QUERY_AGAIN:
        break;
    }
    return EMB_TEXT_QUERY;
}

static void remember(emb_service *emb, emb_kind kind, batch *b,
                     const unsigned char key[EMB_KEY_BYTES], const float *vector)
{
    if (kind == EMB_PASSAGE_ONCE)
        return;
    b->evictions += emb_vector_cache_put(cache_for(emb, kind), key, vector, b->evicted_key);
    if (is_query(kind))
        emb_keeper_note(&emb->kept_by, key, vector);
}

/* Embeds what is missing into `vectors`, spreads it to its places and keeps it. */
static anc_status fill_in(emb_service *emb, krn_call *call, emb_kind kind, batch *b, float *vectors,
                          emb_encoded *ret)
{
    const emb_encoder *e = &emb->encoder;
    const int64_t start_ns = krn_now_ns(emb->clock);
    const anc_status status =
        e->ops->encode(e->self, call, text_kind_of(kind), b->missing, b->n_missing, vectors, ret);
    emb_note(emb, status, call->err);
    ANC_TRY(status);
    for (size_t i = 0; i < b->n_missing; i++) {
        const float *vector = vectors + i * e->dims;
        memcpy(b->out + b->place[i] * e->dims, vector, e->dims * sizeof *vector);
        remember(emb, kind, b, b->keys[b->place[i]], vector);
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
    for (size_t i = 0; i < b->n && kind != EMB_PASSAGE_ONCE; i++)
        make_key(sha, kind, b->texts[i], b->keys[i]);
    look_up(emb, kind, b);
    if (b->n_missing > 0)
        ANC_TRY(fill_in(emb, call, kind, b, vectors, &encoded));
    if (kind != EMB_QUERY_AGAIN && kind != EMB_QUERY_AHEAD)
        krn_count(emb->hits, b->n - b->n_missing);
    if (kind != EMB_QUERY_AHEAD)
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
                            .size = emb_cache(emb).bytes};
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
    if (b->evictions > 0)
        tell(emb, call, ANC_STR("evict"), b->evicted_key, 0);
}

/* The encoder was away when the service was opened, and just answered. */
static void measure_again(emb_service *emb, const krn_call *call)
{
    double unrelated = 0;
    anc_err ignored = {0};
    if (emb_look_soon(emb) || !atomic_exchange(&emb->unmeasured, false))
        return;
    if (emb_measure_unrelated(&emb->encoder, emb->clock, EMB_MEASURE_NS, call, &unrelated,
                              &ignored) == ANC_OK)
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
    if (!emb_is_ready(emb))
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
    b->evictions = 0;
    for (size_t done = 0; done < n; done += b->n) {
        b->texts = texts + done;
        b->out = out + done * e->dims;
        b->n = n - done < size ? n - done : size;
        ANC_TRY(run_batch(emb, call, kind, sha, b, vectors, &usage));
    }
    if (atomic_load_explicit(&emb->unmeasured, memory_order_relaxed))
        measure_again(emb, call);
    krn_count(emb->evictions, b->evictions);
    const bool news = kind == EMB_QUERY || (kind == EMB_QUERY_AGAIN && b->n_missing > 0);
    if (news && n == 1)
        tell_lookup(emb, call, b, start_ns);
    if (ret_usage != NULL)
        *ret_usage = usage;
    return ANC_OK;
}
