/* sim_check.c - what holds after each commit, and what holds in the end. */
#include <stdio.h>
#include <string.h>

#include "sim_world.h"
#include "support/test.h"

enum { WAITING, DONE, UNCHANGED, PASSED_OVER, FAILED, UNDER_WAY, STATES };

/* Every so many commits the items of all batches are looked at, else of those whose revision moved. */
enum { ALL_EVERY = 16 };

typedef struct row {
    int64_t key, phase;
    ing_counts c;
    bool pruned;
    uint64_t count[STATES];
} row;

static unsigned place_of(sim_seen *seen, int64_t ordinal)
{
    unsigned at = 0;
    while (at < seen->n_items && seen->ordinal[at] != ordinal)
        at++;
    if (at < seen->n_items)
        return at;
    assert_true(at < SIM_ITEMS);
    seen->ordinal[at] = ordinal;
    return seen->n_items++;
}

static void note_item(world *w, row *r, int64_t ordinal, unsigned state, unsigned claims,
                      int64_t *claimed)
{
    sim_seen *seen = &w->seen[r->key];
    assert_true(ordinal >= 0 && state < STATES);
    const unsigned at = place_of(seen, ordinal);
    const unsigned before = seen->state[at];
    if (before != WAITING && before != UNDER_WAY && before != state)
        SIM_FAIL(w, "item %lld of batch %lld ended twice: %u, then %u", (long long)ordinal,
                 (long long)r->key, before, state);
    if (state == UNDER_WAY && (before != UNDER_WAY || claims != seen->claims[at]))
        *claimed = r->key;
    seen->state[at] = (unsigned char)state;
    seen->claims[at] = claims;
    r->count[state]++;
}

/* Rows that were stored ahead of the commit that counts them are not there yet. */
#define COUNTED                                                                   \
    " AND NOT EXISTS(SELECT 1 FROM ing_children c WHERE c.batch = ing_item.batch" \
    " AND ing_item.ordinal BETWEEN c.first AND c.last)"

static bool next(db_stmt *s)
{
    anc_err err = {0};
    bool there = false;
    ASSERT_OK(db_step(s, &there, &err), &err);
    return there;
}

static void check_items(world *w, row *r, int64_t *claimed)
{
    anc_err err = {0};
    DB_STMT(s);
    ASSERT_OK(db_prepare(w->db,
                         "SELECT ordinal, state, claims FROM ing_item WHERE batch = ?1" COUNTED, &s,
                         &err),
              &err);
    db_bind_int(s, 1, r->key);
    while (next(s))
        note_item(w, r, db_col_int(s, 0), (unsigned)db_col_int(s, 1), (unsigned)db_col_int(s, 2),
                  claimed);
}

static void check_figures(world *w, const row *r)
{
    const ing_counts *c = &r->c;
    if (!ing_counts_fit(c))
        SIM_FAIL(w, "batch %lld: the figures do not fit", (long long)r->key);
    if (r->pruned)
        return;
    if (c->waiting != r->count[WAITING] || c->under_way != r->count[UNDER_WAY] ||
        c->processed != r->count[DONE] || c->failed != r->count[FAILED] ||
        c->skipped != r->count[UNCHANGED] + r->count[PASSED_OVER])
        SIM_FAIL(w,
                 "batch %lld: the figures (%llu waiting, %llu under way, %llu, %llu, %llu) are not "
                 "those of its items (%llu, %llu, %llu, %llu, %llu)",
                 (long long)r->key, (unsigned long long)c->waiting,
                 (unsigned long long)c->under_way, (unsigned long long)c->processed,
                 (unsigned long long)c->failed, (unsigned long long)c->skipped,
                 (unsigned long long)r->count[WAITING], (unsigned long long)r->count[UNDER_WAY],
                 (unsigned long long)r->count[DONE], (unsigned long long)r->count[FAILED],
                 (unsigned long long)(r->count[UNCHANGED] + r->count[PASSED_OVER]));
}

/* What was counted once stays counted; a batch that ended stays ended. */
static void check_progress(world *w, const row *r)
{
    sim_seen *seen = &w->seen[r->key];
    const ing_counts *c = &r->c;
    const bool back = c->revision < seen->revision || c->processed < seen->processed ||
                      c->failed < seen->failed || c->skipped < seen->skipped;
    const bool moved = c->processed != seen->processed || c->failed != seen->failed ||
                       c->skipped != seen->skipped || r->phase != seen->phase;
    if (back || (moved && c->revision == seen->revision))
        SIM_FAIL(w, "batch %lld: its figures went back or moved without a revision",
                 (long long)r->key);
    if (ing_phase_ended((ing_phase)seen->phase) && r->phase != seen->phase)
        SIM_FAIL(w, "batch %lld ended twice: %d, then %lld", (long long)r->key, seen->phase,
                 (long long)r->phase);
    seen->revision = c->revision;
    seen->processed = c->processed;
    seen->failed = c->failed;
    seen->skipped = c->skipped;
    seen->phase = (int)r->phase;
}

static void check_fairness(world *w, const row *r, int64_t claimed)
{
    sim_seen *seen = &w->seen[r->key];
    const bool waits = r->phase == ING_PHASE_PROCESSING && r->c.waiting > 0;
    const bool passed = seen->waits && waits && claimed != 0 && claimed != r->key;
    /* of more than 64 the youngest are not worked at yet, nor are those that a look has not found which failed
     * and is made again later */
    if (!waits || claimed == r->key || w->open_batches >= 64 || w->unfound)
        seen->passed_by = seen->rivals = 0;
    else if (passed)
        seen->passed_by++;
    seen->waits = waits;
    seen->rivals = w->open_batches > seen->rivals ? w->open_batches : seen->rivals;
    if (seen->passed_by > w->worst_passed_by)
        w->worst_passed_by = seen->passed_by;
    /* each of the others once, once more for a worker that hangs and has the turn, and what was taken
     * before; where the spool is full also what is given back at once */
    const unsigned most = (w->tight ? 6 : 3) * (seen->rivals + SIM_WORKERS);
    if (seen->passed_by > most)
        SIM_FAIL(w, "batch %lld waits while %u items of %u other batches were taken",
                 (long long)r->key, seen->passed_by, seen->rivals);
}

void sim_forget_turns(world *w)
{
    for (unsigned i = 0; i <= SIM_BATCHES; i++)
        w->seen[i].passed_by = w->seen[i].rivals = 0;
}

/* All rows of a file come with the commit that makes its version current, once. */
static void check_rows(world *w)
{
    anc_err err = {0};
    if (sim_number(w, "SELECT count(*) FROM ing_item i JOIN ing_children c ON c.batch = i.batch AND"
                      " i.ordinal BETWEEN c.first AND c.last WHERE i.state <> 0") != 0)
        SIM_FAIL(w, "a row was claimed that was not counted yet");
    if (w->expanded[0] == '\0')
        return;
    DB_STMT(s);
    ASSERT_OK(db_prepare(w->db,
                         "SELECT count(*) FROM ing_item WHERE kind = 3 AND state IN (0, 5)"
                         " AND substr(path, 1, ?2) = ?1" COUNTED,
                         &s, &err),
              &err);
    char start[80];
    const int n = snprintf(start, sizeof start, "%s#", w->expanded);
    db_bind_str(s, 1, anc_str_of(start));
    db_bind_int(s, 2, n);
    assert_true(next(s));
    if (db_col_int(s, 0) != w->expanded_rows)
        SIM_FAIL(w, "the file %s has %u rows, and %lld came with it", w->expanded, w->expanded_rows,
                 (long long)db_col_int(s, 0));
    w->rows += w->expanded_rows;
}

static row read_row(db_stmt *s)
{
    row r = {.key = db_col_int(s, 0), .phase = db_col_int(s, 1), .pruned = db_col_int(s, 2) != 0};
    uint64_t *const to[] = {&r.c.total,      &r.c.waiting, &r.c.under_way, &r.c.processed,
                            &r.c.failed,     &r.c.skipped, &r.c.unchanged, &r.c.bytes_total,
                            &r.c.bytes_done, &r.c.revision};
    for (size_t i = 0; i < ANC_COUNT(to); i++)
        *to[i] = (uint64_t)db_col_int(s, 3 + (int)i);
    return r;
}

void sim_check_commit(world *w)
{
    anc_err err = {0};
    row rows[SIM_BATCHES];
    size_t n = 0;
    int64_t claimed = 0;
    w->open_batches = (unsigned)sim_number(w, "SELECT count(*) FROM ing_batch WHERE closed = 0");
    w->unfound =
        w->ing == NULL || (int64_t)ing_active(w->ing) <
                              sim_number(w, "SELECT count(*) FROM ing_batch WHERE phase < 2");
    DB_STMT(s);
    ASSERT_OK(db_prepare(w->db,
                         "SELECT key, phase, pruned, total, waiting, under_way, processed, failed,"
                         " skipped, unchanged, bytes_total, bytes_done, revision FROM ing_batch",
                         &s, &err),
              &err);
    while (next(s)) {
        assert_true(n < SIM_BATCHES);
        rows[n++] = read_row(s);
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(rows[i].key <= SIM_BATCHES);
        if (rows[i].c.revision == w->seen[rows[i].key].revision && w->commits % ALL_EVERY != 0)
            continue;
        check_items(w, &rows[i], &claimed);
        check_figures(w, &rows[i]);
        check_progress(w, &rows[i]);
    }
    for (size_t i = 0; i < n; i++)
        check_fairness(w, &rows[i], claimed);
    check_rows(w);
    if (sim_number(w, "SELECT count(*) FROM ing_failure WHERE reason LIKE '%segment is gone%'") !=
        0)
        SIM_FAIL(w, "a document failed since its segment was removed too early");
}

static void must_be(world *w, const char *what, const char *sql, int64_t expected)
{
    const int64_t found = sim_number(w, sql);
    if (found != expected)
        SIM_FAIL(w, "%s: %lld instead of %lld", what, (long long)found, (long long)expected);
}

void sim_check_end(world *w)
{
    must_be(w, "batches without an end",
            "SELECT count(*) FROM ing_batch WHERE closed = 0 OR phase < 2", 0);
    must_be(w, "items under way", "SELECT coalesce(sum(under_way), 0) FROM ing_batch", 0);
    must_be(w, "waiting items of batches that nobody cancelled",
            "SELECT coalesce(sum(waiting), 0) FROM ing_batch WHERE phase = 2", 0);
    must_be(w, "documents that were put twice",
            "SELECT count(*) FROM (SELECT 1 FROM sim_put GROUP BY document HAVING count(*) > 1)",
            0);
    must_be(w, "documents that were counted", "SELECT coalesce(sum(processed), 0) FROM ing_batch",
            sim_number(w, "SELECT count(*) FROM sim_put"));
    must_be(w, "documents that were announced",
            "SELECT coalesce(sum(count), 0) FROM sim_event WHERE type = 3",
            sim_number(w, "SELECT count(*) FROM sim_put"));
    must_be(w, "batches whose end was not announced once",
            "SELECT count(*) FROM ing_batch b WHERE 1 <> (SELECT count(*) FROM sim_event WHERE type"
            " = 4 AND subject = b.id AND status IN ('completed', 'failed', 'cancelled'))",
            0);
    must_be(w, "dead letters that were announced twice",
            "SELECT count(*) FROM (SELECT 1 FROM sim_event WHERE type = 5 GROUP BY subject"
            " HAVING count(*) > 1)",
            0);
    must_be(w, "rows that nobody counts", "SELECT count(*) FROM ing_children", 0);
    must_be(w, "segments whose users are not the dead letters",
            "SELECT count(*) FROM ing_segment s WHERE users <> (SELECT count(*) FROM ing_failure"
            " WHERE segment = s.id) OR users = 0",
            0);
    int64_t there = 0;
    for (unsigned i = 0; i < w->n_segments; i++)
        there += w->segments[i].there;
    must_be(w, "segments in the catalog", "SELECT count(*) FROM ing_segment", there);
    if (ing_active(w->ing) != 0)
        SIM_FAIL(w, "%zu batches are active after all have ended", ing_active(w->ing));
}
