/* rounds.c - texts put into blocks, blocks run.
 *
 * Work goes in rounds. A round fills a few blocks a thread with the ids of the next texts, runs
 * them in parallel or as their turn comes, and asks the caller's check before the next one. Scratch memory is kept from
 * one block to the next; the encoder's lock guards only that list and is never held during work.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "encoder_impl.h"

enum { BLOCKS_A_THREAD = 4 /* in a round */, ROUND_MAX_BLOCKS = 256 };

/* NULL with NO_MEMORY in `err`. */
static inf_scratch *borrow_scratch(inf_encoder *enc, size_t tokens, anc_err *err)
{
    const bool usual = tokens <= enc->block_tokens;
    inf_scratch *s = NULL;
    (void)pthread_mutex_lock(&enc->lock);
    if (usual && enc->n_spares > 0)
        s = enc->spares[--enc->n_spares];
    (void)pthread_mutex_unlock(&enc->lock);
    if (s == NULL)
        s = inf_scratch_new(&enc->bert, usual ? enc->block_tokens : tokens);
    if (s == NULL)
        (void)ANC_FAIL(err, ANC_NO_MEMORY, "no room for the activations of %zu tokens", tokens);
    return s;
}

/* Kept, but where it was made for a long text; NULL is a no-op. */
static void return_scratch(inf_encoder *enc, inf_scratch *s, size_t tokens)
{
    (void)pthread_mutex_lock(&enc->lock);
    if (s != NULL && enc->n_spares < INF_SPARES && tokens <= enc->block_tokens) {
        enc->spares[enc->n_spares++] = s;
        s = NULL;
    }
    (void)pthread_mutex_unlock(&enc->lock);
    inf_scratch_free(s);
}

/* What is asked of the model: texts of one kind, or pairs. */
typedef struct work {
    inf_kind kind;
    const anc_str *texts;  /* [n]; NULL: pairs */
    const inf_pair *pairs; /* [n] */
    size_t n;
} work;

typedef struct round round;

/* A block that waits for its turn. */
typedef struct waiting {
    round *round;
    inf_block block;
    size_t tokens;
    float *out;
} waiting;

struct round {
    inf_encoder *enc;
    uint32_t *ids;   /* owned: [capacity] */
    size_t capacity; /* of full blocks, and a text a thread more */
    uint8_t *types;  /* owned: of each id; NULL: all 0 */
    uint32_t *start; /* owned: of each text in ids, and one past the last */
    size_t
        *first; /* owned: text that a block begins with, and one past the last; [max_blocks + 1] */
    size_t max_blocks; /* as many fit */
    waiting *waiting;  /* owned: [max_blocks]; NULL: blocks have no turns */
    inf_piece *pieces; /* owned: of each */
    size_t n_texts, n_blocks;
    float *out; /* of the round's first text */
    atomic_bool failed;
    anc_err why; /* of the first block that failed */
};

/* A block could not be run. */
static void round_fail(round *r, const anc_err *why)
{
    if (!atomic_exchange(&r->failed, true))
        r->why = *why;
}

static anc_status round_status(const round *r, anc_err *err)
{
    return atomic_load(&r->failed) ? ANC_FAIL(err, r->why.code, "%s", r->why.text) : ANC_OK;
}

static void round_done(round *r)
{
    free(r->ids);
    free(r->types);
    free(r->start);
    free(r->first);
    free(r->waiting);
    free(r->pieces);
}

static anc_status round_init(round *r, inf_encoder *enc, size_t threads, bool in_turn, anc_err *err)
{
    const size_t wanted = threads * BLOCKS_A_THREAD;
    const bool typed = enc->bert.config.scores;
    *r = (round){.enc = enc};
    r->max_blocks = wanted < ROUND_MAX_BLOCKS ? wanted : ROUND_MAX_BLOCKS;
    const size_t tokens = r->max_blocks * enc->block_tokens + threads * enc->bert.config.window;
    r->capacity = tokens;
    r->ids = malloc(tokens * sizeof *r->ids);
    r->types = typed ? malloc(tokens) : NULL;
    r->start = malloc((tokens / 2 + 1) * sizeof *r->start); /* no text has less than two tokens */
    r->first = malloc((r->max_blocks + 1) * sizeof *r->first);
    if (in_turn) {
        r->waiting = malloc(r->max_blocks * sizeof *r->waiting);
        r->pieces = malloc(r->max_blocks * sizeof *r->pieces);
    }
    if (r->ids == NULL || r->start == NULL || r->first == NULL || (typed && r->types == NULL) ||
        (in_turn && (r->waiting == NULL || r->pieces == NULL)))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for %zu tokens", tokens);
    return ANC_OK;
}

/* The ids of `text` behind those that are there; their count. */
static size_t encode_text(const round *r, inf_kind kind, anc_str text, size_t used, bool *ret_cut)
{
    const inf_prefix *p = &r->enc->prefixes[kind];
    uint32_t *ids = r->ids + used;
    const size_t n = inf_tokenizer_encode(r->enc->tok, text, r->enc->bert.config.window - p->n,
                                          ids + p->n, ret_cut);
    if (p->n > 0) {
        ids[0] = ids[p->n];
        memcpy(ids + 1, p->ids, p->n * sizeof *ids);
    }
    return n + p->n;
}

static size_t encode_item(const round *r, const work *w, size_t i, size_t used, bool *ret_cut)
{
    if (w->texts != NULL)
        return encode_text(r, w->kind, w->texts[i], used, ret_cut);
    return inf_tokenizer_encode_pair(r->enc->tok, w->pairs[i].query, w->pairs[i].passage,
                                     r->enc->bert.config.window, r->ids + used, r->types + used,
                                     ret_cut);
}

/* Takes texts in from number `done` on, until the blocks are full or there are no more; how many it took. */
static size_t round_fill(round *r, const work *w, size_t done, inf_usage *usage)
{
    const size_t window = r->enc->bert.config.window;
    size_t used = 0, in_block = 0;
    r->n_texts = r->n_blocks = 0;
    while (r->n_texts < w->n - done && used + window <= r->capacity) {
        bool cut = false;
        const size_t got = encode_item(r, w, done + r->n_texts, used, &cut);
        if (r->n_blocks == 0 || in_block + got > r->enc->block_tokens) {
            if (r->n_blocks == r->max_blocks)
                break;
            r->first[r->n_blocks++] = r->n_texts;
            in_block = 0;
        }
        r->start[r->n_texts++] = (uint32_t)used;
        in_block += got;
        used += got;
        usage->truncated += cut;
    }
    r->start[r->n_texts] = (uint32_t)used;
    r->first[r->n_blocks] = r->n_texts;
    usage->tokens += used;
    return r->n_texts;
}

static waiting block_at(round *r, size_t i)
{
    const inf_config *c = &r->enc->bert.config;
    const size_t first = r->first[i], end = r->first[i + 1];
    return (waiting){.round = r,
                     .block = {.ids = r->ids,
                               .types = c->types > 1 ? r->types : NULL,
                               .start = r->start + first,
                               .n = end - first},
                     .tokens = r->start[end] - r->start[first],
                     .out = r->out + first * c->dims};
}

static void run_block(void *arg, size_t i)
{
    round *r = arg;
    const waiting w = block_at(r, i);
    anc_err err = {0};
    inf_scratch *s = borrow_scratch(r->enc, w.tokens, &err);
    if (s == NULL ||
        inf_bert_run(&r->enc->bert, &r->enc->levels, s, &w.block, w.out, &err) != ANC_OK)
        round_fail(r, &err);
    return_scratch(r->enc, s, w.tokens);
}

/* ---- blocks as their turn comes ------------------------------------------------------------------- */

/* Blocks that go through the layers together. */
typedef struct together {
    inf_scratch *scratch;          /* owned */
    size_t tokens, layer;          /* the latter: that comes next */
    size_t first[INF_JOINED_MOST]; /* text of each block */
} together;

static anc_status fill_together(inf_encoder *enc, together *t, void *const *pieces, size_t n,
                                anc_err *err)
{
    t->scratch = borrow_scratch(enc, t->tokens, err);
    if (t->scratch == NULL)
        return err->code;
    inf_bert_begin(t->scratch);
    for (size_t i = 0; i < n; i++) {
        const waiting *w = pieces[i];
        t->first[i] = t->scratch->n_texts;
        ANC_TRY(inf_bert_add(&enc->bert, &enc->levels, t->scratch, &w->block, err));
    }
    return ANC_OK;
}

static void end_together(void *self, void *batch)
{
    together *t = batch;
    return_scratch(self, t->scratch, t->tokens);
    free(t);
}

/* Where that fails, the round of each piece knows why. */
static void *begin_together(void *self, void *const *pieces, size_t n)
{
    anc_err err = {0};
    together *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        t->tokens += ((const waiting *)pieces[i])->tokens;
    if (fill_together(self, t, pieces, n, &err) == ANC_OK)
        return t;
    for (size_t i = 0; i < n; i++)
        round_fail(((const waiting *)pieces[i])->round, &err);
    end_together(self, t);
    return NULL;
}

static bool step_together(void *self, void *batch, inf_hands *hands)
{
    const inf_encoder *enc = self;
    together *t = batch;
    t->scratch->hands = hands;
    inf_bert_layer(&enc->bert, &enc->levels, t->scratch, t->layer++);
    return t->layer == enc->bert.config.layers;
}

static void give_of_together(void *self, void *batch, size_t i, void *piece)
{
    const inf_encoder *enc = self;
    const together *t = batch;
    const waiting *w = piece;
    inf_bert_take(&enc->bert, &enc->levels, t->scratch, t->first[i], w->block.n, w->out);
}

static anc_status run_in_turn(round *r, const inf_turn *turn, anc_err *err)
{
    const inf_runner runner = {.self = r->enc,
                               .most_weight = r->enc->block_tokens,
                               .begin = begin_together,
                               .step = step_together,
                               .give = give_of_together,
                               .end = end_together};
    for (size_t i = 0; i < r->n_blocks; i++) {
        r->waiting[i] = block_at(r, i);
        r->pieces[i] = (inf_piece){&r->waiting[i], r->waiting[i].tokens};
    }
    anc_err other = {0};
    const anc_status status = inf_turns_run(turn, &runner, r->pieces, r->n_blocks, &other);
    if (status == ANC_NO_MEMORY)
        ANC_TRY(round_status(r, err));
    return status == ANC_OK || other.text[0] == '\0' ? status
                                                     : ANC_FAIL(err, status, "%s", other.text);
}

/* ---- rounds ---------------------------------------------------------------------------------------- */

/* Who runs the blocks: in turn, or at once the pool and this thread. */
typedef struct way {
    const inf_turn *turn; /* NULL: at once */
    os_pool *pool;        /* NULL: this thread alone */
    inf_check check;
} way;

static anc_status round_run(round *r, const way *how, anc_err *err)
{
    if (how->turn != NULL)
        return run_in_turn(r, how->turn, err);
    if (how->pool != NULL && r->n_blocks > 1)
        os_pool_for(how->pool, r->n_blocks, run_block, r);
    else
        for (size_t i = 0; i < r->n_blocks; i++)
            run_block(r, i);
    return round_status(r, err);
}

static size_t threads_of(const way *how)
{
    if (how->turn != NULL)
        return inf_turns_at_once(how->turn->turns);
    return how->pool != NULL ? os_pool_threads(how->pool) : 1;
}

static anc_status run_work(inf_encoder *enc, const work *w, const way *how, float *out,
                           inf_usage *ret_usage, anc_err *err)
{
    ANC_CLEANUP(round_done) round r = {0};
    inf_usage usage = {0};
    ANC_TRY(round_init(&r, enc, threads_of(how), how->turn != NULL, err));
    for (size_t done = 0; done < w->n;) {
        if (how->check.ask != NULL)
            ANC_TRY(how->check.ask(how->check.arg));
        r.out = out + done * enc->bert.config.dims;
        done += round_fill(&r, w, done, &usage);
        ANC_TRY(round_run(&r, how, err));
    }
    if (ret_usage != NULL)
        *ret_usage = usage;
    return ANC_OK;
}

static anc_status encode(inf_encoder *enc, inf_kind kind, const anc_str *texts, size_t n,
                         const way *how, float *out, inf_usage *ret_usage, anc_err *err)
{
    const work w = {.kind = kind, .texts = texts, .n = n};
    if (enc->bert.config.scores)
        return ANC_FAIL(err, ANC_INVALID, "the model scores pairs of texts, it gives no vectors");
    return run_work(enc, &w, how, out, ret_usage, err);
}

static anc_status score(inf_encoder *enc, const inf_pair *pairs, size_t n, const way *how,
                        float *out, inf_usage *ret_usage, anc_err *err)
{
    const work w = {.pairs = pairs, .n = n};
    if (!enc->bert.config.scores)
        return ANC_FAIL(err, ANC_INVALID, "the model gives vectors of texts, it scores no pairs");
    return run_work(enc, &w, how, out, ret_usage, err);
}

anc_status inf_encoder_encode(inf_encoder *enc, inf_kind kind, const anc_str *texts, size_t n,
                              os_pool *pool, inf_check check, float *out, inf_usage *ret_usage,
                              anc_err *err)
{
    return encode(enc, kind, texts, n, &(const way){.pool = pool, .check = check}, out, ret_usage,
                  err);
}

anc_status inf_encoder_encode_in_turn(inf_encoder *enc, inf_kind kind, const anc_str *texts,
                                      size_t n, const inf_turn *turn, float *out,
                                      inf_usage *ret_usage, anc_err *err)
{
    return encode(enc, kind, texts, n, &(const way){.turn = turn, .check = turn->check}, out,
                  ret_usage, err);
}

anc_status inf_encoder_score(inf_encoder *enc, const inf_pair *pairs, size_t n, os_pool *pool,
                             inf_check check, float *out, inf_usage *ret_usage, anc_err *err)
{
    return score(enc, pairs, n, &(const way){.pool = pool, .check = check}, out, ret_usage, err);
}

anc_status inf_encoder_score_in_turn(inf_encoder *enc, const inf_pair *pairs, size_t n,
                                     const inf_turn *turn, float *out, inf_usage *ret_usage,
                                     anc_err *err)
{
    return score(enc, pairs, n, &(const way){.turn = turn, .check = turn->check}, out, ret_usage,
                 err);
}
