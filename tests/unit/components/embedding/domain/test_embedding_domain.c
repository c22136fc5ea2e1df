/* test_embedding_domain.c - guessed token counts, and the table of models. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "embedding/domain/estimate.h"
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

static void the_table_is_sound(void **state)
{
    (void)state;
    const emb_model_row *row = NULL;
    for (size_t i = 0; (row = emb_model_at(i)) != NULL; i++) {
        assert_ptr_equal(emb_model_find(anc_str_of(row->name)), row);
        assert_int_equal(strlen(row->revision), 40);
        assert_true(row->n_files > 0);
        uint64_t sum = 0;
        for (size_t f = 0; f < row->n_files; f++) {
            const emb_model_file *file = &row->files[f];
            assert_int_equal(strlen(file->sha256), 64);
            for (const char *c = file->sha256; *c != '\0'; c++)
                assert_true(isdigit((unsigned char)*c) || (*c >= 'a' && *c <= 'f'));
            assert_true(file->path[0] != '/' && strstr(file->path, "..") == NULL);
            sum += file->bytes;
        }
        assert_int_equal(emb_model_bytes(row), sum);
    }
    assert_null(emb_model_find(ANC_STR("no-such-model")));
    assert_string_equal(emb_model_at(0)->name, "all-MiniLM-L6-v2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_is_sound)};
    return RUN_TABLE("estimates", rows, estimates) +
           cmocka_run_group_tests_name("models", tests, NULL, NULL);
}
