/* xml_text.c - XML of any vocabulary as text that a person can read, in the order of the file.
 *
 * Nothing is known of the document but a few names that many vocabularies share, so an element is told
 * by what is in it:
 *
 *   a leaf          nothing but text: a line "name: value", with its attributes in brackets
 *   a record        leaves: one paragraph of such lines under the element's name; a title among them
 *                   is a heading instead
 *   prose           text with elements inside, or a name that paragraphs have ("p", "para"): a
 *                   paragraph; what is inside only marks words
 *
 * An element is a leaf until something begins inside it, so the lines of a record are held back until
 * the record ends or holds more than leaves.
 */
#include "xml_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "code_impl.h"

enum {
    NAME_BYTES = 56,
    LEAF_BYTES = 8 << 10, /* a longer text is prose, whatever it is called */
    LINES_BYTES = 32 << 10,
    TITLE_BYTES = 2000,
    LEVELS = 6,
    LIST_DEPTH = 6
};

typedef enum role {
    ROLE_DATA,
    ROLE_TITLE,
    ROLE_PROSE,
    ROLE_ITEM,
    ROLE_QUOTE,
    ROLE_CODE,
    ROLE_ROW,
    ROLE_CELL,
    ROLE_INLINE, /* inside prose */
    ROLE_NOTE,   /* inside prose, at the foot of the page */
    ROLE_BREAK,
    ROLE_DROP
} role;

#define CELLS "entry td th cell"

static const struct {
    const char *names;
    role role;
} roles[] = {
    {"title head heading", ROLE_TITLE},
    {"p para simpara ab term", ROLE_PROSE},
    {"listitem item li", ROLE_ITEM},
    {"blockquote epigraph", ROLE_QUOTE},
    {"programlisting screen literallayout pre synopsis", ROLE_CODE},
    {CELLS, ROLE_CELL},
    {"l lb br line", ROLE_BREAK},
    {"footnote fn", ROLE_NOTE},
    {"indexterm", ROLE_DROP},
};

/* Elements about the document; a title elsewhere, the root apart, is that of a part. */
static const char *const about_document = "teiheader info bookinfo articleinfo docinfo header head "
                                          "front metadata";

static const char *const lists =
    "list itemizedlist orderedlist simplelist variablelist varlistentry "
    "ul ol procedure";

typedef struct frame {
    char name[NAME_BYTES];
    unsigned char name_len;
    role role;
    bool holds;     /* something began inside */
    bool named;     /* its lines have begun under its name */
    unsigned level; /* of its heading; 0: none */
    unsigned cells;
} frame;

typedef struct reader {
    prs_emitter *e;
    frame *frames; /* owned */
    size_t n, cap;
    anc_buf text;  /* of the leaf at hand */
    anc_buf about; /* its attributes */
    anc_buf lines; /* of the record at hand, not yet written */
    anc_buf title;
    size_t record; /* frame whose lines are held back */
    unsigned depth_of_lists, dropped;
    bool mark_due;
    bool only_attributes; /* the lines held back say nothing else */
} reader;

static void reader_done(reader *r)
{
    free(r->frames);
    anc_buf_done(&r->text);
    anc_buf_done(&r->about);
    anc_buf_done(&r->lines);
    anc_buf_done(&r->title);
}

static frame *top(reader *r)
{
    return r->n > 0 ? &r->frames[r->n - 1] : NULL;
}

static frame *above(reader *r)
{
    return r->n > 1 ? &r->frames[r->n - 2] : NULL;
}

static anc_str name_of(const frame *f)
{
    return (anc_str){f->name, f->name_len};
}

static bool starved(reader *r, const anc_buf *buf)
{
    return prs_emit_fail(r->e, anc_buf_status(buf, "an element", r->e->err));
}

static anc_str front_of(anc_str s, size_t bytes)
{
    return s.len <= bytes ? s : anc_str_sub(s, 0, anc_utf8_floor(s, bytes));
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* Whether a title here is that of the document. */
static bool is_about_document(const reader *r)
{
    if (r->e->titled || r->n <= 1)
        return !r->e->titled;
    for (size_t i = 0; i < r->n; i++)
        if (prs_word_in(about_document, (anc_str){r->frames[i].name, r->frames[i].name_len}, true))
            return true;
    return false;
}

static bool write_heading(reader *r, frame *of)
{
    unsigned level = is_about_document(r) ? 1 : 2;
    const anc_str title = anc_str_trim(anc_buf_view(&r->title));
    for (size_t i = r->n; i-- > 0;)
        if (r->frames[i].level > 0) {
            level = r->frames[i].level < LEVELS ? r->frames[i].level + 1 : LEVELS;
            break;
        }
    if (of != NULL && of->level > 0)
        level = of->level;
    if (title.len > 0) {
        if (!prs_emit_open(r->e, PRS_HEADING, level) || !prs_emit_text(r->e, title) ||
            !prs_emit_close(r->e))
            return false;
        if (of != NULL)
            of->level = level;
    }
    anc_buf_clear(&r->title);
    return true;
}

/* Writes the lines that were held back, under the record's heading or name. */
static bool write_lines(reader *r)
{
    anc_str rest = anc_buf_view(&r->lines), line;
    frame *of = r->record < r->n ? &r->frames[r->record] : NULL;
    if (!write_heading(r, of))
        return false;
    if (r->lines.len == 0)
        return true;
    if (!prs_emit_open(r->e, PRS_PARAGRAPH, 0))
        return false;
    bool first = true;
    if (of != NULL && of->level == 0 && !of->named) {
        first = false;
        if (!prs_emit_text(r->e, name_of(of)))
            return false;
    }
    if (of != NULL)
        of->named = true;
    while (anc_str_split(&rest, '\n', &line)) {
        if (line.len == 0)
            continue;
        if ((!first && !prs_emit_break(r->e)) || !prs_emit_text(r->e, line))
            return false;
        first = false;
    }
    anc_buf_clear(&r->lines);
    return prs_emit_close(r->e);
}

/* The same before something that is no leaf: what has a title or is prose has attributes for machines. */
static bool write_before(reader *r, bool prose)
{
    const bool titled = r->title.len > 0 || (r->record < r->n && r->frames[r->record].level > 0);
    if (r->only_attributes && (prose || titled))
        anc_buf_clear(&r->lines);
    r->only_attributes = false;
    return write_lines(r);
}

/* Adds text with every run of white space as one blank. */
static void add_one_line(anc_buf *out, anc_str s)
{
    bool blank = false;
    for (size_t i = 0; i < s.len; i++) {
        if (strchr(" \t\r\n", s.ptr[i]) != NULL) {
            blank = true;
            continue;
        }
        if (blank && out->len > 0 && out->ptr[out->len - 1] != ' ')
            (void)anc_buf_add_char(out, ' ');
        blank = false;
        (void)anc_buf_add_char(out, s.ptr[i]);
    }
}

/* Adds the leaf at hand to the lines of the record around it. */
static bool add_line(reader *r, const frame *leaf)
{
    const anc_str value = anc_str_trim(anc_buf_view(&r->text)), about = anc_buf_view(&r->about);
    if (value.len == 0 && about.len == 0)
        return true;
    if (r->lines.len + value.len + about.len + NAME_BYTES + 8 > LINES_BYTES && !write_lines(r))
        return false;
    r->only_attributes = false;
    (void)anc_buf_add(&r->lines, name_of(leaf));
    (void)anc_buf_add(&r->lines, ANC_STR(": "));
    add_one_line(&r->lines, value.len > 0 ? value : about);
    if (value.len > 0 && about.len > 0) {
        (void)anc_buf_add(&r->lines, ANC_STR(" ("));
        (void)anc_buf_add(&r->lines, about);
        (void)anc_buf_add_char(&r->lines, ')');
    }
    (void)anc_buf_add_char(&r->lines, '\n');
    return !r->lines.refused || starved(r, &r->lines);
}

/* Opens the block that text at this place belongs to, if none is open. */
static bool open_here(reader *r)
{
    static const prs_block_kind kinds[] = {[ROLE_PROSE] = PRS_PARAGRAPH,
                                           [ROLE_ITEM] = PRS_LIST_ITEM,
                                           [ROLE_QUOTE] = PRS_QUOTE,
                                           [ROLE_CODE] = PRS_CODE};
    if (r->e->is_open)
        return true;
    prs_block_kind kind = PRS_PARAGRAPH;
    for (size_t i = r->n; i-- > 0;) {
        const role one = r->frames[i].role;
        if (one == ROLE_CODE || one == ROLE_ITEM || one == ROLE_QUOTE) {
            kind = kinds[one];
            break;
        }
    }
    const unsigned depth = r->depth_of_lists < LIST_DEPTH ? r->depth_of_lists : LIST_DEPTH;
    if (!prs_emit_open(r->e, kind, kind == PRS_LIST_ITEM ? depth : 0))
        return false;
    const bool mark = kind == PRS_LIST_ITEM && r->mark_due;
    r->mark_due &= !mark;
    return !mark || prs_emit_mark(r->e, ANC_STR("- "));
}

/* ---- elements ------------------------------------------------------------------------------------ */

static bool in_prose(const reader *r)
{
    for (size_t i = r->n; i-- > 0;) {
        const role one = r->frames[i].role;
        if (one == ROLE_DATA || one == ROLE_ROW)
            return false;
        if (one != ROLE_INLINE && one != ROLE_BREAK && one != ROLE_NOTE)
            return true;
    }
    return false;
}

/* What an element of this name is, where it stands. */
static role role_of(reader *r, anc_str name)
{
    const frame *around = top(r);
    const bool prose = in_prose(r);
    role found = prose ? ROLE_INLINE : ROLE_DATA;
    for (size_t i = 0; i < ANC_COUNT(roles); i++)
        if (prs_word_in(roles[i].names, name, true))
            found = roles[i].role;
    const bool in_list = around != NULL && prs_word_in(lists, name_of(around), true);
    if (found == ROLE_ITEM && !in_list)
        return prose ? ROLE_INLINE : ROLE_DATA;
    if (found == ROLE_CELL && (around == NULL || around->role != ROLE_ROW))
        return prose ? ROLE_INLINE : ROLE_DATA;
    if ((found == ROLE_TITLE || found == ROLE_BREAK) && (prose || around == NULL))
        return around == NULL ? ROLE_DATA : found == ROLE_BREAK ? ROLE_BREAK : ROLE_INLINE;
    if (found == ROLE_NOTE)
        return prose ? ROLE_NOTE : ROLE_PROSE;
    if (found == ROLE_PROSE && prose && (around->role == ROLE_TITLE || around->role == ROLE_NOTE))
        return ROLE_INLINE;
    if (prose && prs_word_in(lists, name, true))
        return ROLE_PROSE;
    return found;
}

static bool push(reader *r, anc_str name, role as)
{
    if (r->n == r->cap) {
        const size_t cap = r->cap > 0 ? r->cap * 2 : 32;
        frame *grown = realloc(r->frames, cap * sizeof *grown);
        if (grown == NULL)
            return prs_emit_fail(
                r->e, ANC_FAIL(r->e->err, ANC_NO_MEMORY, "elements of XML: out of memory"));
        r->frames = grown;
        r->cap = cap;
    }
    frame *f = &r->frames[r->n++];
    *f = (frame){.role = as};
    f->name_len = (unsigned char)(name.len < NAME_BYTES ? name.len : NAME_BYTES - 1);
    memcpy(f->name, name.ptr, f->name_len);
    return true;
}

/* Notes the attributes of an element that may be a leaf. */
static bool note_attributes(reader *r, const prs_xml_attributes *a)
{
    anc_str name;
    anc_buf_clear(&r->about);
    for (unsigned i = 0; i < a->n; i++) {
        const anc_str value = anc_str_trim(prs_xml_attribute_at(a, i, &name));
        const bool for_machines =
            prs_word_in("space schemaLocation noNamespaceSchemaLocation nil", name, false);
        if (value.len == 0 || for_machines || r->about.len + name.len + value.len > TITLE_BYTES)
            continue;
        if (r->about.len > 0)
            (void)anc_buf_add(&r->about, ANC_STR(", "));
        (void)anc_buf_add(&r->about, name);
        (void)anc_buf_add(&r->about, ANC_STR(": "));
        add_one_line(&r->about, value);
    }
    return !r->about.refused || starved(r, &r->about);
}

/* Attributes of an element that holds others are lines of its own. */
static bool begin_record(reader *r, size_t at)
{
    if (!write_before(r, false))
        return false;
    r->record = at;
    anc_str rest = anc_buf_view(&r->about);
    if (rest.len == 0)
        return true;
    r->only_attributes = true;
    (void)anc_buf_add(&r->lines, rest);
    (void)anc_buf_add_char(&r->lines, '\n');
    anc_buf_clear(&r->about);
    return !r->lines.refused || starved(r, &r->lines);
}

/* Text was held back in an element that turns out to hold more: it is prose. */
static bool turn_to_prose(reader *r)
{
    frame *f = top(r);
    if (!write_before(r, true))
        return false;
    f->role = ROLE_PROSE;
    const bool ok = open_here(r) && prs_emit_text(r->e, anc_buf_view(&r->text));
    anc_buf_clear(&r->text);
    anc_buf_clear(&r->about);
    return ok;
}

/* Text between the elements of a record. */
static bool write_between(reader *r, anc_str text)
{
    return write_lines(r) && prs_emit_open(r->e, PRS_PARAGRAPH, 0) && prs_emit_text(r->e, text) &&
           prs_emit_close(r->e);
}

/* Something begins inside the element on top. */
static bool note_inner(reader *r)
{
    frame *f = top(r);
    if (f == NULL || f->role != ROLE_DATA)
        return true;
    const anc_str text = anc_str_trim(anc_buf_view(&r->text));
    if (text.len > 0 && !f->holds)
        return turn_to_prose(r);
    if (text.len > 0 && !write_between(r, text))
        return false;
    anc_buf_clear(&r->text);
    if (f->holds)
        return true;
    f->holds = true;
    return begin_record(r, r->n - 1);
}

/* A row is known by the first cell in it: its attributes say how it looks. */
static bool begins_row(reader *r, anc_str name)
{
    frame *f = top(r);
    if (f == NULL || f->role != ROLE_DATA || !prs_word_in("row tr", name_of(f), true) ||
        !prs_word_in(CELLS, name, true))
        return false;
    f->role = ROLE_ROW;
    anc_buf_clear(&r->about);
    return true;
}

static bool in_row(const reader *r)
{
    return r->e->is_open && r->e->open.kind == PRS_TABLE_ROW;
}

static bool begin_cell(reader *r)
{
    const frame *f = top(r);
    frame *row = above(r);
    const bool header = prs_word_in("th", name_of(f), true) ||
                        (r->n > 2 && prs_word_in("thead", name_of(&r->frames[r->n - 3]), true));
    if (row->cells++ > 0)
        return prs_emit_mark(r->e, ANC_STR(" | "));
    if (!write_before(r, true) || !prs_emit_open(r->e, PRS_TABLE_ROW, 0))
        return false;
    if (header)
        prs_emit_header_row(r->e);
    return true;
}

/* A block ends the one that is open, and lines of data are written before it. */
static bool begin_block(reader *r, role as)
{
    if (as == ROLE_CELL)
        return begin_cell(r);
    if (as == ROLE_NOTE)
        return prs_emit_blank(r->e) && prs_emit_text(r->e, ANC_STR("("));
    if (as == ROLE_BREAK)
        return !r->e->is_open || prs_emit_break(r->e);
    if (as != ROLE_PROSE && as != ROLE_ITEM && as != ROLE_QUOTE && as != ROLE_CODE)
        return true;
    if (!write_before(r, true))
        return false;
    if (as == ROLE_ITEM) {
        r->depth_of_lists++;
        r->mark_due = true;
    }
    /* in a cell everything is one line; the first paragraph of an item is the item */
    if (in_row(r))
        return prs_emit_blank(r->e);
    return prs_emit_close(r->e);
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    reader *r = self;
    (void)id;
    if (!prs_emit_may_go_on(r->e))
        return false;
    if (r->dropped > 0) {
        r->dropped++;
        return true;
    }
    if (!begins_row(r, a->element) && !note_inner(r))
        return false;
    const role as = role_of(r, a->element);
    if (as == ROLE_DROP) {
        r->dropped = 1;
        return true;
    }
    if (!push(r, a->element, as))
        return false;
    if (as == ROLE_DATA || as == ROLE_TITLE)
        anc_buf_clear(as == ROLE_DATA ? &r->text : &r->title);
    return as == ROLE_DATA ? note_attributes(r, a) : begin_block(r, as);
}

static bool has_title(const reader *r)
{
    for (size_t i = r->n; i-- > 0;)
        if (r->frames[i].role != ROLE_INLINE && r->frames[i].role != ROLE_NOTE)
            return r->frames[i].role == ROLE_TITLE;
    return false;
}

static bool on_text(void *self, anc_str text)
{
    reader *r = self;
    frame *f = top(r);
    if (r->dropped > 0 || f == NULL || f->role == ROLE_ROW)
        return true;
    if (has_title(r)) {
        const size_t room = TITLE_BYTES - r->title.len;
        (void)anc_buf_add(&r->title, front_of(text, room));
        return !r->title.starved || starved(r, &r->title);
    }
    if (f->role == ROLE_DATA && r->text.len + text.len > LEAF_BYTES && !turn_to_prose(r))
        return false;
    if (f->role == ROLE_DATA)
        return anc_buf_add(&r->text, text) || starved(r, &r->text);
    const bool blank = anc_str_trim(text).len == 0;
    if (blank && !r->e->is_open)
        return true;
    return open_here(r) && prs_emit_text(r->e, text);
}

/* An element of data ends: a leaf is a line, a name among other leaves a heading. */
static bool end_data(reader *r, const frame *f)
{
    const anc_str text = anc_str_trim(anc_buf_view(&r->text));
    const bool leaf = !f->holds;
    bool ok = true;
    if (leaf && r->n == 0) { /* nothing else is in the document */
        ok = text.len == 0 || (prs_emit_open(r->e, PRS_PARAGRAPH, 0) && prs_emit_text(r->e, text));
    } else if (leaf && prs_word_in("name", name_of(f), true) && r->title.len == 0 && text.len > 0 &&
               top(r)->level == 0 && !top(r)->named) {
        add_one_line(&r->title, front_of(text, TITLE_BYTES));
        r->only_attributes = false;
    } else if (leaf) {
        ok = add_line(r, f);
    } else {
        r->record = r->n > 0 ? r->n - 1 : 0;
        ok = text.len == 0 || write_between(r, text);
    }
    anc_buf_clear(&r->text);
    anc_buf_clear(&r->about);
    return ok;
}

static bool end_block(reader *r, const frame *f)
{
    switch (f->role) {
    case ROLE_TITLE:
        return r->lines.len > 0 || write_heading(r, top(r));
    case ROLE_ITEM:
        r->depth_of_lists--;
        r->mark_due = false;
        return in_row(r) || prs_emit_close(r->e);
    case ROLE_ROW:
        return f->cells == 0 || prs_emit_close(r->e);
    case ROLE_PROSE:
    case ROLE_QUOTE:
    case ROLE_CODE:
        return in_row(r) || prs_emit_close(r->e);
    case ROLE_NOTE:
        return prs_emit_text(r->e, ANC_STR(")"));
    case ROLE_DATA:
    case ROLE_CELL:
    case ROLE_INLINE:
    case ROLE_BREAK:
    case ROLE_DROP:
        break;
    }
    return true;
}

static bool on_end(void *self, unsigned id)
{
    reader *r = self;
    (void)id;
    if (r->dropped > 0) {
        r->dropped--;
        return true;
    }
    frame f = *top(r);
    if (f.role == ROLE_DATA && f.holds && !write_lines(r))
        return false;
    r->n--;
    return f.role == ROLE_DATA ? end_data(r, &f) : end_block(r, &f);
}

bool prs_read_xml(anc_str text, prs_emitter *e)
{
    static const prs_xml_table table = {.names = NULL};
    ANC_CLEANUP(reader_done)
    reader r = {.e = e,
                .text = anc_buf_init(LEAF_BYTES + (1 << 20)),
                .about = anc_buf_init(2 * TITLE_BYTES),
                .lines = anc_buf_init(2 * LINES_BYTES),
                .title = anc_buf_init(TITLE_BYTES + 8)};
    const prs_xml_handler handler = {.start = on_start, .text = on_text, .end = on_end, .self = &r};
    return prs_xml_read(&table, &handler, "the XML", prs_xml_content(text), e);
}
