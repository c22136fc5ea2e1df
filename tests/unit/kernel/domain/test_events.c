/* test_events.c - registry, payloads, envelopes and the live feed's lines. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_codec.h"
#include "kernel/domain/event_copy.h"
#include "kernel/domain/feed.h"
#include "kernel/domain/feed_events.h"
#include "kernel/domain/inbound.h"
#include "kernel/domain/query_events.h"

static anc_arena *mem;

static json_doc *parse(const char *text)
{
    anc_err err = {0};
    json_doc *doc = NULL;
    ASSERT_OK(json_parse(anc_str_of(text), &doc, &err), &err);
    return doc;
}

/* ---- registry ----------------------------------------------------------------------------- */

static void every_row_is_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++) {
        const ev_type *t = ev_type_of((ev_type_id)i);
        assert_non_null(t->name);
        assert_ptr_equal(ev_type_by_name(anc_str_of(t->name)), t);
        assert_true(ev_pattern_valid(anc_str_of(t->name)));
        assert_true(t->version >= 1 && t->size > 0 && t->n_fields > 0);
        assert_non_null(t->feed);
        bool key_found = t->key == NULL;
        for (size_t k = 0; k < t->n_fields; k++) {
            assert_true(t->fields[k].offset < t->size);
            if (t->key != NULL && strcmp(t->key, t->fields[k].name) == 0)
                key_found = t->fields[k].kind == EV_STR;
        }
        assert_true(key_found);
        assert_true(t->durable || t->topic == NULL);
    }
    assert_null(ev_type_by_name(ANC_STR("no.such")));
    assert_null(ev_type_by_name(ANC_STR("")));
}

/* A slot of a feed template that names no field would silently print nothing. */
static void every_feed_slot_names_a_field(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++) {
        const ev_type *t = ev_type_of((ev_type_id)i);
        for (const char *at = strchr(t->feed, '{'); at != NULL; at = strchr(at + 1, '{')) {
            const size_t len = strcspn(at + 1, "}:?");
            bool found = false;
            for (size_t k = 0; k < t->n_fields; k++)
                found |=
                    strlen(t->fields[k].name) == len && memcmp(t->fields[k].name, at + 1, len) == 0;
            if (!found)
                fail_msg("%s: %s", t->name, at);
        }
    }
}

static void patterns(void **state)
{
    (void)state;
    assert_true(ev_pattern_matches(ANC_STR("*"), ANC_STR("cache")));
    assert_true(ev_pattern_matches(ANC_STR("query.*"), ANC_STR("query.failed")));
    assert_false(ev_pattern_matches(ANC_STR("query.*"), ANC_STR("query_route")));
    assert_false(ev_pattern_matches(ANC_STR("query.*"), ANC_STR("query")));
    assert_true(ev_pattern_matches(ANC_STR("cache"), ANC_STR("cache")));
    assert_false(ev_pattern_matches(ANC_STR("cache"), ANC_STR("caches")));
    assert_false(ev_pattern_valid(ANC_STR("")));
    assert_false(ev_pattern_valid(ANC_STR(".*")));
    assert_false(ev_pattern_valid(ANC_STR("a b")));
    assert_true(ev_pattern_valid(ANC_STR("order.shipped")));
}

/* ---- payloads ----------------------------------------------------------------------------- */

static void retrieved_keeps_its_parallel_lists(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str documents[] = {ANC_STR_INIT("a\"b"), ANC_STR_INIT(""), ANC_STR_INIT("a\"b")};
    const double scores[] = {0.1, -3.5e-9, 1.0};
    const ev_documents_retrieved in = {
        .query_id = ANC_STR("q1"),
        .document_ids = {documents, 3},
        .chunk_ids = {documents, 3},
        .scores = {scores, 3},
        .count = 3,
        .retrieval_time_ms = 12.25,
        .total_tokens = UINT32_MAX,
        .cache_hit = true,
    };
    const ev_type *type = ev_type_of(EV_DOCUMENTS_RETRIEVED);
    ev_documents_retrieved out;
    ANC_BUF(text, 10000);
    json_writer w = json_writer_of(&text);
    ASSERT_OK(ev_payload_write(&w, type, &in, &err), &err);
    json_doc *doc = parse(text.ptr);
    ASSERT_OK(ev_payload_read(mem, type, json_root(doc), &out, &err), &err);
    json_doc_free(doc);
    assert_int_equal(out.document_ids.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(anc_str_eq(out.document_ids.items[i], documents[i]));
        assert_true(out.scores.items[i] == scores[i]);
    }
    assert_true(out.total_tokens == UINT32_MAX && out.cache_hit && out.retrieval_time_ms == 12.25);
    assert_true(anc_str_eq(ev_payload_key(type, &in), ANC_STR("q1")));
}

static void empty_values_are_null_or_empty(void **state)
{
    (void)state;
    anc_err err = {0};
    const ev_document_created in = {.metadata = {ANC_STR("{\"a\":[1,null]}")}};
    ANC_BUF(text, 10000);
    json_writer w = json_writer_of(&text);
    ASSERT_OK(ev_payload_write(&w, ev_type_of(EV_DOCUMENT_CREATED), &in, &err), &err);
    assert_string_equal(text.ptr,
                        "{\"document_id\":\"\",\"collection\":\"\",\"title\":null,\"version\":0,"
                        "\"chunks\":0,\"bytes\":0,\"source\":null,\"metadata\":{\"a\":[1,null]}}");
    ev_document_created out;
    json_doc *doc = parse(text.ptr);
    ASSERT_OK(ev_payload_read(mem, ev_type_of(EV_DOCUMENT_CREATED), json_root(doc), &out, &err),
              &err);
    json_doc_free(doc);
    assert_null(out.title.ptr);
    assert_string_equal(out.metadata.text.ptr, "{\"a\":[1,null]}");
}

typedef struct {
    const char *name;
    ev_type_id type;
    const char *payload;
    const char *pointer; /* NULL: it fits */
} payload_row;

static const payload_row payload_rows[] = {
    {"unknown members are passed over", EV_DOCUMENT_DELETED,
     "{\"document_id\":\"d\",\"new\":{\"x\":[]},\"collection\":\"c\",\"version\":1}", NULL},
    {"a required member is missing", EV_DOCUMENT_DELETED, "{\"document_id\":\"d\",\"version\":1}",
     "/payload/collection"},
    {"a required member is null", EV_FEEDBACK_GIVEN, "{\"query_id\":\"q\",\"rating\":null}",
     "/payload/rating"},
    {"an int where a real may be", EV_FEEDBACK_GIVEN, "{\"query_id\":\"q\",\"rating\":-1}", NULL},
    {"a text for a number", EV_FEEDBACK_GIVEN, "{\"query_id\":\"q\",\"rating\":\"1\"}",
     "/payload/rating"},
    {"a negative count", EV_DOCUMENT_DELETED,
     "{\"document_id\":\"d\",\"collection\":\"c\",\"version\":-1}", "/payload/version"},
    {"a count past 32 bits", EV_DOCUMENT_DELETED,
     "{\"document_id\":\"d\",\"collection\":\"c\",\"version\":4294967296}", "/payload/version"},
    {"a real for a count", EV_DOCUMENT_DELETED,
     "{\"document_id\":\"d\",\"collection\":\"c\",\"version\":1.0}", "/payload/version"},
    {"a list with something else in it", EV_DOCUMENTS_INGESTED,
     "{\"document_ids\":[\"a\",7],\"count\":2}", "/payload/document_ids/1"},
    {"a text for a list", EV_DOCUMENTS_INGESTED, "{\"document_ids\":\"a\",\"count\":2}",
     "/payload/document_ids"},
    {"no object", EV_DOCUMENTS_INGESTED, "[]", "/payload"},
    {"an optional list is null", EV_USER_CREATED, "{\"user_id\":\"u\",\"groups\":null}", NULL},
};

static void payloads_are_checked(void **state)
{
    const payload_row *row = *state;
    anc_err err = {0};
    unsigned char payload[512];
    const ev_type *type = ev_type_of(row->type);
    assert_true(type->size <= sizeof payload);
    memset(payload, 0xa5, sizeof payload);
    json_doc *doc = parse(row->payload);
    const anc_status status = ev_payload_read(mem, type, json_root(doc), payload, &err);
    json_doc_free(doc);
    assert_int_equal(status, row->pointer == NULL ? ANC_OK : ANC_INVALID);
    if (row->pointer != NULL) {
        assert_string_equal(err.pointer, row->pointer);
        for (size_t i = 0; i < type->size; i++)
            assert_int_equal(payload[i], 0xa5); /* untouched on failure */
    }
}

static void a_count_that_json_cannot_carry(void **state)
{
    (void)state;
    anc_err err = {0};
    const ev_document_created in = {.bytes = UINT64_MAX};
    ANC_BUF(text, 10000);
    json_writer w = json_writer_of(&text);
    assert_int_equal(ev_payload_write(&w, ev_type_of(EV_DOCUMENT_CREATED), &in, &err), ANC_INVALID);
}

/* ---- envelopes ---------------------------------------------------------------------------- */

static void an_envelope_keeps_what_it_does_not_know(void **state)
{
    (void)state;
    static const char text[] =
        "{\"id\":\"018f\",\"event_type\":\"shop.order\",\"timestamp\":\"2026-11-20T15:36:00.123Z\","
        "\"payload\":{\"n\":1.5},\"metadata\":{\"component\":\"shop\",\"trace_id\":\"t\","
        "\"user_id\":\"u\",\"aggregate_id\":\"o1\",\"seq\":4711,\"schema_version\":2,"
        "\"region\":[\"eu\"]},\"signature\":{\"alg\":null}}";
    anc_err err = {0};
    ev_envelope e;
    ASSERT_OK(ev_envelope_read(mem, anc_str_of(text), &e, &err), &err);
    assert_null(e.type);
    assert_true(e.seq == 4711 && e.schema_version == 2 && e.time_ms == 1795188960123);
    assert_true(e.extra.n == 1 && e.metadata_extra.n == 1);
    ANC_BUF(out, 10000);
    ASSERT_OK(ev_envelope_write(&e, &out, &err), &err);
    assert_string_equal(out.ptr, text);
}

static void an_event_is_written_in_one_pass(void **state)
{
    (void)state;
    anc_err err = {0};
    const ev_feedback_given payload = {.query_id = ANC_STR("q7"), .rating = -1};
    ev_context context = {.component = ANC_STR("rag")};
    const ev_type *type = ev_type_of(EV_FEEDBACK_GIVEN);
    ANC_BUF(out, 10000);
    ANC_BUF(later, 10000);
    ASSERT_OK(ev_event_write(type, &payload, &context, ANC_STR("id-1"), 0, 9, &out, &err), &err);
    assert_string_equal(
        out.ptr, "{\"id\":\"id-1\",\"event_type\":\"feedback.given\","
                 "\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"payload\":{\"query_id\":\"q7\","
                 "\"rating\":-1.0,\"comment\":null},\"metadata\":{\"component\":\"rag\","
                 "\"aggregate_id\":\"q7\",\"seq\":9,\"schema_version\":1}}");
    ev_envelope e;
    ASSERT_OK(ev_envelope_read(mem, anc_buf_view(&out), &e, &err), &err);
    assert_ptr_equal(e.type, type);
    context.at_ms = 1795188960123; /* what is told was then, and not now */
    ASSERT_OK(ev_event_write(type, &payload, &context, ANC_STR("id-1"), 7, 9, &later, &err), &err);
    ASSERT_OK(ev_envelope_read(mem, anc_buf_view(&later), &e, &err), &err);
    assert_true(e.time_ms == context.at_ms);
}

typedef struct {
    const char *name;
    const char *text;
    const char *pointer;
} envelope_row;

#define HEAD "{\"id\":\"i\",\"event_type\":\"cache\",\"timestamp\":\"2026-11-20T15:36:00Z\","

static const envelope_row envelope_rows[] = {
    {"no JSON", "{", ""},
    {"no object", "[1]", ""},
    {"no id", "{\"event_type\":\"cache\"}", "/id"},
    {"an empty id", "{\"id\":\"\"}", "/id"},
    {"no type", "{\"id\":\"i\"}", "/event_type"},
    {"a time of day", "{\"id\":\"i\",\"event_type\":\"cache\",\"timestamp\":\"noon\"}",
     "/timestamp"},
    {"no payload", HEAD "\"metadata\":{}}", "/payload"},
    {"a payload that is a list", HEAD "\"payload\":[]}", "/payload"},
    {"metadata that is a text", HEAD "\"payload\":{},\"metadata\":\"x\"}", "/metadata"},
    {"a seq below zero", HEAD "\"payload\":{},\"metadata\":{\"seq\":-1}}", "/metadata/seq"},
    {"a user that is a number", HEAD "\"payload\":{},\"metadata\":{\"user_id\":1}}",
     "/metadata/user_id"},
};

static void envelopes_are_checked(void **state)
{
    const envelope_row *row = *state;
    anc_err err = {0};
    ev_envelope e = {.seq = 77};
    assert_int_equal(ev_envelope_read(mem, anc_str_of(row->text), &e, &err), ANC_INVALID);
    assert_string_equal(err.pointer, row->pointer);
    assert_int_equal(e.seq, 77);
}

static void metadata_may_be_absent(void **state)
{
    (void)state;
    anc_err err = {0};
    ev_envelope e;
    ASSERT_OK(ev_envelope_read(mem, ANC_STR(HEAD "\"payload\":{}}"), &e, &err), &err);
    assert_true(e.seq == 0 && e.user_id.len == 0 && e.type == ev_type_of(EV_CACHE));
}

static void reading_ends_at_the_arenas_ceiling(void **state)
{
    (void)state;
    anc_err err = {0};
    ev_envelope e;
    ANC_ARENA(small, 200);
    ANC_BUF(text, 10000);
    (void)anc_buf_printf(&text, HEAD "\"payload\":{\"x\":\"%0500d\"}}", 1);
    assert_int_equal(ev_envelope_read(small, anc_buf_view(&text), &e, &err), ANC_LIMIT);
}

/* ---- feed --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    ev_type_id type;
    const char *payload;
    const char *message;
} feed_row;

static const feed_row feed_rows[] = {
    {"route", EV_QUERY_ROUTE, "{\"selected_tier\":\"Q4\",\"complexity_score\":8.5}",
     "Query routed to Q4 tier (complexity: 8.5)"},
    {"model", EV_MODEL_STATE,
     "{\"model_id\":\"NAME\",\"previous_state\":\"loading\",\"current_state\":\"active\"}",
     "Model NAME state: loading \xe2\x86\x92 active"},
    {"retrieval from the cache", EV_CGRAG,
     "{\"chunks_retrieved\":5,\"total_tokens\":1500,\"retrieval_time_ms\":45.2,\"cache_hit\":true}",
     "Retrieved 5 chunks (1500 tokens) in 45ms (cached)"},
    {"retrieval", EV_DOCUMENTS_RETRIEVED,
     "{\"count\":5,\"total_tokens\":1500,\"retrieval_time_ms\":45.0,\"cache_hit\":false}",
     "Retrieved 5 chunks (1500 tokens) in 45ms"},
    {"error", EV_ERROR,
     "{\"component\":\"COMPONENT\",\"error_message\":\"Failed to start server\"}",
     "ERROR in COMPONENT: Failed to start server"},
    {"answered", EV_QUERY_COMPLETED,
     "{\"model_used\":\"m\",\"document_count\":2,\"processing_time\":0.5,\"metadata\":{}}",
     "Query answered by m from 2 documents in 0.50s"},
    {"answered from one", EV_QUERY_COMPLETED,
     "{\"model_used\":\"m\",\"document_count\":1,\"processing_time\":0.5,\"metadata\":{}}",
     "Query answered by m from one document in 0.50s"},
    {"whose text is not kept", EV_QUERY_REQUESTED, "{\"query_text\":\"\",\"metadata\":{}}",
     "Query received"},
    {"passages that were not counted in tokens", EV_DOCUMENTS_RETRIEVED,
     "{\"count\":5,\"total_tokens\":0,\"retrieval_time_ms\":45.0,\"cache_hit\":false}",
     "Retrieved 5 chunks in 45ms"},
    {"nothing answers it", EV_QUERY_COMPLETED,
     "{\"model_used\":\"m\",\"document_count\":0,\"processing_time\":0.5,"
     "\"metadata\":{\"no_answer\":true}}",
     "Query not answered: nothing in the documents answers it (0.50s)"},
    {"a search", EV_QUERY_REQUESTED,
     "{\"query_text\":\"leave\",\"metadata\":{\"kind\":\"search\"}}", "Search received: leave"},
    {"what a search found", EV_QUERY_COMPLETED,
     "{\"model_used\":\"\",\"document_count\":3,\"processing_time\":0.0125,"
     "\"metadata\":{\"kind\":\"search\"}}",
     "Search found passages of 3 documents in 0.013s"},
    {"absent members", EV_PERFORMANCE, "{\"value\":1200000000}", " is 1200000000 (threshold )"},
    {"a long text is cut between code points", EV_QUERY_REQUESTED,
     "{\"query_text\":"
     "\"xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\303\251\303\251\303\251\"}",
     "Query received: "
     "xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xe2\x80\xa6"},
};

static void feed_messages(void **state)
{
    const feed_row *row = *state;
    json_doc *doc = parse(row->payload);
    ANC_BUF(out, 1000);
    ev_feed_message(ev_type_of(row->type), json_root(doc), &out);
    json_doc_free(doc);
    assert_string_equal(out.ptr, row->message);
}

static void the_feeds_form(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_BUF(out, 1000);
    ASSERT_OK(ev_feed_write(ANC_STR("{\"event_type\":\"query_route\",\"timestamp\":"
                                    "\"2023-11-08T10:40:00.123Z\",\"payload\":{\"selected_tier\":"
                                    "\"Q4\",\"complexity_score\":2}}"),
                            &out, &err),
              &err);
    assert_string_equal(out.ptr,
                        "{\"timestamp\":1699440000.123,\"type\":\"query_route\",\"message\":"
                        "\"Query routed to Q4 tier (complexity: 2)\",\"severity\":\"info\","
                        "\"metadata\":{\"selected_tier\":\"Q4\",\"complexity_score\":2}}");
    anc_buf_clear(&out);
    ASSERT_OK(ev_feed_write(ANC_STR("{\"event_type\":\"shop.order\",\"timestamp\":\"1970-01-01\"}"),
                            &out, &err),
              &err);
    assert_string_equal(out.ptr, "{\"timestamp\":0.000,\"type\":\"shop.order\",\"message\":"
                                 "\"shop.order\",\"severity\":\"info\",\"metadata\":{}}");
    assert_int_equal(ev_feed_write(ANC_STR("{}"), &out, NULL), ANC_INVALID);
    assert_int_equal(ev_feed_write(ANC_STR("nothing"), &out, NULL), ANC_INVALID);
}

/* What is told of a threshold is a warning when it was passed, and none when all is well again. */
static void well_again_is_no_warning(void **state)
{
    static const struct {
        const char *payload;
        ev_severity severity;
    } rows[] = {
        {"{\"metric\":\"m\",\"value\":501,\"threshold\":500}", EV_WARNING},
        {"{\"metric\":\"m\",\"value\":400,\"threshold\":500}", EV_INFO},
        {"{\"metric\":\"m\",\"value\":500,\"threshold\":500}", EV_INFO},
        {"{\"metric\":\"m\"}", EV_WARNING},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        ev_severity severity = EV_ERROR_SEVERITY;
        char envelope[256];
        ANC_BUF(out, 1000);
        (void)snprintf(envelope, sizeof envelope,
                       "{\"event_type\":\"performance\",\"timestamp\":\"2023-11-08T10:40:00Z\","
                       "\"payload\":%s}",
                       rows[i].payload);
        ASSERT_OK(ev_feed_tell(anc_str_of(envelope), &out, &severity, &err), &err);
        assert_int_equal(severity, rows[i].severity);
        assert_int_equal(strstr(out.ptr, " is well again: ") != NULL, severity == EV_INFO);
        assert_non_null(strstr(out.ptr, severity == EV_INFO ? "\"severity\":\"info\""
                                                            : "\"severity\":\"warning\""));
    }
}

/* ---- copies -------------------------------------------------------------------------------- */

static anc_str written(ev_type_id id, const void *payload)
{
    anc_err err = {0};
    ANC_BUF(out, 1 << 16);
    json_writer w = json_writer_of(&out);
    ASSERT_OK(ev_payload_write(&w, ev_type_of(id), payload, &err), &err);
    return anc_arena_copy(mem, anc_buf_view(&out));
}

static void a_copy_stands_alone(void **state)
{
    (void)state;
    char id[] = "q-1", first[] = "doc-a", second[] = "";
    double scores[] = {0.5, 0.25};
    anc_str documents[] = {anc_str_of(first), anc_str_of(second)};
    const ev_documents_retrieved payload = {.query_id = anc_str_of(id),
                                            .document_ids = {documents, 2},
                                            .scores = {scores, 2},
                                            .count = 2,
                                            .cache_hit = true};
    const ev_type *type = ev_type_of(EV_DOCUMENTS_RETRIEVED);
    const anc_str before = written(EV_DOCUMENTS_RETRIEVED, &payload);
    const size_t size = ev_copy_size(type, &payload);
    assert_true(size >= sizeof payload + 3 + 5 + 16 + 2 * sizeof(anc_str) && size % 8 == 0);
    void *copy = anc_arena_alloc(mem, size, 1);
    assert_non_null(copy);
    ev_copy(type, &payload, copy);
    memset(id, '!', 3);
    memset(first, '!', 5);
    scores[0] = 7;
    documents[1] = ANC_STR("gone");
    assert_true(anc_str_eq(written(EV_DOCUMENTS_RETRIEVED, copy), before));
}

static void a_copy_keeps_what_is_absent_and_refuses_what_overflows(void **state)
{
    (void)state;
    ev_error payload = {.error_type = ANC_STR("x"), .error_message = ANC_STR("y")};
    unsigned char copy[512] __attribute__((aligned(8)));
    const ev_type *type = ev_type_of(EV_ERROR);
    assert_true(ev_copy_size(type, &payload) <= sizeof copy);
    ev_copy(type, &payload, copy);
    ev_error got;
    memcpy(&got, copy, sizeof got);
    assert_null(got.stack_trace.ptr);
    assert_true(anc_str_eq(got.error_message, ANC_STR("y")));
    payload.error_message.len = SIZE_MAX;
    assert_int_equal(ev_copy_size(type, &payload), SIZE_MAX);
    const ev_documents_retrieved many = {.scores = {.n = SIZE_MAX / 8 + 2}};
    assert_int_equal(ev_copy_size(ev_type_of(EV_DOCUMENTS_RETRIEVED), &many), SIZE_MAX);
}

/* ---- from outside ------------------------------------------------------------------------ */

typedef struct inbound_row {
    const char *name, *json, *type;
    anc_status want;
    const char *says; /* in the error, or in the payload */
} inbound_row;

static const inbound_row inbound_rows[] = {
    {"whole",
     "{\"id\":\"1\",\"event_type\":\"user.created\",\"timestamp\":\"2026-11-20T15:36:00Z\","
     "\"payload\":{\"user_id\":\"u1\",\"shoe\":44},\"metadata\":{\"trace_id\":\"t\"},\"x\":1}",
     "", ANC_OK, "\"shoe\":44"},
    {"bare", "{\"user_id\":\"u1\",\"groups\":[\"a\"]}", "user.created", ANC_OK, "\"groups\""},
    {"without id or time", "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u1\"}}",
     "user.created", ANC_OK, "u1"},
    {"bare without a type", "{\"user_id\":\"u1\"}", "", ANC_INVALID, "event_type"},
    {"another type than its topic's", "{\"event_type\":\"cache\",\"payload\":{}}", "user.created",
     ANC_INVALID, "cache"},
    {"unknown type", "{\"event_type\":\"no.such\",\"payload\":{}}", "", ANC_INVALID, "no.such"},
    {"type is a number", "{\"event_type\":7,\"payload\":{}}", "", ANC_INVALID, "/event_type"},
    {"member missing", "{\"event_type\":\"user.created\",\"payload\":{}}", "", ANC_INVALID,
     "user_id"},
    {"member of the wrong kind",
     "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u\",\"groups\":[1]}}", "",
     ANC_INVALID, "groups"},
    {"payload is a list", "{\"event_type\":\"user.created\",\"payload\":[]}", "", ANC_INVALID,
     "payload"},
    {"time is none",
     "{\"event_type\":\"user.created\",\"timestamp\":\"noon\",\"payload\":{\"user_id\":\"u\"}}", "",
     ANC_INVALID, "timestamp"},
    {"the version that we know",
     "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u1\"},"
     "\"metadata\":{\"schema_version\":1}}",
     "", ANC_OK, "u1"},
    {"a version of null",
     "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u1\"},"
     "\"metadata\":{\"schema_version\":null}}",
     "", ANC_OK, "u1"},
    {"a version that we do not know",
     "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u1\"},"
     "\"metadata\":{\"schema_version\":99}}",
     "", ANC_INVALID, "schema_version is 99; of user.created version 1 is the newest"},
    {"a version that is a text",
     "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u1\"},"
     "\"metadata\":{\"schema_version\":\"1\"}}",
     "", ANC_INVALID, "schema_version is no whole number"},
    {"version nought",
     "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":\"u1\"},"
     "\"metadata\":{\"schema_version\":0}}",
     "", ANC_INVALID, "schema_version is no whole number"},
    {"no JSON", "{\"user_id\":", "user.created", ANC_INVALID, ""},
    {"a text", "\"user_id\"", "user.created", ANC_INVALID, "object"},
};

static void from_outside(void **state)
{
    const inbound_row *row = *state;
    anc_err err = {0};
    ev_envelope e = {0};
    const anc_status got =
        ev_inbound_read(mem, anc_str_of(row->json), anc_str_of(row->type), &e, &err);
    assert_int_equal(got, row->want);
    if (got != ANC_OK) {
        assert_non_null(strstr(err.text, row->says));
        return;
    }
    assert_true(e.type == ev_type_of(EV_USER_CREATED) && anc_str_eq(e.aggregate_id, ANC_STR("u1")));
    assert_true(anc_str_find(e.payload.text, anc_str_of(row->says)) != SIZE_MAX);
}

static void what_is_too_large_is_not_taken_in(void **state)
{
    (void)state;
    static char text[EV_INBOUND_BYTES + 1];
    anc_err err = {0};
    ev_envelope e;
    memset(text, ' ', sizeof text);
    assert_int_equal(ev_inbound_read(mem, (anc_str){text, sizeof text}, ANC_STR_NONE, &e, &err),
                     ANC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_feed_slot_names_a_field),
        cmocka_unit_test(patterns),
        cmocka_unit_test(retrieved_keeps_its_parallel_lists),
        cmocka_unit_test(empty_values_are_null_or_empty),
        cmocka_unit_test(a_count_that_json_cannot_carry),
        cmocka_unit_test(an_envelope_keeps_what_it_does_not_know),
        cmocka_unit_test(an_event_is_written_in_one_pass),
        cmocka_unit_test(metadata_may_be_absent),
        cmocka_unit_test(reading_ends_at_the_arenas_ceiling),
        cmocka_unit_test(the_feeds_form),
        cmocka_unit_test(well_again_is_no_warning),
        cmocka_unit_test(a_copy_stands_alone),
        cmocka_unit_test(a_copy_keeps_what_is_absent_and_refuses_what_overflows),
        cmocka_unit_test(what_is_too_large_is_not_taken_in),
    };
    mem = anc_arena_new(16 << 20);
    int failed = cmocka_run_group_tests_name("events", tests, NULL, NULL);
    failed += RUN_TABLE("payloads", payload_rows, payloads_are_checked);
    failed += RUN_TABLE("envelopes", envelope_rows, envelopes_are_checked);
    failed += RUN_TABLE("feed", feed_rows, feed_messages);
    failed += RUN_TABLE("from outside", inbound_rows, from_outside);
    anc_arena_free(mem);
    return failed;
}
