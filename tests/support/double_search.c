/* double_search.c - the embedding and search components, answered from memory. */
#include <math.h>
#include <string.h>

#include "support/service_doubles_impl.h"

enum { DOUBLE_DIMS = 4 };

struct emb_service {
    int nothing;
};

emb_service *double_emb(void)
{
    static emb_service one;
    return &one;
}

anc_status emb_library_list(emb_library *library, krn_call *call, emb_listed **ret, size_t *ret_n)
{
    (void)library;
    emb_listed *rows = anc_arena_alloc(call->mem, 2, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room");
    rows[0] = (emb_listed){.name = ANC_STR("tiny"),
                           .configured = true,
                           .installed = true,
                           .loaded = true,
                           .revision = ANC_STR("tiny@1"),
                           .precision = ANC_STR("int8"),
                           .dims = 48};
    rows[1] = (emb_listed){.name = ANC_STR("other"), .installed = true, .revision = ANC_STR("")};
    *ret = rows;
    *ret_n = 2;
    return ANC_OK;
}

void emb_library_describe(emb_library *library, anc_buf *out)
{
    (void)library;
    (void)anc_buf_add(out, ANC_STR("other"));
}

emb_info_row emb_info(const emb_service *emb)
{
    (void)emb;
    return (emb_info_row){.available = true,
                          .model = ANC_STR("tiny"),
                          .detail = ANC_STR("tiny"),
                          .dims = DOUBLE_DIMS,
                          .max_tokens = 10};
}

anc_status emb_hold(emb_library *library, krn_call *call, anc_str model, emb_held *ret)
{
    (void)library;
    if (model.len > 0 && !anc_str_eq(model, ANC_STR("tiny")))
        return ANC_FAIL(call->err, ANC_INVALID, "there is no embedding model \"%.*s\"",
                        ANC_FMT(model));
    *ret = (emb_held){.emb = double_emb()};
    return ANC_OK;
}

void emb_let_go(emb_held *held)
{
    *held = (emb_held){0};
}

/* A vector says how long its text is, and what it is for. */
anc_status emb_embed(emb_service *emb, krn_call *call, emb_kind kind, const anc_str *texts,
                     size_t n, float *out, emb_usage *ret_usage)
{
    (void)emb;
    (void)ret_usage;
    for (size_t i = 0; i < n; i++) {
        if (anc_str_eq(texts[i], ANC_STR("nope")))
            return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the model is away");
        memset(out + i * DOUBLE_DIMS, 0, DOUBLE_DIMS * sizeof *out);
        out[i * DOUBLE_DIMS] = kind == EMB_QUERY ? -0.6f : 0.6f;
        out[i * DOUBLE_DIMS + texts[i].len % (DOUBLE_DIMS - 1) + 1] = 0.8f;
    }
    return ANC_OK;
}

bool emb_is_failing(emb_service *emb, anc_buf *out)
{
    (void)emb;
    (void)out;
    return false;
}

/* A token a byte. */
size_t emb_count_tokens(emb_service *emb, anc_str text, size_t max)
{
    (void)emb;
    return text.len <= max ? text.len : max + 1;
}

emb_cache_stats emb_cache(const emb_service *emb)
{
    (void)emb;
    return (emb_cache_stats){.hits = 1};
}

struct emb_rerank_service {
    int nothing;
};

emb_rerank_service *double_rerank(void)
{
    static emb_rerank_service one;
    return &one;
}

emb_rerank_row emb_rerank_info(const emb_rerank_service *rerank)
{
    (void)rerank;
    return (emb_rerank_row){.available = !atomic_load(&doubles.no_reranker),
                            .model = ANC_STR("ranker"),
                            .detail = ANC_STR("no reranker is configured"),
                            .by_default = true,
                            .most = 30,
                            .budget_ms = 300};
}

/* Longer documents are better ones. */
anc_status emb_rerank(emb_rerank_service *rerank, krn_call *call, anc_str query,
                      const anc_str *passages, size_t n, int64_t until_ns, float *out,
                      emb_reranked *ret)
{
    (void)rerank;
    (void)until_ns;
    if (anc_str_eq(query, ANC_STR("nope")))
        return ANC_FAIL(call->err, ANC_PROVIDER, "the reranker gave nonsense");
    for (size_t i = 0; i < n; i++)
        out[i] = (float)passages[i].len - 2.5f;
    *ret = (emb_reranked){.n = n, .tokens = 7};
    return ANC_OK;
}

struct srch_service {
    int nothing;
};

srch_service *double_srch(void)
{
    static srch_service one;
    return &one;
}

bool srch_mode_parse(anc_str s, srch_mode *ret)
{
    static const char *const names[] = {"auto", "hybrid", "semantic", "keyword", "metadata"};
    *ret = SRCH_AUTO;
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        if (double_is(s, names[i])) {
            *ret = (srch_mode)i;
            return true;
        }
    return double_is(s, "rag");
}

const char *srch_mode_name(srch_mode mode)
{
    return mode == SRCH_KEYWORD ? "keyword" : mode == SRCH_METADATA ? "metadata" : "hybrid";
}

/* "bees" in "Feed the bees.", which stands at byte 100 of its document. */
static void explain_hit(const srch_request *request, srch_hit *hit)
{
    static const srch_extent mark = {109, 113};
    static const srch_highlight highlight = {
        .text = ANC_STR_INIT("the bees."), .start = 105, .end = 114, .marks = &mark, .n_marks = 1};
    static const srch_match matches[] = {{SRCH_IN_TITLE, 0, 4}, {SRCH_IN_TEXT, 9, 13}};
    static const srch_term_detail term = {.term = ANC_STR_INIT("bee"),
                                          .weight = 1,
                                          .idf = 0.5,
                                          .df = 3,
                                          .scored = true,
                                          .tf = 2,
                                          .bm25 = 11.2,
                                          .matches = matches,
                                          .n_matches = 2};
    static const srch_explanation explained = {.language = ANC_STR_INIT("en"),
                                               .terms = &term,
                                               .n_terms = 1,
                                               .length = 3,
                                               .weighted = true,
                                               .keyword = {.share = 0.5, .scaled = 1, .rank = 1},
                                               .constant = -2};
    hit->start = 100;
    hit->end = 114;
    if (request->highlight) {
        hit->highlights = &highlight;
        hit->n_highlights = 1;
    }
    if (request->explain)
        hit->explained = &explained;
}

anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret)
{
    (void)srch;
    if (request->mode != SRCH_METADATA && anc_str_trim(request->query).len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/query", "query is blank");
    ANC_TRY(double_check_collections(call, request->collections, request->n_collections));
    if (double_is(request->query, "hold"))
        ANC_TRY(double_hold(call));
    if (double_is(request->query, "hold on"))
        double_hold_on();
    double_keep_filters(request->filters);
    srch_hit *hit = anc_arena_alloc(call->mem, 1, sizeof *hit);
    if (hit == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "hits");
    *hit = (srch_hit){.position = 1,
                      .collection = ANC_STR("default"),
                      .document_id = ANC_STR("hive"),
                      .chunk_id = ANC_STR("hive.3.0"),
                      .version = 3,
                      .title = ANC_STR("Hive care"),
                      .uri = ANC_STR(""),
                      .text = ANC_STR("Feed the bees."),
                      .end = 14,
                      .metadata = ANC_STR("{}"),
                      .score = 0.83,
                      .fused = 0.9,
                      .keyword = 11.2,
                      .semantic = (double)NAN};
    if (request->highlight || request->explain)
        explain_hit(request, hit);
    if (request->mode == SRCH_METADATA)
        hit->score = hit->fused = hit->keyword = (double)NAN;
    if (request->join_neighbours)
        hit->last_ordinal = 1 + request->context_chunks;
    *ret = (srch_result){.hits = hit, .n = 1, .mode = request->mode, .total_ms = 1.5};
    return ANC_OK;
}

anc_status srch_wait_visible(srch_service *srch, krn_call *call, uint64_t seq)
{
    (void)srch;
    return seq == 99 ? ANC_FAIL(call->err, ANC_DEADLINE, "the index is behind") : ANC_OK;
}

bool srch_ready(srch_service *srch)
{
    (void)srch;
    return atomic_load(&doubles.ready);
}

srch_status_row srch_status(srch_service *srch)
{
    (void)srch;
    return (srch_status_row){.ready = atomic_load(&doubles.ready),
                             .walked = 2,
                             .to_walk = 3,
                             .cursor = 5,
                             .documents = 2,
                             .chunks = 7,
                             .detail = ANC_STR("")};
}

srch_figures_row srch_collection_figures(srch_service *srch, anc_str collection)
{
    (void)srch;
    (void)collection;
    return (srch_figures_row){.documents = 2, .chunks = 7, .stored_bytes = 4096};
}

anc_status srch_verify(srch_service *srch, krn_call *call, srch_verified *ret)
{
    static anc_str line = ANC_STR_INIT("default/words: seg-1 is damaged");
    (void)srch, (void)call;
    *ret = (srch_verified){.damaged = 1, .lines = &line, .n = 1};
    return ANC_OK;
}

anc_status srch_optimize(srch_service *srch, krn_call *call)
{
    (void)srch, (void)call;
    return ANC_OK;
}

anc_status srch_sync_start(srch_service *srch, krn_call *call, bool rebuild, srch_sync *ret)
{
    (void)srch;
    (void)call;
    *ret = (srch_sync){.id = rebuild ? ANC_STR("s-2") : ANC_STR("s-1"), .rebuild = rebuild};
    return ANC_OK;
}

anc_status srch_sync_find(srch_service *srch, krn_call *call, anc_str id, srch_sync *ret)
{
    (void)srch;
    if (double_is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no sync nope");
    *ret = (srch_sync){.id = id,
                       .state = SRCH_SYNC_PROCESSING,
                       .rebuild = true,
                       .total = 10,
                       .processed = 4,
                       .created_ms = 1700000000000};
    return ANC_OK;
}
