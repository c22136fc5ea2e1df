/* relay.h - an outbox full of events, carried to a bus. */
#ifndef ANC_BENCH_RELAY_H
#define ANC_BENCH_RELAY_H

#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/ports/bus.h"

enum { RELAY_EVENTS = 40000, RELAY_BATCH = 1000, RELAY_ROUNDS = 5 };

typedef struct relaying {
    krn_sqlite *catalog; /* RELAY_EVENTS events */
    anc_str envelope;    /* of one of them; what a peer sends */
} relaying;

/* Events a second that a new relay carries to `bus`, which runs. */
double relay_carry(const relaying *r, krn_bus bus);

void relay_redis(relaying *r);
void relay_kafka(relaying *r);

#endif
