/* memory.c - memory that work has left free goes back to the system.
 *
 * The C library keeps what was freed for the next request for memory, in one heap for each few threads, so a
 * process that once read large documents would look large for ever. A step looks now and then; when the
 * process has grown and no batch is being read, the library is told to give back what is free. So it is when the
 * process has shrunk, or answers that waited for their clients are gone: what the library gave back by itself is not all
 * that was freed. What is in use is not touched.
 */
#include "memory.h"

#include <malloc.h>

#include "house_impl.h"
#include "os/clock.h"

enum { MOVED_BYTES = 8 << 20 };
#define EVERY_NS ((int64_t)5000000000)

uint64_t srv_memory_give_back(uint64_t seen, bool busy)
{
    const uint64_t resident = os_resident_bytes();
    const uint64_t moved = resident > seen ? resident - seen : seen - resident;
    if (busy || moved < MOVED_BYTES)
        return seen;
    (void)malloc_trim(0);
    return os_resident_bytes();
}

static int64_t step(void *arg, int64_t now_ns)
{
    srv_house *h = arg;
    const uint64_t waiting = net_server_stats_of(h->server).answer_bytes;
    const bool went = h->answers_seen >= waiting + MOVED_BYTES;
    if (went || waiting > h->answers_seen)
        h->answers_seen = waiting;
    h->resident_seen = srv_memory_give_back(went ? 0 : h->resident_seen, ing_active(h->ing) > 0);
    return now_ns + EVERY_NS;
}

anc_status srv_memory_open(srv_house *h, anc_err *err)
{
    uint32_t id;
    return h->scheduler.ops->add(h->scheduler.self, "memory", step, h, &id, err);
}
