/* progress_line.c - what a line of progress shows in the width that there is. */
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "term.h"

enum { BAR_CELLS = 28, BAR_LEAST = 8, PART_BYTES = 256 };

typedef struct part {
    char text[PART_BYTES];
    size_t len, width;
} part;

/* In the order in which they stand. */
enum { WHAT, COUNT, RATE, LEFT, SLOWEST, PARTS };

/* What goes first where there is no room. */
static const unsigned going[] = {SLOWEST, RATE, WHAT, LEFT};

static void set(part *p, anc_buf *from)
{
    const anc_str text = anc_str_sub(anc_buf_view(from), 0, PART_BYTES);
    p->len = anc_utf8_valid_prefix(text);
    memcpy(p->text, text.ptr, p->len);
    p->width = anc_utf8_count((anc_str){p->text, p->len});
    anc_buf_clear(from);
}

static void fill(part parts[PARTS], const char *what, const term_state *s)
{
    ANC_BUF(text, 4096);
    (void)anc_buf_printf(&text, "%s ", what);
    set(&parts[WHAT], &text);
    (void)anc_buf_printf(&text, "%llu/%llu", (unsigned long long)s->done,
                         (unsigned long long)s->total);
    set(&parts[COUNT], &text);
    if (s->rate > 0)
        (void)anc_buf_printf(&text, s->rate < 10 ? "  %.1f/s" : "  %.0f/s", s->rate);
    set(&parts[RATE], &text);
    if (s->left_s >= 1)
        (void)anc_buf_printf(&text, "  %d:%02d left", (int)s->left_s / 60, (int)s->left_s % 60);
    set(&parts[LEFT], &text);
    if (s->slowest.len > 0)
        (void)anc_buf_printf(&text, "  slowest: %.*s", ANC_FMT(s->slowest));
    set(&parts[SLOWEST], &text);
}

static size_t width_of(const part parts[PARTS])
{
    size_t width = 0;
    for (unsigned i = 0; i < PARTS; i++)
        width += parts[i].width;
    return width;
}

/* Cells of the bar that are full; the last one only at the end. */
static size_t full_cells(const term_state *s, bool ended, size_t cells)
{
    const double share = s->total > 0 ? (double)s->done / (double)s->total : 0;
    if (ended && s->total > 0 && s->done >= s->total)
        return cells;
    const size_t full = share > 0 ? (size_t)((share < 1 ? share : 1) * (double)cells) : 0;
    return full < cells ? full : cells - 1;
}

static void add_bar(const term_state *s, bool ended, size_t cells, anc_buf *out)
{
    if (cells == 0)
        return;
    const size_t full = full_cells(s, ended, cells);
    for (size_t i = 0; i < cells; i++)
        (void)anc_buf_printf(out, "%s", i < full ? "\u2588" : "\u2591");
    (void)anc_buf_printf(out, " ");
}

double term_left(double shown, double estimate, double after_s)
{
    static const double settles_s = 6;
    if (estimate < 0 || shown < 0)
        return estimate;
    const double run_down = shown > after_s ? shown - after_s : 0;
    const double towards = after_s > 0 ? after_s / (after_s + settles_s) : 0;
    return run_down + (estimate - run_down) * towards;
}

void term_progress_line(const char *what, const term_state *state, bool ended, size_t columns,
                        anc_buf *out)
{
    part parts[PARTS];
    fill(parts, what, state);
    const size_t room = columns > 1 ? columns - 1 : 0;
    for (size_t i = 0; i < ANC_COUNT(going) && width_of(parts) + BAR_LEAST + 1 > room; i++)
        parts[going[i]].len = parts[going[i]].width = 0;
    const size_t width = width_of(parts);
    if (width > room)
        return;
    size_t cells = room - width > 0 ? room - width - 1 : 0;
    cells = cells < BAR_CELLS ? cells : BAR_CELLS;
    for (unsigned i = 0; i < PARTS; i++) {
        if (i == COUNT)
            add_bar(state, ended, cells < BAR_LEAST ? 0 : cells, out);
        (void)anc_buf_printf(out, "%.*s", (int)parts[i].len, parts[i].text);
    }
}
