/* load.c - collects the chunks of documents and seals them into a block.
 *
 * Terms and forms get numbers as they come. For each term the load knows the last chunk that had it
 * and where its count stands, so a word that is there again is one increment. Sealing ranks the texts
 * and writes the counts out term by term, each in the order of its chunks; forms likewise.
 */
#include "load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lexicon.h"
#include "places.h"
#include "simd.h"

typedef struct load_row {
    uint32_t text; /* its number: a term, or a form */
    uint32_t chunk;
    uint32_t other; /* how often the term counts there; where the form stands, as in a block */
} load_row;

typedef ENG_ARRAY(load_row) load_rows;

/* A few terms are looked up together, so that one does not wait for the memory of the other. */
enum { TOGETHER = 16 };

struct eng_load {
    eng_builder builder;
    uint32_t dims;
    eng_lexicon terms, forms;
    eng_lexicon keys; /* of its documents, where there are several; n: 1 for one that is taken */
    load_rows counts, places;       /* of terms, of forms */
    eng_lexicon_key some[TOGETHER]; /* scratch */
    uint16_t *halves;               /* owned [dims]; NULL without dims */
    uint32_t last_ordinal;
    uint32_t title_weight; /* of the document at hand */
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
    if (document->language >= ENG_MAX_LANGUAGES)
        return ANC_FAIL(err, ANC_INVALID, "a document of language %u, at most %d",
                        document->language, (int)ENG_MAX_LANGUAGES - 1);
    if (document->title_weight > ENG_MAX_TITLE_WEIGHT)
        return ANC_FAIL(err, ANC_INVALID, "a title's weight of %u, at most %d",
                        document->title_weight, (int)ENG_MAX_TITLE_WEIGHT);
    for (size_t i = 0; i < document->n_fields; i++)
        if (document->fields[i].value.kind == ENG_REAL && isnan(document->fields[i].value.real))
            return ANC_FAIL(err, ANC_INVALID, "field %.*s is not a number",
                            ANC_FMT(document->fields[i].name));
    return ANC_OK;
}

static uint32_t title_weight_of(const eng_document *document)
{
    return document->title_weight > 0 ? document->title_weight : 1;
}

static bool load_init(eng_load *load, const eng_document *document)
{
    load->title_weight = title_weight_of(document);
    if (load->dims > 0)
        load->halves = malloc(load->dims * sizeof *load->halves);
    return (load->dims == 0 || load->halves != NULL) &&
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

/* Knows the key, and for which document it is taken; NULL when memory is out. */
static eng_entry *entry_of_key(eng_load *load, anc_str key)
{
    const eng_lexicon_key text = eng_lexicon_key_of(key);
    uint32_t number;
    return eng_lexicon_number(&load->keys, &text, &number) ? &load->keys.entries.ptr[number] : NULL;
}

anc_status eng_load_next(eng_load *load, const eng_document *document, anc_err *err)
{
    const eng_block *b = load->builder.block;
    ANC_TRY(check_document(document, err));
    if (load->keys.entries.n == 0) {
        eng_entry *first = entry_of_key(load, eng_block_text(b, b->documents.ptr[0].key));
        if (first != NULL)
            first->n = 1;
    }
    eng_entry *entry = load->keys.entries.n > 0 ? entry_of_key(load, document->key) : NULL;
    if (entry != NULL && entry->n > 0)
        return ANC_FAIL(err, ANC_INVALID, "a load that has %.*s already", ANC_FMT(document->key));
    if (entry == NULL || !eng_builder_document(&load->builder, document))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to load a document");
    entry->n = 1;
    load->title_weight = title_weight_of(document);
    return ANC_OK;
}

void eng_load_abort(eng_load *load)
{
    if (load == NULL)
        return;
    eng_builder_done(&load->builder);
    eng_lexicon_done(&load->terms);
    eng_lexicon_done(&load->forms);
    eng_lexicon_done(&load->keys);
    free(load->counts.ptr);
    free(load->places.ptr);
    free(load->halves);
    free(load);
}

/* `times`: what it counts there. */
static bool count_term(eng_load *load, const eng_lexicon_key *key, uint32_t chunk, uint32_t times)
{
    uint32_t number;
    if (!eng_lexicon_number(&load->terms, key, &number))
        return false;
    eng_entry *term = &load->terms.entries.ptr[number];
    if (term->last_chunk == chunk) {
        load->counts.ptr[term->last_row].other += times;
        return true;
    }
    if (load->counts.n == UINT32_MAX || !ENG_ROOM(load->counts, 1))
        return false;
    term->last_chunk = chunk;
    term->last_row = (uint32_t)load->counts.n;
    term->n++;
    load->counts.ptr[load->counts.n++] = (load_row){number, chunk, times};
    return true;
}

static bool place_form(eng_load *load, const eng_lexicon_key *key, uint32_t chunk,
                       uint32_t position)
{
    uint32_t number;
    if (!eng_lexicon_number(&load->forms, key, &number) || !ENG_ROOM(load->places, 1))
        return false;
    load->forms.entries.ptr[number].n++;
    load->places.ptr[load->places.n++] = (load_row){number, chunk, position};
    return true;
}

/* Whether the document that is being loaded has chunks yet. */
static bool has_chunks(const eng_block *b)
{
    return b->documents.ptr[b->documents.n - 1].n_chunks > 0;
}

static anc_status check_chunk(const eng_load *load, const eng_chunk *chunk, anc_err *err)
{
    const uint32_t n = eng_block_chunks(load->builder.block);
    if (n >= ENG_MAX_DOCUMENT_CHUNKS)
        return ANC_FAIL(err, ANC_LIMIT, "a load of more than %d chunks",
                        (int)ENG_MAX_DOCUMENT_CHUNKS);
    if (has_chunks(load->builder.block) && chunk->ordinal <= load->last_ordinal)
        return ANC_FAIL(err, ANC_INVALID, "chunk %u comes after chunk %u", chunk->ordinal,
                        load->last_ordinal);
    for (size_t i = 0; i < chunk->n_terms; i++) {
        const eng_term *term = &chunk->terms[i];
        if (term->text.len == 0 || term->text.len > ENG_MAX_TERM_BYTES ||
            term->form.len > ENG_MAX_TERM_BYTES)
            return ANC_FAIL(err, ANC_INVALID, "a term of %zu bytes and a form of %zu, at most %d",
                            term->text.len, term->form.len, (int)ENG_MAX_TERM_BYTES);
    }
    if (chunk->vector != NULL && load->dims == 0)
        return ANC_FAIL(err, ANC_INVALID, "a vector for an index without vectors");
    if (chunk->vector != NULL)
        return eng_vector_check(chunk->vector, load->dims, "a chunk's", err);
    return ANC_OK;
}

/* What it counts. */
static uint32_t times_of(const eng_load *load, const eng_term *term)
{
    return term->place == ENG_TITLE ? load->title_weight : 1;
}

/* Words that are no stop words, as often as they count; terms that share a position are one word. */
static uint32_t length_of(const eng_load *load, const eng_chunk *chunk)
{
    uint32_t length = 0;
    const eng_term *last = NULL;
    for (size_t i = 0; i < chunk->n_terms; i++) {
        const eng_term *term = &chunk->terms[i];
        if (term->is_stop)
            continue;
        if (last == NULL || last->place != term->place || last->position != term->position)
            length += times_of(load, term);
        last = term;
    }
    return length;
}

static inline __attribute__((always_inline)) void fetch(const eng_lexicon *lexicon,
                                                        const eng_lexicon_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        eng_lexicon_fetch_slot(lexicon, &keys[i]);
    for (size_t i = 0; i < n; i++)
        eng_lexicon_fetch_entry(lexicon, &keys[i]);
}

static bool count_some(eng_load *load, const eng_term *terms, size_t n, uint32_t row)
{
    eng_lexicon_key *const keys = load->some;
    for (size_t i = 0; i < n; i++)
        keys[i] = eng_lexicon_key_of(terms[i].text);
    fetch(&load->terms, keys, n);
    for (size_t i = 0; i < n; i++)
        if (!count_term(load, &keys[i], row, times_of(load, &terms[i])))
            return false;
    return true;
}

/* `text_from` is where positions of the text begin, behind those of the title. */
static bool place_some(eng_load *load, const eng_term *terms, size_t n, uint32_t row,
                       uint32_t *text_from)
{
    eng_lexicon_key *const keys = load->some;
    uint32_t positions[TOGETHER];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const bool in_title = terms[i].place == ENG_TITLE;
        if (in_title)
            *text_from = terms[i].position + 2;
        positions[m] = in_title ? terms[i].position : *text_from + terms[i].position;
        if (terms[i].form.len > 0)
            keys[m++] = eng_lexicon_key_of(terms[i].form);
    }
    fetch(&load->forms, keys, m);
    for (size_t i = 0; i < m; i++)
        if (!place_form(load, &keys[i], row, positions[i]))
            return false;
    return true;
}

/* Terms counted and forms placed; false when memory is out, and then a part of them is. */
static bool take_terms(eng_load *load, const eng_chunk *chunk, uint32_t row)
{
    uint32_t text_from = 0;
    for (size_t i = 0; i < chunk->n_terms; i += TOGETHER) {
        const size_t n = chunk->n_terms - i < TOGETHER ? chunk->n_terms - i : TOGETHER;
        if (!count_some(load, chunk->terms + i, n, row) ||
            !place_some(load, chunk->terms + i, n, row, &text_from))
            return false;
    }
    return true;
}

/* Takes back what take_terms did since the arrays had these lengths. */
static void give_back(eng_load *load, size_t counts, size_t places)
{
    for (; load->counts.n > counts; load->counts.n--) {
        eng_entry *term = &load->terms.entries.ptr[load->counts.ptr[load->counts.n - 1].text];
        term->n--;
        term->last_chunk = UINT32_MAX;
    }
    for (; load->places.n > places; load->places.n--)
        load->forms.entries.ptr[load->places.ptr[load->places.n - 1].text].n--;
}

anc_status eng_load_add(eng_load *load, const eng_chunk *chunk, anc_err *err)
{
    ANC_TRY(check_chunk(load, chunk, err));
    const uint32_t row = eng_block_chunks(load->builder.block);
    const size_t counts = load->counts.n, places = load->places.n;
    const bool ok = take_terms(load, chunk, row);
    if (chunk->vector != NULL)
        for (uint32_t i = 0; i < load->dims; i++)
            load->halves[i] = eng_half_of(chunk->vector[i]);
    if (!ok || !eng_builder_chunk(&load->builder, chunk->ordinal, length_of(load, chunk),
                                  chunk->vector != NULL ? load->halves : NULL)) {
        give_back(load, counts, places);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for chunk %u", chunk->ordinal);
    }
    load->last_ordinal = chunk->ordinal;
    return ANC_OK;
}

/* Two numbers of every row, those of one text side by side in the order of the rows. */
typedef struct columns {
    uint32_t *numbers; /* owned [entries], ascending by text */
    uint32_t *chunks;  /* owned [rows] */
    uint32_t *others;  /* owned [rows] */
    size_t *at;        /* owned [entries]: where the rows of a number end, once they are there */
} columns;

static void columns_done(columns *c)
{
    free(c->numbers);
    free(c->chunks);
    free(c->others);
    free(c->at);
}

/* Every row goes where those of its text end; what is written to soon is fetched before. */
static void columns_fill(columns *c, const load_rows *from)
{
    const size_t n = from->n;
    for (size_t i = 0; i < n; i++) {
        if (i + 2 * TOGETHER < n)
            __builtin_prefetch(&c->at[from->ptr[i + 2 * TOGETHER].text], 1);
        if (i + TOGETHER < n) {
            const size_t soon = c->at[from->ptr[i + TOGETHER].text];
            __builtin_prefetch(&c->chunks[soon], 1);
            __builtin_prefetch(&c->others[soon], 1);
        }
        const size_t at = c->at[from->ptr[i].text]++;
        c->chunks[at] = from->ptr[i].chunk;
        c->others[at] = from->ptr[i].other;
    }
}

/* False when memory is out. */
static bool columns_init(columns *c, const eng_lexicon *lexicon, const load_rows *from)
{
    const size_t n = lexicon->entries.n;
    *c = (columns){.numbers = eng_lexicon_sorted(lexicon),
                   .chunks = malloc((from->n + 1) * sizeof *c->chunks),
                   .others = malloc((from->n + 1) * sizeof *c->others),
                   .at = malloc((n + 1) * sizeof *c->at)};
    if (c->numbers == NULL || c->chunks == NULL || c->others == NULL || c->at == NULL)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        c->at[c->numbers[i]] = at;
        at += lexicon->entries.ptr[c->numbers[i]].n;
    }
    columns_fill(c, from);
    return true;
}

/* The rows of the text that is `i`-th in order, the entry of a later one being fetched. */
static size_t rows_of(const columns *c, const eng_lexicon *lexicon, size_t i, size_t *ret_from)
{
    const eng_entry *entries = lexicon->entries.ptr;
    if (i + TOGETHER < lexicon->entries.n)
        __builtin_prefetch(&entries[c->numbers[i + TOGETHER]]);
    const size_t n = entries[c->numbers[i]].n;
    *ret_from = c->at[c->numbers[i]] - n;
    return n;
}

static bool write_terms(eng_load *load)
{
    columns c;
    const eng_lexicon *terms = &load->terms;
    bool ok = columns_init(&c, terms, &load->counts);
    for (size_t i = 0, from; ok && i < terms->entries.n; i++) {
        const size_t n = rows_of(&c, terms, i, &from);
        ok = n == 0 || eng_builder_term(&load->builder, eng_lexicon_text(terms, c.numbers[i]),
                                        c.chunks + from, c.others + from, n);
    }
    columns_done(&c);
    return ok;
}

/* The places of one form: for each of its chunks [n] a list of positions. */
static bool write_form(eng_load *load, const uint32_t *chunks, const uint32_t *positions, size_t n)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && chunks[to] == chunks[from]; to++)
            continue;
        if (!eng_builder_places(&load->builder, chunks[from], positions + from, to - from))
            return false;
    }
    return true;
}

static bool write_forms(eng_load *load)
{
    columns c;
    const eng_lexicon *forms = &load->forms;
    bool ok = columns_init(&c, forms, &load->places);
    for (size_t i = 0, from; ok && i < forms->entries.n; i++) {
        const size_t n = rows_of(&c, forms, i, &from);
        ok = n == 0 || (eng_builder_form(&load->builder, eng_lexicon_text(forms, c.numbers[i])) &&
                        write_form(load, c.chunks + from, c.others + from, n));
    }
    columns_done(&c);
    return ok;
}

eng_block *eng_load_seal(eng_load *load)
{
    const bool ok = eng_builder_room(&load->builder, load->terms.entries.n, load->forms.entries.n,
                                     load->terms.texts.n + load->forms.texts.n) &&
                    write_terms(load) && write_forms(load);
    return ok ? eng_builder_finish(&load->builder) : NULL;
}
