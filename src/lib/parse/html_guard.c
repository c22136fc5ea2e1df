/* html_guard.c - tags of HTML cut where they are longer than any page needs.
 *
 * libxml2 compares each attribute of a tag with all before it, and keeps a tag whole until it ends. What
 * is a tag, an attribute and a quoted value is seen here as libxml2 sees it: names are of ASCII, quotes
 * count behind "=" only, and what is no name is passed over up to the next blank. Where the two could
 * differ about the end of a comment or of a script, the end is taken to be the earlier one.
 */
#include "html_impl.h"

#include <string.h>

enum { MAX_ATTRIBUTES = 1000, MAX_TAG_BYTES = 64 << 10 };

/* Where in a page a byte is. */
typedef unsigned where;

enum {
    IN_TEXT,
    OPENED,  /* behind "<" */
    IN_NAME, /* of the tag */
    BETWEEN, /* before an attribute */
    IN_ATTRIBUTE,
    BEHIND_ATTRIBUTE, /* and blanks */
    BEHIND_EQUALS,
    IN_QUOTES,
    IN_VALUE,    /* without quotes */
    IN_NOTHING,  /* what is no attribute */
    BEHIND_MARK, /* "<!", "<!-" */
    IN_COMMENT,
    IN_OTHER, /* "<!DOCTYPE", "<?", "</" */
    IN_RAW    /* a script or a style sheet */
};

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || (c != '\0' && strchr(":-_.", c) != NULL);
}

static bool begins_name(char c)
{
    return is_letter(c) || c == ':' || c == '_' || c == '.';
}

/* What comes behind the ">" of a tag that was open. */
static where behind_tag(const prs_html_guard *g)
{
    const anc_str name = {g->name, g->n_name};
    const bool raw = !g->slash && (anc_str_eq_nocase(name, ANC_STR("script")) ||
                                   anc_str_eq_nocase(name, ANC_STR("style")));
    return raw ? IN_RAW : IN_TEXT;
}

static where begin_attribute(prs_html_guard *g, char c)
{
    if (is_blank(c))
        return BETWEEN;
    g->attributes++;
    return begins_name(c) ? IN_ATTRIBUTE : IN_NOTHING;
}

/* Where a byte of a tag leads, ">" apart. */
static where step_in_tag(prs_html_guard *g, char c)
{
    switch (g->where) {
    case IN_NAME:
        if (!is_name(c))
            return begin_attribute(g, c);
        if (g->n_name < sizeof g->name)
            g->name[g->n_name++] = c;
        return IN_NAME;
    case IN_ATTRIBUTE:
        if (is_name(c))
            return IN_ATTRIBUTE;
        return c == '=' ? BEHIND_EQUALS : is_blank(c) ? BEHIND_ATTRIBUTE : begin_attribute(g, c);
    case BEHIND_ATTRIBUTE:
        if (is_blank(c))
            return BEHIND_ATTRIBUTE;
        return c == '=' ? BEHIND_EQUALS : begin_attribute(g, c);
    case BEHIND_EQUALS:
        if (is_blank(c))
            return BEHIND_EQUALS;
        g->quote = c;
        return c == '"' || c == '\'' ? IN_QUOTES : IN_VALUE;
    case IN_QUOTES:
        return c == g->quote ? BETWEEN : IN_QUOTES;
    case IN_VALUE:
        return is_blank(c) ? BETWEEN : IN_VALUE;
    case IN_NOTHING:
        return is_blank(c) ? BETWEEN : IN_NOTHING;
    default:
        return begin_attribute(g, c);
    }
}

static where open(prs_html_guard *g)
{
    g->attributes = g->n_name = g->dashes = 0;
    g->bytes = 0;
    g->slash = false;
    return OPENED;
}

/* Where a byte behind "<" leads. */
static where step_behind(prs_html_guard *g, char c)
{
    if (c == '<')
        return open(g);
    if (!is_letter(c))
        return c == '!' ? BEHIND_MARK : c == '/' || c == '?' ? IN_OTHER : IN_TEXT;
    g->name[g->n_name++] = c;
    return IN_NAME;
}

/* A comment ends with "-->" or "--!>", and at once with ">" or "->". */
static where step_in_comment(prs_html_guard *g, char c)
{
    if (c == '>' && (g->dashes >= 2 || g->fresh))
        return IN_TEXT;
    g->fresh = g->fresh && c == '-';
    if (c == '-')
        g->dashes++;
    else if (c != '!' || g->dashes < 2)
        g->dashes = 0;
    return IN_COMMENT;
}

/* A script ends with its own name behind "</". */
static where step_in_raw(prs_html_guard *g, char c)
{
    if (g->matched < 2)
        g->matched = c == "</"[g->matched] ? g->matched + 1 : c == '<';
    else if ((c | 0x20) == (g->name[g->matched - 2] | 0x20))
        g->matched++;
    else
        g->matched = c == '<';
    if (g->matched < 2 + g->n_name)
        return IN_RAW;
    g->bytes = 0;
    return IN_OTHER;
}

static where step(prs_html_guard *g, char c)
{
    switch (g->where) {
    case IN_TEXT:
        return c == '<' ? open(g) : IN_TEXT;
    case OPENED:
        return step_behind(g, c);
    case BEHIND_MARK:
        if (c == '-' && ++g->dashes == 2) {
            g->dashes = 0;
            g->fresh = true;
            return IN_COMMENT;
        }
        return c == '-' ? BEHIND_MARK : c == '>' ? IN_TEXT : IN_OTHER;
    case IN_COMMENT:
        return step_in_comment(g, c);
    case IN_OTHER:
        return c == '>' ? IN_TEXT : IN_OTHER;
    case IN_RAW:
        return step_in_raw(g, c);
    default:
        break;
    }
    if (c == '>' && g->where != IN_QUOTES) {
        g->matched = 0;
        return behind_tag(g);
    }
    const where next = step_in_tag(g, c);
    g->slash = c == '/' && next == IN_NOTHING;
    return next;
}

/* Bytes at the front of `s` that lead nowhere. */
static size_t indifferent(const prs_html_guard *g, anc_str s)
{
    const char c = g->where == IN_TEXT     ? '<'
                   : g->where == IN_QUOTES ? g->quote
                   : g->where == IN_OTHER  ? '>'
                                           : '\0';
    const char *at = c != '\0' ? memchr(s.ptr, c, s.len) : s.ptr;
    return at != NULL ? (size_t)(at - s.ptr) : s.len;
}

static bool is_in_tag(const prs_html_guard *g)
{
    return g->where != IN_TEXT && g->where != IN_COMMENT && g->where != IN_RAW;
}

/* Whether a tag has to be cut before the byte `next`, which is not in the middle of a character. */
static bool is_too_long(const prs_html_guard *g, char next)
{
    return is_in_tag(g) && (g->bytes >= MAX_TAG_BYTES || g->attributes > MAX_ATTRIBUTES) &&
           ((unsigned char)next & 0xC0) != 0x80;
}

/* Bytes at the front of `s` that are kept; a tag is too long behind them, or it is all of them. */
static size_t keep(prs_html_guard *g, anc_str s)
{
    size_t i = 0;
    while (i < s.len && !is_too_long(g, s.ptr[i])) {
        size_t n = indifferent(g, anc_str_sub(s, i, s.len));
        const size_t room = g->bytes < MAX_TAG_BYTES ? MAX_TAG_BYTES - g->bytes : 1;
        if (is_in_tag(g) && n > room)
            n = room;
        if (n == 0) {
            g->where = step(g, s.ptr[i]);
            n = 1;
        }
        g->bytes += n;
        i += n;
    }
    return i;
}

/* Bytes at the front of `s` that are cut, up to the end of the tag. */
static size_t drop(prs_html_guard *g, anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '>' && g->where != IN_QUOTES) {
            g->cutting = false;
            g->attributes = 0;
            g->bytes = 0;
            return i;
        }
        g->where = step(g, s.ptr[i]);
    }
    return s.len;
}

anc_str prs_html_guard_take(prs_html_guard *g, anc_str *s)
{
    size_t n = 0;
    if (g->closing) {
        g->closing = false;
        return (anc_str){&g->quote, 1};
    }
    if (g->cutting)
        *s = anc_str_sub(*s, drop(g, *s), s->len);
    if (!g->cutting)
        n = keep(g, *s);
    const anc_str kept = anc_str_sub(*s, 0, n);
    *s = anc_str_sub(*s, n, s->len);
    if (s->len == 0)
        return kept;
    g->cutting = true;
    g->closing = g->where == IN_QUOTES;
    return kept.len > 0 ? kept : prs_html_guard_take(g, s);
}
