/* test_trim.c - each row is a log and its followers, and what the step leaves of it. */
#include "support/test.h"

#include "base/str.h"
#include "kernel/adapters/trim/trim.h"
#include "support/sim.h"

#define SECOND_NS INT64_C(1000000000)

static const struct row {
    const char *name;
    uint64_t changes, passed, keep;
    anc_status writing;
    uint64_t left; /* after five minutes */
    size_t writes;
} rows[] = {
    {"nothing there", 0, 0, 0, ANC_OK, 0, 0},
    {"no follower has begun", 500, 0, 10, ANC_OK, 500, 0},
    {"all passed, the newest stay", 500, 500, 10, ANC_OK, 10, 1},
    {"a follower is behind", 500, 200, 10, ANC_OK, 300, 1},
    {"fewer than stay in any case", 500, 500, 0, ANC_OK, 500, 1},
    {"more than go at once", 3500, 3500, 10, ANC_OK, 10, 4},
    {"the writer refuses", 500, 500, 10, ANC_DISK_FULL, 500, 6},
};

typedef struct world {
    const struct row *row;
    uint64_t first, last; /* of the log */
    size_t writes, warnings;
} world;

static uint64_t passed(void *arg)
{
    return ((const world *)arg)->row->passed;
}

static anc_status prune(void *self, krn_tx *tx, uint64_t passed_seq, uint64_t keep, size_t limit,
                        size_t *ret_removed, anc_err *err)
{
    world *w = self;
    (void)tx;
    (void)err;
    *ret_removed = 0;
    while (*ret_removed < limit && w->first <= passed_seq && w->first + keep <= w->last) {
        w->first++;
        ++*ret_removed;
    }
    return ANC_OK;
}

static anc_status run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    world *w = self;
    w->writes++;
    if (w->row->writing != ANC_OK)
        return ANC_FAIL(call->err, w->row->writing, "as told");
    krn_tx tx = {0};
    return work(arg, &tx, call->err);
}

static void note(void *self, krn_level level, const char *component, const char *message,
                 const krn_field *fields, size_t n)
{
    world *w = self;
    (void)component;
    (void)message;
    (void)fields;
    (void)n;
    w->warnings += level == KRN_WARN;
}

static void trims(void **state)
{
    static const krn_changes_ops changes_ops = {.name = "fake", .prune = prune};
    static const krn_writer_ops writer_ops = {.name = "fake", .run = run};
    world w = {.row = *state, .first = 1, .last = ((const struct row *)*state)->changes};
    const krn_log_ops log_ops = {.name = "fake", .write = note};
    const krn_trim_options options = {.changes = {&changes_ops, &w},
                                      .writer = {&writer_ops, &w},
                                      .log = {&log_ops, &w},
                                      .passed = passed,
                                      .arg = &w,
                                      .keep = w.row->keep};
    krn_trim *trim = krn_trim_new(&options);
    assert_non_null(trim);
    for (int64_t now = SECOND_NS, next = now; now <= 305 * SECOND_NS; now += SECOND_NS)
        if (now >= next)
            next = krn_trim_step(trim, now);
    assert_int_equal(w.last - w.first + 1, w.row->left);
    assert_int_equal(w.writes, w.row->writes);
    assert_int_equal(w.warnings, w.row->writing != ANC_OK ? w.row->writes : 0);
    krn_trim_free(trim);
    krn_trim_free(NULL);
}

int main(void)
{
    return RUN_TABLE("trimming", rows, trims);
}
