/* test_files.c - one file that is read by way of several folders is one document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ingest_fixture.h"
#include "support/test.h"

/* Reads the folder `below` of the source ("": itself) to the end. */
static ing_batch read_folder(ing_fixture *f, const char *below, const ing_rows *rows)
{
    char path[160], id[64];
    ing_batch batch;
    (void)snprintf(path, sizeof path, "%s%s", f->source, below);
    const ing_folder_request request = {
        .path = anc_str_of(path), .collection = ANC_STR("notes"), .rows = rows};
    ASSERT_OK(ing_folder_start(f->ing, fixture_call(&f->k), &request, &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    return ingest_batch(f, id);
}

static kno_document document(ing_fixture *f, const char *id)
{
    kno_document d;
    ASSERT_OK(
        kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"), anc_str_of(id), &d),
        &f->k.err);
    return d;
}

static int64_t documents(ing_fixture *f)
{
    return (int64_t)fixture_seen(&f->k);
}

static void its_first_id_stays(void **state)
{
    ing_fixture *f = *state;
    static const char *const folders[2][2] = {{"", "/sub"}, {"/sub", ""}};
    static const char *const ids[2] = {"sub/code.md", "code.md"};
    for (int i = 0; i < 2; i++) {
        uint64_t seq;
        ingest_write(f, "sub/code.md", "The alarm code is 4711.");
        assert_int_equal(read_folder(f, folders[i][0], NULL).processed, 1);
        assert_int_equal(read_folder(f, folders[i][1], NULL).skipped, 1);
        assert_int_equal(read_folder(f, "/sub/code.md", NULL).skipped, 1);
        assert_int_equal(document(f, ids[i]).version, 1);
        ingest_write(f, "sub/code.md", "The alarm code is 9902.");
        assert_int_equal(read_folder(f, folders[i][1], NULL).processed, 1);
        assert_int_equal(documents(f), 1);
        assert_int_equal(document(f, ids[i]).version, 2);
        assert_int_equal(read_folder(f, folders[i][0], NULL).skipped, 1);
        ASSERT_OK(kno_document_delete(f->k.kno, fixture_call(&f->k), ANC_STR("notes"),
                                      anc_str_of(ids[i]), &seq),
                  &f->k.err);
    }
}

static void another_file_of_that_name_is_another_document(void **state)
{
    ing_fixture *f = *state;
    char whole[160];
    ingest_write(f, "a/read.md", "The alder.");
    ingest_write(f, "b/read.md", "The beech.");
    (void)snprintf(whole, sizeof whole, "%s/b/read.md", f->source);
    read_folder(f, "/a", NULL);
    read_folder(f, "/b", NULL);
    assert_int_equal(documents(f), 2);
    assert_true(anc_str_ends(document(f, "read.md").uri, ANC_STR("/a/read.md")));
    assert_true(anc_str_ends(document(f, whole).uri, ANC_STR("/b/read.md")));
    assert_int_equal(read_folder(f, "", NULL).skipped, 2);
    assert_int_equal(documents(f), 2);
}

static void what_is_part_of_it_follows(void **state)
{
    ing_fixture *f = *state;
    const ing_rows rows = {.text_fields = NULL};
    ingest_write(f, "sub/mail.txt", "One.\n\n@attach b.txt text/plain\nAn attachment.");
    read_folder(f, "", NULL);
    assert_int_equal(read_folder(f, "/sub", NULL).skipped, 1);
    assert_int_equal(documents(f), 2);
    assert_string_equal(document(f, "sub/mail.txt#b.txt").parent.ptr, "sub/mail.txt");
    ingest_write(f, "sub/mail.txt", "Two.");
    read_folder(f, "/sub", NULL);
    assert_int_equal(documents(f), 1);
    ingest_write(f, "sub/list.csv", "ROWS\nid,place\n7,Chur\n9,Olten\n");
    read_folder(f, "/sub", &rows);
    assert_int_equal(documents(f), 1 + 3);
    assert_string_equal(document(f, "list.csv#7").parent.ptr, "list.csv");
    read_folder(f, "", &rows);
    assert_int_equal(documents(f), 1 + 3);
    ingest_write(f, "sub/list.csv", "ROWS\nid,place\n9,Olten\n");
    read_folder(f, "", &rows);
    assert_int_equal(documents(f), 1 + 2);
}

static void one_that_fails_is_named_as_its_document(void **state)
{
    ing_fixture *f = *state;
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ingest_write(f, "sub/code.md", "The alarm code is 4711.");
    read_folder(f, "", NULL);
    ingest_write(f, "sub/code.md", "%broken");
    f->k.emb.fails = true;
    f->k.emb.failure = ANC_CORRUPT;
    read_folder(f, "/sub", NULL);
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_string_equal(letters[0].document.ptr, "sub/code.md");
    f->k.emb.fails = false;
}

/* What there was before this rule: a second document of the file, with something attached. */
static void put_twin(ing_fixture *f, const char *id, const char *text)
{
    char uri[160];
    kno_put_result r;
    (void)snprintf(uri, sizeof uri, "%s/sub/code.md", f->source);
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = anc_str_of(id),
                                   .uri = anc_str_of(uri),
                                   .source = ANC_STR("folder"),
                                   .content = anc_str_of(text)};
    ASSERT_OK(kno_document_put(f->k.kno, fixture_call(&f->k), &in, false, &r), &f->k.err);
}

static void a_second_document_of_before_goes(void **state)
{
    ing_fixture *f = *state;
    static const char text[] = "The alarm code is 9902.";
    ingest_write(f, "sub/code.md", text);
    for (int changed = 0; changed < 2; changed++) {
        put_twin(f, "sub/code.md", changed ? "The alarm code is 4711." : text);
        put_twin(f, "code.md", "The alarm code is 1.\n\n@attach b.txt text/plain\nAn attachment.");
        assert_int_equal(documents(f), 3);
        read_folder(f, "/sub", NULL);
        assert_int_equal(documents(f), 1);
        assert_int_equal(document(f, "sub/code.md").bytes, strlen(text));
    }
    read_folder(f, "", NULL);
    assert_int_equal(documents(f), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_first_id_stays), TEST(another_file_of_that_name_is_another_document),
        TEST(what_is_part_of_it_follows), TEST(one_that_fails_is_named_as_its_document),
        TEST(a_second_document_of_before_goes)};
    return cmocka_run_group_tests_name("files of folders", tests, NULL, NULL);
}
