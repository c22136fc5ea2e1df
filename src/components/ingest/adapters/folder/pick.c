/* pick.c - one file by a name that a stranger gave: what a walk would not come to is not there. */
#include "levels.h"
#include "os/file.h"
#include "plain.h"

enum { PICK_BYTES = 128 << 20 }; /* of 64 files of patterns of 1 MiB, and their rules */

typedef struct picking {
    krn_call *call;
    anc_arena *mem; /* of paths and patterns */
    anc_str root;   /* real path */
    anc_str item;
    ing_level levels[ING_FOLDER_DEPTH + 1];
    size_t n;
} picking;

static anc_status passed_over(const picking *p)
{
    return ANC_FAIL(p->call->err, ANC_NOT_FOUND, "there is no %.*s to read in %.*s",
                    ANC_FMT(anc_str_sub(p->item, 0, 300)), ANC_FMT(anc_str_sub(p->root, 0, 300)));
}

/* What a folder's file of patterns leaves out. One that leads nowhere is not as none: nobody knows what it hides. */
static anc_status read_patterns(const picking *p, anc_str folder, ing_ignore *ret)
{
    const anc_str file = os_path_join(p->mem, folder, ing_ignore_name);
    if (file.ptr == NULL)
        return ANC_FAIL(p->call->err, anc_arena_refusal(p->mem), "no room for a path");
    anc_err why = {0};
    const anc_status status = ing_level_read(p->mem, p->root, folder, ret, &why);
    if (status == ANC_OK || (status == ANC_NOT_FOUND && !os_exists(file)))
        return ANC_OK;
    return anc_fail_at(p->call->err, status, why.where, "%s", why.text);
}

/* The walk comes into the folder of the item's first `n` bytes. */
static anc_status enter(picking *p, size_t n)
{
    const anc_str path =
        n > 0 ? os_path_join(p->mem, p->root, anc_str_sub(p->item, 0, n)) : p->root;
    anc_str real;
    if (path.ptr == NULL)
        return ANC_FAIL(p->call->err, anc_arena_refusal(p->mem), "no room for a path");
    ANC_TRY(os_path_real(p->mem, path, &real, p->call->err));
    if (p->n > ING_FOLDER_DEPTH || !anc_str_eq(real, path)) /* a link is not followed */
        return passed_over(p);
    ing_level *here = &p->levels[p->n];
    *here = (ing_level){.up = p->n > 0 ? &p->levels[p->n - 1] : NULL,
                        .prefix = n > 0 ? n + 1 : 0,
                        .depth = (unsigned)p->n};
    p->n++;
    return read_patterns(p, path, &here->ignore);
}

/* Folder by folder to the item. */
static anc_status go(picking *p)
{
    size_t from = 0;
    ANC_TRY(enter(p, 0));
    for (size_t i = 0; i <= p->item.len; i++) {
        const bool ends = i == p->item.len;
        if (!ends && p->item.ptr[i] != '/')
            continue;
        if (i == from || p->item.ptr[from] == '.' ||
            ing_is_left_out(&p->levels[p->n - 1], anc_str_sub(p->item, 0, i), !ends))
            return passed_over(p);
        if (!ends)
            ANC_TRY(enter(p, i));
        from = i + 1;
    }
    return ANC_OK;
}

anc_status ing_folder_pick(void *self, krn_call *call, anc_str path, anc_str item, size_t max_bytes,
                           ing_content *ret)
{
    ANC_ARENA(mem, PICK_BYTES);
    picking p = {.call = call, .mem = mem, .item = item};
    os_stat stat;
    ing_plain file;
    (void)self;
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to look for a file");
    ANC_TRY(os_stat_of(path, &stat, call->err));
    if (!stat.is_folder)
        return ANC_FAIL(call->err, ANC_INVALID, "%.*s is no folder", ANC_FMT(path));
    ANC_TRY(os_path_real(mem, path, &p.root, call->err));
    ANC_TRY(go(&p));
    const anc_str name = os_path_join(call->mem, p.root, item);
    if (name.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a path");
    ANC_TRY(ing_plain_read(call->mem, p.root, name, max_bytes, &file, call->err));
    *ret = (ing_content){.bytes = file.bytes, .uri = name, .modified_ms = file.modified_ms};
    return ANC_OK;
}
