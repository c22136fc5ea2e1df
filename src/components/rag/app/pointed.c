/* pointed.c - "What is in row 7 of depots.csv?": the passages that a question names itself. On a pool.
 *
 * The document is one of those that the search found, or has the file name that was given. Its chunks know
 * where their pages and rows begin; the passage is cut down to the one that was named. A row that is a document of its
 * own is it as a whole. Where no document is said the only one that has such a row or page is meant, else it is asked
 * which. Of a document that has rows or pages but not that one nothing is found; where there is no such document, or it has none
 * at all, the question is answered as any other.
 */
#include "base/str.h"
#include "rag/domain/cues.h"
#include "rag/domain/pointer.h"
#include "sheets_impl.h"
#include "text/language.h"

enum {
    DOCUMENTS = 3,     /* of one name that are looked into */
    PROBED = 200,      /* in which a page is looked for where it is not said which document */
    LISTED = 50,       /* of those whose name, title or uri has the file's name in it */
    COLLECTIONS = 16,  /* in which a file is looked for */
    PASSAGES = 8,      /* that a page may have */
    WINDOWS = 64,      /* of RAG_WINDOW chunks, of a document */
    LOOKED_INTO = 256, /* windows, of all documents together, where it is not said which */
    CANDIDATES = 5,    /* that are named where it is not said which document */
    REPLY_BYTES = 8 << 10,
    SCRATCH_BYTES = 64 << 20,
};

typedef struct looking {
    rag_turn *turn;
    anc_arena *scratch;
    anc_str question;
    rag_pointer pointer;
    rag_named documents[DOCUMENTS];
    size_t n_documents;
    uint32_t from, until; /* pages or rows that are wanted of the one that is looked into */
    bool in_sheet;        /* … of one of its sheets */
    rag_sheets sheets;
    uint64_t sheet_from, sheet_to; /* bytes of that in the chunk at hand */
    bool counted;                  /* they have pages, or rows */
    bool has;                      /* the one that is looked into has the place */
    size_t windows;                /* that may still be read where it is not said which document */
    srch_hit hits[PASSAGES];
    size_t n;
    size_t before; /* of them, of the places that were looked for earlier */
    size_t room;   /* for all of them together */
    size_t most;   /* that there may be when the place at hand has been read */
    bool more;     /* stands there than there is room for */
} looking;

/* ---- which document ------------------------------------------------------------------------- */

static bool is_known(const looking *l, anc_str collection, anc_str id)
{
    for (size_t i = 0; i < l->n_documents; i++)
        if (anc_str_eq(l->documents[i].collection, collection) &&
            anc_str_eq(l->documents[i].id, id))
            return true;
    return false;
}

static anc_status consider(looking *l, const rag_named *d)
{
    bool is = false;
    const rag_pointer *p = &l->pointer;
    const uint32_t row = rag_pointer_row_of(d->title, d->uri);
    if (l->n_documents == DOCUMENTS || is_known(l, d->collection, d->id) ||
        (row > 0 && (p->kind != RAG_POINTS_ROW || row < p->number || row > p->until)))
        return ANC_OK;
    ANC_TRY(rag_named_is(l->turn, l->scratch, l->question, p, d, &is));
    if (is)
        l->documents[l->n_documents++] = *d;
    return ANC_OK;
}

static anc_status among_hits(looking *l, const srch_result *found)
{
    bool open = false;
    bool one = found->n > 0;
    for (size_t i = 0; i < found->n; i++) {
        const rag_named d = rag_named_of_hit(&found->hits[i]);
        ANC_TRY(consider(l, &d));
        one = one && anc_str_eq(d.id, found->hits[0].document_id);
    }
    ANC_TRY(rag_pointer_is_open(l->scratch, l->question, &l->pointer, &open, &l->turn->err));
    if (open && one && l->n_documents == 0 && l->pointer.sheet.len == 0)
        l->documents[l->n_documents++] = rag_named_of_hit(&found->hits[0]);
    return ANC_OK;
}

static anc_status among_files(looking *l, anc_str collection, anc_str name)
{
    kno_document *found = NULL;
    size_t n = 0;
    ANC_TRY(kno_document_list(l->turn->rag->with.knowledge, &l->turn->call, collection, name,
                              ANC_STR(""), LISTED, &found, &n));
    for (size_t i = 0; i < n; i++) {
        const rag_named d = rag_named_of_document(&found[i]);
        ANC_TRY(consider(l, &d));
    }
    return ANC_OK;
}

/* A caller's filters say what may be found, so then nothing is looked for beside the search. */
static anc_status find_documents(looking *l, const srch_result *found)
{
    const rag_turn *turn = l->turn;
    ANC_TRY(among_hits(l, found));
    const anc_str name = l->pointer.file.len > 0 ? rag_pointer_last_part(l->pointer.file)
                                                 : rag_pointer_word(l->question, &l->pointer);
    if (l->n_documents > 0 || name.len == 0 || turn->filters != NULL)
        return ANC_OK;
    if (turn->collections.n == 0)
        return among_files(l, ANC_STR(""), name);
    for (size_t i = 0; i < turn->collections.n && i < COLLECTIONS; i++)
        ANC_TRY(among_files(l, turn->collections.items[i], name));
    return ANC_OK;
}

/* ---- which part of it ------------------------------------------------------------------------ */

static uint32_t number_at(const looking *l, const kno_place *place)
{
    return l->pointer.kind == RAG_POINTS_PAGE ? place->page : place->row;
}

static bool is_there(looking *l, const kno_place *place)
{
    const uint32_t number = number_at(l, place);
    l->counted = l->counted || number > 0;
    return number >= l->from && number <= l->until &&
           (!l->in_sheet || (place->at >= l->sheet_from && place->at < l->sheet_to));
}

/* The bytes of the chunk that stand there; false: none. */
static bool part_of(looking *l, const kno_chunk *c, uint64_t *ret_start, uint64_t *ret_end)
{
    size_t i = 0;
    if (l->in_sheet && !rag_sheets_part(&l->sheets, c, &l->sheet_from, &l->sheet_to))
        return false;
    if (l->pointer.kind == RAG_POINTS_SHEET) {
        l->counted = true;
        *ret_start = l->sheet_from;
        *ret_end = l->sheet_to;
        return true;
    }
    while (i < c->n_places && !is_there(l, &c->places[i]))
        i++;
    if (i == c->n_places)
        return false;
    *ret_start = c->places[i].at;
    while (i < c->n_places && is_there(l, &c->places[i]))
        i++;
    *ret_end = i < c->n_places ? c->places[i].at : c->end;
    return *ret_start < *ret_end;
}

/* The bytes start..end of a chunk as a hit, where there is room for one; l->more where there is none. */
static anc_status add_part(looking *l, const rag_named *d, const kno_chunk_ref *ref, uint64_t start,
                           uint64_t end)
{
    bool there = false;
    l->more = l->n == l->most;
    if (l->more)
        return ANC_OK;
    ANC_TRY(rag_part_take(l->turn, d, ref, start, end, &l->hits[l->n], &there));
    l->n += there;
    return ANC_OK;
}

/* Of `n` chunks those parts that stand there; `ret_over`: the place has ended. Chunks may overlap, and a place
 * that goes on does so at the beginning of the next. */
static anc_status take_parts(looking *l, const rag_named *d, const kno_chunk *chunks, size_t n,
                             bool *ret_over)
{
    const bool whole = rag_pointer_row_of(d->title, d->uri) > 0;
    for (size_t i = 0; i < n && !*ret_over; i++) {
        const kno_chunk *c = &chunks[i];
        const bool goes_on = l->n > l->before;
        uint64_t start = c->start;
        uint64_t end = c->end;
        const bool there = whole || part_of(l, c, &start, &end);
        if (there && (!goes_on || start == c->start)) {
            const uint64_t told = goes_on ? l->hits[l->n - 1].end : 0;
            start = start < told ? told : start;
            if (start < end)
                ANC_TRY(add_part(l, d, &c->ref, start, end));
        }
        *ret_over = l->more || (l->n > l->before && (!there || end < c->end));
    }
    return ANC_OK;
}

typedef anc_status take_fn(looking *l, const rag_named *d, const kno_chunk *chunks, size_t n,
                           bool *ret_over);

/* Reads the chunks a window at a time, at most *windows, which is what is left of them afterwards. *ret_over: `take`
 * wants no more, or there are no more; what was deleted meanwhile, or has a damaged file, has none. */
static anc_status read_windows(looking *l, const rag_named *d, take_fn *take, size_t *windows,
                               bool *ret_over)
{
    *ret_over = false;
    for (uint32_t from = 0; *windows > 0 && !*ret_over; from += RAG_WINDOW) {
        ANC_ARENA(scratch, SCRATCH_BYTES);
        if (scratch == NULL)
            return ANC_FAIL(&l->turn->err, ANC_NO_MEMORY, "no memory for chunks");
        krn_call call = l->turn->call;
        kno_chunk *chunks;
        size_t n;
        bool gone;
        call.mem = scratch;
        --*windows;
        ANC_TRY(rag_window_read(l->turn, &call, d, from, &chunks, &n, &gone));
        if (!gone)
            ANC_TRY(take(l, d, chunks, n, ret_over));
        *ret_over = *ret_over || n < RAG_WINDOW;
    }
    return ANC_OK;
}

static anc_status take_last(looking *l, const rag_named *d, const kno_chunk *chunks, size_t n,
                            bool *ret_over)
{
    (void)d;
    *ret_over = false;
    for (size_t i = 0; i < n; i++) {
        const kno_chunk *c = &chunks[i];
        if (l->in_sheet && !rag_sheets_part(&l->sheets, c, &l->sheet_from, &l->sheet_to))
            continue;
        for (size_t k = 0; k < c->n_places; k++) {
            const kno_place *p = &c->places[k];
            const bool in = !l->in_sheet || (p->at >= l->sheet_from && p->at < l->sheet_to);
            if (in && number_at(l, p) > l->until)
                l->until = number_at(l, p);
        }
    }
    return ANC_OK;
}

/* Walks through the chunks until the place has ended. */
static anc_status walk(looking *l, const rag_named *d, uint32_t from, uint32_t until)
{
    size_t windows = WINDOWS;
    bool over = false;
    l->before = l->n;
    l->more = false;
    l->from = from;
    l->until = until;
    rag_sheets_begin(&l->sheets);
    return read_windows(l, d, take_parts, &windows, &over);
}

/* The last page or row there is, for which the chunks are walked through twice. */
static anc_status walk_last(looking *l, const rag_named *d)
{
    size_t windows = WINDOWS;
    bool over = false;
    l->until = 0;
    rag_sheets_begin(&l->sheets);
    ANC_TRY(read_windows(l, d, take_last, &windows, &over));
    return l->until > 0 && over ? walk(l, d, l->until, l->until) : ANC_OK;
}

/* What is left of the room is shared by `places`, each of which may have a passage. */
static void share_room(looking *l, size_t places)
{
    const size_t share = l->room > l->n ? (l->room - l->n) / places : 0;
    l->most = l->n + (share > 0 ? share : 1);
    l->most = l->most < PASSAGES ? l->most : PASSAGES;
}

/* "Pages 2, 5 and 9": each in its turn, and so the pages of "pages 2 to 4", where they are few; rows that follow one
 * another are one place. */
static anc_status walk_all(looking *l, const rag_named *d)
{
    const rag_pointer *p = &l->pointer;
    const bool apart = p->kind == RAG_POINTS_PAGE && p->until - p->number < PASSAGES;
    const uint32_t step = apart ? 1 : p->until - p->number + 1;
    size_t left = p->n_also + (apart ? p->until - p->number + 1 : 1);
    if (p->number == RAG_POINTS_LAST) {
        share_room(l, 1);
        return walk_last(l, d);
    }
    if (p->kind == RAG_POINTS_SHEET) {
        share_room(l, 1);
        return walk(l, d, 0, 0);
    }
    for (uint32_t at = p->number; at <= p->until && l->n < PASSAGES; at += step) {
        share_room(l, left--);
        ANC_TRY(walk(l, d, at, at + step - 1));
    }
    for (size_t i = 0; i < p->n_also && l->n < PASSAGES; i++) {
        share_room(l, left--);
        ANC_TRY(walk(l, d, p->also[i], p->also[i]));
    }
    l->before = l->n;
    return ANC_OK;
}

/* Whether a sheet is meant that what is no workbook cannot have: one of a name that is not its own, or another than the
 * first, of a file that is named besides. */
static bool is_no_such_sheet(const rag_pointer *p, const rag_named *d)
{
    if (p->kind == RAG_POINTS_SHEET)
        return true;
    if (p->file.len == 0)
        return false;
    if (p->sheet.len == 0)
        return p->sheet_number > 1 && p->sheet_number != RAG_POINTS_LAST;
    return !rag_phrase_in(rag_pointer_last_part(d->uri), p->sheet) &&
           !rag_phrase_in(d->title, p->sheet);
}

/* The sheet that is meant of the document; *ret_has false: it has none such. */
static anc_status choose_sheet(looking *l, const rag_named *d, bool *ret_has)
{
    const rag_pointer *p = &l->pointer;
    kno_document found;
    *ret_has = true;
    l->in_sheet = false;
    if (p->sheet.len == 0 && p->sheet_number == 0)
        return ANC_OK;
    const anc_status status = kno_document_find(l->turn->rag->with.knowledge, &l->turn->call,
                                                d->collection, d->id, &found);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(&l->turn->err);
        *ret_has = false;
        return ANC_OK;
    }
    ANC_TRY(status);
    ANC_TRY(rag_sheets_of(l->scratch, &found, &l->sheets, &l->turn->err));
    l->in_sheet = l->sheets.n > 0;
    *ret_has = l->in_sheet ? rag_sheets_want(&l->sheets, p) : !is_no_such_sheet(p, d);
    l->counted = l->counted || l->in_sheet || (!*ret_has && p->kind != RAG_POINTS_SHEET);
    return ANC_OK;
}

/* All that is read is shown where what stands there is wanted and nothing else: then it shares the room of the
 * sources. */
static anc_status read_document(looking *l, const rag_named *d)
{
    anc_str rest;
    bool has = false;
    ANC_TRY(choose_sheet(l, d, &has));
    if (!has)
        return ANC_OK;
    ANC_TRY(rag_pointer_rest(l->scratch, l->question, &l->pointer, d->title, d->uri, &rest,
                             &l->turn->err));
    l->room = rest.len == 0 && l->turn->top_k < PASSAGES ? l->turn->top_k : PASSAGES;
    return walk_all(l, d);
}

/* ---- where it is not said which document ------------------------------------------------------- */

/* One that has neither pages nor rows is known by its first chunks. */
static anc_status take_notice(looking *l, const rag_named *d, const kno_chunk *chunks, size_t n,
                              bool *ret_over)
{
    (void)d;
    l->counted = false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < chunks[i].n_places; k++)
            l->has = is_there(l, &chunks[i].places[k]) || l->has;
    *ret_over = l->has || !l->counted;
    return ANC_OK;
}

/* Whether the document has such a row or page; *ret_known: false where its end was not reached. */
static anc_status has_place(looking *l, const rag_named *d, bool *ret, bool *ret_known)
{
    const size_t most = l->windows < WINDOWS ? l->windows : WINDOWS;
    size_t left = most;
    l->has = false;
    l->from = l->until = l->pointer.number;
    ANC_TRY(read_windows(l, d, take_notice, &left, ret_known));
    l->windows -= most - left;
    *ret = l->has;
    return ANC_OK;
}

typedef struct saying {
    const char *page, *row, *in, *more;
} saying;

/* By its title, and by its file, which may be all that the asker knows. */
static void name_document(anc_buf *out, const rag_named *d, const char *before)
{
    const anc_str file = rag_pointer_last_part(d->uri);
    anc_buf_printf(out, "%s\"%.*s\"", before, ANC_FMT(d->title.len > 0 ? d->title : d->id));
    if (d->title.len > 0 && rag_pointer_is_file(file) && !anc_str_eq(file, d->title))
        anc_buf_printf(out, " (%.*s)", ANC_FMT(file));
}

/* Asks which of the documents is meant. */
static anc_status ask_which(looking *l, const rag_named *found, size_t n, bool more)
{
    static const saying sayings[TXT_LANGUAGE_COUNT] = {
        [TXT_EN] = {"Which document is meant? There is a page ",
                    "Which document is meant? There is a row ", " in ", " and others."},
        [TXT_FR] = {"De quel document s'agit-il ? Il y a une page ",
                    "De quel document s'agit-il ? Il y a une ligne ", " dans ", " et d'autres."},
        [TXT_DE] = {"Welches Dokument ist gemeint? Es gibt eine Seite ",
                    "Welches Dokument ist gemeint? Es gibt eine Zeile ", " in ", " und anderen."},
        [TXT_ES] = {"¿De qué documento se trata? Hay una página ",
                    "¿De qué documento se trata? Hay una fila ", " en ", " y otros."},
        [TXT_IT] = {"Di quale documento si tratta? C'è una pagina ",
                    "Di quale documento si tratta? C'è una riga ", " in ", " e altri."},
        [TXT_PT] = {"De que documento se trata? Há uma página ",
                    "De que documento se trata? Há uma linha ", " em ", " e outros."},
    };
    rag_turn *turn = l->turn;
    const saying *s = &sayings[sayings[turn->language].page != NULL ? turn->language : TXT_EN];
    ANC_BUF(out, REPLY_BYTES);
    anc_buf_printf(&out, "%s%u%s", l->pointer.kind == RAG_POINTS_PAGE ? s->page : s->row,
                   (unsigned)l->pointer.number, s->in);
    for (size_t i = 0; i < n; i++)
        name_document(&out, &found[i], i > 0 ? ", " : "");
    anc_buf_add(&out, more ? anc_str_of(s->more) : ANC_STR("."));
    ANC_TRY(anc_buf_status(&out, "answer", &turn->err));
    turn->reply = anc_arena_copy(turn->mem, anc_buf_view(&out));
    if (turn->reply.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for an answer");
    return ANC_OK;
}

/* Of the first documents that may be read, the workbooks that have a sheet of the name. */
static anc_status find_sheets(looking *l, anc_str collection, rag_named *found, size_t *n,
                              bool *more)
{
    kno_document *all = NULL;
    size_t n_all = 0;
    ANC_TRY(kno_document_list(l->turn->rag->with.knowledge, &l->turn->call, collection, ANC_STR(""),
                              ANC_STR(""), PROBED, &all, &n_all));
    for (size_t i = 0; i < n_all; i++) {
        rag_sheets s;
        ANC_TRY(rag_sheets_of(l->scratch, &all[i], &s, &l->turn->err));
        if (!rag_sheets_want(&s, &l->pointer))
            continue;
        *more = *more || *n == CANDIDATES;
        if (*n < CANDIDATES)
            found[(*n)++] = rag_named_of_document(&all[i]);
    }
    *more = *more || n_all == PROBED;
    return ANC_OK;
}

/* Of the first documents that may be read, those that have the place: one is the one that is meant. *more: there are
 * others, or may be. */
static anc_status find_places(looking *l, anc_str collection, rag_named *found, size_t *n,
                              bool *more)
{
    kno_document *all = NULL;
    size_t n_all = 0;
    ANC_TRY(kno_document_list(l->turn->rag->with.knowledge, &l->turn->call, collection, ANC_STR(""),
                              ANC_STR(""), PROBED, &all, &n_all));
    bool enough = false;
    for (size_t i = 0; i < n_all && !enough; i++) {
        const rag_named d = rag_named_of_document(&all[i]);
        bool has = false;
        bool known = false;
        ANC_TRY(has_place(l, &d, &has, &known));
        enough = known ? has && *n == CANDIDATES : l->windows == 0;
        *more = *more || enough || !known;
        if (has && *n < CANDIDATES)
            found[(*n)++] = d;
    }
    *more = *more || n_all == PROBED;
    return ANC_OK;
}

/* Whether nothing is asked but what stands on a page of a document, which none of those known is called. */
static anc_status is_of_unknown(looking *l, bool *ret)
{
    rag_pointer all = l->pointer;
    anc_str rest;
    all.end = all.of_end > all.end ? all.of_end : all.end;
    ANC_TRY(rag_pointer_rest(l->scratch, l->question, &all, ANC_STR(""), ANC_STR(""), &rest,
                             &l->turn->err));
    *ret = rest.len == 0 && all.kind == RAG_POINTS_PAGE && all.number != RAG_POINTS_LAST;
    return ANC_OK;
}

/* A row or a page is asked for and nothing else, of no document or, a page, of one that is not known: the only one that
 * has it where none was said, or a question back. */
static anc_status find_any(looking *l, srch_result *found)
{
    rag_turn *turn = l->turn;
    rag_named candidates[CANDIDATES];
    size_t n = 0;
    bool more = false;
    bool open = false;
    bool unknown = false;
    anc_str rest;
    ANC_TRY(rag_pointer_is_open(l->scratch, l->question, &l->pointer, &open, &turn->err));
    if (!open)
        ANC_TRY(is_of_unknown(l, &unknown));
    ANC_TRY(rag_pointer_rest(l->scratch, l->question, &l->pointer, ANC_STR(""), ANC_STR(""), &rest,
                             &turn->err));
    const bool sheet = l->pointer.sheet.len > 0;
    if ((!open && !unknown) || (rest.len > 0 && !sheet && !unknown) || turn->filters != NULL ||
        (l->pointer.number == RAG_POINTS_LAST && !sheet) || (l->pointer.sheet_number > 0 && !sheet))
        return ANC_OK;
    const anc_str any = ANC_STR("");
    const size_t n_in = turn->collections.n > 0 ? turn->collections.n : 1;
    for (size_t i = 0; i < n_in && i < COLLECTIONS; i++) {
        const anc_str in = turn->collections.n > 0 ? turn->collections.items[i] : any;
        ANC_TRY(sheet ? find_sheets(l, in, candidates, &n, &more)
                      : find_places(l, in, candidates, &n, &more));
    }
    l->counted = unknown; /* what is told elsewhere does not stand there */
    if (n == 1 && !more && open)
        l->documents[l->n_documents++] = candidates[0];
    if (n == 0 || l->n_documents > 0 || l->pointer.kind == RAG_POINTS_SHEET ||
        l->pointer.number == RAG_POINTS_LAST || (rest.len > 0 && !unknown))
        return ANC_OK;
    found->n = 0;
    return ask_which(l, candidates, n, more);
}

/* ---- the step -------------------------------------------------------------------------------- */

static anc_status look(looking *l, srch_result *found)
{
    rag_turn *turn = l->turn;
    ANC_TRY(find_documents(l, found));
    if (l->pointer.number == 0) {
        bool open = false;
        ANC_TRY(rag_pointer_is_open(l->scratch, l->question, &l->pointer, &open, &turn->err));
        found->n = open || l->n_documents > 0 ? 0 : found->n;
        return ANC_OK; /* pages and rows begin with 1 */
    }
    if (l->n_documents == 0 && l->pointer.file.len == 0)
        ANC_TRY(find_any(l, found));
    size_t of = 0;
    for (; of < l->n_documents && l->n == 0; of++)
        ANC_TRY(read_document(l, &l->documents[of]));
    if (l->n == 0) {
        found->n = l->counted ? 0 : found->n;
        return ANC_OK;
    }
    const rag_named *d = &l->documents[of - 1];
    srch_hit *hits = anc_arena_alloc(turn->mem, l->n, sizeof *hits);
    if (hits == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages", l->n);
    for (size_t i = 0; i < l->n; i++)
        hits[i] = l->hits[i];
    ANC_TRY(rag_pointer_rest(turn->mem, l->question, &l->pointer, d->title, d->uri, &turn->besides,
                             &turn->err));
    found->hits = hits;
    found->n = l->n;
    turn->more_there = l->more;
    turn->pointed = true;
    return ANC_OK;
}

/* "On which page of a.pdf is …?": of that file alone, where anything of it was found. */
static anc_status take_of_file(looking *l, srch_result *found)
{
    srch_hit *hits = anc_arena_alloc(l->turn->mem, found->n, sizeof *hits);
    size_t n = 0;
    if (hits == NULL)
        return ANC_FAIL(&l->turn->err, anc_arena_refusal(l->turn->mem), "no room for %zu passages",
                        found->n);
    for (size_t i = 0; i < found->n; i++) {
        const rag_named d = rag_named_of_hit(&found->hits[i]);
        bool is = false;
        ANC_TRY(rag_named_is(l->turn, l->turn->mem, l->question, &l->pointer, &d, &is));
        if (is)
            hits[n++] = found->hits[i];
    }
    if (n > 0) {
        found->hits = hits;
        found->n = n;
    }
    return ANC_OK;
}

anc_status rag_pointed_take(rag_turn *turn, srch_result *found)
{
    const anc_str question = turn->completes ? turn->query : turn->asked;
    looking l = {.turn = turn, .question = question, .pointer = rag_pointer_of(question)};
    if (turn->sought.len > 0 && l.pointer.file.len > 0)
        return take_of_file(&l, found);
    if (l.pointer.kind == RAG_POINTS_NOWHERE || turn->mode == SRCH_METADATA || turn->pointed)
        return ANC_OK;
    if (l.pointer.file.len == 0 && turn->leans)
        l.pointer.file = rag_pointer_of(turn->query).file;
    ANC_ARENA(scratch, SCRATCH_BYTES);
    if (scratch == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory to look for a document");
    l.scratch = scratch;
    l.windows = LOOKED_INTO;
    return look(&l, found);
}
