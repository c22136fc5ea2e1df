/* test_tracking.c - the tracking over a real outbox, on a disk that dies at every write in turn: whatever was
 * under way, afterwards each event counts once. And what the step does when all is well. */
#include "support/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/domain/query_events.h"
#include "os/file.h"
#include "support/call.h"
#include "support/clock_fixed.h"
#include "support/fault_vfs.h"
#include "tracking/adapters/sqlite/trk_sqlite.h"
#include "tracking/app/tracking_service.h"

enum { QUERIES = 30, DEATHS_MOST = 400 };

typedef struct house {
    char folder[64], catalog_path[96], path[96];
    int64_t now_ns;
    krn_sqlite *catalog;
    trk_sqlite *file;
    trk_repository repository;
    trk_service *service;
    uint64_t places_told;
    test_call call;
} house;

static anc_status erase_place(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n)
{
    house *h = arg;
    (void)call;
    assert_true(anc_str_eq(user_id, ANC_STR("ada")));
    *ret_n = ++h->places_told;
    return ANC_OK;
}

static anc_status open_tracking(house *h, const char *vfs)
{
    const trk_sqlite_options file = {.path = anc_str_of(h->path), .now_ms = 1, .vfs = vfs};
    const trk_place place = {"elsewhere", erase_place, h, false};
    ANC_TRY(trk_sqlite_open(&file, &h->file, &h->repository, &h->call.err));
    const trk_service_options options = {.repository = h->repository,
                                         .outbox = krn_sqlite_outbox(h->catalog),
                                         .writer = krn_sqlite_writer(h->catalog),
                                         .clock = clock_fixed(&h->now_ns),
                                         .places = &place,
                                         .n_places = 1};
    return trk_service_open(&options, &h->service, &h->call.err);
}

static void close_tracking(house *h)
{
    trk_service_close(h->service);
    trk_sqlite_close(h->file);
    h->service = NULL;
    h->file = NULL;
}

static void house_open(house *h)
{
    *h = (house){.now_ns = INT64_C(1767322800) * 1000000000};
    (void)strcpy(h->folder, "/tmp/anc-tracking-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    (void)snprintf(h->catalog_path, sizeof h->catalog_path, "%s/catalog.db", h->folder);
    (void)snprintf(h->path, sizeof h->path, "%s/tracking.db", h->folder);
    test_call_init(&h->call);
    const krn_sqlite_options options = {.path = anc_str_of(h->catalog_path),
                                        .clock = clock_fixed(&h->now_ns),
                                        .without_thread = true};
    ASSERT_OK(krn_sqlite_open(&options, &h->catalog, &h->call.err), &h->call.err);
}

static void house_close(house *h)
{
    close_tracking(h);
    krn_sqlite_close(h->catalog);
    assert_int_equal(os_folder_remove(anc_str_of(h->folder), NULL), ANC_OK);
    test_call_done(&h->call);
}

/* ---- events ---- */

typedef struct asking {
    anc_str id;
    krn_outbox outbox;
} asking;

static anc_status write_query(void *arg, krn_tx *tx, anc_err *err)
{
    const asking *a = arg;
    const anc_str *id = &a->id;
    const anc_str document = ANC_STR("d1");
    const anc_str chunk = ANC_STR("d1.1.0");
    const double score = 0.5;
    const ev_context context = {.component = ANC_STR("rag"), .user_id = ANC_STR("ada")};
    const krn_outbox outbox = a->outbox;
    const ev_query_requested requested = {
        .query_id = *id, .query_text = ANC_STR("a question"), .user_id = ANC_STR("ada")};
    const ev_documents_retrieved retrieved = {.query_id = *id,
                                              .document_ids = {&document, 1},
                                              .chunk_ids = {&chunk, 1},
                                              .scores = {&score, 1},
                                              .count = 1};
    const ev_query_completed completed = {.query_id = *id,
                                          .response_text = ANC_STR("x"),
                                          .document_ids = {&document, 1},
                                          .document_count = 1,
                                          .processing_time = 0.02,
                                          .model_used = ANC_STR("m"),
                                          .provider = ANC_STR("p")};
    ANC_TRY(krn_outbox_append(outbox, tx, EV_QUERY_REQUESTED, &requested, &context, err));
    ANC_TRY(krn_outbox_append(outbox, tx, EV_DOCUMENTS_RETRIEVED, &retrieved, &context, err));
    return krn_outbox_append(outbox, tx, EV_QUERY_COMPLETED, &completed, &context, err);
}

static void ask(house *h, int number)
{
    char text[16];
    (void)snprintf(text, sizeof text, "q%03d", number);
    asking arg = {anc_str_of(text), krn_sqlite_outbox(h->catalog)};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(h->catalog), &h->call.call, write_query, &arg),
              &h->call.err);
}

static void check_all(house *h, int queries)
{
    const trk_filter filter = {.limit = 1000};
    trk_query *items;
    trk_stats stats;
    trk_life_story story = {0};
    size_t n;
    const trk_repository r = h->repository;
    ASSERT_OK(r.ops->list(r.self, &h->call.call, &filter, &items, &n), &h->call.err);
    assert_int_equal(n, queries);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(items[i].status, TRK_COMPLETED);
    const trk_span day = {.since_ms = h->now_ns / 1000000 - TRK_DAY_MS,
                          .until_ms = h->now_ns / 1000000 + TRK_DAY_MS,
                          .bucket_ms = TRK_HOUR_MS};
    ASSERT_OK(r.ops->stats(r.self, &h->call.call, &day, 5, &stats), &h->call.err);
    assert_int_equal(stats.all.total.counts.completed, queries);
    assert_int_equal(stats.all.total.counts.queries, queries);
    ASSERT_OK(r.ops->document(r.self, &h->call.call, ANC_STR("d1"), ANC_STR(""), &story),
              &h->call.err);
    assert_int_equal(story.use.retrieved, queries);
}

/* Steps until nothing is left; time passes between them. */
static void run(house *h, int steps)
{
    for (int i = 0; i < steps; i++) {
        (void)trk_step(h->service, h->now_ns);
        h->now_ns += INT64_C(40000000000);
    }
}

/* ---- tests ---- */

static void test_dies_at_every_write(void **state)
{
    int deaths = 0;
    (void)state;
    fault_vfs_register();
    for (long at = 0; deaths < DEATHS_MOST; at++) {
        house h;
        house_open(&h);
        ASSERT_OK(open_tracking(&h, NULL), &h.call.err); /* the tables are there */
        close_tracking(&h);
        for (int i = 0; i < QUERIES / 2; i++)
            ask(&h, i);
        fault_vfs_arm(at, SQLITE_IOERR, false, true);
        if (open_tracking(&h, "fault") == ANC_OK) {
            (void)trk_step(h.service, h.now_ns);
            for (int i = QUERIES / 2; i < QUERIES; i++)
                ask(&h, i);
            h.now_ns += INT64_C(40000000000);
            (void)trk_step(h.service, h.now_ns);
        } else {
            for (int i = QUERIES / 2; i < QUERIES; i++)
                ask(&h, i);
        }
        const bool died = fault_vfs_hit();
        close_tracking(&h);
        fault_vfs_heal();
        anc_err_clear(&h.call.err);
        ASSERT_OK(open_tracking(&h, NULL), &h.call.err);
        h.now_ns += INT64_C(40000000000);
        run(&h, 4);
        check_all(&h, QUERIES);
        house_close(&h);
        if (!died)
            break;
        deaths++;
    }
    assert_true(deaths > 10 && deaths < DEATHS_MOST);
}

static void test_reads_again_where_the_events_begin_anew(void **state)
{
    house h;
    (void)state;
    house_open(&h);
    ASSERT_OK(open_tracking(&h, NULL), &h.call.err);
    for (int i = 0; i < 3; i++)
        ask(&h, i);
    run(&h, 2);
    check_all(&h, 3);
    ASSERT_OK(h.repository.ops->apply(h.repository.self, &h.call.call, NULL, 0, 9, 1000),
              &h.call.err);
    close_tracking(&h);
    ASSERT_OK(open_tracking(&h, NULL), &h.call.err);
    ask(&h, 3);
    run(&h, 3);
    check_all(&h, 4);
    house_close(&h);
}

static void test_place_is_told_to_the_outbox(void **state)
{
    house h;
    uint64_t at;
    (void)state;
    house_open(&h);
    ASSERT_OK(open_tracking(&h, NULL), &h.call.err);
    const krn_outbox o = krn_sqlite_outbox(h.catalog);
    run(&h, 1);
    ask(&h, 0);
    run(&h, 3);
    ASSERT_OK(o.ops->cursor_get(o.self, &h.call.call, ANC_STR("tracking"), &at), &h.call.err);
    assert_int_equal(at, 3);
    house_close(&h);
}

static void test_erased_everywhere(void **state)
{
    house h;
    ANC_BUF(out, 1 << 20);
    ANC_BUF(again, 1 << 20);
    (void)state;
    house_open(&h);
    ASSERT_OK(open_tracking(&h, NULL), &h.call.err);
    ask(&h, 0);
    json_writer w = json_writer_of(&out);
    ASSERT_OK(trk_erase(h.service, &h.call.call, ANC_STR("ada"), &w), &h.call.err);
    assert_true(anc_str_find(anc_buf_view(&out), ANC_STR("\"elsewhere\":1")) != SIZE_MAX);
    assert_true(anc_str_find(anc_buf_view(&out), ANC_STR("\"tracking_queries\":1")) != SIZE_MAX);
    json_writer v = json_writer_of(&again);
    assert_int_equal(trk_erase(h.service, &h.call.call, ANC_STR(""), &v), ANC_INVALID);
    house_close(&h);
}

/* The events themselves: in place, of one user alone, and whole otherwise. */
static anc_status blank_all(void *arg, krn_tx *tx, anc_err *err)
{
    const house *h = arg;
    const krn_outbox o = krn_sqlite_outbox(h->catalog);
    const ev_person ada = {.user_id = ANC_STR("ada")}, bob = {.user_id = ANC_STR("bob")};
    uint64_t last;
    size_t changed;
    ANC_TRY(o.ops->blank(o.self, tx, &bob, 0, 100, &last, &changed, err));
    assert_int_equal(changed, 0);
    assert_int_equal(last, 6);
    ANC_TRY(o.ops->blank(o.self, tx, &ada, 3, 100, &last, &changed, err));
    assert_int_equal(changed, 3);
    ANC_TRY(o.ops->blank(o.self, tx, &ada, 6, 100, &last, &changed, err));
    assert_int_equal(last, 0);
    return ANC_OK;
}

static void test_events_are_blanked_in_place(void **state)
{
    house h;
    krn_kept_event *events;
    size_t n;
    (void)state;
    house_open(&h);
    ask(&h, 0);
    ask(&h, 1);
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(h.catalog), &h.call.call, blank_all, &h),
              &h.call.err);
    const krn_outbox o = krn_sqlite_outbox(h.catalog);
    const krn_event_filter all = {.limit = 100};
    ASSERT_OK(o.ops->read(o.self, &h.call.call, &all, &events, &n), &h.call.err);
    assert_int_equal(n, 6);
    for (size_t i = 0; i < n; i++) {
        const bool kept = anc_str_find(events[i].envelope, ANC_STR("\"ada\"")) != SIZE_MAX;
        assert_int_equal(kept, i < 3);
        assert_true(anc_str_find(events[i].envelope, ANC_STR("\"query_id\":\"q00")) != SIZE_MAX);
    }
    assert_true(anc_str_find(events[3].envelope, ANC_STR("a question")) == SIZE_MAX);
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dies_at_every_write),
        cmocka_unit_test(test_reads_again_where_the_events_begin_anew),
        cmocka_unit_test(test_place_is_told_to_the_outbox),
        cmocka_unit_test(test_erased_everywhere),
        cmocka_unit_test(test_events_are_blanked_in_place),
    };
    return cmocka_run_group_tests_name("tracking", tests, NULL, NULL);
}
