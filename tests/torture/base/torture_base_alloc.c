/* torture_base_alloc.c - base, os and json with every allocation failing once: each says so, leaves
 * its arguments as they were, and leaks nothing (the sanitizer's word). */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "os/file.h"
#include "os/thread.h"
#include "support/fail_alloc.h"
#include "json/json.h"

static void use_arena(bool may_fail)
{
    ANC_ARENA(mem, 1 << 20);
    if (mem == NULL) {
        fail_alloc_expect(may_fail, "arena");
        return;
    }
    for (size_t i = 0; i < 20; i++) {
        char *p = anc_arena_alloc(mem, 1000, 1);
        if (p == NULL)
            fail_alloc_expect(may_fail && anc_arena_refusal(mem) == ANC_NO_MEMORY, "arena refusal");
        else
            p[999] = 1;
    }
    anc_arena_reset(mem);
    fail_alloc_expect(anc_arena_copy(mem, ANC_STR("abc")).ptr != NULL || may_fail, "arena copy");
}

static void use_buffer(bool may_fail)
{
    ANC_BUF(buf, 1 << 20);
    size_t len = 0;
    for (int i = 0; i < 200; i++) {
        const bool ok = anc_buf_printf(&buf, "%d some words that are longer than nothing", i);
        fail_alloc_expect(ok || may_fail, "buffer");
        fail_alloc_expect(ok ? buf.len > len : buf.len == len, "buffer length");
        len = buf.len;
    }
    (void)fail_alloc_went_well(anc_buf_status(&buf, "buffer", NULL), may_fail, NULL,
                               "buffer status");
}

static void use_map(bool may_fail)
{
    anc_map *map = anc_map_new();
    if (map == NULL) {
        fail_alloc_expect(may_fail, "map");
        return;
    }
    size_t n = 0;
    for (uint64_t i = 0; i < 100; i++) {
        char key[16];
        const int len = snprintf(key, sizeof key, "%d", (int)i);
        const bool ok = anc_map_put(map, (anc_str){key, (size_t)len}, i);
        uint64_t got = 0;
        fail_alloc_expect(ok || may_fail, "map put");
        fail_alloc_expect(anc_map_find(map, (anc_str){key, (size_t)len}, &got) == ok, "map find");
        n += ok;
    }
    fail_alloc_expect(anc_map_count(map) == n, "map count");
    anc_map_free(map);
}

static void use_json(bool may_fail)
{
    anc_err err = {0};
    json_doc *doc = NULL;
    const anc_status status = json_parse(ANC_STR("{\"a\":[1,2,{\"b\":\"c\"}]}"), &doc, &err);
    (void)fail_alloc_went_well(status, may_fail, NULL, "json");
    if (status != ANC_OK)
        return;
    ANC_BUF(out, 1000);
    json_dump(json_root(doc), &out);
    (void)fail_alloc_went_well(anc_buf_status(&out, "json", &err), may_fail, NULL, "json dump");
    json_doc_free(doc);
}

static void use_files(bool may_fail)
{
    anc_err err = {0};
    char folder[] = "/tmp/anc-alloc-XXXXXX", path[64];
    if (mkdtemp(folder) == NULL)
        return;
    const int n = snprintf(path, sizeof path, "%s/f", folder);
    const anc_str file = {path, (size_t)n};
    (void)fail_alloc_went_well(os_file_replace(file, ANC_STR("x"), &err), may_fail, NULL,
                               "replace");
    os_lock *lock = NULL;
    (void)fail_alloc_went_well(os_lock_take(file, &lock, &err), may_fail, NULL, "lock");
    os_lock_drop(lock);
    fail_alloc_expect(os_folder_remove(anc_str_of(folder), &err) == ANC_OK, "folder");
}

static void nothing(void *arg, size_t i)
{
    (void)arg;
    (void)i;
}

static void use_pool(bool may_fail)
{
    anc_err err = {0};
    os_pool *pool = NULL;
    const anc_status status = os_pool_open("torture", 3, 8, &pool, &err);
    (void)fail_alloc_went_well(status, may_fail, NULL, "pool");
    if (status != ANC_OK)
        return;
    os_pool_for(pool, 10, nothing, NULL);
    os_pool_free(pool);
}

typedef struct {
    const char *name;
    void (*scenario)(bool may_fail);
    long at_least; /* allocations that it makes */
} row;

static const row rows[] = {
    {"arena", use_arena, 3}, {"buffer", use_buffer, 3}, {"map", use_map, 10},
    {"json", use_json, 2},   {"files", use_files, 2},   {"pool", use_pool, 5},
};

static void every_allocation_fails_once(void **state)
{
    const row *r = *state;
    assert_true(fail_alloc_torture(r->scenario) >= r->at_least);
}

int main(void)
{
    return RUN_TABLE("allocations", rows, every_allocation_fails_once);
}
