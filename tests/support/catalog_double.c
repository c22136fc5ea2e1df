/* catalog_double.c - the functions of knowledge.h and embedding.h that search asks. */
#include "support/catalog_double.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"

static anc_status fault(kno_service *kno, krn_call *call)
{
    const anc_status status = kno->fault != NULL ? kno->fault(kno->arg) : ANC_OK;
    return status == ANC_OK ? ANC_OK : ANC_FAIL(call->err, status, "a fault of the test");
}

void double_change(kno_service *kno, krn_change_op op, size_t collection, double_document *d)
{
    const uint64_t seq = ++kno->n_changes;
    kno->changes[seq - 1] =
        (krn_change){.seq = seq,
                     .op = op,
                     .collection = anc_str_of(kno->collections[collection].name),
                     .document_id = d != NULL ? anc_str_of(d->id) : ANC_STR_NONE,
                     .version = d != NULL ? d->version : 0};
    if (d != NULL)
        d->last_change = seq;
}

void double_announce(kno_service *kno, size_t collection, unsigned model)
{
    static uint64_t nth;
    kno->next_model[collection] = model;
    kno->next_nth[collection] = ++nth;
    kno->prepared[collection] = false;
    double_change(kno, KRN_CHANGE_MODEL, collection, NULL);
}

void double_switch(kno_service *kno, size_t collection)
{
    kno->collections[collection].model = kno->next_model[collection] - 1;
    double_announce(kno, collection, 0);
    kno->changes[kno->n_changes - 1].version = 1;
}

const char *double_label(const kno_service *kno, const double_document *d)
{
    return d->label != NULL ? d->label : kno->collections[d->collection].label;
}

/* ---- ports ------------------------------------------------------------------------------------ */

static anc_status changes_append(void *self, krn_tx *tx, const krn_change *change,
                                 uint64_t *ret_seq, anc_err *err)
{
    (void)self, (void)tx, (void)change, (void)ret_seq;
    return ANC_FAIL(err, ANC_BUG, "a follower does not append");
}

static anc_status changes_read(void *self, krn_call *call, uint64_t after_seq, size_t limit,
                               krn_change **ret, size_t *ret_n)
{
    kno_service *kno = self;
    ANC_TRY(fault(kno, call));
    const uint64_t left = kno->n_changes - after_seq;
    *ret_n = left < limit ? left : limit;
    *ret = anc_arena_alloc(call->mem, *ret_n, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room");
    memcpy(*ret, kno->changes + after_seq, *ret_n * sizeof **ret);
    return ANC_OK;
}

static anc_status changes_head(void *self, krn_call *call, uint64_t *ret)
{
    kno_service *kno = self;
    ANC_TRY(fault(kno, call));
    *ret = kno->n_changes;
    return ANC_OK;
}

static anc_status changes_listen(void *self, void (*wake)(void *arg), void *arg, anc_err *err)
{
    (void)self, (void)wake, (void)arg, (void)err;
    return ANC_OK;
}

krn_changes double_changes(kno_service *kno)
{
    static const krn_changes_ops ops = {
        .name = "double",
        .append = changes_append,
        .read = changes_read,
        .head = changes_head,
        .listen = changes_listen,
    };
    return (krn_changes){&ops, kno};
}

static int64_t clock_mono(void *self)
{
    return ((kno_service *)self)->now_ns;
}

static int64_t clock_wall(void *self)
{
    return ((kno_service *)self)->now_ns / 1000000;
}

static void clock_random(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

krn_clock double_clock(kno_service *kno)
{
    static const krn_clock_ops ops = {"double", clock_mono, clock_wall, clock_random};
    return (krn_clock){&ops, kno};
}

/* ---- knowledge -------------------------------------------------------------------------------- */

static bool holds(const krn_call *call, const char *label)
{
    for (size_t i = 0; i < call->principal.n_labels; i++)
        if (anc_str_eq(call->principal.labels[i], anc_str_of(label)))
            return true;
    return false;
}

static kno_collection collection_of(const double_collection *c)
{
    return (kno_collection){.name = anc_str_of(c->name), .language = anc_str_of(c->language)};
}

anc_status kno_collection_find(kno_service *kno, krn_call *call, anc_str name, kno_collection *ret)
{
    for (size_t i = 0; i < DOUBLE_COLLECTIONS; i++) {
        const double_collection *c = &kno->collections[i];
        if (c->alive && holds(call, c->label) && anc_str_eq(anc_str_of(c->name), name)) {
            *ret = collection_of(c);
            return ANC_OK;
        }
    }
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no collection %.*s", ANC_FMT(name));
}

anc_status kno_collection_list(kno_service *kno, krn_call *call, anc_str after, size_t limit,
                               kno_collection **ret, size_t *ret_n)
{
    *ret = anc_arena_alloc(call->mem, DOUBLE_COLLECTIONS, sizeof **ret);
    *ret_n = 0;
    for (size_t i = 0; i < DOUBLE_COLLECTIONS && *ret_n < limit; i++) {
        const double_collection *c = &kno->collections[i];
        if (c->alive && (call->principal.is_admin || holds(call, c->label)) &&
            anc_str_cmp(anc_str_of(c->name), after) > 0)
            (*ret)[(*ret_n)++] = collection_of(c);
    }
    return ANC_OK;
}

static double_document *find(kno_service *kno, anc_str collection, anc_str id)
{
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++) {
        double_document *d = &kno->documents[i];
        if (d->alive && anc_str_eq(anc_str_of(kno->collections[d->collection].name), collection) &&
            anc_str_eq(anc_str_of(d->id), id))
            return d;
    }
    return NULL;
}

/* Where a chunk stands: the text is the chunks with a blank line between. */
static size_t start_of(const double_document *d, uint32_t ordinal)
{
    size_t at = 0;
    for (uint32_t i = 0; i < ordinal; i++)
        at += strlen(d->chunks[i]) + 2;
    return at;
}

static kno_chunk chunk_of(krn_call *call, const kno_service *kno, const double_document *d,
                          uint32_t ordinal)
{
    return (kno_chunk){
        .ref = {.collection = anc_str_of(kno->collections[d->collection].name),
                .document_id = anc_str_of(d->id),
                .version = d->version,
                .ordinal = ordinal},
        .id = anc_arena_printf(call->mem, "%s.%u.%u", d->id, d->version, ordinal),
        .title = anc_str_of(d->title),
        .language = anc_str_of(d->language),
        .start = start_of(d, ordinal),
        .end = start_of(d, ordinal) + strlen(d->chunks[ordinal]),
        .text = anc_str_of(d->chunks[ordinal]),
        .tokens = (uint32_t)strlen(d->chunks[ordinal]) / 4,
        .columns = ordinal > 0 && d->columns != NULL ? anc_str_of(d->columns) : ANC_STR_NONE,
        .metadata = anc_str_of(d->metadata),
    };
}

anc_status kno_chunks_fetch(kno_service *kno, krn_call *call, const kno_chunk_ref *refs, size_t n,
                            kno_chunk *ret)
{
    ANC_TRY(fault(kno, call));
    for (size_t i = 0; i < n; i++) {
        const double_document *d = find(kno, refs[i].collection, refs[i].document_id);
        ret[i] = (kno_chunk){0};
        if (d != NULL && d->version == refs[i].version && refs[i].ordinal < d->n_chunks &&
            holds(call, double_label(kno, d)))
            ret[i] = chunk_of(call, kno, d, refs[i].ordinal);
    }
    return ANC_OK;
}

anc_status kno_text_open(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                         uint32_t version, kno_text *ret)
{
    const double_document *d = find(kno, collection, id);
    ANC_TRY(fault(kno, call));
    if (d == NULL || d->version != version || d->text_gone)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no version %u of %.*s", version,
                        ANC_FMT(id));
    char *text = calloc(1, start_of(d, (uint32_t)d->n_chunks) + 1);
    for (uint32_t i = 0; i < d->n_chunks; i++) {
        (void)strcat(text, i > 0 ? "\n\n" : "");
        (void)strcat(text, d->chunks[i]);
    }
    *ret = (kno_text){.text = anc_str_of(text), .owner = text};
    return ANC_OK;
}

void kno_text_close(kno_service *kno, kno_text *text)
{
    (void)kno;
    free(text->owner);
}

static const anc_str revisions[DOUBLE_MODELS] = {ANC_STR_INIT("double-1"), ANC_STR_INIT("double-2"),
                                                 ANC_STR_INIT("double-3")};

static uint32_t dims_of(unsigned model)
{
    return (uint32_t)(DOUBLE_DIMS + DOUBLE_MORE_DIMS * (int)model);
}

/* DOUBLE_MODELS: there is none of that revision. */
static unsigned model_of(anc_str revision)
{
    unsigned model = 0;
    while (model < DOUBLE_MODELS && !anc_str_eq(revision, revisions[model]))
        model++;
    return model;
}

/* Models put words in different places. */
static void embed_text(anc_str text, unsigned model, float *out)
{
    const uint32_t dims = dims_of(model);
    double square = 0;
    anc_str rest = text, word;
    memset(out, 0, dims * sizeof *out);
    out[0] = 0.1f;
    while (anc_str_split(&rest, ' ', &word))
        out[(anc_hash64(word) + model) % dims] += 1;
    for (size_t i = 0; i < dims; i++)
        square += (double)out[i] * (double)out[i];
    for (size_t i = 0; i < dims; i++)
        out[i] = (float)((double)out[i] / sqrt(square));
}

anc_status kno_indexable_read(kno_service *kno, krn_call *call, anc_str collection,
                              anc_str document_id, anc_str model, kno_indexable *ret)
{
    ANC_TRY(fault(kno, call));
    const double_document *d = find(kno, collection, document_id);
    if (d == NULL)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no document %.*s",
                        ANC_FMT(document_id));
    if (d->poisoned)
        return ANC_FAIL(call->err, ANC_CORRUPT, "document %s does not decode", d->id);
    if (d->unreadable)
        return ANC_FAIL(call->err, ANC_IO, "document %s cannot be read", d->id);
    kno_chunk *chunks = anc_arena_alloc(call->mem, d->n_chunks, sizeof *chunks);
    const unsigned asked = model.len > 0 ? model_of(model) : kno->collections[d->collection].model;
    if (asked == DOUBLE_MODELS)
        return ANC_FAIL(call->err, ANC_BUG, "no model %.*s", ANC_FMT(model));
    const uint32_t dims = dims_of(asked);
    float *vectors = anc_arena_alloc(call->mem, d->n_chunks * dims, sizeof *vectors);
    anc_str *label = anc_arena_alloc(call->mem, 1, sizeof *label);
    for (uint32_t i = 0; i < d->n_chunks; i++) {
        chunks[i] = chunk_of(call, kno, d, i);
        embed_text(chunks[i].text, asked, vectors + (size_t)i * dims);
    }
    *label = anc_str_of(double_label(kno, d));
    *ret = (kno_indexable){.collection = collection,
                           .document_id = anc_str_of(d->id),
                           .title = anc_str_of(d->title),
                           .language = anc_str_of(d->language),
                           .updated_ms = d->updated_ms,
                           .version = d->version,
                           .metadata = anc_str_of(d->metadata),
                           .acl = label,
                           .n_acl = 1,
                           .n_chunks = d->n_chunks,
                           .chunks = chunks};
    ret->model = revisions[asked];
    ret->dims = dims;
    if (!kno->no_vectors && (d->only_model == 0 || d->only_model == asked + 1))
        ret->vectors = vectors;
    return ANC_OK;
}

anc_status kno_searched_model(kno_service *kno, krn_call *call, anc_str collection,
                              anc_str *ret_model, uint32_t *ret_dims)
{
    ANC_TRY(fault(kno, call));
    for (size_t i = 0; i < DOUBLE_COLLECTIONS; i++) {
        const double_collection *c = &kno->collections[i];
        if (c->alive && anc_str_eq(anc_str_of(c->name), collection)) {
            *ret_model = revisions[c->model];
            *ret_dims = dims_of(c->model);
            return ANC_OK;
        }
    }
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no collection %.*s", ANC_FMT(collection));
}

anc_status kno_next_model(kno_service *kno, krn_call *call, anc_str collection, kno_next *ret)
{
    ANC_TRY(fault(kno, call));
    *ret = (kno_next){.model = ANC_STR("")};
    for (size_t i = 0; i < DOUBLE_COLLECTIONS; i++)
        if (kno->collections[i].alive && kno->next_model[i] > 0 &&
            anc_str_eq(anc_str_of(kno->collections[i].name), collection))
            *ret = (kno_next){.nth = kno->next_nth[i],
                              .model = revisions[kno->next_model[i] - 1],
                              .dims = dims_of(kno->next_model[i] - 1)};
    return ANC_OK;
}

void kno_index_prepared(kno_service *kno, anc_str collection, uint64_t nth)
{
    for (size_t i = 0; i < DOUBLE_COLLECTIONS; i++)
        if (kno->next_model[i] > 0 && kno->next_nth[i] == nth &&
            anc_str_eq(anc_str_of(kno->collections[i].name), collection))
            kno->prepared[i] = true;
}

void kno_index_unprepared(kno_service *kno)
{
    memset(kno->prepared, 0, sizeof kno->prepared);
}

static int order_rows(const kno_walk_row *a, const kno_walk_row *b)
{
    const int order = anc_str_cmp(a->collection, b->collection);
    return order != 0 ? order : anc_str_cmp(a->document_id, b->document_id);
}

/* The least document after `after`; false at the end. */
static bool next_row(const kno_service *kno, const kno_walk_row *after, kno_walk_row *ret)
{
    bool found = false;
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++) {
        const double_document *d = &kno->documents[i];
        const kno_walk_row row = {anc_str_of(kno->collections[d->collection].name),
                                  anc_str_of(d->id), d->version};
        if (!d->alive || order_rows(&row, after) <= 0 || (found && order_rows(&row, ret) > 0))
            continue;
        *ret = row;
        found = true;
    }
    return found;
}

void kno_shown(kno_service *kno, uint64_t seq)
{
    (void)kno, (void)seq;
}

anc_status kno_walk(kno_service *kno, krn_call *call, const kno_walk_row *after, size_t limit,
                    kno_walk_row **ret, size_t *ret_n)
{
    kno_walk_row last = *after;
    ANC_TRY(fault(kno, call));
    kno->walks++;
    *ret = anc_arena_alloc(call->mem, limit, sizeof **ret);
    *ret_n = 0;
    while (*ret_n < limit && next_row(kno, &last, &(*ret)[*ret_n]))
        last = (*ret)[(*ret_n)++];
    return ANC_OK;
}

anc_status kno_stats(kno_service *kno, krn_call *call, kno_stats_row **ret, size_t *ret_n)
{
    ANC_TRY(fault(kno, call));
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = 1;
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++)
        (*ret)->documents += kno->documents[i].alive ? 1 : 0;
    return ANC_OK;
}

/* ---- embedding -------------------------------------------------------------------------------- */

emb_info_row emb_info(const emb_service *emb)
{
    return emb->available ? (emb_info_row){.available = true,
                                           .model = ANC_STR("double"),
                                           .revision = revisions[emb->model],
                                           .dims = dims_of(emb->model),
                                           .detail = ANC_STR("loaded")}
                          : (emb_info_row){.detail = ANC_STR("get a model")};
}

anc_status emb_embed(emb_service *emb, krn_call *call, emb_kind kind, const anc_str *texts,
                     size_t n, float *out, emb_usage *ret_usage)
{
    (void)kind;
    if (!emb->available || emb->fails)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "no model");
    for (size_t i = 0; i < n; i++)
        embed_text(texts[i], emb->model, out + i * dims_of(emb->model));
    if (ret_usage != NULL)
        *ret_usage = (emb_usage){.cache_hits = emb->embedded};
    emb->embedded += n;
    return ANC_OK;
}

emb_rerank_row emb_rerank_info(const emb_rerank_service *r)
{
    return (emb_rerank_row){.available = r->available,
                            .model = ANC_STR("short"),
                            .detail = r->available ? ANC_STR("short") : ANC_STR("get a reranker"),
                            .by_default = r->by_default,
                            .most = r->most,
                            .budget_ms = 100};
}

anc_status emb_rerank(emb_rerank_service *r, krn_call *call, anc_str query, const anc_str *passages,
                      size_t n, int64_t until_ns, float *out, emb_reranked *ret)
{
    (void)query;
    if (r->fails != ANC_OK)
        return ANC_FAIL(call->err, r->fails, "the reranker is away");
    const size_t most = r->room > 0 && r->room < n ? r->room : n;
    for (size_t i = 0; i < most; i++)
        out[i] = -(float)passages[i].len;
    r->scored += most;
    r->until_ns = until_ns;
    r->last = passages[n - 1];
    *ret = (emb_reranked){.n = most};
    return ANC_OK;
}

void double_library(emb_library *library, emb_service *configured)
{
    *library = (emb_library){.configured = configured};
    for (unsigned i = 1; i < DOUBLE_MODELS; i++)
        library->others[i] = (emb_service){.model = i, .available = true};
}

anc_status emb_hold(emb_library *library, krn_call *call, anc_str model, emb_held *ret)
{
    const unsigned asked = model_of(model);
    emb_service *found = asked == 0              ? library->configured
                         : asked < DOUBLE_MODELS ? &library->others[asked]
                                                 : NULL;
    if (found == NULL || !found->available)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "no model %.*s", ANC_FMT(model));
    *ret = (emb_held){.emb = found};
    return ANC_OK;
}

void emb_let_go(emb_held *held)
{
    *held = (emb_held){0};
}
