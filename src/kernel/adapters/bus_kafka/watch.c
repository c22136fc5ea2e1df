/* watch.c - a thread that looks at the cluster now and then: it is known at once that it is away, not
 * first when there is something to say, and topics are there before others want to write to them. */
#include "bus_kafka_impl.h"
#include "os/clock.h"
#include "os/wait.h"

static const int64_t EVERY_NS = 10000000000;
static const int64_t AGAIN_NS = 1000000000;

/* Waits until `at_ns`, or until the bus stops: false then. */
static bool wait_until(krn_bus_kafka *bus, int64_t at_ns)
{
    (void)pthread_mutex_lock(&bus->mutex);
    while (!bus->stopping && os_cond_wait(&bus->over, &bus->mutex, at_ns)) {
        /* until then */
    }
    const bool over = bus->stopping;
    (void)pthread_mutex_unlock(&bus->mutex);
    return !over;
}

void krn_kafka_watch_thread(void *arg)
{
    krn_bus_kafka *bus = arg;
    int64_t next_ns = 0;
    while (wait_until(bus, next_ns)) {
        anc_err err = {0};
        const anc_status status = krn_kafka_look(bus, &err);
        next_ns = os_mono_ns() + (status == ANC_OK ? EVERY_NS : AGAIN_NS);
    }
}
