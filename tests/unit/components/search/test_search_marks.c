/* test_search_marks.c - what a query marks, what only looks like a mark, and what marks demand. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "search/domain/demands.h"

typedef struct row {
    const char *name, *query;
    const char *marks; /* "!" must, "~" must not, "?" wish; then the text in {} or, quoted, in [];
                          "*" behind a beginning */
    const char *words; /* NULL: the query */
} row;

static const row rows[] = {
    {"plain words", "how much tax is due", "", NULL},
    {"a phrase", "\"force majeure\" clause", "?[force majeure]", NULL},
    {"a phrase in a question", "What does \"force majeure\" mean?", "?[force majeure]", NULL},
    {"typographic quotes", "\xE2\x80\x9Cone two\xE2\x80\x9D", "?[one two]", NULL},
    {"guillemets", "\xC2\xAB un deux \xC2\xBB ?", "?[un deux]", NULL},
    {"a required word", "+tax income", "!{tax}", "tax income"},
    {"an excluded word", "tax -income rate", "~{income}", "tax  rate"},
    {"a required phrase", "+\"a b\" c", "![a b]", "a b c"},
    {"an excluded phrase", "c -\"a b\"", "~[a b]", "c "},
    {"signs at the end of a word", "+tax, -income?", "!{tax}~{income}", "tax, ?"},
    {"a required word in brackets", "(+tax rate)", "!{tax}", "(tax rate)"},
    {"a code", "+AX-200 pump", "!{AX-200}", "AX-200 pump"},
    {"an elision", "+l'eau", "!{l'eau}", "l'eau"},
    {"a beginning", "compta* bilan", "?{compta}*", NULL},
    {"a required beginning", "+compta* bilan", "!{compta}*", "compta bilan"},
    {"an excluded beginning", "bilan -compta*", "~{compta}*", "bilan "},
    {"an excluded year", "report -2020?", "~{2020}", "report ?"},
    {"a required year", "(report +2021)", "!{2021}", "(report 2021)"},
    {"accents", "+\xC3\xA9t\xC3\xA9", "!{\xC3\xA9t\xC3\xA9}", "\xC3\xA9t\xC3\xA9"},
    /* harmless text */
    {"a hyphen in a word", "well-known vice-versa", "", NULL},
    {"a lone minus", "a - b", "", NULL},
    {"a lone plus", "a + b", "", NULL},
    {"a dash of a list", "-- item", "", NULL},
    {"a negative number", "What happens at -5 degrees?", "", NULL},
    {"a telephone number", "+33 6 12", "", NULL},
    {"a number of four digits with more", "below -2000m, -2000.5 or +4420 7946", "", NULL},
    {"a language", "C++ or C#", "", NULL},
    {"an option of one letter", "tar -x", "", NULL},
    {"a plus inside", "a+b", "", NULL},
    {"one quote", "the 5\" pipe", "", NULL},
    {"inches", "a 5\" and a 6\" pipe", "", NULL},
    {"a quote that never closes", "say \"hello there", "", NULL},
    {"quotes around nothing", "\"\" and \"...\"", "", NULL},
    {"an apostrophe", "l'eau et d'autres", "", NULL},
    {"a star alone", "2 * 3", "", NULL},
    {"a short beginning", "p* value", "", NULL},
    {"a star before a word", "*bold*", "", NULL},
    {"a star inside", "com*ta", "", NULL},
    {"only signs", "+ - \"", "", NULL},
    {"a dialogue", "- Bonjour", "", NULL},
};

static void marks_are_read(void **state)
{
    const row *r = *state;
    anc_err err = {0};
    srch_marked m;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    ASSERT_OK(srch_marks_read(mem, anc_str_of(r->query), &m, &err), &err);
    for (size_t i = 0; i < m.n; i++) {
        const srch_mark *k = &m.marks[i];
        const char sign = k->kind == SRCH_MARK_WISH ? '?' : k->kind == SRCH_MARK_MUST ? '!' : '~';
        (void)anc_buf_printf(&out, k->quoted ? "%c[%.*s]%s" : "%c{%.*s}%s", sign, ANC_FMT(k->text),
                             k->prefix ? "*" : "");
    }
    assert_string_equal(out.ptr != NULL ? out.ptr : "", r->marks);
    const anc_str words = anc_str_of(r->words != NULL ? r->words : r->query);
    if (!anc_str_eq(m.words, words))
        fail_msg("words are \"%.*s\"", ANC_FMT(m.words));
}

static void marks_are_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    srch_marked m;
    ANC_ARENA(mem, 1 << 22);
    ANC_BUF(many, 1 << 20);
    for (int i = 0; i < SRCH_MAX_MARKS; i++)
        assert_true(anc_buf_add(&many, ANC_STR("+word ")));
    ASSERT_OK(srch_marks_read(mem, anc_buf_view(&many), &m, &err), &err);
    assert_int_equal(m.n, SRCH_MAX_MARKS);
    assert_true(anc_buf_add(&many, ANC_STR("\"one more\"")));
    assert_int_equal(srch_marks_read(mem, anc_buf_view(&many), &m, &err), ANC_INVALID);
    assert_string_equal(err.pointer, "/query");
    anc_buf_clear(&many);
    for (int i = 0; i < 20000; i++) /* each could open a phrase, none closes */
        assert_true(anc_buf_add(&many, ANC_STR("\xC2\xAB x ")));
    ASSERT_OK(srch_marks_read(mem, anc_buf_view(&many), &m, &err), &err);
    assert_int_equal(m.n, 0);
    ANC_ARENA(small, 16);
    anc_err_clear(&err);
    assert_int_equal(srch_marks_read(small, ANC_STR("a longer query +than fits"), &m, &err),
                     ANC_LIMIT);
}

/* ---- demands ----------------------------------------------------------------------------------- */

typedef struct demand_row {
    const char *name, *query;
    txt_language languages[2];
    size_t n_languages;
    bool wishes;
    const char
        *demands; /* "t:" term, "p:" phrase, "b:" beginning; "/" between readings, "-" excluded */
} demand_row;

static const demand_row demand_rows[] = {
    {"a word by its stem", "+taxes", {TXT_EN}, 1, true, "t:tax "},
    {"a quoted word as it stands", "+\"taxes\"", {TXT_EN}, 1, true, "p:taxes "},
    {"a phrase of forms",
     "\"les libert\xC3\xA9s publiques\"",
     {TXT_FR},
     1,
     true,
     "p:les,libertes,publiques "},
    {"without wishes", "\"a phrase\" +word", {TXT_EN}, 1, false, "t:word "},
    {"elided articles play no part",
     "\"l'eau d'Orl\xC3\xA9"
     "ans\"",
     {TXT_FR},
     1,
     true,
     "p:eau,orleans "},
    {"an elided word is a word", "+l'eau", {TXT_FR}, 1, true, "t:eau "},
    {"a code is its parts", "+AX-200", {TXT_EN}, 1, true, "p:ax,200 "},
    {"an acronym is one word", "+U.S.A.", {TXT_EN}, 1, true, "t:usa "},
    {"excluded", "x -\"capital gains\" -taxes", {TXT_EN}, 1, true, "-p:capital,gains -t:tax "},
    {"a function word to exclude", "x -the", {TXT_EN}, 1, true, ""},
    {"a function word to require", "+the x", {TXT_EN}, 1, true, "t:the "},
    {"a beginning", "+Compta* x", {TXT_FR}, 1, true, "b:compta "},
    {"two languages", "+cong\xC3\xA9s", {TXT_FR, TXT_EN}, 2, true, "t:cong/t:conge "},
    {"two languages that agree", "+bilan", {TXT_FR, TXT_EN}, 2, true, "t:bilan "},
};

static void marks_demand(void **state)
{
    const demand_row *r = *state;
    static const char *const kinds[] = {"t:", "p:", "b:"};
    anc_err err = {0};
    srch_marked m;
    srch_demands d;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    ASSERT_OK(srch_marks_read(mem, anc_str_of(r->query), &m, &err), &err);
    ASSERT_OK(srch_demands_of(mem, &m, r->languages, r->n_languages, r->wishes, &d, &err), &err);
    for (size_t i = 0; i < d.n; i++) {
        (void)anc_buf_printf(&out, "%s", d.items[i].excluded ? "-" : "");
        for (size_t j = 0; j < d.items[i].n_any; j++) {
            const srch_wording *w = &d.items[i].any[j];
            (void)anc_buf_printf(&out, "%s%s", j > 0 ? "/" : "", kinds[w->kind]);
            for (size_t k = 0; k < w->n_words; k++)
                (void)anc_buf_printf(&out, "%s%.*s", k > 0 ? "," : "", ANC_FMT(w->words[k]));
        }
        (void)anc_buf_printf(&out, " ");
    }
    assert_string_equal(out.ptr != NULL ? out.ptr : "", r->demands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(marks_are_bounded)};
    int failed = RUN_TABLE("marks", rows, marks_are_read);
    failed += RUN_TABLE("demands", demand_rows, marks_demand);
    return failed + cmocka_run_group_tests_name("marks bounded", tests, NULL, NULL);
}
