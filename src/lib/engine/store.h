/* store.h - the folder of an index: what its files are, and how they come and go.
 *
 * Everything here is done by one thread at a time, which holds the index's `keeping`.
 */
#ifndef ANC_ENGINE_STORE_H
#define ANC_ENGINE_STORE_H

#include "engine/disk.h"
#include "engine/engine.h"
#include "snapshot.h"

/* A file of what a merge had taken when it was saved: it does not take the place of that, and until the merge has ended
 * the next saves name it again. */
typedef struct eng_lent {
    eng_snapshot *before; /* shared (ref): what was saved */
    bool *chosen;         /* owned [parts of it]: what the file is made of */
    eng_part file;        /* shared (ref) */
} eng_lent;

typedef struct eng_store {
    const eng_disk *disk;
    anc_str folder; /* owned; len 0: an index without one */
    uint64_t reserve;
    uint64_t next;       /* number of the next segment */
    eng_snapshot *saved; /* shared (ref): what the manifest says, where that is known; else NULL */
    eng_lent *lent;      /* owned [n_lent] */
    size_t n_lent;
    eng_opened opened;
} eng_store;

/* Forgets them; the files stay. */
void eng_store_forget_lent(eng_store *store);

/* Fills the store of a new index and, where there is a folder, its current snapshot. */
anc_status eng_store_open(eng_index *index, const eng_options *options,
                          anc_err *err) ANC_MUST_CHECK;
void eng_store_close(eng_store *store); /* zeroed is a no-op */

/* Removes the segments that `s` does not name and what was left over; what cannot be removed is tried the next time. */
void eng_store_sweep(eng_store *store, const eng_snapshot *s);

/* Gives a file of the folder the name damaged-<name>. */
anc_status eng_store_set_aside(const eng_store *store, const char *name,
                               anc_err *err) ANC_MUST_CHECK;

/* DISK_FULL, with the figures, when after `bytes` more less than the reserve would be free in the folder. */
anc_status eng_store_room(const eng_store *store, anc_str folder, uint64_t bytes,
                          anc_err *err) ANC_MUST_CHECK;

#endif
