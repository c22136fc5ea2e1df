/* trie.c - building a double array: nodes are placed one after the other where their children fit.
 *
 * Free units of the newest blocks are in a ring; older blocks are closed, so that a search looks at
 * a bounded number of places and the array stays nearly full.
 */
#include "trie_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { OPEN_BLOCKS = 16, TRIES = 512, UNITS_MAX = INF_TRIE_BASE + 1, NONE = 0 };

/* Beside each unit while building. Unit 0 is the root and never free: it heads the ring. */
typedef struct place {
    uint32_t next, prev;
    bool taken, is_base;
} place;

/* Keys [first, last) begin with the same `depth` bytes, which lead to `unit`. */
typedef struct branch {
    uint32_t first, last, depth, unit;
} branch;

typedef struct builder {
    const inf_trie_key *keys;
    uint32_t *units;
    place *places;
    branch *stack;
    size_t n_stack;
    size_t n, cap;
} builder;

static void builder_done(builder *b)
{
    free(b->units);
    free(b->places);
    free(b->stack);
}

static int compare(const void *a, const void *b)
{
    const inf_trie_key *x = a, *y = b;
    const int order = anc_str_cmp(x->text, y->text);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

/* The last of equal texts stays; the new count. */
static size_t without_doubles(inf_trie_key *keys, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || !anc_str_eq(keys[i].text, keys[i + 1].text))
            keys[kept++] = keys[i];
    return kept;
}

static void unlink_place(builder *b, uint32_t at)
{
    place *p = &b->places[at];
    b->places[p->prev].next = p->next;
    b->places[p->next].prev = p->prev;
}

static void take(builder *b, uint32_t at)
{
    unlink_place(b, at);
    b->places[at].taken = true;
}

static bool grow(builder *b)
{
    const size_t cap = b->cap > 0 ? 2 * b->cap : (size_t)64 * INF_TRIE_BLOCK;
    uint32_t *units = realloc(b->units, cap * sizeof *units);
    if (units != NULL)
        b->units = units;
    place *places = realloc(b->places, cap * sizeof *places);
    if (places != NULL)
        b->places = places;
    if (units == NULL || places == NULL)
        return false;
    b->cap = cap;
    return true;
}

static void close_block(builder *b, size_t block)
{
    const size_t from = block * INF_TRIE_BLOCK;
    for (size_t i = from > 0 ? from : 1; i < from + INF_TRIE_BLOCK; i++)
        if (!b->places[i].taken)
            take(b, (uint32_t)i);
}

/* A new block, whose units all go to the end of the ring. */
static anc_status add_block(builder *b, anc_err *err)
{
    if (b->n >= UNITS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "the vocabulary needs more than %d units", UNITS_MAX);
    if (b->n == b->cap && !grow(b))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the vocabulary");
    memset(b->units + b->n, 0, INF_TRIE_BLOCK * sizeof *b->units);
    memset(b->places + b->n, 0, INF_TRIE_BLOCK * sizeof *b->places);
    const size_t block = b->n / INF_TRIE_BLOCK;
    if (block >= OPEN_BLOCKS)
        close_block(b, block - OPEN_BLOCKS);
    for (size_t i = b->n; i < b->n + INF_TRIE_BLOCK; i++) {
        if (i == 0) {
            b->places[0].taken = true; /* alone in the ring */
            continue;
        }
        place *p = &b->places[i];
        p->prev = b->places[0].prev;
        p->next = NONE;
        b->places[p->prev].next = (uint32_t)i;
        b->places[0].prev = (uint32_t)i;
    }
    b->n += INF_TRIE_BLOCK;
    return ANC_OK;
}

static bool fits(const builder *b, uint32_t base, const unsigned char *labels, size_t n)
{
    if (b->places[base].is_base)
        return false;
    for (size_t i = 0; i < n; i++)
        if (b->places[base ^ labels[i]].taken)
            return false;
    return true;
}

/* A base where all of `labels` fit. */
static anc_status find_base(builder *b, const unsigned char *labels, size_t n, uint32_t *ret,
                            anc_err *err)
{
    size_t tries = 0;
    for (uint32_t at = b->places[0].next; at != NONE && tries < TRIES; tries++) {
        *ret = at ^ labels[0];
        if (fits(b, *ret, labels, n))
            return ANC_OK;
        at = b->places[at].next;
    }
    ANC_TRY(add_block(b, err));
    *ret = (uint32_t)(b->n - INF_TRIE_BLOCK); /* no unit of it is taken, none is a base */
    return ANC_OK;
}

/* The bytes that follow in a branch (0: a text ends), and where the keys of each begin. */
static size_t labels_of(const builder *b, const branch *br, unsigned char labels[INF_TRIE_BLOCK],
                        uint32_t firsts[INF_TRIE_BLOCK + 1])
{
    size_t n = 0;
    for (uint32_t i = br->first; i < br->last; i++) {
        const anc_str text = b->keys[i].text;
        const unsigned char c = br->depth < text.len ? (unsigned char)text.ptr[br->depth] : 0;
        if (n > 0 && labels[n - 1] == c)
            continue;
        labels[n] = c;
        firsts[n++] = i;
    }
    firsts[n] = br->last;
    return n;
}

static anc_status place_branch(builder *b, const branch *br, anc_err *err)
{
    unsigned char labels[INF_TRIE_BLOCK];
    uint32_t firsts[INF_TRIE_BLOCK + 1];
    uint32_t base = 0;
    const size_t n = labels_of(b, br, labels, firsts);
    ANC_TRY(find_base(b, labels, n, &base, err));
    b->places[base].is_base = true;
    b->units[br->unit] |= base << INF_TRIE_SHIFT | (labels[0] == 0 ? INF_TRIE_ENDS : 0u);
    for (size_t i = 0; i < n; i++) {
        const uint32_t at = base ^ labels[i];
        take(b, at);
        if (labels[i] == 0) {
            b->units[at] = INF_TRIE_NUMBER | b->keys[firsts[i]].number;
            continue;
        }
        b->units[at] = labels[i];
        b->stack[b->n_stack++] = (branch){firsts[i], firsts[i + 1], br->depth + 1, at};
    }
    return ANC_OK;
}

static anc_status build(builder *b, size_t n_keys, anc_err *err)
{
    b->stack = malloc((n_keys + 1) * sizeof *b->stack); /* branches share no key */
    if (b->stack == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the vocabulary");
    ANC_TRY(add_block(b, err));
    if (n_keys > 0)
        b->stack[b->n_stack++] = (branch){0, (uint32_t)n_keys, 0, 0};
    while (b->n_stack > 0) {
        const branch br = b->stack[--b->n_stack];
        ANC_TRY(place_branch(b, &br, err));
    }
    return ANC_OK;
}

anc_status inf_trie_build(inf_trie_key *keys, size_t n, inf_trie *ret, anc_err *err)
{
    ANC_CLEANUP(builder_done) builder b = {.keys = keys};
    qsort(keys, n, sizeof *keys, compare);
    n = without_doubles(keys, n);
    ANC_TRY(build(&b, n, err));
    *ret = (inf_trie){.n = b.n};
    for (size_t i = 0; i < n; i++)
        if (keys[i].text.len > ret->longest)
            ret->longest = keys[i].text.len;
    uint32_t *fitted = realloc(b.units, b.n * sizeof *fitted);
    ret->units = fitted != NULL ? fitted : b.units;
    b.units = NULL;
    return ANC_OK;
}

void inf_trie_done(inf_trie *trie)
{
    free(trie->units);
    *trie = (inf_trie){0};
}
