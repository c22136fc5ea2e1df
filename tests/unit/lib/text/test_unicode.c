/* test_unicode.c - single code points against what the standard says of them. */
#include "text/unicode.h"

#include "support/test.h"

static const struct row {
    const char *name;
    uint32_t c;
    txt_category category;
    uint32_t lower;
    size_t n;
    uint32_t parts[TXT_DECOMPOSED];
} rows[] = {
    {"letter", 'A', TXT_LU, 'a', 1, {'A'}},
    {"e acute", 0xC9, TXT_LU, 0xE9, 2, {'E', 0x301}},
    {"acute alone", 0x301, TXT_MN, 0x301, 1, {0x301}},
    {"four parts", 0x1F82, TXT_LL, 0x1F82, 4, {0x3B1, 0x313, 0x300, 0x345}},
    {"hangul", 0xD55C, TXT_LO, 0xD55C, 3, {0x1112, 0x1161, 0x11AB}},
    {"ligature is no canonical one", 0xFB01, TXT_LL, 0xFB01, 1, {0xFB01}},
    {"private use", 0xE000, TXT_CO, 0xE000, 1, {0xE000}},
    {"wide blank", 0x3000, TXT_ZS, 0x3000, 1, {0x3000}},
    {"zero width", 0x200B, TXT_CF, 0x200B, 1, {0x200B}},
    {"past the end", 0x110000, TXT_CN, 0x110000, 1, {0x110000}},
};

static void knows(void **state)
{
    const struct row *row = *state;
    uint32_t parts[TXT_DECOMPOSED] = {0};
    assert_int_equal(txt_category_of(row->c), row->category);
    assert_int_equal(txt_lower(row->c), row->lower);
    assert_int_equal(txt_decompose(row->c, parts), row->n);
    assert_memory_equal(parts, row->parts, sizeof parts);
}

static const struct form_row {
    const char *name;
    txt_form form;
    size_t n, n_formed;
    uint32_t run[5], formed[5];
} form_rows[] = {
    {"nothing", TXT_NFC, 0, 0, {0}, {0}},
    {"composed", TXT_NFC, 2, 1, {'e', 0x301}, {0xE9}},
    {"decomposed", TXT_NFD, 1, 2, {0xE9}, {'e', 0x301}},
    {"marks in order", TXT_NFD, 3, 3, {'a', 0x301, 0x323}, {'a', 0x323, 0x301}},
    {"order before composing", TXT_NFC, 3, 2, {'a', 0x301, 0x323}, {0x1EA1, 0x301}},
    {"compatible", TXT_NFKC, 1, 2, {0xFB01}, {'f', 'i'}},
    {"canonical only", TXT_NFC, 1, 1, {0xFB01}, {0xFB01}},
    {"hangul", TXT_NFKC, 3, 1, {0x1112, 0x1161, 0x11AB}, {0xD55C}},
    {"a line feed stays", TXT_NFKD, 1, 1, {'\n'}, {'\n'}},
};

static void forms(void **state)
{
    const struct form_row *row = *state;
    uint32_t out[TXT_RUN_FORMED];
    assert_int_equal(txt_form_of(row->form, row->run, row->n, out), row->n_formed);
    for (size_t i = 0; i < row->n_formed; i++)
        assert_int_equal(out[i], row->formed[i]);
}

/* The longest decompositions, as many as there may be: what does not fit is left out. */
static void a_run_that_grows(void **state)
{
    (void)state;
    uint32_t run[TXT_RUN], out[TXT_RUN_FORMED];
    for (size_t i = 0; i < TXT_RUN; i++)
        run[i] = 0xFDFA;
    assert_int_equal(txt_form_of(TXT_NFKD, run, 1, out), 18);
    assert_in_range(txt_form_of(TXT_NFKD, run, TXT_RUN, out), 18, TXT_RUN_FORMED);
}

static void where_a_run_begins(void **state)
{
    (void)state;
    static const uint32_t begin[] = {'a', 0xE9, 0x3042, 0x1100, 0xAC00, 0x110000};
    static const uint32_t join[] = {0x301, 0x3099, 0x1161, 0x11A8, 0x9BE, 0xFF9E};
    for (size_t i = 0; i < ANC_COUNT(begin); i++)
        assert_true(txt_form_begins(begin[i]));
    for (size_t i = 0; i < ANC_COUNT(join); i++)
        assert_false(txt_form_begins(join[i]));
}

static void clusters(void **state)
{
    (void)state;
    int32_t s = 0;
    assert_false(txt_cluster_ends('\r', '\n', &s));
    assert_true(txt_cluster_ends('\n', 'e', &s));
    assert_false(txt_cluster_ends('e', 0x301, &s));
    assert_true(txt_cluster_ends(0x301, 0x1F1E6, &s));
    assert_false(
        txt_cluster_ends(0x1F1E6, 0x1F1E7, &s)); /* two make a flag, the third begins one */
    assert_true(txt_cluster_ends(0x1F1E7, 0x1F1E8, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_grows),
        cmocka_unit_test(where_a_run_begins),
        cmocka_unit_test(clusters),
    };
    return RUN_TABLE("unicode", rows, knows) + RUN_TABLE("forms", form_rows, forms) +
           cmocka_run_group_tests_name("runs", tests, NULL, NULL);
}
