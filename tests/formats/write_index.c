/* write_index.c - saves an index that uses all of its formats into the folder that it is given. */
#include "support/test.h"

#include <stdio.h>

#include "base/str.h"
#include "support/engine_world.h"

enum { DOCUMENTS = 300, DEAD = 7 };

static anc_status write_index(anc_str folder, anc_err *err)
{
    eng_index *index;
    bool did;
    const eng_options options = {
        .dims = ENGINE_WORLD_DIMS, .from = {.exact = 2, .bits = 6, .graph = 10}, .folder = folder};
    ANC_TRY(eng_index_open(&options, &index, err));
    anc_status status = ANC_OK;
    for (uint32_t i = 0; i < DOCUMENTS && status == ANC_OK; i++)
        status = engine_world_put(index, i, 1, err);
    if (status == ANC_OK)
        status = eng_tidy(index, &(eng_tidy_options){.all = true}, &did, err);
    if (status == ANC_OK)
        status = eng_save(index, &(eng_tidy_options){0}, err);
    for (uint32_t i = 0; i < DEAD && status == ANC_OK; i++)
        status = engine_world_put(index, i * 3, 2, err);
    if (status == ANC_OK)
        status = eng_mark(index, 4711, err);
    if (status == ANC_OK)
        status = eng_save(index, &(eng_tidy_options){0}, err);
    eng_index_close(index);
    return status;
}

int main(int argc, char **argv)
{
    anc_err err = {0};
    if (argc != 2)
        return 2;
    if (write_index(anc_str_of(argv[1]), &err) == ANC_OK)
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return 1;
}
