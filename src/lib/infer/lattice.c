/* lattice.c - Viterbi's search over a window that is settled from the left. */
#include "lattice_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { RING = 2 * INF_UNIGRAM_PIECE_MAX_BYTES };

void inf_lattice_begin(inf_lattice *l, const inf_unigram *model, uint32_t *ids, size_t max)
{
    l->model = model;
    l->bytes = l->first_bytes;
    l->nodes = l->first_nodes;
    l->cap = INF_LATTICE_FIRST;
    l->len = l->done = 0;
    l->in_unknown = false;
    l->ids = ids;
    l->n = 0;
    l->max = max;
    l->more = false;
    l->heap = NULL;
    l->nodes[0] = (inf_node){0};
}

void inf_lattice_done(inf_lattice *l)
{
    free(l->heap);
}

static size_t length_of(unsigned char first_byte)
{
    return first_byte < 0x80 ? 1 : first_byte < 0xE0 ? 2 : first_byte < 0xF0 ? 3 : 4;
}

/* A piece of `len` bytes from `from` on: the better path to its end stays, the earlier of two that
 * are equal. */
static void offer(inf_lattice *l, size_t from, size_t len, uint32_t id, double score)
{
    inf_node *node = &l->nodes[from + len];
    const double sum = score + l->nodes[from].score;
    if (node->len == 0 || sum > node->score)
        *node = (inf_node){.score = sum, .id = id, .len = (uint16_t)len};
}

/* All pieces that begin at `from`. */
static void expand(inf_lattice *l, size_t from)
{
    const inf_unigram *u = l->model;
    const size_t character = length_of((unsigned char)l->bytes[from]);
    uint32_t base = inf_trie_root(&u->pieces);
    bool covered = false;
    for (size_t at = from; at < l->len && l->bytes[at] != '\0'; at++) {
        bool ends = false;
        if (!inf_trie_step(&u->pieces, &base, (unsigned char)l->bytes[at], &ends))
            break;
        if (!ends)
            continue;
        const uint32_t id = inf_trie_number(&u->pieces, base);
        offer(l, from, at + 1 - from, id, u->scores[id]);
        covered = covered || at + 1 - from == character;
    }
    if (!covered)
        offer(l, from, character, u->unk, u->unk_score);
}

/* Expands what begins before `end`. */
static void expand_to(inf_lattice *l, size_t end)
{
    while (l->done < end) {
        expand(l, l->done);
        l->done += length_of((unsigned char)l->bytes[l->done]);
    }
}

static void give_id(inf_lattice *l, uint32_t id)
{
    if (l->n == l->max) {
        l->more = true;
        return;
    }
    if (l->ids != NULL)
        l->ids[l->n] = id;
    l->n++;
}

/* Neighbours that are unknown are one. */
static void give(inf_lattice *l, uint32_t id, const char *bytes, size_t len)
{
    const bool unknown = id == l->model->unk;
    if (unknown && l->model->bytes)
        for (size_t i = 0; i < len && !l->more; i++)
            give_id(l, l->model->byte_ids[(unsigned char)bytes[i]]);
    else if (!unknown || !l->in_unknown)
        give_id(l, id);
    l->in_unknown = unknown;
}

/* Gives the path to `end` and leaves what is behind it. */
static void settle(inf_lattice *l, size_t end)
{
    for (size_t at = end; at > 0; at -= l->nodes[at].len)
        l->nodes[at - l->nodes[at].len].next = l->nodes[at].len;
    for (size_t at = 0; at < end && !l->more;) {
        const size_t len = l->nodes[at].next;
        give(l, l->nodes[at + len].id, l->bytes + at, len);
        at += len;
    }
    memmove(l->bytes, l->bytes + end, l->len - end);
    memmove(l->nodes, l->nodes + end, (l->len - end + 1) * sizeof *l->nodes);
    l->nodes[0].len = 0;
    l->len -= end;
    l->done -= end;
}

/* Where all paths that can go on have met: those to `done` and to all behind it, which pieces that
 * begin before `done` have reached. They are never farther apart than the longest piece. */
static size_t meeting(const inf_lattice *l)
{
    bool live[RING] = {false};
    size_t paths = 0;
    for (size_t at = l->done; at <= l->len; at++)
        if (l->nodes[at].len > 0) {
            live[at % RING] = true;
            paths++;
        }
    for (size_t at = l->len; at > 0; at--) {
        if (!live[at % RING])
            continue;
        if (paths == 1)
            return at;
        live[at % RING] = false;
        const size_t before = at - l->nodes[at].len;
        paths -= live[before % RING];
        live[before % RING] = true;
    }
    return 0;
}

static bool grow(inf_lattice *l)
{
    const size_t cap = 2 * l->cap, nodes_size = (cap + 1) * sizeof *l->nodes;
    if (cap > INF_LATTICE_MAX)
        return false;
    char *heap = malloc(nodes_size + cap);
    if (heap == NULL)
        return false;
    inf_node *nodes = (inf_node *)(void *)heap;
    memcpy(nodes, l->nodes, (l->len + 1) * sizeof *nodes);
    memcpy(heap + nodes_size, l->bytes, l->len);
    free(l->heap);
    l->heap = heap;
    l->nodes = nodes;
    l->bytes = heap + nodes_size;
    l->cap = cap;
    return true;
}

/* The best path to `done` is taken, and all that pass it by are forgotten. */
static void give_up(inf_lattice *l)
{
    for (size_t at = l->done + 1; at <= l->len; at++)
        l->nodes[at].len = 0;
    settle(l, l->done);
}

/* Room for one more character. */
static void make_room(inf_lattice *l)
{
    const size_t longest = l->model->pieces.longest;
    expand_to(l, l->len - longest);
    const size_t met = meeting(l);
    if (met >= l->cap / 4)
        settle(l, met);
    else if (!grow(l))
        give_up(l);
}

void inf_lattice_add(inf_lattice *l, uint32_t code_point)
{
    if (l->len + 4 > l->cap)
        make_room(l);
    const size_t n = anc_utf8_put(code_point, l->bytes + l->len);
    for (size_t i = 1; i <= n; i++)
        l->nodes[l->len + i].len = 0;
    l->len += n;
}

void inf_lattice_end_word(inf_lattice *l)
{
    if (l->len > 0) {
        expand_to(l, l->len);
        settle(l, l->len);
    }
    l->nodes[0].score = 0;
    l->in_unknown = false;
}
