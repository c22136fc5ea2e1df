/* keep.c - versions that are past those to keep, made garbage. */
#include <assert.h>

#include "store_impl.h"

enum { MAX_PIECE = 512 };

/* A version that differs from the one before it by its cut alone is nothing that somebody made: it does
 * not count, or some changes of a setting would push out what the user had. Of a run of such versions the
 * newest stays, beside the version that they were cut from. */
#define PAST_THOSE_TO_KEEP                                                             \
    "id IN (SELECT k.id FROM (SELECT id, changes = " CUT_ALONE " AS cut,"              \
    " coalesce(lead(changes) OVER (ORDER BY number), 0) = " CUT_ALONE " AS cut_again," \
    " count(*) FILTER (WHERE changes <> " CUT_ALONE ") OVER (ORDER BY number DESC"     \
    " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newer"                      \
    " FROM kno_version WHERE document_id = ?1 AND state = 1) k"                        \
    " WHERE k.newer >= ?2 OR (k.cut AND k.cut_again))"
#define CUT_ALONE "16"
static_assert(KNO_CHANGED_CUT == 16, "the number is in the statements");

/* The newest version that is shown, and what came after it, stay. */
static anc_status make_garbage(krn_tx *tx, int64_t document_id, const kno_keeping *keeping,
                               int64_t *ret_n, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_version SET state = 2 WHERE " PAST_THOSE_TO_KEEP
                       " AND number < (SELECT max(number) FROM kno_version w"
                       " WHERE w.document_id = ?1 AND w.state = 1 AND w.seq <= ?3)",
                       &s, err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, keeping->keep);
    db_bind_int(s, 3, keeping->shown < INT64_MAX ? (int64_t)keeping->shown : INT64_MAX);
    ANC_TRY(db_run(s, err));
    *ret_n = db_changes(tx->connection);
    return ANC_OK;
}

/* Whether some had to stay for those who are shown them. */
static anc_status note_late(krn_tx *tx, int64_t document_id, const kno_keeping *keeping,
                            anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_document SET late = NOT late WHERE id = ?1 AND late <> EXISTS"
                       " (SELECT 1 FROM kno_version WHERE " PAST_THOSE_TO_KEEP ")",
                       &s, err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, keeping->keep);
    return db_run(s, err);
}

anc_status kno_document_expire(krn_tx *tx, int64_t document_id, const kno_keeping *keeping,
                               anc_err *err)
{
    int64_t n = 0;
    if (keeping->keep == 0)
        return ANC_OK;
    ANC_TRY(make_garbage(tx, document_id, keeping, &n, err));
    ANC_TRY(note_late(tx, document_id, keeping, err));
    if (n == 0)
        return ANC_OK;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_collection SET versions = versions - ?2 WHERE id ="
                       " (SELECT collection_id FROM kno_document WHERE id = ?1)",
                       &s, err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, n);
    return db_run(s, err);
}

typedef struct seen {
    int64_t id;
    bool may; /* have some */
} seen;

/* The next documents, and whether they may have some: the third version is the first that can be cut again twice, and
 * those that were not are passed by for a look into the index. */
static anc_status find(krn_tx *tx, const kno_expiry *what, size_t limit, seen *ret, size_t *ret_n,
                       anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       what->late_only
                           ? "SELECT id, 1 FROM kno_document WHERE late = 1 AND id > ?1"
                             " ORDER BY id LIMIT ?2"
                           : "SELECT d.id, d.versions > ?3 OR EXISTS (SELECT 1 FROM kno_version v"
                             " WHERE v.document_id = d.id AND v.state = 1"
                             " AND v.changes = " CUT_ALONE " LIMIT 1 OFFSET 1)"
                             " FROM kno_document d WHERE d.versions > min(?3, 2) AND d.id > ?1"
                             " ORDER BY d.id LIMIT ?2",
                       &s, err));
    db_bind_int(s, 1, what->after);
    db_bind_int(s, 2, (int64_t)limit);
    if (!what->late_only)
        db_bind_int(s, 3, what->keeping.keep);
    for (bool row = true; *ret_n < limit; ++*ret_n) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        ret[*ret_n] = (seen){db_col_int(s, 0), db_col_int(s, 1) != 0};
    }
    return ANC_OK;
}

anc_status kno_sqlite_expire(void *self, krn_tx *tx, kno_expiry *what, size_t limit, bool *ret_done,
                             anc_err *err)
{
    (void)self;
    assert(what->keeping.keep > 0 && limit > 0 && limit <= MAX_PIECE);
    seen next[MAX_PIECE];
    size_t n = 0;
    ANC_TRY(find(tx, what, limit, next, &n, err));
    for (size_t i = 0; i < n; i++)
        if (next[i].may)
            ANC_TRY(kno_document_expire(tx, next[i].id, &what->keeping, err));
    if (n > 0)
        what->after = next[n - 1].id;
    *ret_done = n < limit;
    return ANC_OK;
}
