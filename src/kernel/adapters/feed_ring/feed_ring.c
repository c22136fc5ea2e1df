/* feed_ring.c - a bounded queue of many publishers and one reader (after Vyukov's bounded MPMC queue).
 *
 *   slot.turn == position      free, to be filled by who takes that position
 *   slot.turn == position + 1  filled, to be read
 *
 * A publisher takes a position by moving `tail`, fills the slot and then sets its turn; the reader
 * sets the turn of the next round. A publisher that is interrupted between the two holds up the
 * reader, not the others.
 *
 * Payloads are copied whole (event_copy.h) into the slot, or, when they are larger, into memory of
 * their own. Before it sleeps the reader says so in `asleep` and looks once more; who fills a slot
 * looks at `asleep` afterwards: one of the two sees the other (both are sequentially consistent).
 */
#include "kernel/adapters/feed_ring/feed_ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_copy.h"

enum {
    SLOTS = 2048,
    INSIDE = 640,        /* bytes of a copy that stand in the slot itself */
    LARGEST = 256 << 10, /* of a copy; a larger one is dropped */
    CONTEXT_MAX = 1024,  /* of what stands beside the payload */
    AT_ONCE = 256,
    STEP_BYTES = 80 << 20 /* AT_ONCE of the largest, with their escapes */
};

typedef struct slot {
    _Atomic uint64_t turn;
    const ev_type *type; /* NULL: memory was out, nothing stands here */
    int64_t time_ms;
    ev_context context; /* into the copy */
    void *heap;         /* owned; NULL: the copy is inside */
    _Alignas(16) unsigned char inside[INSIDE];
} slot;

struct krn_feed_ring {
    krn_feed_ring_options o;
    slot *slots; /* owned; [mask + 1] */
    uint64_t mask;
    anc_arena *mem; /* owned; of one step */
    uint64_t head;  /* of the reader */
    _Alignas(64) _Atomic uint64_t tail;
    _Alignas(64) _Atomic uint64_t taken; /* head, for stats */
    _Atomic uint64_t dropped;
    atomic_bool asleep;
    krn_series *published_series, *dropped_series;
};

krn_feed_ring *krn_feed_ring_new(const krn_feed_ring_options *options)
{
    const size_t n = options->slots > 0 ? options->slots : SLOTS;
    assert((n & (n - 1)) == 0 && options->n_buses <= KRN_FEED_BUSES);
    krn_feed_ring *r = aligned_alloc(_Alignof(krn_feed_ring), sizeof *r);
    if (r == NULL)
        return NULL;
    memset(r, 0, sizeof *r);
    r->o = *options;
    r->mask = n - 1;
    r->slots = aligned_alloc(_Alignof(slot), n * sizeof *r->slots);
    r->mem = anc_arena_new(STEP_BYTES);
    if (r->slots == NULL || r->mem == NULL) {
        anc_arena_free(r->mem);
        free(r->slots);
        free(r);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        atomic_init(&r->slots[i].turn, i);
        r->slots[i].heap = NULL;
    }
    const krn_metrics m = options->metrics;
    if (m.ops != NULL) {
        r->published_series =
            m.ops->counter(m.self, "anchorage_feed_events_total", "", "Transient events handed on");
        r->dropped_series = m.ops->counter(m.self, "anchorage_feed_dropped_total", "",
                                           "Transient events that found no room");
    }
    return r;
}

void krn_feed_ring_free(krn_feed_ring *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i <= r->mask; i++)
        free(r->slots[i].heap);
    anc_arena_free(r->mem);
    free(r->slots);
    free(r);
}

/* ---- publishing ---------------------------------------------------------------------------- */

static void drop(krn_feed_ring *r)
{
    atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
    krn_count(r->dropped_series, 1);
}

/* The slot of a position that is now ours, or NULL when the ring is full. */
static slot *take_position(krn_feed_ring *r, uint64_t *ret_position)
{
    uint64_t position = atomic_load_explicit(&r->tail, memory_order_relaxed);
    for (;;) {
        slot *s = &r->slots[position & r->mask];
        const uint64_t turn = atomic_load_explicit(&s->turn, memory_order_acquire);
        if ((int64_t)(turn - position) < 0)
            return NULL;
        if (turn != position) {
            position = atomic_load_explicit(&r->tail, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&r->tail, &position, position + 1,
                                                         memory_order_relaxed,
                                                         memory_order_relaxed)) {
            *ret_position = position;
            return s;
        }
    }
}

static size_t context_size(const ev_context *c)
{
    return c->component.len + c->trace_id.len + c->user_id.len + c->aggregate_id.len;
}

static anc_str move_text(unsigned char **end, anc_str s)
{
    const anc_str moved = {(const char *)*end, s.len};
    if (s.len > 0)
        memcpy(*end, s.ptr, s.len);
    *end += s.len;
    return moved;
}

/* No payload of a transient event names a person. */
static void fill(slot *s, const ev_type *type, const void *payload, size_t size,
                 const ev_context *context)
{
    const size_t all = size + context_size(context);
    s->heap = all > INSIDE ? malloc(all) : NULL;
    s->type = all > INSIDE && s->heap == NULL ? NULL : type;
    if (s->type == NULL)
        return;
    unsigned char *to = s->heap != NULL ? s->heap : s->inside;
    ev_copy(type, payload, to);
    unsigned char *end = to + size;
    s->context = (ev_context){.component = move_text(&end, context->component),
                              .trace_id = move_text(&end, context->trace_id),
                              .user_id = move_text(&end, context->user_id),
                              .aggregate_id = move_text(&end, context->aggregate_id)};
}

static void feed_publish(void *self, ev_type_id type_id, const void *payload,
                         const ev_context *context)
{
    krn_feed_ring *r = self;
    const ev_type *type = ev_type_of(type_id);
    const size_t size = ev_copy_size(type, payload);
    uint64_t position;
    char user[KRN_VEILED_BYTES];
    ev_context told = *context;
    assert(!type->durable);
    told.user_id = krn_veil_user(&r->o.veil, context->user_id, user);
    context = &told;
    slot *s = size <= LARGEST && context_size(context) <= CONTEXT_MAX ? take_position(r, &position)
                                                                      : NULL;
    if (s == NULL) {
        drop(r);
        return;
    }
    fill(s, type, payload, size, context);
    s->time_ms = krn_wall_ms(r->o.clock);
    atomic_store(&s->turn, position + 1);
    if (atomic_load(&r->asleep) && atomic_exchange(&r->asleep, false) && r->o.wake != NULL)
        r->o.wake(r->o.arg);
}

static krn_feed_stats feed_stats(void *self)
{
    krn_feed_ring *r = self;
    const uint64_t taken = atomic_load(&r->taken), tail = atomic_load(&r->tail);
    return (krn_feed_stats){
        .published = tail, .dropped = atomic_load(&r->dropped), .queued = tail - taken};
}

krn_feed krn_feed_ring_feed(krn_feed_ring *ring)
{
    static const krn_feed_ops ops = {"ring", feed_publish, feed_stats};
    return (krn_feed){&ops, ring};
}

/* ---- handing on ---------------------------------------------------------------------------- */

static slot *next_filled(krn_feed_ring *r)
{
    slot *s = &r->slots[r->head & r->mask];
    return atomic_load(&s->turn) == r->head + 1 ? s : NULL;
}

static void release(krn_feed_ring *r, slot *s)
{
    free(s->heap);
    s->heap = NULL;
    atomic_store_explicit(&s->turn, r->head + r->mask + 1, memory_order_release);
    r->head++;
    atomic_store_explicit(&r->taken, r->head, memory_order_relaxed);
}

/* Makes the envelope in the step's memory; false when there is none to be had. */
static bool encode(krn_feed_ring *r, const slot *s, krn_announcement *ret)
{
    anc_err err = {0};
    char id[ANC_UUID_TEXT + 1];
    ANC_BUF(out, LARGEST * 8);
    if (s->type == NULL)
        return false;
    krn_id_new(r->o.clock, id);
    const void *payload = s->heap != NULL ? s->heap : (const void *)s->inside;
    if (ev_event_write(s->type, payload, &s->context, anc_str_of(id), s->time_ms, 0, &out, &err) !=
        ANC_OK)
        return false;
    *ret = (krn_announcement){.type = s->type,
                              .type_name = anc_str_of(s->type->name),
                              .envelope = anc_arena_copy(r->mem, anc_buf_view(&out))};
    return ret->envelope.ptr != NULL;
}

static void hand_on(krn_feed_ring *r, const krn_announcement *list, size_t n)
{
    for (size_t i = 0; i < r->o.n_buses && n > 0; i++) {
        size_t taken = 0;
        anc_err err = {0};
        const krn_bus bus = r->o.buses[i];
        const anc_status status = bus.ops->publish(bus.self, list, n, INT64_MIN, &taken, &err);
        if (status == ANC_OK)
            continue;
        /* no memory: the others may have some */
        atomic_fetch_add_explicit(&r->dropped, n - taken, memory_order_relaxed);
        krn_count(r->dropped_series, n - taken);
    }
    krn_count(r->published_series, n);
}

int64_t krn_feed_ring_step(void *ring, int64_t now_ns)
{
    krn_feed_ring *r = ring;
    krn_announcement list[AT_ONCE];
    size_t n = 0, seen = 0;
    slot *s = NULL;
    for (; seen < AT_ONCE && (s = next_filled(r)) != NULL; seen++) {
        if (encode(r, s, &list[n]))
            n++;
        else
            drop(r);
        release(r, s);
    }
    hand_on(r, list, n);
    anc_arena_reset(r->mem);
    if (seen == AT_ONCE)
        return now_ns;
    atomic_store(&r->asleep, true);
    if (next_filled(r) == NULL)
        return INT64_MAX;
    atomic_store(&r->asleep, false);
    return now_ns;
}
