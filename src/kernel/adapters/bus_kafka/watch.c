/* watch.c - a thread that looks at the cluster now and then: it is known at once that it is away, not
 * first when there is something to say, and topics are there before others want to write to them. */
#include "bus_kafka_impl.h"
#include "os/clock.h"

static const int64_t EVERY_NS = 10000000000;
static const int64_t AGAIN_NS = 1000000000;

void krn_kafka_watch_thread(void *arg)
{
    krn_bus_kafka *bus = arg;
    int64_t next_ns = 0;
    while (os_member_pause(&bus->watch, next_ns)) {
        anc_err err = {0};
        const anc_status status = krn_kafka_look(bus, &err);
        next_ns = os_mono_ns() + (status == ANC_OK ? EVERY_NS : AGAIN_NS);
    }
}
