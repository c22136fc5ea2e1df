/* examine_raw.c - whether the files of the raw store have the bytes of their names, and are all there. */
#include <stdio.h>

#include "base/map.h"
#include "examine_impl.h"
#include "knowledge/adapters/raw_files/raw_files.h"
#include "knowledge/adapters/sqlite/kno_sqlite.h"
#include "os/file.h"

enum { SCRATCH_BYTES = 1 << 20, FIRST_BYTES = 1024, NAMED_BYTES = 200 };

typedef struct looking {
    anc_str root;
    anc_arena *scratch;
    anc_map *absent; /* by digest; 1: was not there, 2: and is needed still */
    uint64_t needed, missing;
    char first[FIRST_BYTES]; /* of the missing ones */
    bool failed;             /* no memory */
} looking;

static void map_cleanup(anc_map **map)
{
    anc_map_free(*map);
}

static anc_str key_of(const kno_digest *digest)
{
    return (anc_str){(const char *)digest->bytes, sizeof digest->bytes};
}

static void look(void *arg, anc_str collection, anc_str document, const kno_digest *digest)
{
    looking *l = arg;
    (void)collection;
    (void)document;
    anc_arena_reset(l->scratch);
    const anc_str path = kno_raw_files_path(l->root, digest, l->scratch);
    l->needed++;
    if (path.ptr == NULL)
        l->failed = true;
    else if (!os_exists(path))
        l->failed |= !anc_map_put(l->absent, key_of(digest), 1);
}

/* What was not there and is needed by a later look at the catalog was not removed meanwhile with its document. */
static void look_again(void *arg, anc_str collection, anc_str document, const kno_digest *digest)
{
    looking *l = arg;
    uint64_t times = 0;
    anc_arena_reset(l->scratch);
    const anc_str path = kno_raw_files_path(l->root, digest, l->scratch);
    if (!anc_map_find(l->absent, key_of(digest), &times) || times != 1 || path.ptr == NULL ||
        os_exists(path) || !anc_map_put(l->absent, key_of(digest), 2))
        return;
    if (l->missing++ == 0)
        (void)snprintf(l->first, sizeof l->first,
                       "%.*s of the document '%.*s' of the collection '%.*s'", ANC_FMT(path),
                       ANC_FMT(anc_str_sub(document, 0, NAMED_BYTES)), ANC_FMT(collection));
}

/* What is wrong with the catalog itself is another check's to tell. */
static anc_status find_missing(examination *x, looking *l, anc_err *err)
{
    const anc_str catalog = os_path_join(x->mem, x->c->data_dir, ANC_STR("catalog.db"));
    if (catalog.ptr == NULL || l->scratch == NULL || l->absent == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the files of documents");
    if (!os_exists(catalog) || kno_sqlite_objects(catalog, look, l, NULL) != ANC_OK)
        return ANC_OK;
    if (l->failed)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the files of documents");
    return anc_map_count(l->absent) > 0 ? kno_sqlite_objects(catalog, look_again, l, err) : ANC_OK;
}

static void tell(examination *x, const kno_raw_report *r, const looking *l)
{
    static const char check[] = "raw store",
                      mends[] = "put the documents again, or copies of the files in their places";
    if (r->damaged > 0)
        srv_tell(x, check, CLI_WRONG,
                 anc_arena_printf(x->mem, "%llu of %llu files are damaged, the first is %s; %s",
                                  (unsigned long long)r->damaged, (unsigned long long)r->objects,
                                  r->first, mends));
    if (l->missing > 0)
        srv_tell(x, check, CLI_WRONG,
                 anc_arena_printf(
                     x->mem, "%llu of %llu files of documents are missing, the first is %s; %s",
                     (unsigned long long)l->missing, (unsigned long long)l->needed, l->first,
                     mends));
    if (r->damaged == 0 && l->missing == 0)
        srv_tell(x, check, CLI_FINE,
                 anc_arena_printf(x->mem,
                                  "%llu files, each with the bytes of its name, none missing",
                                  (unsigned long long)r->objects));
}

void srv_examine_raw(examination *x)
{
    kno_raw_report report;
    anc_err err = {0};
    ANC_CLEANUP(map_cleanup) anc_map *absent = anc_map_new();
    ANC_ARENA(scratch, SCRATCH_BYTES);
    looking l = {.root = os_path_join(x->mem, x->c->data_dir, ANC_STR("raw")),
                 .scratch = scratch,
                 .absent = absent};
    anc_status status = kno_raw_files_scan(l.root, &report, &err);
    if (status == ANC_OK)
        status = find_missing(x, &l, &err);
    if (status != ANC_OK)
        srv_tell(x, "raw store", CLI_WRONG, anc_arena_copy(x->mem, anc_str_of(err.text)));
    else
        tell(x, &report, &l);
}
