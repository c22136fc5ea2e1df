/* counted.c - "How many invoices are overdue?", "Which are?": rows of a table counted, where the whole of it is known. On
 * a pool.
 *
 * The documents with rows among those that the search found, and those whose name has what is counted, are read from end
 * to end. Where exactly one table has the answer beyond doubt (domain/tally.h), the hits become the rows that were counted
 * and the number stands before them. Where rows are missing or torn, another table would have an answer too, or there
 * are too many to look at, the question is answered as any other.
 */
#include "base/str.h"
#include "rag/domain/extract.h"
#include "rag/domain/pointer.h"
#include "rag/domain/tables.h"
#include "rag/domain/tally.h"
#include "sheets_impl.h"

enum {
    DOCUMENTS = 6,      /* that are read */
    LISTED = 20,        /* of those whose name has what is counted */
    COLLECTIONS = 16,   /* in which they are looked for */
    WINDOWS = 16,       /* of RAG_WINDOW chunks, of a document */
    TABLES = 64,        /* of a document */
    WORD_BYTES_MIN = 4, /* of a word that documents are looked for by */
    SCRATCH_BYTES = 64 << 20,
    TALLY_BYTES = 64 << 20,
};

typedef struct row_at {
    kno_chunk_ref ref;
    uint64_t start, end;
} row_at;

typedef struct table {
    anc_str heading, columns;
    size_t first, n; /* of the rows of the document */
} table;

/* A document on its way through its chunks. */
typedef struct reading {
    anc_str texts[RAG_TALLY_ROWS];
    row_at at[RAG_TALLY_ROWS];
    size_t n;
    table tables[TABLES];
    size_t n_tables;
    uint32_t last; /* row; 0: none is open */
    uint32_t version;
    rag_sheets sheets; /* of a workbook */
    bool whole;        /* so far no row is missing or torn */
} reading;

typedef struct counting {
    rag_turn *turn;
    anc_str question;
    rag_pointer pointer;
    rag_named documents[DOCUMENTS];
    size_t n_documents;
    bool too_many;
    size_t answers; /* tables that have one */
    rag_named document;
    row_at rows[RAG_READ_PICKS]; /* [n_rows] the first that were counted */
    size_t n_rows, n, of;
} counting;

/* ---- which documents ------------------------------------------------------------------------- */

static void consider(counting *c, const rag_named *d)
{
    for (size_t i = 0; i < c->n_documents; i++)
        if (anc_str_eq(c->documents[i].collection, d->collection) &&
            anc_str_eq(c->documents[i].id, d->id))
            return;
    c->too_many = c->too_many || c->n_documents == DOCUMENTS;
    if (!c->too_many)
        c->documents[c->n_documents++] = *d;
}

/* Where a file is named, that one alone. */
static anc_status consider_named(counting *c, const rag_named *d)
{
    bool is = true;
    if (c->pointer.file.len > 0)
        ANC_TRY(rag_named_is(c->turn, c->turn->mem, c->question, &c->pointer, d, &is));
    if (is)
        consider(c, d);
    return ANC_OK;
}

static bool has_rows(const srch_hit *h)
{
    bool rows = h->columns.len > 0;
    for (size_t i = 0; i < h->n_places && !rows; i++)
        rows = h->places[i].row > 0;
    return rows;
}

static anc_status among_hits(counting *c, const srch_result *found)
{
    for (size_t i = 0; i < found->n; i++) {
        const srch_hit *h = &found->hits[i];
        const rag_named d = rag_named_of_hit(h);
        if (!has_rows(h))
            continue;
        ANC_TRY(consider_named(c, &d));
    }
    return ANC_OK;
}

/* Without "#7" of a row that is a document of its own. */
static bool is_part(const kno_document *d)
{
    return d->parent.len > 0;
}

static anc_status among_names(counting *c, anc_str collection, anc_str name)
{
    rag_turn *turn = c->turn;
    kno_document *found = NULL;
    size_t n = 0;
    ANC_TRY(kno_document_list(turn->rag->with.knowledge, &turn->call, collection, name, ANC_STR(""),
                              LISTED, &found, &n));
    c->too_many = c->too_many || n == LISTED;
    for (size_t i = 0; i < n; i++) {
        const rag_named d = rag_named_of_document(&found[i]);
        if (is_part(&found[i]))
            continue;
        ANC_TRY(consider_named(c, &d));
    }
    return ANC_OK;
}

/* The longest word of what is counted, without the letter that a plural may have added; empty: it is too short. */
static anc_str word_of(anc_str counted)
{
    anc_str best = ANC_STR("");
    for (anc_str one; anc_str_split(&counted, ' ', &one);)
        if (one.len > best.len)
            best = one;
    if (best.len <= WORD_BYTES_MIN)
        return best.len == WORD_BYTES_MIN ? best : ANC_STR("");
    return (unsigned char)best.ptr[best.len - 1] < 0x80 ? anc_str_sub(best, 0, best.len - 1) : best;
}

static anc_status find_documents(counting *c, const srch_result *found, anc_str counted)
{
    const rag_turn *turn = c->turn;
    const anc_str file = c->pointer.file;
    const anc_str name = file.len > 0 ? rag_pointer_last_part(file) : word_of(counted);
    ANC_TRY(among_hits(c, found));
    if (name.len == 0)
        return ANC_OK;
    if (turn->collections.n == 0)
        return among_names(c, ANC_STR(""), name);
    c->too_many = c->too_many || turn->collections.n > COLLECTIONS;
    for (size_t i = 0; i < turn->collections.n && i < COLLECTIONS; i++)
        ANC_TRY(among_names(c, turn->collections.items[i], name));
    return ANC_OK;
}

/* ---- all rows of one -------------------------------------------------------------------------- */

/* "Machines" of "Plant > Machines" */
static anc_str last_heading(anc_str path)
{
    anc_str rest = path;
    for (size_t at; (at = anc_str_find(rest, ANC_STR(" > "))) != SIZE_MAX;)
        rest = anc_str_sub(rest, at + 3, rest.len);
    return rest;
}

static void take_row(reading *r, const kno_chunk *c, const kno_place *place, uint64_t end)
{
    if (place->row == 1 && r->n_tables < TABLES) {
        const anc_str sheet =
            r->sheets.n > 0 ? rag_sheets_at(&r->sheets, c, place->at) : last_heading(c->heading);
        r->tables[r->n_tables++] =
            (table){.heading = sheet, .columns = rag_part_columns(c, place->at), .first = r->n};
        r->last = 0;
    }
    r->whole = r->whole && r->n < RAG_TALLY_ROWS && r->n_tables > 0 && place->row == r->last + 1 &&
               (r->n == 0 || c->ref.version == r->version);
    if (!r->whole)
        return;
    r->version = c->ref.version;
    r->last = place->row;
    r->texts[r->n] = anc_str_trim(anc_str_sub(c->text, place->at - c->start, end - place->at));
    r->at[r->n++] = (row_at){c->ref, place->at, end};
    r->tables[r->n_tables - 1].n++;
}

static void take_chunk(reading *r, const kno_chunk *c)
{
    for (size_t i = 0; i < c->n_places && r->whole; i++) {
        const uint64_t end = i + 1 < c->n_places ? c->places[i + 1].at : c->end;
        if (c->places[i].row > 0 && end > c->places[i].at)
            take_row(r, c, &c->places[i], end);
    }
}

static anc_status read_all(counting *c, const rag_named *d, anc_arena *mem, reading *r)
{
    rag_turn *turn = c->turn;
    krn_call call = turn->call;
    kno_document found;
    call.mem = mem;
    size_t n = RAG_WINDOW;
    const anc_status there =
        kno_document_find(turn->rag->with.knowledge, &call, d->collection, d->id, &found);
    r->whole = there == ANC_OK;
    if (there == ANC_NOT_FOUND) {
        anc_err_clear(call.err);
        return ANC_OK;
    }
    ANC_TRY(there);
    ANC_TRY(rag_sheets_of(mem, &found, &r->sheets, call.err));
    rag_sheets_begin(&r->sheets);
    for (uint32_t from = 0; r->whole && n == RAG_WINDOW; from += RAG_WINDOW) {
        kno_chunk *chunks;
        bool gone = false;
        r->whole = from < (uint32_t)WINDOWS * RAG_WINDOW;
        if (!r->whole)
            return ANC_OK;
        const anc_status status = rag_window_read(turn, &call, d, from, &chunks, &n, &gone);
        r->whole = status == ANC_OK && !gone;
        if (status == ANC_LIMIT) {
            anc_err_clear(call.err);
            return ANC_OK;
        }
        ANC_TRY(status);
        for (size_t i = 0; i < n; i++)
            take_chunk(r, &chunks[i]);
    }
    return ANC_OK;
}

/* ---- the number ------------------------------------------------------------------------------- */

static void keep_answer(counting *c, const rag_named *d, const reading *r, const table *t,
                        const bool *rows, size_t n)
{
    if (c->answers++ > 0)
        return;
    c->document = *d;
    c->n = n;
    c->of = t->n;
    for (size_t i = 0; i < t->n && c->n_rows < RAG_READ_PICKS; i++)
        if (rows[i])
            c->rows[c->n_rows++] = r->at[t->first + i];
}

static anc_status count_in(counting *c, const rag_named *d, const reading *r, const table *t)
{
    rag_turn *turn = c->turn;
    ANC_ARENA(mem, TALLY_BYTES);
    bool *rows = mem != NULL ? anc_arena_alloc(mem, t->n, sizeof *rows) : NULL;
    size_t n = 0;
    if (rows == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory to count rows");
    const anc_str sheet = c->pointer.sheet;
    if (sheet.len > 0 && !anc_str_eq_nocase(sheet, t->heading))
        return ANC_OK;
    const rag_tally_table all = {.title = d->title,
                                 .uri = d->uri,
                                 .heading = t->heading,
                                 .columns = t->columns,
                                 .rows = r->texts + t->first,
                                 .n = t->n,
                                 .named = c->pointer.file.len > 0 || sheet.len > 0};
    const anc_status status = rag_tally_count(mem, c->question, &all, rows, &n, &turn->err);
    if (status == ANC_LIMIT) {
        anc_err_clear(&turn->err);
        c->too_many = true;
        return ANC_OK;
    }
    ANC_TRY(status);
    if (n > 0)
        keep_answer(c, d, r, t, rows, n);
    return ANC_OK;
}

static anc_status count_document(counting *c, const rag_named *d)
{
    ANC_ARENA(mem, SCRATCH_BYTES);
    reading *r = mem != NULL ? anc_arena_alloc(mem, 1, sizeof *r) : NULL;
    if (r == NULL)
        return ANC_FAIL(&c->turn->err, ANC_NO_MEMORY, "no memory to read a document");
    r->n = r->n_tables = 0;
    r->last = r->version = 0;
    r->whole = true;
    ANC_TRY(read_all(c, d, mem, r));
    c->too_many = c->too_many || !r->whole;
    for (size_t i = 0; i < r->n_tables && r->whole; i++) {
        ANC_TRY(krn_call_check(c->turn->rag->with.clock, &c->turn->call));
        ANC_TRY(count_in(c, d, r, &r->tables[i]));
    }
    return ANC_OK;
}

/* ---- what is answered ------------------------------------------------------------------------- */

/* "3 of 12 rows: " */
static anc_status say_number(counting *c)
{
    static const struct {
        const char *before, *behind;
    } sayings[TXT_LANGUAGE_COUNT] = {
        [TXT_EN] = {" of ", " rows: "},    [TXT_FR] = {" lignes sur ", " : "},
        [TXT_DE] = {" von ", " Zeilen: "}, [TXT_ES] = {" de ", " filas: "},
        [TXT_IT] = {" righe su ", ": "},   [TXT_PT] = {" de ", " linhas: "},
    };
    rag_turn *turn = c->turn;
    const bool knows = sayings[turn->language].before != NULL;
    const txt_language language = knows ? turn->language : TXT_EN;
    const bool one_french = language == TXT_FR && c->n == 1;
    turn->lead = anc_arena_printf(turn->mem, "%zu%s%zu%s", c->n,
                                  one_french ? " ligne sur " : sayings[language].before, c->of,
                                  sayings[language].behind);
    turn->counted = c->n;
    return turn->lead.ptr != NULL
               ? ANC_OK
               : ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for an answer");
}

static anc_status show_rows(counting *c, srch_result *found)
{
    rag_turn *turn = c->turn;
    srch_hit *hits = anc_arena_alloc(turn->mem, c->n_rows, sizeof *hits);
    size_t n = 0;
    if (hits == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages",
                        c->n_rows);
    for (size_t i = 0; i < c->n_rows && n < turn->top_k; i++) {
        bool there = false;
        kno_chunk_ref ref =
            c->rows[i].ref; /* its names went with what the document was read into */
        ref.collection = c->document.collection;
        ref.document_id = c->document.id;
        ANC_TRY(rag_part_take(turn, &c->document, &ref, c->rows[i].start, c->rows[i].end, &hits[n],
                              &there));
        if (!there)
            return ANC_OK; /* it was changed meanwhile */
        n++;
    }
    ANC_TRY(say_number(c));
    found->hits = hits;
    found->n = n;
    turn->pointed = true;
    return ANC_OK;
}

anc_status rag_counted_take(rag_turn *turn, srch_result *found)
{
    counting c = {.turn = turn, .question = turn->query, .pointer = rag_pointer_of(turn->query)};
    bool counts = false;
    bool lists = false;
    anc_str counted;
    if (turn->pointed || turn->mode == SRCH_METADATA || turn->filters != NULL ||
        turn->sought.len > 0 || c.pointer.kind == RAG_POINTS_PAGE ||
        c.pointer.kind == RAG_POINTS_ROW || c.pointer.sheet_number > 0)
        return ANC_OK;
    ANC_TRY(rag_tally_counted(turn->mem, c.question, &counts, &counted, &turn->err));
    if (!counts)
        return ANC_OK;
    ANC_TRY(find_documents(&c, found, counted));
    for (size_t i = 0; i < c.n_documents && !c.too_many && c.answers < 2; i++)
        ANC_TRY(count_document(&c, &c.documents[i]));
    ANC_TRY(rag_tally_lists(turn->mem, c.question, &lists, &turn->err));
    /* a row that is alone is an answer as any other */
    return c.answers == 1 && !c.too_many && (c.n > 1 || !lists) ? show_rows(&c, found) : ANC_OK;
}
