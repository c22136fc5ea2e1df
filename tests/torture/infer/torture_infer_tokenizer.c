/* torture_infer_tokenizer.c - tokenizers opened and used with every allocation failing once. What
 * opens is whole, a text too long for its room is cut into pieces all the same, and nothing leaks. */
#include <string.h>

#include "infer/tokenizer.h"

#include "support/fail_alloc.h"
#include "support/test.h"

enum { RUN = 5000, LONGEST = 16, BASE64 = 2736 };

/* A charsmap of two blocks that replaces nothing: 2,048 bytes, a root that points to
 * the second block, and zeros. */
#define HEAD "{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAgAAAAABAA"
#define TAIL                                                                               \
    "\"},\"pre_tokenizer\":null,\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[" \
    "\"u\",0],[\"a\",-1],[\"aaaaaaaaaaaaaaaa\",-1]]},\"post_processor\":{\"type\":"        \
    "\"RobertaProcessing\",\"sep\":[\"e\",1],\"cls\":[\"b\",2]}}"

static char unigram[sizeof HEAD + BASE64 + sizeof TAIL];
static const char wordpiece[] =
    "{\"normalizer\":{\"type\":\"BertNormalizer\"},\"pre_tokenizer\":{\"type\":"
    "\"BertPreTokenizer\"},\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,"
    "\"[SEP]\":2,\"a\":3,\"##a\":4}}}";

static void open_and_use(const char *json, size_t least, size_t most, bool may_fail)
{
    static char run[RUN];
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    memset(run, 'a', sizeof run);
    const anc_status status = inf_tokenizer_of_json(anc_str_of(json), &tok, &err);
    if (!fail_alloc_went_well(status, may_fail, &err, "opened")) {
        fail_alloc_expect(tok == NULL, "a tokenizer that was not opened");
        return;
    }
    const size_t n = inf_tokenizer_count(tok, (anc_str){run, sizeof run}, RUN);
    fail_alloc_expect(n >= least && n <= most, "cut into as many pieces as is wanted");
    inf_tokenizer_close(tok);
}

/* 5,000 of one letter by pieces of 16 and of 1: 312 and 8 at best. */
static void scenario_unigram(bool may_fail)
{
    const size_t best = RUN / LONGEST + RUN % LONGEST;
    open_and_use(unigram, best, may_fail ? best + 8 * (LONGEST - 1) : best, may_fail);
}

static void scenario_wordpiece(bool may_fail)
{
    open_and_use(wordpiece, 1, 1, may_fail);
}

static void memory_runs_out_anywhere(void **state)
{
    (void)state;
    memset(unigram, 'A', sizeof unigram);
    memcpy(unigram, HEAD, sizeof HEAD - 1);
    memcpy(unigram + sizeof HEAD - 1 + BASE64 - 11, TAIL, sizeof TAIL);
    assert_true(fail_alloc_torture(scenario_unigram) > 10);
    assert_true(fail_alloc_torture(scenario_wordpiece) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_runs_out_anywhere)};
    return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
