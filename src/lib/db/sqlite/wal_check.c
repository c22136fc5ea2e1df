/* wal_check.c - the chain of sums, taken up again behind a frame that breaks it.
 *
 * Behind a wrong frame the chain goes on from its sum as it stands there, when its page or its numbers
 * were changed, or from its sum as it is computed, when the stored sum was.
 */
#include "wal_check.h"

#include "page_sum.h"

enum { HEADER = 32, FRAME = 24, MAGIC_LITTLE = 0x377f0682, MAGIC_BIG = 0x377f0683 };

typedef struct pair {
    uint32_t a, b;
} pair;

typedef struct log {
    const unsigned char *bytes;
    size_t page, n; /* bytes of a page, frames */
    bool big;       /* the words that are summed are big-endian */
    pair salt;
} log;

static uint32_t big_at(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t little_at(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static pair pair_at(const unsigned char *p)
{
    return (pair){big_at(p), big_at(p + 4)};
}

static bool same(pair x, pair y)
{
    return x.a == y.a && x.b == y.b;
}

static pair sum(pair s, const unsigned char *p, size_t n, bool big)
{
    for (size_t at = 0; at + 8 <= n; at += 8) {
        s.a += (big ? big_at(p + at) : little_at(p + at)) + s.b;
        s.b += (big ? big_at(p + at + 4) : little_at(p + at + 4)) + s.a;
    }
    return s;
}

static const unsigned char *frame_at(const log *l, size_t i)
{
    return l->bytes + HEADER + i * (FRAME + l->page);
}

static pair sum_of(const log *l, size_t i, pair before)
{
    const unsigned char *f = frame_at(l, i);
    return sum(sum(before, f, 8, l->big), f + FRAME, l->page, l->big);
}

static pair stored(const log *l, size_t i)
{
    return pair_at(frame_at(l, i) + 16);
}

static bool is_right(const log *l, size_t i, pair before)
{
    return i < l->n && same(pair_at(frame_at(l, i) + 8), l->salt) &&
           same(sum_of(l, i, before), stored(l, i));
}

static bool commits(const log *l, size_t i)
{
    return big_at(frame_at(l, i) + 4) != 0;
}

/* Whether a transaction that begins after frame `i` or later is in the log: frames from `i` on are
 * right, given the sum before them, one of them commits, and another follows. */
static bool has_later(const log *l, size_t i, pair before, bool committed)
{
    for (; is_right(l, i, before); i++) {
        if (committed)
            return true;
        committed = commits(l, i);
        before = stored(l, i);
    }
    return false;
}

/* Frame `i` breaks the chain that stood at `before`. It may be the one that committed, its flag
 * changed, so a frame right behind it is enough when the flag stands there; else one of the next has
 * to commit. */
static bool was_right(const log *l, size_t i, pair before)
{
    const bool committed = commits(l, i);
    return has_later(l, i + 1, stored(l, i), committed) ||
           has_later(l, i + 1, sum_of(l, i, before), committed);
}

static bool read_header(anc_str wal, log *ret)
{
    const unsigned char *p = (const unsigned char *)wal.ptr;
    if (wal.len < HEADER + FRAME)
        return false;
    const uint32_t magic = big_at(p);
    *ret = (log){.bytes = p, .page = big_at(p + 8), .big = magic == MAGIC_BIG};
    ret->salt = pair_at(p + 16);
    if ((magic != MAGIC_BIG && magic != MAGIC_LITTLE) || !db_page_size_fits(ret->page))
        return false;
    ret->n = (wal.len - HEADER) / (FRAME + ret->page);
    return ret->n > 0;
}

/* A header that is wrong although the first frame goes on from it: a header is synced before that is
 * written. A salt that was changed is that of no frame: the frame's own is taken. */
static bool was_header_right(const log *l, pair computed)
{
    log other = *l;
    other.salt = pair_at(frame_at(l, 0) + 8);
    return is_right(&other, 0, pair_at(l->bytes + 24)) || is_right(&other, 0, computed);
}

/* Magic and page size are needed to read anything: what they must have been is tried. */
static bool is_other_header(anc_str wal)
{
    static const uint32_t sizes[] = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
    for (size_t i = 0; i < 2 * ANC_COUNT(sizes) && wal.len >= HEADER + FRAME; i++) {
        log l = {.bytes = (const unsigned char *)wal.ptr, .page = sizes[i / 2], .big = i % 2 == 1};
        l.n = (wal.len - HEADER) / (FRAME + l.page);
        l.salt = pair_at(l.bytes + 16);
        if (l.n > 0 && is_right(&l, 0, pair_at(l.bytes + 24)))
            return true;
    }
    return false;
}

void db_wal_check(anc_str wal, bool *ret_damaged, size_t *ret_frame)
{
    log l;
    *ret_frame = 0;
    if (!read_header(wal, &l)) {
        *ret_damaged = is_other_header(wal);
        return;
    }
    pair before = sum((pair){0, 0}, l.bytes, 24, l.big);
    if (!same(before, pair_at(l.bytes + 24))) {
        *ret_damaged = was_header_right(&l, before);
        return;
    }
    size_t i = 0;
    while (is_right(&l, i, before))
        before = stored(&l, i++);
    *ret_damaged = i < l.n && was_right(&l, i, before);
    *ret_frame = *ret_damaged ? i + 1 : 0;
}
