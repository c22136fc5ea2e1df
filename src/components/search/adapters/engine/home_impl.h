/* home_impl.h - the home from inside. Private. */
#ifndef ANC_SEARCH_ADAPTERS_ENGINE_HOME_IMPL_H
#define ANC_SEARCH_ADAPTERS_ENGINE_HOME_IMPL_H

#include <pthread.h>

#include "base/map.h"
#include "base/str.h"
#include "home.h"

struct srch_home {
    const eng_disk *disk;
    uint64_t reserve;
    os_pool *pool; /* borrowed; may be NULL */
    pthread_mutex_t lock;
    bool has_lock;
    anc_map *in_use; /* owned, under lock: folder to how often */
    anc_map *named;  /* owned, under lock: by the ledger as it is on the disk */
    bool stale;      /* under lock: there may be folders to remove */
    anc_str folder;  /* of `path` */
    char path[];
};

/* The path of something in the home; `space` [OS_PATH_MAX]. */
anc_str srch_home_join(const srch_home *home, anc_str name, char *space);

#endif
