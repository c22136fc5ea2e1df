/* test_decode.c - texts in every encoding that is found without being declared. */
#include "support/test.h"

#include <string.h>

#include "decode_rows.h"
#include "parse/parse.h"

static anc_status gather(void *self, const prs_block *b, anc_err *err)
{
    (void)err;
    for (size_t i = 0; i < b->text.len; i++)
        (void)anc_buf_add_char(self, b->text.ptr[i] == '\n' ? ' ' : b->text.ptr[i]);
    return ANC_OK;
}

static void decode(void **state)
{
    const decode_row *row = *state;
    ANC_BUF(out, 1 << 16);
    anc_err err = {0};
    prs_kind kind;
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = gather, .self = &out};
    ASSERT_OK(prs_detect(row->bytes, ANC_STR("a.txt"), ANC_STR_NONE, &kind, &err), &err);
    assert_int_equal(kind, PRS_TEXT);
    ASSERT_OK(prs_parse(kind, row->bytes, &limits, &sink, &result, &err), &err);
    assert_string_equal(result.encoding, row->encoding);
    assert_false(result.damaged);
    assert_string_equal(out.ptr, row->text);
}

/* However short or long it is, and wherever it was cut, also inside a character; units of several bytes show as what they
 * are where some of them are whole. */
static void is_text_at_any_length(void **state)
{
    const decode_row *row = *state;
    ANC_BUF(all, 1 << 20);
    while (all.len < 9000)
        (void)anc_buf_add(&all, row->bytes);
    const bool wide = anc_str_starts(anc_str_of(row->encoding), ANC_STR("UTF-16")) ||
                      anc_str_starts(anc_str_of(row->encoding), ANC_STR("UTF-32"));
    const size_t unit = wide ? 4 : 1;
    for (size_t len = wide ? 32 : 1; len <= all.len; len += unit * (1 + len / 16)) {
        prs_kind kind;
        anc_err err = {0};
        ASSERT_OK(prs_detect(anc_str_sub(anc_buf_view(&all), 0, len), ANC_STR("a.txt"),
                             ANC_STR_NONE, &kind, &err),
                  &err);
        assert_int_equal(kind, PRS_TEXT);
    }
}

/* Encodings that are not known here: what is read as another is said to be damaged. */
typedef struct doubtful_row {
    const char *name;
    anc_str bytes;
} doubtful_row;

static const doubtful_row doubtful[] = {
    {"Arabic",
     ANC_STR_INIT(
         "\xED\xE6\xE1\xCF \xCC\xE3\xED\xDA \xC7\xE1\xE4\xC7\xD3 \xC3\xCD\xD1\xC7\xD1\xC7 \xE3\xCA"
         "\xD3\xC7\xE6\xED\xE4 \xDD\xED \xC7\xE1\xDF\xD1\xC7\xE3\xC9 \xE6\xC7\xE1\xCD\xDE\xE6\xDE"
         ". \xE6\xDE\xCF \xE6\xE5\xC8\xE6\xC7 \xDA\xDE\xE1\xC7 \xE6\xD6\xE3\xED\xD1\xC7")},
    {"Lithuanian",
     ANC_STR_INIT(
         "Visi \xFEmon\xEBs gimsta laisvi ir lyg\xFBs savo orumu ir teis\xEBmis. Jiems suteikta"
         "s protas ir s\xE0\xFEin\xEB ir jie turi elgtis vienas kito at\xFEvilgiu kaip broliai."
         " \xD0iandien gra\xFEu.Visi \xFEmon\xEBs gimsta laisvi ir lyg\xFBs savo orumu ir teis\xEB"
         "mis. Jiems suteiktas protas ir s\xE0\xFEin\xEB ir jie turi elgtis vienas kito at\xFEv"
         "ilgiu kaip broliai. \xD0iandien gra\xFEu.Visi \xFEmon\xEBs gimsta laisvi ir lyg\xFBs "
         "savo orumu ir teis\xEBmis. Jiems suteiktas protas ir s\xE0\xFEin\xEB ir jie turi elgt"
         "is vienas kito at\xFEvilgiu kaip broliai. \xD0iandien gra\xFEu.")},
};

static void doubts_are_said(void **state)
{
    const doubtful_row *row = *state;
    ANC_BUF(out, 1 << 16);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = gather, .self = &out};
    prs_kind kind;
    ASSERT_OK(prs_detect(row->bytes, ANC_STR("a.txt"), ANC_STR_NONE, &kind, &err), &err);
    assert_int_equal(kind, PRS_TEXT);
    ASSERT_OK(prs_parse(PRS_TEXT, row->bytes, &limits, &sink, &result, &err), &err);
    assert_string_equal(result.encoding, "windows-1252");
    assert_true(result.damaged);
}

static anc_status ignore(void *self, const prs_block *b, anc_err *err)
{
    (void)self;
    (void)b;
    (void)err;
    return ANC_OK;
}

/* Each NUL becomes a blank in one pass over the text, not in one for each. */
static void nuls_become_blanks(void **state)
{
    (void)state;
    ANC_BUF(bytes, 16 << 20);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = ignore};
    assert_true(anc_buf_reserve(&bytes, 16 << 20));
    memset(bytes.ptr, '\0', 16 << 20);
    memcpy(bytes.ptr, "a\0b", 3);
    bytes.len = 16 << 20;
    ASSERT_OK(prs_parse(PRS_TEXT, anc_buf_view(&bytes), &limits, &sink, &result, &err), &err);
    assert_string_equal(result.encoding, "UTF-8");
    assert_int_equal(result.blocks, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nuls_become_blanks)};
    int failed = RUN_TABLE("encodings", rows, decode);
    failed += RUN_TABLE("at any length", rows, is_text_at_any_length);
    failed += RUN_TABLE("doubtful", doubtful, doubts_are_said);
    failed += cmocka_run_group_tests_name("NUL bytes", tests, NULL, NULL);
    return failed;
}
