/* test_search_follower.c - the follower simulated: random changes, faults and crashes, replayed by
 * seed.
 *
 * A run mixes writes to the catalog with single steps of the follower. Reads fail now and then, some
 * documents cannot be read at all, and the service is closed at any moment and opened again: with an
 * empty index, or in two of three runs with what was kept of it, which is saved now and then. There the program also
 * ends at any call to the disk, and everything it had in memory is lost. After each step, every document whose last change the index claims to have reached
 * must stand there as in the catalog; when nothing is left to do, index and catalog agree as a whole.
 *
 * In every second run a collection's model is changed as the knowledge component does it: announced, and then
 * switched once the index is said to be ready and no document lacks the new vectors. A document that is put
 * has vectors of the model of that moment alone, and must always be found by them.
 */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "os/file.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"
#include "service_impl.h"
#include "support/catalog_double.h"

enum { EVENTS = 1200, SEEDS = 12, SETTLE = 2000, LABELS = 2 };

static kno_service kno;
static emb_service emb;
static srch_service *srch;
static uint64_t seed;
static uint32_t fault_percent;
static bool waits;        /* changes of models wait for the index, in this run */
static unsigned switches; /* of those, in all runs */
static bool in_step;
static srch_home *home;          /* NULL: nothing is kept in this run */
static long dies_at;             /* call to the disk from which on all fail; -1: none */
static unsigned deaths, gone_on; /* in all runs */
static char folder[64];
static uint64_t put_with[DOUBLE_DOCUMENTS]; /* the change of the newest version */
static const char *const labels[LABELS] = {"public", "user:ann"};
static const char *const texts[] = {"all red fish", "all blue birds", "all grey stones",
                                    "all green trees of the forest"};

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void write_something(void);

/* Asked before each read: in the middle of a step something is written, too. */
static anc_status random_fault(void *arg)
{
    (void)arg;
    if (in_step && chance(25) == 0)
        write_something();
    return chance(100) < fault_percent ? ANC_IO : ANC_OK;
}

/* ---- a disk that ends with the program --------------------------------------------------------- */

static anc_status call_disk(anc_err *err)
{
    if (dies_at > 0)
        dies_at--;
    return dies_at == 0 ? ANC_FAIL(err, ANC_IO, "the program has ended") : ANC_OK;
}

static anc_status disk_create(void *self, anc_str path, void **ret_file, anc_err *err)
{
    ANC_TRY(call_disk(err));
    return eng_disk_system.create(self, path, ret_file, err);
}

static anc_status disk_append(void *self, void *file, anc_str bytes, anc_err *err)
{
    ANC_TRY(call_disk(err));
    return eng_disk_system.append(self, file, bytes, err);
}

static anc_status disk_sync(void *self, void *file, anc_err *err)
{
    (void)self, (void)file; /* what was written outlasts a program that ends */
    return call_disk(err);
}

static anc_status disk_rename(void *self, anc_str from, anc_str to, anc_err *err)
{
    ANC_TRY(call_disk(err));
    return eng_disk_system.rename(self, from, to, err);
}

static anc_status disk_remove(void *self, anc_str path, anc_err *err)
{
    ANC_TRY(call_disk(err));
    return eng_disk_system.remove(self, path, err);
}

static anc_status disk_make_folder(void *self, anc_str path, anc_err *err)
{
    ANC_TRY(call_disk(err));
    return eng_disk_system.make_folder(self, path, err);
}

static anc_status disk_sync_folder(void *self, anc_str path, anc_err *err)
{
    (void)self, (void)path;
    return call_disk(err);
}

static eng_disk disk;

static void open_home(void)
{
    anc_err err = {0};
    disk = eng_disk_system;
    disk.create = disk_create;
    disk.append = disk_append;
    disk.sync = disk_sync;
    disk.rename = disk_rename;
    disk.remove = disk_remove;
    disk.make_folder = disk_make_folder;
    disk.sync_folder = disk_sync_folder;
    const srch_home_options options = {.folder = anc_str_of(folder), .disk = &disk};
    dies_at = -1;
    ASSERT_OK(srch_home_open(&options, &home, &err), &err);
}

/* Saves, tidies: as the step does beside the follower. */
static void look_after(void)
{
    kno.now_ns += (int64_t)chance(3) * 3000000000;
    (void)srch_keep(srch, kno.now_ns);
    (void)srch_tidy(srch, kno.now_ns);
}

static void open_service(anc_err *err)
{
    srch_config config = {.knowledge = &kno,
                          .embedding = &emb,
                          .changes = double_changes(&kno),
                          .clock = double_clock(&kno),
                          .open_index = srch_engine_index_open,
                          .index_place = home,
                          .max_document_bytes = 8 << 20};
    ASSERT_OK(srch_threads_watermark_open(&config.watermark, err), err);
    ASSERT_OK(srch_service_open(&config, &srch, err), err);
}

/* ---- writes to the catalog -------------------------------------------------------------------- */

static void put(double_document *d, size_t number)
{
    if (!d->alive) {
        d->version = 0;
        d->collection = chance(DOUBLE_COLLECTIONS);
        (void)snprintf(d->id, sizeof d->id, "d%02zu", number);
    }
    if (!kno.collections[d->collection].alive)
        return;
    d->alive = true;
    d->version++;
    d->title = "title";
    d->language = "en";
    d->metadata = "{}";
    d->label = chance(2) == 0 ? NULL : labels[chance(LABELS)];
    d->poisoned = chance(20) == 0;
    d->n_chunks = 1 + chance(DOUBLE_CHUNKS);
    for (size_t i = 0; i < d->n_chunks; i++)
        d->chunks[i] = texts[chance(ANC_COUNT(texts))];
    d->only_model = waits ? kno.collections[d->collection].model + 1 : 0;
    double_change(&kno, KRN_CHANGE_PUBLISH, d->collection, d);
    put_with[number] = d->last_change;
}

static void delete_document(double_document *d)
{
    if (!d->alive)
        return;
    d->alive = false;
    double_change(&kno, KRN_CHANGE_DELETE, d->collection, d);
}

static void drop_collection(size_t c)
{
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++)
        if (kno.documents[i].collection == c && kno.documents[i].alive) {
            kno.documents[i].alive = false;
            kno.documents[i].last_change = kno.n_changes + 1;
        }
    kno.next_model[c] = 0;
    kno.prepared[c] = false;
    double_change(&kno, KRN_CHANGE_DROP_COLLECTION, c, NULL);
}

static void relabel_collection(size_t c)
{
    kno.collections[c].label = labels[chance(LABELS)];
    double_change(&kno, KRN_CHANGE_COLLECTION, c, NULL);
}

/* Gives all documents of a collection all vectors; those whose index is waited for are read again. */
static bool complete(size_t c, bool told)
{
    bool lacked = false;
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++) {
        double_document *d = &kno.documents[i];
        if (!d->alive || d->collection != c || d->only_model == 0)
            continue;
        d->only_model = 0;
        lacked = true;
        if (told)
            double_change(&kno, KRN_CHANGE_PUBLISH, c, d);
    }
    return lacked;
}

/* The next thing that happens to a collection's model: announced, taken back, or switched over to. */
static void move_model(size_t c)
{
    const unsigned other = chance(DOUBLE_MODELS);
    if (kno.next_model[c] == 0) {
        (void)complete(c, false);
        double_announce(&kno, c, other != kno.collections[c].model ? other + 1 : 0);
    } else if (chance(8) == 0) {
        double_announce(&kno, c, 0);
    } else if ((!complete(c, true) || chance(2) == 0) && kno.prepared[c]) {
        double_switch(&kno, c);
        switches++;
    }
}

static void change_model(size_t c)
{
    if (waits) {
        move_model(c);
        return;
    }
    kno.collections[c].model = chance(DOUBLE_MODELS);
    double_change(&kno, KRN_CHANGE_MODEL, c, NULL);
}

static void write_something(void)
{
    const size_t number = chance(DOUBLE_DOCUMENTS);
    const uint32_t what = chance(100);
    if (kno.n_changes + DOUBLE_DOCUMENTS + 1 >=
        DOUBLE_CHANGES) /* as many as one of these may make */
        return;
    if (what < 70)
        put(&kno.documents[number], number);
    else if (what < 86)
        delete_document(&kno.documents[number]);
    else if (what < 89)
        relabel_collection(chance(DOUBLE_COLLECTIONS));
    else if (what < 98)
        change_model(chance(DOUBLE_COLLECTIONS));
    else
        drop_collection(chance(DOUBLE_COLLECTIONS));
}

/* ---- what must hold ---------------------------------------------------------------------------- */

static srch_index shown(void)
{
    return srch->slots[srch->shown].index;
}

static void compare_document(const double_document *d)
{
    uint32_t version = 0;
    const anc_str collection = anc_str_of(kno.collections[d->collection].name);
    const bool there = shown().ops->find(shown().self, collection, anc_str_of(d->id), &version);
    assert_int_equal(there, d->alive && !d->poisoned);
    assert_true(!there || version == d->version);
}

/* All chunks have vectors, but for those of documents whose newest version the index has not come to. */
static void meaning_is_whole(void)
{
    const uint64_t cursor = srch_status(srch).cursor;
    const srch_index_figures f = shown().ops->figures(shown().self, ANC_STR_NONE);
    uint64_t ahead = 0;
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++)
        if (kno.documents[i].alive && put_with[i] > cursor)
            ahead += kno.documents[i].n_chunks;
    assert_true(f.chunks - f.vectors <= ahead);
}

/* All that the index claims to show is there. */
static void claims_hold(void)
{
    const uint64_t cursor = srch_status(srch).cursor;
    if (waits)
        meaning_is_whole();
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++) {
        const double_document *d = &kno.documents[i];
        if (d->last_change > 0 && d->last_change <= cursor)
            compare_document(d);
    }
}

/* Chunks that somebody with `label` sees in a collection, by a word that all have. */
static size_t seen(size_t collection, const char *label)
{
    anc_err err = {0};
    ANC_ARENA(mem, 8 << 20);
    const anc_str l = anc_str_of(label);
    const srch_query_term term = {.text = ANC_STR("all"), .weight = 1};
    const srch_index_query q = {
        .terms = &term, .n_terms = 1, .labels = &l, .n_labels = 1, .k_keyword = 1000};
    krn_call call = {
        .mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &kno.never_cancelled};
    srch_index_result r = {0};
    ASSERT_OK(shown().ops->search(shown().self, &call, anc_str_of(kno.collections[collection].name),
                                  &q, &r),
              &err);
    return r.n;
}

/* Every index is of the model that the catalog says, and none is prepared that is not announced. */
static void models_agree(void)
{
    anc_err err = {0};
    ANC_ARENA(mem, 8 << 20);
    krn_call call = {
        .mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &kno.never_cancelled};
    for (size_t c = 0; c < DOUBLE_COLLECTIONS; c++) {
        const anc_str name = anc_str_of(kno.collections[c].name);
        anc_str model;
        uint32_t dims = 0;
        srch_index_models have;
        ASSERT_OK(kno_searched_model(&kno, &call, name, &model, &dims), &err);
        ASSERT_OK(shown().ops->models(shown().self, &call, name, &have), &err);
        assert_int_equal(have.preparing, kno.next_model[c] > 0);
        assert_int_equal(kno.prepared[c], kno.next_model[c] > 0);
        assert_true(!have.is_there || (anc_str_eq(have.model, model) && have.dims == dims));
    }
}

static void agree_as_a_whole(void)
{
    uint64_t documents = 0, chunks = 0;
    assert_int_equal(srch_status(srch).cursor, kno.n_changes);
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++) {
        const double_document *d = &kno.documents[i];
        if (d->id[0] != '\0')
            compare_document(d);
        documents += d->alive && !d->poisoned ? 1 : 0;
        chunks += d->alive && !d->poisoned ? d->n_chunks : 0;
    }
    models_agree();
    if (waits)
        meaning_is_whole();
    const srch_index_figures f = shown().ops->figures(shown().self, ANC_STR_NONE);
    assert_int_equal(f.documents, documents);
    assert_int_equal(f.chunks, chunks);
    for (size_t c = 0; c < DOUBLE_COLLECTIONS; c++)
        for (size_t l = 0; l < LABELS; l++) {
            size_t expected = 0;
            for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++) {
                const double_document *d = &kno.documents[i];
                if (d->alive && !d->poisoned && d->collection == c &&
                    strcmp(double_label(&kno, d), labels[l]) == 0)
                    expected += d->n_chunks;
            }
            assert_int_equal(seen(c, labels[l]), expected);
        }
}

/* ---- the run ---------------------------------------------------------------------------------- */

/* The program ends, sooner or later in what it does when it ends well, and is started again. */
static void start_again(anc_err *err)
{
    if (home != NULL && chance(2) == 0) {
        dies_at = 1 + (long)chance(chance(2) == 0 ? 3 : 60);
        for (int i = 0; i < 8 && dies_at > 0; i++) {
            (void)srch_follow(srch, kno.now_ns);
            look_after();
        }
        dies_at = dies_at > 0 ? 1 : dies_at;
        deaths++;
    }
    srch_service_close(srch);
    if (home != NULL) {
        srch_home_close(home);
        open_home();
    }
    memset(kno.prepared, 0, sizeof kno.prepared);
    open_service(err);
    gone_on += shown().ops->kept(shown().self).is_there ? 1 : 0;
}

static void step(void)
{
    in_step = true;
    const int64_t next = srch_follow(srch, kno.now_ns);
    in_step = false;
    assert_true(next >= kno.now_ns);
    kno.now_ns += (int64_t)chance(3) * 1000000;
    claims_hold();
}

static void settle(void)
{
    fault_percent = 0;
    for (int i = 0; i < SETTLE; i++) {
        const int64_t next = srch_follow(srch, kno.now_ns);
        const srch_status_row status = srch_status(srch);
        if (status.ready && srch->rebuild_asked == srch->follow.taken && srch->follow.known &&
            status.cursor == kno.n_changes && next > kno.now_ns)
            break;
        kno.now_ns = next > kno.now_ns ? next : kno.now_ns;
    }
    assert_true(srch_status(srch).ready);
    agree_as_a_whole();
}

static void run_seed(uint64_t start)
{
    anc_err err = {0};
    seed = start;
    kno = (kno_service){.collections = {{true, "alpha", "en", "public", 0, 0},
                                        {true, "beta", "auto", "public", 0, 0},
                                        {true, "gamma", "fr", "user:ann", 0, 0},
                                        {true, "delta", "en", "public", 0, 0}},
                        .fault = random_fault};
    waits = start % 2 == 0;
    emb = (emb_service){.available = true};
    fault_percent = 0;
    (void)snprintf(folder, sizeof folder, "follower-%llu.tmp", (unsigned long long)start);
    ASSERT_OK(os_folder_remove(anc_str_of(folder), &err), &err);
    home = NULL;
    if (start % 3 != 0)
        open_home();
    open_service(&err);
    for (int i = 0; i < EVENTS; i++) {
        const uint32_t what = chance(200);
        fault_percent = chance(10);
        if (what < 90) {
            write_something();
        } else if (what < 196) {
            step();
        } else if (what < 198) {
            start_again(&err);
        } else if (what < 199) {
            srch_rebuild(srch);
        } else {
            settle();
        }
        if (home != NULL && chance(20) == 0)
            look_after();
    }
    settle();
    srch_service_close(srch);
    srch_home_close(home);
    ASSERT_OK(os_folder_remove(anc_str_of(folder), &err), &err);
}

static void follows_whatever_happens(void **state)
{
    (void)state;
    for (uint64_t start = 1; start <= SEEDS; start++) {
        print_message("seed %llu\n", (unsigned long long)start);
        run_seed(start);
    }
    print_message("%u changes of models waited for the index\n", switches);
    print_message("%u ends of the program, %u starts with what was kept\n", deaths, gone_on);
    assert_true(switches > SEEDS);
    assert_true(deaths > SEEDS && gone_on > SEEDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(follows_whatever_happens)};
    return cmocka_run_group_tests_name("search follower", tests, NULL, NULL);
}
