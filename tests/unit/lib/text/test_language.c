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
    {"fr of words that others have", TXT_FR, "Qui a construit Melivane ?"},
    {"fr beside an English a", TXT_FR, "qui a fond\xC3\xA9 Melivane"},
    {"en beside a French qui", TXT_EN, "What does the qui vive in this sentence mean?"},
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

/* What has little or no prose: names, records. */
static const language_row record_rows[] = {
    {"a name of Spanish words", TXT_UND,
     "Name | Age | City\nAlice | 30 | New York\nBob | 25 | Los Angeles\nCharlie | 35 | Chicago\n"},
    {"one function word many times", TXT_EN,
     "current: 12\nprevious: 11\nchange: 6\ncurrency: USD\nd\nrate: new\nunit: percent\nd\n"
     "activity\nquarterly\nweekly\nd\nyearly\nshowing everything\n"},
    {"text without a meaning", TXT_UND,
     "Lorem ipsum dolor sit amet, consetetur sadipscing elitr, sed diam nonumy eirmod tempor "
     "invidunt ut labore et dolore magna aliquyam erat, sed diam voluptua. At vero eos et accusam "
     "et justo duo dolores et ea rebum. Stet clita kasd gubergren, no sea takimata sanctus est "
     "Lorem ipsum dolor sit amet."},
    {"a list with few of them", TXT_FR,
     "Remplacement de la batterie interne | 54 euros\nRemplacement d'un capteur de pes\xC3\xA9"
     "e | 71 euros\nR\xC3\xA9glage et nettoyage complets | 29 euros\n"},
};

static void detect(void **state)
{
    const language_row *row = *state;
    assert_string_equal(txt_language_code(txt_language_detect(anc_str_of(row->text))),
                        txt_language_code(row->language));
}

typedef struct guess_row {
    const char *name, *code, *text;
} guess_row;

static const guess_row guess_rows[] = {
    {"ja", "ja", "これは日本語の文章です。倉庫は東京にあります。"},
    {"ja beside Latin letters", "ja", "Anchorage は文書から答えます"},
    {"ja without kana", "ja", "名前,年齢,住所\n佐藤太郎,30,東京"},
    {"zh", "zh", "仓库位于北京，每天开放。"},
    {"ko", "ko", "창고는 서울에 있으며 매일 문을 엽니다."},
    {"th", "th", "คลังสินค้าอยู่ที่กรุงเทพและเปิดทุกวัน"},
    {"ru", "ru", "Склад находится в Москве и открыт каждый день."},
    {"ru without letters of its own", "ru", "Привет мир"},
    {"uk", "uk", "Склад знаходиться у Києві і працює щодня."},
    {"be", "be", "Склад знаходзіцца ў Мінску і адкрыты кожны дзень."},
    {"bg", "bg", "Складът се намира в София и е отворен всеки ден."},
    {"sr", "sr", "Складиште се налази у Београду и отворено је сваког дана."},
    {"mk", "mk", "Складиштето е отворено секој ден. Ќе одиме."},
    {"ar", "ar", "المستودع في القاهرة ويفتح كل يوم."},
    {"fa", "fa", "انبار در تهران است. این کتاب را می‌خوانیم."},
    {"ur", "ur", "گودام لاہور میں ہے اور ہر روز کھلا رہتا ہے۔"},
    {"he", "he", "המחסן נמצא בתל אביב ופתוח כל יום."},
    {"el", "el", "Η αποθήκη βρίσκεται στην Αθήνα."},
    {"hi", "hi", "गोदाम दिल्ली में है और हर दिन खुला रहता है।"},
    {"a word of another script", "en", "The word кот means cat in Russian."},
    {"Latin", "fr", "Où se trouve le bureau ?"},
    {"figures", "und", "12345"},
    {"nothing", "und", ""},
};

static void guess(void **state)
{
    const guess_row *row = *state;
    assert_string_equal(txt_language_guess(anc_str_of(row->text)), row->code);
}

/* A quotation in another language of the same script leaves a long text what it is. */
static void a_quotation_is_no_text(void **state)
{
    (void)state;
    ANC_BUF(text, 1 << 16);
    for (int i = 0; i < 40; i++)
        (void)anc_buf_add(&text, ANC_STR("Склад находится в Москве. "));
    (void)anc_buf_add(&text, ANC_STR("Київ"));
    assert_string_equal(txt_language_guess(anc_buf_view(&text)), "ru");
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

static void there_is_such_a_language(void **state)
{
    static const char *const no[] = {"", "xx", "EN", "e", "eng", "und", "a ", " a", "n-"};
    (void)state;
    for (int i = TXT_EN; i < TXT_LANGUAGE_COUNT; i++)
        assert_true(txt_language_is_code(anc_str_of(txt_language_code((txt_language)i))));
    assert_true(txt_language_is_code(ANC_STR("aa")));
    assert_true(txt_language_is_code(ANC_STR("ja")));
    assert_true(txt_language_is_code(ANC_STR("zu")));
    for (size_t i = 0; i < ANC_COUNT(no); i++)
        assert_false(txt_language_is_code(anc_str_of(no[i])));
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
        cmocka_unit_test(a_quotation_is_no_text),
        cmocka_unit_test(long_texts_are_sampled),
        cmocka_unit_test(codes),
        cmocka_unit_test(there_is_such_a_language),
        cmocka_unit_test(stop_words_are_sorted),
    };
    int failed = RUN_TABLE("txt_language_detect", language_rows, detect);
    failed += RUN_TABLE("txt_language_detect of records", record_rows, detect);
    failed += RUN_TABLE("txt_language_guess", guess_rows, guess);
    failed += cmocka_run_group_tests_name("language", tests, NULL, NULL);
    return failed;
}
