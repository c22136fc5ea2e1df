/* test_upgrade.c - a query log of an earlier version: its numbers afterwards. */
#include "bench.h"

/* Of collection hr in one hour: q1, answered; q2, failed before anything was searched; and q3, answered, that is past its
 * time, so that only the numbers know of it. In the next hour q4, of which the request alone was told. */
static const char OLD_ROWS[] =
    "INSERT INTO query VALUES"
    "(1,'q1',7,1767322805000,'ada','Why?','[\"hr\"]','','',1,0,1,1767322805000,1000,0,'So.','m','p'"
    ",5,1,20,0,"
    "'','','','',''),"
    "(2,'q2',5,1767322806000,'bob','How?','[\"hr\"]','','',0,0,2,1767322806000,-1,0,NULL,'','',0,0,"
    "-1,0,"
    "'','','x','y','search'),"
    "(4,'q4',1,1767326400000,'bob','Who?','[\"hr\"]','','',0,0,0,0,-1,0,NULL,'','',0,0,-1,0,"
    "'','','','','');"
    "INSERT INTO question_text(rowid, question) VALUES(1,'Why?'),(2,'How?'),(4,'Who?');"
    "INSERT INTO query_collection "
    "VALUES('hr',1767322805000,1),('hr',1767322806000,2),('hr',1767326400000,4);"
    "INSERT INTO retrieval VALUES(1,1,'c','d',1,'hr','t',0.5,NULL,NULL,NULL,NULL,0);"
    "INSERT INTO rollup "
    "VALUES(0,'',490923,3,2,1,0,0,10,2,40,x''),(0,'',490924,1,0,0,0,0,0,0,0,x''),"
    "(2,'hr',490923,3,2,1,0,0,10,2,40,x''),(2,'hr',490924,1,0,0,0,0,0,0,0,x'')";

static void make_old_file(bench *b)
{
    char path[96];
    db_sqlite *db = NULL;
    (void)snprintf(path, sizeof path, "%s/tracking.db", b->folder);
    ASSERT_OK(db_open(anc_str_of(path), NULL, &db, &b->call.err), &b->call.err);
    ASSERT_OK(db_migrate(db, trk_migrations, 1, 1, &b->call.err), &b->call.err);
    ASSERT_OK(db_exec(db, OLD_ROWS, &b->call.err), &b->call.err);
    db_close(db);
}

static trk_counts counts_of_hr(bench *b)
{
    const trk_stats s = stats_of(b);
    assert_int_equal(s.n_collections, 1);
    assert_true(anc_str_eq(s.collections[0].name, ANC_STR("hr")));
    return s.collections[0].total.counts;
}

/* What searched nothing before the upgrade is in no collection's numbers after it; what is told of it then counts once. */
static void old_numbers_are_those_of_now(void **state)
{
    (void)state;
    bench b = {0};
    (void)strcpy(b.folder, "/tmp/anc-tracking-XXXXXX");
    assert_non_null(mkdtemp(b.folder));
    test_call_init(&b.call);
    make_old_file(&b);
    open_sqlite(&b);
    trk_counts c = counts_of_hr(&b);
    assert_int_equal(c.queries, 2);
    assert_int_equal(c.completed, 2);
    assert_int_equal(c.failed, 0);
    assert_int_equal(c.input_tokens, 10);
    assert_int_equal(c.cost_nano, 40);
    assert_int_equal(stats_of(&b).all.total.counts.queries, 4);
    assert_int_equal(stats_of(&b).all.total.counts.failed, 1);
    const trk_retrieval found = passage_of("d1", 1, true);
    const trk_change later[] = {retrieved_of("q4", &found, 1, BASE_MS + TRK_HOUR_MS + 500),
                                end_of("q4", TRK_COMPLETED, 500000, BASE_MS + TRK_HOUR_MS + 500)};
    apply(&b, later, ANC_COUNT(later));
    c = counts_of_hr(&b);
    assert_int_equal(c.queries, 3);
    assert_int_equal(c.completed, 3);
    assert_int_equal(stats_of(&b).all.total.counts.queries, 4);
    bench_close(&b, &adapters[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(old_numbers_are_those_of_now)};
    return cmocka_run_group_tests_name("upgrade", tests, NULL, NULL);
}
