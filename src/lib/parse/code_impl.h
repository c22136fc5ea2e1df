/* code_impl.h - what is known of a language, and the names that a piece of code declares. */
#ifndef ANC_PARSE_CODE_IMPL_H
#define ANC_PARSE_CODE_IMPL_H

#include "parse_impl.h"

/* What shows that a declaration has a body. */
typedef enum prs_body {
    PRS_BODY_NONE,    /* a language without declarations */
    PRS_BODY_BRACES,  /* "{" at the end of a line */
    PRS_BODY_COLON,   /* ":" at the end of a line, deeper lines below */
    PRS_BODY_INDENTED /* deeper lines alone, and a word behind them */
} prs_body;

/* A list is words with one blank between, NULL when there are none. */
typedef struct prs_language {
    const char *name;
    const char *content_type;
    const char *types;      /* other content types that mean it */
    const char *endings;    /* of file names; a word without a dot at its front is a whole name */
    const char *programs;   /* behind "#!", without versions */
    const char *comments;   /* what begins a comment that ends with its line */
    const char *block[2];   /* what begins and ends a comment of many lines */
    const char *fences;     /* what begins and ends a text of many lines */
    const char *attributes; /* what begins a line about the declaration below it */
    const char *declares;   /* words before a name */
    const char *phrases;    /* of these, those whose name is all up to the body */
    const char *holders;    /* of these, those whose members are symbols too */
    const char *modifiers;  /* words before one that declares, or before the name */
    const char *goes_on;    /* words that begin a line that goes on with the one above */
    const char *joins;      /* signs, other than "_" and "$", inside names */
    prs_body body;
    bool calls;        /* a word before "(" is a name too */
    bool member_calls; /* the same, inside a holder only */
    bool type_first;   /* the type may stand alone on the line above the name */
    bool any_case;
} prs_language;

/* NULL when `kind` is no source code. */
const prs_language *prs_language_of(prs_kind kind);

/* By the ending of the file's name, by a content type without parameters, by the "#!" or "<?php" at the front. */
bool prs_language_by_name(anc_str name, prs_kind *ret);
bool prs_language_by_type(anc_str content_type, prs_kind *ret);
bool prs_language_by_program(anc_str head, prs_kind *ret);

/* By its lines, for a text that nothing else says more of than that it is text: false unless nearly all of them
 * are code and it is clear of which language. `whole`: nothing is behind `head`. */
bool prs_language_by_lines(anc_str head, bool whole, prs_kind *ret);

/* Whether `word` is in the list. */
bool prs_word_in(const char *list, anc_str word, bool any_case);

/* Bytes of the list's word that `s` begins with, 0 when none. */
size_t prs_starts_with_one(const char *list, anc_str s);

typedef struct prs_symbol {
    anc_str name; /* empty when none */
    bool holds;   /* its members are symbols too */
} prs_symbol;

/* What `code`, which begins with a declaration behind its comment, declares. `member`: it stands
 * inside a holder. */
prs_symbol prs_symbol_of(const prs_language *l, anc_str code, bool member);

/* Whether the line begins with words that declare. */
bool prs_declares(const prs_language *l, anc_str line);

bool prs_read_code(const prs_language *l, anc_str text, prs_emitter *e);

#endif
