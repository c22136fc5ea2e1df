/* engine_index.h - adapter of search/ports/index.h: the search engine in this process.
 *
 * With a home the indexes are kept in its folder: one of each collection and model in <collection>/<model>/, and
 * a ledger that says which of them count and how far they have come (home.h). All indexes of a process share one home.
 */
#ifndef ANC_SEARCH_ADAPTERS_ENGINE_ENGINE_INDEX_H
#define ANC_SEARCH_ADAPTERS_ENGINE_ENGINE_INDEX_H

#include "engine/disk.h"
#include "os/thread.h"
#include "search/ports/index.h"

typedef struct srch_home srch_home;

typedef struct srch_home_options {
    anc_str folder;         /* made where it is not there; one home a folder at a time */
    const eng_disk *disk;   /* outlives the home; NULL: the system's */
    uint64_t reserve_bytes; /* stay free on the disk */
    os_pool *pool; /* outlives the home: helps a search of a large index; NULL: nobody does */
} srch_home_options;

anc_status srch_home_open(const srch_home_options *options, srch_home **ret,
                          anc_err *err) ANC_MUST_CHECK;
void srch_home_close(srch_home *home); /* no index of it is open; NULL is a no-op */

typedef struct srch_home_report {
    uint64_t indexes, segments, bytes;
    uint64_t damaged; /* what is wrong with them */
    char first[560];  /* of that; "" */
    uint64_t
        mended; /* indexes that go on without segments that were set aside, and are not saved since */
    uint64_t set_aside; /* files that were damaged once and are kept for people */
    uint64_t orphans;   /* folders that the next start removes */
} srch_home_report;

/* Reads all that lies in a home and changes nothing; where a server writes there, something may seem to be missing that
 * was just replaced. A folder that is not there has nothing in it. */
anc_status srch_home_inspect(anc_str folder, srch_home_report *ret, anc_err *err) ANC_MUST_CHECK;

/* A srch_index_open_fn; the place is a srch_home. Without one the index is empty and stays in memory. UNSUPPORTED where
 * what is kept was written by a newer version. */
anc_status srch_engine_index_open(const srch_index_options *options, srch_index *ret,
                                  anc_err *err) ANC_MUST_CHECK;

#endif
