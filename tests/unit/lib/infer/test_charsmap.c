/* test_charsmap.c - SentencePiece's table of replacements: what it does, and broken ones. */
#include "infer/tokenizer.h"

#include <string.h>

#include "base/base64.h"

#include "support/test.h"
#include "unigram_json.h"

enum { BLOCK = 256, UNITS = 8 * BLOCK, TEXTS = 512, MAX = 16, LEAF = 1 << 8 };

/* A double array in which every node has a block for its children. */
typedef struct table {
    uint32_t units[UNITS];
    size_t n; /* of units */
    char texts[TEXTS];
    size_t n_texts;
} table;

static void put(table *t, size_t at, unsigned label, size_t base)
{
    t->units[at] = (uint32_t)((at ^ base) << 10) | label;
}

/* A replacement behind the others; the number that points to it. */
static uint32_t add_text(table *t, const char *text)
{
    const size_t at = t->n_texts;
    memcpy(t->texts + at, text, strlen(text) + 1);
    t->n_texts += strlen(text) + 1;
    return (uint32_t)at;
}

/* The child of the node whose children's base is `base`; gives the child's own base. */
static size_t child(table *t, size_t base, unsigned char byte)
{
    const size_t own = t->n;
    t->n += BLOCK;
    put(t, base ^ byte, byte, own);
    return own;
}

static void replace(table *t, size_t base, unsigned char byte, const char *text)
{
    const size_t own = child(t, base, byte);
    t->units[base ^ byte] |= LEAF;
    t->units[own] = 1u << 31 | add_text(t, text);
}

/* A to a, CR to space, x to nothing, é to "ab". */
static void fill(table *t)
{
    memset(t, 0, sizeof *t);
    t->n = 2 * BLOCK;
    put(t, 0, 0, BLOCK);
    replace(t, BLOCK, 'A', "a");
    replace(t, BLOCK, '\r', " ");
    replace(t, BLOCK, 'x', "");
    replace(t, child(t, BLOCK, 0xC3), 0xA9, "ab");
}

static void write_u32(anc_buf *out, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        (void)anc_buf_add_char(out, (char)(n >> 8 * i & 0xFF));
}

static void write_table(const table *t, anc_buf *out)
{
    write_u32(out, (uint32_t)(4 * t->n));
    for (size_t i = 0; i < t->n; i++)
        write_u32(out, t->units[i]);
    (void)anc_buf_add(out, (anc_str){t->texts, t->n_texts});
}

static anc_status open_blob(anc_str blob, inf_tokenizer **ret, anc_err *err)
{
    ANC_BUF(json, 1 << 20);
    (void)anc_buf_add(
        &json, ANC_STR("{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\""));
    anc_base64_put(&json, blob);
    (void)anc_buf_add(&json,
                      ANC_STR("\"},\"pre_tokenizer\":" META("") "," MODEL "," ADDED "," POST "}"));
    assert_false(json.refused);
    return inf_tokenizer_of_json(anc_buf_view(&json), ret, err);
}

static anc_status open_table(const table *t, inf_tokenizer **ret, anc_err *err)
{
    ANC_BUF(blob, 1 << 20);
    write_table(t, &blob);
    assert_false(blob.refused);
    return open_blob(anc_buf_view(&blob), ret, err);
}

static const struct row {
    const char *name;
    anc_str text;
    size_t n;
    uint32_t ids[MAX];
} rows[] = {
    {"nothing", ANC_STR_INIT(""), 0, {0}},
    {"one of ASCII", ANC_STR_INIT("A"), 1, {M_A}},
    {"two of ASCII", ANC_STR_INIT("AA"), 2, {M_A, A}},
    {"to nothing", ANC_STR_INIT("xaxx"), 1, {M_A}},
    {"only what goes", ANC_STR_INIT("xxx"), 0, {0}},
    {"of two bytes to two", ANC_STR_INIT("\xC3\xA9"), 2, {MARK, AB}},
    {"half of them", ANC_STR_INIT("\xC3\xA8"), 2, {MARK, UNK}},
    {"a short cluster by its first character", ANC_STR_INIT("aA\xCC\x81\x61"), 3, {M_A, A, A}},
    {"a long cluster one by one", ANC_STR_INIT("A\xCC\x81\xCC\x82\xCC\x83\x41"), 3, {M_A, UNK, A}},
    {"a short cluster without one", ANC_STR_INIT("a\xCC\x81\x41"), 3, {M_A, UNK, A}},
    {"CR LF is one cluster", ANC_STR_INIT("a\r\na"), 2, {M_A, M_A}},
    {"CR and LF apart", ANC_STR_INIT("a\r \na"), 5, {M_A, MARK, MARK, UNK, A}},
    {"at the end of the text", ANC_STR_INIT("a\r"), 2, {M_A, MARK}},
    {"no UTF-8", ANC_STR_INIT("A\xFF\x41"), 3, {M_A, UNK, A}},
};

static void maps(void **state)
{
    const struct row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    uint32_t ids[MAX];
    table t;
    fill(&t);
    ASSERT_OK(open_table(&t, &tok, &err), &err);
    const size_t n = inf_tokenizer_encode(tok, row->text, MAX, ids, NULL);
    assert_int_equal(n, row->n + 2);
    for (size_t i = 0; i < row->n; i++)
        assert_int_equal(ids[1 + i], row->ids[i]);
    inf_tokenizer_close(tok);
}

static void far_root(table *t)
{
    put(t, 0, 0, t->n);
}

static void far_child(table *t)
{
    put(t, BLOCK ^ 'A', 'A', t->n + BLOCK);
}

static void far_by_eight_bits(table *t)
{
    t->units[BLOCK ^ 'A'] |= 1u << 9; /* the offset counts 256 times */
}

static void far_number(table *t)
{
    t->units[2 * BLOCK] = 1u << 31 | (uint32_t)t->n_texts;
}

static void farthest_number(table *t)
{
    t->units[2 * BLOCK] = UINT32_MAX;
}

static void no_texts(table *t)
{
    t->n_texts = 0;
}

static void amid_a_character(table *t)
{
    t->units[2 * BLOCK] = 1u << 31 | (add_text(t, "\xC3\xA9") + 1);
}

static void too_long(table *t)
{
    char text[100];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    t->units[2 * BLOCK] = 1u << 31 | add_text(t, text);
}

static void no_utf8(table *t)
{
    (void)add_text(t, "\xC3");
}

static const struct broken_row {
    const char *name;
    void (*harm)(table *t);
    const char *says;
} broken_rows[] = {
    {"a root that points out", far_root, "points to unit"},
    {"a node that points out", far_child, "points to unit"},
    {"an offset of the large kind", far_by_eight_bits, "points to unit"},
    {"a number behind the replacements", far_number, "of replacements"},
    {"the greatest number", farthest_number, "of replacements"},
    {"no replacements", no_texts, "of replacements"},
    {"a number amid a character", amid_a_character, "of replacements"},
    {"a replacement of 99 bytes", too_long, "longer than 64"},
    {"replacements that are no UTF-8", no_utf8, "no UTF-8"},
};

static void refuses(void **state)
{
    const struct broken_row *row = *state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    table t;
    fill(&t);
    row->harm(&t);
    assert_int_equal(open_table(&t, &tok, &err), ANC_CORRUPT);
    assert_null(tok);
    if (strstr(err.text, row->says) == NULL || strstr(err.text, "precompiled_charsmap") == NULL)
        fail_msg("\"%s\" does not say %s", err.text, row->says);
}

/* Whatever is cut off the array is missed; whatever is cut off the replacements may be. */
static void cut_anywhere(void **state)
{
    (void)state;
    anc_err err = {0};
    table t;
    ANC_BUF(blob, 1 << 20);
    fill(&t);
    write_table(&t, &blob);
    for (size_t len = 0; len < blob.len; len += len < 8 || len > 4 * t.n ? 1 : 97) {
        inf_tokenizer *tok = NULL;
        const anc_status status = open_blob(anc_str_sub(anc_buf_view(&blob), 0, len), &tok, &err);
        if (len < 4 * (t.n + 1))
            assert_int_equal(status, ANC_CORRUPT);
        inf_tokenizer_close(tok);
    }
}

static void no_base64(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    assert_int_equal(
        inf_tokenizer_of_json(
            ANC_STR("{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"A$\"},"
                    "\"pre_tokenizer\":null," MODEL "," ADDED "," POST "}"),
            &tok, &err),
        ANC_CORRUPT);
    assert_non_null(strstr(err.text, "precompiled_charsmap"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(no_base64),
    };
    return RUN_TABLE("maps", rows, maps) + RUN_TABLE("refuses", broken_rows, refuses) +
           cmocka_run_group_tests_name("charsmap", tests, NULL, NULL);
}
