/* ignore.c - lines read to rules; the last rule that means a path decides. */
#include "ingest/domain/ignore.h"

#include <string.h>

#include "base/str.h"
#include "ingest/domain/glob.h"

/* Without the blanks at the end that no backslash protects. */
static anc_str without_blanks(anc_str line)
{
    while (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) {
        size_t slashes = 0;
        while (slashes + 1 < line.len && line.ptr[line.len - 2 - slashes] == '\\')
            slashes++;
        if (slashes % 2 == 1)
            break;
        line.len--;
    }
    return line;
}

/* False when the line is no pattern. */
static bool read_line(anc_str line, ing_ignore_rule *ret)
{
    ing_ignore_rule rule = {0};
    line = without_blanks(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return false;
    if (line.ptr[0] == '!') {
        rule.negated = true;
        line = anc_str_sub(line, 1, line.len);
    }
    if (anc_str_ends(line, ANC_STR("/"))) {
        rule.folder_only = true;
        line.len--;
    }
    rule.anchored = line.len > 0 && memchr(line.ptr, '/', line.len) != NULL;
    if (anc_str_starts(line, ANC_STR("/")))
        line = anc_str_sub(line, 1, line.len);
    rule.pattern = line;
    *ret = rule;
    return line.len > 0 && ing_glob_valid(line);
}

static size_t count_lines(anc_str text)
{
    size_t n = 0;
    anc_str line;
    while (anc_str_split(&text, '\n', &line))
        n++;
    return n;
}

anc_status ing_ignore_read(anc_str text, anc_arena *mem, ing_ignore *ret, anc_err *err)
{
    const size_t lines = count_lines(text);
    if (lines > ING_IGNORE_RULES)
        return ANC_FAIL(err, ANC_LIMIT, "a file of patterns has %zu lines; at most %d are read",
                        lines, ING_IGNORE_RULES);
    const anc_str own = anc_arena_copy(mem, text);
    ing_ignore_rule *rules = anc_arena_alloc(mem, lines, sizeof *rules);
    if (own.ptr == NULL || rules == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a file of patterns");
    anc_str rest = own, line;
    size_t n = 0;
    if (anc_str_starts(rest, ANC_STR("\xef\xbb\xbf")))
        rest = anc_str_sub(rest, 3, rest.len);
    while (anc_str_split(&rest, '\n', &line))
        n += read_line(line, &rules[n]);
    *ret = (ing_ignore){rules, n};
    return ANC_OK;
}

static anc_str last_part(anc_str path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    return anc_str_sub(path, start, path.len);
}

ing_verdict ing_ignore_ask(const ing_ignore *ignore, anc_str path, bool is_folder)
{
    for (size_t i = ignore->n; i-- > 0;) {
        const ing_ignore_rule *rule = &ignore->rules[i];
        if (rule->folder_only && !is_folder)
            continue;
        if (ing_glob_match_whole(rule->pattern, rule->anchored ? path : last_part(path)))
            return rule->negated ? ING_TAKEN_BACK : ING_LEFT_OUT;
    }
    return ING_NOT_NAMED;
}
