/* torture_infer_turns.c - texts encoded in turn with every allocation failing once: vectors or NO_MEMORY, nothing leaks,
 * and the encoder works again afterwards. */
#include <math.h>

#include "base/str.h"
#include "infer/encoder.h"

#include "support/fail_alloc.h"
#include "support/places.h"
#include "support/test.h"

enum { DIMS = 64, TEXTS = 3 };

static inf_encoder *enc;
static float expected[TEXTS * DIMS];
static const anc_str texts[TEXTS] = {ANC_STR_INIT("When do bees make honey?"), ANC_STR_INIT(""),
                                     ANC_STR_INIT("The invoice is due within thirty days.")};

static void encode(inf_turns *turns, bool may_fail)
{
    float out[TEXTS * DIMS];
    anc_err err = {0};
    const inf_turn turn = {.turns = turns, .urgency = INF_SOON};
    const anc_status status =
        inf_encoder_encode_in_turn(enc, INF_PASSAGE, texts, TEXTS, &turn, out, NULL, &err);
    if (!fail_alloc_went_well(status, may_fail, &err, "encoded"))
        return;
    for (size_t i = 0; i < TEXTS * DIMS; i++)
        fail_alloc_expect(fabsf(out[i] - expected[i]) < 1e-5f, "the same vector");
}

static void scenario(bool may_fail)
{
    anc_err err = {0};
    inf_turns *turns = NULL;
    const inf_turns_options options = {.at_once = 2, .most_calls = 2};
    const anc_status status = inf_turns_open(&options, &turns, &err);
    if (fail_alloc_went_well(status, may_fail, &err, "opened"))
        encode(turns, may_fail);
    else
        fail_alloc_expect(turns == NULL, "turns that were not opened");
    inf_turns_free(turns);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    char path[PLACE_MAX];
    anc_err err = {0};
    const anc_str folder = anc_str_of(place_in_source(path, "tests/data/tiny-bert"));
    ASSERT_OK(inf_encoder_open(folder, NULL, &enc, &err), &err);
    ASSERT_OK(inf_encoder_encode(enc, INF_PASSAGE, texts, TEXTS, NULL, (inf_check){0}, expected,
                                 NULL, &err),
              &err);
    inf_encoder_close(enc); /* with what it keeps from one block to the next */
    ASSERT_OK(inf_encoder_open(folder, NULL, &enc, &err), &err);
    assert_true(fail_alloc_torture(scenario) >= 8);
    inf_encoder_close(enc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
    return cmocka_run_group_tests_name("turns without memory", tests, NULL, NULL);
}
