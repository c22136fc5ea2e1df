/* encoder_hash.c - words summed up by their hashes. */
#include "encoder_hash.h"

#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/str.h"
#include "support/words.h"

typedef struct hashing {
    krn_clock clock;
    size_t *seen; /* borrowed */
} hashing;

static void add_word(float *out, anc_str word)
{
    uint64_t h = anc_hash64(word);
    for (size_t i = 0; i < ENCODER_HASH_DIMS; i++) {
        h = h * 6364136223846793005u + 1442695040888963407u;
        out[i] += (float)(h >> 40) / (float)(1 << 23) - 1.0f;
    }
}

static void make_vector(anc_str text, float *out, emb_encoded *encoded)
{
    anc_str word;
    size_t words = 0, at = 0;
    float squares = 0;
    for (size_t i = 0; i < ENCODER_HASH_DIMS; i++)
        out[i] = 0.01f;
    for (; words < ENCODER_HASH_WINDOW && next_word(text, &at, &word); words++)
        add_word(out, word);
    encoded->tokens += words;
    encoded->truncated += next_word(text, &at, &word);
    for (size_t i = 0; i < ENCODER_HASH_DIMS; i++)
        squares += out[i] * out[i];
    for (size_t i = 0; i < ENCODER_HASH_DIMS; i++)
        out[i] /= sqrtf(squares);
}

static anc_status encode(void *self, krn_call *call, emb_text_kind kind, const anc_str *texts,
                         size_t n, float *out, emb_encoded *ret)
{
    (void)kind;
    hashing *h = self;
    emb_encoded encoded = {0};
    ANC_TRY(krn_call_check(h->clock, call));
    for (size_t i = 0; i < n; i++)
        make_vector(texts[i], out + i * ENCODER_HASH_DIMS, &encoded);
    if (h->seen != NULL)
        (void)__atomic_fetch_add(h->seen, n, __ATOMIC_RELAXED); /* by several threads at once */
    *ret = encoded;
    return ANC_OK;
}

static size_t count_tokens(void *self, anc_str text, size_t max)
{
    (void)self;
    anc_str word;
    size_t words = 0, at = 0;
    while (words <= max && next_word(text, &at, &word))
        words++;
    return words;
}

static const emb_encoder_ops ops = {
    .name = "hash", .encode = encode, .count_tokens = count_tokens, .close = free};

emb_encoder encoder_hash_open(krn_clock clock, size_t *seen)
{
    hashing *h = malloc(sizeof *h);
    if (h == NULL)
        abort();
    *h = (hashing){clock, seen};
    return (emb_encoder){.ops = &ops,
                         .self = h,
                         .dims = ENCODER_HASH_DIMS,
                         .max_tokens = ENCODER_HASH_WINDOW,
                         .max_batch = 16,
                         .model = ANC_STR("hash"),
                         .revision = ANC_STR("hash@1"),
                         .detail = ANC_STR("hashes of words")};
}
