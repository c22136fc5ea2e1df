/* wheel_source.c - files of a model inside a zip archive. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "embedding/adapters/local/local_sources.h"
#include "os/file.h"

enum { PIECE_BYTES = 1 << 16 };

static const anc_str marker = ANC_STR_INIT("model.safetensors");

typedef struct source {
    zip_t *zip;             /* owned */
    char path[OS_PATH_MAX]; /* of the archive, for messages */
    char root[OS_PATH_MAX]; /* what stands before a file's path in the archive: "" or "…/" */
} source;

static void close_source(void *self)
{
    source *s = self;
    if (s->zip != NULL)
        zip_discard(s->zip);
    free(s);
}

static void entry_cleanup(zip_file_t **f)
{
    if (*f != NULL)
        (void)zip_fclose(*f);
}

static anc_status take_pieces(const source *s, krn_call *call, const char *name, zip_file_t *f,
                              uint64_t skip, emb_take take)
{
    char *piece = anc_arena_alloc(call->mem, PIECE_BYTES, 1);
    zip_int64_t n = 0;
    if (piece == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to unpack %s", name);
    while ((n = zip_fread(f, piece, PIECE_BYTES)) > 0) {
        const size_t old = (uint64_t)n < skip ? (size_t)n : (size_t)skip;
        skip -= old;
        if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
            return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
        if ((size_t)n > old)
            ANC_TRY(take.bytes(take.arg, (anc_str){piece + old, (size_t)n - old}));
    }
    if (n < 0)
        return ANC_FAIL(call->err, ANC_CORRUPT, "%s: %s does not unpack: %s", s->path, name,
                        zip_file_strerror(f));
    return ANC_OK;
}

static anc_status fetch(void *self, krn_call *call, const emb_model_row *row,
                        const emb_model_file *file, uint64_t offset, emb_take take)
{
    const source *s = self;
    (void)row;
    const anc_str name = anc_arena_printf(call->mem, "%s%s", s->root, file->path);
    if (name.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to unpack %s",
                        file->path);
    ANC_CLEANUP(entry_cleanup) zip_file_t *f = zip_fopen(s->zip, name.ptr, 0);
    if (f == NULL)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "%s holds no %s: %s", s->path, name.ptr,
                        zip_strerror(s->zip));
    return take_pieces(s, call, name.ptr, f, offset, take);
}

static const emb_model_source_ops ops = {.name = "wheel", .fetch = fetch, .close = close_source};

static anc_status find_root(source *s, anc_err *err)
{
    const zip_int64_t n = zip_get_num_entries(s->zip, 0);
    for (zip_int64_t i = 0; i < n; i++) {
        const anc_str name = anc_str_of(zip_get_name(s->zip, (zip_uint64_t)i, 0));
        const size_t root = name.len >= marker.len ? name.len - marker.len : 0;
        if (!anc_str_ends(name, marker) || root >= sizeof s->root ||
            (root > 0 && name.ptr[root - 1] != '/'))
            continue;
        memcpy(s->root, name.ptr, root);
        return ANC_OK;
    }
    return ANC_FAIL(err, ANC_CORRUPT, "%s holds no model.safetensors", s->path);
}

anc_status emb_wheel_source_open(anc_str file, emb_model_source *ret, anc_err *err)
{
    os_stat stat;
    ANC_TRY(os_stat_of(file, &stat, err));
    source *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a source of models");
    (void)snprintf(s->path, sizeof s->path, "%.*s", ANC_FMT(file));
    int why = 0;
    s->zip = zip_open(s->path, ZIP_RDONLY, &why);
    anc_status status = ANC_OK;
    if (s->zip == NULL) {
        zip_error_t error;
        zip_error_init_with_code(&error, why);
        status =
            ANC_FAIL(err, ANC_CORRUPT, "%s is no archive: %s", s->path, zip_error_strerror(&error));
        zip_error_fini(&error);
    } else {
        status = find_root(s, err);
    }
    if (status != ANC_OK) {
        close_source(s);
        return status;
    }
    *ret = (emb_model_source){&ops, s};
    return ANC_OK;
}
