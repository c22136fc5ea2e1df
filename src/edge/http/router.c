/* router.c - how complex a question is, and who may answer it. */
#include "handlers.h"
#include "schemas.h"

enum { PROVIDERS_MAX = 16 };

anc_status http_router_assess(http_request *rq)
{
    http_assess_in in;
    rte_assessment a;
    rte_tier tiers[RTE_TIERS];
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(rag_question_fits(rq->edge->o.rag, in.question, &rq->err));
    rte_assess(rq->edge->o.routing, in.question, 0, &a);
    rte_tiers(rq->edge->o.routing, tiers);
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_fixed(&w, "complexity_score", a.complexity, 1);
    json_name(&w, "parts");
    json_open_array(&w);
    for (size_t i = 0; i < RTE_PARTS; i++) {
        json_open_object(&w);
        json_put_str(&w, "name", anc_str_of(a.parts[i].name));
        json_put_fixed(&w, "value", a.parts[i].value, 2);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_put_str(&w, "tier", a.tier_id);
    json_put_str(&w, "name", anc_str_of(tiers[a.tier].name));
    json_put_str(&w, "reason", anc_str_of(a.reason));
    json_put_fixed(&w, "estimated_latency_ms", a.estimated_latency_ms, 1);
    json_close_object(&w);
    return ANC_OK;
}

static void put_tiers(http_request *rq, json_writer *w)
{
    rte_tier tiers[RTE_TIERS];
    rte_tiers(rq->edge->o.routing, tiers);
    json_name(w, "tiers");
    json_open_array(w);
    for (size_t i = 0; i < RTE_TIERS; i++) {
        json_open_object(w);
        json_put_str(w, "tier", tiers[i].id);
        json_put_str(w, "name", anc_str_of(tiers[i].name));
        json_put_fixed(w, "from_complexity", tiers[i].from, 2);
        json_put_fixed(w, "estimated_latency_ms", tiers[i].estimated_latency_ms, 1);
        json_put_bool(w, "measured", tiers[i].measured);
        json_close_object(w);
    }
    json_close_array(w);
}

anc_status http_router_get(http_request *rq)
{
    rag_provider_status rows[PROVIDERS_MAX];
    const size_t n = rag_providers(rq->edge->o.rag, rows, PROVIDERS_MAX);
    json_writer w = http_json(rq);
    json_open_object(&w);
    put_tiers(rq, &w);
    json_name(&w, "providers");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++) {
        json_open_object(&w);
        json_put_str(&w, "name", rows[i].name);
        json_put_str(&w, "model", rows[i].model);
        json_put_bool(&w, "healthy", rows[i].healthy);
        json_put_str(&w, "detail", anc_str_of(rows[i].detail));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    return ANC_OK;
}
