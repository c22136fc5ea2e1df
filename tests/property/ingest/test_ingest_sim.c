/* test_ingest_sim.c - batches in a world of chance: submitted, cancelled, replayed, sent along and cut
 * short, with files whose rows are documents, while workers hang and come late, calls fail, and the process dies.
 *
 * At every commit the figures are those of the items, nothing ends twice, nothing goes back, and no batch
 * waits for ever behind others; in the end everything has ended, once. Time is virtual: a second of ours
 * holds days. ANC_SIM_SEEDS: how many worlds (100); ANC_SIM_SEED: this one alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "sim_world.h"
#include "support/test.h"

enum { SEEDS = 100, ACTIONS = 160, UPLOADS = 2, UPLOADED = 16, STEPS_MAX = 20000 };

typedef struct play {
    world w;
    unsigned made; /* names given so far */
    ing_upload *uploads[UPLOADS];
    bool broken[UPLOADS]; /* something failed: only the end is left */
    bool held[UPLOADS];
} play;

/* ---- what people do --------------------------------------------------------------------------------- */

static bool room_for_a_batch(play *p, int64_t most)
{
    return sim_number(&p->w, "SELECT max(key) FROM ing_batch") < most;
}

/* What is sent as a file, or lies in a folder, is a table now and then. */
static const ing_rows *chance_of_rows(play *p)
{
    static const ing_rows by_their_names = {.id_field = ANC_STR_INIT(""),
                                            .title_field = ANC_STR_INIT("")};
    return p->w.with_rows && sim_chance(p->w.s, 3) == 0 ? &by_their_names : NULL;
}

static void start_folder(play *p)
{
    char path[64];
    ing_batch batch;
    (void)snprintf(path, sizeof path, "f%u/%u", p->made++, (unsigned)sim_chance(p->w.s, 12));
    const ing_folder_request request = {
        .path = anc_str_of(path), .collection = ANC_STR("notes"), .rows = chance_of_rows(p)};
    (void)!ing_folder_start(p->w.ing, sim_call(&p->w), &request, &batch);
}

static void open_upload(play *p, unsigned i)
{
    p->held[i] = sim_chance(p->w.s, 4) == 0;
    p->broken[i] = false;
    const ing_upload_request request = {.name = ANC_STR("upload"),
                                        .collection = ANC_STR("notes"),
                                        .held = p->held[i],
                                        .rows = chance_of_rows(p)};
    if (ing_upload_open(p->w.ing, sim_call(&p->w), &request, &p->uploads[i]) != ANC_OK)
        p->uploads[i] = NULL;
}

static anc_status send_one(play *p, ing_upload *u)
{
    char name[64], text[128];
    const bool record = sim_chance(p->w.s, 2) == 0;
    (void)snprintf(name, sizeof name, "u%u", p->made++);
    (void)snprintf(text, sizeof text, record ? "{\"id\":\"%s\",\"text\":\"x\"}" : "bytes of %s",
                   name);
    krn_call *call = sim_call(&p->w);
    ANC_TRY(ing_upload_begin(u, call, record ? ING_UPLOAD_RECORD : ING_UPLOAD_FILE,
                             anc_str_of(name), ANC_STR_NONE));
    ANC_TRY(ing_upload_add(u, call, anc_str_of(text)));
    ANC_TRY(ing_upload_finish(u, call));
    return sim_chance(p->w.s, 3) == 0 ? ing_upload_flush(u, call) : ANC_OK;
}

static void end_upload(play *p, unsigned i)
{
    ing_upload *u = p->uploads[i];
    ing_batch batch;
    krn_call *call = sim_call(&p->w);
    const uint64_t how = sim_chance(p->w.s, 8);
    if (how == 0 && p->held[i])
        (void)!ing_upload_discard(u, call);
    else if (how > 1) /* else the client is gone without a word */
        (void)!ing_upload_end(u, call, p->broken[i] ? ANC_STR("it broke off") : ANC_STR_NONE,
                              &batch);
    ing_upload_close(u);
    p->uploads[i] = NULL;
}

static void go_on_with_upload(play *p)
{
    const unsigned i = (unsigned)sim_chance(p->w.s, UPLOADS);
    if (p->uploads[i] == NULL) {
        if (room_for_a_batch(p, SIM_BATCHES - 40) && !p->w.calm)
            open_upload(p, i);
    } else if (p->broken[i] || ing_upload_documents(p->uploads[i]) >= UPLOADED ||
               sim_chance(p->w.s, 6) == 0) {
        end_upload(p, i);
    } else {
        p->broken[i] = send_one(p, p->uploads[i]) != ANC_OK;
    }
}

static anc_str some_batch(world *w)
{
    char sql[120];
    const int64_t n = sim_number(w, "SELECT count(*) FROM ing_batch");
    (void)snprintf(sql, sizeof sql, "SELECT id FROM ing_batch ORDER BY key LIMIT 1 OFFSET %llu",
                   (unsigned long long)sim_chance(w->s, (uint64_t)n + 1));
    return sim_text(w, sql);
}

static anc_str some_letter(world *w)
{
    char sql[120];
    const int64_t n = sim_number(w, "SELECT count(*) FROM ing_failure");
    (void)snprintf(sql, sizeof sql, "SELECT id FROM ing_failure ORDER BY id LIMIT 1 OFFSET %llu",
                   (unsigned long long)sim_chance(w->s, (uint64_t)n + 1));
    return sim_text(w, sql);
}

static void look(play *p, krn_call *call, anc_str id)
{
    ing_batch b;
    if (ing_batch_find(p->w.ing, call, id, &b) != ANC_OK)
        return;
    const bool ended = b.state != ING_QUEUED && b.state != ING_PROCESSING;
    if ((ended ? b.waiting : b.unread) != 0 ||
        b.total != b.waiting + b.unread + b.under_way + b.processed + b.failed + b.skipped ||
        b.searchable > b.processed + b.skipped)
        SIM_FAIL(&p->w, "batch %.*s: what is shown does not fit", ANC_FMT(b.id));
}

static void meddle(play *p)
{
    krn_call *call = sim_call(&p->w);
    ing_batch batch;
    switch (sim_chance(p->w.s, 8)) {
    case 0:
        (void)!ing_batch_cancel(p->w.ing, call, some_batch(&p->w), &batch);
        break;
    case 1:
        if (room_for_a_batch(p, SIM_BATCHES - 20))
            (void)!ing_batch_replay(p->w.ing, call, some_batch(&p->w), &batch);
        break;
    case 2:
        if (room_for_a_batch(p, SIM_BATCHES - 20))
            (void)!ing_dead_letter_replay(p->w.ing, call, some_letter(&p->w), &batch);
        break;
    case 3:
        (void)!ing_dead_letter_delete(p->w.ing, call, some_letter(&p->w));
        break;
    case 4:
        (void)sim_number(&p->w, "UPDATE sim_index SET cursor = (SELECT coalesce(max(seq), 0) FROM"
                                " sim_put) RETURNING cursor");
        break;
    default:
        look(p, call, some_batch(&p->w));
        break;
    }
}

static void die(play *p)
{
    for (unsigned i = 0; i < UPLOADS; i++) {
        p->w.commits_left = 0; /* its clients notice nothing but the end of the connection */
        ing_upload_close(p->uploads[i]);
        p->uploads[i] = NULL;
    }
    sim_world_crash(&p->w);
}

static void act(play *p)
{
    const uint64_t what = sim_chance(p->w.s, 100);
    if (what < 60)
        (void)sim_run_one(p->w.s);
    else if (what < 67 && room_for_a_batch(p, SIM_BATCHES - 40))
        start_folder(p);
    else if (what < 85)
        go_on_with_upload(p);
    else if (what < 97)
        meddle(p);
    else if (what == 97 && p->w.commits_left < 0)
        p->w.commits_left = 1 + (long)sim_chance(p->w.s, 6);
    if (sim_world_dead(&p->w))
        die(p);
}

/* ---- one world -------------------------------------------------------------------------------------- */

static bool is_over(world *w)
{
    return sim_number(w, "SELECT count(*) FROM ing_batch WHERE closed = 0") == 0;
}

static void run_to_the_end(play *p)
{
    world *w = &p->w;
    w->commits_left = -1;
    for (unsigned i = 0; i < UPLOADS; i++)
        if (p->uploads[i] != NULL)
            end_upload(p, i);
    w->calm = true;
    unsigned steps = 0;
    for (; !is_over(w) && steps < STEPS_MAX; steps++)
        (void)sim_run_one(w->s);
    if (steps == STEPS_MAX)
        SIM_FAIL(w, "it does not come to an end");
    (void)sim_number(w, "UPDATE sim_index SET cursor = (SELECT coalesce(max(seq), 0) FROM sim_put)"
                        " RETURNING cursor");
    (void)sim_run_for(w->s, 600 * INT64_C(1000000000), STEPS_MAX);
}

/* Without dead letters nothing is left in the spool, and its room is known to be free. */
static void forget_letters(play *p)
{
    world *w = &p->w;
    while (sim_number(w, "SELECT count(*) FROM ing_failure") > 0) {
        krn_call *call = sim_call(w);
        ASSERT_OK(
            ing_dead_letter_delete(w->ing, call, sim_text(w, "SELECT id FROM ing_failure LIMIT 1")),
            call->err);
    }
    (void)sim_run_for(w->s, 600 * INT64_C(1000000000), STEPS_MAX);
    sim_check_end(w);
    for (unsigned i = 0; i < w->n_segments; i++)
        if (w->segments[i].there)
            SIM_FAIL(w, "a segment is left in the spool");
    if (!ing_upload_room(w->ing))
        SIM_FAIL(w, "the spool is empty and takes nothing");
}

typedef struct total {
    uint64_t commits, puts, late, crashes, batches, worst, rows, ahead;
    uint64_t chance; /* what comes next in the last world: the same where the same was done */
} total;

static void one_world(uint64_t seed, db_sqlite *db, db_readers *readers, total *t)
{
    play *p = calloc(1, sizeof *p);
    assert_non_null(p);
    sim_world_open(&p->w, seed, db, readers);
    const bool crowd =
        sim_chance(p->w.s, 20) == 0; /* more batches than are worked at side by side */
    for (unsigned i = 0; crowd && i < 75; i++)
        start_folder(p);
    for (unsigned i = 0; i < ACTIONS; i++)
        act(p);
    run_to_the_end(p);
    sim_check_end(&p->w);
    forget_letters(p);
    t->commits += p->w.commits;
    t->puts += p->w.puts;
    t->late += p->w.late;
    t->crashes += p->w.crashes;
    t->rows += p->w.rows;
    t->ahead += p->w.ahead;
    t->batches += (uint64_t)sim_number(&p->w, "SELECT count(*) FROM ing_batch");
    t->worst = p->w.worst_passed_by > t->worst ? p->w.worst_passed_by : t->worst;
    t->chance = sim_chance(p->w.s, UINT64_MAX);
    sim_world_close(&p->w);
    free(p);
}

/* ---- all of them -------------------------------------------------------------------------------------- */

static db_sqlite *open_tables(const char *path, db_readers **ret_readers)
{
    anc_err err = {0};
    db_sqlite *db = NULL;
    ASSERT_OK(db_open(anc_str_of(path), NULL, &db, &err), &err);
    ASSERT_OK(db_migrate(db, ing_migrations, ing_n_migrations, 1, &err), &err);
    ASSERT_OK(db_exec(db,
                      "PRAGMA synchronous=OFF;"
                      "CREATE TABLE sim_put(seq INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT);"
                      "CREATE TABLE sim_event(type, subject TEXT, status TEXT, count);"
                      "CREATE TABLE sim_index(cursor); INSERT INTO sim_index VALUES(0)",
                      &err),
              &err);
    ASSERT_OK(db_readers_open(anc_str_of(path), NULL, 4, ret_readers, &err), &err);
    return db;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

typedef struct tables {
    char folder[64];
    db_readers *readers;
    db_sqlite *db;
} tables;

static void tables_open(tables *t)
{
    char path[96];
    (void)snprintf(t->folder, sizeof t->folder, "%s/anc-sim-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(t->folder));
    (void)snprintf(path, sizeof path, "%s/catalog.db", t->folder);
    t->db = open_tables(path, &t->readers);
}

static void tables_close(tables *t)
{
    anc_err err = {0};
    db_readers_close(t->readers);
    db_close(t->db);
    ASSERT_OK(os_folder_remove(anc_str_of(t->folder), &err), &err);
}

/* Ids, turns and times all come of the seed, whatever was played before in the same tables: what fails in one
 * of many worlds fails in that one alone. */
static void a_seed_is_one_world(void **state)
{
    enum { FIRST = 3, OTHER = 8 };
    (void)state;
    tables used;
    total first = {0}, other = {0}, again = {0};
    tables_open(&used);
    one_world(FIRST, used.db, used.readers, &first);
    one_world(OTHER, used.db, used.readers, &other);
    one_world(FIRST, used.db, used.readers, &again);
    tables_close(&used);
    assert_memory_equal(&first, &again, sizeof first);
    assert_true(other.chance != first.chance);
}

static void figures_hold_in_every_world(void **state)
{
    (void)state;
    tables used;
    tables_open(&used);
    const uint64_t only = number_from("ANC_SIM_SEED", 0);
    const uint64_t seeds = only != 0 ? only : number_from("ANC_SIM_SEEDS", SEEDS);
    total t = {0};
    for (uint64_t seed = only != 0 ? only : 1; seed <= seeds; seed++)
        one_world(seed, used.db, used.readers, &t);
    (void)printf(
        "%llu batches, %llu commits, %llu documents read, %llu rows (%llu files stored ahead), "
        "%llu hung workers, %llu crashes; passed by at most %llu times\n",
        (unsigned long long)t.batches, (unsigned long long)t.commits, (unsigned long long)t.puts,
        (unsigned long long)t.rows, (unsigned long long)t.ahead, (unsigned long long)t.late,
        (unsigned long long)t.crashes, (unsigned long long)t.worst);
    if (only == 0)
        assert_true(t.late > 0 && t.crashes > 0 && t.puts > seeds && t.rows > seeds && t.ahead > 0);
    tables_close(&used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_seed_is_one_world),
                                       cmocka_unit_test(figures_hold_in_every_world)};
    return cmocka_run_group_tests_name("simulation of batches", tests, NULL, NULL);
}
