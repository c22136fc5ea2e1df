/* test_ingest.c - folders read in the background, step by step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

static void a_folder_is_read(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.md", "# Alpha\n\nThe first.");
    ingest_write(f, "sub/b.txt", "The second.");
    ingest_write(f, "sub/deep/c.txt", "The third.");
    ingest_write(f, ".hidden/d.txt", "Not this.");
    ingest_write(f, ".env", "Nor this.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_int_equal(batch.state, ING_QUEUED);
    assert_int_equal(batch.total, 0);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.total, 3);
    assert_int_equal(batch.processed, 3);
    assert_int_equal(batch.failed + batch.skipped, 0);
    assert_int_equal(batch.bytes_done, batch.bytes_total);
    assert_true(batch.completed_ms > 0 && batch.eta_s == 0);
    assert_int_equal(ing_active(f->ing), 0);
    kno_document d;
    ASSERT_OK(kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"),
                                ANC_STR("sub/deep/c.txt"), &d),
              &f->k.err);
    assert_string_equal(d.source.ptr, "folder");
    assert_true(anc_str_ends(d.uri, ANC_STR("/source/sub/deep/c.txt")));
    assert_int_equal(fixture_count(&f->k, "SELECT added FROM test_event WHERE type = 3"), 3);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM test_event WHERE type = 4 AND"
                                          " document = 'completed' AND added = 3"),
                     1);
}

static void what_the_index_shows_is_told_apart(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ingest_write(f, "b.txt", "Two.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).searchable, 0);
    atomic_store(&f->search.cursor,
                 (uint64_t)fixture_count(&f->k, "SELECT min(seq) FROM test_change WHERE op = 0"));
    assert_int_equal(ingest_batch(f, id).searchable, 1);
    atomic_store(&f->search.cursor, 1000);
    assert_int_equal(ingest_batch(f, id).searchable, 2);
}

static void again_changes_nothing(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ingest_write(f, "b.txt", "Two.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    ingest_write(f, "b.txt", "Two and a half.");
    atomic_store(&f->search.cursor, 1000);
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.processed, 1);
    assert_int_equal(batch.skipped, 1);
    assert_int_equal(batch.unsupported, 0);
    assert_int_equal(batch.searchable, 2);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_version"), 3);
}

/* Its collection is deleted while a batch is under way: what is left is not put into another of its name,
 * which would be open to everybody. */
static void a_deleted_collection_is_not_made_again(void **state)
{
    ing_fixture *f = *state;
    static const char *const files[] = {"a.txt", "b.txt", "c.txt", "d.txt"};
    const anc_str board[] = {ANC_STR("user:admin")};
    kno_collection made = {.name = ANC_STR("notes"), .acl = board, .n_acl = 1};
    ing_batch batch;
    char id[64];
    uint64_t seq;
    for (size_t i = 0; i < ANC_COUNT(files); i++)
        ingest_write(f, files[i], "A text.");
    ASSERT_OK(kno_collection_create(f->k.kno, fixture_call(&f->k), &made, &made), &f->k.err);
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    for (size_t steps = 0; ingest_batch(f, id).processed == 0; steps++) {
        assert_true(steps < 100);
        (void)ingest_run(f, 1);
    }
    ASSERT_OK(kno_collection_delete(f->k.kno, fixture_call(&f->k), ANC_STR("notes"), &seq),
              &f->k.err);
    ingest_reopen(f); /* also after a start */
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.processed, 1);
    assert_int_equal(batch.failed, 3);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_collection WHERE dropped = 0"),
                     0);
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), anc_str_of(id), ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    assert_int_equal(n, 3);
    assert_non_null(strstr(letters[0].reason.ptr, "'notes' was deleted after this was asked for"));
    /* asked for anew it is made */
    ASSERT_OK(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).processed, 3);
}

static void broken_and_foreign_files_are_named(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ingest_write(f, "broken.txt", "BROKEN");
    ingest_write(f, "photo.png", "PICTURE");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 1);
    assert_int_equal(batch.failed, 1);
    assert_int_equal(batch.skipped, 1);
    assert_int_equal(batch.unsupported, 1);
    ing_dead_letter *failures = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), anc_str_of(id), ANC_STR_NONE, 10,
                                   &failures, &n),
              &f->k.err);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        const bool broken = anc_str_eq(failures[i].document, ANC_STR("broken.txt"));
        assert_string_equal(failures[i].stage.ptr, "parse");
        assert_non_null(strstr(failures[i].reason.ptr, broken ? "broken" : "picture"));
        assert_string_equal(failures[i].batch_id.ptr, id);
    }
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM test_event WHERE type = 5"), 1);
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, ANC_STR_NONE, 1,
                                   &failures, &n),
              &f->k.err);
    assert_int_equal(n, 1);
}

static void a_pattern_chooses(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.md", "One.");
    ingest_write(f, "sub/b.md", "Two.");
    ingest_write(f, "sub/c.txt", "Three.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "*.md", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).total, 2);
}

static void one_file_is_a_source_too(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "only.txt", "Just this.");
    char path[256], id[64];
    (void)snprintf(path, sizeof path, "%s/only.txt", f->source);
    const ing_folder_request request = {.path = anc_str_of(path), .collection = ANC_STR("notes")};
    ing_batch batch;
    ASSERT_OK(ing_folder_start(f->ing, fixture_call(&f->k), &request, &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).processed, 1);
    kno_document d;
    ASSERT_OK(
        kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"), ANC_STR("only.txt"), &d),
        &f->k.err);
}

static void bad_requests_are_refused(void **state)
{
    ing_fixture *f = *state;
    ing_batch batch;
    ing_folder_request r = {.path = ANC_STR("/no/such/folder"), .collection = ANC_STR("notes")};
    assert_int_equal(ing_folder_start(f->ing, fixture_call(&f->k), &r, &batch), ANC_NOT_FOUND);
    assert_non_null(strstr(f->k.err.text, "/no/such/folder"));
    r.path = ANC_STR("relative");
    assert_int_equal(ing_folder_start(f->ing, fixture_call(&f->k), &r, &batch), ANC_INVALID);
    r.path = anc_str_of(f->source);
    const anc_str open_set = ANC_STR("[a-");
    r.globs = &open_set;
    r.n_globs = 1;
    assert_int_equal(ing_folder_start(f->ing, fixture_call(&f->k), &r, &batch), ANC_INVALID);
    r.n_globs = 0;
    r.metadata = ANC_STR("[]");
    assert_int_equal(ing_folder_start(f->ing, fixture_call(&f->k), &r, &batch), ANC_INVALID);
    r.metadata = ANC_STR_NONE;
    r.collection = ANC_STR_NONE;
    assert_int_equal(ing_folder_start(f->ing, fixture_call(&f->k), &r, &batch), ANC_INVALID);
    assert_int_equal(ing_batch_find(f->ing, fixture_call(&f->k), ANC_STR("none"), &batch),
                     ANC_NOT_FOUND);
}

static void a_source_that_went_away_ends_its_batch(void **state)
{
    ing_fixture *f = *state;
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_int_equal(rmdir(f->source), 0);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_FAILED);
    assert_non_null(strstr(batch.error_message.ptr, "source"));
    assert_int_equal(ing_active(f->ing), 0);
    assert_int_equal(mkdir(f->source, 0700), 0);
}

static void a_file_that_went_away_is_a_failed_document(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ingest_write(f, "b.txt", "Two.");
    ing_batch batch;
    char id[64], path[256];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    (void)ingest_run(f, 2); /* looked, listed */
    (void)snprintf(path, sizeof path, "%s/b.txt", f->source);
    assert_int_equal(unlink(path), 0);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.processed, 1);
    assert_int_equal(batch.failed, 1);
    ing_dead_letter *failures = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), anc_str_of(id), ANC_STR_NONE, 10,
                                   &failures, &n),
              &f->k.err);
    assert_string_equal(failures[0].stage.ptr, "read");
}

static void cancel_stops_the_reading(void **state)
{
    ing_fixture *f = *state;
    char name[32], id[64];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof name, "%02d.txt", i);
        ingest_write(f, name, name);
    }
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    (void)ingest_run(f, 8);
    const uint64_t before = ingest_batch(f, id).processed;
    assert_true(before > 0 && before < 20);
    ASSERT_OK(ing_batch_cancel(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    assert_int_equal(batch.state, ING_CANCELLED);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_CANCELLED);
    assert_int_equal(batch.processed, before);
    assert_int_equal(fixture_count(&f->k, "SELECT sum(added) FROM test_event WHERE type = 3"),
                     (int64_t)before);
    assert_int_equal(ing_batch_cancel(f->ing, fixture_call(&f->k), anc_str_of(id), &batch),
                     ANC_CONFLICT);
}

/* A source in which nothing is wanted, and whose batch is cancelled while it is walked. */
typedef struct endless {
    ing_fixture *f;
    char id[64];
    size_t found;
} endless;

static anc_status is_there(void *self, krn_call *call, anc_str path)
{
    (void)self, (void)call, (void)path;
    return ANC_OK;
}

static anc_status walk_endless(void *self, krn_call *call, anc_str path, const ing_item_sink *sink)
{
    enum { CANCELLED_AT = 10, END = 1000 };
    endless *e = self;
    const ing_item item = {.path = ANC_STR("a.bin")};
    ing_batch batch;
    (void)path;
    for (e->found = 0; e->found < END; e->found++) {
        if (e->found == CANCELLED_AT)
            ASSERT_OK(
                ing_batch_cancel(e->f->ing, fixture_call(&e->f->k), anc_str_of(e->id), &batch),
                &e->f->k.err);
        ANC_TRY(sink->on_item(sink->arg, &item, call->err));
    }
    return ANC_OK;
}

static void cancel_stops_a_walk_that_finds_nothing(void **state)
{
    static const ing_source_ops ops = {.name = "endless", .check = is_there, .walk = walk_endless};
    ing_fixture *f = *state;
    endless e = {.f = f};
    ing_batch batch;
    f->other_source = (ing_source){&ops, &e};
    ingest_reopen(f);
    ASSERT_OK(ingest_start(f, "*.txt", &batch), &f->k.err);
    ingest_id_of(&batch, e.id);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, e.id).state, ING_CANCELLED);
    assert_int_equal(e.found, 10);
    f->other_source = (ing_source){0};
    ingest_reopen(f);
}

static ing_batch replayed(ing_fixture *f, const char *id)
{
    ing_batch batch;
    char next[64];
    ASSERT_OK(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    ingest_id_of(&batch, next);
    assert_true(ingest_run(f, 1000));
    return ingest_batch(f, next);
}

/* Also after what need not be kept was removed, and what failed before. */
static void what_was_cancelled_is_taken_up(void **state)
{
    ing_fixture *f = *state;
    char name[32], id[64];
    ingest_write(f, "00.txt", "BROKEN");
    for (int i = 1; i < 20; i++) {
        (void)snprintf(name, sizeof name, "%02d.txt", i);
        ingest_write(f, name, name);
    }
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    (void)ingest_run(f, 8);
    ASSERT_OK(ing_batch_cancel(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    const ing_batch first = ingest_batch(f, id);
    assert_true(first.failed == 1 && first.unread > 0 && first.processed > 0 && first.waiting == 0);
    atomic_store(&f->search.cursor, 1000);
    ingest_keep(f, 100);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_item"), (int64_t)first.unread);
    ingest_write(f, "00.txt", "Whole.");
    batch = replayed(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.total, first.unread + 1);
    assert_int_equal(batch.processed, first.unread + 1);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 0);
    batch = replayed(f, id); /* once more: all of it is there */
    assert_int_equal(batch.skipped, first.unread);
}

static void a_folder_that_was_not_listed_is_taken_up(void **state)
{
    ing_fixture *f = *state;
    char id[64];
    ing_batch batch;
    ingest_write(f, "a.txt", "One.");
    ingest_write(f, "b.md", "Two.");
    ASSERT_OK(ingest_start(f, "*.txt", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    ASSERT_OK(ing_batch_cancel(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    batch = replayed(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 1);
}

static void a_passing_failure_is_tried_again(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    f->k.emb.fails = true;
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_false(ingest_run(f, 1000)); /* a worker wants to wait */
    assert_int_equal(ingest_batch(f, id).failed, 0);
    f->k.emb.fails = false;
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).processed, 1);
}

static void it_gives_up_after_a_few_tries(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    f->k.emb.fails = true;
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    for (int i = 0; i < 10 && !ingest_run(f, 1000); i++)
        continue;
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.failed, 1);
    f->k.emb.fails = false;
}

static void links_do_not_lead_out(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "inside/a.txt", "One.");
    char path[256], id[64];
    (void)snprintf(path, sizeof path, "%s/out.txt", f->source);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    (void)snprintf(path, sizeof path, "%s/loop", f->source);
    assert_int_equal(symlink(f->source, path), 0);
    (void)snprintf(path, sizeof path, "%s/again.txt", f->source);
    assert_int_equal(symlink("inside/a.txt", path), 0);
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.total, 2); /* a.txt, and the link to it that stays inside */
}

static void batches_are_listed_newest_first(void **state)
{
    ing_fixture *f = *state;
    char ids[3][64];
    ing_batch batch, *all = NULL;
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
        ingest_id_of(&batch, ids[i]);
    }
    ASSERT_OK(ing_batch_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, NULL, 0, 2, &all, &n),
              &f->k.err);
    assert_int_equal(n, 2);
    assert_string_equal(all[0].id.ptr, ids[2]);
    ASSERT_OK(ing_batch_list(f->ing, fixture_call(&f->k), anc_str_of(ids[1]), NULL, 0, 2, &all, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_string_equal(all[0].id.ptr, ids[0]);
}

static void several_pages_of_items(void **state)
{
    ing_fixture *f = *state;
    char name[32], id[64];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof name, "%d/%d.txt", i / 100, i);
        ingest_write(f, name, i % 2 == 0 ? "Even." : "Odd.");
    }
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_true(ingest_run(f, 10000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.processed, 300);
    assert_int_equal(fixture_count(&f->k, "SELECT sum(added) FROM test_event WHERE type = 3"), 300);
}

static void ended_batches_are_forgotten_in_time(void **state)
{
    ing_fixture *f = *state;
    f->keep_batches = 2;
    ingest_reopen(f);
    ingest_write(f, "a.txt", "One.");
    ingest_write(f, "b.txt", "BROKEN");
    ing_batch batch;
    for (int i = 0; i < 4; i++) {
        const char text[] = {(char)('a' + i), '\0'};
        ingest_write(f, "a.txt", text);
        ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
        assert_true(ingest_run(f, 1000));
    }
    ingest_keep(f, 100);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_item"), 4);
    atomic_store(&f->search.cursor,
                 1000); /* the index shows them: nobody asks for items any more */
    ingest_keep(f, 100);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_item"), 0);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_batch"), 2);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 1);
    f->keep_ms = 1;
    ingest_reopen(f);
    atomic_fetch_add(&f->k.ticks, 10);
    ingest_keep(f, 100);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_batch"), 0);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 0);
}

static void batches_share_fairly(void **state)
{
    ing_fixture *f = *state;
    char name[32], ids[2][64];
    for (int i = 0; i < 40; i++) {
        (void)snprintf(name, sizeof name, "big/%02d.txt", i);
        ingest_write(f, name, name);
    }
    for (int i = 0; i < 4; i++) {
        (void)snprintf(name, sizeof name, "small/%02d.txt", i);
        ingest_write(f, name, name);
    }
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "big/*", &batch), &f->k.err);
    ingest_id_of(&batch, ids[0]);
    (void)ingest_run(f, 12);
    ASSERT_OK(ingest_start(f, "small/*", &batch), &f->k.err);
    ingest_id_of(&batch, ids[1]);
    for (int i = 0; i < 100 && ingest_batch(f, ids[1]).state != ING_COMPLETED; i++)
        (void)ingest_run(f, 1);
    assert_int_equal(ingest_batch(f, ids[1]).processed, 4);
    assert_true(ingest_batch(f, ids[0]).processed < 30);
    assert_true(ingest_run(f, 1000));
}

static void batches_are_listed_by_status(void **state)
{
    ing_fixture *f = *state;
    ing_batch batch, *all = NULL;
    size_t n = 0;
    ingest_write(f, "a.txt", "One.");
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    const ing_state wanted[] = {ING_COMPLETED, ING_FAILED};
    ASSERT_OK(ing_batch_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, wanted, 2, 10, &all, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_int_equal(all[0].state, ING_COMPLETED);
    ASSERT_OK(ing_batch_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, NULL, 0, 10, &all, &n),
              &f->k.err);
    assert_int_equal(n, 2);
}

static void the_slowest_stage_is_told(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_null(ingest_batch(f, id).slowest_stage.ptr);
    atomic_store(&f->search.cursor, 1000000000);
    assert_true(ingest_run(f, 1000));
    assert_string_equal(ingest_batch(f, id).slowest_stage.ptr, "index");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_read),
        TEST(what_the_index_shows_is_told_apart),
        TEST(again_changes_nothing),
        TEST(a_deleted_collection_is_not_made_again),
        TEST(broken_and_foreign_files_are_named),
        TEST(a_pattern_chooses),
        TEST(one_file_is_a_source_too),
        TEST(bad_requests_are_refused),
        TEST(a_source_that_went_away_ends_its_batch),
        TEST(a_file_that_went_away_is_a_failed_document),
        TEST(cancel_stops_the_reading),
        TEST(cancel_stops_a_walk_that_finds_nothing),
        TEST(what_was_cancelled_is_taken_up),
        TEST(a_folder_that_was_not_listed_is_taken_up),
        TEST(a_passing_failure_is_tried_again),
        TEST(it_gives_up_after_a_few_tries),
        TEST(links_do_not_lead_out),
        TEST(batches_are_listed_newest_first),
        TEST(several_pages_of_items),
        TEST(ended_batches_are_forgotten_in_time),
        TEST(batches_share_fairly),
        TEST(batches_are_listed_by_status),
        TEST(the_slowest_stage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
