/* revision.c - hashing a model folder; about 50 ms for 90 MB. */
#include <stdio.h>

#include "base/str.h"
#include "hash/sha256.h"
#include "infer/encoder.h"
#include "os/file.h"
#include "revision_impl.h"

enum { FILES_MAX_BYTES = 8 << 20, SHOWN_BYTES = 8, NAME_BYTES = 100, STEP_BYTES = 4 << 20 };

static void sha_cleanup(anc_sha256 **sha)
{
    anc_sha256_free(*sha);
}

/* Name and length stand before the bytes, so that no two lists of parts hash alike. */
static void add_head(anc_sha256 *sha, const char *name, size_t len)
{
    char head[128];
    const int n = snprintf(head, sizeof head, "%s %zu\n", name, len);
    anc_sha256_add(sha, (anc_str){head, (size_t)n});
}

static void add_part(anc_sha256 *sha, const char *name, anc_str bytes)
{
    add_head(sha, name, bytes.len);
    anc_sha256_add(sha, bytes);
}

/* In steps, so that no more of a large file than one is in memory. */
static anc_status add_file(anc_sha256 *sha, anc_arena *mem, anc_str folder, anc_str name,
                           anc_err *err)
{
    os_map map = {0};
    const anc_str path = os_path_join(mem, folder, name);
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the names of the model's files");
    if (!os_exists(path))
        return ANC_OK;
    ANC_TRY(os_map_open(path, &map, err));
    add_head(sha, name.ptr, map.len);
    for (size_t at = 0; at < map.len; at += STEP_BYTES) {
        const anc_str bytes = {(const char *)map.bytes, map.len};
        anc_sha256_add(sha, anc_str_sub(bytes, at, STEP_BYTES));
        os_map_forget(&map);
    }
    os_map_close(&map);
    return ANC_OK;
}

static void write_revision(anc_str name, const unsigned char digest[ANC_SHA256_BYTES],
                           char out[EMB_REVISION_MAX])
{
    int n = snprintf(out, EMB_REVISION_MAX, "%.*s@", ANC_FMT(name));
    for (size_t i = 0; i < SHOWN_BYTES; i++)
        n += snprintf(out + n, EMB_REVISION_MAX - (size_t)n, "%02x", digest[i]);
}

anc_status emb_infer_revision(const emb_infer_options *options, anc_str model,
                              char out[EMB_REVISION_MAX], anc_err *err)
{
    unsigned char digest[ANC_SHA256_BYTES];
    anc_str *files = NULL;
    size_t n_files = 0;
    ANC_ARENA(mem, FILES_MAX_BYTES);
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL || mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to hash the model");
    ANC_TRY(inf_encoder_files(mem, options->folder, &files, &n_files, err));
    for (size_t i = 0; i < n_files; i++)
        ANC_TRY(add_file(sha, mem, options->folder, files[i], err));
    if (options->query_prefix.ptr != NULL)
        add_part(sha, "query prefix", options->query_prefix);
    if (options->passage_prefix.ptr != NULL)
        add_part(sha, "passage prefix", options->passage_prefix);
    anc_sha256_end(sha, digest);
    write_revision(anc_str_sub(model, 0, NAME_BYTES), digest, out);
    return ANC_OK;
}

anc_status emb_infer_revision_apart(const char *precision, char revision[EMB_REVISION_MAX],
                                    anc_err *err)
{
    unsigned char digest[ANC_SHA256_BYTES];
    const anc_str whole = anc_str_of(revision);
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to hash the model");
    add_part(sha, "revision", whole);
    add_part(sha, "precision", anc_str_of(precision));
    anc_sha256_end(sha, digest);
    const size_t name_bytes = whole.len - 1 - (size_t)2 * SHOWN_BYTES;
    char name[NAME_BYTES + 1];
    (void)snprintf(name, sizeof name, "%.*s", (int)name_bytes, revision);
    write_revision(anc_str_of(name), digest, revision);
    return ANC_OK;
}
