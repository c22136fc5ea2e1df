/* folder.c - a walk over a folder in byte order, depth first, and one file read.
 *
 * Each folder on the way may have a file of patterns (ingest/domain/ignore.h); the deepest one that
 * names a path decides.
 *
 * Files are read, not mapped: somebody else may cut a file short while it is read, and a mapping
 * would then end the process. What became of a name since it was listed is looked at again (plain.h).
 */
#include "folder.h"

#include "levels.h"
#include "os/file.h"
#include "plain.h"

enum { MAX_NAMES = 1000000, LEVEL_ARENA_BYTES = 256 << 20 };

typedef struct walk {
    krn_call *call;
    const ing_item_sink *sink;
    anc_str root; /* real path */
} walk;

static anc_status no_room(krn_call *call, const anc_arena *mem)
{
    return ANC_FAIL(call->err, anc_arena_refusal(mem), "no room for a path");
}

static anc_status walk_folder(const walk *w, anc_str folder, anc_str prefix, const ing_level *up);

/* Where a name leads. Things that vanish or may not be read are passed over (ret_there false): they are no
 * documents. A disk that fails is no reason to leave something out. */
static anc_status look_at(const walk *w, anc_arena *mem, anc_str path, anc_str *ret_real,
                          os_stat *ret, bool *ret_there)
{
    anc_err own;
    anc_err_clear(&own);
    anc_status status = os_path_real(mem, path, ret_real, &own);
    if (status == ANC_OK)
        status = os_stat_of(path, ret, &own);
    *ret_there = status == ANC_OK;
    const bool gone = status == ANC_NOT_FOUND || status == ANC_FORBIDDEN || status == ANC_INVALID;
    return status == ANC_OK || gone ? ANC_OK : ANC_FAIL(w->call->err, status, "%s", own.text);
}

/* What is neither file nor folder is passed over too. */
static anc_status walk_name(const walk *w, anc_arena *mem, anc_str folder, anc_str prefix,
                            anc_str name, const ing_level *here)
{
    const anc_str path = os_path_join(mem, folder, name);
    const anc_str item =
        prefix.len > 0 ? os_path_join(mem, prefix, name) : anc_arena_copy(mem, name);
    if (path.ptr == NULL || item.ptr == NULL)
        return no_room(w->call, mem);
    anc_str real = ANC_STR_NONE;
    os_stat stat = {0};
    bool there = false;
    ANC_TRY(look_at(w, mem, path, &real, &stat, &there));
    if (!there || !ing_is_below(w->root, real))
        return ANC_OK;
    if (ing_is_left_out(here, item, stat.is_folder))
        return ANC_OK;
    if (stat.is_folder)
        return anc_str_eq(real, path) ? walk_folder(w, path, item, here) : ANC_OK;
    if (!stat.is_file)
        return ANC_OK;
    const ing_item found = {.path = item, .bytes = stat.bytes, .modified_ms = stat.modified_ms};
    return w->sink->on_item(w->sink->arg, &found, w->call->err);
}

/* The patterns of a folder, where its list of names has a file of them. */
static anc_status read_ignore(const walk *w, anc_arena *mem, anc_str folder, const anc_str *names,
                              size_t n, ing_ignore *ret)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(names[i], ing_ignore_name))
            return ing_level_read(mem, w->root, folder, ret, w->call->err);
    return ANC_OK;
}

static anc_status walk_names(const walk *w, anc_arena *mem, anc_str folder, anc_str prefix,
                             const ing_level *up)
{
    krn_call *call = w->call;
    ing_level here = {.up = up,
                      .prefix = prefix.len > 0 ? prefix.len + 1 : 0,
                      .depth = up != NULL ? up->depth + 1 : 0};
    anc_str *names = NULL;
    size_t n = 0;
    anc_err own;
    anc_err_clear(&own);
    const anc_status listed = os_folder_list(mem, folder, MAX_NAMES, &names, &n, &own);
    const bool gone = listed == ANC_NOT_FOUND || listed == ANC_FORBIDDEN;
    if (gone && up != NULL)
        return ANC_OK;
    if (listed != ANC_OK)
        return ANC_FAIL(call->err, listed, "%s", own.text);
    ANC_TRY(read_ignore(w, mem, folder, names, n, &here.ignore));
    for (size_t i = 0; i < n; i++)
        if (names[i].len > 0 && names[i].ptr[0] != '.')
            ANC_TRY(walk_name(w, mem, folder, prefix, names[i], &here));
    return ANC_OK;
}

static anc_status walk_folder(const walk *w, anc_str folder, anc_str prefix, const ing_level *up)
{
    krn_call *call = w->call;
    if (up != NULL && up->depth == ING_FOLDER_DEPTH)
        return ANC_FAIL(call->err, ANC_LIMIT, "%.*s lies more than %d folders deep",
                        ANC_FMT(folder), ING_FOLDER_DEPTH);
    if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
        return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
    ANC_ARENA(mem, LEVEL_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to list %.*s", ANC_FMT(folder));
    return walk_names(w, mem, folder, prefix, up);
}

static anc_str base_name(anc_str path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    return anc_str_sub(path, start, path.len);
}

static anc_status check(void *self, krn_call *call, anc_str path)
{
    (void)self;
    if (path.len == 0 || path.ptr[0] != '/')
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/path", "the path '%.*s' is not absolute",
                              ANC_FMT(path));
    os_stat stat;
    ANC_TRY(os_stat_of(path, &stat, call->err));
    if (!stat.is_folder && !stat.is_file)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/path",
                              "%.*s is neither a folder nor a file", ANC_FMT(path));
    anc_str *names = NULL;
    size_t n = 0;
    if (stat.is_folder) {
        ANC_ARENA(mem, LEVEL_ARENA_BYTES);
        if (mem == NULL)
            return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to list %.*s", ANC_FMT(path));
        return os_folder_list(mem, path, MAX_NAMES, &names, &n, call->err);
    }
    return ANC_OK;
}

static anc_status walk_source(void *self, krn_call *call, anc_str path, const ing_item_sink *sink)
{
    (void)self;
    os_stat stat;
    ANC_TRY(os_stat_of(path, &stat, call->err));
    if (!stat.is_folder) {
        const ing_item only = {
            .path = base_name(path), .bytes = stat.bytes, .modified_ms = stat.modified_ms};
        return sink->on_item(sink->arg, &only, call->err);
    }
    walk w = {.call = call, .sink = sink};
    ANC_TRY(os_path_real(call->mem, path, &w.root, call->err));
    return walk_folder(&w, w.root, ANC_STR_NONE, NULL);
}

static anc_status read_item(void *self, krn_call *call, anc_str path, anc_str item,
                            size_t max_bytes, ing_content *ret)
{
    (void)self;
    os_stat stat;
    ANC_TRY(os_stat_of(path, &stat, call->err));
    anc_str name = path, root = ANC_STR_NONE;
    if (stat.is_folder) {
        name = os_path_join(call->mem, path, item);
        if (name.ptr == NULL)
            return no_room(call, call->mem);
        ANC_TRY(os_path_real(call->mem, path, &root, call->err));
    }
    ing_plain file;
    ANC_TRY(ing_plain_read(call->mem, root, name, max_bytes, &file, call->err));
    *ret = (ing_content){.bytes = file.bytes, .uri = name, .modified_ms = file.modified_ms};
    return ANC_OK;
}

static const ing_source_ops ops = {.name = "folder",
                                   .check = check,
                                   .walk = walk_source,
                                   .read = read_item,
                                   .pick = ing_folder_pick};

ing_source ing_folder_source(void)
{
    return (ing_source){&ops, NULL};
}
