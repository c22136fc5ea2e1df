/* merge.c - several blocks made into one, without what died in them.
 *
 * Documents keep their order, block after block, so the new number of a chunk ascends with the old
 * one and the postings of a term are those of its blocks end to end. Terms, and forms after them, are
 * merged by always taking the least of the blocks' next ones; a merge has few blocks, so a scan finds it. Where nothing
 * died in a block its chunks only move up together, and places are copied as they stand.
 */
#include <stdlib.h>

#include "lexicon.h"
#include "places.h"
#include "segment.h"

typedef struct source {
    const eng_block *block; /* borrowed */
    const uint64_t *dead;   /* borrowed; NULL: nothing died */
    uint32_t first;         /* the new number of its first chunk, where nothing died */
    /* owned [chunks] where something did: the new number, UINT32_MAX for a dead chunk */
    uint32_t *renumbered;
    size_t next;               /* row of its terms, then of its forms */
    const eng_block_term *row; /* that one; NULL at the end */
    anc_str text;              /* of it */
    uint64_t head;             /* of that */
} source;

/* The postings of one term. */
typedef struct list {
    ENG_ARRAY(uint32_t) chunks; /* owned */
    ENG_ARRAY(uint32_t) tfs;    /* owned; as many */
} list;

static inline uint32_t new_number(const source *from, uint32_t chunk)
{
    return from->renumbered == NULL ? from->first + chunk : from->renumbered[chunk];
}

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
        if (from->renumbered != NULL)
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
    from->first = eng_block_chunks(to->block);
    if (from->dead != NULL) {
        from->renumbered = malloc((b->ordinals.n + 1) * sizeof *from->renumbered);
        if (from->renumbered == NULL)
            return false;
        for (size_t c = 0; c < b->ordinals.n; c++)
            from->renumbered[c] = UINT32_MAX;
    }
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

/* Stands at its next row, whose text it has at hand. */
static void look(source *from, table which)
{
    const eng_block_term *row = next_row(from, which);
    from->row = row;
    from->text = row != NULL ? eng_block_text(from->block, row->text) : ANC_STR_NONE;
    from->head = eng_text_head(from->text);
}

static int compare(const source *a, const source *b)
{
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    return anc_str_cmp(a->text, b->text);
}

/* The sources whose next text is the least, in their order, in `ret`; how many they are. */
static size_t least(source *sources, size_t n, source **ret)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (sources[i].row == NULL)
            continue;
        const int c = found > 0 ? compare(&sources[i], ret[0]) : -1;
        if (c > 0)
            continue;
        if (c < 0)
            found = 0;
        ret[found++] = &sources[i];
    }
    return found;
}

/* The live postings of the source's next term, behind those in the list. */
static bool take_postings(const source *from, list *to)
{
    eng_postings p;
    if (!ENG_ROOM(to->chunks, from->row->df) || !ENG_ROOM(to->tfs, from->row->df))
        return false;
    uint32_t *chunks = to->chunks.ptr, *tfs = to->tfs.ptr;
    size_t n = to->chunks.n;
    eng_block_postings(from->block, from->row, &p);
    while (eng_postings_unpack_next(&p)) {
        const uint32_t *counts = eng_postings_tfs(&p);
        for (uint32_t i = 0; i < p.n; i++) {
            chunks[n] = new_number(from, p.chunks[i]);
            tfs[n] = counts[i];
            n += chunks[n] != UINT32_MAX ? 1 : 0;
        }
    }
    to->chunks.n = to->tfs.n = n;
    return true;
}

/* A term is written where a posting of it lives, so that one without any leaves nothing behind; the same of forms
 * below. */
static bool copy_term(eng_builder *to, source **from, size_t n, list *all)
{
    all->chunks.n = all->tfs.n = 0;
    for (size_t i = 0; i < n; i++)
        if (!take_postings(from[i], all))
            return false;
    return all->chunks.n == 0 ||
           eng_builder_term(to, from[0]->text, all->chunks.ptr, all->tfs.ptr, all->chunks.n);
}

static bool begin_form(eng_builder *to, const source *from, bool *written)
{
    const bool ok = *written || eng_builder_form(to, from->text);
    *written = true;
    return ok;
}

static bool copy_places(eng_builder *to, const source *from, bool *written)
{
    eng_places p = eng_places_of(from->block, from->row);
    while (eng_places_next(&p)) {
        const uint32_t chunk = new_number(from, p.chunk);
        if (chunk == UINT32_MAX)
            continue;
        if (!begin_form(to, from, written))
            return false;
        if (from->renumbered == NULL)
            return eng_builder_places_rest(to, from->first, &p);
        if (!eng_builder_places_copy(to, chunk, &p))
            return false;
    }
    return true;
}

static bool copy_form(eng_builder *to, source **from, size_t n)
{
    bool written = false;
    for (size_t i = 0; i < n; i++)
        if (!copy_places(to, from[i], &written))
            return false;
    return true;
}

static bool copy_table(eng_builder *to, source *sources, size_t n, table which, source **same)
{
    bool ok = true;
    list all = {0};
    for (size_t i = 0; i < n; i++) {
        sources[i].next = 0;
        look(&sources[i], which);
    }
    for (size_t found; ok && (found = least(sources, n, same)) > 0;) {
        ok = which == TERMS ? copy_term(to, same, found, &all) : copy_form(to, same, found);
        for (size_t i = 0; i < found; i++) {
            same[i]->next++;
            look(same[i], which);
        }
    }
    free(all.chunks.ptr);
    free(all.tfs.ptr);
    return ok;
}

/* Whether nothing of the sources is known to be damaged: where it is, what was read of it is not all. */
static bool are_sound(const source *sources, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!eng_block_ready(sources[i].block) || eng_block_is_damaged(sources[i].block))
            return false;
    return true;
}

/* The texts of tables that are much alike are counted as often as they are there: the block is trimmed at the end. */
static bool make_room(eng_builder *to, const source *sources, size_t n)
{
    size_t terms = 0, forms = 0, postings = 0, places = 0;
    for (size_t i = 0; i < n; i++) {
        const eng_block *b = sources[i].block;
        terms = b->terms.n > terms ? b->terms.n : terms;
        forms = b->forms.n > forms ? b->forms.n : forms;
        postings += b->postings.n;
        places += b->places.n;
    }
    return eng_builder_room(to, terms, forms, 0) && ENG_ROOM(to->block->postings, postings) &&
           ENG_ROOM(to->block->places, places);
}

static bool copy_all(eng_builder *to, source *sources, size_t n)
{
    scratch s = {0};
    source **same = calloc(n + 1, sizeof *same);
    bool ok = same != NULL && are_sound(sources, n) && make_room(to, sources, n);
    for (size_t i = 0; ok && i < n; i++)
        ok = copy_documents(to, &sources[i], &s);
    ok = ok && copy_table(to, sources, n, TERMS, same) && copy_table(to, sources, n, FORMS, same) &&
         are_sound(sources, n);
    free(s.fields.ptr);
    free(s.labels.ptr);
    free(same);
    return ok;
}

/* Leaves the largest graph and the new number of its first vector to the caller, where nothing died in its block. */
static void leave_seed(const source *sources, size_t n, eng_graph_seed *seed)
{
    const source *largest = NULL;
    for (size_t i = 0; i < n; i++)
        if (sources[i].block->graph != NULL &&
            (largest == NULL || largest->block->graph->n < sources[i].block->graph->n))
            largest = &sources[i];
    if (largest != NULL && largest->renumbered == NULL)
        *seed = (eng_graph_seed){.graph = largest->block->graph, .first = largest->first};
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
