/* alike.h - words for doing something and for who does it: "composed", "composer", "words and music by".
 *
 * For telling whether a sentence speaks of what was asked at all; too wide for finding one. */
#ifndef ANC_RAG_DOMAIN_ALIKE_H
#define ANC_RAG_DOMAIN_ALIKE_H

#include "base/base.h"

/* Whether two words begin as forms of one word do: "teaches" and "teacher", "directeur" and "directrice". */
bool rag_akin(anc_str a, anc_str b);

/* The lines of a table of six languages, a bit for each, that have a word akin to it. */
uint64_t rag_alike_lines(anc_str word);

/* Whether they are akin, or one of the lines of the first has a word akin to the second. */
bool rag_alike(anc_str a, uint64_t lines_of_a, anc_str b);

/* Whether the table knows both, and in no line together: "designed" and "built", "treasurer" and "secretary". */
bool rag_apart(anc_str a, uint64_t lines_of_a, anc_str b);

/* Whether it is a noun for somebody by who he is to another: "deputy", "femme". */
bool rag_is_relation(anc_str word);

#endif
