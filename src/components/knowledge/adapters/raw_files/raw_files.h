/* raw_files.h - the raw store as files of a folder: <root>/<2 hex>/<64 hex>, and <root>/tmp. */
#ifndef ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_RAW_FILES_H
#define ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_RAW_FILES_H

#include "knowledge/ports/raw_store.h"
#include "os/reserve.h"

/* Opens (makes) the folder `root` and clears its tmp of what a crash left; the caller holds the data
 * folder's lock. Spools are refused with DISK_FULL while `reserve` (borrowed, NULL: none) is touched.
 * NO_MEMORY, IO, FORBIDDEN. */
anc_status kno_raw_files_open(anc_str root, os_reserve *reserve, kno_raw_store *ret,
                              anc_err *err) ANC_MUST_CHECK;

#endif
