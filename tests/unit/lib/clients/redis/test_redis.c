/* test_redis.c - the client against servers that answer well, badly, slowly, in pieces, or not. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "clients/redis/redis.h"
#include "os/clock.h"
#include "os/thread.h"
#include "support/fake_server.h"

static const int64_t LONG_NS = 20000000000;
static const int64_t SHORT_NS = 150000000;

static int64_t in(int64_t ns)
{
    return os_mono_ns() + ns;
}

static clt_redis *client_of(uint16_t port, clt_redis_options options)
{
    anc_err err = {0};
    clt_redis *c = NULL;
    options.place.port = port;
    if (options.place.host.len == 0)
        options.place.host = ANC_STR("127.0.0.1");
    ASSERT_OK(clt_redis_new(&options, &c, &err), &err);
    return c;
}

static clt_redis *connected_to(const fake_server *s, clt_redis_options options)
{
    anc_err err = {0};
    clt_redis *c = client_of(fake_server_port(s), options);
    ASSERT_OK(clt_redis_connect(c, in(LONG_NS), &err), &err);
    return c;
}

static anc_status ask(clt_redis *c, int64_t wait_ns, const clt_redis_reply **ret, anc_err *err)
{
    const anc_str command[] = {ANC_STR("DO")};
    return clt_redis_ask(c, command, 1, in(wait_ns), ret, err);
}

/* ---- answers ---- */

static void replies_of_every_kind_are_read(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_SEND, "+PONG\r\n", 0},
        {FAKE_SEND, "$5\r\nhe\r\nl\r\n:-12\r\n$-1\r\n*-1\r\n-ERR no\r\n*0\r\n", 0},
        {FAKE_SEND, "*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+b\r\n", 0},
        {FAKE_HANG, NULL, 0},
        {0}};
    fake_server *s = fake_server_start(script, true);
    clt_redis *c = connected_to(s, (clt_redis_options){0});
    anc_err err = {0};
    const anc_str command[] = {ANC_STR("GET"), ANC_STR("k\r\n")};
    const clt_redis_reply *const *r = NULL;
    size_t n = 0;
    for (int i = 0; i < 7; i++)
        ASSERT_OK(clt_redis_add(c, command, 2, &err), &err);
    ASSERT_OK(clt_redis_run(c, in(LONG_NS), &r, &n, &err), &err);
    assert_int_equal(n, 7);
    assert_true(r[0]->kind == CLT_REDIS_TEXT && anc_str_eq(r[0]->text, ANC_STR("he\r\nl")));
    assert_true(r[1]->kind == CLT_REDIS_NUMBER && r[1]->number == -12);
    assert_true(r[2]->kind == CLT_REDIS_NIL && r[3]->kind == CLT_REDIS_NIL);
    assert_true(r[4]->kind == CLT_REDIS_ERROR && anc_str_eq(r[4]->text, ANC_STR("ERR no")));
    assert_true(r[5]->kind == CLT_REDIS_LIST && r[5]->n == 0);
    const clt_redis_reply *inner = clt_redis_item(r[6], 1);
    assert_true(r[6]->n == 3 && inner->n == 2 && clt_redis_item(inner, 0)->number == 1);
    assert_int_equal(clt_redis_item(inner, 1)->kind, CLT_REDIS_NIL);
    assert_int_equal(clt_redis_item(inner, 2)->kind, CLT_REDIS_NIL);
    assert_true(anc_str_eq(clt_redis_item(r[6], 2)->text, ANC_STR("b")));
    clt_redis_free(c);
    fake_server_stop(s);
}

static void a_reply_in_pieces_is_whole(void **state)
{
    (void)state;
    static const fake_step script[] = {{FAKE_SEND, "+PO", 0},
                                       {FAKE_WAIT_MS, NULL, 20},
                                       {FAKE_SEND, "NG\r", 0},
                                       {FAKE_WAIT_MS, NULL, 20},
                                       {FAKE_SEND, "\n*2\r\n$", 0},
                                       {FAKE_WAIT_MS, NULL, 20},
                                       {FAKE_SEND, "3\r\nab", 0},
                                       {FAKE_WAIT_MS, NULL, 20},
                                       {FAKE_SEND, "c\r\n:", 0},
                                       {FAKE_WAIT_MS, NULL, 20},
                                       {FAKE_SEND, "77\r\n", 0},
                                       {FAKE_HANG, NULL, 0},
                                       {0}};
    fake_server *s = fake_server_start(script, true);
    clt_redis *c = connected_to(s, (clt_redis_options){0});
    anc_err err = {0};
    const clt_redis_reply *r = NULL;
    ASSERT_OK(ask(c, LONG_NS, &r, &err), &err);
    assert_true(anc_str_eq(clt_redis_item(r, 0)->text, ANC_STR("abc")));
    assert_int_equal(clt_redis_item(r, 1)->number, 77);
    clt_redis_free(c);
    fake_server_stop(s);
}

/* ---- answers that are none ---- */

static const struct bad_row {
    const char *name;
    fake_step step[2];
    anc_status status;
    const char *says;
} bad[] = {
    {"garbage",
     {{FAKE_SEND, "HTTP/1.1 400 Bad Request\r\n\r\n", 0}, {FAKE_HANG, 0, 0}},
     ANC_PROVIDER,
     "not the Redis protocol"},
    {"a length that is none",
     {{FAKE_SEND, "$x\r\n", 0}, {FAKE_HANG, 0, 0}},
     ANC_PROVIDER,
     "not the Redis protocol"},
    {"a negative length",
     {{FAKE_SEND, "$-2\r\n", 0}, {FAKE_HANG, 0, 0}},
     ANC_PROVIDER,
     "not the Redis protocol"},
    {"too deep",
     {{FAKE_SEND, "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", 0},
      {FAKE_HANG, 0, 0}},
     ANC_PROVIDER,
     "not the Redis protocol"},
    {"silence", {{FAKE_HANG, 0, 0}, {0}}, ANC_DEADLINE, "no answer in time"},
    {"half an answer",
     {{FAKE_SEND, "$5\r\nab", 0}, {FAKE_HANG, 0, 0}},
     ANC_DEADLINE,
     "no answer in time"},
    {"half an answer, and gone", {{FAKE_SEND, "$5\r\nab", 0}, {0}}, ANC_UNAVAILABLE, "redis at"},
    {"gone", {{0}, {0}}, ANC_UNAVAILABLE, "redis at"},
    {"a huge text",
     {{FAKE_SEND, "$9999999999\r\n", 0}, {FAKE_SEND_UNTIL_GONE, "xxxxxxxxxxxxxxxx", 0}},
     ANC_LIMIT,
     "more than 65536 bytes"},
    {"a huge list",
     {{FAKE_SEND, "*100000000\r\n", 0}, {FAKE_HANG, 0, 0}},
     ANC_LIMIT,
     "more than 65536 bytes"},
    {"a line without end",
     {{FAKE_SEND, "+", 0}, {FAKE_SEND_UNTIL_GONE, "xxxxxxxxxxxxxxxx", 0}},
     ANC_LIMIT,
     "more than 65536 bytes"},
    {"many small ones",
     {{FAKE_SEND, "*8000\r\n", 0}, {FAKE_SEND_UNTIL_GONE, "$4\r\nxxxx\r\n", 0}},
     ANC_LIMIT,
     "more than 65536 bytes"},
};

static void a_bad_answer_ends_the_connection(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(bad); i++) {
        const fake_step script[] = {{FAKE_SEND, "+PONG\r\n", 0},
                                    {FAKE_WAIT_MS, NULL, 10},
                                    bad[i].step[0],
                                    bad[i].step[1],
                                    {0}};
        fake_server *s = fake_server_start(script, true);
        clt_redis *c = connected_to(s, (clt_redis_options){.max_reply_bytes = 65536});
        anc_err err = {0};
        const clt_redis_reply *r = NULL;
        const int64_t wait_ns = bad[i].status == ANC_DEADLINE ? SHORT_NS : LONG_NS;
        const anc_status status = ask(c, wait_ns, &r, &err);
        if (status != bad[i].status || strstr(err.text, bad[i].says) == NULL)
            fail_msg("%s: %d, %s", bad[i].name, (int)status, err.text);
        assert_false(clt_redis_connected(c));
        anc_err_clear(&err);
        assert_int_equal(ask(c, LONG_NS, &r, &err), ANC_UNAVAILABLE);
        anc_err_clear(&err);
        ASSERT_OK(clt_redis_connect(c, in(LONG_NS), &err), &err); /* anew */
        clt_redis_free(c);
        fake_server_stop(s);
    }
}

static void a_greeting_that_fails_is_no_connection(void **state)
{
    (void)state;
    static const struct greeting_row {
        fake_step step;
        anc_status status;
    } rows[] = {{{FAKE_SEND, "-LOADING Redis is loading\r\n", 0}, ANC_UNAVAILABLE},
                {{FAKE_SEND, "-NOAUTH Authentication required.\r\n", 0}, ANC_UNAUTHENTICATED},
                {{FAKE_SEND, ":1\r\n", 0}, ANC_PROVIDER},
                {{FAKE_SEND, "SSH-2.0-x\r\n", 0}, ANC_PROVIDER},
                {{FAKE_RESET, NULL, 0}, ANC_UNAVAILABLE},
                {{FAKE_HANG, NULL, 0}, ANC_DEADLINE}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const fake_step script[] = {rows[i].step, {0}};
        fake_server *s = fake_server_start(script, true);
        clt_redis *c = client_of(fake_server_port(s), (clt_redis_options){0});
        anc_err err = {0};
        assert_int_equal(clt_redis_connect(c, in(SHORT_NS), &err), rows[i].status);
        assert_false(clt_redis_connected(c));
        assert_non_null(strstr(err.text, "127.0.0.1"));
        clt_redis_free(c);
        fake_server_stop(s);
    }
}

static void nobody_listens(void **state)
{
    (void)state;
    anc_err err = {0};
    clt_redis *c = client_of(fake_closed_port(), (clt_redis_options){0});
    assert_int_equal(clt_redis_connect(c, in(LONG_NS), &err), ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "Connection refused"));
    clt_redis_free(c);
    c = client_of(1, (clt_redis_options){.place.unix_path = ANC_STR("/nonexistent/socket")});
    anc_err_clear(&err);
    assert_int_equal(clt_redis_connect(c, in(LONG_NS), &err), ANC_UNAVAILABLE);
    clt_redis_free(c);
    c = client_of(1, (clt_redis_options){.place.host = ANC_STR("no such host")});
    anc_err_clear(&err);
    assert_int_equal(clt_redis_connect(c, in(LONG_NS), &err), ANC_UNAVAILABLE);
    anc_err_clear(&err);
    assert_int_equal(clt_redis_connect(c, os_mono_ns() - 1, &err), ANC_DEADLINE);
    clt_redis_free(c);
}

/* ---- TLS to one who does not speak it ---- */

static void half_a_handshake_ends_at_the_deadline(void **state)
{
    (void)state;
    static const struct tls_row {
        fake_step steps[2];
        anc_status status;
    } rows[] = {
        {{{FAKE_HANG, NULL, 0}, {0}}, ANC_DEADLINE},
        {{{FAKE_SEND, "\x16\x03\x03", 0}, {FAKE_HANG, NULL, 0}}, ANC_DEADLINE},
        {{{FAKE_SEND, "+PONG\r\n+PONG\r\n+PONG\r\n", 0}, {FAKE_HANG, NULL, 0}}, ANC_PROVIDER},
        {{{FAKE_WAIT_MS, NULL, 20}, {FAKE_RESET, NULL, 0}}, ANC_UNAVAILABLE}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const fake_step script[] = {rows[i].steps[0], rows[i].steps[1], {0}};
        fake_server *s = fake_server_start(script, true);
        clt_redis *c = client_of(fake_server_port(s), (clt_redis_options){.place.tls = true});
        anc_err err = {0};
        const int64_t wait_ns = rows[i].status == ANC_DEADLINE ? SHORT_NS : LONG_NS;
        const anc_status status = clt_redis_connect(c, in(wait_ns), &err);
        if (status != rows[i].status)
            fail_msg("row %zu: %d, %s", i, (int)status, err.text);
        clt_redis_free(c);
        fake_server_stop(s);
    }
    anc_err err = {0};
    static const fake_step hang[] = {{FAKE_HANG, NULL, 0}, {0}};
    fake_server *s = fake_server_start(hang, true);
    clt_redis *c =
        client_of(fake_server_port(s),
                  (clt_redis_options){.place.tls = true, .ca_file = ANC_STR("/no/file")});
    assert_int_equal(clt_redis_connect(c, in(LONG_NS), &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "/no/file"));
    clt_redis_free(c);
    fake_server_stop(s);
}

/* ---- who we are ---- */

static void the_password_is_in_no_text(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "-ERR unknown command 'AUTH', with args beginning with: 'c4nary' \r\n+PONG\r\n",
        "-c4nary\r\n+PONG\r\n", "-WRONGPASS c4nary\r\n+PONG\r\n",
        "+OK\r\n-ERR c4nary and c4nary\r\n"};
    for (size_t i = 0; i < ANC_COUNT(answers); i++) {
        const fake_step script[] = {{FAKE_SEND, answers[i], 0}, {FAKE_HANG, NULL, 0}, {0}};
        fake_server *s = fake_server_start(script, true);
        clt_redis *c = client_of(fake_server_port(s),
                                 (clt_redis_options){.place = {.password = ANC_STR("c4nary")}});
        anc_err err = {0};
        assert_int_equal(clt_redis_connect(c, in(LONG_NS), &err),
                         i < 3 ? ANC_UNAUTHENTICATED : ANC_PROVIDER);
        assert_null(strstr(err.text, "c4nary"));
        clt_redis_free(c);
        fake_server_stop(s);
    }
}

static void the_greeting_says_who_and_where(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_SEND, "+OK\r\n-ERR no names here\r\n+OK\r\n+PONG\r\n", 0}, {FAKE_HANG, NULL, 0}, {0}};
    fake_server *s = fake_server_start(script, true);
    clt_redis *c = connected_to(
        s, (clt_redis_options){.place = {.user = ANC_STR("u"), .password = ANC_STR("w"), .db = 4},
                               .client_name = ANC_STR("anchorage")});
    assert_true(clt_redis_connected(c));
    clt_redis_free(c);
    fake_server_stop(s);
    anc_err err = {0};
    const clt_redis_options blank = {.client_name = ANC_STR("a b")};
    assert_int_equal(clt_redis_new(&blank, &c, &err), ANC_INVALID);
}

static void what_the_server_refuses_has_a_status(void **state)
{
    (void)state;
    static const struct refusal_row {
        const char *text;
        anc_status status;
    } rows[] = {{"OOM command not allowed", ANC_UNAVAILABLE},
                {"READONLY You can't write", ANC_UNAVAILABLE},
                {"NOPERM this user", ANC_FORBIDDEN},
                {"WRONGTYPE Operation", ANC_PROVIDER},
                {"ERR x\r\ny\x01", ANC_PROVIDER},
                {"", ANC_PROVIDER}};
    clt_redis *c = client_of(1, (clt_redis_options){0});
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        const clt_redis_reply r = {.kind = CLT_REDIS_ERROR, .text = anc_str_of(rows[i].text)};
        assert_int_equal(clt_redis_refusal(c, &r, "XADD", &err), rows[i].status);
        assert_non_null(strstr(err.text, "127.0.0.1:1: XADD: "));
        assert_null(strpbrk(err.text, "\r\n\x01"));
    }
    clt_redis_free(c);
}

/* ---- another thread ---- */

typedef struct canceller {
    const fake_server *server;
    clt_redis *client;
} canceller;

static void cancel_soon(void *arg)
{
    const canceller *c = arg;
    while (fake_server_clients(c->server) == 0)
        os_sleep_ns(1000000);
    os_sleep_ns(20000000);
    clt_redis_cancel(c->client);
}

static void cancel_ends_a_wait(void **state)
{
    (void)state;
    static const fake_step script[] = {{FAKE_SEND, "+PONG\r\n", 0}, {FAKE_HANG, NULL, 0}, {0}};
    fake_server *s = fake_server_start(script, true);
    clt_redis *c = connected_to(s, (clt_redis_options){0});
    anc_err err = {0};
    os_thread *thread = NULL;
    canceller arg = {s, c};
    const clt_redis_reply *r = NULL;
    ASSERT_OK(os_thread_start("cancel", cancel_soon, &arg, &thread, &err), &err);
    assert_int_equal(ask(c, INT64_MAX / 2, &r, &err), ANC_CANCELLED);
    os_thread_join(thread);
    assert_int_equal(clt_redis_connect(c, in(LONG_NS), NULL), ANC_CANCELLED); /* from now on */
    clt_redis_resume(c);
    anc_err_clear(&err);
    ASSERT_OK(clt_redis_connect(c, in(LONG_NS), &err), &err);
    clt_redis_free(c);
    fake_server_stop(s);
}

/* ---- messages ---- */

static void a_message_may_be_waited_for_in_turns(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_SEND, "+PONG\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n*3\r\n$7\r\nmess", 0},
        {FAKE_WAIT_MS, NULL, 400},
        {FAKE_SEND, "age\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0},
        {FAKE_HANG, NULL, 0},
        {0}};
    fake_server *s = fake_server_start(script, true);
    clt_redis *c = connected_to(s, (clt_redis_options){0});
    anc_err err = {0};
    const clt_redis_reply *r = NULL;
    ASSERT_OK(ask(c, LONG_NS, &r, &err), &err);
    assert_int_equal(clt_redis_next(c, in(20000000), &r, NULL), ANC_DEADLINE);
    assert_true(clt_redis_connected(c));
    ASSERT_OK(clt_redis_next(c, in(LONG_NS), &r, &err), &err);
    assert_true(anc_str_eq(clt_redis_item(r, 0)->text, ANC_STR("message")));
    assert_true(anc_str_eq(clt_redis_item(r, 2)->text, ANC_STR("hi")));
    assert_int_equal(clt_redis_next(c, in(20000000), &r, NULL), ANC_DEADLINE);
    clt_redis_close(c);
    assert_int_equal(clt_redis_next(c, in(LONG_NS), &r, NULL), ANC_UNAVAILABLE);
    clt_redis_free(c);
    fake_server_stop(s);
}

static void batches_are_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str words[CLT_REDIS_ARGS_MAX + 1] = {ANC_STR_INIT("0123456789")};
    clt_redis *c = client_of(1, (clt_redis_options){.max_batch_bytes = 50});
    assert_int_equal(clt_redis_add(c, words, 0, NULL), ANC_LIMIT);
    assert_int_equal(clt_redis_add(c, words, CLT_REDIS_ARGS_MAX + 1, NULL), ANC_LIMIT);
    ASSERT_OK(clt_redis_add(c, words, 1, &err), &err);
    ASSERT_OK(clt_redis_add(c, words, 1, &err), &err);
    assert_int_equal(clt_redis_add(c, words, 1, NULL), ANC_LIMIT);
    assert_int_equal(clt_redis_add(c, words, 1, NULL), ANC_LIMIT);
    clt_redis_free(c);
    clt_redis_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_of_every_kind_are_read),
        cmocka_unit_test(a_reply_in_pieces_is_whole),
        cmocka_unit_test(a_bad_answer_ends_the_connection),
        cmocka_unit_test(a_greeting_that_fails_is_no_connection),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(half_a_handshake_ends_at_the_deadline),
        cmocka_unit_test(the_password_is_in_no_text),
        cmocka_unit_test(the_greeting_says_who_and_where),
        cmocka_unit_test(what_the_server_refuses_has_a_status),
        cmocka_unit_test(cancel_ends_a_wait),
        cmocka_unit_test(a_message_may_be_waited_for_in_turns),
        cmocka_unit_test(batches_are_bounded),
    };
    return cmocka_run_group_tests_name("redis", tests, NULL, NULL);
}
