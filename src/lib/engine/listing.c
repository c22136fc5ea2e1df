/* listing.c - documents by what is known of them alone: filter, labels, demands, one field's order. */
#include <math.h>

#include "filter.h"
#include "search.h"

/* The first number or instant of the field that orders. */
static double order_of(const eng_run *run, const eng_block *b, const eng_block_document *d)
{
    for (uint32_t i = 0; i < d->n_fields; i++) {
        const eng_block_field *row = &b->fields.ptr[d->first_field + i];
        if (!anc_str_eq(eng_block_text(b, b->names.ptr[row->name]), run->query->order_by))
            continue;
        const eng_value v = eng_field_value(b, row);
        if (v.kind == ENG_REAL)
            return v.real;
        if (v.kind == ENG_INT || v.kind == ENG_TIME)
            return (double)v.integer;
    }
    return -(double)INFINITY;
}

static anc_status list_part(eng_run *run, uint32_t part)
{
    enum { DOCUMENTS_A_CHECK = 4096 };
    const eng_block *b = run->snapshot->parts[part].block;
    for (uint32_t d = 0; d < b->documents.n; d++) {
        const eng_block_document *row = &b->documents.ptr[d];
        const uint32_t end = row->first_chunk + row->n_chunks;
        uint32_t c = row->first_chunk;
        if (d % DOCUMENTS_A_CHECK == 0)
            ANC_TRY(eng_run_may_go_on(run));
        while (c < end && !eng_run_allows(run, part, c))
            c++;
        if (c == end)
            continue;
        const eng_found found = {.at = {part, c}, .score = order_of(run, b, row)};
        eng_best_offer(&run->documents, &found);
    }
    return ANC_OK;
}

anc_status eng_run_documents(eng_run *run)
{
    for (uint32_t i = 0; run->documents.k > 0 && i < run->snapshot->n_parts; i++)
        ANC_TRY(list_part(run, i));
    eng_best_sort(&run->documents);
    return ANC_OK;
}

anc_status eng_run_listed(eng_run *run, eng_result *result)
{
    const eng_best *best = &run->documents;
    result->documents = anc_arena_alloc(run->mem, best->n, sizeof *result->documents);
    if (result->documents == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for %zu documents",
                        best->n);
    for (size_t i = 0; i < best->n; i++) {
        const eng_found *f = &best->rows[i];
        const eng_block *b = run->snapshot->parts[f->at.part].block;
        const eng_block_document *d = &b->documents.ptr[b->document_of.ptr[f->at.chunk]];
        result->documents[i] = (eng_listed){.document = eng_block_text(b, d->key),
                                            .version = d->version,
                                            .ordinal = b->ordinals.ptr[f->at.chunk],
                                            .order = f->score};
    }
    result->n_documents = best->n;
    return ANC_OK;
}
