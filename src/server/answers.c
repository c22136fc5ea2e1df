/* answers.c - the rag component, what routes its questions, and its chain of providers. */
#include "clients/openai/openai.h"
#include "house_impl.h"
#include "rag/adapters/extractive/rag_extractive.h"
#include "rag/adapters/openai/rag_openai.h"

static const char default_endpoint[] = "https://api.openai.com/v1";

anc_str srv_llm_endpoint(const srv_config *config)
{
    return config->llm.base_url.len > 0 ? config->llm.base_url : anc_str_of(default_endpoint);
}

/* A provider is configured when there is an endpoint or a key. */
static anc_status open_provider(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    if (c->llm.base_url.len == 0 && c->llm.api_key.len == 0)
        return ANC_OK;
    const rag_openai_options options = {
        .name = ANC_STR("openai"),
        .model = c->llm.model,
        .client = {.base_url = srv_llm_endpoint(c),
                   .api_key = c->llm.api_key,
                   .connect_timeout_ms = c->llm.connect_timeout_ms,
                   .first_token_timeout_ms = c->llm.first_token_timeout_ms,
                   .idle_timeout_ms = c->llm.idle_timeout_ms,
                   .total_timeout_ms = c->llm.total_timeout_ms},
        .temperature = c->llm.temperature,
        .max_tokens = c->llm.max_tokens,
        .loop = h->loop,
        .http = h->http,
        .clock = h->clock};
    ANC_TRY(rag_openai_open(&options, &h->providers[0], err));
    h->n_providers = 1;
    return ANC_OK;
}

static anc_status open_routing(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    const rte_config config = {.second_from = c->routing.q3_from,
                               .third_from = c->routing.q4_from,
                               .weights = {[RTE_LENGTH] = c->routing.weight_length,
                                           [RTE_CLAUSES] = c->routing.weight_clauses,
                                           [RTE_QUESTIONS] = c->routing.weight_questions,
                                           [RTE_COMPARISON] = c->routing.weight_comparison,
                                           [RTE_ENUMERATION] = c->routing.weight_enumeration,
                                           [RTE_REASONING] = c->routing.weight_reasoning,
                                           [RTE_HISTORY] = c->routing.weight_history},
                               .tiers = {{c->routing.q2_name, (double)c->routing.q2_latency_ms},
                                         {c->routing.q3_name, (double)c->routing.q3_latency_ms},
                                         {c->routing.q4_name, (double)c->routing.q4_latency_ms}}};
    return rte_service_open(&config, &h->routing, err);
}

anc_status srv_rag_open(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    rag_conversation_store store;
    h->loop_executor = krn_loop_executor(h->loop);
    ANC_TRY(rag_sqlite_open(krn_sqlite_readers(h->catalog), &h->rag_store, &store, err));
    const rag_sentence_scorer scorer = rag_embedding_scorer(h->emb);
    const rag_extractive_options extractive = {
        .cpu = h->cpu, .loop = h->loop_executor, .scorer = scorer};
    ANC_TRY(rag_extractive_open(&extractive, &h->extractive, err));
    ANC_TRY(open_provider(h, err));
    ANC_TRY(open_routing(h, err));
    const rag_service_options options = {
        .search = h->srch,
        .knowledge = h->kno,
        .routing = h->routing,
        .conversations = store,
        .providers = h->providers,
        .n_providers = h->n_providers,
        .extractive = h->extractive,
        .scorer = scorer,
        .writer = h->writer,
        .outbox = h->outbox,
        .clock = h->clock,
        .log = h->log,
        .metrics = h->metrics,
        .feed = h->feed,
        .loop = h->loop_executor,
        .config = {.max_question_chars = (uint32_t)c->chat.max_question_chars,
                   .history_turns = (uint32_t)c->chat.history_turns,
                   .top_k = (uint32_t)c->chat.top_k,
                   .context_tokens = (uint32_t)c->chat.context_tokens,
                   .relevance_threshold = c->chat.relevance_threshold,
                   .system_prompt = c->chat.system_prompt,
                   .prompt_template = c->chat.prompt_template,
                   .rewrite_timeout_ms = (uint32_t)c->chat.rewrite_timeout_ms,
                   .leave_texts_out = anc_str_eq(c->privacy.keep_texts, ANC_STR("false")),
                   .veil = h->veil}};
    return rag_service_open(&options, &h->rag, err);
}

/* Before the loop goes: their connections live on it. */
void srv_rag_close_providers(srv_house *h)
{
    for (size_t i = 0; i < h->n_providers; i++)
        h->providers[i].ops->close(h->providers[i].self);
    h->n_providers = 0;
    if (h->extractive.ops != NULL)
        h->extractive.ops->close(h->extractive.self);
    h->extractive = (rag_provider){0};
}
