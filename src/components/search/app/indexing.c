/* indexing.c - one document from the catalog into the index: fields, labels, words, vectors.
 *
 * Whatever the change log said, the document is brought to the state that the catalog has now, so a
 * change that is handled twice, or late, does no harm.
 */
#include "base/str.h"
#include "search/domain/matches.h"
#include "service_impl.h"

typedef struct chunk_walk {
    srch_service *srch;
    krn_call *call;
    const kno_indexable *document;
    const float *vectors; /* NULL: none that fit the index */
    txt_language language;
    size_t next;
} chunk_walk;

static void copy_terms(const txt_term *from, size_t n, bool in_title, uint32_t first_position,
                       srch_index_term *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (srch_index_term){.text = from[i].text,
                                  .form = from[i].form,
                                  .position = first_position + from[i].position,
                                  .in_title = in_title,
                                  .is_stop = from[i].stop};
}

/* Title, heading, columns and text of a chunk as terms in the scratch arena. */
static anc_status analyse(chunk_walk *w, const kno_chunk *chunk, srch_index_chunk *ret)
{
    anc_arena *mem = w->srch->follow.scratch;
    anc_err *err = w->call->err;
    txt_term *title, *heading = NULL, *columns = NULL, *text;
    size_t n_title, n_heading = 0, n_columns = 0, n_text;
    ANC_TRY(
        txt_analyze(mem, w->document->title, w->language, &srch_analysis, &title, &n_title, err));
    if (srch_heading_counts(w->document->title, chunk->heading, chunk->text))
        ANC_TRY(txt_analyze(mem, chunk->heading, w->language, &srch_analysis, &heading, &n_heading,
                            err));
    ANC_TRY(txt_analyze(mem, chunk->text, w->language, &srch_analysis, &text, &n_text, err));
    if (chunk->columns.len > 0)
        ANC_TRY(txt_analyze(mem, chunk->columns, w->language, &srch_analysis, &columns, &n_columns,
                            err));
    const size_t n = n_title + n_heading + n_columns + n_text;
    srch_index_term *terms = anc_arena_alloc(mem, n, sizeof *terms);
    if (terms == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the words of a chunk");
    /* two behind: no phrase runs from the title into the heading */
    const uint32_t after_title = n_title > 0 ? title[n_title - 1].position + 2 : 0;
    copy_terms(title, n_title, true, 0, terms);
    copy_terms(heading, n_heading, true, after_title, terms + n_title);
    copy_terms(text, n_text, false, 0, terms + n_title + n_heading);
    /* behind the text, so that its positions stay, and apart from it, so that no phrase runs over */
    const uint32_t after_text = n_text > 0 ? text[n_text - 1].position + 2 : 0;
    copy_terms(columns, n_columns, false, after_text, terms + n_title + n_heading + n_text);
    ret->terms = terms;
    ret->n_terms = n;
    return ANC_OK;
}

static anc_status next_chunk(void *arg, srch_index_chunk *ret, bool *ret_more)
{
    chunk_walk *w = arg;
    const size_t i = w->next;
    if (i == w->document->n_chunks) {
        *ret_more = false;
        return ANC_OK;
    }
    if (atomic_load_explicit(w->call->cancelled, memory_order_relaxed))
        return ANC_FAIL(w->call->err, ANC_CANCELLED, "the index is closing");
    anc_arena_reset(w->srch->follow.scratch);
    srch_index_chunk chunk = {.ordinal = w->document->chunks[i].ref.ordinal};
    ANC_TRY(analyse(w, &w->document->chunks[i], &chunk));
    if (w->vectors != NULL)
        chunk.vector = w->vectors + i * w->document->dims;
    w->next++;
    *ret = chunk;
    *ret_more = true;
    return ANC_OK;
}

/* By what the collection's index has that is searched. */
static txt_language language_of(srch_index index, const kno_indexable *d)
{
    const srch_languages languages = srch_languages_of(index, d->collection);
    txt_language declared = TXT_UND;
    (void)txt_language_find(d->language, &declared);
    return srch_language_of(&languages, declared, d->n_chunks > 0 ? d->chunks[0].text : d->title);
}

/* Into the index of the collection that has the vectors of `model`. */
static anc_status publish(srch_service *srch, krn_call *call, srch_index index,
                          const kno_indexable *d, anc_str model, uint32_t dims)
{
    const bool fits = d->vectors != NULL && anc_str_eq(d->model, model) && d->dims == dims;
    chunk_walk walk = {.srch = srch,
                       .call = call,
                       .document = d,
                       .vectors = fits ? d->vectors : NULL,
                       .language = language_of(index, d)};
    const srch_facts facts = {.document_id = d->document_id,
                              .title = d->title,
                              .uri = d->uri,
                              .source = d->source,
                              .language = d->language,
                              .content_type = d->content_type,
                              .created_ms = d->created_ms,
                              .updated_ms = d->updated_ms,
                              .metadata = d->metadata};
    srch_index_document document = {.document_id = d->document_id,
                                    .version = d->version,
                                    .language = walk.language,
                                    .labels = d->acl,
                                    .n_labels = d->n_acl,
                                    .model = model,
                                    .dims = dims};
    srch_field *fields;
    ANC_TRY(srch_fields_of(call->mem, &facts, &fields, &document.n_fields, call->err));
    document.fields = fields;
    return index.ops->publish(index.self, call, d->collection, &document,
                              (srch_chunk_source){&walk, next_chunk});
}

/* With the vectors of an index that is not of the collection's model: of the one before, or the next. */
static anc_status publish_other(srch_service *srch, krn_call *call, srch_index index,
                                const kno_indexable *d, anc_str model, uint32_t dims)
{
    kno_indexable other = *d;
    if (model.len > 0 && !anc_str_eq(model, d->model))
        ANC_TRY(kno_indexable_read(srch->config.knowledge, call, d->collection, d->document_id,
                                   model, &other));
    return publish(srch, call, index, &other, model, dims);
}

/* Into those of the collection that `index` has, or that it gets now. */
static anc_status publish_to(srch_service *srch, krn_call *call, srch_index index, srch_into into,
                             const kno_indexable *d)
{
    srch_index_models have;
    ANC_TRY(index.ops->models(index.self, call, d->collection, &have));
    const bool other = have.is_there && !anc_str_eq(have.model, d->model);
    srch->follow.unsure = srch->follow.unsure || other;
    if (!have.is_there)
        ANC_TRY(publish(srch, call, index, d, d->model, d->dims));
    else if (into != SRCH_INTO_NEXT)
        ANC_TRY(publish_other(srch, call, index, d, have.model, have.dims));
    return have.preparing ? publish_other(srch, call, index, d, have.next, have.next_dims) : ANC_OK;
}

static anc_status publish_all(srch_service *srch, krn_call *call, srch_into into,
                              anc_str collection, anc_str document_id)
{
    const srch_targets targets = srch_targets_of(srch, into);
    kno_indexable d = {0};
    ANC_TRY(kno_indexable_read(srch->config.knowledge, call, collection, document_id, ANC_STR_NONE,
                               &d));
    for (size_t i = 0; i < targets.n; i++)
        ANC_TRY(publish_to(srch, call, targets.items[i], into, &d));
    krn_count(srch->series.indexed, 1);
    return ANC_OK;
}

anc_status srch_remove_document(srch_service *srch, krn_call *call, srch_into into,
                                anc_str collection, anc_str document_id)
{
    const srch_targets targets = srch_targets_of(srch, into);
    for (size_t i = 0; i < targets.n; i++) {
        const srch_index index = targets.items[i];
        ANC_TRY(index.ops->remove(index.self, call, collection, document_id));
    }
    return ANC_OK;
}

anc_status srch_sync_document(srch_service *srch, krn_call *call, srch_into into,
                              anc_str collection, anc_str document_id)
{
    const anc_status status = publish_all(srch, call, into, collection, document_id);
    if (status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(call->err);
    return srch_remove_document(srch, call, into, collection, document_id);
}
