/* model_copy.h - the small model of this tree in a folder that a test may write to. */
#ifndef ANC_TESTS_UNIT_INFER_MODEL_COPY_H
#define ANC_TESTS_UNIT_INFER_MODEL_COPY_H

#include <stdlib.h>

#include "base/str.h"
#include "os/file.h"
#include "support/places.h"
#include "support/test.h"

typedef struct model_copy {
    char folder[64]; /* a copy of the small model */
    anc_arena *mem;
    anc_err err;
} model_copy;

static inline anc_str model_copy_path(model_copy *f, const char *name)
{
    return os_path_join(f->mem, anc_str_of(f->folder), anc_str_of(name));
}

static inline void model_copy_begin(model_copy *f)
{
    static const char *const files[] = {"config.json", "vocab.txt", "sentence_bert_config.json",
                                        "model.safetensors"};
    char model[PLACE_MAX];
    *f = (model_copy){.folder = "/tmp/anchorage-model-XXXXXX", .mem = anc_arena_new(16 << 20)};
    assert_non_null(f->mem);
    assert_non_null(mkdtemp(f->folder));
    (void)place_in_source(model, "tests/data/tiny-bert");
    for (size_t i = 0; i < ANC_COUNT(files); i++) {
        anc_str bytes;
        const anc_str from = os_path_join(f->mem, anc_str_of(model), anc_str_of(files[i]));
        ASSERT_OK(os_file_read(f->mem, from, 1 << 20, &bytes, &f->err), &f->err);
        ASSERT_OK(os_file_replace(model_copy_path(f, files[i]), bytes, &f->err), &f->err);
    }
}

static inline void model_copy_end(model_copy *f)
{
    assert_int_equal(os_folder_remove(anc_str_of(f->folder), NULL), ANC_OK);
    anc_arena_free(f->mem);
}

#endif
