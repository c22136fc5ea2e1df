/* lattice_impl.h - the best way to cut one word into pieces, found while the word comes in.
 *
 * Only the paths to the last few bytes can still go on. Where all of them have met, what is before
 * is settled and given out, so a word of a megabyte needs little room. Paths that never meet (a long
 * run of one character) are kept up to INF_LATTICE_MAX bytes; beyond, or when memory is out, the
 * best path so far is taken.
 */
#ifndef ANC_INFER_LATTICE_IMPL_H
#define ANC_INFER_LATTICE_IMPL_H

#include "unigram_impl.h"

enum { INF_LATTICE_FIRST = 1024, INF_LATTICE_MAX = 1 << 18 };

/* The best path to the byte before it. */
typedef struct inf_node {
    double score;
    uint32_t id;   /* of its last piece */
    uint16_t len;  /* of its last piece in bytes; 0: no path comes here */
    uint16_t next; /* of the piece that goes on from here, once that is settled */
} inf_node;

typedef struct inf_lattice {
    const inf_unigram *model; /* borrowed */
    char *bytes;              /* of the word, what is settled left out: [cap] */
    inf_node *nodes;          /* [cap + 1] */
    size_t cap, len;
    size_t done;     /* all pieces that begin before are in the nodes */
    bool in_unknown; /* the last piece given was the unknown one */
    uint32_t *ids;   /* NULL: only counted */
    size_t n, max;   /* of ids */
    bool more;       /* there was a piece beyond `max`; nothing else is done then */
    char *heap;      /* owned: `bytes` and `nodes` that outgrew the first */
    char first_bytes[INF_LATTICE_FIRST];
    inf_node first_nodes[INF_LATTICE_FIRST + 1];
} inf_lattice;

void inf_lattice_begin(inf_lattice *l, const inf_unigram *model, uint32_t *ids, size_t max);
void inf_lattice_done(inf_lattice *l);

/* A character more of the word. */
void inf_lattice_add(inf_lattice *l, uint32_t code_point);

/* The word ends: its pieces are given. Nothing when there is none. */
void inf_lattice_end_word(inf_lattice *l);

#endif
