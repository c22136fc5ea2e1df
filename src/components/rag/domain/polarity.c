/* polarity.c - see polarity.h: lists of words, and a walk over the words of a text. */
#include "rag/domain/polarity.h"

#include "base/str.h"
#include "rag/domain/question_words.h"
#include "rag/domain/words.h"

static const char negations[] = "not cannot never none neither nor "
                                "exclude excludes excluded exclusion exclusions "
                                "pas jamais aucun aucune "
                                "exclu exclus exclue exclues "
                                "nicht kein keine keinen keiner keinem keines nie niemals "
                                "ausgenommen ausschluss ausgeschlossen ausschlüsse "
                                "no nunca ningún ninguna "
                                "excluido excluida excluidos excluidas exclusiones "
                                "non nessun nessuno nessuna "
                                "escluso esclusa esclusi escluse esclusioni "
                                "não nenhum nenhuma "
                                "excluído excluída excluídos excluídas exclusões";

static const char behind_was[] =
    "ist sind wird werden kann darf deckt muss kostet gehört soll umfasst macht bedeutet";

static bool is_inner(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* Bytes of a typographic apostrophe, a quotation mark or a sign that opens a Spanish sentence; 0: none. */
static size_t mark_bytes(anc_str text, size_t i)
{
    static const anc_str marks[] = {ANC_STR_INIT("\xe2\x80\x98"),
                                    ANC_STR_INIT("\xe2\x80\x99"),
                                    ANC_STR_INIT("\xe2\x80\x9c"),
                                    ANC_STR_INIT("\xe2\x80\x9d"),
                                    ANC_STR_INIT("\xe2\x80\x9e"),
                                    ANC_STR_INIT("¿"),
                                    ANC_STR_INIT("¡"),
                                    ANC_STR_INIT("«"),
                                    ANC_STR_INIT("»"),
                                    ANC_STR_INIT("\xc2\xa0")};
    for (size_t k = 0; k < ANC_COUNT(marks); k++)
        if (anc_str_starts(anc_str_sub(text, i, text.len), marks[k]))
            return marks[k].len;
    return 0;
}

/* The next word: letters and digits without apostrophes; false at the end. */
static bool next_word(anc_str text, size_t *cursor, anc_str *ret)
{
    size_t i = *cursor;
    for (size_t mark; i<text.len; i += mark> 0 ? mark : 1) {
        mark = mark_bytes(text, i);
        if (mark == 0 && is_inner(text.ptr[i]))
            break;
    }
    const size_t start = i < text.len ? i : text.len;
    i = start;
    while (i < text.len && is_inner(text.ptr[i]) && mark_bytes(text, i) == 0)
        i++;
    *cursor = i;
    *ret = anc_str_sub(text, start, i - start);
    return i > start;
}

/* "isn't": what stands from the end of "isn" on. */
static bool is_shortened(anc_str word, anc_str rest)
{
    const bool apostrophe =
        anc_str_starts(rest, ANC_STR("'t")) || anc_str_starts(rest, ANC_STR("\xe2\x80\x99t"));
    return apostrophe && anc_str_ends(word, ANC_STR("n"));
}

bool rag_negates(anc_str text)
{
    size_t cursor = 0;
    anc_str word;
    while (next_word(text, &cursor, &word))
        if (rag_is_any_of(word, negations) ||
            is_shortened(word, anc_str_sub(text, cursor, text.len)))
            return true;
    return false;
}

/* German "was", which English has too: a verb of German stands somewhere behind it. */
static bool is_german_was(anc_str question)
{
    size_t cursor = 0;
    anc_str word;
    if (!next_word(question, &cursor, &word) || !anc_str_eq_nocase(word, ANC_STR("was")))
        return false;
    while (next_word(question, &cursor, &word))
        if (rag_is_any_of(word, behind_was))
            return true;
    return false;
}

bool rag_asks_which(anc_str question)
{
    enum { FIRST_WORDS = 2 };
    size_t cursor = 0;
    anc_str word;
    if (is_german_was(question))
        return true;
    for (size_t i = 0; i < FIRST_WORDS && next_word(question, &cursor, &word); i++)
        if (rag_question_word(RAG_QUESTION_OF_THING, word))
            return true;
    return false;
}

bool rag_heads_like_question(anc_str heading)
{
    size_t cursor = 0;
    anc_str word;
    return next_word(heading, &cursor, &word) && rag_question_word(RAG_QUESTION_HEADS, word);
}
