/* test_choice.c - which precision is chosen, what is kept of the check, and when that is not believed. */
#include "infer/choice.h"

#include <string.h>

#include "model_copy.h"

static const char kept_name[] = "anchorage.precision.json";

static inf_choice choose(model_copy *f, inf_choose_options options)
{
    inf_choice choice;
    options.folder = anc_str_of(f->folder);
    ASSERT_OK(inf_choose(&options, &choice, &f->err), &f->err);
    return choice;
}

static bool is_kept(model_copy *f)
{
    return os_exists(model_copy_path(f, kept_name));
}

static anc_str kept(model_copy *f)
{
    anc_str text;
    ASSERT_OK(os_file_read(f->mem, model_copy_path(f, kept_name), 1 << 16, &text, &f->err),
              &f->err);
    return text;
}

/* The kept file with `from` replaced by `to`. */
static void change_kept(model_copy *f, const char *from, const char *to)
{
    const anc_str text = kept(f);
    const size_t at = anc_str_find(text, anc_str_of(from));
    assert_true(at != SIZE_MAX);
    const anc_str changed =
        anc_arena_printf(f->mem, "%.*s%s%.*s", (int)at, text.ptr, to,
                         ANC_FMT(anc_str_sub(text, at + strlen(from), text.len)));
    ASSERT_OK(os_file_replace(model_copy_path(f, kept_name), changed, &f->err), &f->err);
}

static void f32_needs_no_check(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    const inf_choice c = choose(
        &f, (inf_choose_options){.digest = ANC_STR("d"), .fixed = true, .precision = INF_F32});
    assert_int_equal(c.precision, INF_F32);
    assert_true(c.alike && !c.checked);
    assert_non_null(strstr(c.why, "as configured"));
    assert_false(is_kept(&f));
    model_copy_end(&f);
}

/* The scalar level does on every CPU what a fast one does. */
static void what_is_fixed_is_checked_once_and_kept(void **state)
{
    (void)state;
    for (inf_precision p = INF_BF16; p <= INF_INT8; p++) {
        model_copy f;
        model_copy_begin(&f);
        const inf_choose_options o = {.digest = ANC_STR("d"), .fixed = true, .precision = p};
        const inf_choice first = choose(&f, o);
        assert_int_equal(first.precision, p);
        assert_true(first.checked && first.alike);
        assert_true(first.worst > 0.99 && first.worst <= first.median && first.median < 1.0001);
        assert_non_null(strstr(first.why, inf_precision_name(p)));
        const inf_choice again = choose(&f, o);
        assert_true(!again.checked && again.alike);
        assert_true(again.worst == first.worst && again.median == first.median);
        assert_string_equal(again.why, first.why);
        model_copy_end(&f);
    }
}

static void both_precisions_are_kept_side_by_side(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    inf_choose_options o = {.digest = ANC_STR("d"), .fixed = true, .precision = INF_BF16};
    assert_true(choose(&f, o).checked);
    o.precision = INF_INT8;
    assert_true(choose(&f, o).checked);
    o.precision = INF_BF16;
    assert_false(choose(&f, o).checked);
    model_copy_end(&f);
}

static anc_status has_changed(void *arg)
{
    (void)arg;
    return ANC_UNAVAILABLE;
}

static void of_a_model_that_has_changed_nothing_is_kept(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    inf_choose_options o = {.digest = ANC_STR("d"),
                            .fixed = true,
                            .precision = INF_BF16,
                            .unchanged = {has_changed, NULL}};
    assert_true(choose(&f, o).checked);
    o.unchanged = (inf_check){0};
    assert_true(choose(&f, o).checked);
    assert_false(choose(&f, o).checked);
    model_copy_end(&f);
}

static void the_fastest_that_passes_is_chosen(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    const inf_choose_options o = {.digest = ANC_STR("d")};
    const inf_precision expected = inf_product_is_fast(INF_INT8)   ? INF_INT8
                                   : inf_product_is_fast(INF_BF16) ? INF_BF16
                                                                   : INF_F32;
    const inf_choice c = choose(&f, o);
    assert_int_equal(c.precision, expected);
    assert_true(c.alike);
    assert_int_equal(c.checked, expected != INF_F32);
    model_copy_end(&f);
}

static void without_a_digest_nothing_is_kept(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    const inf_choose_options o = {.fixed = true, .precision = INF_BF16};
    assert_true(choose(&f, o).checked);
    assert_false(is_kept(&f));
    assert_true(choose(&f, o).checked);
    model_copy_end(&f);
}

static const struct disbelief_row {
    const char *name;
    const char *from, *to; /* what is changed in the kept file */
} disbelief_rows[] = {
    {"another model", "\"model\":\"d\"", "\"model\":\"e\""},
    {"another version of the check", "\"check\":", "\"check\":1000"},
    {"another format", "\"format\":", "\"format\":1000"},
    {"other levels of the CPU", "\"levels\":\"", "\"levels\":\"vacuum tubes "},
    {"levels of no end", "\"levels\":\"",
     "\"levels\":\"0123456789012345678901234567890123456789012345678901234567890123456789"},
    {"another precision", "\"bf16\"", "\"bf17\""},
    {"no JSON", "{", ""},
    {"another shape", "[{", "{\"a\":[{"},
};

static void what_is_not_for_this_is_checked_again(void **state)
{
    const struct disbelief_row *row = *state;
    model_copy f;
    model_copy_begin(&f);
    const inf_choose_options o = {.digest = ANC_STR("d"), .fixed = true, .precision = INF_BF16};
    const inf_choice first = choose(&f, o);
    change_kept(&f, row->from, row->to);
    const inf_choice again = choose(&f, o);
    assert_true(again.checked);
    assert_true(again.worst == first.worst);
    assert_false(choose(&f, o).checked);
    model_copy_end(&f);
}

/* What falls short is not chosen, and where it is asked for the answer says that it is not alike. */
static void what_is_too_far_is_not_chosen(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    inf_choose_options o = {.digest = ANC_STR("d"), .fixed = true, .precision = INF_INT8};
    (void)choose(&f, o);
    change_kept(&f, "\"worst\":", "\"worst\":0.5,\"was\":");
    const inf_choice asked = choose(&f, o);
    assert_int_equal(asked.precision, INF_INT8);
    assert_false(asked.alike);
    assert_non_null(strstr(asked.why, "too far"));
    const inf_choice c = choose(&f, (inf_choose_options){.digest = ANC_STR("d")});
    assert_int_equal(c.precision, inf_product_is_fast(INF_BF16) ? INF_BF16 : INF_F32);
    assert_true(c.alike);
    if (inf_product_is_fast(INF_INT8))
        assert_non_null(strstr(c.why, "int8: 0.5"));
    model_copy_end(&f);
}

/* A folder stands where the file would be. */
static void a_folder_that_takes_nothing_is_no_failure(void **state)
{
    (void)state;
    model_copy f;
    model_copy_begin(&f);
    ASSERT_OK(os_folder_make(model_copy_path(&f, "anchorage.precision.json/x"), &f.err), &f.err);
    const inf_choose_options o = {.digest = ANC_STR("d"), .fixed = true, .precision = INF_INT8};
    assert_true(choose(&f, o).checked);
    assert_true(choose(&f, o).checked);
    model_copy_end(&f);
}

static void a_model_that_does_not_open_says_why(void **state)
{
    (void)state;
    model_copy f;
    inf_choice choice;
    model_copy_begin(&f);
    assert_int_equal(os_file_remove(model_copy_path(&f, "vocab.txt"), &f.err), ANC_OK);
    const inf_choose_options o = {
        .folder = anc_str_of(f.folder), .fixed = true, .precision = INF_INT8};
    assert_int_equal(inf_choose(&o, &choice, &f.err), ANC_NOT_FOUND);
    assert_non_null(strstr(f.err.text, "vocab.txt"));
    model_copy_end(&f);
}

/* A cross-encoder has no vectors: what is compared are its scores. */
static void scores_are_checked_as_well(void **state)
{
    (void)state;
    char model[PLACE_MAX];
    anc_err err = {0};
    if (place_in_data(model, "tiny-models/cross-encoder-bert") == NULL)
        skip();
    for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++) {
        inf_choice c;
        const inf_choose_options o = {.folder = anc_str_of(model), .fixed = true, .precision = p};
        ASSERT_OK(inf_choose(&o, &c, &err), &err);
        assert_true(c.checked && c.alike);
        assert_true(c.worst > 0.995 && c.worst < 1 && c.median == c.worst);
    }
}

static anc_status no_more(void *arg)
{
    (void)arg;
    return ANC_CANCELLED;
}

static void a_caller_that_leaves_ends_the_check(void **state)
{
    (void)state;
    model_copy f;
    inf_choice choice;
    model_copy_begin(&f);
    const inf_choose_options o = {.folder = anc_str_of(f.folder),
                                  .digest = ANC_STR("d"),
                                  .fixed = true,
                                  .precision = INF_INT8,
                                  .check = {no_more, NULL}};
    assert_int_equal(inf_choose(&o, &choice, &f.err), ANC_CANCELLED);
    assert_false(is_kept(&f));
    model_copy_end(&f);
}

static void put(model_copy *f, const char *name, anc_str bytes)
{
    ASSERT_OK(os_file_replace(model_copy_path(f, name), bytes, &f->err), &f->err);
}

/* Vectors as wide as they may be, all of them 0, so that no precision passes and each is looked at. */
static void the_widest_vectors_have_room(void **state)
{
    (void)state;
    enum { ROWS = 8192, COLUMNS = 64, BYTES = ROWS * COLUMNS * 4, HEAD = 8 };
    model_copy f;
    model_copy_begin(&f);
    ASSERT_OK(os_folder_make(model_copy_path(&f, "2_Dense"), &f.err), &f.err);
    put(&f, "modules.json",
        ANC_STR("[{\"type\":\"x.Transformer\"},{\"type\":\"x.Dense\",\"path\":\"2_Dense\"}]"));
    put(&f, "2_Dense/config.json",
        ANC_STR("{\"in_features\":64,\"out_features\":8192,\"bias\":false,"
                "\"activation_function\":\"torch.nn.modules.linear.Identity\"}"));
    const anc_str head = anc_arena_printf(
        f.mem, "{\"linear.weight\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}",
        ROWS, COLUMNS, BYTES);
    char *bytes = anc_arena_alloc(f.mem, HEAD + 256 + BYTES, 1);
    assert_true(bytes != NULL && head.len < 256);
    memset(bytes, 0, HEAD);
    bytes[0] = (char)head.len;
    memcpy(bytes + HEAD, head.ptr, head.len);
    memset(bytes + HEAD + head.len, 0, BYTES);
    put(&f, "2_Dense/model.safetensors", (anc_str){bytes, HEAD + head.len + BYTES});
    const inf_choice any = choose(&f, (inf_choose_options){.digest = ANC_STR("d")});
    assert_int_equal(any.precision, INF_F32);
    for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++) {
        const inf_choice c = choose(&f, (inf_choose_options){.fixed = true, .precision = p});
        assert_false(c.alike);
    }
    model_copy_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_needs_no_check),
        cmocka_unit_test(what_is_fixed_is_checked_once_and_kept),
        cmocka_unit_test(both_precisions_are_kept_side_by_side),
        cmocka_unit_test(of_a_model_that_has_changed_nothing_is_kept),
        cmocka_unit_test(the_fastest_that_passes_is_chosen),
        cmocka_unit_test(without_a_digest_nothing_is_kept),
        cmocka_unit_test(what_is_too_far_is_not_chosen),
        cmocka_unit_test(a_folder_that_takes_nothing_is_no_failure),
        cmocka_unit_test(a_model_that_does_not_open_says_why),
        cmocka_unit_test(scores_are_checked_as_well),
        cmocka_unit_test(a_caller_that_leaves_ends_the_check),
        cmocka_unit_test(the_widest_vectors_have_room),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + RUN_TABLE("disbelief", disbelief_rows, what_is_not_for_this_is_checked_again);
}
