/* test_tokenizer_frame.c - the special tokens around texts and pairs, and how a pair is cut. */
#include "infer/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"

#include "support/test.h"
#include "tokenizer_reference.h"
#include "tokenizer_refused.h"

enum { UNK, CLS, SEP, A, B, BOS, EOS, MAX = 24 };

#define VOCAB "{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2,\"a\":3,\"b\":4,\"<s>\":5,\"</s>\":6}"
#define HEAD                                                                        \
    "{\"normalizer\":{\"type\":\"BertNormalizer\"},\"pre_tokenizer\":{\"type\":"    \
    "\"BertPreTokenizer\"},\"model\":{\"type\":\"WordPiece\",\"vocab\":" VOCAB "}," \
    "\"post_processor\":"
#define TOKEN(name, type) "{\"SpecialToken\":{\"id\":\"" name "\",\"type_id\":" type "}}"
#define TEXT(name, type)  "{\"Sequence\":{\"id\":\"" name "\",\"type_id\":" type "}}"
#define IDS                                                                          \
    "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[5],\"tokens\":[\"<s>\"]}," \
    "\"</s>\":{\"id\":\"</s>\",\"ids\":[6],\"tokens\":[\"</s>\"]},"                  \
    "\"two\":{\"id\":\"two\",\"ids\":[5,6]},\"far\":{\"id\":\"far\",\"ids\":[4294967299]}}"
#define SINGLE "\"single\":[" TOKEN("<s>", "0") "," TEXT("A", "0") "," TOKEN("</s>", "0") "],"
#define TEMPLATE(pair) \
    HEAD "{\"type\":\"TemplateProcessing\"," SINGLE "\"pair\":[" pair "]," IDS "}}"

static const char bert[] =
    HEAD "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",2],\"cls\":[\"[CLS]\",1]}}";
static const char roberta[] =
    HEAD "{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",6],\"cls\":[\"<s>\",5],"
         "\"trim_offsets\":true,\"add_prefix_space\":false}}";
static const char named[] = HEAD "null}";
static const char pair_of_two[] = TEMPLATE(TOKEN("<s>", "0") "," TEXT("A", "0") "," TOKEN(
    "</s>", "0") "," TOKEN("</s>", "0") "," TEXT("B", "0") "," TOKEN("</s>", "0"));
static const char pair_of_types[] = TEMPLATE(TOKEN("<s>", "0") "," TEXT("A", "0") "," TOKEN(
    "</s>", "0") "," TEXT("B", "1") "," TOKEN("</s>", "1"));

static const struct frame_row {
    const char *name, *json;
    size_t n, n_first;
    uint32_t ids[MAX];
    uint8_t second;
} frame_rows[] = {
    {"BertProcessing", bert, 6, 4, {CLS, A, B, SEP, A, SEP}, 1},
    {"RobertaProcessing", roberta, 7, 5, {BOS, A, B, EOS, EOS, A, EOS}, 0},
    {"nothing said", named, 6, 4, {CLS, A, B, SEP, A, SEP}, 1},
    {"a template with two between", pair_of_two, 7, 5, {BOS, A, B, EOS, EOS, A, EOS}, 0},
    {"a template with types", pair_of_types, 6, 4, {BOS, A, B, EOS, A, EOS}, 1},
};

static void frames(void **state)
{
    const struct frame_row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    uint8_t types[MAX];
    bool cut = true;
    ASSERT_OK(inf_tokenizer_of_json(anc_str_of(row->json), &tok, &err), &err);
    const size_t n =
        inf_tokenizer_encode_pair(tok, ANC_STR("a b"), ANC_STR("a"), MAX, ids, types, &cut);
    assert_int_equal(n, row->n);
    assert_false(cut);
    assert_memory_equal(ids, row->ids, n * sizeof *ids);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(types[i], i < row->n_first ? 0 : row->second);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("b"), MAX, ids, &cut), 3);
    assert_int_equal(ids[0], row->ids[0]);
    assert_int_equal(ids[1], B);
    assert_int_equal(ids[2], row->ids[row->n - 1]);
    assert_int_equal(inf_tokenizer_size(tok), 7);
    inf_tokenizer_close(tok);
}

static const refused_row refused_rows[] = {
    {"another kind", HEAD "{\"type\":\"ByteLevel\"}}", ANC_UNSUPPORTED, "\"ByteLevel\""},
    {"no object", HEAD "7}", ANC_UNSUPPORTED, "(none)"},
    {"no id", HEAD "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\"],\"cls\":[\"[CLS]\",1]}}",
     ANC_CORRUPT, "\"[SEP]\""},
    {"an id below zero", HEAD "{\"type\":\"BertProcessing\",\"sep\":[\"x\",2],\"cls\":[\"y\",-1]}}",
     ANC_CORRUPT, "\"y\""},
    {"no templates", HEAD "{\"type\":\"TemplateProcessing\"}}", ANC_UNSUPPORTED, "single"},
    {"an empty pair", TEMPLATE(""), ANC_UNSUPPORTED, "templates"},
    {"texts the other way round",
     TEMPLATE(TOKEN("<s>", "0") "," TEXT("B", "0") "," TOKEN("</s>", "0") "," TEXT(
         "A", "0") "," TOKEN("</s>", "0")),
     ANC_UNSUPPORTED, "templates"},
    {"types in disorder",
     TEMPLATE(TOKEN("<s>", "1") "," TEXT("A", "0") "," TOKEN("</s>", "0") "," TEXT(
         "B", "0") "," TOKEN("</s>", "0")),
     ANC_UNSUPPORTED, "templates"},
    {"a third type", TEMPLATE(TOKEN("<s>", "2")), ANC_CORRUPT, "type 0 or 1"},
    {"an unknown token", TEMPLATE(TOKEN("<x>", "0")), ANC_CORRUPT, "\"<x>\""},
    {"a token of two ids", TEMPLATE(TOKEN("two", "0")), ANC_UNSUPPORTED, "\"two\""},
    {"an id that overflows", TEMPLATE(TOKEN("far", "0")), ANC_CORRUPT, "\"far\""},
    {"a part of no kind", TEMPLATE("{}"), ANC_CORRUPT, "a part"},
};

/* Lengths of two texts and what is left of them in `max`, with [CLS] and two [SEP]. */
static const struct cut_row {
    const char *name;
    size_t a, b, max, kept_a, kept_b;
} cut_rows[] = {
    {"both fit", 3, 4, 10, 3, 4},
    {"the second is longer", 2, 9, 10, 2, 5},
    {"the first is longer", 9, 2, 10, 5, 2},
    {"the second alone is too long", 0, 99, 10, 0, 7},
    {"halves, the odd piece to the second", 6, 6, 10, 3, 4},
    {"halves, the odd piece to the longer first", 7, 6, 10, 4, 3},
    {"halves, the odd piece to the longer second", 6, 7, 10, 3, 4},
    {"halves of an even room", 6, 7, 11, 4, 4},
    {"both above the room, the first longer", 40, 39, 10, 4, 3},
    {"both above the room, the second longer", 39, 40, 10, 3, 4},
    {"both above the room, equal", 40, 40, 10, 3, 4},
    {"one fits by half", 4, 40, 11, 4, 4},
    {"one is just over half", 4, 40, 10, 3, 4},
    {"the longer is just over half", 40, 4, 10, 4, 3},
    {"the least room", 9, 9, INF_PAIR_MIN, 1, 1},
};

static anc_str repeated(char *out, char c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = c;
        out[2 * i + 1] = ' ';
    }
    return (anc_str){out, 2 * n};
}

static void cuts(void **state)
{
    const struct cut_row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    char a[256], b[256];
    uint32_t ids[MAX];
    uint8_t types[MAX];
    bool cut = false;
    ASSERT_OK(inf_tokenizer_of_json(ANC_STR(bert), &tok, &err), &err);
    const size_t n = inf_tokenizer_encode_pair(
        tok, repeated(a, 'a', row->a), repeated(b, 'b', row->b), row->max, ids, types, &cut);
    assert_int_equal(n, row->kept_a + row->kept_b + 3);
    assert_int_equal(cut, row->kept_a < row->a || row->kept_b < row->b);
    for (size_t i = 0; i < n; i++) {
        const uint32_t expected = i == 0                               ? CLS
                                  : i == row->kept_a + 1 || i == n - 1 ? SEP
                                  : i <= row->kept_a                   ? A
                                                                       : B;
        assert_int_equal(ids[i], expected);
        assert_int_equal(types[i], i > row->kept_a + 1);
    }
    inf_tokenizer_close(tok);
}

static void an_empty_second_text_is_no_pair(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    uint8_t types[MAX];
    bool cut = false;
    ASSERT_OK(inf_tokenizer_of_json(ANC_STR(bert), &tok, &err), &err);
    assert_int_equal(
        inf_tokenizer_encode_pair(tok, ANC_STR("a b"), ANC_STR(""), MAX, ids, types, &cut), 4);
    const uint32_t one[] = {CLS, A, B, SEP};
    const uint8_t zeros[] = {0, 0, 0, 0};
    assert_memory_equal(ids, one, sizeof one);
    assert_memory_equal(types, zeros, sizeof zeros);
    assert_int_equal(
        inf_tokenizer_encode_pair(tok, ANC_STR("a b"), ANC_STR(" "), MAX, ids, types, &cut), 5);
    const uint32_t two[] = {CLS, A, B, SEP, SEP};
    assert_memory_equal(ids, two, sizeof two);
    assert_int_equal(types[4], 1);
    assert_int_equal(
        inf_tokenizer_encode_pair(tok, ANC_STR(""), ANC_STR("b"), MAX, ids, types, &cut), 4);
    const uint32_t second[] = {CLS, SEP, B, SEP};
    assert_memory_equal(ids, second, sizeof second);
    inf_tokenizer_close(tok);
}

static void put_file(anc_str folder, const char *name, const char *text)
{
    char path[256];
    FILE *f = NULL;
    (void)snprintf(path, sizeof path, "%.*s/%s", ANC_FMT(folder), name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static const char plain_vocab[] = "[UNK]\n[CLS]\n[SEP]\na\nb\n<s>\n</s>\n";

static const struct config_row {
    const char *name, *config, *map; /* NULL: no such file */
    size_t n;
    uint32_t ids[MAX];
    uint8_t last_type;
} config_rows[] = {
    {"nothing there", NULL, NULL, 5, {CLS, A, SEP, B, SEP}, 1},
    {"nothing said", "{}", "{}", 5, {CLS, A, SEP, B, SEP}, 1},
    {"tokens by their text",
     "{\"cls_token\":\"<s>\",\"sep_token\":\"</s>\"}",
     NULL,
     5,
     {BOS, A, EOS, B, EOS},
     1},
    {"tokens as objects",
     "{\"cls_token\":{\"content\":\"<s>\"},\"sep_token\":{\"content\":\"</s>\"}}",
     NULL,
     5,
     {BOS, A, EOS, B, EOS},
     1},
    {"tokens of the map",
     NULL,
     "{\"cls_token\":\"<s>\",\"sep_token\":{\"content\":\"</s>\"}}",
     5,
     {BOS, A, EOS, B, EOS},
     1},
    {"the configuration before the map",
     "{\"cls_token\":\"[CLS]\"}",
     "{\"cls_token\":\"<s>\",\"sep_token\":\"</s>\"}",
     5,
     {CLS, A, EOS, B, EOS},
     1},
    {"MPNet", "{\"tokenizer_class\":\"MPNetTokenizer\"}", NULL, 6, {BOS, A, EOS, EOS, B, EOS}, 0},
    {"MPNet with tokens of its own",
     "{\"tokenizer_class\":\"MPNetTokenizerFast\",\"cls_token\":\"[CLS]\"}",
     NULL,
     6,
     {CLS, A, EOS, EOS, B, EOS},
     0},
};

static void configs(void **state)
{
    const struct config_row *row = *state;
    char folder[] = "/tmp/anchorage-tokenizer-XXXXXX";
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    uint8_t types[MAX];
    assert_non_null(mkdtemp(folder));
    put_file(anc_str_of(folder), "vocab.txt", plain_vocab);
    if (row->config != NULL)
        put_file(anc_str_of(folder), "tokenizer_config.json", row->config);
    if (row->map != NULL)
        put_file(anc_str_of(folder), "special_tokens_map.json", row->map);
    const anc_status status = inf_tokenizer_open(anc_str_of(folder), &tok, &err);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
    ASSERT_OK(status, &err);
    const size_t n =
        inf_tokenizer_encode_pair(tok, ANC_STR("a"), ANC_STR("b"), MAX, ids, types, NULL);
    assert_int_equal(n, row->n);
    assert_memory_equal(ids, row->ids, n * sizeof *ids);
    assert_int_equal(types[n - 1], row->last_type);
    inf_tokenizer_close(tok);
}

/* Of no text does more come than there is room for. */
static void a_window_without_room(void **state)
{
    (void)state;
    enum { UNTOUCHED = 99 };
    inf_tokenizer *tok = NULL;
    anc_err err = {0};
    bool cut = false;
    ASSERT_OK(inf_tokenizer_of_vocab(anc_str_of(plain_vocab), true, &tok, &err), &err);
    for (size_t max = 0; max < 3; max++) {
        uint32_t ids[4] = {UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED};
        assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("a b"), max, ids, &cut), max);
        assert_true(cut);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(ids[i] == UNTOUCHED, i >= max);
    }
    inf_tokenizer_close(tok);
}

static const struct bad_row {
    const char *name, *file, *text, *says;
} bad_rows[] = {
    {"a token that is not there", "tokenizer_config.json", "{\"sep_token\":\"<sep>\"}", "<sep>"},
    {"an unknown one that is not there", "special_tokens_map.json", "{\"unk_token\":\"<u>\"}",
     "<u>"},
    {"no JSON for a configuration", "tokenizer_config.json", "{", "tokenizer_config.json"},
    {"no JSON for a map", "special_tokens_map.json", "]", "special_tokens_map.json"},
};

static void bad_files(void **state)
{
    const struct bad_row *row = *state;
    char folder[] = "/tmp/anchorage-tokenizer-XXXXXX";
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    assert_non_null(mkdtemp(folder));
    put_file(anc_str_of(folder), "vocab.txt", plain_vocab);
    put_file(anc_str_of(folder), row->file, row->text);
    const anc_status status = inf_tokenizer_open(anc_str_of(folder), &tok, &err);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
    assert_int_equal(status, ANC_CORRUPT);
    assert_null(tok);
    assert_non_null(strstr(err.text, row->says));
    assert_non_null(strstr(err.text, folder));
}

static void reference_of_pairs(void **state)
{
    (void)state;
    compare_pairs("tiny-models/cross-encoder-bert");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_second_text_is_no_pair),
        cmocka_unit_test(a_window_without_room),
        cmocka_unit_test(reference_of_pairs),
    };
    return RUN_TABLE("frames", frame_rows, frames) + RUN_TABLE("refuses", refused_rows, refuses) +
           RUN_TABLE("cuts", cut_rows, cuts) + RUN_TABLE("configs", config_rows, configs) +
           RUN_TABLE("bad files", bad_rows, bad_files) +
           cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
