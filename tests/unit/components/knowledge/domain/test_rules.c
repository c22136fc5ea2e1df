/* test_rules.c - titles, labels, digests compared, vectors as halves. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "knowledge/domain/half.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "support/test.h"

static const struct title_row {
    const char *name;
    const char *given, *found, *uri, *id, *title;
} titles[] = {
    {"given", "Given", "Found", "/a/b.md", "id", "Given"},
    {"blanks at the ends", "  Given ", "", "", "id", "Given"},
    {"found in the text", " ", "Found", "/a/b.md", "id", "Found"},
    {"last part of the uri", "", "", "/a/b.md", "id", "b.md"},
    {"uri with a query", "", "", "https://x.example/a/page?q=1#top", "id", "page"},
    {"uri that ends with a slash", "", "", "https://x.example/a/", "id", "a"},
    {"id", "", "", "", "id", "id"},
    {"line break", "A\nB", "", "", "id", "A B"},
};

static void title(void **state)
{
    const struct title_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    const anc_str got = kno_title_of(mem, anc_str_of(row->given), anc_str_of(row->found),
                                     anc_str_of(row->uri), anc_str_of(row->id));
    assert_true(anc_str_eq(got, anc_str_of(row->title)));
}

static void a_long_title_is_cut_at_a_character(void **state)
{
    (void)state;
    char text[KNO_TITLE_BYTES + 2];
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[0] = 'x';
    text[1] = 'x';
    ANC_ARENA(mem, 1 << 16);
    const anc_str odd = {text + 1, sizeof text - 1};
    const anc_str got = kno_title_of(mem, odd, ANC_STR_NONE, ANC_STR_NONE, ANC_STR("id"));
    assert_int_equal(got.len, KNO_TITLE_BYTES - 1);
}

static void labels(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err;
    anc_err_clear(&err);
    const anc_str given[] = {ANC_STR("user:b"), ANC_STR("public"), ANC_STR("group:a")};
    kno_labels sorted;
    ASSERT_OK(kno_labels_sorted(mem, given, 3, &sorted, &err), &err);
    assert_string_equal(sorted.items[0].ptr, "group:a");
    assert_string_equal(sorted.items[2].ptr, "user:b");
    assert_true(kno_labels_meet(sorted, given + 1, 1));
    const anc_str other[] = {ANC_STR("user:bb")};
    assert_false(kno_labels_meet(sorted, other, 1));
    assert_false(kno_labels_meet((kno_labels){NULL, 0}, given, 3));
    assert_int_equal(kno_labels_sorted(mem, (anc_str[]){ANC_STR("root")}, 1, &sorted, &err),
                     ANC_INVALID);
    assert_string_equal(err.pointer, "/acl");
}

static const struct language_row {
    const char *name;
    const char *language;
    anc_status status;
} languages[] = {
    {"none", "", ANC_OK},
    {"auto", "auto", ANC_OK},
    {"two letters", "fr", ANC_OK},
    {"one whose words are not known", "sv", ANC_OK},
    {"no language", "und", ANC_OK},
    {"two letters of nothing", "xx", ANC_INVALID},
    {"across two codes", "b ", ANC_INVALID},
    {"three letters", "swe", ANC_INVALID},
    {"one letter", "e", ANC_INVALID},
    {"a long text", "ééééééééééééééééééééééééééééééééé", ANC_INVALID},
    {"capitals", "FR", ANC_INVALID},
    {"a name", "french", ANC_INVALID},
};

static void language(void **state)
{
    const struct language_row *row = *state;
    anc_err err;
    anc_err_clear(&err);
    assert_int_equal(kno_language_check(anc_str_of(row->language), "/language", &err), row->status);
    if (row->status == ANC_OK)
        return;
    assert_string_equal(err.pointer, "/language");
    const anc_str text = anc_str_of(err.text);
    assert_true(anc_utf8_valid(text));
    assert_non_null(strstr(err.text, anc_str_of(row->language).len <= 40 ? row->language : "ééé"));
}

static const struct compare_row {
    const char *name;
    const char *before, *now; /* a letter a digest */
    uint32_t added, removed;
} compares[] = {
    {"nothing", "", "", 0, 0},
    {"all new", "", "abc", 3, 0},
    {"all gone", "abc", "", 0, 3},
    {"moved", "abc", "cab", 0, 0},
    {"one changed", "abc", "axc", 1, 1},
    {"twice and once", "aab", "ab", 0, 1},
    {"once and twice", "ab", "abb", 1, 0},
};

static size_t letters(const char *from, kno_digest *out)
{
    const size_t n = strlen(from);
    for (size_t i = 0; i < n; i++)
        out[i] = (kno_digest){.bytes = {(unsigned char)from[i]}};
    return n;
}

static void compare(void **state)
{
    const struct compare_row *row = *state;
    kno_digest before[8], now[8];
    uint32_t added = 99, removed = 99;
    kno_digests_compare(before, letters(row->before, before), now, letters(row->now, now), &added,
                        &removed);
    assert_int_equal(added, row->added);
    assert_int_equal(removed, row->removed);
}

static const struct half_row {
    const char *name;
    float value;
    unsigned bits;
} halves[] = {
    {"zero", 0.0F, 0x0000},
    {"minus zero", -0.0F, 0x8000},
    {"one", 1.0F, 0x3c00},
    {"minus two", -2.0F, 0xc000},
    {"greatest", 65504.0F, 0x7bff},
    {"past the greatest", 65520.0F, 0x7c00},
    {"smallest normal", 6.103515625e-05F, 0x0400},
    {"smallest", 5.9604644775390625e-08F, 0x0001},
    {"half of the smallest", 2.98023223876953125e-08F, 0x0000},
    {"a little more than half", 2.9802326e-08F, 0x0001},
    {"tie to even below", 1.00048828125F, 0x3c00},
    {"tie to even above", 1.00146484375F, 0x3c02},
    {"a third", 0.333333343F, 0x3555},
    {"carry into the exponent", 1.99990F, 0x4000},
};

static void half(void **state)
{
    const struct half_row *row = *state;
    unsigned char bytes[2];
    kno_half_pack(&row->value, 1, bytes);
    assert_int_equal(bytes[0] | bytes[1] << 8, row->bits);
}

static void vectors_come_back_as_unit_vectors(void **state)
{
    (void)state;
    float values[64], back[64];
    double sum = 0, dot = 0, norm = 0;
    for (int i = 0; i < 64; i++) {
        values[i] = (float)((i * 37) % 64 - 31) / 150.0F;
        sum += (double)values[i] * (double)values[i];
    }
    for (int i = 0; i < 64; i++)
        values[i] /= (float)sqrt(sum);
    unsigned char bytes[128];
    kno_half_pack(values, 64, bytes);
    kno_half_unpack_unit(bytes, 64, back);
    for (int i = 0; i < 64; i++) {
        dot += (double)values[i] * (double)back[i];
        norm += (double)back[i] * (double)back[i];
    }
    assert_true(fabs(norm - 1) < 1e-6);
    assert_true(dot > 1 - 1e-6);
    memset(bytes, 0, sizeof bytes);
    kno_half_unpack_unit(bytes, 64, back);
    assert_true(back[0] == 0.0F);
}

static void what_no_model_makes_is_no_unit_vector(void **state)
{
    (void)state;
    static const struct {
        float value;
        bool is_unit;
    } rows[] = {{0.5F, true},      {0.504F, true},     {0.496F, true}, {0.51F, false},
                {0.49F, false},    {0.0F, false},      {1.0F, false},  {-0.5F, true},
                {INFINITY, false}, {-INFINITY, false}, {NAN, false}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const float values[4] = {rows[i].value, rows[i].value, rows[i].value, rows[i].value};
        const float last[4] = {0.5F, 0.5F, 0.5F, rows[i].value};
        unsigned char bytes[8];
        kno_half_pack(values, 4, bytes);
        assert_int_equal(kno_half_is_unit(bytes, 4), rows[i].is_unit);
        kno_half_pack(last, 4, bytes);
        if (!isfinite(rows[i].value))
            assert_false(kno_half_is_unit(bytes, 4));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_no_model_makes_is_no_unit_vector),
                                       cmocka_unit_test(a_long_title_is_cut_at_a_character),
                                       cmocka_unit_test(labels),
                                       cmocka_unit_test(vectors_come_back_as_unit_vectors)};
    int failed = RUN_TABLE("title", titles, title);
    failed += RUN_TABLE("language", languages, language);
    failed += RUN_TABLE("compare", compares, compare);
    failed += RUN_TABLE("half", halves, half);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
