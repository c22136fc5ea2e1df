/* chain.c - which providers may answer, in which order, and which of them rest.
 *
 * A provider that failed a few times in a row is passed over for a while (its circuit is open);
 * after that each question tries it again, and one success closes the circuit. Until that success it
 * does not count as healthy, whether it rests or not.
 */
#include <stdio.h>

#include "base/str.h"
#include "service_impl.h"

static rag_link *extractive_of(rag_service *rag)
{
    return &rag->links[rag->n_links - 1];
}

static bool is_extractive(anc_str name)
{
    return anc_str_eq(name, ANC_STR("extractive")) || anc_str_eq(name, ANC_STR("anchorage")) ||
           anc_str_eq(name, ANC_STR("anchorage/extractive"));
}

static rag_link *link_named(rag_service *rag, anc_str name)
{
    for (size_t i = 0; i + 1 < rag->n_links; i++)
        if (anc_str_eq(rag_provider_info_of(rag->links[i].provider).name, name))
            return &rag->links[i];
    return is_extractive(name) ? extractive_of(rag) : NULL;
}

static rag_link *link_of_model(rag_service *rag, anc_str model)
{
    for (size_t i = 0; i + 1 < rag->n_links; i++)
        if (anc_str_eq(rag_provider_info_of(rag->links[i].provider).model, model))
            return &rag->links[i];
    return NULL;
}

/* The link that "provider/model", "extractive" or a provider's own model means; ret_model is the
 * second half. */
static anc_status read_model(rag_service *rag, anc_str text, rag_link **ret, anc_str *ret_model,
                             anc_err *err)
{
    if (is_extractive(text)) {
        *ret = extractive_of(rag);
        return ANC_OK;
    }
    *ret = link_of_model(rag, text);
    if (*ret != NULL)
        return ANC_OK;
    if (anc_str_starts(text, ANC_STR("tier:")))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/model",
                              "model \"%.*s\": tiers are not available yet; \"extractive\" and "
                              "\"provider/model\" of a configured provider are",
                              ANC_FMT(anc_str_sub(text, 0, 100)));
    anc_str model = text;
    anc_str name;
    if (anc_str_find(text, ANC_STR("/")) != SIZE_MAX && anc_str_split(&model, '/', &name) &&
        model.len > 0)
        *ret = link_named(rag, name);
    if (*ret == NULL || *ret == extractive_of(rag))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/model",
                              "model \"%.*s\" is not known; \"extractive\" and \"provider/model\" "
                              "of a configured provider are",
                              ANC_FMT(anc_str_sub(text, 0, 100)));
    *ret_model = model;
    return ANC_OK;
}

static void add_try(rag_turn *turn, rag_link *link, anc_str model)
{
    for (size_t i = 0; i < turn->n_tries; i++)
        if (turn->tries[i].link == link)
            return;
    turn->tries[turn->n_tries++] = (rag_try){link, model};
}

/* The provider that the question asks for, NULL when it leaves the choice, and its model. */
static anc_status read_wish(rag_service *rag, const rag_question *question, rag_link **ret,
                            anc_str *ret_model, anc_err *err)
{
    const anc_str provider = anc_str_sub(question->provider, 0, 100);
    const anc_str model = anc_str_sub(question->model, 0, 100);
    rag_link *named = NULL;
    if (provider.len != 0) {
        named = link_named(rag, question->provider);
        if (named == NULL)
            return ANC_FAIL_FIELD(err, ANC_INVALID, "/provider",
                                  "provider \"%.*s\" is not configured", ANC_FMT(provider));
    }
    *ret = named;
    if (model.len == 0)
        return ANC_OK;
    if (named != NULL && named != extractive_of(rag) && !is_extractive(model) &&
        anc_str_find(model, ANC_STR("/")) == SIZE_MAX) {
        *ret_model = question->model;
        return ANC_OK;
    }
    ANC_TRY(read_model(rag, question->model, ret, ret_model, err));
    if (named != NULL && named != *ret)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/model",
                              "model \"%.*s\" is not one of provider \"%.*s\"", ANC_FMT(model),
                              ANC_FMT(provider));
    return ANC_OK;
}

anc_status rag_chain_choose(rag_service *rag, const rag_question *question, rag_turn *turn,
                            anc_err *err)
{
    rag_link *first = NULL;
    anc_str model = ANC_STR_NONE;
    ANC_TRY(read_wish(rag, question, &first, &model, err));
    model = anc_arena_copy(turn->mem, model);
    if (model.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(turn->mem), "no room for a model's name");
    turn->n_tries = 0;
    if (first != NULL)
        add_try(turn, first, model);
    if (first != extractive_of(rag))
        for (size_t i = 0; i < rag->n_links; i++)
            add_try(turn, &rag->links[i], ANC_STR_NONE);
    return ANC_OK;
}

bool rag_link_usable(const rag_link *link, int64_t now_ns)
{
    return now_ns >= atomic_load_explicit(&link->open_until_ns, memory_order_relaxed);
}

static void note_failure(rag_service *rag, rag_link *link, anc_str text)
{
    const anc_str head = anc_str_sub(text, 0, RAG_FAILURE_MAX);
    (void)pthread_mutex_lock(&rag->lock);
    (void)snprintf(link->last_failure, sizeof link->last_failure, "%.*s", ANC_FMT(head));
    (void)pthread_mutex_unlock(&rag->lock);
}

void rag_link_report(rag_service *rag, rag_link *link, anc_status status, const anc_err *err)
{
    char room[ANC_ERR_BYTES];
    if (status == ANC_CANCELLED)
        return;
    note_failure(rag, link,
                 status == ANC_OK ? ANC_STR("") : rag_failure_text(rag, status, err, room));
    if (status == ANC_OK) {
        atomic_store_explicit(&link->failures, 0, memory_order_relaxed);
        atomic_store_explicit(&link->open_until_ns, 0, memory_order_relaxed);
        return;
    }
    krn_count(link->failed, 1);
    const unsigned failures =
        atomic_fetch_add_explicit(&link->failures, 1, memory_order_relaxed) + 1;
    if (link == extractive_of(rag) || failures < rag->with.config.breaker_failures)
        return;
    const int64_t rest_ns = (int64_t)rag->with.config.breaker_open_ms * 1000000;
    atomic_store_explicit(&link->open_until_ns, krn_now_ns(rag->with.clock) + rest_ns,
                          memory_order_relaxed);
    krn_log_write(rag->with.log, KRN_WARN, "rag", "provider rests after failures in a row",
                  KRN_STR("provider", rag_provider_info_of(link->provider).name),
                  KRN_INT("failures", failures));
    rag_tell_circuit_open(rag, link, failures);
}

static void describe(rag_service *rag, const rag_link *link, unsigned failures, bool rests,
                     char out[RAG_DETAIL_MAX + 1])
{
    if (failures == 0) {
        (void)snprintf(out, RAG_DETAIL_MAX + 1, "ready");
        return;
    }
    (void)pthread_mutex_lock(&rag->lock);
    (void)snprintf(out, RAG_DETAIL_MAX + 1, "%s after %u %s in a row, the last: %s",
                   rests ? "rests" : "is tried again", failures,
                   failures == 1 ? "failure" : "failures", link->last_failure);
    (void)pthread_mutex_unlock(&rag->lock);
}

size_t rag_providers(rag_service *rag, rag_provider_status *out, size_t max)
{
    const int64_t now = krn_now_ns(rag->with.clock);
    size_t n = 0;
    for (; n < rag->n_links && n < max; n++) {
        const rag_link *link = &rag->links[n];
        const rag_provider_info info = rag_provider_info_of(link->provider);
        const unsigned failures = atomic_load_explicit(&link->failures, memory_order_relaxed);
        out[n] = (rag_provider_status){.name = info.name,
                                       .model = info.model,
                                       .healthy = failures < rag->with.config.breaker_failures};
        describe(rag, link, failures, !rag_link_usable(link, now), out[n].detail);
    }
    return n;
}
