/* retire.h - documents that go out of sight, with their parts. */
#ifndef ANC_KNOWLEDGE_APP_RETIRE_H
#define ANC_KNOWLEDGE_APP_RETIRE_H

#include "base/map.h"
#include "service_impl.h"

/* What a put has found inside its document. */
typedef struct kno_part_seen {
    anc_str id;       /* of the document that was made of it */
    bool is_document; /* it could be read */
    bool created;     /* by this put */
} kno_part_seen;

typedef struct kno_parts {
    kno_part_seen *items; /* [n] */
    size_t n, cap;
    anc_str *unread; /* [n_unread] name and reason of those that could not be read */
    size_t n_unread;
    size_t
        unread_more; /* that the last line stands for, where there are too many for a line each */
    anc_map *rows;   /* owned: ids of what was handed out; NULL: nothing was */
} kno_parts;

/* Documents that go together, going.c. */
typedef struct kno_going {
    kno_service *kno;
    int64_t collection_id;
    int64_t token; /* 0: nothing is marked */
} kno_going;

/* One closure's work; zeroed but for the first five by whoever begins it. */
typedef struct kno_retirement {
    kno_service *kno;
    const krn_call *call;
    int64_t collection_id;
    anc_str collection;
    size_t left; /* how many documents it may retire */
    int64_t ids[KNO_GARBAGE_PIECE];
    uint32_t number; /* of the version that the last of them had */
    size_t n;        /* ids, for their garbage; of more the sweep takes care */
    uint64_t seq;    /* change of the one that went last */
} kno_retirement;

/* Takes the document out of sight, its parts and theirs first. With r->left 0 afterwards something may
 * have stayed: call again in another closure. NOT_FOUND when it is gone. */
anc_status kno_retire(kno_retirement *r, krn_tx *tx, const kno_part_row *document,
                      anc_err *err) ANC_MUST_CHECK;

/* The document alone, whatever parts it has. */
anc_status kno_retire_alone(kno_retirement *r, krn_tx *tx, const kno_part_row *document,
                            anc_err *err) ANC_MUST_CHECK;

/* Whether the document `name` is among them. */
bool kno_part_is_kept(const kno_parts *kept, anc_str name);

/* Takes those parts of `parent` out of sight that are not among `kept`, from behind *after on, which
 * moves. With r->left 0 afterwards there may be more. */
anc_status kno_retire_parts(kno_retirement *r, krn_tx *tx, anc_str parent, const kno_parts *kept,
                            anc_str *after, anc_err *err) ANC_MUST_CHECK;

/* Clears away what the retired documents leave, after the commit, as far as there is time. */
void kno_retired_collect(const kno_retirement *r);

/* Marks the parts of `parent` with theirs, but for those among `kept` (NULL: all), in small transactions.
 * Nothing changes by that. Call again for parts that came meanwhile. */
anc_status kno_going_mark(kno_going *going, const krn_call *call, anc_str parent,
                          const kno_parts *kept) ANC_MUST_CHECK;

/* Inside the transaction with which they go; without a token a no-op. The sweep is to be woken then. */
anc_status kno_going_go(const kno_going *going, krn_tx *tx, anc_err *err) ANC_MUST_CHECK;

#endif
