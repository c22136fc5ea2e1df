/* rtf.c - RTF: groups, control words and bytes in code pages into blocks.
 *
 * A group restores on its end what was set inside it. Text is what no destination claims. Headings
 * come from outline levels, the paragraph's own or its style's; list items from the marks that the
 * program wrote before them; rows from cells. What is malformed is read as far as it makes sense.
 */
#include "rtf_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "parse_impl.h"

enum {
    MAX_GROUPS = 1000,
    RUN_BYTES = 16 << 10,
    VALUE_BYTES = 8 << 10,
    MARK_BYTES = 64,
    WORD_LETTERS = 32,
    MAX_FONTS = 512,
    MAX_STYLES = 512,
    NO_OUTLINE = 9
};

/* What a group saves and gives back. */
typedef struct group {
    prs_rtf_act destination; /* PRS_RTF_NONE: text */
    uint32_t page;           /* code page */
    unsigned outline, list_level;
    unsigned unicode_skip; /* characters behind \u that say the same for old readers */
    bool hidden, in_table, in_list;
} group;

typedef struct date {
    unsigned year, month, day, hour, minute;
} date;

typedef struct rtf {
    prs_emitter *e;
    anc_str rest;
    group groups[MAX_GROUPS];
    unsigned depth;   /* groups[depth] is the innermost */
    bool starred;     /* "\*" stands before the next word */
    unsigned to_skip; /* characters, behind \u */
    uint32_t high;    /* the first half of a pair of surrogates */
    anc_buf run;      /* bytes not yet decoded */
    anc_buf value;    /* of a property, a mark or a name of a style */
    anc_buf mark;
    anc_buf decoded;
    uint32_t default_page;
    uint16_t font_pages[MAX_FONTS];   /* 0: the document's */
    uint8_t style_levels[MAX_STYLES]; /* of headings, from 1; 0: none */
    unsigned font, style;             /* that is being described */
    unsigned style_outline;
    unsigned cells; /* ended in the open row, and not yet written */
    bool in_row, row_is_header;
    date when;
} rtf;

static group *inner(rtf *r)
{
    return &r->groups[r->depth];
}

/* ---- text --------------------------------------------------------------------------------------- */

static bool is_number_mark(anc_str s)
{
    return s.len > 1 && strchr(".)", s.ptr[s.len - 1]) != NULL;
}

static bool open_row(rtf *r)
{
    if (r->in_row)
        return true;
    if (!prs_emit_open(r->e, PRS_TABLE_ROW, 0))
        return false;
    if (r->row_is_header)
        prs_emit_header_row(r->e);
    r->in_row = true;
    r->cells = 0;
    return true;
}

/* Writes the ends of cells that nothing stood behind until now. */
static bool write_cell_ends(rtf *r)
{
    for (; r->cells > 0; r->cells--)
        if (!prs_emit_mark(r->e, ANC_STR(" | ")))
            return false;
    return true;
}

static bool open_item(rtf *r, const group *g)
{
    const anc_str mark = anc_str_trim(anc_buf_view(&r->mark));
    const bool number = is_number_mark(mark);
    const bool ok =
        prs_emit_open(r->e, PRS_LIST_ITEM, 1 + (g->list_level < 8 ? g->list_level : 8)) &&
        prs_emit_mark(r->e, number ? mark : ANC_STR("-")) && prs_emit_mark(r->e, ANC_STR(" "));
    anc_buf_clear(&r->mark);
    return ok;
}

/* A number that the program wrote before a heading is part of it. */
static bool open_heading(rtf *r, const group *g)
{
    const anc_str mark = anc_str_trim(anc_buf_view(&r->mark));
    const bool ok = prs_emit_open(r->e, PRS_HEADING, g->outline + 1) &&
                    (mark.len < 2 || (prs_emit_text(r->e, mark) && prs_emit_blank(r->e)));
    anc_buf_clear(&r->mark);
    return ok;
}

/* Opens the block that text at this place belongs to. */
static bool open_here(rtf *r)
{
    const group *g = inner(r);
    if (g->in_table)
        return open_row(r) && write_cell_ends(r);
    if (r->in_row) {
        r->in_row = false;
        if (!prs_emit_close(r->e))
            return false;
    }
    if (r->e->is_open)
        return true;
    if (g->outline < 6)
        return open_heading(r, g);
    if (r->mark.len > 0 || g->in_list)
        return open_item(r, g);
    return prs_emit_open(r->e, PRS_PARAGRAPH, 0);
}

static bool is_blank(anc_str s)
{
    return anc_str_trim(s).len == 0;
}

/* Takes decoded text where it belongs. */
static bool take_text(rtf *r, anc_str s)
{
    const group *g = inner(r);
    if (g->hidden)
        return true;
    if (g->destination == PRS_RTF_NONE || g->destination == PRS_RTF_NOTE ||
        g->destination == PRS_RTF_TEXT) {
        if (is_blank(s) && !r->e->is_open)
            return true;
        return open_here(r) && prs_emit_text(r->e, s);
    }
    if (g->destination == PRS_RTF_MARK)
        (void)anc_buf_add(&r->mark, s);
    else if (g->destination != PRS_RTF_SKIP && g->destination != PRS_RTF_FONTS)
        (void)anc_buf_add(&r->value, s);
    return true;
}

/* Decodes and takes the bytes that were gathered. */
static bool flush(rtf *r)
{
    char name[16];
    const anc_str bytes = anc_buf_view(&r->run);
    if (bytes.len == 0)
        return true;
    anc_buf_clear(&r->decoded);
    prs_decode_as(prs_rtf_codepage(inner(r)->page, name), bytes, &r->decoded);
    anc_buf_clear(&r->run);
    return take_text(r, anc_buf_view(&r->decoded));
}

static bool add_byte(rtf *r, char c)
{
    if (r->to_skip > 0) {
        r->to_skip--;
        return true;
    }
    if (inner(r)->destination == PRS_RTF_SKIP)
        return true;
    if (r->run.len + 1 > RUN_BYTES && !flush(r))
        return false;
    (void)anc_buf_add_char(&r->run, c);
    return true;
}

static bool add_code_point(rtf *r, uint32_t c)
{
    char utf8[4];
    const size_t n = anc_utf8_put(c, utf8);
    return flush(r) && (n == 0 || take_text(r, (anc_str){utf8, n}));
}

/* "\u-10179": 16 bits with a sign, code points past them in two halves. */
static bool add_unicode(rtf *r, int32_t number)
{
    uint32_t c = (uint32_t)number & 0xFFFF;
    r->to_skip = 0;
    if (c >= 0xD800 && c < 0xDC00) {
        r->high = c;
        r->to_skip = inner(r)->unicode_skip;
        return true;
    }
    if (c >= 0xDC00 && c < 0xE000)
        c = r->high > 0 ? 0x10000 + ((r->high - 0xD800) << 10) + (c - 0xDC00) : 0xFFFD;
    r->high = 0;
    /* fonts of signs have their bytes at U+F000 */
    if (c >= 0xF020 && c < 0xF100)
        c = c == 0xF0B7 || c == 0xF0A7 ? 0x2022 : ' ';
    const bool ok = add_code_point(r, c);
    r->to_skip = inner(r)->unicode_skip;
    return ok;
}

/* ---- paragraphs and rows --------------------------------------------------------------------------- */

static bool end_paragraph(rtf *r)
{
    const prs_rtf_act d = inner(r)->destination;
    if (d == PRS_RTF_NOTE || (r->in_row && inner(r)->in_table))
        return prs_emit_blank(r->e);
    if (d != PRS_RTF_NONE && d != PRS_RTF_TEXT)
        return true;
    anc_buf_clear(&r->mark);
    return prs_emit_close(r->e);
}

static bool end_cell(rtf *r)
{
    if (!open_row(r))
        return false;
    r->cells++;
    return true;
}

static bool end_row(rtf *r)
{
    r->in_row = r->row_is_header = false;
    r->cells = 0;
    return prs_emit_close(r->e);
}

static void reset_paragraph(rtf *r)
{
    group *g = inner(r);
    g->outline = NO_OUTLINE;
    g->list_level = 0;
    g->in_table = g->in_list = false;
}

static void use_style(rtf *r, int32_t number)
{
    group *g = inner(r);
    const unsigned n = number >= 0 && number < MAX_STYLES ? (unsigned)number : 0;
    if (g->destination == PRS_RTF_STYLES) {
        r->style = n;
        r->style_outline = NO_OUTLINE;
    } else if (r->style_levels[n] > 0) {
        g->outline = r->style_levels[n] - 1U;
    }
}

static void set_outline(rtf *r, int32_t number)
{
    const unsigned level = number >= 0 && number < NO_OUTLINE ? (unsigned)number : NO_OUTLINE;
    if (inner(r)->destination == PRS_RTF_STYLES)
        r->style_outline = level;
    else
        inner(r)->outline = level;
}

static void use_font(rtf *r, int32_t number)
{
    const unsigned n = number >= 0 && number < MAX_FONTS ? (unsigned)number : 0;
    if (inner(r)->destination == PRS_RTF_FONTS)
        r->font = n;
    else
        inner(r)->page = r->font_pages[n] > 0 ? r->font_pages[n] : r->default_page;
}

/* ---- what the file says of itself ------------------------------------------------------------------- */

static bool write_date(rtf *r, anc_str name)
{
    char out[32];
    const date *d = &r->when;
    const int n = snprintf(out, sizeof out, "%04u-%02u-%02uT%02u:%02u:00Z", d->year % 10000,
                           d->month % 100, d->day % 100, d->hour % 100, d->minute % 100);
    const bool fits = d->year > 0 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
                      d->day <= 31 && d->hour < 24 && d->minute < 60;
    r->when = (date){0};
    return !fits || prs_emit_property(r->e, name, (anc_str){out, (size_t)n});
}

/* Name and level of a style, when its group ends: "heading 2;". */
static void end_style(rtf *r)
{
    static const char *const names[] = {"heading ", "Heading ", "Titre ", "Titolo ",
                                        "\u00DCberschrift "};
    const anc_str name = anc_str_trim(anc_buf_view(&r->value));
    unsigned level = r->style_outline < 6 ? r->style_outline + 1 : 0;
    for (size_t i = 0; i < ANC_COUNT(names) && level == 0; i++) {
        const anc_str prefix = anc_str_of(names[i]);
        const char c =
            name.len > prefix.len && anc_str_starts(name, prefix) ? name.ptr[prefix.len] : '\0';
        level = c >= '1' && c <= '6' ? (unsigned)(c - '0') : 0;
    }
    if (level > 0)
        r->style_levels[r->style] = (uint8_t)level;
    anc_buf_clear(&r->value);
    r->style = 0;
    r->style_outline = NO_OUTLINE;
}

/* Ends a destination that held something. */
static bool end_destination(rtf *r, prs_rtf_act ended)
{
    const anc_str value = anc_str_trim(anc_buf_view(&r->value));
    bool ok = true;
    if (ended == PRS_RTF_TITLE)
        ok = prs_emit_title(r->e, value);
    else if (ended == PRS_RTF_AUTHOR)
        ok = prs_emit_property(r->e, ANC_STR("author"), value);
    else if (ended == PRS_RTF_SUBJECT)
        ok = prs_emit_property(r->e, ANC_STR("subject"), value);
    else if (ended == PRS_RTF_KEYWORDS)
        ok = prs_emit_property(r->e, ANC_STR("keywords"), value);
    else if (ended == PRS_RTF_CREATED)
        ok = write_date(r, ANC_STR("created"));
    else if (ended == PRS_RTF_MODIFIED)
        ok = write_date(r, ANC_STR("modified"));
    else if (ended == PRS_RTF_NOTE)
        ok = prs_emit_text(r->e, ANC_STR(")"));
    anc_buf_clear(&r->value);
    return ok;
}

/* ---- groups and words ------------------------------------------------------------------------------- */

static bool begin_group(rtf *r)
{
    if (!flush(r))
        return false;
    if (r->depth + 1 >= MAX_GROUPS || r->depth >= r->e->limits.depth)
        return prs_emit_fail(
            r->e, ANC_FAIL(r->e->err, ANC_LIMIT, "RTF: groups more than %u levels deep", r->depth));
    r->groups[r->depth + 1] = r->groups[r->depth];
    r->depth++;
    r->starred = false;
    r->to_skip = 0;
    return prs_emit_may_go_on(r->e);
}

static bool end_group(rtf *r)
{
    if (!flush(r))
        return false;
    r->starred = false;
    r->to_skip = 0;
    if (r->depth == 0)
        return true;
    const prs_rtf_act ended = inner(r)->destination;
    r->depth--;
    if (ended == PRS_RTF_STYLES && inner(r)->destination == PRS_RTF_STYLES) {
        end_style(r);
        return true;
    }
    return ended == inner(r)->destination || end_destination(r, ended);
}

static bool begin_destination(rtf *r, prs_rtf_act act)
{
    group *g = inner(r);
    if (g->destination == PRS_RTF_SKIP)
        return true;
    if (act == PRS_RTF_NOTE) {
        g->outline = NO_OUTLINE;
        g->destination = r->e->is_open ? PRS_RTF_NOTE : PRS_RTF_TEXT;
        if (!r->e->is_open)
            return true;
        return prs_emit_blank(r->e) && prs_emit_text(r->e, ANC_STR("("));
    }
    if (act == PRS_RTF_MARK)
        anc_buf_clear(&r->mark);
    else if (act != PRS_RTF_TEXT)
        anc_buf_clear(&r->value);
    if (act == PRS_RTF_FONTS)
        r->font = 0;
    g->destination = act;
    return true;
}

static void add_to_date(rtf *r, prs_rtf_act act, int32_t number)
{
    const unsigned n = number >= 0 ? (unsigned)number : 0;
    if (act == PRS_RTF_YEAR)
        r->when.year = n;
    else if (act == PRS_RTF_MONTH)
        r->when.month = n;
    else if (act == PRS_RTF_DAY)
        r->when.day = n;
    else if (act == PRS_RTF_HOUR)
        r->when.hour = n;
    else
        r->when.minute = n;
}

/* What concerns the layout of text: nothing inside other destinations. */
static bool act_on_layout(rtf *r, const prs_rtf_word *word)
{
    const prs_rtf_act d = inner(r)->destination;
    if (d == PRS_RTF_MARK && word->act == PRS_RTF_CHAR)
        return add_code_point(r, word->value);
    if (d != PRS_RTF_NONE && d != PRS_RTF_NOTE && d != PRS_RTF_TEXT)
        return true;
    switch ((int)word->act) { /* the others are no concern of this */
    case PRS_RTF_CHAR:
        return add_code_point(r, word->value);
    case PRS_RTF_BREAK:
        return prs_emit_break(r->e);
    case PRS_RTF_PARAGRAPH:
        return end_paragraph(r);
    case PRS_RTF_CELL:
        return end_cell(r);
    case PRS_RTF_ROW:
        return end_row(r);
    default:
        return true;
    }
}

static bool set_state(rtf *r, const prs_rtf_word *word, bool has_number, int32_t number)
{
    group *g = inner(r);
    const uint32_t positive = number > 0 ? (uint32_t)number : 0;
    switch ((int)word->act) {
    case PRS_RTF_ROW_BEGINS:
        r->row_is_header = false;
        break;
    case PRS_RTF_ROW_IS_HEADER:
        r->row_is_header = true;
        break;
    case PRS_RTF_IN_TABLE:
        g->in_table = true;
        break;
    case PRS_RTF_RESET:
        reset_paragraph(r);
        break;
    case PRS_RTF_OUTLINE:
        set_outline(r, number);
        break;
    case PRS_RTF_STYLE:
        use_style(r, number);
        break;
    case PRS_RTF_LIST:
        g->in_list = number > 0;
        break;
    case PRS_RTF_LIST_LEVEL:
        g->list_level = positive;
        break;
    case PRS_RTF_UNICODE:
        return add_unicode(r, number);
    case PRS_RTF_UNICODE_SKIP:
        g->unicode_skip = positive < 8 ? positive : 8;
        break;
    case PRS_RTF_BINARY:
        r->rest = anc_str_sub(r->rest, positive, r->rest.len);
        break;
    case PRS_RTF_CODEPAGE:
        r->default_page = g->page = word->value > 0 ? word->value : positive;
        break;
    case PRS_RTF_FONT:
        use_font(r, number);
        break;
    case PRS_RTF_FONT_CHARSET:
        r->font_pages[r->font] = (uint16_t)prs_rtf_charset_page(positive);
        break;
    case PRS_RTF_PLAIN:
        g->hidden = false;
        g->page = r->default_page;
        break;
    case PRS_RTF_HIDDEN:
        g->hidden = !has_number || number != 0;
        break;
    default:
        add_to_date(r, word->act, number);
        break;
    }
    return true;
}

static bool act_on(rtf *r, const prs_rtf_word *word, bool has_number, int32_t number)
{
    const bool starred = r->starred;
    r->starred = false;
    if (!flush(r))
        return false;
    if (word->act == PRS_RTF_NONE) {
        if (starred)
            inner(r)->destination = PRS_RTF_SKIP;
        return true;
    }
    if (word->act >= PRS_RTF_SKIP)
        return begin_destination(r, word->act);
    if (word->act >= PRS_RTF_CHAR && word->act <= PRS_RTF_ROW)
        return act_on_layout(r, word);
    return set_state(r, word, has_number, number);
}

/* Reads a control word, the backslash already cut off. */
static bool read_word(rtf *r)
{
    size_t n = 0, digits = 0;
    while (n < r->rest.len && n < WORD_LETTERS && ((r->rest.ptr[n] | 0x20) >= 'a') &&
           ((r->rest.ptr[n] | 0x20) <= 'z'))
        n++;
    const anc_str name = anc_str_sub(r->rest, 0, n);
    const bool minus = n + 1 < r->rest.len && r->rest.ptr[n] == '-' && r->rest.ptr[n + 1] >= '0' &&
                       r->rest.ptr[n + 1] <= '9';
    int64_t number = 0;
    n += minus;
    for (; n < r->rest.len && r->rest.ptr[n] >= '0' && r->rest.ptr[n] <= '9'; n++, digits++)
        number = number < INT32_MAX / 10 ? number * 10 + (r->rest.ptr[n] - '0') : INT32_MAX / 10;
    if (n < r->rest.len && r->rest.ptr[n] == ' ')
        n++;
    r->rest = anc_str_sub(r->rest, n, r->rest.len);
    return act_on(r, prs_rtf_find(name), digits > 0, (int32_t)(minus ? -number : number));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(rtf *r)
{
    const int a = r->rest.len > 0 ? hex_digit(r->rest.ptr[0]) : -1;
    const int b = r->rest.len > 1 ? hex_digit(r->rest.ptr[1]) : -1;
    if (a < 0 || b < 0)
        return true;
    r->rest = anc_str_sub(r->rest, 2, r->rest.len);
    return add_byte(r, (char)(a * 16 + b));
}

/* Reads what stands behind a backslash. */
static bool read_control(rtf *r)
{
    if (r->rest.len == 0)
        return true;
    const char c = r->rest.ptr[0];
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return read_word(r);
    r->rest = anc_str_sub(r->rest, 1, r->rest.len);
    switch (c) {
    case '\'':
        return read_hex(r);
    case '*':
        r->starred = true;
        return true;
    case '~':
        return add_byte(r, ' ');
    case '_':
        return add_byte(r, '-');
    case '\n':
    case '\r':
        return flush(r) && end_paragraph(r);
    case '\\':
    case '{':
    case '}':
        return add_byte(r, c);
    default:
        return true;
    }
}

static bool read_next(rtf *r)
{
    const char c = r->rest.ptr[0];
    r->rest = anc_str_sub(r->rest, 1, r->rest.len);
    switch (c) {
    case '{':
        return begin_group(r);
    case '}':
        return end_group(r);
    case '\\':
        return read_control(r);
    case '\r':
    case '\n':
    case '\0':
        return true;
    default:
        return add_byte(r, c);
    }
}

bool prs_read_rtf(anc_str bytes, prs_emitter *e)
{
    rtf *r = calloc(1, sizeof *r);
    if (r == NULL)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "RTF: out of memory"));
    r->e = e;
    r->rest = bytes;
    r->default_page = 1252;
    r->style_outline = NO_OUTLINE;
    r->groups[0] = (group){.page = 1252, .outline = NO_OUTLINE, .unicode_skip = 1};
    r->run = anc_buf_init(RUN_BYTES);
    r->decoded = anc_buf_init(RUN_BYTES * 4);
    r->value = anc_buf_init(VALUE_BYTES);
    r->mark = anc_buf_init(MARK_BYTES);
    bool ok = true;
    while (ok && r->rest.len > 0)
        ok = read_next(r);
    ok = ok && flush(r) && prs_emit_close(e);
    anc_buf_done(&r->run);
    anc_buf_done(&r->decoded);
    anc_buf_done(&r->value);
    anc_buf_done(&r->mark);
    free(r);
    return ok;
}

bool prs_is_rtf(anc_str head)
{
    return anc_str_starts(anc_str_trim(head), ANC_STR("{\\rtf"));
}
