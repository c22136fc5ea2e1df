/* query_world.c - see query_world.h. */
#include "query_world.h"

#include <math.h>
#include <stdio.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"

enum { LOG_BYTES = 1 << 16 };

kno_service world_kno;
emb_service world_emb;
emb_library *world_models;
emb_rerank_service world_rerank;
uint32_t world_candidates;
anc_buf world_log;
static const anc_str everybody[] = {ANC_STR_INIT("public")};
const anc_str world_board[2] = {ANC_STR_INIT("public"), ANC_STR_INIT("group:board")};

double_document *world_add(size_t row, size_t collection, const char *id, const char *title,
                           const char *first, const char *second)
{
    double_document *d = &world_kno.documents[row];
    *d = (double_document){.alive = true,
                           .collection = collection,
                           .version = 1,
                           .title = title,
                           .language = "en",
                           .metadata = "{\"year\":2021}",
                           .chunks = {first, second},
                           .n_chunks = second != NULL ? 2 : 1};
    (void)snprintf(d->id, sizeof d->id, "%s", id);
    return d;
}

static void fill(void)
{
    world_kno = (kno_service){.collections = {{true, "handbook", "en", "public", 0, 0},
                                              {true, "manuel", "fr", "public", 0, 0},
                                              {true, "minutes", "auto", "group:board", 0, 0}}};
    world_emb = (emb_service){.available = true};
    world_rerank = (emb_rerank_service){.most = 30};
    world_candidates = 0;
    world_log = anc_buf_init(LOG_BYTES);
    world_models = NULL;
    world_add(0, 0, "leave", "Holidays", "Every employee has thirty days of paid leave a year.",
              "Unused leave is lost at the end of March.");
    world_add(1, 0, "travel", "Travel", "Train tickets are booked by the office.", NULL);
    world_add(2, 0, "copy", "Holidays too", "Every employee has thirty days of paid leave a year!",
              NULL);
    world_add(3, 1, "conges", "Congés", "Les salariés prennent leurs congés payés en août.", NULL)
        ->language = "fr";
    world_add(4, 2, "secret", "Minutes", "The board will sell the office and the train.", NULL);
    world_kno.documents[1].metadata = "{\"year\":2019}";
}

static void follow(world *w)
{
    for (int i = 0; i < 50 && !srch_status(w->srch).ready; i++)
        (void)srch_follow(w->srch, world_kno.now_ns);
    assert_true(srch_status(w->srch).ready);
}

int world_set_up(void **state)
{
    static world w;
    w = (world){.mem = anc_arena_new(64 << 20)};
    *state = &w;
    fill();
    w.call = (krn_call){.mem = w.mem,
                        .err = &w.err,
                        .deadline_ns = INT64_MAX,
                        .cancelled = &world_kno.never_cancelled,
                        .principal = {.labels = everybody, .n_labels = 1}};
    return 0;
}

static void on_line(void *self, krn_level level, const char *component, const char *message,
                    const krn_field *fields, size_t n)
{
    (void)self, (void)level, (void)component;
    (void)anc_buf_add(&world_log, anc_str_of(message));
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(&world_log, " %s=%.*s", fields[i].name, ANC_FMT(fields[i].str));
}

void world_open(world *w)
{
    static const krn_log_ops log = {.name = "kept", .write = on_line};
    srch_config config = {.knowledge = &world_kno,
                          .embedding = &world_emb,
                          .models = world_models,
                          .rerank = &world_rerank,
                          .changes = double_changes(&world_kno),
                          .clock = double_clock(&world_kno),
                          .log = {&log, NULL},
                          .open_index = srch_engine_index_open,
                          .candidates = world_candidates,
                          .fusion = {SRCH_WEIGHTED, SRCH_SEMANTIC_SHARE}};
    ASSERT_OK(srch_threads_watermark_open(&config.watermark, &w->err), &w->err);
    ASSERT_OK(srch_service_open(&config, &w->srch, &w->err), &w->err);
    follow(w);
}

int world_tear_down(void **state)
{
    world *w = *state;
    anc_buf_done(&world_log);
    srch_service_close(w->srch);
    anc_arena_free(w->mem);
    return 0;
}

srch_request world_request(const char *query)
{
    return (srch_request){.query = anc_str_of(query), .top_k = 10};
}

srch_result world_ask(world *w, const srch_request *r)
{
    srch_result result = {0};
    ASSERT_OK(srch_query(w->srch, &w->call, r, &result), &w->err);
    for (size_t i = 0; i < result.n; i++) {
        assert_int_equal(result.hits[i].position, i + 1);
        if (r->mode == SRCH_METADATA)
            assert_true(isnan(result.hits[i].score));
        else
            assert_true(result.hits[i].score >= 0 && result.hits[i].score <= 1);
    }
    return result;
}
