/* titles.c - lines that stand where a title does and name nothing: "PART I", "Table of contents". */
#include "base/str.h"
#include "parse_impl.h"

static bool is_sign(char c)
{
    return anc_str_find(ANC_STR(" .:-_*#"), (anc_str){&c, 1}) != SIZE_MAX;
}

static anc_str without_signs(anc_str s)
{
    while (s.len > 0 && is_sign(s.ptr[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_sign(s.ptr[0]))
        s = anc_str_sub(s, 1, s.len);
    return s;
}

/* "3", "IV", "3 of 10", "2/7" */
static bool is_number(anc_str s)
{
    bool figures = false;
    bool letters = false;
    for (size_t i = 0; i < s.len; i++) {
        const anc_str one = anc_str_sub(s, i, 1);
        const bool figure = s.ptr[i] >= '0' && s.ptr[i] <= '9';
        const bool roman = anc_str_find(ANC_STR("IVXLCivxlc"), one) != SIZE_MAX;
        if (!figure && !roman && !is_sign(s.ptr[i]) && s.ptr[i] != '/')
            return false;
        figures |= figure;
        letters |= roman;
    }
    return figures != letters;
}

bool prs_names_nothing(anc_str line)
{
    static const char *const whole[] = {"table of contents",
                                        "contents",
                                        "content",
                                        "index",
                                        "abstract",
                                        "table des matières",
                                        "sommaire",
                                        "résumé",
                                        "indice",
                                        "índice",
                                        "inhalt",
                                        "inhaltsverzeichnis",
                                        "übersicht",
                                        "verzeichnis",
                                        "zusammenfassung",
                                        "tabla de contenido",
                                        "tabla de contenidos",
                                        "contenido",
                                        "resumen",
                                        "toc"};
    static const char *const numbered[] = {"part",  "partie", "teil",   "parte",
                                           "page",  "seite",  "página", "pagina",
                                           "sheet", "slide",  "folie",  "diapositive"};
    line = without_signs(line);
    for (size_t i = 0; i < ANC_COUNT(whole); i++)
        if (anc_str_eq_nocase(line, anc_str_of(whole[i])))
            return true;
    const size_t blank = anc_str_find(line, ANC_STR(" "));
    if (blank == SIZE_MAX)
        return false;
    const anc_str first = anc_str_sub(line, 0, blank);
    for (size_t i = 0; i < ANC_COUNT(numbered); i++)
        if (anc_str_eq_nocase(first, anc_str_of(numbered[i])))
            return is_number(anc_str_sub(line, blank + 1, line.len));
    return false;
}
