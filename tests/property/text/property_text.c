/* property_text.c - what holds for every text: offsets cut it, sentences cover it, nothing runs
 * away. Texts are drawn from pieces that the rules trip over. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "text/analyze.h"
#include "text/normalize.h"
#include "text/sentence.h"

enum { ROUNDS = 1500, MOST_PIECES = 60 };

static const char *const pieces[] = {
    "a",
    "The",
    " ",
    " ",
    " ",
    ". ",
    ".",
    "...",
    "\n",
    "\n\n",
    "?",
    "! ",
    "E-42",
    "3.5",
    "Dr.",
    "U.S.",
    "l'",
    "\xE2\x80\x99",
    "http://",
    "www.",
    "@",
    "/",
    "-",
    "_",
    "'s",
    "[1]",
    "[",
    "\xC2\xAB ",
    " \xC2\xBB",
    "\"",
    "(",
    ")",
    "- ",
    "1. ",
    "\xC3\xA9",
    "\xCC\x81",
    "\xE6\x9D\xB1",
    "\xE3\x80\x82",
    "\xC2\xA0",
    "\xE2\x80\xA8",
    "\r\n",
    "\xC2\xAD",
    "\xF0\x9F\x98\x80",
    "word",
    "Word",
    "|",
    ",",
    ":",
    "z.B.",
    "C++",
    "1,250",
    "\xE2\x80\xA6",
};

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed >> 33;
}

static void draw(uint64_t *seed, anc_buf *text)
{
    const uint64_t n = next(seed) % MOST_PIECES;
    for (uint64_t i = 0; i < n; i++)
        (void)anc_buf_add(text, anc_str_of(pieces[next(seed) % ANC_COUNT(pieces)]));
}

static bool all_blank(anc_str s)
{
    return txt_trim(s).len == 0;
}

static void sentences_cover_the_text(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < ROUNDS; round++) {
        ANC_BUF(buf, 1 << 16);
        draw(&seed, &buf);
        const anc_str text = anc_buf_view(&buf);
        size_t cursor = 0, end = 0;
        txt_span s;
        while (txt_sentence_next(text, &cursor, &s)) {
            assert_true(s.start >= end && s.end > s.start && s.end <= text.len);
            const anc_str sentence = anc_str_sub(text, s.start, s.end - s.start);
            assert_true(all_blank(anc_str_sub(text, end, s.start - end)));
            assert_true(anc_utf8_valid(sentence));
            assert_int_equal(txt_trim(sentence).len, sentence.len);
            end = s.end;
        }
        assert_true(all_blank(anc_str_sub(text, end, text.len)));
    }
}

static void terms_lie_in_the_text(void **state)
{
    (void)state;
    uint64_t seed = 12;
    ANC_ARENA(mem, 1 << 24);
    for (int round = 0; round < ROUNDS; round++) {
        ANC_BUF(buf, 1 << 16);
        draw(&seed, &buf);
        const anc_str text = anc_buf_view(&buf);
        txt_term *terms = NULL;
        size_t n = 0;
        anc_err err = {0};
        const txt_language language = (txt_language)(round % TXT_LANGUAGE_COUNT);
        ASSERT_OK(txt_analyze(mem, text, language, NULL, &terms, &n, &err), &err);
        for (size_t i = 0; i < n; i++) {
            const txt_term *t = &terms[i];
            assert_true(t->start < t->end && t->end <= text.len);
            assert_true(t->text.len > 0 && t->text.len <= TXT_TERM_BYTES);
            assert_true(anc_utf8_valid(t->text));
            assert_true(anc_utf8_valid(anc_str_sub(text, t->start, t->end - t->start)));
            if (i > 0)
                assert_true(t->position >= t[-1].position && t->position <= t[-1].position + 1 &&
                            t->start >= t[-1].start);
        }
        anc_arena_reset(mem);
    }
}

static void folding_twice_changes_nothing(void **state)
{
    (void)state;
    uint64_t seed = 13;
    for (int round = 0; round < ROUNDS; round++) {
        ANC_BUF(text, 1 << 16);
        ANC_BUF(once, 1 << 18);
        ANC_BUF(twice, 1 << 18);
        anc_err err = {0};
        draw(&seed, &text);
        ASSERT_OK(txt_fold(anc_buf_view(&text), &once, &err), &err);
        ASSERT_OK(txt_fold(anc_buf_view(&once), &twice, &err), &err);
        assert_true(anc_str_eq(anc_buf_view(&once), anc_buf_view(&twice)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_cover_the_text),
        cmocka_unit_test(terms_lie_in_the_text),
        cmocka_unit_test(folding_twice_changes_nothing),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
