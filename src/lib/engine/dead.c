/* dead.c - what died in a block, and what follows from it: which chunks live, how many of a term's do.
 *
 * The latter is counted when a search asks for it, and remembered in a slot of a table: row + 1 of the term, how many
 * documents had been killed by then, and the count; 0: nothing. Who asks again looks only at what was killed since.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

enum {
    FEW_POSTINGS = 256, /* are counted as fast as they are looked up */
    LEAST_COUNTED = 64,
    MOST_COUNTED = 4096,
    COUNT_BITS = 31,
    KILLED_BITS = 7,
    ROW_BITS = 64 - COUNT_BITS - KILLED_BITS
};

static_assert(ENG_KILLED < 1 << KILLED_BITS, "a slot says how many were killed");

eng_dead *eng_dead_ref(eng_dead *dead)
{
    if (dead != NULL)
        atomic_fetch_add_explicit(&dead->refs, 1, memory_order_relaxed);
    return dead;
}

void eng_dead_unref(eng_dead *dead)
{
    if (dead == NULL || atomic_fetch_sub_explicit(&dead->refs, 1, memory_order_acq_rel) != 1)
        return;
    free(atomic_load_explicit(&dead->live, memory_order_relaxed));
    free(dead);
}

void eng_part_unref(eng_part *part)
{
    eng_block_unref(part->block);
    eng_dead_unref(part->dead);
}

static size_t words_of(const eng_block *b)
{
    return eng_block_chunks(b) / 64 + 1;
}

static void set_runs(uint64_t *bits, const eng_block *b, const uint64_t *dead)
{
    for (size_t d = 0; d < b->documents.n; d++) {
        const eng_block_document *row = &b->documents.ptr[d];
        if (eng_bit(dead, d))
            continue;
        for (uint32_t c = row->first_chunk; c < row->first_chunk + row->n_chunks; c++)
            eng_bit_set(bits, c);
    }
}

const uint64_t *eng_part_live(const eng_part *part)
{
    eng_dead *dead = part->dead;
    uint64_t *there = atomic_load_explicit(&dead->live, memory_order_acquire);
    if (there != NULL)
        return there;
    uint64_t *made = calloc(words_of(part->block), sizeof *made);
    if (made == NULL)
        return NULL;
    set_runs(made, part->block, dead->bits);
    if (atomic_compare_exchange_strong_explicit(&dead->live, &there, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    free(made);
    return there;
}

/* ---- counts ----------------------------------------------------------------------------------- */

static uint32_t count_dead(const eng_part *part, const eng_block_term *term)
{
    const eng_block *b = part->block;
    const uint64_t *live = eng_part_live(part);
    uint32_t n = 0;
    eng_postings p;
    eng_block_postings(b, term, &p);
    while (eng_postings_unpack_next(&p))
        for (uint32_t i = 0; i < p.n; i++)
            n += live != NULL ? !eng_bit(live, p.chunks[i])
                              : eng_bit(part->dead->bits, b->document_of.ptr[p.chunks[i]]);
    return n;
}

static uint64_t row_in(uint64_t slot)
{
    return slot >> (COUNT_BITS + KILLED_BITS);
}

static uint32_t killed_in(uint64_t slot)
{
    return (uint32_t)(slot >> COUNT_BITS) & ((1u << KILLED_BITS) - 1);
}

/* How many chunks of the documents killed from number `i` on have the term. */
static uint32_t count_killed(const eng_part *part, const eng_block_term *term, uint32_t i)
{
    uint32_t n = 0;
    for (; i < part->dead->n_killed; i++) {
        const eng_killed *k = &part->dead->killed[i];
        eng_postings p;
        eng_block_postings(part->block, term, &p);
        for (bool is = eng_postings_seek(&p, k->from); is && p.chunk < k->to;
             is = eng_postings_next(&p))
            n++;
    }
    return n;
}

uint32_t eng_part_live_df(const eng_part *part, const eng_block_term *term)
{
    const eng_dead *dead = part->dead;
    const uint64_t row = (uint64_t)(term - part->block->terms.ptr) + 1;
    if (dead == NULL)
        return term->df;
    if (term->df <= FEW_POSTINGS || row >> ROW_BITS != 0)
        return term->df - count_dead(part, term);
    _Atomic uint64_t *slot = &dead->counted[row & (dead->n_counted - 1)];
    const uint64_t known = atomic_load_explicit(slot, memory_order_relaxed);
    uint32_t count = (uint32_t)known & ((1u << COUNT_BITS) - 1);
    if (row_in(known) == row)
        count += count_killed(part, term, killed_in(known));
    else
        count = count_dead(part, term);
    const uint64_t now = (row << KILLED_BITS | dead->n_killed) << COUNT_BITS | count;
    if (now != known)
        atomic_store_explicit(slot, now, memory_order_relaxed);
    return term->df - count;
}

/* Makes room for another document: the older half goes, and the counts that were not asked for since. */
static void forget_half(eng_dead *dead)
{
    const uint32_t half = dead->n_killed / 2;
    memmove(dead->killed, dead->killed + half, (dead->n_killed - half) * sizeof *dead->killed);
    dead->n_killed -= half;
    for (size_t i = 0; i < dead->n_counted; i++) {
        const uint64_t known = atomic_load_explicit(&dead->counted[i], memory_order_relaxed);
        const uint64_t kept = killed_in(known) >= half ? known - ((uint64_t)half << COUNT_BITS) : 0;
        atomic_store_explicit(&dead->counted[i], known != 0 ? kept : 0, memory_order_relaxed);
    }
}

/* ---- dying ------------------------------------------------------------------------------------ */

static void copy_into(eng_dead *to, const eng_dead *from, const eng_block *b, size_t words)
{
    const uint64_t *live = atomic_load_explicit(&from->live, memory_order_acquire);
    to->chunks = from->chunks;
    to->length = from->length;
    to->vectors = from->vectors;
    to->documents = from->documents;
    memcpy(to->bits, from->bits, words * sizeof(uint64_t));
    to->n_killed = from->n_killed;
    memcpy(to->killed, from->killed, sizeof to->killed);
    for (size_t i = 0; i < from->n_counted; i++)
        atomic_init(&to->counted[i], atomic_load_explicit(&from->counted[i], memory_order_relaxed));
    uint64_t *copy = live != NULL ? malloc(words_of(b) * sizeof *copy) : NULL;
    if (copy != NULL)
        memcpy(copy, live, words_of(b) * sizeof *copy);
    atomic_init(&to->live, copy); /* NULL: made again when it is asked for */
}

/* Slots for the frequent terms of a block. */
static uint32_t slots_of(const eng_block *b)
{
    uint32_t n = LEAST_COUNTED;
    while (n < MOST_COUNTED && n < b->n_postings / FEW_POSTINGS)
        n *= 2;
    return n;
}

eng_dead *eng_dead_new(const eng_block *b)
{
    const size_t words = (b->documents.n + 63) / 64;
    const uint32_t n_counted = slots_of(b);
    eng_dead *dead = calloc(1, sizeof *dead + (words + n_counted) * sizeof(uint64_t));
    if (dead == NULL)
        return NULL;
    atomic_init(&dead->refs, 1);
    dead->n_counted = n_counted;
    dead->counted = (_Atomic uint64_t *)(dead->bits + words);
    return dead;
}

/* The part's bitmap for this part alone, to be written: a copy where another snapshot has it too. */
static eng_dead *own_dead(const eng_part *part)
{
    if (part->dead != NULL && atomic_load_explicit(&part->dead->refs, memory_order_acquire) == 1)
        return part->dead;
    eng_dead *dead = eng_dead_new(part->block);
    if (dead == NULL)
        return NULL;
    if (part->dead != NULL)
        copy_into(dead, part->dead, part->block, (part->block->documents.n + 63) / 64);
    return dead;
}

bool eng_part_kill(eng_part *part, uint32_t row)
{
    const eng_block *b = part->block;
    const eng_block_document *document = &b->documents.ptr[row];
    const uint32_t from = document->first_chunk, to = from + document->n_chunks;
    eng_dead *dead = own_dead(part);
    if (dead == NULL)
        return false;
    if (dead != part->dead)
        eng_dead_unref(part->dead);
    part->dead = dead;
    if (dead->n_killed == ENG_KILLED)
        forget_half(dead);
    dead->killed[dead->n_killed++] = (eng_killed){from, to};
    eng_bit_set(dead->bits, row);
    dead->documents++;
    dead->chunks += document->n_chunks;
    uint64_t *live = atomic_load_explicit(&dead->live, memory_order_relaxed);
    for (uint32_t c = from; c < to; c++) {
        dead->length += b->lengths.ptr[c];
        dead->vectors += eng_block_has_vector(b, c) ? 1 : 0;
        if (live != NULL)
            live[c / 64] &= ~(UINT64_C(1) << (c % 64));
    }
    return true;
}
