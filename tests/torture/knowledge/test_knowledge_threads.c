/* test_knowledge_threads.c - puts, restores and deletes from several threads at once, while settings
 * change, documents are cut again, old versions expire and the sweep goes round.
 *
 * Some documents belong to one thread, one is fought over by all, and all share paragraphs, so that
 * a delete in one thread takes away what a put in another was about to reuse.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

enum { N_THREADS = 4, STEPS = 40 };

typedef struct worker {
    kno_fixture *f;
    unsigned number, state;
    unsigned conflicts;
    char failure[256];
} worker;

static unsigned chance(worker *w, unsigned below)
{
    w->state = w->state * 1664525U + 1013904223U;
    return (w->state >> 12) % below;
}

static void one_step(worker *w, krn_call *call)
{
    char id[] = {(char)('a' + w->number), (char)('0' + chance(w, 2)), '\0'};
    if (chance(w, 3) == 0)
        memcpy(id, "xx", 2);
    anc_status status;
    kno_put_result r;
    if (chance(w, 6) == 0) {
        status = kno_version_restore(w->f->kno, call, ANC_STR("notes"), anc_str_of(id),
                                     1 + chance(w, 5), 0, &r);
    } else if (chance(w, 3) > 0) {
        ANC_BUF(text, 1 << 16);
        for (unsigned i = 0; i < 3; i++)
            text_paragraph(&text, chance(w, 4));
        const kno_document_input in = {.collection = ANC_STR("notes"),
                                       .make_collection = true,
                                       .id = anc_str_of(id),
                                       .title = ANC_STR("Shared"),
                                       .content = anc_buf_view(&text)};
        status = kno_document_put(w->f->kno, call, &in, false, &r);
    } else {
        uint64_t seq;
        status = kno_document_delete(w->f->kno, call, ANC_STR("notes"), anc_str_of(id), &seq);
    }
    w->conflicts += status == ANC_CONFLICT;
    if (status != ANC_OK && status != ANC_CONFLICT && status != ANC_NOT_FOUND)
        memcpy(w->failure, call->err->text, sizeof w->failure - 1);
}

static void *work(void *arg)
{
    worker *w = arg;
    for (unsigned i = 0; i < STEPS && w->failure[0] == '\0'; i++) {
        ANC_ARENA(mem, 16 << 20);
        anc_err err;
        krn_call call = fixture_thread_call(w->f, mem, &err);
        one_step(w, &call);
    }
    return NULL;
}

typedef struct keeper {
    kno_fixture *f;
    atomic_bool done;
    bool failed;
} keeper;

/* What the background does, without a pause. */
static void *keep_house(void *arg)
{
    keeper *k = arg;
    for (unsigned i = 0; !atomic_load(&k->done); i++) {
        ANC_ARENA(mem, 1 << 20);
        anc_err err;
        krn_call call = fixture_thread_call(k->f, mem, &err);
        const kno_collection_set set = {.chunk_tokens = true};
        kno_collection c = {.name = ANC_STR("notes"), .chunk_tokens = i % 2 == 0 ? 40 : 0};
        const anc_status status = kno_collection_update(k->f->kno, &call, &c, &set, &c);
        k->failed = k->failed || (status != ANC_OK && status != ANC_NOT_FOUND);
        k->failed = k->failed || !fixture_sweep(k->f) || !fixture_recut(k->f);
    }
    return NULL;
}

static void all_at_once(void **state)
{
    (void)state;
    kno_fixture f;
    fixture_open(&f);
    f.options.keep_versions = 3;
    fixture_reopen(&f);
    keeper k = {.f = &f};
    pthread_t house;
    assert_int_equal(pthread_create(&house, NULL, keep_house, &k), 0);
    pthread_t threads[N_THREADS];
    worker workers[N_THREADS];
    for (unsigned i = 0; i < N_THREADS; i++) {
        workers[i] = (worker){.f = &f, .number = i, .state = i + 1};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_string_equal(workers[i].failure, "");
        assert_true(workers[i].conflicts < STEPS / 2);
    }
    atomic_store(&k.done, true);
    pthread_join(house, NULL);
    assert_false(k.failed);
    assert_true(fixture_recut(&f));
    assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_collection WHERE recut = 1"), 0);
    assert_int_equal(fixture_count(&f, "SELECT sum(recut_failed) FROM kno_collection"), 0);
    fixture_check(&f, false);
    assert_true(fixture_sweep(&f));
    fixture_check(&f, true);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
