/* sql.h - a database looked into by a test. */
#ifndef ANC_TESTS_SUPPORT_SQL_H
#define ANC_TESTS_SUPPORT_SQL_H

#include "support/test.h"

#include "db/sqlite/sqlite.h"

/* The first column of the first row; -1: there is none. */
static inline int64_t sql_number(db_sqlite *db, const char *sql)
{
    anc_err err = {0};
    DB_STMT(s);
    bool row = false;
    ASSERT_OK(db_prepare(db, sql, &s, &err), &err);
    ASSERT_OK(db_step(s, &row, &err), &err);
    return row ? db_col_int(s, 0) : -1;
}

#endif
