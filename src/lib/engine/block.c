/* block.c - finding things in a block, and building one row by row. */
#include "block.h"

#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "segment.h"
#include "sieve.h"

void *eng_room(void *ptr, size_t n, size_t *cap, size_t more, size_t size)
{
    size_t need, bytes;
    if (__builtin_add_overflow(n, more, &need))
        return NULL;
    if (ptr != NULL && need <= *cap)
        return ptr;
    size_t grown = *cap < 8 ? 8 : *cap + *cap / 2;
    if (grown < need)
        grown = need;
    if (__builtin_mul_overflow(grown, size, &bytes))
        return NULL;
    void *p = realloc(ptr, bytes);
    if (p != NULL)
        *cap = grown;
    return p;
}

static void free_remembered(eng_block *b)
{
    free(atomic_load_explicit(&b->short_lengths, memory_order_relaxed));
    free(atomic_load_explicit(&b->sieve, memory_order_relaxed));
}

static void block_free(eng_block *b)
{
    if (b->segment != NULL) { /* nothing is its own but this */
        eng_segment_close(b->segment);
        free(b->graph);
        free_remembered(b);
        free(b);
        return;
    }
    free(b->documents.ptr);
    free(b->slots.ptr);
    free(b->fields.ptr);
    free(b->ordinals.ptr);
    free(b->lengths.ptr);
    free(b->document_of.ptr);
    free(b->has_vector.ptr);
    free(b->vectors.ptr);
    free(b->terms.ptr);
    free(b->heads.ptr);
    free(b->postings.ptr);
    free(b->forms.ptr);
    free(b->places.ptr);
    free(b->columns.ptr);
    free(b->distinct.ptr);
    free(b->holders.ptr);
    free(b->names.ptr);
    free(b->labels.ptr);
    free(b->access.ptr);
    free(b->access_labels.ptr);
    free(b->text.ptr);
    eng_bits_done(&b->bits);
    eng_graph_free(b->graph);
    free_remembered(b);
    free(b);
}

eng_block *eng_block_ref(eng_block *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void eng_block_unref(eng_block *b)
{
    if (b != NULL && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1)
        block_free(b);
}

#define BYTES(array) ((array).cap * sizeof *(array).ptr)

size_t eng_block_bytes(const eng_block *b)
{
    const uint8_t *lengths = atomic_load_explicit(&b->short_lengths, memory_order_relaxed);
    const size_t remembered = (lengths != NULL ? b->lengths.n : 0) + eng_sieve_bytes(b);
    if (b->segment != NULL)
        return sizeof *b + sizeof *b->segment + remembered;
    return sizeof *b + remembered + BYTES(b->documents) + BYTES(b->slots) + BYTES(b->fields) +
           BYTES(b->ordinals) + BYTES(b->lengths) + BYTES(b->document_of) + BYTES(b->has_vector) +
           BYTES(b->vectors) + BYTES(b->terms) + BYTES(b->heads) + BYTES(b->postings) +
           BYTES(b->forms) + BYTES(b->places) + BYTES(b->columns) + BYTES(b->distinct) +
           BYTES(b->holders) + BYTES(b->names) + BYTES(b->labels) + BYTES(b->access) +
           BYTES(b->access_labels) + BYTES(b->text) + eng_bits_bytes(&b->bits) +
           (b->graph != NULL ? eng_graph_bytes(b->graph) : 0);
}

uint32_t eng_block_find(const eng_block *b, anc_str key)
{
    return eng_block_find_hashed(b, key, anc_hash64(key));
}

uint32_t eng_block_find_hashed(const eng_block *b, anc_str key, uint64_t hash)
{
    const size_t mask = b->slots.n - 1;
    if (!eng_sieve_passes(b, hash))
        return UINT32_MAX;
    for (size_t at = hash & mask; b->slots.ptr[at] != 0; at = (at + 1) & mask) {
        const uint32_t row = b->slots.ptr[at] - 1;
        if (anc_str_eq(eng_block_text(b, b->documents.ptr[row].key), key))
            return row;
    }
    return UINT32_MAX;
}

/* The first of `rows` [n], ascending by text, that is not less than `text`. */
static size_t lower_bound(const eng_block *b, const eng_block_term *rows, size_t n, anc_str text)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (anc_str_cmp(eng_block_text(b, rows[middle].text), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first of ascending heads [n] that is not less than `head`. */
static size_t head_from(const uint64_t *heads, size_t n, uint64_t head)
{
    const uint64_t *low = heads;
    for (; n > 1; n -= n / 2)
        low += low[n / 2 - 1] < head ? n / 2 : 0;
    return (size_t)(low - heads) + (n > 0 && *low < head ? 1 : 0);
}

const eng_block_term *eng_block_term_find(const eng_block *b, anc_str text)
{
    size_t at = 0;
    if (b->heads.n > 0) {
        const uint64_t head = eng_text_head(text);
        at = head_from(b->heads.ptr, b->heads.n, head);
        while (at < b->heads.n && b->heads.ptr[at] == head &&
               anc_str_cmp(eng_block_text(b, b->terms.ptr[at].text), text) < 0)
            at++;
    } else {
        at = lower_bound(b, b->terms.ptr, b->terms.n, text);
    }
    const bool found =
        at < b->terms.n && anc_str_eq(eng_block_text(b, b->terms.ptr[at].text), text);
    return found ? &b->terms.ptr[at] : NULL;
}

size_t eng_block_form_from(const eng_block *b, anc_str text)
{
    return lower_bound(b, b->forms.ptr, b->forms.n, text);
}

const eng_block_term *eng_block_form_find(const eng_block *b, anc_str text)
{
    const size_t at = eng_block_form_from(b, text);
    const bool found =
        at < b->forms.n && anc_str_eq(eng_block_text(b, b->forms.ptr[at].text), text);
    return found ? &b->forms.ptr[at] : NULL;
}

eng_list_place eng_block_list(const eng_block_term *rows, size_t n, const eng_block_term *row,
                              uint64_t bytes)
{
    const uint64_t at = row->postings_at;
    const uint64_t end = (size_t)(row - rows) + 1 < n ? row[1].postings_at : bytes;
    return at <= end && end <= bytes ? (eng_list_place){at, end - at} : (eng_list_place){0, 0};
}

void eng_block_postings(const eng_block *b, const eng_block_term *term, eng_postings *ret)
{
    const eng_list_place list = eng_block_list(b->terms.ptr, b->terms.n, term, b->postings.n);
    const bool good =
        b->posting_pages == NULL || eng_pages_good(b->posting_pages, list.at, list.bytes);
    eng_postings_open(ret, b->postings.ptr + list.at, (size_t)list.bytes,
                      good && list.bytes > 0 ? term->df : 0, eng_block_chunks(b));
}

const uint8_t *eng_block_short_lengths(eng_block *b)
{
    enum { MANY = 4096 };
    uint8_t *there = atomic_load_explicit(&b->short_lengths, memory_order_acquire);
    const size_t n = b->lengths.n;
    uint8_t *made = there == NULL && n >= MANY ? malloc(n) : NULL;
    if (made == NULL)
        return there;
    for (size_t i = 0; i < n; i++)
        made[i] = (uint8_t)(b->lengths.ptr[i] < UINT8_MAX ? b->lengths.ptr[i] : UINT8_MAX);
    if (atomic_compare_exchange_strong_explicit(&b->short_lengths, &there, made,
                                                memory_order_acq_rel, memory_order_acquire))
        return made;
    free(made);
    return there;
}

double eng_block_norm(const void *block, uint32_t chunk)
{
    const eng_block *b = block;
    return ENG_K1 * (1 - ENG_B + ENG_B * (double)b->lengths.ptr[chunk] / b->impact_mean);
}

bool eng_builder_init(eng_builder *builder, uint32_t dims)
{
    *builder = (eng_builder){.block = calloc(1, sizeof(eng_block)),
                             .names = anc_map_new(),
                             .labels = anc_map_new(),
                             .access = anc_map_new()};
    if (builder->block != NULL)
        atomic_init(&builder->block->refs, 1);
    if (builder->block == NULL || builder->names == NULL || builder->labels == NULL ||
        builder->access == NULL) {
        eng_builder_done(builder);
        return false;
    }
    builder->block->dims = dims;
    return true;
}

void eng_builder_done(eng_builder *builder)
{
    eng_block_unref(builder->block);
    anc_map_free(builder->names);
    anc_map_free(builder->labels);
    anc_map_free(builder->access);
    *builder = (eng_builder){0};
}

static bool add_text(eng_block *b, anc_str s, eng_span *ret)
{
    if (!ENG_ROOM(b->text, s.len))
        return false;
    if (s.len > 0)
        memcpy(b->text.ptr + b->text.n, s.ptr, s.len);
    *ret = (eng_span){.at = b->text.n, .len = (uint32_t)s.len};
    b->text.n += s.len;
    return true;
}

/* The number of `s` in a table of distinct texts, given when it is new. */
static bool intern_name(eng_builder *builder, anc_str s, uint32_t *ret)
{
    eng_block *b = builder->block;
    uint64_t number;
    eng_span span;
    if (!anc_map_find(builder->names, s, &number)) {
        number = b->names.n;
        if (!ENG_ROOM(b->names, 1) || !add_text(b, s, &span) ||
            !anc_map_put(builder->names, s, number))
            return false;
        b->names.ptr[b->names.n++] = span;
    }
    *ret = (uint32_t)number;
    return true;
}

static bool intern_label(eng_builder *builder, anc_str s, uint32_t *ret)
{
    eng_block *b = builder->block;
    uint64_t number;
    eng_span span;
    if (!anc_map_find(builder->labels, s, &number)) {
        number = b->labels.n;
        if (!ENG_ROOM(b->labels, 1) || !add_text(b, s, &span) ||
            !anc_map_put(builder->labels, s, number))
            return false;
        b->labels.ptr[b->labels.n++] = span;
    }
    *ret = (uint32_t)number;
    return true;
}

/* The row of this list of labels: its numbers are written behind access_labels and stay there only
 * when the list is new. */
static bool intern_access(eng_builder *builder, const anc_str *labels, size_t n, uint32_t *ret)
{
    eng_block *b = builder->block;
    if (!ENG_ROOM(b->access_labels, n) || !ENG_ROOM(b->access, 1))
        return false;
    uint32_t *numbers = b->access_labels.ptr + b->access_labels.n;
    for (size_t i = 0; i < n; i++)
        if (!intern_label(builder, labels[i], &numbers[i]))
            return false;
    const anc_str bytes = {n > 0 ? (const char *)numbers : "", n * sizeof *numbers};
    uint64_t row;
    if (!anc_map_find(builder->access, bytes, &row)) {
        row = b->access.n;
        if (!anc_map_put(builder->access, bytes, row))
            return false;
        b->access.ptr[b->access.n++] =
            (eng_block_access){(uint32_t)b->access_labels.n, (uint32_t)n};
        b->access_labels.n += n;
    }
    *ret = (uint32_t)row;
    return true;
}

static bool add_field(eng_builder *builder, const eng_field *field)
{
    eng_block *b = builder->block;
    eng_block_field row = {.kind = (uint8_t)field->value.kind, .in_list = field->in_list};
    eng_span span;
    if (!intern_name(builder, field->name, &row.name) || !ENG_ROOM(b->fields, 1))
        return false;
    if (field->value.kind == ENG_STRING) {
        if (!add_text(b, field->value.str, &span))
            return false;
        row.u.str_at = span.at;
        row.str_len = span.len;
    } else if (field->value.kind == ENG_REAL) {
        row.u.real = field->value.real;
    } else {
        row.u.integer = field->value.integer;
    }
    b->fields.ptr[b->fields.n++] = row;
    return true;
}

bool eng_builder_document(eng_builder *builder, const eng_document *document)
{
    eng_block *b = builder->block;
    eng_block_document row = {.version = document->version,
                              .language = document->language,
                              .first_chunk = eng_block_chunks(b),
                              .first_field = (uint32_t)b->fields.n,
                              .n_fields = (uint32_t)document->n_fields};
    if (!ENG_ROOM(b->documents, 1) || !add_text(b, document->key, &row.key) ||
        !intern_access(builder, document->labels, document->n_labels, &row.access))
        return false;
    for (size_t i = 0; i < document->n_fields; i++)
        if (!add_field(builder, &document->fields[i]))
            return false;
    b->documents.ptr[b->documents.n++] = row;
    return true;
}

/* Room for the vector of one more chunk; the first vector of a block makes rows for the chunks
 * before it. */
static bool add_vector(eng_block *b, const uint16_t *vector)
{
    const size_t chunk = b->ordinals.n;
    const size_t words = chunk / 64 + 1;
    if (vector == NULL && b->has_vector.n == 0)
        return true;
    const size_t halves = (chunk + 1) * b->dims;
    if (!ENG_ROOM(b->has_vector, words - b->has_vector.n) ||
        !ENG_ROOM(b->vectors, halves - b->vectors.n))
        return false;
    memset(b->has_vector.ptr + b->has_vector.n, 0, (words - b->has_vector.n) * sizeof(uint64_t));
    b->has_vector.n = words;
    memset(b->vectors.ptr + b->vectors.n, 0, (halves - b->vectors.n) * sizeof(uint16_t));
    b->vectors.n = halves;
    if (vector != NULL) {
        memcpy(b->vectors.ptr + chunk * b->dims, vector, b->dims * sizeof(uint16_t));
        eng_bit_set(b->has_vector.ptr, chunk);
        b->n_vectors++;
    }
    return true;
}

bool eng_builder_chunk(eng_builder *builder, uint32_t ordinal, uint32_t length,
                       const uint16_t *vector)
{
    eng_block *b = builder->block;
    if (!ENG_ROOM(b->ordinals, 1) || !ENG_ROOM(b->lengths, 1) || !ENG_ROOM(b->document_of, 1) ||
        !add_vector(b, vector))
        return false;
    b->ordinals.ptr[b->ordinals.n++] = ordinal;
    b->lengths.ptr[b->lengths.n++] = length;
    b->document_of.ptr[b->document_of.n++] = (uint32_t)(b->documents.n - 1);
    b->documents.ptr[b->documents.n - 1].n_chunks++;
    b->length += length;
    return true;
}

bool eng_builder_room(eng_builder *builder, size_t terms, size_t forms, size_t text)
{
    eng_block *b = builder->block;
    return ENG_ROOM(b->terms, terms) && ENG_ROOM(b->forms, forms) && ENG_ROOM(b->text, text);
}

bool eng_builder_term(eng_builder *builder, anc_str text, const uint32_t *chunks,
                      const uint32_t *tfs, size_t n)
{
    eng_block *b = builder->block;
    eng_block_term row = {.postings_at = b->postings.n, .df = (uint32_t)n};
    if (!ENG_ROOM(b->terms, 1) || !ENG_ROOM(b->postings, eng_postings_most(n)) ||
        !add_text(b, text, &row.text))
        return false;
    if (b->terms.n == 0) {
        b->impact_mean = b->length > 0 ? (double)b->length / (double)b->ordinals.n : 1;
        builder->norms.lengths = b->lengths.ptr;
        builder->norms.mean = b->impact_mean;
    }
    b->terms.ptr[b->terms.n++] = row;
    unsigned char *end =
        eng_postings_write(chunks, tfs, n, &builder->norms, b->postings.ptr + b->postings.n);
    b->postings.n = (size_t)(end - b->postings.ptr);
    b->n_postings += n;
    return true;
}

bool eng_builder_form(eng_builder *builder, anc_str text)
{
    eng_block *b = builder->block;
    eng_block_term row = {.postings_at = b->places.n};
    if (!ENG_ROOM(b->forms, 1) || !add_text(b, text, &row.text))
        return false;
    b->forms.ptr[b->forms.n++] = row;
    builder->last_chunk = UINT32_MAX;
    return true;
}

static bool build_slots(eng_block *b)
{
    size_t n = 4;
    while (n < b->documents.n * 2)
        n *= 2;
    b->slots.ptr = calloc(n, sizeof *b->slots.ptr);
    if (b->slots.ptr == NULL)
        return false;
    b->slots.n = b->slots.cap = n;
    for (uint32_t row = 0; row < b->documents.n; row++) {
        size_t at = anc_hash64(eng_block_text(b, b->documents.ptr[row].key)) & (n - 1);
        while (b->slots.ptr[at] != 0)
            at = (at + 1) & (n - 1);
        b->slots.ptr[at] = row + 1;
    }
    return true;
}

/* What `ptr` becomes when only `n` elements are kept; a refusal to shrink changes nothing. */
static void *trimmed(void *ptr, size_t n, size_t *cap, size_t size)
{
    if (n == *cap)
        return ptr;
    if (n == 0) {
        free(ptr);
        *cap = 0;
        return NULL;
    }
    void *p = realloc(ptr, n * size);
    if (p == NULL)
        return ptr;
    *cap = n;
    return p;
}

#define TRIM(array) \
    ((array).ptr = trimmed((array).ptr, (array).n, &(array).cap, sizeof *(array).ptr))

/* Without them terms are found as well, only later. */
static void make_heads(eng_block *b)
{
    if (!ENG_ROOM(b->heads, b->terms.n))
        return;
    for (size_t i = 0; i < b->terms.n; i++)
        b->heads.ptr[i] = eng_text_head(eng_block_text(b, b->terms.ptr[i].text));
    b->heads.n = b->terms.n;
}

eng_block *eng_builder_finish(eng_builder *builder)
{
    eng_block *b = builder->block;
    if (!build_slots(b) || !eng_block_columns(b))
        return NULL;
    make_heads(b);
    TRIM(b->documents);
    TRIM(b->fields);
    TRIM(b->ordinals);
    TRIM(b->lengths);
    TRIM(b->document_of);
    TRIM(b->has_vector);
    TRIM(b->vectors);
    TRIM(b->terms);
    TRIM(b->postings);
    TRIM(b->forms);
    TRIM(b->places);
    TRIM(b->columns);
    TRIM(b->distinct);
    TRIM(b->holders);
    TRIM(b->names);
    TRIM(b->labels);
    TRIM(b->access);
    TRIM(b->access_labels);
    TRIM(b->text);
    builder->block = NULL;
    return b;
}
