/* host.c - servers for the command line: in the foreground, or inside this process for one command.
 *
 * The embedded one is opened, run and closed on a thread of its own; the command's thread waits
 * until it knows how the opening went. At most one exists, so its state is a static.
 */
#include "host.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "examine.h"
#include "house.h"
#include "model_bench.h"
#include "model_folders.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "os/wait.h"
#include "version.h"

extern char **environ;

/* KNOWN_S: above what the reading of the catalog into the index may take (house.c) */
enum { SOCKET_PATH_MAX = 107, TEXT_BYTES = 1 << 20, KNOWN_S = 900 };

static anc_status load(const cli_settings *settings, srv_config **ret, anc_err *err)
{
    srv_override overrides[CLI_MAX_SETTINGS];
    for (size_t i = 0; i < settings->n; i++)
        overrides[i] = (srv_override){settings->items[i].key, settings->items[i].value,
                                      settings->items[i].origin};
    const srv_config_sources sources = {.file = settings->config_file,
                                        .env = (const char *const *)environ,
                                        .dotenv = ANC_STR(".env"),
                                        .overrides = overrides,
                                        .n_overrides = settings->n};
    return srv_config_load(&sources, ret, err);
}

/* "<data_dir>/anchorage.sock", or "" when a socket's path cannot be that long. */
static void socket_path(anc_str data_dir, char out[SOCKET_PATH_MAX + 1])
{
    const int n = snprintf(out, SOCKET_PATH_MAX + 1, "%.*s/anchorage.sock", ANC_FMT(data_dir));
    if (n < 0 || n > SOCKET_PATH_MAX)
        out[0] = '\0';
}

static void url_of(const srv_config *c, uint16_t port, char *out, size_t room)
{
    const bool v6 = anc_str_find(c->http.listen, ANC_STR(":")) != SIZE_MAX;
    (void)snprintf(out, room, "http://%s%.*s%s:%u", v6 ? "[" : "", ANC_FMT(c->http.listen),
                   v6 ? "]" : "", (unsigned)port);
}

/* Where a person reads the same screen, the log tells only what went wrong, unless it was asked for
 * more (debug). */
static void quieten(srv_config *config)
{
    if (anc_str_eq(config->log.level, ANC_STR("info")))
        config->log.level = ANC_STR("error");
}

/* ---- in the foreground ---- */

typedef struct foreground {
    const srv_config *config;
    const char *socket;
    void (*on_ready)(void *arg, const cli_endpoint *endpoint);
    void *arg;
} foreground;

static void tell(void *arg, srv_house *house)
{
    const foreground *f = arg;
    cli_endpoint at = {{0}, {0}};
    (void)snprintf(at.unix_path, sizeof at.unix_path, "%s", f->socket);
    url_of(f->config, srv_house_port(house), at.url, sizeof at.url);
    f->on_ready(f->arg, &at);
}

static int report(anc_status status, const anc_err *err)
{
    (void)fprintf(stderr, "anchorage: %s\n", err->text);
    return status == ANC_INVALID ? CLI_USAGE : CLI_FAILED;
}

static int serve(void *self, const cli_settings *settings,
                 void (*on_ready)(void *arg, const cli_endpoint *endpoint), void *arg)
{
    srv_config *config = NULL;
    srv_house *house = NULL;
    anc_err err = {0};
    char socket[SOCKET_PATH_MAX + 1];
    (void)self;
    anc_status status = load(settings, &config, &err);
    if (status != ANC_OK)
        return report(status, &err);
    socket_path(config->data_dir, socket);
    if (isatty(STDERR_FILENO) == 1)
        quieten(config);
    foreground f = {config, socket, on_ready, arg};
    const srv_house_options options = {.config = config,
                                       .version = ANC_VERSION,
                                       .socket = anc_str_of(socket),
                                       .tcp = true,
                                       .take_signals = true,
                                       .on_ready = tell,
                                       .arg = &f};
    status = srv_house_open(&options, &house, &err);
    if (status == ANC_OK)
        status = srv_house_run(house, &err);
    srv_house_close(house);
    srv_config_free(config);
    return status == ANC_OK ? CLI_OK : report(status, &err);
}

/* ---- inside this process ---- */

typedef struct embedded {
    srv_config *config; /* owned */
    os_thread *thread;  /* owned */
    char socket[SOCKET_PATH_MAX + 1];
    char folder[64]; /* made for a short socket path; "" when there is none */

    pthread_mutex_t mutex; /* guards the rest */
    pthread_cond_t changed;
    bool known; /* `status` says how the opening went */
    anc_status status;
    anc_err err;
    srv_house *house; /* owned by the thread; NULL until it is open */
} embedded;

static embedded inside = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void publish(anc_status status, const anc_err *err)
{
    (void)pthread_mutex_lock(&inside.mutex);
    inside.known = true;
    inside.status = status;
    inside.err = *err;
    (void)pthread_cond_broadcast(&inside.changed);
    (void)pthread_mutex_unlock(&inside.mutex);
}

static bool is_known(void)
{
    (void)pthread_mutex_lock(&inside.mutex);
    const bool known = inside.known;
    (void)pthread_mutex_unlock(&inside.mutex);
    return known;
}

static void ready_inside(void *arg, srv_house *house)
{
    const anc_err none = {0};
    (void)arg;
    (void)house;
    publish(ANC_OK, &none);
}

static void set_house(srv_house *house)
{
    (void)pthread_mutex_lock(&inside.mutex);
    inside.house = house;
    (void)pthread_mutex_unlock(&inside.mutex);
}

/* What runs is asked to end; a house that still opens is not to be reached. */
static bool stop_inside(void)
{
    (void)pthread_mutex_lock(&inside.mutex);
    srv_house *house = inside.house;
    if (house != NULL)
        srv_house_stop(house);
    (void)pthread_mutex_unlock(&inside.mutex);
    return house != NULL;
}

static void run_inside(void *arg)
{
    srv_house *house = NULL;
    anc_err err = {0};
    (void)arg;
    const srv_house_options options = {.config = inside.config,
                                       .version = ANC_VERSION,
                                       .socket = anc_str_of(inside.socket),
                                       .on_ready = ready_inside};
    const anc_status status = srv_house_open(&options, &house, &err);
    if (status != ANC_OK) {
        publish(status, &err);
        return;
    }
    set_house(house);
    anc_status run = srv_house_run(house, &err);
    if (run == ANC_OK)
        run = ANC_FAIL(&err, ANC_UNAVAILABLE, "the server ended before it was ready");
    if (!is_known()) /* nobody may wait for ever */
        publish(run, &err);
    set_house(NULL);
    srv_house_close(house);
}

/* The data folder's own socket where its path is short enough, else one in a folder of its own. */
static anc_status choose_socket(anc_err *err)
{
    socket_path(inside.config->data_dir, inside.socket);
    if (inside.socket[0] != '\0')
        return ANC_OK;
    (void)snprintf(inside.folder, sizeof inside.folder, "/tmp/anchorage-XXXXXX");
    if (mkdtemp(inside.folder) == NULL)
        return ANC_FAIL(err, ANC_IO, "%s: %s", inside.folder, strerror(errno));
    (void)snprintf(inside.socket, sizeof inside.socket, "%s/s", inside.folder);
    return ANC_OK;
}

static void forget_inside(void)
{
    os_thread_join(inside.thread);
    if (inside.folder[0] != '\0')
        (void)rmdir(inside.folder);
    srv_config_free(inside.config);
    (void)pthread_cond_destroy(&inside.changed);
    inside.thread = NULL;
    inside.config = NULL;
    inside.known = false;
    inside.folder[0] = '\0';
}

static anc_status wait_until_known(anc_err *err)
{
    const int64_t deadline_ns = os_mono_ns() + (int64_t)KNOWN_S * 1000000000;
    (void)pthread_mutex_lock(&inside.mutex);
    bool in_time = true;
    while (!inside.known && in_time)
        in_time = os_cond_wait(&inside.changed, &inside.mutex, deadline_ns);
    anc_status status = inside.status;
    if (!inside.known)
        status = ANC_FAIL(err, ANC_DEADLINE, "the server on %.*s was not ready within %d s",
                          ANC_FMT(inside.config->data_dir), KNOWN_S);
    else if (status != ANC_OK)
        *err = inside.err;
    (void)pthread_mutex_unlock(&inside.mutex);
    return status;
}

static anc_status embed_start(void *self, const cli_settings *settings, cli_endpoint *ret,
                              anc_err *err)
{
    (void)self;
    ANC_TRY(load(settings, &inside.config, err));
    quieten(inside.config);
    os_cond_init(&inside.changed);
    anc_status status = choose_socket(err);
    if (status == ANC_OK)
        status = os_thread_start("embedded", run_inside, NULL, &inside.thread, err);
    if (status == ANC_OK)
        status = wait_until_known(err);
    if (status != ANC_OK && inside.thread != NULL && !is_known() && !stop_inside())
        return status; /* its thread hangs while it opens: the end of this process is its end */
    if (status != ANC_OK) {
        forget_inside();
        return status;
    }
    *ret = (cli_endpoint){{0}, {0}};
    (void)snprintf(ret->unix_path, sizeof ret->unix_path, "%s", inside.socket);
    return ANC_OK;
}

static void embed_stop(void *self)
{
    (void)self;
    if (inside.thread == NULL)
        return;
    (void)stop_inside();
    forget_inside();
}

/* ---- facts ---- */

static anc_status facts(void *self, const cli_settings *settings, cli_facts *ret, anc_err *err)
{
    srv_config *config = NULL;
    (void)self;
    ANC_TRY(load(settings, &config, err));
    (void)snprintf(ret->data_dir, sizeof ret->data_dir, "%.*s", ANC_FMT(config->data_dir));
    (void)snprintf(ret->models_dir, sizeof ret->models_dir, "%.*s", ANC_FMT(config->models_dir));
    (void)snprintf(ret->model, sizeof ret->model, "%.*s", ANC_FMT(config->model.name));
    (void)snprintf(ret->config_file, sizeof ret->config_file, "%.*s", ANC_FMT(config->file));
    socket_path(config->data_dir, ret->socket);
    url_of(config, (uint16_t)config->http.port, ret->url, sizeof ret->url);
    ret->has_key = config->auth.api_key.len > 0;
    srv_config_free(config);
    return ANC_OK;
}

static anc_status examine(void *self, const cli_settings *settings, cli_found_fn *found, void *arg,
                          anc_err *err)
{
    srv_config *config = NULL;
    (void)self;
    ANC_TRY(load(settings, &config, err));
    srv_examine(config, found, arg);
    srv_config_free(config);
    return ANC_OK;
}

static anc_status models_open(void *self, const cli_settings *settings, emb_models **ret,
                              anc_err *err)
{
    srv_config *config = NULL;
    (void)self;
    ANC_TRY(load(settings, &config, err));
    const anc_status status = srv_models_open(config->models_dir, ret, err);
    srv_config_free(config);
    return status;
}

static void models_close(void *self, emb_models *models)
{
    (void)self;
    srv_models_close(models);
}

static anc_status model_prepare(void *self, const cli_settings *settings, anc_arena *mem,
                                anc_str folder, anc_str *ret, anc_err *err)
{
    srv_config *config = NULL;
    (void)self;
    ANC_TRY(load(settings, &config, err));
    const anc_status status = srv_model_prepare(config, mem, folder, ret, err);
    srv_config_free(config);
    return status;
}

static anc_status model_bench(void *self, anc_str folder, cli_speed_fn *told, void *arg,
                              anc_err *err)
{
    (void)self;
    return srv_model_bench(folder, told, arg, err);
}

static anc_status print_config(void *self, const cli_settings *settings, anc_err *err)
{
    ANC_BUF(out, TEXT_BYTES);
    srv_config *config = NULL;
    (void)self;
    if (settings == NULL) {
        srv_config_describe(&out);
    } else {
        ANC_TRY(load(settings, &config, err));
        srv_config_dump(config, &out);
        srv_config_free(config);
    }
    (void)printf("%.*s", ANC_FMT(anc_buf_view(&out)));
    return ANC_OK;
}

cli_host srv_host(void)
{
    return (cli_host){.version = ANC_VERSION,
                      .serve = serve,
                      .embed_start = embed_start,
                      .embed_stop = embed_stop,
                      .facts = facts,
                      .examine = examine,
                      .models_open = models_open,
                      .models_close = models_close,
                      .model_prepare = model_prepare,
                      .model_bench = model_bench,
                      .print_config = print_config};
}
