/* plain.c - plain text: paragraphs between blank lines, and the few signs that people use.
 *
 * Lines are looked at one by one, with a peek at the next. Known are underlined headings, headings in capitals or
 * behind "*" and "**" in an outline, a lone first line that serves as title, items behind "- " or "1. ", columns set
 * with tabs or wide gaps (indented lines go on with the last cell; the first row names the columns where a rule is
 * below it, or numbers below words), and short lines that were broken on purpose. Everything else is prose whose
 * lines are joined. A line longer than LONG_LINE is prose, but for the row of a table that is wider than a table may
 * be: thousands of chunks of numbers would be made of it, in which nobody finds anything.
 */
#include "parse_impl.h"

#include <string.h>

#include "base/utf8.h"
#include "parse/records.h"
#include "text/normalize.h"

enum {
    LONG_LINE = 4096,
    SHORT_LINE = 40,
    HEADING_BYTES = 120,
    TITLE_LINE = 80,
    STARS = 6,               /* of a list item or a heading, at most */
    OUTLINE_LOOK = 64 << 10, /* bytes of a text that tell whether it is an outline */
    GAP = 3,
    GAP_IN_TABLE = 2,
    CELL_BYTES = 32 /* of data, on the average */
};

typedef struct plain {
    anc_str rest; /* behind the current line */
    prs_emitter *e;
    bool in_prose;      /* the open block goes on with the next line */
    bool in_row;        /* the open row goes on with an indented line */
    bool in_table;      /* the line before is a row, or the rule below the first */
    size_t rows;        /* of the table so far */
    bool has_title;     /* a title was seen that no line stood under */
    size_t last_length; /* of the line before */
    bool unspaced;      /* the line before ends in a script that puts no spaces between words */
    bool outline;       /* lines behind "*" and "**" are headings, as in org-mode */
    bool first;         /* nothing but blank lines was seen */
} plain;

/* Bytes of `s` before the first `c`. */
static size_t before(anc_str s, char c)
{
    const char *at = s.len > 0 ? memchr(s.ptr, c, s.len) : NULL;
    return at != NULL ? (size_t)(at - s.ptr) : s.len;
}

/* Bytes of the first line. Looked through are at most LONG_LINE at once, so that a text with one kind
 * of line ends is not searched to its end for another. */
static size_t line_length(anc_str s)
{
    for (size_t at = 0; at < s.len; at += LONG_LINE) {
        const anc_str piece = anc_str_sub(s, at, LONG_LINE);
        size_t n = before(piece, '\n');
        n = before(anc_str_sub(piece, 0, n), '\r');
        n = before(anc_str_sub(piece, 0, n), '\f');
        if (n < piece.len)
            return at + n;
    }
    return s.len;
}

/* Cuts the first line off `s`; line ends are LF, CR, CRLF and form feed. */
static anc_str take_line(anc_str *s)
{
    const size_t n = line_length(*s);
    const anc_str line = anc_str_sub(*s, 0, n);
    const bool two = n + 1 < s->len && s->ptr[n] == '\r' && s->ptr[n + 1] == '\n';
    *s = anc_str_sub(*s, n + (two ? 2 : 1), s->len);
    return line;
}

/* The first line of `rest`. */
static anc_str peek_at(anc_str rest)
{
    /* Only short lines matter to those who peek. */
    rest.len = rest.len < LONG_LINE ? rest.len : LONG_LINE;
    return txt_trim((anc_str){rest.ptr, anc_utf8_valid_prefix(take_line(&rest))});
}

static anc_str peek_line(const plain *p)
{
    return peek_at(p->rest);
}

/* Whether `line` is a rule drawn with one sign: "=====". */
static bool is_rule(anc_str line)
{
    if (line.len < 3 || strchr("=-*_~#", line.ptr[0]) == NULL)
        return false;
    for (size_t i = 1; i < line.len; i++)
        if (line.ptr[i] != line.ptr[0])
            return false;
    return true;
}

/* How many "*" stand at the front of `line` before a blank and a text; 0 where it is no such line. */
static size_t stars(anc_str line)
{
    size_t n = 0;
    while (n < line.len && n <= STARS && line.ptr[n] == '*')
        n++;
    return n > 0 && n <= STARS && n + 1 < line.len && line.ptr[n] == ' ' ? n : 0;
}

/* Bytes of "- ", "• ", "** ", "12. " or "12) " at the front of `line`, 0 when there is none. */
static size_t item_mark(anc_str line)
{
    static const anc_str bullets[] = {ANC_STR_INIT("- "),
                                      ANC_STR_INIT("* "),
                                      ANC_STR_INIT("+ "),
                                      ANC_STR_INIT("\xE2\x80\xA2 "),
                                      ANC_STR_INIT("\xE2\x80\x93 "),
                                      ANC_STR_INIT("\xE2\x97\xA6 "),
                                      ANC_STR_INIT("\xE2\x80\xA3 "),
                                      ANC_STR_INIT("\xE2\x96\xAA "),
                                      ANC_STR_INIT("\xE2\x97\x8F ")};
    for (size_t i = 0; i < ANC_COUNT(bullets); i++)
        if (anc_str_starts(line, bullets[i]))
            return bullets[i].len;
    size_t n = stars(line);
    if (n > 0)
        return n + 1;
    while (n < line.len && n < 3 && line.ptr[n] >= '0' && line.ptr[n] <= '9')
        n++;
    const bool mark =
        n > 0 && n + 1 < line.len && strchr(".)", line.ptr[n]) != NULL && line.ptr[n + 1] == ' ';
    return mark ? n + 2 : 0;
}

/* Bytes of the gap between two columns at the front of `s`, 0 when there is none. Below a row the
 * longest first cell may leave a gap of two blanks. */
static size_t column_gap(const plain *p, anc_str s)
{
    const size_t least = p->in_table ? GAP_IN_TABLE : GAP;
    size_t n = 0;
    bool tab = false;
    while (n < s.len && (s.ptr[n] == ' ' || s.ptr[n] == '\t'))
        tab |= s.ptr[n++] == '\t';
    return n < s.len && (tab || n >= least) ? n : 0;
}

static bool has_columns(const plain *p, anc_str line)
{
    /* what nearly all lines have not, without looking at each of their blanks */
    if (anc_str_find(line, ANC_STR("  ")) == SIZE_MAX && before(line, '\t') == line.len)
        return false;
    for (size_t i = 1; i < line.len; i++)
        if ((line.ptr[i] == ' ' || line.ptr[i] == '\t') &&
            column_gap(p, anc_str_sub(line, i, line.len)) > 0)
            return true;
    return false;
}

/* Whether `line` is drawn below the names of columns: "----  ------". */
static bool is_rule_of_columns(anc_str line)
{
    size_t drawn = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (strchr(" \t|+-=", line.ptr[i]) == NULL || line.ptr[i] == '\0')
            return false;
        drawn += line.ptr[i] == '-' || line.ptr[i] == '=';
    }
    return drawn >= 3;
}

/* What the cells of a line are: how many, those with a digit, those that begin as a number does. */
typedef struct cells {
    size_t n, digits, numbers;
} cells;

static void look_at_cell(anc_str cell, cells *c)
{
    bool digit = false;
    for (size_t i = 0; i < cell.len; i++)
        digit |= cell.ptr[i] >= '0' && cell.ptr[i] <= '9';
    size_t n = 0;
    while (n < cell.len && strchr("+-($", cell.ptr[n]) != NULL && cell.ptr[n] != '\0')
        n++;
    c->n++;
    c->digits += digit;
    c->numbers += n < cell.len && cell.ptr[n] >= '0' && cell.ptr[n] <= '9';
}

static cells cells_of(const plain *p, anc_str line)
{
    cells c = {.n = 0};
    size_t start = 0;
    for (size_t i = 1; i < line.len; i++) {
        const size_t gap = column_gap(p, anc_str_sub(line, i, line.len));
        if (gap == 0)
            continue;
        look_at_cell(anc_str_sub(line, start, i - start), &c);
        start = i + gap;
        i = start;
    }
    look_at_cell(anc_str_sub(line, start, line.len), &c);
    return c;
}

/* Whether a table's first row names its columns: a rule is below, or a row as wide with numbers where it has
 * none. */
static bool names_columns(const plain *p, anc_str line)
{
    const anc_str next = peek_line(p);
    if (is_rule(next) || is_rule_of_columns(next))
        return true;
    const cells here = cells_of(p, line), below = cells_of(p, next);
    return here.n >= 2 && here.digits == 0 && below.n == here.n && below.numbers > 0;
}

static bool add_row(plain *p, anc_str line)
{
    if (!prs_emit_open(p->e, PRS_TABLE_ROW, 0))
        return false;
    p->rows = p->in_table ? p->rows + 1 : 1;
    p->in_table = true;
    if (p->rows == 1 && names_columns(p, line))
        prs_emit_header_row(p->e);
    size_t start = 0;
    for (size_t i = 1; i < line.len; i++) {
        const size_t gap = column_gap(p, anc_str_sub(line, i, line.len));
        if (gap == 0)
            continue;
        if (!prs_emit_text(p->e, anc_str_sub(line, start, i - start)) ||
            !prs_emit_mark(p->e, ANC_STR(" | ")))
            return false;
        start = i + gap;
        i = start;
    }
    p->in_prose = false;
    p->in_row = true;
    return prs_emit_text(p->e, anc_str_sub(line, start, line.len));
}

static bool add_heading(plain *p, anc_str line, unsigned level)
{
    p->in_prose = p->in_row = p->in_table = false;
    return prs_emit_open(p->e, PRS_HEADING, level) && prs_emit_text(p->e, line) &&
           prs_emit_close(p->e);
}

/* The level of an underlined heading, 0 when the next line is no underline. */
static unsigned underlined(const plain *p, anc_str line)
{
    const anc_str next = peek_line(p);
    anc_str below = p->rest;
    if (p->in_prose || line.len > HEADING_BYTES || !is_rule(next))
        return 0;
    (void)take_line(&below);
    if (has_columns(p, line) && has_columns(p, peek_at(below)))
        return 0; /* the names of a table's columns */
    if (next.ptr[0] == '=')
        return p->has_title ? 2 : 1;
    if (next.ptr[0] == '-')
        return p->has_title ? 3 : 2;
    return 0;
}

/* Whether a line outside prose is set in capitals, as headings are on typewriters. */
static bool is_in_capitals(const plain *p, anc_str line)
{
    size_t capitals = 0, bytes;
    if (p->in_prose || p->in_row || line.len > HEADING_BYTES || has_columns(p, line))
        return false;
    for (size_t i = 0; i < line.len; i += bytes) {
        const uint32_t c = anc_utf8_at(line, i, &bytes);
        if ((c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF) || c > 0x17F)
            return false;
        capitals += c >= 'A' && c <= 'Z';
    }
    return capitals >= 3 && strchr(".,;:", line.ptr[line.len - 1]) == NULL;
}

/* Whether the first line of a text, alone before a blank line and without a full stop, is its
 * title. */
static bool is_title(const plain *p, anc_str line)
{
    return p->first && line.len <= TITLE_LINE && peek_line(p).len == 0 &&
           strchr(".,;:!?", line.ptr[line.len - 1]) == NULL && item_mark(line) == 0 &&
           txt_trim(anc_str_sub(p->rest, 0, anc_utf8_floor(p->rest, LONG_LINE))).len > 0;
}

static bool begins_lower(anc_str line)
{
    return line.ptr[0] >= 'a' && line.ptr[0] <= 'z';
}

/* Whether a line that ends or begins with `c` is joined to another without a blank. Korean has blanks. */
static bool joins_bare(uint32_t c)
{
    const bool hangul = c >= 0xAC00 && c <= 0xD7A3;
    const bool mark = (c >= 0x3001 && c <= 0x3020) || (c >= 0xFF01 && c <= 0xFF65);
    return mark || (!hangul && txt_is_unspaced(c));
}

static bool begins_bare(anc_str line)
{
    size_t bytes;
    return joins_bare(anc_utf8_at(line, 0, &bytes));
}

static bool ends_bare(anc_str line)
{
    size_t bytes;
    return line.len > 0 &&
           joins_bare(anc_utf8_at(line, anc_utf8_floor(line, line.len - 1), &bytes));
}

static bool add_prose(plain *p, anc_str line)
{
    if (!p->in_prose && !prs_emit_open(p->e, PRS_PARAGRAPH, 0))
        return false;
    const bool on_purpose = p->in_prose && p->last_length < SHORT_LINE && !begins_lower(line);
    const bool bare = !on_purpose && p->in_prose && p->unspaced && begins_bare(line);
    if (!bare && (on_purpose ? !prs_emit_break(p->e) : !prs_emit_blank(p->e)))
        return false;
    p->in_prose = true;
    return prs_emit_text(p->e, line);
}

static bool add_item(plain *p, anc_str line, size_t indent)
{
    const size_t n = stars(line);
    const unsigned depth = (n > 1 ? (unsigned)n : 1) + (unsigned)(indent < 16 ? indent / 2 : 8);
    if (!prs_emit_open(p->e, PRS_LIST_ITEM, depth))
        return false;
    p->in_row = p->in_table = false;
    p->in_prose = true;
    return prs_emit_text(p->e, line);
}

/* A heading that no line stands under; the first line of a text gives its title. */
static bool add_bare_heading(plain *p, anc_str line)
{
    p->has_title |= p->first;
    return add_heading(p, line, p->first ? 1 : 2);
}

/* A line that is neither blank nor very long. */
static bool add_line(plain *p, anc_str line, size_t indent)
{
    const bool goes_on =
        p->in_row && indent >= GAP && item_mark(line) == 0 && !has_columns(p, line);
    if (goes_on)
        return prs_emit_blank(p->e) && prs_emit_text(p->e, line);
    const unsigned level = underlined(p, line);
    if (level > 0) {
        (void)take_line(&p->rest);
        return add_heading(p, line, level);
    }
    if (is_rule(line) || (p->in_row && is_rule_of_columns(line))) {
        p->in_table = p->in_row && p->rows == 1;
        p->in_prose = p->in_row = false;
        return prs_emit_close(p->e);
    }
    if (is_title(p, line) || is_in_capitals(p, line))
        return add_bare_heading(p, line);
    const size_t depth = p->outline && indent == 0 ? stars(line) : 0;
    if (depth > 0) {
        p->has_title |= p->first;
        return add_heading(p, anc_str_sub(line, depth + 1, line.len), (unsigned)depth);
    }
    if (item_mark(line) > 0)
        return add_item(p, line, indent);
    if (has_columns(p, line))
        return add_row(p, line);
    p->in_row = p->in_table = false;
    return add_prose(p, line);
}

static size_t count_of(const size_t counts[256], const char *signs)
{
    size_t n = 0;
    for (; *signs != '\0'; signs++)
        n += counts[(unsigned char)*signs];
    return n;
}

/* Cells of a long line that is data: short ones, of numbers or without blanks. 0: it is none. */
static size_t cells_of_data(anc_str line)
{
    static const char delimiters[] = ",;\t|";
    size_t counts[256] = {0}, most = 0;
    for (size_t i = 0; i < line.len; i++)
        counts[(unsigned char)line.ptr[i]]++;
    for (const char *d = delimiters; *d != '\0'; d++)
        most = counts[(unsigned char)*d] >= most ? counts[(unsigned char)*d] + 1 : most;
    const bool numbers = count_of(counts, "0123456789.+-eE") * 2 > line.len;
    const bool words = counts[' '] * 10 > most;
    return line.len / most <= CELL_BYTES && (numbers || !words) ? most : 0;
}

static bool add_long_line(plain *p, anc_str line)
{
    const size_t n = cells_of_data(line);
    if (n > PRS_RECORD_FIELDS)
        return prs_emit_fail(p->e, ANC_FAIL(p->e->err, ANC_LIMIT,
                                            "text: a line of %zu cells is a row of a table, which "
                                            "has at most %d columns",
                                            n, PRS_RECORD_FIELDS));
    p->in_row = p->in_table = p->first = false;
    return add_prose(p, line);
}

static bool add_any_line(plain *p, anc_str raw)
{
    if (raw.len > LONG_LINE)
        return add_long_line(p, raw);
    const anc_str line = txt_trim(raw);
    if (line.len == 0) {
        p->in_prose = p->in_row = p->in_table = false;
        return prs_emit_close(p->e);
    }
    const bool ok = add_line(p, line, (size_t)(line.ptr - raw.ptr));
    p->first = false;
    return ok;
}

/* Whether lines begin with one "*" and with two, and texts that are neither stand below: headings of org-mode, and
 * no list. */
static bool is_outline(anc_str text)
{
    size_t one = 0, more = 0, others = 0;
    anc_str rest = anc_str_sub(text, 0, anc_utf8_floor(text, OUTLINE_LOOK));
    while (rest.len > 0) {
        const anc_str line = take_line(&rest);
        const size_t n = stars(line);
        one += n == 1;
        more += n > 1;
        others += n == 0 && txt_trim(line).len > 0;
    }
    return one > 0 && more > 0 && others >= more;
}

bool prs_read_plain(anc_str text, prs_emitter *e)
{
    plain p = {.rest = text, .e = e, .first = true, .outline = is_outline(text)};
    while (p.rest.len > 0) {
        const anc_str line = take_line(&p.rest);
        if (!prs_emit_may_go_on(e) || !add_any_line(&p, line))
            return false;
        p.last_length = line.len;
        p.unspaced = ends_bare(txt_trim(line));
    }
    return prs_emit_close(e);
}
