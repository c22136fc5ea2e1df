/* card.h - a record written as lines "name: value", as parsers write a row that is a document of its own. */
#ifndef ANC_RAG_DOMAIN_CARD_H
#define ANC_RAG_DOMAIN_CARD_H

#include "base/base.h"

enum { RAG_CARD_LINES = 200 }; /* that a card has at most; longer ones are read as prose */

typedef struct rag_card {
    size_t end; /* byte behind its last line */
    /* the line that says which thing the card is of: the one whose value is the document's title or whose
     * name is "name", "title" or the like, else the first */
    size_t name_start, name_end;
} rag_card;

/* Whether a card begins at byte `at` of `text`: a paragraph of which at least every other line begins with
 * another name, three of them, or two where there is nothing else in the text, or one where it is known to be a record. */
bool rag_card_at(anc_str text, anc_str title, size_t at, bool recorded, rag_card *ret);

/* Bytes of "name: " at the beginning of `line`; 0: none. */
size_t rag_card_name(anc_str line);

#endif
