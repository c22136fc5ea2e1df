/* catalog_contract.c - what every adapter of the catalog's five ports must do. */
#include <stdlib.h>
#include <string.h>

#include "catalog_calls.h"
#include "knowledge/domain/half.h"
#include "support/test.h"

/* ---- collections --------------------------------------------------------------------------- */

static void collections(void **state)
{
    kno_fixture *f = *state;
    const kno_collection_store c = f->options.catalog.collections;
    kno_collection_record r, *all = NULL;
    size_t n = 9;
    krn_call *call = fixture_call(f);
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &r), &f->err);
    assert_int_equal(r.id, 0);
    const int64_t id = make_collection(f, "a");
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &r), &f->err);
    assert_int_equal(r.id, id);
    assert_int_equal(r.acl.n, 1);
    assert_int_equal(r.model.len, 0);
    collection_arg a = {.store = c, .record = r, .id = id};
    assert_int_equal(run(f, insert_collection, &a), ANC_CONFLICT);
    a.record.acl = (kno_labels){board, 1};
    a.record.description = ANC_STR("changed");
    ASSERT_OK(run(f, update_collection, &a), &f->err);
    ASSERT_OK(c.ops->list(c.self, call, &(kno_labels){everybody, 1}, ANC_STR_NONE, 10, &all, &n),
              &f->err);
    assert_int_equal(n, 0);
    ASSERT_OK(c.ops->list(c.self, call, &(kno_labels){board, 1}, ANC_STR_NONE, 10, &all, &n),
              &f->err);
    assert_int_equal(n, 1);
    assert_string_equal(all[0].description.ptr, "changed");
    a.id = id;
    ASSERT_OK(run(f, drop_collection, &a), &f->err);
    assert_int_equal(run(f, drop_collection, &a), ANC_NOT_FOUND);
    assert_int_equal(run(f, update_collection, &a), ANC_NOT_FOUND);
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &r), &f->err);
    assert_int_equal(r.id, 0);
    assert_true(make_collection(f, "a") != id); /* the name is free again */
}

/* ---- versions ------------------------------------------------------------------------------ */

static void a_version_is_unseen_until_it_is_published(void **state)
{
    kno_fixture *f = *state;
    const kno_document_store d = f->options.catalog.documents;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "ab");
    kno_document_record doc;
    ASSERT_OK(d.ops->find(d.self, call, c, ANC_STR("x"), &doc), &f->err);
    assert_int_equal(doc.id, 0);
    kno_published p;
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 2, &p), &f->err);
    assert_int_equal(p.number, 1);
    ASSERT_OK(d.ops->find(d.self, call, c, ANC_STR("x"), &doc), &f->err);
    assert_int_equal(doc.id, p.document_id);
    assert_int_equal(doc.current.id, v1);
    assert_int_equal(doc.current.chunks, 2);
    assert_int_equal(doc.current.acl.n, 0);
    assert_int_equal(doc.acl.n, 1); /* the collection's */
    kno_chunk_record *chunks = NULL;
    size_t n = 0;
    const kno_version_store h = f->options.catalog.history;
    ASSERT_OK(h.ops->chunks(h.self, call, v1, 1, 10, &chunks, &n), &f->err);
    assert_int_equal(n, 1);
    assert_string_equal(chunks[0].heading.ptr, "A > B");
    assert_int_equal(chunks[0].start, 10);
}

static anc_status accept_cut(void *arg, krn_tx *tx, anc_err *err)
{
    stage_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    ANC_TRY(v.ops->accept_cut(v.self, tx, a->version, a->content, true, err));
    return v.ops->settle_cuts(v.self, tx, err);
}

static void settings_outdate_what_was_cut_by_others(void **state)
{
    kno_fixture *f = *state;
    const kno_collection_store c = f->options.catalog.collections;
    const kno_version_store h = f->options.catalog.history;
    krn_call *call = fixture_call(f);
    const int64_t id = make_collection(f, "a");
    collection_arg a = {.store = c};
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &a.record), &f->err);
    const int64_t version = stage_version(f, 1, "a");
    ASSERT_OK(publish_version(f, id, "x", 0, version, 1, NULL), &f->err);
    a.record.description = ANC_STR("other words");
    a.record.system_prompt = ANC_STR("Be short.");
    ASSERT_OK(run(f, update_collection, &a), &f->err);
    uint64_t n = 9;
    ASSERT_OK(c.ops->outdated(c.self, call, id, &n), &f->err);
    assert_int_equal(n, 0);
    a.set = KNO_SET_CHUNK_TOKENS;
    a.record.chunk_tokens = 128;
    a.record.language = ANC_STR("fr"); /* not set, and stays */
    ASSERT_OK(run(f, update_collection, &a), &f->err);
    ASSERT_OK(c.ops->outdated(c.self, call, id, &n), &f->err);
    assert_int_equal(n, 1);
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &a.record), &f->err);
    assert_true(a.record.recut);
    assert_int_equal(a.record.cut, 1);
    assert_string_equal(a.record.system_prompt.ptr, "Be short.");
    assert_string_equal(a.record.language.ptr, "auto");
    kno_document_record *documents = NULL;
    size_t n_documents = 0;
    ASSERT_OK(h.ops->outdated(h.self, call, 0, 10, &documents, &n_documents), &f->err);
    assert_int_equal(n_documents, 1);
    assert_int_equal(documents[0].current.id, version);
    ASSERT_OK(h.ops->outdated(h.self, call, documents[0].id, 10, &documents, &n_documents),
              &f->err);
    assert_int_equal(n_documents, 0);
    stage_arg accepted = {.f = f, .version = version, .content = 1};
    ASSERT_OK(run(f, accept_cut, &accepted), &f->err);
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &a.record), &f->err);
    assert_false(a.record.recut);
    assert_int_equal(a.record.recut_failed, 1);
    /* a version that was built by the settings of before */
    ASSERT_OK(publish_version(f, id, "y", 0, stage_version(f, 2, "b"), 1, NULL), &f->err);
    ASSERT_OK(c.ops->find(c.self, call, ANC_STR("a"), &a.record), &f->err);
    assert_true(a.record.recut);
}

static void a_version_keeps_the_number_and_times_of_then(void **state)
{
    kno_fixture *f = *state;
    const kno_document_store d = f->options.catalog.documents;
    const kno_version_store h = f->options.catalog.history;
    krn_call *call = fixture_call(f);
    publish_arg a = {.f = f,
                     .publication = {.collection_id = make_collection(f, "a"),
                                     .document = ANC_STR("x"),
                                     .version_id = stage_version(f, 1, "a"),
                                     .chunks = 1,
                                     .number = 4,
                                     .created_ms = 4000,
                                     .document_created_ms = 1000,
                                     .difference = {.changes = KNO_CHANGED_URI}}};
    ASSERT_OK(run(f, publish, &a), &f->err);
    assert_int_equal(a.published.number, 4);
    a.publication.base_id = a.publication.version_id;
    a.publication.version_id = stage_version(f, 2, "b");
    assert_int_equal(run(f, publish, &a), ANC_CONFLICT); /* the number was had */
    a.publication.number = 9;
    a.publication.created_ms = 9000;
    ASSERT_OK(run(f, publish, &a), &f->err);
    kno_document_record doc;
    ASSERT_OK(d.ops->find(d.self, call, a.publication.collection_id, ANC_STR("x"), &doc), &f->err);
    assert_int_equal(doc.created_ms, 1000);
    assert_int_equal(doc.updated_ms, 9000);
    assert_int_equal(doc.current.number, 9);
    kno_version_record *all = NULL;
    size_t n = 0;
    ASSERT_OK(h.ops->list(h.self, call, doc.id, 0, 10, &all, &n), &f->err);
    assert_int_equal(n, 2);
    assert_int_equal(all[1].number, 4);
    assert_int_equal(all[1].created_ms, 4000);
    assert_int_equal(all[1].difference.changes, KNO_CHANGED_URI);
    assert_false(all[1].difference.counted);
    /* what comes of today follows */
    kno_published p;
    ASSERT_OK(publish_version(f, a.publication.collection_id, "x", doc.current.id,
                              stage_version(f, 3, "c"), 1, &p),
              &f->err);
    assert_int_equal(p.number, 10);
}

static void who_comes_late_is_told(void **state)
{
    kno_fixture *f = *state;
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "a"), v2 = stage_version(f, 2, "b");
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 1, NULL), &f->err);
    assert_int_equal(publish_version(f, c, "x", 0, v2, 1, NULL), ANC_CONFLICT);
    assert_int_equal(publish_version(f, c, "x", v2, v2, 1, NULL), ANC_CONFLICT);
    kno_published p;
    ASSERT_OK(publish_version(f, c, "x", v1, v2, 1, &p), &f->err);
    assert_int_equal(p.number, 2);
    collection_arg gone = {.store = f->options.catalog.collections, .id = c};
    ASSERT_OK(run(f, drop_collection, &gone), &f->err);
    const int64_t v3 = stage_version(f, 3, "c");
    assert_int_equal(publish_version(f, c, "x", v2, v3, 1, NULL), ANC_NOT_FOUND);
}

static anc_status publish_file(kno_fixture *f, int64_t collection, const char *name, int64_t base,
                               unsigned char content, size_t others, int64_t *ret_version)
{
    const anc_str uri = ANC_STR("/x/a.md");
    stage_arg staged = {
        .f = f, .content = content, .chunks = (const unsigned char *)"a", .uri = uri};
    ASSERT_OK(run(f, stage, &staged), &f->err);
    publish_arg a = {.f = f,
                     .publication = {.collection_id = collection,
                                     .document = anc_str_of(name),
                                     .file = uri,
                                     .file_others = others,
                                     .base_id = base,
                                     .version_id = staged.version,
                                     .chunks = 1}};
    *ret_version = staged.version;
    return run(f, publish, &a);
}

static void documents_of_a_file_are_found_by_age(void **state)
{
    kno_fixture *f = *state;
    const kno_document_store d = f->options.catalog.documents;
    const int64_t c = make_collection(f, "a"), other = make_collection(f, "b");
    int64_t z = 0, a = 0, again = 0;
    kno_document_record *found = NULL;
    size_t n = 0;
    ASSERT_OK(publish_file(f, c, "z", 0, 1, 0, &z), &f->err);
    assert_int_equal(publish_file(f, c, "a", 0, 2, 0, &a), ANC_CONFLICT);
    ASSERT_OK(publish_file(f, c, "a", 0, 2, 1, &a), &f->err);
    ASSERT_OK(publish_file(f, other, "z", 0, 3, 0, &again), &f->err);
    ASSERT_OK(publish_file(f, c, "z", z, 4, 1, &again), &f->err);
    ASSERT_OK(d.ops->of_file(d.self, fixture_call(f), c, ANC_STR("/x/a.md"), 8, &found, &n),
              &f->err);
    assert_int_equal(n, 2);
    assert_string_equal(found[0].name.ptr, "z");
    assert_int_equal(found[0].current.id, again);
    assert_string_equal(found[1].name.ptr, "a");
    ASSERT_OK(d.ops->of_file(d.self, fixture_call(f), c, ANC_STR("/x/a.md"), 1, &found, &n),
              &f->err);
    assert_int_equal(n, 1);
    const int64_t v = stage_version(f, 5, "b"); /* it is that file no more */
    ASSERT_OK(publish_version(f, c, "z", again, v, 1, NULL), &f->err);
    ASSERT_OK(d.ops->of_file(d.self, fixture_call(f), c, ANC_STR("/x/a.md"), 8, &found, &n),
              &f->err);
    assert_int_equal(n, 1);
}

static void old_versions_stay_and_can_be_located(void **state)
{
    kno_fixture *f = *state;
    const kno_document_store d = f->options.catalog.documents;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "a"), v2 = stage_version(f, 2, "bc");
    kno_published p;
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 1, NULL), &f->err);
    ASSERT_OK(publish_version(f, c, "x", v1, v2, 2, &p), &f->err);
    kno_version_record old;
    const kno_version_store h = f->options.catalog.history;
    ASSERT_OK(h.ops->find(h.self, call, p.document_id, 1, &old), &f->err);
    assert_int_equal(old.id, v1);
    ASSERT_OK(h.ops->find(h.self, call, p.document_id, 3, &old), &f->err);
    assert_int_equal(old.id, 0);
    const kno_chunk_address at[] = {{ANC_STR("a"), ANC_STR("x"), 1, 0},
                                    {ANC_STR("a"), ANC_STR("x"), 2, 1},
                                    {ANC_STR("a"), ANC_STR("x"), 2, 2},
                                    {ANC_STR("b"), ANC_STR("x"), 1, 0}};
    kno_chunk_place places[4];
    ASSERT_OK(d.ops->locate(d.self, call, at, 4, places), &f->err);
    assert_true(places[0].found && places[1].found && !places[2].found && !places[3].found);
    assert_int_equal(places[0].document.current.number, 1);
    kno_digest *digests = NULL;
    size_t n = 0;
    ASSERT_OK(h.ops->digests(h.self, call, v2, &digests, &n), &f->err);
    assert_int_equal(n, 2);
    assert_int_equal(digests[1].bytes[0], 'c');
}

/* An old version obeys the acl that the document has now. */
static void access_follows_the_current_version(void **state)
{
    kno_fixture *f = *state;
    const kno_document_store d = f->options.catalog.documents;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "a");
    stage_arg second = {
        .f = f, .content = 2, .chunks = (const unsigned char *)"b", .acl = {board, 1}};
    ASSERT_OK(run(f, stage, &second), &f->err);
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 1, NULL), &f->err);
    ASSERT_OK(publish_version(f, c, "x", v1, second.version, 1, NULL), &f->err);
    const kno_chunk_address at = {ANC_STR("a"), ANC_STR("x"), 1, 0};
    kno_chunk_place place;
    ASSERT_OK(d.ops->locate(d.self, call, &at, 1, &place), &f->err);
    assert_int_equal(place.document.acl.n, 1);
    assert_string_equal(place.document.acl.items[0].ptr, "group:board");
    const kno_labels outside = {everybody, 1}, inside = {board, 1};
    kno_document_query query = {.collection_id = c, .held = &outside, .limit = 10};
    kno_document_record *docs = NULL;
    size_t n = 9;
    ASSERT_OK(d.ops->list(d.self, call, &query, &docs, &n), &f->err);
    assert_int_equal(n, 0);
    query.held = &inside;
    ASSERT_OK(d.ops->list(d.self, call, &query, &docs, &n), &f->err);
    assert_int_equal(n, 1);
    query.held = NULL;
    ASSERT_OK(d.ops->list(d.self, call, &query, &docs, &n), &f->err);
    assert_int_equal(n, 1);
}

static void the_walk_sees_each_document_once(void **state)
{
    kno_fixture *f = *state;
    const kno_document_store d = f->options.catalog.documents;
    krn_call *call = fixture_call(f);
    const char *names[] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
        const int64_t c = make_collection(f, names[i]);
        for (char id[] = "p"; id[0] <= 'r'; id[0]++)
            ASSERT_OK(publish_version(f, c, id, 0, stage_version(f, 1, "a"), 1, NULL), &f->err);
    }
    kno_walk_record *rows = NULL, after = {0};
    size_t n = 0, all = 0;
    do {
        ASSERT_OK(d.ops->walk(d.self, call, &after, 4, &rows, &n), &f->err);
        all += n;
        if (n > 0)
            after = rows[n - 1];
    } while (n > 0);
    assert_int_equal(all, 6);
    assert_string_equal(after.collection.ptr, "b");
    assert_string_equal(after.document.ptr, "r");
}

static void aim_at(kno_fixture *f, const char *wanted, const char *revision)
{
    aim_arg a = {.f = f, .wanted = anc_str_of(wanted), .revision = anc_str_of(revision), .dims = 2};
    ASSERT_OK(run(f, aim, &a), &f->err);
}

/* ---- vectors ------------------------------------------------------------------------------- */

static void vectors(void **state)
{
    kno_fixture *f = *state;
    const kno_vector_store v = f->options.catalog.vectors;
    krn_call *call = fixture_call(f);
    const int64_t c = make_collection(f, "a");
    const int64_t version = stage_version(f, 1, "aba");
    ASSERT_OK(publish_version(f, c, "x", 0, version, 3, NULL), &f->err);
    const kno_digest digests[] = {digest('a'), digest('b'), digest('z')};
    const float values[] = {1, 0, 0, 1, 0.5F, 0.5F};
    unsigned char bytes[12];
    kno_half_pack(values, 6, bytes);
    vectors_arg a = {
        .f = f,
        .vectors = {.model = ANC_STR("m@1"), .dims = 2, .digests = digests, .bytes = bytes, .n = 1},
        .version = version};
    ASSERT_OK(run(f, complete, &a), &f->err);
    assert_int_equal(a.done.missing, 2);
    ASSERT_OK(run(f, put_vectors, &a), &f->err);
    unsigned char *read = NULL;
    uint32_t dims = 9;
    ASSERT_OK(v.ops->read(v.self, call, ANC_STR("m@1"), version, 3, &read, &dims), &f->err);
    assert_null(read); /* b has none */
    assert_int_equal(dims, 0);
    kno_lacking *lacking = NULL;
    size_t n = 9;
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR(""), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 0); /* nobody knows yet which model is wanted */
    aim_at(f, "", "m@1");
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR(""), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 1);
    a.vectors.n = 3; /* one of them again, one that no chunk has */
    ASSERT_OK(run(f, put_vectors, &a), &f->err);
    bool known[3];
    ASSERT_OK(v.ops->known(v.self, call, ANC_STR("m@1"), digests, 3, known), &f->err);
    assert_true(known[0] && known[1] && !known[2]);
    ASSERT_OK(v.ops->known(v.self, call, ANC_STR("m@2"), digests, 3, known), &f->err);
    assert_false(known[0] || known[1] || known[2]);
    ASSERT_OK(run(f, complete, &a), &f->err);
    assert_int_equal(a.done.missing, 0);
    assert_true(a.done.searched && a.done.wanted);
    ASSERT_OK(v.ops->read(v.self, call, ANC_STR("m@1"), version, 3, &read, &dims), &f->err);
    assert_int_equal(dims, 2);
    assert_memory_equal(read, bytes, 4);
    assert_memory_equal(read + 4, bytes + 4, 4);
    assert_memory_equal(read + 8, bytes, 4);
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR(""), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 0);
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR("other"), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 0);
}

/* ---- another model ------------------------------------------------------------------------- */

static kno_collection_record collection_now(kno_fixture *f, const char *name)
{
    const kno_collection_store c = f->options.catalog.collections;
    kno_collection_record r = {0};
    ASSERT_OK(c.ops->find(c.self, fixture_call(f), anc_str_of(name), &r), &f->err);
    return r;
}

static void embed(kno_fixture *f, int64_t version, const char *model, kno_completion *ret)
{
    static const unsigned char bytes[4] = {0, 60, 0, 0}; /* 1, 0 */
    const kno_digest a = digest('a');
    vectors_arg v = {
        .f = f,
        .vectors = {.model = anc_str_of(model), .dims = 2, .digests = &a, .bytes = bytes, .n = 1},
        .version = version};
    ASSERT_OK(run(f, put_vectors, &v), &f->err);
    ASSERT_OK(run(f, complete, &v), &f->err);
    *ret = v.done;
}

static void a_change_of_model_ends_at_once_when_nothing_lacks(void **state)
{
    kno_fixture *f = *state;
    const kno_model_store m = f->options.catalog.models;
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "a"), v2 = stage_version(f, 2, "a");
    kno_completion done;
    kno_ready *ready = NULL;
    size_t n = 9;
    uint64_t lacking = 9;
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 1, NULL), &f->err);
    ASSERT_OK(publish_version(f, c, "y", 0, v2, 1, NULL), &f->err);
    aim_at(f, "", "m@1");
    embed(f, v1, "m@1", &done);
    embed(f, v2, "m@1", &done);
    assert_int_equal(collection_now(f, "a").cut, 0);

    aim_at(f, "", "m@2");
    const kno_collection_record changing = collection_now(f, "a");
    assert_int_equal(changing.cut, 1);
    assert_true(changing.recut);
    assert_string_equal(changing.model.ptr, "m@1");
    assert_string_equal(changing.target.ptr, "m@2");
    assert_int_equal(changing.target_dims, 2);
    ASSERT_OK(m.ops->lacking(m.self, fixture_call(f), c, &lacking), &f->err);
    assert_int_equal(lacking, 2);
    embed(f, v1, "m@2", &done);
    assert_true(done.wanted && !done.searched);
    ASSERT_OK(m.ops->ready(m.self, fixture_call(f), 10, &ready, &n), &f->err);
    assert_int_equal(n, 0);
    aim_arg a = {.f = f, .collection = c, .version = v2};
    ASSERT_OK(run(f, switch_over, &a), &f->err);
    assert_false(a.done);

    ASSERT_OK(run(f, give_up, &a), &f->err);
    ASSERT_OK(m.ops->ready(m.self, fixture_call(f), 10, &ready, &n), &f->err);
    assert_int_equal(n, 1);
    assert_string_equal(ready[0].from.ptr, "m@1");
    assert_string_equal(ready[0].to.ptr, "m@2");
    ASSERT_OK(run(f, switch_over, &a), &f->err);
    assert_true(a.done);
    ASSERT_OK(run(f, switch_over, &a), &f->err);
    assert_false(a.done);
    const kno_collection_record now = collection_now(f, "a");
    assert_string_equal(now.model.ptr, "m@2");
    assert_int_equal(now.embed_failed, 1);
    embed(f, v1, "m@1", &done);
    assert_false(done.searched || done.wanted);
}

static void wanted_models_are_told_one_by_one(void **state)
{
    kno_fixture *f = *state;
    const kno_model_store m = f->options.catalog.models;
    kno_wanted wanted;
    bool there = true;
    ASSERT_OK(m.ops->next_wanted(m.self, fixture_call(f), NULL, &wanted, &there), &f->err);
    assert_false(there);
    (void)make_collection(f, "a");
    collection_arg other = {.store = f->options.catalog.collections,
                            .record = {.name = ANC_STR("b"),
                                       .language = ANC_STR("auto"),
                                       .wanted_model = ANC_STR("wide"),
                                       .acl = {everybody, 1}}};
    ASSERT_OK(run(f, insert_collection, &other), &f->err);
    aim_at(f, "wide", "wide@7");
    ASSERT_OK(m.ops->next_wanted(m.self, fixture_call(f), NULL, &wanted, &there), &f->err);
    assert_true(there && wanted.name.len == 0 && wanted.least.len == 0);
    const anc_str first = ANC_STR("");
    ASSERT_OK(m.ops->next_wanted(m.self, fixture_call(f), &first, &wanted, &there), &f->err);
    assert_true(there);
    assert_string_equal(wanted.name.ptr, "wide");
    assert_string_equal(wanted.least.ptr, "wide@7");
    assert_string_equal(wanted.greatest.ptr, "wide@7");
    assert_int_equal(wanted.changing, 0);
    const anc_str second = ANC_STR("wide");
    ASSERT_OK(m.ops->next_wanted(m.self, fixture_call(f), &second, &wanted, &there), &f->err);
    assert_false(there);
    aim_at(f, "wide", "");
    assert_int_equal(collection_now(f, "b").target.len, 0);
    assert_int_equal(collection_now(f, "b").cut, 0);
}

static void a_failed_closure_leaves_nothing(void **state)
{
    kno_fixture *f = *state;
    const int64_t c = make_collection(f, "a");
    const int64_t v1 = stage_version(f, 1, "a"), v2 = stage_version(f, 2, "b");
    ASSERT_OK(publish_version(f, c, "x", 0, v1, 1, NULL), &f->err);
    assert_int_equal(publish_version(f, c, "x", 12345, v2, 1, NULL), ANC_CONFLICT);
    assert_int_equal(fixture_count(f, "SELECT state FROM kno_version WHERE id = 2"), 0);
    assert_int_equal(fixture_count(f, "SELECT versions FROM kno_collection"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(collections),
        TEST(a_version_is_unseen_until_it_is_published),
        TEST(who_comes_late_is_told),
        TEST(documents_of_a_file_are_found_by_age),
        TEST(old_versions_stay_and_can_be_located),
        TEST(access_follows_the_current_version),
        TEST(the_walk_sees_each_document_once),
        TEST(vectors),
        TEST(a_change_of_model_ends_at_once_when_nothing_lacks),
        TEST(wanted_models_are_told_one_by_one),
        TEST(settings_outdate_what_was_cut_by_others),
        TEST(a_version_keeps_the_number_and_times_of_then),
        TEST(a_failed_closure_leaves_nothing),
    };
    return cmocka_run_group_tests_name("catalog on sqlite", tests, NULL, NULL);
}
