/* torture_engine_alloc.c - every allocation of the engine fails once: a named error, nothing leaks, and
 * the index shows what it showed. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine_help.h"
#include "os/file.h"
#include "support/fail_alloc.h"

enum { DOCUMENTS = 20, KEPT = 7 };

static const float EAST[2] = {1, 0};
static bool lenient; /* an allocation of this run fails */

/* A status that a run may give: OK, or out of memory where that was arranged. */
static bool went_well(anc_status status, const anc_err *err)
{
    if (status != ANC_OK) {
        assert_true(lenient);
        assert_int_equal(status, ANC_NO_MEMORY);
        assert_true(err->text[0] != '\0');
    }
    return status == ANC_OK;
}

/* Documents found by the word that all have; the arena may fail too, then -1. */
static long found(eng_index *index)
{
    anc_err err = {0};
    long n = -1;
    ANC_ARENA(mem, 4 << 20);
    if (mem == NULL)
        return -1;
    const anc_str label = ANC_STR("public");
    const eng_query_term term = {.text = ANC_STR("all"), .weight = 1};
    const anc_str phrase[] = {ANC_STR("all"), ANC_STR("of"), ANC_STR("these")};
    const eng_wording wording = {ENG_HAS_PHRASE, phrase, 3, 0};
    const eng_demand demand = {&wording, 1, false};
    /* of a field that no document has: all of them fit */
    const eng_value values[] = {{.kind = ENG_STRING, .str = ANC_STR("x")}, {.kind = ENG_INT}};
    const eng_filter leaves[] = {
        {.op = ENG_NIN, .field = ANC_STR("none"), .values = values, .n_values = 2},
        {.op = ENG_PREFIX, .field = ANC_STR("none"), .values = values, .n_values = 1}};
    const eng_filter none = {.op = ENG_NOT, .children = &leaves[1], .n_children = 1};
    const eng_filter both[] = {leaves[0], none};
    const eng_filter filter = {.op = ENG_AND, .children = both, .n_children = 2};
    const eng_query q = {.terms = &term,
                         .n_terms = 1,
                         .filter = &filter,
                         .vector = EAST,
                         .dims = 2,
                         .labels = &label,
                         .n_labels = 1,
                         .k_keyword = 100,
                         .k_semantic = 100,
                         .k_documents = 100,
                         .demands = &demand,
                         .n_demands = 1,
                         .explain = true};
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(index);
    if (went_well(eng_search(s, &q, mem, &r, &err), &err))
        n = r.n == r.n_documents ? (long)r.n : -2;
    eng_snapshot_release(s);
    return n;
}

static long publish_some(eng_index *index, int n)
{
    long there = 0;
    for (int i = 0; i < n; i++) {
        anc_err err = {0};
        char key[16];
        (void)snprintf(key, sizeof key, "d%d", i);
        if (went_well(help_publish(index, key, 1, "title", "all of these words", EAST, &err), &err))
            there++;
    }
    return there;
}

/* Three documents in one load, of which the first is there already. */
static bool publish_together(eng_index *index)
{
    anc_err err = {0};
    const anc_str label = ANC_STR("public");
    const anc_str keys[] = {ANC_STR("d0"), ANC_STR("e0"), ANC_STR("e1")};
    eng_load *load = NULL;
    for (size_t i = 0; i < ANC_COUNT(keys); i++) {
        const eng_document d = {.key = keys[i], .version = 2, .labels = &label, .n_labels = 1};
        if (!went_well(load == NULL ? eng_load_open(index, &d, &load, &err)
                                    : eng_load_next(load, &d, &err),
                       &err) ||
            !went_well(help_add(load, 0, "title", "all of these words", EAST, &err), &err)) {
            eng_load_abort(load);
            return false;
        }
    }
    return went_well(eng_publish(index, load, &err), &err);
}

static void scenario(bool may_fail)
{
    anc_err err = {0};
    eng_index *index = NULL;
    const eng_options options = {.dims = 2};
    lenient = may_fail;
    if (!went_well(eng_index_open(&options, &index, &err), &err))
        return;
    const long there = publish_some(index, DOCUMENTS);
    anc_err_clear(&err);
    assert_int_equal(eng_stats(index).documents, there);
    const bool together = publish_together(index);
    const uint64_t before = eng_stats(index).documents;
    assert_true(together ? before == (uint64_t)there + 2 || there < DOCUMENTS
                         : before == (uint64_t)there);
    const bool deleted = went_well(eng_delete(index, ANC_STR("d3"), &err), &err);
    const uint64_t after = eng_stats(index).documents;
    assert_true(deleted ? after + 1 == before || there < DOCUMENTS : after == before);
    const long n = found(index);
    assert_true(n == -1 || n == (long)after);
    eng_index_close(index);
}

/* ---- in a folder ------------------------------------------------------------------------------ */

static char folder[64] = "/tmp/anc-engine-alloc-XXXXXX";

static bool open_folder(const char *name, eng_index **ret)
{
    anc_err err = {0};
    char path[96];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    const eng_options options = {
        .dims = 2, .from = {.bits = 2, .graph = 4}, .folder = anc_str_of(path)};
    return went_well(eng_index_open(&options, ret, &err), &err);
}

/* What was saved opens whole, or not at all for want of memory; what was not goes on in memory. */
static void kept(bool may_fail)
{
    anc_err err = {0};
    eng_index *index = NULL;
    uint64_t wrong = 0, documents = 0;
    char copy[96];
    bool saved = false, did;
    lenient = may_fail;
    if (!open_folder("index", &index))
        return;
    documents = (uint64_t)publish_some(index, KEPT);
    saved = went_well(eng_save(index, &(eng_tidy_options){0}, &err), &err);
    anc_err_clear(&err);
    assert_int_equal(eng_stats(index).documents, documents);
    (void)went_well(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
    anc_err_clear(&err);
    assert_true(!went_well(eng_verify(index, &(eng_verify_options){0}, &wrong, &err), &err) ||
                wrong == 0);
    anc_err_clear(&err);
    (void)snprintf(copy, sizeof copy, "%s/copy", folder);
    (void)went_well(eng_copy_to(index, anc_str_of(copy), &(eng_tidy_options){0}, &err), &err);
    const long n = found(index);
    assert_true(n == -1 || n == (long)documents);
    eng_index_close(index);
    index = NULL;
    if (open_folder("index", &index)) {
        assert_int_equal(eng_index_opened(index).damaged, 0);
        assert_true(!saved || eng_stats(index).documents == documents);
    }
    eng_index_close(index);
}

static void kept_and_cleaned(bool may_fail)
{
    kept(may_fail);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

static void out_of_memory_is_survived(void **state)
{
    (void)state;
    assert_true(fail_alloc_torture(scenario) > 100);
}

static void out_of_memory_loses_nothing_that_was_kept(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(fail_alloc_torture(kept_and_cleaned) > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_memory_is_survived),
        cmocka_unit_test(out_of_memory_loses_nothing_that_was_kept),
    };
    return cmocka_run_group_tests_name("engine without memory", tests, NULL, NULL);
}
