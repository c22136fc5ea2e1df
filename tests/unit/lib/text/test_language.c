/* test_language.c - languages told apart by a few words, codes, and the lists of function words. */
#include "support/test.h"

#include "base/str.h"
#include "text/language.h"

typedef struct language_row {
    const char *name;
    txt_language language;
    const char *text;
} language_row;

static const language_row language_rows[] = {
    {"en question", TXT_EN, "Who invented the telephone?"},
    {"en without function words", TXT_EN, "opening hours"},
    {"en claim", TXT_EN, "Vitamin D deficiency lowers birth weight in healthy mothers."},
    {"fr question", TXT_FR, "Qui a invent\xC3\xA9 le t\xC3\xA9l\xC3\xA9phone ?"},
    {"fr words", TXT_FR, "d\xC3\xA9lai de livraison"},
    {"fr elisions", TXT_FR, "Qu'est-ce que l'ancre ?"},
    {"fr without accents", TXT_FR, "ou se trouve le bureau"},
    {"it question", TXT_IT, "Chi ha inventato il telefono?"},
    {"it words", TXT_IT, "orari di apertura del negozio"},
    {"es question", TXT_ES,
     "\xC2\xBFQui\xC3\xA9n invent\xC3\xB3 el tel\xC3\xA9"
     "fono?"},
    {"es without accents", TXT_ES, "cuanto cuesta el envio"},
    {"de question", TXT_DE, "Wer hat das Telefon erfunden?"},
    {"de words", TXT_DE,
     "\xC3\x96"
     "ffnungszeiten der Werkstatt"},
    {"pt question", TXT_PT, "Quem inventou o telefone?"},
    {"pt words", TXT_PT,
     "condi\xC3\xA7\xC3\xB5"
     "es de pagamento"},
    {"digits", TXT_UND, "12345"},
    {"nothing", TXT_UND, ""},
    {"a name", TXT_UND, "anchor"},
    {"another script", TXT_UND, "\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x81\xAF"},
};

static void detect(void **state)
{
    const language_row *row = *state;
    assert_string_equal(txt_language_code(txt_language_detect(anc_str_of(row->text))),
                        txt_language_code(row->language));
}

static void long_texts_are_sampled(void **state)
{
    (void)state;
    ANC_BUF(text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        (void)anc_buf_add(&text,
                          ANC_STR("Le bateau est dans le port depuis l'\xC3\xA9t\xC3\xA9. "));
    assert_int_equal(txt_language_detect(anc_buf_view(&text)), TXT_FR);
}

static void codes(void **state)
{
    (void)state;
    txt_language got = TXT_DE;
    assert_true(txt_language_find(ANC_STR("fr-CA"), &got) && got == TXT_FR);
    assert_true(txt_language_find(ANC_STR("EN"), &got) && got == TXT_EN);
    assert_true(txt_language_find(ANC_STR("none"), &got) && got == TXT_UND);
    assert_false(txt_language_find(ANC_STR("xx"), &got));
    assert_false(txt_language_find(ANC_STR(""), &got));
    assert_int_equal(got, TXT_UND);
    assert_string_equal(txt_language_code((txt_language)99), "und");
}

static void stop_words_are_sorted(void **state)
{
    (void)state;
    for (int i = TXT_EN; i < TXT_LANGUAGE_COUNT; i++) {
        const txt_word_list list = txt_stop_words((txt_language)i);
        assert_true(list.count > 100);
        for (size_t k = 0; k < list.count; k++) {
            assert_true(txt_is_stop_word((txt_language)i, anc_str_of(list.words[k])));
            if (k > 0)
                assert_true(anc_str_cmp(anc_str_of(list.words[k - 1]), anc_str_of(list.words[k])) <
                            0);
        }
    }
    assert_false(txt_is_stop_word(TXT_EN, ANC_STR("anchor")));
    assert_int_equal(txt_stop_words(TXT_UND).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_texts_are_sampled),
        cmocka_unit_test(codes),
        cmocka_unit_test(stop_words_are_sorted),
    };
    int failed = RUN_TABLE("txt_language_detect", language_rows, detect);
    failed += cmocka_run_group_tests_name("language", tests, NULL, NULL);
    return failed;
}
