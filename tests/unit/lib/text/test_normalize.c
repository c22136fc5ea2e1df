/* test_normalize.c - composed and folded forms, the short ways against the long one. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/str.h"
#include "base/utf8.h"
#include "text/normalize.h"

static void forms(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_BUF(out, 100);
    ASSERT_OK(txt_nfc(ANC_STR("e\xCC\x81 \xE2\x84\xAB"), &out, &err), &err);
    assert_string_equal(out.ptr, "\xC3\xA9 \xC3\x85");
    anc_buf_clear(&out);
    ASSERT_OK(txt_fold(ANC_STR("ABC \xEF\xAC\x81n STRA\xC3\x9F"
                               "E E\xCC\x81"),
                       &out, &err),
              &err);
    assert_string_equal(out.ptr, "abc fin strasse \xC3\xA9");
    anc_buf_clear(&out);
    ASSERT_OK(txt_nfc(ANC_STR(""), &out, &err), &err);
    assert_int_equal(out.len, 0);
}

static void a_full_buffer_is_a_limit(void **state)
{
    (void)state;
    ANC_BUF(out, 5);
    assert_int_equal(txt_nfc(ANC_STR("e\xCC\x81"
                                     "abcdef"),
                             &out, NULL),
                     ANC_LIMIT);
    anc_buf_clear(&out);
    assert_int_equal(txt_fold(ANC_STR("abcdefgh"), &out, NULL), ANC_LIMIT);
}

static void white_space_of_unicode_is_trimmed(void **state)
{
    (void)state;
    assert_true(anc_str_eq(txt_trim(ANC_STR("\xC2\xA0 a b\xE2\x80\xA8\n")), ANC_STR("a b")));
    assert_int_equal(txt_trim(ANC_STR(" \t ")).len, 0);
    assert_true(txt_is_blank(0x3000) && !txt_is_blank('x'));
}

/* A text of code points that like to compose, drawn with `seed`. */
static void draw(uint64_t *seed, anc_buf *text)
{
    static const uint32_t points[] = {'a',    'e',    ' ',    0x301,  0x323,  0xE9,   0x1100,
                                      0x1161, 0x11A8, 0xAC00, 0x3042, 0x3099, 0x4E00, 0x212B,
                                      0x1E0B, 0xFB01, 0x9C7,  0x9BE,  0x345,  0x3B1,  0x1F600};
    char bytes[4];
    for (int i = 0; i < 3000; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        const uint32_t c = points[(*seed >> 33) % ANC_COUNT(points)];
        (void)anc_buf_add(text, (anc_str){bytes, anc_utf8_put(c, bytes)});
    }
}

static void pieces_give_what_the_whole_gives(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 30; round++) {
        anc_err err = {0};
        ANC_BUF(text, 1 << 16);
        ANC_BUF(out, 1 << 18);
        draw(&seed, &text);
        ASSERT_OK(txt_nfc(anc_buf_view(&text), &out, &err), &err);
        utf8proc_uint8_t *whole = NULL;
        const utf8proc_ssize_t n =
            utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &whole,
                         (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
        assert_int_equal(n, out.len);
        assert_memory_equal(whole, out.ptr, out.len);
        free(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(a_full_buffer_is_a_limit),
        cmocka_unit_test(white_space_of_unicode_is_trimmed),
        cmocka_unit_test(pieces_give_what_the_whole_gives),
    };
    return cmocka_run_group_tests_name("normalize", tests, NULL, NULL);
}
