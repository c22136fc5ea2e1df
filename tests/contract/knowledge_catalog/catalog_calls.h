/* catalog_calls.h - calls of the catalog's ports for its contract: each closure takes its arguments in a struct
 * and is committed alone by run(). */
#ifndef ANC_TESTS_CATALOG_CALLS_H
#define ANC_TESTS_CATALOG_CALLS_H

#include "support/knowledge_fixture.h"

typedef struct collection_arg {
    kno_collection_store store;
    kno_collection_record record;
    unsigned set; /* 0: all */
    int64_t id;
} collection_arg;

typedef struct stage_arg {
    kno_fixture *f;
    unsigned char content;
    const unsigned char *chunks; /* first byte of each digest, ended by 0 */
    kno_labels acl;
    anc_str uri; /* of a file of a folder; empty: it is none */
    int64_t version;
} stage_arg;

typedef struct publish_arg {
    kno_fixture *f;
    kno_publication publication;
    kno_published published;
    uint64_t seq; /* 0: it is not announced */
    kno_keeping keeping;
} publish_arg;

typedef struct retire_arg {
    kno_fixture *f;
    int64_t document;
    uint32_t number;
} retire_arg;

typedef struct discard_arg {
    kno_fixture *f;
    int64_t version;
    size_t max;
    kno_discarded result;
} discard_arg;

typedef struct vectors_arg {
    kno_fixture *f;
    kno_vectors vectors;
    int64_t version;
    kno_completion done;
} vectors_arg;

typedef struct aim_arg {
    kno_fixture *f;
    anc_str wanted, revision;
    uint32_t dims;
    int64_t collection; /* of switch_over */
    int64_t version;    /* of give_up */
    bool done;
} aim_arg;

extern const anc_str everybody[1], board[1]; /* labels */

int catalog_setup(void **state);
int catalog_teardown(void **state);
anc_status run(kno_fixture *f, krn_work_fn *work, void *arg);
anc_status insert_collection(void *arg, krn_tx *tx, anc_err *err);
anc_status update_collection(void *arg, krn_tx *tx, anc_err *err);
anc_status drop_collection(void *arg, krn_tx *tx, anc_err *err);
int64_t make_collection(kno_fixture *f, const char *name);
kno_digest digest(unsigned char first);
anc_status stage(void *arg, krn_tx *tx, anc_err *err);
int64_t stage_version(kno_fixture *f, unsigned char content, const char *chunks);
anc_status publish(void *arg, krn_tx *tx, anc_err *err);
anc_status publish_version(kno_fixture *f, int64_t collection, const char *name, int64_t base,
                           int64_t version, uint32_t chunks, kno_published *ret);
anc_status retire(void *arg, krn_tx *tx, anc_err *err);
anc_status discard(void *arg, krn_tx *tx, anc_err *err);
anc_status put_vectors(void *arg, krn_tx *tx, anc_err *err);
anc_status complete(void *arg, krn_tx *tx, anc_err *err);
anc_status aim(void *arg, krn_tx *tx, anc_err *err);
anc_status switch_over(void *arg, krn_tx *tx, anc_err *err);
anc_status give_up(void *arg, krn_tx *tx, anc_err *err);

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, catalog_setup, catalog_teardown)

#endif
