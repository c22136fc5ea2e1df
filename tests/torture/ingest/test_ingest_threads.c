/* test_ingest_threads.c - workers on threads of their own, several batches, callers who look. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

enum { N_FILES = 40 };

typedef struct driver {
    void *worker;
    atomic_bool *stop;
} driver;

static void *drive(void *arg)
{
    const driver *d = arg;
    while (!atomic_load(d->stop)) {
        const int64_t now = os_mono_ns();
        if (ing_worker_step(d->worker, now) > now)
            os_sleep_ns(1000000);
    }
    return NULL;
}

static anc_status wait_for_end(ing_fixture *f, const char *id, ing_batch *ret, char text[512])
{
    ANC_ARENA(mem, 16 << 20);
    anc_err err;
    krn_call call = fixture_thread_call(&f->k, mem, &err);
    anc_status status = ANC_OK;
    for (int i = 0; i < 100000 && status == ANC_OK; i++) {
        anc_arena_reset(mem);
        status = ing_batch_find(f->ing, &call, anc_str_of(id), ret);
        if (status == ANC_OK && (ret->state == ING_COMPLETED || ret->state == ING_CANCELLED))
            break;
        os_sleep_ns(1000000);
    }
    memcpy(text, err.text, 512);
    return status;
}

static void two_batches_side_by_side(void **state)
{
    (void)state;
    ing_fixture f;
    ingest_open(&f);
    char name[32], ids[2][64], text[512];
    for (int i = 0; i < N_FILES; i++) {
        (void)snprintf(name, sizeof name, "%02d.%s", i, i % 2 == 0 ? "md" : "txt");
        ingest_write(&f, name, name);
    }
    ing_batch batch;
    ASSERT_OK(ingest_start(&f, "*.md", &batch), &f.k.err);
    (void)snprintf(ids[0], sizeof ids[0], "%.*s", ANC_FMT(batch.id));
    atomic_bool stop = false;
    pthread_t threads[INGEST_WORKERS];
    driver drivers[INGEST_WORKERS];
    for (unsigned i = 0; i < INGEST_WORKERS; i++) {
        drivers[i] = (driver){.worker = ing_worker_of(f.ing, i), .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, drive, &drivers[i]), 0);
    }
    ASSERT_OK(ingest_start(&f, "*", &batch), &f.k.err);
    (void)snprintf(ids[1], sizeof ids[1], "%.*s", ANC_FMT(batch.id));
    for (int i = 0; i < 2; i++) {
        if (wait_for_end(&f, ids[i], &batch, text) != ANC_OK)
            fail_msg("%s", text);
        assert_int_equal(batch.state, ING_COMPLETED);
        assert_int_equal(batch.processed + batch.skipped, i == 0 ? N_FILES / 2 : N_FILES);
    }
    atomic_store(&stop, true);
    for (unsigned i = 0; i < INGEST_WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(fixture_count(&f.k, "SELECT count(*) FROM kno_document"), N_FILES);
    fixture_check(&f.k, false);
    ingest_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_batches_side_by_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
