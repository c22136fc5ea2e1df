/* test_house_close.c - the whole server is closed while requests are at work that take longer than its
 * drain: puts that cannot write, since somebody else holds the catalog, and a question to a provider
 * that says nothing. What is wrong here shows under the sanitizers. */
#include "support/test.h"

#include <pthread.h>
#include <stdlib.h>

#include "db/sqlite/sqlite.h"
#include "house.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "support/fake_server.h"
#include "support/places.h"
#include "support/socket.h"

enum { PUTS = 7, PATIENCE_MS = 20000, ENV_MAX = 8, ENV_TEXT = PLACE_MAX + 64 };

static char folder[64], catalog[128];
static char env_text[ENV_MAX][ENV_TEXT];
static const char *env[ENV_MAX + 1];
static srv_config *config;
static srv_house *house;
static db_sqlite *holder; /* keeps others from writing while its transaction is open */
static atomic_bool ready;

static void ANC_PRINTF(1, 2) set(const char *fmt, ...)
{
    size_t n = 0;
    va_list args;
    while (env[n] != NULL)
        n++;
    assert_true(n < ENV_MAX);
    va_start(args, fmt);
    (void)vsnprintf(env_text[n], ENV_TEXT, fmt, args);
    va_end(args);
    env[n] = env_text[n];
}

static void configure(uint16_t provider_port)
{
    char models[PLACE_MAX];
    anc_err err = {0};
    (void)snprintf(folder, sizeof folder, "/tmp/anc-close-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(catalog, sizeof catalog, "%s/catalog.db", folder);
    set("ANCHORAGE_DATA_DIR=%s", folder);
    set("ANCHORAGE_MODELS_DIR=%s", place_in_source(models, "tests/data"));
    set("ANCHORAGE_MODEL__NAME=tiny-bert");
    set("ANCHORAGE_HTTP__PORT=0");
    set("ANCHORAGE_HTTP__DRAIN_TIMEOUT_MS=0");
    set("ANCHORAGE_LOG__LEVEL=error");
    set("ANCHORAGE_CHAT__RELEVANCE_THRESHOLD=0");
    set("ANCHORAGE_LLM__BASE_URL=http://127.0.0.1:%u/v1", provider_port);
    const srv_config_sources sources = {.env = env};
    ASSERT_OK(srv_config_load(&sources, &config, &err), &err);
}

static void on_ready(void *arg, srv_house *h)
{
    (void)arg;
    (void)h;
    atomic_store(&ready, true);
}

/* The house's own thread. The catalog is let go when the drain is over, so that what could not be
 * written goes on while the house closes. */
static void live(void *arg)
{
    anc_err err = {0};
    (void)arg;
    const srv_house_options options = {
        .config = config, .version = "0", .tcp = true, .on_ready = on_ready};
    ASSERT_OK(srv_house_open(&options, &house, &err), &err);
    ASSERT_OK(srv_house_run(house, &err), &err);
    db_rollback(holder);
    srv_house_close(house);
}

static int begin(const char *method, const char *path, const char *body)
{
    ANC_BUF(request, 1 << 16);
    (void)anc_buf_printf(&request,
                         "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         "Content-Type: application/json\r\n"
                         "Content-Length: %zu\r\n\r\n%s",
                         method, path, strlen(body), body);
    const int fd = sock_connect(srv_house_port(house));
    assert_true(fd >= 0);
    assert_true(sock_send(fd, anc_buf_view(&request)));
    return fd;
}

static bool answer_has(const char *method, const char *path, const char *body, const char *wanted)
{
    ANC_BUF(seen, 1 << 20);
    const int fd = begin(method, path, body);
    const bool there = sock_wait_for(fd, &seen, wanted, 1);
    (void)close(fd);
    return there;
}

static void wait_until(bool (*there)(void *arg), void *arg)
{
    for (int i = 0; i < PATIENCE_MS / 10 && !there(arg); i++)
        os_sleep_ns(10000000);
    assert_true(there(arg));
}

static bool is_ready(void *arg)
{
    (void)arg;
    return atomic_load(&ready);
}

static bool was_asked(void *arg)
{
    return fake_server_clients(arg) > 0;
}

/* Seven puts, and the question at the provider. */
static bool all_at_work(void *arg)
{
    ANC_BUF(seen, 4 << 20);
    (void)arg;
    const int fd = begin("GET", "/metrics", "");
    const bool there = sock_wait_for(fd, &seen, "anchorage_http_working 7\n", 1);
    (void)close(fd);
    return there;
}

static void a_house_closes_over_running_work(void **state)
{
    static const fake_step silence[] = {{FAKE_HANG, NULL, 0}, {FAKE_END, NULL, 0}};
    anc_err err = {0};
    int fds[PUTS + 1];
    os_thread *thread;
    (void)state;
    fake_server *provider = fake_server_start(silence, false);
    configure(fake_server_port(provider));
    ASSERT_OK(os_thread_start("house", live, NULL, &thread, &err), &err);
    wait_until(is_ready, NULL);
    assert_true(answer_has("POST", "/v1/knowledge/documents",
                           "{\"id\":\"bees\",\"text\":\"Bees are fed in October.\"}", "created"));
    fds[PUTS] = begin("POST", "/v1/chat/stream", "{\"question\":\"When are bees fed?\"}");
    wait_until(was_asked, provider);
    ASSERT_OK(db_open(anc_str_of(catalog), NULL, &holder, &err), &err);
    ASSERT_OK(db_begin(holder, &err), &err);
    for (int i = 0; i < PUTS; i++)
        fds[i] = begin("POST", "/v1/knowledge/documents", "{\"text\":\"One more. And another.\"}");
    wait_until(all_at_work, NULL);
    srv_house_stop(house);
    os_thread_join(thread);
    for (int i = 0; i <= PUTS; i++)
        (void)close(fds[i]);
    db_close(holder);
    srv_config_free(config);
    fake_server_stop(provider);
    ASSERT_OK(os_folder_remove(anc_str_of(folder), &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_house_closes_over_running_work)};
    return cmocka_run_group_tests_name("closing over running work", tests, NULL, NULL);
}
