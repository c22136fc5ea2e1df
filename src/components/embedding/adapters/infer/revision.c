/* revision.c - hashing a model folder; about 50 ms for 90 MB. */
#include <assert.h>
#include <stdio.h>

#include "base/str.h"
#include "hash/sha256.h"
#include "infer/encoder.h"
#include "os/file.h"
#include "revision_impl.h"

enum { FILES_MAX_BYTES = 9 << 20, SHOWN_BYTES = 8, NAME_BYTES = 100, STEP_BYTES = 1 << 20 };

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

static void reader_cleanup(os_reader **reader)
{
    os_reader_close(*reader);
}

/* In steps, so that no more of a large file than one is in memory; `step` has room for it. Read, not mapped: whoever cuts
 * the file meanwhile makes this fail, and no more. */
static anc_status add_file(anc_sha256 *sha, anc_arena *mem, char *step, anc_str folder,
                           anc_str name, anc_err *err)
{
    ANC_CLEANUP(reader_cleanup) os_reader *file = NULL;
    const anc_str path = os_path_join(mem, folder, name);
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the names of the model's files");
    if (!os_exists(path))
        return ANC_OK;
    ANC_TRY(os_reader_open(path, &file, err));
    const uint64_t bytes = os_reader_bytes(file);
    add_head(sha, name.ptr, bytes);
    for (uint64_t at = 0; at < bytes; at += STEP_BYTES) {
        const size_t n = bytes - at < STEP_BYTES ? (size_t)(bytes - at) : STEP_BYTES;
        ANC_TRY(os_reader_get(file, at, n, step, err));
        anc_sha256_add(sha, (anc_str){step, n});
    }
    return ANC_OK;
}

/* A file that is not there is one with no bytes and no time. */
static anc_status add_state(anc_sha256 *sha, anc_arena *mem, anc_str folder, anc_str name,
                            anc_err *err)
{
    os_stat stat = {0};
    anc_err ignored = {0};
    char time[32];
    const anc_str path = os_path_join(mem, folder, name);
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the names of the model's files");
    if (os_stat_of(path, &stat, &ignored) != ANC_OK)
        stat = (os_stat){0};
    const int n = snprintf(time, sizeof time, "%lld", (long long)stat.modified_ms);
    add_head(sha, name.ptr, stat.bytes);
    anc_sha256_add(sha, (anc_str){time, (size_t)n});
    return ANC_OK;
}

anc_status emb_infer_state(anc_str folder, unsigned char out[EMB_STATE_BYTES], anc_err *err)
{
    anc_str *files = NULL;
    size_t n_files = 0;
    ANC_ARENA(mem, FILES_MAX_BYTES);
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    static_assert((int)EMB_STATE_BYTES == (int)ANC_SHA256_BYTES, "it is a digest");
    if (sha == NULL || mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to look at the model");
    ANC_TRY(inf_encoder_files(mem, folder, &files, &n_files, err));
    for (size_t i = 0; i < n_files; i++)
        ANC_TRY(add_state(sha, mem, folder, files[i], err));
    anc_sha256_end(sha, out);
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
    char *step = anc_arena_alloc(mem, STEP_BYTES, 1);
    if (step == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room to hash the model");
    ANC_TRY(inf_encoder_files(mem, options->folder, &files, &n_files, err));
    for (size_t i = 0; i < n_files; i++)
        ANC_TRY(add_file(sha, mem, step, options->folder, files[i], err));
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
