/* tracking_world.c - the outbox that forgets, the disk that fails, the process that dies, and their end. */
#include "tracking_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "support/fault_vfs.h"
#include "support/test.h"

bool sim_once_in(world *w, uint64_t n)
{
    const bool hit = !w->calm && sim_chance(w->s, n) == 0;
    w->failures += hit;
    return hit;
}

krn_call sim_call(world *w, anc_err *err)
{
    static atomic_bool never;
    anc_arena_reset(w->call_mem);
    return (krn_call){
        .mem = w->call_mem, .err = err, .deadline_ns = INT64_MAX, .cancelled = &never};
}

/* ---- outbox ---- */

static anc_status outbox_read(void *self, krn_call *call, const krn_event_filter *filter,
                              krn_kept_event **ret, size_t *ret_n)
{
    world *w = self;
    size_t n = 0;
    if (sim_once_in(w, 30))
        return ANC_FAIL(call->err, ANC_IO, "the catalog cannot be read");
    if (filter->limit > 1 && sim_once_in(w, 30))
        return ANC_FAIL(call->err, ANC_LIMIT, "that much does not fit");
    krn_kept_event *list = anc_arena_alloc(call->mem, filter->limit, sizeof *list);
    assert_non_null(list);
    for (size_t i = 0; i < w->n_told && n < filter->limit; i++)
        if (w->events[i].seq > filter->after_seq && w->events[i].seq > w->gone)
            list[n++] = w->events[i];
    *ret = list;
    *ret_n = n;
    return ANC_OK;
}

static anc_status outbox_head(void *self, krn_call *call, uint64_t *ret)
{
    world *w = self;
    if (sim_once_in(w, 30))
        return ANC_FAIL(call->err, ANC_IO, "the catalog cannot be read");
    *ret = w->n_told > 0 ? w->events[w->n_told - 1].seq : 0;
    return ANC_OK;
}

static anc_status outbox_cursor_set(void *self, krn_tx *tx, anc_str consumer, uint64_t seq,
                                    anc_err *err)
{
    world *w = self;
    (void)tx;
    (void)err;
    assert_true(anc_str_eq(consumer, ANC_STR("tracking")));
    w->place = seq;
    return ANC_OK;
}

static krn_outbox outbox_of(world *w)
{
    static const krn_outbox_ops ops = {.name = "simulated",
                                       .read = outbox_read,
                                       .head = outbox_head,
                                       .cursor_set = outbox_cursor_set};
    return (krn_outbox){&ops, w};
}

static anc_status writer_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    world *w = self;
    if (sim_once_in(w, 10))
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the writer is busy");
    return work(arg, NULL, call->err);
}

static krn_writer writer_of(world *w)
{
    static const krn_writer_ops ops = {.name = "simulated", .run = writer_run};
    return (krn_writer){&ops, w};
}

/* ---- the repository: the real one, but that it is busy, or done and does not say so ---- */

static anc_status apply(void *self, krn_call *call, const trk_change *changes, size_t n,
                        uint64_t from, uint64_t to)
{
    world *w = self;
    const trk_repository r = w->repository;
    if (sim_once_in(w, 20))
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the file is busy");
    ANC_TRY(r.ops->apply(r.self, call, changes, n, from, to));
    return sim_once_in(w, 20) ? ANC_FAIL(call->err, ANC_IO, "done, and it says it is not") : ANC_OK;
}

static anc_status cursor(void *self, krn_call *call, uint64_t *ret)
{
    world *w = self;
    if (sim_once_in(w, 30))
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the file is busy");
    return w->repository.ops->cursor(w->repository.self, call, ret);
}

static anc_status key(void *self, krn_call *call, const unsigned char fresh[TRK_KEY_BYTES],
                      unsigned char ret[TRK_KEY_BYTES])
{
    const world *w = self;
    return w->repository.ops->key(w->repository.self, call, fresh, ret);
}

static anc_status prune(void *self, krn_call *call, const trk_limits *limits, size_t limit,
                        bool *ret_more)
{
    const world *w = self;
    return w->repository.ops->prune(w->repository.self, call, limits, limit, ret_more);
}

static anc_status list(void *self, krn_call *call, const trk_filter *filter, trk_query **ret,
                       size_t *ret_n)
{
    const world *w = self;
    return w->repository.ops->list(w->repository.self, call, filter, ret, ret_n);
}

static trk_repository repository_of(world *w)
{
    static const trk_repository_ops ops = {.name = "simulated",
                                           .cursor = cursor,
                                           .key = key,
                                           .apply = apply,
                                           .list = list,
                                           .prune = prune};
    return (trk_repository){&ops, w};
}

/* ---- the process ---- */

static void start(world *w)
{
    anc_err err = {0};
    const krn_scheduler sched = sim_scheduler(w->s);
    const trk_sqlite_options file = {.path = anc_str_of(w->path), .now_ms = 1, .vfs = "fault"};
    ASSERT_OK(trk_sqlite_open(&file, &w->file, &w->repository, &err), &err);
    const trk_service_options options = {.repository = repository_of(w),
                                         .outbox = outbox_of(w),
                                         .writer = writer_of(w),
                                         .clock = sim_clock(w->s),
                                         .leave_texts_out = !w->keeps_texts,
                                         .veil = {ANC_STR("a key"), w->hashes_users},
                                         .keep_queries_ms = INT64_C(36500) * TRK_DAY_MS,
                                         .linger_ns = 1 + (int64_t)sim_chance(w->s, 300000000)};
    ASSERT_OK(trk_service_open(&options, &w->service, &err), &err);
    ASSERT_OK(sched.ops->add(sched.self, "tracking", trk_step, w->service, &w->step, &err), &err);
    ASSERT_OK(sched.ops->start(sched.self, &err), &err);
}

static void end(world *w)
{
    sim_scheduler(w->s).ops->stop(sim_scheduler(w->s).self);
    sim_forget_steps(w->s);
    trk_service_close(w->service);
    trk_sqlite_close(w->file);
}

void sim_world_crash(world *w)
{
    w->crashes++;
    end(w);
    fault_vfs_heal();
    start(w);
}

static void remove_file(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char name[128];
    for (size_t i = 0; i < ANC_COUNT(tails); i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, tails[i]);
        (void)unlink(name);
    }
}

void sim_world_open(world *w, uint64_t seed, const char *path)
{
    *w = (world){.seed = seed, .s = sim_new(seed), .path = path};
    w->mem = anc_arena_new(64 << 20);
    w->call_mem = anc_arena_new(64 << 20);
    assert_true(w->mem != NULL && w->call_mem != NULL);
    w->keeps_texts = sim_chance(w->s, 4) != 0;
    w->hashes_users = sim_chance(w->s, 4) == 0;
    sim_story_make(w);
    sim_story_tell(w);
    start(w);
}

void sim_world_close(world *w)
{
    end(w);
    remove_file(w->path);
    anc_arena_free(w->call_mem);
    anc_arena_free(w->mem);
    sim_free(w->s);
}
