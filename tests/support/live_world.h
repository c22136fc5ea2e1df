/* live_world.h - the live feed with a bus that a test publishes to by hand, and a wire that is text. */
#ifndef ANC_TESTS_SUPPORT_LIVE_WORLD_H
#define ANC_TESTS_SUPPORT_LIVE_WORLD_H

#include "live/app/live_service.h"

typedef struct live_world {
    liv_service *live; /* owned */
    krn_bus_handler_fn *handler;
    void *arg;
    uint64_t last_seq;
    bool wire_fails;
} live_world;

/* Fails the test where it cannot. `options` without bus and wire. */
void live_world_open(live_world *w, const liv_service_options *options);
void live_world_close(live_world *w);

/* Brings an event of the type with {"n": number} as its payload; a durable one gets the next seq. */
void live_world_bring(live_world *w, const char *type, unsigned number);
/* The same with a seq that is said, as a relay brings it again. */
anc_status live_world_bring_seq(live_world *w, const char *type, unsigned number, uint64_t seq);

/* What the wire made of an event: "seq:json". */
const char *live_world_text(const liv_event *event);
/* The number of its payload. */
unsigned live_world_number(const liv_event *event);

#endif
