/* texts_impl.h - a list of short texts, one behind the other in one buffer. */
#ifndef ANC_PARSE_TEXTS_IMPL_H
#define ANC_PARSE_TEXTS_IMPL_H

#include "parse_impl.h"

typedef struct prs_texts {
    anc_buf text;
    size_t *ends; /* owned */
    size_t n, cap;
    const char *what; /* for errors; static */
} prs_texts;

prs_texts prs_texts_init(const char *what, size_t max_bytes);
void prs_texts_done(prs_texts *t);

/* Ends the text that was appended to t->text. */
bool prs_texts_end(prs_texts *t, prs_emitter *e);
bool prs_texts_add(prs_texts *t, anc_str s, prs_emitter *e);

/* Text number `i` from 0; empty past the last. Good until the next is added. */
anc_str prs_texts_at(const prs_texts *t, size_t i);

#endif
