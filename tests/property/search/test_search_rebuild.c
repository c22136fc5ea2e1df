/* test_search_rebuild.c - searches go on, and find everything, while the index is built anew under
 * them. */
#include "support/test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"
#include "search/app/service.h"
#include "support/catalog_double.h"

enum { DOCUMENTS = 40, READERS = 2, REBUILDS = 30 };

static kno_service kno;
static emb_service emb;
static srch_service *srch;
static atomic_bool done;
static atomic_int failures, answers;

static void *search_on(void *arg)
{
    (void)arg;
    anc_arena *mem = anc_arena_new(16 << 20);
    const anc_str label = ANC_STR("public");
    while (!atomic_load(&done)) {
        anc_err err = {0};
        krn_call call = {.mem = mem,
                         .err = &err,
                         .deadline_ns = INT64_MAX,
                         .cancelled = &kno.never_cancelled,
                         .principal = {.labels = &label, .n_labels = 1}};
        const srch_request request = {
            .query = ANC_STR("all"), .top_k = 1, .mode = SRCH_KEYWORD, .one_per_document = true};
        srch_result result;
        if (srch_query(srch, &call, &request, &result) != ANC_OK || result.n != 1 ||
            srch_status(srch).documents != DOCUMENTS)
            atomic_fetch_add(&failures, 1);
        anc_arena_reset(mem);
        atomic_fetch_add(&answers, 1);
    }
    anc_arena_free(mem);
    return NULL;
}

static void open_service(anc_err *err)
{
    srch_config config = {.knowledge = &kno,
                          .embedding = &emb,
                          .changes = double_changes(&kno),
                          .clock = double_clock(&kno),
                          .open_index = srch_engine_index_open};
    kno = (kno_service){.collections = {{true, "alpha", "en", "public", 0, 0}}};
    for (size_t i = 0; i < DOCUMENTS; i++) {
        double_document *d = &kno.documents[i];
        *d = (double_document){.alive = true,
                               .version = 1,
                               .title = "title",
                               .language = "en",
                               .metadata = "{}",
                               .chunks = {"all red fish"},
                               .n_chunks = 1};
        (void)snprintf(d->id, sizeof d->id, "d%02zu", i);
    }
    ASSERT_OK(srch_threads_watermark_open(&config.watermark, err), err);
    ASSERT_OK(srch_service_open(&config, &srch, err), err);
    while (!srch_status(srch).ready)
        (void)srch_follow(srch, 0);
}

static void nobody_notices_a_rebuild(void **state)
{
    (void)state;
    anc_err err = {0};
    pthread_t readers[READERS];
    open_service(&err);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, search_on, NULL), 0);
    for (int i = 0; i < REBUILDS; i++) {
        srch_rebuild(srch);
        for (int step = 0; step < 8; step++)
            (void)srch_follow(srch, 0);
    }
    atomic_store(&done, true);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(readers[i], NULL), 0);
    srch_service_close(srch);
    assert_int_equal(atomic_load(&failures), 0);
    assert_true(atomic_load(&answers) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_notices_a_rebuild)};
    return cmocka_run_group_tests_name("search rebuild", tests, NULL, NULL);
}
