/* knowledge_check.c - the fixture's catalog and raw store, counted and compared; see knowledge_fixture.h. */
#include "knowledge_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash/sha256.h"
#include "os/file.h"
#include "support/test.h"

static void must(anc_status status, const anc_err *err)
{
    if (status != ANC_OK)
        fail_msg("%s: %s", anc_status_info(status)->name, err->text);
}

int64_t fixture_count(kno_fixture *f, const char *sql)
{
    anc_err err;
    anc_err_clear(&err);
    DB_STMT(s);
    bool row = false;
    must(db_prepare(f->db, sql, &s, &err), &err);
    must(db_step(s, &row, &err), &err);
    return row ? db_col_int(s, 0) : 0;
}

size_t fixture_objects(kno_fixture *f)
{
    size_t all = 0;
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, 16 << 20);
    for (unsigned shard = 0; shard < 256; shard++) {
        kno_digest *digests = NULL;
        size_t n = 0;
        must(f->options.raw.ops->list(f->options.raw.self, shard, mem, &digests, &n, &err), &err);
        all += n;
    }
    return all;
}

static void check_documents(kno_fixture *f)
{
    kno_walk_row after = {0}, *rows = NULL;
    size_t n = 0;
    ANC_ARENA(mem, 64 << 20);
    anc_err err;
    krn_call call = fixture_thread_call(f, mem, &err);
    const anc_str all[] = {ANC_STR("public"), ANC_STR("group:board")};
    call.principal.labels = all;
    must(kno_walk(f->kno, &call, &after, 100000, &rows, &n), &err);
    for (size_t i = 0; i < n; i++) {
        kno_indexable x;
        must(kno_indexable_read(f->kno, &call, rows[i].collection, rows[i].document_id,
                                ANC_STR_NONE, &x),
             &err);
        kno_text text;
        must(kno_text_open(f->kno, &call, rows[i].collection, rows[i].document_id, 0, &text), &err);
        for (size_t k = 0; k < x.n_chunks; k++) {
            const kno_chunk *c = &x.chunks[k];
            assert_int_equal(c->ref.ordinal, k);
            assert_true(c->start <= c->end && c->end <= text.text.len);
            assert_true(anc_str_eq(c->text, anc_str_sub(text.text, c->start, c->end - c->start)));
        }
        kno_text_close(f->kno, &text);
        if (f->emb.available && x.n_chunks > 0)
            assert_non_null(x.vectors);
    }
}

size_t fixture_seen(kno_fixture *f)
{
    enum { MANY = 1000 };
    kno_document *listed = NULL;
    kno_walk_row *walked = NULL, after = {0};
    kno_collection c;
    size_t n = MANY, n_listed = 0, n_walked = 0;
    for (anc_str last = ANC_STR(""); n == MANY; n_listed += n) {
        must(kno_document_list(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR(""), last, MANY,
                               &listed, &n),
             &f->err);
        last = n > 0 ? listed[n - 1].id : last;
    }
    for (n = MANY; n == MANY; n_walked += n) {
        must(kno_walk(f->kno, fixture_call(f), &after, MANY, &walked, &n), &f->err);
        after = n > 0 ? walked[n - 1] : after;
    }
    must(kno_collection_find(f->kno, fixture_call(f), ANC_STR("notes"), &c), &f->err);
    assert_int_equal(n_listed, n_walked);
    assert_int_equal(n_listed, c.documents);
    return n_listed;
}

void fixture_check(kno_fixture *f, bool swept)
{
    static const char *const zero[] = {
        /* counters equal the rows */
        "SELECT count(*) FROM kno_collection c WHERE documents <> (SELECT count(*) FROM"
        " kno_document d WHERE d.collection_id = c.id)",
        "SELECT count(*) FROM kno_collection c WHERE chunks <> (SELECT coalesce(sum(v.chunks), 0)"
        " FROM kno_document d JOIN kno_version v ON v.id = d.current_id"
        " WHERE d.collection_id = c.id)",
        "SELECT count(*) FROM kno_collection c WHERE versions <> (SELECT count(*) FROM"
        " kno_document d JOIN kno_version v ON v.document_id = d.id AND v.state = 1"
        " WHERE d.collection_id = c.id)",
        "SELECT count(*) FROM kno_collection c WHERE text_bytes <> (SELECT"
        " coalesce(sum(v.text_bytes), 0) FROM kno_document d JOIN kno_version v"
        " ON v.id = d.current_id WHERE d.collection_id = c.id)",
        /* a current version is published and whole */
        "SELECT count(*) FROM kno_document d JOIN kno_version v ON v.id = d.current_id"
        " WHERE v.state <> 1 OR v.document_id <> d.id OR v.number <> d.versions",
        "SELECT count(*) FROM kno_version v WHERE state = 1 AND chunks <>"
        " (SELECT count(*) FROM kno_chunk k WHERE k.version_id = v.id)",
    };
    static const char *const zero_when_swept[] = {
        "SELECT count(*) FROM kno_version WHERE state <> 1",
        "SELECT count(*) FROM kno_collection WHERE dropped = 1",
        "SELECT count(*) FROM kno_going",
        "SELECT count(*) FROM kno_chunk k WHERE NOT EXISTS (SELECT 1 FROM kno_version v"
        " WHERE v.id = k.version_id)",
        "SELECT count(*) FROM kno_vector v WHERE NOT EXISTS (SELECT 1 FROM kno_chunk k"
        " WHERE k.digest = v.digest)",
    };
    for (size_t i = 0; i < ANC_COUNT(zero); i++)
        if (fixture_count(f, zero[i]) != 0)
            fail_msg("not zero: %s", zero[i]);
    check_documents(f);
    if (!swept)
        return;
    for (size_t i = 0; i < ANC_COUNT(zero_when_swept); i++)
        if (fixture_count(f, zero_when_swept[i]) != 0)
            fail_msg("not zero after a sweep: %s", zero_when_swept[i]);
    const int64_t named = fixture_count(
        f, "SELECT count(*) FROM (SELECT content FROM kno_version UNION SELECT text FROM"
           " kno_version)");
    assert_int_equal(fixture_objects(f), named);
}
