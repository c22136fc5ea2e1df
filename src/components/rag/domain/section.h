/* section.h - a question that says which article or section is meant: "What does article 6 of the lease say?".
 *
 * Articles, sections (and "§"), clauses, chapters, annexes and rules are known by their words in English, French, German, Spanish,
 * Italian and Portuguese. One begins with a line of its own word and number, and ends where the next of its kind begins.
 */
#ifndef ANC_RAG_DOMAIN_SECTION_H
#define ANC_RAG_DOMAIN_SECTION_H

#include "rag/domain/pointer.h"

typedef struct rag_section {
    size_t kind;    /* of those above; SIZE_MAX: none is said */
    anc_str number; /* "6", "4.2", "3a" */
    rag_pointer
        of; /* the words of it in the question, and those behind it that may name the document */
} rag_section;

/* Borrows `question`. */
rag_section rag_section_of(anc_str question);

/* Where `section` begins in `text`, the byte of its line; SIZE_MAX: nowhere. */
size_t rag_section_begins(const rag_section *section, anc_str text);

/* Where the next of its kind begins in `text`, from byte `from` on; text.len: none does. */
size_t rag_section_ends(const rag_section *section, anc_str text, size_t from);

#endif
