/* postings.c - reading and writing lists of postings. */
#include "postings.h"

#include <math.h>

static uint32_t u32_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_u32(unsigned char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

/* ---- reading ---------------------------------------------------------------------------------- */

static const unsigned char *head_at(const eng_postings *p, uint32_t head)
{
    return p->heads + (size_t)head * ENG_PACK_HEAD_BYTES;
}

static uint32_t last_of(const eng_postings *p, uint32_t head)
{
    return u32_at(head_at(p, head));
}

/* Whether packs and tail lie behind each other within the list. */
static bool open_packs(eng_postings *p, const unsigned char *bytes, size_t n)
{
    const size_t front = ENG_PACKED_FRONT_BYTES + (size_t)p->n_heads * ENG_PACK_HEAD_BYTES;
    if (n < front || u32_at(bytes) < front || u32_at(bytes) > n)
        return false;
    p->heads = bytes + ENG_PACKED_FRONT_BYTES;
    p->packs = bytes + front;
    p->tail = bytes + u32_at(bytes);
    p->tail_impact = bytes[4];
    return true;
}

void eng_postings_open(eng_postings *p, const unsigned char *bytes, size_t n, uint32_t df,
                       uint32_t limit)
{
    p->n_heads = df / ENG_PACK;
    p->n_tail = df % ENG_PACK;
    p->head = UINT32_MAX;
    p->seen = 0;
    p->packed_tfs = NULL;
    p->n = p->i = 0;
    p->chunk = UINT32_MAX;
    p->tf = 0;
    p->tail_impact = 0;
    p->heads = p->packs = NULL;
    p->tail = bytes;
    p->end = bytes + n;
    p->limit = limit;
    if (p->n_heads > 0 && !open_packs(p, bytes, n))
        p->n_heads = p->n_tail = 0;
}

/* The chunks of a pack behind `before`, which is -1 at first; the last one. Steps of few bits cannot go past 2^32. */
static uint64_t unpack_chunks(const unsigned char *at, unsigned bits, uint64_t before,
                              uint32_t *chunks)
{
    enum { FEW_BITS = 24 };
    if (bits <= FEW_BITS) {
        eng_unpack_steps(at, bits, (uint32_t)before, chunks);
        return before + (uint32_t)(chunks[ENG_PACK - 1] - (uint32_t)before);
    }
    eng_unpack(at, bits, chunks);
    for (size_t i = 0; i < ENG_PACK; i++) {
        before += (uint64_t)chunks[i] + 1;
        chunks[i] = (uint32_t)before;
    }
    return before;
}

/* The pack ends with the chunk that its head says; false where it does not. */
static bool unpack(eng_postings *p, uint32_t head)
{
    const unsigned char *h = head_at(p, head);
    const size_t at = u32_at(h + 4), bytes = eng_pack_bytes(h[8]) + eng_pack_bytes(h[9]);
    const size_t all = (size_t)(p->tail - p->packs);
    if (h[8] > 32 || h[9] > 32 || at > all || bytes > all - at)
        return false;
    const uint64_t last =
        unpack_chunks(p->packs + at, h[8], head > 0 ? last_of(p, head - 1) : UINT64_MAX, p->chunks);
    p->packed_tfs = p->packs + at + eng_pack_bytes(h[8]);
    p->tf_bits = h[9];
    p->head = head;
    p->n = ENG_PACK;
    p->i = 0;
    return last == last_of(p, head) && last < p->limit;
}

void eng_postings_unpack_tfs(eng_postings *p)
{
    eng_unpack(p->packed_tfs, p->tf_bits, p->tfs);
    for (size_t i = 0; i < ENG_PACK; i++)
        p->tfs[i]++;
    p->packed_tfs = NULL;
}

static void unpack_tail(eng_postings *p)
{
    const unsigned char *at = p->tail;
    uint64_t chunk = p->n_heads > 0 ? last_of(p, p->n_heads - 1) : UINT64_MAX;
    p->head = p->n_heads;
    p->packed_tfs = NULL;
    p->n = p->i = 0;
    for (uint32_t i = 0; i < p->n_tail; i++) {
        const uint64_t v = eng_varint(&at, p->end);
        chunk += v >> 1;
        if (chunk >= p->limit)
            return;
        p->chunks[i] = (uint32_t)chunk;
        p->tfs[i] = (v & 1) != 0 ? 1 : (uint32_t)eng_varint(&at, p->end);
        p->n++;
    }
    p->tail = at;
}

/* Unpacks what stands at `head`; false at the end. */
static bool unpack_at(eng_postings *p, uint32_t head)
{
    if (head < p->n_heads && unpack(p, head))
        return true;
    if (head == p->n_heads && p->n_tail > 0) {
        unpack_tail(p);
        if (p->n > 0)
            return true;
    }
    p->head = p->n_heads + 1;
    p->packed_tfs = NULL;
    p->n = p->i = 0;
    return false;
}

bool eng_postings_unpack_next(eng_postings *p)
{
    return p->head <= p->n_heads || p->head == UINT32_MAX ? unpack_at(p, p->head + 1) : false;
}

/* The first pack, from `head` on, that does not end before `chunk`: leaps that double, then halves. */
static uint32_t find_head(const eng_postings *p, uint32_t head, uint32_t chunk)
{
    uint32_t step = 1, low = head;
    while (low + step < p->n_heads && last_of(p, low + step) < chunk) {
        low += step;
        step *= 2;
    }
    uint32_t high = low + step < p->n_heads ? low + step : p->n_heads;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (last_of(p, middle) < chunk)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* 255 where it is not known. */
static uint8_t impact_of_tail(const eng_postings *p)
{
    return p->tail_impact > 0 ? p->tail_impact : ENG_IMPACT_WHOLE;
}

/* A head, not before `head`, from where one may go on to `chunk`. */
static uint32_t go_on_from(const eng_postings *p, uint32_t head, uint32_t chunk)
{
    const bool good = p->seen > head && p->seen < p->n_heads && last_of(p, p->seen - 1) < chunk;
    return good ? p->seen : head;
}

bool eng_postings_seek(eng_postings *p, uint32_t chunk)
{
    if (p->chunk != UINT32_MAX && p->chunk >= chunk) {
        if (p->chunk == chunk && p->i > 0)
            p->tf = eng_postings_tfs(p)[p->i - 1];
        return true;
    }
    if (p->n == 0 || p->chunks[p->n - 1] < chunk) {
        const uint32_t from = p->head == UINT32_MAX ? 0 : p->head + 1;
        const uint32_t head =
            from < p->n_heads ? find_head(p, go_on_from(p, from, chunk), chunk) : from;
        if (!unpack_at(p, head))
            return false;
        if (p->chunks[p->n - 1] < chunk) { /* a tail that ends before */
            p->i = p->n;
            return false;
        }
    }
    p->i = eng_postings_place(p, chunk);
    p->chunk = p->chunks[p->i];
    if (p->chunk == chunk)
        p->tf = eng_postings_tfs(p)[p->i];
    p->i++;
    return true;
}

uint32_t eng_postings_look(eng_postings *p, uint32_t chunk, uint8_t *ret_impact)
{
    const uint32_t head = p->head == UINT32_MAX ? 0 : p->head;
    p->seen = head < p->n_heads ? find_head(p, go_on_from(p, head, chunk), chunk) : head;
    if (p->seen < p->n_heads) {
        *ret_impact = head_at(p, p->seen)[10];
        return last_of(p, p->seen);
    }
    *ret_impact = p->seen == p->n_heads && p->n_tail > 0 ? impact_of_tail(p) : 0;
    return UINT32_MAX;
}

bool eng_postings_unpack_seen(eng_postings *p)
{
    if (p->seen != p->head && !unpack_at(p, p->seen))
        return false;
    if (p->n > 0)
        p->chunk = p->chunks[0];
    p->i = p->n > 0 ? 1 : 0;
    return p->n > 0;
}

uint8_t eng_postings_impact(eng_postings *p, uint32_t from, uint32_t to)
{
    uint8_t most = 0;
    uint32_t head = p->head == UINT32_MAX ? 0 : p->head;
    if (head < p->n_heads)
        p->seen = head = find_head(p, go_on_from(p, head, from), from);
    for (; head < p->n_heads; head++) {
        const uint32_t before = head > 0 ? last_of(p, head - 1) : UINT32_MAX;
        if (before != UINT32_MAX && before + 1 >= to)
            return most;
        const uint8_t impact = head_at(p, head)[10];
        most = impact > most ? impact : most;
    }
    if (head == p->n_heads && p->n_tail > 0) {
        const uint8_t impact = impact_of_tail(p);
        const uint32_t before = head > 0 ? last_of(p, head - 1) : UINT32_MAX;
        const bool begins_later = before != UINT32_MAX && before + 1 >= to;
        most = !begins_later && impact > most ? impact : most;
    }
    return most;
}

static uint8_t impact_at(double exact)
{
    const double impact = ceil(exact);
    return (uint8_t)(impact < 1 ? 1 : impact < ENG_IMPACT_WHOLE ? impact : ENG_IMPACT_WHOLE);
}

static uint8_t impact_of(uint32_t tf, double norm)
{
    return impact_at(ENG_IMPACT_WHOLE * (double)tf / ((double)tf + norm));
}

/* The most that the pack or the tail of the present posting says it can give. */
static uint8_t impact_here(const eng_postings *p)
{
    if (p->head < p->n_heads)
        return head_at(p, p->head)[10];
    return impact_of_tail(p);
}

const char *eng_postings_fault(eng_postings *p, uint32_t df,
                               double (*norm)(const void *arg, uint32_t chunk), const void *arg)
{
    uint32_t before = UINT32_MAX, n = 0;
    for (; eng_postings_next(p); n++) {
        if (n > 0 && p->chunk <= before)
            return "postings do not ascend";
        if (p->tf == 0)
            return "a posting counts nothing";
        if (norm != NULL && impact_of(p->tf, norm(arg, p->chunk)) > impact_here(p))
            return "a posting gives more than its pack says";
        before = p->chunk;
    }
    if (n != df)
        return "there are fewer postings than the term has chunks";
    return p->tail != p->end ? "postings end before their list does" : NULL;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static double norm_of(const eng_norms *norms, double length)
{
    return ENG_K1 * (1 - ENG_B + ENG_B * length / norms->mean);
}

static void know(eng_norms *norms)
{
    for (size_t i = 0; i < ANC_COUNT(norms->inverse); i++)
        norms->inverse[i] = 1 / norm_of(norms, (double)i);
    norms->are_known = true;
}

static double inverse_of(const eng_norms *norms, uint32_t chunk)
{
    const double length = norms->lengths != NULL ? norms->lengths[chunk] : norms->mean;
    if (norms->lengths == NULL || norms->lengths[chunk] >= ANC_COUNT(norms->inverse))
        return 1 / norm_of(norms, length);
    return norms->inverse[norms->lengths[chunk]];
}

/* The greatest impact of some postings: that of the one with the most tf a norm. A little is added, so that no
 * posting's own impact, which is computed in another order, is above it. */
static uint8_t most_of(const uint32_t *chunks, const uint32_t *tfs, size_t n,
                       const eng_norms *norms)
{
    const double little = 1e-9;
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = (double)tfs[i] * inverse_of(norms, chunks[i]);
        most = x > most ? x : most;
    }
    return n > 0 ? impact_at(ENG_IMPACT_WHOLE * most / (1 + most) + little) : 0;
}

size_t eng_postings_most(size_t n)
{
    enum { MOST_A_POSTING = 15 };
    return ENG_PACKED_FRONT_BYTES + n / ENG_PACK * (ENG_PACK_HEAD_BYTES + ENG_PACK_MAX_BYTES) +
           n % ENG_PACK * MOST_A_POSTING;
}

/* ENG_PACK postings behind the chunk `last`; the byte behind the pack. */
static unsigned char *write_pack(const uint32_t *chunks, const uint32_t *tfs, uint32_t last,
                                 unsigned char *head, unsigned char *at)
{
    uint32_t gaps[ENG_PACK], times[ENG_PACK];
    gaps[0] = chunks[0] - last - 1;
    for (size_t i = 1; i < ENG_PACK; i++)
        gaps[i] = chunks[i] - chunks[i - 1] - 1;
    for (size_t i = 0; i < ENG_PACK; i++)
        times[i] = tfs[i] - 1;
    const unsigned gap_bits = eng_pack_bits(gaps), tf_bits = eng_pack_bits(times);
    put_u32(head, chunks[ENG_PACK - 1]);
    head[8] = (unsigned char)gap_bits;
    head[9] = (unsigned char)tf_bits;
    head[11] = 0;
    eng_pack(gaps, gap_bits, at);
    at += eng_pack_bytes(gap_bits);
    eng_pack(times, tf_bits, at);
    return at + eng_pack_bytes(tf_bits);
}

static unsigned char *write_tail(const uint32_t *chunks, const uint32_t *tfs, size_t n,
                                 uint32_t last, unsigned char *at)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t gap = chunks[i] - last;
        last = chunks[i];
        at = eng_put_varint(at, (uint64_t)gap << 1 | (tfs[i] == 1 ? 1u : 0u));
        if (tfs[i] != 1)
            at = eng_put_varint(at, tfs[i]);
    }
    return at;
}

unsigned char *eng_postings_write(const uint32_t *chunks, const uint32_t *tfs, size_t n,
                                  eng_norms *norms, unsigned char *at)
{
    const size_t packs = n / ENG_PACK, packed = packs * ENG_PACK;
    if (packs == 0)
        return write_tail(chunks, tfs, n, UINT32_MAX, at);
    if (!norms->are_known)
        know(norms);
    unsigned char *const front = at, *head = at + ENG_PACKED_FRONT_BYTES;
    unsigned char *const first = head + packs * ENG_PACK_HEAD_BYTES;
    at = first;
    for (size_t i = 0; i < packed; i += ENG_PACK, head += ENG_PACK_HEAD_BYTES) {
        put_u32(head + 4, (uint32_t)(at - first));
        head[10] = most_of(chunks + i, tfs + i, ENG_PACK, norms);
        at = write_pack(chunks + i, tfs + i, i > 0 ? chunks[i - 1] : UINT32_MAX, head, at);
    }
    put_u32(front, (uint32_t)(at - front));
    put_u32(front + 4, most_of(chunks + packed, tfs + packed, n - packed, norms));
    return write_tail(chunks + packed, tfs + packed, n - packed, chunks[packed - 1], at);
}
