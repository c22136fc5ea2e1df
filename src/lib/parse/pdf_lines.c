/* pdf_lines.c - rows of one cell: headings, list items and the lines of paragraphs.
 *
 * A line goes on with the block before it when the program put both into one block and nothing says
 * otherwise (distance, size, an indent after a full stop), or when a sentence runs on over a column
 * or a page. A line end is the author's where the next word would still have fitted. Headings are
 * what is set larger than most of the text, what calls itself chapter, section or article, and what
 * is numbered like one; in doubt a line is prose.
 */
#include "pdf_impl.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "text/normalize.h"
#include "text/unicode.h"

enum {
    LINE_BYTES = 1 << 20,
    WORD_BYTES = 64,
    HEADING_BYTES = 200,
    NAMED_HEADING_BYTES = 120,
    NUMBERED_HEADING_BYTES = 90,
    MARK_BYTES = 8,
    PAGE_OF_TEXT = 800 /* bytes in one size */
};

void prs_pdf_lines_init(prs_pdf_lines *l, prs_emitter *e)
{
    *l =
        (prs_pdf_lines){.e = e, .text = anc_buf_init(LINE_BYTES), .word = anc_buf_init(WORD_BYTES)};
}

void prs_pdf_lines_done(prs_pdf_lines *l)
{
    anc_buf_done(&l->text);
    anc_buf_done(&l->word);
}

/* ---- what letters say ------------------------------------------------------------------------- */

static txt_category category_at(anc_str s, size_t i)
{
    size_t bytes;
    return i < s.len ? txt_category_of(anc_utf8_at(s, i, &bytes)) : TXT_CN;
}

static bool is_letter(txt_category c)
{
    return c >= TXT_LU && c <= TXT_LO;
}

static uint32_t last_of(anc_str s, size_t *ret_at)
{
    size_t bytes;
    *ret_at = s.len > 0 ? anc_utf8_floor(s, s.len - 1) : 0;
    return s.len > 0 ? anc_utf8_at(s, *ret_at, &bytes) : 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hyphen(uint32_t c)
{
    return c == '-' || c == 0x2010 || c == 0xAD;
}

/* Whether `s` ends as sentences do, closing quotes and brackets aside. */
static bool ends_sentence(anc_str s)
{
    while (s.len > 0) {
        size_t at;
        const uint32_t c = last_of(s, &at);
        if (c == '.' || c == '!' || c == '?' || c == ':' || c == ';' || c == 0x3002 ||
            c == 0xFF01 || c == 0xFF1F)
            return true;
        const txt_category k = txt_category_of(c);
        if (k != TXT_PE && k != TXT_PF && c != '"' && c != '\'' && !txt_is_blank(c))
            return false;
        s.len = at;
    }
    return false;
}

/* Letters at the front of `s`. */
static anc_str letters_at_front(anc_str s)
{
    size_t n = 0, bytes;
    while (n < s.len && is_letter(txt_category_of(anc_utf8_at(s, n, &bytes))))
        n += bytes;
    return anc_str_sub(s, 0, n);
}

/* Letters at the end of `s`. */
static anc_str letters_at_end(anc_str s)
{
    size_t from = s.len;
    while (from > 0) {
        size_t at;
        const uint32_t c = last_of(anc_str_sub(s, 0, from), &at);
        if (!is_letter(txt_category_of(c)))
            break;
        from = at;
    }
    return anc_str_sub(s, from, s.len);
}

/* ---- words with a hyphen ---------------------------------------------------------------------- */

static uint32_t compound_bit(anc_str a, anc_str b)
{
    uint64_t h = 0xCBF29CE484222325U;
    for (size_t i = 0; i < a.len + 1 + b.len; i++) {
        const char c = i < a.len ? a.ptr[i] : i == a.len ? '-' : b.ptr[i - a.len - 1];
        h = (h ^ (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c)) * 0x100000001B3U;
    }
    return (uint32_t)((h ^ (h >> 32)) % PRS_PDF_COMPOUNDS);
}

/* Remembers each "word-word" in `s` that a hyphen stands in the middle of. */
static void learn_compounds(prs_pdf_lines *l, anc_str s)
{
    for (size_t i = 1; i + 1 < s.len; i++) {
        if (s.ptr[i] != '-')
            continue;
        const anc_str a = letters_at_end(anc_str_sub(s, 0, i));
        const anc_str b = letters_at_front(anc_str_sub(s, i + 1, s.len));
        const uint32_t bit = compound_bit(a, b);
        if (a.len > 0 && b.len > 0)
            l->compounds[bit / 8] |= (unsigned char)(1U << (bit % 8));
    }
}

/* The size that has the most bytes. */
static size_t most_used(const uint64_t sizes[PRS_PDF_SIZES])
{
    size_t best = 0;
    for (size_t i = 1; i < PRS_PDF_SIZES; i++)
        if (sizes[i] > sizes[best])
            best = i;
    return best;
}

void prs_pdf_lines_learn(prs_pdf_lines *l, prs_pdf_page *page)
{
    uint64_t sizes[PRS_PDF_SIZES] = {0};
    for (size_t i = 0; i < page->n_cells; i++) {
        const float half_points = page->cells[i].size * 2;
        const size_t at = half_points >= 0 && half_points < PRS_PDF_SIZES ? (size_t)half_points : 0;
        for (uint32_t k = 0; k < page->cells[i].n; k++) {
            const prs_pdf_word *w = &page->words[page->cells[i].first + k];
            sizes[at] += w->len;
            learn_compounds(l, prs_pdf_word_text(page, w));
        }
    }
    for (size_t i = 0; i < PRS_PDF_SIZES; i++)
        l->sizes[i] += sizes[i];
    const size_t own = most_used(sizes);
    page->body = sizes[own] >= PAGE_OF_TEXT ? ((float)own + 0.5F) / 2 : 0;
}

/* The size that running text has here: that of most of the document, or a larger one that most of a
 * full page has. */
static float body_size(const prs_pdf_lines *l, const prs_pdf_page *page)
{
    return fmaxf(((float)most_used(l->sizes) + 0.5F) / 2, page->body);
}

/* ---- marks and numbers ------------------------------------------------------------------------ */

/* Bytes of a bullet at the front of `s`, 0 when there is none. Fonts of signs give private code
 * points. */
static size_t bullet_length(anc_str s)
{
    static const uint32_t bullets[] = {
        0x2022, 0x25AA, 0x25CF, 0x25E6, 0x25CB, 0x25A0, 0x2023, 0x2043, 0x2219, 0xB7, 0x27A2,
        0x2192, 0x2013, 0x2014, 0x2212, '-',    '*',    'o',    0xA7,   0xD8,   0xFC, 0x5BE};
    size_t bytes;
    if (s.len == 0)
        return 0;
    const uint32_t c = anc_utf8_at(s, 0, &bytes);
    const bool parted = s.len == bytes || s.ptr[bytes] == ' ';
    if (c >= 0xE000 && c < 0xF900)
        return bytes;
    if (c == 0x2022 || c == 0x25AA || c == 0x25CF)
        return bytes;
    for (size_t i = 0; i < ANC_COUNT(bullets); i++)
        if (c == bullets[i])
            return parted ? bytes : 0;
    return 0;
}

/* Bytes of "3.", "12)", "(a)", "iv)" at the front of `s`, behind which a blank or the end is; 0 when
 * there is none. */
static size_t number_length(anc_str s)
{
    size_t n = s.len > 0 && s.ptr[0] == '(' ? 1 : 0;
    const size_t from = n;
    while (n < s.len && n - from < 2 && is_digit(s.ptr[n]))
        n++;
    if (n == from)
        while (n < s.len && n - from < 4 && s.ptr[n] >= 'a' && s.ptr[n] <= 'z' &&
               (n == from || strchr("ivx", s.ptr[n]) != NULL))
            n++;
    if (n == from || n >= s.len)
        return 0;
    const bool closed = s.ptr[n] == ')' || (s.ptr[n] == '.' && from == 0 && is_digit(s.ptr[n - 1]));
    return closed && (n + 1 == s.len || s.ptr[n + 1] == ' ') ? n + 1 : 0;
}

/* Parts of a number like "1.", "2.3", "2.3.1." at the front of `s`, behind which a blank is; 0 when
 * there is none. `ret_bytes` is its length. */
static unsigned number_parts(anc_str s, size_t *ret_bytes)
{
    unsigned parts = 0;
    size_t n = 0;
    while (n < s.len && is_digit(s.ptr[n])) {
        const size_t from = n;
        while (n < s.len && is_digit(s.ptr[n]) && n - from < 3)
            n++;
        parts++;
        if (n >= s.len || s.ptr[n] != '.')
            break;
        n++;
    }
    if (n >= s.len || s.ptr[n] != ' ' || parts > 5 || (parts == 1 && s.ptr[n - 1] != '.'))
        return 0;
    *ret_bytes = n + 1;
    return parts;
}

/* ---- headings --------------------------------------------------------------------------------- */

/* The level of a heading that says what it is ("Section 3: …"), 0 when it does not. */
static unsigned named_level(anc_str s)
{
    static const struct {
        const char *word;
        unsigned level;
    } rows[] = {{"part", 1},      {"partie", 1},  {"titre", 1},    {"title", 1},   {"teil", 1},
                {"livre", 1},     {"chapter", 1}, {"chapitre", 1}, {"kapitel", 1}, {"capitolo", 1},
                {"appendix", 1},  {"annex", 1},   {"annexe", 1},   {"section", 2}, {"item", 2},
                {"abschnitt", 2}, {"sezione", 2}, {"article", 3}};
    const anc_str word = letters_at_front(s);
    const anc_str rest = anc_str_trim(anc_str_sub(s, word.len, s.len));
    size_t n = 0;
    while (n < rest.len && (is_digit(rest.ptr[n]) || strchr("IVXLCivxlc", rest.ptr[n]) != NULL))
        n++;
    const bool numbered = n > 0 && n < 8 &&
                          (n == rest.len || strchr(" .:-)A", rest.ptr[n]) != NULL ||
                           (unsigned char)rest.ptr[n] >= 0x80);
    if (!numbered || category_at(s, 0) != TXT_LU)
        return 0;
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq_nocase(word, anc_str_of(rows[i].word)))
            return rows[i].level;
    return 0;
}

/* Whether `s` ends in a sum of money or a share: "TOTAL $821.14", "Balance 1.200,00 EUR", "Share: 45 %". */
static bool ends_in_amount(anc_str s)
{
    bool unit = false;
    size_t at = 0;
    while (s.len > 0) { /* "%", "$", "\xE2\x82\xAC", "EUR" behind the number */
        const uint32_t c = last_of(s, &at);
        const txt_category k = txt_category_of(c);
        if (c != '%' && k != TXT_SC && !txt_is_blank(c))
            break;
        unit |= !txt_is_blank(c);
        s.len = at;
    }
    const anc_str code = letters_at_end(s);
    if (code.len == 3 && code.len < s.len && s.ptr[s.len - 4] == ' ' &&
        category_at(code, 0) == TXT_LU && category_at(code, 2) == TXT_LU) {
        unit = true;
        s = anc_str_trim(anc_str_sub(s, 0, s.len - code.len));
    }
    const size_t end = s.len;
    while (s.len > 0 && (is_digit(s.ptr[s.len - 1]) || strchr(".,' ", s.ptr[s.len - 1]) != NULL))
        s.len--;
    if (s.len == end || !is_digit(s.ptr[end - 1]))
        return false;
    return unit || txt_category_of(last_of(s, &at)) == TXT_SC;
}

/* Whether `s` may be a heading at all. */
static bool reads_as_heading(anc_str s, size_t longest)
{
    size_t at, bytes, letters = 0, others = 0;
    if (s.len == 0 || s.len > longest || strchr(".,;", s.ptr[s.len - 1]) != NULL)
        return false;
    if (is_digit(s.ptr[s.len - 1]) && anc_str_find(s, ANC_STR("....")) != SIZE_MAX)
        return false; /* of a table of contents */
    if (ends_in_amount(s))
        return false;
    for (at = 0; at < s.len; at += bytes) {
        const uint32_t c = anc_utf8_at(s, at, &bytes);
        letters += is_letter(txt_category_of(c));
        others += !txt_is_blank(c);
    }
    return letters >= 2 && letters * 2 >= others;
}

static float space(const prs_pdf_row *above, const prs_pdf_row *below)
{
    return above == NULL || below == NULL ? INFINITY : below->y0 - above->y1;
}

static bool is_numbered_row(const prs_pdf_page *page, const prs_pdf_row *row)
{
    size_t bytes;
    if (row == NULL)
        return false;
    const anc_str first = prs_pdf_word_text(page, &page->words[page->cells[row->first].first]);
    ANC_BUF(s, WORD_BYTES);
    (void)anc_buf_add(&s, anc_str_sub(first, 0, MARK_BYTES));
    (void)anc_buf_add(&s, ANC_STR(" x"));
    return number_parts(anc_buf_view(&s), &bytes) > 0 || number_length(first) > 0;
}

/* The level of a numbered heading ("2.3 Terms"); one number alone needs room around it. */
static unsigned numbered_level(anc_str s, const prs_pdf_page *page, const prs_pdf_row *row,
                               const prs_pdf_row *before, const prs_pdf_row *after)
{
    size_t bytes = 0;
    const unsigned parts = number_parts(s, &bytes);
    if (parts == 0 || !reads_as_heading(s, NUMBERED_HEADING_BYTES) ||
        category_at(s, bytes) != TXT_LU || ends_sentence(s))
        return 0;
    const prs_pdf_cell *cell = &page->cells[row->first + row->n - 1];
    const float size = cell->size;
    if (page->blocks[cell->block].lines > 1)
        return 0;
    if (parts == 1 && (is_numbered_row(page, before) || is_numbered_row(page, after) ||
                       space(before, row) < 0.5F * size || space(row, after) < 0.5F * size))
        return 0;
    return parts + 1 < 6 ? parts + 1 : 6;
}

static unsigned level_by_size(const prs_pdf_lines *l, const prs_pdf_page *page,
                              const prs_pdf_cell *cell, anc_str s)
{
    const float ratio = cell->size / body_size(l, page);
    const uint32_t lines = page->blocks[cell->block].lines;
    if (cell->upright || ratio < 1.15F || lines > (ratio >= 1.7F ? 4 : 2) ||
        !reads_as_heading(s, HEADING_BYTES))
        return 0;
    return ratio >= 1.7F ? 1 : ratio >= 1.35F ? 2 : 3;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void row_text(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row)
{
    anc_buf_clear(&l->text);
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        if (l->text.len > 0)
            (void)anc_buf_add_char(&l->text, ' ');
        prs_pdf_cell_text(page, &page->cells[i], &l->text);
    }
}

bool prs_pdf_lines_close(prs_pdf_lines *l)
{
    l->depth = 0;
    if (l->last.hyphen && l->e->is_open)
        (void)prs_emit_text(l->e, ANC_STR("-"));
    l->last = (prs_pdf_last){.page = 0};
    return prs_emit_close(l->e);
}

/* Remembers the end of the line that was written. */
static void remember(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row, anc_str s)
{
    const prs_pdf_cell *cell = &page->cells[row->first + row->n - 1];
    size_t at;
    l->last = (prs_pdf_last){.box = cell->box,
                             .size = cell->size,
                             .right = page->blocks[cell->block].box.x1,
                             .page = page->number,
                             .block = cell->block,
                             .ends_sentence = ends_sentence(s),
                             .ends_list = s.len > 0 && s.ptr[s.len - 1] == ',',
                             .full = cell->box.x1 > page->right - 4 * cell->size,
                             .ends_unspaced = txt_is_unspaced(last_of(s, &at))};
}

/* Writes `s`, but keeps back a hyphen at its end that a word may be broken at. */
static bool write_line(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row,
                       anc_str s)
{
    size_t at;
    const uint32_t c = last_of(s, &at);
    const anc_str head = anc_str_sub(s, 0, at);
    const anc_str word = letters_at_end(head);
    const bool breaks = is_hyphen(c) && word.len > 0;
    if (!prs_emit_text(l->e, breaks ? head : s))
        return false;
    remember(l, page, row, s);
    l->last.hyphen = breaks;
    anc_buf_clear(&l->word);
    const bool chained = breaks && word.len < head.len && head.ptr[head.len - word.len - 1] == '-';
    if (breaks && !chained)
        (void)anc_buf_add(&l->word, anc_str_sub(word, 0, word.len <= WORD_BYTES ? word.len : 0));
    return true;
}

/* Writes the hyphen that was kept back, unless it only broke a word. */
static bool settle_hyphen(prs_pdf_lines *l, anc_str next)
{
    const anc_str rest = letters_at_front(next);
    bool keep = l->word.len == 0 || category_at(next, 0) != TXT_LL;
    if (!keep) {
        const uint32_t bit = compound_bit(anc_buf_view(&l->word), rest);
        keep = (l->compounds[bit / 8] >> (bit % 8) & 1) != 0;
    }
    l->last.hyphen = false;
    return !keep || prs_emit_text(l->e, ANC_STR("-"));
}

static float first_word_width(const prs_pdf_page *page, const prs_pdf_cell *cell)
{
    const prs_box b = page->words[cell->first].box;
    return b.x1 - b.x0;
}

/* Writes `s` behind what is open. */
static bool go_on(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row, anc_str s)
{
    const prs_pdf_cell *cell = &page->cells[row->first];
    size_t bytes;
    bool ok = true;
    if (l->last.page != page->number)
        ok = prs_emit_turn_page(l->e, page->number);
    const float room = l->last.right - l->last.box.x1 - first_word_width(page, cell);
    const bool on_purpose = l->last.page == page->number && l->last.block == cell->block &&
                            !cell->right_to_left && room > 0.4F * cell->size;
    if (l->last.hyphen)
        ok = ok && settle_hyphen(l, s);
    else if (on_purpose)
        ok = ok && prs_emit_break(l->e);
    else if (!l->last.ends_unspaced || !txt_is_unspaced(anc_utf8_at(s, 0, &bytes)))
        ok = ok && prs_emit_blank(l->e);
    return ok && write_line(l, page, row, s);
}

/* Whether a line goes on with the open paragraph or item. */
static bool goes_on(const prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_cell *cell,
                    anc_str s)
{
    const prs_pdf_last *last = &l->last;
    if (!l->e->is_open || last->page == 0 || cell->upright ||
        fabsf(cell->size - last->size) > 0.12F * last->size)
        return false;
    const float down = cell->box.y0 - last->box.y0;
    if (last->page == page->number && last->block == cell->block) {
        const float leading = page->blocks[cell->block].leading;
        const bool far = leading > 0 && down > 1.5F * leading;
        const bool indented = cell->box.x0 - last->box.x0 > 0.8F * cell->size &&
                              last->ends_sentence && !cell->right_to_left;
        return !far && !indented && down > 0;
    }
    const bool next = last->page == page->number && down > 0 && down < 1.7F * cell->size;
    if (l->depth > 0 && next && fabsf(cell->box.x0 - l->item_x) < 4)
        return true;
    if (last->ends_sentence)
        return false;
    const txt_category first = category_at(s, 0);
    const bool below = next && last->full && fabsf(cell->box.x0 - last->box.x0) < 4 &&
                       fabsf(cell->size - last->size) < 0.04F * last->size;
    if (l->depth > 0)
        return below && !last->ends_list && (first == TXT_LL || first == TXT_ND);
    const bool full = last->right - last->box.x1 < 4 * last->size;
    return below || (full && first == TXT_LL);
}

/* The depth of a list item whose mark stands at `x`. */
static unsigned depth_at(prs_pdf_lines *l, float x)
{
    while (l->depth > 0 && l->marks[l->depth - 1] > x + 2)
        l->depth--;
    if (l->depth < PRS_PDF_LIST_DEPTH && (l->depth == 0 || l->marks[l->depth - 1] < x - 2))
        l->marks[l->depth++] = x;
    return l->depth;
}

static bool write_item(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row,
                       anc_str s, size_t mark)
{
    const prs_pdf_cell *cell = &page->cells[row->first];
    const unsigned kept = l->depth;
    const bool bullet = bullet_length(s) > 0;
    const anc_str rest = anc_str_trim(anc_str_sub(s, mark, s.len));
    if (l->last.hyphen && !prs_emit_text(l->e, ANC_STR("-")))
        return false;
    l->depth = kept;
    const unsigned depth = depth_at(l, cell->box.x0);
    if (!prs_emit_open(l->e, PRS_LIST_ITEM, depth))
        return false;
    if (bullet
            ? !prs_emit_mark(l->e, ANC_STR("- "))
            : !prs_emit_mark(l->e, anc_str_sub(s, 0, mark)) || !prs_emit_mark(l->e, ANC_STR(" ")))
        return false;
    const prs_pdf_cell *last = &page->cells[row->first + row->n - 1];
    const uint32_t second = row->n > 1 ? page->cells[row->first + 1].first : cell->first + 1;
    const bool has_more = row->n > 1 || cell->n > 1;
    l->item_x = has_more ? page->words[second].box.x0 : last->box.x0;
    return write_line(l, page, row, rest);
}

static bool write_heading(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row,
                          anc_str s, unsigned level)
{
    const prs_emitter *e = l->e;
    const prs_pdf_cell *cell = &page->cells[row->first];
    const bool more = e->is_open && e->open.kind == PRS_HEADING && e->open.level == level &&
                      l->last.page == page->number && l->last.block == cell->block;
    if (more)
        return go_on(l, page, row, s);
    return prs_pdf_lines_close(l) && prs_emit_open(l->e, PRS_HEADING, level) &&
           write_line(l, page, row, s);
}

/* Whether `s` is a rule drawn with signs. */
static bool is_rule(anc_str s)
{
    size_t n = 0;
    while (n < s.len && strchr("-=_*.~", s.ptr[n]) != NULL)
        n++;
    return n == s.len && n >= 3;
}

bool prs_pdf_is_marked_line(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row)
{
    row_text(l, page, row);
    const anc_str s = anc_buf_view(&l->text);
    if (row->columns != 2 || s.len == 0)
        return false;
    const prs_pdf_cell *first = &page->cells[row->first];
    anc_buf_clear(&l->text);
    prs_pdf_cell_text(page, first, &l->text);
    const anc_str mark = anc_buf_view(&l->text);
    size_t bytes;
    if (bullet_length(mark) == mark.len || number_length(mark) == mark.len)
        return true;
    const bool named = named_level(mark) > 0 && letters_at_end(mark).len == 0;
    (void)anc_buf_add(&l->text, ANC_STR(" x"));
    return named || number_parts(anc_buf_view(&l->text), &bytes) > 0;
}

bool prs_pdf_line(prs_pdf_lines *l, const prs_pdf_page *page, const prs_pdf_row *row,
                  const prs_pdf_row *before, const prs_pdf_row *after)
{
    row_text(l, page, row);
    const anc_str s = anc_str_trim(anc_buf_view(&l->text));
    const prs_pdf_cell *cell = &page->cells[row->first];
    if (l->text.refused)
        return prs_emit_fail(l->e, anc_buf_status(&l->text, "PDF: a line", l->e->err));
    if (s.len == 0)
        return true;
    if (is_rule(s))
        return prs_pdf_lines_close(l);
    unsigned level = level_by_size(l, page, cell, s);
    if (reads_as_heading(s, NAMED_HEADING_BYTES) && named_level(s) > 0)
        level = named_level(s);
    if (level == 0)
        level = numbered_level(s, page, row, before, after);
    if (level > 0)
        return write_heading(l, page, row, s, level);
    size_t mark = bullet_length(s);
    mark = mark > 0 ? mark : number_length(s);
    if (mark > 0 && mark < s.len)
        return write_item(l, page, row, s, mark);
    if (l->e->is_open && l->e->open.kind != PRS_HEADING && goes_on(l, page, cell, s))
        return go_on(l, page, row, s);
    return prs_pdf_lines_close(l) && prs_emit_open(l->e, PRS_PARAGRAPH, 0) &&
           write_line(l, page, row, s);
}
