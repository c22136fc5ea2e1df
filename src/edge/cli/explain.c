/* explain.c - `anchorage search --explain`: a line for each kind of score, and one for each word of the query. */
#include "explain.h"

#include <stdio.h>

#include "list.h"
#include "term.h"

enum { TERM = 24 };

static double real(const json_value *object, const char *name)
{
    return json_double(json_member(object, name), 0);
}

static bool is_there(const json_value *v)
{
    return json_kind_of(v) != JSON_NULL && json_kind_of(v) != JSON_ABSENT;
}

static void print_relevance(const json_value *relevance)
{
    (void)printf(
        "    relevance  %.3f = 1 / (1 + e^-x), x = %.3f constant %+.3f cosine %+.3f coverage "
        "%+.3f BM25\n",
        real(relevance, "score"), real(relevance, "constant"), real(relevance, "cosine"),
        real(relevance, "coverage"), real(relevance, "bm25"));
}

static void print_rank(const json_value *side)
{
    const uint64_t rank = list_count(side, "rank");
    if (rank > 0)
        (void)printf(", rank %llu", (unsigned long long)rank);
    else
        (void)fputs(", not among its best", stdout);
}

static void print_side(const char *name, const json_value *side)
{
    (void)printf("%s %.3f × %.3f", name, real(side, "share"), real(side, "scaled"));
}

static void print_fusion(const json_value *fused)
{
    const json_value *words = json_member(fused, "keyword");
    const json_value *meaning = json_member(fused, "semantic");
    if (!is_there(json_member(fused, "score")))
        return;
    (void)printf("    fused      %.3f", real(fused, "score"));
    if (anc_str_eq(list_text(fused, "how"), ANC_STR("weighted"))) {
        print_side(" = words", words);
        print_side(" + meaning", meaning);
        (void)fputc('\n', stdout);
    } else {
        (void)printf(" of the two ranks\n");
    }
}

/* Where a word stands: each field once, in the order of the passage's parts. */
static void print_places(const json_value *term)
{
    static const char *const fields[] = {"title", "heading", "columns", "text"};
    const json_value *matches = json_member(term, "matches");
    const char *before = "  in ";
    for (size_t f = 0; f < ANC_COUNT(fields); f++)
        for (size_t i = 0; i < json_count(matches); i++)
            if (anc_str_eq(list_text(json_element(matches, i), "field"), anc_str_of(fields[f]))) {
                (void)printf("%s%s", before, fields[f]);
                before = ", ";
                break;
            }
}

static void print_term(const json_value *term, uint64_t chunks)
{
    const uint64_t tf = list_count(term, "tf"), weighted = list_count(term, "weighted_tf");
    (void)fputs("      ", stdout);
    list_cell(list_text(term, "term"), TERM);
    (void)printf("%7.3f  %llu × here", real(term, "score"), (unsigned long long)tf);
    if (weighted != tf)
        (void)printf(" (counts as %llu)", (unsigned long long)weighted);
    (void)printf(", in %llu of %llu chunks (idf %.2f)", (unsigned long long)list_count(term, "df"),
                 (unsigned long long)chunks, real(term, "idf"));
    print_places(term);
    if (!json_bool(json_member(term, "scored"), true))
        (void)fputs("  (not scored)", stdout);
    (void)fputc('\n', stdout);
}

void cli_print_explanation(const json_value *hit)
{
    const json_value *e = json_member(hit, "explain"), *bm25 = json_member(e, "bm25");
    const json_value *fused = json_member(e, "fused"), *terms = json_member(bm25, "terms");
    const json_value *rerank = json_member(json_member(hit, "scores"), "rerank");
    if (json_kind_of(e) != JSON_OBJECT)
        return;
    (void)fputs(term_dim(stdout), stdout);
    print_relevance(json_member(e, "relevance"));
    if (is_there(rerank))
        (void)printf("    reranker   %.3f\n", json_double(rerank, 0));
    print_fusion(fused);
    if (is_there(json_member(e, "cosine"))) {
        (void)printf("    meaning    cosine %.3f", real(e, "cosine"));
        print_rank(json_member(fused, "semantic"));
        (void)fputc('\n', stdout);
    }
    (void)printf("    words      BM25 %.3f of at most %.3f", real(bm25, "score"),
                 real(bm25, "bound"));
    print_rank(json_member(fused, "keyword"));
    const uint64_t title_weight = list_count(bm25, "title_weight");
    (void)printf("; coverage %.3f; %llu words, %.1f on average", real(e, "coverage"),
                 (unsigned long long)list_count(bm25, "length"), real(bm25, "mean_length"));
    if (title_weight > 1)
        (void)printf(", one of a title as %llu", (unsigned long long)title_weight);
    (void)fputc('\n', stdout);
    for (size_t i = 0; i < json_count(terms); i++)
        print_term(json_element(terms, i), list_count(bm25, "chunks"));
    (void)fputs(term_reset(stdout), stdout);
}
