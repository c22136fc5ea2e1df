/* test_unigram.c - cases by name over a small vocabulary, and the ids of the original tokenizer. */
#include "infer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "tokenizer_reference.h"
#include "unigram_json.h"

enum { MAX = 40 };

#define FIRST META(",\"prepend_scheme\":\"first\"")
#define SPLIT(meta) \
    "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"}," meta "]}"

static const struct row {
    const char *name;
    const char *json;
    anc_str text;
    size_t n;
    uint32_t ids[MAX];
} rows[] = {
    {"nothing", JSON("null", FIRST), ANC_STR_INIT(""), 0, {0}},
    {"one character", JSON("null", FIRST), ANC_STR_INIT("a"), 1, {M_A}},
    {"the best sum, not the longest piece", JSON("null", FIRST), ANC_STR_INIT("ab"), 2, {MARK, AB}},
    {"a longer piece", JSON("null", FIRST), ANC_STR_INIT("abaa"), 3, {MARK, ABA, A}},
    {"words begin at spaces", JSON("null", FIRST), ANC_STR_INIT("a a"), 2, {M_A, M_A}},
    {"spaces one by one", JSON("null", FIRST), ANC_STR_INIT("a  a "), 4, {M_A, MARK, M_A, MARK}},
    {"a mark in the text is a space",
     JSON("null", FIRST),
     ANC_STR_INIT("\xE2\x96\x81\x61"),
     1,
     {M_A}},
    {"only spaces", JSON("null", FIRST), ANC_STR_INIT("  "), 2, {MARK, MARK}},
    {"unknown neighbours are one", JSON("null", FIRST), ANC_STR_INIT("axyza"), 3, {M_A, UNK, A}},
    {"unknown ones of two words are two",
     JSON("null", FIRST),
     ANC_STR_INIT("x x"),
     4,
     {MARK, UNK, MARK, UNK}},
    {"all unknown",
     JSON("null", META(",\"prepend_scheme\":\"never\"")),
     ANC_STR_INIT("xyz"),
     1,
     {UNK}},
    {"several bytes",
     JSON("null", FIRST),
     ANC_STR_INIT("\xC3\xA9\xE5\xA5\xBD"),
     3,
     {MARK, ACCENT, HAN}},
    {"half of a piece's bytes", JSON("null", FIRST), ANC_STR_INIT("\xC3\xA8"), 2, {MARK, UNK}},
    {"no UTF-8 is unknown", JSON("null", FIRST), ANC_STR_INIT("\xFF\xE5\xA5"), 2, {MARK, UNK}},
    {"NUL is unknown", JSON("null", FIRST), ANC_STR_INIT("a\0a"), 3, {M_A, UNK, A}},
    {"special tokens are text",
     JSON("null", FIRST),
     ANC_STR_INIT("</s><mask><unk>"),
     4,
     {MARK, UNK, A, UNK}},
    {"always", JSON("null", META(",\"prepend_scheme\":\"always\"")), ANC_STR_INIT("a"), 1, {M_A}},
    {"never",
     JSON("null", META(",\"prepend_scheme\":\"never\"")),
     ANC_STR_INIT("a a"),
     2,
     {A, M_A}},
    {"old: with a prefix",
     JSON("null", META(",\"add_prefix_space\":true")),
     ANC_STR_INIT("a"),
     1,
     {M_A}},
    {"old: without", JSON("null", META(",\"add_prefix_space\":false")), ANC_STR_INIT("a"), 1, {A}},
    {"not split",
     JSON("null", META(",\"split\":false")),
     ANC_STR_INIT("x \xE2\x96\x81x"),
     5,
     {MARK, UNK, MARK, MARK, UNK}},
    {"another mark",
     JSON("null", "{\"type\":\"Metaspace\",\"replacement\":\"a\"}"),
     ANC_STR_INIT("b b"),
     2,
     {AB, AB}},
    {"blanks go, each word has a mark",
     JSON("null", SPLIT(META(""))),
     ANC_STR_INIT(" a\t\xE3\x80\x80 a\n"),
     2,
     {M_A, M_A}},
    {"blanks go, only the first word has one",
     JSON("null", SPLIT(FIRST)),
     ANC_STR_INIT("a a"),
     2,
     {M_A, A}},
    {"the first word is behind blanks", JSON("null", SPLIT(FIRST)), ANC_STR_INIT(" a"), 1, {A}},
    {"the first word is behind blanks that went",
     JSON(STRIP("true", "true"), SPLIT(FIRST)),
     ANC_STR_INIT(" a a"),
     2,
     {A, A}},
    {"the text begins behind blanks that went",
     JSON(STRIP("true", "true"), FIRST),
     ANC_STR_INIT(" a a"),
     2,
     {A, M_A}},
    {"no pre-tokenizer", JSON("null", "null"), ANC_STR_INIT("a a"), 3, {A, UNK, A}},
    {"only split", JSON("null", "{\"type\":\"WhitespaceSplit\"}"), ANC_STR_INIT("a a"), 2, {A, A}},
    {"stripped on the right",
     JSON(STRIP("false", "true"), FIRST),
     ANC_STR_INIT(" a \xC2\xA0 a \t\xE3\x80\x80"),
     4,
     {M_A, MARK, UNK, M_A}},
    {"stripped on the left",
     JSON(STRIP("true", "false"), FIRST),
     ANC_STR_INIT(" \t a "),
     2,
     {A, MARK}},
    {"stripped to nothing",
     JSON(STRIP("true", "true"), FIRST),
     ANC_STR_INIT(" \t\xC2\x85 "),
     0,
     {0}},
    {"a literal replaced",
     JSON(REPLACE("\"String\":\"aab\"", "b"), FIRST),
     ANC_STR_INIT("aaabaab"),
     3,
     {MARK, AB, B}},
    {"a literal that goes",
     JSON(REPLACE("\"String\":\"b\"", ""), FIRST),
     ANC_STR_INIT("abb"),
     1,
     {M_A}},
    {"the first word is behind what went",
     JSON(REPLACE("\"String\":\"b\"", ""), FIRST),
     ANC_STR_INIT("bab"),
     1,
     {A}},
    {"a run replaced",
     JSON(REPLACE("\"Regex\":\" {2,}\"", "\xE2\x96\x81"), FIRST),
     ANC_STR_INIT("a   a a  "),
     4,
     {M_A, M_A, M_A, MARK}},
    {"a run of any length",
     JSON(REPLACE("\"Regex\":\"x+\"", "a"), FIRST),
     ANC_STR_INIT("xaxx"),
     3,
     {M_A, A, A}},
    {"a run too short",
     JSON(REPLACE("\"Regex\":\"x{3,}\"", "a"), FIRST),
     ANC_STR_INIT("xxaxxx"),
     4,
     {MARK, UNK, A, A}},
    {"lower case",
     JSON("{\"type\":\"Lowercase\"}", FIRST),
     ANC_STR_INIT("A\xC3\x89"),
     2,
     {M_A, ACCENT}},
    {"NFC", JSON("{\"type\":\"NFC\"}", FIRST), ANC_STR_INIT("ae\xCC\x81"), 2, {M_A, ACCENT}},
    {"NFD", JSON("{\"type\":\"NFD\"}", FIRST), ANC_STR_INIT("\xC3\xA9"), 2, {MARK, UNK}},
    {"NFKC",
     JSON("{\"type\":\"NFKC\"}", FIRST),
     ANC_STR_INIT("\xEF\xBD\x81\xE2\x80\xA6"),
     2,
     {M_A, DOTS}},
    {"NFKD and marks go",
     JSON("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKD\"},{\"type\":\"StripAccents\"}]"
          "}",
          FIRST),
     ANC_STR_INIT("\xC3\xA1\xC3\xA2"),
     2,
     {M_A, A}},
};

static void encodes(void **state)
{
    const struct row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    bool cut = true;
    ASSERT_OK(inf_tokenizer_of_json(anc_str_of(row->json), &tok, &err), &err);
    assert_int_equal(inf_tokenizer_size(tok), 15);
    const size_t n = inf_tokenizer_encode(tok, row->text, MAX, ids, &cut);
    assert_int_equal(n, row->n + 2);
    assert_false(cut);
    assert_int_equal(ids[0], BOS);
    assert_int_equal(ids[n - 1], EOS);
    for (size_t i = 0; i < row->n; i++)
        assert_int_equal(ids[1 + i], row->ids[i]);
    assert_int_equal(inf_tokenizer_count(tok, row->text, MAX), row->n);
    inf_tokenizer_close(tok);
}

static void reference(void **state)
{
    (void)state;
    compare_small("tiny-models/xlm-roberta-cls", "");
}

static void reference_of_pairs(void **state)
{
    (void)state;
    compare_pairs("tiny-models/cross-encoder-xlm-roberta");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference),
        cmocka_unit_test(reference_of_pairs),
    };
    return RUN_TABLE("encodes", rows, encodes) +
           cmocka_run_group_tests_name("unigram", tests, NULL, NULL);
}
