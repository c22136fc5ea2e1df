/* pdf_boxes.c - the output of `pdftotext -bbox-layout`, piece by piece, into pages of words.
 *
 * The program writes one tag a line and escapes what it found, so this reads lines, not XML. A word
 * may hold a line end of its own; its line then goes on until </word>. What is not known is passed
 * over.
 */
#include "pdf_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { LINE_BYTES = 1 << 20, VALUE_BYTES = LINE_BYTES };

void prs_pdf_boxes_init(prs_pdf_boxes *b, prs_emitter *e, const prs_pdf_listener *to,
                        prs_pdf_page *page)
{
    *b = (prs_pdf_boxes){.e = e,
                         .to = *to,
                         .page = page,
                         .line = anc_buf_init(LINE_BYTES),
                         .value = anc_buf_init(VALUE_BYTES)};
}

void prs_pdf_boxes_done(prs_pdf_boxes *b)
{
    anc_buf_done(&b->line);
    anc_buf_done(&b->value);
}

static bool out_of_memory(prs_pdf_boxes *b)
{
    return prs_emit_fail(b->e, ANC_FAIL(b->e->err, ANC_NO_MEMORY, "PDF: out of memory"));
}

/* The value of attribute `name` (with its `="`) in a tag; empty when there is none. */
static anc_str attribute(anc_str tag, anc_str name)
{
    const size_t at = anc_str_find(tag, name);
    if (at == SIZE_MAX)
        return ANC_STR_NONE;
    const anc_str rest = anc_str_sub(tag, at + name.len, tag.len);
    const size_t end = anc_str_find(rest, ANC_STR("\""));
    return anc_str_sub(rest, 0, end == SIZE_MAX ? 0 : end);
}

static float number(anc_str tag, anc_str name)
{
    double d = 0;
    if (!anc_str_to_double(attribute(tag, name), &d) || d > 1e6 || d < -1e6)
        return 0;
    return (float)d;
}

/* Writes `escaped` without its entities to b->value, invalid UTF-8 replaced. */
static anc_str unescape(prs_pdf_boxes *b, anc_str escaped)
{
    static const struct {
        anc_str entity;
        char c;
    } entities[] = {{ANC_STR_INIT("&amp;"), '&'},   {ANC_STR_INIT("&lt;"), '<'},
                    {ANC_STR_INIT("&gt;"), '>'},    {ANC_STR_INIT("&quot;"), '"'},
                    {ANC_STR_INIT("&apos;"), '\''}, {ANC_STR_INIT("&#39;"), '\''}};
    anc_buf_clear(&b->value);
    while (escaped.len > 0) {
        const char *stop = memchr(escaped.ptr, '&', escaped.len);
        const size_t n = stop != NULL ? (size_t)(stop - escaped.ptr) : escaped.len;
        (void)anc_buf_add(&b->value, anc_str_sub(escaped, 0, n));
        escaped = anc_str_sub(escaped, n, escaped.len);
        size_t used = 0;
        for (size_t i = 0; i < ANC_COUNT(entities) && used == 0; i++)
            if (anc_str_starts(escaped, entities[i].entity)) {
                (void)anc_buf_add_char(&b->value, entities[i].c);
                used = entities[i].entity.len;
            }
        if (used == 0 && escaped.len > 0) {
            (void)anc_buf_add_char(&b->value, '&');
            used = 1;
        }
        escaped = anc_str_sub(escaped, used, escaped.len);
    }
    return anc_buf_view(&b->value);
}

static prs_box box_of(anc_str tag)
{
    return (prs_box){number(tag, ANC_STR("xMin=\"")), number(tag, ANC_STR("yMin=\"")),
                     number(tag, ANC_STR("xMax=\"")), number(tag, ANC_STR("yMax=\""))};
}

static bool add_word(prs_pdf_boxes *b, anc_str line)
{
    prs_pdf_page *p = b->page;
    const size_t end_of_tag = anc_str_find(line, ANC_STR(">"));
    if (!b->in_page || end_of_tag == SIZE_MAX)
        return true;
    const anc_str tag = anc_str_sub(line, 0, end_of_tag);
    anc_str inner = anc_str_sub(line, end_of_tag + 1, line.len);
    const size_t end = anc_str_find(inner, ANC_STR("</word>"));
    inner = anc_str_trim(unescape(b, anc_str_sub(inner, 0, end)));
    inner.len = anc_utf8_valid_prefix(inner);
    if (inner.len == 0)
        return true;
    if (p->n_words >= PRS_PDF_PAGE_WORDS)
        return prs_emit_fail(b->e,
                             ANC_FAIL(b->e->err, ANC_LIMIT, "PDF: page %u has more than %d words",
                                      p->number, PRS_PDF_PAGE_WORDS));
    if (p->text.len + inner.len > b->e->limits.text_bytes)
        return prs_emit_fail(b->e,
                             ANC_FAIL(b->e->err, ANC_LIMIT, "extracted text: more than %zu bytes",
                                      b->e->limits.text_bytes));
    const uint32_t at = (uint32_t)p->text.len;
    if (!anc_buf_add(&p->text, inner) ||
        !prs_pdf_room(&p->words, &p->cap_words, p->n_words, sizeof *p->words))
        return out_of_memory(b);
    p->words[p->n_words++] = (prs_pdf_word){.box = box_of(tag),
                                            .at = at,
                                            .len = (uint32_t)inner.len,
                                            .line = b->lines,
                                            .block = b->blocks > 0 ? b->blocks - 1 : 0};
    return true;
}

static bool begin_page(prs_pdf_boxes *b, anc_str line)
{
    prs_pdf_page_clear(b->page);
    b->page->number = ++b->pages;
    b->page->width = number(line, ANC_STR("width=\""));
    b->page->height = number(line, ANC_STR("height=\""));
    b->lines = b->blocks = 0;
    b->in_page = true;
    return prs_emit_may_go_on(b->e);
}

static bool end_page(prs_pdf_boxes *b)
{
    const bool was = b->in_page;
    b->in_page = false;
    return !was || b->to.page(b->to.self);
}

static bool add_property(prs_pdf_boxes *b, anc_str name, anc_str value)
{
    return b->to.property(b->to.self, name, unescape(b, value));
}

static bool add_title(prs_pdf_boxes *b, anc_str line)
{
    const anc_str rest = anc_str_sub(line, ANC_STR("<title>").len, line.len);
    const size_t end = anc_str_find(rest, ANC_STR("</title>"));
    return add_property(b, ANC_STR("title"), anc_str_sub(rest, 0, end));
}

static bool take_line(prs_pdf_boxes *b, anc_str line)
{
    line = anc_str_trim(line);
    if (anc_str_starts(line, ANC_STR("<word ")))
        return add_word(b, line);
    if (anc_str_starts(line, ANC_STR("<line "))) {
        b->lines++;
        return true;
    }
    if (anc_str_starts(line, ANC_STR("<block "))) {
        b->blocks++;
        return true;
    }
    if (anc_str_starts(line, ANC_STR("<page ")))
        return begin_page(b, line);
    if (anc_str_starts(line, ANC_STR("</page>")))
        return end_page(b);
    if (anc_str_starts(line, ANC_STR("<title>")))
        return add_title(b, line);
    if (anc_str_starts(line, ANC_STR("<meta name=\"")))
        return add_property(b, attribute(line, ANC_STR("name=\"")),
                            attribute(line, ANC_STR("content=\"")));
    return true;
}

/* Whether what was gathered is a whole tag: all lines are, but a word that has not come to its end.
 * `last` is the last line of it. */
static bool is_whole(anc_str gathered, anc_str last)
{
    const char *begin = gathered.ptr;
    size_t n = gathered.len;
    while (n > 0 && (*begin == ' ' || *begin == '\t')) {
        begin++;
        n--;
    }
    return !anc_str_starts((anc_str){begin, n}, ANC_STR("<word ")) ||
           anc_str_find(last, ANC_STR("</word>")) != SIZE_MAX;
}

static bool gather(prs_pdf_boxes *b, anc_str part)
{
    return anc_buf_add(&b->line, part) ||
           prs_emit_fail(b->e, anc_buf_status(&b->line, "PDF: a word", b->e->err));
}

/* The end of a line has come, behind `part`. */
static bool end_line(prs_pdf_boxes *b, anc_str part)
{
    anc_str line = part, last = part;
    if (b->line.len > 0) {
        if (!gather(b, part))
            return false;
        line = anc_buf_view(&b->line);
        last = anc_str_sub(line, b->last_line, line.len);
    }
    if (!is_whole(line, last)) {
        if ((b->line.len == 0 && !gather(b, part)) || !gather(b, ANC_STR(" ")))
            return false;
        b->last_line = b->line.len;
        return true;
    }
    const bool ok = take_line(b, line);
    anc_buf_clear(&b->line);
    b->last_line = 0;
    return ok;
}

bool prs_pdf_boxes_feed(prs_pdf_boxes *b, anc_str bytes)
{
    while (bytes.len > 0) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        const size_t n = end != NULL ? (size_t)(end - bytes.ptr) : bytes.len;
        const anc_str part = anc_str_sub(bytes, 0, n);
        bytes = anc_str_sub(bytes, n + 1, bytes.len);
        if (end == NULL ? !gather(b, part) : !end_line(b, part))
            return false;
    }
    return true;
}
