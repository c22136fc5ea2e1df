/* markdown.c - Markdown through md4c (CommonMark with tables and strike-through).
 *
 * md4c calls for each block and span; a block of ours is opened when the first text arrives and
 * closed with its element, so that tight list items, which have no paragraph, need no case of
 * their own. Raw HTML is gathered and read as HTML. A YAML header is not text; its title is used.
 */
#include "parse_impl.h"

#include <libxml/HTMLparser.h>
#include <md4c.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* An HTML block is a part of the source, with the pictures that notebooks write into it. */
enum { LIST_DEPTH = 32, HTML_BYTES = PRS_MARKDOWN_BYTES + 1, ENTITY_NAME = 40, LONGEST_MARK = 24 };

typedef struct list {
    bool numbered;
    unsigned next;
} list;

typedef struct reader {
    prs_emitter *e;
    list lists[LIST_DEPTH];
    unsigned depth;  /* of lists */
    unsigned quotes; /* open block quotes */
    unsigned levels; /* open blocks of any kind */
    unsigned images; /* open image spans */
    unsigned heading;
    unsigned cells; /* of the current row */
    bool code, row, header, mark_due;
    bool in_html;
    anc_buf html;
} reader;

/* Opens the block that text at this place belongs to, if none is open. */
static bool open_here(reader *r)
{
    prs_emitter *e = r->e;
    if (e->is_open)
        return true;
    if (r->heading > 0)
        return prs_emit_open(e, PRS_HEADING, r->heading);
    if (r->code)
        return prs_emit_open(e, PRS_CODE, 0);
    if (r->row) {
        const bool ok = prs_emit_open(e, PRS_TABLE_ROW, 0);
        e->open.header = r->header;
        return ok;
    }
    if (r->depth == 0)
        return prs_emit_open(e, r->quotes > 0 ? PRS_QUOTE : PRS_PARAGRAPH, 0);
    if (!prs_emit_open(e, PRS_LIST_ITEM, r->depth))
        return false;
    if (!r->mark_due)
        return true;
    r->mark_due = false;
    char mark[LONGEST_MARK];
    const list *l = &r->lists[(r->depth < LIST_DEPTH ? r->depth : LIST_DEPTH) - 1];
    const int n = l->numbered ? snprintf(mark, sizeof mark, "%u. ", l->next - 1)
                              : snprintf(mark, sizeof mark, "- ");
    return prs_emit_mark(e, (anc_str){mark, (size_t)n});
}

static void enter_list(reader *r, bool numbered, unsigned start)
{
    if (r->depth < LIST_DEPTH)
        r->lists[r->depth] = (list){numbered, start};
    r->depth++;
}

static bool enter_row(reader *r)
{
    r->cells = 0;
    if (!prs_emit_close(r->e))
        return false;
    r->row = true;
    return open_here(r);
}

static bool too_deep(reader *r)
{
    return prs_emit_fail(r->e, ANC_FAIL(r->e->err, ANC_LIMIT, "Markdown: more than %u levels deep",
                                        r->e->limits.depth));
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    reader *r = user;
    bool ok = true;
    if (++r->levels > r->e->limits.depth)
        return too_deep(r) ? 0 : 1;
    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD)
        return r->cells++ == 0 || prs_emit_mark(r->e, ANC_STR(" | ")) ? 0 : 1;
    if (type != MD_BLOCK_TR)
        ok = prs_emit_close(r->e);
    if (type == MD_BLOCK_UL)
        enter_list(r, false, 0);
    else if (type == MD_BLOCK_OL)
        enter_list(r, true, ((MD_BLOCK_OL_DETAIL *)detail)->start);
    else if (type == MD_BLOCK_LI)
        r->mark_due = true;
    else if (type == MD_BLOCK_H)
        r->heading = ((MD_BLOCK_H_DETAIL *)detail)->level;
    else if (type == MD_BLOCK_CODE)
        r->code = true;
    else if (type == MD_BLOCK_QUOTE)
        r->quotes++;
    else if (type == MD_BLOCK_THEAD)
        r->header = true;
    else if (type == MD_BLOCK_HTML)
        r->in_html = true;
    else if (type == MD_BLOCK_TR)
        ok = enter_row(r);
    if (type == MD_BLOCK_LI && r->depth > 0 && r->depth <= LIST_DEPTH)
        r->lists[r->depth - 1].next++;
    return ok ? 0 : 1;
}

static bool read_gathered_html(reader *r)
{
    r->in_html = false;
    if (r->html.refused)
        return prs_emit_fail(r->e, anc_buf_status(&r->html, "HTML block in Markdown", r->e->err));
    const bool ok = prs_read_html_fragment(anc_buf_view(&r->html), r->e);
    anc_buf_clear(&r->html);
    return ok && prs_emit_close(r->e);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    reader *r = user;
    (void)detail;
    r->levels--;
    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD)
        return 0;
    bool ok = prs_emit_close(r->e);
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL)
        r->depth--;
    else if (type == MD_BLOCK_LI)
        r->mark_due = false;
    else if (type == MD_BLOCK_H)
        r->heading = 0;
    else if (type == MD_BLOCK_CODE)
        r->code = false;
    else if (type == MD_BLOCK_QUOTE)
        r->quotes--;
    else if (type == MD_BLOCK_THEAD)
        r->header = false;
    else if (type == MD_BLOCK_TR)
        r->row = false;
    else if (type == MD_BLOCK_HTML)
        ok = ok && read_gathered_html(r);
    return ok ? 0 : 1;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *user)
{
    (void)detail;
    ((reader *)user)->images += type == MD_SPAN_IMG;
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *user)
{
    (void)detail;
    ((reader *)user)->images -= type == MD_SPAN_IMG;
    return 0;
}

/* The code point of a numeric reference ("#233", "#xE9"), 0 when it is none. */
static uint32_t numeric_reference(anc_str s)
{
    uint32_t c = 0;
    const bool hex = s.len > 2 && (s.ptr[1] == 'x' || s.ptr[1] == 'X');
    for (size_t i = hex ? 2 : 1; i < s.len && c <= 0x10FFFF; i++) {
        const char d = (char)(s.ptr[i] | 0x20);
        const uint32_t digit = d >= 'a' ? (uint32_t)(d - 'a') + 10 : (uint32_t)(s.ptr[i] - '0');
        c = c * (hex ? 16 : 10) + digit;
    }
    return c;
}

/* Adds what "&name;" stands for; a name that HTML does not know stays as it is. */
static bool add_entity(reader *r, anc_str entity)
{
    char name[ENTITY_NAME], utf8[4];
    const anc_str inner = anc_str_sub(entity, 1, entity.len > 2 ? entity.len - 2 : 0);
    uint32_t c = 0;
    if (anc_str_starts(inner, ANC_STR("#"))) {
        c = numeric_reference(inner);
    } else if (inner.len > 0 && inner.len < sizeof name) {
        memcpy(name, inner.ptr, inner.len);
        name[inner.len] = '\0';
        const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)name);
        c = known != NULL ? known->value : 0;
    }
    const size_t n = c > 0 ? anc_utf8_put(c, utf8) : 0;
    return prs_emit_text(r->e, n > 0 ? (anc_str){utf8, n} : entity);
}

static bool is_line_break_tag(anc_str tag)
{
    return anc_str_eq_nocase(anc_str_sub(tag, 0, 3), ANC_STR("<br"));
}

static int text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE size, void *user)
{
    reader *r = user;
    const anc_str s = {bytes, size};
    if (!prs_emit_may_go_on(r->e))
        return 1;
    if (r->in_html) {
        (void)anc_buf_add(&r->html, s);
        return 0;
    }
    if (r->images > 0)
        return 0;
    if (!open_here(r))
        return 1;
    bool ok = true;
    switch (type) {
    case MD_TEXT_BR:
        ok = prs_emit_break(r->e);
        break;
    case MD_TEXT_SOFTBR:
        ok = prs_emit_blank(r->e);
        break;
    case MD_TEXT_ENTITY:
        ok = add_entity(r, s);
        break;
    case MD_TEXT_HTML: /* an inline tag */
        ok = !is_line_break_tag(s) || prs_emit_break(r->e);
        break;
    case MD_TEXT_NULLCHAR:
        ok = prs_emit_blank(r->e);
        break;
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_LATEXMATH:
        ok = prs_emit_text(r->e, s);
        break;
    }
    return ok ? 0 : 1;
}

/* The value of "title:" in a YAML header, quotes removed. */
static anc_str header_title(anc_str header)
{
    anc_str line;
    while (anc_str_split(&header, '\n', &line)) {
        if (!anc_str_starts(line, ANC_STR("title:")))
            continue;
        anc_str value = anc_str_trim(anc_str_sub(line, 6, line.len));
        const bool quoted = value.len > 1 && strchr("\"'", value.ptr[0]) != NULL &&
                            value.ptr[value.len - 1] == value.ptr[0];
        return quoted ? anc_str_sub(value, 1, value.len - 2) : value;
    }
    return ANC_STR_NONE;
}

/* Cuts a YAML header off `text`; it is empty when there is none. */
static anc_str take_header(anc_str *text)
{
    anc_str rest = *text, line;
    if (!anc_str_split(&rest, '\n', &line) || !anc_str_eq(anc_str_trim(line), ANC_STR("---")) ||
        line.ptr[0] != '-')
        return ANC_STR_NONE;
    const char *start = rest.ptr;
    for (int lines = 0; lines < 200 && anc_str_split(&rest, '\n', &line); lines++) {
        const anc_str trimmed = anc_str_trim(line);
        if (lines == 0 && anc_str_find(line, ANC_STR(":")) == SIZE_MAX)
            break; /* a rule, not a header */
        if (anc_str_eq(trimmed, ANC_STR("---")) || anc_str_eq(trimmed, ANC_STR("..."))) {
            *text = rest;
            return (anc_str){start, (size_t)(line.ptr - start)};
        }
    }
    return ANC_STR_NONE;
}

bool prs_read_markdown(anc_str source, prs_emitter *e)
{
    static const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH,
                                     .enter_block = enter_block,
                                     .leave_block = leave_block,
                                     .enter_span = enter_span,
                                     .leave_span = leave_span,
                                     .text = text};
    const anc_str header = take_header(&source);
    if (header.len > 0 && !prs_emit_title(e, header_title(header)))
        return false;
    reader r = {.e = e, .html = anc_buf_init(HTML_BYTES)};
    const int got =
        md_parse(source.ptr != NULL ? source.ptr : "", (MD_SIZE)source.len, &parser, &r);
    anc_buf_done(&r.html);
    if (got < 0)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "Markdown: out of memory"));
    return e->status == ANC_OK && prs_emit_close(e);
}
