/* misbehave.c - a program for the tests of children: does what its first argument names. Built
 * without sanitizers, whose shadow memory no limit would fit. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { BUFFER = 64 << 10, STEP = 1 << 20 };

static char buffer[BUFFER];
static char *volatile kept; /* or the compiler sees that nobody needs what was allocated */

static int echo(void)
{
    ssize_t n;
    while ((n = read(0, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, (size_t)n) != n)
            return 1;
    return 0;
}

static int flood(int fd)
{
    memset(buffer, 'x', sizeof buffer);
    while (write(fd, buffer, sizeof buffer) >= 0)
        ;
    return 1;
}

static int hang(void)
{
    while (sleep(1000) == 0)
        ;
    return 1;
}

static int hang_without_output(void)
{
    (void)close(1);
    (void)close(2);
    return hang();
}

static int spin(void)
{
    volatile bool for_ever = true;
    while (for_ever)
        ;
    return 1;
}

static int eat_memory(void)
{
    for (char *p; (p = malloc(STEP)) != NULL;) {
        memset(p, 1, STEP);
        kept = p;
    }
    (void)fprintf(stderr, kept != NULL ? "no more\n" : "nothing\n");
    return 3;
}

static int fork_one(void)
{
    const pid_t pid = fork();
    if (pid == 0)
        return hang();
    return pid < 0 ? 1 : 0;
}

static int second_program(void)
{
    char *const argv[] = {(char[]){"true"}, NULL};
    (void)execve("/bin/true", argv, NULL);
    return 1;
}

static int kill_parent(void)
{
    return kill(getppid(), SIGTERM) == 0 ? 0 : 1;
}

/* The steps by which a descriptor would signal the parent, none of which is harmful alone. */
static int own_signals_of_input(void)
{
    return fcntl(0, F_SETOWN, getppid()) == 0 ? 0 : 1;
}

static int own_signals_of_input_by_kind(void)
{
    const struct f_owner_ex owner = {F_OWNER_PID, getppid()};
    return fcntl(0, F_SETOWN_EX, &owner) == 0 ? 0 : 1;
}

static int choose_signal_of_input(void)
{
    return fcntl(0, F_SETSIG, SIGKILL) == 0 ? 0 : 1;
}

static int signal_of_input(void)
{
    return fcntl(0, F_SETFL, O_NONBLOCK | O_ASYNC) == 0 ? 0 : 1;
}

/* What a program may want of its descriptors, and one that is refused without an end. */
static int harmless_of_descriptors(void)
{
    const int copy = fcntl(0, F_DUPFD_CLOEXEC, 3);
    const bool ok = copy >= 3 && fcntl(copy, F_SETFD, FD_CLOEXEC) == 0 &&
                    fcntl(copy, F_GETFL) >= 0 && fcntl(copy, F_SETFL, O_NONBLOCK) == 0;
    return ok && fcntl(1, F_GETPIPE_SZ) < 0 ? 0 : 1;
}

static int kill_itself(void)
{
    return raise(SIGKILL);
}

static int open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 0;
}

static int trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? 1 : 0;
}

static int write_file(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT, 0600);
    return fd < 0 || write(fd, "x", 1) != 1 ? 1 : 0;
}

static int read_file(const char *path)
{
    return open(path, O_RDONLY) < 0 ? 1 : 0;
}

/* What the child was given: one line each. */
static int report(void)
{
    struct rlimit files, core;
    char folder[200] = "";
    int open_descriptors = 0;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)getrlimit(RLIMIT_CORE, &core);
    for (int fd = 0; fd < 1024; fd++)
        open_descriptors += fcntl(fd, F_GETFD) >= 0;
    (void)printf("environment %s\n", environ == NULL || environ[0] == NULL ? "empty" : environ[0]);
    (void)printf("folder %s\n", getcwd(folder, sizeof folder));
    (void)printf("descriptors %d\n", open_descriptors);
    (void)printf("core %llu\n", (unsigned long long)core.rlim_cur);
    (void)printf("session %s\n", getpgid(0) == getpid() ? "own" : "shared");
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    static const struct {
        const char *name;
        int (*run)(void);
    } rows[] = {{"echo", echo},
                {"hang", hang},
                {"hang without output", hang_without_output},
                {"spin", spin},
                {"eat memory", eat_memory},
                {"fork", fork_one},
                {"second program", second_program},
                {"kill parent", kill_parent},
                {"own signals of input", own_signals_of_input},
                {"own signals of input by kind", own_signals_of_input_by_kind},
                {"choose the signal of input", choose_signal_of_input},
                {"signal of input", signal_of_input},
                {"harmless of descriptors", harmless_of_descriptors},
                {"kill itself", kill_itself},
                {"socket", open_socket},
                {"trace", trace},
                {"report", report}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(what, rows[i].name) == 0)
            return rows[i].run();
    if (strcmp(what, "abort") == 0)
        abort();
    if (strcmp(what, "flood") == 0)
        return flood(1);
    if (strcmp(what, "flood complaints") == 0)
        return flood(2);
    if (strcmp(what, "complain") == 0) {
        (void)fprintf(stderr, "something is wrong\n");
        return 7;
    }
    if (strcmp(what, "read") == 0 && argc > 2)
        return read_file(argv[2]);
    if (strcmp(what, "write") == 0 && argc > 2)
        return write_file(argv[2]);
    return 99;
}
