/* term.c - colours, progress drawn or printed, and texts of others made harmless. */
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "base/utf8.h"
#include "os/clock.h"

enum { USUAL_COLUMNS = 80, LINE_BYTES = 4096 };

static const int64_t tty_pause_ns = 80000000, pipe_pause_ns = 3000000000;

bool term_is_tty(FILE *stream)
{
    return isatty(fileno(stream)) == 1;
}

static const char *code(FILE *stream, const char *escape)
{
    return term_is_tty(stream) && getenv("NO_COLOR") == NULL ? escape : "";
}

const char *term_bold(FILE *stream)
{
    return code(stream, "\033[1m");
}

const char *term_dim(FILE *stream)
{
    return code(stream, "\033[2m");
}

const char *term_red(FILE *stream)
{
    return code(stream, "\033[31m");
}

const char *term_yellow(FILE *stream)
{
    return code(stream, "\033[33m");
}

const char *term_cyan(FILE *stream)
{
    return code(stream, "\033[36m");
}

const char *term_reset(FILE *stream)
{
    return code(stream, "\033[0m");
}

/* A line that is drawn again needs a terminal that can clear it. */
term_progress term_progress_start(const char *what, bool quiet)
{
    const char *name = getenv("TERM");
    const bool dumb = name != NULL && strcmp(name, "dumb") == 0;
    return (term_progress){
        .what = what, .quiet = quiet, .tty = term_is_tty(stderr) && !dumb, .left_s = -1};
}

/* Asked each time: a window may be made narrower while the line is in it. */
static size_t columns_of_stderr(void)
{
    struct winsize size = {0};
    const bool known = ioctl(fileno(stderr), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : USUAL_COLUMNS;
}

static void draw_bar(const term_progress *p, const term_state *s, bool ended)
{
    ANC_BUF(line, LINE_BYTES);
    term_progress_line(p->what, s, ended, columns_of_stderr(), &line);
    (void)fprintf(stderr, "\r\033[K%.*s", ANC_FMT(anc_buf_view(&line)));
    (void)fflush(stderr);
}

static void print_plain(const term_progress *p, const term_state *s)
{
    (void)fprintf(stderr, "%s: %llu of %llu", p->what, (unsigned long long)s->done,
                  (unsigned long long)s->total);
    if (s->rate > 0)
        (void)fprintf(stderr, ", %.1f a second", s->rate);
    if (s->left_s >= 1)
        (void)fprintf(stderr, ", %.0f s left", s->left_s);
    if (s->slowest.len > 0)
        (void)fprintf(stderr, ", slowest: %.*s", ANC_FMT(s->slowest));
    (void)fputc('\n', stderr);
}

static void show(term_progress *p, const term_state *state, bool ended)
{
    term_state shown = *state;
    p->last_ns = os_mono_ns();
    p->drawn = true;
    p->left_s = term_left(p->left_s, state->left_s, (double)(p->last_ns - p->left_ns) / 1e9);
    p->left_ns = p->last_ns;
    shown.left_s = p->left_s;
    if (p->tty)
        draw_bar(p, &shown, ended);
    else
        print_plain(p, &shown);
}

void term_progress_show(term_progress *p, const term_state *state)
{
    const int64_t now = os_mono_ns();
    if (p->last_ns == 0 && !p->tty)
        p->last_ns = now; /* the first plain line comes after a pause, not at once */
    if (p->quiet || now - p->last_ns < (p->tty ? tty_pause_ns : pipe_pause_ns))
        return;
    show(p, state, false);
}

void term_progress_end(term_progress *p, const term_state *state)
{
    term_state last = *state;
    if (p->quiet)
        return;
    last.left_s = -1;
    show(p, &last, true);
    if (p->tty)
        (void)fputc('\n', stderr);
    (void)fflush(stderr);
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

static void print_word(FILE *out, anc_str word)
{
    for (size_t i = 0, n; i < word.len; i += n) {
        const uint32_t c = anc_utf8_at(word, i, &n);
        if (!is_control(c))
            (void)fwrite(word.ptr + i, 1, n, out);
    }
}

void term_print_text(FILE *out, anc_str text)
{
    for (size_t i = 0, n; i < text.len; i += n) {
        const uint32_t c = anc_utf8_at(text, i, &n);
        if (c == '\n' || c == '\t' || !is_control(c))
            (void)fwrite(text.ptr + i, 1, n, out);
    }
}

void term_print_wrapped(FILE *out, const char *indent, anc_str text, size_t columns)
{
    anc_str line, word;
    for (anc_str rest = text; anc_str_split(&rest, '\n', &line);) {
        size_t column = 0;
        (void)fputs(indent, out);
        while (anc_str_split(&line, ' ', &word)) {
            const size_t width = anc_utf8_count(word);
            if (width == 0)
                continue;
            if (column > 0 && column + 1 + width > columns) {
                (void)fprintf(out, "\n%s", indent);
                column = 0;
            }
            if (column > 0)
                (void)fputc(' ', out);
            print_word(out, word);
            column += width + (column > 0);
        }
        (void)fputc('\n', out);
    }
}

void term_print_line(FILE *out, anc_str text, size_t max)
{
    size_t printed = 0;
    bool blank = false;
    for (size_t i = 0, n; i < text.len; i += n) {
        const uint32_t c = anc_utf8_at(text, i, &n);
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            blank = printed > 0;
            continue;
        }
        if (is_control(c))
            continue;
        if (printed >= max) {
            (void)fputs("…", out);
            return;
        }
        if (blank)
            (void)fputc(' ', out);
        printed += blank + 1u;
        blank = false;
        (void)fwrite(text.ptr + i, 1, n, out);
    }
}
