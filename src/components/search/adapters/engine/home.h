/* home.h - the folder of all indexes: which of its folders count, and which are free to be removed. Private.
 *
 * The file `ledger` names the folders that are searched, with their collections and models, and the place in the change
 * log that all of them have reached. It is replaced as a whole, after what it names was saved: a crash leaves
 * the one before, and whatever lies in folders that neither it names nor anybody uses is removed.
 */
#ifndef ANC_SEARCH_ADAPTERS_ENGINE_HOME_H
#define ANC_SEARCH_ADAPTERS_ENGINE_HOME_H

#include "search/adapters/engine/engine_index.h"

enum { SRCH_FOLDER_BYTES = 160, SRCH_LEDGER_ROWS = 1 << 16 };

typedef struct srch_ledger_row {
    anc_str collection, model;
    anc_str folder; /* in the home's */
    uint32_t dims;
    uint32_t title_weight;
    bool removed; /* there may be chunks in its files of documents that are gone */
} srch_ledger_row;

typedef struct srch_ledger {
    uint64_t cursor;
    bool whole;
    srch_ledger_row *rows; /* [n] */
    size_t n;
} srch_ledger;

/* In `mem`. NOT_FOUND: nothing is kept. CORRUPT: it was set aside. UNSUPPORTED: of a newer version. */
anc_status srch_ledger_read(srch_home *home, anc_arena *mem, srch_ledger *ret,
                            anc_err *err) ANC_MUST_CHECK;

/* Replaces it; what only the one before named is removed once nobody uses it (srch_home_sweep). */
anc_status srch_ledger_write(srch_home *home, const srch_ledger *ledger,
                             anc_err *err) ANC_MUST_CHECK;

/* The file's path. */
#define SRCH_LEDGER_NAME "ledger"

/* A folder of the home for an index, which is in use until it is let go. */
typedef struct srch_place {
    srch_home *home; /* borrowed; NULL: in memory */
    char name[SRCH_FOLDER_BYTES];
} srch_place;

/* Takes one that is empty. */
anc_status srch_place_take(srch_home *home, anc_str collection, anc_str model, srch_place *ret,
                           anc_err *err) ANC_MUST_CHECK;
/* Takes one that the ledger names. */
anc_status srch_place_enter(srch_home *home, anc_str name, srch_place *ret,
                            anc_err *err) ANC_MUST_CHECK;
void srch_place_let_go(srch_place *place); /* zeroed is a no-op */

/* The folder of a place as a path; `space` [OS_PATH_MAX]. */
anc_str srch_place_path(const srch_place *place, char *space);

/* Makes the names of the place durable, up to the home's. */
anc_status srch_place_sync(const srch_place *place, anc_err *err) ANC_MUST_CHECK;

const eng_disk *srch_home_disk(const srch_home *home);
uint64_t srch_home_reserve(const srch_home *home);
os_pool *srch_home_pool(const srch_home *home);

/* Removes the folders that nobody uses and the ledger does not name, where there may be some; what cannot be removed
 * is tried the next time. */
void srch_home_sweep(srch_home *home);

#endif
