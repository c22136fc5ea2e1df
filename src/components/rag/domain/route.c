/* route.c - a question's complexity, counted from its own words (English and French).
 *
 * Each part has a ceiling, so that no single habit of writing makes a question hard.
 */
#include "rag/domain/route.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "rag/domain/smalltalk.h"

typedef struct part_row {
    const char *name;
    double each, most;
    const char *words; /* separated by '|', ASCII lower case, matched as whole words */
} part_row;

static const part_row parts[] = {
    {"clauses", 0.5, 2.0, "and|or|but|if|while|although|et|ou|mais|si|alors que|bien que"},
    {"questions", 0.5, 1.5,
     "what|when|where|who|which|how|que|quel|quelle|quels|quelles|quand|qui|comment|combien"},
    {"comparison", 2.0, 3.0,
     "compare|compared|comparison|versus|vs|difference|differences|differ|better|worse|comparer|"
     "comparaison|diff\xc3\xa9rence|diff\xc3\xa9rences|plut\xc3\xb4t|meilleur|pire"},
    {"enumeration", 1.0, 2.0,
     "list|all|each|every|enumerate|summarise|summarize|overview|liste|tous|toutes|chaque|"
     "\xc3\xa9num\xc3\xa8re|r\xc3\xa9sume|r\xc3\xa9sumer"},
    {"reasoning", 1.5, 3.0,
     "why|explain|because|reason|consequences|implications|should|evaluate|analyse|analyze|"
     "step by step|pourquoi|expliquer|explique|raison|cons\xc3\xa9quences|analyser|devrait"},
};

static const char metadata_words[] =
    "documents|files|author|authors|written by|published|uploaded|fichiers|auteur|publi\xc3\xa9s";

static bool is_inner(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static size_t count_word(anc_str text, anc_str word)
{
    size_t n = 0;
    for (size_t i = 0; i + word.len <= text.len; i++) {
        if ((i > 0 && is_inner(text.ptr[i - 1])) ||
            (i + word.len < text.len && is_inner(text.ptr[i + word.len])))
            continue;
        n += anc_str_eq_nocase(anc_str_sub(text, i, word.len), word);
    }
    return n;
}

static size_t count_words(anc_str text, const char *words)
{
    anc_str rest = anc_str_of(words);
    anc_str word;
    size_t n = 0;
    while (anc_str_split(&rest, '|', &word))
        n += count_word(text, word);
    return n;
}

static size_t runs_of_letters(anc_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += is_inner(text.ptr[i]) && (i == 0 || !is_inner(text.ptr[i - 1]));
    return n;
}

/* A letter and a digit in one word, or something in quotes: what is searched for literally. */
static bool has_code(anc_str text)
{
    bool letter = false;
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '"' || !is_inner(c)) {
            if (c == '"')
                return true;
            letter = digit = false;
            continue;
        }
        digit |= c >= '0' && c <= '9';
        letter |= !(c >= '0' && c <= '9');
        if (letter && digit)
            return true;
    }
    return false;
}

static anc_str intent_of(anc_str question)
{
    if (rag_small_talk_reply(question).ptr != NULL)
        return ANC_STR("chit_chat");
    if (count_words(question, metadata_words) > 0)
        return ANC_STR("metadata");
    return has_code(question) ? ANC_STR("hybrid") : ANC_STR("semantic");
}

static void add_part(rag_route *route, const char *name, double value)
{
    if (value <= 0)
        return;
    const size_t used = strlen(route->reason);
    route->complexity += value;
    (void)snprintf(route->reason + used, sizeof route->reason - used, "%s%s %.1f",
                   used > 0 ? ", " : "", name, value);
}

rag_route rag_route_of(anc_str question, size_t turns)
{
    const size_t words = runs_of_letters(question);
    rag_route route = {.intent = intent_of(question)};
    add_part(&route, "length", fmin(3.0, (double)words / 12));
    for (size_t i = 0; i < ANC_COUNT(parts); i++)
        add_part(
            &route, parts[i].name,
            fmin(parts[i].most, parts[i].each * (double)count_words(question, parts[i].words)));
    add_part(&route, "history", turns > 0 ? 0.5 : 0.0);
    route.complexity = round(fmin(10.0, route.complexity) * 10) / 10;
    route.tier = route.complexity < 3   ? ANC_STR("Q2")
                 : route.complexity < 7 ? ANC_STR("Q3")
                                        : ANC_STR("Q4");
    return route;
}
