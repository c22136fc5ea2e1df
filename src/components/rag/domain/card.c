/* card.c - see card.h.
 *
 * A name has at most 40 bytes and four blanks, begins with a letter and has none of the signs that part
 * clauses; a colon and a blank follow. Names differ, else it is a talk ("Ann: …", "Bob: …") or a list of
 * questions and answers.
 */
#include "rag/domain/card.h"

#include "base/map.h"
#include "base/str.h"
#include "rag/domain/words.h"

enum { NAME_MAX_BYTES = 40, NAME_MAX_BLANKS = 4, LEAST_NAMES = 3 };

size_t rag_card_name(anc_str line)
{
    size_t blanks = 0;
    const unsigned char first = line.len > 0 ? (unsigned char)line.ptr[0] : 0;
    const bool letter =
        (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80;
    for (size_t i = 0; letter && i + 1 < line.len && i <= NAME_MAX_BYTES; i++) {
        const char c = line.ptr[i];
        if (c == ':')
            return line.ptr[i + 1] == ' ' && line.ptr[i - 1] != ' ' ? i + 2 : 0;
        blanks += c == ' ';
        if (blanks > NAME_MAX_BLANKS ||
            anc_str_find(ANC_STR(",;!?|\t"), anc_str_sub(line, i, 1)) != SIZE_MAX)
            return 0;
    }
    return 0;
}

static anc_str line_at(anc_str text, size_t at)
{
    const anc_str rest = anc_str_sub(text, at, text.len);
    return anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR("\n")));
}

static bool names_things(anc_str name)
{
    return rag_is_any_of(name, "name title subject titre nom titel");
}

typedef struct names {
    uint64_t seen[RAG_CARD_LINES]; /* hashes [n] */
    size_t n;
    bool twice;
} names;

static void note(names *all, anc_str name)
{
    const uint64_t hash = anc_hash64(name);
    for (size_t i = 0; i < all->n; i++)
        all->twice |= all->seen[i] == hash;
    all->seen[all->n++] = hash;
}

/* 2: its value is the title; 1: its name is one that things are called by; 0: neither. */
static int naming(anc_str line, size_t name, anc_str title)
{
    if (title.len > 0 && anc_str_eq(anc_str_trim(anc_str_sub(line, name, line.len)), title))
        return 2;
    return names_things(anc_str_sub(line, 0, name - 2)) ? 1 : 0;
}

static bool is_blank(anc_str s)
{
    return anc_str_trim(s).len == 0;
}

bool rag_card_at(anc_str text, anc_str title, size_t at, bool recorded, rag_card *ret)
{
    names all = {.n = 0};
    rag_card card = {.end = at};
    int best = -1;
    size_t lines = 0;
    size_t next = at;
    for (anc_str line; next < text.len && !is_blank(line = line_at(text, next)); lines++) {
        const size_t name = rag_card_name(line);
        const int calls = name > 0 ? naming(line, name, title) : -1;
        if (lines == RAG_CARD_LINES || all.twice || (lines == 0 && name == 0))
            return false;
        while (line.len > 0 && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' '))
            line.len--;
        card.end = next + line.len;
        if (name > 0)
            note(&all, anc_str_sub(line, 0, name));
        if (calls > best) {
            best = calls;
            card.name_start = next;
            card.name_end = card.end;
        }
        next += line_at(text, next).len + 1;
    }
    const bool alone =
        is_blank(anc_str_sub(text, 0, at)) && is_blank(anc_str_sub(text, next, text.len));
    const size_t least = recorded ? 1 : alone ? LEAST_NAMES - 1 : LEAST_NAMES;
    if (all.twice || 2 * all.n < lines || all.n < least)
        return false;
    *ret = card;
    return true;
}
