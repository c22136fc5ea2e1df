/* test_ids.c - names of collections, documents and chunks. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "kernel/domain/ids.h"

typedef struct {
    const char *name;
    const char *text;
    const char *document; /* NULL: no chunk id */
    uint32_t version, ordinal;
} chunk_row;

static const chunk_row chunk_rows[] = {
    {"plain", "doc.1.0", "doc", 1, 0},
    {"dots in the document's id", "a.b.2.pdf.12.345", "a.b.2.pdf", 12, 345},
    {"greatest numbers", "x.4294967295.4294967295", "x", UINT32_MAX, UINT32_MAX},
    {"a number past 32 bits", "x.4294967296.0", NULL, 0, 0},
    {"no document", ".1.0", NULL, 0, 0},
    {"one part", "doc.1", NULL, 0, 0},
    {"a leading zero", "doc.01.0", NULL, 0, 0},
    {"a sign", "doc.+1.0", NULL, 0, 0},
    {"a part that is empty", "doc..0", NULL, 0, 0},
    {"nothing", "", NULL, 0, 0},
};

static void chunk_ids(void **state)
{
    const chunk_row *row = *state;
    anc_str document = ANC_STR_NONE;
    uint32_t version = 0, ordinal = 0;
    const bool ok = krn_chunk_id_parse(anc_str_of(row->text), &document, &version, &ordinal);
    assert_int_equal(ok, row->document != NULL);
    if (!ok)
        return;
    assert_true(anc_str_eq(document, anc_str_of(row->document)));
    assert_true(version == row->version && ordinal == row->ordinal);
    ANC_ARENA(mem, 1000);
    assert_string_equal(krn_chunk_id(mem, document, version, ordinal).ptr, row->text);
}

typedef struct {
    const char *name;
    const char *text;
    bool collection, document;
} name_row;

static const name_row name_rows[] = {
    {"a word", "papers", true, true},
    {"digits, dash and underscore", "2024-q1_x", true, true},
    {"a capital", "Papers", false, true},
    {"a dash in front", "-x", false, true},
    {"a path", "../x", false, true},
    {"accents", "d\303\251j\303\240", false, true},
    {"a line feed", "a\nb", false, false},
    {"broken UTF-8", "a\xff", false, false},
    {"nothing", "", false, false},
    {"a C1 control", "a\302\205b", false, false},
    {"a blank at the end", "a ", false, false},
    {"a blank inside", "a b", false, true},
};

static void names(void **state)
{
    const name_row *row = *state;
    assert_int_equal(krn_collection_valid(anc_str_of(row->text)), row->collection);
    assert_int_equal(krn_document_id_valid(anc_str_of(row->text)), row->document);
}

static void lengths(void **state)
{
    (void)state;
    char text[600];
    memset(text, 'a', sizeof text);
    assert_true(krn_collection_valid((anc_str){text, 64}));
    assert_false(krn_collection_valid((anc_str){text, 65}));
    assert_true(krn_document_id_valid((anc_str){text, 512}));
    assert_false(krn_document_id_valid((anc_str){text, 513}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths)};
    int failed = cmocka_run_group_tests_name("ids", tests, NULL, NULL);
    failed += RUN_TABLE("chunk ids", chunk_rows, chunk_ids);
    failed += RUN_TABLE("names", name_rows, names);
    return failed;
}
