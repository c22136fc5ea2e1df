/* redis.c - the client: a batch out, its replies in, and who we are at the beginning.
 *
 * What goes wrong on the way closes the connection, since replies could no longer be told apart; a
 * wait for a message alone may end and begin again, its half-read reply stays in the reader.
 */
#include "clients/redis/redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/str.h"
#include "redis_impl.h"

enum {
    DEFAULT_MAX = 16 << 20,
    RECEIVE_BYTES = 64 << 10,
    OWN_BYTES = 16 << 10,
    KEPT_BYTES = 4 << 20,
    MORE_MAX = 1024
};

struct clt_redis {
    anc_arena *mem; /* owned; of the copies of the options */
    clt_redis_options o;
    clt_redis_trust trust;
    anc_str name;
    clt_redis_wire wire;
    bool ready;                      /* connected, and greeted */
    clt_redis_reader *reader;        /* owned; NULL while not connected */
    anc_buf batch;                   /* owned; commands as they will be sent */
    size_t queued;                   /* commands in `batch` */
    const clt_redis_reply **replies; /* owned; [room] of the last batch */
    size_t room;
    char *received; /* owned; [RECEIVE_BYTES] */
};

/* ---- making and ending ---- */

static bool copy_text(anc_arena *mem, anc_str *s)
{
    *s = anc_arena_copy(mem, *s);
    return s->ptr != NULL;
}

static bool copy_options(clt_redis *c)
{
    clt_redis_options *o = &c->o;
    clt_redis_place *p = &o->place;
    if (!copy_text(c->mem, &p->host) || !copy_text(c->mem, &p->unix_path) ||
        !copy_text(c->mem, &p->user) || !copy_text(c->mem, &p->password) ||
        !copy_text(c->mem, &o->client_name) || !copy_text(c->mem, &o->ca_file) ||
        !copy_text(c->mem, &o->server_name))
        return false;
    c->trust = (clt_redis_trust){.ca_file = o->ca_file,
                                 .server_name = o->server_name.len > 0 ? o->server_name : p->host,
                                 .insecure = o->insecure};
    const bool v6 = anc_str_find(p->host, ANC_STR(":")) != SIZE_MAX;
    c->name = p->unix_path.len > 0 ? p->unix_path
                                   : anc_arena_printf(c->mem, v6 ? "[%.*s]:%u" : "%.*s:%u",
                                                      ANC_FMT(p->host), (unsigned)p->port);
    o->max_reply_bytes = o->max_reply_bytes > 0 ? o->max_reply_bytes : DEFAULT_MAX;
    o->max_batch_bytes = o->max_batch_bytes > 0 ? o->max_batch_bytes : DEFAULT_MAX;
    return c->name.ptr != NULL;
}

anc_status clt_redis_new(const clt_redis_options *options, clt_redis **ret, anc_err *err)
{
    for (size_t i = 0; i < options->client_name.len; i++)
        if (options->client_name.ptr[i] <= ' ' || options->client_name.ptr[i] > '~')
            return ANC_FAIL(err, ANC_INVALID, "the client's name '%.*s' holds a blank",
                            ANC_FMT(options->client_name));
    clt_redis *c = calloc(1, sizeof *c);
    if (c == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a client of Redis");
    c->o = *options;
    c->wire.fd = -1;
    c->wire.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    c->mem = anc_arena_new(OWN_BYTES);
    c->received = malloc(RECEIVE_BYTES);
    if (c->mem == NULL || c->wire.wake < 0 || c->received == NULL || !copy_options(c)) {
        clt_redis_free(c);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a client of Redis");
    }
    c->batch = anc_buf_init(c->o.max_batch_bytes);
    *ret = c;
    return ANC_OK;
}

void clt_redis_free(clt_redis *c)
{
    if (c == NULL)
        return;
    clt_redis_close(c);
    if (c->wire.wake >= 0)
        (void)close(c->wire.wake);
    anc_buf_done(&c->batch);
    free(c->replies);
    free(c->received);
    anc_arena_free(c->mem);
    free(c);
}

anc_str clt_redis_name(const clt_redis *c)
{
    return c->name;
}

bool clt_redis_connected(const clt_redis *c)
{
    return c->ready;
}

static void drop(clt_redis *c, bool reset)
{
    clt_redis_wire_close(&c->wire, reset);
    clt_redis_reader_free(c->reader);
    c->reader = NULL;
    c->ready = false;
    anc_buf_clear(&c->batch);
    c->queued = 0;
}

void clt_redis_close(clt_redis *c)
{
    drop(c, false);
}

void clt_redis_cancel(clt_redis *c)
{
    atomic_store(&c->wire.ended, true);
    (void)eventfd_write(c->wire.wake, 1);
}

void clt_redis_resume(clt_redis *c)
{
    eventfd_t count;
    (void)eventfd_read(c->wire.wake, &count);
    atomic_store(&c->wire.ended, false);
}

/* ---- commands ---- */

anc_status clt_redis_add(clt_redis *c, const anc_str *args, size_t n, anc_err *err)
{
    const char *texts[CLT_REDIS_ARGS_MAX];
    size_t lengths[CLT_REDIS_ARGS_MAX];
    char *command = NULL;
    if (n < 1 || n > CLT_REDIS_ARGS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "a command of %zu words, 1 to %d are possible", n,
                        CLT_REDIS_ARGS_MAX);
    for (size_t i = 0; i < n; i++) {
        texts[i] = args[i].ptr != NULL ? args[i].ptr : "";
        lengths[i] = args[i].len;
    }
    const long long bytes = redisFormatCommandArgv(&command, (int)n, texts, lengths);
    if (bytes < 0)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a command to Redis");
    const bool added = anc_buf_add(&c->batch, (anc_str){command, (size_t)bytes});
    const bool starved = c->batch.starved;
    redisFreeCommand(command);
    if (!added) {
        c->batch.refused = false;
        return ANC_FAIL(err, starved ? ANC_NO_MEMORY : ANC_LIMIT,
                        "a batch of commands has more than %zu bytes", c->o.max_batch_bytes);
    }
    c->queued++;
    return ANC_OK;
}

static anc_status make_room(clt_redis *c, size_t n, anc_err *err)
{
    if (n <= c->room)
        return ANC_OK;
    const clt_redis_reply **grown = realloc(c->replies, n * sizeof *grown);
    if (grown == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for %zu replies", n);
    c->replies = grown;
    c->room = n;
    return ANC_OK;
}

static anc_status read_reply(clt_redis *c, int64_t deadline_ns, const clt_redis_reply **ret,
                             anc_err *err)
{
    for (;;) {
        size_t n = 0;
        ANC_TRY(clt_redis_reader_next(c->reader, ret, err));
        if (*ret != NULL)
            return ANC_OK;
        ANC_TRY(clt_redis_wire_receive(&c->wire, c->received, RECEIVE_BYTES, deadline_ns, &n, err));
        ANC_TRY(clt_redis_reader_feed(c->reader, (anc_str){c->received, n}, err));
    }
}

static anc_status exchange(clt_redis *c, int64_t deadline_ns, anc_err *err)
{
    if (c->wire.fd < 0)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "not connected");
    ANC_TRY(make_room(c, c->queued, err));
    clt_redis_reader_forget(c->reader);
    ANC_TRY(clt_redis_wire_send(&c->wire, anc_buf_view(&c->batch), deadline_ns, err));
    for (size_t i = 0; i < c->queued; i++)
        ANC_TRY(read_reply(c, deadline_ns, &c->replies[i], err));
    return ANC_OK;
}

/* The failure with where it happened. */
static anc_status fail_here(const clt_redis *c, anc_status status, const anc_err *why, anc_err *err)
{
    return anc_fail_at(err, status, why->where, "redis at %.*s: %s",
                       ANC_FMT(anc_str_sub(c->name, 0, 100)), why->text);
}

anc_status clt_redis_run(clt_redis *c, int64_t deadline_ns, const clt_redis_reply *const **ret,
                         size_t *ret_n, anc_err *err)
{
    anc_err why = {0};
    const anc_status status = exchange(c, deadline_ns, &why);
    if (status != ANC_OK) {
        drop(c, true);
        return fail_here(c, status, &why, err);
    }
    *ret = c->replies;
    *ret_n = c->queued;
    if (c->batch.cap > KEPT_BYTES)
        anc_buf_done(&c->batch);
    anc_buf_clear(&c->batch);
    c->queued = 0;
    return ANC_OK;
}

anc_status clt_redis_ask(clt_redis *c, const anc_str *args, size_t n, int64_t deadline_ns,
                         const clt_redis_reply **ret, anc_err *err)
{
    const clt_redis_reply *const *replies = NULL;
    size_t got = 0;
    ANC_TRY(clt_redis_add(c, args, n, err));
    ANC_TRY(clt_redis_run(c, deadline_ns, &replies, &got, err));
    *ret = replies[got - 1];
    return ANC_OK;
}

anc_status clt_redis_next(clt_redis *c, int64_t deadline_ns, const clt_redis_reply **ret,
                          anc_err *err)
{
    anc_err why = {0};
    if (!c->ready)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "redis at %.*s: not connected", ANC_FMT(c->name));
    clt_redis_reader_forget(c->reader);
    const anc_status status = read_reply(c, deadline_ns, ret, &why);
    if (status == ANC_OK)
        return ANC_OK;
    if (status != ANC_DEADLINE)
        drop(c, true);
    return fail_here(c, status, &why, err);
}

/* ---- errors of the server ---- */

static const struct refusal_row {
    anc_str word;
    anc_status status;
} refusals[] = {
    {ANC_STR_INIT("NOAUTH"), ANC_UNAUTHENTICATED}, {ANC_STR_INIT("WRONGPASS"), ANC_UNAUTHENTICATED},
    {ANC_STR_INIT("NOPERM"), ANC_FORBIDDEN},       {ANC_STR_INIT("LOADING"), ANC_UNAVAILABLE},
    {ANC_STR_INIT("OOM"), ANC_UNAVAILABLE},        {ANC_STR_INIT("READONLY"), ANC_UNAVAILABLE},
    {ANC_STR_INIT("BUSY"), ANC_UNAVAILABLE},       {ANC_STR_INIT("MASTERDOWN"), ANC_UNAVAILABLE},
    {ANC_STR_INIT("TRYAGAIN"), ANC_UNAVAILABLE},   {ANC_STR_INIT("CLUSTERDOWN"), ANC_UNAVAILABLE},
    {ANC_STR_INIT("MISCONF"), ANC_UNAVAILABLE},    {ANC_STR_INIT("NOREPLICAS"), ANC_UNAVAILABLE},
    {ANC_STR_INIT("EXECABORT"), ANC_UNAVAILABLE},  {ANC_STR_INIT("UNKILLABLE"), ANC_UNAVAILABLE},
};

static anc_str first_word(anc_str text)
{
    const size_t blank = anc_str_find(text, ANC_STR(" "));
    return anc_str_sub(text, 0, blank == SIZE_MAX ? text.len : blank);
}

/* A server may repeat what it was sent: the password goes, and what would break the line. */
static void add_words(const clt_redis *c, anc_str text, anc_buf *out)
{
    const anc_str password = c->o.place.password;
    while (text.len > 0) {
        if (password.len > 0 && anc_str_starts(text, password)) {
            (void)anc_buf_add(out, ANC_STR("***"));
            text = anc_str_sub(text, password.len, text.len);
            continue;
        }
        const char ch = text.ptr[0];
        (void)anc_buf_add_char(out, (char)(ch >= ' ' && ch != '\x7f' ? ch : '?'));
        text = anc_str_sub(text, 1, text.len);
    }
}

anc_status clt_redis_refusal(const clt_redis *c, const clt_redis_reply *error, const char *wanted,
                             anc_err *err)
{
    anc_status status = ANC_PROVIDER;
    ANC_BUF(words, MORE_MAX);
    const anc_str word = first_word(error->text);
    if (error->kind != CLT_REDIS_ERROR)
        return ANC_FAIL(err, ANC_PROVIDER, "redis at %.*s: %s got an answer of another kind",
                        ANC_FMT(c->name), wanted);
    for (size_t i = 0; i < ANC_COUNT(refusals); i++)
        if (anc_str_eq(word, refusals[i].word))
            status = refusals[i].status;
    add_words(c, anc_str_sub(error->text, 0, MORE_MAX / 4), &words);
    return ANC_FAIL(err, status, "redis at %.*s: %s: %.*s", ANC_FMT(anc_str_sub(c->name, 0, 100)),
                    wanted, ANC_FMT(anc_buf_view(&words)));
}

/* ---- the greeting ---- */

static anc_status add_greeting(clt_redis *c, const char *wanted[4], size_t *ret_n, anc_err *err)
{
    const clt_redis_place *p = &c->o.place;
    const anc_str auth[] = {ANC_STR("AUTH"), p->user, p->password};
    const anc_str only_password[] = {ANC_STR("AUTH"), p->password};
    char number[16];
    const int digits = snprintf(number, sizeof number, "%u", (unsigned)p->db);
    const anc_str select[] = {ANC_STR("SELECT"), {number, (size_t)digits}};
    const anc_str name[] = {ANC_STR("CLIENT"), ANC_STR("SETNAME"), c->o.client_name};
    const anc_str ping[] = {ANC_STR("PING")};
    size_t n = 0;
    if (p->user.len > 0 || p->password.len > 0) {
        const bool with_user = p->user.len > 0;
        ANC_TRY(clt_redis_add(c, with_user ? auth : only_password, with_user ? 3 : 2, err));
        wanted[n++] = "AUTH";
    }
    if (c->o.client_name.len > 0) {
        ANC_TRY(clt_redis_add(c, name, 3, err));
        wanted[n++] = "CLIENT SETNAME";
    }
    if (p->db > 0) {
        ANC_TRY(clt_redis_add(c, select, 2, err));
        wanted[n++] = "SELECT";
    }
    ANC_TRY(clt_redis_add(c, ping, 1, err));
    wanted[n++] = "PING";
    *ret_n = n;
    return ANC_OK;
}

/* The server's words about AUTH are its first one alone: the rest may be what was sent. */
static anc_status judge(const clt_redis *c, const clt_redis_reply *r, const char *wanted,
                        anc_err *err)
{
    const bool name = strcmp(wanted, "CLIENT SETNAME") == 0; /* a courtesy; some may not */
    if (r->kind == CLT_REDIS_TEXT || (r->kind == CLT_REDIS_ERROR && name))
        return ANC_OK;
    if (r->kind == CLT_REDIS_ERROR && strcmp(wanted, "AUTH") == 0) {
        ANC_BUF(word, MORE_MAX);
        add_words(c, anc_str_sub(first_word(r->text), 0, 32), &word);
        return ANC_FAIL(err, ANC_UNAUTHENTICATED,
                        "redis at %.*s refuses the user or password (%.*s)", ANC_FMT(c->name),
                        ANC_FMT(anc_buf_view(&word)));
    }
    return clt_redis_refusal(c, r, wanted, err);
}

static anc_status greet(clt_redis *c, int64_t deadline_ns, anc_err *err)
{
    const char *wanted[4];
    const clt_redis_reply *const *replies = NULL;
    size_t n = 0, got = 0;
    ANC_TRY(add_greeting(c, wanted, &n, err));
    ANC_TRY(clt_redis_run(c, deadline_ns, &replies, &got, err));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(judge(c, replies[i], wanted[i], err));
    return ANC_OK;
}

anc_status clt_redis_connect(clt_redis *c, int64_t deadline_ns, anc_err *err)
{
    anc_err why = {0};
    if (c->ready)
        return ANC_OK;
    drop(c, true);
    c->reader = clt_redis_reader_new(c->o.max_reply_bytes);
    if (c->reader == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a client of Redis");
    anc_status status = clt_redis_wire_connect(&c->wire, &c->o.place, &c->trust, deadline_ns, &why);
    status = status == ANC_OK ? greet(c, deadline_ns, err) : fail_here(c, status, &why, err);
    if (status != ANC_OK) {
        drop(c, true);
        return status;
    }
    c->ready = true;
    return ANC_OK;
}
