/* children.c - items that an item brings along, stored a piece at a time ahead of the commit that counts
 * them: so that no file, whatever its rows, holds the writer up. */
#include "batch_impl.h"
#include "kernel/ports/writer.h"

/* A range that the holder of `lease` began. */
#define OWN " WHERE batch = ?1 AND first = ?2 AND item = ?3 AND claims = ?4"

static void bind_own(db_stmt *s, const ing_lease *lease, int64_t first)
{
    db_bind_int(s, 1, lease->batch);
    db_bind_int(s, 2, first);
    db_bind_int(s, 3, lease->ordinal);
    db_bind_int(s, 4, lease->claims);
}

static anc_status given_up(const ing_lease *lease, anc_err *err)
{
    return ANC_FAIL(err, ANC_CONFLICT, "what item %lld of the batch brought along was given up",
                    (long long)lease->ordinal);
}

anc_status ing_children_begin(void *self, krn_tx *tx, const ing_lease *lease, int64_t *ret_first,
                              anc_err *err)
{
    (void)self;
    int64_t first = 0;
    ANC_TRY(ing_lease_check(tx, lease, err));
    DB_STMT(u);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_children SET claims = 0 WHERE batch = ?1 AND item = ?2", &u,
                       err));
    db_bind_int(u, 1, lease->batch);
    db_bind_int(u, 2, lease->ordinal);
    ANC_TRY(db_run(u, err));
    ANC_TRY(ing_next_ordinal(tx, lease->batch, &first, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO ing_children(batch, first, item, claims, last)"
                       " VALUES(?1, ?2, ?3, ?4, ?5)",
                       &s, err));
    bind_own(s, lease, first);
    db_bind_int(s, 5, first + ING_CHILDREN_MAX - 1);
    ANC_TRY(db_run(s, err));
    *ret_first = first;
    return ANC_OK;
}

/* The next free ordinal of a range, and its last one. */
static anc_status find_room(krn_tx *tx, const ing_lease *lease, int64_t first, int64_t *ret_next,
                            int64_t *ret_last, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT last, coalesce((SELECT max(ordinal) FROM ing_item WHERE batch = ?1"
                       " AND ordinal BETWEEN first AND last) + 1, first) FROM ing_children" OWN,
                       &s, err));
    bind_own(s, lease, first);
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return given_up(lease, err);
    *ret_last = db_col_int(s, 0);
    *ret_next = db_col_int(s, 1);
    return ANC_OK;
}

anc_status ing_children_add(void *self, krn_tx *tx, const ing_lease *lease, int64_t first,
                            const ing_item *items, size_t n, anc_err *err)
{
    (void)self;
    int64_t next = 0, last = 0;
    uint64_t bytes = 0;
    ANC_TRY(ing_lease_check(tx, lease, err));
    ANC_TRY(find_room(tx, lease, first, &next, &last, err));
    if (next + (int64_t)n - 1 > last)
        return ANC_FAIL(err, ANC_LIMIT, "it brings along more than %d documents", ING_CHILDREN_MAX);
    return ing_items_store(tx, lease->batch, next, items, n, &bytes, err);
}

anc_status ing_children_count(krn_tx *tx, const ing_lease *lease, const ing_children *children,
                              anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "DELETE FROM ing_children" OWN, &s, err));
    bind_own(s, lease, children->first);
    ANC_TRY(db_run(s, err));
    if (db_changes(tx->connection) != 1)
        return given_up(lease, err);
    return ing_items_count(tx, lease->batch, children->n, children->bytes, err);
}

/* ---- claimed past -------------------------------------------------------------------------- */

anc_status ing_children_hold(krn_tx *tx, int64_t key, int64_t ordinal, int64_t *ret_first,
                             int64_t *ret_last, bool *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT first, last FROM ing_children WHERE batch = ?1 AND first <= ?2"
                       " ORDER BY first DESC LIMIT 1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, ordinal);
    ANC_TRY(db_step(s, &row, err));
    *ret = row && db_col_int(s, 1) >= ordinal;
    if (*ret) {
        *ret_first = db_col_int(s, 0);
        *ret_last = db_col_int(s, 1);
    }
    return ANC_OK;
}

/* ---- removed ------------------------------------------------------------------------------- */

typedef struct range {
    int64_t batch, first, last; /* batch 0: there is none */
} range;

static anc_status find_dead(krn_tx *tx, range *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT batch, first, last FROM ing_children AS c WHERE NOT EXISTS"
                       " (SELECT 1 FROM ing_item AS i WHERE i.batch = c.batch AND"
                       " i.ordinal = c.item AND i.state = 5 AND i.claims = c.claims) LIMIT 1",
                       &s, err));
    ANC_TRY(db_step(s, &row, err));
    *ret = (range){0};
    if (row)
        *ret = (range){db_col_int(s, 0), db_col_int(s, 1), db_col_int(s, 2)};
    return ANC_OK;
}

/* The first `limit` items of a range: the last of them, and how many need each segment, which nobody else
 * uses, and nobody will. */
static anc_status let_go_of_segments(krn_tx *tx, const range *r, size_t limit, int64_t *ret_last,
                                     size_t *ret_n, anc_err *err)
{
    DB_STMT(s);
    DB_STMT(u);
    bool row = true;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT segment, count(*), max(ordinal) FROM (SELECT segment, ordinal FROM"
                       " ing_item WHERE batch = ?1 AND ordinal BETWEEN ?2 AND ?3 ORDER BY ordinal"
                       " LIMIT ?4) GROUP BY segment",
                       &s, err));
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_segment SET users = max(users - ?2, 0), open = 0 WHERE id = ?1",
                       &u, err));
    db_bind_int(s, 1, r->batch);
    db_bind_int(s, 2, r->first);
    db_bind_int(s, 3, r->last);
    db_bind_int(s, 4, (int64_t)limit);
    *ret_n = 0;
    *ret_last = r->first;
    for (;;) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            return ANC_OK;
        db_bind_int(u, 1, db_col_int(s, 0));
        db_bind_int(u, 2, db_col_int(s, 1));
        *ret_n += (size_t)db_col_int(s, 1);
        *ret_last = db_col_int(s, 2) > *ret_last ? db_col_int(s, 2) : *ret_last;
        ANC_TRY(db_run(u, err));
    }
}

static anc_status remove_between(krn_tx *tx, const char *sql, int64_t batch, int64_t first,
                                 int64_t last, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, sql, &s, err));
    db_bind_int(s, 1, batch);
    db_bind_int(s, 2, first);
    db_bind_int(s, 3, last);
    return db_run(s, err);
}

anc_status ing_children_sweep(krn_tx *tx, size_t limit, bool *ret_some, anc_err *err)
{
    range dead;
    size_t n = 0;
    int64_t last = 0;
    ANC_TRY(find_dead(tx, &dead, err));
    *ret_some = dead.batch != 0;
    if (!*ret_some)
        return ANC_OK;
    ANC_TRY(let_go_of_segments(tx, &dead, limit, &last, &n, err));
    ANC_TRY(remove_between(tx,
                           "DELETE FROM ing_item WHERE batch = ?1 AND ordinal BETWEEN ?2 AND ?3",
                           dead.batch, dead.first, last, err));
    if (n == limit)
        return ANC_OK;
    return remove_between(tx,
                          "DELETE FROM ing_children WHERE batch = ?1 AND first = ?2 AND last = ?3",
                          dead.batch, dead.first, dead.last, err);
}
