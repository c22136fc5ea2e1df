/* service.c - opening and closing: configuration completed and checked, series named. */
#include <stdlib.h>

#include "base/str.h"
#include "rag/domain/prompt.h"
#include "rag/domain/question.h"
#include "service_impl.h"

static void set_default(uint32_t *value, uint32_t otherwise)
{
    if (*value == 0)
        *value = otherwise;
}

static anc_status check_bound(uint32_t value, uint32_t most, const char *name, anc_err *err)
{
    if (value > most)
        return ANC_FAIL(err, ANC_INVALID, "%s is %u; at most %u is allowed", name, value, most);
    return ANC_OK;
}

static anc_status complete(rag_service *rag, anc_err *err)
{
    rag_config *c = &rag->with.config;
    set_default(&c->max_question_chars, RAG_QUESTION_CHARS_DEFAULT);
    set_default(&c->history_turns, 5);
    set_default(&c->top_k, 5);
    set_default(&c->context_tokens, 6000);
    set_default(&c->breaker_failures, 3);
    set_default(&c->breaker_open_ms, 30000);
    if (c->relevance_threshold == 0)
        c->relevance_threshold = RAG_RELEVANCE_DEFAULT;
    ANC_TRY(check_bound(c->history_turns, RAG_HISTORY_MAX, "history_turns", err));
    ANC_TRY(check_bound(c->top_k, RAG_TOP_K_MAX, "top_k", err));
    if (c->relevance_threshold > 1)
        return ANC_FAIL(err, ANC_INVALID, "relevance_threshold is %g; at most 1 is allowed",
                        c->relevance_threshold);
    if (c->prompt_template.len != 0)
        ANC_TRY(rag_prompt_layout_check(c->prompt_template, err));
    c->system_prompt = anc_arena_copy(rag->mem, c->system_prompt);
    c->prompt_template = anc_arena_copy(rag->mem, c->prompt_template);
    if (c->system_prompt.ptr == NULL || c->prompt_template.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(rag->mem), "no room for the prompt's texts");
    return ANC_OK;
}

static krn_series *stage_series(const rag_service *rag, const char *labels)
{
    const krn_metrics m = rag->with.metrics;
    return m.ops->histogram(m.self, "anchorage_query_stage_seconds", labels,
                            "Time of a question by stage.", krn_latency_bounds,
                            KRN_HISTOGRAM_BUCKETS);
}

static void name_series(rag_service *rag)
{
    const krn_metrics m = rag->with.metrics;
    if (m.ops == NULL)
        return;
    rag->count.seconds =
        m.ops->histogram(m.self, "query_duration_seconds", "", "Time from question to answer.",
                         krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
    rag->count.errors =
        m.ops->counter(m.self, "query_errors_total", "", "Questions that ended in an error.");
    rag->count.nothing = m.ops->counter(m.self, "anchorage_queries_without_answer_total", "",
                                        "Questions that nothing in the documents answers.");
    rag->count.unsaved = m.ops->counter(m.self, "anchorage_turns_unsaved_total", "",
                                        "Turns that could not be saved.");
    rag->count.untold = m.ops->counter(m.self, "anchorage_searches_untold_total", "",
                                       "Searches that the events and the query log do not have.");
    rag->count.analyze = stage_series(rag, "stage=\"analyze\"");
    rag->count.search = stage_series(rag, "stage=\"search\"");
    rag->count.generate = stage_series(rag, "stage=\"generate\"");
    for (size_t i = 0; i < rag->n_links; i++) {
        const rag_provider_info info = rag_provider_info_of(rag->links[i].provider);
        char labels[160];
        ANC_BUF(text, sizeof labels);
        anc_buf_printf(&text, "provider=\"%.*s\"", ANC_FMT(info.name));
        if (!text.refused)
            rag->links[i].failed = m.ops->counter(m.self, "anchorage_provider_failures_total",
                                                  text.ptr, "Answers that a provider failed.");
    }
}

static void init_written(pthread_cond_t *written)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(written, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

anc_status rag_service_open(const rag_service_options *options, rag_service **ret, anc_err *err)
{
    if (options->n_providers > RAG_PROVIDERS_MAX)
        return ANC_FAIL(err, ANC_INVALID, "%zu providers are configured; at most %d are allowed",
                        options->n_providers, RAG_PROVIDERS_MAX);
    rag_service *rag = calloc(1, sizeof *rag);
    anc_arena *mem = anc_arena_new(1 << 20);
    if (rag == NULL || mem == NULL) {
        free(rag);
        anc_arena_free(mem);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the rag service");
    }
    rag->with = *options;
    rag->mem = mem;
    (void)pthread_mutex_init(&rag->lock, NULL);
    init_written(&rag->searches.written);
    for (size_t i = 0; i < options->n_providers; i++)
        rag->links[rag->n_links++].provider = options->providers[i];
    rag->links[rag->n_links++].provider = options->extractive;
    const anc_status status = complete(rag, err);
    if (status != ANC_OK) {
        rag_service_close(rag);
        return status;
    }
    name_series(rag);
    *ret = rag;
    return ANC_OK;
}

void rag_service_close(rag_service *rag)
{
    if (rag == NULL)
        return;
    rag_searches_drop(rag);
    (void)pthread_cond_destroy(&rag->searches.written);
    (void)pthread_mutex_destroy(&rag->lock);
    anc_arena_free(rag->mem);
    free(rag);
}
