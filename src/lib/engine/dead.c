/* dead.c - what died in a block, and what follows from it: which chunks live, how many of a term's do. */
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

enum {
    FEW_POSTINGS = 256, /* are counted as fast as they are looked up */
    FEW_KILLED = 16     /* documents of one publish, after which nothing counted is kept */
};

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

uint32_t eng_part_live_df(const eng_part *part, const eng_block_term *term)
{
    eng_dead *dead = part->dead;
    if (dead == NULL)
        return term->df;
    if (term->df <= FEW_POSTINGS)
        return term->df - count_dead(part, term);
    const uint64_t row = (uint64_t)(term - part->block->terms.ptr) + 1;
    _Atomic uint64_t *slot = &dead->counted[row % ENG_COUNTED];
    uint64_t known = atomic_load_explicit(slot, memory_order_relaxed);
    if (known >> 32 != row) {
        known = row << 32 | count_dead(part, term);
        atomic_store_explicit(slot, known, memory_order_relaxed);
    }
    return term->df - (uint32_t)known;
}

/* Chunks [from, to) die: the counts of terms that they have go up. */
static void count_more(eng_dead *dead, const eng_block *b, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < ENG_COUNTED; i++) {
        const uint64_t known = atomic_load_explicit(&dead->counted[i], memory_order_relaxed);
        if (known == 0)
            continue;
        uint64_t more = 0;
        eng_postings p;
        eng_block_postings(b, &b->terms.ptr[(known >> 32) - 1], &p);
        for (bool is = eng_postings_seek(&p, from); is && p.chunk < to; is = eng_postings_next(&p))
            more++;
        atomic_store_explicit(&dead->counted[i], known + more, memory_order_relaxed);
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
    for (size_t i = 0; i < ENG_COUNTED; i++)
        atomic_init(&to->counted[i], atomic_load_explicit(&from->counted[i], memory_order_relaxed));
    uint64_t *copy = live != NULL ? malloc(words_of(b) * sizeof *copy) : NULL;
    if (copy != NULL)
        memcpy(copy, live, words_of(b) * sizeof *copy);
    atomic_init(&to->live, copy); /* NULL: made again when it is asked for */
}

/* The part's bitmap for this part alone, to be written: a copy where another snapshot has it too. */
static eng_dead *own_dead(const eng_part *part)
{
    const size_t words = (part->block->documents.n + 63) / 64;
    if (part->dead != NULL && atomic_load_explicit(&part->dead->refs, memory_order_acquire) == 1)
        return part->dead;
    eng_dead *dead = calloc(1, sizeof *dead + words * sizeof(uint64_t));
    if (dead == NULL)
        return NULL;
    if (part->dead != NULL)
        copy_into(dead, part->dead, part->block, words);
    atomic_init(&dead->refs, 1);
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
    if (++dead->killed <= FEW_KILLED)
        count_more(dead, b, from, to);
    else if (dead->killed == FEW_KILLED + 1)
        for (size_t i = 0; i < ENG_COUNTED; i++)
            atomic_store_explicit(&dead->counted[i], 0, memory_order_relaxed);
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
