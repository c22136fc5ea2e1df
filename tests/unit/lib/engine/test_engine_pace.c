/* test_engine_pace.c - writing at a pace, by a clock that passes only where somebody sleeps. */
#include "store_world.h"

#include <math.h>

#include "engine/pace.h"

#define START_NS INT64_C(1000000000)

enum { MIB = 1 << 20, RATE = 64 * MIB, STEP_MS = 20 };

typedef struct fake {
    int64_t now_ns, longest_ns;
    uint64_t sleeps;
    void (*meanwhile)(void *arg, int64_t ns); /* NULL: nothing happens */
    void *arg;
} fake;

static int64_t fake_now(void *self)
{
    return ((const fake *)self)->now_ns;
}

static void fake_sleep(void *self, int64_t ns)
{
    fake *f = self;
    assert_true(ns > 0);
    f->now_ns += ns;
    f->sleeps++;
    f->longest_ns = ns > f->longest_ns ? ns : f->longest_ns;
    if (f->meanwhile != NULL)
        f->meanwhile(f->arg, ns);
}

static eng_pace_clock clock_of(fake *f)
{
    return (eng_pace_clock){.self = f, .now_ns = fake_now, .sleep_ns = fake_sleep};
}

static const eng_tidy_options plain;

static void write_on(eng_pace *pace, uint64_t bytes)
{
    for (uint64_t at = 0; at < bytes; at += MIB)
        assert_int_equal(eng_pace_wait(pace, MIB, &plain), ANC_OK);
}

static void a_small_save_never_waits(void **state)
{
    (void)state;
    fake f = {.now_ns = START_NS};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = RATE, .clock = &clock};
    for (int i = 0; i < 5; i++) {
        eng_pace_begin(&pace);
        write_on(&pace, RATE / 4);
        assert_int_equal(pace.written, RATE / 4);
        assert_true(f.sleeps == 0 && pace.waited_ns == 0);
        f.now_ns += 1000000000;
    }
    assert_int_equal(eng_pace_wait(NULL, MIB, &plain), ANC_OK);
    eng_pace none = {.clock = &clock};
    write_on(&none, UINT64_C(100) * RATE);
    assert_true(f.sleeps == 0 && none.written == UINT64_C(100) * RATE);
}

static void a_large_one_keeps_to_the_rate(void **state)
{
    (void)state;
    fake f = {.now_ns = START_NS};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = RATE, .clock = &clock};
    write_on(&pace, UINT64_C(10) * RATE);
    assert_true(fabs((double)(f.now_ns - START_NS) / 1e9 - 9.75) <
                0.05); /* a quarter was in the bucket */
    assert_int_equal(pace.waited_ns, f.now_ns - START_NS);
    assert_true(f.longest_ns <= STEP_MS * INT64_C(1000000));
    f.now_ns += INT64_C(3600000000000); /* an hour's rest is no hour's bytes */
    const int64_t start_ns = f.now_ns;
    write_on(&pace, RATE);
    assert_true(fabs((double)(f.now_ns - start_ns) / 1e9 - 0.75) < 0.05);
}

static void what_waits_makes_it_faster(void **state)
{
    (void)state;
    fake f = {.now_ns = START_NS};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = RATE, .clock = &clock};
    eng_pace_come(&pace, UINT64_C(100) * ENG_PACE_CHUNKS);
    eng_pace_begin(&pace); /* they are in what is written now */
    write_on(&pace, UINT64_C(4) * RATE);
    const int64_t alone_ns = f.now_ns;
    eng_pace_come(&pace, 3 * ENG_PACE_CHUNKS);
    write_on(&pace, UINT64_C(40) * RATE);
    assert_true(fabs((double)(f.now_ns - alone_ns) / 1e9 - 10) < 0.1);
}

/* Each chunk is published, and in the end written some times over. */
typedef struct arrivals {
    eng_pace *pace;
    double chunks_per_ns, part;
    uint64_t waiting;
} arrivals;

static void publish_meanwhile(void *arg, int64_t ns)
{
    arrivals *l = arg;
    l->part += l->chunks_per_ns * (double)ns;
    const uint64_t n = (uint64_t)l->part;
    l->part -= (double)n;
    l->waiting += n;
    eng_pace_come(l->pace, n);
}

/* Ten times as much as the rate would write. */
static void it_never_falls_behind_for_good(void **state)
{
    (void)state;
    enum { CHUNK_BYTES = 8192, SAVES = 400 };
    fake f = {.now_ns = START_NS};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = RATE, .clock = &clock};
    arrivals l = {.pace = &pace, .chunks_per_ns = 10.0 * RATE / CHUNK_BYTES / 1e9};
    uint64_t most = 0;
    f.meanwhile = publish_meanwhile;
    f.arg = &l;
    for (int i = 0; i < SAVES; i++) {
        const uint64_t chunks = l.waiting;
        l.waiting = 0;
        eng_pace_begin(&pace);
        write_on(&pace, chunks * CHUNK_BYTES);
        fake_sleep(&f, INT64_C(1000000000));
        most = i >= SAVES / 2 && l.waiting > most ? l.waiting : most;
    }
    /* what came in some seconds, not ever more */
    assert_true((double)most < l.chunks_per_ns * 1e9 * 20);
}

static anc_status stop_later(void *arg)
{
    int *left = arg;
    return --*left > 0 ? ANC_OK : ANC_CANCELLED;
}

static void who_stops_does_not_wait(void **state)
{
    (void)state;
    fake f = {.now_ns = START_NS};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = 1, .clock = &clock};
    int left = 4;
    const eng_tidy_options options = {.may_go_on = stop_later, .arg = &left};
    assert_int_equal(eng_pace_wait(&pace, MIB, &options), ANC_OK);
    assert_int_equal(eng_pace_wait(&pace, MIB, &options), ANC_CANCELLED); /* would take 12 days */
    assert_int_equal(f.sleeps, 3);
    assert_true(f.now_ns <= START_NS + 3 * STEP_MS * INT64_C(1000000));
}

/* ---- an index ----------------------------------------------------------------------------------- */

typedef struct busy {
    world *w;
    uint32_t next, version;
} busy;

/* All this would stand still if a save waited with a lock that it needs. */
static void publish_and_search(void *arg, int64_t ns)
{
    busy *b = arg;
    (void)ns;
    put(b->w, b->next, b->version);
    b->next = (b->next + 1) % DOCUMENTS;
    b->version++;
    (void)engine_world_sum(b->w->index);
    (void)eng_stats(b->w->index);
    ASSERT_OK(eng_mark(b->w->index, b->version, &b->w->err), &b->w->err);
}

static void others_go_on_while_a_save_waits(void **state)
{
    world *w = *state;
    busy b = {.w = w, .version = 2};
    fake f = {.now_ns = START_NS, .meanwhile = publish_and_search, .arg = &b};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = 4 * 65536, .clock = &clock};
    const eng_tidy_options options = {.pace = &pace};
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        put(w, i, 1);
    ASSERT_OK(eng_save(w->index, &options, &w->err), &w->err);
    assert_true(f.sleeps > 0 && b.version > 2 && pace.written > 16384);
    assert_true(pace.waited_ns > 0);
    const uint64_t before = engine_world_sum(w->index);
    save(w);
    reopen(w);
    assert_true(engine_world_sum(w->index) == before);
}

static const eng_disk *real;
static unsigned syncs; /* of files */

static anc_status count_sync(void *self, void *file, anc_err *err)
{
    syncs++;
    return real->sync(self, file, err);
}

/* What a disk's cache holds of it stays small. */
static void a_long_file_is_synced_as_it_is_written(void **state)
{
    world *w = *state;
    enum { DIMS = ENG_MAX_DIMS, CHUNKS = 1100 }; /* 18 MB of vectors */
    static float vector[DIMS];
    eng_disk disk = *engine_disk_ops(w->disk);
    real = engine_disk_ops(w->disk);
    disk.sync = count_sync;
    const eng_options options = {
        .dims = DIMS,
        .from = {.exact = UINT32_MAX, .bits = UINT32_MAX, .graph = UINT32_MAX},
        .folder = ANC_STR("large"),
        .disk = &disk};
    fake f = {.now_ns = START_NS};
    const eng_pace_clock clock = clock_of(&f);
    eng_pace pace = {.bytes_per_second = MIB, .clock = &clock};
    eng_index *index;
    eng_load *load;
    ASSERT_OK(eng_index_open(&options, &index, &w->err), &w->err);
    ASSERT_OK(eng_load_open(index, &(eng_document){.key = ANC_STR("a")}, &load, &w->err), &w->err);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        vector[i] = 1;
        const eng_chunk chunk = {.ordinal = i, .vector = vector};
        ASSERT_OK(eng_load_add(load, &chunk, &w->err), &w->err);
        vector[i] = 0;
    }
    ASSERT_OK(eng_publish(index, load, &w->err), &w->err);
    ASSERT_OK(eng_save(index, &(eng_tidy_options){.pace = &pace}, &w->err), &w->err);
    assert_int_equal(syncs, 1 + 1 + 1); /* at 16 MiB, the whole, and the manifest */
    assert_true(fabs((double)pace.written / MIB - 17.5) < 1);
    assert_true(fabs((double)(f.now_ns - START_NS) / 1e9 - (double)pace.written / MIB) < 2);
    eng_index_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_save_never_waits),
        cmocka_unit_test(a_large_one_keeps_to_the_rate),
        cmocka_unit_test(what_waits_makes_it_faster),
        cmocka_unit_test(it_never_falls_behind_for_good),
        cmocka_unit_test(who_stops_does_not_wait),
        TEST(others_go_on_while_a_save_waits),
        TEST(a_long_file_is_synced_as_it_is_written),
    };
    return cmocka_run_group_tests_name("engine pace", tests, NULL, NULL);
}
