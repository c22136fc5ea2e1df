/* load.c - collects the chunks of one document and seals them into a block.
 *
 * Terms get numbers as they come. For each number the load knows the last chunk that had it and
 * where its count stands, so a word that is there again is one increment. Sealing ranks the numbers
 * by text and writes the counts out term by term, each in the order of its chunks.
 */
#include "load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "simd.h"

typedef struct known_term {
    anc_str text; /* set when sealing, when texts no longer moves */
    size_t at;    /* byte of texts */
    uint32_t len;
    uint32_t number;
    uint32_t last_chunk; /* UINT32_MAX: none yet */
    uint32_t n;          /* counts */
    size_t last_count;
} known_term;

typedef struct count {
    uint32_t term;
    uint32_t chunk;
    uint32_t tf;
} count;

struct eng_load {
    eng_builder builder;
    uint32_t dims;
    anc_map *numbers; /* owned: text to number */
    ENG_ARRAY(known_term) terms;
    ENG_ARRAY(char) texts;
    ENG_ARRAY(count) counts;
    uint16_t *halves; /* owned [dims]; NULL without dims */
    uint32_t last_ordinal;
};

anc_status eng_vector_check(const float *v, uint32_t dims, const char *what, anc_err *err)
{
    double square = 0;
    for (uint32_t i = 0; i < dims; i++)
        square += (double)v[i] * (double)v[i];
    if (!isfinite(square))
        return ANC_FAIL(err, ANC_INVALID, "%s vector has a number that is not finite", what);
    if (fabs(sqrt(square) - 1.0) > 0.01)
        return ANC_FAIL(err, ANC_INVALID, "%s vector has length %.4g, not 1", what, sqrt(square));
    return ANC_OK;
}

static anc_status check_document(const eng_document *document, anc_err *err)
{
    if (document->key.len == 0 || document->key.len > ENG_MAX_KEY_BYTES)
        return ANC_FAIL(err, ANC_INVALID, "a key of %zu bytes, not 1 to %d", document->key.len,
                        (int)ENG_MAX_KEY_BYTES);
    for (size_t i = 0; i < document->n_fields; i++)
        if (document->fields[i].value.kind == ENG_REAL && isnan(document->fields[i].value.real))
            return ANC_FAIL(err, ANC_INVALID, "field %.*s is not a number",
                            ANC_FMT(document->fields[i].name));
    return ANC_OK;
}

static bool load_init(eng_load *load, const eng_document *document)
{
    load->numbers = anc_map_new();
    if (load->dims > 0)
        load->halves = malloc(load->dims * sizeof *load->halves);
    return load->numbers != NULL && (load->dims == 0 || load->halves != NULL) &&
           eng_builder_init(&load->builder, load->dims) &&
           eng_builder_document(&load->builder, document);
}

anc_status eng_load_open(eng_index *index, const eng_document *document, eng_load **ret,
                         anc_err *err)
{
    ANC_TRY(check_document(document, err));
    eng_load *load = calloc(1, sizeof *load);
    if (load != NULL)
        load->dims = eng_index_dims(index);
    if (load == NULL || !load_init(load, document)) {
        eng_load_abort(load);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to load a document");
    }
    *ret = load;
    return ANC_OK;
}

void eng_load_abort(eng_load *load)
{
    if (load == NULL)
        return;
    eng_builder_done(&load->builder);
    anc_map_free(load->numbers);
    free(load->terms.ptr);
    free(load->texts.ptr);
    free(load->counts.ptr);
    free(load->halves);
    free(load);
}

static bool number_of(eng_load *load, anc_str text, uint32_t *ret)
{
    uint64_t number;
    if (!anc_map_find(load->numbers, text, &number)) {
        number = load->terms.n;
        if (!ENG_ROOM(load->terms, 1) || !ENG_ROOM(load->texts, text.len) ||
            !anc_map_put(load->numbers, text, number))
            return false;
        load->terms.ptr[load->terms.n++] = (known_term){.at = load->texts.n,
                                                        .len = (uint32_t)text.len,
                                                        .number = (uint32_t)number,
                                                        .last_chunk = UINT32_MAX};
        memcpy(load->texts.ptr + load->texts.n, text.ptr, text.len);
        load->texts.n += text.len;
    }
    *ret = (uint32_t)number;
    return true;
}

static bool count_term(eng_load *load, anc_str text, uint32_t chunk)
{
    uint32_t number;
    if (!number_of(load, text, &number))
        return false;
    known_term *term = &load->terms.ptr[number];
    if (term->last_chunk == chunk) {
        load->counts.ptr[term->last_count].tf++;
        return true;
    }
    if (!ENG_ROOM(load->counts, 1))
        return false;
    term->last_chunk = chunk;
    term->last_count = load->counts.n;
    term->n++;
    load->counts.ptr[load->counts.n++] = (count){number, chunk, 1};
    return true;
}

static anc_status check_chunk(const eng_load *load, const eng_chunk *chunk, anc_err *err)
{
    const uint32_t n = eng_block_chunks(load->builder.block);
    if (n >= ENG_MAX_DOCUMENT_CHUNKS)
        return ANC_FAIL(err, ANC_LIMIT, "a document of more than %d chunks",
                        (int)ENG_MAX_DOCUMENT_CHUNKS);
    if (n > 0 && chunk->ordinal <= load->last_ordinal)
        return ANC_FAIL(err, ANC_INVALID, "chunk %u comes after chunk %u", chunk->ordinal,
                        load->last_ordinal);
    for (size_t i = 0; i < chunk->n_terms; i++)
        if (chunk->terms[i].text.len == 0 || chunk->terms[i].text.len > ENG_MAX_TERM_BYTES)
            return ANC_FAIL(err, ANC_INVALID, "a term of %zu bytes, not 1 to %d",
                            chunk->terms[i].text.len, (int)ENG_MAX_TERM_BYTES);
    if (chunk->vector != NULL && load->dims == 0)
        return ANC_FAIL(err, ANC_INVALID, "a vector for an index without vectors");
    if (chunk->vector != NULL)
        return eng_vector_check(chunk->vector, load->dims, "a chunk's", err);
    return ANC_OK;
}

/* Words that are no stop words; terms that share a position are one word. */
static uint32_t length_of(const eng_chunk *chunk)
{
    uint32_t length = 0;
    const eng_term *last = NULL;
    for (size_t i = 0; i < chunk->n_terms; i++) {
        const eng_term *term = &chunk->terms[i];
        if (term->is_stop)
            continue;
        if (last == NULL || last->place != term->place || last->position != term->position)
            length++;
        last = term;
    }
    return length;
}

anc_status eng_load_add(eng_load *load, const eng_chunk *chunk, anc_err *err)
{
    ANC_TRY(check_chunk(load, chunk, err));
    const uint32_t row = eng_block_chunks(load->builder.block);
    const size_t counts_before = load->counts.n;
    bool ok = true;
    for (size_t i = 0; ok && i < chunk->n_terms; i++)
        ok = count_term(load, chunk->terms[i].text, row);
    if (chunk->vector != NULL)
        for (uint32_t i = 0; i < load->dims; i++)
            load->halves[i] = eng_half_of(chunk->vector[i]);
    if (!ok || !eng_builder_chunk(&load->builder, chunk->ordinal, length_of(chunk),
                                  chunk->vector != NULL ? load->halves : NULL)) {
        /* takes the counts of this chunk back */
        for (; load->counts.n > counts_before; load->counts.n--) {
            known_term *term = &load->terms.ptr[load->counts.ptr[load->counts.n - 1].term];
            term->n--;
            term->last_chunk = UINT32_MAX;
        }
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for chunk %u", chunk->ordinal);
    }
    load->last_ordinal = chunk->ordinal;
    return ANC_OK;
}

static int by_text(const void *a, const void *b)
{
    return anc_str_cmp(((const known_term *)a)->text, ((const known_term *)b)->text);
}

/* Each term's counts end to end, in the order of the sorted terms: `order` [counts] gets their
 * rows. `starts` [terms] is scratch by number. */
static void order_counts(const eng_load *load, size_t *starts, uint32_t *order)
{
    size_t at = 0;
    for (size_t i = 0; i < load->terms.n; i++) {
        starts[load->terms.ptr[i].number] = at;
        at += load->terms.ptr[i].n;
    }
    for (size_t i = 0; i < load->counts.n; i++)
        order[starts[load->counts.ptr[i].term]++] = (uint32_t)i;
}

static bool write_terms(eng_load *load, const uint32_t *order)
{
    for (size_t i = 0; i < load->terms.n; i++) {
        const known_term *term = &load->terms.ptr[i];
        if (term->n == 0)
            continue;
        if (!eng_builder_term(&load->builder, term->text))
            return false;
        for (uint32_t j = 0; j < term->n; j++, order++) {
            const count *c = &load->counts.ptr[*order];
            if (!eng_builder_posting(&load->builder, c->chunk, c->tf))
                return false;
        }
    }
    return true;
}

eng_block *eng_load_seal(eng_load *load)
{
    for (size_t i = 0; i < load->terms.n; i++) {
        known_term *term = &load->terms.ptr[i];
        term->text = (anc_str){load->texts.ptr + term->at, term->len};
    }
    if (load->terms.n > 0)
        qsort(load->terms.ptr, load->terms.n, sizeof *load->terms.ptr, by_text);
    size_t *starts = malloc((load->terms.n + 1) * sizeof *starts);
    uint32_t *order = malloc((load->counts.n + 1) * sizeof *order);
    eng_block *block = NULL;
    if (starts != NULL && order != NULL) {
        order_counts(load, starts, order);
        if (write_terms(load, order))
            block = eng_builder_finish(&load->builder);
    }
    free(starts);
    free(order);
    return block;
}
