/* garbage_contract.c - what no version needs any more, and the parts of documents, in every adapter of the catalog. */
#include <stdlib.h>
#include <string.h>

#include "catalog_calls.h"
#include "knowledge/domain/half.h"
#include "support/test.h"

typedef struct expire_arg {
    kno_fixture *f;
    kno_expiry what;
    bool done;
} expire_arg;

static anc_status expire(void *arg, krn_tx *tx, anc_err *err)
{
    expire_arg *a = arg;
    const kno_garbage_store g = a->f->options.catalog.garbage;
    return g.ops->expire(g.self, tx, &a->what, 2, &a->done, err);
}

static void old_versions_expire(void **state)
{
    kno_fixture *f = *state;
    const kno_version_store h = f->options.catalog.history;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a");
    kno_published p = {0};
    int64_t base = 0;
    for (unsigned char i = 1; i <= 6; i++) {
        const int64_t version = stage_version(f, i, "a");
        publish_arg a = {.f = f,
                         .publication = {.collection_id = c,
                                         .document = ANC_STR("x"),
                                         .base_id = base,
                                         .version_id = version,
                                         .chunks = 1,
                                         .difference = {.changes = i,
                                                        .counted = true,
                                                        .added = 2,
                                                        .removed = 1}},
                         .seq = i,
                         .keeping = {.keep = 5, .shown = UINT64_MAX}};
        ASSERT_OK(run(f, publish, &a), &f->err);
        p = a.published;
        base = version;
    }
    kno_version_record *all = NULL;
    size_t n = 0;
    ASSERT_OK(h.ops->list(h.self, call, p.document_id, 0, 10, &all, &n), &f->err);
    assert_int_equal(n, 5);
    assert_int_equal(all[0].number, 6);
    assert_int_equal(all[0].difference.changes, 6);
    assert_true(all[0].difference.counted);
    assert_int_equal(all[0].difference.added, 2);
    assert_int_equal(all[0].difference.removed, 1);
    ASSERT_OK(h.ops->list(h.self, call, p.document_id, 4, 10, &all, &n), &f->err);
    assert_int_equal(n, 2);
    assert_int_equal(all[0].number, 3);
    expire_arg e = {.f = f, .what = {.keeping = {.keep = 2, .shown = 4}}};
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_true(e.done && e.what.after == p.document_id);
    ASSERT_OK(h.ops->list(h.self, call, p.document_id, 0, 10, &all, &n), &f->err);
    assert_int_equal(n, 3); /* 4 is what may be shown */
    assert_int_equal(all[2].number, 4);
    assert_int_equal(fixture_count(f, "SELECT versions FROM kno_collection"), 3);
    e.what = (kno_expiry){.keeping = {.keep = 2, .shown = 6}, .late_only = true};
    ASSERT_OK(run(f, expire, &e), &f->err);
    ASSERT_OK(h.ops->list(h.self, call, p.document_id, 0, 10, &all, &n), &f->err);
    assert_int_equal(n, 2);
    assert_int_equal(fixture_count(f, "SELECT versions FROM kno_collection"), 2);
    e.what.after = 0;
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_int_equal(e.what.after, 0); /* it is late no more */
}

/* Numbers have gaps where a version was put back. */
static void the_newest_are_counted_not_their_numbers(void **state)
{
    kno_fixture *f = *state;
    const int64_t c = make_collection(f, "a");
    int64_t base = 0;
    for (unsigned char i = 1; i <= 3; i++) {
        const int64_t version = stage_version(f, i, "a");
        publish_arg a = {.f = f,
                         .publication = {.collection_id = c,
                                         .document = ANC_STR("x"),
                                         .base_id = base,
                                         .version_id = version,
                                         .chunks = 1,
                                         .number = i * 100U},
                         .seq = i,
                         .keeping = {.keep = 2, .shown = UINT64_MAX}};
        ASSERT_OK(run(f, publish, &a), &f->err);
        base = version;
        expire_arg e = {.f = f, .what = {.keeping = {.keep = 2, .shown = UINT64_MAX}}};
        ASSERT_OK(run(f, expire, &e), &f->err);
        assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version WHERE state = 1"),
                         i < 2 ? i : 2);
    }
    assert_int_equal(fixture_count(f, "SELECT versions FROM kno_collection"), 2);
}

static anc_status mark_late(void *arg, krn_tx *tx, anc_err *err)
{
    (void)arg;
    return db_exec(tx->connection, "UPDATE kno_document SET late = 1", err);
}

/* Three versions of a document, the last two of which changed this. */
static void publish_three(kno_fixture *f, int64_t collection, anc_str name, unsigned changes)
{
    int64_t base = 0;
    for (unsigned char i = 1; i <= 3; i++) {
        const int64_t version = stage_version(f, (unsigned char)(changes + i), "a");
        publish_arg a = {.f = f,
                         .publication = {.collection_id = collection,
                                         .document = name,
                                         .base_id = base,
                                         .version_id = version,
                                         .chunks = 1,
                                         .difference = {.changes = i == 1 ? 1 : changes}},
                         .seq = i};
        ASSERT_OK(run(f, publish, &a), &f->err);
        base = version;
    }
}

/* Of few versions only those are looked through that were cut again twice. What is looked through is late no more. */
static void documents_without_any_are_passed_by(void **state)
{
    kno_fixture *f = *state;
    const int64_t c = make_collection(f, "a");
    publish_three(f, c, ANC_STR("edited"), KNO_CHANGED_CONTENT);
    publish_three(f, c, ANC_STR("cut"), KNO_CHANGED_CUT);
    publish_three(f, c, ANC_STR("edited too"), KNO_CHANGED_TITLE);
    ASSERT_OK(run(f, mark_late, NULL), &f->err);
    expire_arg e = {.f = f, .what = {.keeping = {.keep = 5, .shown = UINT64_MAX}}};
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_false(e.done); /* two are a piece, looked through or not */
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_true(e.done);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version WHERE state = 1"), 8);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document WHERE late = 1"), 2);
    assert_int_equal(
        fixture_count(f, "SELECT count(*) FROM kno_document WHERE late = 1 AND name = 'cut'"), 0);
    e.what = (kno_expiry){.keeping = {.keep = 2, .shown = UINT64_MAX}};
    ASSERT_OK(run(f, expire, &e), &f->err);
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version WHERE state = 1"), 6);
}

/* ---- garbage ------------------------------------------------------------------------------- */

static void garbage(void **state)
{
    kno_fixture *f = *state;
    const kno_garbage_store g = f->options.catalog.garbage;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a");
    const int64_t left_over = stage_version(f, 9, "q");
    int64_t *ids = NULL;
    size_t n = 0;
    const int64_t under_way = stage_version(f, 8, "r");
    kno_published p;
    const int64_t v1 = stage_version(f, 1, "abcde");
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 5, &p), &f->err);
    ASSERT_OK(g.ops->versions(g.self, call, 0, 0, 10, &ids, &n), &f->err);
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], left_over);
    assert_int_equal(ids[1], under_way);
    ASSERT_OK(g.ops->versions(g.self, call, 0, left_over, 10, &ids, &n), &f->err);
    assert_int_equal(n, 1);
    assert_int_equal(ids[0], under_way);
    discard_arg published = {.f = f, .version = v1, .max = 10};
    ASSERT_OK(run(f, discard, &published), &f->err); /* stays */
    assert_true(published.result.done && published.result.content.bytes[0] == 0);
    const kno_digest content = digest(1), text = digest(101), other = digest(77);
    const kno_digest asked[] = {content, text, other};
    bool named[3];
    ASSERT_OK(g.ops->named(g.self, call, asked, 3, named), &f->err);
    assert_true(named[0] && named[1] && !named[2]);

    retire_arg r = {.f = f, .document = p.document_id};
    ASSERT_OK(run(f, retire, &r), &f->err);
    assert_int_equal(r.number, 1);
    assert_int_equal(run(f, retire, &r), ANC_NOT_FOUND);
    ASSERT_OK(g.ops->versions(g.self, call, p.document_id, 0, 10, &ids, &n), &f->err);
    assert_int_equal(n, 1);
    discard_arg d = {.f = f, .version = v1, .max = 2};
    int pieces = 0;
    do {
        ASSERT_OK(run(f, discard, &d), &f->err);
        pieces++;
    } while (!d.result.done);
    assert_int_equal(pieces, 3);
    assert_int_equal(d.result.content.bytes[0], 1);
    assert_int_equal(d.result.text.bytes[0], 101);
    ASSERT_OK(g.ops->named(g.self, call, asked, 3, named), &f->err);
    assert_false(named[0] || named[1] || named[2]);
    ASSERT_OK(run(f, discard, &d), &f->err); /* again: nothing there, and done */
    assert_true(d.result.done);
    d.version = under_way;
    ASSERT_OK(run(f, discard, &d), &f->err);
}

static void a_shared_vector_outlives_one_of_its_documents(void **state)
{
    kno_fixture *f = *state;
    const kno_vector_store v = f->options.catalog.vectors;
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "a"), v2 = stage_version(f, 2, "a");
    kno_published p1, p2;
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 1, &p1), &f->err);
    ASSERT_OK(publish_version(f, c, "y", 0, v2, 1, &p2), &f->err);
    const kno_digest key = digest('a');
    unsigned char bytes[4] = {0, 0x3c, 0, 0};
    vectors_arg a = {
        .f = f,
        .vectors = {.model = ANC_STR("m@1"), .dims = 2, .digests = &key, .bytes = bytes, .n = 1}};
    ASSERT_OK(run(f, put_vectors, &a), &f->err);
    const int64_t documents[] = {p1.document_id, p2.document_id}, versions[] = {v1, v2};
    for (int i = 0; i < 2; i++) {
        retire_arg r = {.f = f, .document = documents[i]};
        ASSERT_OK(run(f, retire, &r), &f->err);
        discard_arg d = {.f = f, .version = versions[i], .max = 10};
        ASSERT_OK(run(f, discard, &d), &f->err);
        bool known = false;
        ASSERT_OK(v.ops->known(v.self, fixture_call(f), ANC_STR("m@1"), &key, 1, &known), &f->err);
        assert_int_equal(known, i == 0);
    }
}

/* ---- parts --------------------------------------------------------------------------------- */

typedef struct parts_arg {
    kno_fixture *f;
    int64_t collection;
    anc_str parent, after;
    size_t limit;
    kno_part_row *rows;
    size_t n;
    int64_t adopted; /* a part */
    kno_digest made_for;
} parts_arg;

static anc_status adopt(void *arg, krn_tx *tx, anc_err *err)
{
    parts_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    return v.ops->adopt(v.self, tx, a->adopted, &a->made_for, err);
}

static anc_status list_parts(void *arg, krn_tx *tx, anc_err *err)
{
    parts_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    return v.ops->parts(v.self, tx, a->collection, a->parent, a->after, a->limit, a->f->mem,
                        &a->rows, &a->n, err);
}

static void publish_part(kno_fixture *f, int64_t collection, const char *name, const char *parent)
{
    static unsigned char content = 10;
    publish_arg a = {.f = f,
                     .publication = {.collection_id = collection,
                                     .document = anc_str_of(name),
                                     .parent = anc_str_of(parent),
                                     .version_id = stage_version(f, content++, "a"),
                                     .chunks = 1}};
    ASSERT_OK(run(f, publish, &a), &f->err);
}

static void parts_are_found_by_their_parent(void **state)
{
    kno_fixture *f = *state;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a"), other = make_collection(f, "b");
    publish_part(f, c, "m#2", "m");
    publish_part(f, c, "m#1", "m");
    publish_part(f, c, "n#1", "n");
    publish_part(f, c, "m", "");
    publish_part(f, other, "m#3", "m");
    parts_arg a = {.f = f, .collection = c, .parent = ANC_STR("m"), .limit = 10};
    ASSERT_OK(run(f, list_parts, &a), &f->err);
    assert_int_equal(a.n, 2);
    assert_string_equal(a.rows[0].name.ptr, "m#1");
    assert_string_equal(a.rows[1].name.ptr, "m#2");
    a.after = ANC_STR("m#1");
    a.limit = 1;
    ASSERT_OK(run(f, list_parts, &a), &f->err);
    assert_int_equal(a.n, 1);
    const kno_document_store d = f->options.catalog.documents;
    kno_document_record found;
    ASSERT_OK(d.ops->find(d.self, call, c, a.rows[0].name, &found), &f->err);
    assert_int_equal(found.id, a.rows[0].document_id);
    assert_string_equal(found.parent.ptr, "m");
    a.adopted = found.id;
    ASSERT_OK(d.ops->find(d.self, call, c, ANC_STR("m"), &found), &f->err);
    assert_int_equal(found.parent.len, 0);
    kno_part_counts parts;
    const kno_digest version = {.bytes = {7}};
    ASSERT_OK(d.ops->count_parts(d.self, call, c, ANC_STR("m"), &version, &parts), &f->err);
    assert_int_equal(parts.all, 2);
    assert_int_equal(parts.made + parts.others, 0);
    a.made_for = version;
    ASSERT_OK(run(f, adopt, &a), &f->err);
    ASSERT_OK(d.ops->count_parts(d.self, call, c, ANC_STR("m"), &version, &parts), &f->err);
    assert_int_equal(parts.all, 2);
    assert_int_equal(parts.made, 1);
    assert_int_equal(parts.others, 0);
    const kno_digest another = {.bytes = {8}};
    ASSERT_OK(d.ops->count_parts(d.self, call, c, ANC_STR("m"), &another, &parts), &f->err);
    assert_int_equal(parts.made, 0);
    assert_int_equal(parts.others, 1);
    ASSERT_OK(d.ops->count_parts(d.self, call, c, ANC_STR("m#1"), &version, &parts), &f->err);
    assert_int_equal(parts.all, 0);

    /* those without their document are garbage, once they are old */
    const kno_garbage_store g = f->options.catalog.garbage;
    kno_dropped_document *dropped = NULL;
    size_t n = 0;
    ASSERT_OK(g.ops->dropped(g.self, call, 0, 10, &dropped, &n), &f->err);
    assert_int_equal(n, 0);
    ASSERT_OK(g.ops->dropped(g.self, call, INT64_MAX, 10, &dropped, &n), &f->err);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        assert_true(dropped[i].orphan);
        assert_true(anc_str_eq(dropped[i].name, ANC_STR("n#1")) ||
                    anc_str_eq(dropped[i].name, ANC_STR("m#3")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(old_versions_expire),
        TEST(the_newest_are_counted_not_their_numbers),
        TEST(documents_without_any_are_passed_by),
        TEST(garbage),
        TEST(a_shared_vector_outlives_one_of_its_documents),
        TEST(parts_are_found_by_their_parent),
    };
    return cmocka_run_group_tests_name("garbage of a catalog on sqlite", tests, NULL, NULL);
}
