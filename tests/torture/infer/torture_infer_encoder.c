/* torture_infer_encoder.c - a model packed, kept, opened from what was kept, and used, with every allocation failing once.
 * Where that is survived the vectors are right, and nothing leaks. */
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "os/file.h"
#include "support/fail_alloc.h"
#include "support/places.h"
#include "support/test.h"

enum { TEXTS = 2, DIMS = 64 };

static char folder[] = "/tmp/anchorage-torture-XXXXXX";
static float expected[INF_PRECISIONS][TEXTS * DIMS];
static inf_precision precision;

void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);

/* Fails where malloc would. */
void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    void *would = malloc(1);
    if (would == NULL)
        return NULL;
    free(would);
    return __real_aligned_alloc(alignment, n);
}

static anc_status encode(const char *digest, float *out, anc_err *err)
{
    static const anc_str texts[TEXTS] = {ANC_STR_INIT("When do bees make honey?"),
                                         ANC_STR_INIT("The invoice is due within thirty days.")};
    const inf_encoder_options options = {.precision = precision, .digest = anc_str_of(digest)};
    inf_encoder *enc = NULL;
    ANC_TRY(inf_encoder_open(anc_str_of(folder), &options, &enc, err));
    const anc_status status =
        inf_encoder_encode(enc, INF_PASSAGE, texts, TEXTS, NULL, (inf_check){0}, out, NULL, err);
    inf_encoder_close(enc);
    return status;
}

/* The first packs, the second reads. */
static void scenario(bool may_fail)
{
    static const char *const packed[] = {"/anchorage.f32-f32.panels", "/anchorage.int8-int8.panels",
                                         "/anchorage.int8-bf16.panels",
                                         "/anchorage.int8-f32.panels"};
    for (size_t i = 0; i < ANC_COUNT(packed); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", folder, packed[i]);
        (void)unlink(path);
    }
    for (unsigned turn = 0; turn < 2; turn++) {
        float out[TEXTS * DIMS];
        anc_err err = {0};
        if (fail_alloc_went_well(encode("d", out, &err), may_fail, &err, "encoded"))
            fail_alloc_expect(memcmp(out, expected[precision], sizeof out) == 0,
                              "the same vectors");
    }
}

static void copy_model(void)
{
    static const char *const files[] = {"config.json", "vocab.txt", "model.safetensors"};
    char model[PLACE_MAX];
    anc_err err = {0};
    ANC_ARENA(mem, 4 << 20);
    assert_non_null(mkdtemp(folder));
    (void)place_in_source(model, "tests/data/tiny-bert");
    for (size_t i = 0; i < ANC_COUNT(files); i++) {
        anc_str bytes;
        const anc_str name = anc_str_of(files[i]);
        ASSERT_OK(
            os_file_read(mem, os_path_join(mem, anc_str_of(model), name), 1 << 20, &bytes, &err),
            &err);
        ASSERT_OK(os_file_replace(os_path_join(mem, anc_str_of(folder), name), bytes, &err), &err);
    }
}

static void memory_runs_out_anywhere(void **state)
{
    (void)state;
    static const inf_precision both[] = {INF_F32, INF_INT8};
    anc_err err = {0};
    copy_model();
    for (size_t i = 0; i < ANC_COUNT(both); i++) {
        precision = both[i];
        ASSERT_OK(encode("", expected[precision], &err), &err);
        assert_true(fail_alloc_torture(scenario) > 50);
    }
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_runs_out_anywhere)};
    return cmocka_run_group_tests_name("encoder", tests, NULL, NULL);
}
