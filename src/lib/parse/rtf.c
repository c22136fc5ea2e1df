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

enum { VALUE_BYTES = 8 << 10, MARK_BYTES = 64, WORD_LETTERS = 32 };

/* ---- what the file says of itself ------------------------------------------------------------------- */

static bool write_date(prs_rtf *r, anc_str name)
{
    char out[32];
    const prs_rtf_date *d = &r->when;
    const int n = snprintf(out, sizeof out, "%04u-%02u-%02uT%02u:%02u:00Z", d->year % 10000,
                           d->month % 100, d->day % 100, d->hour % 100, d->minute % 100);
    const bool fits = d->year > 0 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
                      d->day <= 31 && d->hour < 24 && d->minute < 60;
    r->when = (prs_rtf_date){0};
    return !fits || prs_emit_property(r->e, name, (anc_str){out, (size_t)n});
}

/* Name and level of a style, when its group ends: "heading 2;". */
static void end_style(prs_rtf *r)
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
    r->style_outline = PRS_RTF_NO_OUTLINE;
}

/* Ends a destination that held something. */
static bool end_destination(prs_rtf *r, prs_rtf_act ended)
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

static bool begin_group(prs_rtf *r)
{
    if (!prs_rtf_flush(r))
        return false;
    if (r->depth + 1 >= PRS_RTF_GROUPS || r->depth >= r->e->limits.depth)
        return prs_emit_fail(
            r->e, ANC_FAIL(r->e->err, ANC_LIMIT, "RTF: groups more than %u levels deep", r->depth));
    r->groups[r->depth + 1] = r->groups[r->depth];
    r->depth++;
    r->starred = false;
    r->to_skip = 0;
    return prs_emit_may_go_on(r->e);
}

static bool end_group(prs_rtf *r)
{
    if (!prs_rtf_flush(r))
        return false;
    r->starred = false;
    r->to_skip = 0;
    if (r->depth == 0)
        return true;
    const prs_rtf_act ended = prs_rtf_inner(r)->destination;
    r->depth--;
    if (ended == PRS_RTF_STYLES && prs_rtf_inner(r)->destination == PRS_RTF_STYLES) {
        end_style(r);
        return true;
    }
    return ended == prs_rtf_inner(r)->destination || end_destination(r, ended);
}

static bool begin_destination(prs_rtf *r, prs_rtf_act act)
{
    prs_rtf_group *g = prs_rtf_inner(r);
    if (g->destination == PRS_RTF_SKIP)
        return true;
    if (act == PRS_RTF_NOTE) {
        g->outline = PRS_RTF_NO_OUTLINE;
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

static void add_to_date(prs_rtf *r, prs_rtf_act act, int32_t number)
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
static bool act_on_layout(prs_rtf *r, const prs_rtf_word *word)
{
    const prs_rtf_act d = prs_rtf_inner(r)->destination;
    if (d == PRS_RTF_MARK && word->act == PRS_RTF_CHAR)
        return prs_rtf_add_code_point(r, word->value);
    if (d != PRS_RTF_NONE && d != PRS_RTF_NOTE && d != PRS_RTF_TEXT)
        return true;
    switch ((int)word->act) { /* the others are no concern of this */
    case PRS_RTF_CHAR:
        return prs_rtf_add_code_point(r, word->value);
    case PRS_RTF_BREAK:
        return prs_emit_break(r->e);
    case PRS_RTF_PARAGRAPH:
        return prs_rtf_end_paragraph(r);
    case PRS_RTF_CELL:
        return prs_rtf_end_cell(r);
    case PRS_RTF_ROW:
        return prs_rtf_end_row(r);
    default:
        return true;
    }
}

static bool set_state(prs_rtf *r, const prs_rtf_word *word, bool has_number, int32_t number)
{
    prs_rtf_group *g = prs_rtf_inner(r);
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
        prs_rtf_reset_paragraph(r);
        break;
    case PRS_RTF_OUTLINE:
        prs_rtf_set_outline(r, number);
        break;
    case PRS_RTF_STYLE:
        prs_rtf_use_style(r, number);
        break;
    case PRS_RTF_LIST:
        g->in_list = number > 0;
        break;
    case PRS_RTF_LIST_LEVEL:
        g->list_level = positive;
        break;
    case PRS_RTF_UNICODE:
        return prs_rtf_add_unicode(r, number);
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
        prs_rtf_use_font(r, number);
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

static bool act_on(prs_rtf *r, const prs_rtf_word *word, bool has_number, int32_t number)
{
    const bool starred = r->starred;
    r->starred = false;
    if (!prs_rtf_flush(r))
        return false;
    if (word->act == PRS_RTF_NONE) {
        if (starred)
            prs_rtf_inner(r)->destination = PRS_RTF_SKIP;
        return true;
    }
    if (word->act >= PRS_RTF_SKIP)
        return begin_destination(r, word->act);
    if (word->act >= PRS_RTF_CHAR && word->act <= PRS_RTF_ROW)
        return act_on_layout(r, word);
    return set_state(r, word, has_number, number);
}

/* Reads a control word, the backslash already cut off. */
static bool read_word(prs_rtf *r)
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

static bool read_hex(prs_rtf *r)
{
    const int a = r->rest.len > 0 ? hex_digit(r->rest.ptr[0]) : -1;
    const int b = r->rest.len > 1 ? hex_digit(r->rest.ptr[1]) : -1;
    if (a < 0 || b < 0)
        return true;
    r->rest = anc_str_sub(r->rest, 2, r->rest.len);
    return prs_rtf_add_byte(r, (char)(a * 16 + b));
}

/* Reads what stands behind a backslash. */
static bool read_control(prs_rtf *r)
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
        return prs_rtf_add_byte(r, ' ');
    case '_':
        return prs_rtf_add_byte(r, '-');
    case '\n':
    case '\r':
        return prs_rtf_flush(r) && prs_rtf_end_paragraph(r);
    case '\\':
    case '{':
    case '}':
        return prs_rtf_add_byte(r, c);
    default:
        return true;
    }
}

static bool read_next(prs_rtf *r)
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
        return prs_rtf_add_byte(r, c);
    }
}

bool prs_read_rtf(anc_str bytes, prs_emitter *e)
{
    prs_rtf *r = calloc(1, sizeof *r);
    if (r == NULL)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "RTF: out of memory"));
    r->e = e;
    r->rest = bytes;
    r->default_page = 1252;
    r->style_outline = PRS_RTF_NO_OUTLINE;
    r->groups[0] = (prs_rtf_group){.page = 1252, .outline = PRS_RTF_NO_OUTLINE, .unicode_skip = 1};
    r->run = anc_buf_init(PRS_RTF_RUN_BYTES);
    r->decoded = anc_buf_init(PRS_RTF_RUN_BYTES * 4);
    r->value = anc_buf_init(VALUE_BYTES);
    r->mark = anc_buf_init(MARK_BYTES);
    bool ok = true;
    while (ok && r->rest.len > 0)
        ok = read_next(r);
    ok = ok && prs_rtf_flush(r) && prs_emit_close(e);
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
