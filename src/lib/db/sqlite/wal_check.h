/* wal_check.h - a write-ahead log that a crash left, looked at before SQLite reads it. Private.
 *
 * SQLite takes the first frame whose sum is wrong for the end of the log: that is right for what was
 * being written when the power went, and loses everything behind it when a bit flipped in what had
 * been written long ago. The two can be told apart: a transaction is written only after the one before
 * was synced, so a wrong frame with a later transaction behind it was right once.
 *
 * A flipped bit in the last transaction of the log cannot be told from one that was never finished.
 *
 *   header 32: magic, version, page size, sequence, salt[2], sum[2]       all numbers big-endian
 *   frame  24 + page: page number, pages after commit or 0, salt[2], sum[2], page
 *
 * A sum covers the first 24 bytes of the header, and of a frame its first 8 and its page, each going
 * on from the sum before.
 */
#ifndef ANC_DB_SQLITE_WAL_CHECK_H
#define ANC_DB_SQLITE_WAL_CHECK_H

#include "base/str.h"

/* The number of the first frame (from 1; 0 the header) that was right once and is not now.
 * *ret_damaged false: the log is whole, or ends in a frame that was not finished. */
void db_wal_check(anc_str wal, bool *ret_damaged, size_t *ret_frame);

#endif
