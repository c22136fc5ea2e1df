/* pdf_gaps.c - columns that stand one blank apart: where all rows of a table leave a gap.
 *
 * The longest cell of a column may end a blank before the next one, and looks like one cell with it. A word begins a
 * cell where the rows around leave the same place free, most of them clearly more of it than a blank, and what is to
 * its sides stands in the columns that they have there. What stands right of a gap may also be aligned in
 * all of the rows.
 */
#include "pdf_impl.h"

#include <math.h>
#include <string.h>

enum {
    RUN_ROWS = 40, /* that are looked at together */
    FEW_ROWS = 3,
    PASSES = 3,
    CELL_WORDS = 10,  /* of what may be several cells; more is prose */
    ROW_WORDS = 64,   /* of a row in them, at most */
    ALIGNED_ROWS = 4, /* for columns that no row parts, at least */
    CROSSING = 4 /* rows with a gap to each that goes over it, as a title of several columns does */
};

static const float free_gap = 0.1F;   /* in heights of the type: what is left free at all */
static const float least_gap = 0.15F; /* what may part two cells */
static const float wide_gap = 0.45F;  /* what is more than a blank */
static const float at_one_place = 1;  /* points */

/* A gap between two words of a row, and what stands to its sides up to the ends of their cells. */
typedef struct gap {
    prs_box left, right;
    float x0, x1;
    float size;
    uint32_t cell, word; /* of the right side; the word is its first */
    bool parted;         /* two cells end there as it is */
} gap;

typedef enum stance { STANCE_BESIDE, STANCE_CROSSES, STANCE_LEAVES } stance;

/* Rows [first, end) that belong together; foreign are those that go over the gaps of the others. */
typedef struct run {
    size_t first, end;
    bool foreign[RUN_ROWS];
} run;

/* What the other rows say of a gap. */
typedef struct votes {
    unsigned wide, narrow, crossing, parted;
    unsigned begin, end, centred; /* rows whose right sides are aligned so with that of the gap */
    float left0, left1, right0, right1; /* of the columns that are parted there */
} votes;

static prs_box around(prs_box a, prs_box b)
{
    return (prs_box){fminf(a.x0, b.x0), fminf(a.y0, b.y0), fmaxf(a.x1, b.x1), fmaxf(a.y1, b.y1)};
}

/* The box of words [first, end). */
static prs_box box_of(const prs_pdf_page *p, uint32_t first, uint32_t end)
{
    prs_box b = p->words[first].box;
    for (uint32_t i = first + 1; i < end; i++)
        b = around(b, p->words[i].box);
    return b;
}

/* The end of the part that word `w` of a cell is in: the next word that begins a cell, or the cell's end. */
static uint32_t part_end(const prs_pdf_page *p, const prs_pdf_cell *c, uint32_t w)
{
    for (w++; w < c->first + c->n && !p->words[w].apart; w++)
        ;
    return w;
}

/* The gap before word `w` of cell `at`; before the first word it is that between two cells. */
static gap gap_before(const prs_pdf_page *p, uint32_t at, uint32_t w)
{
    const prs_pdf_cell *c = &p->cells[at];
    const bool first = w == c->first;
    const prs_pdf_cell *before = first ? c - 1 : c;
    const prs_box left = first ? before->box : box_of(p, c->first, w);
    const prs_box right = box_of(p, w, part_end(p, c, w));
    return (gap){.left = left,
                 .right = right,
                 .x0 = left.x1,
                 .x1 = right.x0,
                 .size = fminf(before->size, c->size),
                 .cell = at,
                 .word = w,
                 .parted = p->words[w].apart || (first && !c->tight)};
}

/* How a row stands to the stripe from x0 to x1; fills `ret` where it leaves some of it free. */
static stance stands(const prs_pdf_page *p, const prs_pdf_row *row, float x0, float x1, gap *ret)
{
    float most = 0;
    const uint32_t end = row->first + row->n;
    if (p->cells[row->first].box.x0 >= x1 - at_one_place ||
        p->cells[end - 1].box.x1 <= x0 + at_one_place)
        return STANCE_BESIDE;
    for (uint32_t i = row->first; i < end; i++) {
        const prs_pdf_cell *c = &p->cells[i];
        if (c->box.x1 < x0)
            continue;
        for (uint32_t w = c->first + (i == row->first); w < c->first + c->n; w++) {
            const float from = w > c->first ? p->words[w - 1].box.x1 : (c - 1)->box.x1;
            const float shared = fminf(x1, p->words[w].box.x0) - fmaxf(x0, from);
            if (shared <= most)
                continue;
            most = shared;
            *ret = gap_before(p, i, w);
        }
    }
    return most > 0 && most >= free_gap * ret->size ? STANCE_LEAVES : STANCE_CROSSES;
}

static bool share(prs_box a, prs_box b)
{
    return fminf(a.x1, b.x1) > fmaxf(a.x0, b.x0);
}

/* Whether a cell reads as a line of a text, or a part of one. */
static bool is_prose_line(const prs_pdf_page *p, const prs_pdf_cell *c)
{
    const anc_str last = prs_pdf_word_text(p, &p->words[c->first + c->n - 1]);
    return c->n > CELL_WORDS || (last.len > 0 && strchr(".,:;{", last.ptr[last.len - 1]) != NULL);
}

/* "$" and "(" stand apart in front of what they belong to, ")" and "%" behind. */
static bool is_glue(const prs_pdf_page *p, const gap *g)
{
    const anc_str after = prs_pdf_word_text(p, &p->words[g->word]);
    const anc_str before = prs_pdf_word_text(p, &p->words[g->word - 1]);
    const anc_str opening[] = {ANC_STR("$"), ANC_STR("("), ANC_STR("$("), ANC_STR("\xE2\x82\xAC"),
                               ANC_STR("\xC2\xA3")};
    bool glue = anc_str_eq(after, ANC_STR(")")) || anc_str_eq(after, ANC_STR("%"));
    for (size_t i = 0; i < ANC_COUNT(opening); i++)
        glue |= anc_str_eq(before, opening[i]);
    return glue;
}

static bool is_wide(const gap *g)
{
    return g->x1 - g->x0 >= wide_gap * g->size;
}

static void count(votes *v, const gap *g, const gap *other)
{
    const prs_box a = g->right, b = other->right;
    v->begin += fabsf(a.x0 - b.x0) <= at_one_place;
    v->end += fabsf(a.x1 - b.x1) <= at_one_place;
    v->centred += fabsf(a.x0 + a.x1 - b.x0 - b.x1) <= 2 * at_one_place;
    v->wide += is_wide(other);
    v->narrow += !is_wide(other);
    if (!other->parted)
        return;
    if (v->parted++ == 0) {
        v->left0 = other->left.x0;
        v->left1 = other->left.x1;
        v->right0 = other->right.x0;
        v->right1 = other->right.x1;
    }
    v->left0 = fminf(v->left0, other->left.x0);
    v->left1 = fmaxf(v->left1, other->left.x1);
    v->right0 = fminf(v->right0, other->right.x0);
    v->right1 = fmaxf(v->right1, other->right.x1);
}

/* Whether what is right of a gap begins, ends or is centred as its column is, or both sides lie within theirs. */
static bool fits(const gap *g, const votes *v)
{
    const bool within =
        g->left.x0 >= v->left0 - at_one_place && g->left.x1 <= v->left1 + at_one_place &&
        g->right.x0 >= v->right0 - at_one_place && g->right.x1 <= v->right1 + at_one_place;
    return within || fabsf(g->right.x0 - v->right0) <= at_one_place ||
           fabsf(g->right.x1 - v->right1) <= at_one_place ||
           fabsf(g->right.x0 + g->right.x1 - v->right0 - v->right1) <= 2 * at_one_place;
}

/* Whether a gap of row `at` parts two cells, by the rows around. */
static bool parts(const prs_pdf_page *p, const run *r, size_t at, const gap *g)
{
    votes v = {.wide = is_wide(g), .narrow = !is_wide(g)};
    float x0 = g->x0, x1 = g->x1;
    for (size_t i = r->first; i < r->end; i++) {
        gap other;
        if (i == at || r->foreign[i - r->first])
            continue;
        const stance s = stands(p, &p->rows[i], x0, x1, &other);
        v.crossing += s == STANCE_CROSSES;
        if (s != STANCE_LEAVES || is_glue(p, &other) || !share(g->left, other.left) ||
            !share(g->right, other.right))
            continue;
        x0 = fmaxf(x0, other.x0);
        x1 = fminf(x1, other.x1);
        count(&v, g, &other);
    }
    const unsigned others = v.wide + v.narrow - 1;
    const bool aligned = v.begin == others || v.end == others || v.centred == others;
    if (aligned && others + 1 >= ALIGNED_ROWS && v.crossing == 0)
        return v.wide > 0;
    return v.parted > 0 && v.wide >= v.narrow && v.crossing * CROSSING <= v.wide && fits(g, &v);
}

/* Marks the words of a row that begin a cell, from right to left: what is right of a gap is a cell by then. Whether
 * there are more than before. */
static bool mark_row(prs_pdf_page *p, const run *r, size_t at)
{
    const prs_pdf_row *row = &p->rows[at];
    bool more = false;
    for (uint32_t i = row->first + row->n; i-- > row->first;) {
        const prs_pdf_cell *c = &p->cells[i];
        const uint32_t from = c->first + (i == row->first || !c->tight);
        if (is_prose_line(p, c))
            continue;
        for (uint32_t w = c->first + c->n; w-- > from;) {
            const gap g = gap_before(p, i, w);
            if (!g.parted && g.x1 - g.x0 >= least_gap * g.size && !is_glue(p, &g) &&
                parts(p, r, at, &g))
                p->words[w].apart = more = true;
        }
    }
    return more;
}

/* Whether row `at` goes over gaps of the others, as titles of several columns do and lines of prose. */
static bool is_foreign(const prs_pdf_page *p, const run *r, size_t at)
{
    unsigned gaps = 0, crossing = 0;
    for (size_t i = r->first; i < r->end; i++) {
        const prs_pdf_row *row = &p->rows[i];
        for (uint32_t k = row->first + 1; i != at && k < row->first + row->n; k++) {
            gap ignored;
            const prs_box left = p->cells[k - 1].box, right = p->cells[k].box;
            if (p->cells[k].tight)
                continue;
            const stance s = stands(p, &p->rows[at], left.x1, right.x0, &ignored);
            gaps += s != STANCE_BESIDE;
            crossing += s == STANCE_CROSSES;
        }
    }
    return crossing * CROSSING > gaps;
}

/* The sides of a gap are known better once the rows around are parted. */
static void mark_rows(prs_pdf_page *p, run *r)
{
    bool more = true;
    for (size_t i = r->first; i < r->end; i++)
        r->foreign[i - r->first] = is_foreign(p, r, i);
    for (unsigned pass = 0; more && pass < PASSES; pass++) {
        more = false;
        for (size_t i = r->first; i < r->end; i++)
            more |= !r->foreign[i - r->first] && mark_row(p, r, i);
    }
}

/* ---- rows that belong together ------------------------------------------------------------------ */

/* Whether a row may be one of a table: none of prose, written from left to right, of not too many words. */
static bool is_candidate(const prs_pdf_page *p, const prs_pdf_row *row)
{
    uint32_t words = 0;
    for (uint32_t i = row->first; i < row->first + row->n; i++) {
        const prs_pdf_cell *c = &p->cells[i];
        words += c->n;
        if (c->upright || c->right_to_left || prs_pdf_is_prose(&p->blocks[c->block]))
            return false;
    }
    return words > 1 && words <= ROW_WORDS;
}

static bool has_block(const prs_pdf_page *p, const prs_pdf_row *row, uint32_t block)
{
    for (uint32_t i = row->first; i < row->first + row->n; i++)
        if (p->cells[i].block == block)
            return true;
    return false;
}

static bool share_block(const prs_pdf_page *p, const prs_pdf_row *a, const prs_pdf_row *b)
{
    for (uint32_t i = a->first; i < a->first + a->n; i++)
        if (has_block(p, b, p->cells[i].block))
            return true;
    return false;
}

static bool is_near(const prs_pdf_page *p, const prs_pdf_row *a, const prs_pdf_row *b)
{
    return b->y0 - a->y1 < fminf(p->cells[a->first].size, p->cells[b->first].size);
}

/* The end of the rows from `first` on that belong together: each shares a block with the next one, or with `near` is
 * not far from it. */
static size_t run_end(const prs_pdf_page *p, size_t first, bool near)
{
    size_t end = first + 1;
    for (; end < p->n_rows && end - first < RUN_ROWS && is_candidate(p, &p->rows[end]); end++) {
        const prs_pdf_row *a = &p->rows[end - 1], *b = &p->rows[end];
        if (!share_block(p, a, b) && !(near && is_near(p, a, b)))
            break;
    }
    return end;
}

void prs_pdf_mark_columns(prs_pdf_page *p)
{
    for (size_t i = 0, end; i < p->n_rows; i = end) {
        end = i + 1;
        if (!is_candidate(p, &p->rows[i]))
            continue;
        end = run_end(p, i, false);
        if (end - i < FEW_ROWS) /* where cells are far from each other each is a block */
            end = run_end(p, i, true);
        if (end - i > 1)
            mark_rows(p, &(run){.first = i, .end = end});
    }
}
