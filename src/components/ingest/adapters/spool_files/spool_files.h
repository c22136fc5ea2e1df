/* spool_files.h - the spool port on files: <folder>/<id in hex>, one a segment. */
#ifndef ANC_INGEST_ADAPTERS_SPOOL_FILES_SPOOL_FILES_H
#define ANC_INGEST_ADAPTERS_SPOOL_FILES_SPOOL_FILES_H

#include "ingest/ports/spool.h"

/* Makes the folder. */
anc_status ing_spool_files_open(anc_str folder, ing_spool *ret, anc_err *err) ANC_MUST_CHECK;
void ing_spool_files_close(ing_spool *spool); /* segments are closed; a zeroed one is a no-op */

#endif
