/* world.c - the small firm's library, and a search that finds all of it. */
#include "support/rag/world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static world *current; /* srch_query has no other way to its world */

static const srch_hit library[] = {
    {.collection = ANC_STR_INIT("default"),
     .document_id = ANC_STR_INIT("skep"),
     .chunk_id = ANC_STR_INIT("skep.1.0"),
     .version = 1,
     .title = ANC_STR_INIT("Skep 2 manual"),
     .start = 100,
     .end = 168,
     .text = ANC_STR_INIT("The Skep 2 weighs four kilograms. Its battery lasts about 14 months."),
     .tokens = 16},
    {.collection = ANC_STR_INIT("default"),
     .document_id = ANC_STR_INIT("warranty"),
     .chunk_id = ANC_STR_INIT("warranty.3.2"),
     .version = 3,
     .title = ANC_STR_INIT("Warranty"),
     .heading = ANC_STR_INIT("Terms"),
     .page = 4,
     .start = 2000,
     .end = 2045,
     .text = ANC_STR_INIT("The warranty of a scale runs for three years."),
     .tokens = 10},
    {.collection = ANC_STR_INIT("default"),
     .document_id = ANC_STR_INIT("skep"),
     .chunk_id = ANC_STR_INIT("skep.1.1"),
     .version = 1,
     .title = ANC_STR_INIT("Skep 2 manual"),
     .start = 169,
     .end = 207,
     .text = ANC_STR_INIT("Bears have been seen to carry it away."),
     .tokens = 9},
};

/* Enough of the component's own for a test: two names. */
bool srch_mode_parse(anc_str s, srch_mode *ret)
{
    *ret = anc_str_eq(s, ANC_STR("keyword")) ? SRCH_KEYWORD : SRCH_AUTO;
    return *ret == SRCH_KEYWORD || anc_str_eq(s, ANC_STR("auto"));
}

const char *srch_mode_name(srch_mode mode)
{
    return mode == SRCH_KEYWORD ? "keyword" : "auto";
}

anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret)
{
    world *w = current;
    (void)srch;
    (void)snprintf(w->searched, sizeof w->searched, "%.*s", ANC_FMT(request->query));
    w->top_k = request->top_k;
    w->mode = request->mode;
    if (w->search_fails != ANC_OK)
        return ANC_FAIL(call->err, w->search_fails, "the search failed");
    srch_hit *hits = anc_arena_alloc(call->mem, ANC_COUNT(library), sizeof *hits);
    if (hits == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for hits");
    const size_t n = w->n_hits < request->top_k ? w->n_hits : request->top_k;
    for (size_t i = 0; i < n; i++) {
        hits[i] = library[i];
        hits[i].position = (uint32_t)i + 1;
        hits[i].score = w->best_score / (1 + (double)i);
        hits[i].semantic = (double)NAN;
        if (i == 1 && w->text_of_hit_2 != NULL)
            hits[i].text = anc_str_of(w->text_of_hit_2);
        hits[i].end = hits[i].start + hits[i].text.len;
        if (i == 1 && w->columns != NULL)
            hits[i].columns = anc_str_of(w->columns);
        if (i == 1 && w->collection_of_hit_2 != NULL)
            hits[i].collection = anc_str_of(w->collection_of_hit_2);
        hits[i].first_ordinal = hits[i].last_ordinal = hits[i].ordinal = (uint32_t)i;
    }
    *ret = (srch_result){.hits = hits, .n = n, .embed_ms = 1, .search_ms = 2, .total_ms = 3};
    return ANC_OK;
}

static anc_str text_or_none(const char *s)
{
    return s != NULL ? anc_str_of(s) : ANC_STR("");
}

anc_status kno_collection_find(kno_service *kno, krn_call *call, anc_str name, kno_collection *ret)
{
    world *w = current;
    (void)kno;
    w->collections_read++;
    if (w->collection_fails != ANC_OK)
        return ANC_FAIL(call->err, w->collection_fails, "the collection cannot be read");
    *ret = (kno_collection){.name = name,
                            .system_prompt = text_or_none(w->system_prompt),
                            .prompt_template = text_or_none(w->prompt_template)};
    return ANC_OK;
}

anc_status kno_stats(kno_service *kno, krn_call *call, kno_stats_row **ret, size_t *ret_n)
{
    (void)kno;
    *ret = anc_arena_alloc(call->mem, 2, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for two rows");
    (*ret)[0] = (kno_stats_row){.collection = ANC_STR("default"), .documents = 2};
    (*ret)[1] = (kno_stats_row){.collection = ANC_STR("laws"), .documents = 40};
    *ret_n = 2;
    return ANC_OK;
}

/* The chunks of depots.csv: a table of five rows over two pages, then a sentence. */
static const kno_place first_places[] = {{0, 1, 0}, {13, 1, 1}, {31, 1, 2}};
static const kno_place second_places[] = {{49, 1, 3}, {66, 1, 4}, {84, 2, 5}, {102, 2, 0}};
static const kno_chunk depots[] = {
    {.ref = {.version = 1, .ordinal = 0},
     .id = ANC_STR_INIT("depots.1.0"),
     .title = ANC_STR_INIT("Depots of the firm"),
     .uri = ANC_STR_INIT("files/depots.csv"),
     .end = 49,
     .text = ANC_STR_INIT("City | Phone\nLisbon | 555-0101\nMadrid | 555-0102\n"),
     .places = first_places,
     .n_places = ANC_COUNT(first_places)},
    {.ref = {.version = 1, .ordinal = 1},
     .id = ANC_STR_INIT("depots.1.1"),
     .title = ANC_STR_INIT("Depots of the firm"),
     .uri = ANC_STR_INIT("files/depots.csv"),
     .start = 49,
     .end = 140,
     .text = ANC_STR_INIT("Porto | 555-0107\nNantes | 555-0108\nLyons | 555-0109\n\n"
                          "They open from six to ten on weekdays."),
     .columns = ANC_STR_INIT("City | Phone"),
     .places = second_places,
     .n_places = ANC_COUNT(second_places)},
};

static kno_chunk depot_chunk(size_t ordinal, anc_str collection, anc_str id)
{
    kno_chunk c = depots[ordinal];
    c.ref.collection = collection;
    c.ref.document_id = id;
    c.ref.version += current->replaced > 0 && current->windows >= current->replaced;
    return c;
}

/* As many chunks as are asked for, all on the first page. */
static anc_status list_without_end(krn_call *call, size_t limit, kno_chunk **ret, size_t *ret_n)
{
    *ret = anc_arena_alloc(call->mem, limit, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for chunks");
    for (*ret_n = 0; *ret_n < limit; ++*ret_n)
        (*ret)[*ret_n] = (kno_chunk){.places = first_places, .n_places = 1};
    return ANC_OK;
}

/* A row each. */
static anc_status list_rows_without_end(krn_call *call, uint32_t from, size_t limit,
                                        kno_chunk **ret, size_t *ret_n)
{
    *ret = anc_arena_alloc(call->mem, limit, sizeof **ret);
    kno_place *places = anc_arena_alloc(call->mem, limit, sizeof *places);
    if (*ret == NULL || places == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for chunks");
    for (*ret_n = 0; *ret_n < limit; ++*ret_n) {
        const uint64_t at = (uint64_t)(from + *ret_n) * 15;
        places[*ret_n] = (kno_place){at, 0, from + (uint32_t)*ret_n + 1};
        (*ret)[*ret_n] = (kno_chunk){.ref = {.version = 1, .ordinal = from + (uint32_t)*ret_n},
                                     .start = at,
                                     .end = at + 15,
                                     .text = ANC_STR("Porto | 555-010\n"),
                                     .columns = ANC_STR("City | Phone"),
                                     .places = &places[*ret_n],
                                     .n_places = 1};
    }
    return ANC_OK;
}

anc_status kno_chunk_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                          uint32_t version, uint32_t from, size_t limit, kno_chunk **ret,
                          size_t *ret_n)
{
    (void)kno;
    (void)version;
    current->windows++;
    if (anc_str_eq(id, ANC_STR("long")))
        return list_without_end(call, limit, ret, ret_n);
    if (!anc_str_eq(id, ANC_STR("depots")) &&
        (current->two_depots < 2 || !anc_str_eq(id, ANC_STR("old"))))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no such document");
    if (current->endless)
        return list_rows_without_end(call, from, limit, ret, ret_n);
    *ret = anc_arena_alloc(call->mem, ANC_COUNT(depots), sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for chunks");
    *ret_n = 0;
    for (size_t i = from; i < ANC_COUNT(depots) && *ret_n < limit; i++)
        (*ret)[(*ret_n)++] = depot_chunk(i, collection, id);
    return ANC_OK;
}

/* A chunk of the library as the catalog has it; without a text where it is gone. */
static kno_chunk library_chunk(const world *w, const kno_chunk_ref *ref)
{
    kno_chunk c = {.ref = *ref};
    const bool gone = w->gone != NULL && anc_str_eq(ref->document_id, anc_str_of(w->gone));
    if (gone && w->damaged)
        c.trouble = ANC_STR("its file is damaged");
    for (size_t i = 0; i < ANC_COUNT(library) && !gone; i++) {
        const srch_hit *h = &library[i];
        if (!anc_str_eq(h->document_id, ref->document_id) || h->version != ref->version ||
            !anc_str_ends(h->chunk_id, ref->ordinal == 0   ? ANC_STR(".0")
                                       : ref->ordinal == 1 ? ANC_STR(".1")
                                                           : ANC_STR(".2")))
            continue;
        c.title = h->title;
        c.heading = h->heading;
        c.page = h->page;
        c.start = h->start;
        c.text = i == 1 && w->text_of_hit_2 != NULL ? anc_str_of(w->text_of_hit_2) : h->text;
        c.end = h->start + c.text.len;
        c.columns = i == 1 && w->columns != NULL ? anc_str_of(w->columns) : ANC_STR_NONE;
    }
    return c;
}

anc_status kno_chunks_fetch(kno_service *kno, krn_call *call, const kno_chunk_ref *refs, size_t n,
                            kno_chunk *ret)
{
    (void)kno;
    (void)call;
    for (size_t i = 0; i < n; i++)
        ret[i] = !anc_str_eq(refs[i].document_id, ANC_STR("depots"))
                     ? library_chunk(current, &refs[i])
                 : current->depots_go
                     ? (kno_chunk){.ref = refs[i]}
                     : depot_chunk(refs[i].ordinal, refs[i].collection, refs[i].document_id);
    return ANC_OK;
}

static anc_status list_depots(krn_call *call, kno_document **ret, size_t *ret_n)
{
    *ret = anc_arena_alloc(call->mem, 2, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for documents");
    (*ret)[0] = (kno_document){.collection = ANC_STR("default"),
                               .id = ANC_STR("old"),
                               .title = ANC_STR("Old depots"),
                               .uri = ANC_STR("files/old-depots.csv")};
    (*ret)[1] = (kno_document){.collection = ANC_STR("default"),
                               .id = ANC_STR("depots"),
                               .title = ANC_STR("Depots of the firm"),
                               .uri = ANC_STR("files/depots.csv")};
    *ret_n = 2;
    return ANC_OK;
}

static anc_status list_long(krn_call *call, kno_document **ret, size_t *ret_n)
{
    *ret_n = 1 + current->long_documents;
    *ret = anc_arena_alloc(call->mem, *ret_n, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for documents");
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] =
            (kno_document){.collection = ANC_STR("default"),
                           .id = i == 0 ? ANC_STR("depots") : ANC_STR("long"),
                           .title = i == 0 ? ANC_STR("Depots of the firm") : ANC_STR("Long")};
    return ANC_OK;
}

anc_status kno_document_list(kno_service *kno, krn_call *call, anc_str collection, anc_str q,
                             anc_str after, size_t limit, kno_document **ret, size_t *ret_n)
{
    (void)kno;
    (void)after;
    current->lists++;
    if (current->long_documents > 0)
        return list_long(call, ret, ret_n);
    if (anc_str_eq(q, ANC_STR("depots.csv")) || current->two_depots > 0)
        return list_depots(call, ret, ret_n);
    *ret = anc_arena_alloc(call->mem, limit, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for documents");
    const bool laws = anc_str_eq(collection, ANC_STR("laws"));
    *ret_n = limit < 2 ? limit : 2;
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (kno_document){.collection = collection,
                                   .id = i == 0 ? ANC_STR("first") : ANC_STR("second"),
                                   .title = laws ? ANC_STR("") : ANC_STR("Skep 2 manual")};
    return ANC_OK;
}

anc_status kno_document_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                             kno_document *ret)
{
    (void)kno;
    (void)call;
    *ret = (kno_document){.collection = collection,
                          .id = id,
                          .content_type = ANC_STR("text/csv"),
                          .found = ANC_STR("{}")};
    return ANC_OK;
}

static bool open_it(world *w, size_t n_providers, const rag_config *config, bool faked)
{
    static const anc_str labels[] = {ANC_STR_INIT("public")};
    *w = (world){.best_score = 0.8, .n_hits = ANC_COUNT(library)};
    current = w;
    w->clock = (fake_clock){.mono_ns = 1000, .wall_ms = 1700000000000, .seed = 42};
    w->first = (fake_provider){.loop = &w->tasks, .name = "alpha", .model = "a-1"};
    w->second = (fake_provider){.loop = &w->tasks, .name = "beta", .model = "b-1"};
    w->last = (fake_provider){.loop = &w->tasks, .name = "anchorage", .model = "extractive"};
    w->providers[0] = fake_provider_port(&w->first);
    w->providers[1] = fake_provider_port(&w->second);
    w->call = (krn_call){.mem = NULL,
                         .err = &w->err,
                         .deadline_ns = INT64_MAX,
                         .cancelled = &w->cancelled,
                         .trace_id = ANC_STR("0af7651916cd43dd8448eb211c80319c"),
                         .principal = {.user_id = ANC_STR("ada"), .labels = labels, .n_labels = 1}};
    const rag_extractive_options extractive = {.cpu = fake_tasks_executor(&w->tasks),
                                               .loop = fake_tasks_executor(&w->tasks)};
    w->mem = anc_arena_new(16 << 20);
    w->call.mem = w->mem;
    if (w->mem == NULL || rag_extractive_open(&extractive, &w->extractive, &w->err) != ANC_OK)
        return false;
    const rte_config routing = rte_config_default();
    if (rte_service_open(&routing, &w->routing, &w->err) != ANC_OK)
        return false;
    const rag_service_options options = {
        .routing = w->routing,
        .feed = fake_feed_port(&w->feed),
        .conversations = fake_store_port(&w->store),
        .providers = w->providers,
        .n_providers = n_providers,
        .extractive = faked ? fake_provider_port(&w->last) : w->extractive,
        .writer = fake_writer_port(&w->writer),
        .outbox = fake_outbox_port(&w->outbox),
        .clock = fake_clock_port(&w->clock),
        .loop = fake_tasks_executor(&w->tasks),
        .config = config != NULL ? *config : (rag_config){0},
    };
    return rag_service_open(&options, &w->rag, &w->err) == ANC_OK;
}

bool world_open(world *w, size_t n_providers, const rag_config *config)
{
    return open_it(w, n_providers, config, false);
}

bool world_open_faked(world *w, size_t n_providers, const rag_config *config)
{
    return open_it(w, n_providers, config, true);
}

void world_close(world *w)
{
    world_forget(w);
    fake_writer_flush(&w->writer);
    rag_service_close(w->rag);
    rte_service_close(w->routing);
    rag_provider_close(w->extractive);
    anc_arena_free(w->mem);
}

rag_question world_question(const char *text)
{
    return (rag_question){.question = anc_str_of(text), .keep = true};
}

static void on_token(void *arg, anc_str text)
{
    world *w = arg;
    const size_t used = strlen(w->streamed);
    (void)snprintf(w->streamed + used, sizeof w->streamed - used, "%.*s", ANC_FMT(text));
}

static void on_done(void *arg, anc_status status, const anc_err *err)
{
    world *w = arg;
    w->done++;
    w->done_status = status;
    w->done_err = *err;
}

static void on_rewritten(void *arg)
{
    world *w = arg;
    w->rewrites++;
}

void world_resume(world *w, rag_turn *prepared)
{
    const rag_sink sink = {w, on_token, on_done};
    world_forget(w);
    w->turn = prepared;
    w->done = 0;
    w->streamed[0] = '\0';
    rag_generate(w->rag, w->turn, &sink);
}

anc_status world_begin(world *w, const rag_question *question)
{
    rag_turn *turn;
    world_forget(w);
    anc_err_clear(&w->err);
    ANC_TRY(rag_prepare(w->rag, &w->call, question, &turn));
    w->rewrites = 0;
    if (rag_turn_wants_rewrite(turn)) {
        rag_rewrite(w->rag, turn, on_rewritten, w);
        fake_tasks_run(&w->tasks);
    }
    const anc_status status = rag_retrieve(w->rag, turn);
    if (status != ANC_OK) {
        w->err = *rag_turn_error(turn);
        rag_turn_free(turn);
        return status;
    }
    world_resume(w, turn);
    return ANC_OK;
}

anc_status world_end(world *w, const rag_answer **ret)
{
    fake_tasks_run(&w->tasks);
    const anc_status status = rag_finish(w->rag, w->turn, ret);
    fake_writer_flush(&w->writer);
    return status;
}

anc_status world_ask(world *w, const rag_question *question, const rag_answer **ret)
{
    ANC_TRY(world_begin(w, question));
    return world_end(w, ret);
}

void world_forget(world *w)
{
    rag_turn_free(w->turn);
    w->turn = NULL;
}
