/* scan.c - every object of a folder held against its name, from outside. */
#include <stdio.h>

#include "base/id.h"
#include "base/str.h"
#include "hash/sha256.h"
#include "os/file.h"
#include "raw_files.h"

enum { STEP = 16 << 20, NAMES_BYTES = 256 << 20, NAMES_MAX = 10000000, SHARDS = 256 };

static void map_cleanup(os_map *map)
{
    os_map_close(map);
}

static void sha_cleanup(anc_sha256 **sha)
{
    anc_sha256_free(*sha);
}

static anc_status has_bytes_of_its_name(anc_str path, anc_str name, bool *ret, anc_err *err)
{
    unsigned char digest[ANC_SHA256_BYTES];
    char hex[2 * ANC_SHA256_BYTES + 1];
    ANC_CLEANUP(map_cleanup) os_map map = {0};
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a digest");
    ANC_TRY(os_map_open(path, &map, err));
    for (size_t at = 0; at < map.len; at += STEP)
        anc_sha256_add(sha, anc_str_sub((anc_str){(const char *)map.bytes, map.len}, at, STEP));
    os_map_forget(&map);
    anc_sha256_end(sha, digest);
    anc_hex_text(digest, sizeof digest, hex);
    *ret = anc_str_eq(anc_str_of(hex), name);
    return ANC_OK;
}

static anc_status scan_shard(anc_str folder, anc_arena *mem, kno_raw_report *report, anc_err *err)
{
    anc_str *names;
    size_t n;
    if (!os_exists(folder))
        return ANC_OK;
    ANC_TRY(os_folder_list(mem, folder, NAMES_MAX, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        char path[OS_PATH_MAX];
        bool sound = false;
        const int len =
            snprintf(path, sizeof path, "%.*s/%.*s", ANC_FMT(folder), ANC_FMT(names[i]));
        if (len < 0 || (size_t)len >= sizeof path)
            return ANC_FAIL(err, ANC_INVALID, "a path in %.*s is too long", ANC_FMT(folder));
        const anc_status status =
            has_bytes_of_its_name((anc_str){path, (size_t)len}, names[i], &sound, err);
        if (status == ANC_NOT_FOUND) { /* removed meanwhile by a server that runs */
            anc_err_clear(err);
            continue;
        }
        ANC_TRY(status);
        report->objects++;
        if (!sound && report->damaged++ == 0)
            (void)snprintf(report->first, sizeof report->first, "%s", path);
    }
    return ANC_OK;
}

anc_str kno_raw_files_path(anc_str root, const kno_digest *digest, anc_arena *mem)
{
    char hex[2 * KNO_DIGEST_BYTES + 1];
    anc_hex_text(digest->bytes, sizeof digest->bytes, hex);
    return anc_arena_printf(mem, "%.*s/%.2s/%s", ANC_FMT(root), hex, hex);
}

anc_status kno_raw_files_scan(anc_str root, kno_raw_report *ret, anc_err *err)
{
    kno_raw_report report = {0};
    for (unsigned shard = 0; shard < SHARDS; shard++) {
        char folder[OS_PATH_MAX];
        ANC_ARENA(mem, NAMES_BYTES);
        const int n = snprintf(folder, sizeof folder, "%.*s/%02x", ANC_FMT(root), shard);
        if (mem == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "the names of objects");
        if (n < 0 || (size_t)n >= sizeof folder)
            return ANC_FAIL(err, ANC_INVALID, "the path of the raw store is too long");
        ANC_TRY(scan_shard((anc_str){folder, (size_t)n}, mem, &report, err));
    }
    *ret = report;
    return ANC_OK;
}
