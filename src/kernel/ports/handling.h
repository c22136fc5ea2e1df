/* handling.h - what every bus that brings events of other services does with one that fits: the handler gets it,
 * again where that may help. */
#ifndef ANC_KERNEL_PORTS_HANDLING_H
#define ANC_KERNEL_PORTS_HANDLING_H

#include "kernel/ports/bus.h"

/* A bus's own side of it. */
typedef struct krn_handling {
    krn_bus_handler_fn *handler;
    void *arg;
    unsigned tries;   /* in all; three are enough of those that end with DEADLINE */
    int64_t pause_ns; /* before the second, doubled each time up to 5 s */
    /* Waits so long; false when the subscription ends first. */
    bool (*pause)(void *self, int64_t pause_ns);
    void (*on_error)(void *self); /* a try failed; for the figures */
    void *self;
} krn_handling;

/* An event from outside that was set aside. */
typedef struct krn_aside {
    anc_str bus;   /* "redis" */
    anc_str place; /* stream or topic that it came from */
    anc_str id;    /* of its entry there */
    anc_str reason;
} krn_aside;

/* Called on the subscription's thread, which it may hold up for a moment, when the letter is written. At least once for
 * each. */
typedef void krn_aside_fn(void *arg, const krn_aside *aside);

/* The handler's status, of the last try, with its text; CANCELLED when the subscription ends before the next one. A
 * handler that says so itself is called off because the subscription is about to end, so that it is paused for even
 * after the last try; where it goes on all the same: UNAVAILABLE, with the last try's text. */
anc_status krn_handle(const krn_handling *h, const krn_announcement *event,
                      anc_err *err) ANC_MUST_CHECK;

#endif
