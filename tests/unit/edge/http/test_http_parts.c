/* test_http_parts.c - base64, media types, kept answers: the pieces that need no server. */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "idempotency.h"
#include "media.h"
#include "support/test.h"

/* ---- base64 ---- */

static void test_base64_comes_back(void **state)
{
    uint32_t seed = 7;
    (void)state;
    for (size_t n = 0; n < 200; n++) {
        char bytes[200];
        ANC_BUF(text, 1024);
        ANC_BUF(back, 1024);
        anc_err err = {0};
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
        if (n % 2 == 0)
            anc_base64_put(&text, (anc_str){bytes, n});
        else
            anc_base64_put_url(&text, (anc_str){bytes, n});
        ASSERT_OK(anc_base64_read(anc_buf_view(&text), &back, &err), &err);
        assert_true(anc_str_eq(anc_buf_view(&back), (anc_str){bytes, n}));
    }
}

static void test_base64_refuses(void **state)
{
    static const char *const wrong[] = {"a", "abcde", "ab*d", "YQ==x", "Y\"=="};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(wrong); i++) {
        ANC_BUF(back, 64);
        assert_int_equal(anc_base64_read(anc_str_of(wrong[i]), &back, NULL), ANC_INVALID);
    }
    ANC_BUF(spaced, 64);
    assert_int_equal(anc_base64_read(ANC_STR(" cGxh\r\naW4= "), &spaced, NULL), ANC_OK);
    assert_true(anc_str_eq(anc_buf_view(&spaced), ANC_STR("plain")));
    ANC_BUF(small, 2);
    assert_int_equal(anc_base64_read(ANC_STR("cGxhaW4="), &small, NULL), ANC_LIMIT);
}

/* ---- media types ---- */

static void test_media(void **state)
{
    static const struct {
        const char *type;
        bool json, form;
    } rows[] = {
        {"application/json", true, false},
        {"Application/JSON ; charset=\"UTF-8\"", true, false},
        {"application/vnd.api+json", true, false},
        {"application/json; charset=utf-16", false, false},
        {"application/jsonx", false, false},
        {"multipart/form-data; boundary=x", false, true},
        {"multipart/mixed; boundary=x", false, false},
        {"", false, false},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        assert_int_equal(http_media_is_json(anc_str_of(rows[i].type)), rows[i].json);
        assert_int_equal(http_media_is_form(anc_str_of(rows[i].type)), rows[i].form);
    }
}

static void test_accept(void **state)
{
    const http_route plain = {.media = "text/plain; charset=utf-8"}, json = {0};
    (void)state;
    assert_true(http_media_accepts(ANC_STR_NONE, &json));
    assert_true(http_media_accepts(ANC_STR("text/*"), &plain));
    assert_false(http_media_accepts(ANC_STR("text/*"), &json));
    assert_true(http_media_accepts(ANC_STR("image/png, */*;q=0.1"), &json));
    assert_true(http_media_accepts(ANC_STR("application/json"), &plain));
    assert_false(http_media_accepts(ANC_STR("image/png"), &plain));
    assert_true(http_media_wants_html(ANC_STR("text/html,application/xml;q=0.9")));
    assert_false(http_media_wants_html(ANC_STR("*/*")));
}

/* ---- kept answers ---- */

typedef struct use {
    http_idem_ticket ticket;
    http_idem_answer answer;
} use;

static anc_status begin(http_idem *idem, anc_arena *mem, int number, char body, int64_t now_ns,
                        use *ret)
{
    char name[32];
    unsigned char hash[ANC_SHA256_BYTES] = {(unsigned char)body};
    const int n = snprintf(name, sizeof name, "key %d", number);
    *ret = (use){0};
    return http_idem_begin(idem, (anc_str){name, (size_t)n}, hash, now_ns, mem, &ret->ticket,
                           &ret->answer, NULL);
}

static void end(http_idem *idem, http_idem_ticket *ticket, int status, anc_str body)
{
    const http_idem_answer kept = {
        .status = status, .etag = ANC_STR("\"1\""), .location = ANC_STR("/x"), .body = body};
    http_idem_end(idem, ticket, &kept);
}

static void test_idem_life(void **state)
{
    http_idem *idem = http_idem_new();
    ANC_ARENA(mem, 1 << 20);
    use u, again;
    const int64_t day_ns = (int64_t)HTTP_IDEM_TTL_S * 1000000000 + 1;
    (void)state;
    assert_non_null(idem);
    assert_int_equal(begin(idem, mem, 1, 'a', 0, &u), ANC_OK);
    assert_false(u.answer.found);
    assert_int_equal(begin(idem, mem, 1, 'a', 0, &again), ANC_CONFLICT);
    end(idem, &u.ticket, 201, ANC_STR("{}"));
    end(idem, &u.ticket, 500, ANC_STR("")); /* a second end is none */
    assert_int_equal(begin(idem, mem, 1, 'a', 5, &again), ANC_OK);
    assert_true(again.answer.found);
    assert_int_equal(again.answer.status, 201);
    assert_true(anc_str_eq(again.answer.body, ANC_STR("{}")));
    assert_true(anc_str_eq(again.answer.etag, ANC_STR("\"1\"")));
    assert_true(anc_str_eq(again.answer.location, ANC_STR("/x")));
    assert_int_equal(begin(idem, mem, 1, 'b', 5, &again), ANC_CONFLICT);
    assert_int_equal(begin(idem, mem, 1, 'b', day_ns, &again), ANC_OK);
    assert_false(again.answer.found);
    end(idem, &again.ticket, 409, ANC_STR("{}"));
    assert_int_equal(begin(idem, mem, 1, 'a', day_ns, &again), ANC_OK);
    assert_false(again.answer.found);
    end(idem, &again.ticket, 200, ANC_STR("{}"));
    http_idem_free(idem);
}

/* The table is full of requests under way; then of kept answers, the oldest of which go. */
static void test_idem_bound(void **state)
{
    static use uses[HTTP_IDEM_ENTRIES];
    http_idem *idem = http_idem_new();
    ANC_ARENA(mem, 1 << 20);
    use extra;
    (void)state;
    for (int i = 0; i < HTTP_IDEM_ENTRIES; i++)
        assert_int_equal(begin(idem, mem, i, 'a', 0, &uses[i]), ANC_OK);
    assert_int_equal(begin(idem, mem, -1, 'a', 0, &extra), ANC_UNAVAILABLE);
    for (int i = 0; i < HTTP_IDEM_ENTRIES; i++)
        end(idem, &uses[i].ticket, 200, ANC_STR("kept"));
    assert_int_equal(begin(idem, mem, -1, 'a', 0, &extra), ANC_OK);
    end(idem, &extra.ticket, 200, ANC_STR("new"));
    assert_int_equal(begin(idem, mem, 1, 'a', 0, &extra), ANC_OK);
    assert_true(extra.answer.found);
    assert_int_equal(begin(idem, mem, 0, 'a', 0, &extra), ANC_OK);
    assert_false(extra.answer.found);
    end(idem, &extra.ticket, 500, ANC_STR_NONE);
    http_idem_free(idem);
}

/* Answers are bounded alone and together. */
static void test_idem_bytes(void **state)
{
    enum { LARGE = HTTP_IDEM_ANSWER_BYTES, MANY = 400 };
    static char large[LARGE + 1];
    http_idem *idem = http_idem_new();
    ANC_ARENA(mem, 4 << 20);
    use u;
    (void)state;
    assert_int_equal(begin(idem, mem, 0, 'a', 0, &u), ANC_OK);
    end(idem, &u.ticket, 200, (anc_str){large, LARGE + 1});
    assert_int_equal(begin(idem, mem, 0, 'a', 0, &u), ANC_OK);
    assert_false(u.answer.found);
    end(idem, &u.ticket, 200, (anc_str){large, LARGE});
    for (int i = 1; i < MANY; i++) {
        assert_int_equal(begin(idem, mem, i, 'a', 0, &u), ANC_OK);
        end(idem, &u.ticket, 200, (anc_str){large, LARGE});
    }
    assert_int_equal(begin(idem, mem, MANY - 1, 'a', 0, &u), ANC_OK);
    assert_true(u.answer.found);
    assert_int_equal(begin(idem, mem, 0, 'a', 0, &u), ANC_OK);
    assert_false(u.answer.found);
    end(idem, &u.ticket, 500, ANC_STR_NONE);
    http_idem_free(idem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64_comes_back),
        cmocka_unit_test(test_base64_refuses),
        cmocka_unit_test(test_media),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_idem_life),
        cmocka_unit_test(test_idem_bound),
        cmocka_unit_test(test_idem_bytes),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
