/* test_analyze.c - which terms a text is found by. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "text/analyze.h"

typedef struct terms_row {
    const char *name;
    txt_language language;
    const char *text;
    const char *terms; /* "term@position", a blank between, '*' behind function words */
} terms_row;

static const terms_row terms_rows[] = {
    {"empty", TXT_EN, "", ""},
    {"only signs", TXT_EN, " ... -- !? ", ""},
    {"english endings", TXT_EN, "Connected connections connecting",
     "connect@0 connect@1 connect@2"},
    {"no language keeps endings", TXT_UND, "connections", "connections@0"},
    {"function words", TXT_EN, "the boat", "the@0* boat@1"},
    {"possessive", TXT_EN, "John's boat\xE2\x80\x99s", "john@0 boat@1"},
    {"negation is one word", TXT_EN, "don\xE2\x80\x99t", "don't@0*"},
    {"french elision", TXT_FR,
     "l\xE2\x80\x99\xC3\xA9"
     "cole qu'ils",
     "ecol@0 il@1*"},
    {"french word with an apostrophe", TXT_FR, "Aujourd'hui", "aujourd'hui@0*"},
    {"italian elision", TXT_IT, "dell'acqua", "acqua@0"},
    {"accents come off last", TXT_FR, "\xC3\xA9l\xC3\xA8ve", "elev@0"},
    {"ligature", TXT_FR, "c\xC5\x93ur", "coeur@0"},
    {"sharp s", TXT_DE,
     "Stra\xC3\x9F"
     "e",
     "strass@0"},
    {"decomposed accents are the same", TXT_UND, "e\xCC\x81te\xCC\x81", "ete@0"},
    {"full width", TXT_UND, "\xEF\xBC\xA1\xEF\xBC\xA2\xEF\xBC\x91", "ab1@0"},
    {"soft hyphen", TXT_UND, "an\xC2\xADker", "anker@0"},
    {"code with a hyphen", TXT_EN, "E-42", "e42@0 e@0 42@1"},
    {"code without", TXT_EN, "ax200", "ax200@0"},
    {"a standard", TXT_EN, "ISO-9001", "iso9001@0 iso@0 9001@1"},
    {"a code of three parts", TXT_EN, "CVE-2024-1", "cve20241@0 cve@0 2024@1 1@2"},
    {"decimal", TXT_EN, "3.5 kg", "3.5@0 3@0 5@1 kg@2"},
    {"decimal comma", TXT_FR, "3,5", "3.5@0 3@0 5@1"},
    {"thousands", TXT_EN, "1,250,000.75", "1250000.75@0 1@0 250@1 000@2 75@3"},
    {"date", TXT_EN, "2026-11-20.", "2026-11-20@0 2026@0 11@1 20@2"},
    {"time", TXT_EN, "10:30", "10:30@0 10@0 30@1"},
    {"hyphenated words have no whole", TXT_EN, "well-known", "well@0 known@1"},
    {"e-mail", TXT_UND, "<jean.dupont@example.org>",
     "jean.dupont@example.org@0 jean@0 dupont@1 example@2 org@3"},
    {"URL", TXT_UND, "(https://example.org/a?b=1).",
     "https://example.org/a?b=1@0 https@0 example@1 org@2 a@3 b@4 1@5"},
    {"acronym", TXT_EN, "the U.S.A. won", "the@0* usa@1 won@2"},
    {"names of languages", TXT_UND, "C++ and C#.", "c++@0 c@0 and@1 c#@2 c@2"},
    {"ampersand", TXT_UND, "R&D", "r&d@0 r@0 d@1"},
    {"snake case", TXT_UND, "max_chunk_bytes", "max_chunk_bytes@0 max@0 chunk@1 bytes@2"},
    {"pairs of characters", TXT_UND, "\xE6\x9D\xB1\xE4\xBA\xAC\xE9\x83\xBD",
     "\xE6\x9D\xB1\xE4\xBA\xAC@0 \xE4\xBA\xAC\xE9\x83\xBD@1"},
    {"a lone character", TXT_UND, "\xE6\x9D\xB1 a", "\xE6\x9D\xB1@0 a@1"},
    {"sentence end without a blank is no code", TXT_UND, "end. Start", "end@0 start@1"},
};

static void terms(void **state)
{
    const terms_row *row = *state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 0;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    ASSERT_OK(txt_analyze(mem, anc_str_of(row->text), row->language, NULL, &got, &n, &err), &err);
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(&out, "%s%.*s@%u%s", i > 0 ? " " : "", ANC_FMT(got[i].text),
                             got[i].position, got[i].stop ? "*" : "");
    assert_string_equal(out.ptr != NULL ? out.ptr : "", row->terms);
}

static const terms_row inner_rows[] = {
    {"words of an identifier", TXT_EN, "the getUserName call",
     "the@0* getusernam@1 get@1 user@1 name@1 call@2"},
    {"capitals of its last word", TXT_UND, "parseURL userID",
     "parseurl@0 parse@0 url@0 userid@1 user@1 id@1"},
    {"capitals of its first word", TXT_UND, "HTTPServer2", "httpserver2@0 http@0 server2@0"},
    {"names with capitals inside", TXT_UND, "iPhone McDonald siRNA PhD GmbH LaTeX NASA HTTP2 HTMLs",
     "iphone@0 mcdonald@1 sirna@2 phd@3 gmbh@4 latex@5 nasa@6 http2@7 htmls@8"},
    {"parts of a whole", TXT_UND, "max_chunkBytes",
     "max_chunkbytes@0 max@0 chunkbytes@1 chunk@1 bytes@1"},
    {"compound", TXT_DE, "Mietvertrag", "mietvertrag@0 vertrag@0 miet@0"},
    {"its plural", TXT_DE, "Mietvertr\xC3\xA4ge", "mietvertrag@0 vertrag@0 miet@0"},
    {"three nouns", TXT_DE, "Krankenversicherungsbeitrag",
     "krankenversicherungsbeitrag@0 beitrag@0 versicher@0 krank@0"},
    {"what compounds alone lose", TXT_DE, "Ratenzahlung", "ratenzahl@0 zahlung@0 rat@0"},
    {"nouns with what stands before them", TXT_DE,
     "Verkauf Einkauf Vorteil Urteil beurteilen Anzahl Mitarbeiter",
     "verkauf@0 einkauf@1 vorteil@2 urteil@3 beurteil@4 anzahl@5 mitarbeit@6"},
    {"not in another language", TXT_EN, "Mietvertrag", "mietvertrag@0"},
};

static void words_inside_of_words(void **state)
{
    (void)state;
    for (size_t r = 0; r < ANC_COUNT(inner_rows); r++) {
        const terms_row *row = &inner_rows[r];
        const txt_analyze_options how = {.inner_words = true};
        anc_err err = {0};
        txt_term *got = NULL;
        size_t n = 0;
        ANC_ARENA(mem, 1 << 20);
        ANC_BUF(out, 4096);
        ASSERT_OK(txt_analyze(mem, anc_str_of(row->text), row->language, &how, &got, &n, &err),
                  &err);
        for (size_t i = 0; i < n; i++) {
            (void)anc_buf_printf(&out, "%s%.*s@%u%s", i > 0 ? " " : "", ANC_FMT(got[i].text),
                                 got[i].position, got[i].stop ? "*" : "");
            assert_int_equal(got[i].inner, got[i].form.len == 0);
        }
        assert_string_equal(out.ptr, row->terms);
    }
}

static void options_leave_things_out(void **state)
{
    (void)state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 0;
    ANC_ARENA(mem, 1 << 20);
    const txt_analyze_options how = {.keep_endings = true, .parts_only = true};
    ASSERT_OK(txt_analyze(mem, ANC_STR("E-42 boats"), TXT_EN, &how, &got, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_string_equal(got[0].text.ptr, "e");
    assert_string_equal(got[2].text.ptr, "boats");
}

static void offsets_cut_the_word(void **state)
{
    (void)state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 0;
    const anc_str text = ANC_STR("  l'\xC3\xA9t\xC3\xA9, AX-200!");
    ANC_ARENA(mem, 1 << 20);
    ASSERT_OK(txt_analyze(mem, text, TXT_FR, NULL, &got, &n, &err), &err);
    assert_int_equal(n, 4);
    assert_true(anc_str_eq(anc_str_sub(text, got[0].start, got[0].end - got[0].start),
                           ANC_STR("\xC3\xA9t\xC3\xA9")));
    assert_true(got[1].whole && !got[2].whole);
    assert_true(
        anc_str_eq(anc_str_sub(text, got[1].start, got[1].end - got[1].start), ANC_STR("AX-200")));
}

static void forms_keep_their_endings(void **state)
{
    (void)state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 0;
    ANC_ARENA(mem, 1 << 20);
    ASSERT_OK(txt_analyze(mem, ANC_STR("les Libert\xC3\xA9s d'opinion E-42"), TXT_FR, NULL, &got,
                          &n, &err),
              &err);
    assert_int_equal(n, 6);
    assert_string_equal(got[0].form.ptr, "les");
    assert_string_equal(got[1].text.ptr, "libert");
    assert_string_equal(got[1].form.ptr, "libertes");
    assert_string_equal(got[2].form.ptr, "opinion");
    assert_ptr_equal(got[3].form.ptr, got[3].text.ptr); /* one copy where they are the same */
}

/* A sign of several bytes right behind the last word; nothing behind the text is read. */
static void the_end_of_the_text_is_its_end(void **state)
{
    (void)state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 0;
    ANC_ARENA(mem, 1 << 20);
    static const char *const texts[] = {"mot\xC2\xBB", "mot\xE2\x80\x9D", "mot\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < ANC_COUNT(texts); i++) {
        char *exact = malloc(strlen(texts[i]));
        assert_non_null(exact);
        memcpy(exact, texts[i], strlen(texts[i]));
        ASSERT_OK(
            txt_analyze(mem, (anc_str){exact, strlen(texts[i])}, TXT_FR, NULL, &got, &n, &err),
            &err);
        assert_int_equal(n, 1);
        free(exact);
    }
}

static void long_words_are_cut(void **state)
{
    (void)state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 0;
    ANC_BUF(text, 1 << 20);
    for (int i = 0; i < 50000; i++)
        (void)anc_buf_add(&text, ANC_STR("\xC3\xA9x"));
    ANC_ARENA(mem, 1 << 20);
    ASSERT_OK(txt_analyze(mem, anc_buf_view(&text), TXT_FR, NULL, &got, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_int_equal(got[0].text.len, TXT_TERM_BYTES);
    assert_int_equal(got[0].end, text.len);
}

static void a_full_arena_is_a_limit(void **state)
{
    (void)state;
    anc_err err = {0};
    txt_term *got = NULL;
    size_t n = 7;
    ANC_ARENA(mem, 100);
    assert_int_equal(txt_analyze(mem, ANC_STR("one two"), TXT_EN, NULL, &got, &n, &err), ANC_LIMIT);
    assert_null(got);
    assert_int_equal(n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_inside_of_words),
        cmocka_unit_test(options_leave_things_out),
        cmocka_unit_test(offsets_cut_the_word),
        cmocka_unit_test(forms_keep_their_endings),
        cmocka_unit_test(the_end_of_the_text_is_its_end),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(a_full_arena_is_a_limit),
    };
    int failed = RUN_TABLE("txt_analyze", terms_rows, terms);
    failed += cmocka_run_group_tests_name("analyze", tests, NULL, NULL);
    return failed;
}
