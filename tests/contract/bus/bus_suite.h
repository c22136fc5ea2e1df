/* bus_suite.h - the contract of kernel/ports/bus.h, for every adapter. */
#ifndef ANC_TESTS_CONTRACT_BUS_BUS_SUITE_H
#define ANC_TESTS_CONTRACT_BUS_BUS_SUITE_H

#include "kernel/ports/bus.h"

/* What one publishes the other hears: two processes on one server, or a bus in this process twice. It
 * hears user.created, accounting.entry.created and document.uploaded. */
typedef struct bus_pair {
    krn_bus out, in;
    void *owned;
} bus_pair;

typedef struct bus_case {
    const char *name;
    void (*open)(bus_pair *pair); /* stopped, and empty of events */
    void (*close)(bus_pair *pair);
} bus_case;

int bus_suite_run(const bus_case *kind); /* the number of tests that failed */

/* A durable event of `type` whose id is `seq`; what publish gave. */
anc_status bus_suite_publish(krn_bus bus, const char *type, uint64_t seq, anc_err *err);

#endif
