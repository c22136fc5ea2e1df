/* test_parts.c - documents that are attached to a document: made, replaced and deleted with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/domain/limits.h"
#include "support/knowledge_fixture.h"
#include "support/test.h"

#define REPORT "@attach report.txt text/plain\nThe harbour froze in March."
#define PLAN   "@attach plan.txt text/plain\nThe lamp is to be mended."
#define PHOTO  "@attach photo.png image/png\nxxxx"
#define BROKEN "@attach broken.txt text/plain\nBROKEN"

static bool is_there(kno_fixture *f, const char *id, kno_document *ret)
{
    const anc_status status =
        kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), ret);
    assert_true(status == ANC_OK || status == ANC_NOT_FOUND);
    return status == ANC_OK;
}

static void an_attachment_is_a_document(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    const anc_str board[] = {ANC_STR("group:board"), ANC_STR("user:admin")};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("mail"),
                                   .uri = ANC_STR("file:///in/mail.eml"),
                                   .source = ANC_STR("folder"),
                                   .metadata = ANC_STR("{\"year\":2020}"),
                                   .acl = board,
                                   .n_acl = 2,
                                   .content = ANC_STR("Hello.\n\n" REPORT)};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    kno_document d;
    assert_true(is_there(f, "mail#report.txt", &d));
    assert_string_equal(d.parent.ptr, "mail");
    assert_string_equal(d.uri.ptr, "file:///in/mail.eml#report.txt");
    assert_string_equal(d.file_name.ptr, "report.txt");
    assert_string_equal(d.title.ptr, "report.txt");
    assert_string_equal(d.source.ptr, "folder");
    assert_string_equal(d.metadata.ptr, "{\"year\":2020}");
    assert_int_equal(d.n_acl, 2);
    assert_non_null(strstr(d.found.ptr, "\"parent\":{\"value\":\"mail\",\"origin\":\"rule\"}"));
    assert_true(is_there(f, "mail", &d));
    assert_int_equal(d.parent.len, 0);
    fixture_check(f, true);
}

typedef struct change_row {
    const char *name, *first, *second;
    const char *there;   /* ids after the second put */
    const char *version; /* of mail#report.txt then; NULL: it is gone */
} change_row;

static const change_row changes[] = {
    {"the same", "Hello.\n\n" REPORT, "Hello.\n\n" REPORT, "mail mail#report.txt ", "1"},
    {"another text, the same attachment", "Hello.\n\n" REPORT, "Goodbye.\n\n" REPORT,
     "mail mail#report.txt ", "1"},
    {"another attachment of the name", "Hello.\n\n" REPORT, "Hello.\n\n" REPORT " All of it.",
     "mail mail#report.txt ", "2"},
    {"one more", "Hello.\n\n" REPORT, "Hello.\n\n" REPORT "\n\n" PLAN,
     "mail mail#plan.txt mail#report.txt ", "1"},
    {"one less", "Hello.\n\n" REPORT "\n\n" PLAN, "Hello.\n\n" PLAN, "mail mail#plan.txt ", NULL},
    {"none any more", "Hello.\n\n" REPORT "\n\n" PLAN, "Hello.", "mail ", NULL},
    {"broken now", "Hello.\n\n@attach broken.txt text/plain\nWell.", "Hello.\n\n" BROKEN, "mail ",
     NULL},
    {"two of a name", "Hello.\n\n" REPORT, "Hello.\n\n" REPORT "\n\n" REPORT,
     "mail mail#report.txt mail#report.txt (2) ", "1"},
    {"without a name", "Hello.", "Hello.\n\n@attach  text/plain\nUnnamed.",
     "mail mail#attachment 1 ", NULL},
};

static void attachments_follow_their_document(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(changes); i++) {
        const change_row *row = &changes[i];
        kno_fixture f;
        fixture_open(&f);
        kno_put_result r;
        ASSERT_OK(fixture_put(&f, "mail", row->first, &r), &f.err);
        ASSERT_OK(fixture_put(&f, "mail", row->second, &r), &f.err);
        kno_document *items = NULL, d;
        size_t n = 0;
        ANC_BUF(ids, 1024);
        ASSERT_OK(kno_document_list(f.kno, fixture_call(&f), ANC_STR("notes"), ANC_STR(""),
                                    ANC_STR(""), 100, &items, &n),
                  &f.err);
        for (size_t k = 0; k < n; k++)
            (void)anc_buf_printf(&ids, "%.*s ", ANC_FMT(items[k].id));
        if (strcmp(ids.ptr, row->there) != 0)
            fail_msg("%s: %s", row->name, ids.ptr);
        if (is_there(&f, "mail#report.txt", &d))
            assert_int_equal(d.version, row->version != NULL ? atoi(row->version) : -1);
        else
            assert_null(row->version);
        fixture_check(&f, true);
        assert_true(fixture_sweep(&f));
        fixture_check(&f, true);
        uint64_t seq;
        ASSERT_OK(
            kno_document_delete(f.kno, fixture_call(&f), ANC_STR("notes"), ANC_STR("mail"), &seq),
            &f.err);
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document"), 0);
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_version"), 0);
        assert_int_equal(fixture_objects(&f), 0);
        assert_int_equal(seq, fixture_count(&f, "SELECT max(seq) FROM test_change"));
        if (fixture_count(&f, "SELECT count(*) FROM test_change a WHERE op = 0 AND NOT EXISTS"
                              " (SELECT 1 FROM test_change b WHERE b.document = a.document"
                              " AND b.op = 1 AND b.seq > a.seq)") != 0)
            fail_msg("%s: a document went without a change", row->name);
        fixture_close(&f);
    }
}

static void what_cannot_be_read_is_named(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "mail", "Hello.\n\n" BROKEN "\n\n" PHOTO "\n\n" PLAN, &r), &f->err);
    kno_document d;
    assert_true(is_there(f, "mail", &d));
    assert_non_null(strstr(d.found.ptr,
                           "\"attachments_unread\":{\"value\":[\"'mail#broken.txt': the bytes are "
                           "broken\",\"'mail#photo.png': 'image/png' is not understood\"]"));
    assert_true(is_there(f, "mail#plan.txt", &d));
    assert_false(is_there(f, "mail#broken.txt", &d));
    /* cut again by other settings it still says so, and the attachment stays what it is */
    kno_collection c = {.name = ANC_STR("notes"), .language = ANC_STR("en")};
    ASSERT_OK(kno_collection_update(f->kno, fixture_call(f), &c,
                                    &(kno_collection_set){.language = true}, &c),
              &f->err);
    assert_true(fixture_recut(f));
    assert_true(is_there(f, "mail", &d));
    assert_non_null(strstr(d.found.ptr, "'mail#broken.txt': the bytes are broken"));
    assert_true(is_there(f, "mail#plan.txt", &d));
    assert_string_equal(d.parent.ptr, "mail");
}

/* A mail that has itself attached. */
static void depth_is_bounded(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    ASSERT_OK(fixture_put(f, "a", "Top.\n\n@attach b self\n", &r), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1 + KNO_PARTS_DEPTH);
    assert_true(is_there(f, "a#b#b#b#b", &d));
    assert_string_equal(d.parent.ptr, "a#b#b#b");
    assert_non_null(strstr(d.found.ptr, "'a#b#b#b#b#b' is attached more than 4 documents deep"));
    fixture_check(f, true);
    uint64_t seq;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"), &seq),
              &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 0);
    assert_int_equal(fixture_objects(f), 0);
}

/* Of more attachments than a document may have the first are read, and how many were not is told; as many as it may
 * have are more than one closure retires. */
static void many_attachments(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    ANC_BUF(text, 1 << 20);
    (void)anc_buf_add(&text, ANC_STR("Top."));
    f->emb.available = false; /* nothing here is about vectors */
    for (int i = 0; i < KNO_PARTS; i++)
        (void)anc_buf_printf(&text, "\n\n@attach p%d.txt text/plain\nPart %d.", i, i);
    ANC_BUF(longer, 1 << 20);
    (void)anc_buf_printf(&longer, "%s\n\n@attach last.txt text/plain\nThe last.", text.ptr);
    ASSERT_OK(fixture_put(f, "a", longer.ptr, &r), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1 + KNO_PARTS);
    assert_true(is_there(f, "a", &d));
    assert_non_null(
        strstr(d.found.ptr, "[\"1 of 1,001 attachments were not read: at most 1,000 are\"]"));
    ASSERT_OK(fixture_put(f, "a", longer.ptr, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1 + KNO_PARTS);
    assert_true(is_there(f, "a", &d));
    assert_null(strstr(d.found.ptr, "attachments_unread"));
    ASSERT_OK(fixture_put(f, "a", "Top.\n\n@attach p7.txt text/plain\nPart 7.", &r), &f->err);
    assert_int_equal(fixture_seen(f), 2);
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    uint64_t seq;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"), &seq),
              &f->err);
    assert_int_equal(fixture_seen(f), 0);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 0);
}

static void another_document_is_not_replaced(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    ASSERT_OK(fixture_put(f, "mail#plan.txt", "Mine.", &r), &f->err);
    ASSERT_OK(fixture_put(f, "mail", "Hello.\n\n" PLAN, &r), &f->err);
    assert_true(is_there(f, "mail#plan.txt", &d));
    assert_int_equal(d.version, 1);
    assert_int_equal(d.parent.len, 0);
    assert_true(is_there(f, "mail", &d));
    assert_non_null(strstr(d.found.ptr, "'mail#plan.txt' is the id of another document"));
}

/* Killed after each commit, and a writer that dies: what is left is taken up again or swept away. */
static void a_put_that_ends_early_leaves_nothing(void **state)
{
    (void)state;
    for (long commits = 0; commits < 6; commits++) {
        kno_fixture f;
        fixture_open(&f);
        kno_put_result r;
        ASSERT_OK(fixture_put(&f, "other", "Another.", &r), &f.err);
        f.commits_left = commits;
        const anc_status status = fixture_put(&f, "mail", "Hello.\n\n" REPORT "\n\n" PLAN, &r);
        fixture_reopen(&f);
        fixture_check(&f, false);
        if (status != ANC_OK) { /* the sweep, much later */
            assert_int_equal(commits < 3, true);
            atomic_fetch_add(&f.ticks, 13 * 3600 * 1000);
            assert_true(fixture_sweep(&f));
            assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document"), 1);
            fixture_check(&f, true);
        }
        ASSERT_OK(fixture_put(&f, "mail", "Hello.\n\n" REPORT "\n\n" PLAN, &r), &f.err);
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document"), 4);
        atomic_fetch_add(&f.ticks, 13 * 3600 * 1000);
        assert_true(fixture_sweep(&f));
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document"), 4);
        fixture_check(&f, true);
        fixture_close(&f);
    }
}

/* The document fails after its attachments were put: they go with it, as long as it is not there. */
static anc_status refuse(void *arg, struct krn_tx *tx, const kno_put_result *put, anc_err *err)
{
    (void)arg, (void)tx, (void)put;
    return ANC_FAIL(err, ANC_UNAVAILABLE, "not now");
}

/* The attachments of a version that did not come: the same mail as before is no news, they are. */
static void attachments_of_a_version_that_never_came(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    ASSERT_OK(fixture_put(f, "mail", "Hello.\n\n" REPORT, &r), &f->err);
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .id = ANC_STR("mail"),
                                   .content = ANC_STR("Hello.\n\n" REPORT " All of it."),
                                   .on_publish = refuse};
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_UNAVAILABLE);
    assert_true(is_there(f, "mail#report.txt", &d) && d.version == 2);
    ASSERT_OK(fixture_put(f, "mail", "Hello.\n\n" REPORT, &r), &f->err);
    assert_int_equal(r.status, KNO_UPDATED);
    assert_true(is_there(f, "mail#report.txt", &d) && d.version == 3);
    ASSERT_OK(fixture_put(f, "mail", "Hello.\n\n" REPORT, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
}

static void attachments_of_a_failed_put_are_taken_back(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    ASSERT_OK(fixture_put(f, "other", "Another.", &r), &f->err);
    ANC_BUF(text, KNO_SOURCE_BYTES / 2);
    (void)anc_buf_add(&text, ANC_STR("Hello.\n\n" REPORT "\n\n"));
    for (size_t n = 0; n < KNO_TEXT_BYTES; n += 1 << 20) {
        assert_true(anc_buf_reserve(&text, 1 << 20));
        memset(text.ptr + text.len, 'x', 1 << 20);
        text.len += 1 << 20;
    }
    const kno_document_input in = {
        .collection = ANC_STR("notes"), .id = ANC_STR("mail"), .content = anc_buf_view(&text)};
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_LIMIT);
    assert_non_null(strstr(f->err.text, "'mail' is longer than"));
    assert_false(is_there(f, "mail#report.txt", &d));
    fixture_check(f, true);
}

/* A line for each of them, of very many the first, and how many more there are. */
static void many_attachments_that_cannot_be_read(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    ANC_BUF(text, 1 << 20);
    (void)anc_buf_add(&text, ANC_STR("Top."));
    for (int i = 0; i < 100; i++)
        (void)anc_buf_printf(&text, "\n\n@attach b%d.txt text/plain\nBROKEN", i);
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    assert_true(is_there(f, "a", &d));
    assert_non_null(strstr(d.found.ptr, "'a#b62.txt'"));
    assert_null(strstr(d.found.ptr, "'a#b63.txt'"));
    assert_non_null(strstr(d.found.ptr, "\"and 37 more\""));
}

static void many_attachments_of_a_failed_put_are_taken_back(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "other", "Another.", &r), &f->err);
    ANC_BUF(text, 1 << 20);
    (void)anc_buf_add(&text, ANC_STR("Top."));
    for (int i = 0; i < KNO_PARTS; i++)
        (void)anc_buf_printf(&text, "\n\n@attach p%d.txt text/plain\nPart %d.", i, i);
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .id = ANC_STR("mail"),
                                   .content = anc_buf_view(&text),
                                   .on_publish = refuse};
    f->emb.available = false; /* nothing here is about vectors */
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_UNAVAILABLE);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1);
    fixture_check(f, true);
}

typedef struct restore_row {
    const char *name, *first, *second;
    const char *there;  /* ids after version 1 was restored */
    const char *report; /* text of mail#report.txt then; NULL: it is gone */
    int version;        /* of it */
} restore_row;

#define CHANGED REPORT " All of it."

static const restore_row restored[] = {
    {"another text", "Hello.\n\n" REPORT, "Goodbye.\n\n" REPORT, "mail mail#report.txt ",
     "The harbour froze in March.", 1},
    {"another attachment of the name", "Hello.\n\n" REPORT, "Hello.\n\n" CHANGED,
     "mail mail#report.txt ", "The harbour froze in March.", 3},
    {"one that went", "Hello.\n\n" REPORT, "Hello.", "mail mail#report.txt ",
     "The harbour froze in March.", 1},
    {"one that came", "Hello.", "Hello.\n\n" REPORT "\n\n" PLAN, "mail ", NULL, 0},
    {"one for another", "Hello.\n\n" PLAN, "Hello.\n\n" REPORT, "mail mail#plan.txt ", NULL, 0},
    {"one that could not be read", "Hello.\n\n" BROKEN, "Hello.\n\n" REPORT, "mail ", NULL, 0},
    {"no mail then", "PLAIN", "Hello.\n\n" REPORT, "mail ", NULL, 0},
};

static void list_ids(kno_fixture *f, anc_buf *out)
{
    kno_document *items = NULL;
    size_t n = 0;
    anc_buf_clear(out);
    ASSERT_OK(kno_document_list(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR(""), ANC_STR(""),
                                100, &items, &n),
              &f->err);
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(out, "%.*s ", ANC_FMT(items[i].id));
}

static void restored_with_what_was_attached(void **state)
{
    const restore_row *row = *state;
    kno_fixture f;
    fixture_open(&f);
    kno_put_result r;
    kno_document d;
    ANC_BUF(ids, 1024);
    const anc_str notes = ANC_STR("notes"), mail = ANC_STR("mail");
    ASSERT_OK(fixture_put(&f, "mail", row->first, &r), &f.err);
    ASSERT_OK(fixture_put(&f, "mail", row->second, &r), &f.err);
    const uint64_t embedded = f.emb.embedded;
    ASSERT_OK(kno_version_restore(f.kno, fixture_call(&f), notes, mail, 1, 0, &r), &f.err);
    assert_true(r.status == KNO_UPDATED && r.version == 3);
    list_ids(&f, &ids);
    assert_string_equal(ids.ptr, row->there);
    if (is_there(&f, "mail#report.txt", &d)) {
        kno_text text;
        assert_int_equal(d.version, row->version);
        assert_string_equal(d.parent.ptr, "mail");
        ASSERT_OK(
            kno_text_open(f.kno, fixture_call(&f), notes, ANC_STR("mail#report.txt"), 0, &text),
            &f.err);
        assert_true(anc_str_eq(text.text, anc_str_of(row->report)));
        kno_text_close(f.kno, &text);
        assert_true(row->version != 1 || strcmp(row->second, "Hello.") == 0 ||
                    f.emb.embedded == embedded);
    } else {
        assert_null(row->report);
    }
    fixture_check(&f, true);
    assert_true(fixture_sweep(&f));
    fixture_check(&f, true);
    /* and on again: what is attached to the later one */
    ASSERT_OK(kno_version_restore(f.kno, fixture_call(&f), notes, mail, 2, 0, &r), &f.err);
    ASSERT_OK(fixture_put(&f, "mail", row->second, &r), &f.err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    assert_int_equal(is_there(&f, "mail#report.txt", &d),
                     strstr(row->second, "@attach report") != NULL);
    fixture_close(&f);
}

/* Killed after each commit: the old parts or the new ones, and the next try ends it. */
static void a_restore_that_ends_early_is_done_again(void **state)
{
    (void)state;
    const anc_str notes = ANC_STR("notes"), mail = ANC_STR("mail");
    for (long commits = 0; commits < 5; commits++) {
        kno_fixture f;
        fixture_open(&f);
        kno_put_result r;
        ANC_BUF(ids, 1024);
        ASSERT_OK(fixture_put(&f, "mail", "Hello.\n\n" REPORT, &r), &f.err);
        ASSERT_OK(fixture_put(&f, "mail", "Hello.\n\n" PLAN, &r), &f.err);
        f.commits_left = commits;
        const anc_status status =
            kno_version_restore(f.kno, fixture_call(&f), notes, mail, 1, 0, &r);
        assert_true(status == ANC_OK || commits < 3);
        fixture_reopen(&f);
        fixture_check(&f, false);
        ASSERT_OK(kno_version_restore(f.kno, fixture_call(&f), notes, mail, 1, 0, &r), &f.err);
        assert_int_equal(r.version, 3);
        list_ids(&f, &ids);
        assert_string_equal(ids.ptr, "mail mail#report.txt ");
        assert_true(fixture_sweep(&f));
        fixture_check(&f, true);
        fixture_close(&f);
    }
}

/* A part that is restored by itself is as deep as it was. */
/* A part that is put back before its document: its version is old, it is not. */
static void a_part_that_was_put_back_waits_for_its_document(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document d;
    const kno_past past = {.number = 1, .created_ms = 1000, .parent = ANC_STR("mail")};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("mail#report.txt"),
                                   .content = ANC_STR("The harbour froze in March."),
                                   .past = &past};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_true(fixture_sweep(f));
    assert_true(is_there(f, "mail#report.txt", &d));
    assert_int_equal(d.updated_ms, 1000);
    atomic_fetch_add(&f->ticks, 12 * 3600 * 1000 + 1000);
    assert_true(fixture_sweep(f));
    assert_false(is_there(f, "mail#report.txt", &d));
}

/* Puts the mail for the board alone. */
static void hide_the_mail(kno_fixture *f, krn_call *call, void *content)
{
    kno_put_result r;
    const anc_str board[] = {ANC_STR("group:board")};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .id = ANC_STR("mail"),
                                   .acl = board,
                                   .n_acl = 1,
                                   .content = *(anc_str *)content};
    ASSERT_OK(kno_document_put(f->kno, call, &in, false, &r), call->err);
}

static void a_restore_does_not_open_what_is_hidden_meanwhile(void **state)
{
    static const char *const texts[] = {"Hello again.", "Hello again.\n\n" REPORT};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(texts); i++) {
        kno_fixture f;
        kno_put_result r;
        kno_document d;
        fixture_open(&f);
        ASSERT_OK(fixture_put(&f, "mail", i == 0 ? "Hello." : "Hello.\n\n" REPORT, &r), &f.err);
        ASSERT_OK(fixture_put(&f, "mail", "Goodbye.", &r), &f.err);
        f.emb.revision = "fake@2"; /* so that the restore has to embed */
        anc_str content = anc_str_of(texts[i]);
        fixture_meanwhile(&f, hide_the_mail, &content);
        assert_int_equal(kno_version_restore(f.kno, fixture_call(&f), ANC_STR("notes"),
                                             ANC_STR("mail"), 1, 0, &r),
                         ANC_CONFLICT);
        assert_true(f.other_came);
        assert_non_null(strstr(f.err.text, "'mail' was changed meanwhile"));
        assert_true(is_there(&f, "mail", &d));
        assert_string_equal(d.acl[0].ptr, "group:board");
        assert_int_equal(d.version, 3);
        if (i == 1) {
            assert_true(is_there(&f, "mail#report.txt", &d));
            assert_string_equal(d.acl[0].ptr, "group:board");
        }
        fixture_close(&f);
    }
}

static void a_restored_part_is_as_deep_as_it_was(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    uint64_t seq;
    const anc_str notes = ANC_STR("notes"), deep = ANC_STR("a#b#b#b#b");
    ASSERT_OK(fixture_put(f, "a", "Top.\n\n@attach b self\n", &r), &f->err);
    ASSERT_OK(fixture_put(f, "a#b#b#b#b", "Other.\n\n" REPORT, &r), &f->err);
    ASSERT_OK(kno_version_restore(f->kno, fixture_call(f), notes, deep, 1, 0, &r), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1 + KNO_PARTS_DEPTH);
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), notes, ANC_STR("a"), &seq), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_attachment_is_a_document, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(attachments_follow_their_document),
        cmocka_unit_test(a_restore_that_ends_early_is_done_again),
        cmocka_unit_test(a_restore_does_not_open_what_is_hidden_meanwhile),
        cmocka_unit_test_setup_teardown(a_part_that_was_put_back_waits_for_its_document,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_restored_part_is_as_deep_as_it_was, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_named, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(depth_is_bounded, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(many_attachments, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(many_attachments_that_cannot_be_read, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(another_document_is_not_replaced, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(a_put_that_ends_early_leaves_nothing),
        cmocka_unit_test_setup_teardown(attachments_of_a_version_that_never_came, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(attachments_of_a_failed_put_are_taken_back, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(many_attachments_of_a_failed_put_are_taken_back,
                                        fixture_setup, fixture_teardown),
    };
    const int failed = RUN_TABLE("restored", restored, restored_with_what_was_attached);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
