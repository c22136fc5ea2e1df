/* folder.c - a walk over a folder in byte order, depth first, and one file read.
 *
 * Files are read, not mapped: somebody else may cut a file short while it is read, and a mapping
 * would then end the process.
 */
#include "folder.h"

#include "os/file.h"

enum { MAX_DEPTH = 64, MAX_NAMES = 1000000, LEVEL_ARENA_BYTES = 256 << 20 };

typedef struct walk {
    krn_call *call;
    const ing_item_sink *sink;
    anc_str root; /* real path */
} walk;

static anc_status no_room(krn_call *call, const anc_arena *mem)
{
    return ANC_FAIL(call->err, anc_arena_refusal(mem), "no room for a path");
}

static bool is_below(anc_str root, anc_str path)
{
    return anc_str_starts(path, root) && path.len > root.len &&
           (path.ptr[root.len] == '/' || anc_str_ends(root, ANC_STR("/")));
}

static anc_status walk_folder(const walk *w, anc_str folder, anc_str prefix, unsigned depth);

/* What a name stands for. Things that vanish, may not be read, or are neither file nor folder are
 * passed over: they are no documents. */
static anc_status walk_name(const walk *w, anc_arena *mem, anc_str folder, anc_str prefix,
                            anc_str name, unsigned depth)
{
    const anc_str path = os_path_join(mem, folder, name);
    const anc_str item =
        prefix.len > 0 ? os_path_join(mem, prefix, name) : anc_arena_copy(mem, name);
    if (path.ptr == NULL || item.ptr == NULL)
        return no_room(w->call, mem);
    anc_err ignored;
    anc_err_clear(&ignored);
    anc_str real = ANC_STR_NONE;
    os_stat stat;
    if (os_path_real(mem, path, &real, &ignored) != ANC_OK ||
        os_stat_of(path, &stat, &ignored) != ANC_OK || !is_below(w->root, real))
        return ANC_OK;
    if (stat.is_folder)
        return anc_str_eq(real, path) ? walk_folder(w, path, item, depth + 1) : ANC_OK;
    if (!stat.is_file)
        return ANC_OK;
    const ing_item found = {.path = item, .bytes = stat.bytes, .modified_ms = stat.modified_ms};
    return w->sink->on_item(w->sink->arg, &found, w->call->err);
}

static anc_status walk_folder(const walk *w, anc_str folder, anc_str prefix, unsigned depth)
{
    krn_call *call = w->call;
    if (depth > MAX_DEPTH)
        return ANC_FAIL(call->err, ANC_LIMIT, "%.*s lies more than %d folders deep",
                        ANC_FMT(folder), MAX_DEPTH);
    if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
        return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
    ANC_ARENA(mem, LEVEL_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to list %.*s", ANC_FMT(folder));
    anc_str *names = NULL;
    size_t n = 0;
    anc_err own;
    anc_err_clear(&own);
    const anc_status listed = os_folder_list(mem, folder, MAX_NAMES, &names, &n, &own);
    const bool gone = listed == ANC_NOT_FOUND || listed == ANC_FORBIDDEN;
    if (gone && depth > 0)
        return ANC_OK;
    if (listed != ANC_OK)
        return ANC_FAIL(call->err, listed, "%s", own.text);
    for (size_t i = 0; i < n; i++)
        if (names[i].len > 0 && names[i].ptr[0] != '.')
            ANC_TRY(walk_name(w, mem, folder, prefix, names[i], depth));
    return ANC_OK;
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
    return walk_folder(&w, w.root, ANC_STR_NONE, 0);
}

static anc_status read_item(void *self, krn_call *call, anc_str path, anc_str item,
                            size_t max_bytes, ing_content *ret)
{
    (void)self;
    os_stat stat;
    ANC_TRY(os_stat_of(path, &stat, call->err));
    anc_str file = path;
    if (stat.is_folder) {
        file = os_path_join(call->mem, path, item);
        if (file.ptr == NULL)
            return no_room(call, call->mem);
        ANC_TRY(os_stat_of(file, &stat, call->err));
    }
    ing_content content = {.uri = file, .modified_ms = stat.modified_ms};
    ANC_TRY(os_file_read(call->mem, file, max_bytes, &content.bytes, call->err));
    *ret = content;
    return ANC_OK;
}

static const ing_source_ops ops = {
    .name = "folder", .check = check, .walk = walk_source, .read = read_item};

ing_source ing_folder_source(void)
{
    return (ing_source){&ops, NULL};
}
