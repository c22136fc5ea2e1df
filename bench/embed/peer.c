/* peer.c - the pipes to peer.py, and lines over them. */
#include "embed/peer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bench.h"
#include "support/places.h"

struct peer {
    pid_t pid;
    FILE *to, *from; /* owned */
    char *line;      /* owned; the last answer */
    size_t room;
};

/* The child: stdin and stdout are the pipes. Does not come back. */
static _Noreturn void become_python(const char *python, anc_str folder, const int in[2],
                                    const int out[2])
{
    char script[PLACE_MAX], model[PLACE_MAX];
    (void)place_in_source(script, "bench/embed/peer.py");
    (void)snprintf(model, sizeof model, "%.*s", ANC_FMT(folder));
    if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0) {
        for (size_t i = 0; i < 2; i++) {
            (void)close(in[i]);
            (void)close(out[i]);
        }
        (void)execl(python, python, script, model, (char *)NULL);
    }
    _exit(127);
}

static bool answered(peer *p)
{
    (void)fflush(p->to);
    return getline(&p->line, &p->room, p->from) > 0;
}

peer *peer_open(anc_str folder)
{
    const char *python = getenv("BENCH_PEER_PYTHON");
    int in[2], out[2];
    if (python == NULL || *python == '\0' || pipe(in) != 0)
        return NULL;
    if (pipe(out) != 0)
        bench_fail("no pipe: %s", strerror(errno));
    (void)signal(SIGPIPE, SIG_IGN);
    peer *p = bench_alloc(1, sizeof *p);
    p->pid = fork();
    if (p->pid < 0)
        bench_fail("no process: %s", strerror(errno));
    if (p->pid == 0)
        become_python(python, folder, in, out);
    (void)close(in[0]);
    (void)close(out[1]);
    p->to = fdopen(in[1], "w");
    p->from = fdopen(out[0], "r");
    if (p->to == NULL || p->from == NULL)
        bench_fail("no stream: %s", strerror(errno));
    if (!answered(p)) { /* "ready" */
        peer_close(p);
        return NULL;
    }
    return p;
}

void peer_close(peer *p)
{
    if (p == NULL)
        return;
    (void)fclose(p->to);
    (void)fclose(p->from);
    (void)waitpid(p->pid, NULL, 0);
    free(p->line);
    free(p);
}

bool peer_use(peer *p, const char *graph, unsigned threads)
{
    (void)fprintf(p->to, "use %s %u\n", graph, threads);
    return answered(p) && strcmp(p->line, "ok\n") == 0;
}

static void write_text(peer *p, const peer_text *text)
{
    (void)fprintf(p->to, " %zu", text->second);
    for (size_t i = 0; i < text->n; i++)
        (void)fprintf(p->to, " %u", text->ids[i]);
    (void)fputc('\n', p->to);
}

bool peer_vector(peer *p, const peer_text *text, float *out, size_t dims)
{
    (void)fputs("vector", p->to);
    write_text(p, text);
    if (!answered(p))
        return false;
    char *at = p->line;
    for (size_t i = 0; i < dims; i++) {
        char *end;
        out[i] = strtof(at, &end);
        if (end == at)
            return false;
        at = end;
    }
    return true;
}

bool peer_texts(peer *p, const peer_text *texts, size_t n)
{
    (void)fprintf(p->to, "texts %zu\n", n);
    for (size_t i = 0; i < n; i++)
        write_text(p, &texts[i]);
    return answered(p) && strcmp(p->line, "ok\n") == 0;
}

static bool seconds_answered(peer *p, double *ret_seconds)
{
    if (!answered(p))
        return false;
    *ret_seconds = strtod(p->line, NULL);
    return *ret_seconds > 0;
}

bool peer_run(peer *p, double *ret_seconds)
{
    (void)fputs("run\n", p->to);
    return seconds_answered(p, ret_seconds);
}

bool peer_race(peer *p, unsigned callers, double *ret_seconds)
{
    (void)fprintf(p->to, "race %u\n", callers);
    return seconds_answered(p, ret_seconds);
}
