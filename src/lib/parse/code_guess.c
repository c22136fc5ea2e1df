/* code_guess.c - whether a text that nothing else says more of is source code, and in which language.
 *
 * Each line outside comments and texts of many lines is code, a sentence, or neither. A text is code when
 * no line of it is a sentence, most lines are code, and lines that only one family of languages has were
 * seen: a page that quotes a program stays a page. Of a few lines that are code without exception one such
 * line is enough. Which language: that with the most such lines.
 */
#include "code_impl.h"

#include <string.h>

enum { SENTENCE_WORDS = 6, PROSE_WORDS = 4, WEIGHT_LEAST = 3, PURE_LEAST = 2, CODE_TO_PROSE = 4 };

/* What the lines of a text are. */
typedef enum line_is { IS_NEITHER, IS_CODE, IS_PROSE, IS_SENTENCE } line_is;

/* A line that shows a language: all that is not NULL is there. Its weight is 2 where no other language has
 * it, except one that this one came from. */
typedef struct sign {
    prs_kind kind;
    const char *begins, *has, *ends;
    unsigned weight;
} sign;

static const sign signs[] = {
    {PRS_C, "#include ", NULL, NULL, 2},
    {PRS_C, "#define ", NULL, NULL, 2},
    {PRS_C, "#if", NULL, NULL, 2},
    {PRS_C, "#endif", NULL, NULL, 2},
    {PRS_C, "#pragma ", NULL, NULL, 2},
    {PRS_C, "typedef ", NULL, NULL, 2},
    {PRS_C, "int main(", NULL, NULL, 2},
    {PRS_C, "struct ", NULL, "{", 1},
    {PRS_C, "static ", "(", NULL, 1},
    {PRS_C, "void ", "(", NULL, 1},
    {PRS_C, "const char *", NULL, NULL, 2},
    {PRS_CPP, NULL, "std::", NULL, 2},
    {PRS_CPP, "template <", NULL, NULL, 2},
    {PRS_CPP, "template<", NULL, NULL, 2},
    {PRS_CPP, "using namespace ", NULL, ";", 2},
    {PRS_CPP, "public:", NULL, NULL, 2},
    {PRS_CPP, "private:", NULL, NULL, 2},
    {PRS_CPP, "class ", NULL, "{", 1},
    {PRS_CPP, "namespace ", NULL, "{", 1},
    {PRS_CSHARP, "using System", NULL, ";", 2},
    {PRS_CSHARP, NULL, "{ get;", NULL, 2},
    {PRS_CSHARP, "namespace ", NULL, NULL, 1},
    {PRS_JAVA, "package ", ".", ";", 2},
    {PRS_JAVA, "import ", ".", ";", 2},
    {PRS_JAVA, "@Override", NULL, NULL, 2},
    {PRS_JAVA, "public ", " class ", NULL, 1},
    {PRS_JAVA, "public class ", NULL, NULL, 1},
    {PRS_JAVA, "public static ", NULL, NULL, 1},
    {PRS_JAVA, "private ", NULL, ";", 1},
    {PRS_JAVA, "public ", "(", "{", 1},
    {PRS_GO, "package ", NULL, NULL, 1},
    {PRS_GO, "import (", NULL, NULL, 2},
    {PRS_GO, NULL, " := ", NULL, 2},
    {PRS_GO, "func ", "(", NULL, 1},
    {PRS_GO, "type ", " struct ", "{", 2},
    {PRS_GO, "type ", " interface ", "{", 2},
    {PRS_RUST, "fn ", "(", NULL, 2},
    {PRS_RUST, "pub ", NULL, NULL, 2},
    {PRS_RUST, "use ", "::", ";", 2},
    {PRS_RUST, "impl", NULL, "{", 2},
    {PRS_RUST, "let mut ", NULL, NULL, 2},
    {PRS_RUST, "#[", NULL, "]", 2},
    {PRS_RUST, "let ", " = ", ";", 1},
    {PRS_JAVASCRIPT, "const ", " = ", NULL, 1},
    {PRS_JAVASCRIPT, "let ", " = ", NULL, 1},
    {PRS_JAVASCRIPT, "var ", " = ", ";", 1},
    {PRS_JAVASCRIPT, "function ", "(", "{", 2},
    {PRS_JAVASCRIPT, "async function ", "(", NULL, 2},
    {PRS_JAVASCRIPT, "export ", NULL, NULL, 1},
    {PRS_JAVASCRIPT, "import ", " from ", NULL, 2},
    {PRS_JAVASCRIPT, "module.exports", NULL, NULL, 2},
    {PRS_JAVASCRIPT, NULL, "require(", ";", 2},
    {PRS_JAVASCRIPT, NULL, "=> {", NULL, 1},
    {PRS_JAVASCRIPT, NULL, " === ", NULL, 2},
    {PRS_JAVASCRIPT, "console.log(", NULL, NULL, 2},
    {PRS_TYPESCRIPT, NULL, ": string", NULL, 2},
    {PRS_TYPESCRIPT, NULL, ": number", NULL, 2},
    {PRS_TYPESCRIPT, NULL, ": boolean", NULL, 2},
    {PRS_TYPESCRIPT, "export interface ", NULL, "{", 2},
    {PRS_TYPESCRIPT, "export type ", NULL, NULL, 2},
    {PRS_KOTLIN, "fun ", "(", NULL, 2},
    {PRS_KOTLIN, "val ", " = ", NULL, 2},
    {PRS_KOTLIN, "data class ", NULL, NULL, 2},
    {PRS_KOTLIN, "var ", " = ", NULL, 1},
    {PRS_KOTLIN, "package ", ".", NULL, 1},
    {PRS_SWIFT, "import Foundation", NULL, NULL, 2},
    {PRS_SWIFT, "import SwiftUI", NULL, NULL, 2},
    {PRS_SWIFT, "import UIKit", NULL, NULL, 2},
    {PRS_SWIFT, "func ", "(", NULL, 1},
    {PRS_SWIFT, "guard let ", NULL, NULL, 2},
    {PRS_SWIFT, "if let ", NULL, "{", 1},
    {PRS_SWIFT, "let ", " = ", NULL, 1},
    {PRS_SWIFT, "var ", ": ", NULL, 1},
    {PRS_SWIFT, "struct ", NULL, "{", 1},
    {PRS_PHP, "$", " = ", ";", 2},
    {PRS_PHP, NULL, "$this->", NULL, 2},
    {PRS_PYTHON, "def ", "(", ":", 2},
    {PRS_PYTHON, "async def ", "(", NULL, 2},
    {PRS_PYTHON, "class ", NULL, ":", 2},
    {PRS_PYTHON, "from ", " import ", NULL, 2},
    {PRS_PYTHON, "import ", NULL, NULL, 1},
    {PRS_PYTHON, "if __name__", NULL, NULL, 2},
    {PRS_PYTHON, "if ", NULL, ":", 1},
    {PRS_PYTHON, "elif ", NULL, ":", 2},
    {PRS_PYTHON, "while ", NULL, ":", 1},
    {PRS_PYTHON, "with ", NULL, ":", 1},
    {PRS_PYTHON, "for ", " in ", ":", 1},
    {PRS_PYTHON, "except", NULL, ":", 2},
    {PRS_PYTHON, "self.", " = ", NULL, 2},
    {PRS_RUBY, "require '", NULL, "'", 2},
    {PRS_RUBY, "require_relative ", NULL, NULL, 2},
    {PRS_RUBY, "attr_", " :", NULL, 2},
    {PRS_RUBY, "class ", " < ", NULL, 2},
    {PRS_RUBY, NULL, " do |", "|", 2},
    {PRS_RUBY, "def ", NULL, NULL, 1},
    {PRS_RUBY, "end", NULL, "end", 1},
    {PRS_LUA, "local ", " = ", NULL, 2},
    {PRS_LUA, "local function ", NULL, NULL, 2},
    {PRS_LUA, "function ", "(", ")", 1},
    {PRS_LUA, "if ", NULL, " then", 1},
    {PRS_LUA, "end", NULL, "end", 1},
    {PRS_SHELL, "if [ ", NULL, "; then", 2},
    {PRS_SHELL, "if [[ ", NULL, "; then", 2},
    {PRS_SHELL, "for ", " in ", "; do", 2},
    {PRS_SHELL, "while ", NULL, "; do", 2},
    {PRS_SHELL, "export ", "=", NULL, 1},
    {PRS_SHELL, "fi", NULL, "fi", 2},
    {PRS_SHELL, "done", NULL, "done", 1},
    {PRS_SQL, "CREATE TABLE ", NULL, NULL, 2},
    {PRS_SQL, "create table ", NULL, "(", 2},
    {PRS_SQL, "CREATE INDEX ", NULL, NULL, 2},
    {PRS_SQL, "INSERT INTO ", NULL, NULL, 2},
    {PRS_SQL, "insert into ", "values", NULL, 2},
    {PRS_SQL, "ALTER TABLE ", NULL, NULL, 2},
    {PRS_SQL, "SELECT ", NULL, NULL, 1},
    {PRS_SQL, "FROM ", NULL, NULL, 1},
    {PRS_SQL, "WHERE ", NULL, NULL, 1},
};

static bool shows(const sign *s, anc_str line)
{
    return (s->begins == NULL || anc_str_starts(line, anc_str_of(s->begins))) &&
           (s->ends == NULL || anc_str_ends(line, anc_str_of(s->ends))) &&
           (s->has == NULL || anc_str_find(line, anc_str_of(s->has)) != SIZE_MAX);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_sign(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* Words as a sentence has them: letters between blanks, with what stands behind a word in print. */
static size_t words_in(anc_str line)
{
    size_t n = 0;
    anc_str word;
    while (anc_str_split(&line, ' ', &word)) {
        size_t letters = 0;
        for (size_t i = 0; i < word.len; i++)
            letters += is_letter(word.ptr[i]) && word.ptr[i] != '_';
        n += word.len > 0 && letters + 1 >= word.len && letters > 0;
    }
    return n;
}

/* Whether a name stands right before "(" or "[", or before "=" as in an assignment. */
static bool calls_or_assigns(anc_str line)
{
    for (size_t i = 1; i < line.len; i++) {
        const char c = line.ptr[i], before = line.ptr[i - 1];
        if ((c == '(' || c == '[') && is_name_sign(before))
            return true;
        if (c == '=' && i + 1 < line.len && (before == ' ' || is_name_sign(before)))
            return true;
        if (c == '=' && i > 1 && strchr("+-*/%|&", before) != NULL && line.ptr[i - 2] == ' ')
            return true;
    }
    return false;
}

/* "return a + b", not "return to the sender of it". */
static bool gives_back(anc_str line)
{
    static const char *const words[] = {"return ", "raise ", "throw ", "yield "};
    for (size_t i = 0; i < ANC_COUNT(words); i++)
        if (anc_str_starts(line, anc_str_of(words[i])))
            return words_in(line) < PROSE_WORDS;
    return false;
}

/* Whether the line has a form that prose does not have. */
static bool is_code_line(anc_str line)
{
    static const char *const words =
        "else: try: finally: pass break continue return end fi done then do else";
    if (prs_word_in(words, line, false))
        return true;
    const char last = line.ptr[line.len - 1], first = line.ptr[0];
    return gives_back(line) || strchr("{}[(", last) != NULL || strchr("{}]@)", first) != NULL ||
           calls_or_assigns(line) || (last == ';' && words_in(line) < PROSE_WORDS) ||
           anc_str_find(line, ANC_STR("->")) != SIZE_MAX ||
           anc_str_find(line, ANC_STR("::")) != SIZE_MAX;
}

/* Without a comment behind the code. */
static anc_str without_comment(anc_str line)
{
    static const anc_str marks[] = {ANC_STR_INIT(" //"), ANC_STR_INIT(" #"), ANC_STR_INIT(" /*"),
                                    ANC_STR_INIT(" --")};
    for (size_t i = 0; i < ANC_COUNT(marks); i++)
        line = anc_str_sub(line, 0, anc_str_find(line, marks[i]));
    return anc_str_trim(line);
}

static line_is line_kind(anc_str line)
{
    if (words_in(line) >= SENTENCE_WORDS && strchr(".?!", line.ptr[line.len - 1]) != NULL)
        return IS_SENTENCE;
    if (is_code_line(line))
        return IS_CODE;
    return line.ptr[line.len - 1] != ',' && words_in(line) >= PROSE_WORDS ? IS_PROSE : IS_NEITHER;
}

/* What was seen of a text so far. */
typedef struct guess {
    size_t lines[IS_SENTENCE + 1];
    unsigned weights[PRS_KINDS];
    anc_str
        until; /* what ends the comment, or the text of many lines, that is open; empty when none is */
} guess;

/* Whether the line belongs to a comment, or to a text of many lines, that it may begin or end. */
static bool is_apart(guess *g, anc_str line)
{
    static const anc_str quotes[] = {ANC_STR_INIT("\"\"\""), ANC_STR_INIT("'''")};
    if (g->until.len > 0) {
        if (anc_str_find(line, g->until) != SIZE_MAX)
            g->until = ANC_STR_NONE;
        return true;
    }
    if (anc_str_starts(line, ANC_STR("/*"))) {
        if (anc_str_find(line, ANC_STR("*/")) == SIZE_MAX)
            g->until = ANC_STR("*/");
        return true;
    }
    for (size_t i = 0; i < ANC_COUNT(quotes); i++) {
        const size_t at = anc_str_find(line, quotes[i]);
        if (at == SIZE_MAX)
            continue;
        if (anc_str_find(anc_str_sub(line, at + 3, line.len), quotes[i]) == SIZE_MAX)
            g->until = quotes[i];
        return true;
    }
    return anc_str_starts(line, ANC_STR("//")) || anc_str_starts(line, ANC_STR("--")) ||
           anc_str_starts(line, ANC_STR("# ")) || anc_str_eq(line, ANC_STR("#"));
}

static void look_at(guess *g, anc_str line)
{
    if (line.len == 0 || is_apart(g, line))
        return;
    line = without_comment(line);
    if (line.len == 0)
        return;
    line_is is = line_kind(line);
    for (size_t i = 0; i < ANC_COUNT(signs) && is != IS_SENTENCE; i++)
        if (shows(&signs[i], line)) {
            g->weights[signs[i].kind] += signs[i].weight;
            is = IS_CODE;
        }
    g->lines[is]++;
}

/* The language with the most weight, PRS_KINDS when none has enough. A language that came from another one has
 * the other's signs too, as soon as it has one of its own. */
static prs_kind heaviest(guess *g)
{
    static const prs_kind came_from[][2] = {
        {PRS_CPP, PRS_C}, {PRS_CSHARP, PRS_JAVA}, {PRS_TYPESCRIPT, PRS_JAVASCRIPT}};
    for (size_t i = 0; i < ANC_COUNT(came_from); i++)
        if (g->weights[came_from[i][0]] >= 2)
            g->weights[came_from[i][0]] += g->weights[came_from[i][1]];
    const bool pure = g->lines[IS_CODE] > 1 && g->lines[IS_PROSE] + g->lines[IS_NEITHER] == 0;
    prs_kind best = PRS_KINDS;
    unsigned weight = (pure ? PURE_LEAST : WEIGHT_LEAST) - 1;
    for (prs_kind k = PRS_C; k < PRS_KINDS; k++)
        if (g->weights[k] > weight) {
            weight = g->weights[k];
            best = k;
        }
    return best;
}

bool prs_language_by_lines(anc_str head, bool whole, prs_kind *ret)
{
    guess g = {.until = ANC_STR_NONE};
    anc_str rest = head, line;
    while (g.lines[IS_SENTENCE] == 0 && anc_str_split(&rest, '\n', &line) &&
           (whole || rest.len > 0))
        look_at(&g, anc_str_trim(line));
    const prs_kind best = heaviest(&g);
    if (best == PRS_KINDS || g.lines[IS_SENTENCE] > 0 ||
        g.lines[IS_CODE] < CODE_TO_PROSE * g.lines[IS_PROSE])
        return false;
    *ret = best;
    return true;
}
