/* trk_sqlite_impl.h - the repository from inside. */
#ifndef ANC_TRACKING_ADAPTERS_SQLITE_TRK_SQLITE_IMPL_H
#define ANC_TRACKING_ADAPTERS_SQLITE_TRK_SQLITE_IMPL_H

#include <pthread.h>

#include "base/map.h"
#include "db/sqlite/reading.h"
#include "trk_sqlite.h"

struct trk_sqlite {
    pthread_mutex_t mutex; /* guards db */
    db_sqlite *db;         /* owned; writes */
    db_readers *readers;   /* owned */
};

/* The writing connection inside a transaction, which is undone where the scope is left before it was
 * kept. */
typedef struct trk_writing {
    trk_sqlite *self; /* NULL: not begun */
    db_sqlite *db;
} trk_writing;

anc_status trk_writing_begin(trk_writing *w, trk_sqlite *self, anc_err *err) ANC_MUST_CHECK;
anc_status trk_writing_keep(trk_writing *w, anc_err *err) ANC_MUST_CHECK;
void trk_writing_end(trk_writing *w);
#define TRK_WRITING(name) ANC_CLEANUP(trk_writing_end) trk_writing name = {0}

static inline ANC_MUST_CHECK anc_status trk_reading_begin(db_reading *r, trk_sqlite *self,
                                                          krn_call *call)
{
    return db_reading_begin(r, self->readers, call->deadline_ns, call->cancelled, call->err);
}

static inline void trk_map_cleanup(anc_map **map)
{
    anc_map_free(*map);
}

/* ---- sheet.c: what a batch changes in the counts, gathered and written once ---- */

typedef struct trk_sheet {
    anc_arena *mem;
    db_sqlite *db;
    anc_err *err;
    anc_map *hours; /* owned; key of a rollup to its index */
    struct trk_line {
        trk_kind kind;
        anc_str name;
        int64_t hour;
        trk_rollup delta;
        trk_histogram less; /* latencies that were counted before and go */
    } * *lines;             /* [n_lines] */
    size_t n_lines, room;
} trk_sheet;

anc_status trk_sheet_open(trk_sheet *sheet, anc_arena *mem, db_sqlite *db,
                          anc_err *err) ANC_MUST_CHECK;
void trk_sheet_close(trk_sheet *sheet);
/* Counts a query in (1) or out (-1) of its hour. */
anc_status trk_sheet_count(trk_sheet *sheet, const trk_query *q, int sign) ANC_MUST_CHECK;
anc_status trk_sheet_write(trk_sheet *sheet) ANC_MUST_CHECK;

/* ---- query_rows.c: a query and its rows ---- */

#define TRK_QUERY_COLUMNS                                                                        \
    "q.row, q.query_id, q.has, q.requested_ms, q.user_id, q.question, q.collections,"            \
    " q.conversation_id, q.workflow_run_id, q.retrieved, q.status, q.ended_ms, q.duration_us,"   \
    " q.answer, q.model, q.provider, q.input_tokens, q.output_tokens, q.cost_nano, q.cache_hit," \
    " q.timings, q.route, q.error_type, q.error_message, q.error_stage, q.kind, q.declined"

anc_status trk_query_read(const db_stmt *s, anc_arena *mem, trk_query *ret,
                          anc_err *err) ANC_MUST_CHECK;
anc_status trk_query_load(db_sqlite *db, anc_arena *mem, anc_str query_id, trk_query *ret,
                          bool *ret_found, anc_err *err) ANC_MUST_CHECK;
/* Removes a query's rows, its counts apart. */
anc_status trk_query_remove(db_sqlite *db, anc_arena *mem, const trk_query *q,
                            anc_err *err) ANC_MUST_CHECK;
/* Writes a query's rows; place 0: as the newest. */
anc_status trk_query_insert(db_sqlite *db, anc_arena *mem, trk_query *q,
                            anc_err *err) ANC_MUST_CHECK;
/* Documents and questions of a day. */
anc_status trk_day_count(db_sqlite *db, const trk_query *q, int sign, anc_err *err) ANC_MUST_CHECK;
anc_status trk_question_count(db_sqlite *db, const trk_query *q, int sign,
                              anc_err *err) ANC_MUST_CHECK;

/* ---- the operations ---- */

anc_status trk_sqlite_apply(void *self, krn_call *call, const trk_change *changes, size_t n,
                            uint64_t from, uint64_t to);
anc_status trk_sqlite_list(void *self, krn_call *call, const trk_filter *filter, trk_query **ret,
                           size_t *ret_n);
anc_status trk_sqlite_stats(void *self, krn_call *call, const trk_span *span, size_t top,
                            trk_stats *ret);
anc_status trk_sqlite_erase(void *self, krn_call *call, anc_str user_id, anc_str conversation_id,
                            size_t limit, trk_erased *ret, bool *ret_more);
anc_status trk_sqlite_scrub(void *self, krn_call *call);
anc_status trk_sqlite_prune(void *self, krn_call *call, const trk_limits *limits, size_t limit,
                            bool *ret_more);

/* Room for one more of `n` items of `size` bytes; the array moves in `mem`. */
anc_status trk_grow(anc_arena *mem, void **items, size_t n, size_t *room, size_t size,
                    anc_err *err) ANC_MUST_CHECK;

#endif
