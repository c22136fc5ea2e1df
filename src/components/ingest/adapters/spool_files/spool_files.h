/* spool_files.h - the spool port on files: <folder>/<id in hex>, one a segment. What is not as it was
 * written is CORRUPT, naming the file. */
#ifndef ANC_INGEST_ADAPTERS_SPOOL_FILES_SPOOL_FILES_H
#define ANC_INGEST_ADAPTERS_SPOOL_FILES_SPOOL_FILES_H

#include "ingest/ports/spool.h"
#include "os/reserve.h"

/* Makes the folder. Nothing is written while `reserve` (borrowed; NULL: none) is touched. */
anc_status ing_spool_files_open(anc_str folder, os_reserve *reserve, ing_spool *ret,
                                anc_err *err) ANC_MUST_CHECK;
void ing_spool_files_close(ing_spool *spool); /* segments are closed; a zeroed one is a no-op */

/* All segments of `folder`, while a server may be at work there. A folder that is not there has none. */
typedef struct ing_spool_report {
    uint64_t segments, damaged;
    char first[4096]; /* path of the first that is damaged; "" when none is */
} ing_spool_report;

anc_status ing_spool_files_scan(anc_str folder, ing_spool_report *ret, anc_err *err) ANC_MUST_CHECK;

#endif
