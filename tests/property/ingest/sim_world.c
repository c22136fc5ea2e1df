/* sim_world.c - opened, emptied, killed; the scheduler whose steps hang. */
#include "sim_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/search.h"
#include "support/test.h"

static struct kno_service knowledge;
static struct srch_service search;

krn_call *sim_call(world *w)
{
    anc_arena_reset(w->mem);
    anc_err_clear(&w->err);
    return &w->call;
}

bool sim_once_in(world *w, uint64_t n)
{
    return !w->calm && sim_chance(w->s, n) == 0;
}

static void query(world *w, const char *sql, bool *ret_row, int64_t *number, anc_str *text)
{
    anc_err err = {0};
    DB_STMT(s);
    ASSERT_OK(db_prepare(w->db, sql, &s, &err), &err);
    ASSERT_OK(db_step(s, ret_row, &err), &err);
    if (*ret_row && number != NULL)
        *number = db_col_int(s, 0);
    if (*ret_row && text != NULL)
        *text = anc_arena_copy(w->mem, db_col_str(s, 0));
}

int64_t sim_number(world *w, const char *sql)
{
    bool row = false;
    int64_t n = 0;
    query(w, sql, &row, &n, NULL);
    return n;
}

anc_str sim_text(world *w, const char *sql)
{
    bool row = false;
    anc_str text = ANC_STR("");
    query(w, sql, &row, NULL, &text);
    return text;
}

/* ---- steps that hang ------------------------------------------------------------------------- */

static int64_t run_step(void *arg, int64_t now_ns)
{
    sim_step *step = arg;
    world *w = step->w;
    if (step->busy) {
        step->missed = true;
        return INT64_MAX;
    }
    if (now_ns < step->hangs_until_ns && !w->calm)
        return step->hangs_until_ns;
    if (sim_once_in(w, 400)) {
        step->hangs_until_ns = now_ns + (int64_t)SIM_LEASE_MS * 1500000;
        return step->hangs_until_ns;
    }
    step->busy = true;
    step->missed = false;
    const int64_t next_ns = step->run(step->arg, now_ns);
    step->busy = false;
    return step->missed ? now_ns : next_ns;
}

static anc_status add_step(void *self, const char *name, krn_step_fn *run, void *arg,
                           uint32_t *ret_id, anc_err *err)
{
    world *w = self;
    assert_true(w->n_steps < SIM_STEPS);
    sim_step *step = &w->steps[w->n_steps++];
    *step = (sim_step){.w = w, .run = run, .arg = arg};
    return w->inner.ops->add(w->inner.self, name, run_step, step, ret_id, err);
}

static void wake_step(void *self, uint32_t id)
{
    world *w = self;
    w->inner.ops->wake(w->inner.self, id);
}

static const krn_scheduler_ops scheduler_ops = {
    .name = "hanging", .add = add_step, .wake = wake_step};

/* ---- opened and closed ------------------------------------------------------------------------- */

/* With 1 the spool has room when it is known to be empty, which is looked at in the end; rows need more. */
static uint64_t spool_bytes(const world *w)
{
    if (!w->with_rows)
        return 1;
    return w->tight ? 4000 : 1 << 20;
}

static void open_service(world *w)
{
    anc_err err = {0};
    sim_forget_steps(w->s);
    w->n_steps = 0;
    w->commits_left = -1;
    w->inner = sim_scheduler(w->s);
    const ing_service_options options = {.batches = ing_sqlite_store(w->readers),
                                         .batch_writer = ing_sqlite_writer(),
                                         .items = ing_sqlite_items(),
                                         .uploads = ing_sqlite_uploads(),
                                         .folder = sim_source(w),
                                         .spool = sim_spool(w),
                                         .writer = sim_writer(w),
                                         .outbox = sim_outbox(w),
                                         .clock = sim_clock(w->s),
                                         .scheduler = {&scheduler_ops, w},
                                         .knowledge = &knowledge,
                                         .search = &search,
                                         .workers = SIM_WORKERS,
                                         .lease_ms = SIM_LEASE_MS,
                                         .keep_ms = INT64_MAX / 2,
                                         .keep_batches = SIM_BATCHES + 1,
                                         .spool_bytes = spool_bytes(w),
                                         .rows_piece = 3};
    ASSERT_OK(ing_service_open(&options, &w->ing, &err), &err);
    ASSERT_OK(w->inner.ops->start(w->inner.self, &err), &err);
}

void sim_world_open(world *w, uint64_t seed, db_sqlite *db, db_readers *readers)
{
    anc_err err = {0};
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->s = sim_new(seed);
    /* SQLite's readers hold deadlines against the machine's clock, which is far behind this one */
    sim_pass(w->s, INT64_C(1000000000000000000));
    w->with_rows = sim_chance(w->s, 2) == 0;
    w->tight = w->with_rows && sim_chance(w->s, 8) == 0;
    w->db = db;
    w->readers = readers;
    w->mem = anc_arena_new(16 << 20);
    assert_non_null(w->mem);
    w->call = (krn_call){.mem = w->mem,
                         .err = &w->err,
                         .deadline_ns = INT64_MAX,
                         .cancelled = &w->never,
                         .principal = {.is_admin = true}};
    knowledge.w = w;
    search.w = w;
    ASSERT_OK(db_exec(db,
                      "DELETE FROM ing_failure; DELETE FROM ing_item; DELETE FROM ing_batch;"
                      "DELETE FROM ing_segment; DELETE FROM ing_children; DELETE FROM sim_put; "
                      "DELETE FROM sim_event;"
                      "DELETE FROM sqlite_sequence; UPDATE sim_index SET cursor = 0",
                      &err),
              &err);
    open_service(w);
}

void sim_world_close(world *w)
{
    ing_service_close(w->ing);
    sim_spool_free(w);
    anc_arena_free(w->mem);
    sim_free(w->s);
}

bool sim_world_dead(const world *w)
{
    return w->commits_left == 0;
}

void sim_world_crash(world *w)
{
    ing_service_close(w->ing);
    w->ing = NULL;
    sim_spool_crash(w);
    w->crashes++;
    sim_forget_turns(w);
    open_service(w);
}

/* ---- the index, which follows when chance wants it ------------------------------------------------ */

bool srch_visible(srch_service *srch, uint64_t seq)
{
    return srch_status(srch).cursor >= seq;
}

srch_status_row srch_status(srch_service *srch)
{
    return (srch_status_row){
        .ready = true, .cursor = (uint64_t)sim_number(srch->w, "SELECT cursor FROM sim_index")};
}

uint64_t srch_index_busy_ns(srch_service *srch)
{
    (void)srch;
    return 0;
}
