/* test_eval_score.c - measures worked out by hand, and texts compared as SQuAD does. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "eval_score.h"

static eval_judgement judgements[] = {
    {ANC_STR_INIT("a"), 2}, {ANC_STR_INIT("b"), 1}, {ANC_STR_INIT("c"), 0}, {ANC_STR_INIT("d"), 1}};
static const eval_query query = {.judgements = judgements, .n_judgements = 4};

static void near(double got, double want)
{
    if (fabs(got - want) > 1e-9)
        fail_msg("%.12f is not %.12f", got, want);
}

static void measures_by_hand(void **state)
{
    (void)state;
    const anc_str ranking[] = {ANC_STR("x"), ANC_STR("b"), ANC_STR("c"), ANC_STR("a")};
    const eval_measures m = eval_measure(&query, ranking, 4);
    const double ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4);
    near(m.ndcg10, (1 / log2(3) + 2 / log2(5)) / ideal);
    near(m.p5, 2.0 / 5);
    near(m.r10, 2.0 / 3);
    near(m.mrr10, 0.5);
}

static void nothing_found(void **state)
{
    (void)state;
    const anc_str ranking[] = {ANC_STR("x"), ANC_STR("c")};
    const eval_measures m = eval_measure(&query, ranking, 2);
    near(m.ndcg10 + m.p5 + m.r10 + m.mrr10, 0);
}

static void only_ten_count(void **state)
{
    (void)state;
    anc_str ranking[11];
    for (size_t i = 0; i < 10; i++)
        ranking[i] = ANC_STR("x");
    ranking[10] = ANC_STR("a");
    near(eval_measure(&query, ranking, 11).r10, 0);
}

static void percentiles(void **state)
{
    (void)state;
    double ms[] = {5, 1, 4, 2, 3};
    near(eval_percentile(ms, 5, 0.5), 3);
    near(eval_percentile(ms, 5, 0.99), 5);
    near(eval_percentile(ms, 0, 0.5), 0);
}

typedef struct text_row {
    const char *name;
    anc_str text, gold;
    bool holds;
} text_row;

static const text_row texts[] = {
    {"as it stands", ANC_STR_INIT("It was Denver."), ANC_STR_INIT("Denver"), true},
    {"case and articles", ANC_STR_INIT("In the CAROLINA panthers' den"),
     ANC_STR_INIT("The Carolina Panthers"), true},
    {"markers do not tear", ANC_STR_INIT("seven [1] days"), ANC_STR_INIT("seven days"), true},
    {"punctuation goes without a blank", ANC_STR_INIT("1,000 men"), ANC_STR_INIT("1000"), true},
    {"accents count",
     ANC_STR_INIT("\xC3\x89lys\xC3\xA9"
                  "e"),
     ANC_STR_INIT("\xC3\xA9lys\xC3\xA9"
                  "e"),
     true},
    {"another text", ANC_STR_INIT("It was Denver."), ANC_STR_INIT("Boston"), false},
    {"an empty gold answer is not held", ANC_STR_INIT("It was"), ANC_STR_INIT("the"), false},
};

static void gold(void **state)
{
    const text_row *r = *state;
    ANC_ARENA(mem, 1 << 16);
    const eval_query q = {.gold = &r->gold, .n_gold = 1};
    assert_int_equal(eval_holds_gold(mem, &q, r->text), r->holds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_by_hand),
        cmocka_unit_test(nothing_found),
        cmocka_unit_test(only_ten_count),
        cmocka_unit_test(percentiles),
    };
    int failed = cmocka_run_group_tests_name("measures", tests, NULL, NULL);
    failed += RUN_TABLE("gold answers", texts, gold);
    return failed;
}
