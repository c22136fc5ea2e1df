/* hands.c - see hands.h.
 *
 * `state` has the number of the loop, its pieces, and the next one that nobody has taken: who moves that on by one has taken
 * it, and while it is not done the loop does not end, so that what belongs to the loop is read after that alone.
 */
#include "infer/hands.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "os/clock.h"
#include "os/wait.h"

enum {
    LINGER_NS = 300000,       /* so long is waited for the next loop, and two pieces long */
    LINGER_MOST_NS = 3000000, /* in all */
    PATIENCE_NS =
        50000, /* so long for a piece of another, and twice what its own took, before the leader sleeps */
    LOOK_SPINS = 32,   /* the clock is looked at after as many */
    PIECES_A_HAND = 2, /* of a loop */
    LINE = 64
};

struct inf_hands {
    _Alignas(LINE) atomic_uint_fast64_t state;
    _Alignas(LINE) atomic_uint done; /* pieces of this loop, by others */
    _Alignas(LINE) atomic_uint here; /* a bit a hand that is lent */
    atomic_bool open;
    atomic_bool sleeps; /* the leader, at `woken` */
    /* Of the loop that runs. */
    inf_hands_body *body;
    void *arg;
    size_t n, piece;
    bool slept; /* the leader's */
    pthread_mutex_t mutex;
    pthread_cond_t woken;
};

inf_hands *inf_hands_new(void)
{
    inf_hands *h = aligned_alloc(LINE, sizeof *h);
    if (h == NULL)
        return NULL;
    *h = (inf_hands){.body = NULL};
    (void)pthread_mutex_init(&h->mutex, NULL);
    os_cond_init(&h->woken);
    return h;
}

void inf_hands_free(inf_hands *h)
{
    if (h == NULL)
        return;
    (void)pthread_cond_destroy(&h->woken);
    (void)pthread_mutex_destroy(&h->mutex);
    free(h);
}

void inf_hands_open(inf_hands *h)
{
    h->slept = false;
    atomic_store(&h->open, true);
}

void inf_hands_close(inf_hands *h)
{
    atomic_store(&h->open, false);
}

bool inf_hands_slept(const inf_hands *h)
{
    return h->slept;
}

/* ---- waiting without the system -------------------------------------------------------------------- */

typedef struct spin {
    int64_t until_ns; /* 0: not looked at yet */
    unsigned n;
} spin;

/* False: it has been for `most_ns`. */
static bool spin_on(spin *s, int64_t most_ns)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
    if (++s->n % LOOK_SPINS != 0)
        return true;
    const int64_t now = os_mono_ns();
    if (s->until_ns == 0)
        s->until_ns = now + most_ns;
    return now < s->until_ns;
}

/* ---- pieces ---------------------------------------------------------------------------------------- */

static uint64_t state_of(uint64_t loop, uint64_t pieces)
{
    return loop << 32 | pieces << 16;
}

/* Takes the next piece of the loop that runs; false: there is none. */
static bool take_piece(inf_hands *h, size_t *ret)
{
    uint_fast64_t seen = atomic_load_explicit(&h->state, memory_order_acquire);
    while ((seen & 0xffff) < (seen >> 16 & 0xffff))
        if (atomic_compare_exchange_weak_explicit(&h->state, &seen, seen + 1, memory_order_acq_rel,
                                                  memory_order_acquire)) {
            *ret = seen & 0xffff;
            return true;
        }
    return false;
}

static void run_piece(const inf_hands *h, size_t i, unsigned hand)
{
    const size_t from = i * h->piece, to = from + h->piece;
    h->body(h->arg, from, to < h->n ? to : h->n, hand);
}

/* The leader is woken where it sleeps: it said so before it looked at `done` for the last time. */
static void piece_done(inf_hands *h)
{
    atomic_fetch_add(&h->done, 1);
    if (!atomic_load(&h->sleeps))
        return;
    (void)pthread_mutex_lock(&h->mutex);
    (void)pthread_cond_signal(&h->woken);
    (void)pthread_mutex_unlock(&h->mutex);
}

static void await(inf_hands *h, unsigned pieces, int64_t patience_ns)
{
    for (spin s = {0}; atomic_load_explicit(&h->done, memory_order_acquire) < pieces;) {
        if (spin_on(&s, patience_ns))
            continue;
        h->slept = true;
        (void)pthread_mutex_lock(&h->mutex);
        atomic_store(&h->sleeps, true);
        while (atomic_load(&h->done) < pieces)
            os_cond_wait_slice(&h->woken, &h->mutex);
        atomic_store(&h->sleeps, false);
        (void)pthread_mutex_unlock(&h->mutex);
    }
}

/* ---- who leads, who lends --------------------------------------------------------------------------- */

/* One that was called may come while a loop runs. */
static unsigned hands_for(const inf_hands *h)
{
    const unsigned here = atomic_load_explicit(&h->here, memory_order_relaxed);
    if (here == 0)
        return atomic_load_explicit(&h->open, memory_order_relaxed) ? 2 : 1;
    return 1 + (unsigned)__builtin_popcount(here);
}

void inf_hands_share(inf_hands *h, size_t n, size_t unit, inf_hands_body *body, void *arg)
{
    const unsigned hands = h != NULL ? hands_for(h) : 1;
    const size_t units = (n + unit - 1) / unit, most = hands * (size_t)PIECES_A_HAND;
    if (hands == 1 || units < 2) {
        body(arg, 0, n, 0);
        return;
    }
    h->piece = (units + most - 1) / most * unit;
    h->body = body;
    h->arg = arg;
    h->n = n;
    atomic_store_explicit(&h->done, 0, memory_order_relaxed);
    const unsigned pieces = (unsigned)((n + h->piece - 1) / h->piece);
    const uint64_t before = atomic_load_explicit(&h->state, memory_order_relaxed);
    atomic_store_explicit(&h->state, state_of((before >> 32) + 1, pieces), memory_order_release);
    const int64_t start = os_mono_ns();
    unsigned own = 0;
    for (size_t i; take_piece(h, &i); own++)
        run_piece(h, i, 0);
    if (own < pieces)
        await(h, pieces - own, PATIENCE_NS + 2 * (os_mono_ns() - start));
}

/* A number for this thread, from 1 on; 0: all are taken. */
static unsigned come(inf_hands *h)
{
    for (unsigned hand = 1; hand < INF_HANDS_MOST; hand++)
        if ((atomic_fetch_or(&h->here, 1U << hand) & 1U << hand) == 0)
            return hand;
    return 0;
}

static int64_t linger_after(int64_t piece_ns)
{
    const int64_t linger = LINGER_NS + 2 * piece_ns;
    return linger < LINGER_MOST_NS ? linger : LINGER_MOST_NS;
}

bool inf_hands_lend(inf_hands *h)
{
    int64_t linger_ns = LINGER_NS;
    const unsigned hand = come(h);
    bool open, wanted = hand != 0;
    spin s = {0};
    while ((open = atomic_load(&h->open)) && wanted) {
        size_t i;
        if (take_piece(h, &i)) {
            const int64_t start = os_mono_ns();
            run_piece(h, i, hand);
            piece_done(h);
            linger_ns = linger_after(os_mono_ns() - start);
            s = (spin){0};
        } else {
            wanted = spin_on(&s, linger_ns);
        }
    }
    if (hand != 0)
        (void)atomic_fetch_and(&h->here, ~(1U << hand));
    return !open;
}
