/* catalog_contract.c - what every adapter of the catalog's five ports must do. */
#include <stdlib.h>
#include <string.h>

#include "knowledge/domain/half.h"
#include "support/knowledge_fixture.h"
#include "support/test.h"

static const anc_str everybody[] = {ANC_STR_INIT("public")};
static const anc_str board[] = {ANC_STR_INIT("group:board")};

static int setup(void **state)
{
    kno_fixture *f = malloc(sizeof *f);
    assert_non_null(f);
    fixture_open(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static anc_status run(kno_fixture *f, krn_work_fn *work, void *arg)
{
    anc_err_clear(&f->err);
    return krn_writer_run(f->options.writer, &f->call, work, arg);
}

/* ---- closures ------------------------------------------------------------------------------ */

typedef struct collection_arg {
    kno_collection_store store;
    kno_collection_record record;
    unsigned set; /* 0: all */
    int64_t id;
} collection_arg;

static anc_status insert_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_arg *a = arg;
    return a->store.ops->insert(a->store.self, tx, &a->record, &a->id, err);
}

static anc_status update_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_arg *a = arg;
    return a->store.ops->update(a->store.self, tx, &a->record, a->set != 0 ? a->set : ~0U, err);
}

static anc_status drop_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_arg *a = arg;
    return a->store.ops->drop(a->store.self, tx, a->id, err);
}

static int64_t make_collection(kno_fixture *f, const char *name)
{
    collection_arg a = {.store = f->options.catalog.collections,
                        .record = {.name = anc_str_of(name),
                                   .description = ANC_STR("d"),
                                   .language = ANC_STR("auto"),
                                   .acl = {everybody, 1}}};
    ASSERT_OK(run(f, insert_collection, &a), &f->err);
    return a.id;
}

static kno_digest digest(unsigned char first)
{
    return (kno_digest){.bytes = {first, 1}};
}

typedef struct stage_arg {
    kno_fixture *f;
    unsigned char content;
    const unsigned char *chunks; /* first byte of each digest, ended by 0 */
    kno_labels acl;
    int64_t version;
} stage_arg;

static anc_status stage(void *arg, krn_tx *tx, anc_err *err)
{
    stage_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    const kno_version_record record = {.title = ANC_STR("T"),
                                       .language = ANC_STR("en"),
                                       .metadata = ANC_STR("{}"),
                                       .folded = ANC_STR("t"),
                                       .acl = a->acl,
                                       .bytes = 100,
                                       .text_bytes = 90,
                                       .content = digest(a->content),
                                       .text = digest((unsigned char)(a->content + 100)),
                                       .fingerprint = digest(a->content)};
    ANC_TRY(v.ops->stage(v.self, tx, &record, &a->version, err));
    for (uint32_t i = 0; a->chunks[i] != 0; i++) {
        const kno_chunk_record k = {.ordinal = i,
                                    .start = i * 10,
                                    .end = i * 10 + 9,
                                    .tokens = 3,
                                    .heading = i > 0 ? ANC_STR("A > B") : ANC_STR_NONE,
                                    .digest = digest(a->chunks[i])};
        ANC_TRY(v.ops->stage_chunks(v.self, tx, a->version, &k, 1, err));
    }
    return ANC_OK;
}

static int64_t stage_version(kno_fixture *f, unsigned char content, const char *chunks)
{
    stage_arg a = {.f = f, .content = content, .chunks = (const unsigned char *)chunks};
    ASSERT_OK(run(f, stage, &a), &f->err);
    return a.version;
}

typedef struct publish_arg {
    kno_fixture *f;
    kno_publication publication;
    kno_published published;
} publish_arg;

static anc_status publish(void *arg, krn_tx *tx, anc_err *err)
{
    publish_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    return v.ops->publish(v.self, tx, &a->publication, &a->published, err);
}

static anc_status publish_version(kno_fixture *f, int64_t collection, const char *name,
                                  int64_t base, int64_t version, uint32_t chunks,
                                  kno_published *ret)
{
    publish_arg a = {.f = f,
                     .publication = {.collection_id = collection,
                                     .document = anc_str_of(name),
                                     .base_id = base,
                                     .version_id = version,
                                     .chunks = chunks}};
    const anc_status status = run(f, publish, &a);
    if (ret != NULL)
        *ret = a.published;
    return status;
}

typedef struct retire_arg {
    kno_fixture *f;
    int64_t document;
    uint32_t number;
} retire_arg;

static anc_status retire(void *arg, krn_tx *tx, anc_err *err)
{
    retire_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    return v.ops->retire(v.self, tx, a->document, &a->number, err);
}

typedef struct discard_arg {
    kno_fixture *f;
    int64_t version;
    size_t max;
    kno_discarded result;
} discard_arg;

static anc_status discard(void *arg, krn_tx *tx, anc_err *err)
{
    discard_arg *a = arg;
    const kno_garbage_store g = a->f->options.catalog.garbage;
    return g.ops->discard(g.self, tx, a->version, a->max, &a->result, err);
}

typedef struct vectors_arg {
    kno_fixture *f;
    kno_vectors vectors;
    int64_t version;
    uint64_t missing;
} vectors_arg;

static anc_status put_vectors(void *arg, krn_tx *tx, anc_err *err)
{
    vectors_arg *a = arg;
    const kno_vector_store v = a->f->options.catalog.vectors;
    return v.ops->put(v.self, tx, &a->vectors, err);
}

static anc_status complete(void *arg, krn_tx *tx, anc_err *err)
{
    vectors_arg *a = arg;
    const kno_vector_store v = a->f->options.catalog.vectors;
    return v.ops->complete(v.self, tx, a->vectors.model, a->version, &a->missing, err);
}

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

typedef struct expire_arg {
    kno_fixture *f;
    uint32_t keep;
    size_t n;
} expire_arg;

static anc_status expire(void *arg, krn_tx *tx, anc_err *err)
{
    expire_arg *a = arg;
    const kno_garbage_store g = a->f->options.catalog.garbage;
    return g.ops->expire(g.self, tx, a->keep, 2, &a->n, err);
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
                                         .difference = {.changes = i, .added = 2, .removed = 1},
                                         .keep = 5}};
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
    expire_arg e = {.f = f, .keep = 2};
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_int_equal(e.n, 2);
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_int_equal(e.n, 1);
    ASSERT_OK(run(f, expire, &e), &f->err);
    assert_int_equal(e.n, 0);
    ASSERT_OK(h.ops->list(h.self, call, p.document_id, 0, 10, &all, &n), &f->err);
    assert_int_equal(n, 2);
    assert_int_equal(fixture_count(f, "SELECT versions FROM kno_collection"), 2);
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
    assert_int_equal(a.missing, 2);
    ASSERT_OK(run(f, put_vectors, &a), &f->err);
    unsigned char *read = NULL;
    uint32_t dims = 9;
    ASSERT_OK(v.ops->read(v.self, call, ANC_STR("m@1"), version, 3, &read, &dims), &f->err);
    assert_null(read); /* b has none */
    assert_int_equal(dims, 0);
    kno_lacking *lacking = NULL;
    size_t n = 0;
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR("m@1"), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 1);
    a.vectors.n = 3; /* one of them again, one that no chunk has */
    ASSERT_OK(run(f, put_vectors, &a), &f->err);
    bool known[3];
    ASSERT_OK(v.ops->known(v.self, call, ANC_STR("m@1"), digests, 3, known), &f->err);
    assert_true(known[0] && known[1] && !known[2]);
    ASSERT_OK(v.ops->known(v.self, call, ANC_STR("m@2"), digests, 3, known), &f->err);
    assert_false(known[0] || known[1] || known[2]);
    ASSERT_OK(run(f, complete, &a), &f->err);
    assert_int_equal(a.missing, 0);
    ASSERT_OK(v.ops->read(v.self, call, ANC_STR("m@1"), version, 3, &read, &dims), &f->err);
    assert_int_equal(dims, 2);
    assert_memory_equal(read, bytes, 4);
    assert_memory_equal(read + 4, bytes + 4, 4);
    assert_memory_equal(read + 8, bytes, 4);
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR("m@1"), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 0);
    ASSERT_OK(v.ops->lacking(v.self, call, ANC_STR("m@2"), 0, 10, &lacking, &n), &f->err);
    assert_int_equal(n, 1);
    assert_int_equal(lacking[0].version_id, version);
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

/* ---- parts --------------------------------------------------------------------------------- */

typedef struct parts_arg {
    kno_fixture *f;
    int64_t collection;
    anc_str parent, after;
    size_t limit;
    kno_part_row *rows;
    size_t n;
} parts_arg;

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
    ASSERT_OK(d.ops->find(d.self, call, c, ANC_STR("m"), &found), &f->err);
    assert_int_equal(found.parent.len, 0);
    uint64_t parts = 0;
    ASSERT_OK(d.ops->count_parts(d.self, call, c, ANC_STR("m"), &parts), &f->err);
    assert_int_equal(parts, 2);
    ASSERT_OK(d.ops->count_parts(d.self, call, c, ANC_STR("m#1"), &parts), &f->err);
    assert_int_equal(parts, 0);

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

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(collections),
        TEST(a_version_is_unseen_until_it_is_published),
        TEST(who_comes_late_is_told),
        TEST(old_versions_stay_and_can_be_located),
        TEST(access_follows_the_current_version),
        TEST(the_walk_sees_each_document_once),
        TEST(vectors),
        TEST(settings_outdate_what_was_cut_by_others),
        TEST(old_versions_expire),
        TEST(garbage),
        TEST(a_shared_vector_outlives_one_of_its_documents),
        TEST(a_failed_closure_leaves_nothing),
        TEST(parts_are_found_by_their_parent),
    };
    return cmocka_run_group_tests_name("catalog on sqlite", tests, NULL, NULL);
}
