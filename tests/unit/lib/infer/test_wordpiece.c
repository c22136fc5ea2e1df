/* test_wordpiece.c - cases by name over a small vocabulary, and the ids of the original tokenizer. */
#include "infer/tokenizer.h"

#include <string.h>

#include "support/places.h"
#include "support/test.h"
#include "tokenizer_reference.h"
#include "tokenizer_refused.h"

enum {
    UNK,
    CLS,
    SEP,
    UN,
    AFF,
    ABLE,
    THE,
    COMMA,
    CAFE,
    E,
    HAO,
    A,
    CONT_A,
    CONT_B,
    I_DOT,
    MAX = 16,
    MEGABYTE = 1 << 20
};

static const anc_str vocab =
    ANC_STR_INIT("[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nthe\n,\ncafe\ne\n好\na\n##a\n##b\ni̇\n");

static const struct row {
    const char *name;
    anc_str text;
    size_t n;
    uint32_t ids[MAX];
} rows[] = {
    {"nothing", ANC_STR_INIT(""), 0, {0}},
    {"blanks of every kind", ANC_STR_INIT(" \t\r\n\xC2\xA0\xE3\x80\x80"), 0, {0}},
    {"longest piece first", ANC_STR_INIT("unaffable"), 3, {UN, AFF, ABLE}},
    {"upper case", ANC_STR_INIT("UNAFFABLE The"), 4, {UN, AFF, ABLE, THE}},
    {"no way to cut it", ANC_STR_INIT("unx the"), 2, {UNK, THE}},
    {"punctuation stands alone", ANC_STR_INIT("the,the"), 3, {THE, COMMA, THE}},
    {"accents go", ANC_STR_INIT("Caf\xC3\xA9 CAFE\xCC\x81"), 2, {CAFE, CAFE}},
    {"control and format characters go", ANC_STR_INIT("t\x01h\xE2\x80\x8B\x65"), 1, {THE}},
    {"NUL goes", ANC_STR_INIT("th\0e"), 1, {THE}},
    {"ideographs stand alone", ANC_STR_INIT("the\xE5\xA5\xBDthe"), 3, {THE, HAO, THE}},
    {"no UTF-8 goes", ANC_STR_INIT("th\xFF\x65 \xE5\xA5"), 1, {THE}},
    {"special literals are text", ANC_STR_INIT("[SEP]"), 3, {UNK, UNK, UNK}},
    {"punctuation that came after the tokenizers", ANC_STR_INIT("the\xE2\xB9\x92the"), 1, {UNK}},
    {"punctuation that is none any more", ANC_STR_INIT("the\xE1\x99\xADthe"), 3, {THE, UNK, THE}},
    {"a mark that came after the tokenizers", ANC_STR_INIT("cafe\xE0\xA3\x93"), 1, {UNK}},
    {"a mark that was one before", ANC_STR_INIT("caf\xE0\xA3\xA3\x65"), 1, {CAFE}},
    {"dotted capital i", ANC_STR_INIT("\xC4\xB0"), 1, {UNK}},
};

static void encodes(void **state)
{
    const struct row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    bool cut = true;
    ASSERT_OK(inf_tokenizer_of_vocab(vocab, true, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, row->text, MAX, ids, &cut), row->n + 2);
    assert_false(cut);
    assert_int_equal(ids[0], CLS);
    assert_memory_equal(ids + 1, row->ids, row->n * sizeof *ids);
    assert_int_equal(ids[row->n + 1], SEP);
    assert_int_equal(inf_tokenizer_count(tok, row->text, MAX), row->n);
    inf_tokenizer_close(tok);
}

static void cased_keeps_case_and_accents(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    ASSERT_OK(inf_tokenizer_of_vocab(vocab, false, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("the The cafe caf\xC3\xA9"), MAX, ids, NULL),
                     6);
    const uint32_t expected[] = {CLS, THE, UNK, CAFE, UNK, SEP};
    assert_memory_equal(ids, expected, sizeof expected);
    inf_tokenizer_close(tok);
}

static void lower_case_without_stripping(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    const anc_str json = ANC_STR(
        "{\"normalizer\":{\"type\":\"BertNormalizer\",\"lowercase\":true,\"strip_accents\":false},"
        "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"model\":{\"type\":\"WordPiece\","
        "\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2,\"i\xCC\x87\":3,\"\xC3\xA9\":4}}}");
    ASSERT_OK(inf_tokenizer_of_json(json, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("\xC4\xB0 \xC3\x89"), MAX, ids, NULL), 4);
    assert_int_equal(ids[1], 3);
    assert_int_equal(ids[2], 4);
    inf_tokenizer_close(tok);
}

/* Older files do not name the kind of their model. */
static void a_model_without_its_kind(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    const anc_str json =
        ANC_STR("{\"normalizer\":{\"type\":\"BertNormalizer\"},\"pre_tokenizer\":{\"type\":"
                "\"BertPreTokenizer\"},\"model\":{\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2,"
                "\"a\":3}}}");
    ASSERT_OK(inf_tokenizer_of_json(json, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("a"), MAX, ids, NULL), 3);
    assert_int_equal(ids[1], 3);
    inf_tokenizer_close(tok);
}

static void cuts_at_the_window(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[4];
    bool cut = false;
    ASSERT_OK(inf_tokenizer_of_vocab(vocab, true, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("unaffable the"), 4, ids, &cut), 4);
    assert_true(cut);
    const uint32_t expected[] = {CLS, UN, AFF, SEP};
    assert_memory_equal(ids, expected, sizeof expected);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("un the"), 4, ids, &cut), 4);
    assert_false(cut);
    assert_int_equal(inf_tokenizer_count(tok, ANC_STR("unaffable the the"), 2), 3);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("un"), 2, ids, &cut), 2);
    assert_true(cut);
    inf_tokenizer_close(tok);
}

static void long_words(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[128];
    char word[101];
    memset(word, 'a', sizeof word);
    ASSERT_OK(inf_tokenizer_of_vocab(vocab, true, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, (anc_str){word, 100}, 128, ids, NULL), 102);
    assert_int_equal(ids[1], A);
    assert_int_equal(ids[100], CONT_A);
    assert_int_equal(inf_tokenizer_encode(tok, (anc_str){word, 101}, 128, ids, NULL), 3);
    assert_int_equal(ids[1], UNK);
    inf_tokenizer_close(tok);
}

static const struct long_row {
    const char *name;
    anc_str unit;
    size_t pieces;
} megabytes[] = {
    {"one word", ANC_STR_INIT("a"), 1},
    {"words", ANC_STR_INIT("the "), MEGABYTE / 4},
    {"marks that go", ANC_STR_INIT("\xCC\x81"), 0},
    {"no UTF-8", ANC_STR_INIT("\xE5\xA5"), 0},
    {"blanks", ANC_STR_INIT(" \n"), 0},
    {"ideographs", ANC_STR_INIT("\xE5\xA5\xBD"), MEGABYTE / 3},
};

static void long_texts(void **state)
{
    const struct long_row *row = *state;
    static char bytes[MEGABYTE];
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    for (size_t i = 0; i < MEGABYTE; i++)
        bytes[i] = row->unit.ptr[i % row->unit.len];
    const anc_str text = {bytes, MEGABYTE / row->unit.len * row->unit.len};
    ASSERT_OK(inf_tokenizer_of_vocab(vocab, true, &tok, &err), &err);
    assert_int_equal(inf_tokenizer_count(tok, text, MEGABYTE), row->pieces);
    inf_tokenizer_close(tok);
}

static const refused_row refused_rows[] = {
    {"no JSON", "{", ANC_CORRUPT, ""},
    {"another model", "{\"model\":{\"type\":\"BPE\"}}", ANC_UNSUPPORTED, "\"BPE\""},
    {"a model that is not told", "{\"model\":{\"vocab\":{},\"merges\":[]}}", ANC_UNSUPPORTED,
     "(none)"},
    {"another normalizer", "{\"model\":{\"type\":\"WordPiece\"},\"normalizer\":{\"type\":\"NFC\"}}",
     ANC_UNSUPPORTED, "\"NFC\""},
    {"another prefix", "{\"model\":{\"type\":\"WordPiece\",\"continuing_subword_prefix\":\"@\"}}",
     ANC_UNSUPPORTED, "\"@\""},
    {"no vocabulary",
     "{\"model\":{\"type\":\"WordPiece\"},\"normalizer\":{\"type\":\"BertNormalizer\"},"
     "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}}",
     ANC_CORRUPT, "model.vocab"},
    {"an id below zero",
     "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":-1}},\"normalizer\":{\"type\":"
     "\"BertNormalizer\"},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}}",
     ANC_CORRUPT, "\"a\""},
    {"no [CLS]",
     "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0}},\"normalizer\":{\"type\":"
     "\"BertNormalizer\"},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}}",
     ANC_CORRUPT, "[CLS]"},
};

static void folder_without_a_vocabulary(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    assert_int_equal(inf_tokenizer_open(ANC_STR("/nonexistent"), &tok, &err), ANC_NOT_FOUND);
    assert_non_null(strstr(err.text, "/nonexistent/vocab.txt"));
}

static void reference_of_minilm(void **state)
{
    (void)state;
    char model[PLACE_MAX], tokens[PLACE_MAX];
    if (place_of_model(model) == NULL ||
        place_in_data(tokens, "minilm-reference/tokens.jsonl") == NULL)
        skip();
    compare_texts(model, tokens, "", 256);
}

static const struct small_row {
    const char *name, *folder, *prefix;
} small_rows[] = {
    {"uncased", "tiny-models/bert-mean", ""},
    {"cased", "tiny-models/bert-cls-cased-f16",
     "Represent this sentence for searching relevant passages: "},
    {"with a dense head", "tiny-models/bert-dense-bf16", ""},
    {"DistilBERT", "tiny-models/distilbert-mean", ""},
    {"MPNet", "tiny-models/mpnet-mean", ""},
};

static void reference_of_small(void **state)
{
    const struct small_row *row = *state;
    compare_small(row->folder, row->prefix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cased_keeps_case_and_accents),
        cmocka_unit_test(lower_case_without_stripping),
        cmocka_unit_test(a_model_without_its_kind),
        cmocka_unit_test(cuts_at_the_window),
        cmocka_unit_test(long_words),
        cmocka_unit_test(folder_without_a_vocabulary),
        cmocka_unit_test(reference_of_minilm),
    };
    return RUN_TABLE("encodes", rows, encodes) + RUN_TABLE("megabytes", megabytes, long_texts) +
           RUN_TABLE("refuses", refused_rows, refuses) +
           RUN_TABLE("small", small_rows, reference_of_small) +
           cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
