/* prop_events.c - every event type with payloads of chance survives the trip through JSON. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_codec.h"
#include "kernel/domain/feed.h"

enum { ROUNDS = 40 };

static uint64_t seed;
static anc_arena *mem;

static uint64_t chance(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed * 0x2545f4914f6cdd1dull >> 11) % below;
}

static anc_str some_text(void)
{
    static const uint32_t points[] = {0,   1,    '"',   '\\',   '/',    0x1f,    ' ',
                                      'a', 0xe9, 0x7ff, 0x2028, 0xfffd, 0x1f600, 0x10ffff};
    char text[256];
    size_t len = 0;
    for (uint64_t n = chance(20); n > 0; n--)
        len += anc_utf8_put(points[1 + chance(ANC_COUNT(points) - 1)], text + len);
    return anc_arena_copy(mem, (anc_str){text, len});
}

static double some_number(void)
{
    const double d = ((double)chance(1 << 30) - (1 << 29)) * 1.0000001;
    return chance(2) == 0 ? d : d * 1e-12;
}

static ev_strs some_texts(void)
{
    const size_t n = chance(5);
    anc_str *items = anc_arena_alloc(mem, n, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = some_text();
    return (ev_strs){items, n};
}

static ev_doubles some_numbers(void)
{
    const size_t n = chance(5);
    double *items = anc_arena_alloc(mem, n, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = some_number();
    return (ev_doubles){items, n};
}

static void put(unsigned char *at, const void *value, size_t n)
{
    memcpy(at, value, n);
}

static void fill(const ev_field *f, unsigned char *at)
{
    static const char *const json[] = {"{}", "[1,2]", "{\"a\":{\"b\":null}}", "\"x\"", "true"};
    switch (f->kind) {
    case EV_STR:
        put(at, &(anc_str[1]){some_text()}, sizeof(anc_str));
        break;
    case EV_U32:
        put(at, &(uint32_t){(uint32_t)chance(UINT32_MAX)}, 4);
        break;
    case EV_U64:
        put(at, &(uint64_t){chance(INT64_MAX)}, 8);
        break;
    case EV_F64:
        put(at, &(double){some_number()}, 8);
        break;
    case EV_BOOL:
        put(at, &(bool){chance(2) == 1}, sizeof(bool));
        break;
    case EV_STRS:
        put(at, &(ev_strs[1]){some_texts()}, sizeof(ev_strs));
        break;
    case EV_F64S:
        put(at, &(ev_doubles[1]){some_numbers()}, sizeof(ev_doubles));
        break;
    case EV_JSON:
        put(at, &(ev_json){anc_str_of(json[chance(ANC_COUNT(json))])}, sizeof(ev_json));
        break;
    }
}

/* The feed's form is the same whether an envelope is understood at a glance or, since it says "erased", is not. */
static void feed_is_one(const char *envelope)
{
    static const char METADATA[] = "\"metadata\":{";
    anc_err err = {0};
    const char *at = NULL;
    ANC_BUF(slow, 1 << 20);
    ANC_BUF(glanced, 1 << 20);
    ANC_BUF(whole, 1 << 20);
    for (const char *next = envelope; (next = strstr(next, METADATA)) != NULL; next++)
        at = next + strlen(METADATA);
    assert_non_null(at);
    (void)anc_buf_printf(&slow, "%.*s\"erased\":1%s%s", (int)(at - envelope), envelope,
                         *at == '}' ? "" : ",", at);
    ASSERT_OK(ev_feed_write(anc_str_of(envelope), &glanced, &err), &err);
    ASSERT_OK(ev_feed_write(anc_buf_view(&slow), &whole, &err), &err);
    assert_string_equal(glanced.ptr, whole.ptr);
}

/* Written, read and written again, the text is the same, and so is every number in it. */
static void round_trip(const ev_type *type)
{
    anc_err err = {0};
    unsigned char in[512] = {0}, out[512] = {0};
    json_doc *doc = NULL;
    for (size_t i = 0; i < type->n_fields; i++)
        fill(&type->fields[i], in + type->fields[i].offset);
    ANC_BUF(first, 1 << 20);
    ANC_BUF(second, 1 << 20);
    json_writer w = json_writer_of(&first);
    ASSERT_OK(ev_payload_write(&w, type, in, &err), &err);
    ASSERT_OK(json_parse(anc_buf_view(&first), &doc, &err), &err);
    ASSERT_OK(ev_payload_read(mem, type, json_root(doc), out, &err), &err);
    json_doc_free(doc);
    w = json_writer_of(&second);
    ASSERT_OK(ev_payload_write(&w, type, out, &err), &err);
    assert_string_equal(first.ptr, second.ptr);

    ev_envelope e;
    anc_buf_clear(&first);
    const ev_context context = {.user_id = some_text(), .trace_id = some_text()};
    ASSERT_OK(ev_event_write(type, in, &context, ANC_STR("i"), 1, chance(100), &first, &err), &err);
    ASSERT_OK(ev_envelope_read(mem, anc_buf_view(&first), &e, &err), &err);
    anc_buf_clear(&second);
    ASSERT_OK(ev_envelope_write(&e, &second, &err), &err);
    assert_string_equal(first.ptr, second.ptr);
    feed_is_one(first.ptr);
}

static void every_type_survives(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        seed = 0x9e3779b97f4a7c15ull * (round + 1);
        for (unsigned i = 0; i < EV_TYPE_COUNT; i++)
            round_trip(ev_type_of((ev_type_id)i));
        anc_arena_reset(mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_type_survives)};
    mem = anc_arena_new(64 << 20);
    const int failed = cmocka_run_group_tests_name("events of chance", tests, NULL, NULL);
    anc_arena_free(mem);
    return failed;
}
