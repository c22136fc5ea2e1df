/* test_engine_columns.c - conditions answered from columns against the same ones asked document by document. */
#include "support/test.h"

#include <stdio.h>

#include "filter.h"

enum { DOCUMENTS = 150, FIELDS = 5, FILTERS = 4000, DEPTH = 3, CHILDREN = 3 };

static uint64_t seed = 5;

static uint32_t chance(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % n);
}

static const char *const names[] = {"a", "a.b", "tags", "at"};

static const char *const texts[] = {"",
                                    "tax",
                                    "income tax",
                                    "taxes",
                                    "t",
                                    "soon",
                                    "2023-06-01",
                                    "2023-06-01T00:00:00Z",
                                    "2023-06-01T02:00:00+02:00",
                                    "2021",
                                    "2023-05-31T23:59:59.999Z"};

static const double reals[] = {0.0, -0.0, 1, 19.5, -3, 9007199254740992.0, 1e300, -1e300};

static const int64_t integers[] = {0,         1,         -3,           20, 2021, 9007199254740993,
                                   INT64_MAX, INT64_MIN, 1685577600000};

static eng_value any_value(void)
{
    eng_value v = {.kind = (eng_kind)chance(5)};
    if (v.kind == ENG_STRING)
        v.str = anc_str_of(texts[chance(ANC_COUNT(texts))]);
    else if (v.kind == ENG_REAL)
        v.real = reals[chance(ANC_COUNT(reals))];
    else if (v.kind == ENG_BOOL)
        v.integer = chance(2);
    else
        v.integer = integers[chance(ANC_COUNT(integers))];
    return v;
}

static eng_block *any_block(void)
{
    eng_builder builder;
    assert_true(eng_builder_init(&builder, 0));
    for (uint32_t d = 0; d < DOCUMENTS; d++) {
        eng_field fields[FIELDS];
        char key[16];
        const int len = snprintf(key, sizeof key, "%u", d);
        const size_t n = chance(FIELDS + 1);
        for (size_t i = 0; i < n; i++)
            fields[i] = (eng_field){.name = anc_str_of(names[chance(ANC_COUNT(names))]),
                                    .value = any_value(),
                                    .in_list = chance(2) == 0};
        const eng_document document = {
            .key = {key, (size_t)len}, .version = 1, .fields = fields, .n_fields = n};
        assert_true(eng_builder_document(&builder, &document));
        assert_true(eng_builder_chunk(&builder, 0, 1, NULL));
    }
    eng_block *b = eng_builder_finish(&builder);
    eng_builder_done(&builder);
    assert_non_null(b);
    assert_true(b->columns.n > 0);
    return b;
}

/* Values and children of a random tree. */
typedef struct tree {
    eng_value values[256];
    eng_filter nodes[256];
    size_t n_values, n_nodes;
} tree;

static void any_filter(tree *t, eng_filter *ret, int depth)
{
    *ret = (eng_filter){.op = (eng_op)chance(ENG_PREFIX + 1)};
    if (depth == DEPTH && ret->op <= ENG_NOT)
        ret->op = ENG_EQ;
    if (ret->op <= ENG_NOT) {
        ret->n_children = ret->op == ENG_NOT ? 1 : chance(CHILDREN + 1);
        ret->children = &t->nodes[t->n_nodes];
        eng_filter *children = &t->nodes[t->n_nodes];
        t->n_nodes += ret->n_children;
        for (size_t i = 0; i < ret->n_children; i++)
            any_filter(t, &children[i], depth + 1);
        return;
    }
    ret->field = anc_str_of(names[chance(ANC_COUNT(names))]);
    ret->n_values = ret->op == ENG_EXISTS                     ? 0
                    : ret->op == ENG_IN || ret->op == ENG_NIN ? chance(4)
                                                              : 1;
    ret->values = &t->values[t->n_values];
    for (size_t i = 0; i < ret->n_values; i++)
        t->values[t->n_values++] = any_value();
}

static void columns_say_what_documents_say(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {0};
    size_t fitting = 0;
    for (int blocks = 0; blocks < 4; blocks++) {
        eng_block *b = any_block();
        for (int i = 0; i < FILTERS / 4; i++) {
            static tree t;
            eng_filter filter;
            t.n_values = t.n_nodes = 0;
            any_filter(&t, &filter, 0);
            uint64_t *bits = anc_arena_alloc(mem, DOCUMENTS / 64 + 1, sizeof *bits);
            assert_non_null(bits);
            ASSERT_OK(eng_filter_select(&filter, b, mem, bits, &err), &err);
            for (uint32_t d = 0; d < DOCUMENTS; d++) {
                assert_int_equal(eng_bit(bits, d), eng_filter_fits(&filter, b, d));
                fitting += eng_bit(bits, d) ? 1 : 0;
            }
            for (size_t d = DOCUMENTS; d < (DOCUMENTS / 64 + 1) * 64; d++)
                assert_false(eng_bit(bits, d));
            anc_arena_reset(mem);
        }
        eng_block_unref(b);
    }
    assert_true(fitting > (size_t)FILTERS * 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_say_what_documents_say)};
    return cmocka_run_group_tests_name("engine columns", tests, NULL, NULL);
}
