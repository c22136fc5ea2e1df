/* scan.c - every frame of every segment of a folder held against its sum, from outside. */
#include <stdio.h>

#include "base/arena.h"
#include "frame.h"
#include "os/file.h"
#include "spool_files.h"

enum { NAMES_BYTES = 64 << 20, NAMES_MAX = 1000000 };

static void map_cleanup(os_map *map)
{
    os_map_close(map);
}

static bool is_zeros(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* What a crash left behind the last sync is no damage: a frame that is not there to its end, or room that
 * was never written. */
static bool is_sound(const os_map *map)
{
    for (size_t at = 0; map->len - at >= ING_FRAME_HEADER;) {
        ing_frame frame;
        const unsigned char *header = map->bytes + at;
        if (!ing_frame_parse(header, at, &frame))
            return is_zeros(header, map->len - at);
        at += ING_FRAME_HEADER;
        if (map->len - at < frame.bytes)
            return true;
        if (!ing_frame_is_sound(&frame, (anc_str){(const char *)map->bytes + at, frame.bytes}))
            return false;
        at += frame.bytes;
    }
    return true;
}

anc_status ing_spool_files_scan(anc_str folder, ing_spool_report *ret, anc_err *err)
{
    ing_spool_report report = {0};
    anc_str *names = NULL;
    size_t n = 0;
    ANC_ARENA(mem, NAMES_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the names of segments");
    if (os_exists(folder))
        ANC_TRY(os_folder_list(mem, folder, NAMES_MAX, &names, &n, err));
    for (size_t i = 0; i < n; i++) {
        ANC_CLEANUP(map_cleanup) os_map map = {0};
        const anc_str path = os_path_join(mem, folder, names[i]);
        if (path.ptr == NULL)
            return ANC_FAIL(err, anc_arena_refusal(mem), "the names of segments");
        const anc_status status = os_map_open(path, &map, err);
        if (status == ANC_NOT_FOUND) { /* removed meanwhile by a server that runs */
            anc_err_clear(err);
            continue;
        }
        ANC_TRY(status);
        report.segments++;
        if (!is_sound(&map) && report.damaged++ == 0)
            (void)snprintf(report.first, sizeof report.first, "%.*s", ANC_FMT(path));
    }
    *ret = report;
    return ANC_OK;
}
