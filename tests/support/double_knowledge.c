/* double_knowledge.c - the knowledge component, answered from memory. */
#include <stdlib.h>

#include "support/service_doubles_impl.h"

struct kno_service {
    int nothing;
};

kno_service *double_kno(void)
{
    static kno_service one;
    return &one;
}

static const anc_str public_label[] = {ANC_STR_INIT("public")};

static kno_collection collection_of(const char *name)
{
    return (kno_collection){.name = anc_str_of(name),
                            .description = ANC_STR("about it"),
                            .language = ANC_STR("en"),
                            .system_prompt = ANC_STR(""),
                            .prompt_template = ANC_STR(""),
                            .overlap_sentences = 1,
                            .acl = public_label,
                            .n_acl = 1,
                            .embedding_model = ANC_STR(""),
                            .model = ANC_STR(""),
                            .created_ms = 1700000000000,
                            .updated_ms = 1700000001000,
                            .documents = 2,
                            .chunks = 7};
}

anc_status kno_collection_create(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 kno_collection *ret)
{
    (void)kno;
    if (anc_str_find(wanted->name, ANC_STR(" ")) != SIZE_MAX)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/name",
                              "\"%.*s\" is no name of a collection", ANC_FMT(wanted->name));
    if (double_is(wanted->name, "taken"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "collection taken exists");
    if (double_is(wanted->embedding_model, "absent"))
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/embedding_model",
                              "there is no embedding model \"absent\"; there are: tiny");
    atomic_fetch_add(&doubles.puts, 1);
    *ret = collection_of("x");
    if (wanted->embedding_model.len > 0)
        ret->embedding_model = wanted->embedding_model;
    ret->name = wanted->name;
    ret->description = wanted->description;
    ret->chunking = wanted->chunking;
    ret->chunk_tokens = wanted->chunk_tokens;
    if (wanted->n_acl > 0) {
        ret->acl = wanted->acl;
        ret->n_acl = wanted->n_acl;
    }
    return ANC_OK;
}

anc_status kno_collection_find(kno_service *kno, krn_call *call, anc_str name, kno_collection *ret)
{
    (void)kno;
    if (double_is(name, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no collection nope");
    *ret = collection_of("x");
    ret->name = name;
    return ANC_OK;
}

anc_status kno_collection_update(kno_service *kno, krn_call *call, const kno_collection *wanted,
                                 const kno_collection_set *set, kno_collection *ret)
{
    ANC_TRY(kno_collection_find(kno, call, wanted->name, ret));
    if (set->description)
        ret->description = wanted->description;
    if (set->language)
        ret->language = wanted->language;
    if (set->chunking)
        ret->chunking = wanted->chunking;
    if (set->chunk_tokens)
        ret->chunk_tokens = wanted->chunk_tokens;
    if (set->overlap_sentences)
        ret->overlap_sentences = wanted->overlap_sentences;
    if (set->system_prompt)
        ret->system_prompt = wanted->system_prompt;
    if (set->prompt_template)
        ret->prompt_template = wanted->prompt_template;
    if (set->embedding_model) {
        ret->embedding_model = wanted->embedding_model;
        ret->unembedded = 2;
    }
    ret->outdated = set->chunking || set->chunk_tokens || set->overlap_sentences ? 2 : 0;
    return ANC_OK;
}

anc_status kno_collection_list(kno_service *kno, krn_call *call, anc_str after, size_t limit,
                               kno_collection **ret, size_t *ret_n)
{
    static const char *const names[] = {"alpha", "beta", "gamma"};
    (void)kno;
    *ret = anc_arena_alloc(call->mem, 3, sizeof **ret);
    *ret_n = 0;
    for (size_t i = 0; *ret != NULL && i < 3 && *ret_n < limit; i++)
        if (anc_str_cmp(anc_str_of(names[i]), after) > 0)
            (*ret)[(*ret_n)++] = collection_of(names[i]);
    return ANC_OK;
}

anc_status kno_collection_delete(kno_service *kno, krn_call *call, anc_str name, uint64_t *ret_seq)
{
    kno_collection found;
    *ret_seq = double_is(name, "unseen") ? 99 : 1;
    return kno_collection_find(kno, call, name, &found);
}

static void keep_input(const kno_document_input *input)
{
    (void)pthread_mutex_lock(&doubles.lock);
    double_keep(doubles.collection, sizeof doubles.collection, input->collection);
    double_keep(doubles.document, sizeof doubles.document, input->id);
    double_keep(doubles.title, sizeof doubles.title, input->title);
    double_keep(doubles.metadata, sizeof doubles.metadata, input->metadata);
    double_keep(doubles.content_type, sizeof doubles.content_type, input->content_type);
    double_keep(doubles.name, sizeof doubles.name, input->name);
    double_keep(doubles.acl, sizeof doubles.acl,
                input->n_acl > 0   ? input->acl[0]
                : input->keeps_acl ? ANC_STR("as it is")
                                   : ANC_STR(""));
    doubles.content_len = input->content.len;
    doubles.content_sum = double_sum(input->content);
    (void)pthread_mutex_unlock(&doubles.lock);
}

anc_status kno_document_put(kno_service *kno, krn_call *call, const kno_document_input *input,
                            bool must_be_new, kno_put_result *ret)
{
    (void)kno;
    (void)must_be_new;
    if (double_is(input->id, "hold"))
        ANC_TRY(double_hold(call));
    if (double_is(input->id, "hold on"))
        double_hold_on();
    if (double_is(input->content, "BROKEN"))
        return ANC_FAIL(call->err, ANC_UNSUPPORTED, "the content is of no known kind");
    if (double_is(input->id, "full"))
        return ANC_FAIL(call->err, ANC_DISK_FULL, "the disk is full");
    if (input->expected_version == 7)
        return ANC_FAIL_FIELD(call->err, ANC_CONFLICT, "/expected_version",
                              "the document is at version 3, not at 7");
    keep_input(input);
    *ret = (kno_put_result){.collection = input->collection,
                            .document_id = input->id.len > 0 ? input->id : ANC_STR("made-here"),
                            .version = 1,
                            .chunks = 3,
                            .change_seq = double_is(input->id, "unseen") ? 99 : 1};
    if (double_is(input->id, "known")) {
        ret->version = 2;
        ret->status = KNO_UPDATED;
    } else if (double_is(input->id, "same")) {
        ret->status = KNO_UNCHANGED;
        ret->change_seq = 0;
    }
    ret->version += (uint32_t)atomic_fetch_add(&doubles.puts, 1);
    return ANC_OK;
}

static size_t text_bytes_of(anc_str id)
{
    return double_is(id, "long") ? DOUBLE_LONG_TEXT : double_is(id, "empty") ? 0 : 10;
}

static kno_document document_of(anc_str collection, anc_str id)
{
    return (kno_document){.collection = collection,
                          .id = id,
                          .title = ANC_STR("Hive care"),
                          .uri = ANC_STR("file:///hive.md"),
                          .source = ANC_STR("folder"),
                          .content_type = ANC_STR("text/markdown"),
                          .language = ANC_STR("en"),
                          .file_name = ANC_STR("hive.md"),
                          .metadata = ANC_STR("{\"year\":2024}"),
                          .found = ANC_STR("{\"word_count\":{\"value\":9,\"origin\":\"rule\"}}"),
                          .version = 3,
                          .chunks = 2,
                          .bytes = 100,
                          .text_bytes = 90,
                          .content_sha256 = ANC_STR("00ff"),
                          .acl = public_label,
                          .n_acl = 1,
                          .created_ms = 1700000000000,
                          .updated_ms = 1700000001000};
}

anc_status kno_document_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                             kno_document *ret)
{
    (void)kno;
    if (double_is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no document nope in %.*s",
                        ANC_FMT(collection));
    *ret = document_of(collection, id);
    return ANC_OK;
}

/* With the name that its original has. */
static void name_original(kno_document *d)
{
    const anc_str of_a_type = ANC_STR("nameless of ");
    if (double_is(d->id, "odd")) {
        d->file_name = ANC_STR("../..\\.t\303\251 \"x\".html");
        d->content_type = ANC_STR("text/html");
    }
    if (double_is(d->id, "nameless")) {
        d->file_name = d->uri = d->title = ANC_STR("");
        d->content_type = ANC_STR("application/pdf");
    }
    if (anc_str_starts(d->id, of_a_type)) {
        d->file_name = d->uri = ANC_STR("");
        d->title = ANC_STR("t");
        d->content_type = anc_str_sub(d->id, of_a_type.len, d->id.len);
    }
}

anc_status kno_document_find_at(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                                uint32_t version, kno_document *ret)
{
    ANC_TRY(kno_document_find(kno, call, collection, id, ret));
    if (version > 3)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no version %u", version);
    ret->version = version != 0 ? version : ret->version;
    ret->bytes = text_bytes_of(id);
    name_original(ret);
    return ANC_OK;
}

anc_status kno_document_list(kno_service *kno, krn_call *call, anc_str collection, anc_str q,
                             anc_str after, size_t limit, kno_document **ret, size_t *ret_n)
{
    (void)kno;
    (void)q;
    *ret = anc_arena_alloc(call->mem, limit, sizeof **ret);
    *ret_n = 0;
    if (*ret == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "documents");
    if (after.len == 0)
        (*ret)[(*ret_n)++] =
            document_of(collection.len > 0 ? collection : ANC_STR("default"), ANC_STR("a/b.md"));
    else if (!double_is(after, "a/b.md") && !double_is(after, "default\na/b.md"))
        return ANC_FAIL(call->err, ANC_INVALID, "an odd cursor came");
    return ANC_OK;
}

anc_status kno_document_delete(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint64_t *ret_seq)
{
    kno_document found;
    *ret_seq = double_is(id, "unseen") ? 99 : 1;
    return kno_document_find(kno, call, collection, id, &found);
}

anc_status kno_text_open(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                         uint32_t version, kno_text *ret)
{
    kno_document found;
    ANC_TRY(kno_document_find(kno, call, collection, id, &found));
    if (version > 3)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no version %u", version);
    const size_t n = text_bytes_of(id);
    char *text = malloc(n + 1);
    if (text == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "a text");
    for (size_t i = 0; i < n; i++)
        text[i] = (char)('a' + i % 26);
    *ret = (kno_text){.text = {text, n}, .owner = text};
    atomic_fetch_add(&doubles.texts_open, 1);
    return ANC_OK;
}

void kno_text_close(kno_service *kno, kno_text *text)
{
    (void)kno;
    free(text->owner);
    atomic_fetch_sub(&doubles.texts_open, 1);
}

anc_status kno_raw_open(kno_service *kno, krn_call *call, const kno_document *of, bool whole,
                        kno_raw *ret)
{
    kno_text text;
    ANC_TRY(kno_text_open(kno, call, of->collection, of->id, of->version, &text));
    *ret = (kno_raw){.bytes = text.text, .owner = text.owner};
    atomic_fetch_add(whole ? &doubles.raw_whole : &doubles.raw_parts, 1);
    return ANC_OK;
}

void kno_raw_close(kno_service *kno, kno_raw *raw)
{
    kno_text text = {.text = raw->bytes, .owner = raw->owner};
    kno_text_close(kno, &text);
}

anc_status kno_version_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            uint32_t before, size_t limit, kno_version **ret, size_t *ret_n)
{
    kno_document found;
    ANC_TRY(kno_document_find(kno, call, collection, id, &found));
    *ret = anc_arena_alloc(call->mem, 3, sizeof **ret);
    *ret_n = 0;
    for (uint32_t i = 3; *ret != NULL && i > 0 && *ret_n < limit; i--)
        if (before == 0 || i < before)
            (*ret)[(*ret_n)++] = (kno_version){.number = i,
                                               .current = i == 3,
                                               .title = ANC_STR("Hive care"),
                                               .metadata = ANC_STR("{\"year\":2024}"),
                                               .found = ANC_STR("{}"),
                                               .content_sha256 = ANC_STR("00ff"),
                                               .chunks = 5,
                                               .title_changed = i == 3,
                                               .content_changed = i > 1,
                                               .counted = i > 1,
                                               .chunks_added = 1,
                                               .chunks_removed = 2,
                                               .chunks_kept = 4,
                                               .restored_from = i == 3 ? 1 : 0,
                                               .created_ms = 1700000000000};
    return ANC_OK;
}

anc_status kno_version_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            uint32_t number, kno_version *ret)
{
    kno_version *all;
    size_t n = 0;
    ANC_TRY(kno_version_list(kno, call, collection, id, number + 1, 1, &all, &n));
    if (n == 0 || all[0].number != number)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the document has no version %u", number);
    *ret = all[0];
    return ANC_OK;
}

anc_status kno_version_restore(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t number, uint32_t expected_version, kno_put_result *ret)
{
    kno_document found;
    ANC_TRY(kno_document_find_at(kno, call, collection, id, number, &found));
    if (expected_version != 0 && expected_version != 3)
        return ANC_FAIL_FIELD(call->err, ANC_CONFLICT, "/expected_version",
                              "the document is at version 3, not at %u", expected_version);
    atomic_fetch_add(&doubles.puts, 1);
    *ret = (kno_put_result){.collection = collection,
                            .document_id = id,
                            .version = 4,
                            .chunks = 5,
                            .status = KNO_UPDATED,
                            .change_seq = 1};
    return ANC_OK;
}

anc_status kno_version_restore_handing_rows(kno_service *kno, krn_call *call, anc_str collection,
                                            anc_str id, uint32_t number, uint32_t expected_version,
                                            const kno_rows_wanted *rows, kno_put_result *ret)
{
    const kno_row row = {.number = 1,
                         .parent = id,
                         .id = ANC_STR("hive#1"),
                         .content = ANC_STR("{}"),
                         .metadata = ANC_STR("{}")};
    ANC_TRY(kno_version_restore(kno, call, collection, id, number, expected_version, ret));
    return number == 1 ? rows->on_row(rows->arg, &row, call->err) : ANC_OK;
}

anc_status kno_chunk_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                          uint32_t version, uint32_t from, size_t limit, kno_chunk **ret,
                          size_t *ret_n)
{
    kno_document found;
    ANC_TRY(kno_document_find_at(kno, call, collection, id, version, &found));
    *ret = anc_arena_alloc(call->mem, 3, sizeof **ret);
    *ret_n = 0;
    for (uint32_t i = from; *ret != NULL && i < 3 && *ret_n < limit; i++)
        (*ret)[(*ret_n)++] =
            (kno_chunk){.ref = {collection, id, 3, i},
                        .id = anc_arena_printf(call->mem, "%.*s.3.%u", ANC_FMT(id), i),
                        .heading = i == 0 ? ANC_STR_NONE : ANC_STR("Winter"),
                        .page = i,
                        .start = i * 10,
                        .end = i * 10 + 10,
                        .text = ANC_STR("some words"),
                        .columns = i == 2 ? ANC_STR("Name | Price") : ANC_STR_NONE,
                        .tokens = 4};
    return ANC_OK;
}

anc_status kno_version_vectors(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t version, kno_taken_vectors *ret)
{
    static const unsigned char digest[KNO_DIGEST_SIZE] = {1, 2, 3};
    static const unsigned char values[] = {0, 60, 0, 0};
    kno_document found;
    ANC_TRY(kno_document_find_at(kno, call, collection, id, version, &found));
    *ret = (kno_taken_vectors){
        .model = ANC_STR("m@1"), .dims = 2, .n = 1, .digests = digest, .values = values};
    return ANC_OK;
}

uint64_t kno_unreadable_tell(kno_service *kno, bool named, anc_buf *out)
{
    (void)kno;
    if (atomic_load(&doubles.unreadable) > 0)
        (void)anc_buf_add(out, named ? ANC_STR("'secret-7'") : ANC_STR("one of them"));
    return (uint64_t)atomic_load(&doubles.unreadable);
}

anc_status kno_stats(kno_service *kno, krn_call *call, kno_stats_row **ret, size_t *ret_n)
{
    (void)kno;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL;
    if (*ret != NULL)
        **ret = (kno_stats_row){.collection = ANC_STR("default"),
                                .documents = 2,
                                .languages = ANC_STR("{\"en\":2}"),
                                .last_change_ms = 0};
    return ANC_OK;
}
