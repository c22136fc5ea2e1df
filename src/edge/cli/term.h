/* term.h - what differs between a terminal and a pipe: colours, progress. Private.
 *
 * Progress goes to stderr: on a terminal one line that is drawn again, in a pipe a plain line at
 * most every few seconds. Nothing is drawn when the command was told to be quiet.
 */
#ifndef ANC_EDGE_CLI_TERM_H
#define ANC_EDGE_CLI_TERM_H

#include <stdio.h>

#include "base/base.h"
#include "base/str.h"

bool term_is_tty(FILE *stream);

/* The escape codes, or "" when `stream` is no terminal or NO_COLOR is set. */
const char *term_bold(FILE *stream);
const char *term_dim(FILE *stream);
const char *term_red(FILE *stream);
const char *term_yellow(FILE *stream);
const char *term_cyan(FILE *stream);
const char *term_reset(FILE *stream);

typedef struct term_progress {
    const char *what; /* "reading"; a literal */
    bool quiet;
    bool tty;
    bool drawn;
    int64_t last_ns; /* of the last line */
    double left_s;   /* as shown last; negative: not yet */
    int64_t left_ns; /* when that was */
} term_progress;

term_progress term_progress_start(const char *what, bool quiet);

/* What a line of progress says. */
typedef struct term_state {
    uint64_t done, total; /* total 0: unknown */
    double rate;          /* a second; 0: not said */
    double left_s;        /* seconds left; negative or under one: not said */
    anc_str slowest;      /* stage that the others wait for; empty: not said */
} term_state;

/* Appends the line that a terminal of so many columns shows, at most one column less: the bar gets shorter, and
 * parts go, where it is narrow. The bar is full only when `ended`. */
void term_progress_line(const char *what, const term_state *state, bool ended, size_t columns,
                        anc_buf *out);

/* What is shown of the time left, `after_s` seconds after `shown` was (negative: nothing was): it runs down as a
 * clock does and goes towards the newest estimate little by little, so that it does not jump. */
double term_left(double shown, double estimate, double after_s);

/* The bar and the figures tell the same: documents that are done. */
void term_progress_show(term_progress *p, const term_state *state);

/* Draws the last state (in a pipe too) and ends the line. */
void term_progress_end(term_progress *p, const term_state *state);

/* The two figures alone, for what has no rate. */
static inline term_state term_count(uint64_t done, uint64_t total)
{
    return (term_state){.done = done, .total = total, .left_s = -1};
}

/* Prints `text` as a paragraph of at most `columns`, each line behind `indent`; control characters
 * other than line ends are left out, so that a document cannot drive the terminal. */
void term_print_wrapped(FILE *out, const char *indent, anc_str text, size_t columns);

/* `text` as it is, without control characters other than line ends and tabs: what others wrote drives no terminal. */
void term_print_text(FILE *out, anc_str text);

/* `text` on one line without control characters, cut after `max` code points with "…". */
void term_print_line(FILE *out, anc_str text, size_t max);

#endif
