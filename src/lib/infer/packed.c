/* packed.c - a head of a page, and the weights as they stand in memory. */
#include "packed_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "os/clock.h"
#include "os/file.h"

enum {
    FORMAT_VERSION = 1,
    HEAD_BYTES = 4096,
    ARENA_BYTES = 1 << 16,
    MAX_NAMES = 1000,
    LIST_ARENA_BYTES = 1 << 20
};

static const int64_t LEFT_MS = (int64_t)7 * 86400000;

static const char magic[8] = "ANCPNL\r\n";

/* Little endian, as all machines that this runs on. */
typedef struct head {
    char magic[8];
    uint32_t version;
    uint32_t head_crc; /* of the page, with 0 here */
    uint32_t layout;
    uint32_t weights_crc;
    uint64_t bytes;
    uint8_t plan[4]; /* inf_precision of qkv, out, up, down */
    uint32_t digest_bytes;
    char digest[INF_PACKED_DIGEST_MAX];
} head;

static_assert(sizeof(head) == 168, "the head has no gaps");

/* "anchorage.int8-bf16.panels": of the first and the last matrix of a layer. */
static anc_status path_of(anc_arena *mem, const inf_packed_key *key, anc_str *ret, anc_err *err)
{
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a path");
    *ret = anc_arena_printf(mem, "%.*s/anchorage.%s-%s.panels", ANC_FMT(key->folder),
                            inf_precision_name(key->plan.qkv), inf_precision_name(key->plan.down));
    return ret->ptr != NULL ? ANC_OK : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a path");
}

static bool is_packed(anc_str name)
{
    return anc_str_starts(name, ANC_STR("anchorage.")) && anc_str_ends(name, ANC_STR(".panels"));
}

static bool is_left(anc_str path)
{
    os_stat stat;
    anc_err ignored = {0};
    const int64_t now_ms = os_wall_ms();
    return os_stat_of(path, &stat, &ignored) == ANC_OK && stat.is_file &&
           now_ms - stat.modified_ms > LEFT_MS && now_ms - stat.read_ms > LEFT_MS;
}

void inf_packed_drop_others(const inf_packed_key *key)
{
    anc_str own, *names = NULL;
    size_t n = 0;
    anc_err ignored = {0};
    ANC_ARENA(mem, LIST_ARENA_BYTES);
    if (path_of(mem, key, &own, &ignored) != ANC_OK ||
        os_folder_list(mem, key->folder, MAX_NAMES, &names, &n, &ignored) != ANC_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        const anc_str path = os_path_join(mem, key->folder, names[i]);
        if (path.ptr != NULL && is_packed(names[i]) && !anc_str_ends(own, names[i]) &&
            is_left(path))
            (void)!os_file_remove(path, &ignored);
        anc_err_clear(&ignored);
    }
}

/* The page of a head for weights with this checksum. */
static void make_head(const inf_packed_key *key, uint32_t weights_crc, char page[HEAD_BYTES])
{
    head h = {.version = FORMAT_VERSION,
              .layout = INF_LAYOUT_VERSION,
              .weights_crc = weights_crc,
              .bytes = key->bytes,
              .plan = {(uint8_t)key->plan.qkv, (uint8_t)key->plan.out, (uint8_t)key->plan.up,
                       (uint8_t)key->plan.down},
              .digest_bytes = (uint32_t)key->digest.len};
    memcpy(h.magic, magic, sizeof magic);
    memcpy(h.digest, key->digest.ptr, key->digest.len);
    memset(page, 0, HEAD_BYTES);
    memcpy(page, &h, sizeof h);
    h.head_crc = anc_crc32c(0, (anc_str){page, HEAD_BYTES});
    memcpy(page, &h, sizeof h);
}

static uint32_t crc_of(const inf_packed_key *key, const unsigned char *weights)
{
    return anc_crc32c(0, (anc_str){(const char *)weights, key->bytes});
}

static anc_status is_other(anc_str path, anc_err *err)
{
    return ANC_FAIL(err, ANC_CORRUPT, "%.*s is not what this model was packed into", ANC_FMT(path));
}

/* There is one page that fits key and weights, so whatever else is there is told by that. */
static anc_status read_into(const inf_packed_key *key, const os_reader *file, anc_str path,
                            unsigned char *weights, anc_err *err)
{
    char fits[HEAD_BYTES], found[HEAD_BYTES];
    ANC_TRY(os_reader_get(file, 0, HEAD_BYTES, found, err));
    ANC_TRY(os_reader_get(file, HEAD_BYTES, key->bytes, weights, err));
    make_head(key, crc_of(key, weights), fits);
    return memcmp(fits, found, HEAD_BYTES) == 0 ? ANC_OK : is_other(path, err);
}

static void reader_cleanup(os_reader **reader)
{
    os_reader_close(*reader);
}

anc_status inf_packed_read(const inf_packed_key *key, unsigned char **ret_weights, anc_err *err)
{
    anc_str path;
    ANC_CLEANUP(reader_cleanup) os_reader *file = NULL;
    ANC_ARENA(mem, ARENA_BYTES);
    ANC_TRY(path_of(mem, key, &path, err));
    ANC_TRY(os_reader_open(path, &file, err));
    if (os_reader_bytes(file) != HEAD_BYTES + (uint64_t)key->bytes)
        return is_other(path, err);
    unsigned char *weights = inf_weights_new(key->bytes);
    if (weights == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the %zu bytes of %.*s", key->bytes,
                        ANC_FMT(path));
    const anc_status status = read_into(key, file, path, weights, err);
    if (status != ANC_OK) {
        free(weights);
        return status;
    }
    *ret_weights = weights;
    return ANC_OK;
}

anc_status inf_packed_write(const inf_packed_key *key, const unsigned char *weights, anc_err *err)
{
    anc_str path;
    os_writer *w = NULL;
    char page[HEAD_BYTES];
    ANC_ARENA(mem, ARENA_BYTES);
    ANC_TRY(path_of(mem, key, &path, err));
    make_head(key, crc_of(key, weights), page);
    ANC_TRY(os_writer_open(path, &w, err));
    anc_status status = os_writer_add(w, (anc_str){page, HEAD_BYTES}, err);
    if (status == ANC_OK)
        status = os_writer_add(w, (anc_str){(const char *)weights, key->bytes}, err);
    if (status == ANC_OK)
        return os_writer_commit(w, ANC_STR_NONE, err);
    os_writer_abort(w);
    return status;
}
