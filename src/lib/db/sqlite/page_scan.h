/* page_scan.h - every page of a database file, as it lies on the disk. */
#ifndef ANC_DB_SQLITE_PAGE_SCAN_H
#define ANC_DB_SQLITE_PAGE_SCAN_H

#include "base/str.h"

typedef struct db_scan {
    bool has_sums;    /* false: a file of an older version, whose pages cannot be checked */
    uint32_t pages;   /* looked at */
    uint32_t damaged; /* of them */
    uint32_t first;   /* the first that is; 0: none */
} db_scan;

/* Reads the whole file, free pages too. Another process may be writing to it: a page that is not sound
 * is looked at again. NOT_FOUND, IO; CORRUPT when it is no database. */
anc_status db_pages_scan(anc_str path, db_scan *ret, anc_err *err) ANC_MUST_CHECK;

/* The write-ahead log beside the file at `path`, before anybody opens it: CORRUPT names the place when
 * something in it was changed after it had been written. OK when there is none. */
anc_status db_wal_scan(anc_str path, anc_err *err) ANC_MUST_CHECK;

#endif
