/* test_unigram_hostile.c - a tokenizer.json that is not what it should be, and texts that are. */
#include "infer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "tokenizer_refused.h"
#include "unigram_json.h"

enum { MEGABYTE = 1 << 20 };

#define WITH(vocab, unk) \
    "{\"model\":{\"type\":\"Unigram\",\"unk_id\":" unk ",\"vocab\":" vocab "}," POST "}"
#define SEQ(parts) "{\"type\":\"Sequence\",\"normalizers\":[" parts "]}"
#define NFC        "{\"type\":\"NFC\"}"
#define LONG_64    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_256   LONG_64 LONG_64 LONG_64 LONG_64

static const refused_row refused_rows[] = {
    {"no vocabulary", "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0}}", ANC_CORRUPT, "vocab"},
    {"an empty one", WITH("[]", "0"), ANC_CORRUPT, "vocab"},
    {"an object for it", WITH("{\"a\":1}", "0"), ANC_CORRUPT, "vocab"},
    {"no unknown piece", WITH("[[\"a\",0]]", "null"), ANC_CORRUPT, "unk_id"},
    {"an unknown piece below zero", WITH("[[\"a\",0]]", "-1"), ANC_CORRUPT, "unk_id"},
    {"an unknown piece behind the last", WITH("[[\"a\",0]]", "1"), ANC_CORRUPT, "unk_id"},
    {"an unknown piece far behind", WITH("[[\"a\",0]]", "4294967296"), ANC_CORRUPT, "unk_id"},
    {"a piece without a score", WITH("[[\"a\",0],[\"b\"]]", "0"), ANC_CORRUPT, "piece 1"},
    {"a score that is a text", WITH("[[\"a\",\"0\"]]", "0"), ANC_CORRUPT, "piece 0"},
    {"a piece that is a number", WITH("[[1,0]]", "0"), ANC_CORRUPT, "piece 0"},
    {"a piece that is no pair", WITH("[0]", "0"), ANC_CORRUPT, "piece 0"},
    {"a piece of 257 bytes", WITH("[[\"" LONG_256 "a\",0]]", "0"), ANC_UNSUPPORTED, "257 bytes"},
    {"bytes for unknown ones that are not there",
     "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"byte_fallback\":true,\"vocab\":[[\"a\",0],"
     "[\"<0x00>\",0]]}}",
     ANC_CORRUPT, "<0x01>"},
    {"no post_processor", "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",0]]}}",
     ANC_UNSUPPORTED, "post_processor"},
    {"another normalizer", JSON("{\"type\":\"BertNormalizer\"}", "null"), ANC_UNSUPPORTED,
     "\"BertNormalizer\""},
    {"a normalizer without a type", JSON("7", "null"), ANC_UNSUPPORTED, "(none)"},
    {"two normal forms", JSON(SEQ(NFC "," NFC), "null"), ANC_UNSUPPORTED, "two normal forms"},
    {"sequences too deep", JSON(SEQ(SEQ(SEQ(SEQ(SEQ(NFC))))), "null"), ANC_UNSUPPORTED, "deep"},
    {"too many steps", JSON(SEQ(LOWER_4 "," LOWER_4 "," LOWER_4 "," LOWER), "null"),
     ANC_UNSUPPORTED, "12 steps"},
    {"an empty charsmap", JSON("{\"type\":\"Precompiled\"}", "null"), ANC_CORRUPT,
     "precompiled_charsmap"},
    {"a Replace without content",
     JSON("{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"}}", "null"), ANC_UNSUPPORTED,
     "content"},
    {"a Replace of nothing", JSON(REPLACE("\"String\":\"\"", ""), "null"), ANC_UNSUPPORTED,
     "empty"},
    {"a Replace of too much", JSON(REPLACE("\"String\":\"" LONG_64 "\"", ""), "null"),
     ANC_UNSUPPORTED, "16 characters"},
    {"a Replace by too much", JSON(REPLACE("\"String\":\"a\"", LONG_256), "null"), ANC_UNSUPPORTED,
     "64"},
    {"Replaces that multiply",
     JSON(SEQ(REPLACE("\"String\":\"a\"", "aaaaa") "," REPLACE("\"Regex\":\"a{2,}\"", "aaaaaaa")),
          "null"),
     ANC_UNSUPPORTED, "16 times longer"},
    {"three of Strip",
     JSON(SEQ(STRIP("false", "true") "," STRIP("false", "true") "," STRIP("false", "true")),
          "null"),
     ANC_UNSUPPORTED, "more than 2"},
    {"another expression", JSON(REPLACE("\"Regex\":\"a|b\"", ""), "null"), ANC_UNSUPPORTED,
     "\"a|b\""},
    {"a class", JSON(REPLACE("\"Regex\":\".+\"", ""), "null"), ANC_UNSUPPORTED, "\".+\""},
    {"a run of none", JSON(REPLACE("\"Regex\":\"a{0,}\"", ""), "null"), ANC_UNSUPPORTED, "a{0,}"},
    {"no expression", JSON(REPLACE("\"Regex\":\"\"", ""), "null"), ANC_UNSUPPORTED, "\"\""},
    {"another pre-tokenizer", JSON("null", "{\"type\":\"ByteLevel\"}"), ANC_UNSUPPORTED,
     "\"ByteLevel\""},
    {"blanks after marks",
     JSON("null", "{\"type\":\"Sequence\",\"pretokenizers\":[" META("") ",{\"type\":"
                                                                        "\"WhitespaceSplit\"}]}"),
     ANC_UNSUPPORTED, "\"WhitespaceSplit\""},
    {"another scheme", JSON("null", META(",\"prepend_scheme\":\"last\"")), ANC_UNSUPPORTED,
     "\"last\""},
    {"a mark of two characters", JSON("null", "{\"type\":\"Metaspace\",\"replacement\":\"ab\"}"),
     ANC_UNSUPPORTED, "\"ab\""},
    {"an empty mark", JSON("null", "{\"type\":\"Metaspace\",\"replacement\":\"\"}"),
     ANC_UNSUPPORTED, "replacement"},
};

static inf_tokenizer *opened(const char *json)
{
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    ASSERT_OK(inf_tokenizer_of_json(anc_str_of(json), &tok, &err), &err);
    return tok;
}

/* Of two pieces with the same text the last counts, whatever their scores. */
static void the_same_piece_twice(void **state)
{
    (void)state;
    inf_tokenizer *tok = opened(WITH("[[\"u\",0],[\"a\",-1],[\"a\",-7],[\"b\",-1]]", "0"));
    uint32_t ids[8];
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("ab"), 8, ids, NULL), 4);
    assert_int_equal(ids[1], 2);
    assert_int_equal(ids[2], 3);
    inf_tokenizer_close(tok);
}

/* Sums that leave the range of doubles choose something, of what there is. */
static void scores_without_measure(void **state)
{
    (void)state;
    inf_tokenizer *tok = opened(WITH(
        "[[\"u\",-1e308],[\"a\",-1.7e308],[\"aa\",1.7e308],[\"\",0],[\"aaa\",-1.7e308]]", "0"));
    uint32_t ids[64];
    const size_t n = inf_tokenizer_encode(tok, ANC_STR("aaaaaaaaaaaaaaaaaaaaa"), 64, ids, NULL);
    assert_in_range(n, 2 + 7, 2 + 21);
    for (size_t i = 0; i < n; i++)
        assert_in_range(ids[i], 0, 4);
    inf_tokenizer_close(tok);
}

/* A view of no bytes may have no address. */
static void no_text_at_all(void **state)
{
    (void)state;
    inf_tokenizer *tok = opened(JSON(STRIP("true", "true"), META("")));
    uint32_t ids[8];
    uint8_t types[8];
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR_NONE, 8, ids, NULL), 2);
    assert_int_equal(
        inf_tokenizer_encode_pair(tok, ANC_STR_NONE, ANC_STR_NONE, 8, ids, types, NULL), 2);
    assert_int_equal(inf_tokenizer_count(tok, ANC_STR_NONE, 8), 0);
    inf_tokenizer_close(tok);
}

/* Older files do not name the kind of their model. */
static void a_model_without_its_kind(void **state)
{
    (void)state;
    inf_tokenizer *tok =
        opened("{\"model\":{\"unk_id\":0,\"vocab\":[[\"u\",0],[\"a\",-1],[\"e\",-1]]}," POST "}");
    uint32_t ids[8];
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("a"), 8, ids, NULL), 3);
    assert_int_equal(ids[1], 1);
    inf_tokenizer_close(tok);
}

static void bytes_of_what_is_unknown(void **state)
{
    (void)state;
    ANC_BUF(json, 1 << 16);
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[8];
    (void)anc_buf_add(&json, ANC_STR("{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,"
                                     "\"byte_fallback\":true,\"vocab\":[[\"u\",0],[\"a\",-1]"));
    for (unsigned i = 0; i < 256; i++)
        (void)anc_buf_printf(&json, ",[\"<0x%02X>\",-9]", i);
    (void)anc_buf_add(&json, ANC_STR("]}," POST "}"));
    ASSERT_OK(inf_tokenizer_of_json(anc_buf_view(&json), &tok, &err), &err);
    assert_int_equal(inf_tokenizer_encode(tok, ANC_STR("a\xC3\xA9z"), 8, ids, NULL), 6);
    const uint32_t expected[] = {0, 1, 2 + 0xC3, 2 + 0xA9, 2 + 'z', 2};
    assert_memory_equal(ids, expected, sizeof expected);
    inf_tokenizer_close(tok);
}

/* A megabyte of `unit` over and over. */
static anc_str megabyte(anc_arena *mem, anc_str unit)
{
    char *bytes = anc_arena_alloc(mem, MEGABYTE, 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < MEGABYTE; i++)
        bytes[i] = unit.ptr[i % unit.len];
    return (anc_str){bytes, MEGABYTE / unit.len * unit.len};
}

static const struct long_row {
    const char *name;
    const char *json;
    anc_str unit;
    size_t least, most; /* pieces */
} long_rows[] = {
    {"one letter", JSON("null", META("")), ANC_STR_INIT("b"), MEGABYTE + 1, MEGABYTE + 1},
    {"words", JSON("null", META("")), ANC_STR_INIT("a "), MEGABYTE / 2 + 1, MEGABYTE / 2 + 1},
    {"all unknown", JSON("null", META("")), ANC_STR_INIT("z"), 2, 2},
    {"no UTF-8", JSON("null", META("")), ANC_STR_INIT("\xE5\xA5"), 2, 2},
    {"blanks that all go", JSON(STRIP("true", "true"), META("")), ANC_STR_INIT(" \t"), 0, 0},
    {"blanks but for the last", JSON(STRIP("false", "true"), META("")), ANC_STR_INIT("a \t"),
     1 + (MEGABYTE / 3 - 1) * 3, 1 + (MEGABYTE / 3 - 1) * 3},
    {"a run", JSON(REPLACE("\"Regex\":\"a+\"", "b"), META("")), ANC_STR_INIT("a"), 2, 2},
    {"marks without end", JSON("{\"type\":\"NFKD\"}", META("")), ANC_STR_INIT("\xCC\x81"), 2, 2},
    /* paths that never meet: the best has one piece for 64 bytes, a settled one a few more */
    {"one long run", WITH("[[\"u\",0],[\"a\",-1],[\"" LONG_64 "\",-1]]", "0"), ANC_STR_INIT("a"),
     MEGABYTE / 64, MEGABYTE / 64 + 8 * 64},
};

static void long_texts(void **state)
{
    const struct long_row *row = *state;
    inf_tokenizer *tok = opened(row->json);
    uint32_t ids[64];
    bool cut = false;
    ANC_ARENA(mem, 4 << 20);
    const anc_str text = megabyte(mem, row->unit);
    assert_in_range(inf_tokenizer_count(tok, text, 2 * MEGABYTE), row->least, row->most);
    const size_t n = inf_tokenizer_encode(tok, text, 64, ids, &cut);
    assert_int_equal(n, row->least < 62 ? row->least + 2 : 64);
    assert_int_equal(cut, row->least > 62);
    inf_tokenizer_close(tok);
}

/* A run of paths that never meet is exact as long as it is not too long. */
static void a_run_that_is_kept_whole(void **state)
{
    (void)state;
    enum { LEN = 64 * 2000 + 3 };
    inf_tokenizer *tok = opened(WITH("[[\"u\",0],[\"a\",-1],[\"" LONG_64 "\",-1]]", "0"));
    ANC_ARENA(mem, 4 << 20);
    const anc_str text = {megabyte(mem, ANC_STR("a")).ptr, LEN};
    assert_int_equal(inf_tokenizer_count(tok, text, LEN), 2003);
    inf_tokenizer_close(tok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_piece_twice),     cmocka_unit_test(scores_without_measure),
        cmocka_unit_test(no_text_at_all),           cmocka_unit_test(a_model_without_its_kind),
        cmocka_unit_test(bytes_of_what_is_unknown), cmocka_unit_test(a_run_that_is_kept_whole),
    };
    return RUN_TABLE("refuses", refused_rows, refuses) +
           RUN_TABLE("long texts", long_rows, long_texts) +
           cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
