/* counted.c - "How many invoices are overdue?", "Which are?", "What is their total amount?": rows of a table counted, where
 * the whole of it is known. On a pool.
 *
 * The documents with rows among those that the search found, and those whose name has what is counted, are read from end
 * to end, twice; those that are called just that come first, and where one of them has the answer it is the one. Where
 * exactly one table has the answer beyond doubt (domain/tally.h), the hits become the rows that were counted and the number
 * stands before them. Where rows are missing or torn, another table would have an answer too, or there are too many to look
 * at, the question is answered as any other; a table that is too large is named in a warning.
 */
#include "base/str.h"
#include "rag/domain/extract.h"
#include "rag/domain/pointer.h"
#include "rag/domain/select.h"
#include "rag/domain/tally.h"
#include "tabled_impl.h"

enum {
    DOCUMENTS = 6,      /* that are read */
    LISTED = 20,        /* of those whose name has what is counted */
    COLLECTIONS = 16,   /* in which they are looked for */
    TABLES = 64,        /* of a document */
    WORD_BYTES_MIN = 4, /* of a word that documents are looked for by */
    READ_MS = 8000,     /* for reading all of them, twice */
    TALLY_BYTES = 64 << 20,
};

typedef struct row_at {
    kno_chunk_ref ref;
    uint64_t start, end;
} row_at;

/* A table of the document that is read. */
typedef struct table {
    rag_tally *tally;
    bool may;                  /* it may have the answer */
    row_at rows[RAG_ROWS_MAX]; /* [n_rows] the first that the answer stands on */
    size_t n_rows;
} table;

typedef struct counting {
    rag_turn *turn;
    anc_str question;
    rag_pointer pointer;
    rag_tally_wish wish;
    int64_t until_ns;
    rag_named documents[DOCUMENTS];
    size_t n_documents;
    bool too_many;

    /* the document at hand */
    const rag_named *at;
    anc_arena *mem;
    table *tables; /* [n_tables] */
    size_t n_tables, next;
    uint32_t version; /* of its rows when they were looked at */

    size_t answers; /* tables that have one */
    size_t called;  /* and of those that are called what the first of all is asked of */
    rag_named document;
    table found; /* without its tally */
    rag_tally_answer answer;
    anc_str
        large; /* name of a document that was too large to be counted in, and would have been; NULL: none */
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

/* A word without the letter that a plural may have added; empty: it is too short. */
static anc_str trunk_of(anc_str word)
{
    if (word.len <= WORD_BYTES_MIN)
        return word.len == WORD_BYTES_MIN ? word : ANC_STR("");
    return (unsigned char)word.ptr[word.len - 1] < 0x80 ? anc_str_sub(word, 0, word.len - 1) : word;
}

static bool has_nocase(anc_str text, anc_str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (anc_str_eq_nocase(anc_str_sub(text, i, part.len), part))
            return true;
    return false;
}

/* Whether a word of what is counted stands over the rows, in the names of their columns (without these: in the rows) or in
 * that of their document. */
static bool names_what(const counting *c, const srch_hit *h)
{
    const anc_str rows = h->columns.len > 0 ? h->columns : h->text;
    for (size_t i = 0; i < c->wish.n_names; i++) {
        const anc_str trunk = trunk_of(c->wish.names[i]);
        if (trunk.len > 0 && (has_nocase(rows, trunk) || has_nocase(h->title, trunk) ||
                              has_nocase(h->uri, trunk) || has_nocase(h->heading, trunk)))
            return true;
    }
    return false;
}

static anc_status among_rows(counting *c, const srch_result *found, bool named)
{
    for (size_t i = 0; i < found->n; i++) {
        const srch_hit *h = &found->hits[i];
        const rag_named d = rag_named_of_hit(h);
        if (!has_rows(h) || (named && !names_what(c, h)))
            continue;
        ANC_TRY(consider_named(c, &d));
    }
    return ANC_OK;
}

/* Where there are too many, those that name what is counted. */
static anc_status among_hits(counting *c, const srch_result *found)
{
    const size_t before = c->n_documents;
    ANC_TRY(among_rows(c, found, false));
    if (!c->too_many || c->wish.n_names == 0)
        return ANC_OK;
    c->n_documents = before;
    c->too_many = false;
    return among_rows(c, found, true);
}

/* Without "#7" of a row that is a document of its own. */
static bool is_part(const kno_document *d)
{
    return d->parent.len > 0;
}

/* Whether that is what the name says, but for one letter of a plural and of what kind the file is. */
static bool says_just(anc_str name, anc_str word)
{
    enum { PLURAL = 1 };
    const anc_str trunk = trunk_of(word);
    const size_t dot = anc_str_find(name, ANC_STR("."));
    const anc_str stem = anc_str_sub(name, 0, dot < name.len ? dot : name.len);
    return trunk.len > 0 && stem.len >= trunk.len && stem.len <= word.len + PLURAL &&
           anc_str_eq_nocase(anc_str_sub(stem, 0, trunk.len), trunk);
}

static bool is_called(const kno_document *d, anc_str word)
{
    return says_just(d->title, word) || says_just(rag_pointer_last_part(d->uri), word);
}

/* Those whose name has the word; with `just` those that are called so and nothing else, unless there are too many to tell. */
static anc_status among_names(counting *c, anc_str collection, anc_str word, bool just)
{
    rag_turn *turn = c->turn;
    kno_document *found = NULL;
    size_t n = 0;
    const anc_str name = c->pointer.file.len > 0 ? word : trunk_of(word);
    if (name.len == 0)
        return ANC_OK;
    ANC_TRY(kno_document_list(turn->rag->with.knowledge, &turn->call, collection, name, ANC_STR(""),
                              LISTED, &found, &n));
    if (just && n == LISTED)
        return ANC_OK;
    c->too_many = c->too_many || n == LISTED;
    for (size_t i = 0; i < n; i++) {
        const rag_named d = rag_named_of_document(&found[i]);
        if (is_part(&found[i]) || (just && !is_called(&found[i], word)))
            continue;
        ANC_TRY(consider_named(c, &d));
    }
    return ANC_OK;
}

static anc_status among_all_names(counting *c, anc_str word, bool just)
{
    const rag_turn *turn = c->turn;
    if (turn->collections.n == 0)
        return among_names(c, ANC_STR(""), word, just);
    c->too_many = c->too_many || turn->collections.n > COLLECTIONS;
    for (size_t i = 0; i < turn->collections.n && i < COLLECTIONS; i++)
        ANC_TRY(among_names(c, turn->collections.items[i], word, just));
    return ANC_OK;
}

/* The documents that are called what is counted, and nothing else. */
static anc_status find_called(counting *c)
{
    for (size_t i = 0; i < c->wish.n_names && c->pointer.file.len == 0; i++)
        ANC_TRY(among_all_names(c, c->wish.names[i], true));
    return ANC_OK;
}

static anc_status find_documents(counting *c, const srch_result *found)
{
    const anc_str file = c->pointer.file;
    ANC_TRY(among_hits(c, found));
    if (file.len > 0)
        return among_all_names(c, rag_pointer_last_part(file), false);
    return c->wish.n_names > 0 ? among_all_names(c, c->wish.names[0], false) : ANC_OK;
}

/* The hit whose row answers best; found->n where anything else would do so better. */
static anc_status best_row(const counting *c, const srch_result *found, size_t *ret)
{
    rag_turn *turn = c->turn;
    ANC_ARENA(scratch, TALLY_BYTES);
    rag_passage *passages = anc_arena_alloc(turn->mem, found->n, sizeof *passages);
    if (passages == NULL || scratch == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory for %zu passages", found->n);
    for (size_t i = 0; i < found->n; i++)
        ANC_TRY(rag_passage_of_hit(turn, &found->hits[i], &passages[i]));
    ANC_TRY(rag_select_row(scratch, c->question, passages, found->n, ret, &turn->err));
    if (*ret < found->n && !has_rows(&found->hits[*ret]))
        *ret = found->n;
    return ANC_OK;
}

/* The document whose row answers best, and no other. */
static anc_status find_best_row(counting *c, const srch_result *found)
{
    size_t best;
    ANC_TRY(best_row(c, found, &best));
    if (best == found->n)
        return ANC_OK;
    const rag_named d = rag_named_of_hit(&found->hits[best]);
    return consider_named(c, &d);
}

/* ---- its rows, twice -------------------------------------------------------------------------- */

static anc_status look_at_table(void *self, const rag_tabled_head *head, bool *go_on)
{
    counting *c = self;
    const anc_str sheet = c->pointer.sheet;
    *go_on = c->n_tables < TABLES;
    if (!*go_on)
        return ANC_OK;
    table *t = &c->tables[c->n_tables++];
    t->may = sheet.len == 0 || anc_str_eq_nocase(sheet, head->heading);
    rag_tally_table is = {.title = c->at->title,
                          .uri = c->at->uri,
                          .heading = head->heading,
                          .columns = head->columns,
                          .named = c->pointer.file.len > 0 || sheet.len > 0};
    (void)txt_language_find(head->language, &is.language);
    return t->may ? rag_tally_new(c->mem, c->question, &is, &t->tally, &c->turn->err) : ANC_OK;
}

static anc_status look_at_row(void *self, anc_arena *scratch, const rag_tabled_row *row,
                              bool *go_on)
{
    counting *c = self;
    const table *t = &c->tables[c->n_tables - 1];
    c->version = row->ref.version;
    if (!t->may)
        return ANC_OK;
    ANC_TRY(rag_tally_look(t->tally, scratch, row->text, &c->turn->err));
    *go_on = !rag_tally_is_full(t->tally);
    return ANC_OK;
}

static anc_status take_table(void *self, const rag_tabled_head *head, bool *go_on)
{
    counting *c = self;
    (void)head;
    *go_on = c->next++ < c->n_tables;
    return ANC_OK;
}

static anc_status take_row(void *self, anc_arena *scratch, const rag_tabled_row *row, bool *go_on)
{
    counting *c = self;
    table *t = &c->tables[c->next - 1];
    rag_tally_row is = RAG_ROW_OUT;
    *go_on = row->ref.version == c->version; /* else it was replaced, and its cells are others */
    if (!t->may || !*go_on)
        return ANC_OK;
    ANC_TRY(rag_tally_take(t->tally, scratch, row->text, &is, &c->turn->err));
    if (is == RAG_ROW_ANEW)
        t->n_rows = 0;
    if (is != RAG_ROW_OUT && t->n_rows < RAG_ROWS_MAX)
        t->rows[t->n_rows++] = (row_at){row->ref, row->start, row->end};
    return ANC_OK;
}

/* Which of the tables may have the answer; *ret: how many. */
static anc_status settle(counting *c, size_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < c->n_tables; i++) {
        table *t = &c->tables[i];
        if (t->may)
            ANC_TRY(rag_tally_settle(t->tally, &t->may, &c->turn->err));
        *ret += t->may;
    }
    return ANC_OK;
}

/* "The cheapest plan": a table of plans has it before one of anything else. */
static bool is_called_first(const rag_tally_answer *a)
{
    return a->called && (a->says == RAG_TALLY_MOST || a->says == RAG_TALLY_LEAST);
}

/* Whether the answer is the one to keep, of those that there were so far. */
static bool is_kept(counting *c, const rag_tally_answer *a)
{
    const bool first = is_called_first(a);
    c->answers++;
    c->called += first;
    return first ? c->called == 1 : c->answers == 1;
}

static anc_status keep_answers(counting *c)
{
    for (size_t i = 0; i < c->n_tables; i++) {
        const table *t = &c->tables[i];
        rag_tally_answer answer = {.n = 0};
        if (t->may)
            rag_tally_end(t->tally, &answer);
        if (answer.n == 0 || !is_kept(c, &answer))
            continue;
        c->document = *c->at;
        c->found = *t;
        c->answer = answer;
        c->answer.column = anc_arena_copy(c->turn->mem, answer.column);
        c->answer.figure = anc_arena_copy(c->turn->mem, answer.figure);
        if (c->answer.column.ptr == NULL || c->answer.figure.ptr == NULL)
            return ANC_FAIL(&c->turn->err, anc_arena_refusal(c->turn->mem),
                            "no room for an answer");
    }
    return ANC_OK;
}

/* One of its tables, as far as it was read, would have been counted in. */
static void keep_large(counting *c)
{
    c->too_many = true;
    c->large = c->at->title.len > 0 ? c->at->title : c->at->id;
}

static anc_status read_document(counting *c)
{
    const rag_tabled_sink looks = {look_at_table, look_at_row, c};
    const rag_tabled_sink takes = {take_table, take_row, c};
    rag_tabled_end end = RAG_TABLED_TORN;
    size_t n = 0;
    ANC_TRY(rag_tabled_read(c->turn, c->at, c->until_ns, &looks, &end));
    c->too_many = c->too_many || end != RAG_TABLED_WHOLE;
    if (end != RAG_TABLED_TORN)
        ANC_TRY(settle(c, &n));
    if (n > 0 && end != RAG_TABLED_WHOLE)
        keep_large(c);
    if (n == 0 || end != RAG_TABLED_WHOLE)
        return ANC_OK;
    ANC_TRY(rag_tabled_read(c->turn, c->at, c->until_ns, &takes, &end));
    if (end == RAG_TABLED_LATE)
        keep_large(c);
    c->too_many = c->too_many || end != RAG_TABLED_WHOLE || c->next != c->n_tables;
    return c->too_many ? ANC_OK : keep_answers(c);
}

static anc_status count_document(counting *c, const rag_named *d)
{
    ANC_ARENA(mem, TALLY_BYTES);
    c->tables = mem != NULL ? anc_arena_alloc(mem, TABLES, sizeof *c->tables) : NULL;
    if (c->tables == NULL)
        return ANC_FAIL(&c->turn->err, ANC_NO_MEMORY, "no memory to read a document");
    c->at = d;
    c->mem = mem;
    c->n_tables = c->next = 0;
    const anc_status status = read_document(c);
    c->mem = NULL;
    c->tables = NULL;
    if (status != ANC_LIMIT)
        return status;
    anc_err_clear(&c->turn->err);
    c->too_many = true;
    return ANC_OK;
}

/* ---- what is answered ------------------------------------------------------------------------- */

/* How many of the rows that it stands on are shown: as many as passages were asked for; else all that may be told, but of a
 * sum of many the first alone. */
static size_t shown(const counting *c)
{
    enum { SUMMANDS = 5 };
    const bool sum = c->answer.says == RAG_TALLY_TOTAL || c->answer.says == RAG_TALLY_MEAN;
    const size_t most = sum && c->answer.in > SUMMANDS ? 1
                        : c->turn->asked_top_k > 0     ? c->turn->asked_top_k
                                                       : RAG_ROWS_MAX;
    return c->found.n_rows < most ? c->found.n_rows : most;
}

static anc_status show_rows(counting *c, srch_result *found)
{
    rag_turn *turn = c->turn;
    const size_t most = shown(c);
    srch_hit *hits = anc_arena_alloc(turn->mem, c->found.n_rows, sizeof *hits);
    size_t n = 0;
    if (hits == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages",
                        c->found.n_rows);
    for (size_t i = 0; i < most; i++) {
        bool there = false;
        const row_at *row = &c->found.rows[i];
        kno_chunk_ref ref = row->ref; /* its names went with what the document was read into */
        ref.collection = c->document.collection;
        ref.document_id = c->document.id;
        ANC_TRY(rag_part_take(turn, &c->document, &ref, row->start, row->end, &hits[n], &there));
        if (!there)
            return ANC_OK; /* it was changed meanwhile */
        n++;
    }
    ANC_TRY(rag_counted_say(turn, &c->answer));
    found->hits = hits;
    found->n = n;
    turn->top_k = n > turn->top_k ? (uint32_t)n : turn->top_k;
    turn->pointed = true;
    return ANC_OK;
}

/* Said beside whatever else the question is answered by. */
static anc_status warn_of_large(const counting *c)
{
    rag_turn *turn = c->turn;
    rag_answer *a = &turn->answer;
    srch_warning *warnings = anc_arena_alloc(turn->mem, a->n_warnings + 1, sizeof *warnings);
    const anc_str message = anc_arena_printf(
        turn->mem,
        "'%.*s' is too large for its rows to be counted for a question: that is done of at most "
        "%d rows in %d tables, as far as they are read in %d seconds",
        ANC_FMT(c->large), RAG_TALLY_ROWS, TABLES, READ_MS / 1000);
    if (warnings == NULL || message.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a warning");
    for (size_t i = 0; i < a->n_warnings; i++)
        warnings[i] = a->warnings[i];
    warnings[a->n_warnings++] = (srch_warning){.pointer = ANC_STR(""), .message = message};
    a->warnings = warnings;
    return ANC_OK;
}

static bool is_of(const counting *c, const srch_hit *h)
{
    return anc_str_eq(h->document_id, c->document.id) &&
           anc_str_eq(h->collection, c->document.collection);
}

static bool is_named(const counting *c)
{
    return c->answer.called || c->pointer.file.len > 0 || c->pointer.sheet.len > 0;
}

/* A figure is that of the document that fits the question best, or whose row answers best, that is called so, or that it names; so
 * are all rows of a table of which only the first column is called so: else a sentence may say how many there are. A
 * row that is alone is an answer as any other, unless another document's row would be told for it. */
static anc_status is_answered(const counting *c, const srch_result *found, bool *ret)
{
    const bool figure = c->answer.says != RAG_TALLY_COUNT;
    const bool rows = c->answer.n > 1 || !c->wish.lists || c->wish.compares;
    size_t best;
    *ret = (c->called == 1 || c->answers == 1) && !c->too_many;
    const bool sure = figure ? is_named(c) || (found->n > 0 && is_of(c, &found->hits[0])) : rows;
    if (!*ret || (sure && !c->answer.by_column))
        return ANC_OK;
    ANC_TRY(best_row(c, found, &best));
    *ret = best < found->n && is_of(c, &found->hits[best]) == (figure || c->answer.by_column);
    return ANC_OK;
}

static anc_status count_from(counting *c, size_t first)
{
    const bool ranks = c->wish.says == RAG_TALLY_MOST || c->wish.says == RAG_TALLY_LEAST;
    for (size_t i = first; i < c->n_documents && !c->too_many; i++) {
        if (ranks ? c->called > 1 : c->answers > 1)
            break;
        ANC_TRY(count_document(c, &c->documents[i]));
    }
    return ANC_OK;
}

anc_status rag_counted_take(rag_turn *turn, srch_result *found)
{
    counting c = {.turn = turn, .question = turn->query, .pointer = rag_pointer_of(turn->query)};
    if (turn->pointed || turn->mode == SRCH_METADATA || turn->filters != NULL ||
        turn->sought.len > 0 || c.pointer.kind == RAG_POINTS_PAGE ||
        c.pointer.kind == RAG_POINTS_ROW || c.pointer.sheet_number > 0)
        return ANC_OK;
    ANC_TRY(rag_tally_wished(turn->mem, c.question, &c.wish, &turn->err));
    if (!c.wish.asks)
        return ANC_OK;
    c.until_ns = krn_now_ns(turn->rag->with.clock) + (int64_t)READ_MS * 1000000;
    ANC_TRY(find_called(&c));
    ANC_TRY(count_from(&c, 0));
    const size_t called = c.n_documents;
    if (c.answers != 1 || !c.answer.called || c.too_many) {
        ANC_TRY(c.wish.by_row ? find_best_row(&c, found) : find_documents(&c, found));
        ANC_TRY(count_from(&c, called));
    }
    if (c.large.ptr != NULL)
        return warn_of_large(&c);
    bool answered;
    ANC_TRY(is_answered(&c, found, &answered));
    return answered ? show_rows(&c, found) : ANC_OK;
}
