/* test_names.c - names, labels and metadata. */
#include "support/test.h"

#include <string.h>

#include "kernel/domain/ids.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"

typedef struct name_row {
    const char *name;
    anc_str value;
    bool collection, document;
} name_row;

static const name_row name_rows[] = {
    {"plain", ANC_STR_INIT("hand-book_2"), true, true},
    {"one letter", ANC_STR_INIT("a"), true, true},
    {"empty", ANC_STR_INIT(""), false, false},
    {"capitals", ANC_STR_INIT("Handbook"), false, true},
    {"leading hyphen", ANC_STR_INIT("-a"), false, true},
    {"path", ANC_STR_INIT("a/b c.md"), false, true},
    {"accents", ANC_STR_INIT("\xC3\xA9t\xC3\xA9"), false, true},
    {"64 bytes", ANC_STR_INIT("0123456789012345678901234567890123456789012345678901234567890123"),
     true, true},
    {"65 bytes", ANC_STR_INIT("01234567890123456789012345678901234567890123456789012345678901234"),
     false, true},
    {"control", ANC_STR_INIT("a\nb"), false, false},
    {"C1 control",
     ANC_STR_INIT("a\xC2\x85"
                  "b"),
     false, false},
    {"invalid UTF-8", ANC_STR_INIT("a\xFF"), false, false},
    {"blank at the end", ANC_STR_INIT("a "), false, false},
};

static void names(void **state)
{
    const name_row *row = *state;
    anc_err err = {0};
    const anc_status collection = kno_collection_name_check(row->value, "/collection", &err);
    assert_int_equal(collection, row->collection ? ANC_OK : ANC_INVALID);
    if (!row->collection)
        assert_string_equal(err.pointer, "/collection");
    assert_int_equal(kno_document_id_check(row->value, "/id", NULL),
                     row->document ? ANC_OK : ANC_INVALID);
}

static void a_long_id_is_refused(void **state)
{
    (void)state;
    char id[KRN_DOCUMENT_ID_MAX + 1];
    memset(id, 'x', sizeof id);
    assert_int_equal(kno_document_id_check((anc_str){id, sizeof id - 1}, "/id", NULL), ANC_OK);
    assert_int_equal(kno_document_id_check((anc_str){id, sizeof id}, "/id", NULL), ANC_INVALID);
}

static void labels(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str good[] = {ANC_STR("public"), ANC_STR("user:ann"), ANC_STR("group:crew 1")};
    ASSERT_OK(kno_acl_check(good, 3, "/acl", &err), &err);
    ASSERT_OK(kno_acl_check(NULL, 0, "/acl", &err), &err);
    const anc_str bad[] = {ANC_STR("everyone"), ANC_STR("user:"), ANC_STR(""), ANC_STR("user: a"),
                           ANC_STR("group:a\n")};
    for (size_t i = 0; i < ANC_COUNT(bad); i++)
        assert_int_equal(kno_acl_check(&bad[i], 1, "/acl", NULL), ANC_INVALID);
    const anc_str twice[] = {ANC_STR("public"), ANC_STR("public")};
    assert_int_equal(kno_acl_check(twice, 2, "/acl", &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "twice"));
}

typedef struct metadata_row {
    const char *name, *text;
    const char *pointer; /* of the error; NULL: it is well */
} metadata_row;

static const metadata_row metadata_rows[] = {
    {"kinds",
     "{\"s\":\"x\",\"i\":-3,\"r\":2.5,\"b\":true,\"n\":null,\"t\":\"2024-01-02T03:04:05Z\"}", NULL},
    {"lists and objects", "{\"tags\":[\"a\",\"b\"],\"x\":{\"y\":1}}", NULL},
    {"null", "null", NULL},
    {"as deep as may be", "{\"a\":{\"b\":{\"c\":[1]}}}", NULL},
    {"one more", "{\"a\":{\"b\":{\"c\":[[1]]}}}", "/metadata/a/b/c/0"},
    {"a list", "[1]", "/metadata"},
    {"no name", "{\"\":1}", "/metadata"},
    {"a name with a line break", "{\"a\\nb\":1}", "/metadata"},
    {"a name inside", "{\"a/b\":{\"\":1}}", "/metadata/a~1b"},
    {"deep in a list", "{\"a\":[0,[[[1]]]]}", "/metadata/a/1/0/0"},
};

static void metadata(void **state)
{
    const metadata_row *row = *state;
    json_doc *doc = NULL;
    anc_err err = {0};
    ASSERT_OK(json_parse(anc_str_of(row->text), &doc, &err), &err);
    const anc_status got = kno_metadata_check(json_root(doc), "/metadata", &err);
    json_doc_free(doc);
    assert_int_equal(got, row->pointer == NULL ? ANC_OK : ANC_INVALID);
    assert_string_equal(err.pointer, row->pointer != NULL ? row->pointer : "");
}

static void metadata_is_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    json_doc *doc = NULL;
    assert_int_equal(kno_metadata_check(NULL, "/metadata", NULL), ANC_OK);
    ANC_BUF(many, 1 << 20);
    (void)anc_buf_add_char(&many, '{');
    for (int i = 0; i <= KNO_METADATA_FIELDS; i++)
        (void)anc_buf_printf(&many, "%s\"f%d\":1", i > 0 ? "," : "", i);
    (void)anc_buf_add_char(&many, '}');
    ASSERT_OK(json_parse(anc_buf_view(&many), &doc, &err), &err);
    assert_int_equal(kno_metadata_check(json_root(doc), "/metadata", &err), ANC_INVALID);
    json_doc_free(doc);
    anc_buf_clear(&many);
    anc_err_clear(&err);
    (void)anc_buf_add(&many, ANC_STR("{\"a\":[0"));
    for (int i = 0; i < KNO_METADATA_VALUES; i++)
        (void)anc_buf_printf(&many, ",%d", i);
    (void)anc_buf_add(&many, ANC_STR("]}"));
    ASSERT_OK(json_parse(anc_buf_view(&many), &doc, &err), &err);
    assert_int_equal(kno_metadata_check(json_root(doc), "/metadata", &err), ANC_INVALID);
    assert_string_equal(err.pointer, "/metadata/a/1023");
    json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_id_is_refused),
        cmocka_unit_test(labels),
        cmocka_unit_test(metadata_is_bounded),
    };
    int failed = RUN_TABLE("names", name_rows, names);
    failed += RUN_TABLE("metadata", metadata_rows, metadata);
    failed += cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
    return failed;
}
