/* resolve.c - names to addresses, with a deadline that getaddrinfo(3) does not have.
 *
 * An address is read at once. A name is looked up by a thread that shares its request with whoever
 * waits; the one that lets go last frees it. A look-up that hangs cannot be stopped, so only so many
 * may be under way.
 */
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/str.h"
#include "redis_impl.h"

enum { HOST_MAX = 255, PORT_TEXT = 8, LOOKUPS_MAX = 8 };

static atomic_int lookups;

typedef struct lookup {
    atomic_int refs;
    int done; /* owned; an eventfd */
    int rc;   /* of getaddrinfo; as `found`, written before `answered` is */
    atomic_bool answered;
    struct addrinfo *found;
    char host[HOST_MAX + 1], port[PORT_TEXT];
} lookup;

static void lookup_unref(lookup *l)
{
    if (atomic_fetch_sub(&l->refs, 1) != 1)
        return;
    if (l->found != NULL)
        freeaddrinfo(l->found);
    (void)close(l->done);
    free(l);
    atomic_fetch_sub(&lookups, 1);
}

static void ask(lookup *l, int flags)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    l->rc = getaddrinfo(l->host, l->port, &hints, &l->found);
}

static void *lookup_thread(void *arg)
{
    lookup *l = arg;
    ask(l, AI_ADDRCONFIG);
    atomic_store(&l->answered, true);
    (void)eventfd_write(l->done, 1);
    lookup_unref(l);
    return NULL;
}

static lookup *lookup_new(anc_str host, uint16_t port)
{
    if (atomic_fetch_add(&lookups, 1) >= LOOKUPS_MAX) {
        atomic_fetch_sub(&lookups, 1);
        return NULL;
    }
    lookup *l = calloc(1, sizeof *l);
    const int done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l == NULL || done < 0) {
        free(l);
        if (done >= 0)
            (void)close(done);
        atomic_fetch_sub(&lookups, 1);
        return NULL;
    }
    atomic_init(&l->refs, 1);
    l->done = done;
    memcpy(l->host, host.ptr, host.len);
    (void)snprintf(l->port, sizeof l->port, "%u", (unsigned)port);
    return l;
}

/* Signals are for the main thread. */
static bool start(lookup *l)
{
    pthread_t id;
    sigset_t all, before;
    atomic_fetch_add(&l->refs, 1);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&id, NULL, lookup_thread, l) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        (void)pthread_detach(id);
    else
        lookup_unref(l);
    return started;
}

static size_t take(const lookup *l, clt_redis_address out[CLT_REDIS_ADDRESSES])
{
    size_t n = 0;
    for (const struct addrinfo *a = l->found; a != NULL && n < CLT_REDIS_ADDRESSES; a = a->ai_next)
        if (a->ai_addrlen <= sizeof out[n].bytes) {
            memcpy(&out[n].bytes, a->ai_addr, a->ai_addrlen);
            out[n++].len = a->ai_addrlen;
        }
    return n;
}

static anc_status look_up(clt_redis_wire *w, lookup *l, int64_t deadline_ns, anc_err *err)
{
    ask(l, AI_NUMERICHOST);
    if (l->rc == 0)
        return ANC_OK;
    if (!start(l))
        return ANC_FAIL(err, ANC_UNAVAILABLE, "no thread to look up a name");
    while (!atomic_load(&l->answered))
        ANC_TRY(clt_redis_wait(w, l->done, POLLIN, deadline_ns, err));
    return l->rc == 0 ? ANC_OK : ANC_FAIL(err, ANC_UNAVAILABLE, "%s", gai_strerror(l->rc));
}

anc_status clt_redis_resolve(clt_redis_wire *w, anc_str host, uint16_t port, int64_t deadline_ns,
                             clt_redis_address out[CLT_REDIS_ADDRESSES], size_t *ret_n,
                             anc_err *err)
{
    if (host.len > HOST_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the host's name has more than %d bytes", HOST_MAX);
    lookup *l = lookup_new(host, port);
    if (l == NULL)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "too many names are being looked up");
    anc_status status = look_up(w, l, deadline_ns, err);
    if (status == ANC_OK)
        *ret_n = take(l, out);
    if (status == ANC_OK && *ret_n == 0)
        status = ANC_FAIL(err, ANC_UNAVAILABLE, "the name has no address");
    lookup_unref(l);
    return status;
}
