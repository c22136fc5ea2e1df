/* retrieve.c - from a question to a prompt: passages found, chosen, and laid out. On a pool. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/context.h"
#include "rag/domain/cues.h"
#include "rag/domain/inventory.h"
#include "rag/domain/select.h"
#include "rag/domain/smalltalk.h"
#include "service_impl.h"

static const double POINTED_SCORE = 0.75; /* of a passage that the question itself names */

enum {
    FENCE_TRIES = 8,
    READ_HITS = 24,  /* passages that are read, however few are shown */
    PRICE_HITS = 50, /* where a price is asked: lists are seldom what is most about a thing */
    SELECT_MEMORY_BYTES = 64 << 20,
};

/* What passages are looked for by, and answered from. */
static anc_str wanted_of(const rag_turn *turn)
{
    return turn->pointed ? turn->besides : turn->sought.len > 0 ? turn->sought : turn->query;
}

anc_status rag_passage_of_hit(rag_turn *turn, const srch_hit *h, rag_passage *ret)
{
    rag_place *places = anc_arena_alloc(turn->mem, h->n_places, sizeof *places);
    uint32_t *pages = anc_arena_alloc(turn->mem, h->n_places, sizeof *pages);
    if (places == NULL || pages == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu places",
                        h->n_places);
    for (size_t i = 0; i < h->n_places; i++) {
        places[i] = (rag_place){h->places[i].at, h->places[i].row};
        pages[i] = h->places[i].page;
    }
    *ret = (rag_passage){
        .text = h->text,
        .title = h->title,
        .heading = h->heading,
        .columns = h->columns,
        .language = h->language,
        .start = h->start,
        .places = places,
        .n_places = h->n_places,
        .pages = pages,
        .tokens = h->tokens,
        .score = turn->pointed     ? POINTED_SCORE
                 : isnan(h->score) ? 0
                                   : h->score,
        .semantic = h->semantic,
        .coverage = h->coverage,
    };
    return ANC_OK;
}

/* Which of the hits are answered from; in `keep` [top_k], their number in `ret`. */
static anc_status select_hits(rag_turn *turn, const rag_passage *passages, size_t n, size_t *keep,
                              rag_selection *ret)
{
    const anc_str question = wanted_of(turn);
    if (question.len == 0) {
        *ret = (rag_selection){.n = n < turn->top_k ? n : turn->top_k};
        for (size_t i = 0; i < ret->n; i++)
            keep[i] = i;
        return ANC_OK;
    }
    ANC_ARENA(scratch, SELECT_MEMORY_BYTES);
    if (scratch == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory for %zu passages", n);
    return rag_select(scratch, question, passages, n, turn->top_k, keep, ret, &turn->err);
}

/* Turns the hits that are answered from and fit into the context into sources and passages, numbered
 * from 1. */
static anc_status keep_hits(rag_turn *turn, const srch_result *result)
{
    const size_t n = result->n;
    rag_passage *read = anc_arena_alloc(turn->mem, n, sizeof *read);
    rag_passage *passages = anc_arena_alloc(turn->mem, turn->top_k, sizeof *passages);
    srch_hit *sources = anc_arena_alloc(turn->mem, turn->top_k, sizeof *sources);
    size_t *chosen = anc_arena_alloc(turn->mem, turn->top_k, sizeof *chosen);
    size_t *kept = anc_arena_alloc(turn->mem, turn->top_k, sizeof *kept);
    rag_selection selection;
    if (read == NULL || passages == NULL || sources == NULL || chosen == NULL || kept == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(rag_passage_of_hit(turn, &result->hits[i], &read[i]));
    ANC_TRY(select_hits(turn, read, n, chosen, &selection));
    for (size_t i = 0; i < selection.n; i++)
        passages[i] = read[chosen[i]];
    const size_t n_kept = rag_context_pack(
        passages, selection.n, turn->rag->with.config.context_tokens, kept, &turn->context_tokens);
    for (size_t i = 0; i < n_kept; i++) {
        passages[i] = passages[kept[i]];
        sources[i] = result->hits[chosen[kept[i]]];
        sources[i].position = (uint32_t)i + 1;
    }
    turn->passages = passages;
    turn->unread = selection.unread;
    turn->answer.sources = sources;
    turn->answer.n_sources = n_kept;
    return ANC_OK;
}

static uint32_t hits_wanted(const rag_turn *turn)
{
    const uint32_t read = rag_cues_asked(turn->query) == RAG_CUE_MONEY ? PRICE_HITS : READ_HITS;
    return turn->top_k > read ? turn->top_k : read;
}

/* The search's, and that a phrase was given up: who put words in quotes means them so. */
static anc_status keep_warnings(rag_turn *turn, const srch_result *result)
{
    static const srch_warning relaxed = {
        .pointer = ANC_STR_INIT("/question"),
        .message = ANC_STR_INIT("nothing has the phrase as it stands; its words were searched "
                                "(+\"\xE2\x80\xA6\" insists)")};
    srch_warning *kept = anc_arena_alloc(turn->mem, result->n_warnings + 1, sizeof *kept);
    if (kept == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for warnings");
    for (size_t i = 0; i < result->n_warnings; i++)
        kept[i] = result->warnings[i];
    turn->answer.warnings = kept;
    turn->answer.n_warnings = result->n_warnings;
    if (result->relaxed)
        kept[turn->answer.n_warnings++] = relaxed;
    return ANC_OK;
}

static anc_status search(rag_turn *turn, srch_result *ret)
{
    const srch_request request = {
        .query = wanted_of(turn),
        .collections = turn->collections.items,
        .n_collections = turn->collections.n,
        .top_k = hits_wanted(turn),
        .mode = turn->mode,
        .filters = turn->filters,
        .rerank = turn->rerank == RAG_YES  ? SRCH_RERANK_YES
                  : turn->rerank == RAG_NO ? SRCH_RERANK_NO
                                           : SRCH_RERANK_AS_CONFIGURED,
        .may_be_wordless = true, /* nothing answers it, as other questions */
    };
    const anc_status status = srch_query(turn->rag->with.search, &turn->call, &request, ret);
    if (status == ANC_INVALID && strcmp(turn->err.pointer, "/query") == 0)
        (void)snprintf(turn->err.pointer, sizeof turn->err.pointer, "/question");
    ANC_TRY(status);
    turn->answer.embedding_cached = ret->embedding_cached;
    turn->answer.timings_ms.embed += ret->embed_ms;
    turn->answer.timings_ms.rerank += ret->rerank_ms;
    turn->answer.timings_ms.search += fmax(0.0, ret->total_ms - ret->embed_ms - ret->rerank_ms);
    return ANC_OK;
}

static anc_status find_passages(rag_turn *turn)
{
    const int64_t began_ns = krn_now_ns(turn->rag->with.clock);
    srch_result result;
    bool again;
    turn->stage = "search";
    ANC_TRY(search(turn, &result));
    ANC_TRY(rag_respelled_take(turn, &result, &again));
    if (again)
        ANC_TRY(search(turn, &result));
    turn->found_ms = krn_wall_ms(turn->rag->with.clock);
    turn->answer.reranked = rag_reranked_of(&result.reranked);
    ANC_TRY(keep_warnings(turn, &result));
    krn_observe(turn->rag->count.search, rag_seconds_since(turn->rag, began_ns));
    ANC_TRY(rag_counted_take(turn, &result));
    ANC_TRY(rag_pointed_take(turn, &result));
    ANC_TRY(rag_sectioned_take(turn, &result));
    ANC_TRY(keep_hits(turn, &result));
    rag_tell_retrieved(turn);
    return ANC_OK;
}

/* ---- the prompt ------------------------------------------------------------------------------ */

/* 16 characters of 32, so 80 random bits. */
void rag_fence_draw(krn_clock clock, char out[RAG_FENCE_CHARS])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char random[RAG_FENCE_CHARS];
    clock.ops->random(clock.self, random, sizeof random);
    for (size_t i = 0; i < RAG_FENCE_CHARS; i++)
        out[i] = letters[random[i] & 31];
}

static anc_status render_prompt(rag_turn *turn)
{
    char fence[RAG_FENCE_CHARS];
    const rag_prompt_parts parts = {
        .instructions = turn->system_prompt,
        .layout = turn->layout,
        .fence = {fence, sizeof fence},
        .passages = turn->passages,
        .n_passages = turn->answer.n_sources,
        .history = turn->history,
        .n_history = turn->n_history,
        .question = turn->question,
    };
    for (int i = 0; i < FENCE_TRIES; i++) {
        rag_fence_draw(turn->rag->with.clock, fence);
        if (rag_prompt_fence_fits(&parts))
            return rag_prompt_render(turn->mem, &parts, &turn->prompt, &turn->err);
    }
    return ANC_FAIL(&turn->err, ANC_UNAVAILABLE, "no fence was found that no passage holds");
}

/* ---- the step -------------------------------------------------------------------------------- */

/* Where nothing relevant was found no outside model is asked to make something up, and none for small
 * talk, for what documents there are, or for rows that were counted. */
static void keep_extractive_alone(rag_turn *turn)
{
    turn->tries[0] = (rag_try){&turn->rag->links[turn->rag->n_links - 1], ANC_STR_NONE};
    turn->n_tries = 1;
}

/* What was searched for is said where it is not what was asked. */
static anc_status tell_meaning(rag_turn *turn)
{
    if (anc_str_eq(turn->query, turn->question))
        return ANC_OK;
    const anc_str reason = turn->answer.route_reason;
    turn->answer.route_reason = anc_arena_printf(turn->mem, "%.*s%sread as: %.*s", ANC_FMT(reason),
                                                 reason.len > 0 ? "; " : "", ANC_FMT(turn->query));
    if (turn->answer.route_reason.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a question");
    return ANC_OK;
}

/* What nothing is searched for names its collections all the same. */
static anc_status check_collections(rag_turn *turn)
{
    for (size_t i = 0; i < turn->collections.n; i++) {
        kno_collection found;
        const anc_status status = kno_collection_find(turn->rag->with.knowledge, &turn->call,
                                                      turn->collections.items[i], &found);
        if (status != ANC_OK)
            (void)snprintf(turn->err.pointer, sizeof turn->err.pointer, "/collections/%zu", i);
        ANC_TRY(status);
    }
    return ANC_OK;
}

static anc_status retrieve(rag_turn *turn)
{
    const rag_service *rag = turn->rag;
    /* what a caller's filters name is relevant by that */
    const bool rated = turn->mode != SRCH_METADATA;
    const bool lists = (rag_asks_inventory(turn->question) || rag_asks_inventory(turn->asked)) &&
                       turn->filters == NULL;
    const bool asks = !lists && rag_small_talk_reply(turn->question).ptr == NULL;
    turn->stage = "search";
    ANC_TRY(krn_call_check(rag->with.clock, &turn->call));
    if (asks)
        ANC_TRY(find_passages(turn));
    else
        ANC_TRY(check_collections(turn));
    if (lists)
        ANC_TRY(rag_inventory_take(turn));
    ANC_TRY(tell_meaning(turn));
    ANC_TRY(krn_call_check(rag->with.clock, &turn->call));
    ANC_TRY(rag_instructions_take(turn));
    ANC_TRY(render_prompt(turn));
    const bool read = turn->pointed && turn->besides.len == 0;
    const double threshold = rated && !read ? rag->with.config.relevance_threshold : 0;
    turn->request = (rag_request){
        .call = &turn->call,
        .question = read ? turn->query : wanted_of(turn),
        .language = turn->language,
        .seeks = turn->sought.len > 0 ? turn->seeks : RAG_POINTS_NOWHERE,
        .read = read,
        .more_there = turn->more_there,
        .lead = turn->lead,
        .counted = turn->counted,
        .passages = turn->passages,
        .n_passages = turn->answer.n_sources,
        .threshold = threshold,
        .unread = turn->unread,
        .reply = turn->reply,
        .prompt = &turn->prompt,
    };
    if (!asks || turn->reply.len > 0 || turn->lead.len > 0 ||
        rag_best_score(turn->passages, turn->answer.n_sources) < threshold)
        keep_extractive_alone(turn);
    return ANC_OK;
}

anc_status rag_retrieve(rag_service *rag, rag_turn *turn)
{
    (void)rag;
    const anc_status status = retrieve(turn);
    if (status != ANC_OK)
        rag_turn_failed(turn, status);
    else
        turn->stage = "generate";
    return status;
}
