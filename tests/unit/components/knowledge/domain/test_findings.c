/* test_findings.c - dates, key phrases, words and how findings become fields. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "knowledge/domain/findings.h"
#include "knowledge/domain/key_phrases.h"

/* ---- dates --------------------------------------------------------------------------------- */

typedef struct date_row {
    const char *name, *text;
    bool day_first;
    unsigned year, month, day; /* 0: none */
} date_row;

static const date_row date_rows[] = {
    {"ISO", "Signed 2024-03-05 in Lyon.", false, 2024, 3, 5},
    {"ISO with slashes", "2024/03/05", false, 2024, 3, 5},
    {"an instant", "at 2024-03-05T10:00:00Z", false, 2024, 3, 5},
    {"English", "on 5 March 2024 we", false, 2024, 3, 5},
    {"English with an ending", "the 22nd of October 1999", false, 1999, 10, 22},
    {"American", "On March 5, 2024, we", false, 2024, 3, 5},
    {"short month", "12 Sept. 2021", false, 2021, 9, 12},
    {"French", "le 1er ao\303\273t 2023", true, 2023, 8, 1},
    {"French in capitals", "LE 3 F\303\211VRIER 2023", true, 2023, 2, 3},
    {"Spanish", "5 de marzo de 2024", true, 2024, 3, 5},
    {"Italian", "il 2 giugno 1946", true, 1946, 6, 2},
    {"German", "am 3. Oktober 1990", true, 1990, 10, 3},
    {"German numbers", "am 3.10.1990 um", true, 1990, 10, 3},
    {"Portuguese", "25 de abril de 1974", true, 1974, 4, 25},
    {"both readings, day first", "05/03/2024", true, 2024, 3, 5},
    {"both readings, month first", "05/03/2024", false, 2024, 5, 3},
    {"one reading", "31/12/2024", false, 2024, 12, 31},
    {"no such day", "2023-02-29 and 30 February 2024", false, 0, 0, 0},
    {"a leap day", "2024-02-29", false, 2024, 2, 29},
    {"a version number", "1.2.3.2024", true, 0, 0, 0},
    {"a telephone number", "01-02-03-04-2024", true, 0, 0, 0},
    {"a year alone", "In 2024 there were 12 ships.", false, 0, 0, 0},
    {"out of range", "0001-01-01", false, 0, 0, 0},
    {"the first one", "2020-01-02, then 2021-01-02", false, 2020, 1, 2},
    {"nothing", "", false, 0, 0, 0},
};

static void dates(void **state)
{
    const date_row *row = *state;
    kno_date d = {0};
    assert_int_equal(kno_first_date(anc_str_of(row->text), row->day_first, &d), row->year != 0);
    assert_int_equal(d.year, row->year);
    assert_int_equal(d.month, row->month);
    assert_int_equal(d.day, row->day);
}

/* ---- words --------------------------------------------------------------------------------- */

static void words_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t words;
    } rows[] = {
        {"", 0},
        {" \n ", 0},
        {"One, two; three.", 3},
        {"it's a long-term plan", 4},
        {"\303\211t\303\251 \303\240 l'\303\251cole", 3},
        {"\346\235\261\344\272\254\346\265\267", 2}, /* three characters */
        {"v2 x 100 = 200", 4},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        assert_int_equal(kno_word_count(anc_str_of(rows[i].text)), rows[i].words);
}

/* ---- key phrases --------------------------------------------------------------------------- */

static void phrases_of(const char *text, txt_language language, const char *wanted)
{
    ANC_ARENA(mem, 4 << 20);
    anc_err err = {0};
    anc_str *phrases = NULL;
    size_t n = 0;
    ASSERT_OK(kno_key_phrases(mem, anc_str_of(text), language, &phrases, &n, &err), &err);
    ANC_BUF(all, 4096);
    (void)anc_buf_add(&all, ANC_STR(""));
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(&all, "%s%.*s", i > 0 ? "|" : "", ANC_FMT(phrases[i]));
    assert_string_equal(all.ptr != NULL ? all.ptr : "", wanted);
}

static void key_phrases(void **state)
{
    (void)state;
    phrases_of("", TXT_EN, "");
    phrases_of("Write to anna@example.org or (bert@example.org). See https://example.org/pay, "
               "www.example.org and <https://example.org/terms>. Late payment costs.",
               TXT_EN, "late payment costs");
    phrases_of("Meet @ noon: cold harbour walk; cold harbour walk.", TXT_EN, "cold harbour walk");
    phrases_of("The of and a.", TXT_EN, "");
    phrases_of("Storm anchors hold the ship. A storm anchor is not a sea anchor.\n"
               "The harbour master checks storm anchors; the Harbour Master signs.\n"
               "Every harbour master has a log book, and the log book is kept.",
               TXT_EN, "harbour master|storm anchors|log book|anchor");
    phrases_of("Le contrat de bail est sign\303\251. Le contrat de bail oblige le locataire.",
               TXT_FR, "bail|contrat");
}

static void phrases_are_bounded(void **state)
{
    (void)state;
    ANC_ARENA(mem, 64 << 20);
    anc_err err = {0};
    ANC_BUF(text, 8 << 20);
    for (unsigned i = 0; text.len < (1U << 20); i++)
        (void)anc_buf_printf(&text, "alpha%u beta%u gamma. ", i % 1000, i % 777);
    anc_str *phrases = NULL;
    size_t n = 0;
    ASSERT_OK(kno_key_phrases(mem, anc_buf_view(&text), TXT_EN, &phrases, &n, &err), &err);
    assert_int_equal(n, KNO_KEY_PHRASES);
    ANC_ARENA(small, 1 << 10);
    assert_int_equal(kno_key_phrases(small, anc_buf_view(&text), TXT_EN, &phrases, &n, &err),
                     ANC_LIMIT);
}

/* ---- findings and fields ------------------------------------------------------------------- */

static void findings_say_where_they_come_from(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str headings[] = {ANC_STR("A"), ANC_STR("A > B")};
    const kno_rule_findings rules = {.words = 500,
                                     .has_date = true,
                                     .date = {2024, 3, 5},
                                     .headings = headings,
                                     .n_headings = 2,
                                     .damage = ANC_STR("some bytes")};
    ANC_BUF(found, 4096);
    ASSERT_OK(kno_findings_write(ANC_STR("{\"author\":\"A. Smith\"}"), &rules, &found, &err), &err);
    assert_string_equal(found.ptr,
                        "{\"author\":{\"value\":\"A. Smith\",\"origin\":\"file\"},"
                        "\"word_count\":{\"value\":500,\"origin\":\"rule\"},"
                        "\"reading_minutes\":{\"value\":3,\"origin\":\"rule\"},"
                        "\"headings\":{\"value\":[\"A\",\"A > B\"],\"origin\":\"rule\"},"
                        "\"damaged\":{\"value\":\"some bytes\",\"origin\":\"rule\"},"
                        "\"first_date\":{\"value\":\"2024-03-05T00:00:00Z\",\"origin\":\"rule\"}}");
    ANC_BUF(fields, 4096);
    ASSERT_OK(kno_fields_write(ANC_STR("{\"author\":\"me\",\"year\":2020}"), anc_buf_view(&found),
                               &fields, &err),
              &err);
    assert_string_equal(fields.ptr,
                        "{\"author\":\"me\",\"year\":2020,\"word_count\":500,"
                        "\"reading_minutes\":3,\"headings\":[\"A\",\"A > B\"],"
                        "\"damaged\":\"some bytes\",\"first_date\":\"2024-03-05T00:00:00Z\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_counted),
        cmocka_unit_test(key_phrases),
        cmocka_unit_test(phrases_are_bounded),
        cmocka_unit_test(findings_say_where_they_come_from),
    };
    int failed = RUN_TABLE("dates", date_rows, dates);
    failed += cmocka_run_group_tests_name("findings", tests, NULL, NULL);
    return failed;
}
