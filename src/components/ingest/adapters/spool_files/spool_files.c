/* spool_files.c - segments as files that grow at their end, in frames that carry a sum (frame.h).
 *
 * A segment's name is made durable when it is made, its bytes by sync. What lies behind the last sync
 * of a crashed process belongs to nobody: the catalog names pieces that were synced before. A write that
 * failed is made again at the same place.
 */
#include "spool_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "os/file.h"

enum { MAX_SEGMENTS = 1000000, HEX = 16 };

typedef struct spool_files {
    os_reserve *reserve; /* borrowed; NULL: none */
    char folder[OS_PATH_MAX - 64];
} spool_files;

struct ing_segment {
    int fd;
    os_reserve *reserve; /* the spool's */
    char path[OS_PATH_MAX];
    uint64_t written; /* bytes that are in the file */
    size_t used;      /* of the buffer: frames that are to be written behind them */
    size_t frame;     /* where the frame that grows begins in the buffer; `used`: none grows */
    unsigned char buffer[ING_FRAME_HEADER + ING_FRAME_BYTES];
};

static void path_of(const spool_files *f, int64_t id, char out[OS_PATH_MAX])
{
    (void)snprintf(out, OS_PATH_MAX, "%s/%016" PRIx64, f->folder, (uint64_t)id);
}

static anc_status failure(const char *what, const char *path, anc_err *err)
{
    const int code = errno;
    const anc_status status = code == ENOSPC || code == EDQUOT   ? ANC_DISK_FULL
                              : code == EEXIST                   ? ANC_CONFLICT
                              : code == ENOENT                   ? ANC_NOT_FOUND
                              : code == EMFILE || code == ENFILE ? ANC_UNAVAILABLE
                                                                 : ANC_IO;
    return ANC_FAIL(err, status, "cannot %s %s: %s", what, path, strerror(code));
}

/* ---- written ------------------------------------------------------------------------------- */

static anc_status sync_folder(const spool_files *f, anc_err *err)
{
    const int fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = fd >= 0 && fsync(fd) == 0;
    const anc_status status = done ? ANC_OK : failure("sync", f->folder, err);
    if (fd >= 0)
        (void)close(fd);
    return status;
}

static uint64_t close_segment(ing_segment *segment)
{
    if (segment == NULL)
        return 0;
    const uint64_t written = segment->written;
    if (segment->fd >= 0)
        (void)close(segment->fd);
    free(segment);
    return written;
}

static anc_status room(void *self, anc_err *err)
{
    const spool_files *f = self;
    return os_reserve_check(f->reserve, err);
}

static anc_status create(void *self, int64_t id, ing_segment **ret, anc_err *err)
{
    const spool_files *f = self;
    ANC_TRY(os_reserve_check(f->reserve, err));
    ing_segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a segment of the spool");
    segment->reserve = f->reserve;
    path_of(f, id, segment->path);
    segment->fd = open(segment->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    anc_status status = ANC_OK;
    if (segment->fd < 0)
        status = failure("make", segment->path, err);
    else
        status = sync_folder(f, err);
    if (status != ANC_OK) {
        (void)close_segment(segment);
        return status;
    }
    *ret = segment;
    return ANC_OK;
}

/* The frame that grows is whole. */
static void seal(ing_segment *s)
{
    if (s->used == s->frame)
        return;
    const size_t from = s->frame + ING_FRAME_HEADER;
    ing_frame_seal(s->buffer + s->frame, (anc_str){(const char *)s->buffer + from, s->used - from},
                   s->written + s->frame);
    s->frame = s->used;
}

static anc_status flush(ing_segment *s, anc_err *err)
{
    if (s->used > 0)
        ANC_TRY(os_reserve_check(s->reserve, err));
    seal(s);
    for (size_t done = 0; done < s->used;) {
        const ssize_t n =
            pwrite(s->fd, s->buffer + done, s->used - done, (off_t)(s->written + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failure("write", s->path, err);
        done += (size_t)n;
    }
    s->written += s->used;
    s->used = s->frame = 0;
    return ANC_OK;
}

static uint64_t bytes_of(const ing_segment *s)
{
    return s->written + s->used;
}

static uint64_t begin(ing_segment *s)
{
    seal(s);
    return bytes_of(s);
}

static anc_status add(ing_segment *s, anc_str bytes, anc_err *err)
{
    while (bytes.len > 0) {
        const bool grows = s->used > s->frame;
        if (s->used + (grows ? 0 : ING_FRAME_HEADER) >= sizeof s->buffer) {
            ANC_TRY(flush(s, err));
            continue;
        }
        s->used += grows ? 0 : ING_FRAME_HEADER;
        const anc_str part = anc_str_sub(bytes, 0, sizeof s->buffer - s->used);
        memcpy(s->buffer + s->used, part.ptr, part.len);
        s->used += part.len;
        bytes = anc_str_sub(bytes, part.len, bytes.len);
    }
    return ANC_OK;
}

static anc_status sync_segment(ing_segment *segment, anc_err *err)
{
    ANC_TRY(flush(segment, err));
    return fdatasync(segment->fd) == 0 ? ANC_OK : failure("sync", segment->path, err);
}

/* ---- read ---------------------------------------------------------------------------------- */

static anc_status read_at(int fd, const char *path, void *out, size_t n, uint64_t at, anc_err *err)
{
    for (size_t got = 0; got < n;) {
        const ssize_t some = pread(fd, (char *)out + got, n - got, (off_t)(at + got));
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0)
            return failure("read", path, err);
        if (some == 0)
            return ANC_FAIL(err, ANC_CORRUPT, "%s is damaged: it ends before byte %llu", path,
                            (unsigned long long)(at + n));
        got += (size_t)some;
    }
    return ANC_OK;
}

static anc_status read_frames(int fd, const char *path, const ing_payload *payload, char *out,
                              anc_err *err)
{
    uint64_t at = payload->at;
    for (uint64_t got = 0; got < payload->bytes;) {
        unsigned char header[ING_FRAME_HEADER];
        ing_frame frame;
        ANC_TRY(read_at(fd, path, header, sizeof header, at, err));
        bool sound = ing_frame_parse(header, at, &frame) && frame.bytes <= payload->bytes - got;
        if (sound)
            ANC_TRY(read_at(fd, path, out + got, frame.bytes, at + sizeof header, err));
        sound = sound && ing_frame_is_sound(&frame, (anc_str){out + got, frame.bytes});
        if (!sound)
            return ANC_FAIL(err, ANC_CORRUPT, "%s is damaged at byte %llu: send the document again",
                            path, (unsigned long long)at);
        got += frame.bytes;
        at += sizeof header + frame.bytes;
    }
    return ANC_OK;
}

static anc_status read_payload(void *self, krn_call *call, const ing_payload *payload, anc_str *ret)
{
    char path[OS_PATH_MAX];
    path_of(self, payload->segment, path);
    char *out = anc_arena_alloc(call->mem, (size_t)payload->bytes + 1, 1);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %llu bytes of %s",
                        (unsigned long long)payload->bytes, path);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failure("open", path, call->err);
    const anc_status status = read_frames(fd, path, payload, out, call->err);
    (void)close(fd);
    ANC_TRY(status);
    *ret = (anc_str){out, (size_t)payload->bytes};
    return ANC_OK;
}

/* ---- removed, listed ----------------------------------------------------------------------- */

static anc_status remove_segment(void *self, int64_t id, uint64_t *ret_bytes, anc_err *err)
{
    char path[OS_PATH_MAX];
    path_of(self, id, path);
    os_stat stat = {0};
    anc_err ignored;
    anc_err_clear(&ignored);
    (void)!os_stat_of(anc_str_of(path), &stat, &ignored);
    ANC_TRY(os_file_remove(anc_str_of(path), err));
    *ret_bytes = stat.bytes;
    return ANC_OK;
}

static bool id_of_name(anc_str name, int64_t *ret)
{
    uint64_t id = 0;
    if (name.len != HEX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'a' && c <= 'f'))
            return false;
        id = id << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    *ret = (int64_t)id;
    return true;
}

static anc_status list(void *self, krn_call *call, ing_segment_row **ret, size_t *ret_n)
{
    const spool_files *f = self;
    anc_str *names = NULL;
    size_t n = 0, kept = 0;
    ANC_TRY(os_folder_list(call->mem, anc_str_of(f->folder), MAX_SEGMENTS, &names, &n, call->err));
    ing_segment_row *rows = anc_arena_alloc(call->mem, n, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu segments", n);
    for (size_t i = 0; i < n; i++) {
        char path[OS_PATH_MAX];
        os_stat stat = {0};
        if (!id_of_name(names[i], &rows[kept].id))
            continue;
        path_of(f, rows[kept].id, path);
        ANC_TRY(os_stat_of(anc_str_of(path), &stat, call->err));
        rows[kept++].bytes = stat.bytes;
    }
    *ret = rows;
    *ret_n = kept;
    return ANC_OK;
}

/* ---- opened -------------------------------------------------------------------------------- */

static const ing_spool_ops ops = {
    .name = "files",
    .room = room,
    .create = create,
    .begin = begin,
    .add = add,
    .bytes = bytes_of,
    .sync = sync_segment,
    .close = close_segment,
    .read = read_payload,
    .remove = remove_segment,
    .list = list,
};

anc_status ing_spool_files_open(anc_str folder, os_reserve *reserve, ing_spool *ret, anc_err *err)
{
    spool_files *f = calloc(1, sizeof *f);
    if (f == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the spool");
    anc_status status = ANC_OK;
    if (folder.len >= sizeof f->folder)
        status = ANC_FAIL(err, ANC_INVALID, "the path of the spool has %zu bytes", folder.len);
    else
        status = os_folder_make(folder, err);
    if (status != ANC_OK) {
        free(f);
        return status;
    }
    f->reserve = reserve;
    memcpy(f->folder, folder.ptr, folder.len);
    *ret = (ing_spool){&ops, f};
    return ANC_OK;
}

void ing_spool_files_close(ing_spool *spool)
{
    free(spool->self);
    *spool = (ing_spool){0};
}
