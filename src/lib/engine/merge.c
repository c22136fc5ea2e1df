/* merge.c - several blocks made into one, without what died in them.
 *
 * Documents keep their order, block after block, so the new number of a chunk ascends with the old
 * one and the postings of a term are those of its blocks end to end. Terms, and forms after them, are
 * merged by always taking the least of the blocks' next ones; a merge has few blocks, so a scan finds it.
 */
#include <stdlib.h>

#include "places.h"
#include "segment.h"

typedef struct source {
    const eng_block *block; /* borrowed */
    const uint64_t *dead;   /* borrowed; NULL: nothing died */
    uint32_t *renumbered;   /* owned [chunks]: the new number, UINT32_MAX for a dead chunk */
    size_t next;            /* row of its terms, then of its forms */
} source;

typedef struct scratch {
    ENG_ARRAY(eng_field) fields; /* owned; n stays 0 */
    ENG_ARRAY(anc_str) labels;   /* owned; n stays 0 */
} scratch;

static eng_field field_of(const eng_block *b, const eng_block_field *row)
{
    eng_field f = {.name = eng_block_text(b, b->names.ptr[row->name]),
                   .value = {.kind = (eng_kind)row->kind},
                   .in_list = row->in_list != 0};
    if (row->kind == ENG_STRING)
        f.value.str = (anc_str){b->text.ptr + row->u.str_at, row->str_len};
    else if (row->kind == ENG_REAL)
        f.value.real = row->u.real;
    else
        f.value.integer = row->u.integer;
    return f;
}

static bool copy_document(eng_builder *to, const eng_block *b, const eng_block_document *row,
                          scratch *s)
{
    const eng_block_access *access = &b->access.ptr[row->access];
    if (!ENG_ROOM(s->fields, row->n_fields) || !ENG_ROOM(s->labels, access->n))
        return false;
    for (uint32_t i = 0; i < row->n_fields; i++)
        s->fields.ptr[i] = field_of(b, &b->fields.ptr[row->first_field + i]);
    for (uint32_t i = 0; i < access->n; i++)
        s->labels.ptr[i] =
            eng_block_text(b, b->labels.ptr[b->access_labels.ptr[access->first + i]]);
    const eng_document document = {.key = eng_block_text(b, row->key),
                                   .version = row->version,
                                   .language = row->language,
                                   .fields = s->fields.ptr,
                                   .n_fields = row->n_fields,
                                   .labels = s->labels.ptr,
                                   .n_labels = access->n};
    return eng_builder_document(to, &document);
}

static bool copy_chunks(eng_builder *to, source *from, const eng_block_document *row)
{
    const eng_block *b = from->block;
    for (uint32_t c = row->first_chunk; c < row->first_chunk + row->n_chunks; c++) {
        from->renumbered[c] = eng_block_chunks(to->block);
        const bool has = eng_block_has_vector(b, c);
        const uint16_t *vector = has ? eng_block_vector(b, c) : NULL;
        if (!eng_builder_chunk(to, b->ordinals.ptr[c], b->lengths.ptr[c], vector))
            return false;
    }
    return true;
}

static bool copy_documents(eng_builder *to, source *from, scratch *s)
{
    const eng_block *b = from->block;
    from->renumbered = malloc((b->ordinals.n + 1) * sizeof *from->renumbered);
    if (from->renumbered == NULL)
        return false;
    for (size_t c = 0; c < b->ordinals.n; c++)
        from->renumbered[c] = UINT32_MAX;
    for (size_t d = 0; d < b->documents.n; d++) {
        if (from->dead != NULL && eng_bit(from->dead, d))
            continue;
        const eng_block_document *row = &b->documents.ptr[d];
        if (!copy_document(to, b, row, s) || !copy_chunks(to, from, row))
            return false;
    }
    return true;
}

/* A table of a block: its terms or its forms. */
typedef enum table { TERMS, FORMS } table;

static const eng_block_term *next_row(const source *from, table which)
{
    const eng_block *b = from->block;
    const size_t n = which == TERMS ? b->terms.n : b->forms.n;
    if (from->next == n)
        return NULL;
    return which == TERMS ? &b->terms.ptr[from->next] : &b->forms.ptr[from->next];
}

/* The least next text over all sources; false when all are at their end. */
static bool least_text(const source *sources, size_t n, table which, anc_str *ret)
{
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        const eng_block_term *row = next_row(&sources[i], which);
        if (row == NULL)
            continue;
        const anc_str text = eng_block_text(sources[i].block, row->text);
        if (!found || anc_str_cmp(text, *ret) < 0)
            *ret = text;
        found = true;
    }
    return found;
}

/* The live postings of a term. It is written with its first live posting, so that one without any
 * leaves nothing behind; the same of forms below. */
static bool copy_postings(eng_builder *to, const source *from, const eng_block_term *term,
                          anc_str text, bool *written)
{
    eng_postings p;
    for (eng_block_postings(from->block, term, &p); eng_postings_next(&p);) {
        const uint32_t chunk = from->renumbered[p.chunk];
        if (chunk == UINT32_MAX)
            continue;
        if (!*written && !eng_builder_term(to, text))
            return false;
        *written = true;
        if (!eng_builder_posting(to, chunk, p.tf))
            return false;
    }
    return true;
}

static bool copy_places(eng_builder *to, const source *from, const eng_block_term *form,
                        anc_str text, bool *written)
{
    for (eng_places p = eng_places_of(from->block, form); eng_places_next(&p);) {
        const uint32_t chunk = from->renumbered[p.chunk];
        if (chunk == UINT32_MAX)
            continue;
        if (!*written && !eng_builder_form(to, text))
            return false;
        *written = true;
        if (!eng_builder_places_copy(to, chunk, &p))
            return false;
    }
    return true;
}

static bool copy_table(eng_builder *to, source *sources, size_t n, table which)
{
    for (size_t i = 0; i < n; i++)
        sources[i].next = 0;
    for (anc_str text = ANC_STR_NONE; least_text(sources, n, which, &text);) {
        bool written = false;
        for (size_t i = 0; i < n; i++) {
            const eng_block_term *row = next_row(&sources[i], which);
            if (row == NULL || !anc_str_eq(eng_block_text(sources[i].block, row->text), text))
                continue;
            sources[i].next++;
            const bool ok = which == TERMS ? copy_postings(to, &sources[i], row, text, &written)
                                           : copy_places(to, &sources[i], row, text, &written);
            if (!ok)
                return false;
        }
    }
    return true;
}

/* Whether nothing of the sources is known to be damaged: where it is, what was read of it is not all. */
static bool are_sound(const source *sources, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!eng_block_ready(sources[i].block) || eng_block_is_damaged(sources[i].block))
            return false;
    return true;
}

static bool copy_all(eng_builder *to, source *sources, size_t n)
{
    scratch s = {0};
    bool ok = are_sound(sources, n);
    for (size_t i = 0; ok && i < n; i++)
        ok = copy_documents(to, &sources[i], &s);
    free(s.fields.ptr);
    free(s.labels.ptr);
    return ok && copy_table(to, sources, n, TERMS) && copy_table(to, sources, n, FORMS) &&
           are_sound(sources, n);
}

void eng_seed_done(eng_graph_seed *seed)
{
    free((void *)(uintptr_t)seed->renumbered);
    *seed = (eng_graph_seed){0};
}

/* Leaves the largest graph and the new numbers of its vectors to the caller. */
static void leave_seed(source *sources, size_t n, eng_graph_seed *seed)
{
    source *largest = NULL;
    for (size_t i = 0; i < n; i++)
        if (sources[i].block->graph != NULL &&
            (largest == NULL || largest->block->graph->n < sources[i].block->graph->n))
            largest = &sources[i];
    if (largest == NULL)
        return;
    *seed = (eng_graph_seed){largest->block->graph, largest->renumbered};
    largest->renumbered = NULL;
}

eng_block *eng_blocks_merge(eng_block *const *blocks, const uint64_t *const *dead, size_t n,
                            uint32_t dims, eng_graph_seed *seed)
{
    eng_builder builder;
    eng_block *merged = NULL;
    source *sources = calloc(n + 1, sizeof *sources);
    if (sources == NULL)
        return NULL;
    if (eng_builder_init(&builder, dims)) {
        for (size_t i = 0; i < n; i++)
            sources[i] = (source){.block = blocks[i], .dead = dead[i]};
        if (copy_all(&builder, sources, n))
            merged = eng_builder_finish(&builder);
        if (merged != NULL && seed != NULL)
            leave_seed(sources, n, seed);
        eng_builder_done(&builder);
    }
    for (size_t i = 0; i < n; i++)
        free(sources[i].renumbered);
    free(sources);
    return merged;
}
