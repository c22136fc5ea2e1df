/* redis_server.c - redis-server as a child, ended by its process id. */
#include "support/redis_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/file.h"
#include "support/test.h"

enum { PATH_BYTES = 256, WORDS_MAX = 32, POLL_NS = 5000000, CLIENT_BYTES = 128 << 20 };

static const int64_t READY_NS = 30000000000;

struct redis_server {
    pid_t pid;
    char folder[PATH_BYTES], socket[PATH_BYTES + 16], url[PATH_BYTES * 2], password[64];
};

static void run_server(const redis_server *s)
{
    const int null = open("/dev/null", O_RDWR);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(null, STDOUT_FILENO);
    (void)execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", s->socket, "--dir",
                 s->folder, "--save", "", "--appendonly", "yes", "--appendfsync", "no",
                 "--requirepass", s->password, "--loglevel", "warning", (char *)NULL);
    _exit(127);
}

/* False when there is no such program. */
static bool start(redis_server *s)
{
    (void)unlink(s->socket);
    s->pid = fork();
    if (s->pid < 0)
        fail_msg("fork failed");
    if (s->pid == 0)
        run_server(s);
    clt_redis *c = redis_server_client(s);
    const int64_t until_ns = os_mono_ns() + READY_NS;
    bool ready = false, ended = false;
    while (!ready && !ended && os_mono_ns() < until_ns) {
        int how;
        ready = clt_redis_connect(c, os_mono_ns() + READY_NS, NULL) == ANC_OK;
        ended = !ready && waitpid(s->pid, &how, WNOHANG) == s->pid;
        if (!ready)
            os_sleep_ns(POLL_NS);
    }
    clt_redis_free(c);
    if (ended)
        s->pid = 0;
    if (!ready && !ended)
        fail_msg("redis-server does not answer");
    return ready;
}

redis_server *redis_server_start(const char *password)
{
    redis_server *s = calloc(1, sizeof *s);
    const char *tmp = getenv("TMPDIR");
    assert_non_null(s);
    (void)snprintf(s->folder, sizeof s->folder, "%s/anc-redis-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(s->folder));
    (void)snprintf(s->socket, sizeof s->socket, "%s/redis", s->folder);
    (void)snprintf(s->password, sizeof s->password, "%s", password);
    (void)snprintf(s->url, sizeof s->url, "unix://:%s@%s", s->password, s->socket);
    if (start(s))
        return s;
    redis_server_stop(s);
    return NULL;
}

void redis_server_kill(redis_server *s)
{
    int how;
    if (s->pid <= 0)
        return;
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, &how, 0);
    s->pid = 0;
}

void redis_server_again(redis_server *s)
{
    assert_true(start(s));
}

void redis_server_pause(redis_server *s)
{
    (void)kill(s->pid, SIGSTOP);
}

void redis_server_resume(redis_server *s)
{
    (void)kill(s->pid, SIGCONT);
}

void redis_server_stop(redis_server *s)
{
    redis_server_kill(s);
    if (os_folder_remove(anc_str_of(s->folder), NULL) != ANC_OK)
        print_error("%s stays\n", s->folder);
    free(s);
}

const char *redis_server_folder(const redis_server *s)
{
    return s->folder;
}

const char *redis_server_url(const redis_server *s)
{
    return s->url;
}

clt_redis *redis_server_client(const redis_server *s)
{
    clt_redis *c = NULL;
    anc_err err = {0};
    const clt_redis_options options = {
        .place = {.unix_path = anc_str_of(s->socket), .password = anc_str_of(s->password)},
        .max_reply_bytes = CLIENT_BYTES,
        .max_batch_bytes = CLIENT_BYTES};
    ASSERT_OK(clt_redis_new(&options, &c, &err), &err);
    return c;
}

const clt_redis_reply *redis_do(clt_redis *c, const char *words)
{
    anc_str args[WORDS_MAX], rest = anc_str_of(words);
    const clt_redis_reply *r = NULL;
    anc_err err = {0};
    size_t n = 0;
    while (n < WORDS_MAX && anc_str_split(&rest, ' ', &args[n]))
        n++;
    const int64_t deadline_ns = os_mono_ns() + READY_NS;
    ASSERT_OK(clt_redis_connect(c, deadline_ns, &err), &err);
    ASSERT_OK(clt_redis_ask(c, args, n, deadline_ns, &r, &err), &err);
    return r;
}
