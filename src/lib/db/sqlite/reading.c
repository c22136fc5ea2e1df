/* reading.c - the check that ends a reader's statement in time. */
#include "db/sqlite/reading.h"

#include "os/clock.h"

static anc_status may_go_on(void *arg)
{
    const db_reading *r = arg;
    if (r->cancelled != NULL && atomic_load_explicit(r->cancelled, memory_order_relaxed))
        return ANC_CANCELLED;
    if (r->deadline_ns != INT64_MAX && os_mono_ns() >= r->deadline_ns)
        return ANC_DEADLINE;
    return ANC_OK;
}

anc_status db_reading_begin(db_reading *reading, db_readers *readers, int64_t deadline_ns,
                            const atomic_bool *cancelled, anc_err *err)
{
    db_sqlite *db;
    ANC_TRY(db_readers_take(readers, deadline_ns, &db, err));
    *reading = (db_reading){db, readers, deadline_ns, cancelled};
    db_check_set(db, may_go_on, reading);
    return ANC_OK;
}

void db_reading_end(db_reading *reading)
{
    if (reading->db != NULL)
        db_readers_give(reading->readers, reading->db);
    *reading = (db_reading){0};
}
