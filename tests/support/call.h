/* call.h - a call for tests: an arena of 64 MiB, an error, no deadline, the label "public". */
#ifndef ANC_TESTS_SUPPORT_CALL_H
#define ANC_TESTS_SUPPORT_CALL_H

#include "kernel/domain/call.h"

typedef struct test_call {
    krn_call call;
    anc_err err;
    atomic_bool cancelled;
    anc_str label;
} test_call;

static inline void test_call_done(test_call *t)
{
    anc_arena_free(t->call.mem);
}

static inline void test_call_init(test_call *t)
{
    *t = (test_call){.label = ANC_STR_INIT("public")};
    t->call = (krn_call){
        .mem = anc_arena_new(64 << 20),
        .err = &t->err,
        .deadline_ns = INT64_MAX,
        .cancelled = &t->cancelled,
        .principal = {.labels = &t->label, .n_labels = 1},
    };
}

/* test_call `name` with name.call to hand on; freed with the scope. */
#define TEST_CALL(name)                         \
    ANC_CLEANUP(test_call_done) test_call name; \
    test_call_init(&name)

#endif
