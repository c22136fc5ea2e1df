/* engine_index.c - the index port in the words of lib/engine: one engine index a collection and model. */
#include "search/adapters/engine/engine_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "shelves_impl.h"

static anc_status no_room(krn_call *call, const char *what)
{
    return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %s", what);
}

static eng_kind kind_of(srch_kind kind)
{
    switch (kind) {
    case SRCH_STRING:
        return ENG_STRING;
    case SRCH_INT:
        return ENG_INT;
    case SRCH_REAL:
        return ENG_REAL;
    case SRCH_BOOL:
        return ENG_BOOL;
    case SRCH_TIME:
        break;
    }
    return ENG_TIME;
}

static eng_value value_of(const srch_value *v)
{
    return (eng_value){
        .kind = kind_of(v->kind), .str = v->str, .integer = v->integer, .real = v->real};
}

/* ---- writing -------------------------------------------------------------------------------- */

static anc_status open_load(const srch_shelf *s, krn_call *call,
                            const srch_index_document *document, eng_load **ret)
{
    eng_field *fields = anc_arena_alloc(call->mem, document->n_fields, sizeof *fields);
    if (fields == NULL)
        return no_room(call, "a document's fields");
    for (size_t i = 0; i < document->n_fields; i++)
        fields[i] = (eng_field){.name = document->fields[i].name,
                                .value = value_of(&document->fields[i].value),
                                .in_list = document->fields[i].in_list};
    const eng_document d = {.key = document->document_id,
                            .version = document->version,
                            .language = document->language,
                            .title_weight = s->title_weight,
                            .fields = fields,
                            .n_fields = document->n_fields,
                            .labels = document->labels,
                            .n_labels = document->n_labels};
    return eng_load_open(s->index, &d, ret, call->err);
}

/* The terms of one chunk at a time, in a list that only grows. */
typedef struct term_list {
    eng_term *terms;
    size_t cap;
} term_list;

static anc_status add_chunk(eng_load *load, krn_call *call, const srch_index_chunk *chunk,
                            term_list *list)
{
    if (chunk->n_terms > list->cap) {
        list->cap = chunk->n_terms * 2;
        list->terms = anc_arena_alloc(call->mem, list->cap, sizeof *list->terms);
        if (list->terms == NULL)
            return no_room(call, "a chunk's terms");
    }
    for (size_t i = 0; i < chunk->n_terms; i++)
        list->terms[i] = (eng_term){.text = chunk->terms[i].text,
                                    .form = chunk->terms[i].form,
                                    .place = chunk->terms[i].in_title ? ENG_TITLE : ENG_TEXT,
                                    .position = chunk->terms[i].position,
                                    .is_stop = chunk->terms[i].is_stop};
    const eng_chunk c = {.ordinal = chunk->ordinal,
                         .terms = list->terms,
                         .n_terms = chunk->n_terms,
                         .vector = chunk->vector};
    return eng_load_add(load, &c, call->err);
}

static anc_status add_chunks(eng_load *load, krn_call *call, srch_chunk_source chunks,
                             uint64_t *ret_n)
{
    term_list list = {0};
    *ret_n = 0;
    for (;;) {
        srch_index_chunk chunk;
        bool more = false;
        ANC_TRY(chunks.next(chunks.arg, &chunk, &more));
        if (!more)
            return ANC_OK;
        ANC_TRY(add_chunk(load, call, &chunk, &list));
        ++*ret_n;
    }
}

static anc_status publish(const srch_shelf *s, krn_call *call, const srch_index_document *document,
                          srch_chunk_source chunks, uint64_t *ret_n)
{
    eng_load *load = NULL;
    ANC_TRY(open_load(s, call, document, &load));
    const anc_status status = add_chunks(load, call, chunks, ret_n);
    if (status != ANC_OK) {
        eng_load_abort(load);
        return status;
    }
    return eng_publish(s->index, load, call->err);
}

/* The language of a document that is there; TXT_LANGUAGE_COUNT: it is not. */
static uint32_t language_of(const srch_shelf *s, anc_str document_id)
{
    uint32_t language = TXT_LANGUAGE_COUNT;
    eng_snapshot *snapshot = eng_snapshot_acquire(s->index);
    (void)eng_document_language(snapshot, document_id, &language);
    eng_snapshot_release(snapshot);
    return language;
}

/* A language counts before a document of it is there and until it is gone: who sees the document knows of it. */
static void count_in(srch_shelf *s, uint32_t language)
{
    if (language < TXT_LANGUAGE_COUNT)
        (void)atomic_fetch_add(&s->languages[language], 1);
}

static void count_out(srch_shelf *s, uint32_t language)
{
    if (language < TXT_LANGUAGE_COUNT)
        (void)atomic_fetch_sub(&s->languages[language], 1);
}

static anc_status engine_publish(void *self, krn_call *call, anc_str collection,
                                 const srch_index_document *document, srch_chunk_source chunks)
{
    srch_shelves *store = self;
    uint64_t n_chunks = 0;
    const bool named = document->model.ptr != NULL;
    srch_shelf *s = NULL;
    ANC_TRY(srch_shelf_get(self, collection, named ? document->model : store->model,
                           named ? document->dims : store->dims, &s, call->err));
    const uint32_t before = language_of(s, document->document_id);
    count_in(s, document->language);
    const anc_status status = publish(s, call, document, chunks, &n_chunks);
    count_out(s, status == ANC_OK ? before : document->language);
    if (status == ANC_OK) {
        srch_shelf_changed(s);
        eng_pace_come(&store->pace, n_chunks);
    }
    srch_shelf_unref(s);
    return status;
}

/* `s` NULL is a no-op. */
static anc_status remove_from(srch_shelf *s, krn_call *call, anc_str document_id)
{
    if (s == NULL)
        return ANC_OK;
    const uint32_t before = language_of(s, document_id);
    if (before == TXT_LANGUAGE_COUNT) { /* it is not there, or no longer and this is told again */
        if (eng_stats(s->index).dead_chunks > 0)
            atomic_store(&s->removed, true);
        return ANC_OK;
    }
    ANC_TRY(eng_delete(s->index, document_id, call->err));
    count_out(s, before);
    atomic_store(&s->removed, true);
    srch_shelf_changed(s);
    return ANC_OK;
}

static anc_status engine_remove(void *self, krn_call *call, anc_str collection, anc_str document_id)
{
    srch_holding held = srch_shelves_hold(self, collection);
    anc_status status = remove_from(held.shown, call, document_id);
    if (status == ANC_OK)
        status = remove_from(held.next, call, document_id);
    srch_shelves_let_go(&held);
    return status;
}

static anc_status engine_drop(void *self, krn_call *call, anc_str collection)
{
    (void)call;
    if (collection.len > 0)
        srch_shelves_drop(srch_shelves_take_out(self, collection));
    return ANC_OK;
}

/* ---- searching ------------------------------------------------------------------------------ */

static eng_op op_of(srch_filter_op op)
{
    static const eng_op ops[] = {
        [SRCH_AND] = ENG_AND,       [SRCH_OR] = ENG_OR,         [SRCH_NOT] = ENG_NOT,
        [SRCH_EQ] = ENG_EQ,         [SRCH_NE] = ENG_NE,         [SRCH_GT] = ENG_GT,
        [SRCH_GTE] = ENG_GTE,       [SRCH_LT] = ENG_LT,         [SRCH_LTE] = ENG_LTE,
        [SRCH_IN] = ENG_IN,         [SRCH_NIN] = ENG_NIN,       [SRCH_CONTAINS] = ENG_CONTAINS,
        [SRCH_EXISTS] = ENG_EXISTS, [SRCH_PREFIX] = ENG_PREFIX,
    };
    return ops[op];
}

static anc_status filter_of(krn_call *call, const srch_filter *from, eng_filter *ret)
{
    eng_value *values = anc_arena_alloc(call->mem, from->n_values, sizeof *values);
    eng_filter *children = anc_arena_alloc(call->mem, from->n_children, sizeof *children);
    if (values == NULL || children == NULL)
        return no_room(call, "a filter");
    for (size_t i = 0; i < from->n_values; i++)
        values[i] = value_of(&from->values[i]);
    for (size_t i = 0; i < from->n_children; i++)
        ANC_TRY(filter_of(call, &from->children[i], &children[i]));
    *ret = (eng_filter){.op = op_of(from->op),
                        .field = from->field,
                        .values = values,
                        .n_values = from->n_values,
                        .children = children,
                        .n_children = from->n_children};
    return ANC_OK;
}

static eng_wording_kind wording_kind(srch_wording_kind kind)
{
    static const eng_wording_kind kinds[] = {
        [SRCH_HAS_TERM] = ENG_HAS_TERM,
        [SRCH_HAS_PHRASE] = ENG_HAS_PHRASE,
        [SRCH_HAS_PREFIX] = ENG_HAS_PREFIX,
    };
    return kinds[kind];
}

static anc_status demands_of(krn_call *call, const srch_index_query *from, eng_query *ret)
{
    eng_demand *demands = anc_arena_alloc(call->mem, from->n_demands, sizeof *demands);
    if (demands == NULL)
        return no_room(call, "a query's demands");
    for (size_t i = 0; i < from->n_demands; i++) {
        const srch_demand *d = &from->demands[i];
        eng_wording *any = anc_arena_alloc(call->mem, d->n_any, sizeof *any);
        if (any == NULL)
            return no_room(call, "a query's demands");
        for (size_t j = 0; j < d->n_any; j++)
            any[j] = (eng_wording){.kind = wording_kind(d->any[j].kind),
                                   .words = d->any[j].words,
                                   .n_words = d->any[j].n_words,
                                   .languages = d->any[j].languages};
        demands[i] = (eng_demand){any, d->n_any, d->excluded};
    }
    ret->demands = demands;
    ret->n_demands = from->n_demands;
    return ANC_OK;
}

static anc_status query_of(krn_call *call, const srch_index_query *from, eng_query *ret)
{
    eng_query_term *terms = anc_arena_alloc(call->mem, from->n_terms, sizeof *terms);
    eng_filter *filter = NULL;
    if (terms == NULL)
        return no_room(call, "a query's terms");
    for (size_t i = 0; i < from->n_terms; i++)
        terms[i] = (eng_query_term){.text = from->terms[i].text,
                                    .weight = from->terms[i].weight,
                                    .is_stop = from->terms[i].is_stop,
                                    .begins = from->terms[i].begins,
                                    .word = from->terms[i].word,
                                    .languages = from->terms[i].languages};
    if (from->filter != NULL) {
        filter = anc_arena_alloc(call->mem, 1, sizeof *filter);
        if (filter == NULL)
            return no_room(call, "a filter");
        ANC_TRY(filter_of(call, from->filter, filter));
    }
    *ret = (eng_query){.terms = terms,
                       .n_terms = from->n_terms,
                       .vector = from->vector,
                       .dims = from->dims,
                       .labels = from->labels,
                       .n_labels = from->n_labels,
                       .filter = filter,
                       .k_keyword = from->k_keyword,
                       .k_semantic = from->k_semantic,
                       .k_documents = from->k_documents,
                       .order_by = ANC_STR("updated_at"),
                       .explain = from->explain,
                       .may_go_on = from->may_go_on,
                       .arg = from->arg};
    return demands_of(call, from, ret);
}

/* What each term gave to a candidate; NULL where it was not asked for. */
static anc_status copy_parts(krn_call *call, const eng_result *from, const eng_candidate *c,
                             srch_candidate *ret)
{
    if (c->parts == NULL)
        return ANC_OK;
    srch_term_score *terms = anc_arena_alloc(call->mem, from->n_terms, sizeof *terms);
    if (terms == NULL)
        return no_room(call, "the parts of a score");
    for (size_t i = 0; i < from->n_terms; i++)
        terms[i] = (srch_term_score){c->parts[i].tf, c->parts[i].bm25};
    ret->terms = terms;
    ret->length = c->length;
    return ANC_OK;
}

/* Candidates with keys of their own, since the snapshot does not stay. */
static anc_status copy_candidates(krn_call *call, const eng_result *from, srch_index_result *ret)
{
    const size_t n = from->n + from->n_documents;
    srch_candidate *rows = anc_arena_alloc(call->mem, n, sizeof *rows);
    if (rows == NULL)
        return no_room(call, "candidates");
    for (size_t i = 0; i < from->n; i++) {
        const eng_candidate *c = &from->candidates[i];
        rows[i] = (srch_candidate){.document_id = anc_arena_copy(call->mem, c->document),
                                   .version = c->version,
                                   .ordinal = c->ordinal,
                                   .bm25 = c->bm25,
                                   .cosine = c->cosine,
                                   .coverage = c->coverage,
                                   .rank_keyword = c->rank_keyword,
                                   .rank_semantic = c->rank_semantic};
        ANC_TRY(copy_parts(call, from, c, &rows[i]));
    }
    for (size_t i = 0; i < from->n_documents; i++) {
        const eng_listed *d = &from->documents[i];
        rows[from->n + i] = (srch_candidate){.document_id = anc_arena_copy(call->mem, d->document),
                                             .version = d->version,
                                             .ordinal = d->ordinal,
                                             .cosine = (double)NAN,
                                             .at_ms = d->order};
    }
    for (size_t i = 0; i < n; i++)
        if (rows[i].document_id.ptr == NULL)
            return no_room(call, "candidates");
    ret->candidates = rows;
    ret->n = n;
    return ANC_OK;
}

static anc_status copy_facts(krn_call *call, const eng_result *from, srch_index_result *ret)
{
    ret->terms = anc_arena_alloc(call->mem, from->n_terms, sizeof *ret->terms);
    if (ret->terms == NULL)
        return no_room(call, "a query's terms");
    for (size_t i = 0; i < from->n_terms; i++) {
        const eng_term_fact *f = &from->terms[i];
        ret->terms[i] = (srch_term_fact){.text = f->text,
                                         .begins = f->begins,
                                         .languages = (uint32_t)f->languages,
                                         .weight = f->weight,
                                         .idf = f->idf,
                                         .df = f->df,
                                         .scored = f->scored};
    }
    ret->n_terms = from->n_terms;
    ret->bm25_bound = from->bm25_bound;
    ret->mean_length = from->mean_length;
    ret->chunks = from->live_chunks;
    return ANC_OK;
}

static bool reached(uint32_t k, size_t n)
{
    return k > 0 && n >= k;
}

static anc_status search(const srch_shelves *store, const srch_shelf *s, krn_call *call,
                         const srch_index_query *query, srch_index_result *ret)
{
    eng_query q;
    eng_result found;
    srch_index_result result = {.has_vectors = eng_stats(s->index).vectors > 0,
                                .title_weight = s->title_weight};
    ANC_TRY(query_of(call, query, &q));
    q.recall = store->recall;
    q.pool = store->home != NULL ? srch_home_pool(store->home) : NULL;
    eng_snapshot *snapshot = eng_snapshot_acquire(s->index);
    anc_status status = eng_search(snapshot, &q, call->mem, &found, call->err);
    if (status == ANC_OK)
        status = copy_candidates(call, &found, &result);
    if (status == ANC_OK)
        status = copy_facts(call, &found, &result);
    eng_snapshot_release(snapshot);
    if (status != ANC_OK)
        return status;
    result.cut = reached(q.k_keyword, found.n_keyword) || reached(q.k_semantic, found.n_semantic) ||
                 reached(q.k_documents, found.n_documents);
    *ret = result;
    return ANC_OK;
}

/* Where a part of the index turns out to be damaged, the rest of it answers. */
static anc_status search_or_mend(srch_shelves *store, srch_shelf *s, krn_call *call,
                                 const srch_index_query *query, srch_index_result *ret)
{
    enum { MOST_TRIES = 8 };
    bool damaged = false;
    anc_status status = search(store, s, call, query, ret);
    for (int i = 0; status == ANC_CORRUPT && i < MOST_TRIES; i++) {
        srch_shelf_mend(store, s, call->err->text);
        anc_err_clear(call->err);
        damaged = true;
        status = search(store, s, call, query, ret);
    }
    if (status == ANC_OK)
        ret->damaged = damaged;
    return status;
}

static anc_status engine_search(void *self, krn_call *call, anc_str collection,
                                const srch_index_query *query, srch_index_result *ret)
{
    srch_shelf *s = srch_shelf_find(self, collection);
    if (s == NULL) {
        *ret = (srch_index_result){0};
        return ANC_OK;
    }
    const bool fits = query->vector == NULL || query->model.ptr == NULL ||
                      anc_str_eq(query->model, srch_shelf_model(s));
    const anc_status status =
        fits ? search_or_mend(self, s, call, query, ret)
             : ANC_FAIL(call->err, ANC_CONFLICT, "the vectors of %.*s are of %.*s now",
                        ANC_FMT(collection), ANC_FMT(srch_shelf_model(s)));
    srch_shelf_unref(s);
    return status;
}

static bool engine_find(void *self, anc_str collection, anc_str document_id, uint32_t *ret_version)
{
    srch_shelf *s = srch_shelf_find(self, collection);
    if (s == NULL)
        return false;
    eng_snapshot *snapshot = eng_snapshot_acquire(s->index);
    const bool found = eng_document_find(snapshot, document_id, ret_version);
    eng_snapshot_release(snapshot);
    srch_shelf_unref(s);
    return found;
}

static void engine_languages(void *self, anc_str collection, uint32_t ret[TXT_LANGUAGE_COUNT])
{
    srch_shelf *s = srch_shelf_find(self, collection);
    for (int l = 0; l < TXT_LANGUAGE_COUNT; l++)
        ret[l] = s != NULL ? atomic_load(&s->languages[l]) : 0;
    srch_shelf_unref(s);
}

static void engine_close(void *self)
{
    srch_shelves *store = self;
    for (srch_holding *h; (h = srch_shelves_take_out(store, ANC_STR_NONE)) != NULL;)
        srch_shelves_drop(h);
    anc_map_free(store->holdings);
    os_pool_free(store->helpers);
    (void)pthread_mutex_destroy(&store->lock);
    (void)pthread_mutex_destroy(&store->saving);
    free((void *)(uintptr_t)store->model.ptr);
    free(store);
}

/* Graphs are built by all cores: who does it at the priority of the others, its helpers where these leave time. */
static anc_status open_helpers(srch_shelves *store, anc_err *err)
{
    const unsigned cores = os_cores();
    if (cores < 2)
        return ANC_OK;
    ANC_TRY(os_pool_open("tidy", cores - 1, 1, &store->helpers, err));
    os_pool_defer(store->helpers);
    return ANC_OK;
}

anc_status srch_engine_index_open(const srch_index_options *options, srch_index *ret, anc_err *err)
{
    static const srch_index_ops ops = {
        .name = "engine",
        .publish = engine_publish,
        .remove = engine_remove,
        .models = srch_shelves_models,
        .prepare = srch_shelves_prepare,
        .show = srch_shelves_show,
        .give_up = srch_shelves_give_up,
        .drop = engine_drop,
        .search = engine_search,
        .find = engine_find,
        .figures = srch_shelves_figures,
        .languages = engine_languages,
        .tidy = srch_shelves_tidy,
        .kept = srch_shelves_kept,
        .mark = srch_shelves_mark,
        .forget = srch_shelves_forget,
        .save = srch_shelves_save,
        .verify = srch_shelves_verify,
        .optimize = srch_shelves_optimize,
        .close = engine_close,
    };
    srch_shelves *store = calloc(1, sizeof *store);
    anc_map *holdings = anc_map_new();
    char *model = malloc(options->model.len + 1);
    if (store == NULL || holdings == NULL || model == NULL) {
        free(store);
        anc_map_free(holdings);
        free(model);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an index");
    }
    if (options->model.len > 0)
        memcpy(model, options->model.ptr, options->model.len);
    store->model = (anc_str){model, options->model.len};
    store->dims = options->dims;
    store->recall = options->recall;
    store->title_weight = options->title_weight > 0 ? options->title_weight : 1;
    store->pace.bytes_per_second = options->write_bytes_per_second;
    store->holdings = holdings;
    store->home = options->place;
    store->kept.has_place = store->home != NULL;
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_mutex_init(&store->saving, NULL);
    anc_status status = open_helpers(store, err);
    if (status == ANC_OK && store->home != NULL && !options->anew)
        status = srch_shelves_load(store, err);
    if (status != ANC_OK) {
        engine_close(store);
        return status;
    }
    *ret = (srch_index){&ops, store};
    return ANC_OK;
}
