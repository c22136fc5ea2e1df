/* raw_files.h - the raw store as files of a folder: <root>/<2 hex>/<64 hex>, and <root>/tmp. */
#ifndef ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_RAW_FILES_H
#define ANC_KNOWLEDGE_ADAPTERS_RAW_FILES_RAW_FILES_H

#include "kernel/ports/log.h"
#include "knowledge/ports/raw_store.h"
#include "os/reserve.h"

typedef struct kno_raw_files_options {
    anc_str root;
    os_reserve *reserve; /* borrowed; spools are DISK_FULL while it is touched; NULL: none */
    krn_log log;         /* told of damaged objects; ops NULL: none */
} kno_raw_files_options;

/* Opens (makes) the folder `root` and clears its tmp of what a crash left; the caller holds the data
 * folder's lock. An object whose bytes are not those of its name is CORRUPT, naming the file, and is
 * mended when the same bytes are put again. NO_MEMORY, IO, FORBIDDEN. */
anc_status kno_raw_files_open(const kno_raw_files_options *options, kno_raw_store *ret,
                              anc_err *err) ANC_MUST_CHECK;

/* All objects of the folder `root` held against their names, while a server may be at work there. A
 * folder that is not there has none. */
typedef struct kno_raw_report {
    uint64_t objects, damaged;
    char first[4096]; /* path of the first that is damaged; "" when none is */
} kno_raw_report;

anc_status kno_raw_files_scan(anc_str root, kno_raw_report *ret, anc_err *err) ANC_MUST_CHECK;

/* Where the object lies; `mem` is full: NULL. */
anc_str kno_raw_files_path(anc_str root, const kno_digest *digest, anc_arena *mem);

#endif
