/* test_rows.c - a file of records whose rows are documents: handed out, named, typed, replaced. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/test.h"

/* The rows that were handed out, a line each. */
typedef struct taken {
    anc_buf lines, ids;
    uint64_t n;
    char made_for[80];
} taken;

static anc_status take_row(void *arg, const kno_row *row, anc_err *err)
{
    taken *t = arg;
    (void)err;
    assert_int_equal(row->number, ++t->n);
    (void)anc_buf_printf(&t->lines, "%.*s|%.*s|%.*s|%.*s|%.*s\n", ANC_FMT(row->id),
                         ANC_FMT(row->title), ANC_FMT(row->uri), ANC_FMT(row->content),
                         ANC_FMT(row->metadata));
    (void)anc_buf_printf(&t->ids, "%.*s\n", ANC_FMT(row->id));
    (void)snprintf(t->made_for, sizeof t->made_for, "%.*s", ANC_FMT(row->made_for));
    return ANC_OK;
}

static anc_status put_file(kno_fixture *f, const char *content, kno_rows_wanted *wanted, taken *t,
                           kno_put_result *ret)
{
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("t.csv"),
                                   .uri = ANC_STR("/in/t.csv"),
                                   .name = ANC_STR("t.csv"),
                                   .metadata = ANC_STR("{\"year\":2020}"),
                                   .content = anc_str_of(content),
                                   .rows = wanted};
    anc_buf_clear(&t->lines);
    anc_buf_clear(&t->ids);
    t->n = 0;
    wanted->on_row = take_row;
    wanted->arg = t;
    return kno_document_put(f->kno, fixture_call(f), &in, false, ret);
}

/* Makes documents of the rows, as the ingest component does. */
static void put_some_rows(kno_fixture *f, const taken *t, int most)
{
    anc_str rest = anc_buf_view(&t->ids), id;
    while (most-- > 0 && anc_str_split(&rest, '\n', &id) && id.len > 0) {
        kno_put_result r;
        const kno_document_input in = {.collection = ANC_STR("notes"),
                                       .id = id,
                                       .parent = ANC_STR("t.csv"),
                                       .made_for = anc_str_of(t->made_for),
                                       .content = id};
        ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    }
}

static void put_rows(kno_fixture *f, const taken *t)
{
    put_some_rows(f, t, 1000000);
}

static const struct row {
    const char *name, *file, *id_field, *title_field, *text_field;
    const char *lines; /* NULL: refused, with `error` */
    const char *error;
} rows[] = {
    {"numbers", "ROWS\na,b\nx,1\ny,2\n", "", "", "",
     "t.csv#1|t.csv, row 1|/in/t.csv#1|{\"a\":\"x\",\"b\":1}|{\"year\":2020,\"a\":\"x\",\"b\":1}\n"
     "t.csv#2|t.csv, row 2|/in/t.csv#2|{\"a\":\"y\",\"b\":2}|{\"year\":2020,\"a\":\"y\",\"b\":2}\n",
     NULL},
    {"an id and a title", "ROWS\nID,name\nk7,Hinge\nk9,Latch\n", "", "", "",
     "t.csv#k7|Hinge|/in/t.csv#k7|{\"ID\":\"k7\",\"name\":\"Hinge\"}|"
     "{\"year\":2020,\"ID\":\"k7\",\"name\":\"Hinge\"}\n"
     "t.csv#k9|Latch|/in/t.csv#k9|{\"ID\":\"k9\",\"name\":\"Latch\"}|"
     "{\"year\":2020,\"ID\":\"k9\",\"name\":\"Latch\"}\n",
     NULL},
    {"ids that are not one each", "ROWS\nid,b\nk,1\nk,2\n", "", "", "",
     "t.csv#1|t.csv, row "
     "1|/in/t.csv#1|{\"id\":\"k\",\"b\":1}|{\"year\":2020,\"id\":\"k\",\"b\":1}\n"
     "t.csv#2|t.csv, row "
     "2|/in/t.csv#2|{\"id\":\"k\",\"b\":2}|{\"year\":2020,\"id\":\"k\",\"b\":2}\n",
     NULL},
    {"an id that comes later than another", "ROWS\n_id,x,id\na,1\nb,2,1\nc,3,2\n", "", "", "",
     "t.csv#a|t.csv, row 1|/in/t.csv#a|{\"_id\":\"a\",\"x\":1}|"
     "{\"year\":2020,\"_id\":\"a\",\"x\":1}\n"
     "t.csv#b|t.csv, row 2|/in/t.csv#b|{\"_id\":\"b\",\"x\":2,\"id\":1}|"
     "{\"year\":2020,\"_id\":\"b\",\"x\":2,\"id\":1}\n"
     "t.csv#c|t.csv, row 3|/in/t.csv#c|{\"_id\":\"c\",\"x\":3,\"id\":2}|"
     "{\"year\":2020,\"_id\":\"c\",\"x\":3,\"id\":2}\n",
     NULL},
    {"rows of which none has each id", "ROWS\n_id,id\na\n,1\n,2\n", "", "", "",
     "t.csv#1|t.csv, row 1|/in/t.csv#1|{\"_id\":\"a\"}|{\"year\":2020,\"_id\":\"a\"}\n"
     "t.csv#2|t.csv, row 2|/in/t.csv#2|{\"_id\":null,\"id\":1}|{\"year\":2020,\"id\":1}\n"
     "t.csv#3|t.csv, row 3|/in/t.csv#3|{\"_id\":null,\"id\":2}|{\"year\":2020,\"id\":2}\n",
     NULL},
    {"named columns", "ROWS\ncode,what,price\nA,Hinge,12.50\nB,Latch,3\n", "code", "what", "what",
     "t.csv#A|Hinge|/in/t.csv#A|{\"what\":\"Hinge\"}|"
     "{\"year\":2020,\"code\":\"A\",\"what\":\"Hinge\",\"price\":12.50}\n"
     "t.csv#B|Latch|/in/t.csv#B|{\"what\":\"Latch\"}|"
     "{\"year\":2020,\"code\":\"B\",\"what\":\"Latch\",\"price\":3}\n",
     NULL},
    {"what is typed and what is not", "ROWS\nzip,open,n,mixed\n007,true,-1,1\n123,FALSE,,x\n", "",
     "", "",
     "t.csv#1|t.csv, row 1|/in/t.csv#1|{\"zip\":\"007\",\"open\":true,\"n\":-1,\"mixed\":\"1\"}|"
     "{\"year\":2020,\"zip\":\"007\",\"open\":true,\"n\":-1,\"mixed\":\"1\"}\n"
     "t.csv#2|t.csv, row 2|/in/t.csv#2|{\"zip\":\"123\",\"open\":false,\"n\":null,\"mixed\":\"x\"}|"
     "{\"year\":2020,\"zip\":\"123\",\"open\":false,\"mixed\":\"x\"}\n",
     NULL},
    {"metadata that was given stands", "ROWS\nyear\n1999\n", "", "", "",
     "t.csv#1|t.csv, row 1|/in/t.csv#1|{\"year\":1999}|{\"year\":2020}\n", NULL},
    {"no such id", "ROWS\na\n1\n", "key", "", "", NULL, "it has no column \"key\""},
    {"no such text", "ROWS\na\n1\n", "", "", "body", NULL, "it has no column \"body\""},
    {"an id twice", "ROWS\nkey\n1\n2\n1\n", "key", "", "", NULL,
     "rows 1 and 3 have the same in the column \"key\""},
    {"an id that is lacking", "ROWS\nkey,b\n1,x\n,y\n", "key", "", "", NULL,
     "row 2 has nothing in the column \"key\""},
};

static void handed_out(void **state)
{
    const struct row *row = *state;
    kno_fixture f;
    fixture_open(&f);
    const anc_str text_field = anc_str_of(row->text_field);
    kno_rows_wanted wanted = {.id_field = anc_str_of(row->id_field),
                              .title_field = anc_str_of(row->title_field),
                              .text_fields = &text_field,
                              .n_text_fields = text_field.len > 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_put_result r;
    const anc_status status = put_file(&f, row->file, &wanted, &t, &r);
    if (row->lines != NULL) {
        ASSERT_OK(status, &f.err);
        assert_string_equal(t.lines.ptr, row->lines);
    } else {
        assert_int_equal(status, ANC_INVALID);
        assert_non_null(strstr(f.err.text, row->error));
        assert_int_equal(t.n, 0);
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document"), 0);
    }
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
    fixture_close(&f);
}

static void the_file_is_a_document(void **state)
{
    kno_fixture *f = *state;
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    static const char first[] = "ROWS\nid,b\n1,x\n2,y\n3,z\n";
    static const char second[] = "ROWS\nid,b\n1,x\n3,changed\n4,new\n";
    kno_put_result r;
    kno_document d;
    ASSERT_OK(put_file(f, first, &wanted, &t, &r), &f->err);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &d),
              &f->err);
    assert_non_null(strstr(d.found.ptr, "\"rows\":{\"value\":3,"));
    kno_text text;
    ASSERT_OK(kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), 0, &text),
              &f->err);
    assert_true(
        anc_str_eq(text.text, ANC_STR("3 rows, each a document of its own. Columns: id, b")));
    kno_text_close(f->kno, &text);

    /* the rows are not there yet: the file is handed out again */
    ASSERT_OK(put_file(f, first, &wanted, &t, &r), &f->err);
    assert_int_equal(t.n, 3);
    put_rows(f, &t);
    ASSERT_OK(put_file(f, first, &wanted, &t, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    assert_int_equal(t.n, 0);

    ASSERT_OK(put_file(f, second, &wanted, &t, &r), &f->err);
    assert_int_equal(r.status, KNO_UPDATED);
    assert_int_equal(
        kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv#2"), &d),
        ANC_NOT_FOUND);
    put_rows(f, &t);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 4);
    fixture_check(f, true);

    /* cut again it stays what it is */
    kno_collection c = {.name = ANC_STR("notes"), .language = ANC_STR("en")};
    ASSERT_OK(kno_collection_update(f->kno, fixture_call(f), &c,
                                    &(kno_collection_set){.language = true}, &c),
              &f->err);
    assert_true(fixture_recut(f));
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &d),
              &f->err);
    assert_non_null(strstr(d.found.ptr, "\"rows\":{\"value\":3,"));
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 4);

    uint64_t seq;
    ASSERT_OK(
        kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &seq),
        &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 0);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

/* A row whose file went meanwhile is no document; another kind of file is read as always. */
static void rows_need_their_file(void **state)
{
    kno_fixture *f = *state;
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_put_result r;
    ASSERT_OK(put_file(f, "# Head\n\nNo table.", &wanted, &t, &r), &f->err);
    assert_int_equal(t.n, 0);
    ASSERT_OK(put_file(f, "ROWS\na\n1\n", &wanted, &t, &r), &f->err);
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .id = ANC_STR("t.csv#1"),
                                   .parent = ANC_STR("t.csv"),
                                   .content = ANC_STR("x")};
    uint64_t seq;
    ASSERT_OK(
        kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &seq),
        &f->err);
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_NOT_FOUND);
    assert_non_null(strstr(f->err.text, "is a part of 't.csv', which is not there any more"));
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

/* More rows than one closure retires. */
static void many_rows_vanish(void **state)
{
    kno_fixture *f = *state;
    enum { MANY = 700 };
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_put_result r;
    ANC_BUF(file, 1 << 20);
    (void)anc_buf_add(&file, ANC_STR("ROWS\nid\n"));
    for (int i = 0; i < MANY; i++)
        (void)anc_buf_printf(&file, "%d\n", i);
    f->emb.available = false; /* nothing here is about vectors */
    ASSERT_OK(put_file(f, file.ptr, &wanted, &t, &r), &f->err);
    put_rows(f, &t);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), MANY + 1);
    ASSERT_OK(put_file(f, "ROWS\nid\n5\n650\nx\n", &wanted, &t, &r), &f->err);
    assert_int_equal(fixture_seen(f), 3);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 3);
    ASSERT_OK(put_file(f, file.ptr, &wanted, &t, &r), &f->err);
    put_rows(f, &t);
    /* as one document again */
    const kno_document_input in = {
        .collection = ANC_STR("notes"), .id = ANC_STR("t.csv"), .content = ANC_STR("ROWS")};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(fixture_seen(f), 1);
    fixture_check(f, false);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

static anc_status take_broken(void *arg, const kno_broken_row *row, anc_err *err)
{
    taken *t = arg;
    (void)err;
    assert_true(anc_str_eq(row->parent, ANC_STR("t.csv")));
    (void)anc_buf_printf(&t->lines, "%llu %.*s: %.*s\n", (unsigned long long)row->line,
                         ANC_FMT(row->id), ANC_FMT(row->why));
    return ANC_OK;
}

/* The lines that are whole are rows; the broken ones are named, and the file says how many. */
static void broken_lines_are_named(void **state)
{
    kno_fixture *f = *state;
    static const char file[] = "ROWS\nid\nk1\n!cut short\nk2\n!no comma\n";
    kno_rows_wanted wanted = {.id_field = ANC_STR("id")};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_put_result r;
    kno_document d;
    ASSERT_OK(put_file(f, file, &wanted, &t, &r), &f->err); /* nobody wants them */
    assert_int_equal(t.n, 2);
    assert_null(strstr(t.lines.ptr, "cut short"));
    wanted.on_broken = take_broken;
    ASSERT_OK(put_file(f, file, &wanted, &t, &r), &f->err);
    assert_int_equal(t.n, 2);
    assert_non_null(strstr(t.lines.ptr, "\n4 t.csv#line 4: cut short\nt.csv#k2|"));
    assert_non_null(strstr(t.lines.ptr, "\n6 t.csv#line 6: no comma\n"));
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &d),
              &f->err);
    assert_non_null(strstr(d.found.ptr, "\"rows\":{\"value\":2,"));
    assert_non_null(strstr(d.found.ptr, "\"unread\":{\"value\":\"2 of 4 records could not be read, "
                                        "first line 4: cut short\",\"origin\":\"file\"}"));
    put_rows(f, &t);
    ASSERT_OK(put_file(f, file, &wanted, &t, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

static anc_status refuse(void *arg, struct krn_tx *tx, const kno_put_result *put, anc_err *err)
{
    (void)arg, (void)tx, (void)put;
    return ANC_FAIL(err, ANC_UNAVAILABLE, "not now");
}

/* A file with so many rows that they do not go in one closure. */
static void put_many(kno_fixture *f, kno_rows_wanted *wanted, taken *t, int many)
{
    kno_put_result r;
    ANC_BUF(file, 1 << 20);
    (void)anc_buf_add(&file, ANC_STR("ROWS\nid\n"));
    for (int i = 0; i < many; i++)
        (void)anc_buf_printf(&file, "k%d\n", i);
    f->emb.available = false; /* nothing here is about vectors */
    ASSERT_OK(put_file(f, file.ptr, wanted, t, &r), &f->err);
    put_rows(f, t);
}

/* The rows that a version has no more go with its publication, not before; what is left of them is the
 * sweep's, also after a kill. */
static void rows_vanish_with_the_version(void **state)
{
    kno_fixture *f = *state;
    enum { MANY = 300 };
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    put_many(f, &wanted, &t, MANY);
    kno_document_input in = {.collection = ANC_STR("notes"),
                             .id = ANC_STR("t.csv"),
                             .content = ANC_STR("ROWS\nid\nk1\n"),
                             .rows = &wanted,
                             .on_publish = refuse};
    kno_put_result r;
    t.n = 0;
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_UNAVAILABLE);
    assert_int_equal(fixture_seen(f), 1 + MANY);
    assert_true(fixture_sweep(f));
    assert_int_equal(fixture_seen(f), 1 + MANY);
    in.on_publish = NULL;
    t.n = 0;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(fixture_seen(f), 2);
    fixture_reopen(f);
    assert_int_equal(fixture_seen(f), 2);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 2);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_event WHERE type = 2"), MANY - 1);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

/* One commit makes a file with its rows invisible; what is left is the sweep's. A row that comes back
 * before is announced behind the end of the one that was. */
static void a_file_with_many_rows_goes_at_once(void **state)
{
    kno_fixture *f = *state;
    enum { MANY = 300 };
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_put_result r;
    kno_document d;
    kno_chunk chunk;
    uint64_t seq;
    put_many(f, &wanted, &t, MANY);
    const kno_chunk_ref ref = {ANC_STR("notes"), ANC_STR("t.csv#k7"), 1, 0};
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), &ref, 1, &chunk), &f->err);
    assert_non_null(chunk.text.ptr);
    f->commits = 0;
    ASSERT_OK(
        kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &seq),
        &f->err);
    assert_true(f->commits < 20); /* it does not wait for so many */
    assert_int_equal(fixture_seen(f), 0);
    assert_int_equal(
        kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv#k7"), &d),
        ANC_NOT_FOUND);
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), &ref, 1, &chunk), &f->err);
    assert_null(chunk.text.ptr);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), MANY);

    ASSERT_OK(put_file(f, "ROWS\nid\nk7\n", &wanted, &t, &r), &f->err);
    put_rows(f, &t);
    assert_int_equal(fixture_seen(f), 2);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_event WHERE document = 't.csv#k7'"
                                      " AND type = 2 AND seq < (SELECT max(seq) FROM test_event"
                                      " WHERE document = 't.csv#k7' AND type = 0)"),
                     1);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
    assert_int_equal(fixture_seen(f), 2);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_event WHERE type = 2"), MANY + 1);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_change WHERE op = 1"), MANY + 1);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

/* A batch that ended before it came to all rows of a newer version: those of the older one do not count,
 * and what a batch of the older one still has is of no use any more. */
static void rows_of_another_version_do_not_count(void **state)
{
    kno_fixture *f = *state;
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    static const char first[] = "ROWS\nid,price\na,100\nb,100\nc,100\n";
    static const char second[] = "ROWS\nid,price\na,999\nb,999\nc,999\n";
    kno_put_result r;
    ASSERT_OK(put_file(f, first, &wanted, &t, &r), &f->err);
    put_rows(f, &t);
    char made_for_first[80];
    memcpy(made_for_first, t.made_for, sizeof made_for_first);
    ASSERT_OK(put_file(f, second, &wanted, &t, &r), &f->err);
    put_some_rows(f, &t, 1);
    ASSERT_OK(put_file(f, second, &wanted, &t, &r), &f->err);
    assert_int_equal(r.status, KNO_UPDATED);
    assert_int_equal(t.n, 3);
    put_some_rows(f, &t, 2);
    ASSERT_OK(put_file(f, second, &wanted, &t, &r), &f->err);
    assert_int_equal(t.n, 3);
    put_rows(f, &t);
    ASSERT_OK(put_file(f, second, &wanted, &t, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);

    const kno_document_input late = {.collection = ANC_STR("notes"),
                                     .id = ANC_STR("t.csv#b"),
                                     .parent = ANC_STR("t.csv"),
                                     .made_for = anc_str_of(made_for_first),
                                     .content = ANC_STR("late")};
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &late, false, &r), ANC_NOT_FOUND);
    assert_non_null(strstr(f->err.text, "'t.csv#b' is a part of an earlier version of 't.csv'"));

    /* gone back to the first, its rows with it */
    ASSERT_OK(
        kno_version_restore(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), 1, 0, &r),
        &f->err);
    ASSERT_OK(put_file(f, first, &wanted, &t, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    fixture_check(f, true);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

static void put_the_file_meanwhile(kno_fixture *f, krn_call *call, void *wanted)
{
    kno_put_result r;
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .id = ANC_STR("t.csv"),
                                   .content = ANC_STR("ROWS\nid,price\na,999\n"),
                                   .rows = wanted};
    ASSERT_OK(kno_document_put(f->kno, call, &in, false, &r), call->err);
}

/* The file moves on between the beginning of a row's put and its commit. */
static void a_row_is_not_published_over_a_newer_one(void **state)
{
    kno_fixture *f = *state;
    kno_rows_wanted wanted = {.n_text_fields = 0};
    taken t = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_put_result r;
    ASSERT_OK(put_file(f, "ROWS\nid,price\na,100\n", &wanted, &t, &r), &f->err);
    taken again = {.lines = anc_buf_init(1 << 20), .ids = anc_buf_init(1 << 20)};
    kno_rows_wanted newer = {.on_row = take_row, .arg = &again};
    fixture_meanwhile(f, put_the_file_meanwhile, &newer);
    const kno_document_input late = {.collection = ANC_STR("notes"),
                                     .id = ANC_STR("t.csv#a"),
                                     .parent = ANC_STR("t.csv"),
                                     .made_for = anc_str_of(t.made_for),
                                     .content = ANC_STR("late")};
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &late, false, &r), ANC_NOT_FOUND);
    assert_true(f->other_came);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1);
    anc_buf_done(&again.lines);
    anc_buf_done(&again.ids);
    anc_buf_done(&t.lines);
    anc_buf_done(&t.ids);
}

/* As an export has it: the file's versions first, while the rows of an earlier import are there. */
static void put_back_its_rows_stay(void **state)
{
    kno_fixture *f = *state;
    enum { MANY = 300 }; /* more than one closure retires */
    taken t = {.ids = anc_buf_init(1 << 20)};
    kno_past past = {.number = 1, .created_ms = 1000};
    const kno_rows_wanted counted = {.on_row = NULL};
    kno_document_input in = {.collection = ANC_STR("notes"),
                             .make_collection = true,
                             .id = ANC_STR("t.csv"),
                             .content = ANC_STR("ROWS\nid\n1\n2\n"),
                             .rows = &counted,
                             .past = &past};
    kno_put_result r;
    kno_document d;
    f->emb.available = false; /* nothing here is about vectors */
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    for (int i = 0; i < MANY; i++)
        (void)anc_buf_printf(&t.ids, "t.csv#%d\n", i);
    put_rows(f, &t);
    past.number = 2;
    in.content = ANC_STR("ROWS\nid\n1\n2\n3\n");
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_true(r.status == KNO_UPDATED && r.version == 2);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &d),
              &f->err);
    assert_non_null(strstr(d.found.ptr, "\"rows\":{\"value\":3,"));
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), MANY + 1);
    past = (kno_past){.number = 3, .created_ms = 3000};
    in.rows = NULL; /* read as a table then */
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &d),
              &f->err);
    assert_null(strstr(d.found.ptr, "\"rows\""));
    anc_buf_done(&t.ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_file_is_a_document, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(rows_need_their_file, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(many_rows_vanish, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(broken_lines_are_named, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(rows_vanish_with_the_version, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_file_with_many_rows_goes_at_once, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(rows_of_another_version_do_not_count, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_row_is_not_published_over_a_newer_one, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(put_back_its_rows_stay, fixture_setup, fixture_teardown),
    };
    const int failed = RUN_TABLE("rows", rows, handed_out);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
