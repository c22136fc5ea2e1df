/* test_search_follower.c - the follower simulated: random changes, faults and crashes, replayed by
 * seed.
 *
 * A run mixes writes to the catalog with single steps of the follower. Reads fail now and then, some
 * documents cannot be read at all, and the service is closed at any moment and opened again with an
 * empty index. After each step, every document whose last change the index claims to have reached
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
static const char *const labels[LABELS] = {"public", "user:ann"};
static const char *const texts[] = {"all red fish", "all blue birds", "all grey stones",
                                    "all green trees of the forest"};

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static anc_status random_fault(void *arg)
{
    (void)arg;
    return chance(100) < fault_percent ? ANC_IO : ANC_OK;
}

static void open_service(anc_err *err)
{
    srch_config config = {.knowledge = &kno,
                          .embedding = &emb,
                          .changes = double_changes(&kno),
                          .clock = double_clock(&kno),
                          .open_index = srch_engine_index_open,
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
        if (!d->alive || d->collection != c || d->only_model == 0 ||
            (told && kno.n_changes + 1 >= DOUBLE_CHANGES))
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
        kno.next_model[c] = other != kno.collections[c].model ? other + 1 : 0;
    } else if (chance(8) == 0) {
        kno.next_model[c] = 0;
    } else if (complete(c, true) || !kno.prepared[c]) {
        return;
    } else {
        kno.collections[c].model = kno.next_model[c] - 1;
        kno.next_model[c] = 0;
        switches++;
    }
    kno.prepared[c] = false;
    double_change(&kno, KRN_CHANGE_MODEL, c, NULL);
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
    if (kno.n_changes + 1 >= DOUBLE_CHANGES)
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
        if (kno.documents[i].alive && kno.documents[i].last_change > cursor)
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

static void step(void)
{
    const int64_t next = srch_follow(srch, kno.now_ns);
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
    open_service(&err);
    for (int i = 0; i < EVENTS; i++) {
        const uint32_t what = chance(200);
        fault_percent = chance(10);
        if (what < 90) {
            write_something();
        } else if (what < 196) {
            step();
        } else if (what < 198) {
            srch_service_close(srch);
            memset(kno.prepared, 0, sizeof kno.prepared);
            open_service(&err);
        } else if (what < 199) {
            srch_rebuild(srch);
        } else {
            settle();
        }
    }
    settle();
    srch_service_close(srch);
}

static void follows_whatever_happens(void **state)
{
    (void)state;
    for (uint64_t start = 1; start <= SEEDS; start++) {
        print_message("seed %llu\n", (unsigned long long)start);
        run_seed(start);
    }
    print_message("%u changes of models waited for the index\n", switches);
    assert_true(switches > SEEDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(follows_whatever_happens)};
    return cmocka_run_group_tests_name("search follower", tests, NULL, NULL);
}
