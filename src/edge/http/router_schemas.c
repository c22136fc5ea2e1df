/* router_schemas.c - tables of how complex a question is, and of the tiers. */
#include "schema_rows.h"

static const http_field assess_fields[] = {
    {.name = "question",
     .also = "query",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_ASKED,
     .help = "what would be asked, 1 to 4000 characters (the greatest length is configured)",
     .offset = offsetof(http_assess_in, question)},
};
const http_schema http_assess_schema = {.name = "AssessRequest",
                                        .help = "A question to be looked at, not answered.",
                                        .fields = assess_fields,
                                        .n_fields = ANC_COUNT(assess_fields),
                                        .size = sizeof(http_assess_in)};

static const http_field part_rows[] = {
    ROW("name", HTTP_TEXT,
        "length, clauses, questions, comparison, enumeration, reasoning, history"),
    ROW("value", HTTP_REAL, "weighted; 0: it has none of that"),
};
static const http_schema part_out = OUT("ComplexityPart", "What makes it hard.", part_rows);

static const http_field assessment_rows[] = {
    ROW("complexity_score", HTTP_REAL, "0 to 10: the sum of the parts, and no more than 10"),
    PART("parts", HTTP_LIST, &part_out, ""),
    ROW("tier", HTTP_TEXT, "Q2, Q3 or Q4"),
    ROW("name", HTTP_TEXT, "what the tier is called"),
    ROW("reason", HTTP_TEXT, "the parts that count, in words"),
    ROW("estimated_latency_ms", HTTP_REAL, "of an answer"),
};
const http_schema http_assessment_out =
    OUT("Assessment", "How complex a question is.", assessment_rows);

static const http_field tier_rows[] = {
    ROW("tier", HTTP_TEXT, "Q2, Q3 or Q4"),
    ROW("name", HTTP_TEXT, "as configured"),
    ROW("from_complexity", HTTP_REAL, "least complexity of its questions"),
    ROW("estimated_latency_ms", HTTP_REAL, "of an answer"),
    ROW("measured", HTTP_BOOL, "the latency was measured, not configured"),
};
static const http_schema tier_out = OUT("Tier", "How hard questions may be.", tier_rows);

static const http_field provider_rows[] = {
    ROW("name", HTTP_TEXT, ""),
    ROW("model", HTTP_TEXT, ""),
    ROW("healthy", HTTP_BOOL, "false from several failures in a row until its next answer"),
    ROW("detail", HTTP_TEXT, "ready, or what the last failure was"),
};
static const http_schema provider_out =
    OUT("Provider", "What may answer, and its circuit.", provider_rows);

static const http_field router_rows[] = {
    PART("tiers", HTTP_LIST, &tier_out, "the easiest first"),
    PART("providers", HTTP_LIST, &provider_out, "in the order in which they are tried"),
};
const http_schema http_router_out = OUT("Router", "Who answers what.", router_rows);
