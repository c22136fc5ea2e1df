/* test_engine_threads.c - readers beside two writers: every answer shows each document whole.
 *
 * Version v of a document has 1 + v % 5 chunks that all carry the word "all". A reader that sees
 * chunks of two versions, or another number of chunks, has seen half of a publish.
 */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/engine.h"

enum { DOCUMENTS = 12, ROUNDS = 400, READERS = 3, MOST = 4096 };

static eng_index *shared;
static os_pool *pool;
static atomic_bool writers_done;
static atomic_int failures, answers;

static const float vector[3] = {1, 0, 0};
static const anc_str public_label = ANC_STR_INIT("public");

static void publish(int number, uint32_t version)
{
    char key[16];
    (void)snprintf(key, sizeof key, "d%d", number);
    const eng_document document = {
        .key = anc_str_of(key), .version = version, .labels = &public_label, .n_labels = 1};
    const eng_term terms[] = {{.text = ANC_STR_INIT("all"), .place = ENG_TEXT}};
    eng_load *load = NULL;
    if (eng_load_open(shared, &document, &load, NULL) != ANC_OK) {
        atomic_fetch_add(&failures, 1);
        return;
    }
    for (uint32_t c = 0; c < 1 + version % 5; c++) {
        const eng_chunk chunk = {.ordinal = c, .terms = terms, .n_terms = 1, .vector = vector};
        if (eng_load_add(load, &chunk, NULL) != ANC_OK)
            atomic_fetch_add(&failures, 1);
    }
    if (eng_publish(shared, load, NULL) != ANC_OK)
        atomic_fetch_add(&failures, 1);
}

static void *write_all(void *arg)
{
    const int half = *(const int *)arg;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        const int number = half * (DOCUMENTS / 2) + (int)(round % (DOCUMENTS / 2));
        char key[16];
        (void)snprintf(key, sizeof key, "d%d", number);
        if (round % 7 == 0 && eng_delete(shared, anc_str_of(key), NULL) != ANC_OK)
            atomic_fetch_add(&failures, 1);
        publish(number, round);
    }
    return NULL;
}

static void check(const eng_result *r)
{
    uint32_t chunks[DOCUMENTS] = {0}, versions[DOCUMENTS] = {0};
    if (r->n != r->live_chunks || r->terms[0].df != r->live_chunks)
        atomic_fetch_add(&failures, 1);
    for (size_t i = 0; i < r->n; i++) {
        uint64_t number;
        const eng_candidate *c = &r->candidates[i];
        if (!anc_str_to_u64(anc_str_sub(c->document, 1, 9), &number) || number >= DOCUMENTS ||
            (chunks[number]++ > 0 && versions[number] != c->version))
            atomic_fetch_add(&failures, 1);
        else
            versions[number] = c->version;
    }
    for (int d = 0; d < DOCUMENTS; d++)
        if (chunks[d] > 0 && chunks[d] != 1 + versions[d] % 5)
            atomic_fetch_add(&failures, 1);
}

static void *read_all(void *arg)
{
    (void)arg;
    anc_arena *mem = anc_arena_new(16 << 20);
    const eng_query_term term = {.text = ANC_STR("all"), .weight = 1};
    const eng_query query = {.terms = &term,
                             .n_terms = 1,
                             .vector = vector,
                             .dims = 3,
                             .labels = &public_label,
                             .n_labels = 1,
                             .k_keyword = MOST,
                             .k_semantic = MOST,
                             .pool = pool};
    while (!atomic_load(&writers_done)) {
        eng_result r;
        eng_snapshot *s = eng_snapshot_acquire(shared);
        if (eng_search(s, &query, mem, &r, NULL) != ANC_OK)
            atomic_fetch_add(&failures, 1);
        else
            check(&r);
        eng_snapshot_release(s);
        anc_arena_reset(mem);
        atomic_fetch_add(&answers, 1);
    }
    anc_arena_free(mem);
    return NULL;
}

static void documents_are_seen_whole(void **state)
{
    (void)state;
    pthread_t readers[READERS], writers[2];
    int halves[2] = {0, 1};
    const eng_options options = {.dims = 3, .from.paired = 1};
    assert_int_equal(os_pool_open("test", 2, 1, &pool, NULL), ANC_OK);
    assert_int_equal(eng_index_open(&options, &shared, NULL), ANC_OK);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_all, NULL), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_all, &halves[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(writers[i], NULL), 0);
    atomic_store(&writers_done, true);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(readers[i], NULL), 0);
    assert_int_equal(eng_stats(shared).documents, DOCUMENTS);
    eng_index_close(shared);
    os_pool_free(pool);
    assert_int_equal(atomic_load(&failures), 0);
    assert_true(atomic_load(&answers) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(documents_are_seen_whole)};
    return cmocka_run_group_tests_name("engine threads", tests, NULL, NULL);
}
