/* test_search_power.c - indexes of several collections on a disk that loses power: whatever the ledger says is there.
 *
 * A run publishes, removes and saves by a seed; at some call the disk ends, and what was not synced is lost in part, in
 * pieces or not at all. What opens then has, of each document, a state that it had at the kept cursor or later. A disk
 * whose syncs do nothing fails that (the same test shows it).
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "support/engine_disk.h"

enum { COLLECTIONS = 3, DOCUMENTS = 6, LOG = 4096, LIVES = 12, STEPS = 60, SEEDS = 40 };

/* State of a document from a change on; version 0: it is gone. */
typedef struct change {
    uint32_t collection, document, version;
} change;

typedef struct run {
    engine_disk *disk;
    srch_home *home;
    srch_index index;
    anc_arena *mem;
    anc_err err;
    atomic_bool never;
    krn_call call;
    uint64_t seed;
    change log[LOG]; /* of change i + 1 */
    uint64_t n;
    uint64_t kept; /* of the last life */
} run;

static uint32_t chance(run *r, uint32_t below)
{
    r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->seed >> 33) % below;
}

static const char *const names[COLLECTIONS] = {"alpha", "beta/2", ".gamma"};

static void open_index(run *r)
{
    const srch_home_options home = {.folder = ANC_STR("h"), .disk = engine_disk_ops(r->disk)};
    ASSERT_OK(srch_home_open(&home, &r->home, &r->err), &r->err);
    const srch_index_options options = {.model = ANC_STR("m"), .place = r->home};
    ASSERT_OK(srch_engine_index_open(&options, &r->index, &r->err), &r->err);
}

static void close_index(run *r)
{
    r->index.ops->close(r->index.self);
    srch_home_close(r->home);
}

typedef struct one_chunk {
    bool given;
    srch_index_term term;
} one_chunk;

static anc_status next_chunk(void *arg, srch_index_chunk *ret, bool *ret_more)
{
    one_chunk *c = arg;
    *ret_more = !c->given;
    if (c->given)
        return ANC_OK;
    c->given = true;
    *ret = (srch_index_chunk){.terms = &c->term, .n_terms = 1};
    return ANC_OK;
}

/* Brings a document of the index to the state that a change gave it. */
static anc_status apply(run *r, const change *c)
{
    static const anc_str label = ANC_STR_INIT("public");
    char id[16];
    const anc_str collection = anc_str_of(names[c->collection]);
    (void)snprintf(id, sizeof id, "d%u", c->document);
    anc_arena_reset(r->mem);
    if (c->version == 0)
        return r->index.ops->remove(r->index.self, &r->call, collection, anc_str_of(id));
    one_chunk chunk = {.term = {.text = anc_str_of(id)}};
    const srch_index_document d = {
        .document_id = anc_str_of(id), .version = c->version, .labels = &label, .n_labels = 1};
    return r->index.ops->publish(r->index.self, &r->call, collection, &d,
                                 (srch_chunk_source){&chunk, next_chunk});
}

static void change_something(run *r)
{
    assert_true(r->n < LOG);
    change *c = &r->log[r->n];
    *c = (change){.collection = chance(r, COLLECTIONS),
                  .document = chance(r, DOCUMENTS),
                  .version = chance(r, 4) == 0 ? 0 : (uint32_t)r->n + 1};
    if (apply(r, c) != ANC_OK) /* the disk is gone: the change is the catalog's all the same */
        anc_err_clear(&r->err);
    r->n++;
}

static void mark(run *r)
{
    const srch_index_kept kept = r->index.ops->kept(r->index.self);
    const srch_index_mark m = {.cursor = r->n, .whole = true, .damages = kept.damages};
    r->index.ops->mark(r->index.self, &m);
}

/* Whether the index has of a document a state from the cursor on. */
static bool is_fine(run *r, uint32_t collection, uint32_t document, uint64_t cursor)
{
    char id[16];
    uint32_t version = 0, at = 0;
    (void)snprintf(id, sizeof id, "d%u", document);
    (void)r->index.ops->find(r->index.self, anc_str_of(names[collection]), anc_str_of(id),
                             &version);
    bool fine = false;
    for (uint64_t i = 0; i < r->n; i++) {
        if (r->log[i].collection != collection || r->log[i].document != document)
            continue;
        if (i >= cursor)
            fine = fine || version == at;
        at = r->log[i].version;
    }
    return fine || version == at;
}

/* Every document as the ledger promises; false where it is not, or where nothing of what was kept opens. */
static bool keeps_its_word(run *r)
{
    const srch_index_kept kept = r->index.ops->kept(r->index.self);
    if (kept.damages > 0 || kept.mark.cursor < r->kept || (kept.is_there && !kept.mark.whole))
        return false;
    for (uint32_t c = 0; c < COLLECTIONS; c++)
        for (uint32_t d = 0; d < DOCUMENTS; d++)
            if (!is_fine(r, c, d, kept.mark.cursor))
                return false;
    return true;
}

/* What was not kept is followed again. */
static void follow(run *r)
{
    for (uint64_t i = r->index.ops->kept(r->index.self).mark.cursor; i < r->n; i++)
        ASSERT_OK(apply(r, &r->log[i]), &r->err);
    mark(r);
}

static void live(run *r)
{
    engine_disk_fail(r->disk, (long)chance(r, 150), ANC_IO, true);
    for (int i = 0; i < STEPS; i++) {
        srch_index_saved saved;
        change_something(r);
        if (!engine_disk_hit(r->disk))
            mark(r);
        anc_arena_reset(r->mem);
        if (chance(r, 6) == 0 &&
            r->index.ops->save(r->index.self, &r->call, false, &saved) == ANC_OK)
            r->kept = r->index.ops->kept(r->index.self).mark.cursor;
    }
}

/* Whether all lives of a run were well. */
static bool lives(uint64_t seed, bool forgets)
{
    run *r = calloc(1, sizeof *r);
    assert_non_null(r);
    *r = (run){.disk = engine_disk_new(seed), .mem = anc_arena_new(64 << 20), .seed = seed};
    r->call =
        (krn_call){.mem = r->mem, .err = &r->err, .deadline_ns = INT64_MAX, .cancelled = &r->never};
    if (forgets)
        engine_disk_forget_syncs(r->disk);
    bool well = true;
    open_index(r);
    for (int i = 0; i < LIVES && well; i++) {
        live(r);
        close_index(r);
        engine_disk_lose_power(r->disk);
        engine_disk_heal(r->disk);
        open_index(r);
        well = keeps_its_word(r);
        if (well)
            follow(r);
    }
    close_index(r);
    engine_disk_free(r->disk);
    anc_arena_free(r->mem);
    free(r);
    return well;
}

static void what_is_kept_outlasts_the_loss_of_power(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        if (!lives(seed, false))
            fail_msg("seed %llu", (unsigned long long)seed);
}

static void without_syncs_it_does_not(void **state)
{
    (void)state;
    int broken = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        broken += lives(seed, true) ? 0 : 1;
    assert_true(broken > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_kept_outlasts_the_loss_of_power),
                                       cmocka_unit_test(without_syncs_it_does_not)};
    return cmocka_run_group_tests_name("search power", tests, NULL, NULL);
}
