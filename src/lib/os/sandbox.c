/* sandbox.c - landlock rules and a seccomp filter, made before the fork and put on after it. */
#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#endif

enum { MAX_INSTRUCTIONS = 400, X32_BIT = 0x40000000, NO_FILE_LIMIT = 0 };

struct os_sandbox {
    int rules; /* of landlock; -1 where the kernel has none */
    size_t n;  /* instructions; 0 where the kernel takes no filter */
    struct sock_filter filter[MAX_INSTRUCTIONS];
};

/* ---- files: landlock ------------------------------------------------------------------------ */

/* As the kernel declares it from version 6 of the interface on; older headers stop earlier. */
typedef struct ruleset_attr {
    uint64_t files, network, scopes;
} ruleset_attr;

enum {
    FILES_V1 = (1 << 13) - 1, /* every right of the first version */
    RIGHT_REFER = 1 << 13,
    RIGHT_TRUNCATE = 1 << 14,
    RIGHT_IOCTL = 1 << 15,
    NETWORK_ALL = 3, /* bind and connect */
    SCOPES_ALL = 3   /* abstract sockets and signals */
};

static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static int new_ruleset(long version)
{
    const ruleset_attr attr = {.files = FILES_V1 | (version >= 2 ? (uint64_t)RIGHT_REFER : 0) |
                                        (version >= 3 ? (uint64_t)RIGHT_TRUNCATE : 0) |
                                        (version >= 5 ? (uint64_t)RIGHT_IOCTL : 0),
                               .network = version >= 4 ? NETWORK_ALL : 0,
                               .scopes = version >= 6 ? SCOPES_ALL : 0};
    const size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    return (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
}

/* Allows `rights` at `path` and below. False when the kernel refuses; a path that is not there is
 * no failure. */
static bool allow_path(int rules, const char *path, uint64_t rights)
{
    const int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rights &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
    const struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    const long got = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    (void)close(fd);
    return got == 0;
}

static bool allow_paths(int rules, const char *program, const char *const *readable)
{
    static const char *const libraries[] = {"/lib",       "/lib64",         "/usr/lib",
                                            "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"};
    static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2",
                                          "/lib/ld-linux-aarch64.so.1"};
    const uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    const uint64_t execute = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    bool ok = allow_path(rules, program, execute);
    for (size_t i = 0; i < ANC_COUNT(libraries); i++)
        ok = ok && allow_path(rules, libraries[i], read);
    for (size_t i = 0; i < ANC_COUNT(loaders); i++)
        ok = ok && allow_path(rules, loaders[i], execute);
    for (size_t i = 0; readable != NULL && readable[i] != NULL; i++)
        ok = ok && allow_path(rules, readable[i], read);
    return ok;
}

/* ---- system calls: seccomp ------------------------------------------------------------------ */

static bool has_seccomp(void)
{
#ifdef FILTER_ARCH
    const uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
#else
    return false;
#endif
}

#ifdef FILTER_ARCH

static const int allowed[] = {
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_close,
    SYS_lseek,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_openat,
    SYS_getdents64,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_dup,
    SYS_dup3,
    SYS_getcwd,
    SYS_umask,
    SYS_fadvise64,
    /* memory */
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_brk,
    /* itself */
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_rseq,
    SYS_futex,
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getpgid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_sched_getaffinity,
    SYS_sched_yield,
    SYS_getrandom,
    SYS_getrusage,
    SYS_times,
    SYS_restart_syscall,
    /* time */
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_ppoll,
#ifdef __x86_64__
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_arch_prctl,
    SYS_time,
    SYS_poll,
    SYS_dup2,
#endif
};

/* No reader of documents has an innocent use for these. */
static const int deadly[] = {
    SYS_clone,
    SYS_clone3,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_kill,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_pidfd_getfd,
    SYS_io_uring_setup,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_mount,
    SYS_umount2,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_pivot_root,
    SYS_init_module,
    SYS_finit_module,
    SYS_kexec_load,
    SYS_reboot,
#ifdef __x86_64__
    SYS_fork,
    SYS_vfork,
#endif
};

/* What of fcntl is a matter of the child's own descriptors. */
static const int fcntl_allowed[] = {F_GETFD, F_SETFD, F_GETFL, F_DUPFD, F_DUPFD_CLOEXEC};

/* By these a descriptor that moves would signal another process: no landlock before version 6 forbids it. */
static const int fcntl_deadly[] = {F_SETOWN, F_SETOWN_EX, F_SETSIG};

enum { FCNTL_RULE = 7 + 2 * (ANC_COUNT(fcntl_allowed) + ANC_COUNT(fcntl_deadly)) };

/* Two instructions a name, seven a rule about an argument, and the frame. */
_Static_assert(2 * (ANC_COUNT(allowed) + ANC_COUNT(deadly)) + 3 * 7 + FCNTL_RULE + 1 + 8 <=
                   MAX_INSTRUCTIONS,
               "the filter fits");

static void add(os_sandbox *box, struct sock_filter instruction)
{
    box->filter[box->n++] = instruction;
}

static void load(os_sandbox *box, size_t offset)
{
    add(box, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on with the next instruction where the loaded word is `value`, else skips `otherwise`. */
static void unless_equal_skip(os_sandbox *box, uint32_t value, uint8_t otherwise)
{
    add(box, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, otherwise));
}

static void answer(os_sandbox *box, uint32_t action)
{
    add(box, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Allows `call` where its argument number `arg` is `value`, else answers with `action`. */
static void add_argument_rule(os_sandbox *box, int call, unsigned arg, uint64_t value,
                              uint32_t action)
{
    const size_t at = offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t);
    unless_equal_skip(box, (uint32_t)call, 6);
    load(box, at); /* the lower half: both machines are little-endian */
    unless_equal_skip(box, (uint32_t)value, 3);
    load(box, at + sizeof(uint32_t));
    unless_equal_skip(box, (uint32_t)(value >> 32), 1);
    answer(box, SECCOMP_RET_ALLOW);
    answer(box, action);
}

static void add_list(os_sandbox *box, const int *calls, size_t n, uint32_t action)
{
    for (size_t i = 0; i < n; i++) {
        unless_equal_skip(box, (uint32_t)calls[i], 1);
        answer(box, action);
    }
}

/* The kernel looks at the lower halves of the command and of the flags alone. */
static void add_fcntl_rule(os_sandbox *box)
{
    const size_t command = offsetof(struct seccomp_data, args) + sizeof(uint64_t);
    unless_equal_skip(box, SYS_fcntl, FCNTL_RULE);
    load(box, command);
    add_list(box, fcntl_allowed, ANC_COUNT(fcntl_allowed), SECCOMP_RET_ALLOW);
    add_list(box, fcntl_deadly, ANC_COUNT(fcntl_deadly), SECCOMP_RET_KILL_PROCESS);
    unless_equal_skip(box, F_SETFL, 4);
    load(box, command + sizeof(uint64_t));
    add(box, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_ASYNC, 1, 0));
    answer(box, SECCOMP_RET_ALLOW);
    answer(box, SECCOMP_RET_KILL_PROCESS);
    answer(box, SECCOMP_RET_ERRNO | EPERM);
}

/* Written in the child, whose number and whose pointer to the program it names. */
static void write_filter(os_sandbox *box, const char *program)
{
    box->n = 0;
    load(box, offsetof(struct seccomp_data, arch));
    unless_equal_skip(box, FILTER_ARCH, 1);
    add(box, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0));
    answer(box, SECCOMP_RET_KILL_PROCESS);
    load(box, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    add(box, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
    answer(box, SECCOMP_RET_KILL_PROCESS);
#endif
    add_list(box, allowed, ANC_COUNT(allowed), SECCOMP_RET_ALLOW);
    add_fcntl_rule(box);
    add_argument_rule(box, SYS_execve, 0, (uintptr_t)program, SECCOMP_RET_KILL_PROCESS);
    /* abort() signals itself; limits may be read, not set */
    add_argument_rule(box, SYS_tgkill, 0, (uint64_t)getpid(), SECCOMP_RET_KILL_PROCESS);
    add_argument_rule(box, SYS_prlimit64, 2, NO_FILE_LIMIT, SECCOMP_RET_ERRNO | EPERM);
    add_list(box, deadly, ANC_COUNT(deadly), SECCOMP_RET_KILL_PROCESS);
    answer(box, SECCOMP_RET_ERRNO | ENOSYS);
}

#endif

/* ---- both ----------------------------------------------------------------------------------- */

void os_sandbox_close(os_sandbox *box)
{
    if (box != NULL && box->rules >= 0)
        (void)close(box->rules);
    free(box);
}

anc_status os_sandbox_open(const char *program, const char *const *readable, os_sandbox **ret,
                           anc_err *err)
{
    const long version = landlock_version();
    os_sandbox *box = calloc(1, sizeof *box);
    if (box == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "sandbox: out of memory");
    box->rules = version >= 1 ? new_ruleset(version) : -1;
    if (version >= 1 && (box->rules < 0 || !allow_paths(box->rules, program, readable))) {
        const int number = errno;
        os_sandbox_close(box);
        return ANC_FAIL(err, ANC_IO, "sandbox of %s: landlock: %s", program, strerror(number));
    }
    *ret = box;
    return ANC_OK;
}

int os_sandbox_enter(os_sandbox *box, const char *program)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return errno;
    if (box->rules >= 0 && syscall(SYS_landlock_restrict_self, box->rules, 0) != 0)
        return errno;
#ifdef FILTER_ARCH
    if (has_seccomp()) {
        write_filter(box, program);
        const struct sock_fprog code = {.len = (unsigned short)box->n, .filter = box->filter};
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &code) != 0)
            return errno;
    }
#else
    (void)program;
#endif
    return 0;
}

const char *os_sandbox_missing(void)
{
    const bool landlock = landlock_version() >= 1, seccomp = has_seccomp();
    if (landlock)
        return seccomp ? NULL : "seccomp";
    return seccomp ? "landlock" : "landlock and seccomp";
}
