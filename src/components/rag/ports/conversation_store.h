/* conversation_store.h - port: conversations and their turns, in the catalog.
 *
 * Adapters: sqlite. Contract:
 *   thread   readers (with a call): any thread but the loop, several at once; each sees one
 *            committed state. Writers (with a tx): inside a closure of the writer only.
 *   memory   results in call->mem; what is passed in is borrowed during the call.
 *   failure  IO, CORRUPT, DISK_FULL, UNAVAILABLE, DEADLINE, CANCELLED, NO_MEMORY, LIMIT (of call->mem)
 *            anywhere; what else may come stands at the function. Outputs are untouched on failure.
 * Who may read a conversation is the caller's business; to write to one its owner must be named.
 */
#ifndef ANC_RAG_PORTS_CONVERSATION_STORE_H
#define ANC_RAG_PORTS_CONVERSATION_STORE_H

#include "kernel/domain/call.h"
#include "rag/domain/records.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct rag_conversation_store_ops {
    const char *name;

    /* CONFLICT when the id exists. `messages` is ignored, there are none yet. */
    ANC_MUST_CHECK anc_status (*create)(void *self, krn_tx *tx, const rag_conversation_record *c,
                                        anc_err *err);

    /* Adds a turn at the end, moves updated_ms on, and gives a conversation without a title this one.
     * NOT_FOUND when that user has no such conversation. A turn's id is its sender's, two may have the
     * same. */
    ANC_MUST_CHECK anc_status (*append)(void *self, krn_tx *tx, anc_str conversation_id,
                                        anc_str user_id, anc_str title, const rag_message_record *m,
                                        anc_err *err);

    /* With its turns; NOT_FOUND when that user has none of that id. */
    ANC_MUST_CHECK anc_status (*remove)(void *self, krn_tx *tx, anc_str id, anc_str user_id,
                                        anc_err *err);

    /* NOT_FOUND when it is not there. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str id,
                                      rag_conversation_record *ret);

    /* Those of a user by (updated_ms, id) descending, what comes after (before_ms, before_id) in that
     * order, whether there is such a one or not. `before_ms` INT64_MAX: from the start. */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, anc_str user_id,
                                      int64_t before_ms, anc_str before_id, size_t limit,
                                      rag_conversation_record **ret, size_t *ret_n);

    /* The last `limit` turns before position `before` (UINT64_MAX: from the end), oldest first; none
     * for an unknown conversation. */
    ANC_MUST_CHECK anc_status (*messages)(void *self, krn_call *call, anc_str conversation_id,
                                          uint64_t before, size_t limit, rag_message_record **ret,
                                          size_t *ret_n);

    /* What the user says of the answer to query `query_id`, in the place of what was said before;
     * NOT_FOUND when none of that user's turns has it. */
    ANC_MUST_CHECK anc_status (*rate)(void *self, krn_tx *tx, anc_str query_id, anc_str user_id,
                                      int rating, anc_str comment, anc_err *err);
} rag_conversation_store_ops;

typedef struct rag_conversation_store {
    const rag_conversation_store_ops *ops;
    void *self;
} rag_conversation_store;

#endif
