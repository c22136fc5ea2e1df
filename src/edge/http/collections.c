/* collections.c - named sets of documents. */
#include "handlers.h"
#include "schemas.h"

static void put_collection(json_writer *w, const kno_collection *c)
{
    json_open_object(w);
    json_put_str(w, "name", c->name);
    json_put_str(w, "description", c->description);
    json_put_str(w, "language", c->language);
    json_name(w, "chunking");
    json_open_object(w);
    json_put_str(w, "strategy",
                 c->chunking == KNO_CHUNK_WHOLE ? ANC_STR("whole") : ANC_STR("structure"));
    json_put_int(w, "max_tokens", c->chunk_tokens);
    json_put_int(w, "overlap_sentences", c->overlap_sentences);
    json_close_object(w);
    http_put_texts(w, "acl", c->acl, c->n_acl);
    json_put_str(w, "system_prompt", c->system_prompt);
    json_put_str(w, "prompt_template", c->prompt_template);
    json_put_str(w, "embedding_model", c->embedding_model);
    json_put_str_or_null(w, "model", c->model.len > 0 ? c->model : ANC_STR_NONE);
    json_put_int(w, "documents", (int64_t)c->documents);
    json_put_int(w, "chunks", (int64_t)c->chunks);
    json_put_int(w, "outdated_documents", (int64_t)c->outdated);
    json_put_int(w, "recut_failed_documents", (int64_t)c->recut_failed);
    json_put_int(w, "unembedded_documents", (int64_t)c->unembedded);
    json_put_int(w, "embed_failed_documents", (int64_t)c->embed_failed);
    http_put_time(w, "created_at", c->created_ms);
    http_put_time(w, "updated_at", c->updated_ms);
    json_close_object(w);
}

anc_status http_collections_list(http_request *rq)
{
    http_page page;
    anc_str after;
    kno_collection *items;
    size_t n;
    ANC_TRY(http_query(rq, &page));
    ANC_TRY(http_cursor_read(rq, page.cursor, &after));
    ANC_TRY(kno_collection_list(rq->edge->o.kno, &rq->call, after, (size_t)page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        put_collection(&w, &items[i]);
    const bool more = n == (size_t)page.limit;
    return http_list_end(rq, &w, more, more ? http_cursor_of(rq, items[n - 1].name) : ANC_STR_NONE);
}

static kno_collection wanted_of(const http_collection_in *in)
{
    return (kno_collection){.name = in->name,
                            .description = in->description,
                            .language = in->language,
                            .chunking = anc_str_eq(in->chunking.strategy, ANC_STR("whole"))
                                            ? KNO_CHUNK_WHOLE
                                            : KNO_CHUNK_STRUCTURE,
                            .chunk_tokens = (uint32_t)in->chunking.max_tokens,
                            .overlap_sentences = (uint32_t)in->chunking.overlap_sentences,
                            .acl = in->acl.items,
                            .n_acl = in->acl.n,
                            .system_prompt = in->system_prompt,
                            .prompt_template = in->prompt_template,
                            .embedding_model = in->embedding_model};
}

/* A template is the chat's matter: the knowledge component keeps it unread. */
static anc_status check_template(http_request *rq, const http_collection_in *in)
{
    anc_err why = {.code = ANC_OK};
    if (rag_prompt_template_check(in->prompt_template, &why) != ANC_OK)
        http_fault_add(&rq->faults, ANC_STR("/prompt_template"), "%s", why.text);
    return http_faults_status(&rq->faults, &rq->err);
}

static anc_status answer_collection(http_request *rq, const kno_collection *c, int status)
{
    json_writer w = http_json(rq);
    put_collection(&w, c);
    rq->answer.status = status;
    return ANC_OK;
}

anc_status http_collections_create(http_request *rq)
{
    http_collection_in in;
    kno_collection made;
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(check_template(rq, &in));
    const kno_collection wanted = wanted_of(&in);
    anc_status status = kno_collection_create(rq->edge->o.kno, &rq->call, &wanted, &made);
    if (status == ANC_CONFLICT && rq->resumed) { /* it was made before the server ended */
        anc_err_clear(&rq->err);
        status = kno_collection_find(rq->edge->o.kno, &rq->call, wanted.name, &made);
    }
    ANC_TRY(status);
    return answer_collection(rq, &made, 201);
}

anc_status http_collections_get(http_request *rq)
{
    kno_collection found;
    ANC_TRY(kno_collection_find(rq->edge->o.kno, &rq->call, rq->params[0], &found));
    return answer_collection(rq, &found, 200);
}

anc_status http_collections_update(http_request *rq)
{
    http_collection_in in;
    kno_collection updated;
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(check_template(rq, &in));
    const kno_collection_set set = {.description = in.description.ptr != NULL,
                                    .language = in.language.ptr != NULL,
                                    .chunking = in.chunking.strategy.ptr != NULL,
                                    .chunk_tokens = in.chunking.max_tokens >= 0,
                                    .overlap_sentences = in.chunking.overlap_sentences >= 0,
                                    .acl = in.acl.items != NULL,
                                    .system_prompt = in.system_prompt.ptr != NULL,
                                    .prompt_template = in.prompt_template.ptr != NULL,
                                    .embedding_model = in.embedding_model.ptr != NULL};
    in.name = rq->params[0];
    in.chunking.max_tokens = set.chunk_tokens ? in.chunking.max_tokens : 0;
    in.chunking.overlap_sentences = set.overlap_sentences ? in.chunking.overlap_sentences : 0;
    const kno_collection wanted = wanted_of(&in);
    ANC_TRY(kno_collection_update(rq->edge->o.kno, &rq->call, &wanted, &set, &updated));
    return answer_collection(rq, &updated, 200);
}

anc_status http_collections_delete(http_request *rq)
{
    uint64_t seq = 0;
    ANC_TRY(kno_collection_delete(rq->edge->o.kno, &rq->call, rq->params[0], &seq));
    return http_answer_deleted(rq, seq);
}
