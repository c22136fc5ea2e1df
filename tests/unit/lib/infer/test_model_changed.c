/* test_model_changed.c - an encoder whose model is cut, written over, replaced or removed while it is open. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "infer/encoder.h"
#include "model_copy.h"

enum { DIMS = 64, MANY = 40 };

typedef struct world {
    model_copy model;
    inf_encoder *encoder;
    os_pool *pool;
    inf_turns *turns;
    anc_str texts[MANY];
    float before[MANY * DIMS], out[MANY * DIMS];
} world;

static void begin(world *w, const char *digest)
{
    const inf_encoder_options options = {.digest = anc_str_of(digest)};
    const inf_turns_options turns = {.at_once = 2, .most_calls = 4};
    anc_err *err = &w->model.err;
    model_copy_begin(&w->model);
    ASSERT_OK(inf_encoder_open(anc_str_of(w->model.folder), &options, &w->encoder, err), err);
    ASSERT_OK(os_pool_open("test", 2, 16, &w->pool, err), err);
    ASSERT_OK(inf_turns_open(&turns, &w->turns, err), err);
    for (size_t i = 0; i < MANY; i++)
        w->texts[i] = i % 2 == 0 ? ANC_STR("When do bees make honey in the valley?")
                                 : ANC_STR("The invoice is due within thirty days of its date.");
    ASSERT_OK(inf_encoder_encode(w->encoder, INF_PASSAGE, w->texts, MANY, NULL, (inf_check){0},
                                 w->before, NULL, err),
              err);
}

static void end(world *w)
{
    inf_encoder_close(w->encoder);
    inf_turns_stop(w->turns);
    inf_turns_free(w->turns);
    os_pool_free(w->pool);
    model_copy_end(&w->model);
}

/* In every way there is: on this thread, on several, in turn. */
static anc_status encode(world *w, size_t way, anc_err *err)
{
    const inf_turn turn = {.turns = w->turns};
    memset(w->out, 0, sizeof w->out);
    if (way < 2)
        return inf_encoder_encode(w->encoder, INF_PASSAGE, w->texts, MANY,
                                  way == 0 ? NULL : w->pool, (inf_check){0}, w->out, NULL, err);
    return inf_encoder_encode_in_turn(w->encoder, INF_PASSAGE, w->texts, MANY, &turn, w->out, NULL,
                                      err);
}

static void goes_on(world *w)
{
    for (size_t way = 0; way < 3; way++) {
        ASSERT_OK(encode(w, way, &w->model.err), &w->model.err);
        assert_memory_equal(w->out, w->before, sizeof w->out);
    }
}

static void what_is_cut_fails_and_says_so(void **state)
{
    static const off_t lengths[] = {0, 5000};
    const char *digest = *state;
    for (size_t i = 0; i < ANC_COUNT(lengths); i++) {
        static world w;
        w = (world){0};
        begin(&w, digest);
        assert_int_equal(truncate(model_copy_path(&w.model, "model.safetensors").ptr, lengths[i]),
                         0);
        for (size_t way = 0; way < 3; way++) {
            anc_err err = {0};
            assert_int_equal(encode(&w, way, &err), ANC_CORRUPT);
            assert_non_null(strstr(err.text, "model.safetensors was cut short"));
        }
        end(&w);
    }
}

/* As a copy over it does: cut, then written again. */
static void what_is_written_over_with_the_same_goes_on(void **state)
{
    static world w;
    anc_str bytes;
    w = (world){0};
    begin(&w, *state);
    const anc_str path = model_copy_path(&w.model, "model.safetensors");
    ASSERT_OK(os_file_read(w.model.mem, path, 1 << 20, &bytes, &w.model.err), &w.model.err);
    FILE *f = fopen(path.ptr, "wb");
    assert_true(f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
    goes_on(&w);
    end(&w);
}

static void what_is_replaced_or_removed_stays_as_it_was(void **state)
{
    static world w;
    w = (world){0};
    begin(&w, *state);
    const anc_str path = model_copy_path(&w.model, "model.safetensors");
    ASSERT_OK(os_file_replace(path, ANC_STR("another model"), &w.model.err), &w.model.err);
    goes_on(&w);
    ASSERT_OK(os_file_remove(path, &w.model.err), &w.model.err);
    goes_on(&w);
    end(&w);
}

int main(void)
{
    static char kept[] = "d", in_memory[] = "";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(what_is_cut_fails_and_says_so, in_memory),
        cmocka_unit_test_prestate(what_is_cut_fails_and_says_so, kept),
        cmocka_unit_test_prestate(what_is_written_over_with_the_same_goes_on, in_memory),
        cmocka_unit_test_prestate(what_is_written_over_with_the_same_goes_on, kept),
        cmocka_unit_test_prestate(what_is_replaced_or_removed_stays_as_it_was, in_memory),
        cmocka_unit_test_prestate(what_is_replaced_or_removed_stays_as_it_was, kept),
    };
    return cmocka_run_group_tests_name("a model that changes", tests, NULL, NULL);
}
