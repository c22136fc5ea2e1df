/* event_blank.h - what an event says of one user, taken out of it. */
#ifndef ANC_KERNEL_DOMAIN_EVENT_BLANK_H
#define ANC_KERNEL_DOMAIN_EVENT_BLANK_H

#include "base/map.h"
#include "base/str.h"

/* Who is to be forgotten: a user, and a conversation that is under that name though it is another's. */
typedef struct ev_person {
    anc_str user_id, conversation_id; /* each may be empty */
    const anc_str *also; /* [n_also] other forms of either: hashes, as they were made before */
    size_t n_also;
    /* Ids of the person's queries that were seen, so that what is said of them later is the person's too; filled
     * here. NULL: none are noted. */
    anc_map *queries;
} ev_person;

/* Whether the envelope is of something that the person did. With *ret_hit `out` gets the envelope again,
 * with "" for ids of users, sessions, conversations and messages and for texts that people wrote or were
 * answered, and "erased":true in its metadata. INVALID where it is no JSON. */
anc_status ev_envelope_blank(anc_str json, const ev_person *person, bool *ret_hit, anc_buf *out,
                             anc_err *err) ANC_MUST_CHECK;

#endif
