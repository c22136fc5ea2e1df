/* folder_source.c - files of a folder, read in pieces. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedding/adapters/local/local_sources.h"
#include "os/file.h"

enum { PIECE_BYTES = 1 << 16 };

typedef struct source {
    char folder[OS_PATH_MAX];
} source;

static void file_cleanup(FILE **f)
{
    if (*f != NULL)
        (void)fclose(*f);
}

static anc_status fetch(void *self, krn_call *call, const emb_model_row *row,
                        const emb_model_file *file, uint64_t offset, emb_take take)
{
    const source *s = self;
    (void)row;
    const anc_str path = os_path_join(call->mem, anc_str_of(s->folder), anc_str_of(file->path));
    char *piece = anc_arena_alloc(call->mem, PIECE_BYTES, 1);
    if (path.ptr == NULL || piece == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to read %s", file->path);
    ANC_CLEANUP(file_cleanup) FILE *f = fopen(path.ptr, "rb");
    if (f == NULL || fseeko(f, (off_t)offset, SEEK_SET) != 0)
        return ANC_FAIL(call->err, errno == ENOENT ? ANC_NOT_FOUND : ANC_IO, "cannot read %s: %s",
                        path.ptr, strerror(errno));
    for (size_t n; (n = fread(piece, 1, PIECE_BYTES, f)) > 0;) {
        if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
            return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
        ANC_TRY(take.bytes(take.arg, (anc_str){piece, n}));
    }
    if (ferror(f))
        return ANC_FAIL(call->err, ANC_IO, "cannot read %s: %s", path.ptr, strerror(errno));
    return ANC_OK;
}

static const emb_model_source_ops ops = {.name = "folder", .fetch = fetch, .close = free};

anc_status emb_folder_source_open(anc_str folder, emb_model_source *ret, anc_err *err)
{
    os_stat stat;
    ANC_TRY(os_stat_of(folder, &stat, err));
    if (!stat.is_folder)
        return ANC_FAIL(err, ANC_INVALID, "%.*s is neither a folder nor a wheel (.whl, .zip)",
                        ANC_FMT(folder));
    source *s = malloc(sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a source of models");
    (void)snprintf(s->folder, sizeof s->folder, "%.*s", ANC_FMT(folder));
    *ret = (emb_model_source){&ops, s};
    return ANC_OK;
}
