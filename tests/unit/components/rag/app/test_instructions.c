/* test_instructions.c - whose instructions and whose template a question's prompt is made of. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

#define TEMPLATE(sign) sign " {question} " sign "\n{passages}"

typedef struct instructions_row {
    const char *name;
    const char *asked;               /* of the question; NULL: none */
    const char *collection, *layout; /* of the collections */
    const char *configured, *configured_layout;
    const char *second; /* collection of the second source */
    anc_status collection_fails;
    const char *system, *begins; /* what the model is told */
} instructions_row;

static const instructions_row rows[] = {
    {.name = "built in",
     .system = "You answer questions from the passages",
     .begins = "<<<passage "},
    {.name = "configured",
     .configured = "Be brief.",
     .configured_layout = TEMPLATE("#"),
     .system = "Be brief.",
     .begins = "# How heavy is the Skep 2? #"},
    {.name = "the collection's before the configured ones",
     .collection = "Be a beekeeper.",
     .layout = TEMPLATE("*"),
     .configured = "Be brief.",
     .configured_layout = TEMPLATE("#"),
     .system = "Be a beekeeper.",
     .begins = "* How heavy is the Skep 2? *"},
    {.name = "each by itself",
     .collection = "Be a beekeeper.",
     .configured_layout = TEMPLATE("#"),
     .system = "Be a beekeeper.",
     .begins = "# How heavy is the Skep 2? #"},
    {.name = "the question's before all",
     .asked = "Rhyme.",
     .collection = "Be a beekeeper.",
     .layout = TEMPLATE("*"),
     .configured = "Be brief.",
     .system = "Rhyme.",
     .begins = "* How heavy is the Skep 2? *"},
    {.name = "none speaks for another",
     .collection = "Be a beekeeper.",
     .layout = TEMPLATE("*"),
     .configured = "Be brief.",
     .second = "laws",
     .system = "Be brief.",
     .begins = "<<<passage "},
    {.name = "a template kept from before it was checked",
     .collection = "Be a beekeeper.",
     .layout = "{question}",
     .system = "Be a beekeeper.",
     .begins = "<<<passage "},
    {.name = "a collection that is gone",
     .collection = "Be a beekeeper.",
     .configured = "Be brief.",
     .collection_fails = ANC_NOT_FOUND,
     .system = "Be brief.",
     .begins = "<<<passage "},
};

static anc_str text_or_none(const char *s)
{
    return s != NULL ? anc_str_of(s) : ANC_STR("");
}

static void the_nearest_holds(void **state)
{
    const instructions_row *row = *state;
    const rag_config config = {.system_prompt = text_or_none(row->configured),
                               .prompt_template = text_or_none(row->configured_layout)};
    world w;
    if (!world_open(&w, 1, &config))
        fail_msg("%s", w.err.text);
    w.first.tokens[0] = "Four kilograms [1].";
    w.system_prompt = row->collection;
    w.prompt_template = row->layout;
    w.collection_of_hit_2 = row->second;
    w.collection_fails = row->collection_fails;
    rag_question q = world_question("How heavy is the Skep 2?");
    q.system_prompt = text_or_none(row->asked);
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (strncmp(w.first.system_seen, row->system, strlen(row->system)) != 0)
        fail_msg("told: %s", w.first.system_seen);
    if (strncmp(w.first.prompt_seen, row->begins, strlen(row->begins)) != 0)
        fail_msg("asked: %s", w.first.prompt_seen);
    world_close(&w);
}

static void a_collection_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    world w;
    assert_true(world_open(&w, 1, NULL));
    w.collection_fails = ANC_IO;
    const rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    assert_int_equal(world_ask(&w, &q, &a), ANC_IO);
    assert_int_equal(w.first.started, 0);
    world_close(&w);
}

static void nobody_reads_them_for_quotes(void **state)
{
    (void)state;
    world w;
    assert_true(world_open(&w, 0, NULL));
    const rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.collections_read, 0);
    world_close(&w);
}

/* What documents there are is told from the catalog: nothing is searched, no model is asked. */
static void what_there_is_is_told(void **state)
{
    (void)state;
    static const anc_str laws[] = {ANC_STR_INIT("laws")};
    world w;
    assert_true(world_open(&w, 1, NULL));
    rag_question q = world_question("What documents are there?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_eq(a->text, ANC_STR("There are 42 documents, by collection: default (2), "
                                            "laws (40). Among them: \"Skep 2 manual\", \"Skep 2 "
                                            "manual\", \"first\", \"second\" and others.")));
    assert_true(anc_str_eq(a->intent, ANC_STR("metadata")));
    assert_int_equal(a->n_sources + a->n_citations, 0);
    assert_false(a->no_answer || a->degraded);
    assert_int_equal(w.first.started, 0);
    q.collections = laws;
    q.n_collections = 1;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(
        anc_str_starts(a->text, ANC_STR("There are 40 documents, by collection: laws (40).")));
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_collection_that_cannot_be_read_is_an_error),
        cmocka_unit_test(nobody_reads_them_for_quotes),
        cmocka_unit_test(what_there_is_is_told),
    };
    const int failed = RUN_TABLE("instructions", rows, the_nearest_holds);
    return failed + cmocka_run_group_tests_name("collections", tests, NULL, NULL);
}
