/* store_world.h - an index in files, on a disk in memory, and what is done to it. */
#ifndef ANC_TESTS_UNIT_LIB_ENGINE_STORE_WORLD_H
#define ANC_TESTS_UNIT_LIB_ENGINE_STORE_WORLD_H

#include "support/engine_disk.h"
#include "support/engine_world.h"
#include "support/test.h"

enum { DOCUMENTS = 120 };

typedef struct world {
    engine_disk *disk;
    eng_index *index; /* of the folder "index" */
    anc_err err;
} world;

/* The state of a test: a world with an empty index of ENGINE_WORLD_DIMS. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int set_up(void **state);
int tear_down(void **state);

/* Each fails the test where it fails. */
void open_with(world *w, uint32_t dims);
void open_in(world *w, const char *folder, uint32_t dims, eng_index **ret);
void reopen(world *w); /* closed and opened again: what was not saved is gone */
void save(world *w);
void put(world *w, uint32_t number, uint32_t version);
void drop(world *w, uint32_t number);

/* Everything that an index can hold, in several segments with dead documents in them, the last of it not saved:
 * some_changed says which versions. */
void fill(world *w);
uint32_t some_changed(uint32_t number); /* 0: dropped */
void assert_versions(world *w, uint32_t (*wanted)(uint32_t number));

#endif
