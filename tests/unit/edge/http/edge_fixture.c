/* edge_fixture.c - opening and closing an edge, and asking it. */
#include "edge_fixture.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "kernel/adapters/system/system.h"
#include "kernel/adapters/threads/threads.h"
#include "os/clock.h"
#include "os/file.h"

static void log_write(void *self, krn_level level, const char *component, const char *message,
                      const krn_field *fields, size_t n)
{
    edge_fixture *f = self;
    (void)level;
    (void)pthread_mutex_lock(&f->lock);
    (void)anc_buf_printf(&f->log, "%s %s", component, message);
    for (size_t i = 0; i < n; i++) {
        (void)anc_buf_printf(&f->log, " %s=", fields[i].name);
        if (fields[i].kind == KRN_FIELD_STR)
            (void)anc_buf_add(&f->log, fields[i].str);
        else if (fields[i].kind == KRN_FIELD_INT)
            (void)anc_buf_printf(&f->log, "%lld", (long long)fields[i].integer);
    }
    (void)anc_buf_add_char(&f->log, '\n');
    f->lines++;
    (void)pthread_mutex_unlock(&f->lock);
}

static void run_loop(void *arg)
{
    net_loop_run(arg);
}

static void fill(edge_fixture *f, http_edge_options *o)
{
    static const krn_log_ops log_ops = {"test", log_write};
    o->version = "1.2.3";
    o->loop = f->loop;
    o->io = krn_pool_executor(f->io);
    o->cpu = krn_pool_executor(f->cpu);
    o->clock = krn_system_clock();
    o->log = (krn_log){&log_ops, f};
    o->metrics = krn_prometheus_metrics(f->metrics);
    o->writer = double_writer();
    o->outbox = double_outbox();
    o->replies = double_replies();
    o->bus = double_bus();
    o->relays = double_relays();
    o->kno = double_kno();
    o->emb = double_emb();
    o->rerank = double_rerank();
    o->srch = double_srch();
    o->ing = double_ing();
    o->rag = double_rag();
    o->routing = f->routing;
    o->data_dir = anc_str_of(f->folder);
}

static void open_server(edge_fixture *f, anc_err *err)
{
    (void)snprintf(f->unix_path, sizeof f->unix_path, "%s/socket", f->folder);
    const net_address listen[2] = {{.host = ANC_STR("127.0.0.1")},
                                   {.unix_path = anc_str_of(f->unix_path)}};
    const net_server_options server = {.listen = listen,
                                       .n_listen = 2,
                                       .user = f->edge,
                                       .on_request = http_edge_on_request,
                                       .render_error = http_edge_render_error,
                                       .on_access = http_edge_on_access,
                                       .max_output_bytes = 64 << 20};
    ASSERT_OK(net_server_open(f->loop, &server, &f->server, err), err);
    f->port = net_server_port(f->server, 0);
}

void edge_open(edge_fixture *f, const http_edge_options *options)
{
    anc_err err = {0};
    http_edge_options o = options != NULL ? *options : (http_edge_options){0};
    *f = (edge_fixture){.lock = PTHREAD_MUTEX_INITIALIZER, .log = anc_buf_init(4 << 20)};
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/anc-http-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    char tmp[80];
    (void)snprintf(tmp, sizeof tmp, "%s/tmp", f->folder);
    assert_int_equal(mkdir(tmp, 0700), 0);
    ASSERT_OK(net_loop_open(&f->loop, &err), &err);
    ASSERT_OK(os_pool_open("cpu", 2, 1000, &f->cpu, &err), &err);
    ASSERT_OK(os_pool_open("io", 3, 1000, &f->io, &err), &err);
    f->metrics = krn_prometheus_new(0);
    assert_non_null(f->metrics);
    doubles_reset(f->loop);
    const rte_config routing = rte_config_default();
    ASSERT_OK(rte_service_open(&routing, &f->routing, &err), &err);
    fill(f, &o);
    ASSERT_OK(http_edge_open(&o, &f->edge, &err), &err);
    open_server(f, &err);
    ASSERT_OK(os_thread_start("loop", run_loop, f->loop, &f->thread, &err), &err);
}

static void drained(void *arg, bool all)
{
    edge_fixture *f = arg;
    f->drained_all = all;
    net_loop_stop(f->loop);
}

static void begin_drain(void *arg)
{
    edge_fixture *f = arg;
    http_edge_drain(f->edge, f->server, f->drain_ms, drained, f);
}

void edge_drain(edge_fixture *f, int64_t drain_ms)
{
    if (f->drain_ms > 0)
        return;
    f->drain_ms = drain_ms;
    assert_true(net_loop_post(f->loop, begin_drain, f));
}

/* As srv_house_close does it. What a pool is still at may go on only when the loop has ended. */
static void close_all(edge_fixture *f)
{
    anc_err err = {0};
    net_server_close(f->server);
    http_edge_stop(f->edge);
    net_loop_end(f->loop);
    atomic_store(&doubles.release, true);
    os_pool_stop(f->io);
    os_pool_stop(f->cpu);
    net_loop_close(f->loop);
    http_edge_close(f->edge);
    os_pool_free(f->io);
    os_pool_free(f->cpu);
    krn_prometheus_free(f->metrics);
    rte_service_close(f->routing);
    anc_buf_done(&f->log);
    ASSERT_OK(os_folder_remove(anc_str_of(f->folder), &err), &err);
}

void edge_close(edge_fixture *f)
{
    atomic_store(&doubles.release, true);
    edge_drain(f, 5000);
    os_thread_join(f->thread);
    assert_int_equal(http_edge_open_requests(f->edge), 0);
    close_all(f);
}

int edge_set_up(void **state)
{
    edge_open(*state, NULL);
    return 0;
}

int edge_tear_down(void **state)
{
    edge_close(*state);
    return 0;
}

void edge_close_cut_off(edge_fixture *f)
{
    edge_drain(f, 1);
    os_thread_join(f->thread);
    assert_false(f->drained_all);
    assert_true(http_edge_open_requests(f->edge) > 0);
    close_all(f);
}

/* ---- asking ---- */

anc_str answer_header(const answer *a, const char *name)
{
    anc_str rest = a->head, line;
    while (anc_str_split(&rest, '\n', &line)) {
        const size_t n = strlen(name);
        if (line.len > n && line.ptr[n] == ':' &&
            anc_str_eq_nocase(anc_str_sub(line, 0, n), anc_str_of(name)))
            return anc_str_trim(anc_str_sub(line, n + 1, line.len));
    }
    return ANC_STR_NONE;
}

static void join_chunks(answer *a, anc_str rest)
{
    a->joined = anc_buf_init(64 << 20);
    for (;;) {
        const size_t line = anc_str_find(rest, ANC_STR("\r\n"));
        if (line == SIZE_MAX)
            break;
        const size_t n = strtoul(rest.ptr, NULL, 16);
        if (n == 0)
            break;
        (void)anc_buf_add(&a->joined, anc_str_sub(rest, line + 2, n));
        rest = anc_str_sub(rest, line + 2 + n + 2, rest.len);
    }
    a->body = anc_buf_view(&a->joined);
}

static void parse(answer *a)
{
    const anc_str all = anc_buf_view(&a->bytes);
    const size_t end = anc_str_find(all, ANC_STR("\r\n\r\n"));
    if (end == SIZE_MAX)
        return;
    a->head = anc_str_sub(all, 0, end + 2);
    a->status = all.len > 12 ? atoi(all.ptr + 9) : 0;
    a->body = anc_str_sub(all, end + 4, all.len);
    if (anc_str_eq(answer_header(a, "transfer-encoding"), ANC_STR("chunked")))
        join_chunks(a, a->body);
}

answer send_raw(edge_fixture *f, anc_str bytes)
{
    answer a = {.bytes = anc_buf_init(64 << 20), .joined = anc_buf_init(0)};
    const int fd = sock_connect(f->port);
    assert_true(fd >= 0);
    (void)sock_send(fd, bytes);
    sock_read_to_end(fd, &a.bytes);
    (void)close(fd);
    parse(&a);
    return a;
}

answer ask(edge_fixture *f, const char *method, const char *path, const char *headers, anc_str body)
{
    ANC_BUF(request, 64 << 20);
    const bool own_host = headers != NULL && strstr(headers, "Host:") != NULL;
    (void)anc_buf_printf(&request, "%s %s HTTP/1.1\r\n%sConnection: close\r\n%s", method, path,
                         own_host ? "" : "Host: localhost\r\n", headers != NULL ? headers : "");
    if (body.ptr != NULL)
        (void)anc_buf_printf(&request, "Content-Length: %zu\r\n", body.len);
    (void)anc_buf_add(&request, ANC_STR("\r\n"));
    (void)anc_buf_add(&request, body);
    return send_raw(f, anc_buf_view(&request));
}

answer post(edge_fixture *f, const char *path, const char *json)
{
    return ask(f, "POST", path, JSON, anc_str_of(json));
}

answer get(edge_fixture *f, const char *path)
{
    return ask(f, "GET", path, NULL, ANC_STR_NONE);
}

void answer_done(answer *a)
{
    anc_buf_done(&a->bytes);
    anc_buf_done(&a->joined);
}

bool answer_has(const answer *a, const char *text)
{
    return anc_str_find(a->body, anc_str_of(text)) != SIZE_MAX;
}

bool wait_for(atomic_int *value, int wanted)
{
    for (int i = 0; i < 10000 && atomic_load(value) != wanted; i++)
        os_sleep_ns(1000000);
    return atomic_load(value) == wanted;
}

int log_lines(edge_fixture *f)
{
    (void)pthread_mutex_lock(&f->lock);
    const int lines = f->lines;
    (void)pthread_mutex_unlock(&f->lock);
    return lines;
}

bool log_has(edge_fixture *f, const char *text)
{
    (void)pthread_mutex_lock(&f->lock);
    const bool has = anc_str_find(anc_buf_view(&f->log), anc_str_of(text)) != SIZE_MAX;
    (void)pthread_mutex_unlock(&f->lock);
    return has;
}

int edge_begin(edge_fixture *f, const char *method, const char *path, const char *headers,
               const char *body)
{
    ANC_BUF(request, 1 << 20);
    (void)anc_buf_printf(&request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, path,
                         headers != NULL ? headers : "");
    if (body != NULL)
        (void)anc_buf_printf(&request, JSON "Content-Length: %zu\r\n", strlen(body));
    (void)anc_buf_printf(&request, "\r\n%s", body != NULL ? body : "");
    const int fd = sock_connect(f->port);
    assert_true(fd >= 0);
    assert_true(sock_send(fd, anc_buf_view(&request)));
    return fd;
}

void assert_in_order(anc_str text, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t at = anc_str_find(text, anc_str_of(parts[i]));
        if (at == SIZE_MAX)
            fail_msg("no %s in order in: %.*s", parts[i], ANC_FMT(text));
        text = anc_str_sub(text, at + strlen(parts[i]), text.len);
    }
}
