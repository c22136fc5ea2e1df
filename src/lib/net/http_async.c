/* http_async.c - requests on a loop: libcurl's sockets and timers as handles of libuv.
 *
 * libcurl says which sockets it waits for and when it wants to be called (CURLMOPT_SOCKETFUNCTION,
 * CURLMOPT_TIMERFUNCTION); each call goes through act(). libcurl must not be entered again from one
 * of its own callbacks, so while `inside` is not 0 starts and cancels are only noted and done by
 * act() before it returns.
 */
#include "http_transfer.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "loop_impl.h"

typedef enum fetch_state { FETCH_WAITING, FETCH_RUNNING, FETCH_DOOMED } fetch_state;

struct net_fetch {
    net_http *http;
    transfer transfer;
    net_fetch_sink sink;
    void *arg;
    fetch_state state;
    net_timer *timer; /* first byte and idle */
    int64_t timer_at; /* when it fires */
    net_fetch *next, *prev;
};

struct net_http {
    net_loop *loop; /* shared (ref) */
    CURLM *multi;
    uv_timer_t timer;
    net_fetch *fetches;
    atomic_size_t running;
    unsigned inside; /* a call into libcurl is on the stack */
    size_t noted;    /* fetches that are WAITING or DOOMED */
    bool closed;
    size_t handles; /* whose close callback is still to come */
};

typedef struct watched {
    uv_poll_t poll;
    net_http *http;
    curl_socket_t fd;
} watched;

static void act(net_http *http, curl_socket_t fd, int events);

static void unlink_fetch(net_fetch *f)
{
    net_http *http = f->http;
    if (f->prev != NULL)
        f->prev->next = f->next;
    else
        http->fetches = f->next;
    if (f->next != NULL)
        f->next->prev = f->prev;
    atomic_fetch_sub(&http->running, 1);
}

/* Closes the connection where the answer was not whole. Not from inside libcurl. */
static void fetch_free(net_fetch *f)
{
    net_timer_stop(&f->timer);
    if (f->state != FETCH_WAITING)
        (void)curl_multi_remove_handle(f->http->multi, f->transfer.easy);
    unlink_fetch(f);
    net_transfer_close(&f->transfer);
    free(f);
}

static void fetch_over(net_fetch *f, anc_status status, const anc_err *err)
{
    const net_fetch_sink sink = f->sink;
    void *arg = f->arg;
    fetch_free(f);
    sink.on_done(arg, status, err);
}

/* ---- our two timers ---- */

static void on_fetch_timer(void *arg);

/* Sets the timer to the next deadline, or leaves it where it fires before: it then sees that the
 * deadline moved and is set anew, so that bytes that come do not each cost a timer. */
static void arm(void *arg)
{
    net_fetch *f = arg;
    const int64_t at = net_transfer_next_deadline(&f->transfer);
    if (at == INT64_MAX || (f->timer != NULL && f->timer_at <= at))
        return;
    const int64_t now_ms = net_transfer_now_ms();
    f->timer_at = at;
    /* without memory for a timer the whole's deadline remains */
    (void)!net_timer_start(f->http->loop, at > now_ms ? at - now_ms : 0, on_fetch_timer, f,
                           &f->timer);
}

static void on_fetch_timer(void *arg)
{
    net_fetch *f = arg;
    anc_err err = {0};
    const anc_status status = net_transfer_overdue(&f->transfer, net_transfer_now_ms(), &err);
    if (status != ANC_OK)
        fetch_over(f, status, &err);
    else
        arm(f);
}

/* ---- libcurl's sockets and timer ---- */

static void on_socket_event(uv_poll_t *poll, int status, int events)
{
    const watched *w = poll->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    flags |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    act(w->http, w->fd, flags);
}

static void http_handle_closed(net_http *http)
{
    if (--http->handles > 0 || !http->closed)
        return;
    net_loop_unref(http->loop);
    free(http);
}

static void on_poll_closed(uv_handle_t *handle)
{
    watched *w = handle->data;
    net_http *http = w->http;
    free(w);
    http_handle_closed(http);
}

static watched *watch(net_http *http, curl_socket_t fd)
{
    watched *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->http = http;
    w->fd = fd;
    if (uv_poll_init_socket(net_loop_uv(http->loop), &w->poll, fd) != 0) {
        free(w);
        return NULL;
    }
    w->poll.data = w;
    http->handles++;
    return w;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    (void)easy;
    net_http *http = user;
    watched *w = socket_user;
    if (what == CURL_POLL_REMOVE) {
        if (w != NULL) {
            (void)curl_multi_assign(http->multi, fd, NULL);
            uv_close((uv_handle_t *)&w->poll, on_poll_closed);
        }
        return 0;
    }
    if (w == NULL) {
        w = watch(http, fd);
        if (w == NULL)
            return -1;
        (void)curl_multi_assign(http->multi, fd, w);
    }
    int events = 0;
    events |= what != CURL_POLL_OUT ? UV_READABLE : 0;
    events |= what != CURL_POLL_IN ? UV_WRITABLE : 0;
    return uv_poll_start(&w->poll, events, on_socket_event) == 0 ? 0 : -1;
}

static void on_uv_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    net_http *http = user;
    if (http->closed)
        return 0;
    if (timeout_ms < 0)
        (void)uv_timer_stop(&http->timer);
    else
        (void)uv_timer_start(&http->timer, on_uv_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

/* ---- driving ---- */

static void collect(net_http *http)
{
    int left = 0;
    for (CURLMsg *m; (m = curl_multi_info_read(http->multi, &left)) != NULL;) {
        transfer *t = NULL;
        if (m->msg != CURLMSG_DONE ||
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t) != CURLE_OK)
            continue;
        const CURLcode code = m->data.result;
        net_fetch *f = t->sink.arg;
        if (f->state == FETCH_DOOMED)
            continue;
        anc_err err = {0};
        http->inside++; /* the head may still be told */
        const anc_status status = net_transfer_result(t, code, &err);
        http->inside--;
        if (f->state != FETCH_DOOMED)
            fetch_over(f, status, &err);
    }
}

static bool add_to_multi(net_fetch *f)
{
    f->state = FETCH_RUNNING;
    return curl_multi_add_handle(f->http->multi, f->transfer.easy) == CURLM_OK;
}

/* What was noted while libcurl was busy. */
static void catch_up(net_http *http)
{
    while (http->noted > 0) {
        net_fetch *f = http->fetches;
        while (f != NULL && f->state == FETCH_RUNNING)
            f = f->next;
        http->noted--;
        if (f == NULL)
            return;
        if (f->state == FETCH_DOOMED) {
            fetch_free(f);
        } else if (!add_to_multi(f)) {
            anc_err err = {0};
            const anc_status status = ANC_FAIL(&err, ANC_NO_MEMORY, "no memory for a request");
            fetch_over(f, status, &err);
        }
    }
}

static void act(net_http *http, curl_socket_t fd, int events)
{
    int running = 0;
    http->inside++;
    (void)curl_multi_socket_action(http->multi, fd, events, &running);
    http->inside--;
    collect(http);
    catch_up(http);
}

/* ---- the interface ---- */

static void on_http_timer_closed(uv_handle_t *handle)
{
    http_handle_closed(handle->data);
}

anc_status net_http_open(net_loop *loop, net_http **ret, anc_err *err)
{
    ANC_TRY(net_transfer_global(err));
    net_http *http = calloc(1, sizeof *http);
    CURLM *multi = curl_multi_init();
    if (http == NULL || multi == NULL) {
        free(http);
        (void)curl_multi_cleanup(multi);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an HTTP client");
    }
    http->multi = multi;
    http->loop = net_loop_ref(loop);
    (void)uv_timer_init(net_loop_uv(loop), &http->timer);
    http->timer.data = http;
    http->handles = 1;
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http);
    *ret = http;
    return ANC_OK;
}

void net_http_close(net_http *http)
{
    if (http == NULL)
        return;
    while (http->fetches != NULL)
        fetch_free(http->fetches);
    (void)curl_multi_cleanup(http->multi);
    http->closed = true;
    uv_close((uv_handle_t *)&http->timer, on_http_timer_closed);
}

static void fetch_head(void *arg, const net_response_head *head)
{
    const net_fetch *f = arg;
    if (f->state == FETCH_RUNNING && f->sink.on_head != NULL)
        f->sink.on_head(f->arg, head);
}

static bool fetch_data(void *arg, anc_str bytes)
{
    const net_fetch *f = arg;
    return f->state == FETCH_RUNNING && (f->sink.on_data == NULL || f->sink.on_data(f->arg, bytes));
}

anc_status net_http_start(net_http *http, const net_request *request, const net_fetch_sink *sink,
                          void *arg, net_fetch **ret, anc_err *err)
{
    net_fetch *f = calloc(1, sizeof *f);
    if (f == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a request");
    const transfer_sink inner = {fetch_head, fetch_data, arm, f};
    const anc_status status = net_transfer_open(&f->transfer, request, true, &inner, err);
    if (status != ANC_OK) {
        free(f);
        return status;
    }
    f->http = http;
    f->sink = *sink;
    f->arg = arg;
    f->next = http->fetches;
    if (http->fetches != NULL)
        http->fetches->prev = f;
    http->fetches = f;
    atomic_fetch_add(&http->running, 1);
    if (http->inside > 0) {
        http->noted++;
    } else if (!add_to_multi(f)) {
        fetch_free(f);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a request");
    }
    *ret = f;
    return ANC_OK;
}

void net_fetch_cancel(net_fetch *f)
{
    if (f->state == FETCH_DOOMED)
        return;
    if (f->http->inside == 0) {
        fetch_free(f);
        return;
    }
    f->http->noted += f->state != FETCH_WAITING;
    f->state = FETCH_DOOMED;
}

size_t net_http_running(const net_http *http)
{
    return atomic_load(&http->running);
}
