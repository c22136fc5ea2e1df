/* pdf_rows.c - the words of a page into rows of cells, in reading order.
 *
 * Cells that stand at one height are a row, as in a table or a form. Where blocks of prose stand side
 * by side there is a gutter between them that no row crosses; columns are then read one
 * after the other. Without a gutter a page is read from top to bottom.
 */
#include "pdf_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/unicode.h"

enum {
    PROSE_LINES = 3, /* in a block, at least, for it to be a column of prose */
    PROSE_WORDS = 4, /* in each of its lines, on average */
    MAX_PROSE = 200,
    MAX_GUTTERS = 16
};

static const float cell_gap = 1.2F; /* in heights of the type: what parts a line into cells */
static const float prose_gap = 3;   /* the same in a block of prose, whose lines may be stretched */
static const float tight_gap = 0.6F; /* what does not part two cells of a row */
static const float word_gap = 0.09F; /* what makes a blank */

bool prs_pdf_room(void *array, size_t *cap, size_t n, size_t element)
{
    if (n < *cap)
        return true;
    void *old = NULL;
    memcpy(&old, array, sizeof old);
    const size_t more = *cap > 0 ? *cap * 2 : 256;
    void *grown = realloc(old, more * element);
    if (grown == NULL)
        return false;
    memcpy(array, &grown, sizeof grown);
    *cap = more;
    return true;
}

void prs_pdf_page_clear(prs_pdf_page *page)
{
    anc_buf_clear(&page->text);
    page->n_words = page->n_cells = page->n_rows = page->n_blocks = 0;
    page->right = 0;
    memset(page->edges, 0, sizeof page->edges);
}

void prs_pdf_page_done(prs_pdf_page *page)
{
    anc_buf_done(&page->text);
    free(page->words);
    free(page->cells);
    free(page->rows);
    free(page->blocks);
    *page = (prs_pdf_page){.number = 0};
}

anc_str prs_pdf_word_text(const prs_pdf_page *page, const prs_pdf_word *word)
{
    return anc_str_sub(anc_buf_view(&page->text), word->at, word->len);
}

static float height(prs_box b)
{
    return b.y1 - b.y0;
}

static float width(prs_box b)
{
    return b.x1 - b.x0;
}

static prs_box around(prs_box a, prs_box b)
{
    return (prs_box){fminf(a.x0, b.x0), fminf(a.y0, b.y0), fmaxf(a.x1, b.x1), fmaxf(a.y1, b.y1)};
}

/* The space between two boxes along x; negative where they overlap. */
static float gap(prs_box a, prs_box b)
{
    return fmaxf(a.x0, b.x0) - fminf(a.x1, b.x1);
}

/* ---- blocks ----------------------------------------------------------------------------------- */

bool prs_pdf_is_prose(const prs_pdf_block *b)
{
    return b->lines >= PROSE_LINES && b->words >= PROSE_WORDS * b->lines;
}

static bool make_blocks(prs_pdf_page *p)
{
    const prs_pdf_word *before = NULL; /* the first of the line before */
    for (size_t i = 0; i < p->n_words; i++) {
        const prs_pdf_word *w = &p->words[i];
        while (p->n_blocks <= w->block) {
            if (!prs_pdf_room(&p->blocks, &p->cap_blocks, p->n_blocks, sizeof *p->blocks))
                return false;
            p->blocks[p->n_blocks++] = (prs_pdf_block){.box = w->box};
        }
        prs_pdf_block *b = &p->blocks[w->block];
        b->box = around(b->box, w->box);
        b->size = fmaxf(b->size, height(w->box));
        b->words++;
        if (before != NULL && before->line == w->line)
            continue;
        b->lines++;
        const float down = before != NULL ? w->box.y0 - before->box.y0 : 0;
        if (before != NULL && before->block == w->block && down > 0.8F * height(w->box) &&
            (b->leading <= 0 || down < b->leading))
            b->leading = down;
        before = w;
    }
    for (size_t i = 0; i < p->n_blocks; i++)
        if (p->blocks[i].lines > 1 || p->blocks[i].words > 2 * PROSE_WORDS)
            p->right = fmaxf(p->right, p->blocks[i].box.x1);
    return true;
}

/* ---- words to cells --------------------------------------------------------------------------- */

/* Whether most letters of a word are written from right to left; by the blocks of Unicode. */
static int direction(anc_str s)
{
    int d = 0;
    size_t bytes;
    for (size_t i = 0; i < s.len; i += bytes) {
        const uint32_t c = anc_utf8_at(s, i, &bytes);
        if ((c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFEFC))
            d--;
        else if (c > 0x40)
            d++;
    }
    return d;
}

static void finish_cell(prs_pdf_page *p, prs_pdf_cell *cell)
{
    int d = 0;
    uint32_t longest = 0;
    for (uint32_t i = cell->first; i < cell->first + cell->n; i++) {
        const prs_pdf_word *w = &p->words[i];
        d += direction(prs_pdf_word_text(p, w));
        const bool upright =
            anc_utf8_count(prs_pdf_word_text(p, w)) >= 3 && height(w->box) > 2.5F * width(w->box);
        cell->upright |= upright;
        if (w->len > longest) {
            longest = w->len;
            cell->size = upright ? width(w->box) : height(w->box);
        }
    }
    cell->right_to_left = d < 0;
}

static bool make_cells(prs_pdf_page *p)
{
    prs_pdf_cell *cell = NULL;
    for (uint32_t i = 0; i < p->n_words; i++) {
        const prs_pdf_word *w = &p->words[i];
        const float most =
            (prs_pdf_is_prose(&p->blocks[w->block]) ? prose_gap : cell_gap) * height(w->box);
        const bool goes_on = cell != NULL && cell->line == w->line &&
                             gap(p->words[i - 1].box, w->box) <= fmaxf(most, 1);
        if (goes_on) {
            cell->n++;
            cell->box = around(cell->box, w->box);
            continue;
        }
        if (cell != NULL)
            finish_cell(p, cell);
        if (!prs_pdf_room(&p->cells, &p->cap_cells, p->n_cells, sizeof *p->cells))
            return false;
        cell = &p->cells[p->n_cells++];
        *cell =
            (prs_pdf_cell){.box = w->box, .first = i, .n = 1, .line = w->line, .block = w->block};
    }
    if (cell != NULL)
        finish_cell(p, cell);
    return true;
}

void prs_pdf_cell_text(const prs_pdf_page *page, const prs_pdf_cell *cell, anc_buf *out)
{
    for (uint32_t k = 0; k < cell->n; k++) {
        const uint32_t i = cell->right_to_left ? cell->first + cell->n - 1 - k : cell->first + k;
        const prs_pdf_word *w = &page->words[i];
        if (k > 0) {
            const prs_pdf_word *before = cell->right_to_left ? w + 1 : w - 1;
            if (gap(before->box, w->box) > word_gap * height(w->box))
                (void)anc_buf_add_char(out, ' ');
        }
        (void)anc_buf_add(out, prs_pdf_word_text(page, w));
    }
}

/* ---- gutters ----------------------------------------------------------------------- */

/* Blocks of prose, by themselves. */
static size_t find_prose(const prs_pdf_page *p, const prs_pdf_block *out[MAX_PROSE])
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_blocks && n < MAX_PROSE; i++)
        if (prs_pdf_is_prose(&p->blocks[i]) && width(p->blocks[i].box) > 8 * p->blocks[i].size)
            out[n++] = &p->blocks[i];
    return n;
}

/* Adds a gutter, into one that is already there where both share a stripe of the page. */
static size_t add_gutter(prs_box *gutters, size_t n, prs_box g)
{
    for (size_t i = 0; i < n; i++) {
        prs_box *old = &gutters[i];
        const float x0 = fmaxf(old->x0, g.x0), x1 = fminf(old->x1, g.x1);
        if (x0 > x1)
            continue;
        *old = (prs_box){x0, fminf(old->y0, g.y0), x1, fmaxf(old->y1, g.y1)};
        return n;
    }
    if (n < MAX_GUTTERS)
        gutters[n++] = g;
    return n;
}

/* The stripes between blocks of prose that stand side by side. */
static size_t find_gutters(const prs_pdf_page *p, prs_box out[MAX_GUTTERS])
{
    const prs_pdf_block *blocks[MAX_PROSE];
    const size_t n = find_prose(p, blocks);
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const prs_box a = blocks[i]->box, b = blocks[k]->box;
            const float line = height(a) / (float)blocks[i]->lines;
            const float shared = fminf(a.y1, b.y1) - fmaxf(a.y0, b.y0);
            if (a.x1 <= b.x0 && shared > 2 * line)
                found = add_gutter(
                    out, found,
                    (prs_box){a.x1, fminf(a.y0, b.y0) - line, b.x0, fmaxf(a.y1, b.y1) + line});
        }
    return found;
}

/* ---- cells to rows ---------------------------------------------------------------------------- */

static float middle(const prs_pdf_cell *c)
{
    return (c->box.y0 + c->box.y1) / 2;
}

static int by_middle(const void *a, const void *b)
{
    const prs_pdf_cell *x = a, *y = b;
    const float mx = middle(x), my = middle(y);
    if (mx < my || mx > my)
        return mx < my ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static int by_x(const void *a, const void *b)
{
    const prs_pdf_cell *x = a, *y = b;
    if (x->box.x0 < y->box.x0 || x->box.x0 > y->box.x0)
        return x->box.x0 < y->box.x0 ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static int by_order(const void *a, const void *b)
{
    const prs_pdf_row *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static bool same_height(const prs_pdf_cell *a, const prs_pdf_cell *b)
{
    const float shared = fminf(a->box.y1, b->box.y1) - fmaxf(a->box.y0, b->box.y0);
    return !a->upright && !b->upright && shared >= 0.5F * fminf(height(a->box), height(b->box)) &&
           fmaxf(a->size, b->size) < 3 * fminf(a->size, b->size);
}

static bool is_parted(const prs_pdf_cell *a, const prs_pdf_cell *b, const prs_box *gutters,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a->box.x1 <= gutters[i].x0 + 2 && b->box.x0 >= gutters[i].x1 - 2 &&
            middle(a) >= gutters[i].y0 && middle(a) <= gutters[i].y1)
            return true;
    return false;
}

/* Cuts cells `first` to `end`, all at one height and sorted by x, into rows. */
static bool add_rows(prs_pdf_page *p, uint32_t first, uint32_t end, const prs_box *gutters,
                     size_t n_gutters)
{
    prs_pdf_row *row = NULL;
    for (uint32_t i = first; i < end; i++) {
        prs_pdf_cell *c = &p->cells[i];
        if (row != NULL && !is_parted(&p->cells[i - 1], c, gutters, n_gutters)) {
            const prs_pdf_cell *before = &p->cells[i - 1];
            c->tight = gap(before->box, c->box) < tight_gap * fminf(before->size, c->size);
            row->n++;
            row->columns += !c->tight;
            row->y0 = fminf(row->y0, c->box.y0);
            row->y1 = fmaxf(row->y1, c->box.y1);
            continue;
        }
        if (!prs_pdf_room(&p->rows, &p->cap_rows, p->n_rows, sizeof *p->rows))
            return false;
        row = &p->rows[p->n_rows++];
        *row = (prs_pdf_row){.first = i, .n = 1, .columns = 1, .y0 = c->box.y0, .y1 = c->box.y1};
    }
    return true;
}

/* ---- cells that stand one blank apart --------------------------------------------------------- */

/* Words [first, end) of a cell as one of their own. */
static prs_pdf_cell part_of(prs_pdf_page *p, const prs_pdf_cell *whole, uint32_t first,
                            uint32_t end)
{
    prs_pdf_cell c = {.box = p->words[first].box,
                      .first = first,
                      .n = end - first,
                      .line = whole->line,
                      .block = whole->block,
                      .tight = first == whole->first && whole->tight};
    for (uint32_t i = first + 1; i < end; i++)
        c.box = around(c.box, p->words[i].box);
    finish_cell(p, &c);
    return c;
}

/* Cuts the cell `from` into its parts, the last of which goes to `*to`; `*to` is where the next one before goes. */
static void cut_cell(prs_pdf_page *p, uint32_t from, uint32_t *to)
{
    const prs_pdf_cell whole = p->cells[from];
    uint32_t end = whole.first + whole.n;
    for (uint32_t w = end; w-- > whole.first + 1;)
        if (p->words[w].apart) {
            p->cells[(*to)--] = part_of(p, &whole, w, end);
            end = w;
        }
    p->cells[(*to)--] = end < whole.first + whole.n ? part_of(p, &whole, whole.first, end) : whole;
}

static void count_columns(prs_pdf_page *p, prs_pdf_row *row)
{
    for (uint32_t i = row->first + 1; i < row->first + row->n; i++) {
        prs_pdf_cell *c = &p->cells[i];
        const bool apart = p->words[c->first].apart;
        row->columns += apart;
        c->tight &= !apart;
    }
}

/* Cuts cells before the words that begin one by their column. False when memory is out. */
static bool cut_cells(prs_pdf_page *p)
{
    uint32_t cuts = 0;
    prs_pdf_mark_columns(p);
    for (size_t i = 0; i < p->n_cells; i++)
        for (uint32_t k = 1; k < p->cells[i].n; k++)
            cuts += p->words[p->cells[i].first + k].apart;
    const uint32_t n = (uint32_t)p->n_cells + cuts;
    while (p->cap_cells < n)
        if (!prs_pdf_room(&p->cells, &p->cap_cells, p->cap_cells, sizeof *p->cells))
            return false;
    uint32_t to = n - 1; /* from the back: nothing is written over that was not read */
    for (size_t r = p->n_rows; r-- > 0;) {
        prs_pdf_row *row = &p->rows[r];
        const uint32_t last = to;
        for (uint32_t i = row->first + row->n; i-- > row->first;)
            cut_cell(p, i, &to);
        row->first = to + 1;
        row->n = last - to;
        count_columns(p, row);
    }
    p->n_cells = n;
    return true;
}

/* Whether a row is a line of prose whose words were stretched over the whole width: single words with
 * the same gap between all. */
static bool is_stretched(const prs_pdf_page *p, const prs_pdf_row *row)
{
    float least = INFINITY, most = 0;
    if (row->columns < 4)
        return false;
    /* a mark in front stands off as it likes */
    const bool marked = prs_pdf_word_text(p, &p->words[p->cells[row->first].first]).len <= 3;
    for (uint32_t i = row->first + (marked ? 2 : 1); i < row->first + row->n; i++) {
        const float g = gap(p->cells[i - 1].box, p->cells[i].box);
        least = fminf(least, g);
        most = fmaxf(most, g);
        if (p->cells[i].n > 1)
            return false;
    }
    return most < 1.2F * least;
}

static prs_box row_box(const prs_pdf_page *p, const prs_pdf_row *row)
{
    prs_box b = p->cells[row->first].box;
    for (uint32_t i = row->first + 1; i < row->first + row->n; i++)
        b = around(b, p->cells[i].box);
    return b;
}

/* The column that a row stands in, counted by the gutters left of it; MAX_GUTTERS + 1 where it
 * crosses one or stands beside none. */
static uint32_t column_of(const prs_pdf_page *p, const prs_pdf_row *row, const prs_box *gutters,
                          size_t n)
{
    const prs_box b = row_box(p, row);
    const float y = (b.y0 + b.y1) / 2;
    uint32_t left = 0, beside = 0;
    for (size_t i = 0; i < n; i++) {
        if (y < gutters[i].y0 || y > gutters[i].y1)
            continue;
        beside++;
        if (b.x0 < gutters[i].x0 - 2 && b.x1 > gutters[i].x1 + 2)
            return MAX_GUTTERS + 1;
        left += b.x0 >= gutters[i].x1 - 2;
    }
    return beside > 0 ? left : MAX_GUTTERS + 1;
}

/* Puts rows into reading order: from one row over the whole width to the next, column after column. */
static void order_rows(prs_pdf_page *p, const prs_box *gutters, size_t n)
{
    uint32_t band = 0;
    for (size_t i = 0; i < p->n_rows; i++) {
        const uint32_t column = column_of(p, &p->rows[i], gutters, n);
        const bool whole = column > MAX_GUTTERS;
        band += whole;
        p->rows[i].order = band * (MAX_GUTTERS + 2) + (whole ? 0 : column + 1);
    }
    qsort(p->rows, p->n_rows, sizeof *p->rows, by_order);
}

bool prs_pdf_rows(prs_pdf_page *p)
{
    prs_box gutters[MAX_GUTTERS];
    if (p->n_words == 0)
        return true;
    if (!make_blocks(p) || !make_cells(p))
        return false;
    const size_t n_gutters = find_gutters(p, gutters);
    qsort(p->cells, p->n_cells, sizeof *p->cells, by_middle);
    for (uint32_t i = 0, end; i < p->n_cells; i = end) {
        end = i + 1;
        while (end < p->n_cells && same_height(&p->cells[i], &p->cells[end]))
            end++;
        qsort(p->cells + i, end - i, sizeof *p->cells, by_x);
        if (!add_rows(p, i, end, gutters, n_gutters))
            return false;
    }
    for (size_t i = 0; i < p->n_rows; i++)
        if (is_stretched(p, &p->rows[i]))
            p->rows[i].columns = 1;
    if (!cut_cells(p))
        return false;
    if (n_gutters > 0)
        order_rows(p, gutters, n_gutters);
    return true;
}
