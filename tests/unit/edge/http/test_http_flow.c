/* test_http_flow.c - streams, departures, deadlines, load: what takes time or turns. */
#include "edge_fixture.h"
#include "os/clock.h"

static edge_fixture f;

/* ---- streams ---- */

static void test_stream_order(void **state)
{
    static const char *const parts[] = {"id: 1\nevent: sources\ndata: {\"query_id\":\"q-1\"",
                                        "id: 2\nevent: token\ndata: {\"text\":\"Feed \"}",
                                        "id: 3\nevent: token\ndata: {\"text\":\"the bees. [1]\"}",
                                        "id: 4\nevent: done\ndata: {\"query_id\":\"q-1\""};
    (void)state;
    answer posted = post(&f, "/v1/chat/stream", "{\"question\":\"x\"}");
    answer got = get(&f, "/v1/chat/stream?question=x+y&collections=a,b&top_k=3");
    assert_int_equal(posted.status, 200);
    assert_true(anc_str_eq(answer_header(&posted, "content-type"), ANC_STR("text/event-stream")));
    assert_in_order(posted.body, parts, ANC_COUNT(parts));
    assert_in_order(got.body, parts, ANC_COUNT(parts));
    assert_int_equal(atomic_load(&doubles.n_collections), 2);
    assert_int_equal(atomic_load(&doubles.top_k), 3);
    const anc_str done = anc_str_sub(posted.body, anc_str_find(posted.body, ANC_STR("event: done")),
                                     posted.body.len);
    assert_true(anc_str_find(done, ANC_STR("\"sources\"")) == SIZE_MAX);
    answer_done(&posted);
    answer_done(&got);
}

static void test_stream_failure_is_an_event(void **state)
{
    static const char *const parts[] = {"event: sources",
                                        "event: error\ndata: {\"type\":", "\"status\":502",
                                        "the provider said no"};
    (void)state;
    answer a = post(&f, "/v1/chat/stream", "{\"question\":\"fail\"}");
    assert_int_equal(a.status, 200);
    assert_in_order(a.body, parts, ANC_COUNT(parts));
    answer_done(&a);
    a = post(&f, "/v1/chat/query", "{\"question\":\"fail\"}");
    assert_int_equal(a.status, 502);
    answer_done(&a);
}

/* A follow-up may go by way of a model before it is searched for. */
static void test_follow_up_is_rewritten(void **state)
{
    (void)state;
    answer a = post(&f, "/v1/chat/query", "{\"question\":\"rewrite\"}");
    assert_int_equal(a.status, 200);
    assert_int_equal(atomic_load(&doubles.rewritten), 1);
    answer_done(&a);
    a = post(&f, "/v1/chat/stream", "{\"question\":\"unfindable\"}");
    assert_int_equal(a.status, 503);
    assert_true(answer_has(&a, "the search failed"));
    answer_done(&a);
}

static void test_client_leaving_cancels(void **state)
{
    (void)state;
    ANC_BUF(seen, 1 << 20);
    int fd = edge_begin(&f, "POST", "/v1/chat/stream", NULL, "{\"question\":\"hang\"}");
    assert_true(sock_wait_for(fd, &seen, "event: token", 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.cancelled, 1));
    assert_true(wait_for(&doubles.finished, 1));
    fd = edge_begin(&f, "POST", "/v1/search", NULL, "{\"query\":\"hold\"}");
    assert_true(wait_for(&doubles.holding, 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.holding, 0));
    /* while it is looked for, too */
    fd = edge_begin(&f, "POST", "/v1/chat/query", NULL, "{\"question\":\"seek\"}");
    assert_true(wait_for(&doubles.holding, 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.cancelled, 2));
    assert_true(wait_for(&doubles.holding, 0));
}

static void test_deadline(void **state)
{
    (void)state;
    answer a =
        ask(&f, "POST", "/v1/search", JSON "X-Timeout-Ms: 60\r\n", ANC_STR("{\"query\":\"hold\"}"));
    assert_int_equal(a.status, 504);
    assert_true(answer_has(&a, "deadline"));
    answer_done(&a);
    assert_true(wait_for(&doubles.holding, 0));
    a = ask(&f, "POST", "/v1/chat/query", JSON "X-Timeout-Ms: 60\r\n",
            ANC_STR("{\"question\":\"hang\"}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
    assert_true(wait_for(&doubles.cancelled, 1));
    a = ask(&f, "POST", "/v1/chat/stream", JSON "X-Timeout-Ms: 60\r\n",
            ANC_STR("{\"question\":\"hang\"}"));
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "event: error") && answer_has(&a, "\"status\":504"));
    answer_done(&a);
}

/* Whose caller left, or whose time was over, before a thread was free for it: its handler has it all the same. */
static void test_a_question_nobody_waits_for(void **state)
{
    enum { THREADS = 2 };
    int fds[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++)
        fds[i] = edge_begin(&f, "POST", "/v1/search", NULL, "{\"query\":\"hold\"}");
    assert_true(wait_for(&doubles.holding, THREADS));
    answer a = ask(&f, "POST", "/v1/chat/query", JSON "X-Timeout-Ms: 60\r\n",
                   ANC_STR("{\"question\":\"late\"}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
    a = ask(&f, "POST", "/chat", JSON "X-Timeout-Ms: 60\r\n",
            ANC_STR("{\"user_name\":\"Bob\",\"question\":\"late\"}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
    assert_int_equal(atomic_load(&doubles.prepared), 0);
    atomic_store(&doubles.release, true);
    assert_true(wait_for(&doubles.prepared, 2));
    for (int i = 0; i < THREADS; i++)
        (void)close(fds[i]);
}

static void test_progress(void **state)
{
    static const char *const parts[] = {"event: progress", "\"processed_documents\":1",
                                        "event: done", "\"status\":\"completed\""};
    (void)state;
    answer a = get(&f, "/v1/ingest/b-1/progress");
    assert_int_equal(a.status, 200);
    assert_in_order(a.body, parts, ANC_COUNT(parts));
    answer_done(&a);
    ANC_BUF(seen, 1 << 20);
    const int fd = edge_begin(&f, "GET", "/v1/ingest/forever/progress", NULL, NULL);
    assert_true(sock_wait_for(fd, &seen, "event: progress", 1));
    (void)close(fd);
    a = ask(&f, "POST", "/v1/ingest?wait=true", JSON "X-Timeout-Ms: 80\r\n",
            ANC_STR("{\"db_type\":\"folder\",\"connection_params\":{\"path\":\"/forever\"}}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
}

/* A slow reader gets all of a long text; one that leaves frees it. */
static void test_long_text(void **state)
{
    (void)state;
    ANC_BUF(seen, 16 << 20);
    int fd =
        edge_begin(&f, "GET", "/v1/knowledge/documents/long/text", "Connection: close\r\n", NULL);
    os_sleep_ns(50000000);
    sock_read_to_end(fd, &seen);
    (void)close(fd);
    const anc_str all = anc_buf_view(&seen);
    const size_t head = anc_str_find(all, ANC_STR("\r\n\r\n")) + 4;
    assert_int_equal(all.len - head, DOUBLE_LONG_TEXT);
    for (size_t i = 0; i < DOUBLE_LONG_TEXT; i += 997)
        assert_int_equal(all.ptr[head + i], 'a' + (char)(i % 26));
    assert_true(wait_for(&doubles.texts_open, 0));
    fd = edge_begin(&f, "GET", "/v1/knowledge/documents/long/text", NULL, NULL);
    assert_true(wait_for(&doubles.texts_open, 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.texts_open, 0));
    answer a = get(&f, "/v1/knowledge/documents/empty/text");
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, 0);
    answer_done(&a);
}

/* ---- load ---- */

static void test_overload(void **state)
{
    enum { HOLDERS = 2 };
    const http_edge_options small = {.max_in_flight = HOLDERS};
    int fds[HOLDERS];
    (void)state;
    edge_close(&f);
    edge_open(&f, &small);
    for (int i = 0; i < HOLDERS; i++)
        fds[i] = edge_begin(&f, "POST", "/v1/search", NULL, "{\"query\":\"hold\"}");
    assert_true(wait_for(&doubles.holding, HOLDERS));
    answer a = post(&f, "/v1/search", "{\"query\":\"x\"}");
    assert_int_equal(a.status, 503);
    assert_true(answer_header(&a, "retry-after").len > 0);
    answer_done(&a);
    a = get(&f, "/health");
    assert_int_equal(a.status, 200);
    answer_done(&a);
    atomic_store(&doubles.release, true);
    ANC_BUF(seen, 1 << 20);
    for (int i = 0; i < HOLDERS; i++) {
        assert_true(sock_wait_for(fds[i], &seen, "200 OK", (size_t)i + 1));
        (void)close(fds[i]);
    }
    a = post(&f, "/v1/search", "{\"query\":\"x\"}");
    assert_int_equal(a.status, 200);
    answer_done(&a);
}

/* Puts beyond their bound wait, and leave the pool to others. */
static void test_puts_take_turns(void **state)
{
    enum { WRITERS = 5 };
    const http_edge_options one = {.max_puts = 1};
    int fds[WRITERS];
    (void)state;
    edge_close(&f);
    edge_open(&f, &one);
    for (int i = 0; i < WRITERS; i++)
        fds[i] = edge_begin(&f, "POST", "/v1/knowledge/documents", NULL,
                            "{\"id\":\"hold\",\"text\":\"x\"}");
    assert_true(wait_for(&doubles.holding, 1));
    answer a = get(&f, "/v1/collections");
    assert_int_equal(a.status, 200);
    answer_done(&a);
    assert_int_equal(atomic_load(&doubles.holding), 1);
    a = ask(&f, "POST", "/v1/knowledge/documents", JSON "X-Timeout-Ms: 50\r\n",
            ANC_STR("{\"text\":\"y\"}"));
    assert_int_equal(a.status, 503); /* nothing of it was begun: it may come again */
    assert_true(anc_str_eq(answer_header(&a, "retry-after"), ANC_STR("1")));
    assert_true(answer_has(&a, "overloaded") && answer_has(&a, "X-Timeout-Ms"));
    answer_done(&a);
    atomic_store(&doubles.release, true);
    ANC_BUF(seen, 1 << 20);
    for (int i = 0; i < WRITERS; i++) {
        assert_true(sock_wait_for(fds[i], &seen, "201 Created", (size_t)i + 1));
        (void)close(fds[i]);
    }
    assert_int_equal(atomic_load(&doubles.puts), WRITERS);
}

/* Those whose client left, or whose time is over, take no place of the others, wherever they stood. */
static void test_puts_that_wait_leave(void **state)
{
    enum { WRITERS = 4, LEAVERS = 3 };
    const http_edge_options few = {.max_puts = 1, .max_in_flight = WRITERS};
    static const size_t leaves[LEAVERS] = {1, 3, 2}; /* the first, the last, the only one */
    static const char hold[] = "{\"id\":\"hold\",\"text\":\"x\"}";
    int fds[WRITERS];
    (void)state;
    edge_close(&f);
    edge_open(&f, &few);
    fds[0] = edge_begin(&f, "POST", "/v1/knowledge/documents", NULL, hold);
    assert_true(wait_for(&doubles.holding, 1));
    for (size_t i = 1; i < WRITERS; i++)
        fds[i] = edge_begin(&f, "POST", "/v1/knowledge/documents", NULL, hold);
    answer a;
    while ((a = get(&f, "/v1/collections")).status != 503)
        answer_done(&a);
    answer_done(&a);
    for (size_t i = 0; i < LEAVERS; i++) {
        (void)close(fds[leaves[i]]);
        while ((a = get(&f, "/v1/collections")).status != 200)
            answer_done(&a);
        answer_done(&a);
        for (bool waited = false; !waited; answer_done(&a)) {
            a = ask(&f, "POST", "/v1/knowledge/documents", JSON "X-Timeout-Ms: 30\r\n",
                    ANC_STR("{\"text\":\"y\"}"));
            assert_int_equal(a.status, 503);
            waited = answer_has(&a, "did not come in its time"); /* else the last list still ends */
        }
    }
    atomic_store(&doubles.release, true);
    ANC_BUF(seen, 1 << 20);
    assert_true(sock_wait_for(fds[0], &seen, "201 Created", 1));
    (void)close(fds[0]);
    a = post(&f, "/v1/knowledge/documents", "{\"text\":\"z\"}");
    assert_int_equal(a.status, 201);
    answer_done(&a);
    assert_int_equal(atomic_load(&doubles.puts), 2);
}

/* What grows is refused before its body is read; reading and removing go on. */
static void test_disk_without_room(void **state)
{
    static const struct {
        const char *method, *path, *body;
        int status;
    } rows[] = {
        {"POST", "/v1/knowledge/documents", "{\"text\":\"x\"}", 507},
        {"PUT", "/v1/knowledge/documents/a", "{\"text\":\"x\"}", 507},
        {"POST", "/v1/collections", "{\"name\":\"c\"}", 507},
        {"POST", "/v1/search", "{\"query\":\"x\"}", 200},
        {"POST", "/v1/chat/query", "{\"question\":\"x\"}", 200},
        {"GET", "/v1/knowledge/documents", NULL, 200},
        {"DELETE", "/v1/knowledge/documents/a", NULL, 204},
    };
    edge_fixture full;
    os_reserve *reserve = os_reserve_new(ANC_STR("/tmp"), UINT64_C(1) << 60);
    (void)state;
    assert_non_null(reserve);
    edge_open(&full, &(http_edge_options){.reserve = reserve});
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = ask(&full, rows[i].method, rows[i].path, rows[i].body != NULL ? JSON : NULL,
                       rows[i].body != NULL ? anc_str_of(rows[i].body) : ANC_STR_NONE);
        if (a.status != rows[i].status)
            fail_msg("%s %s: %d", rows[i].method, rows[i].path, a.status);
        if (a.status == 507) {
            assert_true(answer_has(&a, "storage.reserve_mb") && answer_has(&a, "disk-full"));
            assert_true(anc_str_eq(answer_header(&a, "retry-after"), ANC_STR("60")));
        }
        answer_done(&a);
    }
    answer a = get(&full, "/health");
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "documents are refused (507)"));
    answer_done(&a);
    edge_close(&full);
    os_reserve_free(reserve);
}

/* What is not in the index yet is not to be told as not being there. */
static void test_an_index_that_is_read(void **state)
{
    static const struct {
        const char *method, *path, *body;
        int reading, ready;
    } rows[] = {
        {"POST", "/v1/chat/query", "{\"question\":\"x\"}", 503, 200},
        {"POST", "/v1/chat/stream", "{\"question\":\"x\"}", 503, 200},
        {"GET", "/v1/chat/stream?question=x", NULL, 503, 200},
        {"POST", "/v1/search", "{\"query\":\"x\"}", 503, 200},
        {"POST", "/query", "{\"question\":\"x\"}", 503, 200},
        {"POST", "/stream", "{\"question\":\"x\"}", 503, 200},
        {"POST", "/chat", "{\"user_name\":\"u\",\"message\":\"x\"}", 503, 200},
        {"POST", "/chat/stream", "{\"user_name\":\"u\",\"message\":\"x\"}", 503, 200},
        {"GET", "/v1/collections", NULL, 200, 200},
        {"GET", "/v1/chat/conversations", NULL, 200, 200},
    };
    (void)state;
    for (int ready = 0; ready < 2; ready++) {
        atomic_store(&doubles.ready, ready != 0);
        for (size_t i = 0; i < ANC_COUNT(rows); i++) {
            const int wanted = ready ? rows[i].ready : rows[i].reading;
            answer a = ask(&f, rows[i].method, rows[i].path, rows[i].body != NULL ? JSON : NULL,
                           rows[i].body != NULL ? anc_str_of(rows[i].body) : ANC_STR_NONE);
            if (a.status != wanted)
                fail_msg("%s %s: %d, not %d", rows[i].method, rows[i].path, a.status, wanted);
            if (wanted == 503) {
                assert_true(anc_str_eq(answer_header(&a, "retry-after"), ANC_STR("1")));
                assert_true(answer_has(&a, "reading its index (2 of 3 documents)"));
            }
            answer_done(&a);
        }
        if (!ready)
            assert_int_equal(atomic_load(&doubles.prepared), 0);
    }
}

static void test_health_tells(void **state)
{
    (void)state;
    atomic_store(&doubles.ready, false);
    answer a = get(&f, "/readyz");
    assert_int_equal(a.status, 503);
    assert_true(answer_has(&a, "\"documents_read\":2,\"documents_total\":3"));
    answer_done(&a);
    a = get(&f, "/health");
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "\"status\":\"degraded\",\"version\""));
    answer_done(&a);
    atomic_store(&doubles.condition, KRN_DAMAGED);
    a = get(&f, "/health");
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "\"database\":{\"status\":\"degraded\""));
    assert_true(answer_has(&a, "as told"));
    answer_done(&a);
    atomic_store(&doubles.condition, KRN_STOPPED);
    a = get(&f, "/health");
    assert_int_equal(a.status, 503);
    assert_true(answer_has(&a, "\"status\":\"unhealthy\",\"version\""));
    answer_done(&a);
}

/* Requests whose head had begun when the drain did. */
static void test_draining_refuses(void **state)
{
    static const struct {
        const char *path, *answer;
    } rows[] = {{"/v1/collections", " 503 "}, {"/readyz", " 503 "}, {"/livez", " 200 "}};
    int fds[ANC_COUNT(rows)];
    ANC_BUF(probe, 1 << 20);
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        fds[i] = sock_connect(f.port);
        ANC_BUF(head, 256);
        (void)anc_buf_printf(&head, "GET %s HTTP/1.1\r\nHost: local", rows[i].path);
        assert_true(sock_send(fds[i], anc_buf_view(&head)));
    }
    /* a whole request after them has been answered: so the others' bytes have been read */
    answer a = get(&f, "/livez");
    answer_done(&a);
    edge_drain(&f, 5000);
    for (int fd; (fd = sock_connect(f.port)) >= 0;) {
        (void)close(fd);
        os_sleep_ns(1000000);
    }
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_buf_clear(&probe);
        assert_true(sock_send(fds[i], ANC_STR("host\r\n\r\n")));
        assert_true(sock_wait_for(fds[i], &probe, rows[i].answer, 1));
        (void)close(fds[i]);
    }
}

/* Requests on one connection, one after another. */
static void test_pipeline(void **state)
{
    (void)state;
    answer a =
        send_raw(&f, ANC_STR("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             "GET /v1/collections HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             "GET /no HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    static const char *const parts[] = {"200 OK", "200 OK", "404 Not Found"};
    assert_in_order(anc_buf_view(&a.bytes), parts, ANC_COUNT(parts));
    answer_done(&a);
}

/* The log is read though it cannot be written; who is to be erased is not, while searches of theirs would come after. */
static void test_searches_that_wait(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
    } reads[] = {{"/v1/tracking/queries", 200},
                 {"/v1/tracking/stats", 200},
                 {"/v1/tracking/queries/q", 404},
                 {"/v1/tracking/documents/d", 404}};
    atomic_store(&doubles.searches_wait, true);
    for (size_t i = 0; i < ANC_COUNT(reads); i++) {
        answer a = get(&f, reads[i].path);
        assert_int_equal(a.status, reads[i].status);
        answer_done(&a);
    }
    answer a = post(&f, "/v1/tracking/erase", "{\"user_id\":\"ada\"}");
    assert_int_equal(a.status, 503);
    assert_true(answer_has(&a, "searches wait to be written"));
    answer_done(&a);
    atomic_store(&doubles.searches_wait, false);
    a = post(&f, "/v1/tracking/erase", "{\"user_id\":\"ada\"}");
    assert_int_equal(a.status, 200);
    answer_done(&a);
}

#define EACH(test) cmocka_unit_test_prestate_setup_teardown(test, edge_set_up, edge_tear_down, &f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_stream_order),
        EACH(test_stream_failure_is_an_event),
        EACH(test_follow_up_is_rewritten),
        EACH(test_client_leaving_cancels),
        EACH(test_deadline),
        EACH(test_a_question_nobody_waits_for),
        EACH(test_progress),
        EACH(test_long_text),
        EACH(test_overload),
        EACH(test_puts_take_turns),
        EACH(test_puts_that_wait_leave),
        cmocka_unit_test(test_disk_without_room),
        EACH(test_an_index_that_is_read),
        EACH(test_health_tells),
        EACH(test_searches_that_wait),
        EACH(test_draining_refuses),
        EACH(test_pipeline),
    };
    return cmocka_run_group_tests_name("requests in time", tests, NULL, NULL);
}
