/* code.c - source code cut at its natural borders, each declaration under a heading with its name.
 *
 * Lines are looked at, not grammar. What stands at the left edge begins something where a blank line,
 * a deeper line or a closing bracket is above it; comments and attributes right above a declaration
 * belong to it. What such a unit declares is its heading:
 *
 *   [ comment | attributes | head … deeper lines … closing line ]   one unit: one heading, one block
 *
 * A class whose unit is large is opened: its members are units one level below, at the edge where the
 * first of them stands. Indentation is trusted rather than brackets counted: a stray bracket (in a
 * macro, a pattern, a branch that is not compiled) would misplace all that is behind it, while code
 * that nobody indented stays whole. Only a block that an edge line opens with "{" is held together until
 * an edge line closes it, whatever stands at the edge in between.
 */
#include "code_impl.h"

#include <string.h>

#include "text/normalize.h"

enum {
    TAB_WIDTH = 4,
    HOLDER_BYTES = 1000, /* smaller classes are read in one piece anyway */
    FIRST_LEVEL = 2,
    LAST_LEVEL = 6,
    TITLE_LINES = 8
};

typedef struct line {
    size_t start, end; /* without the line's end */
    size_t indent;
    bool inside; /* begins in a comment or text of many lines */
    bool blank;
    bool note;    /* comment or attribute only */
    anc_str code; /* from the first sign that is no comment */
    char last;    /* of its signs, comments apart */
    int braces;   /* opened less closed */
} line;

typedef struct lines {
    const prs_language *l;
    const bool *begins; /* [256]: bytes that begin something else than code; borrowed (from code) */
    anc_str text;
    size_t at;
    anc_str until; /* what ends the comment or text of many lines; empty outside */
    bool until_comment;
} lines;

typedef struct unit {
    size_t start, head;  /* head: of its first line that is no note; SIZE_MAX when none */
    size_t lines, edges; /* edges: lines at the edge that begin something */
    bool noted;
    bool closed; /* by a bracket at the edge */
} unit;

typedef struct code {
    const prs_language *l;
    prs_emitter *e;
    bool behind_front; /* a declaration was seen: a comment from here on is no title */
    bool begins[256];  /* as in `lines` */
} code;

/* ---- lines ------------------------------------------------------------------------------------- */

/* Passes over a quoted text that ends on this line; else over the quote alone. What nothing closes is
 * noted: all such quotes behind it are escaped, so that nothing closes them either. */
static size_t skip_quoted(anc_str text, size_t at, size_t end, bool *unclosed)
{
    for (size_t i = at + 1; i < end && !*unclosed; i++) {
        if (text.ptr[i] == '\\')
            i++;
        else if (text.ptr[i] == text.ptr[at])
            return i + 1;
    }
    *unclosed = true;
    return at + 1;
}

/* What begins a comment or text of many lines at `at`; notes what ends it. Bytes of its beginning. */
static size_t begins_many(lines *r, anc_str rest)
{
    const anc_str open = anc_str_of(r->l->block[0]);
    size_t n = 0;
    if (open.len > 0 && anc_str_starts(rest, open)) {
        r->until = anc_str_of(r->l->block[1]);
        r->until_comment = true;
        return open.len;
    }
    n = prs_starts_with_one(r->l->fences, rest);
    if (n > 0) {
        r->until = anc_str_sub(rest, 0, n);
        r->until_comment = false;
    }
    return n;
}

/* Passes over what of a comment or text of many lines stands on this line. */
static size_t skip_many(lines *r, line *ln, size_t at)
{
    const anc_str rest = anc_str_sub(r->text, at, ln->end - at);
    const size_t found = anc_str_find(rest, r->until);
    if (!r->until_comment)
        ln->note = false;
    if (found == SIZE_MAX)
        return ln->end;
    at += found + r->until.len;
    r->until = ANC_STR_NONE;
    return at;
}

static void add_code_sign(line *ln, anc_str text, size_t at)
{
    if (ln->code.len == 0)
        ln->code = anc_str_sub(text, at, ln->end - at);
    ln->last = text.ptr[at];
    ln->note = false;
    ln->braces += text.ptr[at] == '{';
    ln->braces -= text.ptr[at] == '}';
}

/* Finds what of the line is code. */
static void look_at_line(lines *r, line *ln)
{
    bool blank_before = true, unclosed[2] = {false, false};
    ln->note = true;
    for (size_t i = ln->start; i < ln->end;) {
        if (r->until.len > 0) {
            i = skip_many(r, ln, i);
            continue;
        }
        const char c = r->text.ptr[i];
        if (!r->begins[(unsigned char)c]) {
            add_code_sign(ln, r->text, i++);
            blank_before = false;
            continue;
        }
        if (strchr(" \t\f\v", c) != NULL) {
            blank_before = true;
            i++;
            continue;
        }
        const anc_str rest = anc_str_sub(r->text, i, ln->end - i);
        const size_t many = begins_many(r, rest);
        if (many > 0) {
            if (!r->until_comment)
                add_code_sign(ln, r->text, i);
            i += many;
        } else if (blank_before && prs_starts_with_one(r->l->comments, rest) > 0) {
            return;
        } else {
            add_code_sign(ln, r->text, i);
            i = c == '"' || c == '\'' ? skip_quoted(r->text, i, ln->end, &unclosed[c == '"'])
                                      : i + 1;
        }
        blank_before = false;
    }
}

static bool next_line(lines *r, line *ret)
{
    const anc_str text = r->text;
    if (r->at >= text.len)
        return false;
    *ret = (line){.start = r->at, .inside = r->until.len > 0};
    size_t n = r->at;
    while (n < text.len && text.ptr[n] != '\n' && text.ptr[n] != '\r')
        n++;
    ret->end = n;
    const bool two = n + 1 < text.len && text.ptr[n] == '\r' && text.ptr[n + 1] == '\n';
    r->at = n + (two ? 2 : 1);
    size_t i = ret->start;
    for (; i < n && strchr(" \t\f\v", text.ptr[i]) != NULL; i++)
        ret->indent += text.ptr[i] == '\t' ? TAB_WIDTH : 1;
    ret->blank = i == n;
    look_at_line(r, ret);
    if (!ret->inside && prs_starts_with_one(r->l->attributes, ret->code) > 0 && ret->braces == 0)
        ret->note = ret->code.ptr[0] == '[' ? ret->last == ']' : ret->last != ';';
    return true;
}

/* The next line that is not blank, without going there. */
static bool peek_line(const lines *r, line *ret)
{
    lines ahead = *r;
    while (next_line(&ahead, ret))
        if (!ret->blank)
            return true;
    return false;
}

/* Whether a line at the edge goes on with what is above it. */
static bool goes_on(const prs_language *l, const line *ln)
{
    if (ln->code.len == 0)
        return false;
    if (strchr("{})]", ln->code.ptr[0]) != NULL)
        return true;
    size_t n = 0;
    while (n < ln->code.len && strchr(" \t(", ln->code.ptr[n]) == NULL)
        n++;
    return prs_word_in(l->goes_on, anc_str_sub(ln->code, 0, n), l->any_case);
}

/* ---- title ------------------------------------------------------------------------------------- */

/* What a line of a comment says, the signs around it removed. */
static anc_str words_of(anc_str s)
{
    static const char *const signs = "/*#-!;\"'<>=[]";
    s = anc_str_trim(s);
    while (s.len > 0 && strchr(signs, s.ptr[0]) != NULL)
        s = anc_str_trim(anc_str_sub(s, 1, s.len));
    while (s.len > 0 && strchr(signs, s.ptr[s.len - 1]) != NULL)
        s = anc_str_trim(anc_str_sub(s, 0, s.len - 1));
    return s;
}

static bool holds_one(anc_str s, const char *const *needles, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_find(s, anc_str_of(needles[i])) != SIZE_MAX)
            return true;
    return false;
}

static bool has_letters(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n +=
            (s.ptr[i] | 0x20) >= 'a' && (s.ptr[i] | 0x20) <= 'z' ? 1 : (unsigned char)s.ptr[i] >> 7;
    return n >= 3;
}

/* Gives the first line of a comment that is about the file, not about its rights or its tools. */
static bool note_title(code *c, anc_str comment)
{
    static const char *const rights[] = {"opyright", "COPYRIGHT", "icense", "LICENSE",
                                         "SPDX",     "(c)",       "GPL",    "WARRANT"};
    static const char *const tools[] = {
        "-*-",        "vim:",       "@ts-",     "coding:", "+build",        "go:build",
        "hint ",      "prettier",   "syntax=",  "noqa",    "frozen_string", "clang-format",
        "shellcheck", "errorcheck", "/usr/bin", "/bin/",   "<?php",         "use strict",
        "uthor",      "#[",         "#![",      "lint"};
    anc_str one;
    if (holds_one(anc_str_sub(comment, 0, 4096), rights, ANC_COUNT(rights)))
        return true;
    for (int i = 0; i < TITLE_LINES && anc_str_split(&comment, '\n', &one); i++) {
        const anc_str words = words_of(one);
        const bool about_tools = words.len == 0 || words.ptr[0] == '@' ||
                                 prs_starts_with_one(c->l->attributes, anc_str_trim(one)) > 0 ||
                                 holds_one(one, tools, ANC_COUNT(tools));
        if (!about_tools && has_letters(words))
            return prs_emit_title(c->e, words);
    }
    return true;
}

/* ---- units ------------------------------------------------------------------------------------- */

static bool cut(code *c, anc_str part, size_t edge, unsigned level);

static bool emit_code(code *c, anc_str text)
{
    return prs_emit_open(c->e, PRS_CODE, 0) && prs_emit_text(c->e, text) && prs_emit_close(c->e);
}

static bool emit_heading(code *c, anc_str name, unsigned level)
{
    return prs_emit_open(c->e, PRS_HEADING, level) && prs_emit_text(c->e, name) &&
           prs_emit_close(c->e);
}

/* Where the body of the declaration at `head` begins, and its edge. False when it has none. */
static bool find_body(const code *c, anc_str text, size_t head, size_t *ret_at, size_t *ret_edge)
{
    lines r = {.l = c->l, .begins = c->begins, .text = text, .at = head};
    line ln;
    bool begun = c->l->body == PRS_BODY_INDENTED;
    if (!next_line(&r, &ln))
        return false;
    const size_t edge = ln.indent;
    const char sign = c->l->body == PRS_BODY_COLON ? ':' : '{';
    for (begun |= ln.last == sign; !begun; begun = ln.last == sign)
        if (!next_line(&r, &ln))
            return false;
    *ret_at = r.at;
    do {
        if (!next_line(&r, &ln))
            return false;
    } while (ln.blank || ln.inside || goes_on(c->l, &ln));
    *ret_edge = ln.indent;
    return ln.indent > edge;
}

/* A large holder: its head as code, its members as units below. */
static bool emit_holder(code *c, anc_str text, size_t head, anc_str name, unsigned level)
{
    size_t body, edge;
    if (text.len < HOLDER_BYTES || level >= LAST_LEVEL || !find_body(c, text, head, &body, &edge))
        return emit_heading(c, name, level) && emit_code(c, text);
    return emit_heading(c, name, level) && emit_code(c, anc_str_sub(text, 0, body)) &&
           cut(c, anc_str_sub(text, body, text.len), edge, level + 1);
}

static bool emit_unit(code *c, anc_str part, const unit *u, size_t end, unsigned level)
{
    const anc_str text = anc_str_sub(part, u->start, end - u->start);
    const size_t head = u->head == SIZE_MAX ? text.len : u->head - u->start;
    const anc_str declaration = anc_str_sub(text, head, text.len);
    prs_symbol symbol = {.holds = false};
    if (!prs_emit_may_go_on(c->e))
        return false;
    if (u->edges == 1 || (u->edges > 1 && u->closed && c->l->type_first))
        symbol = prs_symbol_of(c->l, declaration, level > FIRST_LEVEL);
    const bool named = symbol.name.len > 0 && (u->lines > 1 || u->noted);
    const bool about_file = !named || symbol.holds || (u->lines == 1 && !c->l->calls);
    if (!c->behind_front && about_file) {
        const bool text_first = prs_starts_with_one(c->l->fences, declaration) > 0;
        if (!note_title(c, text_first ? declaration : anc_str_sub(text, 0, head)))
            return false;
    }
    c->behind_front |= named;
    if (!named)
        return emit_code(c, text);
    if (symbol.holds)
        return emit_holder(c, text, head, symbol.name, level);
    return emit_heading(c, symbol.name, level) && emit_code(c, text);
}

/* What the lines above say about the line at hand. */
typedef struct above {
    bool blank, deeper, closes, ends; /* ends: with ";", or is about the preprocessor */
    size_t note;      /* where the run of notes right above begins; SIZE_MAX: none */
    bool note_begins; /* that run may begin a unit */
    int braces;       /* opened and not closed since an edge line opened a block */
    bool open;        /* in such a block */
} above;

/* Whether a line at the edge, with nothing above that parts it, is a declaration with a body. */
static bool begins_body(const lines *r, const line *ln, const above *a, size_t edge)
{
    line next;
    const bool calls = r->l->calls && (a->ends || !r->l->type_first);
    if (!calls && !prs_declares(r->l, ln->code))
        return false;
    if (ln->braces > 0)
        return true;
    return peek_line(r, &next) &&
           (next.indent > edge || (next.code.len > 0 && next.code.ptr[0] == '{'));
}

/* Whether a line at the edge that opens a block really holds what comes below: not when that stands
 * at the edge too, as in a namespace. */
static bool holds_below(const lines *r, const line *ln, size_t edge)
{
    line next;
    if (ln->code.ptr[0] == '#' || !peek_line(r, &next))
        return false;
    return next.indent > edge || (next.code.len > 0 && strchr("}#", next.code.ptr[0]) != NULL);
}

/* Takes an edge line that is code into account; gives where a unit begins, or SIZE_MAX. */
static size_t begins_at(const lines *r, const line *ln, const above *a, size_t edge)
{
    const bool parted = a->blank || a->deeper || a->closes;
    const bool noted = a->note != SIZE_MAX;
    if (a->open || goes_on(r->l, ln))
        return SIZE_MAX;
    if (noted && !parted)
        return a->note_begins || begins_body(r, ln, a, edge) ? a->note : SIZE_MAX;
    return parted || begins_body(r, ln, a, edge) ? ln->start : SIZE_MAX;
}

static void pass_edge_line(const lines *r, const line *ln, above *a, size_t edge)
{
    const bool braces = r->l->body == PRS_BODY_BRACES && ln->code.len > 0;
    if (braces && !a->open && ln->braces > 0) {
        a->open = holds_below(r, ln, edge);
        a->braces = 0;
    } else if (braces && ln->braces < 0 && ln->code.ptr[0] == '}') {
        a->open = false;
    }
    a->closes = !a->open && ln->code.len > 0 &&
                (strchr("})]", ln->code.ptr[0]) != NULL || goes_on(r->l, ln));
    a->ends = ln->last == ';' || (ln->code.len > 0 && ln->code.ptr[0] == '#');
    a->note = SIZE_MAX;
    a->blank = a->deeper = false;
}

/* Counts the line as one of the unit's. */
static void add_to_unit(const lines *r, const line *ln, unit *u, bool at_edge)
{
    if (ln->note) {
        u->noted |= u->head == SIZE_MAX;
        return;
    }
    u->lines++;
    if (!at_edge || ln->inside)
        return;
    if (u->head == SIZE_MAX)
        u->head = ln->start;
    u->closed = ln->code.len > 0 && ln->code.ptr[0] == '}';
    u->edges += !goes_on(r->l, ln);
}

/* Takes a line that is neither blank nor inside a comment or text of many lines into account. */
static void pass_line(const lines *r, const line *ln, above *a, size_t edge)
{
    const bool at_edge = ln->indent <= edge;
    if (!at_edge) {
        a->deeper = true;
        a->blank = false;
        a->note = SIZE_MAX;
    } else if (!ln->note || a->open) {
        pass_edge_line(r, ln, a, edge);
    } else if (a->note == SIZE_MAX) {
        a->note = ln->start;
        a->note_begins = a->blank || a->deeper || a->closes;
        a->blank = a->deeper = a->closes = false;
    }
    a->braces += ln->braces;
    a->open &= a->braces > 0;
}

/* Where a unit begins that this line shows to begin; SIZE_MAX when none. Notes with a blank line
 * below them are a unit of their own. */
static size_t unit_begins(const lines *r, const line *ln, const above *a, size_t edge)
{
    if (ln->inside)
        return SIZE_MAX;
    if (ln->blank)
        return a->note_begins ? a->note : SIZE_MAX;
    return ln->indent <= edge && !ln->note ? begins_at(r, ln, a, edge) : SIZE_MAX;
}

static bool cut(code *c, anc_str part, size_t edge, unsigned level)
{
    lines r = {.l = c->l, .begins = c->begins, .text = part};
    above a = {.blank = true, .note = SIZE_MAX};
    unit u = {.head = SIZE_MAX};
    line ln;
    while (next_line(&r, &ln)) {
        if (!prs_emit_may_go_on(c->e))
            return false;
        const size_t begin = unit_begins(&r, &ln, &a, edge);
        if (begin != SIZE_MAX && begin > u.start) {
            if (!emit_unit(c, part, &u, begin, level))
                return false;
            u = (unit){.start = begin, .head = SIZE_MAX, .noted = begin < ln.start};
        }
        if (ln.blank && !ln.inside) {
            a.blank = true;
            a.note = SIZE_MAX;
            continue;
        }
        if (!ln.inside)
            pass_line(&r, &ln, &a, edge);
        add_to_unit(&r, &ln, &u, ln.indent <= edge);
    }
    return emit_unit(c, part, &u, part.len, level);
}

/* Marks the first bytes of a list's words. */
static void mark_begins(bool begins[256], const char *list)
{
    anc_str rest = anc_str_of(list), one;
    while (anc_str_split(&rest, ' ', &one))
        begins[(unsigned char)one.ptr[0]] = true;
}

bool prs_read_code(const prs_language *l, anc_str text, prs_emitter *e)
{
    code c = {.l = l, .e = e};
    mark_begins(c.begins, "\" ' \t \f \v");
    mark_begins(c.begins, l->comments);
    mark_begins(c.begins, l->block[0]);
    mark_begins(c.begins, l->fences);
    c.begins[' '] = true;
    return cut(&c, text, 0, FIRST_LEVEL);
}
