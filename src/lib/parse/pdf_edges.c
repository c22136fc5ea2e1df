/* pdf_edges.c - headers and footers: rows at the edge of a page that stand at the same height on
 * others, with the same words and either the same numbers or numbers that count with the pages. */
#include "pdf_impl.h"

#include <math.h>
#include <string.h>

enum { TEXT_BYTES = 400, REPEATS = 2 };

static const float edge_share = 0.2F; /* of the page's height, at the top and at the bottom */
static const float same_place = 4;    /* points */

/* Digest of `text` with its numbers masked (FNV-1a), the numbers apart. False with too many. */
static bool mask(anc_str text, prs_pdf_edge *edge)
{
    uint64_t h = 0xCBF29CE484222325U;
    bool letters = false;
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= '0' && c <= '9') {
            uint32_t value = 0;
            for (; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
                value = value * 10 + (uint32_t)(text.ptr[i] - '0');
            if (edge->n_numbers == ANC_COUNT(edge->numbers))
                return false;
            edge->numbers[edge->n_numbers++] = value;
            c = '#';
        } else {
            letters |= c >= 0x80 || (c | 0x20) >= 'a';
            i++;
        }
        h = (h ^ c) * 0x100000001B3U;
    }
    edge->only_numbers = !letters;
    edge->words = h | 1;
    return true;
}

static void note_edge(const prs_pdf_page *p, uint32_t row, prs_pdf_edge *edge)
{
    const prs_pdf_row *r = &p->rows[row];
    ANC_BUF(text, TEXT_BYTES);
    for (uint32_t i = r->first; i < r->first + r->n; i++) {
        prs_pdf_cell_text(p, &p->cells[i], &text);
        (void)anc_buf_add_char(&text, ' ');
    }
    prs_pdf_edge e = {.row = row, .y = r->y0};
    if (!text.refused && mask(anc_buf_view(&text), &e))
        *edge = e;
}

/* The row of `p` that is nearest to an edge behind `than`; n_rows when there is none. */
static uint32_t next_row(const prs_pdf_page *p, bool top, float than)
{
    uint32_t best = (uint32_t)p->n_rows;
    for (uint32_t i = 0; i < p->n_rows; i++) {
        const float y = p->rows[i].y0;
        if (top ? y <= than : y >= than)
            continue;
        if (best == p->n_rows || (top ? y < p->rows[best].y0 : y > p->rows[best].y0))
            best = i;
    }
    return best;
}

void prs_pdf_edges(prs_pdf_page *page)
{
    const float limit = edge_share * page->height;
    for (unsigned side = 0; side < 2; side++) {
        const bool top = side == 0;
        float than = top ? -INFINITY : INFINITY;
        for (unsigned i = 0; i < PRS_PDF_EDGE_ROWS; i++) {
            const uint32_t row = next_row(page, top, than);
            if (row == page->n_rows)
                break;
            than = page->rows[row].y0;
            prs_pdf_edge *edge = &page->edges[side * PRS_PDF_EDGE_ROWS + i];
            const bool far =
                top ? page->rows[row].y1 > limit : page->rows[row].y0 < page->height - limit;
            if (far && i > 0)
                break;
            note_edge(page, row, edge);
            /* the number of a page that is not full may stand high */
            if (far && !edge->only_numbers)
                *edge = (prs_pdf_edge){.words = 0};
            if (far)
                break;
        }
    }
}

/* `outermost`: nothing stands between both and their edges. */
static bool same_edge(const prs_pdf_edge *a, const prs_pdf_edge *b, int64_t pages_apart,
                      bool outermost)
{
    /* a page's number may stand wherever the text ends */
    const bool anywhere = outermost && a->only_numbers && a->n_numbers == 1;
    if (b->words != a->words || b->n_numbers != a->n_numbers ||
        (!anywhere && fabsf(a->y - b->y) > same_place))
        return false;
    if (anywhere && (int64_t)b->numbers[0] - (int64_t)a->numbers[0] != pages_apart)
        return false;
    for (unsigned i = 0; i < a->n_numbers; i++) {
        const int64_t apart = (int64_t)b->numbers[i] - (int64_t)a->numbers[i];
        if (apart != 0 && apart != pages_apart)
            return false;
    }
    return true;
}

static bool repeats(const prs_pdf_page *page, size_t at, const prs_pdf_page *const *others,
                    size_t n)
{
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        bool here = false;
        if (others[i] == NULL || others[i] == page)
            continue;
        const int64_t apart = (int64_t)others[i]->number - (int64_t)page->number;
        for (size_t k = 0; k < ANC_COUNT(page->edges); k++)
            here |= same_edge(&page->edges[at], &others[i]->edges[k], apart,
                              k == at && at % PRS_PDF_EDGE_ROWS == 0);
        found += here;
    }
    return found >= REPEATS;
}

/* Whether these words were kept on a page before; they are remembered. */
static bool was_seen(prs_pdf_seen *seen, uint64_t words)
{
    const unsigned n = seen->n < ANC_COUNT(seen->words) ? seen->n : ANC_COUNT(seen->words);
    for (unsigned i = 0; i < n; i++)
        if (seen->words[i] == words)
            return true;
    seen->words[seen->n++ % ANC_COUNT(seen->words)] = words;
    return false;
}

void prs_pdf_drop_edges(prs_pdf_page *page, const prs_pdf_page *const *others, size_t n,
                        prs_pdf_seen *seen)
{
    for (unsigned side = 0; side < 2; side++)
        for (unsigned i = 0; i < PRS_PDF_EDGE_ROWS; i++) {
            const size_t at = side * PRS_PDF_EDGE_ROWS + i;
            const prs_pdf_edge *edge = &page->edges[at];
            if (edge->words == 0 || !repeats(page, at, others, n))
                break;
            /* words are kept where they stand first, page numbers nowhere */
            const bool drop = edge->only_numbers || was_seen(seen, edge->words);
            page->rows[edge->row].dropped = drop;
            page->rows[edge->row].apart = !drop;
        }
}
