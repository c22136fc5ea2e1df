/* remote_breaker.c - three words, no lock: at worst two questions go through where one would do. */
#include "remote_breaker.h"

#define NS_PER_S INT64_C(1000000000)
static const int64_t first_ns = 5 * NS_PER_S, most_ns = 60 * NS_PER_S;

emb_pass emb_breaker_enter(emb_breaker *b, int64_t now_ns)
{
    if (atomic_load(&b->pause_ns) == 0)
        return EMB_PASS_FREE;
    if (now_ns < atomic_load(&b->until_ns) || atomic_exchange(&b->trying, true))
        return EMB_PASS_NONE;
    return EMB_PASS_TRY;
}

void emb_breaker_failed(emb_breaker *b, emb_pass pass, int64_t now_ns)
{
    int64_t before = 0;
    if (pass == EMB_PASS_FREE) { /* of many that fail together one opens it */
        if (atomic_load(&b->pause_ns) != 0)
            return;
        atomic_store(&b->until_ns, now_ns + first_ns);
        (void)atomic_compare_exchange_strong(&b->pause_ns, &before, first_ns);
        return;
    }
    before = atomic_load(&b->pause_ns);
    const int64_t pause_ns = before == 0 ? first_ns : before < most_ns / 2 ? 2 * before : most_ns;
    atomic_store(&b->until_ns, now_ns + pause_ns);
    atomic_store(&b->pause_ns, pause_ns);
    atomic_store(&b->trying, false);
}

void emb_breaker_answered(emb_breaker *b)
{
    atomic_store(&b->pause_ns, 0);
    atomic_store(&b->trying, false);
}

void emb_breaker_left(emb_breaker *b, emb_pass pass)
{
    if (pass == EMB_PASS_TRY)
        atomic_store(&b->trying, false);
}
