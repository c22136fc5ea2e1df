/* store_world.c - an index in files, on a disk in memory. */
#include "store_world.h"

#include <stdlib.h>

/* Parts become graphs early: a few documents show all. */
static const eng_thresholds exact = {.exact = UINT32_MAX, .bits = 30, .graph = 60};

void open_in(world *w, const char *folder, uint32_t dims, eng_index **ret)
{
    const eng_options options = {.dims = dims,
                                 .from = exact,
                                 .folder = anc_str_of(folder),
                                 .disk = engine_disk_ops(w->disk)};
    ASSERT_OK(eng_index_open(&options, ret, &w->err), &w->err);
}

void open_with(world *w, uint32_t dims)
{
    open_in(w, "index", dims, &w->index);
}

void reopen(world *w)
{
    eng_index_close(w->index);
    open_with(w, ENGINE_WORLD_DIMS);
}

void save(world *w)
{
    ASSERT_OK(eng_save(w->index, &(eng_tidy_options){0}, &w->err), &w->err);
}

void put(world *w, uint32_t number, uint32_t version)
{
    ASSERT_OK(engine_world_put(w->index, number, version, &w->err), &w->err);
}

void drop(world *w, uint32_t number)
{
    ASSERT_OK(engine_world_drop(w->index, number, &w->err), &w->err);
}

int set_up(void **state)
{
    world *w = calloc(1, sizeof *w);
    w->disk = engine_disk_new(1);
    open_with(w, ENGINE_WORLD_DIMS);
    *state = w;
    return 0;
}

int tear_down(void **state)
{
    world *w = *state;
    eng_index_close(w->index);
    engine_disk_free(w->disk);
    free(w);
    return 0;
}

void assert_versions(world *w, uint32_t (*wanted)(uint32_t number))
{
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        assert_int_equal(engine_world_version(s, i), wanted(i));
    eng_snapshot_release(s);
}

uint32_t some_changed(uint32_t number)
{
    return number % 7 == 3 ? 0 : number % 5 == 2 ? 2 : 1;
}

void fill(world *w)
{
    for (uint32_t i = 0; i < DOCUMENTS; i++) {
        put(w, i, 1);
        if (i == DOCUMENTS / 2)
            save(w);
    }
    save(w);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        if (some_changed(i) == 0)
            drop(w, i);
        else if (some_changed(i) == 2)
            put(w, i, 2);
    ASSERT_OK(eng_mark(w->index, 4711, &w->err), &w->err);
}
