/* small_folder.c - the small model, copied file by file. */
#include "small_folder.h"

#include <string.h>

#include "os/file.h"
#include "support/places.h"
#include "support/test.h"

static const char *const files[] = {"config.json", "vocab.txt", "sentence_bert_config.json",
                                    "model.safetensors"};

anc_str small_file(anc_arena *mem, const char *name)
{
    char model[PLACE_MAX];
    anc_err err = {0};
    anc_str bytes;
    const anc_str folder = anc_str_of(place_in_source(model, "tests/data/tiny-bert"));
    ASSERT_OK(os_file_read(mem, os_path_join(mem, folder, anc_str_of(name)), 1 << 20, &bytes, &err),
              &err);
    return bytes;
}

static void write_file(anc_arena *mem, anc_str folder, const char *name, anc_str content)
{
    anc_err err = {0};
    const size_t slash = anc_str_find(anc_str_of(name), ANC_STR("/"));
    if (slash != SIZE_MAX)
        ASSERT_OK(os_folder_make(os_path_join(mem, folder, (anc_str){name, slash}), &err), &err);
    ASSERT_OK(os_file_replace(os_path_join(mem, folder, anc_str_of(name)), content, &err), &err);
}

void small_folder_make(anc_arena *mem, anc_str folder, const char *file, anc_str content)
{
    for (size_t i = 0; i < ANC_COUNT(files); i++)
        if (strcmp(files[i], file) != 0)
            write_file(mem, folder, files[i], small_file(mem, files[i]));
    if (content.ptr != NULL)
        write_file(mem, folder, file, content);
}
