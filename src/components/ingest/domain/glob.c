/* glob.c - patterns matched by remembering, for each place in the pattern, whether the path up to
 * here can have reached it: time is pattern times path whatever the stars.
 */
#include "ingest/domain/glob.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

/* One element of a pattern. "**" with a '/' behind it is one element: folders. Its first place means
 * that none was entered, its second that the path is inside of one. */
typedef struct element {
    size_t bytes; /* that it takes in the pattern */
    bool star, deep, folders;
} element;

static size_t set_end(anc_str p, size_t at)
{
    size_t i = at + 1;
    if (i < p.len && p.ptr[i] == '!')
        i++;
    if (i < p.len && p.ptr[i] == ']')
        i++; /* a bracket right at the start is one of the set */
    while (i < p.len && p.ptr[i] != ']')
        i++;
    return i;
}

static element element_at(anc_str p, size_t at)
{
    if (p.ptr[at] == '*') {
        const bool deep = at + 1 < p.len && p.ptr[at + 1] == '*';
        const bool begins = at == 0 || p.ptr[at - 1] == '/';
        if (deep && begins && at + 2 < p.len && p.ptr[at + 2] == '/')
            return (element){.bytes = 3, .folders = true};
        return (element){.bytes = deep ? 2 : 1, .star = true, .deep = deep};
    }
    if (p.ptr[at] == '\\') {
        size_t quoted = 1;
        if (at + 1 < p.len)
            (void)anc_utf8_at(p, at + 1, &quoted);
        return (element){.bytes = 1 + quoted};
    }
    if (p.ptr[at] == '[')
        return (element){.bytes = set_end(p, at) + 1 - at};
    size_t bytes = 1;
    (void)anc_utf8_at(p, at, &bytes);
    return (element){.bytes = bytes};
}

bool ing_glob_valid(anc_str pattern)
{
    if (pattern.len > ING_MAX_GLOB_BYTES || !anc_utf8_valid(pattern))
        return false;
    for (size_t at = 0; at < pattern.len;) {
        const element e = element_at(pattern, at);
        if (at + e.bytes > pattern.len)
            return false;
        at += e.bytes;
    }
    return true;
}

static bool in_set(anc_str set, uint32_t c)
{
    size_t i = 1, bytes = 0;
    const bool outside = set.len > 2 && set.ptr[1] == '!';
    if (outside)
        i++;
    bool found = false;
    while (i < set.len - 1) {
        const uint32_t low = anc_utf8_at(set, i, &bytes);
        i += bytes;
        uint32_t high = low;
        if (i + 1 < set.len - 1 && set.ptr[i] == '-') {
            high = anc_utf8_at(set, i + 1, &bytes);
            i += 1 + bytes;
        }
        found = found || (c >= low && c <= high);
    }
    return found != outside;
}

/* Whether the element at `at`, no star, takes the character `c`. */
static bool takes(anc_str pattern, size_t at, size_t bytes, uint32_t c, anc_str character)
{
    if (pattern.ptr[at] == '?')
        return c != '/';
    if (pattern.ptr[at] == '[')
        return c != '/' && in_set(anc_str_sub(pattern, at, bytes), c);
    if (pattern.ptr[at] == '\\')
        return anc_str_eq(anc_str_sub(pattern, at + 1, bytes - 1), character);
    return anc_str_eq(anc_str_sub(pattern, at, bytes), character);
}

/* Marks what can be reached from a marked place without taking a character: past stars. */
static void pass_stars(anc_str pattern, bool *at)
{
    for (size_t i = 0; i < pattern.len;) {
        const element e = element_at(pattern, i);
        if (at[i] && (e.star || e.folders))
            at[i + e.bytes] = true;
        i += e.bytes;
    }
}

static void take_character(anc_str pattern, const bool *now, bool *next, uint32_t c,
                           anc_str character)
{
    memset(next, 0, pattern.len + 1);
    for (size_t i = 0; i < pattern.len;) {
        const element e = element_at(pattern, i);
        if (e.folders && (now[i] || now[i + 1])) {
            next[i + 1] = true;
            next[i + e.bytes] = next[i + e.bytes] || c == '/';
        } else if (now[i] && e.star) {
            next[i] = next[i] || e.deep || c != '/';
        } else if (now[i] && takes(pattern, i, e.bytes, c, character)) {
            next[i + e.bytes] = true;
        }
        i += e.bytes;
    }
    pass_stars(pattern, next);
}

static anc_str last_part(anc_str path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    return anc_str_sub(path, start, path.len);
}

bool ing_glob_match_whole(anc_str pattern, anc_str text)
{
    if (!ing_glob_valid(pattern) || !anc_utf8_valid(text))
        return false;
    bool places[2][ING_MAX_GLOB_BYTES + 1] = {{false}, {false}};
    unsigned now = 0;
    places[0][0] = true;
    pass_stars(pattern, places[0]);
    for (size_t i = 0; i < text.len;) {
        size_t bytes = 1;
        const uint32_t c = anc_utf8_at(text, i, &bytes);
        take_character(pattern, places[now], places[1 - now], c, anc_str_sub(text, i, bytes));
        now = 1 - now;
        i += bytes;
    }
    return places[now][pattern.len];
}

bool ing_glob_match(anc_str pattern, anc_str path)
{
    if (pattern.len == 0)
        return true;
    const bool whole = memchr(pattern.ptr, '/', pattern.len) != NULL;
    return ing_glob_match_whole(pattern, whole ? path : last_part(path));
}
