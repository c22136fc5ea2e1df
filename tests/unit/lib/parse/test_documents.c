/* test_documents.c - the shared collection of real files: the phrases that each must hold are in the
 * text, and every awkward file ends as text, as nothing, or as an error that says why. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "os/file.h"
#include "parse/parse.h"
#include "support/places.h"
#include "json/json.h"

enum { FILE_BYTES = 32 << 20, TEXT_BYTES = 64 << 20, MAX_FILES = 100 };

/* Adds the text of a block with each run of white space as one blank. */
static anc_status gather(void *self, const prs_block *b, anc_err *err)
{
    anc_buf *out = self;
    (void)err;
    if (!b->continues)
        (void)anc_buf_add_char(out, ' ');
    for (size_t i = 0; i < b->text.len; i++) {
        const char c = b->text.ptr[i];
        const bool blank = c == ' ' || c == '\n' || c == '\t';
        if (!blank || (out->len > 0 && out->ptr[out->len - 1] != ' '))
            (void)anc_buf_add_char(out, blank ? ' ' : c);
    }
    return ANC_OK;
}

static anc_status read_document(anc_arena *mem, const char *path, anc_buf *text, anc_err *err)
{
    anc_str bytes = {0};
    prs_kind kind;
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = gather, .self = text};
    const char *name = strrchr(path, '/');
    ANC_TRY(os_file_read(mem, anc_str_of(path), FILE_BYTES, &bytes, err));
    ANC_TRY(
        prs_detect(bytes, anc_str_of(name != NULL ? name + 1 : path), ANC_STR_NONE, &kind, err));
    return prs_parse(kind, bytes, &limits, &sink, &result, err);
}

static bool check_phrases(const json_value *expected, anc_str file, anc_str text)
{
    const json_value *phrases = json_member(expected, "must_contain");
    bool ok = true;
    for (size_t i = 0; i < json_count(phrases); i++) {
        const anc_str phrase = json_str(json_element(phrases, i), ANC_STR_NONE);
        if (anc_str_find(text, phrase) != SIZE_MAX)
            continue;
        (void)printf("%.*s: lacks \"%.*s\"\n", ANC_FMT(file), ANC_FMT(phrase));
        ok = false;
    }
    return ok;
}

static bool check_line(const char *folder, anc_str line)
{
    json_doc *doc = NULL;
    anc_err err = {0};
    char path[2 * PLACE_MAX];
    ANC_ARENA(mem, FILE_BYTES + (1 << 20));
    ANC_BUF(text, TEXT_BYTES);
    ASSERT_OK(json_parse(line, &doc, &err), &err);
    const anc_str file = json_str(json_member(json_root(doc), "file"), ANC_STR_NONE);
    (void)snprintf(path, sizeof path, "%s/%.300s", folder, file.ptr);
    const anc_status got = read_document(mem, path, &text, &err);
    bool ok = true;
    if (got == ANC_OK)
        ok = check_phrases(json_root(doc), file, anc_buf_view(&text));
    else if (json_count(json_member(json_root(doc), "must_contain")) > 0 && got != ANC_UNSUPPORTED)
        ok = false;
    if (!ok && got != ANC_OK)
        (void)printf("%.*s: %s\n", ANC_FMT(file), err.text);
    json_doc_free(doc);
    return ok;
}

static void phrases_are_found(void **state)
{
    (void)state;
    char folder[PLACE_MAX], path[PLACE_MAX + 20];
    anc_str lines = {0}, line;
    anc_err err = {0};
    bool ok = true;
    if (place_in_data(folder, "documents") == NULL)
        skip();
    ANC_ARENA(mem, 1 << 20);
    (void)snprintf(path, sizeof path, "%s/expected.jsonl", folder);
    ASSERT_OK(os_file_read(mem, anc_str_of(path), 1 << 19, &lines, &err), &err);
    while (anc_str_split(&lines, '\n', &line))
        if (line.len > 0)
            ok = check_line(folder, line) && ok;
    assert_true(ok);
}

static void awkward_files_end_by_name(void **state)
{
    (void)state;
    char folder[PLACE_MAX], path[PLACE_MAX + 300];
    anc_str *names = NULL;
    size_t n = 0;
    anc_err err = {0};
    if (place_in_data(folder, "documents/awkward") == NULL)
        skip();
    ANC_ARENA(list, 1 << 16);
    ASSERT_OK(os_folder_list(list, anc_str_of(folder), MAX_FILES, &names, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        ANC_ARENA(mem, FILE_BYTES + (1 << 20));
        ANC_BUF(text, TEXT_BYTES);
        anc_err_clear(&err);
        (void)snprintf(path, sizeof path, "%s/%.*s", folder, ANC_FMT(names[i]));
        const anc_status got = read_document(mem, path, &text, &err);
        if (got == ANC_OK)
            continue;
        assert_true(got == ANC_INVALID || got == ANC_LIMIT || got == ANC_UNSUPPORTED);
        assert_true(strlen(err.text) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_found),
        cmocka_unit_test(awkward_files_end_by_name),
    };
    return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
