/* index.c - the current snapshot, the writer that replaces it, and when blocks are merged.
 *
 * Every publish adds a block of its documents. Blocks have levels: small ones level l of 4^l to 4^(l+1) live chunks,
 * grown ones of 4,096 times 8^l and more. When FAN blocks stand on one level, or GROWN_FAN grown ones, they become one,
 * so a chunk is copied about log4 of the size of a grown block times and log8 of how many of these there are, and an
 * index has at most 18 small blocks and 7 grown ones a level. Every search looks into all of them; that is why small
 * ones, which are merged in no time, are merged sooner. A block that is more than half dead is rewritten alone. Small
 * blocks are merged by who publishes, at once; for grown ones that would take too long, they wait for tidy.c.
 *
 * Locks: `tidying` lets one thread at a time do the long work, `keeping` one at a time deal with files, the one beside
 * the other; `writing` puts writers in line and is held while small blocks are merged; `current_lock` guards the
 * pointer to the current snapshot and is held for as long as it takes to copy that pointer and count one up. Order:
 * tidying, keeping, writing, current_lock. A reader takes only the last. Merges and saves may run on threads that give
 * way to all others (os_thread_defer, from which an ordinary process has no way back), and then hold a lock while they
 * do: so what they do under `writing` is a list of parts copied and what died in a moment looked up, and under
 * current_lock a pointer. One that has to give way just there is let on by the tenth of a core that it keeps.
 */
#include "engine/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "load.h"
#include "segment.h"
#include "sieve.h"

/* ---- snapshots ------------------------------------------------------------------------------ */

eng_snapshot *eng_snapshot_new(size_t max_parts, uint32_t dims, const eng_thresholds *from)
{
    eng_snapshot *s = calloc(1, sizeof *s + max_parts * sizeof(eng_part));
    if (s != NULL) {
        atomic_init(&s->refs, 1);
        s->dims = dims;
        s->from = *from;
    }
    return s;
}

void eng_snapshot_release(eng_snapshot *snapshot)
{
    if (snapshot == NULL ||
        atomic_fetch_sub_explicit(&snapshot->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < snapshot->n_parts; i++)
        eng_part_unref(&snapshot->parts[i]);
    free(snapshot);
}

eng_snapshot *eng_snapshot_acquire(eng_index *index)
{
    (void)pthread_mutex_lock(&index->current_lock);
    eng_snapshot *s = index->current;
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    (void)pthread_mutex_unlock(&index->current_lock);
    return s;
}

/* A copy of `s` with room for one more part, sharing its blocks. */
eng_snapshot *eng_snapshot_copy(const eng_snapshot *s)
{
    eng_snapshot *copy = eng_snapshot_new(s->n_parts + 1, s->dims, &s->from);
    if (copy == NULL)
        return NULL;
    copy->cursor = s->cursor;
    copy->n_parts = s->n_parts;
    for (size_t i = 0; i < s->n_parts; i++) {
        copy->parts[i].block = eng_block_ref(s->parts[i].block);
        copy->parts[i].dead = eng_dead_ref(s->parts[i].dead);
    }
    return copy;
}

static void snapshot_sum(eng_snapshot *s)
{
    s->documents = s->chunks = s->vectors = s->length = 0;
    for (size_t i = 0; i < s->n_parts; i++) {
        const eng_block *b = s->parts[i].block;
        const eng_dead *dead = s->parts[i].dead;
        s->documents += b->documents.n - (dead != NULL ? dead->documents : 0);
        s->chunks += eng_part_live_chunks(&s->parts[i]);
        s->vectors += b->n_vectors - (dead != NULL ? dead->vectors : 0);
        s->length += b->length - (dead != NULL ? dead->length : 0);
    }
}

/* Makes `next` (owned) the current snapshot. Under `writing`. */
void eng_swap_in(eng_index *index, eng_snapshot *next)
{
    snapshot_sum(next);
    (void)pthread_mutex_lock(&index->current_lock);
    eng_snapshot *old = index->current;
    index->current = next;
    (void)pthread_mutex_unlock(&index->current_lock);
    eng_snapshot_release(old);
}

/* ---- the next snapshot ----------------------------------------------------------------------- */

static bool find_live(const eng_snapshot *s, anc_str key, size_t *ret_part, uint32_t *ret_row)
{
    const uint64_t hash = anc_hash64(key);
    for (size_t i = s->n_parts; i-- > 0;) {
        if (!eng_block_ready(s->parts[i].block))
            continue;
        const uint32_t row = eng_block_find_hashed(s->parts[i].block, key, hash);
        const uint64_t *dead = eng_part_dead(&s->parts[i]);
        if (row != UINT32_MAX && (dead == NULL || !eng_bit(dead, row))) {
            *ret_part = i;
            *ret_row = row;
            return true;
        }
    }
    return false;
}

/* Lets the live version of `key`, if there is one, die in `next`. */
static bool kill_document(eng_snapshot *next, anc_str key)
{
    size_t at;
    uint32_t row;
    return !find_live(next, key, &at, &row) || eng_part_kill(&next->parts[at], row);
}

/* ---- merging --------------------------------------------------------------------------------- */

/* Levels of grown blocks come behind those of small ones. */
static unsigned level_of(const eng_part *part)
{
    const uint32_t chunks = eng_part_live_chunks(part);
    const bool grown = chunks >= GROWN_CHUNKS;
    const uint32_t fan = grown ? GROWN_FAN : FAN;
    unsigned level = grown ? 32 : 0;
    for (uint32_t n = grown ? chunks / GROWN_CHUNKS : chunks; n >= fan; n /= fan)
        level++;
    return level;
}

static bool is_large(const eng_part *part)
{
    return eng_block_chunks(part->block) >= LARGE_CHUNKS;
}

eng_block *eng_parts_merge(const eng_snapshot *s, const bool *chosen, eng_graph_seed *seed)
{
    eng_block **blocks = calloc(s->n_parts + 1, sizeof *blocks);
    const uint64_t **dead = calloc(s->n_parts + 1, sizeof *dead);
    size_t n = 0;
    eng_block *merged = NULL;
    if (blocks != NULL && dead != NULL) {
        for (size_t i = 0; i < s->n_parts; i++)
            if (chosen[i]) {
                blocks[n] = s->parts[i].block;
                dead[n++] = eng_part_dead(&s->parts[i]);
            }
        merged = eng_blocks_merge(blocks, dead, n, s->dims, seed);
    }
    free(blocks);
    free(dead);
    return merged;
}

void eng_parts_replace(eng_snapshot *s, const bool *chosen, eng_part with)
{
    size_t kept = 0;
    bool placed = false;
    for (size_t i = 0; i < s->n_parts; i++) {
        if (!chosen[i]) {
            s->parts[kept++] = s->parts[i];
            continue;
        }
        eng_part_unref(&s->parts[i]);
        if (!placed)
            s->parts[kept++] = with;
        placed = true;
    }
    s->n_parts = kept;
}

static bool mostly_dead(const eng_part *part)
{
    const eng_dead *dead = part->dead;
    return dead != NULL && (dead->documents == part->block->documents.n ||
                            dead->chunks > eng_block_chunks(part->block) / 2);
}

/* A block that grew large where it was put together has no graph yet; bits it has. */
static bool lacks_graph(const eng_snapshot *s, const eng_part *part)
{
    const eng_block *b = part->block;
    const uint64_t dead = part->dead != NULL ? part->dead->vectors : 0;
    return b->graph == NULL && b->n_vectors - dead >= s->from.graph;
}

static bool choose_for_graph(const eng_snapshot *s, bool *chosen)
{
    for (size_t i = 0; i < s->n_parts; i++) {
        chosen[i] = lacks_graph(s, &s->parts[i]);
        if (chosen[i])
            return true;
    }
    return false;
}

/* What a merge has taken is at rest until it ends: others would do its work again. */
static bool is_on(const eng_index *index, const eng_part *part, unsigned level)
{
    return level_of(part) == level && !eng_part_is_taken(index, part);
}

bool eng_parts_choose(const eng_index *index, const eng_snapshot *s, bool large, bool *chosen)
{
    for (size_t i = 0; i < s->n_parts; i++)
        chosen[i] = false;
    for (size_t i = 0; i < s->n_parts; i++)
        if (is_large(&s->parts[i]) == large && mostly_dead(&s->parts[i]) &&
            !eng_part_is_taken(index, &s->parts[i])) {
            chosen[i] = true;
            return true;
        }
    for (size_t i = 0; i < s->n_parts; i++) {
        const unsigned level = level_of(&s->parts[i]);
        const bool grown = eng_part_live_chunks(&s->parts[i]) >= GROWN_CHUNKS;
        size_t same = 0;
        for (size_t j = 0; j < s->n_parts; j++)
            same += is_on(index, &s->parts[j], level) ? 1 : 0;
        if (grown != large || same < (grown ? GROWN_FAN : FAN))
            continue;
        for (size_t j = 0; j < s->n_parts; j++)
            chosen[j] = is_on(index, &s->parts[j], level);
        return true;
    }
    return large && choose_for_graph(s, chosen);
}

static void drop_empty(eng_snapshot *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n_parts; i++) {
        const eng_part *part = &s->parts[i];
        if (part->dead != NULL && part->dead->documents == part->block->documents.n)
            eng_part_unref(&s->parts[i]);
        else
            s->parts[kept++] = s->parts[i];
    }
    s->n_parts = kept;
}

/* Merges small blocks. That only makes searches faster: where memory is out, or a block is damaged, it is left for
 * another time. */
static void tidy(const eng_index *index, eng_snapshot *s)
{
    drop_empty(s);
    bool *chosen = calloc(s->n_parts + 1, sizeof *chosen);
    while (chosen != NULL && eng_parts_choose(index, s, false, chosen)) {
        eng_block *merged = eng_parts_merge(s, chosen, NULL);
        if (merged == NULL)
            break;
        (void)eng_block_make_bits(merged, &s->from);
        eng_parts_replace(s, chosen, (eng_part){merged, NULL});
    }
    free(chosen);
}

/* ---- the index ------------------------------------------------------------------------------- */

static eng_thresholds thresholds_of(const eng_thresholds *given)
{
    enum { EXACT = 2048, BITS = 512, GRAPH = 20000, PAIRED = 65536 };
    return (eng_thresholds){.exact = given->exact > 0 ? given->exact : EXACT,
                            .bits = given->bits > 0 ? given->bits : BITS,
                            .graph = given->graph > 0 ? given->graph : GRAPH,
                            .paired = given->paired > 0 ? given->paired : PAIRED};
}

static eng_index *index_new(uint32_t dims, const eng_thresholds *from)
{
    eng_index *index = calloc(1, sizeof *index);
    eng_snapshot *empty = eng_snapshot_new(0, dims, from);
    if (index == NULL || empty == NULL) {
        free(index);
        free(empty);
        return NULL;
    }
    index->dims = dims;
    index->from = *from;
    index->current = empty;
    (void)pthread_mutex_init(&index->tidying, NULL);
    (void)pthread_mutex_init(&index->keeping, NULL);
    (void)pthread_mutex_init(&index->writing, NULL);
    (void)pthread_mutex_init(&index->current_lock, NULL);
    return index;
}

anc_status eng_index_open(const eng_options *options, eng_index **ret, anc_err *err)
{
    if (options->dims > ENG_MAX_DIMS)
        return ANC_FAIL(err, ANC_INVALID, "vectors of %u dims, at most %d", options->dims,
                        (int)ENG_MAX_DIMS);
    const eng_thresholds from = thresholds_of(&options->from);
    eng_index *index = index_new(options->dims, &from);
    if (index == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an index");
    const anc_status status = eng_store_open(index, options, err);
    if (status != ANC_OK) {
        eng_index_close(index);
        return status;
    }
    *ret = index;
    return ANC_OK;
}

void eng_index_close(eng_index *index)
{
    if (index == NULL)
        return;
    eng_store_close(&index->store);
    eng_snapshot_release(index->current);
    (void)pthread_mutex_destroy(&index->tidying);
    (void)pthread_mutex_destroy(&index->keeping);
    (void)pthread_mutex_destroy(&index->writing);
    (void)pthread_mutex_destroy(&index->current_lock);
    free(index);
}

eng_opened eng_index_opened(const eng_index *index)
{
    return index->store.opened;
}

uint32_t eng_index_dims(const eng_index *index)
{
    return index->dims;
}

/* Documents are looked for so many at a time, block after block, so that what a block is looked up in stays in the cache. */
enum { TOGETHER = 256 };

/* Lets die in `part` the live documents with the keys of `block` from row `from` on, whose hashes [n] these are. */
static bool kill_some(eng_part *part, const eng_block *block, size_t from, const uint64_t *hashes,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const anc_str key = eng_block_text(block, block->documents.ptr[from + i].key);
        const uint32_t row = eng_block_find_hashed(part->block, key, hashes[i]);
        const uint64_t *dead = eng_part_dead(part);
        if (row != UINT32_MAX && (dead == NULL || !eng_bit(dead, row)) && !eng_part_kill(part, row))
            return false;
    }
    return true;
}

/* Looking for so many keys is dearer than a sieve of the block. */
static bool is_worth_a_sieve(const eng_block *b, const eng_block *published)
{
    enum { KEYS_A_LOOK = 16 };
    return b->documents.n / KEYS_A_LOOK <= published->documents.n;
}

/* Lets die in `next` what the documents of the block replace: of a key one version lives at most. */
static bool kill_replaced(eng_snapshot *next, const eng_block *block)
{
    uint64_t hashes[TOGETHER];
    for (size_t from = 0, n; from < block->documents.n; from += n) {
        n = block->documents.n - from < TOGETHER ? block->documents.n - from : TOGETHER;
        for (size_t i = 0; i < n; i++)
            hashes[i] = anc_hash64(eng_block_text(block, block->documents.ptr[from + i].key));
        for (size_t p = 0; p < next->n_parts; p++) {
            eng_block *b = next->parts[p].block;
            if (!eng_block_ready(b))
                continue;
            if (is_worth_a_sieve(b, block))
                eng_sieve_make(b);
            if (!kill_some(&next->parts[p], block, from, hashes, n))
                return false;
        }
    }
    return true;
}

static bool publish_block(eng_index *index, eng_block *block)
{
    eng_snapshot *next = eng_snapshot_copy(index->current);
    if (next == NULL)
        return false;
    if (!kill_replaced(next, block)) {
        eng_snapshot_release(next);
        return false;
    }
    next->parts[next->n_parts++] = (eng_part){eng_block_ref(block), NULL};
    tidy(index, next);
    eng_swap_in(index, next);
    return true;
}

anc_status eng_publish(eng_index *index, eng_load *load, anc_err *err)
{
    bool ok = false;
    eng_block *block = eng_load_seal(load);
    if (block != NULL) {
        (void)eng_block_make_bits(block, &index->from);
        (void)pthread_mutex_lock(&index->writing);
        ok = publish_block(index, block);
        (void)pthread_mutex_unlock(&index->writing);
        eng_block_unref(block);
    }
    eng_load_abort(load);
    return ok ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory to publish a document");
}

static bool delete_key(eng_index *index, anc_str key)
{
    size_t part;
    uint32_t row;
    if (!find_live(index->current, key, &part, &row))
        return true;
    eng_snapshot *next = eng_snapshot_copy(index->current);
    if (next == NULL)
        return false;
    if (!kill_document(next, key)) {
        eng_snapshot_release(next);
        return false;
    }
    tidy(index, next);
    eng_swap_in(index, next);
    return true;
}

anc_status eng_delete(eng_index *index, anc_str key, anc_err *err)
{
    (void)pthread_mutex_lock(&index->writing);
    const bool ok = delete_key(index, key);
    (void)pthread_mutex_unlock(&index->writing);
    return ok ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory to delete a document");
}

anc_status eng_clear(eng_index *index, anc_err *err)
{
    eng_snapshot *empty = eng_snapshot_new(0, index->dims, &index->from);
    if (empty == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an index");
    (void)pthread_mutex_lock(&index->writing);
    eng_swap_in(index, empty);
    (void)pthread_mutex_unlock(&index->writing);
    return ANC_OK;
}

anc_status eng_mark(eng_index *index, uint64_t cursor, anc_err *err)
{
    (void)pthread_mutex_lock(&index->writing);
    eng_snapshot *next = eng_snapshot_copy(index->current);
    if (next != NULL) {
        next->cursor = cursor;
        eng_swap_in(index, next);
    }
    (void)pthread_mutex_unlock(&index->writing);
    return next != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a mark");
}

static float least_recall(const eng_snapshot *s, float share)
{
    float least = 1;
    for (size_t i = 0; i < s->n_parts; i++) {
        const eng_graph *graph = s->parts[i].block->graph;
        const float recall = graph != NULL ? eng_graph_recall(graph, share) : 1;
        least = recall < least ? recall : least;
    }
    return least;
}

eng_figures eng_stats(eng_index *index)
{
    eng_snapshot *s = eng_snapshot_acquire(index);
    eng_figures f = {.documents = s->documents,
                     .chunks = s->chunks,
                     .vectors = s->vectors,
                     .blocks = (uint32_t)s->n_parts,
                     .cursor = s->cursor,
                     .bytes = sizeof *s + s->n_parts * sizeof(eng_part)};
    for (size_t i = 0; i < s->n_parts; i++) {
        const eng_block *b = s->parts[i].block;
        f.dead_chunks += s->parts[i].dead != NULL ? s->parts[i].dead->chunks : 0;
        f.terms += b->terms.n;
        f.postings += b->n_postings;
        f.posting_bytes += b->postings.n;
        f.bytes += eng_block_bytes(b);
        f.segments += b->segment != NULL ? 1 : 0;
        f.stored_bytes += b->segment != NULL ? b->segment->map.len : 0;
        f.unsaved_chunks += b->segment == NULL ? eng_part_live_chunks(&s->parts[i]) : 0;
        f.damaged += eng_block_is_damaged(b) ? 1 : 0;
        f.graphs += b->graph != NULL ? 1 : 0;
    }
    f.recall = least_recall(s, ENG_RECALL);
    eng_snapshot_release(s);
    return f;
}

float eng_recall(eng_index *index, float share)
{
    eng_snapshot *s = eng_snapshot_acquire(index);
    const float recall = least_recall(s, share > 0 ? share : ENG_RECALL);
    eng_snapshot_release(s);
    return recall;
}

bool eng_document_find(const eng_snapshot *snapshot, anc_str key, uint32_t *ret_version)
{
    size_t part;
    uint32_t row;
    if (!find_live(snapshot, key, &part, &row))
        return false;
    if (ret_version != NULL)
        *ret_version = snapshot->parts[part].block->documents.ptr[row].version;
    return true;
}

bool eng_document_language(const eng_snapshot *snapshot, anc_str key, uint32_t *ret)
{
    size_t part;
    uint32_t row;
    if (!find_live(snapshot, key, &part, &row))
        return false;
    *ret = snapshot->parts[part].block->documents.ptr[row].language;
    return true;
}

void eng_languages(const eng_snapshot *snapshot, uint64_t ret[ENG_MAX_LANGUAGES])
{
    for (int l = 0; l < ENG_MAX_LANGUAGES; l++)
        ret[l] = 0;
    for (size_t i = 0; i < snapshot->n_parts; i++) {
        const eng_block *b = snapshot->parts[i].block;
        const uint64_t *dead = eng_part_dead(&snapshot->parts[i]);
        const size_t n = eng_block_ready(b) ? b->documents.n : 0;
        for (size_t row = 0; row < n; row++)
            if (dead == NULL || !eng_bit(dead, row))
                ret[b->documents.ptr[row].language % ENG_MAX_LANGUAGES]++;
    }
}

bool eng_document_next(const eng_snapshot *snapshot, uint64_t *cursor, anc_str *ret_key,
                       uint32_t *ret_version)
{
    /* the cursor counts documents of all parts, dead ones too */
    uint64_t at = *cursor;
    for (size_t i = 0; i < snapshot->n_parts; i++) {
        const eng_block *b = snapshot->parts[i].block;
        const uint64_t *dead = eng_part_dead(&snapshot->parts[i]);
        if (at < b->documents.n && !eng_block_ready(b)) {
            *cursor += b->documents.n - at;
            at = b->documents.n;
        }
        for (; at < b->documents.n; at++) {
            ++*cursor;
            if (dead != NULL && eng_bit(dead, at))
                continue;
            *ret_key = eng_block_text(b, b->documents.ptr[at].key);
            if (ret_version != NULL)
                *ret_version = b->documents.ptr[at].version;
            return true;
        }
        at -= b->documents.n;
    }
    return false;
}
