/* postings.h - which chunks have a term and how often: packed, read forward, with leaps.
 *
 * A term in fewer than ENG_PACK chunks is a tail alone. One in more has packs of ENG_PACK postings, each with a
 * head that tells its last chunk and the most that one of its postings can add to a score, and a tail for the
 * rest. Little endian, no alignment:
 *
 *   tail     per chunk, ascending: varint(gap << 1 | (tf is 1)), then varint(tf) where it is not 1; the first gap
 *            counts from the last chunk of the last pack, or from -1
 *   packed   uint32 bytes up to the tail, uint8 impact of the tail, 3 bytes 0, then the heads, then the packs, then
 *            the tail
 *   head     12 bytes: uint32 last chunk, uint32 bytes from the first pack to this one, uint8 bits of a gap, uint8
 *            bits of a tf, uint8 impact, uint8 0
 *   pack     ENG_PACK gaps less 1, then ENG_PACK times less 1, in so many bits each: 32 rows of 4 numbers, the four
 *            numbers of a row in four words side by side, row after row from the low bits up
 *
 * An impact is 255 * tf / (tf + norm) rounded up, the greatest of its postings, with the norm of BM25 for the mean
 * length that the block had when it was made (eng_block.impact_mean).
 *
 * A reader knows where its list ends and how many chunks there are: bytes of a file that mean nothing end a list, they
 * lead nowhere, and chunks never descend.
 */
#ifndef ANC_ENGINE_POSTINGS_H
#define ANC_ENGINE_POSTINGS_H

#include "base/base.h"

enum {
    ENG_PACK = 128,
    ENG_PACK_HEAD_BYTES = 12,
    ENG_PACKED_FRONT_BYTES = 8,
    ENG_IMPACT_WHOLE = 255,
    ENG_PACK_MAX_BYTES = 2 * ENG_PACK * 4
};

/* BM25. */
#define ENG_K1 1.2
#define ENG_B  0.75

/* One list on its way. `chunk` and `tf` are of the posting read last; UINT32_MAX before the first. Counts of a pack are
 * unpacked when they are asked for. */
typedef struct eng_postings {
    const unsigned char *heads; /* NULL: a tail alone */
    const unsigned char *packs;
    const unsigned char *tail; /* what is left of it */
    const unsigned char *end;
    uint32_t limit; /* every chunk is below it */
    uint32_t n_heads;
    uint32_t head; /* of the pack that is unpacked; n_heads: the tail; UINT32_MAX: none yet */
    uint32_t seen; /* a head that was looked at: where it may go on */
    uint32_t n_tail;
    uint8_t tail_impact;             /* 0: not known */
    uint32_t n, i;                   /* unpacked, and the next of them */
    const unsigned char *packed_tfs; /* of the pack; NULL: `tfs` has them */
    unsigned tf_bits;
    uint32_t chunk, tf;
    uint32_t chunks[ENG_PACK];
    uint32_t tfs[ENG_PACK];
} eng_postings;

/* A list of `df` postings: `bytes` [n], of chunks below `limit`. */
void eng_postings_open(eng_postings *p, const unsigned char *bytes, size_t n, uint32_t df,
                       uint32_t limit);

/* What is wrong with a list that was just opened, read from end to end: NULL when nothing is. `norm` gives that of a
 * chunk, for the impacts; NULL: they are not looked at. */
const char *eng_postings_fault(eng_postings *p, uint32_t df,
                               double (*norm)(const void *arg, uint32_t chunk),
                               const void *arg) ANC_MUST_CHECK;

/* Unpacks the next pack or the tail, without its counts; false at the end. */
bool eng_postings_unpack_next(eng_postings *p);

void eng_postings_unpack_tfs(eng_postings *p);

/* The counts of what is unpacked: [n]. */
static inline const uint32_t *eng_postings_tfs(eng_postings *p)
{
    if (p->packed_tfs != NULL)
        eng_postings_unpack_tfs(p);
    return p->tfs;
}

/* False at the end. */
static inline bool eng_postings_next(eng_postings *p)
{
    if (p->i == p->n && !eng_postings_unpack_next(p))
        return false;
    p->chunk = p->chunks[p->i];
    p->tf = eng_postings_tfs(p)[p->i++];
    return true;
}

/* To the first posting of a chunk that is not before `chunk`; false when there is none. Forward only. `tf` is good
 * where it is a posting of that very chunk; eng_postings_tfs knows the others'. */
bool eng_postings_seek(eng_postings *p, uint32_t chunk);

/* The most that a posting of a chunk in [from, to) can have as its impact, 0 when none is there; passes over
 * packs that end before `from`, unpacks nothing. 255 where it is not known. `from` ascends, and what is sought for. */
uint8_t eng_postings_impact(eng_postings *p, uint32_t from, uint32_t to);

/* The pack or tail in which a posting of `chunk` would stand, without unpacking it: its last chunk, UINT32_MAX for the
 * tail or where there is none; *ret_impact as eng_postings_impact. Chunks ascend, and what is sought for. */
uint32_t eng_postings_look(eng_postings *p, uint32_t chunk, uint8_t *ret_impact);

/* Unpacks what was looked at last and stands at its first posting; false, with n 0, where there is none. */
bool eng_postings_unpack_seen(eng_postings *p);

/* Of what is unpacked the first posting whose chunk is not before `chunk`, or the last one. */
static inline uint32_t eng_postings_place(const eng_postings *p, uint32_t chunk)
{
    const uint32_t *at = p->chunks;
    if (p->n == ENG_PACK) { /* so mostly: in steps that are known */
        for (uint32_t half = ENG_PACK / 2; half > 0; half /= 2)
            at += at[half - 1] < chunk ? half : 0;
        return (uint32_t)(at - p->chunks);
    }
    for (uint32_t n = p->n; n > 1;) {
        const uint32_t half = n / 2;
        at += at[half - 1] < chunk ? half : 0;
        n -= half;
    }
    return (uint32_t)(at - p->chunks);
}

/* Where the unpacked chunks from the present one on reach `end`. */
static inline uint32_t eng_postings_before(const eng_postings *p, uint32_t end)
{
    if (p->n == 0 || p->chunks[p->n - 1] < end)
        return p->n;
    return eng_postings_place(p, end);
}

/* At most ten bytes are read, none from `end` on. */
static inline uint64_t eng_varint(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *p = *at;
    uint64_t v = 0;
    for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
        const unsigned char byte = *p++;
        v |= (uint64_t)(byte & 0x7fu) << shift;
        if (byte < 0x80)
            break;
    }
    *at = p;
    return v;
}

/* Writes `v`; the byte behind it. At most 10 bytes. */
static inline unsigned char *eng_put_varint(unsigned char *at, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *at++ = (unsigned char)(v | 0x80);
    *at++ = (unsigned char)v;
    return at;
}

/* ---- packs ------------------------------------------------------------------------------------ */

/* Bits that the greatest of ENG_PACK numbers needs. */
unsigned eng_pack_bits(const uint32_t *numbers);

/* Bytes of ENG_PACK numbers in so many bits. */
static inline size_t eng_pack_bytes(unsigned bits)
{
    return (size_t)bits * (ENG_PACK / 8);
}

void eng_pack(const uint32_t *numbers, unsigned bits, unsigned char *ret);
void eng_unpack(const unsigned char *bytes, unsigned bits, uint32_t *ret);

/* Numbers less 1 as steps behind `before`, added up modulo 2^32. */
void eng_unpack_steps(const unsigned char *bytes, unsigned bits, uint32_t before, uint32_t *ret);

/* ---- writing ---------------------------------------------------------------------------------- */

/* The norms that impacts are made with. */
typedef struct eng_norms {
    const uint32_t *lengths; /* of the chunks; NULL: each has the mean length */
    double mean;             /* of a chunk */
    bool are_known;          /* false at first: `inverse` is filled when it is needed */
    double inverse[512];     /* 1 / norm, by length */
} eng_norms;

/* Bytes that a list of so many postings may take. */
size_t eng_postings_most(size_t n);

/* Writes the list of `chunks` [n], which ascend, with `tfs` [n]; the byte behind it. */
unsigned char *eng_postings_write(const uint32_t *chunks, const uint32_t *tfs, size_t n,
                                  eng_norms *norms, unsigned char *at);

#endif
