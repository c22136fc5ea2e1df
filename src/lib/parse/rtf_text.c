/* rtf_text.c - what stands in an RTF into blocks: bytes decoded, paragraphs, rows, headings, list items. */
#include <string.h>

#include "base/utf8.h"
#include "rtf_impl.h"

prs_rtf_group *prs_rtf_inner(prs_rtf *r)
{
    return &r->groups[r->depth];
}

/* ---- text --------------------------------------------------------------------------------------- */

static bool is_number_mark(anc_str s)
{
    return s.len > 1 && strchr(".)", s.ptr[s.len - 1]) != NULL;
}

static bool open_row(prs_rtf *r)
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
static bool write_cell_ends(prs_rtf *r)
{
    for (; r->cells > 0; r->cells--)
        if (!prs_emit_mark(r->e, ANC_STR(" | ")))
            return false;
    return true;
}

static bool open_item(prs_rtf *r, const prs_rtf_group *g)
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
static bool open_heading(prs_rtf *r, const prs_rtf_group *g)
{
    const anc_str mark = anc_str_trim(anc_buf_view(&r->mark));
    const bool ok = prs_emit_open(r->e, PRS_HEADING, g->outline + 1) &&
                    (mark.len < 2 || (prs_emit_text(r->e, mark) && prs_emit_blank(r->e)));
    anc_buf_clear(&r->mark);
    return ok;
}

/* Opens the block that text at this place belongs to. */
static bool open_here(prs_rtf *r)
{
    const prs_rtf_group *g = prs_rtf_inner(r);
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
static bool take_text(prs_rtf *r, anc_str s)
{
    const prs_rtf_group *g = prs_rtf_inner(r);
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
bool prs_rtf_flush(prs_rtf *r)
{
    char name[16];
    const anc_str bytes = anc_buf_view(&r->run);
    if (bytes.len == 0)
        return true;
    anc_buf_clear(&r->decoded);
    prs_decode_as(prs_rtf_codepage(prs_rtf_inner(r)->page, name), bytes, &r->decoded);
    anc_buf_clear(&r->run);
    return take_text(r, anc_buf_view(&r->decoded));
}

bool prs_rtf_add_byte(prs_rtf *r, char c)
{
    if (r->to_skip > 0) {
        r->to_skip--;
        return true;
    }
    if (prs_rtf_inner(r)->destination == PRS_RTF_SKIP)
        return true;
    if (r->run.len + 1 > PRS_RTF_RUN_BYTES && !prs_rtf_flush(r))
        return false;
    (void)anc_buf_add_char(&r->run, c);
    return true;
}

bool prs_rtf_add_code_point(prs_rtf *r, uint32_t c)
{
    char utf8[4];
    const size_t n = anc_utf8_put(c, utf8);
    return prs_rtf_flush(r) && (n == 0 || take_text(r, (anc_str){utf8, n}));
}

/* "\u-10179": 16 bits with a sign, code points past them in two halves. */
bool prs_rtf_add_unicode(prs_rtf *r, int32_t number)
{
    uint32_t c = (uint32_t)number & 0xFFFF;
    r->to_skip = 0;
    if (c >= 0xD800 && c < 0xDC00) {
        r->high = c;
        r->to_skip = prs_rtf_inner(r)->unicode_skip;
        return true;
    }
    if (c >= 0xDC00 && c < 0xE000)
        c = r->high > 0 ? 0x10000 + ((r->high - 0xD800) << 10) + (c - 0xDC00) : 0xFFFD;
    r->high = 0;
    /* fonts of signs have their bytes at U+F000 */
    if (c >= 0xF020 && c < 0xF100)
        c = c == 0xF0B7 || c == 0xF0A7 ? 0x2022 : ' ';
    const bool ok = prs_rtf_add_code_point(r, c);
    r->to_skip = prs_rtf_inner(r)->unicode_skip;
    return ok;
}

/* ---- paragraphs and rows --------------------------------------------------------------------------- */

bool prs_rtf_end_paragraph(prs_rtf *r)
{
    const prs_rtf_act d = prs_rtf_inner(r)->destination;
    if (d == PRS_RTF_NOTE || (r->in_row && prs_rtf_inner(r)->in_table))
        return prs_emit_blank(r->e);
    if (d != PRS_RTF_NONE && d != PRS_RTF_TEXT)
        return true;
    anc_buf_clear(&r->mark);
    return prs_emit_close(r->e);
}

bool prs_rtf_end_cell(prs_rtf *r)
{
    if (!open_row(r))
        return false;
    r->cells++;
    return true;
}

/* What ends the last cell ends the row; the empty ones before it are cells too. */
bool prs_rtf_end_row(prs_rtf *r)
{
    r->cells -= r->cells > 0;
    if (r->in_row && !write_cell_ends(r))
        return false;
    r->in_row = r->row_is_header = false;
    r->cells = 0;
    return prs_emit_close(r->e);
}

void prs_rtf_reset_paragraph(prs_rtf *r)
{
    prs_rtf_group *g = prs_rtf_inner(r);
    g->outline = PRS_RTF_NO_OUTLINE;
    g->list_level = 0;
    g->in_table = g->in_list = false;
}

void prs_rtf_use_style(prs_rtf *r, int32_t number)
{
    prs_rtf_group *g = prs_rtf_inner(r);
    const unsigned n = number >= 0 && number < PRS_RTF_MAX_STYLES ? (unsigned)number : 0;
    if (g->destination == PRS_RTF_STYLES) {
        r->style = n;
        r->style_outline = PRS_RTF_NO_OUTLINE;
    } else if (r->style_levels[n] > 0) {
        g->outline = r->style_levels[n] - 1U;
    }
}

void prs_rtf_set_outline(prs_rtf *r, int32_t number)
{
    const unsigned level =
        number >= 0 && number < PRS_RTF_NO_OUTLINE ? (unsigned)number : PRS_RTF_NO_OUTLINE;
    if (prs_rtf_inner(r)->destination == PRS_RTF_STYLES)
        r->style_outline = level;
    else
        prs_rtf_inner(r)->outline = level;
}

void prs_rtf_use_font(prs_rtf *r, int32_t number)
{
    const unsigned n = number >= 0 && number < PRS_RTF_MAX_FONTS ? (unsigned)number : 0;
    if (prs_rtf_inner(r)->destination == PRS_RTF_FONTS)
        r->font = n;
    else
        prs_rtf_inner(r)->page = r->font_pages[n] > 0 ? r->font_pages[n] : r->default_page;
}
