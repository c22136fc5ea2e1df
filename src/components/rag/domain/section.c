/* section.c - see section.h. */
#include "rag/domain/section.h"

#include "base/str.h"
#include "rag/domain/words.h"
#include "text/normalize.h"

static const anc_str sign = ANC_STR_INIT("§");

static const char *const kinds[] = {
    "article articles art artikel artículo articolo artigo",
    "§ section sec abschnitt paragraph paragraf sección sezione secção seção",
    "clause klausel cláusula clausola",
    "chapter chapitre kapitel capítulo capitolo",
    "annex annexe anhang anlage appendix anexo allegato",
    "rule règle regel regla regola regra",
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t past_blanks(anc_str text, size_t at)
{
    static const anc_str fixed[] = {ANC_STR_INIT("\xc2\xa0"), ANC_STR_INIT("\xe2\x80\xaf")};
    for (size_t before = SIZE_MAX; before != at;) {
        before = at;
        at += at < text.len && is_blank(text.ptr[at]);
        for (size_t i = 0; i < ANC_COUNT(fixed); i++)
            at += anc_str_starts(anc_str_sub(text, at, text.len), fixed[i]) ? fixed[i].len : 0;
    }
    return at;
}

/* The kind whose word stands at `at`, and behind it; SIZE_MAX: none does. */
static size_t kind_at(anc_str text, size_t at, size_t *ret_end)
{
    size_t end = at;
    if (anc_str_starts(anc_str_sub(text, at, text.len), sign))
        end += sign.len;
    while (end == at || (end < text.len && (unsigned char)text.ptr[end] > ' ' &&
                         text.ptr[end] != '.' && text.ptr[at] != sign.ptr[0])) {
        if (end == text.len || (unsigned char)text.ptr[end] <= ' ')
            return SIZE_MAX;
        end++;
    }
    const anc_str word = anc_str_sub(text, at, end - at);
    *ret_end = end + (end < text.len && text.ptr[end] == '.');
    for (size_t i = 0; i < ANC_COUNT(kinds); i++)
        if (rag_is_any_of(word, kinds[i]))
            return i;
    return SIZE_MAX;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/* "6", "4.2", "3a" at `at`; empty: no number is there. */
static anc_str number_at(anc_str text, size_t at)
{
    size_t end = at;
    while (end < text.len &&
           (is_digit(text.ptr[end]) || (end > at && text.ptr[end] == '.' && end + 1 < text.len &&
                                        is_digit(text.ptr[end + 1]))))
        end++;
    if (end > at && end < text.len && is_small(text.ptr[end]) &&
        (end + 1 == text.len || !is_small(text.ptr[end + 1])))
        end++;
    const bool goes_on = end < text.len && (is_small(text.ptr[end]) || is_digit(text.ptr[end]));
    return goes_on ? ANC_STR("") : anc_str_sub(text, at, end - at);
}

rag_section rag_section_of(anc_str question)
{
    rag_section none = {.kind = SIZE_MAX};
    for (size_t at = 0; at < question.len; at++) {
        size_t end = 0;
        if (at > 0 && question.ptr[at - 1] != ' ' && question.ptr[at - 1] != '(' &&
            question.ptr[at - 1] != '\'')
            continue;
        const size_t kind = kind_at(question, at, &end);
        const anc_str number =
            kind == SIZE_MAX ? ANC_STR("") : number_at(question, past_blanks(question, end));
        if (number.len == 0)
            continue;
        const size_t behind = (size_t)(number.ptr - question.ptr) + number.len;
        size_t of_end = behind;
        while (of_end < question.len && question.ptr[of_end] != '?' && question.ptr[of_end] != ',')
            of_end++;
        return (rag_section){
            kind,
            number,
            {.start = at, .end = behind, .of_start = behind, .of_end = of_end, .number = 1}};
    }
    return none;
}

/* Whether what stands behind a number begins a section, and no sentence that speaks of one ("Article 6 of this lease"). */
static bool is_head(anc_str text, size_t at)
{
    const size_t behind = past_blanks(text, at);
    return behind == text.len || !is_small(text.ptr[behind]);
}

/* The next line from `from` on that begins a section of the kind: with `number`, or (empty) with any. */
static size_t next_head(size_t kind, anc_str number, anc_str text, size_t from)
{
    for (size_t at = from; at < text.len; at++) {
        size_t line = at;
        size_t end = 0;
        if (at > 0 && text.ptr[at - 1] != '\n')
            continue;
        while (line < text.len && (text.ptr[line] == '#' || is_blank(text.ptr[line])))
            line++;
        if (line == text.len || kind_at(text, line, &end) != kind)
            continue;
        const anc_str found = number_at(text, past_blanks(text, end));
        if (found.len > 0 && (number.len == 0 || anc_str_eq_nocase(found, number)) &&
            is_head(text, (size_t)(found.ptr - text.ptr) + found.len))
            return at;
    }
    return SIZE_MAX;
}

size_t rag_section_begins(const rag_section *section, anc_str text)
{
    return next_head(section->kind, section->number, text, 0);
}

size_t rag_section_ends(const rag_section *section, anc_str text, size_t from)
{
    const size_t at = next_head(section->kind, ANC_STR(""), text, from);
    return at == SIZE_MAX ? text.len : at;
}
