/* test_embedding_domain.c - guessed token counts, the table of models, digests that were pinned. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "embedding/domain/estimate.h"
#include "embedding/domain/model_pins.h"
#include "embedding/domain/model_table.h"
#include "support/test.h"

static const struct row {
    const char *name;
    anc_str text;
    size_t max;
    size_t tokens;
} rows[] = {
    {"nothing", ANC_STR_INIT(""), 9, 0},
    {"blanks", ANC_STR_INIT(" \n\t"), 9, 0},
    {"short words", ANC_STR_INIT("two words"), 9, 2},
    {"a long word", ANC_STR_INIT("internationalisation"), 9, 4},
    {"signs", ANC_STR_INIT("a, b..."), 9, 6},
    {"beyond ASCII", ANC_STR_INIT("\xE5\xA5\xBD\xE5\xA5\xBD"), 9, 2},
    {"no more than asked", ANC_STR_INIT("a b c d e f"), 3, 4},
    {"a single long run", ANC_STR_INIT("........"), 3, 4},
};

static void estimates(void **state)
{
    const struct row *row = *state;
    assert_int_equal(emb_estimate_tokens(row->text, row->max), row->tokens);
}

static void assert_digest(const char *sha256)
{
    assert_int_equal(strlen(sha256), 64);
    for (const char *c = sha256; *c != '\0'; c++)
        assert_true(isdigit((unsigned char)*c) || (*c >= 'a' && *c <= 'f'));
}

/* A commit, whose files do not change; or a branch, where every digest is pinned later. */
static bool is_commit(const char *revision)
{
    return strlen(revision) == 40 && strspn(revision, "0123456789abcdef") == 40;
}

static void the_table_is_sound(void **state)
{
    (void)state;
    const emb_model_row *row = NULL;
    for (size_t i = 0; (row = emb_model_at(i)) != NULL; i++) {
        assert_ptr_equal(emb_model_find(anc_str_of(row->name)), row);
        assert_true(is_commit(row->revision) || strncmp(row->revision, "refs%2F", 7) == 0);
        assert_true(strlen(row->licence) > 0 && strlen(row->about) > 0 && row->n_files > 0);
        uint64_t sum = 0;
        bool weights = false, config = false;
        for (size_t f = 0; f < row->n_files; f++) {
            const emb_model_file *file = &row->files[f];
            if (file->sha256 != NULL)
                assert_digest(file->sha256);
            assert_true(file->sha256 == NULL || (file->text == NULL && !file->optional));
            assert_true(file->path[0] != '/' && strstr(file->path, "..") == NULL);
            weights = weights || (strcmp(file->path, "model.safetensors") == 0 && file->bytes > 0);
            config = config || strcmp(file->path, "config.json") == 0;
            sum += file->bytes;
        }
        assert_true(weights && config);
        assert_int_equal(emb_model_bytes(row), sum);
    }
    assert_null(emb_model_find(ANC_STR("no-such-model")));
    assert_string_equal(emb_model_at(0)->name, "all-MiniLM-L6-v2");
}

/* What the product says can be fetched. */
static void the_table_has_these(void **state)
{
    (void)state;
    static const char *const names[] = {
        "all-MiniLM-L6-v2", "all-MiniLM-L12-v2", "bge-small-en-v1.5",     "bge-base-en-v1.5",
        "arctic-embed-xs",  "arctic-embed-s",    "e5-small-v2",           "multilingual-e5-small",
        "bge-m3",           "bge-reranker-base", "ms-marco-MiniLM-L-6-v2"};
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        if (emb_model_find(anc_str_of(names[i])) == NULL)
            fail_msg("%s is not in the table", names[i]);
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct pin_row {
    const char *name;
    const char *sums;
    const char *digest; /* NULL: none */
} pin_rows[] = {
    {"the line", HEX "  a/b.json\n", HEX},
    {"among others, without an end", "x\n" HEX "  a/b\n\n" HEX "  a/b.json", HEX},
    {"nothing", "", NULL},
    {"another path", HEX "  b.json\n" HEX "  a/b.json.old\n", NULL},
    {"one blank", HEX " a/b.json\n", NULL},
    {"too short", "0123456789abcdef  a/b.json\n", NULL},
    {"upper case", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef  a/b.json",
     NULL},
};

static void finds_pins(void **state)
{
    const struct pin_row *row = *state;
    const anc_str got = emb_model_pin_find(anc_str_of(row->sums), "a/b.json");
    assert_int_equal(got.ptr == NULL, row->digest == NULL);
    if (row->digest != NULL)
        assert_true(anc_str_eq(got, anc_str_of(row->digest)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_is_sound),
                                       cmocka_unit_test(the_table_has_these)};
    return RUN_TABLE("estimates", rows, estimates) + RUN_TABLE("pins", pin_rows, finds_pins) +
           cmocka_run_group_tests_name("models", tests, NULL, NULL);
}
