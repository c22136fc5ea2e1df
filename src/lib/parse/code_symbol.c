/* code_symbol.c - the name that a declaration declares, from its first words.
 *
 * Words are read from the left: modifiers are passed over, a word that declares has its name behind
 * it, and where the language allows, the last word before "(" or "=" is the name. Nothing is understood
 * of types; a wrong guess costs a heading, never text.
 */
#include "code_impl.h"

#include <string.h>

#include "base/utf8.h"

enum { LOOK_BYTES = 1024, NAME_BYTES = 120 };

/* Words that begin a statement, not a declaration. */
static const char *const statements =
    "if for while switch return else do case try throw catch new delete assert using import from "
    "package goto print echo with match loop unless until begin require include raise yield await "
    "foreach defer select insert update grant alter drop set";

typedef struct scan {
    const prs_language *l;
    anc_str s;
    size_t at;
} scan;

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char here(const scan *s)
{
    return s->at < s->s.len ? s->s.ptr[s->at] : '\0';
}

static void skip_blanks(scan *s)
{
    while (s->at < s->s.len && strchr(" \t\r\n", s->s.ptr[s->at]) != NULL)
        s->at++;
}

/* Passes over a group in brackets, to the end where it is not closed. */
static void skip_group(scan *s, char open, char close)
{
    int depth = 0;
    for (; s->at < s->s.len; s->at++) {
        depth += s->s.ptr[s->at] == open;
        depth -= s->s.ptr[s->at] == close;
        if (depth == 0) {
            s->at++;
            return;
        }
    }
}

static bool is_join(const scan *s, size_t at)
{
    const char c = s->s.ptr[at];
    if (s->l->joins == NULL || strchr(s->l->joins, c) == NULL)
        return false;
    /* "::" joins, ":" alone is about types */
    if (c != ':' || at == 0)
        return true;
    const bool next = at + 1 < s->s.len && s->s.ptr[at + 1] == ':';
    const bool letter = at + 1 < s->s.len && is_letter((unsigned char)s->s.ptr[at + 1]);
    return next || s->s.ptr[at - 1] == ':' || (letter && strchr(s->l->joins, '.') != NULL);
}

/* The word here; empty when none begins. "@interface" and "#define" are words too. */
static anc_str take_word(scan *s)
{
    const size_t from = s->at;
    if (s->at < s->s.len && strchr("@#", s->s.ptr[s->at]) != NULL)
        s->at++;
    while (s->at < s->s.len && (is_letter((unsigned char)here(s)) || is_digit(here(s)) ||
                                (s->at < s->s.len && is_join(s, s->at))))
        s->at++;
    return anc_str_sub(s->s, from, s->at - from);
}

/* The first bytes of the code, to the end of a code point. */
static anc_str front_of(anc_str code)
{
    return anc_str_sub(code, 0,
                       code.len < LOOK_BYTES ? code.len : anc_utf8_floor(code, LOOK_BYTES));
}

static anc_str shortened(anc_str name)
{
    while (name.len > 0 && strchr("\"`", name.ptr[0]) != NULL)
        name = anc_str_sub(name, 1, name.len);
    while (name.len > 0 && strchr("\"`:", name.ptr[name.len - 1]) != NULL)
        name.len--;
    return anc_str_sub(name, 0,
                       name.len < NAME_BYTES ? name.len : anc_utf8_floor(name, NAME_BYTES));
}

/* All up to the body: "Display for Point". */
static anc_str take_phrase(scan *s)
{
    skip_blanks(s);
    if (here(s) == '<')
        skip_group(s, '<', '>');
    const size_t from = s->at;
    while (s->at < s->s.len && strchr("{\n", here(s)) == NULL)
        s->at++;
    return shortened(anc_str_trim(anc_str_sub(s->s, from, s->at - from)));
}

static bool is_macro(anc_str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] >= 'a' && word.ptr[i] <= 'z')
            return false;
    return word.len > 2;
}

/* Whether a name is one of a macro, with another word behind it: "class EXPORTED Name". */
static bool is_in_front(scan *s, anc_str word)
{
    skip_blanks(s);
    return s->l->type_first && is_macro(word) && is_letter((unsigned char)here(s));
}

/* The name behind a word that declares: behind a receiver, type parameters and further words. */
static anc_str take_name(scan *s)
{
    while (s->at < s->s.len) {
        skip_blanks(s);
        const char c = here(s);
        if (c == '(')
            skip_group(s, '(', ')');
        else if (c == '<')
            skip_group(s, '<', '>');
        else if (c == '*' || c == '&')
            s->at++;
        else {
            const anc_str word = take_word(s);
            if (!prs_word_in(s->l->modifiers, word, s->l->any_case) &&
                !prs_word_in(s->l->declares, word, s->l->any_case) && !is_in_front(s, word))
                return shortened(word);
        }
    }
    return ANC_STR_NONE;
}

/* The name before "(", where the scan stands; empty when the group is none of parameters. A macro
 * that begins the code is named with what it is given: "TEST(Parser, Empty)". */
static anc_str name_before_group(scan *s, anc_str last, bool first)
{
    const size_t open = s->at;
    skip_group(s, '(', ')');
    const anc_str group = anc_str_sub(s->s, open, s->at - open);
    skip_blanks(s);
    if (group.len > 2 && group.ptr[1] == '*') { /* a pointer to a function */
        scan inner = {.l = s->l, .s = group, .at = 2};
        return take_word(&inner);
    }
    if (!first || !is_macro(last))
        return last;
    if (is_letter((unsigned char)here(s)))
        return ANC_STR_NONE;
    const size_t from = (size_t)(last.ptr - s->s.ptr);
    return anc_str_sub(s->s, from, open + group.len - from);
}

/* A typedef has its name at its end, or as a function has. */
static anc_str typedef_name(const prs_language *l, anc_str code)
{
    code = anc_str_trim(code);
    while (code.len > 0 && strchr("; \n", code.ptr[code.len - 1]) != NULL)
        code.len--;
    size_t n = code.len;
    while (n > 0 && (is_letter((unsigned char)code.ptr[n - 1]) || is_digit(code.ptr[n - 1])))
        n--;
    if (n < code.len)
        return shortened(anc_str_sub(code, n, code.len));
    scan s = {.l = l, .s = front_of(code)};
    anc_str last = ANC_STR_NONE;
    while (s.at < s.s.len && here(&s) != '(') {
        const anc_str word = take_word(&s);
        last = word.len > 0 ? word : last;
        s.at += word.len == 0;
    }
    return shortened(name_before_group(&s, last, false));
}

/* ---- one declaration --------------------------------------------------------------------------- */

typedef struct found {
    prs_symbol declared;
    anc_str last; /* word that may be the name */
    size_t words;
    bool calls;
} found;

/* Takes a word into account; true when the name is known, or that there is none. */
static bool add_word(scan *s, found *f, anc_str word)
{
    const prs_language *l = s->l;
    const bool any_case = l->any_case;
    if (prs_word_in(l->declares, word, any_case)) {
        f->declared.holds = prs_word_in(l->holders, word, any_case);
        f->declared.name = prs_word_in(l->phrases, word, any_case) ? take_phrase(s) : take_name(s);
        f->last = ANC_STR_NONE;
        return !l->calls || f->declared.name.len == 0;
    }
    if (prs_word_in(l->modifiers, word, any_case))
        return false;
    if (word.ptr[0] == '@') { /* a note in front of it */
        if (here(s) == '(')
            skip_group(s, '(', ')');
        return false;
    }
    if (word.ptr[0] == '#' || prs_word_in(statements, word, any_case))
        return true;
    f->last = word;
    f->words++;
    return false;
}

/* Takes a sign into account; true as above. */
static bool add_sign(scan *s, found *f)
{
    switch (here(s)) {
    case '(':
        if (f->last.len == 0 || (f->declared.name.len > 0 && is_macro(f->last))) {
            skip_group(s, '(', ')');
            return false;
        }
        if (!f->calls)
            return true;
        f->last = name_before_group(s, f->last, f->words == 1);
        if (f->last.len > 0)
            f->declared = (prs_symbol){f->last, false};
        return f->last.len > 0;
    case '=':
        if (f->last.len > 0)
            f->declared = (prs_symbol){f->last, false};
        return true;
    case '[':
        skip_group(s, '[', ']');
        return false;
    case '<':
        skip_group(s, '<', '>');
        return false;
    case '*':
    case '&':
    case '?':
    case ',':
        s->at++;
        return false;
    case ':':
        if (f->declared.name.len == 0 && !f->calls)
            f->declared.name = f->last;
        return true;
    case '{':
        if (f->declared.name.len == 0 && f->calls && f->words > 1)
            f->declared.name = f->last;
        return true;
    default:
        return true;
    }
}

prs_symbol prs_symbol_of(const prs_language *l, anc_str code, bool member)
{
    scan s = {.l = l, .s = front_of(code)};
    found f = {.calls = l->calls || (member && l->member_calls)};
    if (l->body == PRS_BODY_NONE)
        return f.declared;
    if (anc_str_starts(code, ANC_STR("typedef ")) && l->type_first)
        return (prs_symbol){typedef_name(l, code), false};
    for (bool done = false; !done && s.at < s.s.len;) {
        skip_blanks(&s);
        const anc_str word = take_word(&s);
        done = word.len > 0 ? add_word(&s, &f, word) : add_sign(&s, &f);
    }
    f.declared.name = shortened(f.declared.name);
    return f.declared;
}

bool prs_declares(const prs_language *l, anc_str line)
{
    scan s = {.l = l, .s = front_of(line)};
    for (;;) {
        skip_blanks(&s);
        const anc_str word = take_word(&s);
        if (word.len == 0 || !prs_word_in(l->modifiers, word, l->any_case))
            return word.len > 0 && prs_word_in(l->declares, word, l->any_case);
    }
}
