/* upload_world.h - documents sent along, for the tests of what becomes of them. */
#ifndef ANC_TESTS_INGEST_UPLOAD_WORLD_H
#define ANC_TESTS_INGEST_UPLOAD_WORLD_H

#include <stdio.h>
#include <string.h>

#include "support/ingest_fixture.h"
#include "support/test.h"

static inline ing_upload *open_upload(ing_fixture *f, bool held)
{
    const ing_upload_request request = {
        .name = ANC_STR("upload"), .collection = ANC_STR("notes"), .held = held};
    ing_upload *u = NULL;
    ASSERT_OK(ing_upload_open(f->ing, fixture_call(&f->k), &request, &u), &f->k.err);
    return u;
}

static inline void send_record(ing_fixture *f, ing_upload *u, const char *json)
{
    char name[32];
    (void)snprintf(name, sizeof name, "line %llu", (unsigned long long)ing_upload_documents(u) + 1);
    krn_call *call = fixture_call(&f->k);
    ASSERT_OK(ing_upload_begin(u, call, ING_UPLOAD_RECORD, anc_str_of(name), ANC_STR_NONE),
              call->err);
    const size_t half = strlen(json) / 2; /* in two pieces */
    ASSERT_OK(ing_upload_add(u, call, (anc_str){json, half}), call->err);
    ASSERT_OK(ing_upload_add(u, call, anc_str_of(json + half)), call->err);
    ASSERT_OK(ing_upload_finish(u, call), call->err);
}

static inline void end_upload(ing_fixture *f, ing_upload *u, const char *broken, char id[64])
{
    ing_batch batch;
    ASSERT_OK(ing_upload_end(u, fixture_call(&f->k),
                             broken != NULL ? anc_str_of(broken) : ANC_STR_NONE, &batch),
              &f->k.err);
    (void)snprintf(id, 64, "%.*s", ANC_FMT(batch.id));
    ing_upload_close(u);
}

static int64_t count(ing_fixture *f, const char *sql)
{
    return fixture_count(&f->k, sql);
}

/* Segments that lie in the spool. */
static inline size_t segments(ing_fixture *f)
{
    ing_segment_row *rows = NULL;
    size_t n = 0;
    krn_call *call = fixture_call(&f->k);
    ASSERT_OK(f->spool.ops->list(f->spool.self, call, &rows, &n), call->err);
    return n;
}

static inline bool run_all(ing_fixture *f)
{
    for (int i = 0; i < 2000; i++)
        if (ingest_run(f, 1000))
            return true;
    return false;
}

static inline kno_document document(ing_fixture *f, const char *id)
{
    kno_document d = {0};
    ASSERT_OK(
        kno_document_find(f->k.kno, fixture_call(&f->k), ANC_STR("notes"), anc_str_of(id), &d),
        &f->k.err);
    return d;
}

#endif
