/* page_scan.c - files mapped and looked through. */
#include "db/sqlite/page_scan.h"

#include <stdio.h>
#include <string.h>

#include "os/clock.h"
#include "os/file.h"
#include "page_sum.h"
#include "wal_check.h"

enum { HEADER_BYTES = 100, LOOKS = 3, PATH_BYTES = OS_PATH_MAX };

static void map_cleanup(os_map *map)
{
    os_map_close(map);
}

static size_t page_size_of(const os_map *map)
{
    if (map->len < HEADER_BYTES || memcmp(map->bytes, "SQLite format 3", 16) != 0)
        return 0;
    const size_t n = (size_t)map->bytes[16] << 8 | map->bytes[17];
    return n == 1 ? 65536 : n;
}

/* A page may be on its way from another process. */
static bool is_sound(const unsigned char *page, size_t n, uint32_t number)
{
    for (int look = 0; look < LOOKS; look++) {
        if (db_page_is_sound(page, n, number))
            return true;
        os_sleep_ns(INT64_C(5000000) * (look + 1));
    }
    return false;
}

static bool has_first_sum(const unsigned char *page, size_t n)
{
    unsigned char copy[65536];
    memcpy(copy, page, n);
    copy[DB_RESERVED_AT] = DB_SUM_BYTES;
    return db_page_is_sound(copy, n, 1);
}

anc_status db_pages_scan(anc_str path, db_scan *ret, anc_err *err)
{
    ANC_CLEANUP(map_cleanup) os_map map = {0};
    db_scan scan = {0};
    ANC_TRY(os_map_open(path, &map, err));
    const size_t n = page_size_of(&map);
    if (!db_page_size_fits(n))
        return ANC_FAIL(err, ANC_CORRUPT, "%.*s is damaged at its beginning, or no database",
                        ANC_FMT(path));
    scan.has_sums =
        map.bytes[DB_RESERVED_AT] == DB_SUM_BYTES || (map.len >= n && has_first_sum(map.bytes, n));
    const size_t pages = scan.has_sums ? map.len / n : 0;
    for (size_t i = 0; i < pages; i++) {
        scan.pages++;
        const bool guarded = i > 0 || map.bytes[DB_RESERVED_AT] == DB_SUM_BYTES;
        if (guarded && is_sound(map.bytes + i * n, n, (uint32_t)i + 1))
            continue;
        scan.damaged++;
        if (scan.first == 0)
            scan.first = (uint32_t)i + 1;
    }
    *ret = scan;
    return ANC_OK;
}

anc_status db_wal_scan(anc_str path, anc_err *err)
{
    ANC_CLEANUP(map_cleanup) os_map map = {0};
    char name[PATH_BYTES];
    bool damaged;
    size_t frame;
    const int n = snprintf(name, sizeof name, "%.*s-wal", ANC_FMT(path));
    if (n < 0 || n >= PATH_BYTES)
        return ANC_FAIL(err, ANC_INVALID, "the path %.200s… is too long", name);
    if (!os_exists(anc_str_of(name)))
        return ANC_OK;
    ANC_TRY(os_map_open(anc_str_of(name), &map, err));
    db_wal_check((anc_str){(const char *)map.bytes, map.len}, &damaged, &frame);
    if (!damaged)
        return ANC_OK;
    return ANC_FAIL(err, ANC_CORRUPT,
                    "%.300s is damaged at its entry %zu: the changes from there on cannot be read",
                    name, frame);
}
