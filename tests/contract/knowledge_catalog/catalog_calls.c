/* catalog_calls.c - calls of the catalog's ports, for its contract. */
#include "support/test.h"

#include <stdlib.h>

#include "catalog_calls.h"

const anc_str everybody[] = {ANC_STR_INIT("public")};
const anc_str board[] = {ANC_STR_INIT("group:board")};

int catalog_setup(void **state)
{
    kno_fixture *f = malloc(sizeof *f);
    assert_non_null(f);
    fixture_open(f);
    *state = f;
    return 0;
}

int catalog_teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

anc_status run(kno_fixture *f, krn_work_fn *work, void *arg)
{
    anc_err_clear(&f->err);
    return krn_writer_run(f->options.writer, &f->call, work, arg);
}

anc_status insert_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_arg *a = arg;
    return a->store.ops->insert(a->store.self, tx, &a->record, &a->id, err);
}

anc_status update_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_arg *a = arg;
    return a->store.ops->update(a->store.self, tx, &a->record, a->set != 0 ? a->set : ~0U, err);
}

anc_status drop_collection(void *arg, krn_tx *tx, anc_err *err)
{
    collection_arg *a = arg;
    return a->store.ops->drop(a->store.self, tx, a->id, err);
}

int64_t make_collection(kno_fixture *f, const char *name)
{
    collection_arg a = {.store = f->options.catalog.collections,
                        .record = {.name = anc_str_of(name),
                                   .description = ANC_STR("d"),
                                   .language = ANC_STR("auto"),
                                   .acl = {everybody, 1}}};
    ASSERT_OK(run(f, insert_collection, &a), &f->err);
    return a.id;
}

kno_digest digest(unsigned char first)
{
    return (kno_digest){.bytes = {first, 1}};
}

anc_status stage(void *arg, krn_tx *tx, anc_err *err)
{
    stage_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    const kno_version_record record = {.title = ANC_STR("T"),
                                       .uri = a->uri,
                                       .source = a->uri.len > 0 ? ANC_STR("folder") : ANC_STR_NONE,
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

int64_t stage_version(kno_fixture *f, unsigned char content, const char *chunks)
{
    stage_arg a = {.f = f, .content = content, .chunks = (const unsigned char *)chunks};
    ASSERT_OK(run(f, stage, &a), &f->err);
    return a.version;
}

anc_status publish(void *arg, krn_tx *tx, anc_err *err)
{
    publish_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    ANC_TRY(v.ops->publish(v.self, tx, &a->publication, &a->published, err));
    if (a->seq == 0)
        return ANC_OK;
    return v.ops->announced(v.self, tx, a->published.document_id, a->publication.version_id, a->seq,
                            &a->keeping, err);
}

anc_status publish_version(kno_fixture *f, int64_t collection, const char *name, int64_t base,
                           int64_t version, uint32_t chunks, kno_published *ret)
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

anc_status retire(void *arg, krn_tx *tx, anc_err *err)
{
    retire_arg *a = arg;
    const kno_version_writer v = a->f->options.catalog.versions;
    return v.ops->retire(v.self, tx, a->document, &a->number, err);
}

anc_status discard(void *arg, krn_tx *tx, anc_err *err)
{
    discard_arg *a = arg;
    const kno_garbage_store g = a->f->options.catalog.garbage;
    return g.ops->discard(g.self, tx, a->version, a->max, &a->result, err);
}

anc_status put_vectors(void *arg, krn_tx *tx, anc_err *err)
{
    vectors_arg *a = arg;
    const kno_vector_store v = a->f->options.catalog.vectors;
    return v.ops->put(v.self, tx, &a->vectors, err);
}

anc_status complete(void *arg, krn_tx *tx, anc_err *err)
{
    vectors_arg *a = arg;
    const kno_vector_store v = a->f->options.catalog.vectors;
    return v.ops->complete(v.self, tx, a->vectors.model, a->vectors.dims, a->version, &a->done,
                           err);
}

anc_status aim(void *arg, krn_tx *tx, anc_err *err)
{
    aim_arg *a = arg;
    const kno_model_store m = a->f->options.catalog.models;
    return m.ops->aim(m.self, tx, a->wanted, a->revision, a->dims, err);
}

anc_status switch_over(void *arg, krn_tx *tx, anc_err *err)
{
    aim_arg *a = arg;
    const kno_model_store m = a->f->options.catalog.models;
    return m.ops->switch_over(m.self, tx, a->collection, &a->done, err);
}

anc_status give_up(void *arg, krn_tx *tx, anc_err *err)
{
    aim_arg *a = arg;
    const kno_model_store m = a->f->options.catalog.models;
    return m.ops->give_up(m.self, tx, a->version, err);
}
