/* smalltalk_impl.h - the tables of small talk: what is said, and what is answered. Private. */
#ifndef ANC_RAG_DOMAIN_SMALLTALK_IMPL_H
#define ANC_RAG_DOMAIN_SMALLTALK_IMPL_H

#include "base/base.h"
#include "text/language.h"

/* An aside is no talk by itself, and nothing that a question is about. */
typedef enum talk { ORNAMENT, ASIDE, GREETING, THANKS, FAREWELL, ABOUT, TALKS } talk;

typedef struct phrase_row {
    txt_language language;
    talk kind;
    const char *phrases; /* parted by '|': lower case, one blank between words, no apostrophes */
} phrase_row;

extern const phrase_row rag_talk_phrases[];
extern const size_t rag_talk_phrases_n;

/* What is replied; the first two kinds have no reply. */
extern const anc_str rag_talk_replies[TALKS][TXT_LANGUAGE_COUNT];

/* smalltalk.c: bytes of a sign at byte `i` of `text` that is no part of a word; 0: there is none. */
size_t rag_talk_sign_bytes(anc_str text, size_t i);

#endif
