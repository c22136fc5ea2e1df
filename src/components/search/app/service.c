/* service.c - opening and closing, and what is asked about the index as a whole. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "service_impl.h"

enum { DEFAULT_CANDIDATES = 100, SCRATCH_BYTES = 64 << 20 };
#define DEFAULT_DOCUMENT_BYTES ((size_t)1 << 30)

static const struct {
    const char *name;
    srch_mode mode;
} modes[] = {{"auto", SRCH_AUTO},         {"rag", SRCH_AUTO},        {"hybrid", SRCH_HYBRID},
             {"semantic", SRCH_SEMANTIC}, {"keyword", SRCH_KEYWORD}, {"metadata", SRCH_METADATA}};

bool srch_mode_parse(anc_str s, srch_mode *ret)
{
    for (size_t i = 0; i < ANC_COUNT(modes); i++)
        if (anc_str_eq(s, anc_str_of(modes[i].name))) {
            *ret = modes[i].mode;
            return true;
        }
    return false;
}

const char *srch_mode_name(srch_mode mode)
{
    const char *name = "auto";
    for (size_t i = 0; i < ANC_COUNT(modes); i++)
        if (modes[i].mode == mode && mode != SRCH_AUTO)
            name = modes[i].name;
    return name;
}

static krn_series *counter(krn_metrics m, const char *name, const char *labels, const char *help)
{
    return m.ops != NULL ? m.ops->counter(m.self, name, labels, help) : NULL;
}

static krn_series *gauge(krn_metrics m, const char *name, const char *help)
{
    return m.ops != NULL ? m.ops->gauge(m.self, name, "", help) : NULL;
}

static krn_series *stage(krn_metrics m, const char *labels)
{
    return m.ops != NULL ? m.ops->histogram(m.self, "anchorage_search_seconds", labels,
                                            "Time of a search by stage", krn_latency_bounds,
                                            KRN_HISTOGRAM_BUCKETS)
                         : NULL;
}

static krn_series *seconds(krn_metrics m, const char *name, const char *help)
{
    return m.ops != NULL
               ? m.ops->histogram(m.self, name, "", help, krn_latency_bounds, KRN_HISTOGRAM_BUCKETS)
               : NULL;
}

/* Of the index as it is kept, and of the work on it. */
static void name_kept_series(srch_series *s, krn_metrics m)
{
    s->segments = gauge(m, "anchorage_index_segments", "Segments of the index that are files");
    s->stored = gauge(m, "anchorage_index_stored_bytes", "Bytes of the index's segments");
    s->unsaved = gauge(m, "anchorage_index_unsaved_chunks", "Chunks that are in memory alone");
    s->dead =
        gauge(m, "anchorage_index_dead_chunks", "Chunks replaced or removed, and not merged away");
    s->graphs = gauge(m, "anchorage_index_graphs", "Segments whose vectors have a graph");
    s->recall = gauge(m, "anchorage_index_recall_permille",
                      "Least share of the nearest that a graph was measured to find");
    s->kept = gauge(m, "anchorage_index_kept_cursor", "Change up to which the index is saved");
    s->saves = counter(m, "anchorage_index_saves_total", "", "Saves of the index");
    s->save_failures = counter(m, "anchorage_index_save_failures_total", "", "Saves that failed");
    s->merges =
        counter(m, "anchorage_index_merges_total", "", "Merges of segments, and graphs built");
    s->damages =
        counter(m, "anchorage_index_damages_total", "", "Parts of the index found damaged");
    s->written =
        counter(m, "anchorage_index_written_bytes_total", "", "Bytes of segments that saves wrote");
    s->save = seconds(m, "anchorage_index_save_seconds", "Time of a save of the index");
    s->save_wait = seconds(m, "anchorage_index_save_wait_seconds",
                           "Of that, waited to leave the disk to others");
}

static void name_series(srch_series *s, krn_metrics m)
{
    static const char queries[] = "anchorage_search_queries_total", done[] = "Searches answered";
    s->queries[SRCH_HYBRID] = counter(m, queries, "mode=\"hybrid\"", done);
    s->queries[SRCH_SEMANTIC] = counter(m, queries, "mode=\"semantic\"", done);
    s->queries[SRCH_KEYWORD] = counter(m, queries, "mode=\"keyword\"", done);
    s->queries[SRCH_METADATA] = counter(m, queries, "mode=\"metadata\"", done);
    s->errors = counter(m, "anchorage_search_errors_total", "", "Searches that failed");
    s->analyze = stage(m, "stage=\"analyze\"");
    s->embed = stage(m, "stage=\"embed\"");
    s->index = stage(m, "stage=\"index\"");
    s->rerank = stage(m, "stage=\"rerank\"");
    s->hydrate = stage(m, "stage=\"hydrate\"");
    s->total = stage(m, "stage=\"total\"");
    s->documents = gauge(m, "anchorage_index_documents", "Documents in the index");
    s->chunks = gauge(m, "anchorage_index_chunks", "Chunks in the index");
    s->bytes = gauge(m, "anchorage_index_bytes", "Memory of the index");
    name_kept_series(s, m);
    s->cursor = gauge(m, "anchorage_index_cursor", "Change that the index has reached");
    s->indexed = counter(m, "anchorage_index_published_total", "", "Versions published");
    s->failed = counter(m, "anchorage_index_failed_total", "", "Documents that were not indexed");
}

anc_status srch_service_open(const srch_config *config, srch_service **ret, anc_err *err)
{
    srch_service *srch = calloc(1, sizeof *srch);
    if (srch == NULL) {
        config->watermark.ops->close(config->watermark.self);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the search service");
    }
    srch->config = *config;
    (void)pthread_mutex_init(&srch->syncs.lock, NULL);
    (void)pthread_mutex_init(&srch->left_out.lock, NULL);
    (void)pthread_mutex_init(&srch->saving.lock, NULL);
    if (srch->config.candidates == 0)
        srch->config.candidates = DEFAULT_CANDIDATES;
    if (srch->config.max_document_bytes == 0)
        srch->config.max_document_bytes = DEFAULT_DOCUMENT_BYTES;
    srch->follow.mem = anc_arena_new(srch->config.max_document_bytes);
    srch->follow.scratch = anc_arena_new(SCRATCH_BYTES);
    srch->follow.left_out = anc_map_new();
    srch->follow.announced = anc_map_new();
    if (srch->follow.mem == NULL || srch->follow.scratch == NULL || srch->follow.left_out == NULL ||
        srch->follow.announced == NULL) {
        srch_service_close(srch);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the search service");
    }
    /* every document names its own model */
    const srch_index_options options = {.model = ANC_STR(""),
                                        .place = config->index_place,
                                        .recall = config->recall,
                                        .title_weight = config->title_weight,
                                        .write_bytes_per_second = config->write_bytes_per_second};
    const anc_status status = config->open_index(&options, &srch->slots[0].index, err);
    if (status != ANC_OK) {
        srch_service_close(srch);
        return status;
    }
    srch->slots[0].open = true;
    name_series(&srch->series, config->metrics);
    srch_detail_set(srch, "not started");
    *ret = srch;
    return ANC_OK;
}

void srch_wake(void *arg)
{
    srch_service *srch = arg;
    if (atomic_load_explicit(&srch->started, memory_order_acquire))
        srch->scheduler.ops->wake(srch->scheduler.self, srch->step_id);
}

anc_status srch_service_start(srch_service *srch, krn_scheduler scheduler, anc_err *err)
{
    srch->scheduler = scheduler;
    ANC_TRY(scheduler.ops->add(scheduler.self, "index", srch_follow, srch, &srch->step_id, err));
    ANC_TRY(scheduler.ops->add(scheduler.self, "keep", srch_keep, srch, &srch->keep_id, err));
    ANC_TRY(scheduler.ops->add(scheduler.self, "tidy", srch_tidy, srch, &srch->tidy_id, err));
    scheduler.ops->defer(scheduler.self, srch->keep_id);
    scheduler.ops->defer(scheduler.self, srch->tidy_id);
    atomic_store_explicit(&srch->started, true, memory_order_release);
    const krn_changes changes = srch->config.changes;
    return changes.ops->listen(changes.self, srch_wake, srch, err);
}

void srch_service_stop(srch_service *srch)
{
    atomic_store(&srch->stopping, true);
    for (size_t i = 0; i < ANC_COUNT(srch->slots); i++)
        atomic_store(&srch->slots[i].leaving, true);
    srch->config.watermark.ops->stop(srch->config.watermark.self);
}

void srch_service_close(srch_service *srch)
{
    if (srch == NULL)
        return;
    srch_slot *shown = &srch->slots[atomic_load(&srch->shown)];
    if (shown->open && srch->config.index_place != NULL)
        (void)!srch_save(srch, shown, true); /* else the next start reads it again */
    for (size_t i = 0; i < ANC_COUNT(srch->slots); i++)
        if (srch->slots[i].open)
            srch->slots[i].index.ops->close(srch->slots[i].index.self);
    srch->config.watermark.ops->close(srch->config.watermark.self);
    anc_arena_free(srch->follow.mem);
    anc_arena_free(srch->follow.scratch);
    anc_map_free(srch->follow.left_out);
    anc_map_free(srch->follow.announced);
    (void)pthread_mutex_destroy(&srch->syncs.lock);
    (void)pthread_mutex_destroy(&srch->saving.lock);
    (void)pthread_mutex_destroy(&srch->left_out.lock);
    free(srch);
}

krn_call srch_background_call(srch_service *srch, anc_arena *mem, anc_err *err)
{
    static const anc_str labels[] = {ANC_STR_INIT("public")};
    anc_err_clear(err);
    return (krn_call){.mem = mem,
                      .err = err,
                      .deadline_ns = INT64_MAX,
                      .cancelled = &srch->stopping,
                      .principal = {.labels = labels, .n_labels = 1, .is_admin = true}};
}

void srch_detail_set(srch_service *srch, const char *fmt, ...)
{
    const unsigned next =
        (atomic_load_explicit(&srch->detail, memory_order_relaxed) + 1) % SRCH_DETAILS;
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(srch->details[next], SRCH_DETAIL_BYTES, fmt, args);
    va_end(args);
    atomic_store_explicit(&srch->detail, next, memory_order_release);
}

anc_status srch_wait_visible(srch_service *srch, krn_call *call, uint64_t seq)
{
    if (srch_visible(srch, seq))
        return ANC_OK;
    return srch->config.watermark.ops->wait(srch->config.watermark.self, call, seq);
}

bool srch_visible(srch_service *srch, uint64_t seq)
{
    return srch->config.watermark.ops->has(srch->config.watermark.self, seq);
}

bool srch_ready(srch_service *srch)
{
    return atomic_load(&srch->ready);
}

srch_status_row srch_status(srch_service *srch)
{
    srch_slot *slot = srch_slot_hold(srch);
    const srch_index_figures f = slot->index.ops->figures(slot->index.self, ANC_STR_NONE);
    const srch_index_kept kept = slot->index.ops->kept(slot->index.self);
    srch_slot_let_go(slot);
    const unsigned row = atomic_load_explicit(&srch->detail, memory_order_acquire);
    srch_status_row status = {
        .ready = srch_ready(srch),
        .rebuilding = atomic_load(&srch->rebuild_done) != atomic_load(&srch->rebuild_asked),
        .walked = atomic_load(&srch->walk_done),
        .to_walk = atomic_load(&srch->walk_total),
        .cursor = srch->config.watermark.ops->read(srch->config.watermark.self),
        .documents = f.documents,
        .chunks = f.chunks,
        .bytes = f.bytes,
        .semantic = f.vectors > 0,
        .dead_chunks = f.dead_chunks,
        .segments = f.segments,
        .stored_bytes = f.stored_bytes,
        .unsaved_chunks = f.unsaved_chunks,
        .graphs = f.graphs,
        .recall = f.recall,
        .title_weight = f.title_weight,
        .semantic_share = srch->config.fusion.how == SRCH_WEIGHTED
                              ? srch->config.fusion.semantic_share
                              : (double)NAN,
        .is_kept = kept.has_place,
        .kept_cursor = kept.mark.cursor,
        .damages = kept.damages,
        .detail = anc_str_of(srch->details[row]),
    };
    const uint64_t head = atomic_load(&srch->head);
    status.lag = head > status.cursor ? head - status.cursor : 0;
    (void)pthread_mutex_lock(&srch->left_out.lock);
    status.left_out = srch->left_out.n;
    memcpy(status.left_out_text, srch->left_out.text, sizeof status.left_out_text);
    (void)pthread_mutex_unlock(&srch->left_out.lock);
    if (kept.damages > 0)
        (void)snprintf(status.damage_text, sizeof status.damage_text, "%.*s",
                       (int)sizeof status.damage_text - 1, kept.text);
    (void)pthread_mutex_lock(&srch->saving.lock);
    memcpy(status.save_problem, srch->saving.problem, sizeof status.save_problem);
    (void)pthread_mutex_unlock(&srch->saving.lock);
    return status;
}

uint64_t srch_passed(srch_service *srch)
{
    srch_slot *slot = srch_slot_hold(srch);
    const srch_index_kept kept = slot->index.ops->kept(slot->index.self);
    srch_slot_let_go(slot);
    return kept.has_place ? kept.mark.cursor
                          : srch->config.watermark.ops->read(srch->config.watermark.self);
}

uint64_t srch_index_busy_ns(srch_service *srch)
{
    return atomic_load(&srch->busy_ns);
}

srch_figures_row srch_collection_figures(srch_service *srch, anc_str collection)
{
    srch_slot *slot = srch_slot_hold(srch);
    const srch_index_figures f = slot->index.ops->figures(slot->index.self, collection);
    srch_slot_let_go(slot);
    return (srch_figures_row){
        .documents = f.documents, .chunks = f.chunks, .stored_bytes = f.stored_bytes};
}

void srch_rebuild(srch_service *srch)
{
    (void)atomic_fetch_add(&srch->rebuild_asked, 1);
    srch_wake(srch);
}
