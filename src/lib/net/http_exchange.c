/* http_exchange.c - the exchange as its handler sees it: request, answer, departure; any thread.
 *
 * An answer becomes blocks of a list under the exchange's lock; a bit and a posted task tell the
 * loop to send them. What a call may do is decided by the phase: OPEN -> BEGUN -> ENDED, and never
 * back. A client that left turns every call into a no-op.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_impl.h"
#include "os/wait.h"

enum { ANSWER_HEAD_MAX = 64 << 10 };

/* ---- memory ---- */

static void exchange_task(void *arg)
{
    net_exchange *ex = arg;
    atomic_store(&ex->queued, false);
    net_conn_serve(ex);
    net_exchange_release(ex);
}

net_exchange *net_exchange_new(net_conn *conn)
{
    const net_server_options *o = &conn->server->options;
    net_exchange *ex = calloc(1, sizeof *ex);
    char *bytes = malloc(o->max_head_bytes);
    net_header *fields = malloc(o->max_fields * sizeof *fields);
    if (ex == NULL || bytes == NULL || fields == NULL) {
        free(ex);
        free(bytes);
        free(fields);
        return NULL;
    }
    net_head_init(&ex->head, bytes, o->max_head_bytes, fields, o->max_fields);
    atomic_init(&ex->refs, 1);
    (void)pthread_mutex_init(&ex->lock, NULL);
    os_cond_init(&ex->gone_idle);
    ex->loop = net_loop_ref(conn->server->loop);
    ex->conn = conn;
    ex->max_output_bytes = o->max_output_bytes;
    ex->output = conn->server->output;
    atomic_fetch_add(&ex->output->refs, 1);
    ex->task = (net_task){NULL, exchange_task, ex};
    ex->begun_us = (int64_t)(uv_hrtime() / 1000);
    memcpy(ex->peer, conn->peer, sizeof ex->peer);
    return ex;
}

void net_exchange_release(net_exchange *ex)
{
    if (atomic_fetch_sub(&ex->refs, 1) != 1)
        return;
    net_exchange_clear_out(ex);
    anc_buf_done(&ex->whole);
    (void)pthread_cond_destroy(&ex->gone_idle);
    (void)pthread_mutex_destroy(&ex->lock);
    net_loop_unref(ex->loop);
    net_output_unref(ex->output);
    free(ex->head.bytes);
    free(ex->head.fields);
    free(ex);
}

/* Asks the loop for something. Inside net_conn_pump it is served when the callback returns. */
void net_exchange_want(net_exchange *ex, unsigned bits)
{
    (void)atomic_fetch_or(&ex->wanted, bits);
    if (net_loop_here(ex->loop) && ex->conn != NULL && ex->conn->pumping)
        return;
    if (atomic_exchange(&ex->queued, true))
        return;
    atomic_fetch_add(&ex->refs, 1);
    if (!net_loop_post_task(ex->loop, &ex->task))
        net_exchange_release(ex);
}

ex_phase net_exchange_phase(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    const ex_phase phase = ex->phase;
    (void)pthread_mutex_unlock(&ex->lock);
    return phase;
}

void net_exchange_ref(net_exchange *ex)
{
    atomic_fetch_add(&ex->refs, 1);
    atomic_fetch_add(&ex->users, 1);
}

void net_exchange_unref(net_exchange *ex)
{
    if (atomic_fetch_sub(&ex->users, 1) == 1) {
        if (net_exchange_phase(ex) != EX_ENDED && !atomic_load(&ex->gone))
            net_exchange_want(ex, WANT_ANSWER);
    }
    net_exchange_release(ex);
}

/* ---- the request ---- */

anc_str net_exchange_method(const net_exchange *ex)
{
    return ex->head.method;
}

int net_exchange_minor(const net_exchange *ex)
{
    return ex->head.minor;
}

anc_str net_exchange_target(const net_exchange *ex)
{
    return ex->head.target;
}

anc_str net_exchange_path(const net_exchange *ex)
{
    return anc_str_sub(ex->head.target, 0, anc_str_find(ex->head.target, ANC_STR("?")));
}

anc_str net_exchange_query(const net_exchange *ex)
{
    const size_t mark = anc_str_find(ex->head.target, ANC_STR("?"));
    return mark == SIZE_MAX ? ANC_STR("")
                            : anc_str_sub(ex->head.target, mark + 1, ex->head.target.len);
}

anc_str net_exchange_header(const net_exchange *ex, const char *name)
{
    const anc_str wanted = anc_str_of(name);
    for (size_t i = 0; i < ex->head.n_fields; i++)
        if (anc_str_eq(ex->head.fields[i].name, wanted))
            return ex->head.fields[i].value.len > 0 ? ex->head.fields[i].value : ANC_STR("");
    return ANC_STR_NONE;
}

anc_str net_exchange_peer(const net_exchange *ex)
{
    return anc_str_of(ex->peer);
}

int64_t net_exchange_content_length(const net_exchange *ex)
{
    return ex->head.chunked ? -1 : (int64_t)ex->head.content_length;
}

void net_exchange_set_log_id(net_exchange *ex, anc_str id)
{
    (void)snprintf(ex->log_id, sizeof ex->log_id, "%.*s", ANC_FMT(anc_str_sub(id, 0, LOG_ID_TEXT)));
}

/* ---- the answer ---- */

static out_block *block_new(size_t room)
{
    out_block *b = malloc(sizeof *b + room);
    if (b != NULL)
        *b = (out_block){0};
    return b;
}

static out_block *block_of(anc_str a, anc_str b)
{
    out_block *block = block_new(a.len + b.len);
    if (block == NULL)
        return NULL;
    if (a.len > 0)
        memcpy(block->bytes, a.ptr, a.len);
    if (b.len > 0)
        memcpy(block->bytes + a.len, b.ptr, b.len);
    block->len = a.len + b.len;
    return block;
}

/* Whether the connection can go on after this answer, as far as is known now. */
static bool may_keep_alive(const net_exchange *ex)
{
    return ex->head.keep_alive && !atomic_load(&ex->must_close) && atomic_load(&ex->body_complete);
}

/* The head in `out`, and what follows from it for the exchange. With the lock held. */
static bool put_head(net_exchange *ex, answer_shape *shape, const net_header *headers, size_t n,
                     anc_buf *out)
{
    shape->keep_alive = shape->keep_alive && may_keep_alive(ex);
    shape->minor = ex->head.minor;
    if (!net_answer_head(out, shape, headers, n))
        return false;
    if (!shape->keep_alive)
        atomic_store(&ex->must_close, true);
    ex->status = shape->status;
    return true;
}

bool net_exchange_is_head(const net_exchange *ex)
{
    return anc_str_eq(ex->head.method, ANC_STR("HEAD"));
}

/* All of the answer is queued: what waits counts as what it is. With the lock held. */
static void end_answer(net_exchange *ex)
{
    ex->phase = EX_ENDED;
    ex->reserved = 0;
    net_output_count(ex);
}

/* With the lock held: phase and blocks. The answer's body is `copied`, or `taken` where not NULL.
 * */
static bool answer_locked(net_exchange *ex, answer_shape *shape, const net_header *headers,
                          size_t n, anc_str copied, anc_buf *taken)
{
    ANC_BUF(head, ANSWER_HEAD_MAX);
    if (ex->phase != EX_OPEN || atomic_load(&ex->gone))
        return false;
    const bool bare = net_exchange_is_head(ex) || net_answer_has_no_body(shape->status);
    const bool take = taken != NULL && taken->len > 0 && !bare;
    if (!put_head(ex, shape, headers, n, &head))
        return false;
    out_block *first = block_of(anc_buf_view(&head), bare || take ? ANC_STR("") : copied);
    out_block *second = take ? block_new(0) : NULL;
    if (first == NULL || (take && second == NULL)) {
        free(first);
        free(second);
        return false;
    }
    net_output_add(ex, first);
    if (take) {
        second->owned = taken->ptr;
        second->len = taken->len;
        *taken = anc_buf_init(taken->max);
        net_output_add(ex, second);
    }
    end_answer(ex);
    return true;
}

bool net_exchange_answer(net_exchange *ex, int status, const net_header *headers, size_t n,
                         anc_str copied, anc_buf *taken)
{
    answer_shape shape = {.status = status,
                          .keep_alive = true,
                          .has_length = !net_answer_has_no_body(status),
                          .length = taken != NULL ? taken->len : copied.len};
    (void)pthread_mutex_lock(&ex->lock);
    const bool ok = answer_locked(ex, &shape, headers, n, copied, taken);
    const bool cut = !ok && ex->phase == EX_OPEN;
    (void)pthread_mutex_unlock(&ex->lock);
    if (ok || cut)
        net_exchange_want(ex, ok ? WANT_FLUSH : WANT_ABORT);
    return ok;
}

bool net_exchange_respond(net_exchange *ex, int status, const net_header *headers, size_t n,
                          anc_str body)
{
    return net_exchange_answer(ex, status, headers, n, body, NULL);
}

/* What is counted is the length: a large buffer that grew is not to hold twice as much. */
static void fit(anc_buf *body)
{
    if (body->len <= NET_SMALL_ANSWER_BYTES || body->cap - body->len <= body->len / 8)
        return;
    char *fitting = realloc(body->ptr, body->len);
    if (fitting != NULL) {
        body->ptr = fitting;
        body->cap = body->len;
    }
}

bool net_exchange_respond_buf(net_exchange *ex, int status, const net_header *headers, size_t n,
                              anc_buf *body)
{
    fit(body);
    const bool ok = net_exchange_answer(ex, status, headers, n, ANC_STR(""), body);
    anc_buf_done(body);
    return ok;
}

bool net_exchange_continue(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    const bool open = ex->phase == EX_OPEN;
    out_block *b = open ? block_of(ANC_STR("HTTP/1.1 100 Continue\r\n\r\n"), ANC_STR("")) : NULL;
    if (b != NULL)
        net_output_add(ex, b);
    (void)pthread_mutex_unlock(&ex->lock);
    return b != NULL;
}

/* The value of a content-length among `headers`; they stay as they are. */
static bool declared_length(const net_header *headers, size_t n, uint64_t *ret)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(headers[i].name, ANC_STR("content-length")))
            return anc_str_to_u64(headers[i].value, ret);
    return false;
}

static bool begin_locked(net_exchange *ex, int status, const net_header *headers, size_t n)
{
    ANC_BUF(head, ANSWER_HEAD_MAX);
    if (ex->phase != EX_OPEN || atomic_load(&ex->gone))
        return false;
    uint64_t length = 0;
    const bool has_length = declared_length(headers, n, &length);
    const bool no_body = net_answer_has_no_body(status);
    answer_shape shape = {.status = status,
                          .keep_alive = ex->head.minor == 1 || has_length || no_body,
                          .chunked = ex->head.minor == 1 && !has_length && !no_body};
    if (!put_head(ex, &shape, headers, n, &head))
        return false;
    out_block *first = block_of(anc_buf_view(&head), ANC_STR(""));
    if (first == NULL)
        return false;
    net_output_add(ex, first);
    ex->phase = EX_BEGUN;
    ex->chunked_out = shape.chunked;
    ex->has_length_out = has_length;
    ex->length_left = length;
    return true;
}

bool net_exchange_begin(net_exchange *ex, int status, const net_header *headers, size_t n)
{
    (void)pthread_mutex_lock(&ex->lock);
    const bool ok = begin_locked(ex, status, headers, n);
    const bool cut = !ok && ex->phase == EX_OPEN;
    (void)pthread_mutex_unlock(&ex->lock);
    if (ok || cut)
        net_exchange_want(ex, ok ? WANT_FLUSH : WANT_ABORT);
    return ok;
}

/* `bytes` as they go over the wire. NULL when memory is out. */
static out_block *framed(const net_exchange *ex, anc_str bytes)
{
    char size[24];
    if (!ex->chunked_out)
        return block_of(bytes, ANC_STR(""));
    const int n = snprintf(size, sizeof size, "%zx\r\n", bytes.len);
    out_block *block = block_new((size_t)n + bytes.len + 2);
    if (block == NULL)
        return NULL;
    memcpy(block->bytes, size, (size_t)n);
    memcpy(block->bytes + n, bytes.ptr, bytes.len);
    memcpy(block->bytes + (size_t)n + bytes.len, "\r\n", 2);
    block->len = (size_t)n + bytes.len + 2;
    return block;
}

/* Nothing of the body goes out for HEAD and the statuses without one. */
static bool is_bare(const net_exchange *ex)
{
    return net_exchange_is_head(ex) || net_answer_has_no_body(ex->status);
}

/* With the lock held. */
static bool write_locked(net_exchange *ex, anc_str bytes)
{
    if (ex->has_length_out && bytes.len > ex->length_left)
        return false;
    if (!net_output_has_room(ex, bytes.len)) {
        atomic_store(&ex->overflow, true);
        return false;
    }
    out_block *block = framed(ex, bytes);
    if (block == NULL)
        return false;
    net_output_add(ex, block);
    ex->length_left -= ex->has_length_out ? bytes.len : 0;
    return true;
}

bool net_exchange_write(net_exchange *ex, anc_str bytes)
{
    (void)pthread_mutex_lock(&ex->lock);
    const bool open = ex->phase == EX_BEGUN && !atomic_load(&ex->gone);
    const bool nothing = open && (bytes.len == 0 || is_bare(ex));
    const bool ok = nothing || (open && write_locked(ex, bytes));
    (void)pthread_mutex_unlock(&ex->lock);
    if (open && !nothing)
        net_exchange_want(ex, ok ? WANT_FLUSH : WANT_ABORT);
    return ok;
}

bool net_exchange_end(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    const bool open = ex->phase == EX_BEGUN && !atomic_load(&ex->gone);
    bool ok = open;
    if (open && !is_bare(ex)) {
        ok = !ex->has_length_out || ex->length_left == 0;
        out_block *last = ex->chunked_out ? block_of(ANC_STR("0\r\n\r\n"), ANC_STR("")) : NULL;
        if (last != NULL)
            net_output_add(ex, last);
        else if (ex->chunked_out)
            ok = false;
    }
    if (ok)
        end_answer(ex);
    (void)pthread_mutex_unlock(&ex->lock);
    if (open)
        net_exchange_want(ex, ok ? WANT_FLUSH : WANT_ABORT);
    return ok;
}

void net_exchange_abort(net_exchange *ex)
{
    net_exchange_want(ex, WANT_ABORT);
}

void net_exchange_pause(net_exchange *ex)
{
    if (!atomic_exchange(&ex->paused, true))
        net_exchange_want(ex, WANT_PUMP);
}

void net_exchange_resume(net_exchange *ex)
{
    if (atomic_exchange(&ex->paused, false))
        net_exchange_want(ex, WANT_PUMP);
}

/* ---- room and departure ---- */

bool net_exchange_on_drain(net_exchange *ex, size_t below_bytes, void (*fn)(void *arg), void *arg)
{
    if (atomic_load(&ex->gone))
        return false;
    (void)pthread_mutex_lock(&ex->lock);
    ex->drain_fn = fn;
    ex->drain_arg = arg;
    ex->drain_below = below_bytes;
    (void)pthread_mutex_unlock(&ex->lock);
    if (atomic_load(&ex->buffered) <= below_bytes)
        net_exchange_want(ex, WANT_DRAIN_CALL);
    return true;
}

void net_exchange_call_drain(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    void (*fn)(void *) = NULL;
    void *arg = ex->drain_arg;
    if (atomic_load(&ex->buffered) <= ex->drain_below && !atomic_load(&ex->gone)) {
        fn = ex->drain_fn;
        ex->drain_fn = NULL;
    }
    (void)pthread_mutex_unlock(&ex->lock);
    if (fn != NULL)
        fn(arg);
}

void net_exchange_on_gone(net_exchange *ex, void (*fn)(void *arg), void *arg)
{
    (void)pthread_mutex_lock(&ex->lock);
    ex->gone_fn = fn;
    ex->gone_arg = arg;
    const bool gone = atomic_load(&ex->gone);
    (void)pthread_mutex_unlock(&ex->lock);
    if (gone)
        net_exchange_want(ex, WANT_GONE_CALL);
}

void net_exchange_off_gone(net_exchange *ex)
{
    const bool here = net_loop_here(ex->loop);
    (void)pthread_mutex_lock(&ex->lock);
    ex->gone_fn = NULL;
    while (ex->gone_running && !here)
        os_cond_wait_slice(&ex->gone_idle, &ex->lock);
    (void)pthread_mutex_unlock(&ex->lock);
}

void net_exchange_call_gone(net_exchange *ex)
{
    (void)pthread_mutex_lock(&ex->lock);
    void (*fn)(void *) = ex->phase != EX_ENDED && atomic_load(&ex->gone) ? ex->gone_fn : NULL;
    void *arg = ex->gone_arg;
    if (fn != NULL) {
        ex->gone_fn = NULL;
        ex->gone_running = true;
    }
    (void)pthread_mutex_unlock(&ex->lock);
    if (fn == NULL)
        return;
    fn(arg);
    (void)pthread_mutex_lock(&ex->lock);
    ex->gone_running = false;
    (void)pthread_cond_broadcast(&ex->gone_idle);
    (void)pthread_mutex_unlock(&ex->lock);
}

void net_exchange_part(net_exchange *ex, bool gone)
{
    ex->conn = NULL;
    if (!gone)
        return;
    (void)pthread_mutex_lock(&ex->lock);
    atomic_store(&ex->gone, true);
    ex->drain_fn = NULL;
    (void)pthread_mutex_unlock(&ex->lock);
    net_exchange_call_gone(ex);
}

void net_exchange_hand_over(net_exchange *ex, int status, size_t bytes_out)
{
    (void)pthread_mutex_lock(&ex->lock);
    end_answer(ex);
    ex->status = status;
    (void)pthread_mutex_unlock(&ex->lock);
    ex->bytes_out = bytes_out;
    net_server_log(ex->conn->server, ex, status, NET_END_WHOLE);
    net_exchange_part(ex, false);
}
