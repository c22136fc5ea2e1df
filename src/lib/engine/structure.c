/* structure.c - whether everything in a block that says where something stands says a place within the block.
 *
 * The sums tell what a disk did; this is for bytes whose sums fit and that mean nothing all the same. Only what a
 * reader relies on is looked at here, once before the first search; verify.c looks at the rest.
 */
#include <math.h>
#include <string.h>

#include "segment.h"

static bool is_in_text(const eng_block *b, uint64_t at, uint64_t len)
{
    return at <= b->text.n && len <= b->text.n - at;
}

static const char *value_fault(const eng_block *b, const eng_block_field *f)
{
    if (f->name >= b->names.n || f->kind > ENG_TIME || f->in_list > 1)
        return "a field is out of range";
    if (f->kind == ENG_STRING && !is_in_text(b, f->u.str_at, f->str_len))
        return "a value stands outside the text";
    return f->kind == ENG_REAL && isnan(f->u.real) ? "a value is not a number" : NULL;
}

/* The runs of the documents lie end to end. */
static const char *documents_fault(const eng_block *b)
{
    uint64_t chunk = 0, field = 0;
    for (size_t d = 0; d < b->documents.n; d++) {
        const eng_block_document *row = &b->documents.ptr[d];
        if (!is_in_text(b, row->key.at, row->key.len) || row->key.len == 0 ||
            row->key.len > ENG_MAX_KEY_BYTES)
            return "a key stands outside the text";
        if (row->language >= ENG_MAX_LANGUAGES || row->access >= b->access.n)
            return "a document is out of range";
        if (row->first_chunk != chunk || row->n_chunks > b->ordinals.n - chunk ||
            row->first_field != field || row->n_fields > b->fields.n - field)
            return "the runs of the documents do not lie end to end";
        for (uint32_t c = 0; c < row->n_chunks; c++)
            if (b->document_of.ptr[chunk + c] != d)
                return "a chunk belongs to another document";
        chunk += row->n_chunks;
        field += row->n_fields;
    }
    return chunk != b->ordinals.n || field != b->fields.n ? "rows belong to no document" : NULL;
}

/* Each document once, and an empty slot to end a search. */
static const char *slots_fault(const eng_block *b)
{
    size_t full = 0;
    if (b->slots.n <= b->documents.n || (b->slots.n & (b->slots.n - 1)) != 0)
        return "their number is wrong";
    for (size_t i = 0; i < b->slots.n; i++) {
        if (b->slots.ptr[i] > b->documents.n)
            return "a slot leads to no document";
        full += b->slots.ptr[i] != 0 ? 1 : 0;
    }
    return full != b->documents.n ? "not every document has one slot" : NULL;
}

static const char *lengths_fault(const eng_block *b)
{
    uint64_t sum = 0;
    for (size_t c = 0; c < b->lengths.n; c++)
        sum += b->lengths.ptr[c];
    return sum != b->length ? "their sum is another one" : NULL;
}

static const char *has_vector_fault(const eng_block *b)
{
    uint64_t n = 0;
    for (size_t w = 0; w < b->has_vector.n; w++)
        n += (uint64_t)__builtin_popcountll(b->has_vector.ptr[w]);
    if (n != b->n_vectors)
        return "their number is another one";
    const size_t rest = b->ordinals.n % 64;
    return b->has_vector.n > 0 && rest != 0 && b->has_vector.ptr[b->has_vector.n - 1] >> rest != 0
               ? "there are more than there are chunks"
               : NULL;
}

/* The texts and the lists of a table of terms, whose lists have `bytes`. */
static const char *terms_fault(const eng_block *b, const eng_block_term *rows, size_t n,
                               uint64_t bytes)
{
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_in_text(b, rows[i].text.at, rows[i].text.len))
            return "a text stands outside the text";
        if (rows[i].postings_at < at || rows[i].postings_at > bytes)
            return "lists do not lie end to end";
        if (rows[i].df > b->ordinals.n)
            return "a list is longer than there are chunks";
        at = rows[i].postings_at;
    }
    return n == 0 && bytes > 0 ? "lists belong to nothing" : NULL;
}

static const char *spans_fault(const eng_block *b, const eng_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_in_text(b, spans[i].at, spans[i].len))
            return "one stands outside the text";
    return NULL;
}

static const char *access_fault(const eng_block *b)
{
    for (size_t i = 0; i < b->access.n; i++)
        if (b->access.ptr[i].first > b->access_labels.n ||
            b->access.ptr[i].n > b->access_labels.n - b->access.ptr[i].first)
            return "a set stands outside the labels";
    for (size_t i = 0; i < b->access_labels.n; i++)
        if (b->access_labels.ptr[i] >= b->labels.n)
            return "a set names no label";
    return NULL;
}

static const char *fields_fault(const eng_block *b)
{
    const char *fault = NULL;
    for (size_t i = 0; i < b->fields.n && fault == NULL; i++)
        fault = value_fault(b, &b->fields.ptr[i]);
    return fault;
}

/* A run of a column's values, each the value of a field of its kind. */
static const char *column_fault(const eng_block *b, const eng_block_column *c)
{
    if (c->name >= b->names.n || c->n == 0 || c->first >= b->distinct.n ||
        c->n >= b->distinct.n - c->first)
        return "a column is out of range";
    for (uint32_t i = c->first; i < c->first + c->n; i++) {
        const eng_block_distinct *d = &b->distinct.ptr[i];
        if (d->field >= b->fields.n || b->fields.ptr[d->field].kind != c->kind)
            return "a column has a value of another kind";
    }
    return NULL;
}

static const char *columns_fault(const eng_block *b)
{
    const char *fault = NULL;
    uint32_t at = 0;
    for (size_t i = 0; i < b->columns.n && fault == NULL; i++)
        fault = column_fault(b, &b->columns.ptr[i]);
    for (size_t i = 0; i < b->distinct.n && fault == NULL; i++) {
        if (b->distinct.ptr[i].first < at || b->distinct.ptr[i].first > b->holders.n)
            fault = "holders do not lie end to end";
        at = b->distinct.ptr[i].first;
    }
    for (size_t i = 0; i < b->holders.n && fault == NULL; i++)
        if (b->holders.ptr[i] >= b->documents.n)
            fault = "a holder is no document";
    return fault;
}

/* Levels of a row of the upper table. */
static uint64_t levels_of(const eng_graph *g, uint32_t row)
{
    const uint64_t end = row + 1 < g->n_up ? g->up_first[row + 1] : g->n_up_links;
    return (end - g->up_first[row]) / ENG_GRAPH_UP_LINKS;
}

/* Every row has its lists behind those of the row before. */
static bool rows_are_good(const eng_graph *g)
{
    for (uint32_t row = 0; row < g->n_up; row++) {
        const uint64_t end = row + 1 < g->n_up ? g->up_first[row + 1] : g->n_up_links;
        if (g->up_node[row] >= g->n || (row == 0 && g->up_first[0] != 0) ||
            end < (uint64_t)g->up_first[row] + ENG_GRAPH_UP_LINKS || end > g->n_up_links ||
            (end - g->up_first[row]) % ENG_GRAPH_UP_LINKS != 0)
            return false;
    }
    return g->n_up > 0 || g->n_up_links == 0;
}

/* Every list leads to rows that stand on its level too. */
static const char *upper_fault(const eng_graph *g)
{
    if (!rows_are_good(g))
        return "a row is out of range";
    for (uint32_t row = 0; row < g->n_up; row++) {
        const uint64_t levels = levels_of(g, row);
        for (uint32_t level = 1; level <= levels; level++) {
            const uint32_t *links = eng_graph_up_links(g, row, level);
            for (uint32_t i = 0; i < ENG_GRAPH_UP_LINKS && links[i] != ENG_GRAPH_NONE; i++)
                if (links[i] >= g->n_up || levels_of(g, links[i]) < level)
                    return "a link leads to no row of its level";
        }
    }
    if (g->n_up > 0 && (g->entry >= g->n_up || g->top == 0 || g->top > levels_of(g, g->entry)))
        return "the entry is out of range";
    return NULL;
}

const char *eng_structure_fault(const eng_block *b, unsigned *ret_section)
{
    const struct {
        unsigned section;
        const char *fault;
    } faults[] = {
        {ENG_SECTION_FIELDS, fields_fault(b)},
        {ENG_SECTION_DOCUMENTS, documents_fault(b)},
        {ENG_SECTION_SLOTS, slots_fault(b)},
        {ENG_SECTION_LENGTHS, lengths_fault(b)},
        {ENG_SECTION_HAS_VECTOR, has_vector_fault(b)},
        {ENG_SECTION_TERMS, terms_fault(b, b->terms.ptr, b->terms.n, b->postings.n)},
        {ENG_SECTION_FORMS, terms_fault(b, b->forms.ptr, b->forms.n, b->places.n)},
        {ENG_SECTION_COLUMNS, columns_fault(b)},
        {ENG_SECTION_NAMES, spans_fault(b, b->names.ptr, b->names.n)},
        {ENG_SECTION_LABELS, spans_fault(b, b->labels.ptr, b->labels.n)},
        {ENG_SECTION_ACCESS, access_fault(b)},
        {ENG_SECTION_GRAPH_UP_FIRST, b->graph != NULL ? upper_fault(b->graph) : NULL},
    };
    for (size_t i = 0; i < ANC_COUNT(faults); i++)
        if (faults[i].fault != NULL) {
            *ret_section = faults[i].section;
            return faults[i].fault;
        }
    return NULL;
}
