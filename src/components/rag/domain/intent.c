/* intent.c - the kind of a question, from its own words (English and French). */
#include "rag/domain/intent.h"

#include "base/str.h"
#include "rag/domain/smalltalk.h"

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

anc_str rag_intent_of(anc_str question)
{
    if (rag_small_talk_reply(question).ptr != NULL)
        return ANC_STR("chit_chat");
    if (count_words(question, metadata_words) > 0)
        return ANC_STR("metadata");
    return has_code(question) ? ANC_STR("hybrid") : ANC_STR("semantic");
}
