/* test_citations.c - markers read, unknown ones removed, quotes that cut the passages exactly. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/citations.h"
#include "rag/domain/markers.h"

static const rag_passage library[] = {
    {.text = ANC_STR_INIT("The Skep 2 weighs four kilograms. Its battery lasts 14 months.\nIt was "
                          "designed in Hexham by Tamsin Okafor."),
     .start = 1000},
    {.text = ANC_STR_INIT("Colours\n\nThe hive scale is sold in oak, ash and black. Nobody has "
                          "ordered the black one yet.")},
    {.text = ANC_STR_INIT("La Balise porte à 600 m en forêt. Elle tient 21 jours sans soleil.")},
};

typedef struct cite_row {
    const char *name;
    const char *answer;
    const char *text;
    struct {
        uint32_t marker;
        const char *quote;
    } cited[4];
    size_t n;
} cite_row;

static const cite_row cites[] = {
    {"one marker before the stop",
     "It weighs 4 kilograms [1].",
     "It weighs 4 kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"quoted word for word, marker behind",
     "Its battery lasts 14 months. [1]",
     "Its battery lasts 14 months. [1]",
     {{1, "Its battery lasts 14 months."}},
     1},
    {"word for word over a line's end",
     "Its battery lasts 14 months. It was designed in Hexham by Tamsin Okafor. [1]",
     "Its battery lasts 14 months. It was designed in Hexham by Tamsin Okafor. [1]",
     {{1, "Its battery lasts 14 months.\nIt was designed in Hexham by Tamsin Okafor."}},
     1},
    {"side by side",
     "Scales are sold in oak [2][1].",
     "Scales are sold in oak [2][1].",
     {{2, "The hive scale is sold in oak, ash and black."},
      {1, "The Skep 2 weighs four kilograms."}},
     2},
    {"a list",
     "Sold in ash; the battery lasts 14 months [1, 2].",
     "Sold in ash; the battery lasts 14 months [1, 2].",
     {{1, "Its battery lasts 14 months."}, {2, "The hive scale is sold in oak, ash and black."}},
     2},
    {"a range",
     "Designed in Hexham, nobody ordered black, porte à 600 m [1-3].",
     "Designed in Hexham, nobody ordered black, porte à 600 m [1-3].",
     {{1, "It was designed in Hexham by Tamsin Okafor."},
      {2, "Nobody has ordered the black one yet."},
      {3, "La Balise porte à 600 m en forêt."}},
     3},
    {"each claim its own quote",
     "It weighs four kilograms [1]. It was designed in Hexham [1].",
     "It weighs four kilograms [1]. It was designed in Hexham [1].",
     {{1, "The Skep 2 weighs four kilograms."}, {1, "It was designed in Hexham"}},
     2},
    {"repeated for the same claim",
     "Weighs four kilograms [1]. Yes, four kilograms [1].",
     "Weighs four kilograms [1]. Yes, four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"points nowhere", "It is blue [9].", "It is blue.", {{0, NULL}}, 0},
    {"nowhere in a list",
     "It is sold in oak [2, 9].",
     "It is sold in oak [2].",
     {{2, "The hive scale is sold in oak, ash and black."}},
     1},
    {"zero is nowhere", "It is blue [0] or green.", "It is blue or green.", {{0, NULL}}, 0},
    {"one inside another", "It is blue [9 [8]].", "It is blue.", {{0, NULL}}, 0},
    {"a year is no marker", "In [2024] it was blue.", "In [2024] it was blue.", {{0, NULL}}, 0},
    {"in other brackets",
     "It weighs four kilograms 【1】.",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"with what a chat program adds",
     "It weighs four kilograms【1:0†source】.",
     "It weighs four kilograms[1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"in wide brackets",
     "It weighs four kilograms ［1］.",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"as a footnote",
     "It weighs four kilograms [^1].",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"named",
     "It weighs four kilograms [Passage 1].",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"named in round brackets",
     "It weighs four kilograms (source: 1).",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"named twice, one nowhere",
     "It weighs four kilograms [doc. 1, doc. 12].",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"joined by a word",
     "It weighs four kilograms [1 and 7].",
     "It weighs four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"other brackets that point nowhere",
     "It is blue 【9†source】, (passage 8) and [^7].",
     "It is blue, and.",
     {{0, NULL}},
     0},
    {"round brackets without a name",
     "It is blue (1) or (see 2).",
     "It is blue (1) or (see 2).",
     {{0, NULL}},
     0},
    {"code", "Call `argv[1]`.", "Call `argv[1]`.", {{0, NULL}}, 0},
    {"a lone backtick is no code",
     "It weighs ` four kilograms [1][9].",
     "It weighs ` four kilograms [1].",
     {{1, "The Skep 2 weighs four kilograms."}},
     1},
    {"says much that its passage has nothing of",
     "The company was bought by a large foreign investor from Switzerland [1][2].",
     "The company was bought by a large foreign investor from Switzerland.",
     {{0, NULL}},
     0},
    {"says much that one of two passages has",
     "The scale of oak, ash and black colour is sold everywhere in Europe [2, 3].",
     "The scale of oak, ash and black colour is sold everywhere in Europe [2, 3].",
     {{2, "The hive scale is sold in oak, ash and black."},
      {3, "La Balise porte à 600 m en forêt."}},
     2},
    {"one of a list is false",
     "The hive scale is sold in ash, which nobody has ordered yet [1, 2].",
     "The hive scale is sold in ash, which nobody has ordered yet [2].",
     {{2, "The hive scale is sold in oak, ash and black."}},
     1},
    {"other brackets stand", "a[i] [x] [] [1", "a[i] [x] [] [1", {{0, NULL}}, 0},
    {"another language falls back on the question's words",
     "Mille ans [2].",
     "Mille ans [2].",
     {{2, "The hive scale is sold in oak, ash and black."}},
     1},
    {"retold without a marker",
     "The battery lasts 14 months.",
     "The battery lasts 14 months. [1]",
     {{1, "Its battery lasts 14 months."}},
     1},
    {"nothing retold", "Nothing here answers this.", "Nothing here answers this.", {{0, NULL}}, 0},
    {"empty", "", "", {{0, NULL}}, 0},
};

static void cites_as_told(void **state)
{
    const cite_row *row = *state;
    ANC_ARENA(mem, 4 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_checked checked;
    ASSERT_OK(rag_citations_check(mem, anc_str_of(row->answer),
                                  ANC_STR("In which wood is the scale sold?"), library,
                                  ANC_COUNT(library), &checked, &err),
              &err);
    if (!anc_str_eq(checked.text, anc_str_of(row->text)))
        fail_msg("text is \"%.*s\"", ANC_FMT(checked.text));
    assert_int_equal(checked.n, row->n);
    for (size_t i = 0; i < row->n; i++) {
        const rag_quote *q = &checked.quotes[i];
        const anc_str quote = anc_str_sub(library[q->marker - 1].text, q->start, q->end - q->start);
        assert_int_equal(q->marker, row->cited[i].marker);
        if (!anc_str_eq(quote, anc_str_of(row->cited[i].quote)))
            fail_msg("quote %zu is \"%.*s\"", i, ANC_FMT(quote));
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Whatever an answer holds: quotes lie inside their passages, at code points, never empty or twice,
 * and no marker that stays points nowhere. */
static void any_answer_gives_true_quotes(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "[1]",       "[2",  "]",           "[3, 1]", "[9]",
        "[",         "-",   "[1-9]",       "[1–3]",  "【2】",
        "【",        "】",  "(passage 3)", "[^9",    "`",
        "é",         " ",   "\n",          "black",  ".",
        "La Balise", "[0]", "[12]",        "four",   "battery lasts",
        "Okafor. "};
    uint32_t seed = 20251121;
    for (int round = 0; round < 150; round++) {
        ANC_ARENA(mem, 8 << 20);
        ANC_BUF(answer, 4096);
        anc_err err = {ANC_OK, NULL, "", ""};
        const uint32_t n = next_random(&seed) % 30;
        for (uint32_t i = 0; i < n; i++)
            anc_buf_add(&answer, anc_str_of(pieces[next_random(&seed) % ANC_COUNT(pieces)]));
        rag_checked checked;
        ASSERT_OK(rag_citations_check(mem, anc_buf_view(&answer), ANC_STR("battery"), library,
                                      ANC_COUNT(library), &checked, &err),
                  &err);
        assert_true(anc_utf8_valid(checked.text));
        for (size_t i = 0; i < checked.n; i++) {
            const rag_quote *q = &checked.quotes[i];
            assert_in_range(q->marker, 1, ANC_COUNT(library));
            const anc_str text = library[q->marker - 1].text;
            assert_true(q->start < q->end && q->end <= text.len);
            assert_true(anc_utf8_valid(anc_str_sub(text, q->start, q->end - q->start)));
            for (size_t k = 0; k < i; k++)
                assert_false(memcmp(q, &checked.quotes[k], sizeof *q) == 0);
        }
        ANC_BUF(again, 8192);
        rag_markers markers;
        rag_markers_clean(checked.text, ANC_COUNT(library), &again, &markers);
        assert_true(anc_str_eq(anc_buf_view(&again), checked.text));
    }
}

static void no_passages(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_checked checked;
    ASSERT_OK(rag_citations_check(mem, ANC_STR("Blue [1] and [2][3]."), ANC_STR("q"), NULL, 0,
                                  &checked, &err),
              &err);
    assert_true(anc_str_eq(checked.text, ANC_STR("Blue and.")));
    assert_int_equal(checked.n, 0);
}

static void more_markers_than_are_looked_up(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    ANC_BUF(answer, 1 << 16);
    anc_err err = {ANC_OK, NULL, "", ""};
    for (int i = 0; i < 2 * RAG_MARKERS_MAX; i++)
        anc_buf_add(&answer, ANC_STR("four kilograms [1]. "));
    rag_checked checked;
    ASSERT_OK(
        rag_citations_check(mem, anc_buf_view(&answer), ANC_STR("q"), library, 1, &checked, &err),
        &err);
    assert_int_equal(checked.n, 1);
    assert_int_equal(checked.text.len, answer.len);
}

int main(void)
{
    int failed = RUN_TABLE("citations", cites, cites_as_told);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_answer_gives_true_quotes),
        cmocka_unit_test(no_passages),
        cmocka_unit_test(more_markers_than_are_looked_up),
    };
    return failed + cmocka_run_group_tests_name("checking", tests, NULL, NULL);
}
