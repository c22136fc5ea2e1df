/* lines.c - zlib's gzip reader, which passes plain files through, behind a growing line buffer. */
#include "os/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "os/file.h"

enum { CHUNK_BYTES = 64 << 10 };

struct os_lines {
    gzFile file;       /* owned */
    char *path;        /* owned */
    anc_buf line;      /* what was given last, or is being put together */
    char *chunk;       /* owned [CHUNK_BYTES] */
    size_t at, filled; /* of the chunk */
    uint64_t number;
};

static void lines_cleanup(os_lines **lines)
{
    os_lines_close(*lines);
}

void os_lines_close(os_lines *lines)
{
    if (lines == NULL)
        return;
    if (lines->file != NULL)
        (void)gzclose(lines->file);
    anc_buf_done(&lines->line);
    free(lines->path);
    free(lines->chunk);
    free(lines);
}

anc_status os_lines_open(anc_str path, size_t max_line_bytes, os_lines **ret, anc_err *err)
{
    os_stat st;
    ANC_TRY(os_stat_of(path, &st, err));
    if (st.is_folder)
        return ANC_FAIL(err, ANC_INVALID, "%.*s is a folder", ANC_FMT(path));
    ANC_CLEANUP(lines_cleanup) os_lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "reading %.*s", ANC_FMT(path));
    lines->line = anc_buf_init(max_line_bytes);
    lines->path = strndup(path.ptr, path.len);
    lines->chunk = malloc(CHUNK_BYTES);
    if (lines->path == NULL || lines->chunk == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "reading %.*s", ANC_FMT(path));
    lines->file = gzopen(lines->path, "rb");
    if (lines->file == NULL)
        return ANC_FAIL(err, ANC_IO, "%s: %s", lines->path, strerror(errno));
    *ret = lines;
    lines = NULL;
    return ANC_OK;
}

static anc_status fill(os_lines *lines, anc_err *err)
{
    const int n = gzread(lines->file, lines->chunk, CHUNK_BYTES);
    int code = Z_OK;
    const char *why = n <= 0 ? gzerror(lines->file, &code) : "";
    lines->at = 0;
    lines->filled = n > 0 ? (size_t)n : 0;
    if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END))
        return ANC_FAIL(err, ANC_CORRUPT, "%s: after line %llu: %s", lines->path,
                        (unsigned long long)lines->number, why);
    return ANC_OK;
}

anc_status os_lines_next(os_lines *lines, anc_str *ret, bool *ret_end, anc_err *err)
{
    anc_buf_clear(&lines->line);
    for (bool any = false;;) {
        if (lines->at == lines->filled) {
            ANC_TRY(fill(lines, err));
            if (lines->filled == 0) {
                *ret_end = !any;
                break;
            }
        }
        any = true;
        const char *from = lines->chunk + lines->at;
        const char *end = memchr(from, '\n', lines->filled - lines->at);
        const size_t n = end != NULL ? (size_t)(end - from) : lines->filled - lines->at;
        if (!anc_buf_add(&lines->line, (anc_str){from, n}))
            return ANC_FAIL(err, ANC_LIMIT, "%s:%llu: a line of more than %zu bytes", lines->path,
                            (unsigned long long)lines->number + 1, lines->line.max);
        lines->at += n + (end != NULL);
        if (end != NULL) {
            *ret_end = false;
            break;
        }
    }
    if (!*ret_end)
        lines->number++;
    *ret = anc_buf_view(&lines->line);
    return ANC_OK;
}

uint64_t os_lines_number(const os_lines *lines)
{
    return lines->number;
}
