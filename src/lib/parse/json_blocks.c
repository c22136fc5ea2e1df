/* json_blocks.c - JSON as text that a person can read, in the order of the file.
 *
 * Members of an object are lines "name: value" of one paragraph; an object inside begins a section
 * under its name. A list of simple values is one line. A list of objects is a table whose header are
 * the names in them, as paths where they are nested ("customer.city"), as long as they hold objects,
 * simple values and lists of these, and what is nested is no prose; a list of lists of simple values is
 * a table without header. Null says nothing and is left out. Lines of NDJSON are a paragraph each,
 * nested names written as paths.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_impl.h"
#include "records_impl.h"

enum {
    TABLE_COLUMNS = 64,
    TABLE_DEPTH = 8,  /* of objects in the objects that are rows */
    CELL_BYTES = 500, /* more is prose, which reads better in sections than in a row */
    NAME_BYTES = 1 << 16,
    NUMBER_BYTES = 24,
    REMARK_BYTES = 1000
};

typedef struct reader {
    prs_json *j;
    prs_emitter *e;
} reader;

static bool write_value(reader *r, anc_str name, unsigned level);

static bool failed(reader *r)
{
    return r->e->status == ANC_OK && prs_emit_fail(r->e, r->j->status);
}

static bool next(reader *r)
{
    return prs_json_next(r->j) ? prs_emit_may_go_on(r->e) : failed(r);
}

/* Adds text with its line ends kept. */
static bool add_lines(reader *r, anc_str s)
{
    anc_str line;
    bool first = true;
    while (anc_str_split(&s, '\n', &line)) {
        if (!first && !prs_emit_break(r->e))
            return false;
        first = false;
        if (!prs_emit_text(r->e, line))
            return false;
    }
    return true;
}

static bool is_paragraph_open(const reader *r)
{
    return r->e->is_open && r->e->open.kind == PRS_PARAGRAPH;
}

/* Begins the line "name: " in the open paragraph, or in a new one. */
static bool begin_line(reader *r, anc_str name)
{
    if (!is_paragraph_open(r)) {
        if (!prs_emit_open(r->e, PRS_PARAGRAPH, 0))
            return false;
    } else if (!prs_emit_break(r->e)) {
        return false;
    }
    return name.len == 0 ||
           (prs_emit_text(r->e, name) && prs_emit_text(r->e, ANC_STR(":")) && prs_emit_blank(r->e));
}

static bool write_simple(reader *r, anc_str name)
{
    const anc_str word = prs_json_word(r->j);
    if (r->j->kind == PRS_JSON_NULL || word.len == 0)
        return true;
    return begin_line(r, name) && add_lines(r, word);
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* Whether the list whose opening token is at hand holds simple values only; the place stays. */
static bool is_flat(reader *r)
{
    const prs_json_place here = r->j->place;
    bool flat = prs_json_next(r->j);
    while (flat && r->j->kind != PRS_JSON_CLOSE_ARRAY)
        flat = prs_json_is_simple(r->j) && prs_json_next(r->j);
    if (r->j->status == ANC_OK)
        r->j->place = here;
    return flat;
}

/* The values of a flat list in one line, with commas. */
static bool write_flat(reader *r, anc_str name)
{
    bool any = false;
    while (next(r) && r->j->kind != PRS_JSON_CLOSE_ARRAY) {
        const anc_str word = prs_json_word(r->j);
        if (word.len == 0)
            continue;
        const bool ok =
            any ? prs_emit_text(r->e, ANC_STR(",")) && prs_emit_blank(r->e) : begin_line(r, name);
        if (!ok || !prs_emit_text(r->e, word))
            return false;
        any = true;
    }
    return r->e->status == ANC_OK;
}

/* The names of the columns of a table, in the order in which they came first. */
typedef struct columns {
    anc_buf text;
    size_t ends[TABLE_COLUMNS];
    size_t n;
} columns;

static anc_str column(const columns *c, size_t i)
{
    const size_t from = i > 0 ? c->ends[i - 1] : 0;
    return anc_str_sub(anc_buf_view(&c->text), from, c->ends[i] - from);
}

/* The number of the column of that name; n when there is none. */
static size_t find_column(const columns *c, anc_str name)
{
    size_t i = 0;
    while (i < c->n && !anc_str_eq(column(c, i), name))
        i++;
    return i;
}

static bool add_column(columns *c, anc_str name)
{
    if (find_column(c, name) < c->n)
        return true;
    if (c->n == TABLE_COLUMNS || !anc_buf_add(&c->text, name))
        return false;
    c->ends[c->n++] = c->text.len;
    return true;
}

/* What is found of a list that may be a table. */
typedef struct survey {
    columns *c;
    anc_buf path; /* of the name at hand: "customer.address.city" */
    unsigned depth;
    bool nested, prose; /* there is an object or a list in a row; a long text */
} survey;

/* Adds a name to the path; what is there is kept by its length. */
static bool step_into(anc_buf *path, anc_str name)
{
    return (path->len == 0 || anc_buf_add_char(path, '.')) && anc_buf_add(path, name);
}

static void note_word(survey *s, anc_str word)
{
    s->prose = s->prose || word.len > CELL_BYTES;
}

/* Whether the list at hand holds simple values alone; passes it. */
static bool survey_flat(reader *r, survey *s)
{
    s->nested = true;
    while (prs_json_next(r->j) && r->j->kind != PRS_JSON_CLOSE_ARRAY) {
        if (!prs_json_is_simple(r->j))
            return false;
        note_word(s, prs_json_word(r->j));
    }
    return r->j->status == ANC_OK;
}

/* Whether the object at hand fits into a row; passes it. */
static bool survey_object(reader *r, survey *s)
{
    const size_t outer = s->path.len;
    bool ok = s->depth++ < TABLE_DEPTH;
    while (ok && prs_json_next(r->j) && r->j->kind != PRS_JSON_CLOSE_OBJECT) {
        ok = step_into(&s->path, r->j->value) && prs_json_next(r->j);
        if (ok && r->j->kind == PRS_JSON_OPEN_OBJECT) {
            s->nested = true;
            ok = survey_object(r, s);
        } else if (ok) {
            note_word(s, prs_json_is_simple(r->j) ? prs_json_word(r->j) : ANC_STR_NONE);
            ok = add_column(s->c, anc_buf_view(&s->path)) &&
                 (prs_json_is_simple(r->j) || survey_flat(r, s));
        }
        s->path.len = outer;
    }
    s->depth--;
    return ok && r->j->status == ANC_OK;
}

/* Whether each element of the list at hand is an object that fits into a row, or each a list of simple
 * values; fills the columns. The place stays. */
static bool is_table(reader *r, columns *c)
{
    const prs_json_place here = r->j->place;
    survey s = {.c = c, .path = anc_buf_init(NAME_BYTES)};
    size_t rows = 0;
    bool ok = true;
    prs_json_kind kind = PRS_JSON_END;
    while (ok && prs_json_next(r->j) && r->j->kind != PRS_JSON_CLOSE_ARRAY) {
        ok = r->j->kind == PRS_JSON_OPEN_OBJECT || r->j->kind == PRS_JSON_OPEN_ARRAY;
        ok = ok && (rows == 0 || r->j->kind == kind);
        kind = r->j->kind;
        rows++;
        if (ok)
            ok = kind == PRS_JSON_OPEN_OBJECT ? survey_object(r, &s) : survey_flat(r, &s);
    }
    const bool prose = kind == PRS_JSON_OPEN_OBJECT && s.nested && s.prose;
    ok = ok && r->j->status == ANC_OK && rows > 1 && !prose;
    if (r->j->status == ANC_OK)
        r->j->place = here;
    anc_buf_done(&s.path);
    return ok;
}

static bool write_header(reader *r, const columns *c)
{
    if (!prs_emit_open(r->e, PRS_TABLE_ROW, 0))
        return false;
    prs_emit_header_row(r->e);
    for (size_t i = 0; i < c->n; i++)
        if ((i > 0 && !prs_emit_mark(r->e, ANC_STR(" | "))) || !prs_emit_text(r->e, column(c, i)))
            return false;
    return prs_emit_close(r->e);
}

/* The cells of a row lie in `cells` one behind the other, each with its place. */
typedef struct row {
    anc_buf cells;
    anc_buf path; /* of the name at hand */
    size_t at[TABLE_COLUMNS], len[TABLE_COLUMNS];
} row;

/* Reads the value at hand, or the values of the list at hand, into the cell of the path. */
static void read_cell(reader *r, const columns *c, row *out)
{
    const size_t i = find_column(c, anc_buf_view(&out->path)), at = out->cells.len;
    const bool list = r->j->kind == PRS_JSON_OPEN_ARRAY;
    while (!list || (next(r) && r->j->kind != PRS_JSON_CLOSE_ARRAY)) {
        const anc_str word = prs_json_word(r->j);
        if (out->cells.len > at && word.len > 0)
            (void)anc_buf_add(&out->cells, ANC_STR(", "));
        (void)anc_buf_add(&out->cells, word);
        if (!list)
            break;
    }
    if (i < c->n) {
        out->at[i] = at;
        out->len[i] = out->cells.len - at;
    }
}

static bool read_members(reader *r, const columns *c, row *out)
{
    const size_t outer = out->path.len;
    while (next(r) && r->j->kind != PRS_JSON_CLOSE_OBJECT) {
        if (!step_into(&out->path, r->j->value) || !next(r))
            break;
        if (r->j->kind == PRS_JSON_OPEN_OBJECT) {
            if (!read_members(r, c, out))
                return false;
        } else {
            read_cell(r, c, out);
        }
        out->path.len = outer;
    }
    return r->e->status == ANC_OK;
}

static bool read_row(reader *r, const columns *c, row *out)
{
    anc_buf_clear(&out->cells);
    anc_buf_clear(&out->path);
    memset(out->len, 0, sizeof out->len);
    if (!read_members(r, c, out))
        return false;
    if (out->cells.refused || out->path.refused)
        return prs_emit_fail(r->e, anc_buf_status(out->cells.refused ? &out->cells : &out->path,
                                                  "JSON: a row", r->e->err));
    return true;
}

static bool write_row(reader *r, const columns *c, row *cells)
{
    if (!read_row(r, c, cells) || !prs_emit_open(r->e, PRS_TABLE_ROW, 0))
        return false;
    for (size_t i = 0; i < c->n; i++) {
        const anc_str cell = anc_str_sub(anc_buf_view(&cells->cells),
                                         cells->len[i] > 0 ? cells->at[i] : 0, cells->len[i]);
        if ((i > 0 && !prs_emit_mark(r->e, ANC_STR(" | "))) || !prs_emit_text(r->e, cell))
            return false;
    }
    return prs_emit_close(r->e);
}

static bool write_list_row(reader *r)
{
    bool first = true;
    if (!prs_emit_open(r->e, PRS_TABLE_ROW, 0))
        return false;
    for (; next(r) && r->j->kind != PRS_JSON_CLOSE_ARRAY; first = false)
        if ((!first && !prs_emit_mark(r->e, ANC_STR(" | "))) ||
            !prs_emit_text(r->e, prs_json_word(r->j)))
            return false;
    return prs_emit_close(r->e);
}

static bool write_table(reader *r, const columns *c)
{
    row cells = {.cells = anc_buf_init(r->e->limits.text_bytes), .path = anc_buf_init(NAME_BYTES)};
    bool ok = c->n == 0 || write_header(r, c);
    while (ok && next(r) && r->j->kind != PRS_JSON_CLOSE_ARRAY)
        ok = r->j->kind == PRS_JSON_OPEN_OBJECT ? write_row(r, c, &cells) : write_list_row(r);
    anc_buf_done(&cells.cells);
    anc_buf_done(&cells.path);
    return ok && r->e->status == ANC_OK;
}

/* ---- sections ---------------------------------------------------------------------------------- */

/* Begins a section under `name`, with `number` behind it unless that is 0. */
static bool begin_section(reader *r, anc_str name, size_t number, unsigned level)
{
    char digits[NUMBER_BYTES];
    if (!prs_emit_close(r->e) || name.len == 0)
        return r->e->status == ANC_OK;
    (void)snprintf(digits, sizeof digits, "%zu", number);
    return prs_emit_open(r->e, PRS_HEADING, level < 6 ? level : 6) && prs_emit_text(r->e, name) &&
           prs_emit_blank(r->e) && (number == 0 || prs_emit_text(r->e, anc_str_of(digits))) &&
           prs_emit_close(r->e);
}

static bool write_members(reader *r, unsigned level)
{
    ANC_BUF(name, NAME_BYTES);
    while (next(r) && r->j->kind != PRS_JSON_CLOSE_OBJECT) {
        anc_buf_clear(&name);
        (void)anc_buf_add(&name, anc_str_sub(r->j->value, 0, NAME_BYTES));
        if (!next(r))
            return false;
        const bool titles = level == 2 && r->j->kind == PRS_JSON_STRING &&
                            anc_str_eq_nocase(anc_buf_view(&name), ANC_STR("title"));
        if (titles && !prs_emit_title(r->e, r->j->value))
            return false;
        if (!write_value(r, anc_buf_view(&name), level))
            return false;
    }
    return r->e->status == ANC_OK && prs_emit_close(r->e);
}

static bool write_elements(reader *r, anc_str name, unsigned level)
{
    for (size_t n = 1; next(r) && r->j->kind != PRS_JSON_CLOSE_ARRAY; n++) {
        if (prs_json_is_simple(r->j)) {
            if (!write_simple(r, ANC_STR_NONE))
                return false;
            continue;
        }
        const bool object = r->j->kind == PRS_JSON_OPEN_OBJECT;
        if (!begin_section(r, name, n, level) ||
            !(object ? write_members(r, level + 1) : write_value(r, ANC_STR_NONE, level + 1)))
            return false;
    }
    return r->e->status == ANC_OK && prs_emit_close(r->e);
}

static bool write_list(reader *r, anc_str name, unsigned level)
{
    if (is_flat(r))
        return write_flat(r, name);
    if (r->j->status != ANC_OK)
        return failed(r);
    columns c = {.text = anc_buf_init(NAME_BYTES)};
    const bool table = is_table(r, &c);
    bool ok = r->j->status == ANC_OK || failed(r);
    if (ok && table)
        ok = begin_section(r, name, 0, level) && write_table(r, &c);
    else if (ok)
        ok = write_elements(r, name, level);
    anc_buf_done(&c.text);
    return ok;
}

/* Writes the value whose first token is at hand. */
static bool write_value(reader *r, anc_str name, unsigned level)
{
    if (r->j->kind == PRS_JSON_OPEN_OBJECT)
        return begin_section(r, name, 0, level) && write_members(r, level + 1);
    if (r->j->kind == PRS_JSON_OPEN_ARRAY)
        return write_list(r, name, level);
    return write_simple(r, name);
}

bool prs_read_json(anc_str text, prs_emitter *e)
{
    prs_json j;
    prs_json_open(&j, text, &e->limits, e->err);
    reader r = {&j, e};
    while (next(&r) && j.kind != PRS_JSON_END)
        if (!write_value(&r, ANC_STR_NONE, 1) || !prs_emit_close(e))
            break;
    prs_json_done(&j);
    return e->status == ANC_OK;
}

/* ---- NDJSON -------------------------------------------------------------------------------------- */

static anc_status write_record(void *self, uint64_t number, const prs_field *fields, size_t n,
                               anc_err *err)
{
    reader r = {NULL, self};
    (void)err; /* the emitter has the same */
    if (!prs_emit_close(r.e))
        return r.e->status;
    prs_emit_record(r.e, number <= UINT32_MAX ? (uint32_t)number : 0);
    for (size_t i = 0; i < n; i++) {
        const bool simple = anc_str_eq(fields[i].name, ANC_STR("value")) && n == 1;
        if (fields[i].value.len == 0)
            continue;
        if (!begin_line(&r, simple ? ANC_STR_NONE : fields[i].name) ||
            !add_lines(&r, fields[i].value))
            return r.e->status;
    }
    return prs_emit_close(r.e) ? ANC_OK : r.e->status;
}

/* Lines of NDJSON on their way to the emitter. */
typedef struct lines {
    prs_emitter *e;
    uint64_t whole, broken;
    anc_buf first; /* what is wrong with the first that is broken */
} lines;

static anc_status take_whole(void *self, uint64_t number, const prs_field *fields, size_t n,
                             anc_err *err)
{
    lines *l = self;
    l->whole = number;
    return write_record(l->e, number, fields, n, err);
}

static anc_status take_broken(void *self, uint64_t line, anc_str why, anc_err *err)
{
    lines *l = self;
    (void)err;
    if (l->broken++ == 0)
        (void)anc_buf_printf(&l->first, "the one that begins in line %llu: %.*s",
                             (unsigned long long)line, ANC_FMT(why));
    return ANC_OK;
}

/* What could not be read is said beside the text. */
static bool remark_broken(const lines *l)
{
    ANC_BUF(remark, REMARK_BYTES);
    if (l->broken == 0)
        return true;
    (void)anc_buf_printf(&remark, "%llu of %llu records could not be read, first %.*s",
                         (unsigned long long)l->broken, (unsigned long long)(l->broken + l->whole),
                         ANC_FMT(anc_buf_view(&l->first)));
    return prs_emit_property(l->e, ANC_STR("unread"), anc_buf_view(&remark));
}

bool prs_read_ndjson(anc_str text, prs_emitter *e)
{
    lines l = {.e = e, .first = anc_buf_init(REMARK_BYTES)};
    const prs_record_sink sink = {.record = take_whole, .self = &l, .broken = take_broken};
    const anc_status got = prs_ndjson_records(text, &e->limits, &sink, e->err);
    const bool ok = got == ANC_OK ? remark_broken(&l) : prs_emit_fail(e, got);
    anc_buf_done(&l.first);
    return ok;
}
