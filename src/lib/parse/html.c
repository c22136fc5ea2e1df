/* html.c - HTML through libxml2's push parser, as events; no tree is built.
 *
 * A page is read twice. The first reading only counts how much text lies in <main>, in <article>, in
 * forms and in all; from that the second knows where the content is, and whether a form wraps the
 * whole page, as some servers make it. The second reads from the tape that the first has written, and
 * from the bytes again where the page was too long for it. What is about the page (navigation, its header and footer,
 * asides, scripts) is dropped by element, role and class.
 *
 * Of tables come rows. A table in whose cells headings or tables stand is there for layout: from
 * that cell on it is read as if there were no table.
 */
#include "html_impl.h"
#include "parse_impl.h"

#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    STEP_BYTES = 16 << 10,
    LIST_DEPTH = 32,
    TABLE_DEPTH = 32,
    TITLE_BYTES = 2048,
    CONDITIONAL_BYTES = 200,
    LONGEST_MARK = 24,
    INLINE_DEPTH =
        10, /* elements inside one another are so many times the limit with those that form no block */
    EVENTS_BETWEEN = 1024 /* of a tape, before it is asked whether to go on */
};

typedef struct table {
    bool layout;
    bool header_rows; /* inside <thead> */
    bool in_row;
    bool only_th; /* the row has had no <td> */
} table;

typedef struct list {
    bool numbered;
    unsigned next;
} list;

typedef enum scope { SCOPE_ALL, SCOPE_MAIN, SCOPE_ARTICLE } scope;

/* Bytes of text that are no white space, by where they lie. */
typedef struct census {
    size_t total, main, article, forms, chrome;
} census;

typedef struct reader {
    htmlParserCtxtPtr parser; /* owned by run(); NULL where a tape is read */
    prs_emitter *e;
    census *counts; /* not NULL in the first reading, which emits nothing */
    prs_tape *tape; /* of the first reading; NULL: none is written */
    scope scope;
    bool keep_forms, keep_chrome, fragment;
    /* Depths at which something began; 0 while outside. */
    unsigned depth, drop_at, chrome_at, form_at, main_at, article_at, title_at, code_at;
    unsigned blocks; /* open elements that are not inline */
    unsigned heading, quotes, lists_open, tables_open;
    bool mark_due, after_term;
    list lists[LIST_DEPTH];
    table tables[TABLE_DEPTH];
    prs_cells cells; /* of the innermost table: one around it is layout */
    anc_buf title;
} reader;

static void stop_on_failure(reader *r, bool ok)
{
    if (!ok && r->parser != NULL)
        xmlStopParser(r->parser);
}

static table *current_table(reader *r)
{
    return r->tables_open > 0 && r->tables_open <= TABLE_DEPTH ? &r->tables[r->tables_open - 1]
                                                               : NULL;
}

static bool in_row(reader *r)
{
    const table *t = current_table(r);
    return t != NULL && t->in_row && !t->layout;
}

static bool is_dropped(const reader *r)
{
    return r->drop_at > 0 || (r->chrome_at > 0 && !r->keep_chrome) ||
           (r->form_at > 0 && !r->keep_forms);
}

static bool is_outside(const reader *r)
{
    return is_dropped(r) || (r->scope == SCOPE_MAIN && r->main_at == 0) ||
           (r->scope == SCOPE_ARTICLE && r->article_at == 0);
}

/* ---- elements ---------------------------------------------------------------------------- */

static void enter_list(reader *r, bool numbered)
{
    if (r->lists_open < LIST_DEPTH)
        r->lists[r->lists_open] = (list){numbered, 1};
    r->lists_open++;
}

static bool enter_table(reader *r)
{
    table *outer = current_table(r);
    if (outer != NULL)
        outer->layout = true;
    if (r->tables_open < TABLE_DEPTH)
        r->tables[r->tables_open] = (table){.layout = false};
    r->tables_open++;
    prs_cells_begin_table(&r->cells);
    return prs_emit_close(r->e);
}

static bool enter_row(reader *r)
{
    table *t = current_table(r);
    if (t == NULL || t->layout)
        return prs_emit_close(r->e);
    t->in_row = t->only_th = true;
    prs_cells_begin_row(&r->cells);
    return prs_emit_open(r->e, PRS_TABLE_ROW, 0);
}

static bool leave_row(reader *r)
{
    table *t = current_table(r);
    if (in_row(r)) {
        if (!prs_cells_end_row(&r->cells, r->e))
            return false;
        r->e->open.header = t->header_rows || (t->only_th && r->cells.count > 1);
        t->in_row = false;
    }
    return prs_emit_close(r->e);
}

static bool enter_cell(reader *r, const prs_html_event *e)
{
    if (!in_row(r))
        return prs_emit_close(r->e);
    current_table(r)->only_th &= e->letters[1] == 'h';
    return prs_cells_enter(&r->cells, r->e, e);
}

static bool cell_blank(reader *r)
{
    prs_cells_text(&r->cells, ANC_STR(" "));
    return prs_emit_blank(r->e);
}

/* An element that begins a block of its own, unless a row holds it. */
static bool enter_block(reader *r, bool breaks_rows)
{
    if (in_row(r)) {
        if (!breaks_rows)
            return cell_blank(r);
        current_table(r)->layout = true;
    }
    return prs_emit_close(r->e);
}

static bool enter_definition(reader *r)
{
    if (!r->after_term || !r->e->is_open || in_row(r))
        return enter_block(r, false);
    r->after_term = false;
    return prs_emit_mark(r->e, ANC_STR(": "));
}

static bool enter_content(reader *r, const prs_html_event *e)
{
    const prs_tag tag = e->tag;
    if (tag != PRS_TAG_DEFINITION && tag != PRS_TAG_INLINE && tag != PRS_TAG_BREAK)
        r->after_term = false;
    switch (tag) {
    case PRS_TAG_HEADING:
        r->heading = (unsigned)(e->letters[1] - '0');
        return enter_block(r, true);
    case PRS_TAG_LIST:
        enter_list(r, e->letters[0] == 'o');
        return enter_block(r, false);
    case PRS_TAG_ITEM:
        r->mark_due = r->lists_open > 0;
        return enter_block(r, false);
    case PRS_TAG_DEFINITION:
        return enter_definition(r);
    case PRS_TAG_TABLE:
        return enter_table(r);
    case PRS_TAG_HEADER_ROWS:
        if (current_table(r) != NULL)
            current_table(r)->header_rows = true;
        return true;
    case PRS_TAG_ROW:
        return enter_row(r);
    case PRS_TAG_CELL:
        return enter_cell(r, e);
    case PRS_TAG_CODE:
        if (r->code_at == 0)
            r->code_at = r->depth;
        return enter_block(r, true);
    case PRS_TAG_QUOTE:
        r->quotes++;
        return enter_block(r, true);
    case PRS_TAG_BREAK:
        return in_row(r) ? cell_blank(r) : prs_emit_break(r->e);
    case PRS_TAG_INLINE:
        return true;
    case PRS_TAG_BLOCK:
    case PRS_TAG_TERM:
    case PRS_TAG_MAIN:
    case PRS_TAG_ARTICLE:
    case PRS_TAG_EDGE:
    case PRS_TAG_CHROME:
    case PRS_TAG_FORM:
    case PRS_TAG_DROP:
    case PRS_TAG_TITLE:
        break;
    }
    return enter_block(r, false);
}

static bool leave_content(reader *r, prs_tag tag)
{
    switch (tag) {
    case PRS_TAG_INLINE:
    case PRS_TAG_BREAK:
    case PRS_TAG_CELL:
        return true;
    case PRS_TAG_TERM:
        r->after_term = true;
        return true;
    case PRS_TAG_HEADING:
        r->heading = 0;
        return prs_emit_close(r->e);
    case PRS_TAG_LIST:
        r->lists_open -= r->lists_open > 0;
        break;
    case PRS_TAG_TABLE:
        r->tables_open -= r->tables_open > 0;
        return prs_emit_close(r->e);
    case PRS_TAG_HEADER_ROWS:
        if (current_table(r) != NULL)
            current_table(r)->header_rows = false;
        return true;
    case PRS_TAG_ROW:
        return leave_row(r);
    case PRS_TAG_QUOTE:
        r->quotes -= r->quotes > 0;
        break;
    case PRS_TAG_ITEM:
    case PRS_TAG_DEFINITION:
    case PRS_TAG_CODE:
    case PRS_TAG_BLOCK:
    case PRS_TAG_MAIN:
    case PRS_TAG_ARTICLE:
    case PRS_TAG_EDGE:
    case PRS_TAG_CHROME:
    case PRS_TAG_FORM:
    case PRS_TAG_DROP:
    case PRS_TAG_TITLE:
        break;
    }
    return in_row(r) ? cell_blank(r) : prs_emit_close(r->e);
}

static prs_place place_of(const xmlChar **attributes)
{
    prs_place place = PRS_PLACE_NORMAL;
    for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2) {
        const char *value = attributes[i + 1] != NULL ? (const char *)attributes[i + 1] : "";
        const prs_place p = prs_place_of((const char *)attributes[i], value);
        if (p != PRS_PLACE_NORMAL)
            place = p;
    }
    return place;
}

/* Notes where the regions begin that decide what is content. */
static void enter_region(reader *r, prs_tag tag, prs_place place)
{
    const bool inside = r->main_at > 0 || r->article_at > 0;
    if (tag == PRS_TAG_DROP && r->drop_at == 0)
        r->drop_at = r->depth;
    if (r->fragment) { /* whose title is that of another document */
        if (tag == PRS_TAG_TITLE && r->drop_at == 0)
            r->drop_at = r->depth;
        return;
    }
    if (tag == PRS_TAG_TITLE && r->title_at == 0 && r->drop_at == 0)
        r->title_at = r->depth;
    if (place == PRS_PLACE_HIDDEN && tag != PRS_TAG_BLOCK && r->drop_at == 0)
        r->drop_at = r->depth;
    const bool chrome = tag == PRS_TAG_CHROME || (tag == PRS_TAG_EDGE && !inside) ||
                        (place == PRS_PLACE_HIDDEN && tag == PRS_TAG_BLOCK);
    if (chrome && r->chrome_at == 0)
        r->chrome_at = r->depth;
    if (tag == PRS_TAG_FORM && r->form_at == 0)
        r->form_at = r->depth;
    if ((tag == PRS_TAG_MAIN || place == PRS_PLACE_MAIN) && r->main_at == 0)
        r->main_at = r->depth;
    if (tag == PRS_TAG_ARTICLE && r->article_at == 0)
        r->article_at = r->depth;
}

static void leave_at(unsigned *at, unsigned depth)
{
    if (*at == depth)
        *at = 0;
}

static void leave_region(reader *r)
{
    leave_at(&r->drop_at, r->depth);
    leave_at(&r->chrome_at, r->depth);
    leave_at(&r->form_at, r->depth);
    leave_at(&r->main_at, r->depth);
    leave_at(&r->article_at, r->depth);
    leave_at(&r->code_at, r->depth);
}

/* ---- events ------------------------------------------------------------------------------- */

static void on_start(reader *r, const prs_html_event *e)
{
    r->blocks += e->tag != PRS_TAG_INLINE;
    /* what old editors never close ("<font>") is no structure */
    if (++r->depth > r->e->limits.depth * INLINE_DEPTH || r->blocks > r->e->limits.depth) {
        stop_on_failure(
            r, prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_LIMIT, "HTML: more than %u levels deep",
                                            r->e->limits.depth)));
        return;
    }
    enter_region(r, e->tag, e->place);
    if (r->counts == NULL && !is_outside(r) && r->title_at == 0)
        stop_on_failure(r, enter_content(r, e));
}

static void on_end(reader *r, const prs_html_event *e)
{
    if (r->depth == 0)
        return;
    if (r->title_at == r->depth) {
        r->title_at = 0;
        if (r->counts == NULL)
            stop_on_failure(r, prs_emit_title(r->e, anc_buf_view(&r->title)));
    } else if (r->counts == NULL && !is_outside(r)) {
        stop_on_failure(r, leave_content(r, e->tag));
    }
    leave_region(r);
    r->depth--;
    r->blocks -= e->tag != PRS_TAG_INLINE && r->blocks > 0;
}

static size_t count_visible(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += (unsigned char)s.ptr[i] > ' ';
    return n;
}

static void count(reader *r, anc_str s)
{
    const size_t n = count_visible(s);
    if (r->drop_at > 0)
        return;
    if (r->chrome_at > 0) {
        r->counts->chrome += n;
        return;
    }
    if (r->form_at > 0)
        r->counts->forms += n;
    else
        r->counts->total += n;
    r->counts->main += r->main_at > 0 ? n : 0;
    r->counts->article += r->article_at > 0 ? n : 0;
}

static bool open_item(reader *r)
{
    if (!prs_emit_open(r->e, PRS_LIST_ITEM, r->lists_open))
        return false;
    if (!r->mark_due)
        return true;
    r->mark_due = false;
    char mark[LONGEST_MARK];
    list *l = &r->lists[(r->lists_open < LIST_DEPTH ? r->lists_open : LIST_DEPTH) - 1];
    const int n = l->numbered ? snprintf(mark, sizeof mark, "%u. ", l->next++)
                              : snprintf(mark, sizeof mark, "- ");
    return prs_emit_mark(r->e, (anc_str){mark, (size_t)n});
}

static bool open_here(reader *r)
{
    if (r->e->is_open)
        return true;
    if (r->heading > 0)
        return prs_emit_open(r->e, PRS_HEADING, r->heading);
    if (r->code_at > 0)
        return prs_emit_open(r->e, PRS_CODE, 0);
    if (r->lists_open > 0)
        return open_item(r);
    return prs_emit_open(r->e, r->quotes > 0 ? PRS_QUOTE : PRS_PARAGRAPH, 0);
}

static void on_text(reader *r, anc_str s)
{
    if (r->title_at > 0) {
        (void)anc_buf_add(&r->title, anc_str_sub(s, 0, r->title.max - r->title.len));
    } else if (r->counts != NULL) {
        count(r, s);
    } else if (!is_outside(r)) {
        if (!r->e->is_open && r->code_at == 0 && count_visible(s) == 0)
            return;
        if (in_row(r))
            prs_cells_text(&r->cells, s);
        stop_on_failure(r, open_here(r) && prs_emit_text(r->e, s));
    }
}

static void take(reader *r, const prs_html_event *e)
{
    if (r->e->status != ANC_OK)
        return;
    if (r->tape != NULL && !(e->kind == PRS_HTML_TEXT && r->drop_at > 0))
        prs_tape_add(r->tape, e);
    if (e->kind == PRS_HTML_START)
        on_start(r, e);
    else if (e->kind == PRS_HTML_END)
        on_end(r, e);
    else
        on_text(r, e->text);
}

/* ---- what libxml2 calls ------------------------------------------------------------------- */

static void called_start(void *user, const xmlChar *name, const xmlChar **attributes)
{
    const char *n = (const char *)name;
    prs_html_event e = {.kind = PRS_HTML_START,
                        .tag = prs_tag_of(n),
                        .place = place_of(attributes),
                        .letters = {n[0], n[0] != '\0' ? n[1] : '\0'},
                        .columns = 1,
                        .rows = 1};
    for (size_t i = 0; e.tag == PRS_TAG_CELL && attributes != NULL && attributes[i] != NULL; i += 2)
        if (attributes[i + 1] != NULL)
            prs_cell_span((const char *)attributes[i], (const char *)attributes[i + 1], &e);
    take(user, &e);
}

static void called_end(void *user, const xmlChar *name)
{
    const prs_html_event e = {.kind = PRS_HTML_END, .tag = prs_tag_of((const char *)name)};
    take(user, &e);
}

static void called_text(void *user, const xmlChar *bytes, int n)
{
    const prs_html_event e = {.kind = PRS_HTML_TEXT,
                              .text = {(const char *)bytes, n > 0 ? (size_t)n : 0}};
    take(user, &e);
}

/* ---- readings ---------------------------------------------------------------------------- */

/* Bytes of a conditional of old browsers at the front of `s` ("<![if !supportLists]>"), which
 * the parser would take for text; 0 when there is none. "<![endif]-->" ends a comment. */
static size_t conditional_length(anc_str s)
{
    const bool is_one = anc_str_eq_nocase(anc_str_sub(s, 0, 5), ANC_STR("<![if")) ||
                        anc_str_eq_nocase(anc_str_sub(s, 0, 8), ANC_STR("<![endif"));
    const size_t end =
        is_one ? anc_str_find(anc_str_sub(s, 0, CONDITIONAL_BYTES), ANC_STR(">")) : SIZE_MAX;
    const bool ends_comment =
        end != SIZE_MAX && anc_str_ends(anc_str_sub(s, 0, end), ANC_STR("--"));
    return end != SIZE_MAX && !ends_comment ? end + 1 : 0;
}

/* Bytes to hand to the parser next: a step, but not into a conditional. */
static size_t step_length(anc_str text)
{
    const size_t n = anc_utf8_floor(text, STEP_BYTES);
    for (anc_str rest = anc_str_sub(text, 0, n);;) {
        const size_t at = anc_str_find(rest, ANC_STR("<!["));
        if (at == SIZE_MAX)
            return n;
        rest = anc_str_sub(rest, at, rest.len);
        const size_t before = (size_t)(rest.ptr - text.ptr);
        if (conditional_length(anc_str_sub(text, before, text.len)) > 0)
            return before;
        rest = anc_str_sub(rest, 3, rest.len);
    }
}

static bool run(anc_str text, reader *r)
{
    htmlSAXHandler sax = {.startElement = called_start,
                          .endElement = called_end,
                          .characters = called_text,
                          .cdataBlock = called_text,
                          .ignorableWhitespace = called_text};
    r->parser = htmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (r->parser == NULL)
        return prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_NO_MEMORY, "HTML: out of memory"));
    (void)htmlCtxtUseOptions(r->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                            HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                            HTML_PARSE_NODEFDTD | HTML_PARSE_IGNORE_ENC);
    int got = 0;
    prs_html_guard guard = {0};
    while (text.len > 0 && prs_emit_ask(r->e) && got != XML_ERR_NO_MEMORY) {
        text = anc_str_sub(text, conditional_length(text), text.len);
        const size_t n = step_length(text);
        anc_str step = anc_str_sub(text, 0, n), piece;
        while ((piece = prs_html_guard_take(&guard, &step)).len > 0)
            got = htmlParseChunk(r->parser, piece.ptr, (int)piece.len, 0);
        text = anc_str_sub(text, n, text.len);
    }
    if (r->e->status == ANC_OK && got != XML_ERR_NO_MEMORY)
        got = htmlParseChunk(r->parser, NULL, 0, 1);
    if (r->parser->myDoc != NULL)
        xmlFreeDoc(r->parser->myDoc);
    r->parser->myDoc = NULL;
    htmlFreeParserCtxt(r->parser);
    r->parser = NULL;
    if (got == XML_ERR_NO_MEMORY)
        return prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_NO_MEMORY, "HTML: out of memory"));
    return r->e->status == ANC_OK;
}

static bool replay(const prs_tape *tape, reader *r)
{
    prs_html_event e;
    size_t n = 0;
    for (anc_str rest = anc_buf_view(&tape->bytes);
         r->e->status == ANC_OK && prs_tape_next(&rest, &e); n++) {
        take(r, &e);
        if (n % EVENTS_BETWEEN == 0)
            (void)prs_emit_may_go_on(r->e);
    }
    return r->e->status == ANC_OK;
}

/* Where the content of a page with these counts is. */
static void choose(reader *r, const census *c)
{
    r->keep_forms = c->total < c->forms / 2;
    const size_t total = c->total + (r->keep_forms ? c->forms : 0);
    r->keep_chrome = total == 0;
    if (c->main > 0 && c->main >= total / 4)
        r->scope = SCOPE_MAIN;
    else if (c->article > 0 && c->article >= total / 2)
        r->scope = SCOPE_ARTICLE;
}

bool prs_read_html(anc_str text, prs_emitter *e)
{
    census counts = {0};
    ANC_CLEANUP(prs_tape_done) prs_tape tape;
    prs_tape_init(&tape);
    reader first = {.e = e, .counts = &counts, .tape = &tape, .title = anc_buf_init(TITLE_BYTES)};
    bool ok = run(text, &first);
    anc_buf_done(&first.title);
    if (!ok)
        return false;
    reader second = {.e = e, .title = anc_buf_init(TITLE_BYTES)};
    choose(&second, &counts);
    ok = tape.full ? run(text, &second) : replay(&tape, &second);
    anc_buf_done(&second.title);
    return ok && prs_emit_close(e);
}

bool prs_read_html_fragment(anc_str text, prs_emitter *e)
{
    reader r = {.e = e, .fragment = true};
    return run(text, &r) && prs_emit_close(e);
}
