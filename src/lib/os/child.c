/* child.c - see child.h: pipes, the steps between fork and exec, and the loop that feeds and reads. */
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/sandbox.h"
#include "os_impl.h"

enum {
    READ_BYTES = 64 << 10,
    SEND_BYTES = 256 << 10,
    OPEN_FILES = 32,
    TICK_MS = 200,
    LOOK_MS = 100, /* how often the processor time is looked at, at most */
    TICK_WITHOUT_PIDFD_MS = 10,
    CLOSE_UP_TO = 65536 /* descriptors, where the kernel cannot close a range */
};

/* ---- between fork and exec: no lock, no memory, no return ------------------------------------ */

typedef struct launch {
    const os_child_spec *spec;
    os_sandbox *box;
    pid_t parent;
    int input, output, complaints, report; /* the child's ends */
} launch;

typedef struct failure {
    const char *step; /* a literal of this program, so good in the parent too */
    int number;       /* errno */
} failure;

static _Noreturn void give_up(const launch *l, const char *step)
{
    const failure f = {step, errno};
    const ssize_t ignored = write(l->report, &f, sizeof f);
    _exit(ignored == (ssize_t)sizeof f ? 127 : 126);
}

static void limit(const launch *l, __rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
    const struct rlimit r = {.rlim_cur = soft, .rlim_max = hard};
    if (setrlimit(what, &r) != 0)
        give_up(l, "limits");
}

static void set_limits(const launch *l)
{
    limit(l, RLIMIT_AS, l->spec->memory_bytes, l->spec->memory_bytes);
    limit(l, RLIMIT_CPU, l->spec->cpu_s, (uint64_t)l->spec->cpu_s + 1);
    limit(l, RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES);
    limit(l, RLIMIT_FSIZE, 0, 0);
    limit(l, RLIMIT_NPROC, 0, 0);
    limit(l, RLIMIT_CORE, 0, 0);
    limit(l, RLIMIT_MEMLOCK, 0, 0);
}

/* What was sent to our parent's group before the session was our own (Ctrl-C) waits behind the parent's
 * mask and is not meant for us: ignoring a signal throws it away. */
static void default_signals(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN}, act = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int s = 1; s < NSIG; s++) {
        (void)sigaction(s, &ignore, NULL);
        (void)sigaction(s, &act, NULL);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_the_rest_at_exec(void)
{
    if (syscall(SYS_close_range, 3, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
    for (int fd = 3; fd < CLOSE_UP_TO; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static _Noreturn void become_program(const launch *l)
{
    static char *const no_environment[] = {NULL};
    if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up(l, "session");
    if (getppid() != l->parent)
        _exit(126);
    default_signals();
    if (dup2(l->input, 0) < 0 || dup2(l->output, 1) < 0 || dup2(l->complaints, 2) < 0)
        give_up(l, "descriptors");
    close_the_rest_at_exec();
    if (chdir("/") != 0)
        give_up(l, "folder");
    (void)umask(077);
    set_limits(l);
    const int sealed = os_sandbox_enter(l->box, l->spec->program);
    if (sealed != 0) {
        errno = sealed;
        give_up(l, "sandbox");
    }
    (void)execve(l->spec->program, (char *const *)(uintptr_t)l->spec->argv, no_environment);
    give_up(l, "start");
}

/* ---- the parent's side ----------------------------------------------------------------------- */

typedef struct child {
    const os_child_spec *spec;
    os_child_result *result;
    anc_err *err;
    pid_t pid;
    int process; /* a pidfd; -1 where the kernel has none */
    int input, output, complaints;
    anc_str left; /* of the input */
    uint64_t complained;
    int64_t deadline_ns;
    int64_t looked_ns; /* at its processor time */
    bool exited;       /* and not yet waited for */
    bool stopped;      /* by us, for the reason in result->end */
    anc_status status;
    char buffer[READ_BYTES];
} child;

static void drop(int *fd)
{
    os_fd_cleanup(fd);
    *fd = -1;
}

/* Descriptors below 3 would be overwritten in the child. */
static bool above_standard(int *fd)
{
    if (*fd > 2)
        return true;
    const int higher = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    drop(fd);
    *fd = higher;
    return higher >= 0;
}

static bool make_pair(int ends[2], bool socket_pair)
{
    const int got = socket_pair ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                                : pipe2(ends, O_CLOEXEC);
    if (got != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    return above_standard(&ends[0]) && above_standard(&ends[1]);
}

static void kill_all(const child *c)
{
    if (kill(-c->pid, SIGKILL) != 0)
        (void)kill(c->pid, SIGKILL);
}

static void stop(child *c, os_child_end end)
{
    if (c->stopped)
        return;
    c->stopped = true;
    c->result->end = end;
    kill_all(c);
}

static void stop_with(child *c, anc_status status)
{
    c->stopped = true;
    c->status = status;
    kill_all(c);
}

static void feed(child *c)
{
    const anc_str part = anc_str_sub(c->left, 0, SEND_BYTES);
    const ssize_t n = send(c->input, part.ptr, part.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
        c->left = anc_str_sub(c->left, (size_t)n, c->left.len);
    /* a program that wants no more is no error */
    const bool broken = n < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || c->left.len == 0)
        drop(&c->input);
}

/* Bytes that were read into the buffer; 0 at the end, which closes `fd`, and where none came. */
static size_t take(child *c, int *fd)
{
    const ssize_t n = read(*fd, c->buffer, sizeof c->buffer);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        drop(fd);
    return n > 0 ? (size_t)n : 0;
}

static void take_output(child *c)
{
    const size_t n = take(c, &c->output);
    if (n == 0 || c->stopped)
        return;
    if (c->result->output_bytes + n > c->spec->output_bytes) {
        stop(c, OS_CHILD_OUTPUT);
        return;
    }
    c->result->output_bytes += n;
    const anc_status got = c->spec->on_output(c->spec->arg, (anc_str){c->buffer, n}, c->err);
    if (got != ANC_OK)
        stop_with(c, got);
}

static void take_complaints(child *c)
{
    const size_t n = take(c, &c->complaints);
    const size_t kept =
        c->complained < OS_CHILD_COMPLAINTS ? (size_t)c->complained : OS_CHILD_COMPLAINTS;
    const size_t room = OS_CHILD_COMPLAINTS - kept;
    memcpy(c->result->complaints + kept, c->buffer, n < room ? n : room);
    c->complained += n;
    if (c->complained > c->spec->output_bytes + OS_CHILD_COMPLAINTS)
        stop(c, OS_CHILD_OUTPUT);
}

/* Notes an end that no descriptor tells about. */
static void look_for_end(child *c)
{
    siginfo_t info = {.si_pid = 0};
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return;
    c->exited = true;
    kill_all(c); /* what it may have left behind */
}

static void wait_a_while(child *c)
{
    struct pollfd fds[] = {{c->input, POLLOUT, 0},
                           {c->output, POLLIN, 0},
                           {c->complaints, POLLIN, 0},
                           {c->exited ? -1 : c->process, POLLIN, 0}};
    const int64_t left = (c->deadline_ns - os_mono_ns()) / 1000000 + 1;
    const int64_t tick = c->process >= 0 || c->exited ? TICK_MS : TICK_WITHOUT_PIDFD_MS;
    const int n = poll(fds, ANC_COUNT(fds), left < 0 ? 0 : (int)(left < tick ? left : tick));
    if (n > 0 && fds[0].revents != 0)
        feed(c);
    if (n > 0 && fds[1].revents != 0)
        take_output(c);
    if (n > 0 && fds[2].revents != 0)
        take_complaints(c);
    if (!c->exited)
        look_for_end(c);
}

/* Whether the callbacks let it go on. */
static anc_status ask(child *c)
{
    const os_child_spec *spec = c->spec;
    const int64_t now_ns = os_mono_ns();
    clockid_t clock;
    struct timespec used;
    if (spec->may_go_on != NULL)
        ANC_TRY(spec->may_go_on(spec->arg, c->err));
    if (spec->may_take == NULL || c->exited || now_ns - c->looked_ns < LOOK_MS * INT64_C(1000000))
        return ANC_OK;
    c->looked_ns = now_ns;
    if (clock_getcpuclockid(c->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return ANC_OK; /* it has just ended */
    return spec->may_take(spec->arg, (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000, c->err);
}

static void attend(child *c)
{
    while (!c->exited || c->output >= 0 || c->complaints >= 0) {
        wait_a_while(c);
        if (os_mono_ns() >= c->deadline_ns) {
            /* what has ended in time and left somebody with its output is no late end */
            stop(c, OS_CHILD_TIME);
            break;
        }
        if (c->stopped)
            break;
        const anc_status got = ask(c);
        if (got != ANC_OK) {
            stop_with(c, got);
            break;
        }
    }
}

static bool complains_of_memory(const char *text)
{
    static const char *const words[] = {"ut of memory", "bad_alloc", "annot allocate memory",
                                        "emory exhausted", "ailed to map segment"};
    for (size_t i = 0; i < ANC_COUNT(words); i++)
        if (strstr(text, words[i]) != NULL)
            return true;
    return false;
}

/* What an end by itself or by a signal means. */
static void judge(child *c, int how)
{
    os_child_result *r = c->result;
    const bool by_signal = WIFSIGNALED(how);
    r->code = by_signal ? WTERMSIG(how) : WEXITSTATUS(how);
    if (c->stopped)
        return;
    r->end = by_signal ? OS_CHILD_KILLED : OS_CHILD_EXITED;
    if (by_signal && (r->code == SIGSYS || r->code == SIGXFSZ))
        r->end = OS_CHILD_FORBIDDEN;
    else if (by_signal && r->code == SIGXCPU)
        r->end = OS_CHILD_TIME;
    else if (r->code != 0 &&
             (r->peak_bytes > c->spec->memory_bytes / 4 * 3 || complains_of_memory(r->complaints)))
        r->end = OS_CHILD_MEMORY;
}

static void reap(child *c)
{
    int how = 0;
    struct rusage used = {.ru_maxrss = 0};
    kill_all(c);
    while (wait4(c->pid, &how, 0, &used) < 0 && errno == EINTR)
        ;
    c->result->peak_bytes = (uint64_t)used.ru_maxrss * 1024;
    judge(c, how);
}

static bool no_block(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

/* Whether the pipe that ends with the start has something to tell before the child's time is over. */
static bool wait_for_report(const child *c, int report)
{
    struct pollfd fd = {report, POLLIN, 0};
    for (;;) {
        const int64_t left = (c->deadline_ns - os_mono_ns()) / 1000000 + 1;
        const int n = poll(&fd, 1, left < 0 ? 0 : (int)(left < TICK_MS ? left : TICK_MS));
        if (n > 0)
            return true;
        if (left <= 0 || (n < 0 && errno != EINTR))
            return false;
    }
}

/* Whether the program began; else the child is reaped and `err` says why. One that takes all its time to
 * begin is stopped as one that runs for too long. */
static anc_status hear_of_start(child *c, int report)
{
    failure f;
    if (!wait_for_report(c, report)) {
        stop(c, OS_CHILD_TIME);
        return ANC_OK;
    }
    const ptrdiff_t n = os_read_all(report, (char *)&f, sizeof f);
    if (n == 0)
        return ANC_OK;
    reap(c);
    if (n != (ptrdiff_t)sizeof f)
        return ANC_FAIL(c->err, ANC_IO, "%s: could not be started", c->spec->program);
    const bool absent = strcmp(f.step, "start") == 0 &&
                        (f.number == ENOENT || f.number == EACCES || f.number == ENOEXEC);
    return ANC_FAIL(c->err, absent ? ANC_NOT_FOUND : ANC_IO, "%s: %s: %s", c->spec->program, f.step,
                    strerror(f.number));
}

static anc_status run(child *c, os_sandbox *box)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, complaints[2] = {-1, -1}, report[2] = {-1, -1};
    const bool piped = make_pair(in, true) && make_pair(out, false) &&
                       make_pair(complaints, false) && make_pair(report, false) &&
                       no_block(out[0]) && no_block(complaints[0]);
    const launch l = {c->spec, box, getpid(), in[0], out[1], complaints[1], report[1]};
    c->pid = piped ? fork() : -1;
    if (c->pid == 0)
        become_program(&l);
    const int number = errno;
    drop(&in[0]);
    drop(&out[1]);
    drop(&complaints[1]);
    drop(&report[1]);
    c->input = in[1];
    c->output = out[0];
    c->complaints = complaints[0];
    anc_status got = ANC_OK;
    if (c->pid < 0)
        got = ANC_FAIL(c->err, number == ENOMEM ? ANC_NO_MEMORY : ANC_IO,
                       "%s: could not be started: %s", c->spec->program, strerror(number));
    else
        got = hear_of_start(c, report[0]);
    drop(&report[0]);
    if (got == ANC_OK) {
        c->process = (int)syscall(SYS_pidfd_open, c->pid, 0);
        attend(c);
        reap(c);
        got = c->status;
    }
    drop(&c->input);
    drop(&c->output);
    drop(&c->complaints);
    drop(&c->process);
    return got;
}

anc_status os_child_run(const os_child_spec *spec, os_child_result *ret, anc_err *err)
{
    struct stat st;
    if (stat(spec->program, &st) != 0 || !S_ISREG(st.st_mode))
        return ANC_FAIL(err, ANC_NOT_FOUND, "%s: there is no such program", spec->program);
    os_sandbox *box = NULL;
    ANC_TRY(os_sandbox_open(spec->program, spec->readable, &box, err));
    os_child_result result = {.end = OS_CHILD_EXITED};
    child *c = calloc(1, sizeof *c);
    anc_status got = ANC_NO_MEMORY;
    if (c == NULL) {
        (void)ANC_FAIL(err, ANC_NO_MEMORY, "%s: out of memory", spec->program);
    } else {
        c->spec = spec;
        c->result = &result;
        c->err = err;
        c->process = -1;
        c->left = spec->input;
        c->deadline_ns = os_mono_ns() + spec->wall_ms * 1000000;
        got = run(c, box);
    }
    free(c);
    os_sandbox_close(box);
    if (got == ANC_OK)
        *ret = result;
    return got;
}
