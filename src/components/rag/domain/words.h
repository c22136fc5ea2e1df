/* words.h - a text as words that can be compared: the key of a word is its folded stem. */
#ifndef ANC_RAG_DOMAIN_WORDS_H
#define ANC_RAG_DOMAIN_WORDS_H

#include "base/arena.h"
#include "text/language.h"

typedef struct rag_word {
    uint64_t key;        /* hash of the folded stem: equal for two forms of one word */
    uint32_t start, end; /* bytes of the text */
    uint32_t position;   /* counts words from 0; a joined form and its first part share one */
    bool stop;           /* a function word */
    bool whole;          /* a joined form ("e-42") whose parts follow */
    bool capital;        /* written with a capital first letter */
    bool digits;         /* begins with a digit */
    uint32_t code; /* of one with letters and digits ("E11", "LP-18"): hash of its shape; else 0 */
} rag_word;

typedef struct rag_words {
    const rag_word *items; /* [n], ascending by start */
    size_t n;
} rag_words;

/* The words of `text` (valid UTF-8) read as `language`. LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_words_of(anc_arena *mem, anc_str text, txt_language language, rag_words *ret,
                        anc_err *err) ANC_MUST_CHECK;

/* How it is written there. */
anc_str rag_word_text(anc_str text, const rag_word *word);

/* The year, 1000 to 2100, that a word of four digits is; else 0. */
uint64_t rag_year_of(anc_str word);

/* Lists of words are one text: words that a space parts, phrases that '|' parts. The case of ASCII letters does not count.
 * Whether `word` is one of `words`; `text` one of `phrases`; whether it begins with one of them. For phrases that stand
 * somewhere in a text: rag_has_phrase_of (cues.h). */
bool rag_is_any_of(anc_str word, const char *words);
bool rag_is_phrase_of(anc_str text, const char *phrases);
bool rag_begins_with_any(anc_str text, const char *beginnings);

/* The words of `text` without joined forms whose parts follow; errors as rag_words_of. */
anc_status rag_plain_words(anc_arena *mem, anc_str text, txt_language language, rag_words *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* The first word that starts at or after byte `at`. */
size_t rag_words_at(rag_words words, size_t at);

#endif
